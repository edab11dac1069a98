# A large organization: what is found, sorted and gone through is all of it, not what a screen shows;
# and no key waits for a platform that does not answer.

size 120x40
limit 20

test "the first board of a hundred applications"
terminal platform
run $builddir/tests/bench/big-platform $DIR/big.sock 100 20 50
until 5 test -S $DIR/big.sock
terminal one
run sidestage board --socket=$DIR/big.sock --org=big --app=app-000
row "sidestage" "Board" "app-000"
row "Organizations" "1/100" "Environment 00" "Environment 02" "Production 19"
row "workload-00" "1.0.0" "<" "1.0.3"
match "1 of 20 ──$"
match "1-23 of 50 ──$"

test "what the signs are measured by stays in sight, at the side on which it lies"
key Right Right Right Right Right
expect "in Environment 05"
row "Environment 03" "Environment 05" "│ Production 19"
key b
press-until Right "in Environment 09"
row "Environment 05" "│ Environment 07" "Environment 09"
no-row "Production 19"
press-until Left "in Environment 06"
row "Environment 05" "Environment 06" "Environment 07" "Environment 08"
press-until Left "in Environment 00"
row "Environment 00" "Environment 02" "│ Environment 05"

test "the finder says at once how many there are, and finds what no screen showed"
key /
match "Find .* 2150 of 2150"
match " 1-[0-9]* of 2150 ──$"
type "app-099/prod"
match "Find .*prod .* of 2150"
key Enter
row "sidestage" "app-099"
gone "Find  "
expect "in Production 19"

test "keys typed behind it find among all of them as well"
type "/app-042/env-07\r"
row "sidestage" "app-042"
expect "in Environment 07"

test "the ends, and pages"
key G
row "Environment 16" "Production 19"
expect "in Production 19"
key g
expect "workload-00 in Environment 00"
key PgDn PgDn PgDn
expect "workload-49 in"
match "28-50 of 50 ──$"
key PgUp PgUp PgUp
match "1-23 of 50 ──$"

test "in a long difference n and N go from change to change"
key d
match " 1-[0-9]+ of 350 ──$"
key n
gone " 1-"
capture SECOND " ([0-9]+)-[0-9]+ of 350"
key n
gone " $SECOND-"
key N
match " $SECOND-[0-9]+ of 350"
key Esc
gone "of 350"

test "with the platform hanging every key still answers"
terminal platform
signal USR1
terminal one
key R
answers Down
answers Down
answers Right
answers s
answers G
answers ?
key Esc
row "sidestage" "Board"
answers /
type "app-007"
match "Find .*app-007 "
key Esc
key Q
exit 0 10
restored
