# Replicas, restart and pause by a key, in an environment of this machine: each is a change that is
# reviewed, and what cannot be changed so says why.

size 80x24
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "S asks for a number and says at once what is none"
run sidestage demo
expect "running" 20
press-until Right "in (QA|qa)"
key Enter
row "▸" "api" "1 of 1"
row "S scale" "Z pause"
key S
row "Scale" "qa: api"
row "Replicas" "1"
type "many"
expect "Expected a whole number, such as 3."
key Enter
expect "\"many\": Expected a whole number"
key Ctrl-U
type "1"
key Enter
expect "No change: api has 1 replica already."
key Ctrl-U
type "3"
key Enter

test "the review says the number and asks for the name, as for every environment that is not mine"
row "+ api" "replicas" "3"
expect "QA is not your clone"
key Esc
row "▸" "api" "1 of 1"

test "approved, so many run"
key S
type "3"
key Enter
expect "A approve"
key A
type "qa"
key Enter
expect "Done in" 20
key Esc
row "▸" "api" "3 of 3"

test "marked workloads get one number together, and Esc takes the marks away first"
press-until Down "▸ .*web"
key Space
row "* " "web"
row "▸" "worker"
key Space
key S
row "Scale" "qa: web, worker"
expect "Number of replicas of each workload."
type "1"
key Enter
expect "No change: each workload has 1 replica already."
key Ctrl-U
type "2"
key Enter
expect "2 workloads change"
row "+ web" "replicas" "2"
row "+ worker" "replicas" "2"
key Esc
row "* " "web"
key Esc
no-row "* " "web"
row "worker" "1 of 1"

test "where no field makes new pods, B says so"
key B
expect "worker does not consist of objects of a cluster, so it cannot be restarted."
no-row "B restart"

test "on another tab there is no workload to scale, and Esc clears no mark that is not seen"
key Space
row "*▸" "worker"
key 2
no-row "S scale"
key S
expect "Select a workload first: 1."
key Esc
expect "C clone"
key Enter
row "▸" "api"

test "Z pauses the environment: no workload has a replica"
key Z
expect "4 workloads change"
row "~ api" "replicas" "3 → 0"
row "+ worker" "replicas" "0"
press-until PgDn "A approve"
key A
type "qa"
key Enter
expect "Done in" 20
key Esc
row "api" "0 of 0"
row "worker" "0 of 0"

test "what was deployed since stays when Z resumes it with the numbers from before"
sh sidestage version qa worker 1.9.0 --demo --approve=qa --no-wait >$DIR/out 2>&1 || grep -q "still running" $DIR/out
row "worker" "1.9.0" "0 of 0"
key Z
expect "undo in qa"
row "~ api" "replicas" "0 → 3"
row "- worker" "replicas" "0"
press-until PgDn "A approve"
key A
type "qa"
key Enter
expect "Done in" 20
key Esc
row "api" "3 of 3"
row "worker" "1.9.0" "1 of 1"

test "the palette and the help have them"
key :
type "replicas"
row "scale" "Change the number of replicas" "S"
key Esc
row "worker" "1.9.0"
key ?
row "Z" "Pause the environment"
key Esc
row "worker" "1.9.0"

test "a mark goes with its workload, and that is said: Esc has no mark to clear then"
press-until Down "▸ .*worker"
key Space
row "*▸" "worker"
sh platform post /deltas '{"modules":{"remove":["worker"]}}' | grep -o '"id": *"[^"]*"' | head -n 1 | cut -d '"' -f 4 >$DIR/delta
sh platform post /envs/qa/deploys '{"delta_id":"'$(cat $DIR/delta)'"}' --quiet
expect "worker is not there any more." 20
no-row "*"
key Esc
expect "C clone"
key Q
exit 0 10
restored
nothing-runs 10

test "with --read-only each key says why it changes nothing"
run sidestage demo --read-only
expect "running" 20
press-until Right "in (QA|qa)"
key Enter
row "▸" "api" "3 of 3"
no-row "S scale"
key S
expect "read-only"
key Esc
expect "Workload"
key Q
exit 0 10
