# One environment from near.

size 120x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "Enter opens the environment under the cursor: what runs in it"
run sidestage demo
expect "running" 20
row "running" "running" "running"
sh platform post /values '{"key":"LEVEL","value":"info","description":"How much is said"}' --quiet
sh platform post /envs/qa/values '{"key":"GREETING","value":"hello, QA","description":""}' --quiet
sh platform post /envs/qa/values '{"key":"PASSWORD","value":"s3cret-of-qa","description":"","is_secret":true}' --quiet
press-until Right "in (QA|qa)"
key Enter
expect "Environment"
row "api" "2.0.0-rc1" "1 of 1" "0 restarts"
row "worker" "1.8.1" "1 of 1"

test "its resources with what they give"
key 2
row "shared.db" "sqlite" "path"
row "modules.web.externals.dns" "host web.qa.topicshare.localhost"

test "its shared values with where each comes from, and no secret"
key Tab
row "GREETING" "environment" "hello, QA"
row "LEVEL" "application" "info"
row "PASSWORD" "environment" "a secret, never shown"
refuse "s3cret"

test "its deployments with who and when, and which one runs"
key 4
row "qa" "running"

test "a click selects a row, y copies what stands in it, and no secret"
click "qa  "
key y
expect "Copied the deployment's id:"
key 3
click "GREETING"
key y
expect "Copied the value: hello, QA"
click "PASSWORD"
key y
expect "Nothing here can be copied"
key 1
key Up

test "l follows the workload that is selected"
key 1
key Down
key l
expect "search in qa"
expect "listens on"
key Esc
gone "listens on"
key Esc
expect "Workload"

test "of one that was never deployed it says so, and not that it is not known yet"
sh platform post /envs '{"id":"bare","name":"Bare","type":"development"}' --quiet
expect "Bare" 20
key /
type "bare"
key Enter
key Enter
expect "Nothing runs here."
key 2
expect "It has no resources."
key d
expect "Nothing was ever deployed here."
refuse "not known"
key Esc
gone "Nothing was ever deployed here."
key Esc
expect "Workload"
test "what ended and runs again says how, and when that was"
press-until Right "in (QA|qa)"
key Enter
row "worker" "0 restarts"
sh kill -KILL $(processes $SPACES/topicshare-inc/topicshare/qa/modules/worker)
row "worker" "1 of 1" "1 restart" "ended" "signal 9 (Killed)"
sh sidestage environment qa --demo | grep 'worker .*1 restart: ended .*: signal 9 (Killed)'
sh sidestage environment qa --demo --json | grep '"how": "signal 9 (Killed)"'
key Esc
key Q
exit 0 10
restored
nothing-runs 5
