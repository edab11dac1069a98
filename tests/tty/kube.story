# From nothing but a kubeconfig to the board of what somebody else runs in a cluster, through a
# hotfix there, and away again without a trace.  A double of Kubernetes, or the one of KUBE_CLUSTER.

needs cluster
size 120x40
limit 10
on-failure tail -n 30 $HOME/.local/state/sidestage/kube/*/sidestaged.log $XDG_STATE_HOME/sidestage/kube/*/sidestaged.log
env KUBECONFIG=$DIR/prod/kubeconfig

test "without a kubeconfig it is said where one belongs"
run sidestage kube
expect "There is no kubeconfig: KUBECONFIG names $DIR/prod/kubeconfig, which does not exist."
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
row "Workload" "story-shop ■" 30
row "production"
row "api" "1.4.2"
row "web" "1.4.2"
row "running" 60

test "X does not delete what was found"
key X
gone "Delete"
match "(protected|found in the cluster)"

test "C clones it into a namespace of the clone's own"
key C
expect "Name of the clone"
type "hotfix-1"
key Enter
expect "A approve" 20
press-until A "creat|deploy|running|1 operation" 20
key Esc
row "story-shop ■" "hotfix-1" 60
press-until Right "in hotfix-1"
row "web" "1.4.2" "1.4.2"
