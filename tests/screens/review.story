# The reviews of each verb, what is asked before them, and what is shown after.

size 120x40

test "the name of a clone is asked"
include begin.part
include values.part
include board.part
row "1m" "oncall"
press-until Right "in Production"
key C
expect "Name of the clone"
shot clone-prompt
type "hotfix-korean"

test "its values are decided one by one"
key Enter
expect "2 values to decide"
shot clone-values
key Tab
type "mail.test"
shot clone-values-typed
key Enter
expect "1 value to decide"
key Tab
type "s-2718281"
key Enter
expect "All values are decided."
shot clone-values-decided

test "the review of the clone"
key Enter
expect "rollback"
shot review-clone
tick 500

test "the progress of the clone, when it is done"
press-until A "Progress"
tick-until "Done in"
shot progress-clone
tick 500
key Esc
row "Workload" "hotfix-korean"

test "the board with the clone"
shot board-clone

test "the hotfix: what is done, what is next"
key H
expect "reproduce"
shot hotfix
key Space
expect "You have seen the bug in the clone"
shot hotfix-reproduce
type "the title of topic 3 is cut: 한국어"
key Enter
expect "is cut"
shot hotfix-reproduced
key Esc
row "Workload" "hotfix-korean"

test "a version is chosen"
press-until Down "web in hotfix-korean"
key V
expect "runs here"
shot version-choice
type "1.4.3"
shot version-typed

test "the review of a version in the clone"
key Enter
expect "rollback"
shot review-version "1.4.3"
tick 500
press-until A "Progress"
tick-until "Done in"
shot progress-version
tick 500
key Esc
row "to promote" "1 change"

test "the hotfix, when the bug is gone as well"
key H
row "3 fix" "done"
shot hotfix-fixed
key Space
expect "the bug is gone in the clone"
shot hotfix-verify
type "titles are whole"
key Enter
row "4 verify" "done"
key Esc
row "to promote" "1 change"

test "the clones of the organization"
key c
row "hotfix-korean" "oncall"
shot clones
key Esc
row "to promote" "1 change"

test "the review of a promotion: Production is protected"
key P
expect "Type \"production\""
shot review-promote "protected"
shot-colours review-promote
tick 500
press-until PgDn "A approve"
key A
type "Korean titles"
shot review-promote-typing
key Tab
type "production"
expect "Enter deploys to production"
shot review-promote-typed "production"

test "the progress of the promotion"
tick 500
key Enter
expect "Progress"
tick-until "Done in"
shot progress-promote
tick 500
key Esc
row "Workload" "hotfix-korean"

test "the review of the way back"
press-until Left "in Production"
key U
expect "rollback"
shot review-undo "protected"
key Esc
row "Workload" "hotfix-korean"

test "the review of a discard"
press-until Right "in hotfix-korean"
key X
expect "Everything in it is deleted"
shot review-discard
key Esc
row "Workload" "hotfix-korean"

test "the history of it, and its story folded"
key h
row "promote" "production"
shot history
key Enter
shot history-folded
key Esc
row "Workload" "hotfix-korean"
include end.part
