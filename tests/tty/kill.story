# However the client ends, no process stays; the state does.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the demo runs"
run sidestage demo
expect "topicshare-inc" 20
row "running" "running" "running"
let PAGE platform address production web
let API platform address production api
sh fetch --wait 5 --quiet --data '{"title":"Before the kill","author":"oncall"}' $API/topics
let DEPLOYMENT platform deployment production

test "kill -9 leaves no process within 5 s"
signal KILL
exit KILL
nothing-runs 5

test "the second start shows the board within 1 s and runs the sample within 3 s"
run sidestage demo
row "web" "2.0.0-rc3" "2.0.0-rc1" "1.4.2"
within 1
until 3 fetch --quiet --contains "Before the kill" $PAGE/
within 3

test "it shows the same state"
row "running" "running" "running"
let NOW platform deployment production
equal $NOW $DEPLOYMENT
let NOW platform address production web
equal $NOW $PAGE

test "SIGTERM ends it in order"
signal TERM
exit 0 10
restored
nothing-runs 5

test "a platform that is killed is started again, and keys are answered meanwhile"
sh printf '#!/bin/sh\n[ ! -e %s/held ] || : >%s/begun\nwhile [ -e %s/held ]; do sleep 0.1; done\nexec %s "$@"\n' $DIR $DIR $DIR $SIDESTAGED >$DIR/late && chmod 700 $DIR/late
env SIDESTAGED=$DIR/late
run sidestage demo
row "running" "running" "running"
let KILLED platform process
sh touch $DIR/held && kill -9 $KILLED
until 10 test -e $DIR/begun
answers ?
expect "Board"
key Esc
row "web" "2.0.0-rc3"
sh rm $DIR/held
until 20 test "$(platform process)" -gt 0
row "running" "running" "running"
let NOW platform process
differ "$NOW" "$KILLED"

test "who quits while it starts leaves nothing"
sh rm $DIR/begun && touch $DIR/held && kill -9 $NOW
until 10 test -e $DIR/begun
key Q
exit 0 10
restored
until 10 sh -c '! ls -l /proc/[0-9]*/fd 2>/dev/null | grep -q "$STATE/.*\.db"'
sh rm $DIR/held
nothing-runs 10
