# SPDX-License-Identifier: GPL-3.0-or-later
# The rooms of the daemon, the highest first: each knows only those behind it.
PLATFORM_ROOMS = libplatform-admin.a libplatform-api.a libplatform-http.a libplatform-engine.a \
	libplatform-auth.a libplatform-state.a libplatform-drivers.a
PLATFORM_LIBS = $(PLATFORM_ROOMS) libdb.a libnet.a libmodel.a libbase.a \
	$(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(YAML_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)

bin_PROGRAMS += sidestaged
sidestaged_SOURCES = src/platform/main.c
sidestaged_LDADD = $(PLATFORM_LIBS)

if HAVE_CMOCKA
SERVE = tests/wire/serve.c tests/wire/serve.h
SERVE_LIBS = libmodel.a libbase.a $(CMOCKA_LIBS) $(CURL_LIBS) $(BASE_LIBS)
SERVE_TESTS = tests/wire/test-graph tests/wire/test-sets tests/wire/test-runtime tests/wire/test-applications tests/wire/test-artefacts \
	tests/wire/test-growth tests/wire/test-pipelines
check_PROGRAMS += $(SERVE_TESTS)
TESTS += $(SERVE_TESTS)
tests_wire_test_runtime_SOURCES = tests/wire/test-runtime.c $(SERVE)
tests_wire_test_runtime_LDADD = $(SERVE_LIBS)
tests_wire_test_graph_SOURCES = tests/wire/test-graph.c $(SERVE)
tests_wire_test_sets_SOURCES = tests/wire/test-sets.c $(SERVE)
tests_wire_test_sets_LDADD = $(SERVE_LIBS)
tests_wire_test_applications_SOURCES = tests/wire/test-applications.c $(SERVE)
tests_wire_test_graph_LDADD = $(SERVE_LIBS)
tests_wire_test_applications_LDADD = $(SERVE_LIBS)
tests_wire_test_artefacts_SOURCES = tests/wire/test-artefacts.c $(SERVE)
tests_wire_test_artefacts_LDADD = $(SERVE_LIBS)
tests_wire_test_growth_SOURCES = tests/wire/test-growth.c tests/wire/usage.c tests/wire/usage.h $(SERVE)
tests_wire_test_pipelines_SOURCES = tests/wire/test-pipelines.c $(SERVE)
tests_wire_test_pipelines_LDADD = $(SERVE_LIBS)
tests_wire_test_growth_LDADD = $(SERVE_LIBS) $(SQLITE_LIBS)
check_PROGRAMS += tests/unit/test-secret
TESTS += tests/unit/test-secret
tests_unit_test_secret_SOURCES = tests/unit/test-secret.c
tests_unit_test_secret_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-match tests/unit/test-graph
TESTS += tests/unit/test-match tests/unit/test-graph
tests_unit_test_graph_SOURCES = tests/unit/test-graph.c
tests_unit_test_graph_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)
tests_unit_test_match_SOURCES = tests/unit/test-match.c
tests_unit_test_match_LDADD = $(CMOCKA_LIBS) $(PLATFORM_LIBS)
endif
