#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The story of a hotfix on real pods, with the rights of data/kubernetes/rbac.yaml and no others:
#
#	hotfix.sh DIR	in the node of DIR (node.sh), or with CLUSTER on the cluster of
#			DIR/kubeconfig; prints "ok NAME" or "not ok NAME"
#
# KUBECTL is kubectl, BUILD the folder of the programs.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
dir=$1
work=$(mktemp -d)
failed=0

node() {
	if [ -z "${CLUSTER:-}" ]; then
		bash "$here/node/node.sh" enter "$dir" "$@"
	else
		"$@"
	fi
}
kube() {
	# shellcheck disable=SC2086
	node env KUBECONFIG="$dir/kubeconfig" $KUBECTL "$@"
}
clean() {
	# In a node its id is that of the node's own process namespace.
	[ ! -e "$work/pid" ] || node kill "$(cat "$work/pid")"
	wait 2>/dev/null
	kube delete --wait=false -f "$top/data/kubernetes/rbac.yaml" >/dev/null 2>&1
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' HUP INT TERM
ok() { # NAME COMMAND...
	local name=$1
	shift
	if "$@" >"$work/now" 2>&1; then
		echo "ok $name"
	else
		echo "not ok $name"
		tail -n 20 "$work/now" | sed 's/^/# /'
		failed=1
	fi
}
until_true() {
	local end=$((SECONDS + 120))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}
api() {
	curl --silent --fail-with-body --max-time 20 --unix-socket "$work/api.sock" -H "@$work/api.sock.secret" "http://localhost$1" "${@:2}"
}
stage() {
	timeout 200 "$BUILD/sidestage" "$@" --socket="$work/api.sock"
}
says() { # WORDS COMMAND...
	local words=$1
	shift
	"$@" >"$work/said" 2>&1 && grep -qF -- "$words" "$work/said" || {
		cat "$work/said"
		return 1
	}
}
# What the platform says of how web is reached in an environment: "address" or "command".
reach() { # ENV MEMBER
	api "/orgs/topicshare-inc/apps/topicshare/envs/$1/runtime" -H "Accept: application/v2+json" |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["modules"]["web"]["addresses"][0][sys.argv[1]])' "$2"
}
# Of the page of web in an environment, where people see it: version 1.4.2 cuts a title within a
# character.
page_is_whole() {
	local address
	address=$(reach "$1" address) &&
		node curl -sf --max-time 5 "$address/" >"$work/page" && grep -q guest-ko "$work/page" &&
		iconv -f UTF-8 -t UTF-8 "$work/page" >/dev/null
}
page_is_cut() {
	! page_is_whole "$1" && grep -q guest-ko "$work/page"
}
# All objects of Production that no other one made, without what the cluster counts.
snapshot() {
	kube -n topicshare-production get -o json \
		deployments,services,configmaps,secrets,serviceaccounts,poddisruptionbudgets,jobs,cronjobs >"$work/$1.json"
}
one_field_changed() {
	python3 - "$work/before.json" "$work/after.json" <<'END'
import json
import sys


def objects(path):
    found = {}
    for item in json.load(open(path, encoding="utf-8"))["items"]:
        meta = item["metadata"]
        if meta.get("ownerReferences"):
            continue
        for key in ("resourceVersion", "generation", "managedFields"):
            meta.pop(key, None)
        item.pop("status", None)
        meta.get("annotations", {}).pop("deployment.kubernetes.io/revision", None)
        found[item["kind"] + "/" + meta["name"]] = item
    return found


def differences(a, b, path):
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for key in sorted({*a, *b}) for d in differences(a.get(key), b.get(key), f"{path}/{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{path}/{i}")]
    return [] if a == b else [(path, a, b)]


found = differences(objects(sys.argv[1]), objects(sys.argv[2]), "")
print(found)
raise SystemExit([path for path, _, _ in found] != ["/Deployment/web/spec/template/spec/containers/0/image"])
END
}
# The addresses in the page lead to it, and a path that leads out of it is refused.
page_leads_on() {
	local address
	address=$(reach hotfix address) && node curl -sf --max-time 5 "$address/" >"$work/page" &&
		! grep -q /proxy "$work/page" &&
		[ "$(node curl -s --max-time 5 -o "$work/out" -w '%{http_code}' --path-as-is "$address/../x")" = 400 ] &&
		[ "$(node curl -s --max-time 5 -o "$work/out" -w '%{http_code}' -H 'Host: evil.example' "$address/")" = 421 ]
}
# The rights without the service proxy.
drop_right() {
	kube get clusterrole sidestaged -o json | python3 -c '
import json, sys
role = json.load(sys.stdin)
role["rules"] = [rule for rule in role["rules"] if rule.get("resources") != ["services/proxy"]]
json.dump(role, sys.stdout)' >"$work/role.json" && kube replace -f "$work/role.json"
}
has_no_right() {
	local address
	if address=$(reach hotfix address 2>/dev/null); then
		node curl -s --max-time 5 "$address/" >"$work/page"
		return 1
	fi
	stage environment hotfix >"$work/said" 2>&1 &&
		grep -qF "has no right to get services/proxy in the namespace topicshare-hotfix" "$work/said" &&
		grep -qF "kubectl port-forward --namespace topicshare-hotfix service/web 8080:80" "$work/said"
}
command_leads_there() {
	local command
	command=$(reach hotfix command) || return 1
	# shellcheck disable=SC2016,SC2086
	node sh -c 'echo $$ >"$1"; shift; exec "$@"' sh "$work/forward.pid" \
		env KUBECONFIG="$dir/kubeconfig" $KUBECTL ${command#kubectl } >"$work/forward" 2>&1 &
	until_true node curl -sf --max-time 5 -o "$work/page" http://127.0.0.1:8080/
	local code=$?
	node kill "$(cat "$work/forward.pid")"
	[ "$code" = 0 ] && grep -q guest-ko "$work/page"
}
has_right_again() {
	kube apply -f "$top/data/kubernetes/rbac.yaml" && until_true reach hotfix address
}
# A review that is not approved ends with 5.
review_says_nothing() {
	stage version hotfix web 1.4.3 >"$work/said" 2>&1
	[ $? = 5 ] && grep -q "Restarts web" "$work/said" && ! grep -E "Warning|Refused|Caution" "$work/said" ||
		{ cat "$work/said"; return 1; }
}
review_says_quota() {
	stage version hotfix web 1.4.3 >"$work/said" 2>&1
	[ $? = 5 ] && grep -q "would refuse a pod of web: .*exceeded quota: few" "$work/said"
}
quota_is_told() {
	kube -n topicshare-hotfix create quota few --hard=pods=1 && until_true review_says_quota &&
		kube -n topicshare-hotfix delete quota few || { cat "$work/said"; return 1; }
}
is_gone() {
	! kube get namespace "$1" >/dev/null 2>&1
}

export HOME=$work/home XDG_RUNTIME_DIR=$work/run LC_ALL=C.UTF-8
mkdir -m 700 "$HOME" "$XDG_RUNTIME_DIR"
mkdir "$work/images"
ok "the rights of the guide can be granted" kube apply -f "$top/data/kubernetes/rbac.yaml"
ok "and its manifest is one that the cluster takes" \
	kube apply --dry-run=server -f "$top/data/kubernetes/sidestaged.yaml"
kube config view --raw --minify --flatten -o json | python3 -c '
import json, sys
config = json.load(sys.stdin)
config["users"] = [{"name": config["contexts"][0]["context"]["user"], "user": {"token": sys.argv[1]}}]
json.dump(config, sys.stdout)' "$(kube -n sidestage create token sidestaged)" >"$work/kubeconfig"
cat >"$work/c.conf" <<END
[state]
	directory = $work/state
[run]
	images = $work/images
[listen]
	socket = $work/api.sock
[cluster "prod"]
	kubeconfig = $work/kubeconfig
END
node sh -c 'echo $$ >"$1" && exec "$2" serve --config "$3" --import "$4"' sh "$work/pid" \
	"$BUILD/sidestaged" "$work/c.conf" "$here/topicshare.json" >"$work/log" 2>&1 &
until_true api /readyz >/dev/null 2>&1
runs() { says "web 1.4.2: running, 1 of 1" stage environment production; }
ok "what was imported runs, each environment in its namespace" until_true runs
ok "and says where" says "cluster prod, namespace topicshare-production" stage environment production
for version in 1.4.2 1.4.3; do
	api /orgs/topicshare-inc/artefact-versions \
		-d '{"type": "container", "name": "local/topicshare-web", "version": "'$version'"}' >/dev/null
done
ok "Production is cloned into a namespace of its own" stage clone production hotfix --approve hotfix
ok "which has the labels of its definition" says topicshare-hotfix kube get namespace -l example.org/team=topicshare
ok "the bug is seen in the clone" until_true page_is_cut hotfix
ok "its page leads to itself, and nowhere else" page_leads_on
ok "without the right to the service proxy" drop_right
ok "it is named, and the command is told" until_true has_no_right
ok "which leads there" command_leads_there
ok "the right is noticed when it is back" has_right_again
ok "a review of another version has nothing to warn of" review_says_nothing
ok "but of a quota that has no room for one more pod" quota_is_told
ok "another version is deployed there" stage version hotfix web 1.4.3 --approve hotfix
ok "with which the page is right" until_true page_is_whole hotfix
ok "and that of Production as it was" page_is_cut production
snapshot before
ok "it is promoted" stage promote hotfix --approve production --reason "titles were cut"
snapshot after
ok "which changed one field of all objects of Production" one_field_changed
ok "Production's page is right" until_true page_is_whole production
ok "it is rolled back" stage undo production --approve production --reason "once more"
ok "which brings the old page back" until_true page_is_cut production
ok "the clone is discarded" stage discard hotfix --approve hotfix
ok "and its namespace with it" until_true is_gone topicshare-hotfix
api /orgs/topicshare-inc/apps/topicshare -X DELETE >/dev/null
all_are_gone() {
	for env in production qa development; do
		until_true is_gone "topicshare-$env" || return 1
	done
}
ok "an application that is deleted leaves no namespace" all_are_gone
[ "$failed" = 0 ] || tail -n 20 "$work/log" | sed 's/^/# /'
exit "$failed"
