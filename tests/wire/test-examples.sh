#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What README and sidestage(1) show to be typed works as it stands there, from the build tree.
set -u
top=$(cd "${srcdir:-.}" && pwd)
build=${builddir:-$(pwd)}
LC_ALL=C.UTF-8
export LC_ALL
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
cd "$folder" || exit 99
ln -s "$build" build
# Nothing says where the parts of the build tree are.
unset SIDESTAGED SIDESTAGE_LIBEXEC SIDESTAGE_DATA
HOME=$folder/home
XDG_RUNTIME_DIR=$folder/run
export HOME XDG_RUNTIME_DIR
unset XDG_CONFIG_HOME XDG_STATE_HOME XDG_CACHE_HOME
mkdir -m 700 home run
number=0 status=0

result() {	# CODE NAME: ok when CODE is 0; else what "now" has
	number=$((number + 1))
	if [ "$1" = 0 ]; then
		echo "ok $number - $2"
	else
		echo "not ok $number - $2"
		head -n 20 now | sed 's/^/# /'
		status=1
	fi
}

# --- README: each line of "For scripts", with the exit status that its comment says ---

sed -n '/^For scripts/,/^Errors go/s/^    //p' "$top/README" >lines
grep -q '^sidestage' lines
result $? "README has lines for scripts"
sed -n '/^PATH=/p' lines >environment
grep '^sidestage' lines >commands
while IFS= read -r line; do
	wanted=$(printf '%s\n' "$line" | sed -n 's/.*# exits with \([0-9]\).*/\1/p')
	(. ./environment && eval "$line") >now 2>&1 </dev/null
	code=$?
	echo "exit status $code" >>now
	[ "$code" = "${wanted:-0}" ]
	result $? "README: $(printf '%s' "${line%%#*}" | sed 's/ *$//')"
done <commands

# --- the examples of the manual, on a sample as new ---

rm -rf home run
mkdir -m 700 home run

sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/s/^\.Dl \$ //p' "$top/doc/sidestage.1" >commands
grep -q '^sidestage' commands
result $? "the manual has examples"
while IFS= read -r line; do
	PATH=$build:$PATH
	case $line in
	*" --demo"* | *"--offline"*)
		eval "$line" >now 2>&1 </dev/null
		code=$?
		echo "exit status $code" >>now
		case $code in
		0 | 5) true ;;
		1) case $line in "sidestage diff "*) true ;; *) false ;; esac ;;
		*) false ;;
		esac ;;
	*)	# needs a terminal or somebody's platform: then it is at least a command that there is
		eval "$line --help" >now 2>&1 </dev/null ;;
	esac
	result $? "manual: $line"
done <commands

# --- the configurations of the manual ---

mkdir -p home/.config/sidestage
awk -v folder="$folder" '
	/^\.Bd / { inside = 1; n++; next }
	/^\.Ed/ { inside = 0 }
	inside { gsub(/\\\\/, "\\"); gsub(/\\&/, ""); print >(folder "/block-" n) }' "$top/doc/sidestage.1"
found=0
for block in block-*; do
	[ "$(head -c 1 "$block")" = "[" ] || continue
	grep -q '^\[\(keys\|context\|sidestage\)' "$block" || continue
	found=$((found + 1))
	cp "$block" home/.config/sidestage/config
	"$build/sidestage" keys >now 2>&1
	result $? "manual: the configuration that begins with $(head -n 1 "$block")"
done
[ "$found" -gt 0 ]
result $? "the manual has configurations"

echo "1..$number"
exit $status
