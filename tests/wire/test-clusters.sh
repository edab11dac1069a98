#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Clusters as their operator sees them, without one: what a configuration may say of them, and what
# doc/kubernetes shows to be typed to choose among them.
set -u
top=$(cd "${srcdir:-.}" && pwd)
for tool in curl python3; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
LC_ALL=C.UTF-8
export LC_ALL
unset KUBECONFIG KUBERNETES_SERVICE_HOST KUBERNETES_SERVICE_PORT
folder=$(mktemp -d) || exit 99
daemon=
cleanup() {
	[ -z "$daemon" ] || { kill "$daemon" && wait "$daemon"; } 2>/dev/null
	rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
cd "$folder" || exit 99
number=0 status=0

ok() {	# NAME COMMAND...
	name=$1
	shift
	number=$((number + 1))
	if "$@" >"$folder/now" 2>&1; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		head -n 20 "$folder/now" | sed 's/^/# /'
		status=1
	fi
}
api() { curl --silent --fail-with-body --max-time 20 --unix-socket api.sock -H @api.sock.secret "http://localhost$1"; }
refused() {	# WORDS KEYS: by check-config and by serve, which say the same
	printf '[state]\n\tdirectory = %s/state\n[run]\n\timages = %s\n[cluster "prod"]\n%b\n' \
		"$folder" "$folder" "$2" >refused.conf
	! sidestaged check-config refused.conf 2>said && grep -qF -- "$1" said &&
		grep -qF 'cluster "prod"' said &&
		! sidestaged serve --config refused.conf --socket x.sock 2>said && grep -qF -- "$1" said || {
		cat refused.conf said
		return 1
	}
}
tells() {	# PATH PYTHON: of its answer
	api "$1" >answer && python3 -c "import json
answer = json.load(open('answer'))
raise SystemExit(not ($2))" || { cat answer; return 1; }
}
kubeconfig() {	# FILE MORE: of the cluster
	cat >"$1" <<END
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"$2}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
current-context: c
END
}

# --- the configuration ---

kubeconfig good ''
kubeconfig trusting ', insecure-skip-tls-verify: true'
printf 'clusters: [\n' >broken
ok "a kubeconfig that is not there is named" \
	refused "$folder/nowhere" "\tkubeconfig = $folder/nowhere"
ok "one that is not YAML is named, too" refused "$folder/broken" "\tkubeconfig = $folder/broken"
ok "one that would trust anybody is refused" \
	refused insecure-skip-tls-verify "\tkubeconfig = $folder/trusting"
ok "so is a context that it does not have" \
	refused 'has no context' "\tkubeconfig = $folder/good\n\tcontext = other"
ok "outside of a pod there is no cluster around it" \
	refused KUBERNETES_SERVICE_HOST '\tin-cluster = true'

# --- what the guide says ---

mkdir images
cat >c.conf <<END
[state]
	directory = $folder/state
[run]
	images = $folder/images
[listen]
	socket = $folder/api.sock
[cluster "prod"]
	kubeconfig = $folder/good
	context = c
[cluster "test"]
	kubeconfig = $folder/good
END
cat >import.json <<'END'
{"organizations": [{"id": "topicshare-inc", "name": "TopicShare",
 "env_types": [{"id": "development"}, {"id": "production"}],
 "applications": [{"id": "topicshare", "name": "TopicShare", "environments": [
  {"id": "development", "name": "Development", "type": "development"},
  {"id": "production", "name": "Production", "type": "production"}]}]}]}
END
ok "two clusters that do not answer are no fault" sidestaged check-config c.conf
sidestaged serve --config c.conf --import import.json 2>log &
daemon=$!
tries=400
until api /readyz >/dev/null 2>&1 || [ $tries = 0 ]; do
	tries=$((tries - 1))
	sleep 0.05
done
ok "nor for serve" api /readyz

# Each command whole, as it stands in the guide but for where the platform is.
PYTHONDONTWRITEBYTECODE=1 python3 - "$top/doc/kubernetes" <<'END'
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
commands = re.findall(r"(?m)^    (curl (?:.*[\\'{}\[\],]\n {4,})*.*)\n", text)
for number, command in enumerate(commands):
    command = command.replace("https://sidestage.example.org", "http://localhost")
    command = command.replace('-H "Authorization: Bearer $TOKEN"', "--unix-socket api.sock -H @api.sock.secret")
    open(f"command-{number}", "w", encoding="utf-8").write(command + "\n")
END
ok "the guide has commands" test -s command-4
for command in command-*; do
	ok "the guide: $(sed -n 's/.*\("id": "[a-z-]*"\).*/\1/p; s/.*DELETE.*/DELETE/p; s/.*\(artefact-versions\).*/\1/p' "$command" | head -n 1)" \
		sh "$command"
done
runtime=/orgs/topicshare-inc/apps/topicshare/envs
ok "Production would go to its cluster and namespace" tells $runtime/production/runtime \
	'(answer["cluster"], answer["namespace"]) == ("prod", "team-topicshare-production")'
ok "and Development to the other" tells $runtime/development/runtime \
	'(answer["cluster"], answer["namespace"]) == ("test", "team-topicshare-development")'
ok "a cluster that there is not is refused by name" sh -c \
	'! sed s/prod/prd/ command-1 | sed "s/\"cluster\", \"name/\"another\", \"name/" | sh >said && grep -qF "It has prod, test." said'
ok "the platform names the clusters of its drivers" tells /platform \
	'[d.get("cluster") for d in answer["drivers"]] == [None, "prod", "test"]'
kill "$daemon"
wait "$daemon"
code=$?
daemon=
ok "and stops although no cluster answers" test $code = 0

mkdir other
sample_imports() {
	sidestaged import --state other "$top/tests/kube/topicshare.json" >said 2>&1 && ! grep -q warning said || {
		cat said
		return 1
	}
}
ok "the sample for a cluster can be imported, and no field of it is without effect" sample_imports

# --- the rights ---

ok "the manifest has the rights that the driver asks about, and of others only what is known" \
	python3 - "$top" <<'END'
import re
import sys

top = sys.argv[1]
table = re.search(r"rights\[\] = \{\n(.*?)\n\};", open(top + "/src/platform/drivers/kubernetes/space/kube-rights.c").read(), re.S)
asked = {(group, resource, verb) for group, resource, verbs in re.findall(r'\{"(.*?)", "(.*?)", "(.*?)"\}', table[1])
         for verb in verbs.split()}
granted = set()
role = open(top + "/data/kubernetes/rbac.yaml").read().split("rules:\n")[1].split("---")[0]
for rule in role.split("- apiGroups: ")[1:]:
    groups, resources, verbs = (
        [word.strip(' "') for word in words.split(",")] for words in re.findall(r"\[(.*?)\]", rule))
    granted |= {(group, resource, verb) for group in groups for resource in resources for verb in verbs}
beside = {("authorization.k8s.io", "selfsubjectaccessreviews", "create")}
beside |= {("", "services", "watch"), ("", "pods", "create")}
beside |= {("", "services/proxy", verb) for verb in ("get", "create", "update", "patch", "delete")}
beside |= {("", "events", verb) for verb in ("list", "watch")}
beside |= {("", "persistentvolumeclaims", verb) for verb in ("list", "watch", "create", "patch", "delete")}
beside |= {("networking.k8s.io", "ingresses", verb) for verb in ("create", "patch", "delete")}
beside |= {("gateway.networking.k8s.io", "httproutes", verb) for verb in ("list", "create", "patch", "delete")}
change = ("list", "create", "patch", "delete")
beside |= {("", "nodes", "list"), ("", "secrets", "get")}
beside |= {("", kind, verb) for kind in ("resourcequotas", "limitranges") for verb in ("list", "create", "patch")}
beside |= {("apps", kind, verb) for kind in ("statefulsets", "daemonsets") for verb in (*change, "watch")}
beside |= {("networking.k8s.io", "networkpolicies", verb) for verb in change}
beside |= {("rbac.authorization.k8s.io", kind, verb) for kind in ("roles", "rolebindings") for verb in change}
print("missing:", asked - granted, "too many:", granted - asked - beside)
raise SystemExit(bool(asked - granted or granted - asked - beside or not asked))
END
echo "1..$number"
exit $status
