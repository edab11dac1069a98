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
mkdir -m 700 home run selects
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
answer, code = json.load(open('out')), '$code'
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
gone() { for process in /proc/[0-9]*; do tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -qF -- "--state $state/kube/" && return 1; done; return 0; }
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
fails "nor is one that says two things of a namespace" 2 '--group=shop=aa and --group=shop=bb contradict each other' \
	env KUBECONFIG="$folder/others" sidestage kube --json --context=a --group=shop=aa --group=other=aa --group=shop=bb
mangled() {
	for app in "Bad Name" y " " .. Größe a/b a--b a,b a=b "$(printf %060d 1)"; do
		timeout 60 sidestage kube --json --context=a "--group=shop=$app" >out 2>err </dev/null
		code=$?
		echo "exit status $code for \"$app\"" >>err
		[ $code = 2 ] && [ ! -s out ] && grep -q "Use 2 to 50 lower-case letters and digits" err || return 0
	done
	return 1
}
misselected() {
	for selector in "team in (" "=x" "a==b==c" "a b" "a," "-a=b" "a=ü" "a/b/c=d" "!" "a notin b" "a>b" "$(printf %064d 1)"; do
		timeout 60 sidestage kube --json --context=a "--selector=$selector" >out 2>err </dev/null
		code=$?
		echo "exit status $code for \"$selector\"" >>err
		[ $code = 2 ] && [ ! -s out ] && grep -q "is not a valid label selector" err || return 0
	done
	return 1
}
KUBECONFIG=$folder/others
export KUBECONFIG
! misselected
result $? "a selector that no cluster would take is refused, and not kept"
! mangled
result $? "and one whose application is no id, of which none is made silently"
unset KUBECONFIG
fails "so is a contradiction" 2 "contradict each other" sidestage kube --all-namespaces --namespace=shop
fails "an option that does nothing there is refused" 2 "kube does not use --approve" sidestage kube --approve=shop --json
fails "also by what forgets all of a context" 2 "kube forget does not use --namespace" \
	sidestage kube forget --namespace=shop --approve=admin
fails "and a word that it does not know" 2 'Unknown word "remember". The only word after kube is forget.' sidestage kube remember
fails "namespaces are of a cluster" 2 "--selector need --kube" sidestage clones --namespace=shop
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
ours double prod 'GET .*/pods delay 1'
tells "and what runs there is known to a platform that has just started" \
	'[w["status"] for w in answer["workloads"]] == ["running", "running"]' \
	sidestage environment shop --kube --namespace=shop --json
ours double prod
wait_for gone
deployed() { sidestage environment shop --kube --namespace=shop --json 2>>err | python3 -c "import json, sys
print(len(json.load(sys.stdin)['deployments']))" 2>>err; }
once=$(deployed)
fails "a selector that is mistyped is refused where the namespace is known, too" 2 \
	"No workload in the namespace shop of admin has the labels app=nothing. Choose" \
	sidestage environment shop --kube --namespace=shop --selector=app=nothing --json
fails "and by a clone of it" 2 "No workload in the namespace shop of admin has the labels app=nothing. Choose" \
	sidestage clone shop none-1 --kube --namespace=shop --selector=app=nothing --approve=none-1
fails "and where all namespaces are read" 2 "No workload in all namespaces of admin has the labels app=nothing. Choose" \
	sidestage board --kube --all-namespaces --selector=app=nothing --json
[ "$(deployed)" = "$once" ] && [ "$once" = 1 ] && [ "$(ours spaces prod)" = "billing shop" ]
result $? "of which nothing is made, and nothing is recorded"
tells "several may be named" 'sorted(e["id"] for e in answer["environments"]) == ["billing", "shop"]' \
	sidestage kube --namespace=shop --namespace=billing --json
# The context chooses a namespace, as `kubectl config set-context --current --namespace=shop` does.
sed 's/{cluster: double, user: admin}/{cluster: double, user: admin, namespace: shop}/' "$KUBECONFIG" >kubeconfig.new
grep -q "namespace: shop" kubeconfig.new && cat kubeconfig.new >"$KUBECONFIG"
result $? "the context names a namespace"
asked=$(wc -l <prod/requests.log)
tells "without options the namespace of the context is read, and the other is known still" \
	'{e["id"]: [w["status"] for w in e["workloads"]] for e in answer["environments"]} == {"shop": ["running", "running"], "billing": ["unknown", "unknown"]}' \
	sidestage kube --json
tells "why is said where one asks for it, and it is protected" \
	'answer["is_protected"] and all(w["status"] == "unknown" and w["message"].startswith("Namespace billing is not read now. `sidestage kube --namespace=billing`") for w in answer["workloads"])' \
	sidestage environment billing --kube --json
! tail -n +$((asked + 1)) prod/requests.log | grep /namespaces/billing >err
result $? "nothing was asked of it"
fails "one of them that is mistyped is no success, whatever else is shown" 2 \
	"Nothing is shown of the namespace bililng: no workload was found there. There is no namespace bililng in the cluster. Shown: " \
	sidestage kube --namespace=shop --namespace=bililng --json
fails "nor is one that is to be asked for no reason" 2 "Nothing is shown of the namespace shp" \
	sidestage kube --namespace=shop --namespace=billing --unprotected=shp --json
tells "a selector is taken as clusters take it" 'answer["application"] == "shop" and code == "0"' \
	env HOME="$folder/selects" XDG_RUNTIME_DIR="$folder/selects" sidestage kube --namespace=shop --json \
	--selector='app.kubernetes.io/part-of in (shop, x),!other,tier notin (a),app.kubernetes.io/part-of!=y'
timeout 60 sidestage kube --linear >out 2>err </dev/null
grep -q "^admin, reads shop, " out && grep -q "not read" out
result $? "which namespaces are read is said"
timeout 60 sidestage kube --all-namespaces --linear >out 2>err </dev/null
grep -q "^admin, reads all namespaces, " out && ! grep -q "not read" out
result $? "and the option reaches the other again"
tells "a namespace is of another application when a person says so" \
	'answer["application"] == "accounts" and [e["id"] for e in answer["environments"]] == ["billing"]' \
	sidestage kube --group=billing=accounts --app=accounts --json
! grep -q accounts "$state"/kube/*/arguments
result $? "which is kept by the platform alone"
tells "and the other no longer has it" '[e["id"] for e in answer["environments"]] == ["shop"]' \
	sidestage board --kube --app=shop --json
tells "until its labels count again" 'sorted(e["id"] for e in answer["environments"]) == ["billing", "shop"]' \
	sidestage kube --group=billing= --json
fails "a namespace that is not shown is not grouped, nor is another with it" 2 \
	"sidestage: Namespace mistyped is not shown here, so it cannot be grouped. Shown: " \
	sidestage kube --group=billing=accounts --group=mistyped=accounts --json
fails "nor is any under --read-only" 4 "This is a read-only session" \
	sidestage kube --read-only --group=billing=accounts --json
tells "and nothing of that comes true later" \
	'answer["application"] == "shop" and sorted(e["id"] for e in answer["environments"]) == ["billing", "shop"]' \
	sidestage board --kube --json
sidestage kube --group=billing=accounts >out 2>err </dev/null
code=$?
[ $code = 0 ] && grep -q "Saved for billing" out &&
	! grep -qv "^Reading what runs" err
result $? "a script that groups needs no terminal"
tells "and finds it done" '[e["id"] for e in answer["environments"]] == ["billing"]' \
	sidestage kube --app=accounts --group=billing=accounts --json
sidestage kube --group=billing= >out 2>err </dev/null
[ "$(writes | wc -l)" = "$before" ]
result $? "looking writes nothing"

# --- together ---

timeout 300 sidestage logs shop --follow --kube --all-namespaces >followed 2>&1 </dev/null &
holder=$!
wait_for sh -c 'ls run/sidestage/kube-*.lease'
both_run() {
	sidestage board --kube --json >out 2>err </dev/null
	python3 -c "import json
for e in json.load(open('out'))['environments']:
    if {w['status'] for w in e['workloads']} != {'running'}:
        raise SystemExit(str(e))" 2>>err
}
wait_for both_run
result $? "a second client joins the first, and without options sees what that reads"
tells "so does one that names what is read already" \
	'sorted(e["id"] for e in answer["environments"]) == ["billing", "shop"]' sidestage kube --namespace=billing --json
fails "but not to look at something else" 1 "already open with other options" sidestage kube --selector=app=web --json
# As the board does.
chosen() { python3 - run/sidestage/kube-*.sock "$@" <<'END'
import http.client
import json
import socket
import sys
path, namespace, app = sys.argv[1:]
with open(path + ".secret", encoding="ascii") as file:
    name, secret = file.read().strip().split(": ")
client = http.client.HTTPConnection("localhost")
client.sock = socket.socket(socket.AF_UNIX)
client.sock.connect(path)
client.request("PATCH", "/orgs/admin/x-adoption", json.dumps({"groups": {namespace: app}}),
               {name: secret, "Content-Type": "application/json"})
raise SystemExit(client.getresponse().status != 200)
END
}
tells "a group is no other option" '[e["id"] for e in answer["environments"]] == ["billing"]' \
	sidestage kube --group=billing=accounts --app=accounts --json
chosen billing books >out 2>err
result $? "somebody chooses another application on the board"
in_books() { sidestage board --kube --app=books --json >out 2>err </dev/null; }
wait_for in_books
result $? "which counts"
tells "and a command that comes later is the newest choice, though it was given before" \
	'[e["id"] for e in answer["environments"]] == ["billing"]' \
	sidestage kube --group=billing=accounts --app=accounts --json
tells "so is that the labels count" 'sorted(e["id"] for e in answer["environments"]) == ["billing", "shop"]' \
	sidestage kube --group=billing= --json
fails "nor is it forgotten meanwhile" 1 "is running, and its state would be forgotten" sidestage kube forget --approve=admin
kill $holder
wait $holder 2>/dev/null
holder=
wait_for gone
result $? "with the last client the platform ends"

# --- the repository of whoever made it ---

mkdir -p checkout/deep
printf 'kind: Deployment\nspec:\n  containers:\n  - image: local/topicshare-web:1.4.2\n' >checkout/deep/web.yaml
printf 'image: \377\n' >checkout/other.yaml
ln -s deep/web.yaml checkout/link.yaml
fails "a checkout that is not there is said before anything is done" 2 "--repository=$folder/nowhere: cannot be read" \
	sidestage version shop web 1.4.3 --kube --repository="$folder/nowhere" --approve=shop --reason=test
sidestage version shop web 1.4.3 --kube --repository=checkout >out 2>err </dev/null
[ $? = 5 ] && grep -qF "deep/web.yaml:4: image: local/topicshare-web:1.4.2 → image: local/topicshare-web:1.4.3" out
result $? "the line of a checkout that needs the same change is shown"
[ "$(grep -c 'image: local' out)" = 1 ] && grep -q "1 file or folder was not searched" out
result $? "once, and how much could not be searched"
mkdir many && (cd many && seq -f a%.0f 20001 | xargs mkdir) && cp -r checkout/deep many/z
sidestage version shop web 1.4.3 --kube --repository=many >out 2>err </dev/null
! grep -q 'image: local.*→ image' out && grep -q "3 files or folders were not searched" out
result $? "of a checkout without end a part is searched, and that is said"
rm -r many

(umask 027; sidestage version shop web 1.4.3 --kube --save-patch=web.json --json >out 2>err </dev/null)
[ $? = 5 ] && grep -qF "Saved the patch to $folder/web.json" err && [ "$(stat -c %a web.json)" = 640 ] &&
	python3 -c "import json
raise SystemExit(json.load(open('web.json'))[-1]['value'] != 'local/topicshare-web:1.4.3')" 2>>err
result $? "the change is saved as JSON Patch, beside the JSON of the review"
sidestage version shop web 1.4.3 --kube --save-patch=web.yaml >out 2>err </dev/null
[ $? = 5 ] && grep -qF "Saved the patch to $folder/web.yaml" out && grep -qF '      - image: "local/topicshare-web:1.4.3"' web.yaml
result $? "and for kustomize"
ln -s nowhere link.yaml
fails "what is there is not overwritten, and nothing is done" 2 "web.yaml: it exists already" \
	sidestage version shop web 1.4.4 --kube --save-patch=web.yaml --approve=shop --reason=test
sidestage version shop web 1.4.4 --kube --save-patch=link.yaml --approve=shop --reason=test >out 2>err </dev/null
[ $? = 1 ] && grep -qF "link.yaml exists already" err && [ ! -e nowhere ]
result $? "nor what a link names"
sidestage version shop web 1.4.4 --kube --save-patch=nowhere/x --approve=shop --reason=test >out 2>err </dev/null
[ $? = 1 ] && grep -qF "nowhere/x: cannot be written" err && [ "$(ours image prod shop web)" = local/topicshare-web:1.4.2 ]
result $? "without the file that was asked for nothing is changed"
sidestage version shop web 1.4.4 --kube --save-patch=late.yaml --approve=shop >out 2>err </dev/null
[ $? = 4 ] && grep -q "give a reason" err && [ ! -e late.yaml ]
result $? "and of an approval that is refused no file is left"

# --- protected, until it is said that it is not ---

sidestage version shop web 1.4.3 --kube --approve=shop >out 2>err </dev/null
[ $? = 4 ] && [ "$(ours image prod shop web)" = local/topicshare-web:1.4.2 ]
result $? "a change of what was found is not made without a reason"
for approval in "" --approve=shop; do
	# shellcheck disable=SC2086
	sidestage version shop web "bad version" --kube $approval >out 2>err </dev/null
	[ $? = 2 ] && grep -q 'Invalid image' err
	result $? "a version that is none is refused, and not previewed ${approval:-without approval}"
done
sidestage kube --unprotected=shop --json >out 2>err
result $? "that it needs none is said with an option"
tells "which one can do without" 'not answer["is_protected"]' sidestage environment shop --kube --json
tells "and still it is not deleted" 'answer["is_protected"] is False' sh -c '
	sidestage discard shop --kube --approve=shop 2>&1 | grep -q "found in the cluster" && sidestage environment shop --kube --json'
sidestage kube --protected=shop --json >out 2>err
result $? "and so is that it needs one again"
tells "until it is protected again" 'answer["is_protected"]' sidestage environment shop --kube --json

# --- what is refused is not kept: the context reads shop alone ---

fails "a namespace that is not read is said to be that, and how it is read" 2 \
	"Nothing is shown of the namespace never: it is not read now. Add --namespace=never to read it. Shown: " \
	sidestage kube --unprotected=shop --unprotected=never --json
tells "and with it nothing else is unprotected" 'answer["is_protected"]' sidestage environment shop --kube --json
fails "one without such a label is said to be that" 2 \
	"Nothing is shown of the namespace nowhere: no workload there has the labels app.kubernetes.io/part-of=shop. " \
	sidestage kube --namespace=shop --namespace=nowhere --selector=app.kubernetes.io/part-of=shop --unprotected=shop --json
tells "nor is one unprotected that is read, if another is not there" 'answer["is_protected"]' sidestage environment shop --kube --json
sidestage kube --linear --unprotected=never --unprotected=shop >out 2>err </dev/null
[ $? = 1 ] && cat out err | grep -q "Nothing is shown of the namespace never: it is not read now."
result $? "plain text says it, too"
tells "and unprotects nothing" 'answer["is_protected"]' sidestage environment shop --kube --json
sidestage kube --linear --unprotected=shop >out 2>err </dev/null
tells "but what is shown" 'not answer["is_protected"]' sidestage environment shop --kube --json
fails "what is refused is not protected again, either" 2 "Nothing is shown of the namespace never" \
	sidestage kube --protected=shop --protected=never --json
tells "it is as it was" 'not answer["is_protected"]' sidestage environment shop --kube --json

# A person at a screen: when all texts of a step (A|B) are there, its keys are pressed.
acts() {	# COMMAND... -- TEXTS KEYS TEXTS KEYS...
	python3 - "$@" >out 2>err <<'END'
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time
at = sys.argv.index("--")
process, screen = pty.fork()
if process == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("4H", 40, 140, 0, 0))
    os.environ["TERM"] = "xterm-256color"
    os.execvp(sys.argv[1], sys.argv[1:at])
seen, end = b"", time.monotonic() + 60
def read_more():
    global seen
    if not select.select([screen], [], [], max(0, end - time.monotonic()))[0]:
        os.kill(process, 15)
        raise SystemExit("not seen: %s in %r" % (texts, seen[-3000:]))
    seen += os.read(screen, 65536)
for texts, keys in zip(sys.argv[at + 1::2], sys.argv[at + 2::2]):
    while not all(text.encode() in seen for text in texts.split("|")):
        read_more()
    seen = b""
    os.write(screen, keys.encode().decode("unicode_escape").encode())
try:
    while True:
        texts = "the end"
        read_more()
except OSError:
    raise SystemExit(os.waitpid(process, 0)[1])
END
}
acts sidestage kube --protected=shop --unprotected=never -- "Nothing is shown of the namespace never" Q
result $? "the board says it"
! grep -qa '"never"' "$state"/kube/*/history.db*
result $? "and nothing of it is kept"
acts sidestage kube --protected=shop -- "reads shop|shop ■" Q
tells "what is shown is protected from the board, too" 'answer["is_protected"]' sidestage environment shop --kube --json
mkdir -p "$HOME/.config/sidestage"
printf '[context "closed"]\n\tsocket = /nowhere\n\ttoken-file = /nowhere/token\n' >"$HOME/.config/sidestage/config"
acts sidestage kube --namespace=shop --namespace=billing -- "reads shop, billing" w "on this machine" 'k\r' \
	"closed was not opened|reads shop, billing" Q
result $? "who comes back to the board reads what they named, and not what the context names"
rm -r "$HOME/.config"
selector='app.kubernetes.io/part-of in (shop, x),!other,tier notin (a),!another'
acts sidestage kube --namespace=shop "--selector=$selector" -- "reads shop (app.kubernetes.io/part-of in (shop, x),!other,…)" Q
result $? "a selector that is too long for the header ends with a mark, in its parenthesis"
acts sidestage kube --namespace=shop --selector=app=nothing -- "shop ■|No workload in the namespace shop of admin has the labels app=nothing." Q
result $? "and the board says that no workload has the labels, beside what was known before"

# Whether the patch fits the very object: variables stand there in another order than in a set.
fits() { python3 -S - "$KUBECONFIG" "$top/tests/kube" "$1" <<'END'
import json
import sys
sys.path.insert(0, sys.argv[2])
from cluster import Client
client = Client(sys.argv[1])
with open(sys.argv[3], encoding="utf-8") as file:
    patch = json.load(file)
answer = client.ask("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web?dryRun=All", patch,
                    "application/json-patch+json")
variables = answer.value["spec"]["template"]["spec"]["containers"][0]["env"] if answer.status == 200 else []
print(answer.status, variables, file=sys.stderr)
raise SystemExit([v["value"] for v in variables if v["name"] == "PORT"] != ["8081"])
END
}
acts env EDITOR="sed -i s/.8080./\\\"8081\\\"/" sidestage kube --namespace=shop -- "web" jE "8081" p "Save the patch" '\x15port.json\r' "port.json" Q
fits port.json 2>>err
result $? "a patch of one variable fits the object whose variables are in no order of names"

ours double prod 'PATCH .*dryRun=All status 500 {}'
sidestage version shop web 1.4.3 --kube >out 2>err </dev/null
[ $? = 3 ] && grep -q "deployments/web could not be checked, and nothing was changed. Try again" err
result $? "a cluster that fails at trying it is a failure of the cluster, and no wrong command"
ours double prod

# --- what is so already ---

tells "a number of replicas that is there already is no failure" 'answer["state"] == "unchanged" and code == "0"' \
	sidestage replicas shop web 1 --kube --app=shop --approve=shop --reason=test --json
sidestage pause shop --kube --app=shop --approve=shop --reason=test >out 2>err </dev/null
sidestage pause shop --kube --app=shop --approve=shop --reason=test >out 2>err </dev/null
[ $? = 0 ] && grep -q "No change: shop is paused already." out
result $? "nor is a pause of what is paused"
sidestage undo shop --kube --app=shop --approve=shop --reason=test >out 2>err </dev/null
result $? "which is undone once"

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
# A namespace shop-aaa that says it is the clone aaa, with the record of hotfix-1; without a word: it goes.
copied() { python3 -S - "$KUBECONFIG" "$top/tests/kube" "$@" <<'END'
import sys
sys.path.insert(0, sys.argv[2])
from cluster import Client
client, path, name = Client(sys.argv[1]), "/api/v1/namespaces/", "/configmaps/sidestage-environment"
if len(sys.argv) == 3:
    raise SystemExit(client.ask("DELETE", path + "shop-aaa").status not in (200, 202))
meta = client.get(path + "shop-hotfix-1").value["metadata"]
notes = meta["annotations"]
notes["sidestage.dev/environment"] = notes["sidestage.dev/environment"].replace("hotfix-1", "aaa")
record = client.get(path + "shop-hotfix-1" + name).value
for at, kind, more, members in (("shop-aaa", "Namespace", {"labels": meta["labels"], "annotations": notes}, {}), (
        "shop-aaa" + name, "ConfigMap", {}, {"binaryData": record["binaryData"]})):
    answer = client.apply(path + at, {"apiVersion": "v1", "kind": kind, "metadata": {
        "name": at.rpartition("/")[2], **more}, **members}, "restore")
    if answer.status not in (200, 201):
        raise SystemExit(str(answer.value))
END
}
copied all
result $? "somebody copies its namespace under another name"
mkdir -m 700 home3 run3
tells "a third one knows it from its first command on, and no copy" \
	'"hotfix-1" in [e["id"] for e in answer["environments"]] and "aaa" not in [e["id"] for e in answer["environments"]]' \
	env HOME="$folder/home3" XDG_RUNTIME_DIR="$folder/run3" sidestage kube --namespace=shop --json
names_the_copy() {
	HOME=$folder/home3 XDG_RUNTIME_DIR=$folder/run3 timeout 60 sidestage board --kube --json >out 2>err </dev/null
	grep -qF "(namespace shop-aaa) cannot be used: it is a copy of that of shop/hotfix-1." err
}
wait_for names_the_copy
result $? "to whom the copy is named"
copied
result $? "and is deleted"
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
	{ [ "$codes" = "0 1" ] || [ "$codes" = "1 0" ] && grep -q "race already exists" err; } ||
	{ [ "$codes" = "0 4" ] || [ "$codes" = "4 0" ] && grep -q race err; }	# in the review already
result $? "of two who clone under one name at the same moment one has it, and the other is told ($codes)"
# What stays of it would stay in the cluster, and is nobody else's to forget.
case $codes in
"0 "*) timeout 60 sidestage discard race --kube --approve=race >out 2>err </dev/null ;;
*) timeout 60 env HOME="$folder/home2" XDG_RUNTIME_DIR="$folder/run2" \
	sidestage discard race --kube --approve=race >out 2>err </dev/null ;;
esac
result $? "and who has it discards it"

# --- whether the owner has what was promoted ---

timeout 120 sidestage promote hotfix-1 --kube --approve=shop --reason=login >out 2>err </dev/null
result $? "the change is promoted, and the platform of the command ends"
carry_is() {	# STATE WORDS [ENVIRONMENT...]
	state_is=$1 words=$2
	shift 2
	# The other laptop has a board open, and never saw billing.
	case $* in *home2*) spaces= ;; *) spaces="--namespace=shop --namespace=billing" ;; esac
	# shellcheck disable=SC2086
	timeout 60 "$@" sidestage hotfix hotfix-1 --kube $spaces --app=shop --json >out 2>err </dev/null
	python3 -c "import json, sys
step = [s for s in json.load(open('out'))['steps'] if s['step'] == 'carry'][0]
raise SystemExit((step['state'] == 'done') != (sys.argv[1] == 'done') or sys.argv[2] not in (step['detail'] or ''))" "$state_is" "$words" 2>>err
}
wait_for gone
carry_is open "kubectl does not have this change yet: containers[web].image" env
result $? "a platform that starts again knows that its owner does not have it"
wait_for carry_is open "does not have this change yet" env HOME="$folder/home2" XDG_RUNTIME_DIR="$folder/run2"
result $? "and so does the other laptop"
edits() { python3 -S - "$KUBECONFIG" "$top/tests/kube" "$1" <<'END'
import sys
sys.path.insert(0, sys.argv[2])
from cluster import Client, MERGE
answer = Client(sys.argv[1]).ask("PATCH", "/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=kubectl-edit",
                                 {"spec": {"minReadySeconds": int(sys.argv[3])}}, MERGE)
raise SystemExit(answer.status != 200)
END
}
edits 1
result $? "something else is changed there, which a third one has not seen before the promotion"
wait_for carry_is open "kubectl does not have this change yet: containers[web].image" env HOME="$folder/home3" XDG_RUNTIME_DIR="$folder/run3"
result $? "who knows it all the same, by the note of the clone"
step_is() { python3 -c "import json, sys
step = [s for s in json.load(open('out'))['steps'] if s['step'] == sys.argv[1]][0]
raise SystemExit(step['state'] != sys.argv[2])" "$1" "$2" 2>>err; }
step_is promote done
result $? "and that it was promoted"
mkdir -m 700 home4 run4
env HOME="$folder/home4" XDG_RUNTIME_DIR="$folder/run4" sidestage kube --namespace=shop --json >out 2>err
wait_for carry_is open "kubectl does not have this change yet: containers[web].image" env HOME="$folder/home4" XDG_RUNTIME_DIR="$folder/run4"
result $? "so does who has never looked before"
ours apply prod shop 1.4.3
ours apply prod billing 1.4.3
wait_for carry_is done "every other environment has it" env
result $? "which is over when the owner applies it, and all others have it"
wait_for carry_is done "every other environment has it" env HOME="$folder/home2" XDG_RUNTIME_DIR="$folder/run2"
result $? "on the other laptop, too"
wait_for carry_is done "every other environment has it" env HOME="$folder/home3" XDG_RUNTIME_DIR="$folder/run3" &&
	wait_for carry_is done "every other environment has it" env HOME="$folder/home4" XDG_RUNTIME_DIR="$folder/run4"
result $? "and on those that saw the promotion only with what came after it"
ours apply prod shop 1.4.2
ours apply prod billing 1.4.2
wait_for carry_is open "" env
result $? "but not for longer than it is so"

before=$(writes | wc -l)
tells "a platform that starts again knows the clone" '"hotfix-1" in [e["id"] for e in answer["environments"]]' \
	sidestage board --kube --app=shop --json
[ "$(writes | wc -l)" = "$before" ]
result $? "and looking writes nothing to it"

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
result $? "a platform that is killed is started again by who has it open"
tells "with its clones" \
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

# --- a clone that may not be deleted ---

timeout 120 sidestage clone shop stays --kube --app=shop --approve=stays >out 2>err </dev/null
ours double prod 'deny admin delete namespaces'
is_refused() {	# COMMAND...
	timeout 60 "$@" >out 2>err </dev/null
	code=$?
	echo "exit status $code" >>err
	[ $code = 4 ] && grep -q "stays could not be deleted: User admin has no right to delete namespaces" err
}
is_refused sidestage discard stays --kube --app=shop --approve=stays
result $? "a clone that may not be deleted is not waited for, and the right that lacks is named"
is_refused sidestage kube forget --approve=admin
result $? "nothing is forgotten then, for the same reason"
[ -d "$state/kube" ]
result $? "and what is kept here stays"
timeout 300 sidestage logs shop --follow --kube --app=shop >followed 2>&1 </dev/null &
holder=$!
wait_for grep -q listens followed
is_refused sidestage discard stays --kube --app=shop --approve=stays
result $? "it is asked for again, and refused again"
refuses() {	# WORDS STATUS BODY: of the namespace, however often it is asked
	ours double prod "DELETE /namespaces/shop-stays status $2 $3"
	is_said() {	# WORDS COMMAND...
		words=$1
		shift
		timeout 60 "$@" --timeout=40s >out 2>err </dev/null
		code=$?
		echo "exit status $code" >>err
		[ $code = 1 ] && grep -q "stays could not be deleted: .*$words" err
	}
	is_said "$1" sidestage discard stays --kube --app=shop --approve=stays
}
hook='admission webhook \"protect.example.com\" denied the request'
refuses "protect.example.com" 403 "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"message\":\"$hook\",\"reason\":\"Forbidden\",\"code\":403}"
result $? "nor is one waited for whose deletion an admission webhook denies"
refuses "it is broken" 500 '{"kind":"Status","apiVersion":"v1","status":"Failure","message":"it is broken","code":500}'
result $? "or that the cluster fails to delete"
ours double prod 'deny admin delete namespaces'
is_refused sidestage discard stays --kube --app=shop --approve=stays
tells "who looks at it is told why it is still there" \
	'answer["is_deleting"] and "no right to delete namespaces" in answer["delete_error"]' \
	sidestage environment stays --kube --app=shop --json
timeout 60 sidestage environment stays --kube --app=shop >out 2>err </dev/null
grep -q "stays (development, a clone): delete failed" out && grep -q "cannot be deleted: User admin has no right" out
result $? "and so is a person"
ours double prod
timeout 60 sidestage discard stays --kube --app=shop --approve=stays >out 2>err </dev/null
code=$?
{ [ $code = 0 ] || grep -q "stays was not found" err; } && [ "$(ours spaces prod)" = "billing shop" ]
result $? "and done as soon as there is the right"
kill $holder
wait $holder 2>/dev/null
holder=
wait_for gone

# --- a clone of a clone ---

timeout 120 sidestage clone shop middle --kube --app=shop --approve=middle >out 2>err </dev/null &&
	timeout 120 sidestage clone middle last --kube --app=shop --approve=last >>out 2>>err </dev/null &&
	timeout 120 sidestage version last web 1.4.4 --kube --app=shop --approve=last >>out 2>>err </dev/null
result $? "a clone is cloned, and its clone changed"
changes_of() { sidestage kube forget --json 2>>err </dev/null | python3 -c "import json, sys
print(*(f'{clone[\"environment\"]}={clone[\"changes\"]}' for clone in json.load(sys.stdin)['clones']))"; }
[ "$(changes_of)" = "middle=0 last=1" ]
result $? "what would be forgotten of both is counted"
sidestage discard middle --kube --app=shop >out 2>err </dev/null
[ $? = 5 ] && grep -q "Caution: last was cloned from middle and cannot be promoted without it" out
result $? "the review of a deletion names what was cloned from it"
sidestage discard last --kube --app=shop >out 2>err </dev/null
[ $? = 5 ] && ! grep -q "was cloned from" out
result $? "and nothing else"
timeout 120 sidestage discard middle --kube --app=shop --approve=middle >out 2>err </dev/null &&
	[ "$(changes_of)" = "last=None" ]
result $? "of a clone whose origin is gone it is not known, and not said to be nothing"
sidestage kube forget >out 2>err </dev/null
[ $? = 5 ] && grep -q "    it is unknown whether it has changes that are not promoted" out
result $? "a person reads that, too"
timeout 120 sidestage discard last --kube --app=shop --approve=last >out 2>err </dev/null
result $? "and it is discarded all the same"

# --- what may not be read, and a cluster that is away ---

ours double prod 'deny * list deployments.apps shop'
tells "what may not be listed is named, and the rest is shown" 'answer["application"] == "shop"' \
	sidestage board --kube --namespace=shop --namespace=billing --json
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
fails "what takes too long is named: it is the cluster" 3 "The cluster did not answer in time. Not read: the namespace" \
	sidestage board --kube --json --timeout=2s
ours double prod

# --- Secrets of a clone ---

needs_secret() { python3 -S - "$KUBECONFIG" "$top/tests/kube" <<'END'
import sys
sys.path.insert(0, sys.argv[2])
from cluster import Client
client, web = Client(sys.argv[1]), "/apis/apps/v1/namespaces/shop/deployments/web"
for path, kind, more in ("/api/v1/namespaces/shop/secrets/mail", "Secret", {"stringData": {"key": "x"}}), (
        "/api/v1/namespaces/shop/secrets/other", "Secret", {"stringData": {"key": "y"}}), (
        web, "Deployment", {"spec": {"template": {"spec": {"containers": [
            {"name": "web", "envFrom": [{"secretRef": {"name": "mail"}}]}]}}}}):
    answer = client.apply(path, {"apiVersion": "v1" if kind == "Secret" else "apps/v1", "kind": kind,
                                 "metadata": {"name": path.rpartition("/")[2]}, **more}, "mailer")
    if answer.status not in (200, 201):
        raise SystemExit(str(answer.value))
END
}
needs_secret >out 2>err
result $? "the pods of a workload need a Secret"
said() { sidestage clone shop hotfix-2 --kube --app=shop "$@" >out 2>err </dev/null; }
says_copied() { said; grep -q "Secret mail: copied" out; }	# without a yes it is no success
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

key_of() { python3 -S - "$KUBECONFIG" "$top/tests/kube" "$1" <<'END'
import base64
import sys
sys.path.insert(0, sys.argv[2])
from cluster import Client
found = Client(sys.argv[1]).get(f"/api/v1/namespaces/{sys.argv[3]}/secrets/mail").value["data"]
print(" ".join(base64.b64decode(found[key]).decode() for key in sorted(found)))
END
}
timeout 120 sidestage clone shop typed --kube --app=shop --secret=mail=data:key=MAIL_KEY --value=MAIL_KEY=typed-text \
	--secret=mail=data:user=MAIL_USER --value=MAIL_USER=web \
	--approve=typed >out 2>err </dev/null && [ "$(key_of shop-typed)" = "typed-text web" ]
result $? "one that is typed has the text of each value that it is made of"
tells "which is a secret itself" '[v["is_secret"] and not v["value"] for v in answer["values"]] == [True, True]' \
	sidestage environment typed --kube --app=shop --json
timeout 120 sidestage discard typed --kube --app=shop --approve=typed >out 2>err </dev/null

timeout 120 sidestage clone shop hotfix-2 --kube --app=shop --secret=mail=as:other --approve=hotfix-2 >out 2>err </dev/null &&
	timeout 120 sidestage version hotfix-2 web 1.4.3 --kube --app=shop --approve=hotfix-2 >>out 2>>err </dev/null
result $? "a clone with another Secret is changed"
sidestage promote hotfix-2 --kube --app=shop --json >out 2>err </dev/null
[ $? = 5 ] && python3 -c "import json
review = json.load(open('out'))
paths = [change['path'] for change in review['changes']]
raise SystemExit(len(paths) != 1 or not paths[0].endswith('/image') or '/spec/secrets' not in ' '.join(review['cautions']))" 2>>err
result $? "and promoted with its change alone: which Secret the clone has is the clone's"
fails "what has a clone is not moved to another application, and a plain command says why" 6 \
	"Namespace shop stays in application shop while clones of it are there" \
	sidestage kube --namespace=shop --group=shop=other --json
sidestage board --kube --app=shop --json >out 2>err </dev/null
[ $? = 0 ] && ! grep -qv "^Reading what runs" err	# which is said where it takes long
result $? "nor is that kept, to come true when the clone is gone"

# --- away ---

belongs_to() { python3 -S - "$KUBECONFIG" "$top/tests/kube" "$1" <<'END'
import sys
sys.path.insert(0, sys.argv[2])
from cluster import Client, MERGE
answer = Client(sys.argv[1]).ask("PATCH", "/api/v1/namespaces/shop-hotfix-2", {
    "metadata": {"annotations": {"sidestage.dev/owner": sys.argv[3]}}}, MERGE)
raise SystemExit(answer.status != 200)
END
}
# Of two applications one is nobody's to look at.
sidestage kube --namespace=shop --namespace=billing --group=billing=accounts --json >out 2>err </dev/null
belongs_to colleague
ours double prod 'GET namespaces\?.*managed-by delay 2'
sidestage kube forget >out 2>err </dev/null
code=$?
ours double prod
[ $code = 5 ] && grep -q "1 clone of others stays" out && ! grep -q "delete the clone" out
result $? "a clone that a colleague has taken over meanwhile would stay, however late that is read"
ours double prod away
fails "with a cluster that is away nothing is forgotten, and it is said why" 3 "The cluster cannot be read" sidestage kube forget --approve=admin
ours double prod
sidestage discard hotfix-2 --kube --app=shop --approve=hotfix-2 >out 2>err </dev/null
code=$?
[ $code = 4 ] && grep -q "not your clone" err
result $? "and is not discarded as one's own"
belongs_to "$(id -un)"
before=$(writes | grep -cE '/(shop|billing)[/ ?]')
sidestage kube forget >out 2>err </dev/null
code=$?
[ $code = 5 ] && grep -q "Forgetting admin will:" out && grep -q "delete the clone hotfix-2 of shop (cluster admin, namespace shop-hotfix-2)" out && grep -qF "$state/kube/" out && [ -d "$state/kube" ]
result $? "what would be forgotten is listed, and nothing is done without a yes"
sidestage kube forget --json >out 2>err </dev/null
[ $? = 5 ] && python3 -c "import json
answer = json.load(open('out'))
raise SystemExit(answer['state'] != 'reviewed' or [c['environment'] for c in answer['clones']] != ['hotfix-2'])" 2>>err
result $? "as JSON, too"
fails "another context's name is no yes" 2 'but the context is "admin"' sh -c 'sidestage kube forget --approve=prod >/dev/null'
sidestage kube forget --approve=admin --json >out 2>err </dev/null
code=$?
[ $code = 0 ] && [ "$(python3 -c "import json; print(json.load(open('out'))['state'])" 2>>err)" = forgotten ] && [ -z "$(find "$state/kube" run -mindepth 1 -name '*admin*' -o -mindepth 1 -name 'kube-*')" ]
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

# --- clones of what is gone ---

timeout 120 sidestage clone shop left-1 --kube --app=shop --approve=left-1 >out 2>err </dev/null
result $? "what will be deleted in the cluster has a clone"
wait_for gone
deletes() { python3 -S - "$KUBECONFIG" "$top/tests/kube" <<'END'
import sys
sys.path.insert(0, sys.argv[2])
from cluster import Client
client = Client(sys.argv[1])
client.ask("DELETE", "/api/v1/namespaces/shop")
while client.get("/api/v1/namespaces/shop").status != 404:
    pass
END
}
deletes >out 2>err
result $? "and is deleted"
fails "who names the namespace is told of the clones, and how they are reached" 2 \
	"There is no namespace shop in the cluster. No namespace is shown. Clones of it are still there: left-1. Leave out --namespace=shop to use them." \
	sidestage discard left-1 --kube --namespace=shop --app=shop --approve=left-1
timeout 60 sidestage discard left-1 --kube --app=shop --approve=left-1 >out 2>err </dev/null &&
	[ "$(ours spaces prod)" = billing ]
result $? "which is so"
echo "1..$number"
exit $status
