# A history longer than anybody reads: each key is answered from a part of it, and what is typed is
# looked for in pieces while one goes on.

size 120x40
limit 10
on-failure tail -n 5 $STATE/sidestaged.log

test "a history of 30,000 operations opens at the newest"
run sidestage demo
row "running" "running" "running"
key Q
exit 0
sh $srcdir/tests/tty/long-history $(find $STATE -name history.db) 30000
run sidestage demo
row "running" "running" "running"
key h
row "deploy" "qa" "number 30000 of all"
row "number 29980 of all"

test "going up reads what is older, further than what is kept at hand, and down again what is newer"
press-until PgUp "number 29500 of all" 60
press-until PgUp "number 28300 of all" 60
refuse "number 30000 of all"
press-until PgDn "number 29500 of all" 60
press-until PgDn "number 30000 of all" 60

test "g is at the oldest at once, and G at the newest"
key g
row "qa" "number 1 of all, a needle"
row "number 2 of all"
press-until PgDn "number 700 of all" 60
key G
row "number 30000 of all"
gone "number 1 of all, a needle"

test "what is everywhere is found at once; more of it when one goes up to the last"
key /
type "qa"
expect "number 30000 of all"
expect "found"
key Enter
press-until PgUp "number 29400 of all" 60

test "what is far back is found, and Esc shows it among its neighbours"
key /
key Ctrl-U
type "needle"
expect "1 found"
row "qa" "number 1 of all, a needle"
key Enter
key Esc
gone "Find"
row "number 1 of all, a needle"
row "number 2 of all"

test "what is nowhere is said at the end; a key that is typed meanwhile counts"
key /
type "zq"
expect "0 found"
expect "Nothing in the history matches"
key Ctrl-U
type "30000"
expect "1 found"
row "number 30000 of all"
key Esc
gone "Find"
