#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The form of the code that a formatter would not keep for us: no line is over 100 columns (tabs
# count 8), but for the row of a table, which stays one line, and for a string, which is not cut;
# no file of the programs is over 700 lines, and none of over 150 begins without a word of what its
# idea is; nothing stands behind a line's end; no test calls
# cmocka's skip(), which is a failure in TAP.
set -u
cd "${srcdir:-.}" || exit 99
files=$(find src tests data/sample -name '*.[ch]' | LC_ALL=C sort)
bad=0 n=0
echo 1..5

# NAME: fails with the lines that stand in $found.
tell() {
	n=$((n + 1))
	if [ -z "$found" ]; then
		echo "ok $n - $1"
	else
		printf '%s\n' "$found" | head -20 | sed 's/^/# /'
		echo "not ok $n - $1"
		bad=1
	fi
}

found=$(for f in $files; do
	expand "$f" | awk -v f="$f" 'length > 100 && !/^ *[{]/ && !/"/ { print f ":" NR ": " $0 }'
done)
tell "no line is over 100 columns"

found=$(find src -name '*.[ch]' -exec awk 'FNR == 701 { print FILENAME }' {} +)
tell "no file is over 700 lines"

found=$(find src -name '*.c' | LC_ALL=C sort | xargs awk '
	function end() { if (lines > 150 && !is_said) print file }
	FNR == 1 { end(); file = FILENAME; is_said = is_past = 0 }
	FNR > 1 && !is_past && NF { is_said = /^\/\*/; is_past = 1 }
	{ lines = FNR }
	END { end() }')
tell "no long file begins without its idea"

# shellcheck disable=SC2086
found=$(LC_ALL=C grep -n '[[:blank:]]$' $files)
tell "nothing stands behind a line's end"

# shellcheck disable=SC2086
found=$(grep -nE '(^|[^a-z_])skip\(\)' $files | grep -v '^tests/skip[.]h:')
tell "no test is skipped as a failure"
exit $bad
