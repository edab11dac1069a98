# A hotfix that does not go straight: a fix that fails, one more after it was verified, two
# promotions, and one that is taken back.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env APPROVE=A

test "the clone is made"
run sidestage demo
expect "running" 20
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
expect "rollback"
expect "A approve"
key $APPROVE
until 20 test "$(platform status hotfix-1)" = succeeded
key Esc
row "Workload" "hotfix-1"
key H
row "2 reproduce" "next"

test "a step for people may be left out: it is not marked, and what comes after goes on"
key Right
match "▸ web"
key V
expect "Version ▸"
type "1.4.4"
key Enter
expect "rollback"
expect "A approve"
key $APPROVE
until 30 test "$(platform status hotfix-1)" = failed
key Esc
row "✗ 3 fix" "failed" "web 1.4.2 → 1.4.4-rc1"
row "2 reproduce" "next"
let DEPLOYMENT platform deployment hotfix-1
key Down
expect "The clone gets the change"
key V
expect "Version ▸"
type "1.4.3"
key Enter
expect "rollback"
expect "A approve"
key $APPROVE
until 20 test "$(platform deployment hotfix-1)" != $DEPLOYMENT
until 20 test "$(platform status hotfix-1)" = succeeded
key Esc
row "2 reproduce" "not marked"
row "✓ 3 fix" "done"
row "4 verify" "next"
key Space
expect "the bug is gone in the clone"
type "looks right"
key Enter
row "4 verify" "done" "looks right"
row "5 promote" "next"

test "after one more change the mark counts no longer"
press-until Up "The clone gets the change"
press-until Left "▸ api"
key V
expect "Version ▸"
type "2.0.0-rc3"
key Enter
expect "rollback"
let DEPLOYMENT platform deployment hotfix-1
expect "A approve"
key $APPROVE
until 20 test "$(platform deployment hotfix-1)" != $DEPLOYMENT
until 20 test "$(platform status hotfix-1)" = succeeded
key Esc
row "4 verify" "next" "marked before the last change"
key Space
expect "the bug is gone in the clone"
type "both look right"
key Enter
row "4 verify" "done" "both look right"

test "a promotion that is undone is to be done again"
let PRODUCTION platform deployment production
key P
expect "Reason"
expect "A approve"
key $APPROVE
type "Korean titles"
key Tab
type "production"
key Enter
until 20 test "$(platform deployment production)" != $PRODUCTION
until 20 test "$(platform status production)" = succeeded
key Esc
row "5 promote" "done"
row "6 clean up" "next"
key Esc
gone "started"
press-until Left "in [Pp]roduction"
let PRODUCTION platform deployment production
key U
expect "Reason"
expect "A approve"
key $APPROVE
type "too early"
key Tab
type "production"
key Enter
until 20 test "$(platform deployment production)" != $PRODUCTION
until 20 test "$(platform status production)" = succeeded
key Esc
row "Workload" "hotfix-1"
key H
row "5 promote" "next" "rolled back: the fix is not there any more"
let PRODUCTION platform deployment production
key P
expect "Reason"
expect "A approve"
key $APPROVE
type "now"
key Tab
type "production"
key Enter
until 20 test "$(platform deployment production)" != $PRODUCTION
until 20 test "$(platform status production)" = succeeded
key Esc
row "5 promote" "done" "now"
row "6 clean up" "next"

test "what cannot be read of the local history is said where it is missing"
let HISTORY find $DIR/state -name history.db
sh python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("ALTER TABLE mark RENAME TO away"); c.commit()' $HISTORY
key Esc
gone "started"
key H
expect "no such table: mark"
row "5 promote" "done"
resize 120x12
expect "no such table: mark"
row "5 promote" "done"
resize 120x40
sh python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("ALTER TABLE away RENAME TO mark"); c.commit()' $HISTORY
key Esc
gone "started"
key H
expect "started"
row "5 promote" "done"
refuse "no such table"

test "a deploy that would drop the fix is warned about by its name"
key Esc
gone "started"
press-until Left "in [Pp]roduction"
press-until Down "web in [Pp]roduction"
key V
expect "Version ▸"
type "2.0.0-rc1"
key Enter
expect "rollback"
expect "This drops the fix that was promoted from hotfix-1"
colour "This drops the fix" fg=215
key Esc
gone "rollback"
key Q
exit 0 10
restored
nothing-runs 5
