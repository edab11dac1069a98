# The application that a person names is the one that is opened and read, also when it is not the
# first; and one that is not there opens no other.

size 120x30
limit 20

test "a platform with three applications"
terminal platform
run $builddir/tests/bench/big-platform $DIR/big.sock 3 2 2
until 5 test -S $DIR/big.sock

test "the board of the last one reads it"
terminal one
run sidestage board --socket=$DIR/big.sock --org=big --app=app-002
row "sidestage" "Board" "app-002"
row "workload-00" "1.0."
row "workload-01" "2.1."
key Q
exit 0 10

test "its name alone is enough"
run sidestage board --socket=$DIR/big.sock --app=app-001
row "sidestage" "Board" "app-001"
row "workload-00" "1.0."
key Q
exit 0 10

test "one that is not there is refused with the nearest, and no board is opened"
run sidestage board --socket=$DIR/big.sock --app=app-00
match "no application .app-00.*Did you mean"
exit 2 10
run sidestage board --socket=$DIR/big.sock --org=large
match "no organization .large"
exit 2 10

terminal platform
signal TERM
