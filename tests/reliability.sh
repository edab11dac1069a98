#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every test that doc/reliability names is in the file that it is listed with.  There, a line of
# four spaces is a file, one of eight a test in it (its first word counts).  A shell script or a
# story may be listed without tests.
set -u
top=$(cd "${srcdir:-.}" && pwd)
cd "$top" || exit 99

awk '
function report(good, text) {
	count++
	printf "%s %d - %s\n", good ? "ok" : "not ok", count, text
	if (!good)
		failed = 1
}
function read_file(name,    line) {
	content = ""
	there = 0
	while ((getline line < name) > 0) {
		content = content line "\n"
		there = 1
	}
	close(name)
}
/^    [^ ]/ {
	file = $1
	read_file(file)
	if (!there)
		report(0, file " is there")
	files++
}
/^        [^ ]/ {
	if (index(content, $1) == 0)
		report(0, file " has " $1)
	tests++
}
END {
	report(files > 0 && tests > 0, sprintf("doc/reliability names %d tests of %d files", tests, files))
	printf "1..%d\n", count
	exit failed
}' doc/reliability
