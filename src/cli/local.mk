# SPDX-License-Identifier: GPL-3.0-or-later
bin_PROGRAMS += sidestage
sidestage_SOURCES = \
	src/cli/cmd-board.c src/cli/cmd-board.h \
	src/cli/cmd-completion.c src/cli/cmd-completion.h \
	src/cli/cmd-contexts.c src/cli/cmd-contexts.h \
	src/cli/cmd-demo.c src/cli/cmd-demo.h \
	src/cli/cmd-keys.c src/cli/cmd-keys.h \
	src/cli/cmd-kube.c src/cli/cmd-kube.h \
	src/cli/cmd-verb.c src/cli/cmd-verb.h \
	src/cli/command.c src/cli/command.h \
	src/cli/contexts.c src/cli/contexts.h \
	src/cli/embedded-demo.c src/cli/embedded-demo.h \
	src/cli/embedded-kube.c src/cli/embedded-kube.h \
	src/cli/embedded.c src/cli/embedded.h \
	src/cli/exit-code.c src/cli/exit-code.h \
	src/cli/first-start.c src/cli/first-start.h \
	src/cli/kube-contexts.c src/cli/kube-contexts.h \
	src/cli/kube-forget.c src/cli/kube-forget.h \
	src/cli/kube-groups.c src/cli/kube-groups.h \
	src/cli/kube-named.c src/cli/kube-named.h \
	src/cli/kube-state.c src/cli/kube-state.h \
	src/cli/main.c \
	src/cli/names.c src/cli/names.h \
	src/cli/options.c src/cli/options.h \
	src/cli/output-json.c src/cli/output-json.h \
	src/cli/output-json-environment.c src/cli/output-json-environment.h \
	src/cli/output-json-outlook.c src/cli/output-json-outlook.h \
	src/cli/output-json-private.h \
	src/cli/output-text-details.c src/cli/output-text-details.h \
	src/cli/output-text.c src/cli/output-text.h \
	src/cli/plain-change.c src/cli/plain-change.h \
	src/cli/plain-approval.c src/cli/plain-approval.h \
	src/cli/plain-drop.c src/cli/plain-drop.h \
	src/cli/plain-fail.c src/cli/plain-fail.h \
	src/cli/plain-interrupted.c src/cli/plain-interrupted.h \
	src/cli/plain-logs.c src/cli/plain-logs.h \
	src/cli/plain-look.c src/cli/plain-look.h \
	src/cli/plain-once.c src/cli/plain-once.h \
	src/cli/plain-repository.c src/cli/plain-repository.h \
	src/cli/plain-scale.c src/cli/plain-scale.h \
	src/cli/plain-set.c src/cli/plain-set.h \
	src/cli/plain-state.h \
	src/cli/plain-values.c src/cli/plain-values.h \
	src/cli/plain-verbs.c src/cli/plain-verbs.h \
	src/cli/plain.c src/cli/plain.h \
	src/cli/platforms.c src/cli/platforms.h \
	src/cli/repository-files.c src/cli/repository-files.h \
	src/cli/screen.c src/cli/screen.h \
	src/cli/token.c src/cli/token.h
sidestage_LDADD = libui.a $(FLOW_LIBS) $(YAML_LIBS) $(NCURSES_LIBS)

check_PROGRAMS += tests/unit/test-contexts
TESTS += tests/unit/test-contexts
tests_unit_test_contexts_SOURCES = tests/unit/test-contexts.c src/cli/contexts.c src/cli/names.c \
	src/cli/token.c
tests_unit_test_contexts_LDADD = libui.a $(CMOCKA_LIBS) $(FLOW_LIBS) $(NCURSES_LIBS)
