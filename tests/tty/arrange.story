# The board as a person arranges it: what is pinned, hidden, sorted, wide and marked.

size 120x40
limit 5
on-failure tail -n 5 $STATE/sidestaged.log

test "a pinned environment stands on the left, behind a line, and stays there"
run sidestage demo
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key !
expect "is pinned to the left"
match "Workload +Production ■ +│? *Development +QA"
key s
expect "differ from the baseline come first"
key Q
exit 0
run sidestage demo
row "running" "running" "running"
match "Workload +Production ■ +│? *Development +QA"

test "the workloads that differ come first, and by name again"
row "api" "2.0.0-rc3" ">"
key s
expect "sorted by name"

test "an environment that is hidden is counted, and comes back"
press-until Right "in QA"
key -
expect "is hidden"
expect "1 hidden"
match "Workload +Production ■ +│? *Development$"
key +
match "Workload +Production ■ +│? *Development +QA"
gone "hidden ─"
key +
expect "No environment is hidden"

test "the last environment in sight cannot be hidden"
key - -
expect "2 hidden"
key -
expect "last environment shown"

test "what is found is shown although it was hidden, while the cursor is on it"
key /
expect "environment QA"
type "qa"
key Enter
expect "in QA"
row "Workload" "QA"
press-until Left "in [Pp]roduction"
gone "in QA"
key +
row "Workload" "QA"
key !
expect "no longer pinned"
match "Workload +Development +QA +Production ■"

test "columns are made wider and narrower, and never too narrow"
press-until Left "in Development"
match "Workload       Development {13}QA"
key >
match "Workload       Development {15}QA +Production"
key < < < < < < < < < <
expect "cannot be narrower"

test "a column's border is dragged"
drag 50x2 64x2
match "Workload       Development {10,}QA"

test "marks are jumped to, copied, and taken away"
press-until Up "api in"
key Space
expect "api *"
key Down
key Space
expect "web *"
press-until Up "api in"
key n
expect "web in"
key n
expect "No marked workload comes after"
key N
expect "api in"
key y
expect "Copied the marked workloads: http://api"
key Esc
gone "api *"
key n
expect "No workload is marked"

test "it is remembered for the application"
key Q
exit 0
run sidestage demo
match "Workload       Development {10,}QA" 20

test "what cannot be remembered is said, and stands until the end"
sh python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("CREATE TRIGGER no BEFORE INSERT ON setting BEGIN SELECT RAISE(ABORT, '"'"'no room'"'"'); END"); c.commit()' $(find $STATE -name history.db)
key s
expect "This arrangement is lost when sidestage ends"
key s
expect "sorted by name"
key Q
exit 0
nothing-runs 5
