# What runs in a cluster, from near: the pods of a workload, what their containers do, why they fail,
# and that nobody knows while the cluster does not answer.

env TARGET=cluster PATH=$TTY/on-cluster:$PATH
needs cluster
size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "below a workload are its pods, with phase, restarts, age and node"
run sidestage demo
expect "running" 30
press-until Right "in Production"
key Enter
row "▸" "api" "1.4.2" "1 of 1" "0 restarts"
row "pod" "phase" "ready" "restarts" "age" "node"
match "● api-[a-z0-9]+-[a-z0-9]+ +running +1 of 1 +0 +[0-9]+[sm] +node"
press-until Down "▸ .*web"
match "● web-[a-z0-9]+-[a-z0-9]+ +running"

test "where there is no room for columns a pod is a sentence"
resize 40x12
match "pod web-[a-z0-9]+-[a-z0-9]+ on node"
resize 120x40
match "● web-[a-z0-9]+-[a-z0-9]+ +running"

test "the plain lines and JSON say the same"
let LINES $SIDESTAGE environment production --socket=$SOCKET | grep -cE "^    pod web-[a-z0-9-]+ on node, .* old: ready, 0 restarts"
equal "$LINES" 1
sh $SIDESTAGE environment production --json --socket=$SOCKET >$DIR/out && grep -q '"phase": *"running"' $DIR/out && grep -q '"container": *"web"' $DIR/out

test "a crash loop is seen while it goes on: the restarts, the reason, and how it ended last"
sh cluster double prod "image topicshare-web:1.4.2 crash"
sh cluster remove-pods prod topicshare-production web-
row "✗ web" "0 of 1" "restart" "container web ended with status 1 and was restarted"
match "✗ web-[a-z0-9]+-[a-z0-9]+ +failed +0 of 1 +[1-9]"
match "web: (CrashLoopBackOff|Error).*; last ended [0-9]+s ago: status 1"
let LINES $SIDESTAGE environment production --socket=$SOCKET | grep -cE "^      web: .*last ended .*: status 1"
equal "$LINES" 1

test "an image that cannot be pulled is said in the registry's words"
sh cluster double prod "image topicshare-web:1.4.2 denied"
sh cluster remove-pods prod topicshare-production web-
row "✗ web" "0 of 1" "image local/topicshare-web:1.4.2 of container web cannot be pulled: pull"
row "cannot be pulled: pull access denied, repository does not exist or"
row "may require authorization: authorization failed: no basic auth credentials"
match "web: (ErrImagePull|ImagePullBackOff)$"

test "it runs again by itself when the image is there"
sh cluster double prod
sh cluster remove-pods prod topicshare-production web-
row "● web" "1 of 1" "0 restarts"
match "● web-[a-z0-9]+-[a-z0-9]+ +running +1 of 1"

test "while the cluster does not answer what runs is unknown, here and on the board"
sh cluster double prod away
row "○ web" "? of 1"
match "○ web-[a-z0-9]+-[a-z0-9]+ +unknown +[?] of 1"
key Esc
row "○ unknown" "○ unknown"
row "pods" "? of 1"
row "unknown" "The cluster at https://127.0.0.1:" "cannot be reached"
sh cluster double prod
row "● running" "● running" "● running"
row "pods" "1 of 1"
key Q
exit 0 10
restored
nothing-runs 10
