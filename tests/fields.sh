#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the manual says of a workload's fields is what the tables say.
. "${srcdir:-.}/tests/tap.sh"

sed -n '/^\.\\" From here on made/,/^\.\\" Up to here/p' "$top/doc/sidestaged.8" | sed '1d;$d' >"$folder/manual"
sidestaged fields --mdoc >"$folder/made"
ok "the manual's fields are those of the tables (make fields-manual)" cmp -s "$folder/manual" "$folder/made"
sidestaged fields >"$folder/lines"
ok "each field is honoured or warned of" test "$(awk -F'\t' '$2 != "honoured" && $2 != "warned"' "$folder/lines" | wc -l)" = 0
ok "there are at least 49" test "$(wc -l <"$folder/lines")" -ge 49
ok "each says what it asks for" test "$(awk -F'\t' '$4 == ""' "$folder/lines" | wc -l)" = 0
echo "# $(grep -c '	honoured	' "$folder/lines") fields are honoured, $(grep -c '	warned	' "$folder/lines") are warned of"

echo "1..$number"
exit $status
