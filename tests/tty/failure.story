# A version that ends at once (web 1.4.4-rc1 wants FEATURE_FLAGS_URL) fails with an error that
# names the workload and shows its last output; what ran before keeps running.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env APPROVE=A

test "a version whose program exits is deployed to QA"
run sidestage demo
expect "topicshare-inc" 20
row "running" "running" "running"
let BEFORE processes $SPACES/topicshare-inc/topicshare/qa
let QA platform address qa web
press-until Right "in (QA|qa)"
press-until Down "web in (QA|qa)"
press-until Down "web in (QA|qa)"
key V
expect "1.4.4-rc1"
type "1.4.4-rc1"
key Enter
expect "rollback"
row "web" "image" "2.0.0-rc1" "1.4.4-rc1"
expect "A approve"
key $APPROVE
type "qa"
key Enter

test "the deployment ends as failed, names web and shows what it said"
until 30 test "$(platform status qa)" = failed
expect "failed" 10
colour "failed" bold fg=209
expect "web"
expect "FEATURE_FLAGS_URL"
let FAILED platform deployment qa
sh platform get /envs/qa/deploys/$FAILED/errors --quiet --contains web --contains FEATURE_FLAGS_URL

test "the command shows the reason and the last lines, too"
sh sidestage environment qa --demo | grep -A1 'failed: web: ' | grep -q FEATURE_FLAGS_URL
sh sidestage environment qa --demo --json | python3 -c 'import json, sys; e = json.load(sys.stdin)["deployment_errors"]; sys.exit(e[0]["object"] != "web" or "FEATURE_FLAGS_URL" not in e[0]["message"])'
sh sidestage environment production --demo --json | python3 -c 'import json, sys; sys.exit("deployment_errors" in json.load(sys.stdin))'

test "in the smallest window the output is reached to its end, and whole"
resize 40x12
refuse "its last lines" "keeps running"
press-until Down "its last lines"
key G
expect "The previous deployment keeps running."
expect "FEATURE_FLAGS_URL"
refuse "Check that nothing"
key g
expect "Check that nothing"
resize 120x40
expect "The previous deployment keeps running."

test "what ran before keeps running"
let NOW processes $SPACES/topicshare-inc/topicshare/qa
equal "$NOW" "$BEFORE"
sh fetch --quiet --valid-utf8 $QA/

test "the board says so, and shows the version that runs"
key Esc
expect "Workload"
expect "failed"
row "web" "2.0.0-rc3" "2.0.0-rc1" "1.4.2"
refuse "primed"

test "an environment that somebody else rebased is marked, before the next deployment rides on it"
let OTHER platform deployment development
sh platform put /envs/qa/from_deploy_id "\"$OTHER\""
expect "primed"
colour "primed" bold fg=209
key Q
exit 0 10
restored
nothing-runs 5
