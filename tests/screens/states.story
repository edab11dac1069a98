# What a person sees when something is wrong, is under way, or waits for a decision.

size 120x40

test "a platform that does not answer, of which nothing is known"
env STILL_CLOCK=$DIR/clock
sh echo 1773457200000 >$STILL_CLOCK
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=/nowhere/socket --reduced-motion'
expect "OFFLINE"
shot offline-unknown
key Q
exit 0

test "a token that is refused"
sh umask 077; echo right-token-1234 >$DIR/right; echo wrong-token-1234 >$DIR/wrong
sh umask 077; printf "%064d\n" 7 >$DIR/key
terminal closed
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestaged serve --state closed --images images --socket closed.sock --token-file right --log-level notice'
expect "serving"
terminal one
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=closed.sock --token-file=wrong --reduced-motion'
expect "token"
shot refused-token
key Q
exit 0
terminal closed
signal TERM
expect "stopping"
tick 20000
exit 0

test "an organization without applications"
include begin.part
terminal one
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=socket --org=acme --reduced-motion'
expect "This organization has no applications"
shot board-no-applications
key Q
exit 0

test "it is found by its name, and opened"
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=socket --reduced-motion'
row "never deployed" "never deployed"
key /
expect "Find"
type "acme"
row "acme" "organization"
key Enter
row "Board" "acme"
expect "This organization has no applications"
key Q
exit 0

test "read-only: what would change something is refused"
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=socket --org=topicshare-inc --app=topicshare --read-only --reduced-motion'
row "running" "running" "running"
key D
expect "read-only"
shot read-only
key Q
exit 0

test "two changes of the same place wait for a decision"
include board.part
press-until Right "in Production"
key C
expect "Name of the clone"
key Enter
expect "rollback"
shot review-clone-plain
tick 500
press-until A "Progress"
tick-until "Done in"
key Esc
row "Workload" "hotfix-1"
sh $TTY/theme hotfix-1 sepia
sh $TTY/theme production dark
press-until R "1 change" 
key P
expect "1 conflict to decide"
shot conflict "production"
key o
shot conflict-decided
key Enter
expect "rollback"
shot review-conflict "protected"

test "the target moves while its review is open"
sh $TTY/theme production light
tick 500
tick 500
tick 500
tick 500
tick 500
tick 500
row "production" "light"
shot conflict-moved
key o
key Enter
expect "rollback"
shot review-moved
key Esc
row "Workload" "hotfix-1"

test "a deployment that fails says why"
press-until Right "in hotfix-1"
press-until Down "web in hotfix-1"
key V
expect "runs here"
type "1.4.4-broken"
key Enter
expect "rollback"
shot review-broken
tick 500
press-until A "Progress"
tick-until "exit code 1"
shot progress-failed
key Esc
row "Workload" "hotfix-1"
shot board-failed

test "a deployment that is under way"
key V
expect "runs here"
type "1.4.5-slow"
key Enter
expect "rollback"
shot review-slow
tick 500
press-until A "Progress"
row "◐" "Wait until it runs"
tick-until "waiting for GET"
tick-until "◐ web"
shot progress-running
key Esc
row "Workload" "hotfix-1"
tick-until "0 of 1"
shot board-running

test "the program dies meanwhile: the operation is interrupted"
signal KILL
exit KILL
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=socket --org=topicshare-inc --app=topicshare --reduced-motion'
expect "Nothing happens until you decide."
shot interrupted
key X
expect "Reason"
shot abandon-prompt
key Esc
gone "Reason"
key Esc
row "Board" "topicshare"

test "the platform goes away while the board is open"
terminal platform
signal KILL
exit KILL
terminal one
press-until R "OFFLINE"
shot offline
key Q
exit 0

test "and what was known is there at the next start"
run sh -c 'cd "$DIR" && exec "$builddir"/tests/screens/still-sidestage board --socket=socket --org=topicshare-inc --app=topicshare --reduced-motion'
expect "OFFLINE"
shot offline-cached
key Q
exit 0
