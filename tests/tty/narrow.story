# The narrowest terminal, 40 columns and 12 rows: what is decided on must still be seen.

size 40x12
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the board folds to two columns and says how many there are"
run sidestage demo
expect "running" 20
row "Workload" "Development" "│ Production ■"
expect "1 of 3"
key G
row "Workload" "Production"
expect "3 of 3"

test "a review shows the versions in words and the words that differ in the diff"
key Down
key Down
row "web" "1.4.2"
key V
expect "2.0.0-rc3"
type "1.4.3"
gone "2.0.0-rc3"
key Enter
expect "protected"
expect "deploy to production"
row "Review" "embedded"
row "~" "web" "1.4.2" "1.4.3"
key Esc
gone "protected"
key C
expect "Name of the clone"
type "hotfix-narrow"
key Enter
expect "Workloads"
press-until Down "web +1.4.2"
press-until Down "local/topicshare-web"
key Esc
gone "hotfix-narrow"

test "what a key does is at hand"
key ?
expect "Clone the environment"
key Esc
gone "Clone the environment"
key Q
exit 0 10
restored
nothing-runs 5
