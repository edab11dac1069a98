# SPDX-License-Identifier: GPL-3.0-or-later
# The session on top of its rooms.
FLOW_ROOMS = libflow.a libflow-verbs.a libflow-world.a libflow-context.a
FLOW_LIBS = $(FLOW_ROOMS) \
	libapi.a libstore.a libdb.a libnet.a libcompare.a libmodel.a libbase.a $(SQLITE_LIBS) $(BASE_LIBS)
noinst_LIBRARIES += libflow.a
libflow_a_SOURCES = \
	src/flow/clones.c \
	src/flow/deed.c src/flow/deed.h \
	src/flow/clones.h \
	src/flow/hotfix.c \
	src/flow/hotfix.h \
	src/flow/hotfix-events.c \
	src/flow/hotfix-events.h \
	src/flow/hotfix-state.h \
	src/flow/hotfix-steps.c src/flow/hotfix-steps.h \
	src/flow/hotfix-words.c \
	src/flow/hotfix-words.h \
	src/flow/session.c \
	src/flow/session.h

if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-flow
TESTS += tests/wire/test-flow
tests_wire_test_flow_SOURCES = tests/wire/test-flow.c tests/wire/sample.c tests/wire/sample.h
tests_wire_test_flow_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_flow_LDADD = $(CMOCKA_LIBS) $(FLOW_LIBS)
check_PROGRAMS += tests/unit/test-interrupted tests/unit/test-start
TESTS += tests/unit/test-interrupted tests/unit/test-start
tests_unit_test_start_SOURCES = tests/unit/test-start.c
tests_unit_test_start_LDADD = $(CMOCKA_LIBS) $(FLOW_LIBS)
tests_unit_test_interrupted_SOURCES = tests/unit/test-interrupted.c
tests_unit_test_interrupted_LDADD = $(CMOCKA_LIBS) $(FLOW_LIBS)
endif
