# However the client ends, no process stays; the state does.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the demo runs"
run sidestage demo
expect "topicshare-inc" 20
row "running" "running" "running"
let PAGE platform address production web
let API platform address production api
sh fetch --wait 5 --quiet --data '{"title":"Before the kill","author":"oncall"}' $API/topics
let DEPLOYMENT platform deployment production

test "kill -9 leaves no process within 5 s"
signal KILL
exit KILL
nothing-runs 5

test "the second start shows the board within 1 s and runs the sample within 3 s"
run sidestage demo
row "web" "2.0.0-rc3" "2.0.0-rc1" "1.4.2"
within 1
until 3 fetch --quiet --contains "Before the kill" $PAGE/
within 3

test "it shows the same state"
row "running" "running" "running"
let NOW platform deployment production
equal $NOW $DEPLOYMENT
let NOW platform address production web
equal $NOW $PAGE

test "SIGTERM ends it in order"
signal TERM
exit 0 10
restored
nothing-runs 5
