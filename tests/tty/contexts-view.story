# Going from one platform to another without leaving the screen.

size 120x40
limit 10
on-failure tail -n 5 $STATE/sidestaged.log
env CONFIG=$XDG_CONFIG_HOME/sidestage

test "the platforms of the configuration and the embedded one are listed"
sh mkdir -p $CONFIG $DIR/team; umask 077; echo right-token-1234 >$DIR/right
terminal two
run sidestaged serve --socket $DIR/team.sock --state $DIR/team --images $SIDESTAGE_LIBEXEC/images --templates $SIDESTAGE_DATA/sample/topicshare --import $SIDESTAGE_DATA/sample/topicshare/topicshare.json --token-file $DIR/right
until 20 fetch --unix-socket $DIR/team.sock --token right-token-1234 --quiet http://localhost/orgs
terminal one
sh printf '[context "team"]\n\tsocket = %s\n\ttoken-file = %s\n\tread-only = true\n\tstripe = red\n[context "guarded"]\n\tsocket = %s\n\ttoken-file = %s\n\tprotected = true\n[context "closed"]\n\tsocket = /nowhere\n\ttoken-file = /nowhere/token\n' $DIR/team.sock $DIR/right $DIR/team.sock $DIR/right >$CONFIG/config
run sidestage demo
row "running" "running" "running"
key w
row "sidestage" "Contexts"
row "embedded" "on this machine"
row "team" "team.sock" "read-only"
colour "embedded  " bold
key Enter
expect "This is where you are"

test "one that cannot be opened is said where one was before"
key Down Down Down
key Enter
expect "closed was not opened" 20
expect "token"
row "sidestage" "Board" "embedded"
row "running" "running" "running"

test "another platform has its stripe, its name and its limits in the header"
key w
row "sidestage" "Contexts"
key Down
key Enter
row "team" "Board" "topicshare" "read-only"
colour "team " bold fg=231 bg=124
refuse "embedded"
key w
row "team" "Contexts"

test "and back, in which the board is as it was"
key Up
key Enter
row "sidestage" "Board" "embedded"
row "running" "running" "running"

test "where all is protected a change in a clone's environment asks as well"
key w
row "sidestage" "Contexts"
row "guarded" "protected"
key Down Down
key Enter
row "sidestage" "Board" "guarded" "protected"
press-until Left "in Development"
key D
expect "is protected"
expect "Press A to fill in the fields"
expect "A approve"
key A
gone "Press A to fill in the fields"
key Tab
type "development"
key Enter
expect "Reason"
key Enter
expect "A reason is required"
key Esc
expect "Press A to fill in the fields"
key Esc
gone "is protected"
key Q
exit 0 10
restored
terminal two
signal TERM
exit 0 20
nothing-runs 5

test "a stripe that is not a colour is a fault of the configuration"
terminal one
sh printf '[context "team"]\n\turl = https://example.com\n\tstripe = mauve\n' >$CONFIG/config
run sidestage board
expect "config:3:"
expect "Expected red, yellow"
exit 2
