# The board and the environments where these are namespaces of two clusters: one says nothing, and in
# an environment of the other pods fail.

size 120x40

test "the board says where each environment runs, and how it does"
env STILL_CLOCK=$DIR/clock
sh echo 1773457200000 >$STILL_CLOCK
sh umask 077; printf "%064d\n" 7 >$DIR/key
sh printf 'apiVersion: v1\nkind: Config\nclusters: [{name: c, cluster: {server: "https://192.0.2.1:6443"}}]\nusers: [{name: u, user: {token: none}}]\ncontexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\n' >$DIR/kubeconfig && chmod 600 $DIR/kubeconfig
sh printf '[state]\n\tdirectory = %s/platform\n[run]\n\timages = %s/images\n[listen]\n\tsocket = %s/socket\n[cluster "prod"]\n\tkubeconfig = %s/kubeconfig\n[cluster "lab"]\n\tkubeconfig = %s/kubeconfig\n' $DIR $DIR $DIR $DIR $DIR >$DIR/c.conf
sh sed 's|"definitions": \[|&{"id": "lab", "name": "Lab", "type": "k8s-cluster", "driver_type": "sidestage/kubernetes", "driver_inputs": {"values": {"cluster": "lab"}}, "criteria": [{"env_type": "development"}]},|' $TTY/../kube/topicshare.json >$DIR/world.json
sh mkdir -p $DIR/images
terminal platform
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestaged serve --config c.conf --secret-key-file key --log-level notice --user oncall --import world.json'
expect "serving"
env SOCKET=$DIR/socket
terminal one
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=socket --reduced-motion'
tick-until "running"
press-until Right "in Production"
row "runs in" "lab/topicshare-development" "prod/topicshare-qa" "prod/topicshare-production"
shot kube-board

test "an environment whose pods run"
key Enter
row "▸" "api" "1 of 1"
row "pod" "phase" "ready"
shot kube-environment

test "one whose pods fail"
key Esc
row "Board" "topicshare"
press-until Left "in QA"
key Enter
row "✗ api" "0 of 1"
shot kube-failing
key Down
row "web: CrashLoopBackOff; last ended"
shot kube-crash

test "one of which the cluster says nothing"
key Esc
row "Board" "topicshare"
press-until Left "in Development"
key Enter
row "○ api"
shot kube-unknown
include end.part
