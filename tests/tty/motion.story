# What moves by itself: the clocks of an operation that runs, five times a second, and once a
# second where less motion was asked for.  The platform is stopped, so that nothing else moves but
# the header, which says each second how long it has not answered.

size 120x30
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "the clock of a step runs while it waits"
run sidestage demo
row "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
expect "rollback"
let PLATFORM platform process
sh kill -STOP $PLATFORM
expect "A approve"
key A
row "sidestage" "Progress"
match "[0-9][.][0-9]s"
frames 6 20 3
sh kill -CONT $PLATFORM
expect "Done in" 20

test "nothing moves where nothing runs"
frames 0 5 2.5
key Esc
row "Workload" "hotfix-1"
row "running" "running" "running" "running"
key Q
exit 0 10

test "with --reduced-motion it moves once a second at most"
run sidestage demo --reduced-motion
row "running" "running" "running" "running"
press-until Right "in hotfix-1"
press-until Up "api in"
key D
expect "rollback"
let PLATFORM platform process
sh kill -STOP $PLATFORM
expect "A approve"
key A
row "sidestage" "Progress"
match "[0-9][.][0-9]s"
frames 1 7 3
sh kill -CONT $PLATFORM
expect "Done in" 20

test "so it does where the configuration says it"
key Q
exit 0 10
sh mkdir -p $XDG_CONFIG_HOME/sidestage && printf '[sidestage]\nreduced-motion = true\n' > $XDG_CONFIG_HOME/sidestage/config
run sidestage demo
row "running" "running" "running" "running"
press-until Right "in hotfix-1"
press-until Up "api in"
key D
expect "rollback"
let PLATFORM platform process
sh kill -STOP $PLATFORM
expect "A approve"
key A
row "sidestage" "Progress"
frames 1 7 3
sh kill -CONT $PLATFORM
expect "Done in" 20
key Q
exit 0 10
restored
nothing-runs 5
