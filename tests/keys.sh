#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the manual says of the keys is what the tables say; what a configuration says of them is
# checked before anything starts.
. "${srcdir:-.}/tests/tap.sh"
export XDG_CONFIG_HOME="$folder" XDG_STATE_HOME="$folder/state" XDG_CACHE_HOME="$folder/cache"
mkdir -p "$folder/sidestage"

bound() {	# TEXT: becomes the configuration
	printf "$1" >"$folder/sidestage/config"
}

refused() {	# WORDS: the program refuses to start, and says so
	if sidestage keys >"$folder/out" 2>"$folder/err"; then
		return 1
	fi
	grep -q -- "$1" "$folder/err" || { sed 's/^/# /' "$folder/err"; return 1; }
}

shows() {	# EXTENDED-EXPRESSION
	sidestage keys >"$folder/out" 2>&1 && grep -Eq -- "$1" "$folder/out" ||
		{ sed 's/^/# /' "$folder/out" | head -n 20; return 1; }
}

sed -n '/^\.\\" From here on made/,/^\.\\" Up to here/p' "$top/doc/sidestage.1" | sed '1d;$d' >"$folder/manual"
sidestage keys --mdoc >"$folder/made"
ok "the manual's keys are those of the tables (make keys-manual)" cmp -s "$folder/manual" "$folder/made"
sidestage keys --json >"$folder/json"
ok "every action has a name" test "$(grep -c '"action": ""' "$folder/json")" = 0

bound '[keys "board"]\n\tclone = K F5\n'
ok "an action gets other keys in one view" shows '^board +K +clone +Clone'
ok "and all of them" shows '^board +F5 +clone'
ok "and not its own any more" test "$(grep -c '^board *C ' "$folder/out")" = 0
bound '[keys]\n\tdown = J\n'
ok "an action gets another key everywhere" shows '^logs +J +down'
ok "but not where it would be typed into a field" shows '^palette +Down +down'
bound '[keys "board"]\n\tpromot = K\n'
ok "a misspelt action is told the right one" refused 'config:2:2: .*"promot".*"promote"'
bound '[keys "boards"]\n\tclone = K\n'
ok "there is no such view" refused 'config:2:2: .*"boards"'
bound '[keys]\n\tclone = Crtl-K\n'
ok "there is no such key" refused 'config:2:2: .*"Crtl-K" is not a key'
bound '[keys "board"]\n\tclone = P\n'
ok "a key has one meaning" refused 'config:2:2: .*P is "promote" already'
bound '[keys "board"]\n\tclone = P\n\tpromote = C\n'
ok "two keys may be exchanged" shows '^board +C +promote'
bound '[keys "board"]\n\tclone = Q\n'
ok "what every view has cannot be had" refused 'config:2:2: .*Q is "quit" everywhere'
bound '[keys "everywhere"]\n\tquit = d\n'
ok "what every view has takes no view's own key" refused 'config:2:2: in the view "board" the key d is "diff"'
bound '[keys]\n\thelp = C\n'
ok "nor where it is bound for all" refused 'config:2:2: in the view "board" the key C is "clone"'
bound '[keys "board"]\n\tclone = Ctrl-K\n'
ok "no control key leads to a change" refused 'config:2:2: .*"clone"'
bound '[keys "board"]\n\tcarry = K\n'
ok "a view has only its own actions" refused 'config:2:2: .*no action "carry"'
bound '[keys "palette"]\n\tdown = J\n'
ok "where one types a character is no key" refused 'config:2:2: .*typed'
# Names that were changed: each of the table in src/ui/keys.c binds what it is called now.
sed -n '/former_actions\[\] = {/,/^}, former_views/p' "$top/src/ui/keys.c" | grep -oE '\{"[^}]*' | tr -d '{",' >"$folder/actions"
sed -n '/former_views\[\] = {/,/^};/p' "$top/src/ui/keys.c" | grep -oE '\{"[^}]*' | tr -d '{",' >"$folder/views"
ok "names were changed" test -s "$folder/actions" -a -s "$folder/views"
while read -r old now; do
	bound "[keys]\n\t$old = F12\n"
	ok "the action $old of a configuration is $now" shows "^[a-z-]+ +F12 +$now "
	ok "and nothing else" test -z "$(awk -v now="$now" '$2 == "F12" && $3 != now' "$folder/out")$(awk -v old="$old" '$3 == old' "$folder/out")"
done <"$folder/actions"
while read -r old now; do
	bound "[keys \"$old\"]\n\tback = F12\n"
	ok "the view $old of a configuration is $now" shows "^$now +F12 +back "
	ok "and no other" test "$(grep -c ' F12 ' "$folder/out")" = 1 -a "$(grep -c "^$old " "$folder/out")" = 0
done <"$folder/views"
bound '[sidestage]\n\tmouse = perhaps\n'
ok "a switch is true or false" refused 'config:2:2: '

rm "$folder/sidestage/config"
sidestage keys --lines | awk '{print $3}' | sort -u >"$folder/actions"
for action in $(grep -rhoE '\{[a-z]+(-[a-z0-9]+)*\}' "$top/po/de.po" "$top/po/ko.po" | sort -u | tr -d '{}'); do
	grep -qx "$action" "$folder/actions" || { echo "# {$action} is no action"; false; }
done
ok "every {action} in a text is an action" test $? = 0

# Text of src/ui names a key by its action, since a person may have bound another one.  What takes
# a key as it is typed, whatever is bound, may say so: the field of a search, and a paste.
names_keys() {	# POT
	awk '/^msgid/ {on = 1} /^msgstr/ {on = 0; print text; text = ""} on {sub(/^[^"]*"/, ""); sub(/"$/, ""); text = text $0}' "$1" |
		grep -E "(^|[ (])(Enter|Esc|Space|Tab|PgUp|PgDn|Home|End|Ctrl-[A-Z]|F[0-9]+|Left|Right)([ ,.;:)]|\$)|(^|[ (])([a-zA-Z]|[^][a-zA-Z0-9\"'% {}()=…·-]) (shows|copies|asks|opens|goes|takes|leads|reads|quits|lists|changes|clones|marks|tries|rolls|follows|resumes|does|keeps|deletes|discards|restores|compares|acknowledges)\b" |
		grep -vE 'Esc (forgets|ends) it|keys are written as'
}
if command -v xgettext >/dev/null 2>&1; then
	(cd "$top" && grep '^src/ui/' po/POTFILES.in | xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ \
		--keyword=ngettext:1,2 --no-wrap --files-from=- --output="$folder/ui.pot")
	names_keys "$folder/ui.pot" >"$folder/named"
	sed 's/^/# /' "$folder/named"
	ok "no text of the screen has a key written out" test ! -s "$folder/named"
	printf 'msgid "None; y copies it."\nmsgstr ""\nmsgid "Press Enter to go on."\nmsgstr ""\nmsgid "; + shows it"\nmsgstr ""\nmsgid "a copy (Space)"\nmsgstr ""\nmsgid "What a person copies"\nmsgstr ""\n' >"$folder/planted.pot"
	ok "what is planted is found" test "$(names_keys "$folder/planted.pot" | wc -l)" = 4
fi

echo "1..$number"
exit $status
