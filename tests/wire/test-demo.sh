#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The platform that a client starts for its demo: when it cannot start, the client says why, in the
# words of whoever knows it, leaves nothing running, and can start one as soon as the reason is gone.
set -u
command -v flock >/dev/null 2>&1 || { echo "1..0 # SKIP flock is not installed"; exit 0; }
LC_ALL=C.UTF-8
export LC_ALL
folder=$(mktemp -d) || exit 99
holder=
cleanup() {
	[ -z "$holder" ] || { kill "$holder" && wait "$holder"; } 2>/dev/null
	rm -rf "$folder"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM
cd "$folder" || exit 99
HOME=$folder/home
XDG_RUNTIME_DIR=$folder/run
export HOME XDG_RUNTIME_DIR
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME SIDESTAGE_TOKEN HUMANITEC_TOKEN
mkdir -m 700 home run
: >out
: >err
demo=$HOME/.local/state/sidestage/demo
right=$SIDESTAGED
number=0 status=0

result() {	# CODE NAME
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		head -n 12 out err | sed 's/^/# /'
		status=1
	fi
}
# What fails: its exit status is not 0, stdout is empty, and stderr has all of these words.
fails() {	# NAME WORDS COMMAND...
	name=$1 words=$2
	shift 2
	timeout 60 "$@" >out 2>err </dev/null
	code=$?
	echo "exit status $code" >>err
	[ $code != 0 ] && [ $code -lt 124 ] && [ ! -s out ] && grep -qF -- "$words" err
	result $? "$name"
}
asks() { timeout 60 sidestage applications --demo "$@" >out 2>err </dev/null; }
wait_for() {	# up to a minute
	tries=600
	until "$@" >/dev/null 2>&1; do
		tries=$((tries - 1))
		[ $tries -gt 0 ] || return 1
		sleep 0.1
	done
}
daemon() {	# LINES-OF-A-SCRIPT: what stands for sidestaged
	printf '#!/bin/sh\n%s\n' "$1" >daemon
	chmod +x daemon
}

# --- where it is to be ---

fails "without a home it is said what to set" "HOME" env -u HOME sidestage applications --demo
: >file
fails "a state directory that cannot be is named" "$folder/file/sidestage" \
	env XDG_STATE_HOME="$folder/file" sidestage applications --demo
long=$folder/$(printf '%0120d' 7)
fails "a directory that is too long for a socket is named, with what to set" "Set XDG_RUNTIME_DIR" \
	env XDG_RUNTIME_DIR="$long" sidestage applications --demo
rm -rf "$long"
mkdir -p "$demo.lock"
fails "so is a lock that cannot be made" "demo.lock: cannot make the lock file" sidestage applications --demo
rmdir "$demo.lock"

# --- daemons that do not start ---

fails "a program that is not there is named" "/nowhere/sidestaged" \
	env SIDESTAGED=/nowhere/sidestaged sidestage applications --demo
daemon 'echo "<3>time=now level=error msg=\"the state is \\\"taken\\\" by 7\" pid=\"7\"" >&2; exit 1'
fails "what a daemon logged last is what is said, without the rest of the line" \
	'did not start: the state is "taken" by 7. See its log' \
	env SIDESTAGED="$folder/daemon" sidestage applications --demo
daemon 'echo "first" >&2; echo "Segmentation fault (no core)" >&2; exit 1'
fails "also where it is no line of a log" "did not start: Segmentation fault (no core). See" \
	env SIDESTAGED="$folder/daemon" sidestage applications --demo
daemon 'exit 1'
fails "and that it said nothing" "did not start: it said nothing" \
	env SIDESTAGED="$folder/daemon" sidestage applications --demo
daemon 'echo something else >&3; exit 1'
fails "another word than that it is ready is none" "did not start" \
	env SIDESTAGED="$folder/daemon" sidestage applications --demo
daemon 'echo ready >&3; exit 0'
fails "one that ends at once after that is found out" "ended right after its start" \
	env SIDESTAGED="$folder/daemon" sidestage applications --demo
# It prints more than is read of a log.
daemon 'i=0; while [ $i -lt 400 ]; do echo "line $i of many" >&2; i=$((i + 1)); done; exit 1'
fails "of a long log it is the last line" "did not start: line 399 of many. See" \
	env SIDESTAGED="$folder/daemon" sidestage applications --demo

# --- one that does ---

SIDESTAGED=$right
export SIDESTAGED
asks && grep -q topicshare out
result $? "when the reason is gone it starts"
# One that begins while another begins waits for it.
flock "$demo.lock" sh -c ': >locked; sleep 1' &
wait_for test -e locked
asks && grep -q topicshare out
result $? "one that begins while another begins waits for it"
wait

timeout 300 sidestage logs production --follow --demo >followed 2>&1 </dev/null &
holder=$!
wait_for test -S run/sidestage/demo.sock
wait_for asks
fails "what somebody has open is not forgotten" "Quit it first" timeout 60 sidestage demo --fresh --linear
kill -0 $holder && asks && grep -q topicshare out
result $? "and goes on"
kill $holder
wait $holder 2>/dev/null
holder=
gone() { for process in /proc/[0-9]*; do tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -qF -- "--state $demo " && return 1; done; return 0; }
wait_for gone
result $? "with the last client it ends"
echo "1..$number"
exit $status
