# Wrong input: a clear message each time, and nothing is changed.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "a version that does not exist cannot be picked"
run sidestage demo
expect "topicshare-inc" 20
row "running" "running" "running"
let BEFORE platform get /envs --get ""
press-until Right "in [Pp]roduction"
press-until Down "web in [Pp]roduction"
key V
expect "1.4.3"
type "9.9.9"
gone "1.4.3"
key Enter
expect "9.9.9"
refuse "Review"
key Esc
gone "9.9.9"

test "an environment id that is taken is refused by name"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "qa"
key Enter
match "qa.*(taken|already)"
key Esc
gone "Name of the clone"
expect "Workload"

test "an environment id that breaks the pattern is refused with the pattern"
key C
expect "Name of the clone"
type "Not--good"
key Enter
match "(lower-case|letters)"
key Esc
expect "Workload"

test "nothing was changed"
let AFTER platform get /envs --get ""
equal "$AFTER" "$BEFORE"

test "the last environment of an application cannot be deleted"
sh platform get /envs/qa --method DELETE --quiet
until 10 platform get /envs/qa --status 404 --quiet
sh platform get /envs/development --method DELETE --quiet
until 10 platform get /envs/development --status 404 --quiet
sh platform get /envs/production --method DELETE --status 400 --quiet
sh platform get /envs/production --quiet
key Q
exit 0 10
restored

test "a command or an option that does not exist"
run sidestage nonsense
exit 2
expect "nonsense"
run sh -c "sidestage board </dev/null"
exit 2
expect "--url"

test "a platform that is not there"
run sidestage board --socket $DIR/nobody.sock
match "(not there|cannot|refused|reach)" 10
key Q
exit 0 10
restored
run sidestage board --url http://127.0.0.1:9
match "(not there|cannot|refused|reach)" 10
key Q
exit 0 10
restored

test "a token file that others may read"
sh echo secret-token-1234 > $DIR/token && chmod 644 $DIR/token
run sidestage board --url http://127.0.0.1:9 --token-file $DIR/token
exit 4
expect "chmod 600"
refuse "secret-token-1234"

test "a token that the platform refuses"
sh umask 077; echo right-token-1234 > $DIR/right; echo wrong-token-1234 > $DIR/wrong; mkdir $DIR/team
terminal two
run sidestaged serve --socket $DIR/team.sock --state $DIR/team --images $SIDESTAGE_LIBEXEC/images --templates $SIDESTAGE_DATA/sample/topicshare --token-file $DIR/right
until 10 fetch --unix-socket $DIR/team.sock --token right-token-1234 --quiet http://localhost/orgs
sh fetch --unix-socket $DIR/team.sock --status 401 --quiet http://localhost/orgs
terminal one
run sidestage board --socket $DIR/team.sock --token-file $DIR/wrong
match "[Tt]oken" 10
refuse "wrong-token" "right-token"
key Q
exit 0 10
restored
terminal two
signal TERM
exit 0 10
terminal one

test "a terminal too small says what it needs, and goes on when it grows"
run sidestage demo
expect "topicshare-inc" 20
resize 30x8
expect "small"
resize 120x40
expect "Workload"
key Q
exit 0 10
restored
nothing-runs 5

test "without libcurl it says what is missing, and shows what it knows"
sh mkdir $DIR/broken; echo nothing > $DIR/broken/libcurl.so.4
run env LD_LIBRARY_PATH=$DIR/broken sidestage demo
expect "libcurl, which is needed" 10
row "Workload" "Production"
key Q
exit 0 10
restored
nothing-runs 5
