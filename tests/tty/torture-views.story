# Difficult names in every view but the board (torture.story has that): wide, without width,
# right to left, escapes, line ends, 300 characters.  No byte of them drives the terminal and
# no other column or border is overwritten.

size 100x30
limit 5
on-failure tail -n 30 $STATE/sidestaged.log

test "an environment whose name, values, comments and logs are difficult"
run sidestage demo
row "running" "running"
let FROM platform deployment production
let SET platform get /envs/production --get /last_deploy/set_id
let LONG printf '%0300d' 0
sh platform post /envs '{"id":"aa-odd","name":"\u202e서울\u001b[2J\r\n\u200b\u0301 '$LONG'","type":"development","from_deploy_id":"'$FROM'"}' --quiet
sh platform post /envs/aa-odd/deploys '{"set_id":"'$SET'","comment":"\u001b]0;gotcha\u0007서울\r\n\u202e\u0301 '$LONG'"}' --quiet
until 20 test "$(platform status aa-odd)" = succeeded
sh platform post /envs/aa-odd/values '{"key":"WIDE","value":"서울서울서울서울서울서울서울서울서울서울서울서울서울서울서울서울","description":"넓은넓은넓은넓은넓은넓은넓은"}' --quiet
sh platform post /envs/aa-odd/values '{"key":"ESCAPE","value":"\u001b[2J\u001b]0;gotcha\u0007\r\n\t\b","description":"\u001b[31m\nnext"}' --quiet
sh platform post /envs/aa-odd/values '{"key":"TURNED","value":"\u202eevil\u2066 مرحبا \u200b\u0301","description":"'$LONG'"}' --quiet
sh platform post /envs/aa-odd/values '{"key":"LONG","value":"'$LONG'","description":"after it"}' --quiet
sh platform post /envs/aa-odd/values '{"key":"EMPTY","value":"","description":"of nothing"}' --quiet

test "the tabs of the environment keep their columns"
row "Workload" "<U+202E>"
press-until Right "in <U\\+202E>"
key Enter
expect "restarts"
row "api" "1.4.2" "1 of 1" "0 restarts"
key 3
row "EMPTY" "environment" "of nothing"
row "LONG" "environment" "00000" "after it"
row "WIDE" "environment" "서울" "넓은"
row "ESCAPE" "environment" "^[[2J^[]0;gotcha" "^[[31m"
row "TURNED" "environment" "<U+202E>evil"
save screen.txt
sh test "$(sed -n '4,30p' $DIR/screen.txt | grep 'environment' | grep -cv '^.\{23\}environment')" = 0
let AT sed -n 's/of nothing.*//p' $DIR/screen.txt | wc -m
sh test "$(sed -n 's/after it.*//p' $DIR/screen.txt | wc -m)" = $AT
key 4
row "oncall" "gotcha" "running"
key 1

test "so do logs, the difference, and its other sides"
key d
expect "Difference"
row "aa-odd" "now"
match "^(─){100}$"
key ">"
expect "Compare with"
type "aa-odd"
row "aa-odd" "<U+202E>"
key Esc
gone "Compare with"
key Esc
gone "Difference"
key l
expect "Logs"
expect "listens on"
key Esc
gone "listens on"
key Esc
expect "Workload"

test "prompts, reviews, the finder and the picker too"
key V
expect "runs here"
key Esc
gone "runs here"
key /
type "aa-odd"
row "aa-odd" "<U+202E>"
key Esc
gone "No match."
key D
expect "rollback"
match "^(─){100}$"
press-until PgDn "A approve"
key A
type "aa-odd"
key Enter
expect "Done in" 20
key Esc
gone "Progress"
key c
row "aa-odd" "oncall" "production" "no expiry set"
row "created" "by" "oncall"
key Esc
gone "Time to live"

test "and reasons in the history, which Production wants"
press-until Right "in Production"
key D
expect "rollback"
expect "A approve"
key A
paste "\e]0;gotcha\a서울 e\u0301 $LONG"
key Tab
type "production"
save screen.txt
sh test "$(sed -n '/^ Reason/p' $DIR/screen.txt | wc -l)" = 1
row 'Type "production"' "production"
let BEFORE platform deployment production
key Enter
until 20 test "$(platform deployment production)" != $BEFORE
until 20 test "$(platform status production)" = succeeded
expect "Done in" 20
key Esc
gone "Progress"
key h
row "deploy" "production"
match "^(─){100}$"
key /
type "gotcha"
match "^ Find  gotcha +[12] of"
row "deploy" "production"
match "^(─){100}$"
key Esc
match "^ *✓ .*deploy"
not-wrote "\e]0;gotcha"
not-wrote "\e[2J\e]"
key Esc
gone "History"

test "a hotfix whose clone, notes and conflicts are difficult"
sh platform post /deltas '{"modules":{"update":{"api":[{"op":"add","path":"/spec/containers/api/variables/WIDE","value":"서울\u202e\u001b[2J\r\n'$LONG'"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
until 20 test "$(platform status production)" = succeeded
key c
row "aa-odd" "oncall" "production" "no expiry set"
key H
row "clone" "done"
row "reproduce"
match "^(─){100}$"
key Esc
gone "reproduce"
key Esc
gone "Time to live"

test "a difference with difficult lines, in one column and side by side"
press-until Left "in QA"
key d
expect "modules.api"
key /
type "WIDE"
key Enter
row "-" "서울<U+202E>^[[2J"
match "^ +12 - +0{80,}"
match "^(─){100}$"
key g
key s
match "api:1.4.2 +│ +2 \\+ image"
row "-" "서울<U+202E>^[[2J"
save screen.txt
sh test "$(sed -n '14,26p' $DIR/screen.txt | grep -v '[서▾▸]' | grep -c '^.\{49\}│')" -ge 5
sh test "$(sed -n '14,26p' $DIR/screen.txt | grep -v '[서▾▸]' | grep -cv '^.\{49\}│')" = 0
key s
key Esc
key Esc
gone "Difference"

test "conflicts whose values are difficult"
press-until Right "in Production"
key C
expect "Name of the clone"
type "torn"
key Enter
expect "rollback"
expect "A approve"
key A
expect "Done in" 20
key Esc
row "Workload" "torn"
sh platform post /deltas '{"modules":{"update":{"api":[{"op":"add","path":"/spec/containers/api/variables/ODD","value":"مرحبا\u0301\u001b]0;gotcha\u0007 '$LONG'"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/torn/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
sh platform post /deltas '{"modules":{"update":{"api":[{"op":"add","path":"/spec/containers/api/variables/ODD","value":"서울\u202e\u001b[2J\r\n'$LONG'"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/production/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
until 20 test "$(platform status torn)" = succeeded
until 20 test "$(platform status production)" = succeeded
press-until Right "in torn"
key P
expect "1 conflict to decide" 20
row "conflict" "api" "variables/ODD"
row "( )" "torn" "^[]0;gotcha"
row "( )" "production" "서울<U+202E>^[[2J"
match "^(─){100}$"
key o
row "(*)" "torn"
key Enter
expect "rollback"
row "ODD: |"
not-wrote "\e]0;gotcha"
key Esc
gone "rollback"

test "a clone whose name is as long as a name can be, in the lists"
press-until Left "in QA"
key C
expect "Name of the clone"
type "a-name-that-is-as-long-as-the-name-of-a-clone-may-be"
key Ctrl-U
type "a-name-that-is-as-long-as-it-may-be-1234567890"
key Enter
expect "rollback"
expect "A approve"
key A
expect "Done in" 20
key Esc
row "Workload" "a-name-that-"
key h
row "clone" "qa → a-name-that-" "…"
save screen.txt
sh grep "a-name-that-" $DIR/screen.txt | head -n 1 | grep -q 's$'
key Esc
gone "History"
key c
row "a-name-that-" "…" "oncall" "qa" "left"
key Esc
gone "Time to live"

test "contexts with difficult names and addresses"
key Q
exit 0 10
env CONFIG=$XDG_CONFIG_HOME/sidestage
sh mkdir -p $CONFIG; printf '[context "서울-%s"]\n\turl = https://%s.example.com\n\torg = 조직조직조직조직조직조직조직조직조직조직\n\tread-only = true\n[context "e\314\201-\330\247\331\204"]\n\tsocket = /tmp/%s\n\tstripe = red\n' $(printf '%0200d' 0) $(printf '%060d' 0) $LONG >$CONFIG/config
run sidestage demo
row "running" "running"
key w
row "Context" "Address" "Organization"
row "서울-0000" "https://0000" "조직" "read-only"
row "embedded" "on this machine"
save screen.txt
sh test "$(sed -n '4,8p' $DIR/screen.txt | grep -c '….*….*… *read-only\|read-only')" = 1
key Esc
gone "Address"
key Q
exit 0 10
restored
nothing-runs 5
