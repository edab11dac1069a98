#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A hotfix that goes through several hands.  Each person has a program with an empty cache and an
# empty history, and comes to the same conclusions from the platform alone: whose clone it is, what
# was promoted, what is left to do, and which fix a change would drop.
set -u
folder=$(mktemp -d) || exit 99
daemon=
trap 'test -z "$daemon" || kill "$daemon" 2>/dev/null; test -z "$daemon" || wait "$daemon"; rm -rf "$folder"' EXIT
trap 'exit 1' HUP INT TERM
number=0 status=0
unset SIDESTAGE_TOKEN HUMANITEC_TOKEN

mkfifo "$folder/ready"
"$SIDESTAGED" serve --socket "$folder/socket" --state "$folder/state" \
	--images "$SIDESTAGE_LIBEXEC/images" --templates "$SIDESTAGE_DATA/sample/topicshare" \
	--import "$SIDESTAGE_DATA/sample/topicshare/topicshare.json" --user oncall --ready-fd 3 \
	3>"$folder/ready" 2>"$folder/log" &
daemon=$!
read -r word <"$folder/ready"
test "$word" = ready || exit 99

# as PERSON COMMAND...: with a home of that person's own
as() {
	person=$folder/$1
	shift
	mkdir -p "$person/home"
	HOME=$person/home XDG_CONFIG_HOME=$person/config XDG_STATE_HOME=$person/state \
		XDG_CACHE_HOME=$person/cache "$SIDESTAGE" "$@" --url http://localhost \
		--socket "$folder/socket" >"$folder/out" 2>"$folder/err"
}

ok() {	# NAME COMMAND...
	name=$1
	shift
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$folder/out" "$folder/err"
		status=1
	fi
}

says() {	# EXPRESSION: of the JSON value that was printed, as x
	python3 -c "import json, sys; x = json.load(open(sys.argv[1])); assert $1, x" "$folder/out" 2>>"$folder/err"
}

tells() { grep -q "$1" "$folder/out"; }

ok "the first clones Production and fixes it" \
	as first clone production hotfix-1 --approve=hotfix-1
ok "in the clone" as first version hotfix-1 web 1.4.3 --approve=hotfix-1

as second board --json
ok "the second sees whose clone it is" \
	says '{e["id"]: e["clone_of"] for e in x["environments"]} == {"development": None, "qa": None, "production": None, "hotfix-1": "production"}'
as second clones --json
ok "and what of it is not promoted" \
	says '[(c["environment"], c["clone_of"], c["changes"]) for c in x] == [("hotfix-1", "production", 1)]'
as second hotfix --json
ok "and how far its hotfix has come" \
	says 'x["clone"] == "hotfix-1" and x["clone_of"] == "production" and {s["step"]: s["state"] for s in x["steps"]}["fix"] == "done" and {s["step"]: s["state"] for s in x["steps"]}["promote"] != "done"'
as second discard hotfix-1 --approve=hotfix-1
ok "it is not the second's, and does not go by its name alone" test $? = 4
ok "the second promotes it" \
	as second promote hotfix-1 --approve=production --reason="Korean titles"

as third environment production
ok "the third reads why, without what is for programs" tells "web 1.4.2 → 1.4.3 - Korean titles"
ok "(without what is for programs)" sh -c "! grep -q sidestage '$folder/out'"
as third hotfix hotfix-1 --json
ok "that it was promoted" \
	says '{s["step"]: s["state"] for s in x["steps"]}["promote"] == "done"'
as first hotfix --json
ok "and so does the first, whose history does not have it" \
	says '{s["step"]: s["state"] for s in x["steps"]}["promote"] == "done"'
as first clones --json
ok "nothing of the clone is left" says '[c["changes"] for c in x] == [0]'

for person in first second third fourth; do
	as $person version production web 1.4.2 --json
	ok "the $person is warned that this drops the fix" \
		says 'any("drops the fix" in c and "hotfix-1" in c and "web 1.4.2" in c for c in x["cautions"])'
done
rm -rf "$folder/second/cache"
as second version production web 1.4.2 --json
ok "the second with the cache deleted as well" says 'sum("drops the fix" in c for c in x["cautions"]) == 1'

ok "a second fix from the same clone" \
	as third set hotfix-1 web /spec/containers/web/variables/TONE calm --approve=hotfix-1 --reason=tone
as fourth promote hotfix-1 --json
ok "is that change alone, for whoever promotes it" \
	says '[c["path"] for c in x["changes"]] == ["/spec/containers/web/variables/TONE"]'
ok "and is promoted" as fourth promote hotfix-1 --approve=production --reason="a calm tone"
as fifth clones --json
ok "nothing is left again" says '[c["changes"] for c in x] == [0]'

ok "the fix is carried by somebody else" as fifth carry hotfix-1 qa --take=clone --approve=qa --reason=carry
as sixth environment qa
ok "which everybody sees" tells "carry from production"
ok "the first discards the clone by its name" as first discard hotfix-1 --approve=hotfix-1
as second clones --json
ok "and it is gone for the second" says 'x == []'
as seventh hotfix hotfix-1 --json
ok "what was promoted of it is known all the same" \
	says 'x["clone_of"] == "production" and not x["clone_exists"] and {s["step"]: s["state"] for s in x["steps"]}["promote"] == "done" and {o["environment"]: o["fix"] for o in x["others"]} == {"development": "conflicts", "qa": "has it"}'
as eighth hotfix never-was --json
ok "and of one that never was nothing is claimed" test $? = 2

ok "a clone is fixed by a value alone" as first clone production hotfix-2 --approve=hotfix-2
ok "in it" as first deploy hotfix-2 --value=MOTTO=calm --approve=hotfix-2
for who in first second ninth; do
	as $who clones --json
	ok "the $who sees that it is not promoted" says '[(c["not_promoted"], c["changes"]) for c in x] == [("some", 1)]'
done
ok "the second promotes it" as second promote hotfix-2 --approve=production --reason=motto
for who in first second tenth; do
	as $who clones --json
	ok "nothing is left for the $who" says '[(c["not_promoted"], c["changes"]) for c in x] == [("none", 0)]'
done
for who in first second twelfth; do
	as $who hotfix hotfix-2 --json
	ok "which no other environment has, for the $who" \
		says '{o["environment"]: o["fix"] for o in x["others"]} == {"development": "lacks it", "qa": "lacks it"} and {s["step"]: s["state"] for s in x["steps"]}["carry"] != "done"'
done
ok "and the third undoes that" as third undo production --approve=production --reason="not calm"
for who in first second third eleventh; do
	as $who clones --json
	ok "so it is to be promoted again for the $who" says '[(c["not_promoted"], c["changes"]) for c in x] == [("some", 1)]'
done
echo "1..$number"
exit $status
