#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What --help of each command says is what the command takes; an option that was forgotten to be
# given a value does not take the next option for one.
. "${srcdir:-.}/tests/tap.sh"
export XDG_CONFIG_HOME="$folder" XDG_STATE_HOME="$folder/state" XDG_CACHE_HOME="$folder/cache"

options_of() {	# of what was printed: those with a value
	sed -n 's/^  --\([a-z-]*\)[= ][A-Z].*/\1/p' "$folder/help"
}

# The value is missing at the end too, and is there once it is written behind a "=".
needs_values() {	# PROGRAM COMMAND: each of its options
	for option in $(options_of); do
		for next in --reason --help --config; do
			"$1" "$2" --"$option" $next x >"$folder/out" 2>"$folder/err" </dev/null
			[ $? = 2 ] && [ ! -s "$folder/out" ] && grep -q -- "--$option needs a value" "$folder/err" ||
				{ echo "# $1 $2 --$option $next"; sed 's/^/# /' "$folder/err"; return 1; }
		done
		"$1" "$2" --"$option" >"$folder/out" 2>"$folder/err" </dev/null
		[ $? = 2 ] && grep -q -- "--$option needs a value" "$folder/err" ||
			{ echo "# $1 $2 --$option"; return 1; }
		[ "$1" = sidestage ] || continue
		"$1" "$2" --"$option"=--x --help >"$folder/out" 2>&1 </dev/null ||
			{ echo "# $1 $2 --$option=--x"; sed 's/^/# /' "$folder/out"; return 1; }
	done
}

# An option of the help is taken, and of the command line nothing else is promised.
usage_is_true() {	# COMMAND
	if grep -q '^  --' "$folder/help"; then
		head -n 1 "$folder/help" | grep -q ' \[OPTION\.\.\.\]$'
	else
		head -n 1 "$folder/help" | grep -qv 'OPTION'
	fi
}

examples_are_taken() {	# COMMAND
	sed '1,/^Examples:$/d; s/^  //; s/ [|>].*//; s/^source <(\(.*\))$/\1/' "$folder/help" >"$folder/examples"
	grep -q "^sidestage $1" "$folder/examples" || { echo "# none"; return 1; }
	while IFS= read -r line; do
		eval "$line --help" >"$folder/out" 2>&1 </dev/null && head -n 1 "$folder/out" | grep -q "^Usage: sidestage $1" ||
			{ echo "# $line"; sed 's/^/# /' "$folder/out"; return 1; }
	done <"$folder/examples"
}

commands=$(sidestage help | sed -n '/^Exit/q; s/^  \([a-z]*\) .*/\1/p')
ok "there are commands" test "$(echo $commands | wc -w)" -gt 20
for command in $commands; do
	sidestage "$command" --help >"$folder/help"
	ok "$command: its usage names options where it has some" usage_is_true
	ok "$command: its examples are taken" examples_are_taken "$command"
	ok "$command: no option is the value of another" needs_values sidestage "$command"
done
for command in serve token import export backup; do
	sidestaged "$command" --help >"$folder/help"
	ok "sidestaged $command: has options with values" test -n "$(options_of)"
	ok "sidestaged $command: no option is the value of another" needs_values sidestaged "$command"
done

echo "1..$number"
exit $status
