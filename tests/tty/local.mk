# SPDX-License-Identifier: GPL-3.0-or-later
TTY_STORIES = \
	tests/tty/any-version.story tests/tty/arrange.story \
	tests/tty/bad-input.story \
	tests/tty/clones.story tests/tty/cluster-logs.story tests/tty/cluster-review.story tests/tty/clusters.story \
	tests/tty/conflict.story \
	tests/tty/edit.story \
	tests/tty/contexts.story tests/tty/contexts-view.story \
	tests/tty/compare.story tests/tty/rebound.story tests/tty/environment.story \
	tests/tty/failure.story \
	tests/tty/find.story \
	tests/tty/given-back.story \
	tests/tty/guide.story \
	tests/tty/harness.story \
	tests/tty/help.story \
	tests/tty/hotfix-turns.story tests/tty/hotfix-turns-cluster.story \
	tests/tty/hotfix.story tests/tty/hotfix-cluster.story \
	tests/tty/history.story tests/tty/long-history.story tests/tty/interrupted.story \
	tests/tty/look.story \
	tests/tty/motion.story \
	tests/tty/mouse.story \
	tests/tty/kill.story tests/tty/kube.story \
	tests/tty/large.story \
	tests/tty/isolation.story \
	tests/tty/terminals.story \
	tests/tty/unpromoted.story \
	tests/tty/review.story tests/tty/scale.story tests/tty/scale-cluster.story \
	tests/tty/rule-waits.story \
	tests/tty/progress.story tests/tty/reasons.story \
	tests/tty/second-demo.story \
	tests/tty/secrets.story \
	tests/tty/live.story \
	tests/tty/columns.story \
	tests/tty/stakes.story \
	tests/tty/small-views.story \
	tests/tty/story.story \
	tests/tty/pods.story tests/tty/plain.story tests/tty/plain-conflict.story \
	tests/tty/once.story \
	tests/tty/not-running.story \
	tests/tty/tree.story \
	tests/tty/languages.story \
	tests/tty/knowledge.story \
	tests/tty/lost.story \
	tests/tty/logs.story \
	tests/tty/named-application.story \
	tests/tty/narrow.story \
	tests/tty/terminal.story \
	tests/tty/values.story \
	tests/tty/torture.story tests/tty/torture-views.story \
	tests/tty/clone-values.story \
	tests/tty/views-80x24-utf8.story tests/tty/views-80x24-ascii.story \
	tests/tty/views-120x40-utf8.story tests/tty/views-120x40-ascii.story \
	tests/tty/views-250x70-utf8.story tests/tty/views-250x70-ascii.story

# What several stories include.
TTY_PARTS = tests/tty/views.part tests/tty/small-windows.part tests/tty/sizes.part tests/tty/long-names.json

TTY_HELPERS = tests/tty/guide tests/tty/long-history tests/tty/needs tests/tty/cluster tests/tty/on-cluster/sidestage tests/tty/on-screen tests/tty/platform tests/tty/processes

EXTRA_DIST += $(TTY_STORIES) $(TTY_PARTS) $(TTY_HELPERS) tests/tty/README tests/valgrind.sh tests/valgrind.supp

if HAVE_VTERM
check_PROGRAMS += tests/tty/tty-run tests/tty/fetch tests/tty/misbehave tests/bench/big-platform
dist_check_SCRIPTS += tests/tty/every-key.sh
TESTS += $(TTY_STORIES)

tests_tty_tty_run_SOURCES = \
	tests/tty/picture.c \
	tests/tty/picture.h \
	tests/tty/sandbox.c \
	tests/tty/sandbox.h \
	tests/tty/story-mouse.c \
	tests/tty/story-program.c \
	tests/tty/story-screen.c \
	tests/tty/story-shell.c \
	tests/tty/story-shot.c \
	tests/tty/story.c \
	tests/tty/story.h \
	tests/tty/terminal.c \
	tests/tty/terminal.h \
	tests/tty/tty-run.c \
	tests/tty/words.c \
	tests/tty/words.h
tests_tty_tty_run_LDADD = libbase.a $(VTERM_LIBS) $(BASE_LIBS)

tests_tty_fetch_SOURCES = tests/tty/fetch.c
tests_tty_fetch_LDADD = libbase.a $(CURL_LIBS) $(BASE_LIBS)
tests_tty_misbehave_SOURCES = tests/tty/misbehave.c
tests_tty_misbehave_LDADD = libbase.a $(BASE_LIBS) -lpthread
endif

STORY_LOG_COMPILER = tests/tty/tty-run
