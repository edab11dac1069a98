#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The house of doc/architecture: which folder of src may include from which, and which library
# is known in which.  Arrows point down only.
set -u
top=$(cd "${srcdir:-.}" && pwd)
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT

cat >"$folder/rules" <<'END'
base base
db base db
net base net
model base model
compare base model compare
store base db model store
api base net model api
flow base net model compare store api flow
ui base model compare store flow ui
cli base model compare store flow ui cli
platform base db net model platform
<ncurses.h> ui
<curses.h> ui
<term.h> ui
<curl/curl.h> net
<sqlite3.h> db platform
<microhttpd.h> platform
<gnutls/gnutls.h> platform
<yaml.h> platform model
END

# Prints "FILE:LINE: what is wrong" for each include below $1/src that the rules do not allow.
check() {
	(cd "$1" && grep -rnE '^[ \t]*#[ \t]*include[ \t]*["<]' src --include='*.c' --include='*.h') |
		awk -v rules="$folder/rules" '
	BEGIN {
		while ((getline line < rules) > 0) {
			n = split(line, word, " ")
			known[word[1]] = 1
			for (i = 2; i <= n; i++)
				allowed[word[1], word[i]] = 1
		}
	}
	{
		split($0, place, ":")
		file = place[1]
		split(file, part, "/")
		from = part[2]
		match($0, /["<][^">]*[">]/)
		what = substr($0, RSTART, RLENGTH)
		where = file ":" place[2] ": "
		if (!(from in known))
			print where "src/" from " is not in the rules of tests/layers.sh"
		else if (what ~ /^</ && (what in known) && !((what, from) in allowed))
			print where what " is not for src/" from
		if (what !~ /^".*\//)
			next	# of the same folder, or config.h
		split(substr(what, 2), to, "/")
		if (!((from, to[1]) in allowed))
			print where "src/" from " does not include from src/" to[1]
		if (what ~ /\/private\.h"$/ && substr(file, 5, length(what) - 12) != substr(what, 2, length(what) - 12))
			print where what " is private to its folder"
	}'
}

check "$top" >"$folder/found"
sed 's/^/# /' "$folder/found"
[ -s "$folder/found" ] && echo "not ok 1 - every include points down" || echo "ok 1 - every include points down"

# The check sees what it is there for.
mkdir -p "$folder/tree/src/model" "$folder/tree/src/platform/drivers" "$folder/tree/src/ui"
printf '#include "config.h"\n#include "base/buf.h"\n#include "flow/world/world.h"\n' >"$folder/tree/src/model/a.c"
printf '#include <curl/curl.h>\n#include <stdio.h>\n#include "store/private.h"\n' >"$folder/tree/src/ui/b.c"
printf '#include "platform/drivers/private.h"\n#include "api/api.h"\n' >"$folder/tree/src/platform/drivers/c.c"
check "$folder/tree" | LC_ALL=C sort >"$folder/planted"
cat >"$folder/expected" <<'END'
src/model/a.c:3: src/model does not include from src/flow
src/platform/drivers/c.c:2: src/platform does not include from src/api
src/ui/b.c:1: <curl/curl.h> is not for src/ui
src/ui/b.c:3: "store/private.h" is private to its folder
END
if diff "$folder/planted" "$folder/expected" >"$folder/why"; then
	echo "ok 2 - one that points up is found, and a library or a private header in the wrong folder"
else
	sed 's/^/# /' "$folder/why"
	echo "not ok 2 - one that points up is found, and a library or a private header in the wrong folder"
	exit 1
fi
echo "1..2"
[ ! -s "$folder/found" ]
