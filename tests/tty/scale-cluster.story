# Replicas, restart and pause by a key of what was found in a cluster: protected, patched field by
# field, and not ours afterwards.

needs cluster
size 120x40
limit 10
on-failure tail -n 30 $DIR/state/sidestage/kube/*/sidestaged.log
env KUBECONFIG=$DIR/prod/kubeconfig

test "a cluster that knows nothing of sidestage"
terminal cluster
run cluster serve prod story-scale
expect "the cluster is there"
terminal one
let REST cluster rest prod story-scale web
let API cluster rest prod story-scale api

test "the keys are there for what was found"
run sidestage kube --namespace=story-scale
expect "story-scale ■"
row "web" "1.4.2"
expect "running"
key Enter
row "▸" "api" "1 of 1"
row "S scale" "B restart" "Z pause"

test "S is reviewed as a change of what is protected: a reason and the name"
press-until Down "▸ .*web"
key S
row "Scale" "story-scale: web"
row "Replicas" "1"
type "3"
key Enter
row "~ web" "replicas" "1 → 3"
row "Reason"
expect "A approve"
key A
type "more load"
key Enter
type "story-scale"
key Enter
expect "Done in"
key Esc
row "▸" "web" "3 of 3"
let COUNT cluster count prod story-scale web
equal "$COUNT" 3

test "nothing else was written, and no field is ours"
let NOW cluster rest prod story-scale web
equal "$NOW" "$REST"
let NOW cluster rest prod story-scale api
equal "$NOW" "$API"
let MANAGERS cluster managers prod story-scale web
equal "$MANAGERS" "kubectl"

test "B makes new pods of both that are marked"
key Space
press-until Up "▸ .*api"
key Space
key B
expect "2 workloads change"
row "api"
row "web"
press-until PgDn "A approve"
key A
type "it leaks"
key Enter
type "story-scale"
key Enter
expect "Done in"
key Esc
row "api" "1 of 1"
let AT cluster restarted prod story-scale api
differ "$AT" "never"
let ALSO cluster restarted prod story-scale web
equal "$ALSO" "$AT"
let COUNT cluster count prod story-scale web
equal "$COUNT" 3
let NOW cluster rest prod story-scale web
equal "$NOW" "$REST"
key Esc

test "Z pauses all of it, and Z brings back as many as there were"
key Z
row "~ api" "replicas" "1 → 0"
row "~ web" "replicas" "3 → 0"
press-until PgDn "A approve"
key A
type "maintenance"
key Enter
type "story-scale"
key Enter
expect "Done in"
key Esc
row "web" "0 of 0"
let COUNT cluster count prod story-scale web
equal "$COUNT" 0
key Z
row "~ api" "replicas" "0 → 1"
row "~ web" "replicas" "0 → 3"
press-until PgDn "A approve"
key A
type "maintenance is over"
key Enter
type "story-scale"
key Enter
expect "Done in"
key Esc
row "web" "3 of 3"
let COUNT cluster count prod story-scale web
equal "$COUNT" 3

test "a colleague who scales it while it is reviewed is shown in the review"
press-until Down "▸ .*web"
key S
type "5"
key Enter
row "~ web" "replicas" "3 → 5"
sh cluster apply prod story-scale 1.4.3
row "story-scale moved" "kubectl"
expect "Changed since you looked:"
row "~ web" "replicas" "3 → 1"
row "~ web" "replicas" "1 → 5"
key Esc
row "web" "1.4.3"

test "what does not let us change it is named before anything is sent"
sh cluster double prod 'PATCH .*dryRun=All status 403 {"kind":"Status","apiVersion":"v1","status":"Failure","message":"deployments.apps \"web\" is forbidden","reason":"Forbidden","code":403}'
key S
type "4"
key Enter
expect "The cluster refused \"patch deployments/web\": deployments.apps \"web\" is forbidden"
key Esc
sh cluster double prod
let COUNT cluster count prod story-scale web
equal "$COUNT" 1

test "in a clone of it S gives a workload the number that its clone is to have"
key Esc
expect "Workload"
key C
type "fix"
key Enter
expect "A approve"
key A
expect "Done in"
key Esc
press-until Right "in fix"
key Enter
row "▸" "api" "1 of 1"
key S
row "Scale" "fix: api"
row "Replicas" "1"
type "2"
key Enter
row "+ api" "replicas" "2"
expect "A approve"
key A
expect "Done in"
key Esc
row "▸" "api" "2 of 2"

test "that number is the clone's own: promoting brings the change beside it, and says so"
key Esc
row "pods" "2 of 2"
key V
expect "Version ▸"
type "1.4.3"
key Enter
expect "A approve"
key A
expect "Done in"
key Esc
row "to promote" "1 change"
key P
expect "Replicas and pauses of fix are not promoted: api"
row "~ api" "1.4.2 → 1.4.3"
refuse "api +replicas"
key Esc
key Q
exit 0 10
restored

terminal cluster
signal TERM
exit 0 60
nothing-runs 20
