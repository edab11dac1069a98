# The mouse, pastes, focus, the clipboard and the window's title: what a terminal can do beside
# keys and cells, and that none of it ever does what a person did not mean.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log
env SIDESTAGE_THEME=dark

test "the terminal is asked for marked pastes and focus, and told a title"
run sidestage demo
row "running" "running" "running"
wrote "\e[?2004h"
wrote "\e[?1004h"
wrote "\e[?1006;1000h"
wrote "\e[22;2t"
wrote "\e]2;sidestage: Board topicshare-inc ▸ topicshare\e\\"

test "a click moves the cursor to a cell, a column, a row"
click "1.9.0"
expect "worker in Development"
click "QA"
expect "worker in QA"
click "search"
expect "search in QA"
click "2.0.0-rc1"
expect "api in QA"
click 119x39
expect "api in QA"

test "the wheel moves the cursor, and stops at the ends"
wheel down
expect "search in QA"
wheel down
wheel down
wheel down
expect "worker in QA"
wheel up
expect "web in QA"

test "y copies the address of what is under the cursor"
row "address" "http://web.qa"
key y
expect "Copied the address: http://web.qa.topicshare.localhost:"
wrote "\e]52;c;aHR0cDovL3dlYi5xYS50b3BpY3NoYXJlLmxvY2FsaG9zdDo"
not-wrote "\e]8;;"

test "what is pasted outside fields is dropped with a sentence, whatever it holds"
paste "Q"
expect "The pasted text was dropped"
paste "XD\r\nproduction\r"
expect "The pasted text was dropped"
expect "web in QA"

test "what comes of a paste after the line has stalled is no key either"
type "\e[200~abc"
sh sleep 2.2
type "Q"
expect "A paste has begun and not ended"
type "XQ\e[201~"
expect "The pasted text was dropped"
type "\e[200~abc"
sh sleep 2.2
key Esc
expect "The pasted text was dropped"
answers Left
answers Right

test "a paste into a field is text, on one line, and confirms nothing"
key C
expect "Name of the clone"
paste "hotfix\e[A\tpasted\r"
expect "hotfix [A pasted"
expect "Name of the clone"
key Ctrl-U
paste "pasted-name\r\n"
expect "pasted-name"
expect "Name of the clone"
key Enter
expect "rollback"

test "a paste in a review approves nothing"
paste "D\rD"
expect "The pasted text was dropped"
expect "rollback"

test "what ends while somebody looks rings no bell"
expect "A approve"
key A
expect "Done in" 20
key Esc
row "Workload" "pasted-name"

test "a frame is shown whole where the terminal has said that it can"
wrote "\e[?2026\$p"
wrote "\e[?2026h"
wrote "\e[?2026l"
terminal two
run env TERM_PROGRAM=Apple_Terminal sidestage demo
row "running" "running" "running"
key Down
expect "search in"
not-wrote "\e[?2026h"
key Q
exit 0
terminal one

test "what ends while nobody looks rings, in words where the terminal shows some"
terminal bell
run env TERM_PROGRAM=WezTerm sidestage demo
row "running" "running" "running"
press-until Right "in pasted-name"
key D
expect "rollback"
expect "A approve"
key A
expect "Done in" 20
not-wrote "\a"
not-wrote "\e]9;"
key Esc
row "Workload" "pasted-name"
key D
expect "rollback"
type "\e[O"
expect "A approve"
key A
expect "Done in" 20
wrote "\a"
wrote "\e]9;sidestage: ended: deploy"
type "\e[I"
key Q
exit 0
terminal plain
run sidestage demo
row "running" "running" "running"
press-until Right "in pasted-name"
key D
expect "rollback"
type "\e[O"
expect "A approve"
key A
expect "Done in" 20
wrote "\a"
not-wrote "\e]9;"
key Q
exit 0
terminal one

test "a review's changes are copied in words"
press-until Right "in pasted-name"
press-until Up "api in pasted-name"
press-until Down "web in pasted-name"
key V
expect "1.4.3"
type "1.4.3"
key Enter
expect "rollback"
key y
expect "Copied the changes: ~ web image local/topicshare-web:2.0.0-rc1 -> local/topicshare-web:1.4.3"
key Esc
gone "rollback"

test "in a difference a click shows what is folded, folds a workload, and goes to a change"
press-until Left "in QA"
key d
row "production" "qa" "as written"
row "▸ 2 unchanged lines"
click "2 unchanged lines"
row "6     type: http"
click "▾ modules.search"
row "▸ modules.search" "line"
click "modules.search"
row "▾ modules.search"
click "variable PAGE_SIZE"
no-row "▾ modules.api"
row "9 +   PAGE_SIZE"
click "+ search"
no-row "10     PORT"
row "▾ modules.search"
click "variable TITLE_MAX"
row "10 -   TITLE_MAX"
no-row "▾ modules.web"
wheel up
row "10     PORT"
click "variable TITLE_MAX"
no-row "10     PORT"
key Esc
gone "as written"

test "in a review of a protected environment a click goes into a field, and approves nothing"
press-until Right "in [Pp]roduction"
press-until Up "api in"
press-until Down "web in"
key V
expect " of "
type "1.4.3"
key Enter
expect "is protected"
expect "Press A to fill in the fields"
click "Type"
gone "Press A to fill in the fields"
type "prod"
row "Type" "prod"
click "Reason"
type "why"
row "Reason" "why"
click "~ web"
row "- image" "1.4.2"
key Esc
expect "Press A to fill in the fields"
key Esc
gone "is protected"

test "a second click in the palette does it; never what leads to a change"
key :
expect "Commands"
type "history of"
gone "Clone the environment"
row "Show the history of operations" "h"
click "Show the history of operations"
expect "Enter or a second click does it."
row "sidestage" "Commands"
click "Show the history of operations"
row "sidestage" "History"
key Esc
gone "History"
key :
row "sidestage" "Commands"
type "Clone the env"
gone "Show what"
click "Clone the environment"
expect "a click never makes a change"
click "Clone the environment"
row "sidestage" "Commands"
key Esc
gone "Commands"

test "the wheel scrolls the help"
key ?
row "sidestage" "Help"
row "Signs on the board"
wheel down
wheel down
no-row "Signs on the board"
wheel up
wheel up
expect "Signs on the board"
key Esc
gone "Help"

test "a click in a list selects"
key h
expect "History"
click "clone     qa"
expect "rollback"
key Esc
gone "History"

test "the terminal has all of it back at the end"
key Q
exit 0 10
restored
wrote "\e[23;2t"
wrote "\e[?2004l"
wrote "\e[?1004l"
nothing-runs 5

test "where the terminal opens links, the address is one"
env VTE_VERSION=7000
run sidestage demo
row "running" "running" "running"
expect "http://api.development.topicshare.localhost:"
wrote "\e]8;;http://api.development.topicshare.localhost:"
wrote "\e]8;;\e\\"
colour "http://api.development.topicshare.localhost:" fg=252 bg=234
key Q
exit 0 10
env VTE_VERSION

test "inside tmux a copy goes both ways that tmux knows; inside screen in pieces"
env TMUX=/tmp/tmux TERM=tmux-256color
run sidestage demo
row "running" "running" "running"
key y
expect "Copied the address"
wrote "\e]52;c;aHR0cDovL2FwaS5kZXZlbG9wbWVudC50b3BpY3NoYXJlLmxvY2FsaG9zdDo"
wrote "\ePtmux;\e\e]52;c;aHR0cDovL2FwaS5kZXZlbG9wbWVudC50b3BpY3NoYXJlLmxvY2FsaG9zdDo"
key Q
exit 0 10
env TMUX TERM=screen-256color
run sidestage demo
row "running" "running" "running"
key y
expect "Copied the address"
wrote "\eP\e]52;c;aHR0cDovL2FwaS5kZXZlbG9wbWVudC50b3BpY3NoYXJlLmxvY2FsaG9zdDo"
key Q
exit 0 10

test "a terminal of another family is told nothing that it may not know"
env TERM=vt220
run sidestage demo
row "running" "running" "running"
key y
expect "does not let programs copy"
not-wrote "\e]"
not-wrote "\e[?2026"
not-wrote "\e[?2004"
key Q
exit 0 10
nothing-runs 5
