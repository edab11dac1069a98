#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# doc/bring-your-own-application is typed as it stands, and then what it promises is looked at.
. "${srcdir:-.}/tests/tap.sh"
command -v curl >/dev/null 2>&1 || { echo "1..0 # SKIP curl is not installed"; exit 0; }
trap 'exit 1' HUP INT TERM

script=$folder/typed.sh
{
	echo 'set -eu'
	# For a page that is wrong: the daemon must not outlive the test.
	echo "trap 'test -z \"\${platform:-}\" || kill \$platform 2>/dev/null || :' EXIT"
	sed -n 's/^    //p' "$top/doc/bring-your-own-application"
} >"$script"
ok "the page has commands" test "$(wc -l <"$script")" -gt 60
if (cd "$folder" && exec timeout 60 sh "$script") >"$folder/out" 2>&1; then typed=0; else typed=$?; fi
ok "every command of the page succeeds" test "$typed" = 0
if [ "$typed" != 0 ]; then
	tail -n 40 "$folder/out" | sed 's/^/# /'
	tail -n 20 "$folder/byoa/sidestaged.log" | sed 's/^/# /'
fi
for env in production development hotfix; do
	ok "$env ran" grep -q "\"namespace\":\"acme/hello/$env\",\"modules\":{\"greeter\":{\"greeter\":{\"kind\":\"Deployment\",\"status\":\"Running\"" "$folder/out"
done
ok "the new version was deployed" grep -q 'acme/greeter:1.1' "$folder/byoa/everything.json"
ok "and Production kept its own" grep -q 'acme/greeter:1.0' "$folder/byoa/everything.json"
ok "the shared values are in the export" grep -q '"value": "Good day"' "$folder/byoa/everything.json"
ok "and no secret" sh -c "! grep -q hunter2 '$folder/byoa/everything.json'"
sed 's/"secret": true/&, "value_from": {"variable": "PIN"}/' "$folder/byoa/everything.json" \
	>"$folder/byoa/again.json"
ok "the export is what import reads" \
	env PIN=hunter2 sidestaged import --state "$folder/again" "$folder/byoa/again.json"
ok "the backup became a state" test -s "$folder/byoa/elsewhere/platform.db"
ok "nothing that the page started is left" sh -c "! ps -e -o args= | grep -v grep | grep -q '$folder'"
echo "1..$number"
exit $status
