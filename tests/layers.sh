#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The house of doc/architecture: which room of src may include from which, which library of the
# system is known in which, and that each of our libraries links with the lower ones alone.
# Arrows point down only.  A struct has its name for itself in the whole tree.
set -u
top=$(cd "${srcdir:-.}" && pwd)
build=$(cd "${builddir:-$top/build}" 2>/dev/null && pwd)
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT

# The rooms, the lowest first, and what each may include besides its own.  "@" are those of a driver.
cluster_driver=platform/drivers/kubernetes
sed "s,@,$cluster_driver,g" >"$folder/rules" <<'END'
base
db base
net base
model base
compare base model
store base db model
api base net model
flow/context base net model compare store api
flow/world base net model compare store api flow/context
flow/verbs base net model compare store api flow/context flow/world
flow base net model compare store api flow/context flow/world flow/verbs
ui base model compare store flow flow/context flow/world flow/verbs
cli base model compare store flow flow/context flow/world flow/verbs ui
platform/drivers base db net model
@/cluster base net model platform/drivers
@/verdict base net model platform/drivers @/cluster
@/objects base net model platform/drivers @/cluster
@/adopted base net model platform/drivers @/cluster
@/reach base net model platform/drivers @/cluster
@/space base net model platform/drivers @/cluster @/verdict @/objects @/adopted @/reach
@/survey base net model platform/drivers @/cluster @/space
@/review base net model platform/drivers @/cluster @/objects @/adopted @/space
@/rollout base net model platform/drivers @/cluster @/verdict @/objects @/adopted @/space
@/record base net model platform/drivers @/cluster @/objects @/space @/rollout
@ base net model platform/drivers @/cluster @/verdict @/objects @/adopted @/reach @/space @/survey @/review @/rollout @/record
platform/state base db net model
platform/auth base net model platform/state
platform/engine base net model platform/drivers platform/state platform/auth
platform/http base net model platform/drivers platform/state platform/auth platform/engine
platform/api base net model platform/drivers platform/state platform/auth platform/engine platform/http
platform/admin base db net model platform/drivers platform/state platform/auth platform/engine platform/http platform/api @ @/cluster @/objects
platform base net model platform/admin
<ncurses.h> ui
<curses.h> ui
<term.h> ui
<curl/curl.h> net
<sqlite3.h> db
<microhttpd.h> platform/http
<gnutls/gnutls.h> platform/state platform/http
<yaml.h> model
<zlib.h> base
END

# Prints "FILE:LINE: what is wrong" for each include below $1/src that the rules do not allow.
check_includes() {
	(cd "$1" && grep -rnE '^[ \t]*#[ \t]*include[ \t]*["<]' src --include='*.c' --include='*.h') |
		awk -v rules="$folder/rules" '
	function folder(path) {
		sub(/[^\/]*$/, "", path)
		return path
	}
	# The deepest room of the rules that the path lies in.
	function room(path) {
		while (!(path in known) && sub(/\/[^\/]*$/, "", path))
			;
		return path in known ? path : ""
	}
	BEGIN {
		while ((getline line < rules) > 0) {
			n = split(line, word, " ")
			known[word[1]] = 1
			allowed[word[1], word[1]] = 1
			for (i = 2; i <= n; i++)
				allowed[word[1], word[i]] = 1
		}
	}
	{
		split($0, part, ":")
		file = part[1]
		from = room(substr(file, 5))
		match($0, /["<][^">]*[">]/)
		what = substr($0, RSTART, RLENGTH)
		where = file ":" part[2] ": "
		if (from == "")
			print where "not in a room of tests/layers.sh"
		else if (what ~ /^</ && (what in known) && !((what, from) in allowed))
			print where what " is not for src/" from
		if (what !~ /^".*\//)
			next	# of the same folder, or config.h
		to = room(substr(what, 2, length(what) - 2))
		if (!((from, to) in allowed))
			print where "src/" from " does not include from src/" (to == "" ? "nowhere: " what : to)
		if (what ~ /[\/-]private\.h"$/ && folder(substr(file, 5)) != folder(substr(what, 2)))
			print where what " is private to its folder"
	}'
}

# Prints the names of structs that are defined in several files below $1/src.
check_structs() {
	(cd "$1" && grep -rnoE '^[ 	]*(static )?(const )?struct [a-z_0-9]+ \{' src --include='*.c' --include='*.h') |
		sed -E 's/^([^:]*):.*struct ([a-z_0-9]+) \{$/\2 \1/' | LC_ALL=C sort -u |
		awk '{ files[$1] = files[$1] " " $2; count[$1]++ }
			END { for (name in count) if (count[name] > 1) print "struct " name ":" files[name] }' |
		LC_ALL=C sort
}

# Of the walks on the page $2, "A POST to ..." and "A key to ...", prints the functions that are in none
# of the files below $1/src that their station names.
check_walks() {
	awk '
	/^A (POST|key) to / { inside = 1; next }
	/^[^ ]/ { inside = 0 }
	inside && /^    [0-9]+ / { station++ }
	inside && station && /^      / { row[station] = row[station] " " $0 }
	inside && /^    [0-9]+ / { row[station] = $0 }
	END { for (i = 1; i <= station; i++) print row[i] }' "$2" | tr -s ' ' >"$folder/stations"
	while read -r station row; do
		files=
		for file in $(echo "$row" | grep -oE '[a-z0-9/-]+\.c\b'); do
			files="$files $(find "$1/src" -path "*/$file")"
		done
		for function in $(echo "$row" | grep -oE '\b[a-z_]+\(\)' | tr -d '()'); do
			# shellcheck disable=SC2086
			{ [ -n "$files" ] && grep -qE "\b$function\b" $files; } ||
				echo "$station: $function() is not in ${row%%.c *}.c"
		done
	done <"$folder/stations"
}

# What the build calls VARIABLE.
built_with() {
	sed -n "s/^$1 = //p" "$build/Makefile" | head -n 1
}

# "ROOM LOWER ...": the lower rooms, and what lies below these.
lower_rooms() {
	awk '!/^</ {
		reached[$1] = ""
		for (i = 2; i <= NF; i++)
			reached[$1] = reached[$1] " " $i " " reached[$i]
		n = split(reached[$1], word, " ")
		line = $1
		split("", seen)
		for (i = 1; i <= n; i++)
			if (word[i] != $1 && !(word[i] in seen)) {
				seen[word[i]] = 1
				line = line " " word[i]
			}
		print line
	}' "$folder/rules"
}

# The library of a room.
library() {
	echo "lib$(echo "$1" | tr / -).a"
}

# Makes an archive of what was built of a folder: a room of a driver is a part of its library.
archive_folder() {
	objects=
	for each in "$top/src/$1"/*.c; do objects="$objects $build/src/$1/$(basename "$each" .c).o"; done
	# shellcheck disable=SC2086
	ar rc "$folder/$(library "$1")" $objects
}

# Links the whole of $1 with the archives behind it and what is not ours; what fails is said.
links_alone() {
	whole=$1
	shift
	# shellcheck disable=SC2086
	$compiler -o "$folder/linked" "$folder/main.o" -Wl,--whole-archive "$whole" -Wl,--no-whole-archive \
		-Wl,--start-group "$@" -Wl,--end-group $others >"$folder/log" 2>&1 && return 0
	sed -n 's,^.*src/\([^ :]*\):[0-9]*: undefined reference to,src/\1 needs,p' "$folder/log" |
		LC_ALL=C sort -u | head -n 20 >"$folder/short"
	if [ -s "$folder/short" ]; then cat "$folder/short"; else cat "$folder/log"; fi
	return 1
}

number=0
failed=0
# report RESULT NAME: what was found is in $folder/found.
report() {
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
		return
	fi
	sed 's/^/# /' "$folder/found"
	echo "not ok $number - $2"
	failed=1
}

check_includes "$top" >"$folder/found"
[ ! -s "$folder/found" ]
report $? "every include points down"

check_structs "$top" >"$folder/found"
[ ! -s "$folder/found" ]
report $? "no struct has the name of another"

check_walks "$top" "$top/doc/architecture" >"$folder/found"
[ "$(wc -l <"$folder/stations")" = 30 ] && [ ! -s "$folder/found" ]
report $? "each function of the walks in doc/architecture is where its station says"

# The checks see what they are there for.
mkdir -p "$folder/tree/src/model" "$folder/tree/src/platform/drivers/process" "$folder/tree/src/platform/state" \
	"$folder/tree/src/flow/world" "$folder/tree/src/ui" "$folder/tree/src/new" "$folder/tree/src/$cluster_driver/space"
printf '#include "config.h"\n#include "base/buf.h"\n#include "flow/world/world.h"\n' >"$folder/tree/src/model/a.c"
printf '#include <curl/curl.h>\n#include <stdio.h>\n#include "store/private.h"\n' >"$folder/tree/src/ui/b.c"
printf '#include "platform/drivers/private.h"\n#include "api/api.h"\n' >"$folder/tree/src/platform/drivers/process/c.c"
printf '#include "platform/engine/engine.h"\n#include <microhttpd.h>\n' >"$folder/tree/src/platform/state/d.c"
printf '#include "flow/verbs/flow.h"\n#include "flow/session.h"\n' >"$folder/tree/src/flow/world/e.c"
printf '#include "base/buf.h"\nstruct one {\n\tint a;\n};\n' >"$folder/tree/src/new/f.c"
printf 'struct one {\n\tint b;\n};\nstruct two {\n\tint c;\n};\n' >"$folder/tree/src/ui/g.c"
printf '#include "%s/cluster/cluster.h"\n#include "%s/rollout/kube-rollout.h"\n#include "%s/cluster/cluster-private.h"\n' \
	$cluster_driver $cluster_driver $cluster_driver >"$folder/tree/src/$cluster_driver/space/h.c"
{ check_includes "$folder/tree"; check_structs "$folder/tree"; } | LC_ALL=C sort >"$folder/planted"
cat >"$folder/expected" <<'END'
src/flow/world/e.c:1: src/flow/world does not include from src/flow/verbs
src/flow/world/e.c:2: src/flow/world does not include from src/flow
src/model/a.c:3: src/model does not include from src/flow/world
src/new/f.c:1: not in a room of tests/layers.sh
src/new/f.c:1: src/ does not include from src/base
src/platform/drivers/kubernetes/space/h.c:2: src/platform/drivers/kubernetes/space does not include from src/platform/drivers/kubernetes/rollout
src/platform/drivers/kubernetes/space/h.c:3: "platform/drivers/kubernetes/cluster/cluster-private.h" is private to its folder
src/platform/drivers/process/c.c:1: "platform/drivers/private.h" is private to its folder
src/platform/drivers/process/c.c:2: src/platform/drivers does not include from src/api
src/platform/state/d.c:1: src/platform/state does not include from src/platform/engine
src/platform/state/d.c:2: <microhttpd.h> is not for src/platform/state
src/ui/b.c:1: <curl/curl.h> is not for src/ui
src/ui/b.c:3: "store/private.h" is private to its folder
struct one: src/new/f.c src/ui/g.c
END
cat >"$folder/page" <<'END'
A POST to it

    1  ui/b.c           draw() is there
    2  model/a.c        has it
                        from ui/g.c, take_it(), one of them

END
echo 'int draw(void);' >>"$folder/tree/src/ui/b.c"
check_walks "$folder/tree" "$folder/page" >>"$folder/planted"
echo "2: take_it() is not in model/a.c" >>"$folder/expected"
diff "$folder/planted" "$folder/expected" >"$folder/found"
report $? "what is planted is found: an arrow that points up, a foreign header, a name that is taken, a function that is elsewhere"

# What the linker sees: a declaration that somebody wrote by hand needs no include.
if [ ! -f "$build/libbase.a" ]; then
	echo "ok $((number + 1)) - each library links with the lower ones alone # SKIP nothing is built"
	echo "ok $((number + 2)) - each room of a driver links with the lower ones alone # SKIP nothing is built"
	echo "ok $((number + 3)) - one that needs a higher one does not # SKIP nothing is built"
	echo "1..$((number + 3))"
	exit $failed
fi
# By hand, what lies there may be older than the sources, and then says nothing of them.
if [ -z "${MAKELEVEL:-}" ] && ! make -s -C "$build" all >"$folder/log" 2>&1; then
	tail -n 20 "$folder/log" | sed 's/^/# /'
	echo "not ok $((number + 1)) - what is built is as new as the sources"
	exit 1
fi
compiler="$(built_with CC) $(built_with CFLAGS) $(built_with SANITIZE_CFLAGS)"
others=
for each in NCURSES CURL SQLITE MICROHTTPD GNUTLS YAML JANSSON NETTLE UNISTRING ZLIB; do
	others="$others $(built_with ${each}_LIBS)"
done
others="$others $(built_with LIBS) -lm"
echo 'int main(void) { return 0; }' >"$folder/main.c"
# shellcheck disable=SC2086
$compiler -c -o "$folder/main.o" "$folder/main.c" || exit 99

: >"$folder/broken"
while read -r room lower; do
	archive=$build/$(library "$room")
	[ -f "$archive" ] || continue
	archives=
	for each in $lower; do
		[ ! -f "$build/$(library "$each")" ] || archives="$archives $build/$(library "$each")"
	done
	# shellcheck disable=SC2086
	links_alone "$archive" $archives >>"$folder/broken" || echo "$room does not link" >>"$folder/broken"
done <<END
$(lower_rooms)
END
cp "$folder/broken" "$folder/found"
[ ! -s "$folder/found" ]
report $? "each library links with the lower ones alone"

archive_folder platform/drivers
grep "^$cluster_driver" "$folder/rules" | while read -r room _; do archive_folder "$room"; done
lower_rooms | grep "^$cluster_driver" | while read -r room lower; do
	archives=
	for each in $lower; do
		archive=$folder/$(library "$each")
		[ -f "$archive" ] || archive=$build/$(library "$each")
		archives="$archives $archive"
	done
	# shellcheck disable=SC2086
	links_alone "$folder/$(library "$room")" $archives || echo "$room does not link"
done >"$folder/found"
[ ! -s "$folder/found" ]
report $? "each room of a driver links with the lower ones alone"

(
	cd "$folder" || exit 99
	echo 'void high(void); void low(void); void low(void) { high(); }' >low.c
	echo 'void high(void); void high(void) { }' >high.c
	# shellcheck disable=SC2086
	$compiler -c low.c && $compiler -c high.c || exit 99
	ar rc liblow.a low.o && ar rc libhigh.a high.o
) || exit 99
! links_alone "$folder/liblow.a" >"$folder/found" && links_alone "$folder/liblow.a" "$folder/libhigh.a" >>"$folder/found"
report $? "one that needs a higher one does not"
echo "1..$number"
exit $failed
