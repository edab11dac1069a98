#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# "How to add" of doc/architecture is true.
#
# Of each kind that the page lists there is a tiny example, how-to-add/KIND.sh.  All of them are put
# into one copy of the sources.  What an example touched there is what the page says, at most five
# files; tests, manual and translations are not counted.  The copy is built and run once: the story
# is made of how-to-add/begin.part and each KIND.part.
#
#   tests/how-to-add.sh           in ten minutes of patience, mostly less than two
#   KEEP=1 tests/how-to-add.sh    leaves the copy, and says where
set -u
top=$(cd "${srcdir:-$(dirname "$0")/..}" && pwd)
examples=$top/tests/how-to-add
most=5
folder=$(mktemp -d "${TMPDIR:-/tmp}/how-to-add.XXXXXX") || exit 99
tree=$folder/tree
if [ -n "${KEEP:-}" ]; then
	echo "# $folder"
else
	trap 'rm -rf "$folder"' EXIT
	trap 'exit 99' HUP INT TERM
fi

count=0 failed=0
# STATUS TEXT [FILE]: a line of the report; where it went wrong, the file says why.
report() {
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		failed=1
		echo "not ok $count - $2"
		[ -z "${3:-}" ] || tail -n 100 "$3" | sed 's/^/# /'
	fi
}

end() {
	echo "1..$count"
	exit "$failed"
}

# --- for the examples: each ends the example when it cannot be done ---

lost() {
	echo "$*" >&2
	exit 1
}

# FILE <TEXT: makes it.
new() {
	[ ! -e "$tree/$1" ] || lost "$1 is there already"
	mkdir -p "$(dirname "$tree/$1")" && cat >"$tree/$1"
}

# FILE WORDS <TEXT: puts the text behind the only line of the file that has the words; `before`, in
# front of it; `instead`, in its place.
after() { edit after "$@"; }
before() { edit before "$@"; }
instead() { edit instead "$@"; }

edit() {
	[ -f "$tree/$2" ] || lost "there is no $2"
	cat >"$folder/text"
	words=$3 awk -v where="$1" -v file="$folder/text" '
	function insert(    line) {
		while ((getline line < file) > 0)
			print line
		close(file)
	}
	{
		is_it = index($0, ENVIRON["words"]) > 0
		found += is_it
		if (is_it && where == "before")
			insert()
		if (!is_it || where != "instead")
			print
		if (is_it && where != "before")
			insert()
	}
	END { exit found != 1 }' "$tree/$2" >"$folder/edited" ||
		lost "$2: not just one line has \"$3\""
	cat "$folder/edited" >"$tree/$2"
}

# FILE NAME: the number behind the name of a macro becomes one more.
increase() {
	number=$(sed -n "s/^#define $2 \([0-9]*\)\$/\1/p" "$tree/$1")
	[ -n "$number" ] || lost "$1: there is no number $2"
	sed "s/^\(#define $2 \)[0-9]*\$/\1$((number + 1))/" "$tree/$1" >"$folder/edited"
	cat "$folder/edited" >"$tree/$1"
}

# --- the copy ---

# What the page lists for a kind, with "example" for each NAME.
listed() {
	awk -v kind="$1" '
	/^How to add$/ { inside = 1; next }
	inside && /^(A|An) / { of_kind = ($0 ~ "^An? " kind "( |$)"); next }
	inside && /^[^ ]/ { of_kind = 0 }
	inside && of_kind && /^    [^ ]/ { print $1 }
	/^Who may do what$/ { exit }' "$top/doc/architecture" | sed 's/NAME/example/g' | sort
}

# Folders of builds stay out.
copy_tree() {
	mkdir "$tree" || return 1
	cd "$top" || return 1
	for name in *; do
		[ -e "$name/config.status" ] || echo "$name"
	done >"$folder/names"
	tar -c -f "$folder/tar" -T "$folder/names" && tar -x -f "$folder/tar" -C "$tree" &&
		rm "$folder/tar"
}

add() {
	name=$1
	touch "$folder/before"
	sleep 0.02	# longer than the clock of a file system stands still
	(
		set -e
		. "$examples/$name.sh"
	) 2>"$folder/why"
	report $? "the example of a $name finds its places" "$folder/why"
	(cd "$tree" && find . -type f -newer "$folder/before" | sed 's,^\./,,' |
		grep -vE '^(tests|po|doc)/' | sort) >"$folder/touched"
	listed "$name" >"$folder/listed"
	diff "$folder/listed" "$folder/touched" >"$folder/difference"
	report $? "a $name touches the files that doc/architecture lists" "$folder/difference"
	[ -s "$folder/touched" ] && [ "$(wc -l <"$folder/touched")" -le "$most" ]
	report $? "a $name touches at most $most files" "$folder/touched"
}

build() {
	jobs=$(nproc 2>/dev/null || echo 2)
	if [ ! -x "$tree/configure" ]; then
		(cd "$tree" && autoreconf --install) || return 1
	fi
	mkdir "$tree/build" && cd "$tree/build" &&
		../configure -q --enable-werror --disable-nls CFLAGS='-O0 -pipe' &&
		make -s -j"$jobs" SUBDIRS=. all && make -s -j"$jobs" tests/tty/tty-run tests/tty/fetch
}

run_story() {
	cat "$examples/begin.part" >"$tree/tests/tty/how-to-add.story"
	for name in $kinds; do
		cat "$examples/$name.part" >>"$tree/tests/tty/how-to-add.story"
	done
	cd "$tree/build" && env SIDESTAGE_LIBEXEC="$tree/build" SIDESTAGE_DATA="$tree/data" \
		SIDESTAGED="$tree/build/sidestaged" SIDESTAGE="$tree/build/sidestage" srcdir="$tree" \
		builddir="$tree/build" PATH="$tree/build:$PATH" \
		tests/tty/tty-run "$tree/tests/tty/how-to-add.story"
}

kinds=$(cd "$examples" && ls ./*.sh | sed 's,^\./,,; s/\.sh$//')
(copy_tree) || exit 99

awk '/^How to add$/ { inside = 1 } /^Who may do what$/ { exit } inside && /^(A|An) / { print $2 }
' "$top/doc/architecture" | sort >"$folder/of-the-page"
echo "$kinds" | tr ' ' '\n' | sort | diff "$folder/of-the-page" - >"$folder/difference"
report $? "each kind that doc/architecture lists has its example" "$folder/difference"
for kind in $kinds; do
	add "$kind"
done
[ "$failed" = 0 ] || end

(build) >"$folder/log" 2>&1
report $? "the copy builds with all of them" "$folder/log"
[ "$failed" = 0 ] || end

(run_story) >"$folder/log" 2>&1
status=$?
sed -nE 's/^ok [0-9]+ - //p' "$folder/log" >"$folder/passed"
while read -r text; do
	report 0 "$text"
done <"$folder/passed"
report "$status" "what was added does what it should" "$folder/log"
end
