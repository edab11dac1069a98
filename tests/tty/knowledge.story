# What is known is told apart from what is not there and from what could not be read.

size 140x40
limit 10
on-failure cat $DIR/rules.log | tail -n 30
env FAULTY=$DIR/faulty.sock RULES=$DIR/rules

test "a platform stands behind one that misbehaves"
run sidestage demo
expect "running" 20
sh : >$RULES
sh misbehave $FAULTY $SOCKET $RULES >/dev/null 2>&1 &
until 10 test -S $FAULTY
terminal two

test "a list that cannot be read is not an empty one: without a cache the reason is shown"
sh echo 'GET /envs$ status 503 <html>Busy</html>' >$RULES
run sidestage board --url http://localhost --socket $FAULTY
expect "The environments could not be read"
expect "503"
refuse "There is no environment"
sh : >$RULES
expect "running" 15
gone "could not be read"
key Q
exit 0

test "applications that could not be read are not taken for none"
sh rm -rf $XDG_CACHE_HOME/sidestage
sh echo 'GET /apps$ status 409' >$RULES
run sidestage board --url http://localhost --socket $FAULTY
expect "The applications could not be read"
refuse "There is no environment"
sh : >$RULES
expect "running" 30	# by itself, as at the start
gone "could not be read"
key Q
exit 0

test "versions that could not be read are said so, and one without a number cannot be picked"
run sidestage board --url http://localhost --socket $FAULTY
row "running" "running" "running"
press-until Right "in [Pp]roduction"
press-until Down "web in [Pp]roduction"
key V
row "=" "1.4.2" "runs here"
refuse "could not be read"
sh echo 'GET /artefact-versions status 503 <html>Busy</html>' >$RULES
expect "could not be read (last read" 30
row "=" "1.4.2" "runs here"
key Esc
gone "Version ▸"
sh echo 'GET /artefact-versions change "version":"1.4.3" "version":7' >$RULES
key R
key V
expect '? (its answer is not understood: "version" is not a string)' 30
gone "1.4.3"
type "7"
gone "runs here"
key Enter
refuse "Review"
key Esc
gone "Version ▸"
sh echo 'GET /artefact-versions change "version":"1.4.3" "version":null' >$RULES
key R
key V
expect "1 version is not listed: it has no version number." 30
row "=" "1.4.2" "runs here"
key Esc
gone "Version ▸"
sh echo 'GET /artefact-versions change "version":"1.4.3" "version":7' >$RULES
key R
key V
expect "not understood" 30
resize 80x12
expect "not understood"
row "=" "1.4.2" "runs here"
sh : >$RULES
gone "not understood" 30	# by itself, while somebody looks at the list
expect "1.4.3"
resize 140x40
key Esc
gone "Version ▸"
key Q
exit 0

test "with one the board shows what it was, its age, and why it is not read"
sh echo 'GET /envs$ status 503 <html>Busy</html>' >$RULES
run sidestage board --url http://localhost --socket $FAULTY
expect "The environments could not be read. Last read"
expect "Production"
expect "503"
sh : >$RULES
gone "could not be read" 15

test "so it is with any answer that is none"
sh echo 'GET /envs$ status 403 {}' >$RULES
expect "does not allow it" 15
sh echo 'GET /envs$ status 200' >$RULES
key R
expect "is not a list" 15
sh echo 'GET /envs$ status 200 <html>' >$RULES
key R
expect "not valid JSON" 15
sh echo 'GET /envs$ status 429' >$RULES
key R
expect "too many requests" 15
expect "Production"
sh : >$RULES
gone "could not be read" 15

test "a list that is read again and equal is still shown"
key Q
exit 0
run sidestage board --url http://localhost --socket $FAULTY --reduced-motion
row "running" "running" "running"
sh printf 'GET /envs$ status 200 %s\n' "$(curl -s --unix-socket $SOCKET -H @$SOCKET.secret http://localhost/orgs/topicshare-inc/apps/topicshare/envs)" >$DIR/list
sh sed 's/"id":"qa"/"more":1,"id":"qa"/' $DIR/list >$RULES
let ASKED grep -c "/envs status" $RULES.log
until 15 test $(grep -c "/envs status" $RULES.log) -gt $((ASKED + 1))
sh sed 's/"id":"qa"/"more":2,"id":"qa"/' $DIR/list >$RULES
let ASKED grep -c runtime $RULES.log
key R
until 15 test $(grep -c runtime $RULES.log) -gt $((ASKED + 3))
key R
until 15 test $(grep -c runtime $RULES.log) -gt $((ASKED + 6))
key R
until 15 test $(grep -c runtime $RULES.log) -gt $((ASKED + 9))
answers ?
expect "Help"
key Esc
gone "Help"
row "running" "running" "running"
sh : >$RULES

test "a platform that asks for a pause gets it, until a person asks"
sh echo 'GET /envs$ busy 3600' >$RULES
expect "too many requests" 15
let ASKED grep -c runtime $RULES.log
key Down	# a person is there, so what runs is looked at every two seconds, as the list would be
until 30 test $(grep -c runtime $RULES.log) -gt $((ASKED + 3))
let BUSY grep -c busy $RULES.log	# an R of before may have asked twice
until 30 test $(grep -c runtime $RULES.log) -gt $((ASKED + 9))
sh test $(grep -c busy $RULES.log) -eq $BUSY
sh : >$RULES
key R
gone "could not be read" 15

test "what R asks for is newer than the key, also when an older question is still open"
sh echo 'GET /envs$ hang' >$RULES
let BUSY grep -c "/envs busy" $RULES.log
let ASKED grep -c "/envs hang" $RULES.log || true
until 30 test $(grep -c "/envs hang" $RULES.log) -gt $ASKED
key R
answers ?
expect "Help"
key Esc
gone "Help"
sh echo 'GET /envs$ busy 3600' >$RULES
until 15 test $(grep -c "/envs busy" $RULES.log) -gt $BUSY
sh : >$RULES
key R
gone "could not be read" 15

test "a view that reads for itself keeps the pause too, and R reaches it"
press-until Right "in (qa|QA)"
key Enter
row "sidestage" "Environment"
key 3
expect "PAGE_SIZE"
sh echo 'GET /values$ busy 3600' >$RULES
expect "too many requests" 15
let BUSY grep -c "/values busy" $RULES.log
let ASKED grep -c "/deploys " $RULES.log
until 30 test $(grep -c "/deploys " $RULES.log) -gt $ASKED
sh test $(grep -c "/values busy" $RULES.log) -eq $BUSY
sh : >$RULES
key R
gone "too many requests" 4
key Esc
row "running" "running" "running"

test "one odd environment is shown as such, and the others stand"
sh echo 'GET /envs$ change "name":"QA" "name":null' >$RULES
expect "? not understood" 15
row "Workload" "Development" "qa" "Production"
row "running" "? not understood" "running"
press-until Right "in qa"
expect '? (its answer is not understood: "name" is null)'
sh echo 'GET /envs$ change "id":"qa" "id":null' >$RULES
expect "1 entry of the list is not understood" 15
row "Workload" "Development" "Production"
sh : >$RULES
expect "QA" 15

test "a set that cannot be read makes its cells and its resources unknown, never equal or none"
key Q
exit 0
sh rm -rf $XDG_CACHE_HOME/sidestage
sh echo 'GET /sets/ status 500' >$RULES
run sidestage board --url http://localhost --socket $FAULTY
expect "Production" 15
row "resources" "?" "?" "?"
expect "could not be read" 15
sh : >$RULES
expect "api" 30

test "what was deployed from here is known at once, and its set is not asked for"
row "api" "2.0.0-rc3" "2.0.0-rc1" "1.4.2"
press-until Right "in [Dd]evelopment"
press-until Down "web in [Dd]evelopment"
sh echo 'GET /sets/[^/]+$ status 503' >$RULES
key V
expect "Version ▸"
type "1.4.3"
key Enter
expect "A approve"
key A
type "development"
key Enter
expect "Done in"
key Esc
row "web" "1.4.3" "2.0.0-rc1" "1.4.2"
key V
row "1.4.3" "runs here"
key Esc
refuse "could not be read"
sh : >$RULES

test "so it is in every list, for scripts too: what is odd is named, and the rest is told"
sh echo 'GET /deploys$ change "set_id":" "set":"' >$RULES
sh sidestage environment production --url http://localhost --socket $FAULTY >$DIR/out
sh grep -q '? (its answer is not understood: "set_id" is missing)' $DIR/out && grep -q 'web 1.4.2: running' $DIR/out
sh echo 'GET /values$ change "key":"PAGE_SIZE" "key":7' >$RULES
sh sidestage environment production --url http://localhost --socket $FAULTY >$DIR/out
sh grep -q '"key" is not a string' $DIR/out && grep -q 'DIGEST_INTERVAL: 5' $DIR/out
sh sidestage environment production --url http://localhost --socket $FAULTY --json >$DIR/out
sh grep -q '"problem"' $DIR/out && grep -q 'DIGEST_INTERVAL' $DIR/out
sh echo 'GET /resources$ change "type":"sqlite" "type":null' >$RULES
sh sidestage environment production --url http://localhost --socket $FAULTY >$DIR/out
sh grep -q '"type" is null' $DIR/out && grep -q 'host: web.production' $DIR/out
sh echo 'GET /envs$ change "name":"QA" "name":null' >$RULES
sh sidestage board --json --url http://localhost --socket $FAULTY >$DIR/out
sh grep -q '"problem": "..name.. is null"' $DIR/out && grep -q '"production"' $DIR/out
sh echo 'GET /envs/qa([?].*)?$ change "name":"QA" "name":null' >$RULES
sh ! sidestage discard qa --url http://localhost --socket $FAULTY >$DIR/out 2>&1
sh grep -q '"name" is null' $DIR/out
sh : >$RULES

test "values that cannot be read make the cells that use them unknown, never equal"
key Q
exit 0
sh rm -rf $XDG_CACHE_HOME/sidestage
sh echo 'GET /value-set-versions/ status 500' >$RULES
run sidestage board --url http://localhost --socket $FAULTY
row "worker" "1.9.0" "1.8.1" "?" "1.8.1"
press-until Right "in (qa|QA)"
row "values" "could not be read"
sh : >$RULES
row "worker" "1.9.0" "1.8.1" "~" "1.8.1"

test "times that other platforms write are read"
sh echo 'GET /envs$ change Z" 456789Z"' >$RULES
until 10 grep -c change $RULES.log
row "running" "running" "running"
sh echo 'GET /envs$ change Z" +02:00"' >$RULES
until 10 test $(grep -c change $RULES.log) -gt 4
row "running" "running" "running"
refuse "could not be read" "not understood"

test "a request that gets no answer is said within two seconds, and an answer takes it back"
sh echo '.* .* hang' >$RULES
key R
expect "no answer for" 4
expect "Production"
sh : >$RULES
gone "no answer for" 15
sh echo '.* .* hang' >$RULES
key R
match "OFFLINE, last answer [0-9]+s ago" 20

test "what would change something is not offered meanwhile, and says why it is not done"
refuse "D deploy" "C clone" "U undo"
key D
expect "The platform is offline"
refuse "Review"
sh : >$RULES
gone "OFFLINE" 15
expect "D deploy"
key Q
exit 0

test "a token that is refused is fetched again, for reads and for writes"
sh mkdir -p $XDG_CONFIG_HOME/sidestage
sh printf '[context "team"]\n\tsocket = %s\n\ttoken-command = "echo >>%s; cat %s"\n' $FAULTY $DIR/runs $DIR/current >$XDG_CONFIG_HOME/sidestage/config
sh echo first >$DIR/current && cp $DIR/current $DIR/valid
sh echo '.* .* token '$DIR/valid >$RULES
run sidestage
expect "running" 15
sh echo second >$DIR/current && cp $DIR/current $DIR/valid
until 10 test $(wc -l <$DIR/runs) -eq 2
refuse "OFFLINE"
sh ! grep -qa second $XDG_STATE_HOME/sidestage/history.db $XDG_CACHE_HOME/sidestage/cache.db
sh echo third >$DIR/valid
expect "OFFLINE" 20
expect "the token was refused"
sh cp $DIR/valid $DIR/current
gone "OFFLINE" 30
row "running" "running" "running"
key Q
exit 0
sh rm $XDG_CONFIG_HOME/sidestage/config

test "a token is not sent unencrypted to another machine, unless that is allowed"
sh ! SIDESTAGE_TOKEN=s3cret sidestage applications --url http://192.0.2.1 --timeout 2s 2>$DIR/said
sh grep -q 'allow-http = true' $DIR/said
sh ! grep -q s3cret $DIR/said
sh SIDESTAGE_TOKEN=s3cret sidestage applications --url http://192.0.2.1 --timeout 2s || test $? -eq 4
sh printf '[context "open"]\n\turl = http://192.0.2.1\n\tallow-http = true\n' >$XDG_CONFIG_HOME/sidestage/config
sh SIDESTAGE_TOKEN=s3cret sidestage applications --timeout 1s 2>$DIR/said || test $? -ne 4
sh ! grep -q 'allow-http' $DIR/said
sh rm $XDG_CONFIG_HOME/sidestage/config

test "a damaged history is said as long as it lasts; the board opens, and nothing is changed"
env HISTORY=$XDG_STATE_HOME/sidestage/history.db
run sidestage board --url http://localhost --socket $SOCKET
expect "running" 15
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "kept"
key Enter
expect "rollback"
expect "A approve"
key A
until 20 test "$(platform status kept)" = succeeded
expect "Done in"
key Esc
row "Workload" "kept"
key Q
exit 0
sh cp $HISTORY $DIR/good && printf 'not a database, but longer than its header' >$HISTORY && cp $HISTORY $DIR/bad
run sidestage board --url http://localhost --socket $SOCKET
expect "! Nothing can be journaled, so nothing can be changed"
row "sidestage" "no history"
row "running" "running" "running"
press-until Right "in kept"
key X
expect "Nothing can be journaled, so nothing can be changed"
key Q
exit 0
sh sidestage board --url http://localhost --socket $SOCKET --json >$DIR/out 2>$DIR/said
sh grep -q '"production"' $DIR/out && grep -q 'Nothing can be journaled' $DIR/said
sh ! sidestage history --url http://localhost --socket $SOCKET >$DIR/out 2>$DIR/said
sh ! test -s $DIR/out
sh cmp $HISTORY $DIR/bad

test "an empty one where there was something is not a new one; put back it is whole"
sh : >$HISTORY
run sidestage board --url http://localhost --socket $SOCKET
expect "but operations were kept in it"
key Q
exit 0
sh ! test -s $HISTORY && cp $DIR/good $HISTORY && chmod 400 $HISTORY
run sidestage board --url http://localhost --socket $SOCKET
expect "read-only"
key h
expect "clone production"
key Q
exit 0
sh chmod 600 $HISTORY
run sidestage board --url http://localhost --socket $SOCKET
row "running" "running" "running"
refuse "Nothing can be journaled" "no history"
key Q
exit 0
sh rm $FAULTY
terminal one
key Q
exit 0 15
nothing-runs 5
