# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of the client's half against a real server register themselves beside their module.
if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-access
TESTS += tests/wire/test-access

tests_wire_test_access_SOURCES = tests/wire/test-access.c tests/wire/access-world.c \
	tests/wire/access-world.h
tests_wire_test_access_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_access_LDADD = libmodel.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
endif
