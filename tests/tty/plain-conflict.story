# A promotion with conflicts in plain lines: each is asked about by itself, a wrong answer is asked
# again, and nothing is sent when the answers end early.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "Production is cloned, and both change the same two variables; Production one more"
run sidestage demo
expect "running" 20
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-one"
key Enter
expect "rollback"
expect "A approve"
key A
until 20 test "$(platform status hotfix-one)" = succeeded
key Esc
row "Workload" "hotfix-one"
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"add","path":"/spec/containers/web/variables/THEME","value":"sepia"},{"op":"add","path":"/spec/containers/web/variables/TONE","value":"warm"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/hotfix-one/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"add","path":"/spec/containers/web/variables/THEME","value":"dark"},{"op":"add","path":"/spec/containers/web/variables/TONE","value":"cold"},{"op":"add","path":"/spec/containers/web/variables/COLLEAGUE","value":"stays"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
until 20 test "$(platform status hotfix-one)" = succeeded
until 20 test "$(platform status production)" = succeeded
let BEFORE platform deployment production


test "answers that end in the middle change nothing"
key Q
exit 0 10
sh printf 'promote hotfix-one\n1\n' | sidestage demo --linear >$DIR/early 2>&1; test $? = 1
sh grep -q 'Conflict 1 of 2: web' $DIR/early
sh grep -q 'Conflict 2 of 2: web' $DIR/early
sh grep -q 'Nothing was changed' $DIR/early

test "the clones are told, and what of them is not promoted"
sh printf 'clones\nquit\n' | sidestage demo --linear >$DIR/clones
sh grep -q 'hotfix-one: a clone of production, created .* left' $DIR/clones
sh grep -q '2 changes are not promoted, 2 conflicts' $DIR/clones

test "each is asked, a wrong answer again, one goes back, and what was chosen is deployed"
run sh -c "stty -echo; exec sidestage demo --linear"
expect "lists the commands" 20
type "promote hotfix-one\n"
expect "Conflict 1 of 2" 20
expect "1: hotfix-one: "
expect "2: production: "
type "3\n"
expect "Invalid answer"
type "b\n"
expect "This is the first conflict"
type "1\n"
expect "Conflict 2 of 2"
type "b\n"
expect "b: back"
type "1\n"
type "2\n"
expect "Review: promote" 20
expect "protected.  Reason"
type "both are wanted\n"
type "production\n"
expect "Done." 20
type "quit\n"
exit 0 10
nothing-runs 5
