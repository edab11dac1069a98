# From nothing but a kubeconfig to the board of what somebody else runs in a cluster, and away again
# without a trace.  A double of Kubernetes, or the one of KUBE_CLUSTER.

needs cluster
size 120x40
limit 10
on-failure tail -n 30 $DIR/state/sidestage/kube/*/sidestaged.log
env KUBECONFIG=$DIR/prod/kubeconfig

test "without a kubeconfig it is said where one belongs"
run sidestage kube
expect "No kubeconfig was found: KUBECONFIG names $DIR/prod/kubeconfig, which does not exist."
exit 2

test "a cluster that knows nothing of sidestage"
terminal cluster
run cluster serve prod story-shop
expect "the cluster is there" 60
terminal one

test "a mistyped context is told those there are"
run sidestage kube --context=prd
expect "has no context"
exit 2

test "one command opens the board on what runs there; it looks protected"
run sidestage kube --namespace=story-shop
expect "story-shop ■" 30
expect "production"
row "api" "1.4.2"
row "web" "1.4.2"
expect "running" 60

test "X does not delete what was found"
key X
expect "was found in the cluster and is not a clone"
key Esc
row "web" "1.4.2"

test "before anything is cloned, i lists what a clone gets and what stays"
key Enter
row "▸" "api" "1 of 1"
key i
row "Deployment" "api, web"
expect "the review of a clone shows what is different"
key Esc
row "▸" "api" "1 of 1"
key Esc
row "compared to"

test "the review of a clone says in a line each what is cloned, different and not cloned, and i says all"
key C
type "fix"
key Enter
row "cloned" "Deployment 2"
row "different" "no connection to the original"
refuse "cannot connect to the namespace"
key i
row "Deployment" "api, web"
expect "cannot connect to the namespace story-shop"
key Esc
row "cloned" "Deployment 2"
key Esc
row "compared to"

test "S says that it need not be protected, and protects it again"
key S
expect "Name of the environment"
type "story-shop"
key Enter
expect "story-shop is no longer protected."
gone "story-shop ■"
key S
expect "story-shop is protected."
row "story-shop ■"

test "the platform ends with the board"
key Q
exit 0 10
restored

test "and nothing is left when it is forgotten"
sh sidestage kube forget --approve=admin
sh test "$(cluster spaces prod)" = "story-shop"
terminal cluster
signal TERM
exit 0 60
nothing-runs 20
