# Several operations at once: each goes on when it is left, and is found again.

size 100x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "an operation that is left runs on, and the header says so"
run sidestage demo
expect "in Development" 20
row "● running" "● running" "● running"
let PLATFORM platform process
press-until Right "in QA"
key D
expect "rollback"
expect "A approve"
key A
type "qa"
key Enter
# What it waits for does not come before it was left.
sh kill -STOP $PLATFORM
expect "Esc leaves it running"
row "sidestage" "1 operation running"
refuse "Operation 1"
key Tab
expect "No other operation runs or has just ended."
key Esc
gone "leaves it running"
row "sidestage" "Board" "1 operation running"
sh kill -CONT $PLATFORM
until 20 test "$(platform status qa)" = succeeded

test "the next one is shown beside it, and Tab goes from one to the other"
press-until Left "in Development"
key D
expect "rollback"
expect "A approve"
key A
type "development"
key Enter
until 20 test "$(platform status development)" = succeeded
row "✓ deploy to development"
row "✓ deploy to qa"
row "sidestage" "Progress" "deploy to development"
colour "deploy to development" bg=24
key Tab
row "sidestage" "Progress" "deploy to qa"
key Tab
row "sidestage" "Progress" "deploy to development"

test "where there is little room it is said how many there are"
resize 60x16
row "Operation 1 of 2"
key Tab
row "Operation 2 of 2"
expect "deploy to qa"
test "in the smallest window the last resource is reached by keys and by the wheel"
resize 40x12
row "Operation 2 of 2"
refuse "Resources"
row "1-8 of "
key G
row "dns" "web"
refuse "Check that nothing"
key g
expect "Check that nothing"
refuse "dns" "db"
key PgDn PgDn PgDn
row "dns" "web"
key Up
answers k
key g
click 5x5
wheel down
gone "Check that nothing"
# Another one is read from its beginning.
key G
row "dns" "web"
key Tab
row "Operation 1 of 2"
expect "Check that nothing"
key Tab
resize 100x30
row "✓ deploy to qa"

test "a click on one of the others shows it"
click "✓ deploy to development"
row "sidestage" "Progress" "deploy to development"
click "✓ deploy to qa"
row "sidestage" "Progress" "deploy to qa"
key j
expect "Everything is on the screen."

test "one that has ended and was looked at is done with"
key Esc
row "sidestage" "Board"
key p
row "sidestage" "Progress" "deploy to development"
refuse "deploy to qa"
key Esc
row "sidestage" "Board"
key p
expect "No operation is running; h shows the history."
key Q
exit 0 10
nothing-runs 5
