# A second `sidestage demo` joins the platform of the first; it ends with the last one.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the first demo starts a platform"
run sidestage demo
expect "topicshare-inc" 20
row "running" "running" "running"
let PLATFORM platform process
let PROCESSES processes $SPACES
differ "$PROCESSES" ""

test "the second joins it and sees the same board, though it stands still for a while"
terminal two
sh kill -STOP $PLATFORM
run sidestage demo
sh sleep 7
sh kill -CONT $PLATFORM
row "running" "running" "running"
row "web" "2.0.0-rc3" "2.0.0-rc1" "1.4.2"
let NOW platform process
equal "$NOW" "$PLATFORM"
let NOW processes $SPACES
equal "$NOW" "$PROCESSES"

test "what one client makes appears in the other by itself"
let FROM platform deployment production
sh platform post /envs '{"id":"made-elsewhere","name":"Elsewhere","type":"development","from_deploy_id":"'$FROM'"}'
match "(made-elsewhere|Elsewhere)"
terminal one
match "(made-elsewhere|Elsewhere)"
sh platform get /envs/made-elsewhere --method DELETE --quiet
match "Workload"
gone "lsewhere"

test "the platform goes on when the first client ends"
key Q
exit 0 10
restored
sh test "$(platform process)" = "$PLATFORM"
let NOW processes $SPACES
equal "$NOW" "$PROCESSES"

test "and ends with the last one"
terminal two
row "running" "running" "running"
key Q
exit 0 10
restored
nothing-runs 5
