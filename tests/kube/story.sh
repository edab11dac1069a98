# SPDX-License-Identifier: GPL-3.0-or-later
# The hotfix on real pods, from the first deployment to the end of the clone; read by check.sh, whose
# node is up.
story=$folder/story
mkdir -p "$story/images"
head -c 24 /dev/urandom | base64 >"$story/token"
chmod 600 "$story/token"
cat >"$story/conf" <<END
[state]
directory = $story/state
[run]
images = $story/images
[listen]
address = 127.0.0.1:18080
[access]
token-file = $story/token
[cluster "prod"]
kubeconfig = $dir/kubeconfig
END

inside() {
	node enter "$dir" env HOME="$story" "$@"
}
sidestage() {
	inside "$SIDESTAGE" "$@" --url=http://127.0.0.1:18080 --token-file="$story/token" \
		--org=topicshare-inc --app=topicshare
}
api() { # METHOD PATH [BODY]
	inside curl -sS --fail-with-body --max-time 30 -X "$1" \
		-H "Authorization: Bearer $(cat "$story/token")" -H 'Content-Type: application/json' \
		"http://127.0.0.1:18080$2" ${3:+-d "$3"}
}
start_platform() { # [OPTION...]
	inside "$SIDESTAGED" serve --config "$story/conf" "$@" >>"$story/sidestaged.log" 2>&1 &
	platform=$!
	until_true platform_answers
}
platform_answers() {
	kill -0 "$platform" && api GET /orgs/topicshare-inc >/dev/null 2>&1
}
# The first process of the node's namespaces has another's number outside.
end_platform() {
	inside pkill -TERM -x sidestaged && wait "$platform"
}
is_deployed() { # ENV: it has ended
	case $(api GET "/orgs/topicshare-inc/apps/topicshare/envs/$1") in
	*'"status":"succeeded"'* | *'"status": "succeeded"'*) return 0 ;;
	*) return 1 ;;
	esac
}
page() { # ENV: what a browser gets of its web
	inside curl -sf --max-time 5 "http://$(kube -n "topicshare-$1" get service web \
		-o 'jsonpath={.spec.clusterIP}')/"
}
# Version 1.4.2 cuts a title within a character, so its page is no UTF-8.
has_bug() {
	page "$1" >"$story/page" && grep -aq guest-ko "$story/page" &&
		! iconv -f UTF-8 -t UTF-8 "$story/page" >/dev/null 2>&1
}
is_right() {
	page "$1" >"$story/page" && grep -aq guest-ko "$story/page" &&
		iconv -f UTF-8 -t UTF-8 "$story/page" >/dev/null 2>&1
}
snapshot() { # NAME
	PYTHONDONTWRITEBYTECODE=1 node enter "$dir" env KUBECONFIG="$dir/kubeconfig" \
		python3 "$here/snapshot.py" take topicshare-production "$KUBE_NODE" kubectl >"$story/$1"
}
namespace_is_gone() {
	! kube get namespace "$1" >/dev/null 2>&1
}
said() { # COMMAND...: what it says is kept for who reads a failure
	"$@" >>"$story/said.log" 2>&1
}

start_platform --import "$here/topicshare.json"
report $? "sidestaged knows the cluster"
until_true is_deployed production && said until_true has_bug production
report $? "Production is a namespace, and its page has the bug"
until_true is_deployed qa && until_true is_deployed development
report $? "and so are QA and Development"
said sidestage clone production hotfix-1 --approve=hotfix-1 && said until_true has_bug hotfix-1
report $? "a clone of Production is a namespace of its own, and the bug is seen in it"
snapshot before
said api POST /orgs/topicshare-inc/artefact-versions \
	'{"type": "container", "name": "local/topicshare-web", "version": "1.4.3"}'
report $? "a version that was built is registered"
said sidestage version hotfix-1 web 1.4.3 --approve=hotfix-1 && until_true is_right hotfix-1
report $? "one version is another there, and the page is right"
has_bug production
report $? "Production is as it was"
said sidestage promote hotfix-1 --approve=production --reason="Korean titles" &&
	until_true is_right production
report $? "promoted, it is right in Production too"
snapshot after
python3 "$here/snapshot.py" compare "$story/before" "$story/after" >"$story/changed.log"
report $? "of all objects of Production's namespace exactly one field is another"
said sidestage undo production --approve=production --reason="Look again" && until_true has_bug production
report $? "undone, Production is as it was before"
said sidestage discard hotfix-1 --approve=hotfix-1 && until_true namespace_is_gone topicshare-hotfix-1
report $? "discarded, the clone's namespace is gone"
end_platform
report $? "sidestaged ends"
kube -n topicshare-production get deployment web >/dev/null && is_right qa
report $? "and what it deployed goes on"
[ "$failed" = 0 ] || tail -n 30 "$story"/*.log | sed 's/^/# /'
