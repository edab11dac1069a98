# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/curl.c src/net/curl.h \
	src/net/loop.c src/net/loop.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-loop
TESTS += tests/unit/test-loop
tests_unit_test_loop_SOURCES = tests/unit/test-loop.c
tests_unit_test_loop_LDADD = libnet.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
endif
