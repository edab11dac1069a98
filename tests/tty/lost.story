# What a deployment takes away for good is said before it.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "a promotion that does without a database says that its data goes"
run sidestage demo
expect "running" 20
row "running" "running" "running"
let BEFORE platform deployment production
sh platform post /deltas '{"shared":[{"op":"add","path":"/notes","value":{"type":"sqlite"}}]}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
until 20 test "$(platform status production)" = succeeded
key R
press-until Right "in [Pp]roduction"
row "resources" "db notes"
key C
expect "Name of the clone"
key Enter
expect "rollback"
expect "A approve"
key A
until 20 test "$(platform status hotfix-1)" = succeeded
key Esc
row "Workload" "hotfix-1"
sh platform post /deltas '{"shared":[{"op":"remove","path":"/notes"}]}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
let CLONED platform deployment hotfix-1
sh platform post /envs/hotfix-1/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
until 20 test "$(platform deployment hotfix-1)" != $CLONED && test "$(platform status hotfix-1)" = succeeded
press-until Right "in hotfix-1"
key R
row "to promote" "1 change"
key P
expect "notes is no longer declared: the platform may delete it with its data"
key Esc
