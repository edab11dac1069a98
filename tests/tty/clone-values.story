# Values that may lead a clone back to Production, and secrets, wait for a person's decision before
# anything is sent; a fix made by a value is promoted, and names what it overrides.

size 120x40
limit 10
on-failure tail -n 30 $STATE/sidestaged.log

test "Production has a value that names it, and a secret"
run sidestage demo
expect "running" 20
row "running" "running" "running"
sh platform post /envs/production/values '{"key":"MAIL_HOST","value":"mail.production.test","description":"","is_secret":false}' >$STATE/answer
sh platform post /envs/production/values '{"key":"MAIL_KEY","value":"k-3141592","description":"","is_secret":true}' >$STATE/answer

sh platform post /envs/production/deploys '{"comment":"values"}' --quiet
until 20 test "$(platform status production)" = succeeded

test "a clone asks about both, and shows why"
press-until Right "in [Pp]roduction"
key C
expect "Name of the clone"
type "hotfix-values"
key Enter
expect "2 values to decide" 20
row ">" "MAIL_HOST" "not decided"
row "production" "mail.production.test"
expect "It leads to mail.production.test."
row "MAIL_KEY" "not decided"
expect "It is a secret, which cannot be read and copied."
refuse "k-3141592"

test "nothing is reviewed before both are decided; a secret is the same one, unseen"
key Enter
expect "2 values are not decided yet"
key A
expect "Decide the values first; then Enter makes the review"
key j
row ">" "MAIL_KEY"
key o
row "MAIL_KEY" "the same secret"
refuse "k-3141592"
key t
expect "The application has no value MAIL_KEY."

test "a secret is typed unseen"
key Tab
type "s-2718281"
expect "*********"
refuse "s-2718281"
key Enter
row "MAIL_KEY" "another value"
refuse "s-2718281"
expect "1 value to decide"

test "a value is typed in the place of what was there"
key k
row ">" "MAIL_HOST"
key Tab
type "mail.test"
key Enter
row "MAIL_HOST" "another value"
expect "All values are decided."

test "the review says what the clone has otherwise, and no secret"
key Enter
expect "A approve"
expect "The value MAIL_HOST differs from the one in production"
expect "MAIL_HOST"
refuse "s-2718281"
key G
key A
until 20 test "$(platform status hotfix-values)" = succeeded
key Esc
row "Workload" "hotfix-values"

test "a fix made by a value is deployed and promoted, and what isolates the clone is not"
sh platform put /envs/hotfix-values/values/DIGEST_INTERVAL '{"value":"7","description":""}' >$STATE/answer
sh platform post /envs/hotfix-values/deploys '{"comment":"the fix"}' --quiet
until 20 test "$(platform status hotfix-values)" = succeeded
press-until Right "in hotfix-values"
key P
expect "value DIGEST_INTERVAL" 20
expect "in production only; the application's value is 2"
expect "Not promoted, because they isolate hotfix-values"
expect "1 value"
refuse "mail.test"
let DEPLOYMENT platform deployment production
key A
type "faster digests"
key Tab
type "production"
press-until Enter "Check that nothing has changed"
until 20 test "$(platform deployment production)" != $DEPLOYMENT
until 20 test "$(platform status production)" = succeeded
key Esc
row "Workload" "hotfix-values"

test "the history shows the value that was changed"
key h
expect "promote"
press-until Down "value DIGEST_INTERVAL"
key Esc

test "it ends"
row "Workload" "hotfix-values"
key Q
exit 0
nothing-runs
