# The views that ask for a decision, in the smallest windows that there are, and back: nothing of
# what was decided or typed is lost by that.

size 100x30
limit 3
go-on
on-failure tail -n 30 $STATE/sidestaged.log

test "the values that a clone asks for"
run sidestage demo
expect "running" 20
row "running" "running" "running"
sh platform post /envs/production/values '{"key":"MAIL_HOST","value":"mail.production.test","description":"","is_secret":false}' >$STATE/answer
sh platform post /envs/production/values '{"key":"MAIL_KEY","value":"k-3141592","description":"","is_secret":true}' >$STATE/answer
sh platform post /envs/production/deploys '{"comment":"values"}' --quiet
until 20 test "$(platform status production)" = succeeded
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-one"
key Enter
expect "2 values to decide" 20
include sizes.part
expect "2 values to decide"
key Tab
type "mail.test"
include sizes.part
expect "mail.test"
key Enter
expect "1 value to decide"
resize 40x12
row "MAIL_KEY" "not decided"
resize 100x30
key Tab
type "s-2718281"
include sizes.part
refuse "s-2718281"
key Enter
expect "All values are decided."

test "the review of it, and the field of a finding"
key Enter
expect "rollback"
row "[x]" "values/MAIL_HOST leads to the host mail.test: mail.test"
include sizes.part
press-until A "Progress"
expect "Done in" 20
include sizes.part
expect "Done in"
key Esc
row "Workload" "hotfix-one"
press-until Left "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-two"
key Enter
expect "2 values to decide" 20
key Esc
gone "to decide"

test "the conflicts of a promotion"
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"add","path":"/spec/containers/web/variables/THEME","value":"sepia"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/hotfix-one/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"add","path":"/spec/containers/web/variables/THEME","value":"dark"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
until 20 test "$(platform status hotfix-one)" = succeeded
until 20 test "$(platform status production)" = succeeded
press-until Right "in hotfix-one"
key P
expect "1 conflict to decide" 20
include sizes.part
row "conflict" "web" "variables/THEME"
key o
resize 40x12
expect "All conflicts are decided."
resize 100x30
row "(*)" "hotfix-one" "sepia"
key Esc
gone "conflict"

test "the hotfix and the platforms"
key H
expect "hotfix-one of production"
include sizes.part
expect "hotfix-one of production"
key Esc
expect "Workload"
key w
row "sidestage" "Contexts"
include sizes.part
row "embedded" "on this machine"
key Esc
expect "Workload"

test "a shared value and the field that changes it"
key Enter
expect "Environment ▸"
key 3
expect "PAGE_SIZE"
include sizes.part
press-until Down "▸ +PAGE_SIZE"
key E
expect "Change a shared value"
type "55"
include sizes.part
expect "55"
key Esc
gone "Change a shared value"
key 2
include sizes.part
key 4
include sizes.part
key d
expect "Difference"
include sizes.part
key Esc
press-until Esc "sidestage +Board"

test "the clones, and the field of how long one is kept"
key c
expect "Clones"
key E
include sizes.part
key Esc
include sizes.part
key Esc
expect "Workload"

test "the interrupted operations, and what was found in the history"
key i
expect "No operation is interrupted."
include sizes.part
press-until Esc "sidestage +Board"
key h
expect "History"
key /
type "clone"
include sizes.part
key Esc
press-until Esc "sidestage +Board"
key Q
exit 0 20
restored
nothing-runs 5
