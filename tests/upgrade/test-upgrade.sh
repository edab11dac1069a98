#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What a release before this one wrote is opened by this one: state, history, cache and
# configuration, made by make.sh in a folder of the release's name.
set -u
top=$(cd "${srcdir:-.}" && pwd)
for tool in curl python3 tar; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
LC_ALL=C.UTF-8 TERM=dumb
export LC_ALL TERM
unset NO_PROXY no_proxy http_proxy https_proxy 2>/dev/null || :
folder=$(mktemp -d) || exit 99
daemon=
cleanup() {
	[ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null
	rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
number=0 status=0

ok() {	# NAME COMMAND...
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$folder/now" 2>&1; then
		echo "ok $number - $release: $name"
	else
		echo "not ok $number - $release: $name"
		head -n 20 "$folder/now" | sed 's/^/# /'
		status=1
	fi
}
wait_for() {	# a limit for hangs only
	tries=1200
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}
api() { curl --silent --fail --max-time 60 --unix-socket real.sock -H @real.sock.secret "http://localhost$1"; }
answer_is() {	# PATH EXPRESSION: of the answer, in python
	api "$1" >answer || return 1
	python3 -c "import json
answer = json.load(open('answer'))
ok = $2
print(json.dumps(answer, indent=1)[:2000])
raise SystemExit(not ok)"
}
is_refused() {	# METHOD PATH EXPRESSION: with 409, and of the answer
	[ "$(curl --silent --max-time 60 --unix-socket real.sock -H @real.sock.secret --output answer \
		--write-out '%{http_code}' -X "$1" "http://localhost$2")" = 409 ] &&
		python3 -c "import json
answer = json.load(open('answer'))
raise SystemExit(not ($3))"
}
is_running() { answer_is $app/envs/$1/runtime "$modules and all(c['status'] == 'Running' for m in answer['modules'].values() for c in m.values())"; }

# Its words on stdout and stderr; ends as it does.
stage() { timeout 120 "$SIDESTAGE" "$@" --socket=api.sock; }
tells() {	# WORDS COMMAND...: it succeeds, and says so
	words=$1
	shift
	"$@" >told 2>&1 && grep -qF -- "$words" told || { echo "status $?"; cat told; return 1; }
}
# A review is shown, or there is a reason in words; never a crash, a hang or silence.
decides() {	# COMMAND...
	"$@" >told 2>&1
	code=$?
	cat told
	echo "status $code"
	case $code in
	0 | 5) grep -qi -e review -e approve told ;;
	1 | 3 | 4 | 6) grep -q '[a-z]' told ;;
	*) false ;;
	esac
}
every_operation() {
	stage history --json >told 2>errors || { cat told errors; return 1; }
	while read -r id verb state; do
		grep -qF "\"$id\"" told || { echo "$id $verb $state is missing"; cat errors; return 1; }
	done <expected
}
ended_as_it_did() {
	python3 - <<'END'
import json
told = json.load(open("told"))
rows = told if isinstance(told, list) else next(v for v in told.values() if isinstance(v, list))
known = {row["id"]: row for row in rows}
for line in open("expected"):
    id, verb, state = line.split()
    if known[id]["verb"] != verb:
        raise SystemExit(f"{id} was {verb}, is told as {known[id]['verb']}")
    if state in ("done", "failed", "abandoned") and known[id]["state"] != state:
        raise SystemExit(f"{id} {verb} was {state}, is told as {known[id]['state']}")
END
}

app=/orgs/acme/apps/shop
for data in "$top"/tests/upgrade/[0-9]*; do
	release=${data##*/}
	mkdir "$folder/$release"
	cd "$folder/$release" || exit 99
	tar -xzf "$data/state.tar.gz"
	mkdir -p home/sidestage
	cp "$data/history.db" "$data/cache.db" "$data/config" home/sidestage
	cp "$data/expected" .
	chmod -R u+w .
	chmod 600 home/sidestage/*
	sed "s|@folder@|$PWD|" "$data/sidestaged.conf" >sidestaged.conf
	ln -s real.sock api.sock
	HOME=$PWD XDG_STATE_HOME=$PWD/home XDG_CACHE_HOME=$PWD/home XDG_CONFIG_HOME=$PWD/home
	XDG_RUNTIME_DIR=$PWD
	export HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR

	# --- the daemon ---

	ok "the daemon's configuration is accepted" "$SIDESTAGED" check-config sidestaged.conf
	"$SIDESTAGED" serve --config sidestaged.conf 2>log &
	daemon=$!
	ok "the daemon starts on the state" wait_for api /readyz
	[ $status = 0 ] || { tail -n 20 log | sed 's/^/# /'; }
	for env in development qa canary production hotfix-1 hotfix-4; do
		ok "$env answers with its last deployment" answer_is $app/envs/$env \
			"answer['last_deploy']['status'] == 'succeeded'"
	done
	modules="answer['modules']"
	for env in development production hotfix-1; do
		ok "$env runs, with its secrets" wait_for is_running $env
	done
	ok "the deployments of Production are all there" answer_is $app/envs/production/deploys \
		"len(answer) == 4 and answer[0]['comment']"
	ok "an environment without a deployment is there" answer_is $app/envs/hotfix-3 "answer['id'] == 'hotfix-3'"
	ok "values are there, a secret without its text" answer_is $app/values \
		"{v['key']: v['value'] for v in answer if not v['is_secret']} == {'LIMIT': '50'} and any(v['key'] == 'API_KEY' and v['is_secret'] and not v['value'] for v in answer)"
	ok "Production's own values are" answer_is $app/envs/production/values \
		"[v['value'] for v in answer if v['key'] == 'LIMIT' and v['source'] == 'env'] == ['60']"
	ok "the versions of values are" answer_is $app/value-set-versions "len(answer) >= 2"
	ok "the definitions are" answer_is /orgs/acme/resources/defs \
		"sorted(d['id'] for d in answer) == ['broker', 'local-sqlite', 'this-machine']"
	ok "what was deployed runs by the one for this machine" answer_is \
		"/orgs/acme/resources/defs?res_type=k8s-cluster&env_type=qa&app=shop&env=canary" \
		"[d['driver_type'] for d in answer] == ['sidestage/machine']"
	ok "and stays there" is_refused DELETE /orgs/acme/resources/defs/this-machine \
		"{u['env_id'] for u in answer} >= {'canary', 'production'} and not any(u['env_id'] == 'hotfix-3' for u in answer)"
	ok "the users are" answer_is /users "{u['id'] for u in answer} >= {'release', 'viewer'}"
	ok "the rules are" answer_is $app/envs/development/rules "len(answer) == 1"

	# --- the client ---

	ok "the client's configuration is accepted" tells look "$SIDESTAGE" contexts
	ok "and its keys" tells K "$SIDESTAGE" keys
	ok "also those of an action and a view that had other names" sh -c \
		'"$SIDESTAGE" keys >told 2>&1 && grep -q "^logs *F9 *pause" told && grep -q "^board-snapshot *F10 *back" told || { cat told; false; }'
	ok "the history lists every operation" every_operation
	ok "as it ended" ended_as_it_did
	ok "the board is shown" tells hotfix-1 stage board --json
	ok "by the platform that the configuration names" tells hotfix-1 timeout 120 "$SIDESTAGE" clones
	ok "a clone has its origin" tells production stage clones --json
	ok "a mark is there, with its note" tells "seen with three titles" stage hotfix hotfix-1
	ok "an undo in Production is offered, or refused with a reason" decides stage undo production
	ok "an undo after a failed deployment too" decides stage undo hotfix-1
	ok "and a promotion" decides stage promote hotfix-4
	ok "and an undo of what was interrupted" decides stage undo qa
	ok "what changes now is written beside it" stage mark hotfix-4 reproduce
	ok "and the history still lists every operation" every_operation

	kill "$daemon"
	ok "the daemon stops in order" wait "$daemon"
	daemon=
done
echo "1..$number"
exit $status
