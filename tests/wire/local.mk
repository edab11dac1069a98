# SPDX-License-Identifier: GPL-3.0-or-later
# Tests of the client's half against a real server register themselves beside their module;
# here are those that ask the platform's wire itself.
if HAVE_CMOCKA
WIRE_HELPERS = tests/wire/daemon.c tests/wire/daemon.h
WIRE_LIBS = libmodel.a libbase.a $(CURL_LIBS) $(CMOCKA_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/wire/test-secrets tests/wire/test-values
TESTS += tests/wire/test-secrets tests/wire/test-values
tests_wire_test_secrets_SOURCES = tests/wire/test-secrets.c $(WIRE_HELPERS)
tests_wire_test_secrets_LDADD = $(WIRE_LIBS)
tests_wire_test_values_SOURCES = tests/wire/test-values.c $(WIRE_HELPERS)
tests_wire_test_values_LDADD = $(WIRE_LIBS)

check_PROGRAMS += tests/wire/test-fields
TESTS += tests/wire/test-fields
tests_wire_test_fields_SOURCES = tests/wire/test-fields.c $(WIRE_HELPERS)
tests_wire_test_fields_LDADD = $(WIRE_LIBS)

check_PROGRAMS += tests/wire/test-services
TESTS += tests/wire/test-services
tests_wire_test_services_SOURCES = tests/wire/test-services.c tests/wire/serve.c tests/wire/serve.h
tests_wire_test_services_LDADD = $(WIRE_LIBS)

check_PROGRAMS += tests/wire/test-transfer-values
TESTS += tests/wire/test-transfer-values
tests_wire_test_transfer_values_SOURCES = tests/wire/test-transfer-values.c $(WIRE_HELPERS)
tests_wire_test_transfer_values_LDADD = $(WIRE_LIBS)

check_PROGRAMS += tests/wire/test-answers
TESTS += tests/wire/test-answers
tests_wire_test_answers_SOURCES = tests/wire/test-answers.c tests/wire/access-world.c \
	tests/wire/access-world.h
tests_wire_test_answers_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_answers_LDADD = libmodel.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/wire/test-idempotency
TESTS += tests/wire/test-idempotency
tests_wire_test_idempotency_SOURCES = tests/wire/test-idempotency.c tests/wire/access-world.c \
	tests/wire/access-world.h
tests_wire_test_idempotency_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_idempotency_LDADD = libmodel.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS) $(SQLITE_LIBS)

check_PROGRAMS += tests/wire/test-deployments
TESTS += tests/wire/test-deployments
tests_wire_test_deployments_SOURCES = tests/wire/test-deployments.c tests/wire/access-world.c \
	tests/wire/access-world.h
tests_wire_test_deployments_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_deployments_LDADD = libmodel.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/wire/test-refused tests/wire/test-killed
TESTS += tests/wire/test-refused tests/wire/test-killed
tests_wire_test_killed_SOURCES = tests/wire/test-killed.c tests/wire/serve.c tests/wire/serve.h
tests_wire_test_killed_LDADD = libmodel.a libbase.a $(CURL_LIBS) $(CMOCKA_LIBS) $(BASE_LIBS)
tests_wire_test_refused_SOURCES = tests/wire/test-refused.c tests/wire/serve.c tests/wire/serve.h
tests_wire_test_refused_LDADD = libmodel.a libbase.a $(CURL_LIBS) $(SQLITE_LIBS) $(CMOCKA_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/wire/test-waiting
TESTS += tests/wire/test-waiting
tests_wire_test_waiting_SOURCES = tests/wire/test-waiting.c tests/wire/serve.c tests/wire/serve.h
tests_wire_test_waiting_LDADD = libnet.a $(WIRE_LIBS)

check_PROGRAMS += tests/wire/test-access
TESTS += tests/wire/test-access

tests_wire_test_access_SOURCES = tests/wire/test-access.c tests/wire/access-world.c \
	tests/wire/access-world.h
tests_wire_test_access_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_access_LDADD = libmodel.a libbase.a $(CMOCKA_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)
endif

dist_check_SCRIPTS += tests/wire/test-running.sh tests/wire/test-clusters.sh tests/wire/test-two-clusters.sh tests/wire/test-second-person.sh tests/wire/test-cases.sh tests/wire/test-demo.sh tests/wire/test-own-application.sh tests/wire/test-examples.sh \
	tests/wire/test-kube-command.sh tests/wire/test-commands.sh tests/wire/test-script.sh tests/wire/test-taken.sh
TESTS += tests/wire/test-running.sh tests/wire/test-clusters.sh tests/wire/test-two-clusters.sh tests/wire/test-second-person.sh tests/wire/test-cases.sh tests/wire/test-demo.sh tests/wire/test-own-application.sh tests/wire/test-examples.sh \
	tests/wire/test-kube-command.sh tests/wire/test-commands.sh tests/wire/test-script.sh tests/wire/test-taken.sh
EXTRA_DIST += tests/wire/script.py tests/wire/taken.py

if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-systemd
TESTS += tests/wire/test-systemd

tests_wire_test_systemd_SOURCES = tests/wire/test-systemd.c
tests_wire_test_systemd_LDADD = libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-resources
TESTS += tests/wire/test-resources
tests_wire_test_resources_SOURCES = tests/wire/test-resources.c tests/wire/access-world.c \
	tests/wire/access-world.h
tests_wire_test_resources_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/wire
tests_wire_test_resources_LDADD = libmodel.a libbase.a $(CMOCKA_LIBS) $(BASE_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-pair tests/wire/test-pair-plain
TESTS += tests/wire/test-pair tests/wire/test-pair-plain
tests_wire_test_pair_SOURCES = tests/wire/test-pair.c tests/wire/proxy.c tests/wire/proxy.h \
	tests/wire/serve.c tests/wire/serve.h
tests_wire_test_pair_CPPFLAGS = $(AM_CPPFLAGS) -DPLAIN=0
tests_wire_test_pair_LDADD = $(FLOW_LIBS) $(CURL_LIBS) $(CMOCKA_LIBS)
tests_wire_test_pair_plain_SOURCES = $(tests_wire_test_pair_SOURCES)
tests_wire_test_pair_plain_CPPFLAGS = $(AM_CPPFLAGS) -DPLAIN=1
tests_wire_test_pair_plain_LDADD = $(tests_wire_test_pair_LDADD)
check_PROGRAMS += tests/wire/test-flow-answers
TESTS += tests/wire/test-flow-answers
tests_wire_test_flow_answers_SOURCES = tests/wire/test-flow-answers.c tests/wire/proxy.c \
	tests/wire/proxy.h tests/wire/serve.c tests/wire/serve.h
tests_wire_test_flow_answers_LDADD = $(tests_wire_test_pair_LDADD)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/wire/test-faults
TESTS += tests/wire/test-faults
tests_wire_test_faults_SOURCES = tests/wire/test-faults.c tests/wire/proxy.c tests/wire/proxy.h \
	tests/wire/serve.c tests/wire/serve.h
tests_wire_test_faults_LDADD = $(FLOW_LIBS) $(CURL_LIBS) $(CMOCKA_LIBS)
endif
