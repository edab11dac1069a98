# What a cluster says of a change before it is approved: where it will run, what restarts, what it
# warns of and refuses.

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

test "a right that is missing is named, and nothing is approved without it"
key Esc
gone "rollback"
sh cluster double prod "deny * create deployments.apps *"
key C
expect "Name of the clone"
key Enter
expect "rollback"
row "lacks rights in the namespace topicshare-hotfix-1" "create"
press-until G "shared by the workloads"
key A
expect "would be refused"
sh cluster double prod

test "with it the clone is made"
key Esc
gone "rollback"
key C
expect "Name of the clone"
key Enter
expect "Will run in cluster prod"
press-until G "shared by the workloads"
press-until A "Done in" 60
key Esc
row "Workload" "hotfix-1"

test "the review of a version says where it runs and what restarts"
press-until Right "in hotfix-1"
key V
expect "1.4.3"
type "1.4.3"
key Enter
expect "rollback"
row "Runs in cluster prod, namespace topicshare-hotfix-1"
row "Restarts web"

test "a warning is shown in its colour, and stops nothing"
key Esc
gone "rollback"
sh cluster double prod "PATCH deployments/web warn spec.old: use spec.new instead"
key V
expect "1.4.3"
type "1.4.3"
key Enter
row "the cluster warns about deployments/web" "use spec.new instead"

test "what the cluster refuses is shown, and A says it"
key Esc
gone "rollback"
sh cluster double prod 'PATCH deployments/web status 403 {"kind":"Status","status":"Failure","code":403,"message":"admission webhook denied the request: no deployments on Friday"}'
key V
expect "1.4.3"
type "1.4.3"
key Enter
row "no deployments on Friday"
press-until A "deployments/web would be refused"
expect "rollback"

test "a cluster that is away stops nothing: it was not checked, and why is said"
key Esc
gone "rollback"
sh cluster double prod away
key V
expect "1.4.3"
type "1.4.3"
key Enter
row "checked before the deployment"
sh cluster double prod
key Esc
gone "rollback"
key Q
exit 0 10
restored
nothing-runs 10
