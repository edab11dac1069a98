# What was approved and begun, and whose program was killed, waits for the person: nothing goes on
# with it by itself, however it is looked at.

size 100x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "a killed program leaves an operation of which nothing was sent"
run sidestage demo
expect "in Development" 20
row "● running" "● running" "● running"
let PLATFORM platform process
let BEFORE platform deployment development
key D
expect "A approve"
key A
type "development"
sh kill -STOP $PLATFORM
press-until Enter "Esc leaves it running"
row "sidestage" "1 operation running"
signal KILL
exit KILL
sh kill -CONT $PLATFORM
nothing-runs 20

test "the next start lists it, says how far it came and what the platform says, and does nothing"
run sidestage demo
expect "deployment to development" 20
row "sidestage" "Interrupted" "1 operation"
row "interrupted" "step 1 of"
expect "The deployment was not made; development has not changed since."
expect "Nothing happens until you decide."
sh test "$(platform deployment development)" = "$BEFORE"
key Esc
expect "in Development"
refuse "operation running"

test "a command says so in one line, and does its own work alone"
sh sidestage history --demo >$DIR/out 2>$DIR/err
sh test "$(wc -l <$DIR/err)" = 1
sh grep -q '1 interrupted operation: deployment to development (.*); see `sidestage resume`$' $DIR/err
sh grep -q 'interrupted deploy' $DIR/out
sh sidestage resume --demo --json 2>$DIR/err >$DIR/json && test ! -s $DIR/err
sh python3 -c 'import json, sys; o, = json.load(open(sys.argv[1])); assert (o["kind"], o["step"], o["deed"], o["moved"], o["environment"]) == ("resumable", "check-target", "not-done", False, "development"), o' $DIR/json
sh sidestage resume --demo | grep -q 'Interrupted at step 1 of'
sh sidestage resume nosuch --demo 2>$DIR/err; test $? = 2 && grep -q 'No interrupted operation has the id "nosuch"' $DIR/err
sh test "$(platform deployment development)" = "$BEFORE"

test "it is found again from the board, and resumed by a person"
key i
expect "Nothing happens until you decide."
key S
row "sidestage" "Progress" "deploy to development"
expect "Done in"
key Esc
gone "Done in"
key i
expect "No operation is interrupted."
key Esc
expect "in Development"

test "one that is abandoned stays in the history, with the reason, and was never sent"
let PLATFORM platform process
let BEFORE platform deployment development
key D
expect "A approve"
key A
type "development"
sh kill -STOP $PLATFORM
press-until Enter "Esc leaves it running"
signal KILL
exit KILL
sh kill -CONT $PLATFORM
nothing-runs 20
run sidestage demo
expect "Nothing happens until you decide." 20
key X
expect "Reason (optional)"
type "not needed any more"
key Enter
expect "in Development"
key i
expect "No operation is interrupted."
key Esc
key h
expect "Abandoned after an interruption: not needed any more"
sh test "$(platform deployment development)" = "$BEFORE"

test "what was abandoned is not interrupted"
sh sidestage clones --demo 2>$DIR/err && test ! -s $DIR/err
sh test "$(sidestage resume --demo --json)" = "[]"

test "what nobody watched to its end is no interrupted operation, and its end is written down later"
sh sidestage deploy qa --demo --approve=qa --no-wait 2>$DIR/err; test $? = 7
until 30 test "$(platform status qa)" = succeeded
sh sidestage history --demo --json >$DIR/json 2>$DIR/err && test ! -s $DIR/err
sh python3 -c 'import json, sys; o = json.load(open(sys.argv[1]))[-1]; assert (o["environment"], o["state"], o["error"]) == ("qa", "done", None), o' $DIR/json
