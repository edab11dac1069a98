# Terminals and locales that the machine has never heard of, sequences that nobody asked for, and
# windows that are hardly there.

size 100x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "a kind of terminal that the machine does not know is taken for one that it is like"
env TERM=xterm-kitty TERMINFO_DIRS=/usr/share/terminfo
run sidestage demo
expect "running" 20
key Q
exit 0 20
env TERM=alacritty
run sidestage demo
expect "Workload" 20
key Q
exit 0 20
env TERM=xterm-ghostty
run sidestage demo
expect "Workload" 20
key Q
exit 0 20
env TERM=foot
run sidestage demo
expect "Workload" 20
key Q
exit 0 20

test "one that is like none is refused in one line that says what to do"
env TERM=no-such-terminal
run sidestage demo
expect "This machine does not know the terminal TERM=no-such-terminal; try TERM=xterm-256color."
exit 1 20

test "where the locale is missing and says UTF-8, characters are whole"
env TERM=xterm-256color LC_ALL LANG=xx_XX.UTF-8
run sidestage demo
expect "●" 20
key Q
exit 0 20
env LANG=C LC_CTYPE=UTF-8
run sidestage demo
expect "●" 20
key Q
exit 0 20

test "and where it says nothing of UTF-8, there is only ASCII"
env LANG=C LC_CTYPE
run sidestage demo
expect "Workload" 20
refuse "●"
key Q
exit 0 20

test "answers and sequences that are no key do nothing, in whatever form and length"
env LC_ALL=C.UTF-8
run sidestage demo
expect "running" 20
type "\e[99;5~\e[27;6;81~\e[1;9Q\e[?64;1;2;6;9;15;22c\e[>41;354;0c\e[12;40R\e[?1;2Q"
type "\e]11;rgb:QQQQ/DDDD/XXXX\a\e]4;1;rgb:CCCC/QQQQ/QQQQ\e\\"
type "\eP1+r5463=QQQQ\e\\\eP>|QQterm(1.0)\e\\\e_Gi=31;QQQ\e\\"
type "\eOz\eO5Q\e[200;Q"
key ?
expect "Help"
refuse "Quit"
key Esc
gone "Help"

test "a window of a few columns or rows ends nothing, in no view"
include small-windows.part
key Q
exit 0 20
