# A clone and a colleague change the same things differently: the promotion asks, thing by thing,
# sends nothing before everything is decided, and is one request then.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "Production is cloned, and both change the same two variables; Production one more"
run sidestage demo
expect "running" 20
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-one"
key Enter
expect "rollback"
expect "A approve"
key A
until 20 test "$(platform status hotfix-one)" = succeeded
key Esc
row "Workload" "hotfix-one"
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"add","path":"/spec/containers/web/variables/THEME","value":"sepia"},{"op":"add","path":"/spec/containers/web/variables/TONE","value":"warm"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/hotfix-one/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"add","path":"/spec/containers/web/variables/THEME","value":"dark"},{"op":"add","path":"/spec/containers/web/variables/TONE","value":"cold"},{"op":"add","path":"/spec/containers/web/variables/COLLEAGUE","value":"stays"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
until 20 test "$(platform status hotfix-one)" = succeeded
until 20 test "$(platform status production)" = succeeded
let BEFORE platform deployment production

test "P shows both conflicts with what each side has, and what only a colleague changed"
press-until Right "in hotfix-one"
key P
expect "2 conflicts to decide" 20
row "theirs" "web" "variables/COLLEAGUE"
row "conflict" "web" "variables/THEME"
row "was" "(not set)"
row "( )" "hotfix-one" "sepia"
row "( )" "production" "dark"
row "( )" "hotfix-one" "warm"
row "( )" "production" "cold"

test "a click goes to a conflict, and chooses nothing"
click "variables/TONE"
colour "web" bold fg=231 bg=24
row ">" "conflict" "web" "variables/TONE"
click "sepia"
row ">" "conflict" "web" "variables/THEME"
expect "2 conflicts to decide"

test "in the smallest window each change is reached by a page, and is on no screen cut away"
resize 40x12
key g
row ">" "theirs" "COLLEAGUE"
key o
expect "not a conflict"
key PgDn
row ">" "conflict" "TONE"
row "cold"
row "warm"
key PgUp
row ">" "conflict" "THEME"
row "( )" "sepia"
key G
row ">" "conflict" "TONE"
key k
row ">" "conflict" "THEME"
key k
row ">" "COLLEAGUE"
key n
row ">" "conflict" "THEME"
key N
expect "This is the first conflict."
click "COLLEAGUE"
row ">" "COLLEAGUE"
key n
resize 120x40
row ">" "conflict" "web" "variables/THEME"
expect "2 conflicts to decide"

test "nothing can be approved, nor reviewed, before everything is decided"
key A
expect "Decide the conflicts first: o or t on each"
key Enter
expect "2 conflicts are not decided yet"
key o
expect "1 conflict to decide"
row "(*)" "hotfix-one" "sepia"
key Enter
expect "1 conflict is not decided yet"

test "a choice can be changed until the review is made"
key t
expect "All conflicts are decided."
row "(*)" "production" "cold"
key o
row "(*)" "hotfix-one" "warm"
row "( )" "production" "cold"
key t
row "(*)" "production" "cold"
key A
expect "Press Enter to review what you chose"
let NOW platform deployment production
equal $NOW $BEFORE

test "it can be read where the screen is small"
resize 40x12
expect "All conflicts are decided."
row "(*)" "production" "cold"
resize 120x40

test "the review has what was chosen, and says so; approved it is one request"
key Enter
expect "rollback"
expect "Decided for hotfix-one: web /spec/containers/web/variables/THEME"
expect "Decided for production: web /spec/containers/web/variables/TONE"
row "web" "THEME" "dark" "sepia"
row "6   TONE: cold"
refuse "warm"
expect "Reason"
expect "A approve"
key A
type "one theme"
key Tab
type "production"
key Enter
until 20 test "$(platform deployment production)" != $BEFORE
until 20 test "$(platform status production)" = succeeded
let PARENT fetch --unix-socket "$SOCKET" --get /last_deploy/from_id http://localhost/orgs/topicshare-inc/apps/topicshare/envs/production
equal "$PARENT" "$BEFORE"
let SET fetch --unix-socket "$SOCKET" --get /last_deploy/set_id http://localhost/orgs/topicshare-inc/apps/topicshare/envs/production
sh platform get /sets/$SET --quiet --contains '"THEME":"sepia"' --contains '"TONE":"cold"' --contains '"COLLEAGUE":"stays"'

test "the journal has the choices"
sh grep -rqa '"chosen' $DIR
key Esc
