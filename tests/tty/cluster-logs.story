# What pods print, on the screen and by the sub-command: now, before the last restart, of one
# container and of a deployment; and what a cluster has no longer is said.

env TARGET=cluster PATH=$TTY/on-cluster:$PATH
needs cluster
size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "l shows what the pods of a workload print"
run sidestage demo
expect "running" 30
press-until Right "in Production"
press-until Down "web in Production"
key l
row "web: started as local/topicshare-web:1.4.2"
row "p previous"

test "p shows what was printed before the last restart, and says where there was none"
key p
row "Logs" "before the last restart"
row "No container was restarted"
key p
row "web: started as local/topicshare-web:1.4.2"
let SAID $SIDESTAGE logs production web --previous --socket=$SOCKET | grep -c "No container was restarted"
equal "$SAID" 1

test "of a container that crashes its last words are there"
sh cluster double prod "image topicshare-web:1.4.2 crash"
sh cluster remove-pods prod topicshare-production web-
until 30 sh -c '$SIDESTAGE logs production web --previous --container=web --socket=$SOCKET | grep -q "fatal: cannot open"'
key p
row "Logs" "before the last restart"
row "fatal: cannot open"
key p
no-row "Logs" "before the last restart"
sh cluster double prod
sh cluster remove-pods prod topicshare-production web-

test "the sub-command says which options exclude each other, and which container there is not"
sh ! $SIDESTAGE logs production web --previous --follow --socket=$SOCKET 2>$DIR/err; grep -q "cannot be followed" $DIR/err
sh ! $SIDESTAGE logs production --container=web --socket=$SOCKET 2>$DIR/err; grep -q "needs a WORKLOAD" $DIR/err
sh ! $SIDESTAGE logs production web --container=wep --socket=$SOCKET 2>$DIR/err; grep -q "wep" $DIR/err
sh $SIDESTAGE logs production web --container=web --since=1h --tail=1 --socket=$SOCKET | grep -q "listens on"

test "of a deployment whose pods are gone it is said that a cluster keeps nothing"
let OLD platform deployment qa
until 20 sh -c "platform get '/envs/qa/logs?workload_id=web&deployment_id=$OLD' | grep -q 'started as'"
sh $SIDESTAGE version qa web 1.4.3 --socket=$SOCKET --approve=qa >$DIR/out 2>&1 || { cat $DIR/out; exit 1; }
until 20 sh -c "platform get '/envs/qa/logs?workload_id=web&deployment_id=$OLD' --status 404 | grep -q 'a cluster keeps the output only of pods that are there'"
let NEW platform deployment qa
sh platform get "/envs/qa/logs?workload_id=web&deployment_id=$NEW" | grep -q "started as local/topicshare-web:1.4.3"
sh platform get "/envs/qa/logs?deployment_id=nothing" --status 404 --quiet
sh platform get "/envs/qa/logs?previous=true&follow=true" --status 400 --quiet
key Q
exit 0 10
restored
nothing-runs 10
