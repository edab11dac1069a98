# The hotfix: a customer in Korea reports broken titles.  Production's state is cloned, the bug
# is seen there, one version is changed and tested, and that one change is promoted; nobody
# else's environment is touched on the way.  At each step the pages are fetched over HTTP.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
let TITLE echo "서울에서 제주까지 자전거로 함께 떠나는 여름 여행 이야기"
# The key that approves a review
env APPROVE=A

test "the board opens on three environments that run"
run sidestage demo
expect "topicshare-inc" 20
row "Workload" "Development" "QA" "Production"
row "running" "running" "running"
row "api" "2.0.0-rc3" "2.0.0-rc1" "1.4.2"
row "web" "2.0.0-rc3" "2.0.0-rc1" "1.4.2"

test "Production's page is broken, and only Production's"
let PRODUCTION platform address production web
let QA platform address qa web
let DEVELOPMENT platform address development web
sh fetch --wait 5 --quiet --invalid-utf8 --lacks "$TITLE" $PRODUCTION/
sh fetch --wait 5 --quiet --valid-utf8 --contains "$TITLE" $QA/
sh fetch --wait 5 --quiet --valid-utf8 --contains "$TITLE" $DEVELOPMENT/
let QA_DEPLOYMENT platform deployment qa
let DEVELOPMENT_DEPLOYMENT platform deployment development
let PRODUCTION_DEPLOYMENT platform deployment production
let QA_PROCESSES processes $SPACES/topicshare-inc/topicshare/qa
let DEVELOPMENT_PROCESSES processes $SPACES/topicshare-inc/topicshare/development
let PRODUCTION_PROCESSES processes $SPACES/topicshare-inc/topicshare/production
differ "$QA_PROCESSES" ""
differ "$DEVELOPMENT_PROCESSES" ""
differ "$PRODUCTION_PROCESSES" ""

test "C clones Production, after a look at what the clone will be"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-korean"
expect "hotfix-korean"
key Enter
expect "rollback"
expect "hotfix-korean"
expect "A approve"
key $APPROVE
until 20 test "$(platform status hotfix-korean)" = succeeded
let CLONE_DEPLOYMENT platform deployment hotfix-korean
key Esc
row "Workload" "hotfix-korean"
row "running" "running" "running" "running"

test "the clone has its own processes and its own database"
let CLONE_PROCESSES processes $SPACES/topicshare-inc/topicshare/hotfix-korean
differ "$CLONE_PROCESSES" ""
sh for p in $CLONE_PROCESSES; do case " $PRODUCTION_PROCESSES " in *" $p "*) exit 1 ;; esac; done
let CLONE platform address hotfix-korean web
let CLONE_API platform address hotfix-korean api
let PRODUCTION_API platform address production api
differ $CLONE $PRODUCTION
sh fetch --quiet --data '{"title":"Only in the clone","author":"oncall"}' $CLONE_API/topics
sh fetch --quiet --contains "Only in the clone" $CLONE/
sh fetch --quiet --lacks "Only in the clone" $PRODUCTION/
sh fetch --quiet --data '{"title":"Only in Production","author":"release"}' $PRODUCTION_API/topics
sh fetch --quiet --lacks "Only in Production" $CLONE/
sh test "$(find $SPACES/topicshare-inc/topicshare/hotfix-korean -type f -exec sh -c 'head -c 15 "$1" | grep -q "SQLite format 3"' - {} \; -print | wc -l)" -ge 1

test "the clone shows the same bug"
sh fetch --quiet --invalid-utf8 --lacks "$TITLE" $CLONE/

test "V picks web 1.4.3, and the review shows exactly that one change"
press-until Right "in hotfix-korean"
press-until Down "web in hotfix-korean"
key V
expect "1.4.3"
type "1.4.3"
key Enter
expect "rollback"
row "web" "image" "1.4.2" "1.4.3"
expect "1 workload changes"
row "-" "image" "local/topicshare-web:1.4.2"
row "+" "image" "local/topicshare-web:1.4.3"
refuse "topicshare-api" "topicshare-worker"
colour "local/topicshare-web:1.4.3" coloured
expect "A approve"
key $APPROVE
until 20 test "$(platform deployment hotfix-korean)" != $CLONE_DEPLOYMENT
until 20 test "$(platform status hotfix-korean)" = succeeded
until 20 fetch --quiet --valid-utf8 --contains "$TITLE" $CLONE/
key Esc
row "web" "1.4.2" "1.4.3"

test "the clone's page is right; Production's is still broken; nobody else was touched"
sh fetch --quiet --valid-utf8 --contains "$TITLE" --contains "Only in the clone" $CLONE/
sh fetch --quiet --invalid-utf8 $PRODUCTION/
let NOW platform deployment production
equal $NOW $PRODUCTION_DEPLOYMENT
let NOW processes $SPACES/topicshare-inc/topicshare/production
equal "$NOW" "$PRODUCTION_PROCESSES"
let NOW platform deployment qa
equal $NOW $QA_DEPLOYMENT
let NOW platform deployment development
equal $NOW $DEVELOPMENT_DEPLOYMENT
let NOW processes $SPACES/topicshare-inc/topicshare/qa
equal "$NOW" "$QA_PROCESSES"
let NOW processes $SPACES/topicshare-inc/topicshare/development
equal "$NOW" "$DEVELOPMENT_PROCESSES"

test "P promotes that one change, with a reason and Production's name typed"
press-until Right "in hotfix-korean"
key P
expect "rollback"
row "web" "image" "1.4.2" "1.4.3"
expect "1 workload changes"
refuse "topicshare-api" "topicshare-worker"
expect "Reason"
expect "A approve"
key $APPROVE
expect "Reason"
type "Korean titles are cut inside a letter"
key Tab
type "production"
key Enter
until 20 fetch --quiet --valid-utf8 --contains "$TITLE" $PRODUCTION/
until 20 test "$(platform status production)" = succeeded
let NOW platform deployment production
differ $NOW $PRODUCTION_DEPLOYMENT
sh fetch --quiet --contains "Only in Production" --lacks "Only in the clone" $PRODUCTION/
key Esc

test "only web was restarted in Production"
let NOW processes $SPACES/topicshare-inc/topicshare/production
let KEPT echo $(for p in $PRODUCTION_PROCESSES; do case " $NOW " in *" $p "*) echo $p ;; esac; done | wc -l) of $(echo $PRODUCTION_PROCESSES | wc -w)
equal "$KEPT" "2 of 3"

test "X discards the clone: processes, directory and database are gone"
press-until Right "in hotfix-korean"
key X
expect "Everything in it is deleted"
expect "A approve"
key $APPROVE
until 20 test ! -e $SPACES/topicshare-inc/topicshare/hotfix-korean
until 5 test -z "$(processes $SPACES/topicshare-inc/topicshare/hotfix-korean)"
sh platform get /envs/hotfix-korean --status 404 --quiet
sh fetch --wait 0 --quiet $CLONE/ && exit 1 || exit 0
key Esc
gone "hotfix-korean · "
let NOW platform deployment qa
equal $NOW $QA_DEPLOYMENT
let NOW processes $SPACES/topicshare-inc/topicshare/qa
equal "$NOW" "$QA_PROCESSES"
let NOW processes $SPACES/topicshare-inc/topicshare/development
equal "$NOW" "$DEVELOPMENT_PROCESSES"

test "the history tells the story in order"
key h
expect "History"
screen <<END
*clone*hotfix-korean*
...
*deploy*hotfix-korean*
...
*promote*production*
...
*discard*hotfix-korean*
END
key Esc
row "Workload" "Production"

test "quitting leaves nothing behind and gives the terminal back"
key Q
exit 0 10
restored
nothing-runs 5
