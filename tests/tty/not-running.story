# What does not run says why on the board, whoever started it: an import, a restart, the end of a
# pause (B8).

size 120x32
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "an environment that is imported with a program that is not there"
run sidestage demo
expect "in Development" 20
sh printf 'organizations:\n  - id: acme\n    name: Acme\n    env_types: [{id: production}]\n    definitions:\n      - {id: dns, name: dns, type: dns, driver_type: process/dns, driver_inputs: {values: {}}, criteria: [{}]}\n    applications:\n      - id: typo\n        environments:\n          - id: production\n            type: production\n            deployments:\n              - set: {modules: {web: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "local/topicshare-web:1.O"}}}}, other: {profile: humanitec/default-module, externals: {dns: {type: dns}}, spec: {containers: {c: {id: c, image: "local/topicshare-search:2.0.0-rc1", variables: {PORT: "${externals.dns.listen}", API_URL: "http://localhost:9"}}}}}}}\n' >$DIR/acme.yaml
sh sidestaged import --state $STATE $DIR/acme.yaml
key R
row "acme"
key Tab
row "Enter open" "Esc back"
press-until g "sidestage +Board ▸ acme ▸ typo"
key Enter
row "C clone"

test "the board says that it failed, and why, in whole"
row "1 of 2"
colour "1 of 2" fg=209
press-until Down "web in production"
row "failed" "There is no image" "local/topicshare-web:1.O"
row "local/topicshare-web/1.O"

test "the other one runs, and beside it stands still which does not"
press-until Up "other in production"
row "pods" "1 of 1"
row "failed" "web: There is no image" "local/topicshare-web:1.O"

test "a restart of the platform changes nothing of that"
key Q
exit 0 10
run sidestage demo --org acme --app typo
row "1 of 2"
press-until Down "web in production"
row "failed" "There is no image" "local/topicshare-web:1.O"

test "a paused environment has nothing to explain, and one that goes on does"
sh fetch --quiet --unix-socket $SOCKET --method PUT --data true http://localhost/orgs/acme/apps/typo/envs/production/runtime/paused
gone "There is no image"
row "0 of 2"
sh fetch --quiet --unix-socket $SOCKET --method PUT --data false http://localhost/orgs/acme/apps/typo/envs/production/runtime/paused
row "failed" "There is no image" "local/topicshare-web:1.O"
key Q
exit 0 10
restored
nothing-runs 5
