# What the clone and Production both changed is decided by a person, never guessed.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "both changed one variable, Production another one as well"
run sidestage demo
expect "running" 20
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
expect "way back"
key D
until 20 test "$(platform status hotfix-1)" = succeeded
key Esc
row "Workload" "hotfix-1"
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"replace","path":"/spec/containers/web/variables/TITLE_MAX","value":"50"}]}}}' >$STATE/delta
let OURS sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/hotfix-1/deploys "{\"delta_id\":\"$OURS\"}" --quiet
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"replace","path":"/spec/containers/web/variables/TITLE_MAX","value":"60"},{"op":"add","path":"/spec/containers/web/variables/MORE","value":"theirs"}]}}}' >$STATE/delta
let THEIRS sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$THEIRS\"}" --quiet
until 20 test "$(platform status hotfix-1)" = succeeded
until 20 test "$(platform status production)" = succeeded
let BEFORE platform deployment production

test "the promotion stops at it, and shows all three"
press-until Right "in hotfix-1"
key R
key P
expect "1 conflict, 1 undecided"
row "web" "/spec/containers/web/variables/TITLE_MAX" "undecided"
row "when cloned" "48"
row "production" "60"
row "hotfix-1" "50"
colour "undecided" coloured

test "nothing is done while it is undecided"
key D
expect "1 conflict is undecided"
let NOW platform deployment production
equal $NOW $BEFORE
key y
expect "First decide what both changed"

test "what is decided stands in the review, and the other change stays"
key o
expect "all are decided"
row "●" "hotfix-1" "50"
key t
row "●" "production" "60"
key o
row "●" "hotfix-1" "50"
key D
expect "way back"
row "~ web" "variable TITLE_MAX" "60" "50"
expect "Decided: web /spec/containers/web/variables/TITLE_MAX is 50 as in hotfix-1, and not 60"
row "MORE: theirs"
key D
expect "Reason"
type "titles"
key Tab
type "production"
key Enter
until 20 test "$(platform deployment production)" != "$BEFORE"
until 20 test "$(platform status production)" = succeeded
let SET platform get /envs/production --get /last_deploy/set_id
sh platform get /sets/$SET >$STATE/set
sh grep -q '"TITLE_MAX":"50"' $STATE/set && grep -q '"MORE":"theirs"' $STATE/set
