# The program in German and in Korean: its words are there, wide characters stay in their cells,
# and the way to the help stands at the end of every key bar.

size 120x40
limit 10
on-failure tail -n 5 $STATE/sidestaged.log
env SIDESTAGE_LOCALE=$DIR/locale

test "the translations are made from their sources"
sh for l in de ko; do mkdir -p $DIR/locale/$l/LC_MESSAGES && msgfmt -o $DIR/locale/$l/LC_MESSAGES/sidestage.mo $srcdir/po/$l.po || exit 1; done

test "the board in German"
env LANGUAGE=de
run sidestage demo
row "Organisationen" "Workload" "Development"
row "läuft" "läuft" "läuft"
row "deployt" "vor" "von" "dev"
match "C klonen .* [?] Hilfe$"

test "the way of a hotfix in German"
press-until Right "in [Pp]roduction"
key C
expect "Name des Klons"
key Enter
row "Review" "hotfix-1"
expect "Rücknahme"
match "A freigeben  Esc abbrechen"
key A
expect "Fertig in" 20
key Esc
row "Workload" "hotfix-1"
expect "1 Klon, noch 7h59"
resize 80x24
match "C klonen .* [?] Hilfe$"
key h
row "Verlauf"
expect "ein Klon wird verworfen, nicht zurückgenommen"
expect "Die Umgebung anlegen"
match "[?] Hilfe$"
key Esc
key Enter
row "Umgebung" "hotfix-1"
match "[?] Hilfe$"
key Esc
key c
expect "Nicht übernommen"
key Esc
key :
expect "Befehle"
key Esc
gone "Befehle"
key ?
row "Hilfe"
expect "Die Umgebung unter dem Cursor klonen."
key Esc
gone "Die Umgebung unter"
resize 120x40
key Q
exit 0 10
restored

test "the same in Korean, whose characters are two cells wide"
env LANGUAGE=ko
run sidestage demo
row "조직" "워크로드" "Development"
row "실행 중" "실행 중" "실행 중"
match "C 클론 .* [?] 도움말$"
match "│ 리소스 +db +db"
match "│ 워크로드 +Development +QA +Production ■ +hotfix-1"
press-until Right "· hotfix-1"
key D
expect "롤백"
match "A 승인  Esc 취소"
key Esc
row "워크로드" "hotfix-1"
resize 80x24
match "C 클론 .* [?] 도움말$"
key h
expect "클론은 되돌리지 않고 폐기합니다"
expect "환경 생성"
key Esc
key c
expect "승격 안 됨"
match "[?] 도움말$"
key Esc
key ?
expect "커서의 환경을 클론합니다."
key Esc
key Enter
row "환경" "hotfix-1"
match "[?] 도움말$"
key Esc
key H
expect "재현"
expect "옮기기"
key Esc
key Q
exit 0 10
restored
nothing-runs 5

test "what the platform refuses is said in German, with what it is about"
env LANGUAGE=de
run sidestage demo
resize 120x40
press-until Right "in hotfix-1"
sh platform put /envs/hotfix-1/runtime/paused true
key D
match "A freigeben  Esc abbrechen"
key A
match "● hotfix-1 pausiert[.]  Vor dem Deployment bitte fortsetzen[.]$" 10
expect "Vor dem Deployment bitte fortsetzen."
refuse "Resume it"
sh fetch --unix-socket $SOCKET --status 409 --quiet --contains "already exists" --contains environment_exists --data '{"id": "hotfix-1", "name": "Hotfix"}' http://localhost/orgs/topicshare-inc/apps/topicshare/envs
key Esc
sh platform put /envs/hotfix-1/runtime/paused false
key Q
exit 0 10
restored
nothing-runs 5

test "the plain lines are asked and answered in the language"
env LANGUAGE=de
sh printf 'deploy hotfix-1\nja\nquit\n' | sidestage demo --linear >$DIR/lines 2>&1
sh grep -q 'Fertig' $DIR/lines

test "why a deployment failed is said in German"
sh ! printf 'version hotfix-1 web 1.4.4-rc1\nja\nquit\n' | sidestage demo --linear >$DIR/lines 2>&1
sh grep -q 'Workload web .*endete mit status 1, bevor er bereit war' $DIR/lines

test "what machines read is in no language: the same JSON, and no word of German in it"
sh printf 'organizations:\n  - id: acme\n    name: Acme\n    env_types: [{id: development}, {id: production}]\n    applications:\n      - id: typo\n        environments:\n          - id: production\n            type: production\n            deployments:\n              - set: {modules: {web: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "local/no:1"}}, lifecycle: {}}}, nightly: {profile: humanitec/default-cronjob, spec: {containers: {c: {id: c, image: "local/no:1"}}, schedules: {a: {schedule: "@daily"}}}}}}\n' >$DIR/typo.yaml
sh sidestaged import --state $STATE $DIR/typo.yaml
run sidestage demo --org acme --app typo
row "0 von"
sh sidestage environment production --demo --org acme --app typo | grep -q 'Es gibt kein Image'
sh for l in de en; do for c in "environment production" "board" "clone production copy" "version production web 2" "diff production production" "clones" "contexts" "keys"; do case $c in contexts | keys) LANGUAGE=$l sidestage $c --json ;; *) LANGUAGE=$l sidestage $c --demo --org acme --app typo --json ;; esac; done 2>&1 | grep -v '"id"' >$DIR/json.$l; done
sh grep -q 'There is no image' $DIR/json.de && grep -q 'copy would be refused: workload nightly' $DIR/json.de
sh diff $DIR/json.en $DIR/json.de
key Q
exit 0 10
restored
nothing-runs 5

test "a refused setting is explained in the language, with what was expected"
sh ! sidestaged serve --ready-timeout never >$DIR/refused 2>&1
sh grep -q 'erwartet wird eine Zeit von 100ms bis 60m' $DIR/refused
