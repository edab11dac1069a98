# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libui.a
libui_a_SOURCES = \
	src/ui/actions.c src/ui/actions.h \
	src/ui/canvas.c src/ui/canvas.h \
	src/ui/chrome.c src/ui/chrome.h \
	src/ui/crash.c src/ui/crash.h \
	src/ui/escapes.c src/ui/escapes.h \
	src/ui/gestures.c src/ui/gestures.h \
	src/ui/input.c src/ui/input.h \
	src/ui/keys.c src/ui/keys.h \
	src/ui/links.c src/ui/links.h \
	src/ui/outside.c src/ui/outside.h \
	src/ui/terminal.c src/ui/terminal.h \
	src/ui/theme-builtin.c src/ui/theme-builtin.h \
	src/ui/theme-file.c src/ui/theme-file.h \
	src/ui/theme.c src/ui/theme.h \
	src/ui/ui.c src/ui/ui.h \
	src/ui/view.h \
	src/ui/views/board-arrange.c src/ui/views/board-arrange.h \
	src/ui/views/board-draw.c src/ui/views/board-draw.h \
	src/ui/views/board-grid.c src/ui/views/board-grid.h \
	src/ui/views/board-head.c src/ui/views/board-head.h \
	src/ui/views/board-keys.c src/ui/views/board-keys.h \
	src/ui/views/board-model.c src/ui/views/board-model.h \
	src/ui/views/board-pane.c src/ui/views/board-pane.h \
	src/ui/views/board-state.h \
	src/ui/views/board-protect.c src/ui/views/board-protect.h \
	src/ui/views/board-tree.c src/ui/views/board-tree.h \
	src/ui/views/board.c src/ui/views/board.h \
	src/ui/views/changes.c src/ui/views/changes.h \
	src/ui/views/clone-list.c src/ui/views/clone-list.h \
	src/ui/views/clone-note.c src/ui/views/clone-note.h \
	src/ui/views/clones-draw.c src/ui/views/clones-draw.h \
	src/ui/views/clones-state.h \
	src/ui/views/clones.c src/ui/views/clones.h \
	src/ui/views/compare.c src/ui/views/compare.h \
	src/ui/views/contents.c src/ui/views/contents.h \
	src/ui/views/contexts.c src/ui/views/contexts.h \
	src/ui/views/decide-values.c src/ui/views/decide-values.h \
	src/ui/views/decide.c src/ui/views/decide.h \
	src/ui/views/edit-value.c src/ui/views/edit-value.h \
	src/ui/views/edit.c src/ui/views/edit.h \
	src/ui/views/environment-keys.c src/ui/views/environment-keys.h \
	src/ui/views/environment-note.c src/ui/views/environment-note.h \
	src/ui/views/environment-pods.c src/ui/views/environment-pods.h \
	src/ui/views/environment-scale.c src/ui/views/environment-scale.h \
	src/ui/views/environment-state.h \
	src/ui/views/environment.c src/ui/views/environment.h \
	src/ui/views/finder-view.c src/ui/views/finder-view.h \
	src/ui/views/goto.c src/ui/views/goto.h \
	src/ui/views/grouping.c src/ui/views/grouping.h \
	src/ui/views/help.c src/ui/views/help.h \
	src/ui/views/history-draw.c src/ui/views/history-draw.h \
	src/ui/views/history-read.c src/ui/views/history-read.h \
	src/ui/views/history-state.h \
	src/ui/views/history.c src/ui/views/history.h \
	src/ui/views/hotfix-draw.c src/ui/views/hotfix-draw.h \
	src/ui/views/hotfix-state.h \
	src/ui/views/hotfix.c src/ui/views/hotfix.h \
	src/ui/views/interrupted.c src/ui/views/interrupted.h \
	src/ui/views/logs-draw.c src/ui/views/logs-draw.h \
	src/ui/views/logs-keys.c src/ui/views/logs-keys.h \
	src/ui/views/logs-state.h \
	src/ui/views/logs.c src/ui/views/logs.h \
	src/ui/views/moment.c src/ui/views/moment.h \
	src/ui/views/operation.c src/ui/views/operation.h \
	src/ui/views/palette.c src/ui/views/palette.h \
	src/ui/views/picker.c src/ui/views/picker.h \
	src/ui/views/progress-objects.c src/ui/views/progress-objects.h \
	src/ui/views/progress.c src/ui/views/progress.h \
	src/ui/views/prompt.c src/ui/views/prompt.h \
	src/ui/views/review-draw.c src/ui/views/review-draw.h \
	src/ui/views/review-finding.c src/ui/views/review-finding.h \
	src/ui/views/review-keys.c src/ui/views/review-keys.h \
	src/ui/views/review-patch.c src/ui/views/review-patch.h \
	src/ui/views/review-secret.c src/ui/views/review-secret.h \
	src/ui/views/review-state.h \
	src/ui/views/review.c src/ui/views/review.h \
	src/ui/views/stories.c src/ui/views/stories.h \
	src/ui/widgets/cut.c src/ui/widgets/cut.h \
	src/ui/widgets/difference-rows.c src/ui/widgets/difference-rows.h \
	src/ui/widgets/difference.c src/ui/widgets/difference.h \
	src/ui/widgets/field.c src/ui/widgets/field.h \
	src/ui/widgets/find.c src/ui/widgets/find.h \
	src/ui/widgets/finder.c src/ui/widgets/finder.h \
	src/ui/widgets/found.c src/ui/widgets/found.h \
	src/ui/widgets/list.c src/ui/widgets/list.h \
	src/ui/widgets/page.c src/ui/widgets/page.h \
	src/ui/widgets/row-marks.c src/ui/widgets/row-marks.h \
	src/ui/widgets/viewport.c src/ui/widgets/viewport.h

if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-views
TESTS += tests/wire/test-views
tests_wire_test_views_SOURCES = tests/wire/test-views.c tests/wire/sample.c tests/wire/sample.h
tests_wire_test_views_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_views_LDADD = libui.a $(CMOCKA_LIBS) $(FLOW_LIBS) $(NCURSES_LIBS)
check_PROGRAMS += tests/unit/test-list
TESTS += tests/unit/test-list
tests_unit_test_list_SOURCES = tests/unit/test-list.c
tests_unit_test_list_LDADD = libui.a $(CMOCKA_LIBS) $(FLOW_LIBS) $(NCURSES_LIBS)
endif
