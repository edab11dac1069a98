# An environment and its four tabs, what differs between two, and the logs.

size 120x40

test "the workloads of an environment"
include begin.part
include values.part
include board.part
press-until Right "in Production"
key Enter
row "api" "1 of 1" "0 restarts"
shot environment-workloads

test "its resources"
key 2
row "dns"
shot environment-resources

test "its shared values: a secret is never shown"
key 3
row "MAIL_KEY" "a secret"
shot environment-values

test "the prompt for a value"
press-until Down "▸ .*MAIL_HOST"
key E
expect "Change a shared value"
shot value-prompt
key Esc
gone "Change a shared value"

test "its deployments"
key 4
row "Values of the mail server"
shot environment-deployments
key Esc
row "Board" "topicshare"

test "the difference of an environment and the baseline"
press-until Left "in QA"
key d
row "web" "2.0.0-rc1"
shot compare
key f
shot compare-whole
key f
key s
shot compare-beside
key s

test "a word is found in it"
key /
type "theme"
shot compare-find
key Esc
gone "theme/"
key ">"
expect "Compare with"
shot compare-moments
key Esc
gone "Compare with"
key Esc
row "Board" "topicshare"

test "the logs of a workload, and of all"
press-until Right "in Production"
press-until Down "web in Production"
key l
row "GET /topics"
shot logs
press-until Tab "all workloads"
row "worker" "the digest is up to date"
shot logs-all
key t
shot logs-times
key t
key /
type "topics"
shot logs-find
key Esc
gone "Esc forget"
press-until Esc "sidestage +Board"
include end.part
