# What both programs say in text: their help, and what the sub-commands that only look print, as
# text and as JSON, with the code they end with.

test "the help of sidestage and of each sub-command"
env STILL_CLOCK=$DIR/clock
sh echo 1773457200000 >$STILL_CLOCK
sh "$TTY/said" help sidestage --help
sh s=0; for c in $(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' $TTY/expected/help.said); do "$TTY/said" help-$c sidestage $c --help || s=1; done; exit $s

test "the help of sidestaged and of each of its commands"
sh "$TTY/said" daemon-help sidestaged --help
sh s=0; for c in $(sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p' $TTY/expected/daemon-help.said); do "$TTY/said" daemon-help-$c sidestaged $c --help || s=1; done; exit $s

test "the world, with a clone that has a fix"
include begin.part
include values.part
terminal one
sh mkdir -p $XDG_CONFIG_HOME/sidestage && printf '[context "team"]\n\tsocket = %s\n\torg = topicshare-inc\n\tapp = topicshare\n' $SOCKET >$XDG_CONFIG_HOME/sidestage/config
sh umask 077; echo s-2718281 >$DIR/mail-key
sh "$TTY/said" clone sidestage clone production hotfix-korean --value MAIL_HOST=mail.test --value-from MAIL_KEY=$DIR/mail-key --approve=hotfix-korean
sh "$TTY/said" version-preview sidestage version hotfix-korean web 1.4.3
sh "$TTY/said" version sidestage version hotfix-korean web 1.4.3 --approve=hotfix-korean

test "what is shown of it"
sh "$TTY/said" applications sidestage applications
sh "$TTY/said" applications-json sidestage applications --json
sh "$TTY/said" environment sidestage environment production
sh "$TTY/said" environment-json sidestage environment production --json
sh "$TTY/said" environment-clone sidestage environment hotfix-korean
sh "$TTY/said" versions sidestage versions hotfix-korean web
sh "$TTY/said" versions-json sidestage versions hotfix-korean web --json
sh "$TTY/said" diff sidestage diff production hotfix-korean
sh "$TTY/said" diff-json sidestage diff production hotfix-korean --json
sh "$TTY/said" diff-same sidestage diff production production
sh "$TTY/said" logs sidestage logs production
sh "$TTY/said" logs-web-json sidestage logs production web --json
sh "$TTY/said" clones sidestage clones
sh "$TTY/said" clones-json sidestage clones --json
sh "$TTY/said" hotfix sidestage hotfix hotfix-korean
sh "$TTY/said" hotfix-json sidestage hotfix hotfix-korean --json
sh "$TTY/said" history sidestage history
sh "$TTY/said" history-json sidestage history --json
sh "$TTY/said" resume sidestage resume
sh "$TTY/said" contexts sidestage contexts
sh "$TTY/said" contexts-json sidestage contexts --json

test "what is only previewed"
sh "$TTY/said" promote-preview sidestage promote hotfix-korean
sh "$TTY/said" promote-preview-json sidestage promote hotfix-korean --json
sh "$TTY/said" undo-preview sidestage undo production
sh "$TTY/said" discard-preview sidestage discard hotfix-korean
sh "$TTY/said" deploy-preview sidestage deploy qa

test "what is refused, and with which code"
sh "$TTY/said" refused-environment sidestage environment prodction
sh "$TTY/said" refused-command sidestage depoly qa
sh "$TTY/said" refused-option sidestage diff qa --jsno
sh "$TTY/said" refused-approval sidestage promote hotfix-korean --approve=qa
sh "$TTY/said" refused-reason sidestage promote hotfix-korean --approve=production
sh "$TTY/said" refused-read-only sidestage deploy qa --read-only --approve=qa
sh "$TTY/said" refused-values sidestage clone production hotfix-two --approve=hotfix-two
sh "$TTY/said" refused-version sidestage version qa web 9.9.9 --approve=qa
sh "$TTY/said" refused-daemon sidestaged srve

test "the platform is gone: from the cache, and not at all"
terminal platform
signal TERM
expect "stopping"
tick 20000
exit 0
terminal one
sh "$TTY/said" offline sidestage environment production --offline
sh "$TTY/said" unreachable sidestage environment production
