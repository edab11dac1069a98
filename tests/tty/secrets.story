# A platform that does not tell whether two secrets are the same: no screen says that they are.

size 120x30
limit 6

test "the comparison names the secrets that cannot be compared"
sh mkdir $DIR/team $DIR/images
sh printf '{"organizations":[{"id":"acme","env_types":[{"id":"development"},{"id":"production"}],"applications":[{"id":"shop","environments":[{"id":"production","type":"production","values":[{"key":"PASSWORD","secret":true,"value":"one"}],"deployments":[{"set":{"modules":{}}}]},{"id":"qa","type":"development","values":[{"key":"PASSWORD","secret":true,"value":"another"}],"deployments":[{"set":{"modules":{}}}]}]}]}]}' >$DIR/acme.json
terminal two
run sidestaged serve --socket $DIR/team.sock --state $DIR/team --images $DIR/images --import $DIR/acme.json --extensions none
until 20 fetch --unix-socket $DIR/team.sock --quiet http://localhost/orgs
terminal one
run sidestage board --socket $DIR/team.sock
expect "production"
press-until Left "│ qa *$" 4
key d
expect "Difference"
row "Secrets that cannot be compared: PASSWORD"
row "No other differences."
refuse "No differences"
key e
row "as it runs"
row "Secrets that cannot be compared: PASSWORD"
row "No other differences."
refuse "No differences"

test "an environment beside itself has nothing in doubt"
key <
expect "Compare with"
type "qa"
row "qa" "now"
key Enter
expect "No differences"
refuse "Secrets that cannot"
key Q
exit 0 10
terminal two
signal TERM
exit 0 10
