# The keys of the view below, however many there are and however small the screen is.

size 80x24
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the help is scrolled to its real end, and says that it is there"
run sidestage demo
row "running" "running"
key ?
row "sidestage" "Help"
row "Board"
row "C" "Clone the environment under the cursor."
key k
expect "This is the beginning."
key G
row "Suspend."
no-row "Clone the environment under the cursor."
match "^    Ctrl-Z +Suspend"
key j
expect "This is the end."
key PgDn
expect "This is the end."
row "Suspend."

test "a page up and one down lead back, g to the beginning"
key PgUp
no-row "Suspend."
key PgDn
row "Suspend."
key g
row "C" "Clone the environment under the cursor."
key k
expect "This is the beginning."

test "where all of it has room nothing is scrolled, and it says why"
resize 80x70
row "Suspend."
key j
expect "Everything is on the screen."
row "C" "Clone the environment under the cursor."
key G
expect "Everything is on the screen."

test "what was scrolled comes down again when the window grows"
resize 80x24
press-until G "Suspend."
no-row "Clone the environment under the cursor."
resize 80x70
row "C" "Clone the environment under the cursor."

test "a sentence that is too long for its line goes on in the next one"
resize 50x24
no-row "Suspend."
match "^    E  +Change the workload's configuration in$"
match "^ {11}your editor[.]"
press-until j "^    c  +[A-Z].*"
key Esc
gone "Help"
press-until Right "in (QA|qa)"
key d
row "Difference" "embedded"
key ?
row "Help" "embedded"
press-until j "resource[.]"
match "^ {11}unchanged lines, or the workload or"
row "Space" "Fold or unfold what is at the top:"
key Esc
gone "Help"
key Esc
gone "Difference"

test "keys that were typed far ahead open and close screens, however many"
type "?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q?q"
row "Workload" "QA"
refuse "That key changed nothing here."
answers ?
expect "Clone the environment under"
key Esc
gone "Clone the environment under"
key Q
exit 0 10
restored
nothing-runs 5
