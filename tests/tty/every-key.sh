#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every key of every view's table is pressed in the running program, and must do something that
# is seen or say why it does nothing.  The keys come from the tables (sidestage keys); what is
# here is how one gets into a view, and what must be so before a key can act.  A view that is
# not here fails.
set -u
builddir=${builddir:-.}
folder=$(mktemp -d) || exit 99
trap 'rm -rf "$folder"' EXIT
story=$folder/every-key.story
version=2.0.0-rc3	# what a review is of

say() { printf '%s\n' "$@" >>"$story"; }

quoted() {	# KEY: as a word of a story
	case $1 in
	'"') printf "'\"'" ;;
	*) printf '"%s"' "$1" ;;
	esac
}

# How a view is opened from the board, with the cursor on api in the clone.
enter() {
	case $1 in
	board | everywhere) ;;
	environment) say 'key Enter' 'row "sidestage" "Environment"' ;;
	review) say 'key V' 'row "sidestage" "Version"' 'expect " of 3"' "type \"$version\"" 'key Enter' 'expect "A approve"' ;;
	compare) say 'press-until Right "in hotfix-1"' 'press-until Left "in Development"' 'key d' 'expect "as written"' ;;
	compare-with) say 'press-until Left "in Development"' 'key d' 'expect "as written"' 'key >' 'expect "Compare with"' ;;
	progress) say 'key D' 'expect "A approve"' 'key A' 'expect "Done in" 20' ;;
	logs) say 'key l' 'row "sidestage" "Logs"' 'expect "listens on"' ;;
	history) say 'key h' 'row "sidestage" "History"' ;;
	history-find) say 'key h' 'row "sidestage" "History"' 'key /' 'match "^ Find +[0-9]+ of"' ;;
	board-snapshot) say 'key h' 'row "sidestage" "History"' 'key t' 'row "sidestage" "Board as it was"' ;;
	clones) say 'key c' 'row "sidestage" "Clones"' 'expect "hotfix-1"' 'gone "unknown"' ;;
	contexts) say 'key w' 'row "sidestage" "Contexts"' ;;
	interrupted) say 'key i' 'expect "No operation is interrupted."' ;;
	hotfix) say 'key H' 'expect "hotfix-1 of production"' ;;
	goto) say 'key /' 'expect "environment QA"' ;;
	versions) say 'key V' 'row "sidestage" "Version"' 'expect " of 3"' ;;
	prompt) say 'key C' 'expect "Name of the clone"' ;;
	palette) say 'key :' 'row "sidestage" "Commands"' ;;
	help) say 'key ?' 'row "sidestage" "Help"' ;;
	*) say "sh echo the view $1 is not in every-key.sh; false" ;;
	esac
}

# What makes room for a key to act: another one first.
prepare() {	# VIEW ACTION
	case $1/$2 in
	interrupted/*) ;;	# none is: each key says so
	everywhere/redraw) say 'press-until Up "This is the beginning."' ;;	# the message goes
	versions/down | versions/page-down) say 'answers Up' ;;
	environment/tab-1) say 'answers 2' ;;
	environment/edit | environment/inherit) say 'answers 3' ;;
	environment/page-up | clones/page-up) say 'answers PgDn' ;;
	review/last | review/down | review/page-down) ;;
	progress/up | progress/page-up | progress/first) ;;	# all of it is on the screen
	review/first | review/up | review/page-up) say 'answers Down' ;;
	clones/first) say 'answers G' ;;
	history/down | history-find/down) say 'answers Up' ;;
	history/last | history/page-down) say 'answers g' ;;
	history/right | board-snapshot/right | hotfix/right) say 'answers Left' ;;
	hotfix/left) say 'answers Right' ;;
	board-snapshot/last) say 'answers g' ;;
	board-snapshot/later) say 'answers [' ;;
	contexts/up) say 'answers Down' ;;
	compare-with/up | goto/up | versions/up | palette/up | */up) say 'answers Down' ;;
	board/right | everywhere/right) say 'answers Left' ;;
	board/last) say 'answers g' ;;
	board*/page-up | goto/page-up | versions/page-up | compare-with/page-up | palette/page-up) say 'answers PgDn' ;;
	*/page-up | */first | */previous) say 'answers G' ;;
	esac
}

# Where a key can only say that there is no more: a log of one line and a difference of one change
# do not scroll (logs.story and large.story have longer ones).
has_no_more() {	# VIEW ACTION
	case $1/$2 in
	interrupted/up | interrupted/down | interrupted/page-up | interrupted/page-down) true ;;
	review/up | review/down | review/page-up | review/page-down | review/first | review/last) true ;;
	logs/down | logs/last | logs/page-down | logs/up | logs/first | logs/page-up) true ;;
	*) false ;;
	esac
}

# What brings the board back to how the next key wants it.
restore() {	# VIEW ACTION
	case $1/$2 in
	board/next-pane) say 'key Tab' ;;
	board/pin) say 'key !' ;;
	contexts/*) say 'press-until Esc "sidestage +Board ▸"' ;;
	board/sort) say 'key s' ;;
	board/hide) say 'key +' 'gone "left out"' ;;
	board/mark) say 'key Esc' ;;
	board/baseline) say 'press-until Left "in [Pp]roduction"' 'key b' ;;
	board/quit | everywhere/quit) say 'exit 0' 'run sidestage demo' 'row "running" "running" "running" "running"' ;;
	review/approve)
		say 'press-until Esc "sidestage +Board ▸"' "expect \"local/topicshare-api:$version\" 20"
		[ "$version" = 1.4.2 ] && version=2.0.0-rc3 || version=1.4.2
		;;
	progress/*) say 'until 20 test "$(platform status hotfix-1)" = succeeded' ;;
	esac
}

cat >"$story" <<'END'
size 120x40
limit 5
on-failure tail -n 5 $STATE/sidestaged.log
env EDITOR=true BROWSER=true
sh mkdir -p $XDG_CONFIG_HOME/sidestage
sh printf '[context "elsewhere"]\n\turl = http://127.0.0.1:9\n' >$XDG_CONFIG_HOME/sidestage/config
test "there are two clones, and another platform"
run sidestage demo
expect "running" 20
row "running" "running" "running"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "a-copy"
key Enter
expect "rollback"
expect "A approve"
key A
until 20 test "$(platform status a-copy)" = succeeded
key Esc
row "Workload" "a-copy"
row "running" "running" "running" "running"
press-until Left "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
expect "rollback"
expect "A approve"
key A
until 20 test "$(platform status hotfix-1)" = succeeded
key Esc
row "Workload" "hotfix-1"
row "running" "running" "running" "running"
go-on
END

sidestage keys --lines >"$folder/keys" || exit 99
while read -r view key action; do
	case $key in
	# It stops the program: given-back.story, from a shell.
	Ctrl-Z) grep -q '^key Ctrl-Z' "${srcdir:-.}/tests/tty/given-back.story" && continue ;;
	esac
	# There is nothing of it but where namespaces of a cluster were found.
	case $view in objects | namespaces) true ;; *) false ;; esac &&
		{ grep -qxE "(key|answers) $key" "${srcdir:-.}/tests/tty/kube.story" && continue; }
	say "test '$view: $key ($action)'" 'press-until Esc "sidestage +Board ▸"' \
		'press-until Right "in hotfix-1"' 'press-until Up "api in"'
	enter "$view"
	prepare "$view" "$action"
	say "answers $(quoted "$key") 2"
	has_no_more "$view" "$action" ||
		say 'refuse "That key changed nothing here." "This is the beginning." "This is the end."'
	restore "$view" "$action"
done <"$folder/keys"
[ -z "${KEEP_STORY:-}" ] || cp "$story" "$KEEP_STORY"
PATH=$(cd "${srcdir:-.}/tests/tty" && pwd):$PATH "$builddir/tests/tty/tty-run" "$story"
