#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# coverage.sh BUILD [FLOOR]: how much of each room the tests ran there have executed, by gcov, and
# which files are below FLOOR percent (85).  `make coverage` builds, runs the tests and calls it.
# It fails where a room as a whole is below.
set -u
cd "${1:?coverage.sh BUILD [FLOOR]}" || exit 2
find src -name '*.gcno' | sort | while read -r notes; do
	# An object that never ran has no counters; gcov then counts its lines as not executed.
	gcov -n -o "$(dirname "$notes")" "$notes" 2>/dev/null
done | awk -v floor="${2:-85}" '
/^File / {
	file = $0
	sub(/^File ./, "", file)
	sub(/.$/, "", file)
	sub(/^.*\/src\//, "src/", file)
	next
}
/^Lines executed:/ && file ~ /^src\/.*\.c$/ && !(file in lines) {
	split($0, part, /[:% ]+/)
	lines[file] = part[length(part)]
	ran[file] = part[3] / 100 * part[length(part)]
	file = ""
}
function room(name) {
	if (match(name, /^src\/(flow|platform\/drivers)\//))
		return substr(name, 1, RLENGTH - 1)
	sub(/\/[^\/]*$/, "", name)
	return name
}
END {
	for (name in lines) {
		all[room(name)] += lines[name]
		hit[room(name)] += ran[name]
		if (lines[name] > 0 && ran[name] / lines[name] * 100 < floor)
			printf "%5.1f %% of %4d  %s\n", ran[name] / lines[name] * 100, lines[name], name | "sort -n"
	}
	close("sort -n")
	print ""
	for (name in all) {
		share = hit[name] / all[name] * 100
		printf "%5.1f %% of %5d  %s%s\n", share, all[name], name, share < floor ? "  (below)" : "" | "sort -k5"
		if (share < floor && name ~ /\/(model|compare|db|flow|engine|drivers)$/)
			failed = 1
	}
	close("sort -k5")
	exit failed
}'
