#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What is tested on a real Kubernetes; TAP.  SIDESTAGED, SIDESTAGE and one of these are required:
#
#   KUBE_NODE    the program of tests/kube/node, and IMAGES, what images.py made: a node of our own
#   CLUSTER      a kubeconfig of any other cluster, which has these images; kubectl is in the PATH.
#                What stops servers, reads their files or brings a registry is left out, by name.
#
# KUBE=short leaves out what takes longer.
set -uo pipefail
SHORTLY=
[ "${KUBE:-}" != short ] || SHORTLY=yes
srcdir=${srcdir:-.}
here=$(cd "$srcdir/tests/kube" && pwd)
number=0 failed=0

report() { # CODE NAME [LOG]: what is to be read where it failed
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		[ -z "${3:-}" ] || tail -n 60 "$3" | sed 's/^/# /'
		failed=1
	fi
}
# A condition that is waited for; the limit is for what hangs.
until_true() {
	local end=$((SECONDS + 120))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		sleep 0.2
	done
}

CLUSTER=${CLUSTER:-} is_filled=
if [ -z "$CLUSTER" ] && ! unshare --mount --net --uts --ipc --pid --fork true 2>/dev/null; then
	echo "1..0 # SKIP this machine refuses the namespaces of a node"
	exit 0
fi
folder=$(mktemp -d)
dir=$folder/node-$$
if [ -z "$CLUSTER" ]; then
	KUBECTL="$KUBE_NODE kubectl"
else
	KUBECTL=kubectl
fi
export CLUSTER KUBECTL
node() {
	bash "$here/node/node.sh" "$@"
}
# Where the cluster's addresses lead somewhere.
inside() {
	if [ -z "$CLUSTER" ]; then
		node enter "$dir" "$@"
	else
		"$@"
	fi
}
end_node() {
	if [ -n "$is_filled" ]; then
		kube delete namespace shop objects --ignore-not-found --wait=false >/dev/null 2>&1
	elif [ -e "$dir/init.pid" ]; then
		node down "$dir"
	fi
	rm -rf "$folder"
}
trap end_node EXIT
trap 'exit 1' HUP INT TERM

kube() {
	# shellcheck disable=SC2086
	inside env KUBECONFIG="$dir/kubeconfig" $KUBECTL "$@"
}
page_has_topics() {
	kube get --raw /api/v1/namespaces/shop/services/web:80/proxy/ 2>/dev/null | grep -q guest-ko
}
address_leads_there() {
	inside curl -sf --max-time 5 "http://$1/" | grep -q guest-ko
}
apply_objects() {
	kube apply --server-side --field-manager=sidestage --validate=strict "$@"
}
# What tests/unit/test-kube-objects makes.  Whatever a workload becomes another one of, nothing that
# the cluster filled in is in its way, and when it is applied again it is the same.
takes_objects() {
	local list name
	for list in "$here"/objects/*.json; do
		case $list in *.in.json) continue ;; esac
		[ -n "$has_gateway" ] || ! grep -q HTTPRoute "$list" || continue
		echo "$list"
		apply_objects --dry-run=server -f "$list" || return 1
	done
	for name in module other least other module least module; do
		list=$here/objects/every-field-$name.json
		# A controller may write a status between the two that are compared.
		apply_objects -f "$list" &&
			until_true kube diff --server-side --field-manager=sidestage -f "$list" || return 1
	done
}
# The API of HTTPRoutes is no part of Kubernetes; a module of its own has the definition.
add_gateway() {
	local module
	module=$(cd "$folder" && go mod download -json sigs.k8s.io/gateway-api@v1.2.1 |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])') || return 1
	kube apply --server-side \
		-f "$module/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml" &&
		kube wait --for=condition=Established --timeout=60s \
			crd/httproutes.gateway.networking.k8s.io
}
# What the unit tests read is what this API server answers; RECORD=write writes it.
is_as_recorded() {
	local list recorded
	for recorded in "$here"/objects/taken/*.json; do
		list=$here/objects/$(basename "$recorded")
		apply_objects --dry-run=server -o json -f "$list" | python3 "$here/taken.py" >"$folder/taken" || return 1
		[ "${RECORD:-}" != write ] || cp "$folder/taken" "$recorded"
		diff "$recorded" "$folder/taken" || return 1
	done
}
is_gone() {
	! kube get namespace shop >/dev/null 2>&1
}

# As the node's own is: with files, or a token, so that the tests' client needs no more.
write_kubeconfig() {
	KUBECONFIG=$CLUSTER kubectl config view --raw --minify --flatten -o json | python3 -c '
import base64, json, os, sys
given, folder = json.load(sys.stdin), sys.argv[1]
os.umask(0o077)
cluster, user = given["clusters"][0]["cluster"], given["users"][0]["user"]
def file(name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as out:
        out.write(base64.b64decode(data))
    return path
if "token" in user:
    identity = "    token: " + user["token"]
else:
    identity = "    client-certificate: %s\n    client-key: %s" % (
        file("user.crt", user["client-certificate-data"]), file("user.key", user["client-key-data"]))
with open(os.path.join(folder, "kubeconfig"), "w") as out:
    out.write(f"""apiVersion: v1
kind: Config
clusters:
- name: node
  cluster:
    server: {cluster["server"]}
    certificate-authority: {file("ca.crt", cluster["certificate-authority-data"])}
users:
- name: admin
  user:
{identity}
contexts:
- name: node
  context: {{cluster: node, user: admin}}
current-context: node
""")' "$dir"
}
# Nothing of somebody else's is touched: the tests make these, and delete them with all of their names.
is_ours_to_fill() {
	local there
	mkdir "$dir" && write_kubeconfig && there=$(kube get namespaces -o name) || return 1
	if echo "$there" | grep -E '^namespace/(shop(-.*)?|objects|sidestage|topicshare-.*|proofs-.*|(plain|chart|cron|operator|versions)-production)$'; then
		echo "is there already: the tests need a cluster without it"
		return 1
	fi
	if kube get clusterrole sidestaged >/dev/null 2>&1; then
		echo "the cluster role sidestaged is there already: the tests need a cluster without it"
		return 1
	fi
	is_filled=yes
}

if [ -z "$CLUSTER" ]; then
	KUBE_NODE=$KUBE_NODE IMAGES=$IMAGES node up "$dir" >"$folder/up.log" 2>&1
	report $? "a node starts, with images that no registry has"
else
	is_ours_to_fill >"$folder/up.log" 2>&1
	report $? "the cluster answers, and has no namespace of these tests"
fi
if [ "$failed" != 0 ]; then
	sed 's/^/# /' "$folder/up.log"
	echo "1..$number"
	exit 1
fi
kube apply -f "$here/shop.yaml" >"$folder/apply.log" 2>&1 &&
	kube -n shop rollout status deployment/api --timeout=120s >>"$folder/apply.log" 2>&1 &&
	kube -n shop rollout status deployment/web --timeout=120s >>"$folder/apply.log" 2>&1
report $? "two pods are ready"
until_true page_has_topics
report $? "a Service leads to a pod, and a name of the cluster to another one"
if [ -z "$CLUSTER" ]; then
	until_true address_leads_there "$(kube -n shop get service web -o 'jsonpath={.spec.clusterIP}')"
	report $? "and so does its address"
fi
kube -n shop logs deployment/web | grep -q 'listens on 0.0.0.0:8080'
report $? "the output of a pod can be read"
has_gateway=yes
if [ -n "$CLUSTER" ]; then
	kube get crd httproutes.gateway.networking.k8s.io >/dev/null 2>&1 || has_gateway=
else
	add_gateway >"$folder/gateway.log" 2>&1 || has_gateway=
fi
[ -n "$has_gateway" ] || echo "# no HTTPRoute was tried: this cluster has none"
kube create namespace objects >"$folder/objects.log" 2>&1 && is_as_recorded >>"$folder/objects.log" 2>&1
report $? "what it makes of each object is what was recorded" "$folder/objects.log"
takes_objects >>"$folder/objects.log" 2>&1
report $? "every object that a workload becomes is taken, from whatever it was before" "$folder/objects.log"
kube delete namespace shop objects --wait=false >/dev/null && until_true is_gone
report $? "a namespace goes, with all that is in it"
inside env PYTHONDONTWRITEBYTECODE=1 python3 "$here/compare.py" "$dir/kubeconfig" \
	>"$folder/compare.out" 2>"$folder/compare.log"
compared=$?
grep -v '^ok' "$folder/compare.out" >>"$folder/compare.log"
report "$compared" "the double of \`make check\` answers as it does, in $(grep -c '^ok' "$folder/compare.out") answers" \
	"$folder/compare.log"
BUILD=$(dirname "$SIDESTAGED") bash "$here/hotfix.sh" "$dir" >"$folder/hotfix.log" 2>&1
while IFS= read -r line; do
	case $line in
	"ok "*) report 0 "hotfix: ${line#ok }" ;;
	"not ok "*) report 1 "hotfix: ${line#not ok }" ;;
	esac
done <"$folder/hotfix.log"
grep -q '^ok' "$folder/hotfix.log" || report 1 "the story of a hotfix runs"
# What prints TAP itself is one line here, and its answers that are not ok.
each() { # NAME SENTENCE COMMAND...: in the node
	local name=$1 sentence=$2 fails
	shift 2
	inside env PYTHONDONTWRITEBYTECODE=1 LC_ALL=C.UTF-8 SIDESTAGED="$SIDESTAGED" \
		SIDESTAGE="$SIDESTAGE" KUBECTL="$KUBECTL" srcdir="$srcdir" \
		PATH="$(dirname "$SIDESTAGED"):$PATH" KUBECONFIG="$dir/kubeconfig" "$@" \
		>"$folder/$name.out" 2>"$folder/$name.log"
	fails=$?
	grep '^# .*kubectl' "$folder/$name.out"
	grep -v '^ok' "$folder/$name.out" >>"$folder/$name.log"
	report "$fails" "$sentence, in $(grep -c '^ok' "$folder/$name.out") answers" "$folder/$name.log"
}
# The stories of the screen, with this cluster in place of the double.
each_story() {
	local story
	for story in "$@"; do
		each "$story" "on the screen: $story.story" env KUBE_CLUSTER="$dir/kubeconfig" TTY_SLOW=6 \
			"$(dirname "$SIDESTAGED")/tests/tty/tty-run" "$srcdir/tests/tty/$story.story"
	done
}
each_story hotfix-cluster
each adopted "what kubectl alone has made is cloned, fixed, promoted and left to its owner" \
	python3 "$here/adopted.py" "$dir/kubeconfig" ${SHORTLY:+plain}
if [ "${KUBE:-}" != short ]; then
	each owned "a change in a namespace of others is let go, reverts are named, two people do not collide" \
		python3 "$here/owned.py" "$dir/kubeconfig"
	each two "two people promote to the same Production: nothing stale, nothing lost" \
		python3 "$here/two.py" "$dir/kubeconfig" 20 deployment
	each rights "who may write in a clone alone may do all but promote, and is told the right" \
		python3 "$here/rights.py" "$dir/kubeconfig"
	each_story hotfix-turns-cluster
	for what in faults killed; do
		each "$what" "$what before the real server: deployments end right, or with their reason" \
			env KUBE_UPSTREAM="$dir/kubeconfig" python3 "$here/driver.py" "$what"
	done
fi
if [ -n "$CLUSTER" ]; then
	echo "# not on a cluster of others: charts, guide, failing, size, traces, real, audit"
elif [ "${KUBE:-}" != short ]; then
	each charts "objects of the shapes of public charts come out of a set as they went in" \
		env CHARTS=shop-charts python3 "$srcdir/tests/charts/charts.py" real \
		"$(dirname "$SIDESTAGED")/tests/charts/kept"
	each guide "every command of the guide is typed, and sidestaged runs in a pod" \
		python3 "$here/guide.py" "$dir/kubeconfig"
	each failing "each failure of a workload is said in a sentence" \
		python3 "$here/failing.py" "$dir/kubeconfig"
	each size "a clone of fifty workloads is written as fast as kubectl does" \
		python3 "$here/size.py" "$dir/kubeconfig" "$dir/log/audit.log"
	each traces "no Secret is left behind, and nothing was written to Production but what was reviewed" \
		python3 "$here/traces.py" "$dir/kubeconfig" "$dir/log/audit.log"
	each real "what only a real cluster does: deployments end right, or with their reason" \
		python3 "$here/real.py" "$dir"
	for log in audit second-audit; do	# by everything above
		each "$log" "by the API server's audit log ($log) nothing was written elsewhere" \
			python3 "$here/audit.py" "$dir/log/$log.log" topicshare- team-topicshare- shop- proofs- \
			{plain,store,{cron,operator}-production,versions}-hot- \
			={plain,chart,cron,operator,versions,owned,proofs-{two,rights,traces}}-production
	done
fi
if [ -n "$CLUSTER" ]; then
	[ "$failed" = 0 ] || tail -n 40 "$folder/hotfix.log" | sed 's/^/# /'
	echo "1..$number"
	exit "$failed"
fi
log=$folder/log
mv "$dir/log" "$log.kept" 2>/dev/null
node down "$dir"
report $? "the node ends"
left=$(find /sys/fs/cgroup -maxdepth 2 -name "sidestage-node-$$" 2>/dev/null; pgrep -f "$dir" ; grep -F "$dir" /proc/mounts)
[ -z "$left" ]
report $? "and nothing of it is left"
[ -z "$left" ] || printf '# %s\n' "$left"
[ "$failed" = 0 ] || tail -n 40 "$folder"/hotfix.log "$log.kept"/init.log | sed 's/^/# /'
echo "1..$number"
exit "$failed"
