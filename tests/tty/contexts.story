# Which platform is opened: the first start, the contexts of the configuration, and its faults.

size 110x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env CONFIG=$XDG_CONFIG_HOME/sidestage

test "a first start without a platform offers the sample"
run sidestage board
expect "No platform is configured yet"
type "1\n"
expect "in Development" 20
key Q
exit 0 10
nothing-runs 5

test "or asks for another, keeps it in a private file, and never shows the token"
run sidestage board
expect "Which one"
type "2\n"
expect "Address of the platform"
type "http://127.0.0.1:9\n"
expect "Organization"
type "\n"
expect "Token"
type "s3cret-of-the-story\n"
expect "OFFLINE" 10
colour "OFFLINE" bold fg=255 bg=236
refuse "s3cret"
key Q
exit 0 10
sh grep -q 'url = "http://127.0.0.1:9"' $CONFIG/config
sh test "$(stat -c %a $CONFIG/127.0.0.1-9.token)" = 600
sh test "$(cat $CONFIG/127.0.0.1-9.token)" = s3cret-of-the-story
sh sidestage contexts | grep -q '^\* 127.0.0.1-9  http://127.0.0.1:9'

test "an address without a host, or with a password, is none; and what is there stays readable"
sh mv $CONFIG/config $CONFIG/kept && rm $CONFIG/127.0.0.1-9.token
sh printf '[sidestage]\n\ttheme = dark' >$CONFIG/config
run sidestage board
expect "Which one"
type "2\n"
expect "Address of the platform"
type "https:///x\n"
expect "Invalid platform address"
exit 2
run sidestage board
expect "Which one"
type "2\n"
expect "Address of the platform"
type "http://somebody:secret@example.com\n"
expect "Invalid platform address"
exit 2
run sidestage board
expect "Which one"
type "2\n"
expect "Address of the platform"
type "http://127.0.0.1:9\n"
expect "Organization"
type "\n"
expect "Token"
type "s3cret-of-the-story\n"
expect "OFFLINE" 10
key Q
exit 0 10
sh sidestage contexts | grep -q '^\* 127.0.0.1-9  http://127.0.0.1:9'
sh grep -q 'theme = dark$' $CONFIG/config
sh mv $CONFIG/kept $CONFIG/config

test "the next start opens it without a question"
run sidestage
expect "OFFLINE" 10
expect "127.0.0.1-9"
key Q
exit 0 10

test "a context is chosen by its name, and reaches its platform"
terminal two
run sidestage demo
expect "in Development" 20
terminal one
sh printf '[sidestage]\n\tcontext = other\n[context "team"]\n\tsocket = %s\n\tread-only = true\n' $SOCKET >$CONFIG/config
run sidestage board --context=team
expect "in Development" 10
expect "team"
expect "read-only"
key Q
exit 0 10
terminal two
key Q
exit 0 10
terminal one

test "a context that is not there is named"
run sidestage board
match "no context .other."
exit 2 5

test "a fault in the configuration is shown with its line, and what was probably meant"
sh printf '[context "team"]\n\turll = http://127.0.0.1:9\n' >$CONFIG/config
run sidestage board
match "config:2:2: .*urll.*url"
exit 2 5

test "a token-command that fails says so and shows nothing of what it printed"
sh printf '[context "team"]\n\turl = http://127.0.0.1:9\n\ttoken-command = "echo s3cret; exit 3"\n' >$CONFIG/config
run sidestage board
match "ended with status 3"
exit 3 5
nothing-runs 5
