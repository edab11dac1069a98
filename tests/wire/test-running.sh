#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The daemon as its administrator sees it: configuration, TLS, health, metrics, log, backup,
# restore, import, export, and how it stops.
set -u
top=$(cd "${srcdir:-.}" && pwd)
for tool in curl openssl awk; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
LC_ALL=C.UTF-8
export LC_ALL
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
	[ "$1" = says ] || mv "$folder/now" "$folder/last"
}
not() { ! "$@"; }
says() {	# FILE WORDS: as they stand
	grep -qF -- "$2" "$1" || { cat "$1"; return 1; }
}
wait_for() {	# up to 10 s
	tries=200
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.05
	done
}
api() { curl --silent --max-time 10 --unix-socket "$folder/api.sock" -H "@$folder/api.sock.secret" "$@"; }
start() {
	sidestaged serve --config c.conf 2>>log &
	daemon=$!
	wait_for api --fail http://localhost/readyz
}
stop() {
	kill "$daemon"
	wait "$daemon"
	code=$?
	daemon=
	return $code
}
certificate() {	# SERIAL
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
		-set_serial "$1" -keyout key.new -out cert.new 2>/dev/null &&
		mv key.new key.pem && mv cert.new cert.pem
}
free_port() {
	port=$((10000 + ($$ * 7 + $1 * 101) % 9000))	# no workload of another test gets these
	while curl --silent --max-time 1 "http://127.0.0.1:$port/" >/dev/null 2>&1; [ $? != 7 ]; do
		port=$((port + 1))
	done
	echo $port
}

# --- the configuration ---

cat >bad.conf <<'END'
[state]
	directroy = /tmp/x
[listen]
	address = 0.0.0.0:8080
	socket-mode = 0999
	address = nowhere
[lisen]
	socket = /tmp/s
[run]
	images = relative
	ready-timeout = soon
	stop-timeout = 1s
	stop-timeout = 2s
END
ok "check-config refuses a bad file" not sidestaged check-config bad.conf
ok "an unknown key has its place and a suggestion" \
	says last 'bad.conf:2:2: [state] has no key "directroy"; did you mean "directory"?'
ok "an unknown section too" says last 'bad.conf:8:2: There is no section [lisen]; did you mean [listen]?'
ok "a bad mode is told by where its value stands" says last 'bad.conf:5:16: "0999"'
ok "every fault is told at once" says last 'bad.conf: 10 errors'
ok "an address that others reach needs TLS" says last 'Other machines can reach 0.0.0.0:8080'
ok "a key that is given twice is a fault" says last 'bad.conf:13:2: The key is given twice.'
cat >templates.conf <<END
[state]
	directory = /nowhere
[run]
	images = /nowhere
[template "shop"]
	file = /etc/hosts
[template "shop"]
	file = /etc/hosts
[template]
	file = /etc/hosts
[template "../etc/passwd"]
	file = /etc/hosts
[template "relative"]
	file = shop.sql
[template "run"]
	command = /bin/sh
END
ok "a template that makes no sense is refused" not sidestaged check-config templates.conf
ok "a name that is given twice" says last 'templates.conf:8:2: The key is given twice.'
ok "one that is missing" says last 'templates.conf:10:2: A section [template] needs a name'
ok "one that is a path" says last 'templates.conf:12:2: A section [template] needs a name'
ok "a file that is nowhere" says last 'templates.conf:14:9: "shop.sql" is not an absolute path'
ok "and a key that there is not" says last 'templates.conf:16:2: A section [template] has one key'
ok "with five faults in all" says last 'templates.conf: 5 errors'
ok "the example has no fault" sidestaged check-config "$top/data/sidestaged.conf"
ok "an option that does not exist is refused with the one that was meant" sh -c \
	'! sidestaged serve --state nowhere --sockt x 2>option.err && grep -qxF "sidestaged: Unknown option \"--sockt\". Did you mean --socket?" option.err &&
	! sidestaged backup --foo 2>option.err && grep -qxF "sidestaged: Unknown option \"--foo\"." option.err &&
	! sidestaged token --state 2>option.err && grep -qxF "sidestaged: --state needs a value." option.err'
ok "serve refuses what check-config refuses" not sidestaged serve --config bad.conf
ok "a port that there is not is refused" not sidestaged serve --state nowhere --images images \
	--listen 127.0.0.1:99999
ok "and named" says last '127.0.0.1:99999'
ok "an unknown command has a suggestion" not sidestaged sevre
ok "and names it" says last 'Did you mean serve?'

plain=$(free_port 1)
secure=$(free_port 2)
certificate 4711
cat >c.conf <<END
[state]
	directory = $folder/state
[run]
	images = $folder/images
	stop-timeout = 20s
	ready-timeout = 10s
	min-ready = 300ms
[listen]
	socket = $folder/api.sock
	socket-mode = 0660
	address = 127.0.0.1:$plain
[tls]
	address = 127.0.0.1:$secure
	certificate = $folder/cert.pem
	key = $folder/key.pem
END
ok "check-config takes a good file" sidestaged check-config c.conf
mkfifo cert.pipe
sed "s|cert\.pem|cert.pipe|" c.conf >piped.conf
ok "a pipe for a certificate is refused, and not waited for" not timeout 20 sidestaged check-config piped.conf
ok "by its name" says last 'cert.pipe: not a regular file'

# --- an application, by YAML ---

mkdir -p images/t/quick images/t/slow
cat >images/t/quick/1 <<'END'
#!/bin/sh
while :; do echo here; /bin/sleep 1; done
END
cat >images/t/slow/1 <<'END'
#!/bin/sh
/bin/sleep 2
exec /bin/false
END
chmod +x images/t/*/*
cat >app.yaml <<'END'
organizations:
  - id: acme
    env_types: [{id: development}]
    applications:
      - id: hello
        environments:
          - id: here
            deployments:
              - comment: first
                set:
                  modules:
                    one:
                      profile: humanitec/default-module
                      spec: {containers: {one: {id: one, image: "t/quick:1"}}}
END
sed 's/profile/profil/; s/id: hello/id: Hello/; s/    env_types/    env_typs/' app.yaml >bad.yaml
ok "import refuses a bad file" not sidestaged import --state state bad.yaml
ok "a fault has its line and its pointer" \
	says last 'bad.yaml:5: /organizations/0/applications/0/id: must be 2 to 50'
ok "an unknown member has a suggestion" \
	says last 'bad.yaml:3: /organizations/0/env_typs: is not known here; did you mean "env_types"?'
printf 'organizations: &a [*a]\n' >alias.yaml
ok "aliases are refused" not sidestaged import --state state alias.yaml
ok "by line and column" says last 'alias.yaml: line 1'
awk 'BEGIN { for (i = 0; i < 40; i++) printf "["; for (i = 0; i < 40; i++) printf "]"; print "" }' |
	sed 's/^/organizations: /' >deep.yaml
ok "what is too deep is refused" not sidestaged import --state state deep.yaml
printf 'organizations: []\norganizations: []\n' >twice.yaml
ok "a key that is there twice is refused" not sidestaged import --state state twice.yaml
ok "import fills a state that no daemon has" sidestaged import --state state app.yaml
ok "and again" sidestaged import --state state app.yaml
ok "which changes nothing" says last 'kept their own deployments: 1'
ok "nor differs" not says last 'different and was not taken'
sed 's|t/quick:1|local/other:9.9|' app.yaml >changed.yaml
ok "another deployment is not taken" sidestaged import --state state changed.yaml
ok "which is said" says last 'has deployments and keeps them; what the file deploys there is different'
ok "a configuration names the images" sidestaged import --config c.conf changed.yaml
ok "and one that is missing is named with its line" says last '/image: warning: There is no image "local/other:9.9"'

sed 's/env_types:.*/&\n    definitions: [{id: far, type: k8s-cluster, driver_type: sidestage\/machine, criteria: [{env_type: other}]}]/' \
	app.yaml >nowhere.yaml
ok "without a daemon, too, an environment has somewhere to run" not sidestaged import --state alone nowhere.yaml
ok "else it is said what was tried" says last 'Cannot tell where here is to run'

# --- serving ---

ok "the daemon becomes ready" start
ok "healthz needs nobody" test "$(curl -s http://127.0.0.1:$plain/healthz)" = '{"status":"ok"}'
ok "the socket has the mode that was asked for" test "$(stat -c %a api.sock)" = 660
sidestaged token create --state state --user me --role /=administrator >token 2>/dev/null
ok "a socket and two addresses are served at once" curl -s --fail --cacert cert.pem \
	-H "Authorization: Bearer $(cat token)" https://localhost:$secure/orgs/acme
ok "by TLS too nobody comes without a token" not curl -s --fail --cacert cert.pem \
	https://localhost:$secure/orgs/acme
ok "TLS older than 1.2 is refused" not curl -s --tls-max 1.1 --cacert cert.pem https://localhost:$secure/
# The client, with a home of its own.
mkdir home
client() { env -u CURL_CA_BUNDLE -u SSL_CERT_FILE -u SSL_CERT_DIR HOME="$folder/home" \
	XDG_CONFIG_HOME= XDG_STATE_HOME= XDG_CACHE_HOME= XDG_RUNTIME_DIR= \
	SIDESTAGE_TOKEN="$(cat token)" "$@"; }
there() { client "$@" | grep -q '^acme'; }
where=--url=https://localhost:$secure
ok "the client trusts no certificate of an unknown CA" not client sidestage applications "$where"
ok "and says how to name one" says last 'ca-file'
ok "a private CA is trusted with --ca-file" there sidestage applications "$where" --ca-file=cert.pem
ok "or with CURL_CA_BUNDLE" there env CURL_CA_BUNDLE=cert.pem sidestage applications "$where"
ok "or with SSL_CERT_FILE" there env SSL_CERT_FILE=cert.pem sidestage applications "$where"
mkdir -p home/.config/sidestage
printf '[context "c"]\n\turl = https://localhost:%s\n\tca-file = %s\n' "$secure" "$folder/cert.pem" \
	>home/.config/sidestage/config
ok "or with ca-file in the configuration" there sidestage applications
ok "a file that is not there is named" not client sidestage applications "$where" --ca-file=no.pem
ok "as what it is" says last 'trusted certificates'
rm home/.config/sidestage/config
ok "a proxy of the environment hears nothing of this machine" there env http_proxy=http://127.0.0.1:9 \
	HTTPS_PROXY=http://127.0.0.1:9 all_proxy=http://127.0.0.1:9 \
	sidestage applications "$where" --ca-file=cert.pem
ok "import asks the daemon that runs" sidestaged import --state state app.yaml

serial() {
	echo | openssl s_client -connect 127.0.0.1:$secure 2>/dev/null |
		openssl x509 -noout -serial
}
is_serial() { test "$(serial)" = "serial=$1"; }
ok "the certificate is ours" is_serial 1267
# A connection that is open before, used behind it.
{ printf 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'; wait_for test -e replaced
  printf 'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'; wait_for test -e ended; } |
	openssl s_client -quiet -connect 127.0.0.1:$secure >open 2>/dev/null &
talker=$!
wait_for grep -q '"status":"ok"' open
certificate 4712
ok "a certificate that was replaced is used within a moment" wait_for is_serial 1268
touch replaced
wait_for sh -c 'test "$(grep -o :.ok open | wc -l)" = 2'
touch ended
wait $talker
ok "and the connection that was open goes on" test "$(grep -o '"status":"ok"' open | wc -l)" = 2
echo broken >cert.pem
kill -HUP $daemon
ok "a broken certificate is logged" wait_for says log 'the certificate before stays'
ok "and the one before stays" is_serial 1268
certificate 4713
kill -HUP $daemon
ok "SIGHUP reads the certificate again" wait_for is_serial 1269

# --- metrics, strictly by the text format 0.0.4 ---

curl -s -D head http://127.0.0.1:$plain/metrics >metrics
ok "metrics have their content type" grep -qi '^content-type: text/plain; version=0.0.4' head
cat >strict.awk <<'END'
function bad(why) { print NR ": " why ": " $0; failed = 1 }
/^# HELP / { if ($3 in help) bad("HELP twice"); help[$3] = 1; next }
/^# TYPE / {
	if (!($3 in help)) bad("TYPE without HELP"); if ($3 in type) bad("TYPE twice")
	if ($4 !~ /^(counter|gauge|histogram)$/) bad("type"); type[$3] = $4; family = $3; next
}
/^#/ || /^$/ { bad("neither sample nor comment"); next }
{
	if ($0 !~ /^[a-zA-Z_:][a-zA-Z0-9_:]*(\{[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*"(,[a-zA-Z_][a-zA-Z0-9_]*="([^"\\]|\\["\\n])*")*\})? ([0-9]+(\.[0-9]+)?)$/) {
		bad("form"); next
	}
	key = $0; sub(/ [^ ]*$/, "", key); value = $NF + 0
	if (key in seen) bad("series twice"); seen[key] = 1
	name = key; sub(/\{.*/, "", name); base = name
	if (type[family] == "histogram") sub(/_(bucket|sum|count)$/, "", base)
	if (base != family) bad("not in its family's group")
	if (type[family] == "counter" && name !~ /_total$/) bad("counter without _total")
	if (name ~ /_bucket$/) {
		labels = key; le = key; sub(/,?le="[^"]*"/, "", labels); sub(/.*le="/, "", le); sub(/".*/, "", le)
		if (labels == last && value < before) bad("buckets fall")
		if (labels == last && le != "+Inf" && le + 0 <= bound) bad("bounds fall")
		last = labels; before = value; bound = le + 0
		if (le == "+Inf") { inf = value; closed = 1 }
	} else if (name ~ /_count$/ && type[family] == "histogram") {
		if (!closed || value != inf) bad("count is not the last bucket"); closed = 0
	}
}
END
echo 'END { if (!NR) bad("empty"); exit failed }' >>strict.awk
ok "metrics keep the text format" awk -f strict.awk metrics
for name in sidestaged_build_info sidestaged_http_requests_total sidestaged_deployments_total \
	sidestaged_http_request_duration_seconds_bucket sidestaged_deployment_duration_seconds_sum \
	sidestaged_environments sidestaged_workload_processes process_open_fds \
	process_resident_memory_bytes process_start_time_seconds; do
	ok "metrics have $name" grep -q "^${name}[ {]" metrics
done
ok "a route is counted by its pattern" \
	grep -qF 'sidestaged_http_requests_total{route="/orgs/{orgId}",method="GET",status="200"} 1' metrics
ok "one process of a workload runs" grep -q '^sidestaged_workload_processes 1$' metrics

# --- the log ---

api -D head "http://localhost/orgs/acme?q=s3cret-query" >/dev/null
id=$(tr -d '\r' <./head | sed -n 's/^X-Request-Id: //p')
ok "a request has an id" test "${#id}" = 16
ok "and a line with it, its status and its duration" grep -Eq \
	"^<6>time=[^ ]+ level=info msg=\"request\" id=\"$id\" method=\"GET\" path=\"/orgs/acme\" status=\"200\" ms=\"[0-9]+\"\$" log
ok "tokens and queries are not in the log" not grep -q -e s3cret -e "$(cat token)" log

# --- backup, export, restore ---

ok "a backup is made while it runs" sidestaged backup --state state backup.tar
ok "it is a tar" sh -c 'tar tf backup.tar | grep -qx platform.db'
ok "only we can read it" test "$(stat -c %a backup.tar)" = 600
ok "and nothing of it is left in the state" sh -c '! ls state | grep backup'
ok "an export is made while it runs" sidestaged export --state state one.json
ok "an export to - goes to standard output, as an import reads standard input" sh -c 'sidestaged export --state state - >dash.json &&
	cmp one.json dash.json && test ! -e ./- && sidestaged export --state state | sidestaged import --state dash - &&
	sidestaged export --state dash - | cmp one.json -'
ok "a backup becomes a state" sidestaged restore --state restored backup.tar
ok "that is the same" sh -c 'sidestaged export --state restored two.json && cmp one.json two.json'
ok "no state is no empty export" not sidestaged export --state mistyped
ok "and that is said" says last 'mistyped: this is not a state directory'
ok "nor an empty backup" not sidestaged backup --state mistyped mistyped.tar
ok "and none is made" not ls -d mistyped mistyped.tar
mkfifo pipe
ln -s one.json link
for other in pipe link state; do
	ok "an export replaces no file of another kind ($other)" not sidestaged export --state state $other
	ok "and names it" says last "$other is not replaced: it is not a regular file."
	ok "nor does a backup" not sidestaged backup --state state $other
done
ok "what was there is there" test -p pipe -a -L link -a -d state
ok "it may come by a pipe, and begin late" sh -c '(sleep 0.2; cat backup.tar >pipe) &
	sidestaged restore --state piped pipe && sidestaged export --state piped three.json && cmp one.json three.json'
ok "and so may what is imported" sh -c '(sleep 0.2; cat one.json >pipe) &
	sidestaged import --state read pipe && sidestaged export --state read three.json && cmp one.json three.json'
ok "an export is imported as it was" sh -c 'sidestaged import --state third one.json &&
	sidestaged export --state third three.json && cmp one.json three.json'
ok "a state that is there is never written over" not sidestaged restore --state state backup.tar
head -c 3000 backup.tar >short.tar
ok "half a backup is refused" not sidestaged restore --state fourth short.tar
ok "and leaves nothing" sh -c '! ls | grep fourth'
tar cf foreign.tar c.conf
ok "another tar is refused" not sidestaged restore --state fourth foreign.tar

# --- stopping ---

app=http://localhost/orgs/acme/apps/hello
deploy_slow() {
	delta=$(api $app/deltas --json '{"modules":{"update":{"one":[{"op":"replace","path":"/spec/containers/one/image","value":"t/slow:1"},{"op":"add","path":"/spec/containers/one/readiness_probe","value":{"type":"http","path":"/","port":1}}]}}}' |
		sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
	api $app/envs/here/deploys --json "{\"delta_id\":\"$delta\"}" | sed 's/{"id":"\([0-9a-f]*\)".*/\1/'
}
deployment() { api $app/envs/here/deploys/$1; }
began=$(deploy_slow)
ok "a deployment goes on" wait_for sh -c "curl -s --unix-socket api.sock -H @api.sock.secret $app/envs/here/deploys/$began | grep -q '\"in progress\"'"
ok "SIGTERM ends it well" stop
ok "and waits for the deployment" not says log 'a deployment is interrupted'
start
deployment "$began" >after
ok "whose end is known" grep -q '"status":"failed"' after
ok "and is its own" not sh -c "curl -s --unix-socket api.sock -H @api.sock.secret $app/envs/here/deploys/$began/errors | grep -q interrupted"
stop
sed -i 's/stop-timeout = 20s/stop-timeout = 100ms/' c.conf
start
began=$(deploy_slow)
wait_for sh -c "curl -s --unix-socket api.sock -H @api.sock.secret $app/envs/here/deploys/$began | grep -q '\"in progress\"'"
ok "one that takes too long does not hold it" stop
ok "which is logged" says log 'a deployment is interrupted'
start
api $app/envs/here/deploys/"$began"/errors >after
ok "and the next start says why it failed" grep -q '"code":"interrupted"' after
# A request whose body is half here when the stop is asked for.
{ printf '{"modules"'; wait_for test ! -e api.sock; printf ':{}}'; } |
	curl --silent --verbose --max-time 20 --unix-socket api.sock -H @api.sock.secret -H 'Expect: 100-continue' \
		-X POST -T - $app/deltas >answer 2>./talk &
talker=$!
wait_for grep -q '100 Continue' talk
kill -TERM $daemon
wait $talker
ok "a request in flight is answered before the end" grep -q '"modules"' answer
ok "and its connection closed behind it" grep -qi '^< connection: close' talk
ok "a stopped daemon leaves no socket" sh -c "wait_gone() { i=0; while [ -e api.sock ] && [ \$i -lt 100 ]; do sleep 0.05; i=\$((i+1)); done; ! [ -e api.sock ]; }; wait_gone"
wait $daemon
daemon=

# --- a migration ---

sqlite_version=$(od -An -tu1 -j60 -N4 restored/platform.db | awk '{ print $4 }')
ok "the schema has a version" test "$sqlite_version" -ge 1

# --- systemd ---

if command -v systemd-analyze >/dev/null 2>&1; then
	mkdir units
	cp "$top/data/sidestaged.socket" units/
	sed "s|@bindir@|${builddir:-.}|; s|@sysconfdir@|/etc|" "$top/data/sidestaged.service.in" >units/sidestaged.service
	SYSTEMD_UNIT_PATH=$folder/units: systemd-analyze verify --man=no units/sidestaged.service \
		units/sidestaged.socket >verify 2>&1
	code=$?
	if grep -q -i -e 'failed to initialize manager' -e 'runtime directory' verify; then
		number=$((number + 1))
		echo "ok $number - the units are verified # SKIP systemd-analyze cannot run here"
	else
		ok "the units are verified" sh -c "cat verify; ! grep -e sidestaged verify && test $code = 0"
	fi
fi
echo "1..$number"
exit $status
