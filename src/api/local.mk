# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libapi.a
libapi_a_SOURCES = \
	src/api/api.c src/api/api.h \
	src/api/operations.c src/api/operations.h \
	src/api/private.h \
	src/api/reply.c src/api/reply.h

if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-api
TESTS += tests/wire/test-api
tests_wire_test_api_SOURCES = tests/wire/test-api.c tests/scripted-server.c tests/scripted-server.h
tests_wire_test_api_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_wire_test_api_LDADD = libapi.a libnet.a libmodel.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
endif
