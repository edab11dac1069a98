# Environments that are namespaces: where each of them runs is seen on the board, in the environment
# and in the review.

env TARGET=cluster PATH=$TTY/on-cluster:$PATH CLUSTERS="prod lab"
needs cluster
size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the board says in which cluster and namespace each environment runs"
run sidestage demo
expect "running" 30
row "runs in" "lab/topicshare-development" "prod/topicshare-qa" "prod/topicshare-production"
press-until Right "in Production"
row "runs in" "cluster prod, namespace topicshare-production"
press-until Left "in Development"
row "runs in" "cluster lab, namespace topicshare-development"

test "where there is no room for the namespaces it says the clusters"
resize 80x24
row "runs in" "lab  " "prod  " "prod"
no-row "lab/topicshare" "prod"
row "runs in" "cluster lab, namespace topicshare-development"

test "in a low window the cluster stands beside the state, since there are two"
resize 40x12
row "running lab" "running prod"
resize 120x40
row "runs in" "lab/topicshare-development"

test "the environment says it, in the smallest window too"
press-until Right "in Production"
key Enter
row "cluster prod, namespace topicshare-production"
resize 40x12
row "prod/topicshare-production"
resize 120x40
key Q
exit 0 10
restored
nothing-runs 10
