# A review that is open follows what it is about: when somebody else changes that, it says who
# changed what, in the difference, and is approved only after that was read.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "a clone has a fix, and its promotion is being read"
run sidestage demo
expect "running" 20
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
expect "A approve"
key A
expect "Done in" 20
key Esc
row "Workload" "hotfix-1"
press-until Right "in hotfix-1"
press-until Down "web in hotfix-1"
press-until Down "web in hotfix-1"
key V
expect "1.4.3"
type "1.4.3"
key Enter
expect "A approve"
key A
expect "Done in" 20
key Esc
row "Workload" "hotfix-1"
key P
row "Review" "promote hotfix-1"
expect "has not changed since it was cloned"
expect "A approve"

test "somebody deploys there: the open review says who changed what, and whose each line is"
sh platform post /deltas '{"modules":{"update":{"worker":[{"op":"replace","path":"/spec/containers/worker/image","value":"local/topicshare-worker:1.9.0"},{"op":"add","path":"/spec/containers/worker/variables/TONE","value":"warm"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$DELTA\",\"comment\":\"worker for release\"}" --quiet
until 20 test "$(platform status production)" = succeeded
expect "production moved: oncall deployed \"worker for release\"." 20
expect "Changed since you looked:"
row "~ worker" "1.8.1" "1.9.0"
row "theirs" "-" "image: local/topicshare-worker:1.8.1"
row "theirs" "+" "image: local/topicshare-worker:1.9.0"
row "ours" "-" "image: local/topicshare-web:1.4.2"
row "ours" "+" "image: local/topicshare-web:1.4.3"
refuse "has not changed"
save screen.txt

test "it is approved after that was read, and their change stays"
expect "A approve"
key A
type "Korean titles"
key Enter
type "production"
key Enter
expect "Done in" 20
sh platform get /sets/$(platform get /envs/production --get /last_deploy/set_id) >$STATE/set
sh grep -q topicshare-worker:1.9.0 $STATE/set
sh grep -q topicshare-web:1.4.3 $STATE/set
key Esc

test "where there is little room it is not approved before it was read to its end"
resize 60x15
press-until Left "in QA"
key D
expect "Workloads"
press-until G "A approve"
sh platform post /deltas '{"modules":{"update":{"worker":[{"op":"add","path":"/spec/containers/worker/variables/MOOD","value":"calm"},{"op":"add","path":"/spec/containers/worker/variables/PACE","value":"slow"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/qa/deploys "{\"delta_id\":\"$DELTA\",\"comment\":\"calmer\"}" --quiet
until 20 test "$(platform status qa)" = succeeded
expect "qa moved: oncall deployed \"calmer\"." 20
expect "more below"
refuse "A approve"
let BEFORE platform deployment qa
key A
type "qa"
key Enter
expect "Read the difference to its end first"
sh test "$(platform deployment qa)" = "$BEFORE"
press-until Down "of web"
key Esc
press-until G "A approve"
key Esc
row "sidestage" "Board"

test "what moved in the very last moment is refused, and Enter shows it and reviews it again"
resize 120x40
key D
expect "A approve"
key A
type "qa"
sh platform post /deltas '{"modules":{"update":{"worker":[{"op":"add","path":"/spec/containers/worker/variables/LAST","value":"moment"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/qa/deploys "{\"delta_id\":\"$DELTA\",\"comment\":\"at last\"}" --quiet
key Enter
expect "at last" 20
press-until Enter "Changed since you looked:"
row "+ worker" "variable LAST" "moment"
key Esc
press-until Esc "sidestage +Board"

test "a clone follows the values that it will see, and calls nobody's change ours"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "followed"
key Enter
expect "A approve"
sh platform put /values/PAGE_SIZE '{"value":"77","description":"","is_secret":false}' >$STATE/answer
expect "PAGE_SIZE is 77 instead of" 20
row "+" "PAGE_SIZE" "77"
refuse "ours"
expect "A approve"
key Esc
expect "Workload"
key Q
exit 0 10
restored
nothing-runs 5
