# What a clone would promote is counted by the merge that its promotion is: what a colleague
# changes in the origin meanwhile is none of the clone's changes.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "a new clone has nothing to promote"
run sidestage demo
expect "running" 20
sh sidestage clone production hotfix-count --demo --approve=hotfix-count >$DIR/out
expect "hotfix-count" 20
row "to promote" "nothing"

test "nor has it when a colleague deploys to its origin"
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"add","path":"/spec/containers/web/variables/THEME","value":"sepia"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$DELTA\",\"comment\":\"a sepia one\"}" --quiet
until 20 test "$(platform status production)" = succeeded
row "web" "1.4.2" "~"
row "to promote" "nothing"

test "its own change is one, and not two"
sh sidestage version hotfix-count web 1.4.3 --demo --approve=hotfix-count >$DIR/out
row "to promote" "1 change"
row "web" "1.4.3" ">"
key Q
exit 0 20
