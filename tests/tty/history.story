# The history: a hotfix as one story, what is selected in full, and found by typing.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env APPROVE=D

test "a clone, a deployment, a promotion, its undo and the discard are made"
run sidestage demo
expect "in Development" 20
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Ctrl-U
type "hotfix-cart"
key Enter
expect "the clone" 
key $APPROVE
until 20 test "$(platform status hotfix-cart)" = succeeded
key Esc
expect "in hotfix-cart" 20
END
