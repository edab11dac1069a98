# The twin of the screen in plain lines, for dumb terminals, screen readers and scripts.

size 100x60
limit 20
on-failure tail -n 30 $STATE/sidestaged.log

test "a dumb terminal gets plain lines by itself"
run env TERM=dumb sidestage demo
expect "production (production, protected)" 20
expect "search 2.0.0-rc3 (only here)"
type "help\n"
expect "take a clone's changes"
type "nonsense\n"
expect "There is no command"
type "quit\n"
exit 1
nothing-runs 5

test "anything but yes changes nothing"
run sidestage demo --linear
expect "production (production, protected)" 20
type "clone production hotfix-lines\n"
expect "Type yes to do it"
type "y\n"
expect "Nothing was changed."
sh platform get /envs/hotfix-lines --status 404 --quiet
type "quit\n"
exit 1
nothing-runs 5

test "the whole story can be piped in"
sh printf '%s\n' 'clone production hotfix-lines' yes 'version hotfix-lines web 1.4.3' yes 'diff production hotfix-lines' 'promote hotfix-lines' 'Korean titles' production 'diff production hotfix-lines' 'discard hotfix-lines' yes history quit | sidestage demo --linear >$STATE/lines
sh grep -q 'web: image changed: local/topicshare-web:1.4.2 to local/topicshare-web:1.4.3' $STATE/lines
sh test "$(grep -c 'Done\.' $STATE/lines)" = 4
sh test "$(grep -c 'image changed' $STATE/lines)" = 3
sh test "$(grep -c 'Nothing differs' $STATE/lines)" = 1
sh grep -q 'done promote hotfix-lines > production' $STATE/lines
nothing-runs 5
