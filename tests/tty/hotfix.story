# The story of one hotfix on one screen: what is done and by whom, what is next, and which
# other environments have the fix.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env APPROVE=A

test "before there is a clone, H says how a hotfix begins"
run sidestage demo
expect "running" 20
row "running" "running" "running"
# An environment that runs what Production runs: it will lack the fix.
let DEPLOYMENT platform deployment production
let SET platform get /envs/production --get /last_deploy/set_id
sh platform post /envs '{"id":"canary","name":"Canary","type":"qa","from_deploy_id":"'$DEPLOYMENT'"}' --quiet
sh platform post /envs/canary/deploys '{"comment":"as production","set_id":"'$SET'"}' --quiet
until 20 test "$(platform status canary)" = succeeded
key H
expect "No hotfix was started here"

test "H shows the steps of the clone: the first is done, the second is next"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
expect "rollback"
expect "A approve"
key $APPROVE
until 20 test "$(platform status hotfix-1)" = succeeded
key Esc
row "Workload" "hotfix-1"
key H
expect "hotfix-1 of production"
row "1 clone" "done" "ago" "oncall"
row "2 reproduce" "next" "Press Space when you see the bug"
row "3 fix" "to do"
row "7 carry" "to do"
row "web" "1.4.2"

test "the clone is reached at an address of its own"
row "web" "1.4.2" "http://web.hotfix-1"

test "a step that an operation does is not marked by hand"
key k
expect "A copy of the broken"
key Space
expect "An operation does this step"

test "Space marks that the bug was seen, with a note"
key j
key Space
expect "You have seen the bug in the clone"
type "titles are cut in Korean"
key Enter
row "2 reproduce" "done" "oncall" "titles are cut in Korean"
row "3 fix" "next" "V changes a workload's version"

test "V changes the version of the workload that is chosen below"
key Right
match "▸ web"
key V
expect "Version ▸"
type "1.4.3"
key Enter
expect "rollback"
expect "A approve"
key $APPROVE
until 20 test "$(platform get /envs/hotfix-1 --get /last_deploy/comment | grep -c 1.4.3)" = 1
until 20 test "$(platform status hotfix-1)" = succeeded
key Esc
row "3 fix" "done" "oncall" "web 1.4.2 → 1.4.3"
row "4 verify" "next"
row "▸ web" "1.4.2 → 1.4.3"

test "a mark can be taken back"
key Space
expect "the bug is gone in the clone"
key Enter
row "4 verify" "done"
row "5 promote" "next" "P shows the change, then asks"
key k
key Space
expect "The step is no longer marked"
row "4 verify" "next"
key Space
expect "the bug is gone in the clone"
type "seen with three titles"
key Enter
row "4 verify" "done" "seen with three titles"

test "P promotes; clean up is next, and the cursor stays on the step to which it was moved"
key G
expect "The next release must not bring the bug back"
key P
expect "Reason"
expect "A approve"
key $APPROVE
type "Korean titles"
key Tab
type "production"
key Enter
until 20 test "$(platform deployment production)" != $DEPLOYMENT
until 20 test "$(platform status production)" = succeeded
key Esc
row "5 promote" "done" "oncall" "web 1.4.2 → 1.4.3" "Korean titles"
row "6 clean up" "next"
expect "The next release must not bring the bug back"

test "carry shows who has the fix: Canary lacks it, QA runs something else"
key G
row "Canary" "lacks it"
row "QA" "conflicts" "web: here 2.0.0-rc1, the fix 1.4.3"
row "Development" "conflicts"
no-row "Production" "lacks"

test "T takes the fix to the one that lacks it, and nothing but the fix"
match "▸ Canary"
key T
expect "rollback"
row "web" "image" "1.4.2" "1.4.3"
expect "1 workload changes"
expect "carry production"
expect "A approve"
key $APPROVE
type "canary"
key Enter
until 20 test "$(platform get /envs/canary --get /last_deploy/comment | grep -c 'carry from production')" = 1
until 20 test "$(platform status canary)" = succeeded
key Esc
row "Canary" "has it"

test "somebody else, without the journal, sees the same from the platform"
terminal other
env XDG_STATE_HOME=$DIR/other-state XDG_CACHE_HOME=$DIR/other-cache
run sidestage board --socket=$SOCKET
expect "running" 20
key c
row "hotfix-1" "oncall" "production" "left" "none"
press-until Down "hotfix-1 in topicshare"
key H
expect "hotfix-1 of production"
row "1 clone" "done" "oncall"
row "2 reproduce" "done" "oncall" "titles are cut in Korean"
row "3 fix" "done" "oncall" "web 1.4.2 → 1.4.3"
row "5 promote" "done" "oncall" "web 1.4.2 → 1.4.3"
row "6 clean up" "next"
key Q
exit 0 10
env XDG_STATE_HOME XDG_CACHE_HOME

test "X discards the clone; the story stays, and what is left is to carry"
terminal one
key X
expect "Everything in it is deleted"
expect "A approve"
key $APPROVE
until 20 sh -c 'platform get /envs/hotfix-1 --status 404 --quiet'
key Esc
row "6 clean up" "done" "oncall"
row "7 carry" "next"
expect "discarded"

test "that an environment does not need the fix is for a person to say"
key Space
expect "say why"
type "2.0 has another title code"
key Enter
row "7 carry" "done" "2.0 has another title code"
# The clone's notes went with it.  That is said when the platform has answered, in place of what a key says.
expect "other people do not see it"
key V
expect "hotfix-1 is not there any more"
key Esc
gone "7 carry"
key H
row "1 clone" "done"
row "7 carry" "done"
key Esc
gone "7 carry"
key Q
exit 0 10
restored
nothing-runs 5
