# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libflow.a
libflow_a_SOURCES = \
	src/flow/arrangement.c \
	src/flow/arrangement.h \
	src/flow/carry.c \
	src/flow/clone.c \
	src/flow/clones.c \
	src/flow/clones.h \
	src/flow/comment.c \
	src/flow/comment.h \
	src/flow/deploy.c \
	src/flow/details.c \
	src/flow/details.h \
	src/flow/discard.c \
	src/flow/document.c \
	src/flow/document.h \
	src/flow/effective.c \
	src/flow/effective.h \
	src/flow/fixes.c \
	src/flow/flow.c \
	src/flow/flow.h \
	src/flow/hotfix-events.c \
	src/flow/hotfix-events.h \
	src/flow/hotfix-parts.h \
	src/flow/hotfix-steps.c \
	src/flow/hotfix.c \
	src/flow/hotfix.h \
	src/flow/interrupted.c \
	src/flow/interrupted.h \
	src/flow/isolation.c \
	src/flow/learn.c \
	src/flow/learn.h \
	src/flow/logs.c \
	src/flow/logs.h \
	src/flow/origin.c \
	src/flow/origins.c \
	src/flow/origins.h \
	src/flow/past.c \
	src/flow/past.h \
	src/flow/moments.c \
	src/flow/moments.h \
	src/flow/pins.c \
	src/flow/promote.c \
	src/flow/reads.c \
	src/flow/reads-values.c \
	src/flow/reader.c \
	src/flow/reader.h \
	src/flow/renewal.c \
	src/flow/renewal.h \
	src/flow/resume.c \
	src/flow/live.c \
	src/flow/review.c \
	src/flow/session.c \
	src/flow/session.h \
	src/flow/steps.c \
	src/flow/undo.c \
	src/flow/verbs.h \
	src/flow/unpromoted.c \
	src/flow/unpromoted.h \
	src/flow/watch-feeds.c \
	src/flow/watch-parts.h \
	src/flow/watch-questions.c \
	src/flow/watch.c \
	src/flow/watch.h \
	src/flow/words.c \
	src/flow/write-values.c \
	src/flow/words.h \
	src/flow/world.c \
	src/flow/world.h

if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-flow
TESTS += tests/wire/test-flow
tests_wire_test_flow_SOURCES = tests/wire/test-flow.c tests/wire/sample.c tests/wire/sample.h
tests_wire_test_flow_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_flow_LDADD = libflow.a libapi.a libstore.a libdb.a libnet.a libcompare.a libmodel.a libbase.a \
	$(SQLITE_LIBS) $(CMOCKA_LIBS) $(BASE_LIBS)
check_PROGRAMS += tests/unit/test-interrupted
TESTS += tests/unit/test-interrupted
tests_unit_test_interrupted_SOURCES = tests/unit/test-interrupted.c
tests_unit_test_interrupted_LDADD = libflow.a libapi.a libstore.a libdb.a libnet.a libcompare.a libmodel.a libbase.a \
	$(SQLITE_LIBS) $(CMOCKA_LIBS) $(BASE_LIBS)
check_PROGRAMS += tests/unit/test-comment
TESTS += tests/unit/test-comment
tests_unit_test_comment_SOURCES = tests/unit/test-comment.c
tests_unit_test_comment_LDADD = libflow.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
endif
