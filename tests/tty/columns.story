# Names and versions use the room that there is before they are cut, and what is cut still tells one
# from the other.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "workloads whose names and versions differ at their ends are told apart"
run sidestage demo
expect "in Development" 20
sh sidestaged import --state $STATE $TTY/long-names.json
key R
row "acme"
key /
type "names"
row "acme/names" "application"
key Enter
row "sidestage" "Board" "acme" "names"
row "payment-reconciliation-api" "2024.11.28-build.10452" "1.0"
row "payment-reconciliation-worker" "2024.11.28-build.10453" "2024.11.28-build.10451"
expect "in development"

test "so they are in a narrow window, where they are cut"
resize 80x24
row "payment-reconciliation-api"
row "payment-reconciliation-worker"
resize 60x15
match "payme.*api"
match "payme.*worker|payme.*ker"
match "10452"
match "10453"
resize 40x12
match "^ *pay.*(api|pi) "
match "^ *pay.*(er|r) "
resize 120x40

test "what stands left of a value does not run into it, in German either"
key Q
exit 0 10
nothing-runs 5
env SIDESTAGE_LOCALE=$DIR/locale LANGUAGE=de
sh mkdir -p $DIR/locale/de/LC_MESSAGES && msgfmt -o $DIR/locale/de/LC_MESSAGES/sidestage.mo $srcdir/po/de.po
run sidestage demo
row "läuft" "läuft" "läuft"
press-until Right "in [Pp]roduction"
save board.txt
sh ! grep -E 'deployt(vor|gerade)|Adressehttp|Ressourcendb|verglichen mitproduction' $DIR/board.txt
key Q
exit 0 10
nothing-runs 5
