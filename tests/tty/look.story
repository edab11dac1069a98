# How it looks where terminals differ: themes, 8, 16, 256 and direct colours, none at all, and
# locales without any character beyond ASCII.

size 120x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the default paints its own background, so it is readable on any"
run sidestage demo
row "running" "running"
colour "Workload" bold fg=255 bg=233
colour "deployed" fg=245 bg=233
colour "2.0.0-rc3" bold fg=231 bg=24
colour "Production ■" bold fg=209 bg=233
key Q
exit 0 10
restored

test "an option chooses a theme"
run sidestage demo --theme=light
row "running" "running"
colour "Workload" bold fg=16 bg=231
key Q
exit 0 10

test "so does a variable; a theme may be a file of one's own"
sh sed 's/^strong.*/strong #ff0000 on #00005f underline/' $SIDESTAGE_DATA/themes/dark.theme > $DIR/own.theme
env SIDESTAGE_THEME=$DIR/own.theme
run sidestage demo
row "running" "running"
colour "Workload" underline fg=196 bg=17
key Q
exit 0 10
sh mkdir -p $XDG_CONFIG_HOME/sidestage/themes && mv $DIR/own.theme $XDG_CONFIG_HOME/sidestage/themes/mine.theme
env SIDESTAGE_THEME=mine
run sidestage demo
row "running" "running"
colour "Workload" underline fg=196 bg=17
key Q
exit 0 10
env SIDESTAGE_THEME

test "eight colours"
env TERM=xterm
run sidestage demo
row "running" "running"
colour "2.0.0-rc3" bold bg=4
colour "Workload" bold bg=0
key Q
exit 0 10

test "sixteen colours"
sh infocmp -x xterm-256color | sed 's/^xterm-256color.*/xterm-sixteen,/; s/colors#[^,]*/colors#16/; s/pairs#[^,]*/pairs#256/' > $DIR/own.ti && tic -x -o $DIR/terminfo $DIR/own.ti
env TERMINFO=$DIR/terminfo TERM=xterm-sixteen
run sidestage demo
row "running" "running"
colour "Workload" bold fg=15 bg=0
colour "2.0.0-rc3" bold fg=15 bg=4
key Q
exit 0 10

test "direct colours are those of the theme"
sh infocmp -x xterm-256color | sed 's/^xterm-256color.*/xterm-straight, RGB,/; s/colors#[^,]*/colors#0x1000000/; s/pairs#[^,]*/pairs#0x10000/; s/ccc, //; s/initc=[^,]*,//; s/setab=[^,]*,/setab=\\E[%?%p1%{8}%<%t4%p1%d%e48;2;%p1%{65536}%\/%d;%p1%{256}%\/%{255}%\&%d;%p1%{255}%\&%d%;m,/; s/setaf=[^,]*,/setaf=\\E[%?%p1%{8}%<%t3%p1%d%e38;2;%p1%{65536}%\/%d;%p1%{256}%\/%{255}%\&%d;%p1%{255}%\&%d%;m,/' > $DIR/own.ti && tic -x -o $DIR/terminfo $DIR/own.ti
env TERM=xterm-straight
run sidestage demo
row "running" "running"
colour "Workload" bold fg=#eeeeee bg=#121212
colour "2.0.0-rc3" bold fg=#ffffff bg=#005f87
key Q
exit 0 10
env TERMINFO TERM=xterm-256color

test "NO_COLOR leaves bold, underline and reverse"
env NO_COLOR=1
run sidestage demo
row "running" "running"
colour "Workload" bold fg=default bg=default
colour "2.0.0-rc3" reverse fg=default bg=default
key Q
exit 0 10
env NO_COLOR

test "where the locale has only ASCII, so has the screen, and foreign text is escaped"
run sidestage demo
row "running" "running"
let FROM platform deployment production
sh platform post /envs '{"id":"seoul","name":"서울 e\u0301","type":"development","from_deploy_id":"'$FROM'"}'
expect "서울"
key Q
exit 0 10
env LC_ALL=C
run sidestage demo
row "running" "running"
expect "<U+C11C>"
expect "Board > topicshare-inc > topicshare"
row "* running" "* running" "* running"
match "^[ -~]*Workload[ -~]*$"
key C
expect "Name of the clone"
key Enter
expect "rollback"
expect "POST .../envs"
match "^-{110,}$"
wrote "\e]2;sidestage: Review clone development > hotfix-1\e\\"
key Esc
gone "rollback"
key Q
exit 0 10
restored

test "the same when it is asked for"
env LC_ALL=C.UTF-8
run sidestage demo --ascii
row "* running" "* running" "* running"
expect "<U+C11C>"
match "^[ -~]*Workload[ -~]*$"
key Q
exit 0 10
restored
nothing-runs 5
