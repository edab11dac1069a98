# SPDX-License-Identifier: GPL-3.0-or-later
bin_PROGRAMS += sidestage
sidestage_SOURCES = \
	src/cli/cmd-board.c src/cli/cmd-board.h \
	src/cli/cmd-completion.c src/cli/cmd-completion.h \
	src/cli/cmd-contexts.c src/cli/cmd-contexts.h \
	src/cli/cmd-demo.c src/cli/cmd-demo.h \
	src/cli/cmd-keys.c src/cli/cmd-keys.h \
	src/cli/cmd-verb.c src/cli/cmd-verb.h \
	src/cli/command.c src/cli/command.h \
	src/cli/contexts.c src/cli/contexts.h \
	src/cli/embedded.c src/cli/embedded.h \
	src/cli/exit-code.c src/cli/exit-code.h \
	src/cli/facts.c src/cli/facts.h \
	src/cli/first-start.c src/cli/first-start.h \
	src/cli/linear-change.c src/cli/linear-change.h \
	src/cli/linear-fail.c src/cli/linear-fail.h \
	src/cli/linear-interrupted.c src/cli/linear-interrupted.h \
	src/cli/linear-logs.c src/cli/linear-logs.h \
	src/cli/linear-look.c src/cli/linear-look.h \
	src/cli/linear-once.c src/cli/linear-once.h \
	src/cli/linear-set.c src/cli/linear-set.h \
	src/cli/linear-state.h \
	src/cli/linear-values.c src/cli/linear-values.h \
	src/cli/linear-verbs.c src/cli/linear-verbs.h \
	src/cli/linear.c src/cli/linear.h \
	src/cli/lines-details.c src/cli/lines-details.h \
	src/cli/lines.c src/cli/lines.h \
	src/cli/main.c \
	src/cli/names.c src/cli/names.h \
	src/cli/options.c src/cli/options.h \
	src/cli/platforms.c src/cli/platforms.h \
	src/cli/screen.c src/cli/screen.h \
	src/cli/token.c src/cli/token.h
sidestage_LDADD = libui.a $(FLOW_LIBS) $(NCURSES_LIBS)

check_PROGRAMS += tests/unit/test-contexts
TESTS += tests/unit/test-contexts
tests_unit_test_contexts_SOURCES = tests/unit/test-contexts.c src/cli/contexts.c src/cli/names.c \
	src/cli/token.c
tests_unit_test_contexts_LDADD = libui.a $(CMOCKA_LIBS) $(FLOW_LIBS) $(NCURSES_LIBS)
