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
row "rollback" "deletion cannot be undone"
# The key that opened it approves nothing, however often it is pressed.
key X X D
expect "That key does nothing here"
expect "A approve"
key A
type "A"
row "Reason" "A"
key Ctrl-U
key Enter
expect "A reason is required"
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

test "where the environment of the cursor has gone, the cursor is on its neighbour, and never on Production"
expect "in Development"
press-until Right "in Production"
key X
expect "production is protected: it cannot be discarded"
key A
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
row "promote: Promote a clone's changes to its source." "P"
key Ctrl-U
type "history"
row "history: Show the history of operations." "h"
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
expect "No operation is running; F5 shows the history."
key %
expect "That key does nothing here.  F1 lists the keys that do."
press-until Right "in Production"
key D
expect "Press F9 to fill in the fields."
row "F9 approve" "F1 help"
key Enter
expect "Press F9 to approve."
key F9
gone "Press F9 to fill in the fields."
row "Enter next field"
key Esc
expect "Press F9 to fill in the fields."
key Esc
gone "Press F9"
key Q
exit 0 10
restored
nothing-runs 5

sh rm $XDG_CONFIG_HOME/sidestage/config

test "no key but A approves, also in one's own clone, and A only once the review could be read"
run sidestage demo --fresh
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
expect "A approve"
key A
expect "Done in" 20
key Esc
row "Workload" "hotfix-1"
press-until Right "in hotfix-1"
let BEFORE platform deployment hotfix-1
type "DD"
expect "rollback"
type "DXPUVC"
expect "That key does nothing here"
key E
expect "There is no finding here"
expect "A approve"
sh test "$(platform deployment hotfix-1)" = "$BEFORE"
key Esc
gone "rollback"
type "XX"
expect "Everything in it is deleted"
type "XD"
expect "A approve"
sh test "$(platform get /envs/hotfix-1 --get /id)" = hotfix-1
key Esc
gone "Everything in it is deleted"

test "what is typed the moment the review appears approves nothing"
type "DA"
expect "A approve"
expect "rollback"
sh test "$(platform deployment hotfix-1)" = "$BEFORE"
key A
expect "Done in" 20
sh test "$(platform deployment hotfix-1)" != "$BEFORE"
key Esc

test "A is no other view's key"
row "Workload" "hotfix-1"
key A
expect "That key does nothing here"

test "what is not one's own clone asks for its name, and Enter there says its deed"
press-until Left "in QA"
let BEFORE platform deployment qa
key D
expect "QA is not your clone"
refuse "Reason"
row "Type" "qa"
expect "A approve"
key A
row "Enter deploys to qa" "Esc back"
type "qb"
key Enter
expect "type its id, qa, to go on"
sh test "$(platform deployment qa)" = "$BEFORE"
key Ctrl-U
type "qa"
key Enter
expect "Done in" 20
sh test "$(platform deployment qa)" != "$BEFORE"
key Esc

test "a clone with changes that are nowhere else is discarded only by its name"
row "Workload" "hotfix-1"
press-until Right "in hotfix-1"
press-until Down "web in hotfix-1"
press-until Down "web in hotfix-1"
key V
expect "1.4.3"
type "1.4.3"
key Enter
expect "A approve"
key A
expect "Done in" 20
key Esc
row "Workload" "hotfix-1"
key X
expect "1 change of hotfix-1 is not in production"
expect "A approve"
key A
row "Enter deletes hotfix-1"
key Enter
expect "hotfix-1 has changes that are not promoted"
sh test "$(platform get /envs/hotfix-1 --get /id)" = hotfix-1
type "hotfix-1"
key Enter
expect "Done in" 20
key Esc
no-row "Workload" "hotfix-1"
expect "in QA"

test "what was just done is rolled back by U right behind it, whatever the cursor is on"
press-until Right "in Production"
key C
expect "Name of the clone"
key Enter
expect "A approve"
key A
expect "Done in" 20
refuse "U rolls it back"
key U
expect "nothing to roll back"
key Esc
row "Workload" "hotfix-1"
press-until Right "in hotfix-1"
press-until Down "web in hotfix-1"
press-until Down "web in hotfix-1"
key V
expect "1.4.3"
type "1.4.3"
key Enter
expect "A approve"
key A
expect "Done in" 20
key Esc
expect "Done: deploy to hotfix-1.  U rolls it back."
key Down
gone "rolls it back"
key P
expect "A approve"
key A
type "Korean titles"
key Enter
type "production"
row "Enter deploys to production"
key Enter
expect "Done in" 20
expect "U rolls it back"
key Esc
expect "Done: promote hotfix-1"
expect "in hotfix-1"
key U
row "Review" "undo in production"
row "web" "1.4.3" "1.4.2"
row "Type" "production"
key Esc
row "Workload" "hotfix-1"
expect "in hotfix-1"
key Q
exit 0 10
restored
nothing-runs 5

test "the key bar has only the keys that do something now; the others say why they do not"
run sidestage demo --fresh
row "running" "running" "running"
press-until Right "in Production"
row "C clone" "U undo" "? help"
no-row "P promote"
no-row "X discard"
no-row "d diff"
key P
expect "Only a clone"
key d
expect "This is the baseline itself"
press-until Left "in QA"
row "C clone" "d diff" "X discard"
no-row "P promote"
key c
expect "There is no clone."
no-row "X discard"
no-row "P promote"
key Esc
key Q
exit 0 10
run sidestage demo --read-only
row "running" "running" "running"
row "diff" "? help"
no-row "C clone"
no-row "D deploy"
key Q
exit 0 10
nothing-runs 5
