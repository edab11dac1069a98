# What workloads write: per workload, of all, found in, held.

size 110x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "l shows what the workload under the cursor writes"
run sidestage demo
expect "running" 20
row "running" "running" "running"
key l
expect "Logs"
expect "api in development"
expect "listens on 127.0.0.1"
expect "following"

test "Tab goes to the next workload"
key Tab
expect "search in development"
expect "topicshare-search/2.0.0-rc3 listens"

test "/ finds, says when there is no more, and marks the words"
key /
expect "Find"
type "LISTENS"
key Enter
colour "listens" coloured
key N
expect "No newer line has"

test "Space holds and goes on"
key Space
expect "held; Space goes on"
key Space
expect "following"

test "after the last workload come all of them"
key Tab
expect "web in development"
key Tab
expect "worker in development"
key Tab
expect "all workloads in development"
row "web" "listens"
row "api" "listens"
key Esc
gone "all workloads"
key Q
exit 0 10
restored
nothing-runs 5
