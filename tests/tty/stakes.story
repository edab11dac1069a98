# Friction grows with the stakes: what would be hard to get back asks for more than a key, and a
# key that is pressed once too often meets nothing that it could destroy.

size 100x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "an environment that is no clone of ours goes only with a reason and its name typed"
run sidestage demo
row "running" "running" "running"
press-until Right "in QA"
key X
expect "qa is not a clone that was made here"
expect "Reason"
row "way back" "what is deleted is gone"
key D
key D
expect "D"
gone "Done in"
key Ctrl-U
key Enter
expect "A reason is asked for"
type "it is not used any more"
key Enter
type "qa"
row "Type" "qa"
row "Reason" "it is not used any more"
sh test "$(platform get /envs/qa --get /id)" = qa
key Enter
expect "Done in" 20
key Esc
row "Workload" "Development" "Production"

test "where the environment of the cursor has gone, the cursor is on none that X would take"
expect "in Production"
key X
expect "production is protected: it is not discarded"
key D
expect "There is nothing to approve here"
key Esc
row "Workload" "Development" "Production"

test "the name of a clone is asked for with what is cloned"
key C
row "sidestage" "Clone ▸ Production"
row "Clone ▸ Production"
key Esc
gone "Name of the clone"

test "the versions begin at the one that runs"
press-until Down "web in Production"
key V
row "1.4.2" "runs here"
match "^ +=? ?= 1.4.2 .*runs here"
colour "1.4.2" bold
key Esc
gone "runs here"

test "a command is found by the word of the key bar"
key :
type "promote"
row "promote: Take a clone's changes to where it came from." "P"
key Ctrl-U
type "history"
row "history: Show what has been done." "h"
key Esc
key Q
exit 0 10
restored
nothing-runs 5

test "a hint names the key as it is bound"
sh mkdir -p $XDG_CONFIG_HOME/sidestage
sh printf '[keys "board"]\n\thistory = F5\n[keys "review"]\n\tapprove = F9\n[keys "everywhere"]\n\thelp = F1\n' >$XDG_CONFIG_HOME/sidestage/config
run sidestage demo
row "running" "running"
key p
expect "No operation runs; F5 shows what was done."
key %
expect "That key does nothing here.  F1 lists the keys that do."
press-until Right "in Production"
key D
expect "F9 leads to the fields."
row "F9 approve" "F1 help"
key Enter
expect "Enter alone approves nothing: F9 does."
key F9
gone "F9 leads to the fields."
row "Tab next field"
key Esc
expect "F9 leads to the fields."
key Esc
gone "F9 leads"
key Q
exit 0 10
restored
nothing-runs 5
