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

test "drop lists it, previews, and refuses what does not wait"
sh sidestage drop qa --demo >$DIR/words && grep -q "^$RULE  local/topicshare-web:1.4.3, by a rule of ruler" $DIR/words
sh sidestage drop qa --demo --json | grep -q "\"rule\": \"$RULE\""
sh sidestage drop qa $RULE --demo >$DIR/words; test $? = 5 && grep -q "approve=qa to approve" $DIR/words
sh sidestage drop qa nobodys --demo 2>$DIR/words; test $? = 2 && grep -q 'No rule "nobodys" waits in qa' $DIR/words
sh sidestage drop qa --demo --approve=qa 2>$DIR/words; test $? = 2 && grep -q "Name the rule" $DIR/words
sh sidestage drop qa $RULE --demo --approve=development 2>$DIR/words; test $? = 2 && grep -q "but development was approved" $DIR/words
sh sidestage drop qa $RULE --demo --approve=qa --read-only 2>$DIR/words; test $? = 4
sh sidestage drop qa $RULE --demo --approve=qa --reason=x 2>$DIR/words; test $? = 2
expect "waiting"

test "once it is dropped nothing waits, and the rule stays"
sh sidestage drop qa $RULE --demo --approve=qa | grep -q "Dropped. The rule stays."
sh curl -sf --unix-socket $SOCKET -H @$SOCKET.secret http://localhost/orgs/topicshare-inc/apps/topicshare/envs/qa/rules | grep -q "$RULE"
sh sidestage drop qa --demo | grep -q "No rule waits to deploy in qa."
gone "waiting"
key Q
exit 0 10
restored
