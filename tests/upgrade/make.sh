#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes files of a release by really running it, for test-upgrade.sh of every later one:
#
#   SIDESTAGE=... SIDESTAGED=... tests/upgrade/make.sh tests/upgrade/RELEASE
#
# Run it with the programs of the release, before anything is changed.  Needs curl, python3
# (holder.py), sqlite3.  What it makes:
#
#   state.tar.gz          a state directory: deployments, values, secrets, definitions, users,
#                         and its key, which opens nothing but this
#   history.db, cache.db  the client's files: done, failed, abandoned and interrupted operations,
#                         origins of clones, marks, a setting, snapshots
#   config                the client's configuration
#   sidestaged.conf       the daemon's
#   expected              ids of operations, their verb and state, as the release wrote them
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=$1
mkdir -p "$out"
out=$(cd "$out" && pwd)
folder=$(mktemp -d)
daemon= holder= clients=
cleanup() {
	for pid in $clients $holder $daemon; do kill "$pid" 2>/dev/null || :; done
	wait
	rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
cd "$folder"
HOME=$folder XDG_STATE_HOME=$folder/home XDG_CACHE_HOME=$folder/home XDG_CONFIG_HOME=$folder/home
XDG_RUNTIME_DIR=$folder LC_ALL=C.UTF-8 TERM=xterm-256color SHELL=/bin/sh
export HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR LC_ALL TERM SHELL

wait_for() {
	tries=600
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { echo "waited for: $*" >&2; tail -n 60 client.log >&2; exit 1; }
		sleep 0.05
	done
}
api() { # METHOD PATH [BODY]
	curl --silent --show-error --fail --max-time 20 --unix-socket real.sock -X "$1" \
		${3+-d "$3"} "http://localhost$2"
}
app=/orgs/acme/apps/shop
status() { api GET $app/envs/"$1" | python3 -c 'import json, sys
print(json.load(sys.stdin)["last_deploy"]["status"])'; }
is() { test "$(status "$1")" = "$2"; }
stage() { "$SIDESTAGE" "$@" --socket=api.sock >>client.log 2>&1 || echo "$* ended with $?" >>client.log; }

# --- the platform ---

mkdir -p images/t/web images/t/worker home/sidestage
for version in 1.0.0 1.1.0 1.2.0; do
	printf '#!/bin/sh\nwhile :; do /bin/sleep 60; done\n' >images/t/web/$version
	cp images/t/web/$version images/t/worker/$version
done
printf '#!/bin/sh\necho "cannot start"\nexit 3\n' >images/t/web/6.6.6
chmod +x images/t/*/*
cat >sidestaged.conf.in <<'END'
[state]
	directory = @folder@/state
[run]
	images = @folder@/images
	ready-timeout = 10s
	stop-timeout = 5s
	confine = best
[listen]
	socket = @folder@/real.sock
	socket-mode = 0600
[limits]
	requests-per-second = 100
	burst = 1000
	body = 16M
	connections = 256
[log]
	level = info
[access]
	user = oncall
END
sed "s|@folder@|$folder|" sidestaged.conf.in >sidestaged.conf
cat >home/sidestage/config <<'END'
[sidestage]
	context = team
	clone-life = 8h
	theme = dark
	ascii = true
	mouse = false
	reduced-motion = true
[context "team"]
	socket = api.sock
	org = acme
	app = shop
	protect = production, staging
	stripe = red
[context "look"]
	url = https://platform.example.com
	token-command = echo token
	read-only = true
	protected = true
[keys]
	down = j Down
[keys "board"]
	clone = K
[keys "logs"]
	hold = F9
[keys "board-then"]
	back = F10
END
cat >set.json <<'END'
{"modules": {
  "web": {"profile": "humanitec/default-module", "spec": {"containers": {"web": {
    "id": "web", "image": "t/web:1.0.0", "variables": {"LIMIT": "${values.LIMIT}",
    "PASSWORD": "${values.PASSWORD}", "QUEUE": "${shared.queue.host}"}}}}},
  "worker": {"profile": "humanitec/default-module", "spec": {"containers": {"worker": {
    "id": "worker", "image": "t/worker:1.0.0", "variables": {"DB": "${externals.db.path}"}}}},
    "externals": {"db": {"type": "sqlite"}}}},
 "shared": {"queue": {"type": "queue"}}}
END
python3 - <<'END' >import.json
import json
first = json.load(open("set.json"))
deployment = {"comment": "The first one", "created_by": "dev", "set": first}
def environment(id, type):
    return {"id": id, "name": id.capitalize(), "type": type, "deployments": [deployment]}
production = environment("production", "production")
production["values"] = [{"key": "LIMIT", "value": "60"}]
json.dump({"users": [{"id": "dev", "name": "Development"}, {"id": "release", "name": "Release"}],
 "organizations": [{"id": "acme", "name": "Acme",
  "env_types": [{"id": type} for type in ("development", "qa", "production")],
  "definitions": [
   {"id": "local-sqlite", "name": "SQLite file on this machine", "type": "sqlite",
    "driver_type": "process/sqlite", "driver_inputs": {"values": {}}, "criteria": [{}]},
   {"id": "broker", "name": "A broker that stands", "type": "queue", "driver_type": "static",
    "driver_inputs": {"values": {"host": "broker.example.com"}}, "criteria": [{}]}],
  "applications": [{"id": "shop", "name": "Shop",
   "values": [{"key": "LIMIT", "value": "40", "description": "rows"},
              {"key": "PASSWORD", "secret": True, "value_from": {"variable": "SHOP_PASSWORD"}}],
   "environments": [environment("development", "development"), environment("qa", "qa"),
                    environment("canary", "qa"), production]}]}]}, __import__("sys").stdout)
END
SHOP_PASSWORD="of the import" "$SIDESTAGED" import --state state import.json
"$SIDESTAGED" serve --config sidestaged.conf 2>daemon.log &
daemon=$!
wait_for api GET /readyz
python3 "$here/holder.py" api.sock real.sock hold held &
holder=$!
wait_for test -S api.sock
for env in development qa canary production; do wait_for is $env succeeded; done

# What only the API makes: another user with a token, secrets, versions of values, a pin.
"$SIDESTAGED" token create --state state --user release --role /orgs/acme=administrator >release.token
"$SIDESTAGED" token create --state state --user viewer --role /orgs/acme/apps/shop=viewer >/dev/null
api POST $app/values '{"key": "API_KEY", "value": "tops3cret", "is_secret": true, "description": "of the shop"}' >/dev/null
api POST $app/envs/production/values '{"key": "API_KEY", "value": "production s3cret", "is_secret": true, "description": ""}' >/dev/null
api PUT $app/values/LIMIT '{"value": "50", "description": "rows"}' >/dev/null
api POST /orgs/acme/artefact-versions '{"type": "container", "name": "t/web", "version": "1.1.0"}' >/dev/null
api POST $app/envs/development/rules '{"type": "update", "active": false, "artefacts_filter": ["t/web"], "match_ref": "main"}' >/dev/null

# --- the client: operations that end ---

stage clone production hotfix-1 --approve=hotfix-1
stage clone production hotfix-2 --approve=hotfix-2
stage clone qa look-here --approve=look-here
stage life hotfix-1 2d
stage mark hotfix-1 reproduce seen with three titles
stage version hotfix-1 web 1.1.0 --approve=hotfix-1
stage version hotfix-1 web 6.6.6 --approve=hotfix-1
stage version hotfix-1 web 1.1.0 --approve=hotfix-1
stage set hotfix-1 worker spec/containers/worker/variables/MODE careful --approve=hotfix-1
stage mark hotfix-1 verify
stage promote hotfix-1 --approve=production --reason "titles are cut"
stage carry hotfix-1 canary --approve=canary
stage undo production --approve=production --reason "the wrong one"
stage promote hotfix-1 --approve=production --reason "the right one"
stage discard hotfix-2 --approve=hotfix-2
stage clone production hotfix-4 --approve=hotfix-4
stage version hotfix-4 web 1.2.0 --approve=hotfix-4
stage version qa web 1.2.0
stage version qa web 1.2.0 --approve=qa

# The board, arranged as a person likes it.
python3 "$here/arrange.py" "$SIDESTAGE" board --socket=api.sock

# --- and operations that are interrupted: each client is killed at its held request ---

interrupt() { # METHOD-AND-PATH AFTER-OR-BEFORE WORDS...
	request=$1 when=$2
	shift 2
	echo "$when $request" >>hold
	"$SIDESTAGE" "$@" --socket=api.sock >>client.log 2>&1 &
	clients="$clients $!"
	wait_for grep -qF "$request" held
}
: >held
interrupt "POST $app/envs/canary/deploys" after version canary web 1.2.0 --approve=canary
kill -KILL $clients
wait $clients 2>/dev/null || :
clients=
# One that cannot be taken up is abandoned: as if another release had had one step less.
sqlite3 home/sidestage/history.db "DELETE FROM step WHERE number = 0 AND operation =
	(SELECT id FROM operation WHERE state = 'running')"
stage board
interrupt "POST $app/envs " after clone production hotfix-3 --approve=hotfix-3
interrupt "POST $app/envs/development/deploys" before version development web 1.2.0 --approve=development
interrupt "POST $app/envs/qa/deploys" after undo qa --approve=qa
interrupt "POST $app/envs/production/deploys" before promote hotfix-4 --approve=production --reason "a second fix"
interrupt "DELETE $app/envs/look-here" after discard look-here --approve=look-here
kill -KILL $clients
wait $clients 2>/dev/null || :
clients=

# --- stop in order, keep ---

kill $holder
wait $holder || :
kill $daemon
wait $daemon || :
daemon= holder=
rm -f state/*.sock home/sidestage/*.lock
find state -name '*.log' -size +8k -exec truncate -s 4k {} +
for file in history cache; do
	sqlite3 home/sidestage/$file.db 'PRAGMA integrity_check' | grep -qx ok
	cp home/sidestage/$file.db "$out/$file.db"
done
sqlite3 "$out/history.db" "SELECT id || ' ' || verb || ' ' || state FROM operation ORDER BY id" >"$out/expected"
cp home/sidestage/config "$out/config"
cp sidestaged.conf.in "$out/sidestaged.conf"
tar --sort=name --owner=0 --group=0 -C "$folder" -czf "$out/state.tar.gz" state images
cat client.log
cat "$out/expected"
ls -l "$out"
