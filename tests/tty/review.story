# What a person reads before something is done: found in by typing, also where there is no
# difference, in the usual sizes.

size 80x24
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env SIDESTAGE_THEME=dark

test "in the review of a clone / finds in what it will be made of"
run sidestage demo
row "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
expect "rollback"
row "Workloads"
row "api" "1.4.2" "local/topicshare-api"
key /
type "wor"
row "▸ worker" "1.8.1"
colour "wor" bold underline fg=221 bg=23
key Enter
key n
row "▸ db" "shared by the workloads"
no-row "▸ worker"
key N
row "▸ worker" "1.8.1"
key N
expect "was not found above"
key Esc
gone "/ wor"
no-row "▸ worker"
expect "rollback"

test "what is not there is said, and Esc leaves only when nothing is found any more"
key /
type "zebra"
expect "was not found."
key Esc
gone "zebra"
key n
expect "Find a text first: /."
key s
expect "There is no difference here"
key f
expect "There is no difference here"
expect "rollback"

test "the list ends where its last line is seen"
resize 80x16
press-until G "shared by the workloads"
press-until j "This is the end"
press-until k "Workloads"
press-until k "This is the beginning"
resize 80x24
row "Workloads"

test "a window that grows shows what it has room for"
resize 40x12
press-until G "shared by the workloads"
resize 80x24
row "Workloads"
row "api" "1.4.2" "local/topicshare-api"
expect "A approve"
key A
expect "Done in" 20
key Esc
row "Workload" "hotfix-1"

test "in the review of a discard too"
press-until Right "in hotfix-1"
key X
expect "Everything in it is deleted"
key /
type "dns"
match "▸ .*dns"
key Enter
key Esc
gone "/ dns"
expect "Everything in it is deleted"
key Esc
gone "Everything in it is deleted"

test "a long value is whole in the review, and is approved only where its end was read"
key Q
exit 0 10
nothing-runs 5
let LONG sh -c 'for i in 1 2 3 4 5 6 7 8 9; do printf "one-of-nine-$i/"; done; printf the-end'
env EDITOR="sed -i 's#\"PAGE_SIZE\": \"[^\"]*\"#\"PAGE_SIZE\": \"$LONG\", \"TONE\": \"warm\"#'"
resize 60x15
run sidestage demo
expect "running" 20
press-until Left "in Development"
press-until Up "api in"
key E
expect "1 workload changes" 10
row "~ api" "variable PAGE_SIZE"
refuse "…/one-of" "A approve"
expect "more below"
key A
row "PgDn read on" "Esc back"
type "development"
key Enter
expect "Read the difference to its end first: PgDn or G"
key Esc
row "Esc cancel"
press-until Down "PAGE_SIZE: one-of-nine-1"
press-until Down "TONE: warm"
expect "the-end"
refuse "more below"
expect "A approve"
key g
expect "1 workload changes"
resize 40x12
expect "1 workload changes"
press-until Down "the-end"
press-until Down "TONE: warm"
resize 80x24
press-until g "1 workload changes"
row "+" "bytes; shown in full below"
row "PAGE_SIZE: one-of-nine-1/"
row "nd"
key Esc
gone "1 workload changes"

test "that the end was not read is not said any longer than it is so"
resize 60x15
key E
expect "1 workload changes" 10
key A
type "development"
key Enter
expect "Read the difference to its end first: PgDn or G"
resize 120x40
gone "Read the difference to its end first"
expect "1 workload changes"
key Esc
row "Esc cancel"
key Esc
gone "1 workload changes"
env EDITOR=true
key Q
exit 0 10
restored
nothing-runs 5
