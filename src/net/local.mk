# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libnet.a
libnet_a_SOURCES = \
	src/net/curl.c src/net/curl.h \
	src/net/http-client.c src/net/http-client.h \
	src/net/http-head.c src/net/http-head.h \
	src/net/http-security.c src/net/http-security.h \
	src/net/http-try.c src/net/http-try.h \
	src/net/listener.c src/net/listener.h \
	src/net/loop.c src/net/loop.h \
	src/net/peer.c src/net/peer.h \
	src/net/private.h \
	src/net/url.c src/net/url.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-loop tests/unit/test-loop-deadlines \
	tests/unit/test-http-client tests/unit/test-http-head tests/unit/test-http-tls
TESTS += tests/unit/test-loop tests/unit/test-loop-deadlines \
	tests/unit/test-http-client tests/unit/test-http-head tests/unit/test-http-tls
tests_unit_test_http_head_SOURCES = tests/unit/test-http-head.c
tests_unit_test_http_head_LDADD = libnet.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
tests_unit_test_http_client_SOURCES = tests/unit/test-http-client.c \
	tests/scripted-server.c tests/scripted-server.h
tests_unit_test_http_client_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_http_client_LDADD = libnet.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
tests_unit_test_http_tls_SOURCES = tests/unit/test-http-tls.c tests/unit/below-valgrind.h \
	tests/scripted-server.c tests/scripted-server.h
tests_unit_test_http_tls_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_http_tls_LDADD = libnet.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
tests_unit_test_loop_deadlines_SOURCES = tests/unit/test-loop-deadlines.c \
	tests/unit/own-clock.c tests/unit/own-clock.h
tests_unit_test_loop_deadlines_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=clock_steady_ms
tests_unit_test_loop_deadlines_LDADD = libnet.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
tests_unit_test_loop_SOURCES = tests/unit/test-loop.c
tests_unit_test_loop_LDADD = libnet.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
endif
dist_check_SCRIPTS += tests/unit/certificates.sh
