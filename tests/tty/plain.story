# The twin of the screen in plain lines, for dumb terminals, screen readers and scripts.

size 100x60
limit 20
on-failure tail -n 30 $STATE/sidestaged.log

test "a dumb terminal gets plain lines by itself"
run env TERM=dumb sidestage demo
expect "production (production, protected)" 20
expect "search 2.0.0-rc3 (only here)"
type "help\n"
expect "Deploy the changes of a clone"
type "nonsense\n"
expect "Unknown command"
type "quit\n"
exit 1
nothing-runs 5

test "anything but yes changes nothing, and the next line is taken at once"
run sidestage demo --linear
expect "production (production, protected)" 20
type "clone production hotfix-lines\n"
expect "Type yes to approve"
type "y\n"
expect "Nothing was changed."
match "^> *$"
within 9	# ten seconds is how long an answer that does not come is waited for
sh platform get /envs/hotfix-lines --status 404 --quiet
type "quit\n"
exit 1
nothing-runs 5

test "the whole story can be piped in"
sh printf '%s\n' 'clone production hotfix-lines' yes 'version hotfix-lines web 1.4.3' yes 'diff production hotfix-lines' 'promote hotfix-lines' 'Korean titles' production 'diff production hotfix-lines' 'discard hotfix-lines' yes history quit | sidestage demo --linear >$STATE/lines
sh grep -q 'web: image changed: local/topicshare-web:1.4.2 to local/topicshare-web:1.4.3' $STATE/lines
sh test "$(grep -c 'Done\.' $STATE/lines)" = 4
sh test "$(grep -c 'image changed' $STATE/lines)" = 3
sh test "$(grep -c 'No differences' $STATE/lines)" = 1
sh grep -q 'done promote hotfix-lines > production' $STATE/lines
nothing-runs 5

test "what a screen shows of an environment is told in lines"
run sidestage demo
expect "in Development" 20
row "● running" "● running" "● running"
sh printf '%s\n' 'environment production' 'logs production web' 'versions production web' applications 'board' 'snapshot 2000-01-01' 'environment nowhere' quit | sidestage demo --linear >$STATE/lines || test $? = 1
sh grep -q '  web 1.4.3: running, 1 of 1, 0 restarts' $STATE/lines
sh grep -q '  modules.web.externals.dns (dns): active' $STATE/lines
sh grep -q '    host: web.production.topicshare.localhost' $STATE/lines
sh grep -q 'PAGE_SIZE: 100 (from the application)' $STATE/lines
sh grep -q ', running: promote hotfix-lines' $STATE/lines
sh grep -q '[0-9:]* topicshare-web/1.4.3 listens on' $STATE/lines
sh grep -q '  1.4.3 runs here' $STATE/lines
sh grep -q '^    topicshare (open)' $STATE/lines
sh grep -q 'deployed .* by oncall' $STATE/lines
sh grep -q 'There is no environment "nowhere" in topicshare' $STATE/lines

test "an earlier deployment is compared by the beginning of its id"
let EARLIER sed -n 's/^  \([0-9a-f]*\): succeeded.* by release: .*/\1/p' $STATE/lines | head -1 | cut -c1-8
sh printf '%s\n' "diff production@$EARLIER production" 'diff production@nothing production' quit | sidestage demo --linear >$STATE/lines || test $? = 1
sh grep -q 'web: image changed: local/topicshare-web:1.4.2 to local/topicshare-web:1.4.3' $STATE/lines
sh grep -q 'production has no deployment "nothing"' $STATE/lines

test "a hotfix is told step by step, marked, carried, and given an end"
sh printf '%s\n' 'clone production hotfix-two' yes 'mark hotfix-two reproduce seen  twice' 'mark hotfix-two fly' 'ttl hotfix-two 8h' 'ttl hotfix-two soon' clones 'version hotfix-two worker 1.9.0' yes 'unmark hotfix-two reproduce' 'mark hotfix-two reproduce seen again' 'carry hotfix-two qa' 'promote hotfix-two' why production 'hotfix' 'carry hotfix-two qa' qa 'hotfix hotfix-two' 'history carry 1.9.0' quit | sidestage demo --linear >$STATE/lines || test $? = 1
sh grep -q 'reproduce is recorded as done' $STATE/lines
sh grep -q '"fly" is not a manual step' $STATE/lines
sh grep -q 'hotfix-two expires in 8h' $STATE/lines
sh grep -q 'is not a duration' $STATE/lines
sh grep -q 'reproduce is no longer recorded' $STATE/lines
sh grep -q 'there is no fix to carry' $STATE/lines
sh grep -q '^2 reproduce: done .*; seen again' $STATE/lines
sh grep -q '^5 promote: done .*worker 1.8.1 → 1.9.0; why' $STATE/lines
sh grep -q '^    qa: lacks it' $STATE/lines
sh grep -q '^    qa: has it' $STATE/lines
sh grep -q '^> [-0-9]* [:0-9]* done carry production > qa' $STATE/lines
key Q
exit 0 10
nothing-runs 5

test "a value of a workload's configuration is changed, kept a text, and taken out"
sh printf '%s\n' 'clone production hotfix-three' yes 'set hotfix-three api /spec/containers/api/variables/PAGE_SIZE 25' yes 'set hotfix-three api /spec/containers/api/variables/TONE very  warm' yes 'unset hotfix-three api /spec/containers/api/variables/TONE' yes 'unset hotfix-three api /spec/nothing' 'set hotfix-three api nowhere 1' 'set hotfix-three nobody /spec 1' 'set hotfix-three api /nowhere/below 1' 'diff production hotfix-three' 'discard hotfix-three' hotfix-three quit | sidestage demo --linear >$STATE/lines || test $? = 1
sh grep -q 'api: variable PAGE_SIZE added: 25' $STATE/lines
sh grep -q 'TONE added: very warm' $STATE/lines
sh grep -q 'TONE removed: very warm' $STATE/lines
sh grep -q 'Nothing is set at /spec/nothing' $STATE/lines
sh grep -q '"nowhere" is not a path' $STATE/lines
sh grep -q 'There is no workload "nobody"' $STATE/lines
sh test "$(grep -c 'Done\.' $STATE/lines)" = 5
nothing-runs 5

test "logs are followed until Enter"
run sidestage demo --linear
expect "production (production, protected)" 20
match "^>"
type "follow production web\n"
expect "Press Enter to stop"
sh fetch --wait 20 "$(platform address production web)"
type "\n"
type "board\n"
expect "web 1.4.3"
type "quit\n"
exit 0
nothing-runs 5
