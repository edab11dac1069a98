#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# No text for people is missing from the template, and every translation that there is can be used.
. "${srcdir:-.}/tests/tap.sh"
command -v xgettext >/dev/null 2>&1 || { echo "1..0 # SKIP gettext is not installed"; exit 0; }

same() { diff "$1" "$2" >"$folder/why" 2>&1; }
silent() { "$@" >"$folder/why" 2>&1 && [ ! -s "$folder/why" ]; }

cd "$top" || exit 99
grep -v '^#' po/POTFILES.in | grep . | LC_ALL=C sort >"$folder/listed"
grep -rlE '(^|[^A-Za-z_])(N?_|ngettext) ?\(' src --include='*.c' --include='*.h' |
	grep -v '^src/base/i18n.h$' | LC_ALL=C sort >"$folder/with-text"
ok "every source with text for people is in POTFILES.in, and no other" same "$folder/listed" "$folder/with-text"

extract() {
	xgettext --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=ngettext:1,2 --keyword=PLURAL:3,4 --add-comments \
		--msgid-bugs-address=none --output="$folder/$1.pot" --files-from="$folder/$2"
}
ok "xgettext understands all of it" silent extract all with-text
ok "and finds the program's texts" test "$(grep -c '^msgid ' "$folder/all.pot" 2>/dev/null)" -gt 500

for language in $(grep -v '^#' po/LINGUAS); do
	ok "$language can be used" silent msgfmt --check --output-file=/dev/null "po/$language.po"
	ok "$language is complete" silent msgcmp "po/$language.po" "$folder/all.pot"
done
echo "1..$number"
exit $status
