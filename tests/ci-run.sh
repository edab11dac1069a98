#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A step of .ci/run for which there was no time tells what had failed in it until then, and that alone.
. "${srcdir:-.}/tests/tap.sh"

sed -n '/^last_start=/,/^# Ends with 77/p' "$top/.ci/run" >"$folder/step"

# RESULT...: a step of four seconds whose tests have these results at once, and another one that has
# an error when it is ended.
play() {
	rm -rf "$folder/tree"
	mkdir -p "$folder/tree/build-x/tests"
	(
		set -o pipefail
		cd "$folder/tree" && . "$folder/step" >/dev/null && trap - EXIT
		last_end=$((SECONDS + 4))
		step "some tests" bash -c '
			trap "echo \":test-result: ERROR\" >build-x/tests/ended.trs; exit 1" TERM
			for result; do echo ":test-result: $result" >"build-x/tests/$result.trs"; done
			sleep 60 & wait' bash "$@"
		echo "$failed failed"
		cat "$failures"
		rm -f "$failures"
	) >"$folder/why" 2>&1
}
tells() { play $1 && grep -qx "$2 failed" "$folder/why" && [ "$(grep -c '\.trs$' "$folder/why")" = "$2" ]; }
says() { grep -q "^failed: some tests: build-x/tests/$1.trs$" "$folder/kept"; }

ok "a step that is cut short has not failed when nothing in it had" tells PASS 0
ok "what had failed is told" tells "PASS FAIL" 1
ok "and so is what a sanitizer found" tells "PASS ERROR" 1
play FAIL ERROR
cp "$folder/why" "$folder/kept"
ok "each is named" says FAIL
ok "and the other" says ERROR
ok "but not the test that was ended" bash -c '! grep -q ended.trs "$1"' bash "$folder/kept"
echo "1..$number"
exit $status
