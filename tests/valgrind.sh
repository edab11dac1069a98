#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The unit tests, and one story with the client in it, under valgrind: no error, no leak.
# Runs in the build tree; TAP, a line for each program.  Those that take a minute of a processor there,
# or wait for the double of a cluster and would do so in vain on a busy machine, are left to
# CHECK_LONG=1 (SLICE=i/n: each n-th of all); `.ci/run` has all under ASan.
set -u
srcdir=${srcdir:-.}
story=$srcdir/tests/tty/terminal.story

skip() {
	echo "1..0 # SKIP $*"
	exit 0
}
command -v valgrind >/dev/null 2>&1 || skip "valgrind is not installed"
if [ -x sidestage ] && nm sidestage 2>/dev/null | grep -q __asan_init; then
	skip "valgrind cannot run what was built with AddressSanitizer"
fi

logs=$(mktemp -d) || exit 99
trap 'rm -rf "$logs"' EXIT
trap 'exit 1' HUP INT TERM
options="--quiet --leak-check=full --show-leak-kinds=definite,indirect,possible
	--errors-for-leak-kinds=definite,indirect,possible --error-exitcode=99 --child-silent-after-fork=yes
	--suppressions=$(cd "$srcdir" && pwd)/tests/valgrind.supp"
long="test-driver-contract test-kube-adopted test-kube-clone test-kube-driver test-kube-objects test-kube-pause
	test-kube-review test-kube-routes test-kube-sight test-kube-survey"
number=0
status=0

# report CODE NAME LOG: a log with anything in it is a complaint of valgrind.
report() {
	number=$((number + 1))
	# A call that valgrind does not know (mount_setattr) is refused, as by an older kernel.
	sed -i '/^--[0-9]*-- /d' "$3"
	if [ "$1" = 0 ] && [ ! -s "$3" ]; then
		echo "ok $number - $2"
		return
	fi
	status=1
	echo "not ok $number - $2 (ended with $1)"
	head -n 80 "$3" | sed 's/^/#   /'
	[ -f "$3.out" ] || return
	# What failed comes first: a test that logs much would push it out.
	grep -E -B 3 -A 6 '^not ok|^# .*(error|Failure)' "$3.out" | grep -v 'level=' | head -n 40 | sed 's/^/#   /'
	grep -v '^ok' "$3.out" | tail -n 40 | sed 's/^/#   /'
}

# Several side by side, since each is one thread that waits for a processor.
for test in tests/unit/test-*; do
	case $test in
	*.o | *.c | *.log | *.trs | *'*') continue ;;
	esac
	[ -f "$test" ] && [ -x "$test" ] || continue
	case " $(echo $long) " in
	*" $(basename "$test") "*) [ "${CHECK_LONG:-}" = 1 ] || continue ;;
	esac
	echo "$test"
done >"$logs/every"
slice=${SLICE:-1/1}
awk -v i="${slice%/*}" -v n="${slice#*/}" 'NR % n == i % n' "$logs/every" >"$logs/all"
# Those that wait for a cluster take longest: they begin first, or the rest waits for them.
for first in test-kube-driver test-kube- ''; do
	grep -- "$first" "$logs/all"
done | awk '!seen[$0]++' >"$logs/tests"
# shellcheck disable=SC2016
VALGRIND="valgrind $(echo $options)" LOGS=$logs xargs -P 4 -I '{}' sh -c '
	log=$LOGS/$(basename "$1")
	$VALGRIND --log-file="$log" "$1" >"$log.out" 2>&1
	echo $? >"$log.code"' sh '{}' <"$logs/tests"
while read -r test; do
	log=$logs/$(basename "$test")
	report "$(cat "$log.code" 2>/dev/null || echo none)" "$(basename "$test") has no error and no leak" "$log"
done <"$logs/tests"

if [ "${slice%/*}" = 1 ] && [ -x tests/tty/tty-run ] && [ -x sidestage ]; then
	log=$logs/client
	: >"$log"
	TTY_SLOW=${TTY_SLOW:-10} TTY_WRAP="valgrind $(echo $options) --log-file=$logs/client.%p" \
		tests/tty/tty-run "$story" >"$log.out" 2>&1
	code=$?
	for each in "$logs"/client.[0-9]*; do
		[ ! -f "$each" ] || cat "$each" >>"$log"
	done
	report $code "the client in $(basename "$story") has no error and no leak" "$log"
fi
[ "$number" -gt 0 ] || skip "nothing is built yet"
echo "1..$number"
exit $status
