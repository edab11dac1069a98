# What a cluster says of a clone before it is approved: where it will run, and what it refuses.

env TARGET=cluster PATH=$TTY/on-cluster:$PATH CLUSTERS=prod
needs cluster
size 120x40
limit 20
on-failure tail -n 30 $STATE/sidestaged.log

test "the review of a clone says where it will run"
run sidestage demo
expect "running" 30
press-until Right "in Production"
key C
expect "Name of the clone"
key Enter
expect "rollback"
row "Will run in cluster prod, namespace topicshare-hotfix-1 (new)"
no-row "runs in"
# Nothing declares a resource here: no heading without lines.
no-row "Resources"

test "a right that is missing is named, and nothing is approved without it"
key Esc
gone "rollback"
sh cluster double prod "deny * create deployments.apps *"
key C
expect "Name of the clone"
key Enter
expect "rollback"
row "lacks rights in the namespace topicshare-hotfix-1" "create"
press-until A "would be refused"
row "Will run in cluster prod"

test "a cluster that is away stops nothing: it was not checked, and why is said"
key Esc
gone "rollback"
sh cluster double prod away
key C
expect "Name of the clone"
key Enter
row "checked before the deployment"
sh cluster double prod
key Esc
gone "rollback"

test "what the cluster warned of stands where the operation ended"
sh cluster double prod "PATCH deployments/web warn spec.x is old"
key C
expect "Name of the clone"
key Enter
expect "rollback"
expect "A approve"
key A
expect "Done in"
row "The cluster warns of deployments/web: spec.x is old"
no-row "more warning"
key Esc

test "many of them leave room for the workloads, and are counted"
sh cluster double prod "PATCH . warn spec.y is old"
key V
expect "Version ▸"
type "1.4.3"
key Enter
expect "rollback"
row "spec.y is old"
expect "A approve"
key A
expect "Done in"
row "The cluster warns of"
row "more warnings"
row "api" "1.4.3" "ready"
sh cluster double prod
key Esc
key Q
exit 0 10
restored
nothing-runs 10
