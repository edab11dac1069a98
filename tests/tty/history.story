# The history: a hotfix told as one story, what is selected in full, found by typing, and the
# board as it was.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env APPROVE=A

test "a hotfix is made, undone and discarded"
run sidestage demo
expect "in Development" 20
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-cart"
key Enter
expect "rollback"
expect "A approve"
key $APPROVE
until 20 test "$(platform status hotfix-cart)" = succeeded
key Esc
row "Workload" "hotfix-cart"
press-until Right "in hotfix-cart"
press-until Down "web in hotfix-cart"
let MADE platform deployment hotfix-cart
key V
expect "1.4.3"
type "1.4.3"
key Enter
expect "rollback"
expect "A approve"
key $APPROVE
until 20 test "$(platform deployment hotfix-cart)" != $MADE
until 20 test "$(platform status hotfix-cart)" = succeeded
key Esc
row "web" "1.4.2" "1.4.3"
let BEFORE platform deployment production
key P
expect "Reason"
expect "A approve"
key $APPROVE
type "100% of the carts_were empty"
key Tab
type "production"
key Enter
until 20 test "$(platform deployment production)" != $BEFORE
until 20 test "$(platform status production)" = succeeded
expect "Done in"
key Esc
row "web" "1.4.3" "1.4.3"

test "the operations on the clone stand together, with how long the whole took"
key h
screen <<END
*hotfix-cart*clone of production*3 operations, still there*
*clone*production → hotfix-cart*
*deploy*hotfix-cart*1.4.2 → 1.4.3*
*promote*hotfix-cart → production*
END
match "still there +[0-9.]+ ?[a-z]+ *$"

test "the selected operation is told in full"
expect "100% of the carts_were empty"
row "promote" "hotfix-cart → production" "of topicshare" "done"
row "by" "oncall"
row "took"
row "web" "image" "local/topicshare-web:1.4.2 → 1.4.3"
row "rollback" "web image → 1.4.2"
row "undo" "U rolls it back"

test "a clone says that it cannot be undone"
key k
key k
expect "no: a clone is discarded, not undone"

test "a story folds to one line and unfolds"
key Enter
gone "production → hotfix-cart"
row "hotfix-cart" "3 operations"
expect "The story of hotfix-cart"
key Enter
expect "production → hotfix-cart"

test "/ finds by all the words that are typed"
key /
type "cart 1.4"
expect "2 of 3"
refuse "production → hotfix-cart"
row "promote" "hotfix-cart → production"
colour "1.4" coloured
type " emp"
expect "1 of 3"
refuse "deploy    hotfix-cart"

test "signs mean themselves, and nothing is an error"
key Ctrl-U
type "0%"
expect "1 of 3"
key Ctrl-U
type "s_"
expect "1 of 3"
key Ctrl-U
type "%_"
expect "0 of 3"
expect "Nothing in the history matches"
key Ctrl-U
type "\"' OR NEAR( *"
expect "0 of 3"
refuse "error" "syntax"
key Esc
gone "Find"
expect "production → hotfix-cart"

test "what was found stays while one looks around; Esc shows all again"
key /
type "promote"
expect "1 of 3"
key Enter
row "Find" "promote" "1 of 3"
key k
expect "The story of hotfix-cart"
key Esc
gone "1 of 3"
expect "production → hotfix-cart"

test "t shows the board before the operation, where nothing can be changed"
key g
expect "The story of"
key t
expect "Board as it was"
expect "nothing can be changed here"
no-row "Workload" "hotfix-cart"
row "web" "2.0.0-rc3" "2.0.0-rc1" "1.4.2"
key X
expect "That key does nothing here"
key Esc
gone "As it was"
expect "The story of"

test "U in the history undoes what is selected, and the undo belongs to the story"
key G
expect "rolls it back"
key U
expect "Reason"
expect "A approve"
key $APPROVE
type "It was the wrong cart"
key Tab
type "production"
let PROMOTED platform deployment production
key Enter
until 20 test "$(platform deployment production)" != $PROMOTED
until 20 test "$(platform status production)" = succeeded
expect "Done in"
key Esc
expect "History"
row "hotfix-cart" "4 operations"
key R
expect "Reading the history again."
row "undo" "production"
press-until k "was undone"
key Esc
row "sidestage" "Board"
row "web" "1.4.2" "1.4.3"

test "[ and ] walk through what the board was, and ] behind the last leads to now"
key [
expect "As it was"
press-until [ "web +2.0.0-rc3 .*2.0.0-rc1 .*1.4.3 .*1.4.3"
press-until Left "in [Pp]roduction"
key d
row "sidestage" "Difference"
row "production" "production now"
row "~ web" "image" "1.4.3" "1.4.2"
key Esc
gone "Difference"
expect "As it was"
press-until Right "in hotfix-cart"
press-until [ "web +2.0.0-rc3 .*2.0.0-rc1 .*1.4.2 .*1.4.2"
press-until ] "This is the board as it is now"
gone "As it was"
key [
expect "As it was"
key Esc
gone "As it was"
row "running" "running" "running" "running"

test "at 80x24 the same is there"
resize 80x24
row "sidestage" "Board" "embedded"
key [
row "sidestage" "Board as it was" "embedded"
key Esc
gone "As it was"
key [
expect "As it was"
row "Workload" "hotfix-cart"
key Esc
gone "As it was"
key h
row "hotfix-cart" "clone of production"
row "undo" "production"
expect "by"
key /
type "wrong"
expect "1 of 4"
expect "It was the wrong cart"
key Esc
gone "Find"

test "at 40x12 it can still be read"
resize 40x12
row "promote" "hotfix-cart"
row "undo" "production"
resize 120x40
key Esc
gone "hotfix-cart  clone of"

test "a discarded clone ends its story, and the board remembers it"
press-until Right "in hotfix-cart"
key X
expect "Everything in it is deleted"
expect "A approve"
key $APPROVE
type "hotfix-cart"
key Enter
until 20 sh -c '! platform get /envs/hotfix-cart --quiet 2>/dev/null'
key Esc
expect "Organizations"
no-row "Workload" "hotfix-cart"
key [
expect "As it was"
row "Workload" "hotfix-cart"
row "web" "1.4.2" "1.4.3"
key Esc
gone "As it was"
key h
row "hotfix-cart" "5 operations, discarded"

test "where it cannot be read whether an operation was undone, that is said"
let HISTORY find $STATE -name history.db
sh python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("ALTER TABLE operation RENAME TO away"); c.commit()' $HISTORY
press-until Up "undo +unknown" 4
expect "no such table: operation"
sh python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("ALTER TABLE away RENAME TO operation"); c.commit()' $HISTORY
press-until Down "undo +(no|was|U)" 4
key Esc
gone "5 operations"

key Q
exit 0 10
restored
nothing-runs 5
