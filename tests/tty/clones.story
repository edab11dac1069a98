# What is left over: every clone, whose it is, its time to live, and what it has
# that is not promoted.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env APPROVE=A
sh mkdir -p $XDG_CONFIG_HOME/sidestage

test "an invalid time to live is refused where it stands"
sh printf '[sidestage]\n\tclone-ttl = soon\n' >$XDG_CONFIG_HOME/sidestage/config
run sidestage demo
expect "config:2:2: Expected a duration such as 8h, 90m or 2d, or 0 for no end."
exit 2 10

test "without a clone the list says how one is made, and the header says nothing"
sh printf '[sidestage]\n\tclone-ttl = 2h\n' >$XDG_CONFIG_HOME/sidestage/config
run sidestage demo
expect "running" 20
row "running" "running" "running"
refuse "left ·"
key c
expect "There is no clone."
key X
expect "No clone is selected."
key Esc
gone "There is no clone."

test "a new clone has the end that the configuration says, in the header and in the list"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-korean"
key Enter
expect "rollback"
expect "A approve"
key $APPROVE
until 20 test "$(platform status hotfix-korean)" = succeeded
key Esc
expect "1 clone, 1h59 left"
key c
row "Clone" "Application" "By" "From" "Age" "Time to live" "Not promoted"
row "hotfix-korean" "topicshare" "oncall" "production" "1h59 left" "none"
row "from" "production, deployment"

test "a change in the clone is named as not promoted"
let DEPLOYMENT platform deployment hotfix-korean
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"replace","path":"/spec/containers/web/image","value":"local/topicshare-web:1.4.3"}]}}}' | grep -o '"id": *"[^"]*"' | head -n 1 | cut -d '"' -f 4 >$DIR/delta
sh platform post /envs/hotfix-korean/deploys '{"delta_id":"'$(cat $DIR/delta)'"}' --quiet
until 20 test "$(platform deployment hotfix-korean)" != $DEPLOYMENT
row "hotfix-korean" "1 change: web 1.4.2 → 1.4.3"

test "E gives it another end; what is no length of time is refused"
key E
expect "Time to live of hotfix-korean"
type "tomorrow"
expect "Expected a duration"
key Enter
expect "Time to live of hotfix-korean"
key Ctrl-U
type "3d"
key Enter
row "hotfix-korean" "2d left"
expect "1 clone, 2d left"

test "a clone that others made is there too, and has no end that is known here"
let FROM platform deployment qa
sh platform post /envs '{"id":"made-elsewhere","name":"Elsewhere","type":"development","from_deploy_id":"'$FROM'"}' --quiet
row "made-elsewhere" "qa" "no expiry set" "none"
row "hotfix-korean" "2d left"
expect "Clones ▸ 2 clones"
no-row "development" "no expiry set"

test "the cursor is on a clone, not on a row: the order may change below it"
expect "hotfix-korean in topicshare"
key E
expect "Time to live of hotfix-korean"
type "0"
key Enter
expect "hotfix-korean does not expire."
expect "hotfix-korean in topicshare"
row "hotfix-korean" "no expiry set"

test "E takes down one of others, with its end"
press-until Down "made-elsewhere in topicshare"
key E
expect "Time to live of made-elsewhere"
type "1s"
key Enter
row "made-elsewhere" "overdue by"
colour "overdue by" bold fg=209
expect "made-elsewhere in topicshare"
expect "2 clones, 1 overdue"
row "time to live" "overdue by" "it stays until it is discarded"

test "what is overdue is not deleted by itself"
sh sleep 2
sh platform get /envs/made-elsewhere --quiet

test "d compares with the origin, Enter opens from near"
press-until Down "hotfix-korean in topicshare"
key d
expect "Difference"
row "~" "web" "1.4.2" "1.4.3"
key Esc
row "hotfix-korean" "1 change"
key Enter
row "web" "1.4.3" "1 of 1"
key Esc
row "hotfix-korean" "1 change"

test "P promotes; then nothing of it is left to promote"
key P
expect "Reason"
expect "A approve"
key $APPROVE
type "Korean titles"
key Tab
type "production"
key Enter
expect "Done in" 20
key Esc
row "hotfix-korean" "none"

test "X discards the clone of the cursor, and the cursor goes to the next"
key X
expect "Everything in it is deleted"
expect "A approve"
key $APPROVE
until 20 sh -c 'platform get /envs/hotfix-korean --status 404 --quiet'
key Esc
expect "Clones ▸ 1 clone"
expect "made-elsewhere in topicshare"

test "the list says what it can where there is little room"
resize 80x24
row "made-elsewhere" "oncall" "qa" "overdue by" "none"
resize 40x12
row "made-elsewhere" "overdue by"
resize 120x40
row "made-elsewhere" "topicshare" "overdue by"

test "a header without room for all of it leaves the clones out, not the platform"
expect "1 clone, overdue by"
key Esc
gone "Time to live"
resize 80x24
row "topicshare-inc ▸ topicshare" "embedded" "oncall"
resize 120x40
row "topicshare-inc ▸ topicshare" "embedded" "oncall · 1 clone, overdue by"
key Q
exit 0 10
restored
nothing-runs 5
