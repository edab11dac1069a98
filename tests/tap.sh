# SPDX-License-Identifier: GPL-3.0-or-later
# Read by the tests that are shell scripts: $top is the tree, $folder a directory that is removed at
# the end, and ok() says in a line whether a command succeeds.  Of one that fails, what it wrote to
# $folder/why is shown.
set -u
top=$(cd "${srcdir:-.}" && pwd)
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
number=0 status=0

ok() {	# NAME COMMAND...
	name=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		[ ! -f "$folder/why" ] || sed 's/^/# /' "$folder/why" | head -n 20
		status=1
	fi
	rm -f "$folder/why"
}
