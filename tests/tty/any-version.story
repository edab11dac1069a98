# Where a cluster fetches the images, a version can be asked for that the platform does not know.

env TARGET=cluster PATH=$TTY/on-cluster:$PATH
needs cluster
size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "V finds what is known, and says what would be asked for where nothing is"
run sidestage demo
expect "running" 30
press-until Right "in QA"
press-until Down "web in QA"
press-until V "Version ▸"
expect "or type any"
row "1.4.3"
type "1.4.77"
row "The platform does not know local/topicshare-web:1.4.77" "Enter asks the cluster for it"
key Ctrl-U
type "registry.example/other/web@sha256:0123"
row "The platform does not know registry.example/other/web@sha256:0123"
key Ctrl-U
type "sha256:4567"
row "The platform does not know local/topicshare-web@sha256:4567"
key Ctrl-U
type "1.4.77"
row "The platform does not know local/topicshare-web:1.4.77"

test "the review says that nobody knows yet whether it exists"
key Enter
expect "A approve" 20
expect "the platform does not know local/topicshare-web:1.4.77"
row "web" "image" "1.4.77"
key A
type "qa"
key Enter
until 30 test "$(platform get /envs/qa --get /last_deploy/comment | grep -c 1.4.77)" = 1
until 30 test "$(platform status qa)" = succeeded
key Esc
row "web" "1.4.77"

test "an image that does not exist fails in the registry's words, and what ran goes on"
press-until Down "web in QA"
press-until V "Version ▸"
type "fail/denied:1"
row "The platform does not know fail/denied:1"
key Enter
expect "A approve" 20
expect "the platform does not know fail/denied:1"
key A
type "qa"
key Enter
until 60 test "$(platform status qa)" = failed
key Esc
row "failed" "image fail/denied:1 of container web cannot be pulled: pull access denied,"
row "repository does not exist or may require authorization: authorization failed"

test "the sub-command takes one, too, and says the same before it is approved"
let SAID $SIDESTAGE version qa web 1.4.78 --socket=$SOCKET | grep -c "does not know local/topicshare-web:1.4.78"
equal "$SAID" 1
sh $SIDESTAGE version qa web 1.4.78 --socket=$SOCKET --approve=qa >$DIR/out 2>&1 || { cat $DIR/out; exit 1; }
sh test "$(platform status qa)" = succeeded
key Q
exit 0 10
restored
nothing-runs 10
