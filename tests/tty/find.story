# Finding by typing: places with /, commands with :.

size 100x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "/ finds an environment, and Enter goes there"
run sidestage demo
expect "in Development" 20
row "X discard" "l logs" "? help"
refuse "logs…" "find…"
key /
expect "environment QA"
type "prd"
gone "environment QA"
row "production" "environment Production"
key Enter
expect "in Production"

test "/ finds a workload"
key /
expect "environment QA"
type "wkr"
gone "environment QA"
key Enter
expect "worker in Production"

test "what is not there is said, and Enter goes nowhere"
key /
expect "environment QA"
type "zzz"
expect "No match."
key Enter
expect "No match."

test "what is taken back finds again what it found, and is changed in its middle too"
key Backspace Backspace Backspace
row "Find" "8 of 8"
type "qax"
expect "No match."
key Backspace
row "qa" "environment QA"
key Home
type "x"
expect "No match."
key Backspace
row "qa" "environment QA"
key Ctrl-U
key Ctrl-C
gone "environment QA"
expect "worker in Production"

test ": finds a command by its words and does it"
key :
expect "Promote a clone's changes"
type "clone the env"
gone "Promote a clone's changes"
key Enter
expect "Name of the clone"
key Ctrl-C
gone "Name of the clone"

test "hands are faster than the screen: what is typed behind / and V is theirs"
type "/dev"
row "development" "environment Development"
key Enter
press-until Up "api in Development"
press-until Down "web in Development"
let AHEAD printf 'V1.4.3\rD'
type "$AHEAD"
expect "rollback"

test "a key that was typed before the review stood approves nothing"
row "~ web" "2.0.0-rc3" "1.4.3"
refuse "still being read"
key Esc
gone "rollback"

test "the palette knows the keys of the view below it"
key h
expect "Nothing has been done from this machine yet"
key :
expect "Read the history again"
refuse "Clone the environment"
key Esc
gone "Read the history again"
key Esc
gone "Nothing has been done"
key Q
exit 0 10
restored
nothing-runs 5
