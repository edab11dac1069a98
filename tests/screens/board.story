# The board in every width, and the small views that lie over it.

size 120x40

test "the board: workloads below environments, and how each is to Production"
include begin.part
include board.part
shot board "Production ■"
shot-colours board

test "the environment under the cursor is Production"
press-until Right "in Production"
press-until Down "web in Production"
shot board-production "Production ■"

test "wide, with details beside and events below"
resize 160x45
shot board-wide 160x45
resize 120x40

test "another environment to compare with, sorted otherwise"
press-until Left "web in QA"
key b
shot board-compared
press-until Right "web in Production"
key b
key s
shot board-sorted
key s

test "the help"
key ?
expect "Clone the environment under the cursor."
shot help
key Esc
gone "Clone the environment under the cursor."

test "the palette of commands"
key :
expect "Commands"
shot palette
type "clo"
shot palette-typed
key Esc
gone "Commands"

test "the finder of places"
key /
expect "environment"
shot finder
type "qa"
shot finder-typed
key Esc
row "Board" "topicshare"

test "the clones, where there are none"
key c
row "sidestage" "Clones"
shot clones-none
key Esc
row "Board" "topicshare"

test "the history, where nothing was done"
key h
row "sidestage" "History"
shot history-empty
key Esc
row "Board" "topicshare"

test "no operation is interrupted"
key i
expect "No operation is interrupted."
shot interrupted-none
key Esc
row "Board" "topicshare"

test "an application of which nothing is deployed"
key /
type "billing"
row "billing"
key Enter
expect "never deployed"
shot board-nothing-deployed

include end.part
