# The twins of the screens for scripts: each command of the plain lines done once, in words or in
# JSON, with an exit status that says how it went.

size 100x40
limit 20
on-failure tail -n 30 $STATE/sidestaged.log

test "what a screen shows is one JSON value"
run sidestage demo
expect "in Development" 20
row "● running" "● running" "● running"
sh sidestage demo --json >$DIR/json
sh python3 -c 'import json, sys; a = json.load(open(sys.argv[1])); e = {x["id"]: x for x in a["environments"]}; p = e["production"]; assert p["is_protected"] and not e["qa"]["is_protected"]; assert {w["workload"]: w["version"] for w in p["workloads"]} == {"api": "1.4.2", "web": "1.4.2", "worker": "1.8.1"}, p; assert all(w["status"] == "running" and w["ready"] == 1 for w in p["workloads"])' $DIR/json
sh sidestage environment production --demo --json >$DIR/json
sh python3 -c 'import json, sys; e = json.load(open(sys.argv[1])); assert {v["key"]: v["source"] for v in e["values"]}["PAGE_SIZE"] == "app"; assert e["deployments"][0]["created_by"] == "release"; assert any(r["type"] == "dns" and r["outputs"]["port"] for r in e["resources"])' $DIR/json
sh test "$(sidestage versions production web --demo --json | python3 -c 'import json, sys; print([v["version"] for v in json.load(sys.stdin) if v["runs_here"]])')" = "['1.4.2']"
sh sidestage logs production web --demo --json | python3 -c 'import json, sys; assert any("listens on" in l["text"] and l["workload"] == "web" for l in json.load(sys.stdin))'
sh sidestage diff production qa --demo --json >$DIR/json; test $? = 1
sh sidestage diff production production --demo
sh python3 -c 'import json, sys; assert {"object": "web", "is_shared": False, "path": "/spec/containers/web/image", "what": "image", "kind": "changed", "from": "local/topicshare-web:1.4.2", "to": "local/topicshare-web:2.0.0-rc1"} in json.load(open(sys.argv[1]))' $DIR/json
sh sidestage applications --demo --json | python3 -c 'import json, sys; assert json.load(sys.stdin) == [{"organization": "topicshare-inc", "applications": ["topicshare"]}]'
sh test "$(sidestage clones --demo --json)" = '[]'
sh test "$(sidestage history --demo --json)" = '[]'

test "a change is only shown without --approve, and refused with another name"
sh sidestage clone production hotfix-once --demo >$DIR/out; test $? = 5 && grep -q 'Nothing was changed. Add --approve=hotfix-once to approve' $DIR/out
sh sidestage clone production hotfix-once --demo --json | python3 -c 'import json, sys; o = json.load(sys.stdin); assert o["state"] == "reviewed" and o["sends"]'
sh sidestage clone production hotfix-once --demo --approve=production 2>$DIR/err; test $? = 2
sh grep -q 'This changes hotfix-once, but production was approved' $DIR/err
sh platform get /envs/hotfix-once --status 404 --quiet

test "the whole story is five commands"
sh sidestage clone production hotfix-once --demo --approve=hotfix-once --json | python3 -c 'import json, sys; o = json.load(sys.stdin); assert o["state"] == "done" and o["deployment"]["status"] == "succeeded"'
sh sidestage version hotfix-once web 1.4.3 --demo --approve=hotfix-once >$DIR/out && grep -q 'Done' $DIR/out
sh sidestage promote hotfix-once --demo --approve=production 2>$DIR/err; test $? = 4
sh grep -q 'is protected: give a reason (--reason=TEXT)' $DIR/err
sh sidestage promote hotfix-once --demo --approve=production --reason='Korean titles' --json | python3 -c 'import json, sys; o = json.load(sys.stdin); assert o["state"] == "done" and o["is_protected"] and len(o["changes"]) == 1'
sh sidestage hotfix --demo --json | python3 -c 'import json, sys; h = json.load(sys.stdin); assert [s["state"] for s in h["steps"] if s["step"] == "promote"] == ["done"] and h["clone"] == "hotfix-once"'
sh sidestage discard hotfix-once --demo --approve=hotfix-once
sh test "$(sidestage history promote --demo --json | python3 -c 'import json, sys; print([(o["verb"], o["environment"], o["reason"]) for o in json.load(sys.stdin)])')" = "[('promote', 'production', 'Korean titles')]"

test "the exit status says how it went"
sh sidestage environment nowhere --demo 2>$DIR/err; test $? = 2 && grep -q 'no environment "nowhere"' $DIR/err
sh sidestage diff qa --demo 2>$DIR/err; test $? = 2 && grep -q 'Usage: diff' $DIR/err
# How many words a command takes is what its usage says: one less, and one more, is refused.
sh for l in 'diff a b c' 'versions qa' 'versions qa web 1' 'clone qa' 'clone a b c' logs 'logs a b c d' environment 'mark hotfix' 'set qa web' 'ttl hotfix' 'unmark a b c' 'clones x' promote 'hotfix a b' 'unset qa web' abandon 'applications x'; do sidestage $l --demo 2>$DIR/err; test $? = 2 && grep -q "Usage: ${l%% *}" $DIR/err || { echo "$l"; exit 1; }; done
sh sidestage clones 2>$DIR/err; test $? = 2 && grep -q 'No platform was named' $DIR/err
sh sidestage clones --url=http://127.0.0.1:1 2>$DIR/err; test $? = 3
sh sidestage deploy qa --demo --read-only --approve=qa 2>$DIR/err; test $? = 4 && grep -q 'read-only' $DIR/err
sh sidestage nonsense 2>$DIR/err; test $? = 2
sh sidestage hotfix foo --demo --org=nosuch 2>$DIR/err; test $? = 2 && grep -q 'no organization "nosuch"' $DIR/err
sh sidestage mark foo verify --demo --org=nosuch 2>$DIR/err; test $? = 2 && grep -q 'no organization "nosuch"' $DIR/err

test "what is long is taken whole, or refused"
sh sidestage set development web /spec/containers/web/variables/TONE "$(printf '%05000d' 0)" --demo | grep -q 0000000000
sh sidestage set development web /spec/containers/web/variables/TONE $(seq 100) --demo 2>$DIR/err; test $? = 2 && grep -q 'Too many words' $DIR/err
sh printf 'environment %05000d development\nboard\nquit\n' 0 | sidestage demo --linear >$DIR/out 2>&1; grep -q 'too long; it was dropped' $DIR/out
sh test "$(grep -c 'no environment' $DIR/out)" = 0

test "a failure among several lines is not forgotten"
sh printf 'version development nosuch 1\ndeploy development\ndevelopment\nquit\n' | sidestage demo --linear >$DIR/out 2>&1; test $? = 1
sh grep -q 'Done' $DIR/out

test "the exit status of help"
sh sidestage clones --help | grep -q -- '--json'
sh test "$(sidestage help clones)" = "$(sidestage clones --help)"
sh sidestage life 2>$DIR/err; test $? = 2 && grep -q 'Did you mean ttl' $DIR/err
sh sidestage board --demo --json | grep -q '"application": "topicshare"'
sh sidestage help nosuch 2>$DIR/err; test $? = 2 && grep -q 'Unknown command "nosuch"' $DIR/err

test "the board is printed as it was at a time"
sh sidestage board --demo --at=$(date -u +%FT%TZ) | grep -q 'production (production'
sh sidestage board --demo --at=$(date -u +%FT%TZ) --json | grep -q '"application": "topicshare"'
sh sidestage board --demo --at=2020-01-01 2>$DIR/err; test $? = 3
sh sidestage board --demo --at=2020-01-01 --linear 2>$DIR/err; test $? = 2 && grep -q 'draw no screen' $DIR/err
key Q
exit 0 10
nothing-runs 5
