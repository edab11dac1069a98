# Shared values are half of what runs: the same version with another value is not the same.

size 120x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the same set with the same values is the same"
run sidestage demo
row "running" "running" "running"
let FROM platform deployment qa
sh platform post /envs '{"id":"aa-copy","name":"Copy","type":"development","from_deploy_id":"'$FROM'"}'
sh platform post /envs/aa-copy/deploys '{}'
until 20 test "$(platform status aa-copy)" = succeeded
press-until Right "in (QA|qa)"
key b
row "Copy" "QA"
press-until Left "in Copy"
press-until Up "api in"
row "api" "2.0.0-rc1" "="

test "with a value of its own, it is another"
sh platform post /envs/aa-copy/values '{"key":"PAGE_SIZE","value":"3","description":""}'
row "api" "2.0.0-rc1" "="
sh platform post /envs/aa-copy/deploys '{}'
until 20 test "$(platform status aa-copy)" = succeeded
row "api" "2.0.0-rc1" "~"
row "values" "PAGE_SIZE" "100 → 3"

test "and with the application's again, it is the same again"
sh platform delete /envs/aa-copy/values/PAGE_SIZE
sh platform post /envs/aa-copy/deploys '{}'
until 20 test "$(platform status aa-copy)" = succeeded
no-row "api" "2.0.0-rc1" "~"
row "api" "2.0.0-rc1" "="

test "the difference of two environments has the values"
sh platform post /envs/aa-copy/values '{"key":"PAGE_SIZE","value":"3","description":""}'
sh platform post /envs/aa-copy/deploys '{}'
until 20 test "$(platform status aa-copy)" = succeeded
row "api" "2.0.0-rc1" "~"
key d
row "values" "value PAGE_SIZE" "100 → 3"
expect 'PAGE_SIZE: "3"'
key Esc
gone "PAGE_SIZE:"

test "a value is changed where it is shown, behind a review"
press-until Right "in Copy"
key Enter
row "sidestage" "Environment"
key 3
press-until Down "▸ +PAGE_SIZE"
row "PAGE_SIZE" "environment" "3"
key E
expect "New value"
type "7"
key Enter
expect "rollback"
row "values" "value PAGE_SIZE" "3 → 7"
key A
expect "Enter deploys to aa-copy"
type "aa-copy"
press-until Enter "sidestage +Progress"
expect "Done in" 20
key Esc
row "PAGE_SIZE" "environment" "7"

test "and it goes back to the application's"
press-until Down "▸ +PAGE_SIZE"
key I
expect "rollback"
row "values" "value PAGE_SIZE" "7 → 100"
key A
expect "Enter deploys to aa-copy"
type "aa-copy"
press-until Enter "sidestage +Progress"
expect "Done in" 20
key Esc
row "PAGE_SIZE" "application" "100"
key Esc
row "api" "2.0.0-rc1" "="
key b

test "what is different is told to a script, too"
sh platform post /envs/aa-copy/values '{"key":"PAGE_SIZE","value":"3","description":""}'
sh platform post /envs/aa-copy/deploys '{}'
until 20 test "$(platform status aa-copy)" = succeeded
terminal two
run sidestage diff qa aa-copy --demo
expect "value PAGE_SIZE"
exit 1

test "a long value is changed as a whole: none of it is cut off"
terminal one
let LONG printf 'https://db.example.com/%0400d' 7
sh platform post /envs/aa-copy/values '{"key":"NOTE","value":"'$LONG'","description":""}'
press-until Right "in Copy"
key Enter
row "sidestage" "Environment"
key 3
press-until Down "▸ +NOTE"
row "NOTE" "environment" "https"
key E
expect "New value"
key Home
key Delete
type "H"
key Enter
expect "rollback"
press-until PgDn "A approve"
key A
expect "Enter deploys to aa-copy"
type "aa-copy"
press-until Enter "sidestage +Progress"
expect "Done in" 20
let NOW platform get /envs/aa-copy/values --get /key=NOTE/value
let WANTED printf 'Https://db.example.com/%0400d' 7
equal "$NOW" "$WANTED"

test "one that no line holds is not offered in part"
let LONG printf '%05000d' 7
sh platform put /envs/aa-copy/values/NOTE '{"value":"'$LONG'","description":""}'
key Esc
row "NOTE" "environment"
key R
no-row "NOTE" "ttps"
key E
expect "too long to be typed here"
refuse "New value"
