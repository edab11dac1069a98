# A workload's configuration in the person's editor: what is saved is reviewed, what is wrong comes
# back with what is wrong with it, and what is left as it was changes nothing.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "what was changed in the editor is reviewed, and deployed like anything else"
env EDITOR="sed -i 's/\"PAGE_SIZE\": \"[^\"]*\"/\"PAGE_SIZE\": \"25\", \"TONE\": \"warm\"/'"
run sidestage demo
expect "in Development" 20
row "● running" "● running" "● running"
press-until Right "in QA"
press-until Up "api in"
let BEFORE platform deployment qa
key E
expect "rollback" 10
row "~ api" "PAGE_SIZE" "25"
row "+ api" "TONE" "warm"
expect "A approve"
key A
type "qa"
key Enter
until 20 test "$(platform deployment qa)" != $BEFORE
until 20 test "$(platform status qa)" = succeeded
sh platform get /sets/$(platform get /envs/qa --get /last_deploy/set_id) | grep -q '"TONE": *"warm"'
key Esc
row "sidestage" "Board"
key Q
exit 0 10

test "an editor that has the terminal gets it whole, and gives it back"
env EDITOR="sh -c 'stty -a >$DIR/modes; echo \"type here\"; read line; sed -i \"s/warm/\$line/\" \"\$0\"'"
run sidestage demo
expect "in Development" 20
press-until Right "in QA"
press-until Up "api in"
# What the cache held is older than the deployment above.
expect "api variable TONE"
row "image" "topicshare-api"
key E
expect "type here"
type "cold\n"
expect "rollback" 10
row "~ api" "TONE" "warm" "cold"
sh grep -q ' icanon' $DIR/modes; grep -q ' echo ' $DIR/modes
key Esc
row "sidestage" "Board"
key Q
exit 0 10

test "what is not understood comes back, with the line and what is wrong there"
sh printf '#!/bin/sh\ncp "$1" %s/seen.$(ls %s | grep -c seen)\n[ -e %s/again ] || { touch %s/again; sed -i "s/^{/{ oops/" "$1"; exit 0; }\n' $DIR $DIR $DIR $DIR >$DIR/editor; chmod +x $DIR/editor
env EDITOR=$DIR/editor
run sidestage demo
expect "in Development" 20
press-until Right "in QA"
press-until Up "api in"
let BEFORE platform deployment qa
key E
expect "Nothing was changed" 10
sh grep -q '^# api in qa[.] Save and quit' $DIR/seen.0; grep -q '^# not JSON: line 4, column' $DIR/seen.1; sed -n 4p $DIR/seen.1 | grep -q '^{ oops'

test "an editor that writes the same wrong text each time ends, with what is wrong"
key Q
exit 0 10
sh printf '#!/bin/sh\necho run >>%s/runs\necho "{{{" >"$1"\n' $DIR >$DIR/wrong; chmod +x $DIR/wrong
env EDITOR=$DIR/wrong
run sidestage demo
expect "in Development" 20
press-until Right "in QA"
key E
expect "Nothing was changed. The edited text is still invalid: not JSON: line 1, column" 10
sh test $(wc -l <$DIR/runs) = 2

test "and so does one that is wrong in another way each time"
key Q
exit 0 10
sh printf '#!/bin/sh\necho "{{{ $$" >"$1"\n' >$DIR/wrong
run sidestage demo
expect "in Development" 20
press-until Right "in QA"
key E
expect "Nothing was changed. The edited text is still invalid: not JSON: line 1, column" 20

test "a line break in a name that is wrong stays in the line that says so"
key Q
exit 0 10
sh printf '#!/bin/sh\ncp "$1" %s/named.$(ls %s | grep -c named)\n[ -e %s/named.1 ] || sed -i "s/\\"externals\\": {/&\\"one\\\\\\\\ntwo\\": 3,/" "$1"\n' $DIR $DIR $DIR >$DIR/wrong
run sidestage demo
expect "in Development" 20
press-until Right "in QA"
press-until Up "api in"
key E
expect "Nothing was changed. The edited text is still invalid: modules.api.externals.one" 10
sh sed -n 3p $DIR/named.1 | grep -q '^# .*one two needs a "type"'; sed -n 4p $DIR/named.1 | grep -q '^{'

test "the end that was asked for while an editor ran comes before the next one"
key Q
exit 0 10
sh printf '#!/bin/sh\necho run >>%s/more\nwhile [ -e %s/held ]; do sleep 0.05; done\necho "{{{ $$" >"$1"\n' $DIR $DIR >$DIR/wrong; touch $DIR/held
run sidestage demo
expect "in Development" 20
press-until Right "in QA"
key E
until 10 test -s $DIR/more
signal TERM
sh rm $DIR/held
exit 0 10
restored
sh test $(wc -l <$DIR/more) = 1
nothing-runs 5
env EDITOR=$DIR/editor
run sidestage demo
expect "in Development" 20

test "neither an editor that fails nor one that is not there changes anything"
key Q
exit 0 10
env EDITOR=false
run sidestage demo
expect "in Development" 20
press-until Right "in QA"
key E
expect "The editor (false) ended with status 1; nothing was changed."
key Q
exit 0 10
env EDITOR=/nowhere/editor
run sidestage demo
expect "in Development" 20
press-until Right "in QA"
key E
expect "ended with status 127"
key Q
exit 0 10
sh ! find $XDG_RUNTIME_DIR /tmp -maxdepth 1 -name 'sidestage-??????' -newer $DIR/editor 2>/dev/null | grep .

test "a browser gets the address of the workload, and nothing else"
sh printf '#!/bin/sh\necho "$# $1" >%s/opened\n' $DIR >$DIR/browser; chmod +x $DIR/browser
env BROWSER=$DIR/browser
run sidestage demo
expect "in Development" 20
row "● running" "● running" "● running"
press-until Right "in QA"
press-until Up "api in"
key o
expect "Opened: http://api.qa.topicshare.localhost"
until 5 test -s $DIR/opened
sh grep -q '^1 http://api.qa.topicshare.localhost:[0-9]*$' $DIR/opened
press-until Down "worker in"
key o
expect "This workload has no address here."
key Q
exit 0 10
env BROWSER= DISPLAY= WAYLAND_DISPLAY=
run sidestage demo
expect "in Development" 20
row "● running" "● running" "● running"
key o
expect "There is no browser here.  y copies the address."

test "where nothing may be changed no editor is opened"
key Q
exit 0 10
env EDITOR=$DIR/editor
run sidestage demo --read-only
expect "in Development" 20
key E
expect "This is a read-only session: start without --read-only"
key Q
exit 0 10
nothing-runs 5

# The end of the story closes the terminal, and whoever is still there then makes it fail.
test "an editor that is wrong each time does not outlive its terminal"
sh printf '#!/bin/sh\necho run >>%s/last\nwhile [ -t 0 ]; do sleep 0.05; done\necho "{{{ $$" >"$1"\n' $DIR >$DIR/wrong
env EDITOR=$DIR/wrong
run sh -c "trap '' HUP; sidestage demo; :"
expect "in Development" 20
press-until Right "in QA"
key E
until 10 test -s $DIR/last
