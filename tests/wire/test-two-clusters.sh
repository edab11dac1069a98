#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two clusters, each a double of Kubernetes' API server: an environment runs in the one that its
# type says, a clone of Production in the other, and neither asks the wrong one.
set -u
top=$(cd "${srcdir:-.}" && pwd)
for tool in curl openssl python3; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
LC_ALL=C.UTF-8
export LC_ALL
folder=$(mktemp -d) || exit 99
processes=
cleanup() {
	for process in $processes; do
		{ kill "$process" && wait "$process"; } 2>/dev/null
	done
	rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
cd "$folder" || exit 99
HOME=$folder/home XDG_RUNTIME_DIR=$folder/run
export HOME XDG_RUNTIME_DIR
mkdir -m 700 home run
mkdir images
number=0 status=0

ok() {	# NAME COMMAND...
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$folder/now" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		tail -n 20 "$folder/now" | sed 's/^/# /'
		status=1
	fi
}
wait_for() {	# a limit for hangs only
	tries=1200
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || { "$@"; return 1; }
		sleep 0.1
	done
}
api() {	# PATH [OPTION...]
	path=$1
	shift
	curl --silent --fail-with-body --max-time 60 --unix-socket api.sock -H @api.sock.secret "http://localhost$path" "$@"
}
stage() { timeout 300 "${SIDESTAGE:-sidestage}" "$@" --socket=api.sock; }
says() {	# WORDS COMMAND...
	words=$1
	shift
	"$@" >said 2>&1
	grep -qF -- "$words" said || { cat said; return 1; }
}
of_double() {	# DIR PATH [OPTION...]: as its administrator
	at=$1 path=$2
	shift 2
	server=$(sed -n 's/.*server: *//p' "$at/kubeconfig" | tr -d '"')
	curl --silent --fail-with-body --max-time 20 --cacert "$at/pki/ca.crt" --cert "$at/pki/admin.crt" \
		--key "$at/pki/admin.key" "$server$path" "$@"
}
has() { of_double "$1" "/api/v1/namespaces/$2" >/dev/null; }
has_not() { ! grep -q "$2" "$1/requests.log"; }
is_gone() { ! has "$1" "$2"; }

for double in one two; do
	python3 -S "$top/tests/kube/double" "$folder/$double" --token eve=eve-token 2>$double.log &
	processes="$processes $!"
done
wait_for test -e one/kubeconfig -a -e two/kubeconfig
cat >c.conf <<END
[state]
	directory = $folder/state
[run]
	images = $folder/images
	cluster-servers = $(sed -n "s/.*server: *//p" two/kubeconfig | tr -d '"' | cut -d / -f 3)
[listen]
	socket = $folder/api.sock
[cluster "prod"]
	kubeconfig = $folder/one/kubeconfig
[cluster "test"]
	kubeconfig = $folder/two/kubeconfig
END
sidestaged serve --config c.conf --import "$top/tests/kube/topicshare.json" 2>log &
processes="$processes $!"
ok "a platform of two clusters starts" wait_for api /readyz
ok "one that serves the type development is added" api /orgs/topicshare-inc/resources/defs -d '{
	"id": "test", "name": "Test", "type": "k8s-cluster", "driver_type": "sidestage/kubernetes",
	"driver_inputs": {"values": {"cluster": "test"}}, "criteria": [{"env_type": "development"}]}'
ok "Production runs in its cluster" wait_for says "web 1.4.2: running, 1 of 1" stage environment production
ok "and says so" says "cluster prod, namespace topicshare-production" stage environment production
ok "a clone of it goes to the other" stage clone production hotfix --approve hotfix
ok "where it runs" says "web 1.4.2: running, 1 of 1" stage environment hotfix
ok "and says so" says "cluster test, namespace topicshare-hotfix" stage environment hotfix
ok "the other has its namespace" has two topicshare-hotfix
ok "and Production's cluster was never asked about it" has_not one topicshare-hotfix
ok "nor that about Production" has_not two topicshare-production
ok "what ran before the definition stays where it is" has one topicshare-development
ok "the clone is discarded" stage discard hotfix --approve hotfix
ok "and its namespace is gone" wait_for is_gone two topicshare-hotfix

# --- a cluster that a definition holds whole ---

server=$(sed -n 's/.*server: *//p' two/kubeconfig | tr -d '"')
python3 - "$server" >inline.json <<'END'
import json
import sys

print(json.dumps({
    "id": "inline", "name": "Inline", "type": "k8s-cluster", "driver_type": "sidestage/kubernetes",
    "driver_inputs": {"values": {"server": sys.argv[1], "ca": open("two/pki/ca.crt").read()},
                      "secrets": {"token": "eve-token"}},
    "criteria": [{"env_id": "second"}]}))
END
sed 's/"server": "[^"]*"/"server": "https:\/\/192.0.2.77"/' inline.json >elsewhere.json
refuses() { ! "$@" >said 2>&1 && grep -q cluster-servers said || { cat said; return 1; }; }
ok "one with a server that the operator did not allow is refused" \
	refuses api /orgs/topicshare-inc/resources/defs -d @elsewhere.json
ok "a definition with server, certificate and token is taken" api /orgs/topicshare-inc/resources/defs -d @inline.json
ok "a clone goes where it says" stage clone production second --approve second
ok "with that token" says "cluster topicshare-inc/inline, namespace topicshare-second" stage environment second
ok "and runs" says "web 1.4.2: running, 1 of 1" stage environment second

# --- a namespace of somebody else ---

of_double two /api/v1/namespaces -X POST -H 'Content-Type: application/json' \
	-d '{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "topicshare-third"}}' >/dev/null
ok "a namespace that is somebody else's is not used" \
	says 'topicshare-third' stage clone production third --approve third
ok "and was not changed" sh -c '! grep -q "PATCH.*topicshare-third\|DELETE.*topicshare-third" two/requests.log'
ok "another name is given by a definition" api /orgs/topicshare-inc/resources/defs -d '{
	"id": "third", "name": "Third", "type": "k8s-namespace", "driver_type": "humanitec/static",
	"driver_inputs": {"values": {"namespace": "our-third"}}, "criteria": [{"env_id": "third"}]}'
ok "with which it is cloned, since nothing of it was made before" stage clone production third --approve third
ok "and runs" wait_for says "web 1.4.2: running, 1 of 1" stage environment third
ok "there" has two our-third
# --- a cluster that is away ---

rules() {	# DIR RULE
	echo "$2" >"$1/rules.new" && mv "$1/rules.new" "$1/rules"
}
app=/orgs/topicshare-inc/apps/topicshare
set_id=$(api $app/envs/production | python3 -c 'import json, sys
print(json.load(sys.stdin)["last_deploy"]["set_id"])')
from_id=$(api $app/envs/production | python3 -c 'import json, sys
print(json.load(sys.stdin)["last_deploy"]["id"])')
rules two away
ok "an environment is made while its cluster is away" api $app/envs -d '{
	"id": "away", "name": "Away", "type": "development", "from_deploy_id": "'"$from_id"'"}'
deploy_id=$(api $app/envs/away/deploys -d '{"set_id": "'"$set_id"'"}' | python3 -c 'import json, sys
print(json.load(sys.stdin)["id"])')
deployment() { api "$app/envs/away/deploys/$deploy_id"; }
ok "its workloads say that the cluster does not answer, and why" \
	wait_for says "The cluster test has not answered" stage environment away
ok "each of them" says "web" stage environment away
ok "in the runtime" says "cluster_silent" api $app/envs/away/runtime
ok "and in the deployment, which waits" says waits-for-cluster deployment
ok "it is under way" says "in progress" deployment
progress() {
	stage environment away --json | python3 -c 'import json, sys
progress = json.load(sys.stdin).get("progress") or {}
print(*[progress.get(member) for member in ("done", "total", "code")])'
}
ok "nothing of it is compared yet, which is said" \
	says "No deployment to away has succeeded yet" stage diff away production
ok "how far it is, and what it waits for, is there for scripts" wait_for says "0 1 cluster_" progress
rules two ""
ok "it goes on by itself when the cluster answers again" wait_for says succeeded deployment
ok "and runs" wait_for says "web 1.4.2: running, 1 of 1" stage environment away
ok "the deployment waits for nothing" sh -c '! grep -q waits-for-cluster "$1"' - said
echo "1..$number"
exit $status
