#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What the manual says of a workload's fields is what the tables say.
. "${srcdir:-.}/tests/tap.sh"

sed -n '/^\.\\" From here on made/,/^\.\\" Up to here/p' "$top/doc/sidestaged.8" | sed '1d;$d' >"$folder/manual"
sidestaged fields --mdoc >"$folder/made"
ok "the manual's fields are those of the tables (make fields-manual)" cmp -s "$folder/manual" "$folder/made"
sidestaged fields >"$folder/lines"
ok "each field is honoured, or what is done instead is said, or it is warned of, or refused" \
	test "$(awk -F'\t' '$2 != "honoured" && $2 != "warned" && (($2 != "partly" && $2 != "refused") || $5 == "")' "$folder/lines" | wc -l)" = 0
ok "what is always refused is said as refused" \
	test "$(awk -F'\t' '$2 == "refused" { print $1 }' "$folder/lines" | tr '\n' ' ')" = \
	"spec/containers/*/volume_mounts/*/sub_path spec/manifests spec/reaches_origin spec/runs spec/secrets "
ok "and so are all types of probes" \
	test "$(awk -F'\t' '$2 == "honoured" && $1 ~ /_probe\/type$/' "$folder/lines" | wc -l)" = 3
ok "there are at least 49" test "$(wc -l <"$folder/lines")" -ge 49
ok "each says what it asks for" test "$(awk -F'\t' '$4 == ""' "$folder/lines" | wc -l)" = 0
sidestaged fields --driver kubernetes >"$folder/cluster"
ok "in a cluster all fields but one have an effect" \
	test "$(awk -F'\t' '$2 == "warned" { print $1 }' "$folder/cluster")" = spec/ingress
ok "and what there is to be done is said" grep -q '^spec/ingress	warned	.*	use a resource of type route$' "$folder/cluster"
cut -f1,3,4 "$folder/lines" >"$folder/names"
cut -f1,3,4 "$folder/cluster" >"$folder/names-there"
ok "they are the same fields" cmp -s "$folder/names" "$folder/names-there"
sidestaged fields --driver nomad >"$folder/none" 2>"$folder/refusal"
ok "another driver is refused by name" test $? = 2 -a ! -s "$folder/none"
ok "and says which there are" grep -q 'process or kubernetes' "$folder/refusal"
echo "# $(grep -c '	honoured	' "$folder/lines") fields are honoured, $(grep -c '	warned	' "$folder/lines") are warned of"

echo "1..$number"
exit $status
