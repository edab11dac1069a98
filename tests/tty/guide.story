# The guide's hotfix, step by step, and that its screens are what the program shows.
# `make guide` writes them; see the script `guide`.

size 100x28
limit 15
on-failure tail -n 30 $STATE/sidestaged.log

test "the report: Production on the board, with its address"
run sidestage demo
row "running" "running" "running"
press-until Right "in Production"
press-until Down "web in Production"
row "pods" "1 of 1"
save board.txt
save board.svg
sh guide take board

test "Enter and l: an environment from near, and what it writes"
key Enter
row "4 Deployments"
row "web" "1 of 1" "0 restarts"
key 4
row "Shorter titles"
save environment.txt
save environment.svg
sh guide take environment
key Esc
row "running" "running" "running"
key l
expect "following"
row "web" "listens on"
key Tab
row "Logs" "worker in production"
row "the digest is up to date"
save logs.txt
save logs.svg
sh guide take logs
key Esc
row "running" "running" "running"

test "d: what one environment has that another has not"
press-until Left "in Development"
key d
row "production" "now" "development" "now"
row "+ image"
save compare.txt
save compare.svg
sh guide take compare
key Esc
press-until Right "web in Production"

test "C: the clone is named and reviewed"
key C
expect "Name of the clone"
type "korean-title"
key Enter
expect "rollback"
row "worker" "topicshare-worker"
expect "A approve"
save clone.txt
save clone.svg
sh guide take clone
key A
expect "Done in" 20
key Esc
row "Workload" "korean-title"
row "running" "running" "running"
row "1 clone, 7h"

test "H: what is done and what is next; Space marks that the bug was seen"
key H
row "1 clone" "done"
key Space
expect "You have seen the bug in the clone"
type "the title of topic 3 is cut"
key Enter
row "2 reproduce" "done" "is cut"
row "web" "1.4.2" "http"
save reproduced.txt
save reproduced.svg
sh guide take reproduced

test "V: one version is changed, and the review says what that is"
key Right
match "▸ web"
key V
expect "runs here"
type "1.4.3"
key Enter
expect "rollback"
row "+ image"
expect "A approve"
save version.txt
save version.svg
sh guide take version
key A
until 20 test "$(platform get /envs/korean-title --get /last_deploy/comment | grep -c 1.4.3)" = 1
until 20 test "$(platform status korean-title)" = succeeded
expect "Done in"
row "web" "1.4.3" "ready"
row "worker" "ready"
save progress.txt
save progress.svg
sh guide take progress
key Esc
row "3 fix" "done"
key Space
expect "the bug is gone in the clone"
type "titles are whole"
key Enter
row "4 verify" "done" "titles are whole"
row "5 promote" "next"

test "the board of README: a clone with the fix beside the others"
key Esc
row "Workload" "korean-title"
row "running" "running" "running"
press-until Right "web in korean-title"
resize 99x20
row "running" "running" "running" "running"
row "web" "2.0.0-rc3" "1.4.2" "1.4.3"
row "to promote" "1 change"
match "1 clone, 7h.*ms$"
row "C clone" "? help"
save board-clone.txt
save board-clone.svg
sh guide take board-clone
resize 100x28
row "Organizations" "Workload"

test "c: the clones of the organization"
key c
row "korean-title" "oncall" "1 change"
gone "could not be read yet"
save clones.txt
save clones.svg
sh guide take clones
key Esc
row "Workload" "korean-title"
key H
row "5 promote" "next"

test "P: Production wants a reason, and its name typed"
let DEPLOYMENT platform deployment production
key P
expect "Reason"
expect "A approve"
key A
type "Korean titles"
key Tab
type "production"
expect "Korean titles"
row "production"
row "+ image"
expect "has not changed"
match "Type \"production\" +production"
save promote.txt
save promote.svg
sh guide take promote
key Enter
until 20 test "$(platform deployment production)" != $DEPLOYMENT
until 20 test "$(platform status production)" = succeeded
key Esc
row "5 promote" "done"

test "X: the clone goes; carry is left"
key X
expect "Everything in it is deleted"
row "worker" "topicshare-worker"
expect "rollback"
expect "A approve"
save discard.txt
save discard.svg
sh guide take discard
key A
until 20 sh -c 'platform get /envs/korean-title --status 404 --quiet'
key Esc
row "6 clean up" "done"
row "7 carry" "next"
row "QA" "conflicts"
row "Development" "conflicts" "the fix 1.4.3"
row "QA" "conflicts" "the fix 1.4.3"
save carry.txt
save carry.svg
sh guide take carry

test "the mark on carry ends the hotfix"
key Space
expect "say why"
type "2.0 gets it with its next release"
key Enter
row "7 carry" "done" "2.0 gets"
save done.txt
save done.svg
sh guide take done
key Esc
gone "7 carry"
key h
row "korean-title" "clone of production" "discarded"
key k k k k
expect "The story of korean-title"
save history.txt
save history.svg
sh guide take history
key Q
exit 0 10
restored
nothing-runs 5

test "the guide and README have these screens"
sh guide whole
sh guide readme
