# A clone is isolated, and says so: what leads to its source is acknowledged one by one, on the
# screen and by a sub-command, and one key does not approve it all.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the review of a clone shows each finding with a box"
run sidestage demo
expect "running" 20
sh platform post /values '{"key":"API_URL","value":"https://api.acme.test/v1","description":""}' --quiet
sh platform post /values '{"key":"BUCKET","value":"uploads_production","description":""}' --quiet
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-near"
key Enter
row "\[ \]" "values/API_URL leads to the host api.acme.test"
row "\[ \]" "values/BUCKET names production: uploads_production"

test "A goes to the first that is open, and approves nothing"
key A
expect "Acknowledge each of the findings first"
row ">\[ \]" "API_URL"
key Space
row "\[x\]" "API_URL"
row ">\[ \]" "BUCKET"
key A
expect "Acknowledge the finding first"
key Space
row "\[x\]" "BUCKET"

test "Space again takes it back"
key Space
row ">\[ \]" "BUCKET"
key Space
row "\[x\]" "BUCKET"

test "E changes the text itself, in the clone; what was acknowledged stays so"
key E
expect "Change the text of a finding"
row "New text" "uploads_production"
key Esc
gone "New text"
row ">\[x\]" "BUCKET"
key E
row "New text" "uploads_production"
type "uploads_near"
key Enter
gone "New text"
row "values" "value BUCKET" "uploads_near" "uploads_production"
refuse "names production"
row "\[x\]" "API_URL"

test "then it is approved"
press-until A "Progress"
expect "Done in" 20
key Esc
expect "hotfix-near"

test "a sub-command needs each by its id, and ends with 6 otherwise"
sh sidestage clone production hotfix-far --demo --approve=hotfix-far >$DIR/out 2>$DIR/err; test $? = 6
sh grep -q '2 findings may lead to production. --acknowledge=ID accepts one of them, --change=ID=TEXT replaces its text.' $DIR/err
sh grep -c '^  Finding .*: values/' $DIR/out | grep -qx 2
sh platform get /envs/hotfix-far --status 404 --quiet
sh sidestage clone production hotfix-far --demo --json | python3 -c 'import json, sys; o = json.load(sys.stdin); assert [(f["kind"], f["is_acknowledged"]) for f in o["findings"]] == [("fixed-host", False), ("environment", False)]; print(" ".join("--acknowledge=" + f["id"] for f in o["findings"]))' >$DIR/ids
sh sidestage clone production hotfix-far --demo --approve=hotfix-far $(cut -d' ' -f1 $DIR/ids) >$DIR/out 2>$DIR/err; test $? = 6
sh grep -q '1 finding may lead to production' $DIR/err
sh sidestage clone production hotfix-far --demo --approve=hotfix-far --acknowledge=none 2>$DIR/err; test $? = 2
sh sidestage clone production hotfix-far --demo --approve=hotfix-far $(cat $DIR/ids) >$DIR/out && grep -q Done $DIR/out

test "or changes its text in the clone, as E does; another one, or no text, is refused"
sh sidestage clone production hotfix-wide --demo --json | python3 -c 'import json, sys; print([f["id"] for f in json.load(sys.stdin)["findings"] if "BUCKET" in f["text"]][0])' >$DIR/id
sh sidestage clone production hotfix-wide --demo --json --change=$(cat $DIR/id)=uploads_wide >$DIR/out; test $? = 5
sh python3 -c 'import json, sys; o = json.load(sys.stdin); assert [f["kind"] for f in o["findings"]] == ["fixed-host"], o' <$DIR/out
sh grep -q uploads_wide $DIR/out
sh sidestage clone production hotfix-wide --demo --change=none=x 2>$DIR/err; test $? = 2
sh grep -q 'change=none: This review has no finding none' $DIR/err
sh sidestage clone production hotfix-wide --demo --change=$(cat $DIR/id) 2>$DIR/err; test $? = 2
sh grep -q 'put the id and = before the text' $DIR/err
sh sidestage clone production hotfix-wide --demo --approve=hotfix-wide --change=$(cat $DIR/id)=uploads_wide >$DIR/out 2>$DIR/err; test $? = 6
sh sidestage clone production hotfix-wide --demo --approve=hotfix-wide --change=$(cat $DIR/id)=uploads_wide $(cut -d' ' -f1 $DIR/ids) >$DIR/out && grep -q Done $DIR/out
sh platform get /envs/hotfix-wide/values >$DIR/out && grep -q uploads_wide $DIR/out
sh platform get /envs/production/values >$DIR/out && ! grep -q uploads_wide $DIR/out

test "a name that is taken is refused where it is given, and in a review when somebody takes it"
sh sidestage clone production hotfix-wide --demo >$DIR/out 2>$DIR/err; test $? = 1
sh grep -q 'environment hotfix-wide already exists in topicshare' $DIR/err
sh ! grep -q Finding $DIR/out
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-wide"
expect "This name is taken"
key Esc
gone "Name of the clone"
key C
expect "Name of the clone"
type "hotfix-live"
key Enter
row "\[ \]" "values/API_URL leads to the host api.acme.test"
sh platform post /envs '{"id":"hotfix-live","name":"Theirs","type":"development"}' --quiet
expect "The environment hotfix-live already exists in topicshare: choose another id." 20
key Esc
gone "hotfix-live already exists"
key Q
exit 0 20
