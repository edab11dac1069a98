# The applications beside the board, of two organizations and more of them than there is room for.

size 100x20
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "a second organization, with thirty applications"
run sidestage demo
expect "in Development" 20
sh { printf 'organizations:\n  - id: acme\n    name: Acme\n    env_types:\n      - id: development\n    applications:\n'; for i in $(seq -w 1 30); do printf '      - id: app-%s\n        name: App %s\n' $i $i; done; } >$DIR/acme.yaml
sh sidestaged import --state $STATE $DIR/acme.yaml
key R
row "acme"
row "sidestage" "topicshare-inc ▸ topicshare"

test "arrows, pages and ends go through the applications of both"
key Tab
row "Enter open" "Esc back"
press-until g "sidestage +Board ▸ acme ▸ app-01"
key Down
row "sidestage" "acme ▸ app-02"
key PgDn
match "sidestage +Board ▸ acme ▸ app-1[0-9]"
row "app-02"
key PgUp
row "sidestage" "acme ▸ app-02"
key G
row "sidestage" "topicshare-inc ▸ topicshare"
key Up
row "sidestage" "acme ▸ app-30"
key PgDn
row "sidestage" "topicshare-inc ▸ topicshare"
key PgUp
match "sidestage +Board ▸ acme ▸ app-[12][0-9]"
key Ctrl-D
row "sidestage" "topicshare-inc ▸ topicshare"
key g
row "sidestage" "acme ▸ app-01"
key Up
row "sidestage" "acme ▸ app-01"
key G
row "sidestage" "topicshare-inc ▸ topicshare"
key g
row "sidestage" "acme ▸ app-01"

test "a click opens what is clicked, where the list was scrolled too"
key PgDn
match "sidestage +Board ▸ acme ▸ app-1[0-9]"
click "app-08"
row "sidestage" "acme ▸ app-08"
key G
row "sidestage" "topicshare-inc ▸ topicshare"

test "Right and Enter give the keys back to the board"
key Right
row "C clone"
key Tab
row "Enter open" "Esc back"
key Enter
row "C clone"
key Q
exit 0 10
nothing-runs 5
