# SPDX-License-Identifier: GPL-3.0-or-later
# Why a workload does not run is longer than a line: all of it is read in the environment, in a
# window of any size.

size 80x24
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "what a row cuts stands in whole below the list"
run sidestage demo
expect "in Development" 20
sh printf 'organizations:\n  - id: acme\n    name: Acme\n    env_types: [{id: production}]\n    applications:\n      - id: typo\n        environments:\n          - id: production\n            type: production\n            deployments:\n              - set: {modules: {web: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "local/shop-of-the-second-region/with-a-long-name/and-another-part-of-it/that-fits-into-no-row/but-is-needed-in-whole:1.O"}}}}, worker: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "local/no:1"}}}}}}\n' >$DIR/acme.yaml
sh sidestaged import --state $STATE $DIR/acme.yaml
key Q
exit 0 10
run sidestage demo --org acme --app typo
row "0 of 1"
key Enter
row "sidestage" "Environment"
row "web" "1.O" "There is no image" "…"
row "but-is-needed-in-whole/1.O."
refuse "Enter more"

test "the row below has its own"
key Down
row "▸" "worker"
gone "but-is-needed-in-whole/1.O."
match "local/no/1[.]"
key Up
row "but-is-needed-in-whole/1.O."

test "in a small window it is read in parts"
resize 40x12
row "▸" "web"
match "1-[0-9]+ of [0-9]+"
refuse "whole/1.O."
expect "Enter more"
key Enter
match "1[.]O[.]"
key Enter
match "1-[0-9]+ of [0-9]+"
key Down
match "local/no/1[.]"
refuse "1-6 of" "1-5 of" "1-7 of"
resize 80x24
key Enter
expect "All that the row says is on the screen."
key Q
exit 0 10
restored
nothing-runs 5
