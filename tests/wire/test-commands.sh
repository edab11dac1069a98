#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every sub-command with right and with wrong names: its exit status, and what is on standard output
# (one JSON value, or nothing) and on standard error.  Two organizations have an application "second".
set -u
for tool in python3 awk; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
LC_ALL=C.UTF-8
export LC_ALL
folder=$(mktemp -d) || exit 99
daemon= proxy=
cleanup() {
	[ -z "$proxy" ] || { kill "$proxy" && wait "$proxy"; } 2>/dev/null
	[ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null
	rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
cd "$folder" || exit 99
HOME=$folder/home
XDG_RUNTIME_DIR=$folder/run
export HOME XDG_RUNTIME_DIR
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME SIDESTAGE_TOKEN HUMANITEC_TOKEN
mkdir -m 700 home run
mkdir state images
number=0 status=0

result() {	# CODE NAME: ok when CODE is 0; else what happened
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		head -n 12 err out | sed 's/^/# /'
		status=1
	fi
}
P="--socket=$folder/api.sock --url=http://localhost"
run() {	# sidestage, with its output in the files out and err, and its exit status in code
	timeout 60 sidestage "$@" >out 2>err </dev/null
	code=$?
	echo "exit status $code" >>err
}
exits() {	# CODE WORDS-ON-STDERR ARGUMENT...: nothing is on stdout when it was refused
	wanted=$1 words=$2 command=$3
	shift 3
	# shellcheck disable=SC2086
	run "$command" $P "$@"
	[ "$code" = "$wanted" ] && { [ -z "$words" ] || grep -qF -- "$words" err; } &&
		{ [ "$wanted" != 2 ] || [ ! -s out ]; }
	result $? "$wanted: $command $*"
}
json() {	# CODE EXPRESSION-ON-d ARGUMENT...: stdout is one JSON value
	wanted=$1 expression=$2 command=$3
	shift 3
	# shellcheck disable=SC2086
	run "$command" --json $P "$@"
	[ "$code" = "$wanted" ] &&
		python3 -c "import json, sys; d = json.load(open('out')); sys.exit(not ($expression))" >>err 2>&1
	result $? "$wanted, JSON: $command $*"
}
wait_for() {	# up to a minute
	tries=1200
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}

# --- a platform with two organizations ---

application() {	# ID
	cat <<END
      - id: $1
        environments:
          - id: production
            type: production
            deployments:
              - set: {modules: {web: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "acme/web:1.0", variables: {A: "1", N: 5, B: true}}}}}}}
END
}
{
	echo "organizations:"
	echo "  - id: acme"
	echo "    env_types: [{id: development}, {id: production}]"
	echo "    applications:"
	application first
	application second
	echo "  - id: beta"
	echo "    env_types: [{id: development}, {id: production}]"
	echo "    applications:"
	application second
	cat <<'END'
  - id: gamma
    env_types: [{id: development}, {id: production}]
    applications:
      - id: valued
        values: [{key: MODE, value: usual}, {key: PASSWORD, secret: true, value: everybodys}]
        environments:
          - id: production
            type: production
            values: [{key: MODE, value: careful}, {key: PEER, value: "https://web.production.valued.example.com"}, {key: PASSWORD, secret: true, value: productions}]
            deployments:
              - set: {modules: {web: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "acme/web:1.0", variables: {A: "${values.MODE} ${values.PEER} ${values.PASSWORD}"}}}}}}}
  - id: delta
    env_types: [{id: development}, {id: production}]
    applications:
      - id: timed
        environments:
          - id: production
            type: production
            deployments:
              - set:
                  modules:
                    web: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "acme/web:1.0"}}}}
                    mail: {profile: humanitec/default-cronjob, spec: {containers: {c: {id: c, image: "acme/web:1.0"}}, schedules: {nightly: {schedule: "0 3 1 1 *"}, yearly: {schedule: "@yearly"}}}}
                    report: {profile: humanitec/default-cronjob, spec: {containers: {c: {id: c, image: "acme/web:1.0"}}, schedules: {a: {schedule: "0 4 1 1 *"}}}}
                    idle: {profile: humanitec/default-cronjob, spec: {containers: {c: {id: c, image: "acme/web:1.0"}}, schedules: {a: {schedule: "@daily"}}, cronjob: {suspend: true}}}
                    by-hand: {profile: humanitec/default-cronjob, spec: {containers: {c: {id: c, image: "acme/web:1.0"}}, schedules: {a: {schedule: "0 0 30 2 *"}}}}
END
} >platform.yaml
mkdir -p images/acme/web
for version in 1.0 1.1; do
	printf '#!/bin/sh\nsleep 0.3\necho "hello $A"\nwhile :; do sleep 1; done\n' >images/acme/web/$version
	chmod +x images/acme/web/$version
done
start() {	# OPTION...
	sidestaged serve --socket "$folder/api.sock" --state state --images images --confinement none --min-ready 300ms "$@" >daemon.log 2>&1 &
	daemon=$!
	wait_for test -S api.sock
}
sidestaged import --state state platform.yaml >out 2>err
result $? "the platform is made"
start
result $? "the platform runs"
first="--org=acme --app=first"
value=/spec/containers/c/variables/X

# --- which application ---

exits 2 "beta/second" environment production --app=second
exits 2 "acme/first, acme/second, beta/second" environment production
exits 2 "Available: first, second" environment production --org=acme --app=no-such-app
exits 2 "Did you mean second?" environment production --org=acme --app=secnd
exits 2 "Did you mean acme?" environment production --org=acm --app=first
exits 2 "There are several applications: acme/first, acme/second" deploy production --org=acme
exits 0 "" environment production --org=beta
exits 0 "" environment production --app=first
for command in board clones applications hotfix history; do
	case $command in applications) options=--org=nosuch ;; *) options="--org=nosuch --app=first" ;; esac
	# shellcheck disable=SC2086
	exits 2 'no organization "nosuch"' $command $options
done
exits 2 'no application "nosuch"' clones --org=acme --app=nosuch
exits 2 'no application "nosuch"' board --json --org=acme --app=nosuch
json 0 'd["application"] == "second" and d["environments"][0]["workloads"][0]["version"] == "1.0"' \
	board --org=acme --app=second
json 0 'd == [{"organization": "beta", "applications": ["second"]}]' applications --org=beta
exits 0 "" set production web $value 1 --org=acme --app=second --approve=production --reason=test
for app in "acme first" "acme second" "beta second"; do
	run environment production --json --org="${app% *}" --app="${app#* }" "${P%% *}" "${P#* }"
	[ "$(python3 -c 'import json; print(len(json.load(open("out"))["deployments"]))')" = \
		"$([ "$app" = "acme second" ] && echo 2 || echo 1)" ]
	result $? "the change went to the application that was named: $app"
done

# shellcheck disable=SC2086
{
	printf 'quit\n' | timeout 60 sidestage board --linear $P --org=acme --app=second >out 2>err
	[ $? = 0 ] && grep -q 'second in acme' out
	result $? "plain lines open the application that was named"
	printf 'quit\n' | timeout 60 sidestage board --linear $P --app=secnd >out 2>err
	[ $? = 2 ] && [ ! -s out ] && grep -q 'Did you mean second' err
	result $? "plain lines do not open another one"
}

# --- names within an application ---

# shellcheck disable=SC2086
{
	exits 2 "Did you mean production?" environment prodution $first
	for command in "versions E web" "diff E production" "diff production E" "logs E" "logs --follow E" "clone E new" \
		"version E web 1.0" "set E web $value 1" "unset E web $value" "deploy E" "promote E" "undo E" "discard E"; do
		exits 2 'no environment "nowhere"' $(echo "$command" | sed 's/\bE\b/nowhere/') $first
	done
	for command in "versions production W" "version production W 1.0" "logs production W" "logs --follow production W" \
		"set production W $value 1" "unset production W $value"; do
		exits 2 'no workload "wbe" in production. Did you mean web?' \
			$(echo "$command" | sed 's/\bW\b/wbe/') $first
	done
	exits 2 'no container "d"' logs production web d $first
	for command in ttl mark unmark carry; do
		case $command in ttl) words=8h ;; carry) words=production ;; *) words=verify ;; esac
		exits 2 'no clone "nosuch"' $command nosuch $words $first
	done
	exits 2 'no clone "nosuch"' hotfix nosuch $first
	exits 2 'no clone "production"' hotfix production $first
	exits 2 'no clone "production"' mark production verify $first
	exits 2 "Give --org and --app" hotfix
	exits 2 'no deployment "zzzz"' diff production production@zzzz $first
	exits 2 'no deployment ""' diff production production@ $first
	exits 2 'no environment "nowhere"' carry nosuch nowhere $first
}

# --- what each prints ---

# shellcheck disable=SC2086
{
	json 5 'd["state"] == "reviewed" and d["sends"]' clone production hot $first
	exits 5 "" clone production hot $first
	exits 2 "This changes hot, but production was approved" clone production hot $first --approve=production
	exits 4 "read-only" clone production hot $first --read-only --approve=hot
	json 0 'd["state"] == "done" and d["deployment"]["status"] == "succeeded"' clone production hot $first --approve=hot
	json 0 '[e["id"] for e in d["environments"]] == ["production", "hot"]' board $first
	json 0 'd["id"] == "hot" and d["clone_of"] == "production"' environment hot $first
	json 0 'd == []' diff production hot $first
	exits 0 "" diff production hot $first --exit-code
	envs=http://localhost/orgs/acme/apps/first/envs
	curl --silent --show-error --fail --unix-socket "$folder/api.sock" -H "@$folder/api.sock.secret" --output out "$envs" \
		--json '{"id": "bare", "name": "Bare", "type": "development"}'
	exits 3 "Nothing was deployed to bare" diff production bare $first
	json 0 'd["last_deploy"] is None and d["workloads"] == []' environment bare $first
	run environment bare $first $P
	grep -q "Nothing runs here" out
	result $? "of an environment that was never deployed it is known that nothing runs there"
	curl --silent --show-error --fail --unix-socket "$folder/api.sock" -H "@$folder/api.sock.secret" --request DELETE "$envs/bare"
	json 0 'd[0]["environment"] == "hot"' clones
	json 0 'd == []' clones --org=beta
	json 0 'type(d) is list' versions hot web $first
	json 0 'd["clone"] == "hot"' hotfix hot $first
	json 0 'd["clone"] == "hot"' hotfix $first
	json 0 '[o["verb"] for o in d] == ["clone"]' history clone
	json 0 'd == []' history clone --org=beta
	exits 0 "" ttl hot 8h $first
	json 0 'd["clone"] == "hot" and d["expires_at"] is None' ttl hot 0 $first
	json 0 'd == {"clone": "hot", "step": "verify", "is_done": True, "note": "seen twice"}' \
		mark hot verify seen twice $first
	json 0 '[s["note"] for s in d["steps"] if s["step"] == "verify"] == ["seen twice"]' hotfix hot $first
	json 0 'd["is_done"] is False' unmark hot verify $first
	exits 2 "is not a manual step" mark hot fly $first
	exits 2 "not a duration" ttl hot soon $first
	exits 2 'no clone "hot" in second' ttl hot 8h --org=acme --app=second
	exits 4 "production is protected" deploy production $first --approve=production
	exits 4 "production is protected" discard production $first --approve=production --reason=why
	exits 2 "--reason needs --approve" deploy production $first --reason=why
	exits 4 "read-only" undo production $first --read-only
}

# --- values are what they were given as ---

of_x() {	# EXPRESSION: what is said of the difference
	# shellcheck disable=SC2086
	run diff production hot --json $first $P
	python3 -c "import json, sys; d = [c['to'] for c in json.load(open('out')) if c['path'].endswith('/$1')]; sys.exit(not ($2))" \
		>>err 2>&1
	result $? "$1: $2"
}
# What runs by itself runs twice once there is a clone.
timed="--org=delta --app=timed"
# shellcheck disable=SC2086
{
	exits 5 "" clone production copy $timed
	grep -qxF '  Caution: These cronjobs run in copy as well as in production: mail (0 3 1 1 *, @yearly), report (0 4 1 1 *)' out
	result $? "the review of a clone names the cronjobs that will run in it"
	grep -qF 'by-hand: /spec/schedules/a/schedule: the schedule "0 0 30 2 *" never comes' out
	result $? "and the one that never will"
	json 5 'd["cronjobs"] == [{"workload": "mail", "schedules": ["0 3 1 1 *", "@yearly"]}, {"workload": "report", "schedules": ["0 4 1 1 *"]}]' \
		clone production copy $timed
	json 5 'd["cronjobs"] == [] and not [each for each in d["cautions"] if "cronjob" in each]' clone production copy $first
}
# shellcheck disable=SC2086
{
	exits 0 "" set hot web $value '{"beta": true}' $first --approve=hot
	of_x X "d == ['{\"beta\": true}']"
	exits 0 "" set hot web $value '"quoted"' $first --approve=hot
	of_x X "d == ['\"quoted\"']"
	exits 0 "" set hot web $value $first --approve=hot -- -Xmx512m
	of_x X "d == ['-Xmx512m']"
	exits 2 "Put -- before a value" set hot web $value -Xmx512m $first
	exits 0 "" set hot web /spec/containers/c/variables/N 6 $first --approve=hot
	exits 2 "is not a number" set hot web /spec/containers/c/variables/N six $first
	exits 2 "Use --json-value" set hot web /spec/containers/c/variables/B 1 $first
	exits 2 "not text" set hot web /spec/containers/c/variables 1 $first
	exits 2 "The value is not JSON" set hot web $value '{oops' --json-value $first
	exits 2 "Give a value" set hot web $value $first
	json 5 'd["changes"][0]["to"].startswith("7")' set hot web $value:=7 $first
	exits 2 "not a path" set hot web nowhere 1 $first
	exits 2 "Nothing is set at" unset hot web /spec/nothing $first
	exits 0 "" unset hot web $value $first --approve=hot
	json 5 'not [each for each in d["cautions"] if "no effect" in each]' set hot web $value 2 $first
	json 5 '"web: /spec/containers/c/lifecycle has no effect: the driver process does not support it" in d["cautions"]' \
		set hot web /spec/containers/c/lifecycle '{"preStop": {}}' --json-value $first
	json 5 'any("did you mean \"command\"" in each for each in d["cautions"])' \
		set hot web /spec/containers/c/comand '["x"]' --json-value $first
	exits 2 "hot would be refused: web: /spec/containers/c/args must be a list of strings" set hot web /spec/containers/c/args one $first --approve=hot
	of_x X "d == []"
	exits 2 "not a well-formed placeholder" set hot web $value '${' $first --approve=hot
	! grep -q '^sidestage: *$' err
	result $? "each line of it says something"
}

# --- options ---

# shellcheck disable=SC2086
{
	exits 2 "clones does not use --approve" clones --approve=x
	exits 2 "history does not use --take" history --take=clone
	exits 2 "applications does not use --app" applications --app=first
	exits 2 "logs does not use --offline" logs hot --offline
	exits 2 "Did you mean --json?" clones --jsn
	exits 2 '--output is text or json, not "yaml"' clones --output=yaml
	exits 2 "contradict" clones --json --output=text
	json 0 'type(d) is list' clones --output=json
	exits 2 "--timeout is a duration" clones --timeout=soon
	exits 2 "already names a platform" clones --context=team
	exits 2 "is a platform already" clones --demo
	exits 2 "Usage: diff" diff production $first
	exits 2 "--take is clone, target" promote hot --take=mine $first
	run nonsens
	[ $code = 2 ] && grep -q 'Unknown command' err
	result $? "2: nonsens"
	exits 2 "Options follow the command: sidestage clones" --timeout=3s clones
	run promot hot
	[ $code = 2 ] && grep -q 'Did you mean promote' err
	result $? "2: promot"
	printf '[context "team"]\n\tsocket = /nowhere\n' >config
	mkdir -p home/.config/sidestage && mv config home/.config/sidestage/config
	run clones --context=taem
	[ $code = 2 ] && grep -q 'Did you mean team?' err
	result $? "2: --context=taem"
	rm home/.config/sidestage/config
}

# --- conflicts ---

at=/spec/containers/c/variables
# shellcheck disable=SC2086
{
	exits 0 "" set production web $at/A 2 $first --approve=production --reason=theirs
	exits 0 "" set hot web $at/A 3 $first --approve=hot
	json 6 '[(c["object"], c["path"], c["base"], c["theirs"], c["ours"], c["take"]) for c in d["conflicts"]] == [("web", "'$at'/A", "1", "2", "3", None)]' \
		promote hot $first
	exits 6 "1 conflict waits for a decision" promote hot $first
	exits 2 "no conflict at this path" promote hot $first --take=$at/Z=clone
	exits 2 "no conflict at this path" promote hot $first --take=clone --take=$at/Z=clone
	json 5 'd["conflicts"][0]["take"] == "clone" and [c["to"] for c in d["changes"] if c["path"].endswith("/A")] == ["3"]' \
		promote hot $first --take=web$at/A=clone
	json 5 'd["conflicts"][0]["take"] == "target" and not [c for c in d["changes"] if c["path"].endswith("/A")]' \
		promote hot $first --take=clone --take=$at/A=target
	exits 4 "protected" promote hot $first --take=clone --approve=production
	json 4 'd["state"] == "reviewed" and d["sends"]' promote hot $first --take=clone --approve=production
	exits 0 "" promote hot $first --take=clone --approve=production --reason=ours
}

# --- logs and following ---

hello() {
	# shellcheck disable=SC2086
	run logs hot web --json $first $P
	grep -q 'hello 3' out
}
# shellcheck disable=SC2086
{
	wait_for hello
	result $? "what was written is printed"
	json 0 'len(d) == 1' logs hot --tail=1 $first
	json 0 'd == []' logs hot --tail=0 $first
	for seconds in 1 4 16 40; do	# the first must be read within it
		run logs hot --follow --timeout=${seconds}s $first $P
		[ "$code" = 3 ] || break
	done
	[ "$code" = 0 ] && grep -q 'hello 3' out
	result $? "logs --follow starts with the earlier lines, and ends with its time"
	timeout 60 sidestage logs hot web --follow --json $first $P >followed 2>followed.err </dev/null &
	following=$!
	wait_for grep -q hello followed
	result $? "logs --follow does not need an input"
	exits 0 "" discard hot $first --approve=hot
	wait $following
	[ $? = 0 ] && grep -q "was deleted" followed.err && ! grep -q "Reading the logs" followed.err
	result $? "logs --follow ends when the environment goes"
	python3 -c 'import json; [json.loads(line) for line in open("followed")]' 2>err
	result $? "each line that was followed is one JSON value"
}

# --- a change that is not waited for ---

# shellcheck disable=SC2086
{
	json 7 'd["state"] == "running" and d["deployment"]["id"]' \
		version production web 1.1 $first --approve=production --reason=later --no-wait
	json 0 'd[-1]["verb"] == "deploy" and d[-1]["state"] in ("done", "unwatched")' history
	json 0 'd == []' resume
	in_place() {
		run environment production --json $first $P
		python3 -c 'import json, sys; d = json.load(open("out")); sys.exit(d["workloads"][0]["version"] != "1.1")'
	}
	wait_for in_place
	result $? "it goes on without the command"
}

# --- shared values ---

# shellcheck disable=SC2086
{
	valued="--org=gamma --app=valued"
	json 6 '{v["key"]: (v["is_secret"], v["value"]) for v in d["values"]} == {"PASSWORD": (True, None), "PEER": (False, "https://web.production.valued.example.com")}' \
		clone production hot $valued
	exits 6 "2 values wait for a decision" clone production hot $valued
	exits 6 "1 value waits for a decision" clone production hot $valued --copy-value=PEER
	exits 2 "is a secret" clone production hot $valued --value=PASSWORD=mine
	exits 2 "Did you mean PASSWORD?" clone production hot $valued --app-value=PASWORD
	exits 2 "decided twice" clone production hot $valued --app-value=MODE --value=MODE=x
	exits 2 "put the key and = before it" clone production hot $valued --value=MODE
	exits 3 "cannot be read" clone production hot $valued --value-from=PASSWORD=nowhere
	exits 2 "deploy does not use --copy-value" deploy production $valued --copy-value=MODE
	printf 'from-a-file\n' >password
	exits 0 "" clone production hot $valued --copy-value=PEER --value-from=PASSWORD=password --approve=hot
	json 0 '{v["key"]: (v["value"], v["source"]) for v in d["values"]} == {"MODE": ("careful", "env"), "PASSWORD": (None, "env"), "PEER": ("https://web.production.valued.example.com", "env")}' \
		environment hot $valued
	written() {
		run logs hot web --json $valued $P
		grep -q 'hello careful https' out
	}
	wait_for written && ! grep -q from-a-file out
	result $? "the clone runs with what was decided, and no secret is shown"
	json 0 'd["state"] == "done"' deploy hot $valued --app-value=MODE --approve=hot
	printf 'typed' | timeout 60 sidestage deploy hot $P $valued --value-from=MODE=- --approve=hot >out 2>err
	result $? "a value comes from standard input"
	json 1 '[(c["object"], c["from"], c["to"]) for c in d if "MODE" in c["what"]] == [("values", "careful", "typed")]' \
		diff production hot $valued
	exits 2 "for one value only" deploy hot $valued --value-from=MODE=- --value-from=PASSWORD=- --approve=hot
	mkfifo pipe
	{ sleep 0.5; echo piped >pipe; } &		# whoever opens it first waits for the other
	json 5 '[c["to"] for c in d["changes"] if c["path"] == "/MODE"] == ["piped"]' \
		deploy hot $valued --value-from=MODE=pipe
}

# shellcheck disable=SC2086
{
	printf '%s\n' 'clone production warm' copy app nonsense '=https://other' yes 'clone production cold' x quit |
		timeout 60 sidestage board --linear $P $valued >out 2>err
	[ $? = 1 ] && grep -q 'cannot be copied' out && grep -q 'Invalid answer "nonsense"' out &&
		grep -q 'Nothing was changed' out
	result $? "in plain lines each value is asked about"
	json 0 '{v["key"]: v["value"] for v in d["values"]} == {"MODE": "careful", "PASSWORD": None, "PEER": "https://other"}' \
		environment warm $valued
	exits 2 'no environment "cold"' environment cold $valued
}

# --- completion ---

run completion
if command -v bash >/dev/null 2>&1; then
	complete_line() {	# WORD...: the completions of the last one
		bash -c '. ./out; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _sidestage 2>/dev/null; echo "${COMPREPLY[*]}"' - "$@"
	}
	[ "$(complete_line sidestage promo)" = promote ] &&
		[ "$(complete_line sidestage promote hot --ta)" = --take= ] &&
		[ -z "$(complete_line sidestage clones --ta)" ] && [ -z "$(complete_line sidestage promote h)" ]
	result $? "commands and their own options are completed in bash"
fi

# --- contexts ---

mkdir -p home/.config/sidestage
printf '[context "team"]\n\tsocket = %s/api.sock\n\torg = acme\n\tapp = first\n\ttoken-command = false\n' "$folder" \
	>home/.config/sidestage/config
run contexts --json
[ $code = 0 ] && python3 -c 'import json; d = json.load(open("out")); assert d[0]["name"] == "team" and d[0]["is_chosen"]' 2>>err
result $? "0, JSON: contexts"
run clones
[ $code = 3 ] && [ ! -s out ]
result $? "3: a token that cannot be had"
run history --json
[ $code = 0 ] && python3 -c 'import json; assert json.load(open("out"))' 2>>err
result $? "0, JSON: history needs no token"
run board --json --offline
[ $code = 0 ] && python3 -c 'import json; assert json.load(open("out"))["application"] == "first"' 2>>err
result $? "0, JSON: the application of the context, from the cache"
rm home/.config/sidestage/config

# --- lists of which one entry cannot be read ---

cat >lists.py <<'END'
import http.client, http.server, json, os, socket, socketserver, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        platform = http.client.HTTPConnection("localhost")
        platform.sock = socket.socket(socket.AF_UNIX)
        platform.sock.connect("api.sock")
        given = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        owner = open("api.sock.secret").read().strip().split(": ")
        platform.request(self.command, self.path, given or None,
                         {"Content-Type": "application/json", owner[0]: owner[1]})
        answer = platform.getresponse()
        body = answer.read()
        if self.path == "/orgs":
            body = json.dumps([{"name": "who"} if o["id"] == "beta" else o for o in json.loads(body)]).encode()
        elif "/artefact-versions" in self.path:
            body = json.dumps([dict(v, created_at="soon") for v in json.loads(body)] + [{}]).encode()
        broken = self.path.endswith("/deploys") and os.path.exists("broken")
        self.send_response(503 if broken else answer.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *words):
        pass

class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

Server(sys.argv[1], Handler).serve_forever()
END
python3 lists.py "$folder/lists.sock" &
proxy=$!
wait_for test -S lists.sock
platform=$P
P="--socket=$folder/lists.sock --url=http://localhost"
# shellcheck disable=SC2086
{
	for command in "board --json" "clones" "environment production" "deploy production"; do
		exits 3 "could not be read" $command --org=beta
	done
	json 3 '[v["version"] for v in d] == ["1.0", "1.1"]' versions production web $first
	exits 5 "" version production web 1.0 $first
	# Another person, whose own history does not tell what is a clone.
	mkdir -m 700 another && HOME=$folder/another
	: >broken
	exits 3 "Which environments are clones could not be read" promote hot $valued
	exits 3 "Which environments are clones could not be read" hotfix $valued
	json 3 'd["application"] == "valued"' board $valued
	exits 2 "is not a clone" promote production $valued
	rm broken
	json 0 'd["clone"] in ("hot", "warm")' hotfix $valued
	HOME=$folder/home
}
P=$platform

# --- a platform that does not tell whether two secrets are the same ---

# shellcheck disable=SC2086
{
	kill $daemon && wait $daemon
	start --extensions none
	result $? "the platform runs without extensions"
	exits 0 "" clone production like $valued --copy-value=MODE --copy-value=PEER --value-from=PASSWORD=password --approve=like
	exits 3 "Secrets that cannot be compared: PASSWORD" diff production like $valued
	! grep -q "No differences" out
	result $? "what cannot be compared is not called the same"
	json 3 'd == []' diff production like $valued
	json 3 '[c["what"] for c in d] == ["value MODE"]' diff production hot $valued
	exits 0 "" diff production production $valued
}

# --- without the platform ---

# shellcheck disable=SC2086
{
	run board --json $first $P
	kill $daemon && wait $daemon
	daemon=
	for command in "board --json" "environment production --json" "diff production production" "clones --json" \
		"applications" "versions production web" "hotfix" "deploy production" "logs production"; do
		case $command in applications) options= ;; *) options=$first ;; esac
		run $command $options $P
		[ $code = 3 ] && [ ! -s out ] && grep -q 'cannot be reached' err
		result $? "3: $command, and nothing on standard output"
	done
	json 0 'len(d) >= 5' history
	json 0 'd["application"] == "first" and [e["id"] for e in d["environments"]] == ["production"]' board $first --offline
	grep -q '^Offline: this was read .*ago\|^Offline: this was read just now' err
	result $? "how old the answer is stands on standard error"
	json 0 'd["workloads"][0]["version"] == "1.1" and d["workloads"][0]["status"] == "unknown"' \
		environment production $first --offline
	exits 0 "" diff production production $first --offline
	exits 2 'no environment "nowhere"' environment nowhere $first --offline
	rm -rf home/.cache
	exits 3 "The cache does not have this" environment production $first --offline
	json 0 'len(d) >= 5' history $first
	json 0 'd == []' history --org=beta --app=second
}

echo "1..$number"
exit $status
