#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What once went wrong with real programs and real files, from the file to the screen: a secret with
# CR LF that a program prints with LF; the literals of Score; long values that are decided for a clone;
# and an interrupted operation, which is resumed by a person and by nothing that only looks.
set -u
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
LC_ALL=C.UTF-8
export LC_ALL
builddir=$(cd "${builddir:-.}" && pwd)
folder=$(mktemp -d) || exit 99
daemon=
cleanup() {
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
mkdir state
number=0 status=0

result() {	# CODE NAME: ok when CODE is 0; else what happened
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		head -n 15 out err | cut -c 1-300 | sed 's/^/# /'
		status=1
	fi
}
client() {	# COMMAND ARGUMENT...: what it prints is in out and err
	command=$1
	shift
	timeout 60 sidestage "$command" --socket="$folder/api.sock" --url=http://localhost --org=acme \
		"$@" >out 2>err </dev/null
}
wait_for() {	# up to a minute
	tries=600
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}

# --- a platform ---

mkdir -p images/acme/show
cat >images/acme/show/1.0 <<'END'
#!/bin/sh
[ -z "${KEY:-}" ] || printf '%s\n' "$KEY" | tr -d '\r'
[ -z "${PASSWORD:-}" ] || printf 'in one line: %s\n' "$PASSWORD"
echo "price=$PRICE keep=$KEEP argument=$2"
for file in files/etc/*.conf; do
	[ ! -f "$file" ] || sed "s,^,$(basename "$file"): ," "$file"
done
echo "that is all"
while :; do sleep 1; done
END
chmod +x images/acme/show/1.0
cp images/acme/show/1.0 images/acme/show/1.1
secret=$(head -c 48 /dev/urandom | base64 | tr -d '\n')
printf -- '-----BEGIN K-----\r\n%s\r\n-----END K-----\r\n' "$secret" >key.pem
cat >platform.yaml <<'END'
organizations:
  - id: acme
    env_types: [{id: development}, {id: production}]
    applications:
      - id: crlf
        values: [{key: KEY, secret: true, value_from: {file: key.pem}}]
        environments:
          - id: production
            type: production
            deployments:
              - set: {modules: {show: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "acme/show:1.0", variables: {KEY: "${values.KEY}", A: "1"}}}}}}}
      - id: long
        environments:
          - id: production
            type: production
            values: [{key: PEER, value: "https://show.production.long.example.com"}]
            deployments:
              - set: {modules: {show: {profile: humanitec/default-module, spec: {containers: {c: {id: c, image: "acme/show:1.0", variables: {KEY: "${values.PEER}"}}}}}}}
      - id: score
        environments:
          - {id: development, type: development}
END
sidestaged import --state state platform.yaml >out 2>err
result $? "the platform is made"
sidestaged serve --socket "$folder/api.sock" --state state --images images --confinement none \
	--min-ready 300ms >daemon.log 2>&1 &
daemon=$!
wait_for test -S api.sock
result $? "and it answers"

# --- a secret with CR LF ---

logs_say() {	# APPLICATION ENVIRONMENT WORDS
	client logs "$2" --app="$1" && grep -qF -- "$3" out
}
wait_for logs_say crlf production "that is all"
result $? "a program prints its key without CR"
! grep -qF "$(echo "$secret" | cut -c 1-20)" out && grep -qF "[secret]" out
result $? "the logs have a word in its place"
! grep -rqF "$(echo "$secret" | cut -c 1-20)" state/spaces
result $? "no file of the environment has it either"

# --- literals of Score ---

cat >score.py <<'END'
import http.client
import json
import socket
import sys

SPEC = {
    "apiVersion": "score.dev/v1b1", "metadata": {"name": "proxy"},
    "containers": {"proxy": {
        "image": "acme/show:1.0",
        "args": ["-c", "echo ${HOME}"],
        "variables": {"PRICE": "costs $$5", "KEEP": "$\\{KEEP}"},
        "volumes": {"/data": {"source": "${resources.vol}"}},
        "files": {
            "/etc/site.conf": {"noExpand": True, "content": "proxy_pass ${BACKEND};\n"},
            "/etc/list.conf": {"content": ["one", "two"]},
        }}},
    "resources": {"vol": {"type": "volume"}},
}
OWNER = open("api.sock.secret").read().strip().split(": ")


def ask(method, path, body=None):
    connection = http.client.HTTPConnection("localhost")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect("api.sock")
    connection.request(method, "/orgs/acme" + path, body and json.dumps(body),
                       {"Content-Type": "application/json", OWNER[0]: OWNER[1]})
    answer = connection.getresponse()
    text = answer.read().decode()
    if answer.status >= 300:
        sys.exit(f"{method} {path}: {answer.status} {text}")
    return json.loads(text)


version = ask("POST", "/artefact-versions",
              {"type": "workload", "name": "proxy", "version": "1", "spec": SPEC})
made = ask("GET", f"/artefact-versions/{version['id']}/workload-deployment-set")
container = made["modules"]["proxy"]["spec"]["containers"]["proxy"]
if container.get("volume_mounts") != {"/data": {"id": "externals.vol"}}:
    sys.exit(f"the volume is gone: {container}")
# Where its directory is does not matter here, and nothing is mounted without confinement.
del container["volume_mounts"], made["modules"]["proxy"]["externals"]
change = {"modules": {"add": {"proxy": made["modules"]["proxy"]}}}
delta = ask("POST", "/apps/score/deltas", dict(change, metadata={"env_id": "development"}))
ask("POST", "/apps/score/envs/development/deploys",
    {"delta_id": delta if isinstance(delta, str) else delta["id"]})
END
python3 score.py >out 2>err
result $? "a Score file becomes a workload, with its volume and its list of lines"
wait_for logs_say score development "that is all"
result $? "which runs"
for words in 'price=costs $5' 'keep=$\{KEEP}' 'argument=echo ${HOME}' \
	'site.conf: proxy_pass ${BACKEND};' 'list.conf: one' 'list.conf: two'; do
	logs_say score development "$words"
	result $? "with what was meant literally: $words"
done

# --- a value that is decided for a clone, of any length ---

of_length() {	# BYTES: of a text that has quotes, two alphabets and line ends in it
	python3 -c "import sys; t = ('\"a\" = é; \\\\n%s\n' * 400).encode()[:int(sys.argv[1]) - 1]; sys.stdout.buffer.write(t.decode(errors='ignore').encode().ljust(int(sys.argv[1]) - 1, b'x') + b'.')" "$1"
}
clone_has() {	# ENVIRONMENT FILE: the value in the clone is that text
	client environment "$1" --app=long --json &&
		python3 -c "import json, sys; d = json.load(open('out')); sys.exit([v['value'] for v in d['values'] if v['key'] == 'PEER'] != [open(sys.argv[1], newline='').read()])" "$2"
}
client clone production long-none --app=long --approve=long-none
test $? = 6
result $? "a value that names production waits for a decision"
for bytes in 254 255 256 257 4096; do
	of_length $bytes >text-$bytes
	client clone production long-$bytes --app=long --value="PEER=$(cat text-$bytes)" --approve=long-$bytes &&
		clone_has long-$bytes text-$bytes
	result $? "decided with $bytes bytes it has each of them"
done
client clone production long-file --app=long --value-from=PEER=text-4096 --approve=long-file &&
	clone_has long-file text-4096
result $? "also from a file"

# --- an operation that was interrupted ---

shim=$builddir/tests/fault/shim.so
deployments() {
	client environment production --app=crlf --json || return 1
	python3 -c "import json; print(json.dumps(json.load(open('out'))['deployments']))"
}
person() {	# ARGUMENT...: what is left to a person
	timeout 60 sidestage resume "$@" --socket="$folder/api.sock" --url=http://localhost >out 2>err </dev/null
}
interrupted() {
	person --json && [ "$(tr -d ' \n' <out)" != "[]" ]
}
# Killed at one point after the other, until something is left.  Before these it has only read.
n=15
before=$(deployments)
if [ -f "$shim" ] && ! grep -qa __asan_init "$builddir/sidestage"; then
	while n=$((n + 2)); [ $n -le 200 ]; do
		LD_PRELOAD=$shim SHIM_FILES=history.db:history.db-journal:history.db-wal SHIM_KILL=$n \
			sidestage version production show 1.1 --socket="$folder/api.sock" \
			--url=http://localhost --org=acme --app=crlf --approve=production --reason=test \
			>out 2>err </dev/null
		[ "$(deployments)" = "$before" ] || break
		interrupted && break
	done
	interrupted && [ "$(deployments)" = "$before" ]
	result $? "a client is killed before it has sent what was approved (point $n)"
	for look in "clones" "history" "hotfix" "board --json" "environment production" \
		"logs production" "versions production show" "applications" \
		"diff production production" "version production show 1.1"; do
		# shellcheck disable=SC2086
		client $look --app=crlf
		sleep 0.2
		[ "$(deployments)" = "$before" ]
		result $? "looking does not resume it: $look"
	done
	person
	[ "$(deployments)" = "$before" ]
	result $? "nor does the list of what was interrupted"
	interrupted && id=$(python3 -c "import json; print(json.load(open('out'))[0]['id'])")
	person "$id"
	result $? "a person resumes it"
	[ "$(deployments)" != "$before" ] && wait_for logs_say crlf production "that is all"
	result $? "and then it is done"

	# What was decided for a clone is in the record, in full.
	n=25
	while n=$((n + 3)); [ $n -le 200 ]; do
		LD_PRELOAD=$shim SHIM_FILES=history.db:history.db-journal:history.db-wal SHIM_KILL=$n \
			sidestage clone production killed-$n --socket="$folder/api.sock" --url=http://localhost \
			--org=acme --app=long --value="PEER=$(cat text-4096)" --approve=killed-$n \
			>out 2>err </dev/null
		interrupted && break
	done
	interrupted && id=$(python3 -c "import json; print(json.load(open('out'))[0]['id'])")
	result $? "a client is killed within a clone (point $n)"
	person "$id" && clone_has killed-$n text-4096
	result $? "resumed, the clone has all of the value"
fi
echo "1..$number"
exit $status
