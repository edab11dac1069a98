# Any environment or earlier deployment against any other: to read, to fold, to find in.

size 140x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "d compares with the baseline, in words and in lines"
run sidestage demo
expect "running" 20
row "running" "running" "running"
press-until Right "in (QA|qa)"
key d
expect "Difference"
row "production" "now" "qa" "now" "as written" "3 workloads change"
row "~ web" "1.4.2" "2.0.0-rc1" "major"
row "2 - image: local/topicshare-api:1.4.2"
row "2 + image: local/topicshare-api:2.0.0-rc1"

test "s shows old and new side by side, where there is room"
key s
row "2 - image: local/topicshare-api:1.4.2" "│" "2 + image: local/topicshare-api:2.0.0-rc1"
resize 90x30
no-row "2 - image: local/topicshare-api:1.4.2" "│"
resize 140x40
row "2 - image: local/topicshare-api:1.4.2" "│" "2 + image: local/topicshare-api:2.0.0-rc1"
key s
no-row "- image: local/topicshare-api:1.4.2" "+ image"

test "Space folds what is at the top, w shows it alone, c shows every line"
row "▾ modules.api"
key Space
row "▸ modules.api" "lines change"
no-row "topicshare-api:1.4.2" "- image"
key Space
row "▾ modules.api"
key w
row "▾ modules.api" "only this one; w shows all"
no-row "modules.search"
key w
row "▾ modules.search"
row "unchanged lines"
key c
gone "unchanged lines"
key c
row "unchanged lines"

test "f shows the first unchanged lines that are folded in sight, also side by side"
row "▸ 2 unchanged lines"
no-row "6     type: http"
key f
row "6     type: http"
row "▾ modules.api"
key s
row "6     type: http" "│" "6     type: http"
key c
key c
row "▸ 2 unchanged lines"
key f
row "6     type: http" "│" "6     type: http"
key s

test "Space folds the unchanged lines again that are at the top, and shows them"
no-row "▸ 2 unchanged lines"
type "jjjjjj"
no-row "4     path: /healthz"
row '5     port: ${externals.dns.listen}'
key Space
row "▸ 2 unchanged lines"
no-row '5     port: ${externals.dns.listen}'
key Space
row '5     port: ${externals.dns.listen}'
no-row "▸ 2 unchanged lines"

test "/ finds also in what is folded, and shows it"
key Space
row "▸ 2 unchanged lines"
key g
row "▾ modules.api"
key /
type "type: http"
row "▸ 2 unchanged lines"
no-row "▾ modules.api"
key Enter
row "6     type: http"
no-row "▸ 2 unchanged lines"
key Esc
gone "/ type"
key c
key c
key g

test "/ finds in it by typing, marks the places, and n goes on"
key /
type "PAGE_SIZE"
row '+   PAGE_SIZE: ${values.PAGE_SIZE}'
key Enter
key n
row "PAGE_SIZE: \"20\""
key n
row 'PAGE_SIZE: "100"'
key n
expect "was not found below"
key Esc
gone "/ PAGE_SIZE"
expect "Difference"

test "e compares what really reaches the workloads"
key e
expect "as it runs"
row "~ web" "variable API_URL" "http://api.production.topicshare.localhost" "http://api.qa.topicshare.localhost"
row "placeholders stay as written"

test "within a changed line each of the words that differ is marked, and nothing between them"
key /
type "API_URL: http://api.p"
key Enter
key Esc
row "- " "API_URL: http://api.production.topicshare.localhost:"
colour "production" bold fg=231 bg=130
colour ".topicshare.localhost:" fg=215 bg=52
match "- +API_URL: http://api[.]production[.]topicshare[.]localhost:[0-9]+$"
capture OLD "- +API_URL: .*localhost:([0-9]+)$"
colour "$OLD" bold fg=231 bg=130
colour "qa" bold fg=231 bg=26
colour ".topicshare.localhost:" fg=117 bg=17
key e
expect "as written"

test "x turns it round, and > chooses another side by typing"
key x
row "qa" "now" "production" "now"
key ">"
expect "Compare with"
type "devel"
row "development" "now"
key Enter
expect "Difference"
row "qa" "now" "development" "now"
key Esc
gone "Difference"

test "an earlier deployment stands against what runs now"
sh platform post /deltas '{"modules":{"update":{"web":[{"op":"replace","path":"/spec/containers/web/variables/THEME","value":"sepia"}]}}}' >$STATE/delta
let DELTA sed 's/.*"id":"\([^"]*\)".*/\1/' $STATE/delta
sh platform post /envs/qa/deploys "{\"delta_id\":\"$DELTA\",\"comment\":\"a sepia one\"}" --quiet
key Enter
expect "Environment"
key 4
row "oncall" "a sepia one" "running"
key Down
key d
expect "Difference"
row "~ web" "variable THEME" "light" "sepia"
key Esc
key Esc
gone "Difference"
