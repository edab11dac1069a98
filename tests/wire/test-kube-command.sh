#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# `sidestage kube` for scripts, over a double of Kubernetes that knows nothing of sidestage: what a
# person meets whose kubeconfig is wrong, what is read, who may join, and that nothing is left.
set -u
top=$(cd "${srcdir:-.}" && pwd)
for tool in python3 openssl; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
LC_ALL=C.UTF-8
PYTHONDONTWRITEBYTECODE=1
export LC_ALL PYTHONDONTWRITEBYTECODE
folder=$(mktemp -d) || exit 99
cluster=
holder=
cleanup() {
	for process in $holder ${open:-} $cluster; do
		{ kill "$process" && wait "$process"; } 2>/dev/null
	done
	rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
cd "$folder" || exit 99
DIR=$folder
HOME=$folder/home
XDG_RUNTIME_DIR=$folder/run
export DIR HOME XDG_RUNTIME_DIR
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME SIDESTAGE_TOKEN HUMANITEC_TOKEN KUBECONFIG KUBE_CLUSTER
mkdir -m 700 home run
state=$HOME/.local/state/sidestage
number=0 status=0

result() {	# CODE NAME
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		{ head -n 12 out err; tail -n 5 "$state"/kube/*/sidestaged.log; } 2>/dev/null | sed 's/^/# /'
		status=1
	fi
}
# It ends with CODE, says WORDS on stderr, and nothing on stdout.
fails() {	# NAME CODE WORDS COMMAND...
	name=$1 wanted=$2 words=$3
	shift 3
	timeout 60 "$@" >out 2>err </dev/null
	code=$?
	echo "exit status $code" >>err
	[ $code = "$wanted" ] && [ ! -s out ] && grep -qF -- "$words" err
	result $? "$name"
}
tells() {	# NAME PYTHON COMMAND...: `answer` is what it prints
	name=$1 python=$2
	shift 2
	timeout 60 "$@" >out 2>err </dev/null
	code=$?
	python3 -c "import json
answer = json.load(open('out'))
raise SystemExit(not ($python))" 2>>err
	result $? "$name"
}
wait_for() {	# up to a minute
	tries=300
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.2
	done
}
ours() { python3 -S "$top/tests/tty/cluster" "$@"; }
# What somebody did who is not a client of `sidestage kube`.
writes() { grep -E ' (POST|PUT|PATCH|DELETE) ' prod/requests.log | grep -v 'access-*reviews\|dryRun=All\|selfsubject'; }

# --- no way to a cluster ---

: >out
: >err
fails "without a kubeconfig it is said where one belongs" 2 "$HOME/.kube/config does not exist" sidestage kube --json
fails "one that KUBECONFIG names and that is not there is named" 2 "KUBECONFIG names $folder/nowhere" \
	env KUBECONFIG="$folder/nowhere" sidestage kube --json
printf 'contexts: [\n' >broken
fails "one that is no YAML is named" 2 "$folder/broken" env KUBECONFIG="$folder/broken" sidestage kube --json
echo 'some words' >words
fails "one that lists no context leads nowhere" 2 "$folder/words does not list a context" env KUBECONFIG="$folder/words" sidestage kube --json
printf 'contexts: [{name: a}, {name: production-eu}]\n' >others
fails "without a current context it is said how to name one" 2 "Name one with --context. Available: a, production-eu." \
	env KUBECONFIG="$folder/others" sidestage kube --json
fails "a context that is mistyped is told the nearest" 2 "Did you mean production-eu?" \
	env KUBECONFIG="$folder/others" sidestage kube --json --context=production-us
fails "one without a cluster is the daemon's to refuse, in its words" 1 "\`sidestage kube\` did not start: $folder/others:1: " \
	env KUBECONFIG="$folder/others" sidestage kube --json --context=a
mkfifo pipe
fails "a pipe, which cannot be read twice, is refused" 2 "$folder/pipe: not a regular file" \
	env KUBECONFIG="$folder/pipe" sidestage kube --json
fails "what is no name of a namespace is refused before anything starts" 2 '--namespace: "Shop_1" is not a valid namespace' \
	env KUBECONFIG="$folder/others" sidestage kube --json --context=a --namespace=Shop_1
fails "so is a group that names no application" 2 '--group: expected NAMESPACE=APPLICATION, and got "shop"' \
	env KUBECONFIG="$folder/others" sidestage kube --json --context=a --group=shop
fails "so is a contradiction" 2 "contradict each other" sidestage kube --all-namespaces --namespace=shop
fails "and a word that it does not know" 2 'Unknown word "remember": kube takes no word, or forget' sidestage kube remember
fails "--kube is a platform" 2 "--kube is a platform already" sidestage clones --kube --demo
rm -rf "$state"

# --- a cluster ---

python3 -S "$top/tests/tty/cluster" serve prod shop billing >served 2>&1 &
cluster=$!
wait_for grep -q "the cluster is there" served
KUBECONFIG=$folder/prod/kubeconfig
export KUBECONFIG
before=$(writes | wc -l)

fails "where nothing runs it is said, and that the namespace is not there" 2 \
	"No workload runs in the namespace nowhere of admin. There is no namespace nowhere in the cluster. Choose others with" \
	sidestage kube --namespace=nowhere --json
fails "an empty namespace is not shown as something that runs" 2 "No workload runs in the namespace default of admin. Choose" \
	sidestage kube --namespace=default --json
fails "nor is one in which no workload has the labels, which are named" 2 \
	"No workload in the namespace shop of admin has the labels app=nothing. Choose" \
	sidestage kube --namespace=shop --selector=app=nothing --json
tells "what runs in the namespace is an environment, in the application of its labels" \
	'answer["application"] == "shop" and [e["id"] for e in answer["environments"]] == ["shop"]' \
	sidestage kube --namespace=shop --json
tells "it is protected" 'answer["is_protected"] and answer["type"] == "production"' \
	sidestage environment shop --kube --json
tells "what was looked at is looked at again without options" \
	'[e["id"] for e in answer["environments"]] == ["shop"]' sidestage board --kube --json
tells "several may be named" 'sorted(e["id"] for e in answer["environments"]) == ["billing", "shop"]' \
	sidestage kube --namespace=shop --namespace=billing --json
tells "a namespace is of another application when a person says so" \
	'answer["application"] == "accounts" and [e["id"] for e in answer["environments"]] == ["billing"]' \
	sidestage kube --group=billing=Accounts --app=accounts --json
tells "and the other no longer has it" '[e["id"] for e in answer["environments"]] == ["shop"]' \
	sidestage board --kube --app=shop --json
tells "until its labels count again" 'sorted(e["id"] for e in answer["environments"]) == ["billing", "shop"]' \
	sidestage kube --group=billing= --json
[ "$(writes | wc -l)" = "$before" ]
result $? "looking writes nothing"

# --- together ---

timeout 300 sidestage logs shop --follow --kube >followed 2>&1 </dev/null &
holder=$!
wait_for sh -c 'ls run/sidestage/kube-*.lease'
tells "a second client joins the first" '"shop" in [e["id"] for e in answer["environments"]]' \
	sidestage board --kube --json
fails "but not to look at something else" 1 "already open with other options" sidestage kube --namespace=billing --json
fails "nor is it forgotten meanwhile" 1 "is running, and its state would be forgotten" sidestage kube forget --approve=admin
kill $holder
wait $holder 2>/dev/null
holder=
gone() { for process in /proc/[0-9]*; do tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -qF -- "--state $state/kube/" && return 1; done; return 0; }
wait_for gone
result $? "with the last client the platform ends"

# --- protected, until it is said that it is not ---

sidestage version shop web 1.4.3 --kube --approve=shop >out 2>err </dev/null
[ $? = 4 ] && [ "$(ours image prod shop web)" = local/topicshare-web:1.4.2 ]
result $? "a change of what was found is not made without a reason"
sidestage kube --unprotected=shop --json >out 2>err
result $? "that it needs none is said with an option"
tells "which one can do without" 'not answer["is_protected"]' sidestage environment shop --kube --json
tells "and still it is not deleted" 'answer["is_protected"] is False' sh -c '
	sidestage discard shop --kube --approve=shop 2>&1 | grep -q "found in the cluster" && sidestage environment shop --kube --json'
sidestage kube --protected=shop --json >out 2>err
result $? "and so is that it needs one again"
tells "until it is protected again" 'answer["is_protected"]' sidestage environment shop --kube --json

# --- two people, who share nothing but the cluster ---

second() { HOME=$folder/home2 XDG_RUNTIME_DIR=$folder/run2 "$@"; }
mkdir -m 700 home2 run2
second sidestage kube --namespace=shop --json >out 2>err
timeout 120 sidestage clone shop hotfix-1 --kube --approve=hotfix-1 >out 2>err </dev/null &&
	timeout 120 sidestage version hotfix-1 web 1.4.3 --kube --approve=hotfix-1 >>out 2>>err </dev/null
result $? "a clone is made and changed"
sees_it() { second sidestage board --kube --json >out 2>err && python3 -c "import json
envs = {e['id']: e for e in json.load(open('out'))['environments']}
raise SystemExit(not (envs['hotfix-1']['clone_of'] == 'shop' and [w for w in envs['hotfix-1']['workloads'] if w['workload'] == 'web'][0]['version'] == '1.4.3'))"; }
# The platform of each command ends with it, so that one stays open.
# No function: what is killed is to be the command itself.
HOME=$folder/home2 XDG_RUNTIME_DIR=$folder/run2 timeout 300 sidestage logs shop --follow --kube >followed 2>&1 </dev/null &
holder=$!
wait_for sees_it
result $? "and another laptop sees both"
fails "there its name is taken" 1 "already exists" \
	env HOME="$folder/home2" XDG_RUNTIME_DIR="$folder/run2" sidestage clone shop hotfix-1 --kube --approve=hotfix-1 --json
timeout 60 env HOME="$folder/home2" XDG_RUNTIME_DIR="$folder/run2" sidestage clone shop race --kube --approve=race \
	>out2 2>err2 </dev/null &
other=$!
timeout 60 sidestage clone shop race --kube --approve=race >out 2>err </dev/null
code=$?
wait $other
codes="$code $?"
cat err2 >>err
{ [ "$codes" = "0 6" ] || [ "$codes" = "6 0" ] && grep -q "was faster: the clone race" err; } ||
	{ [ "$codes" = "0 1" ] || [ "$codes" = "1 0" ] && grep -q "race already exists" err; }
result $? "of two who clone under one name at the same moment one has it, and the other is told ($codes)"
# What stays of it would stay in the cluster, and is nobody else's to forget.
case $codes in
"0 "*) timeout 60 sidestage discard race --kube --approve=race >out 2>err </dev/null ;;
*) timeout 60 env HOME="$folder/home2" XDG_RUNTIME_DIR="$folder/run2" \
	sidestage discard race --kube --approve=race >out 2>err </dev/null ;;
esac
result $? "and who has it discards it"

# --- what hangs, and what is killed ---

sidestage logs shop --follow --kube >followed1 2>&1 </dev/null &
open=$!
wait_for sh -c 'ls run/sidestage/kube-*.lease'
of_ours() { pgrep -f -- "--state $state/kube/" | head -n 1; }
wait_for grep -q listens followed1
killed=$(of_ours)
kill -9 "$killed"
is_another() { now=$(of_ours) && [ -n "$now" ] && [ "$now" != "$killed" ]; }
wait_for is_another
tells "a platform that is killed is started again by who has it open, with its clones" \
	'"hotfix-1" in [e["id"] for e in answer["environments"]]' sidestage board --kube --json
kill -0 $open
result $? "who goes on"
ours double prod 'image topicshare-web:1.4.4$ unready'
timeout 60 sidestage version hotfix-1 web 1.4.4 --kube --approve=hotfix-1 --no-wait >out 2>err </dev/null
[ $? = 7 ]
result $? "a deployment to the clone hangs"
timeout 60 sidestage discard hotfix-1 --kube --approve=hotfix-1 >out 2>err </dev/null
result $? "and the clone is discarded all the same"
kill $open
wait $open 2>/dev/null
is_gone() { second sidestage board --kube --json >out 2>err && ! grep -q hotfix-1 out; }
wait_for is_gone
result $? "and is gone on the other, too"
kill $holder
wait $holder 2>/dev/null
holder=
wait_for gone

# --- what does not run: that is what it is cloned for ---

ours double prod 'image topicshare-web:1.5.0$ pull'
ours apply prod billing 1.5.0
sidestage kube --namespace=billing --json >out 2>err
timeout 120 sidestage clone billing sick-1 --kube --approve=sick-1 >out 2>err </dev/null
code=$?
[ $code = 1 ] && grep -q "web fails here as it does in billing: " err && grep -q "The clone sick-1 was made, but it does not run." err
result $? "a clone of what cannot pull its image is made, and it is said that it does not run"
tells "it fails as its source does, on the board, too" \
	'[w["version"] for w in answer["workloads"] if w["workload"] == "web"] == ["1.5.0"] and answer["last_deploy"]["status"] == "succeeded"' \
	sidestage environment sick-1 --kube --json
timeout 120 sidestage version sick-1 web 1.4.3 --kube --approve=sick-1 >out 2>err </dev/null
result $? "and another version is deployed to it"
timeout 120 sidestage discard sick-1 --kube --approve=sick-1 >out 2>err </dev/null
sidestage kube --namespace=shop --json >out 2>err

# --- what may not be read, and a cluster that is away ---

ours double prod 'deny * list deployments.apps shop'
tells "what may not be listed is named, and the rest is shown" 'answer["application"] == "shop"' \
	sidestage board --kube --json
grep -q "list deployments" err
result $? "by its right"
ours double prod away
fails "with a cluster that is away nobody is told of what was, as if it were" 3 "The cluster cannot be read" \
	sidestage board --kube --json
tells "but where they ask for it" '[e["id"] for e in answer["environments"]][0] in ("billing", "shop")' \
	sidestage board --kube --json --offline
ours double prod 'GET .* status 401'
fails "credentials that the cluster refuses are a refusal" 4 "refused the credentials of user admin" \
	sidestage board --kube --json
ours double prod 'GET .* hang'
fails "what takes too long is named: it is the cluster" 3 "The cluster has not answered in time: the namespace" \
	sidestage board --kube --json --timeout=2s
ours double prod

# --- Secrets of a clone ---

needs_secret() { python3 -S - "$KUBECONFIG" "$top/tests/kube" <<'END'
import sys
sys.path.insert(0, sys.argv[2])
from cluster import Client
client, web = Client(sys.argv[1]), "/apis/apps/v1/namespaces/shop/deployments/web"
for path, kind, more in ("/api/v1/namespaces/shop/secrets/mail", "Secret", {"stringData": {"key": "x"}}), (
        web, "Deployment", {"spec": {"template": {"spec": {"containers": [
            {"name": "web", "envFrom": [{"secretRef": {"name": "mail"}}]}]}}}}):
    answer = client.apply(path, {"apiVersion": "v1" if kind == "Secret" else "apps/v1", "kind": kind,
                                 "metadata": {"name": "mail" if kind == "Secret" else "web"}, **more}, "mailer")
    if answer.status not in (200, 201):
        raise SystemExit(str(answer.value))
END
}
needs_secret >out 2>err
result $? "the pods of a workload need a Secret"
said() { sidestage clone shop hotfix-2 --kube --app=shop "$@" >out 2>err </dev/null; }
says_copied() { said && grep -q "Secret mail: copied" out; [ $? = 0 ] || grep -q "Secret mail: copied" out; }
wait_for says_copied
result $? "the review of a clone says where it comes from"
said --secret=mail=as:other
grep -q "Secret mail: copied from other" out
result $? "which is another one when a person says so"
said --secret=mail=leave-out
grep -q "Secret mail is left out, but the pods of web do not start without it" out
result $? "and without it, it is said before that the pods do not start"
said --secret=mail=perhaps
[ $? = 2 ] && grep -q "Expected copy, leave-out" err
result $? "what is no choice is refused"
said --secret=nobody=copy
[ $? = 2 ] && grep -q "No pod of the clone needs a Secret nobody" err
result $? "so is a Secret that nobody needs"

# --- away ---

timeout 120 sidestage clone shop hotfix-2 --kube --approve=hotfix-2 >out 2>err </dev/null
before=$(writes | grep -cE '/(shop|billing)[/ ?]')
sidestage kube forget >out 2>err </dev/null
code=$?
[ $code = 5 ] && grep -q "Forgetting admin will:" out && grep -q "delete the clone hotfix-2 of shop (cluster admin, namespace shop-hotfix-2)" out && grep -qF "$state/kube/" out && [ -d "$state/kube" ]
result $? "what would be forgotten is listed, and nothing is done without a yes"
fails "another context's name is no yes" 2 'but the context is "admin"' sh -c 'sidestage kube forget --approve=prod >/dev/null'
sidestage kube forget --approve=admin >out 2>err </dev/null
code=$?
[ $code = 0 ] && [ -z "$(find "$state/kube" run -mindepth 1 -name '*admin*' -o -mindepth 1 -name 'kube-*')" ]
result $? "after it nothing is left"
[ "$(ours spaces prod)" = "billing shop" ]
result $? "nor in the cluster"
sidestage kube forget >out 2>err </dev/null
[ $? = 0 ] && grep -q "Nothing is kept of admin" out
result $? "which is said when it is asked again"
[ "$(writes | grep -cE '/(shop|billing)[/ ?]')" = "$before" ]
result $? "and nothing was ever written to what was found"

# --- in mid-rollout ---

sidestage kube --namespace=shop --json >out 2>err </dev/null
sidestage version shop web local/slow/topicshare-web:1.4.3 --kube --approve=shop --reason=later --no-wait \
	>out 2>err </dev/null
[ $? = 7 ]
result $? "a deployment may go on without its client"
wait_for gone
tells "and the platform does not end before it has" 'answer["last_deploy"]["status"] == "succeeded"' \
	sidestage environment shop --kube --json
echo "1..$number"
exit $status
