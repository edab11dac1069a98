# A rule whose maker lost the right to deploy waits, and people see that where they look: on the
# board, in the words and in the JSON of the environment.

size 140x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "a rule of somebody who may no longer deploy"
run sidestage demo
expect "topicshare-inc" 20
row "running" "running" "running"
refuse "waiting"
sh $SIDESTAGED token create --state $STATE --user ruler --role /orgs/topicshare-inc=deployer >$DIR/token
sh printf '%s' '{"type":"update","match_ref":"refs/heads/main"}' >$DIR/rule
let RULE curl -sf --unix-socket $SOCKET -H @$SOCKET.secret -H "Authorization: Bearer $(cat $DIR/token)" -H "Content-Type: application/json" -d @$DIR/rule http://localhost/orgs/topicshare-inc/apps/topicshare/envs/qa/rules | sed 's/.*"id": *"\([^"]*\)".*/\1/'
sh $SIDESTAGED token create --state $STATE --user ruler --role /orgs/topicshare-inc=viewer >$DIR/token
sh curl -sf --unix-socket $SOCKET -H @$SOCKET.secret -H "Content-Type: application/json" -d '{"type":"container","name":"local/topicshare-web","version":"1.4.3","ref":"refs/heads/main"}' http://localhost/orgs/topicshare-inc/artefact-versions

test "the board marks the environment, and names version and maker"
expect "waiting"
press-until Right "in (QA|qa)"
row "waiting" "local/topicshare-web:1.4.3, by a rule of ruler, who may not deploy here"
save waiting.txt

test "so do the environment in words and its JSON"
sh sidestage environment qa --demo >$DIR/words 2>&1; grep -q "waiting: local/topicshare-web:1.4.3, by a rule of ruler" $DIR/words
sh sidestage environment qa --demo --json | grep -q '"made_by": *"ruler"'

test "once it is dropped nothing waits"
sh curl -sf --unix-socket $SOCKET -H @$SOCKET.secret -X DELETE http://localhost/orgs/topicshare-inc/apps/topicshare/envs/qa/rules/$RULE/waiting
gone "waiting"
key Q
exit 0 10
restored
