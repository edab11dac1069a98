# Names as difficult as the wire allows: no border and no other column is ever overwritten, in
# any view, and no byte of them drives the terminal.

size 120x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "environments with difficult names stand in their columns"
run sidestage demo
row "running" "running"
let FROM platform deployment production
sh platform post /envs '{"id":"aa-wide","name":"한국어사용자의아주아주긴제목이계속되는환경이름","type":"development","from_deploy_id":"'$FROM'"}'
sh platform post /envs '{"id":"bb-turned","name":"\u202eevil\u202c مرحبا \u200b\u2066x","type":"development","from_deploy_id":"'$FROM'"}'
sh platform post /envs '{"id":"cc-escape","name":"\u001b[2J\u001b]0;gotcha\u0007\r\n\b\b\tend","type":"development","from_deploy_id":"'$FROM'"}'
sh platform post /envs '{"id":"dd-marks","name":"\u0301\u0301e\u0301\u0301\u0301o\u0308 \u009b2J","type":"development","from_deploy_id":"'$FROM'"}'
expect "한국어"
expect "<U+202E>"
press-until Right "in <U\\+0301>"
# Which columns stand beside it depends on the way there, and on how wide they were meanwhile.
press-until Left "in 한국어"
press-until Right "in <U\\+0301>"
match "^(─){120}$"
save board.txt
sh test "$(sed -n '2,28p' $DIR/board.txt | grep -cv '^.\{23\}│')" = 0
row "Workload" "<U+202E>evil" "^[[2J^[]0;gotcha" "<U+0301>" "│ Production"
sh test "$(sed -n '2,10p' $DIR/board.txt | grep -cv '^.\{98\}│')" = 0
press-until Left "in 한국어"
row "Workload" "한국어" "<U+202E>evil" "^[[2J^[]0;gotcha" "│ Production"
key g
row "Workload" "Development" "한국어사용자의"
not-wrote "\e]0;gotcha"
not-wrote "\e[2J\e]"

test "so do they in 40, 80 and 200 columns"
resize 40x12
press-until Right "한국어"
resize 80x24
expect "한국어"
press-until Right "in <U\\+202E>"
resize 200x50
row "Workload" "Development" "한국어사용자의" "<U+202E>evil"
match "^(─){200}$"
save board.txt
sh test "$(sed -n '2,48p' $DIR/board.txt | grep -cv '^.\{23\}│')" = 0

test "in lists, reviews and titles too"
press-until Left "in Development"
press-until Right "in 한국어"
key C
expect "Name of the clone"
key Ctrl-U
paste "\e]0;gotcha\a서울\e[2J\r\n"
expect "with single dashes between them"
not-wrote "\e]0;gotcha"
key Esc
gone "Name of the clone"
key /
type "cc"
expect "cc-escape"
key Esc
gone "Find"
key d
expect "No differences as written"
key Esc
gone "No differences as written"
key Q
exit 0 10
restored
nothing-runs 5
