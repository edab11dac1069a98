# However it ends or is interrupted, the terminal is given back whole; at whatever moment its
# size changes, the screen follows.

size 100x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "after an end that was asked for from outside"
run sidestage demo
row "running" "running"
signal TERM
exit 0 10
restored
nothing-runs 5
run sidestage demo
row "running" "running"
signal INT
exit 0 10
restored
nothing-runs 5
run sidestage demo
row "running" "running"
signal USR1
exit 0 10
restored
nothing-runs 5

test "after an error before there is a screen"
run sidestage demo --theme=mauve
expect "There is no theme \"mauve\". Available: colour-blind, dark, high-contrast, light, terminal."
exit 2
restored
nothing-runs 5
sh printf 'normal red on black\ndim #12345 on black\n' > $DIR/own.theme
run sidestage demo --theme=$DIR/own.theme
expect "own.theme:2:5: \"#12345\" is not a colour: # and six hexadecimal digits."
exit 2
restored

test "after a crash, which says where its report is"
run sidestage demo
row "running" "running"
signal SEGV
exit SEGV 10
restored
expect "sidestage has crashed.  The report is in"
expect "it lists what was"
sh cat $XDG_STATE_HOME/sidestage/crash-*.txt | head -n 1 | grep -q "^sidestage .* ended by SIGSEGV$"
sh test "$(stat -c %a $XDG_STATE_HOME/sidestage/crash-*.txt)" = 600
sh ! grep -q "Production" $XDG_STATE_HOME/sidestage/crash-*.txt
nothing-runs 10
run sidestage demo
row "running" "running"
signal ABRT
exit ABRT 10
restored
nothing-runs 10

test "a dialog follows the size, and keeps what was typed"
run sidestage demo
row "running" "running"
key C
expect "Name of the clone"
type "hotfix-seoul"
resize 40x12
expect "hotfix-seoul"
resize 39x11
expect "too small"
refuse "hotfix-seoul"
resize 200x50
expect "hotfix-seoul"
resize 100x30
key Enter
expect "rollback"
resize 60x14
expect "development → hotfix-"
resize 100x30
expect "rollback"
key Esc
gone "rollback"

test "what was stopped by others comes back by itself"
signal STOP
sh sleep 0.3
signal CONT
key Right
row "running" "running"
key Q
exit 0 10
restored
nothing-runs 5

test "suspended, it has no hold on the terminal"
run sh -i
expect "$"
type "exec 2>&1; sidestage demo\n"
row "running" "running"
key Ctrl-Z
expect "Stopped"
restored
type "fg\n"
row "Workload" "Development" "QA"
click "QA"
expect "in QA"
key Q
gone "Workload"
type "exit 0\n"
exit 0 10
restored
nothing-runs 5
