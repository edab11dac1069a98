# What workloads write: per workload, of all, found in, held.

size 110x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "l shows what the workload under the cursor writes"
run sidestage demo
expect "running" 20
row "running" "running" "running"
key l
expect "Logs"
expect "api in development"
expect "listens on 127.0.0.1"
expect "following"

test "on this machine the lines of earlier runs are among the others"
key p
expect "Here the lines of earlier runs stand among the others."

test "Tab goes to the next workload"
key Tab
expect "search in development"
expect "topicshare-search/2.0.0-rc3 listens"

test "/ finds, says when there is no more, and marks the words"
key /
expect "Find"
type "LISTENS"
key Enter
colour "listens" coloured
key N
expect "No newer line has"

test "y copies the line that was found, and once one has left it those that are seen"
key y
expect "Copied the matching line:"
key g
gone "Copied"
key y
expect "Copied the visible lines:"
key G

test "t hides the times and shows them"
match "^ [0-9]{2}:[0-9]{2}:[0-9]{2}  .*listens"
key t
match "^ .*topicshare-search/2.0.0-rc3 listens"
no-row ":" ":" "listens on"
key t
match "^ [0-9]{2}:[0-9]{2}:[0-9]{2}  .*listens"
key c
expect "search has one container only"

test "Esc forgets what was found, and leaves only then"
expect "/ LISTENS"
key Esc
gone "/ LISTENS"
expect "search in development"

test "f shows only the lines with the text, and s saves them to a file that only the person can read"
key f
expect "Find a text first: /."
key /
type "listens"
key Enter
key f
expect "only / listens"
row "listens"
key s
expect "Saves the lines shown"
key Ctrl-U
type "$DIR/saved.log"
key Enter
expect "to $DIR/saved.log"
sh test "$(stat -c %a $DIR/saved.log)" = 600
sh grep -q listens $DIR/saved.log && test "$(grep -vc listens $DIR/saved.log)" = 0
key s
expect "Saves the lines shown"
key Ctrl-U
type "$DIR/saved.log"
key Enter
expect "That file exists already"
key Esc
gone "Saves the lines shown"
key f
gone "only /"
key Esc
gone "/ listens"

test "Esc forgets what is being typed, as the key bar says"
key /
expect "Esc forget"
type "listens"
key Esc
gone "Esc forget"
refuse "/ listens"
key n
expect "Find a text first: /."

test "a long line wraps, or is scrolled sideways"
resize 50x14
expect "listens"
match "listens on [0-9.:]*|^ +on|^ +[0-9.:]+$"
key w
key Right
key Right
key Right
gone "topicshare"
key Left
key Left
key Left
expect "topicshare"
key w
resize 110x30

test "Space holds and goes on"
key Space
expect "paused; Space resumes"
key Space
expect "following"

test "after the last workload come all of them"
key Tab
expect "web in development"
key Tab
expect "worker in development"
key Tab
expect "all workloads in development"
row "web" "listens"
row "api" "listens"
key c
expect "Tab selects one"
key Esc
gone "all workloads"

test "what was found stays, and is what is copied, also when there are more lines than are read"
let API platform address development api
sh fetch --times 510 --data '{"title":"a topic","author":"somebody"}' $API/topics --quiet
press-until Left "in Development"
press-until Up "api in"
key l
expect "api in development"
expect "added"
key /
type "added"
key Enter
capture ID "▸.* topic ([0-9]+) added"
sh fetch --times 30 --data '{"title":"a topic","author":"somebody"}' $API/topics --quiet
expect "30 newer lines below"
row "▸" "topic $ID added"
key y
match "Copied the matching line: .* topic $ID added"
key G
no-row "topic $ID added"
key Esc
gone "/ added"
key Esc
gone "api in development"

test "of a workload with several containers, one or all of them with their names"
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"remove","path":"/spec/containers/web"},{"op":"add","path":"/spec/containers/site","value":{"id":"site","image":"local/topicshare-web:2.0.0-rc1","variables":{"PORT":"${externals.dns.listen}","API_URL":"http://${modules.api.externals.dns.host}:${modules.api.externals.dns.port}"}}}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([0-9a-f]\{16,\}\)".*/\1/' $STATE/delta
sh platform post /envs/qa/deploys "{\"delta_id\":\"$DELTA\"}" --quiet
until 20 test "$(platform status qa)" = succeeded
press-until Right "in (QA|qa)"
press-until Down "web in"
key l
expect "web in qa"
row "web" "listens"
row "site" "listens"
key c
expect "web of web in qa"
gone " site "
row "listens"
key c
expect "site of web in qa"
row "listens"
key c
expect " web in qa"
row "site" "listens"
key Tab
key Tab
expect "all workloads in qa"
row "web/web" "listens"
row "web/site" "listens"
resize 50x14
row "web" "listens"
key t
match "^ [0-9]{2}:[0-9]{2}:[0-9]{2}"
resize 110x30
key Esc
gone "all workloads"
key Q
exit 0 10
restored
nothing-runs 5
