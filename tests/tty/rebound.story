# SPDX-License-Identifier: GPL-3.0-or-later
# A text that names a key names the one that does it now, whatever it came with.
limit 10
size 140x40
env BROWSER= DISPLAY= WAYLAND_DISPLAY=
sh mkdir -p $XDG_CONFIG_HOME/sidestage
sh printf '[keys]\n\tfind = f F4\n\tfold = z\n\tonly = %%\n\tunfold = u\n[keys "board"]\n\tshow-hidden = @\n\tcopy = Y\n\tback = F2\n[keys "logs"]\n\tonly = F6\n[keys "compare"]\n\tback = F3\n' >$XDG_CONFIG_HOME/sidestage/config

test "on the board"
run sidestage demo
row "● running" "● running" "● running"
press-until Right "in QA"
key o
expect "There is no browser here.  Y copies the address."
key -
expect "is hidden; @ shows it."
key @
row "QA"
key ?
row "F2" "Clear all marks."
key Esc

test "in a difference: the key of one workload, and a key that is % is said once"
press-until Right "Compared|in Production"
press-until Left "in QA"
key d
row "▾ modules.api"
key %
row "▾ modules.api" "only this one; % shows all"
key %
key z
row "▸ modules.api"
key z
key f
type "topicshare"
row "f topicshare"
key Esc
key F3
gone "modules.api"

test "in the review of a clone, where each finding is acknowledged"
sh platform post /values '{"key":"API_URL","value":"https://api.acme.test/v1","description":""}' --quiet
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
key Enter
row "\[ \]" "values/API_URL leads to the host api.acme.test"
key A
expect "Acknowledge the finding first (z) or change it (E)"
key z
row "\[x\]" "API_URL"
key Esc
key Esc
gone "API_URL"

test "in the logs"
key l
expect "listens"
key n
expect "Find a text first: f."
key f
type "listens"
key Enter
key F6
expect "only f listens"
key Esc
key F6
key Esc
key Q
exit 0 10
restored
nothing-runs 5
