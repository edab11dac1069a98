# The terminal itself: its size, suspending, hanging up, and giving it back.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the board follows the size of the terminal"
run sidestage demo
expect "topicshare-inc" 20
row "running" "running" "running"
resize 80x24
expect "Workload"
resize 200x60
row "Workload" "Development" "QA" "Production"
resize 40x12
row "Workload" "Development" "│ Production"
resize 120x40
row "Workload" "Development" "QA" "Production"

test "the keys are explained, and a page can be left"
key ?
expect "clone"
expect "Promote a clone's changes"
key Esc
expect "Workload"
key Q
exit 0 10
restored
nothing-runs 5

test "Ctrl-Z gives the terminal back, and the board returns"
run sh -i
expect "$"
type "exec 2>&1; sidestage demo\n"
row "running" "running" "running"
key Ctrl-Z
expect "Stopped"
type "echo still $((40 + 2))\n"
expect "still 42"
type "fg\n"
row "Workload" "Development" "QA" "Production"
key Q
gone "Workload"
type "exit 0\n"
exit 0 10
restored
nothing-runs 5

test "a terminal that hangs up ends it"
terminal two
run sidestage demo
row "running" "running" "running"
signal HUP
exit 0 10
nothing-runs 5
