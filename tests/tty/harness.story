# The harness itself, proven with ordinary programs: what it says about sidestage can only be
# believed when it sees a screen as a person does, and notices when something is wrong.

size 40x10

test "a program's text is on the screen"
run cat
type "hello\n"
expect "hello"
refuse "goodbye"
gone "goodbye"
match "^hel+o$"
capture WORD "h(el+)o"
equal $WORD ell
fails expect "goodbye"
fails gone "hello"
fails refuse "hello"
fails match "^good"

test "the end of a program has a code"
key Ctrl-D
exit 0
restored
run sh -c "exit 3"
exit 3
fails exit 0
run cat
expect ""
signal TERM
exit TERM
run no-such-program
exit 127
expect "no-such-program: No such file"

test "half a frame is not on the screen"
run sh -c "printf 'before\\033[?2026hhalf'; sleep 1; printf ' whole\\033[?2026l'; exec cat"
expect "before"
refuse "half"
expect "beforehalf whole"
key Ctrl-D
exit 0
run sh -c "printf '\\033[?2026hnever finished'"
expect "never finished"

test "wide, combining and coloured text stands where it should"
run sh -c "printf '한국어 e\\314\\201 مرحبا|\\n\\033[1;31mred\\033[0m \\033[38;5;24mdeep\\033[0m \\033[48;2;1;2;3mback\\033[0m plain'; exec cat"
screen <<END
한국어 é مرحبا|
red deep back plain
END
colour "red" bold fg=1
colour "deep" fg=24 bg=default
colour "back" bg=#010203
colour "plain" plain
fails colour "plain" bold
fails colour "red" fg=2
key Ctrl-C
exit INT

test "pictures of the screen, in part and whole"
run sh -c "printf 'top\\nmiddle 123\\n\\n  bottom'; exec cat"
screen whole <<END
top
middle *

  bottom
END
screen <<END
top
...
  bottom
END
screen <<END
middle 12*
END
row "mid" "123"
no-row "123" "mid"
fails row "top" "bottom"
key Ctrl-C
exit INT

test "keys arrive as a terminal sends them"
run sh -c "stty -echo -icanon; printf ready; exec cat -v"
expect "ready"
key Up F5 Alt-x Ctrl-L Backspace 한
expect "^[[A^[[15~^[x^L^?"
expect 'M-mM-^UM-^\'
signal KILL
exit KILL

test "a full-screen program gives the terminal back"
run sh -c "stty -echo; printf '\\033[?1049h\\033[?25lfull screen'; read line; printf '\\033[?25h\\033[?1049l'; stty echo"
expect "full screen"
fails restored
key Enter
exit 0
gone "full screen"
restored

test "a program hears of a new size"
run sh -c "trap 'stty size' WINCH; echo ready; while :; do read line || sleep 0.02; done"
expect "ready"
resize 30x20
type "\n"
expect "20 30"
# Not Ctrl-C: what comes between a shell's fork and its child's exec is lost to both.
signal TERM
exit TERM
resize 40x10

test "a terminal that is left in disorder is noticed"
run sh -c "printf '\\033[?1049h\\033[?25l'; stty -echo"
exit 0
fails restored

test "a program can be suspended and go on, under a shell with job control"
run sh -i
expect "$"
type "cat\n"
type "one\n"
screen <<END
one
one
END
key Ctrl-Z
expect "Stopped"
match '^\$$'
type "fg\n"
screen <<END
$ fg
cat
END
type "two\n"
screen <<END
two
two
END
key Ctrl-D
type "exit 5\n"
exit 5

test "two terminals live side by side"
run cat
type "first\n"
expect "first"
terminal two
run cat
type "second\n"
expect "second"
refuse "first"
terminal one
refuse "second"
key Ctrl-D
exit 0
terminal two
key Ctrl-D
exit 0
terminal one

test "a key is pressed until something shows"
run sh -c 'stty -echo -icanon; n=0; while dd bs=1 count=1 >/dev/null 2>&1; do n=$((n+1)); printf "$n,"; done'
press-until x '2,3,$'
fails press-until x "never" 0.3
signal TERM
exit TERM

test "a clock that goes on is no answer to a key that is not read yet"
run bash -c 'stty raw -echo; printf "\ntwo lines\r\nit waits"; (while sleep 0.02; do printf .; done) & sleep 0.5; read -rn1; kill $!; printf "\033[2J\033[3;1Hit has read"; read -rn1'
expect "it waits"
answers x
refuse "it waits"
signal TERM
exit TERM

test "the shell, values, and conditions that come true later"
let THREE echo 1 + 2 | sed 's/1 + 2/3/'
equal "$THREE" 3
differ "$THREE" 4
env COLOUR=green
sh test "$COLOUR" = green
fails sh exit 1
fails equal "$THREE" 4
run sh -c "(sleep 0.3; echo > $DIR/later) & wait"
until 5 test -e $DIR/later
exit 0
sh test "$HOME" = "$DIR/home" && test "$TERM" = xterm-256color && test -z "${USER-}"
save screen.txt
sh test -f $DIR/screen.txt

test "what is still running is found, by its mark and by its directory"
run sh -c "trap '' HUP; cd $DIR && env -i sleep 1000 & sleep 1000 & wait"
until 5 test "$(processes $DIR | wc -w)" = 1
fails nothing-runs
signal KILL
exit KILL
fails nothing-runs
let LOST processes $DIR
sh kill $LOST
sh for p in $(grep -lz "^TTY_MARK=$DIR$" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3); do test "$(cat /proc/$p/comm)" != sleep || kill $p; done
nothing-runs 5

test "the mouse and a paste arrive as a terminal sends them, and bytes are seen as written"
run sh -c "stty -echo -icanon; printf 'one target'; exec cat -v"
expect "target"
click "target"
expect "^[[<0;5;1M^[[<0;5;1m"
click 3x2
wheel down
expect "^[[<65;3;2M"
paste "a b"
expect "^[[200~a b^[[201~"
wrote "one target"
fails wrote "another"
not-wrote "another"
fails not-wrote "target"
signal KILL
exit KILL
