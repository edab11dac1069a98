# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libplatform.a
libplatform_a_SOURCES = \
	src/platform/deployed-values.c \
	src/platform/deployed-values.h \
	src/platform/answers.c \
	src/platform/answers.h \
	src/platform/access.c \
	src/platform/access.h \
	src/platform/admit.c \
	src/platform/admit.h \
	src/platform/audit.c \
	src/platform/audit.h \
	src/platform/automation.c \
	src/platform/automation.h \
	src/platform/backup.c \
	src/platform/backup.h \
	src/platform/command-backup.c \
	src/platform/command-check-config.c \
	src/platform/command-export.c \
	src/platform/command-import.c \
	src/platform/command-serve.c \
	src/platform/command-token.c \
	src/platform/command-token.h \
	src/platform/command.c \
	src/platform/command.h \
	src/platform/control.c \
	src/platform/control.h \
	src/platform/daemon.c \
	src/platform/daemon.h \
	src/platform/definition.c \
	src/platform/definition.h \
	src/platform/definition-inputs.c \
	src/platform/definition-inputs.h \
	src/platform/document.c \
	src/platform/document.h \
	src/platform/driver.h \
	src/platform/effects.c \
	src/platform/effects.h \
	src/platform/engine.c \
	src/platform/engine.h \
	src/platform/etag.c \
	src/platform/etag.h \
	src/platform/export.c \
	src/platform/export.h \
	src/platform/graph.c \
	src/platform/graph.h \
	src/platform/handlers/applications.c \
	src/platform/handlers/artefacts.c \
	src/platform/handlers/audit.c \
	src/platform/handlers/definitions.c \
	src/platform/handlers/deltas.c \
	src/platform/handlers/deployments.c \
	src/platform/handlers/environments.c \
	src/platform/handlers/handlers.h \
	src/platform/handlers/logs.c \
	src/platform/handlers/organizations.c \
	src/platform/handlers/pipelines.c \
	src/platform/handlers/resources.c \
	src/platform/handlers/rules.c \
	src/platform/handlers/runtime.c \
	src/platform/handlers/sets.c \
	src/platform/handlers/value-versions.c \
	src/platform/handlers/values.c \
	src/platform/handlers/users.c \
	src/platform/health.c \
	src/platform/health.h \
	src/platform/http-guard.c \
	src/platform/http-guard.h \
	src/platform/http-log.c \
	src/platform/http-log.h \
	src/platform/http.c \
	src/platform/http.h \
	src/platform/import-check.c \
	src/platform/import-check.h \
	src/platform/import.c \
	src/platform/import.h \
	src/platform/lease.c \
	src/platform/lease.h \
	src/platform/limit.c \
	src/platform/limit.h \
	src/platform/listener.c \
	src/platform/listener.h \
	src/platform/log.c \
	src/platform/log.h \
	src/platform/loop.h \
	src/platform/maintenance-socket.c \
	src/platform/maintenance-socket.h \
	src/platform/maintenance.c \
	src/platform/maintenance.h \
	src/platform/provision.c \
	src/platform/provision.h \
	src/platform/provision-make.c \
	src/platform/provision-private.h \
	src/platform/metrics.c \
	src/platform/metrics.h \
	src/platform/precondition.c \
	src/platform/precondition.h \
	src/platform/secret-reference.c \
	src/platform/secret-reference.h \
	src/platform/offline.c \
	src/platform/offline.h \
	src/platform/platform.h \
	src/platform/prepare.c \
	src/platform/prepare.h \
	src/platform/repository-apps.c \
	src/platform/repository-deployments.c \
	src/platform/repository-pipelines.c \
	src/platform/repository-resources.c \
	src/platform/repository-resources.h \
	src/platform/repository-rules.c \
	src/platform/repository-runtime.c \
	src/platform/repository-sets.c \
	src/platform/repository-value-versions.c \
	src/platform/repository-values.c \
	src/platform/repository-values.h \
	src/platform/repository-transfer.c \
	src/platform/repository-transfer.h \
	src/platform/repository-users.c \
	src/platform/repository-users.h \
	src/platform/repository.c \
	src/platform/repository.h \
	src/platform/restore.c \
	src/platform/routes.c \
	src/platform/routes.h \
	src/platform/rows.h \
	src/platform/schema.c \
	src/platform/schema.h \
	src/platform/secret-key.c \
	src/platform/secret-key.h \
	src/platform/secret.c \
	src/platform/secret.h \
	src/platform/idempotency.c \
	src/platform/idempotency.h \
	src/platform/repository-idempotency.c \
	src/platform/repository-idempotency.h \
	src/platform/import-definition.c \
	src/platform/import-definition.h \
	src/platform/import-secrets.c \
	src/platform/import-secrets.h \
	src/platform/import-values.c \
	src/platform/import-values.h \
	src/platform/value-rules.c \
	src/platform/value-rules.h \
	src/platform/value-history.c \
	src/platform/value-history.h \
	src/platform/values-private.h \
	src/platform/settings.c \
	src/platform/settings.h \
	src/platform/systemd.c \
	src/platform/systemd.h \
	src/platform/tar.c \
	src/platform/tar.h \
	src/platform/tls.c \
	src/platform/tls.h \
	src/platform/state-secrets.c \
	src/platform/state-socket.c \
	src/platform/state-socket.h \
	src/platform/state-secrets.h \
	src/platform/statements.c \
	src/platform/statements.h

bin_PROGRAMS += sidestaged
sidestaged_SOURCES = \
	src/platform/command-routes.c \
	src/platform/command-routes.h \
	src/platform/main.c
sidestaged_LDADD = libplatform.a libdriver.a libmodel.a libbase.a \
	$(MICROHTTPD_LIBS) $(GNUTLS_LIBS) $(YAML_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)

if HAVE_CMOCKA
SERVE = tests/wire/serve.c tests/wire/serve.h
SERVE_LIBS = libmodel.a libbase.a $(CMOCKA_LIBS) $(CURL_LIBS) $(BASE_LIBS)
SERVE_TESTS = tests/wire/test-graph tests/wire/test-runtime tests/wire/test-applications tests/wire/test-artefacts \
	tests/wire/test-growth tests/wire/test-pipelines
check_PROGRAMS += $(SERVE_TESTS)
TESTS += $(SERVE_TESTS)
tests_wire_test_runtime_SOURCES = tests/wire/test-runtime.c $(SERVE)
tests_wire_test_runtime_LDADD = $(SERVE_LIBS)
tests_wire_test_graph_SOURCES = tests/wire/test-graph.c $(SERVE)
tests_wire_test_applications_SOURCES = tests/wire/test-applications.c $(SERVE)
tests_wire_test_graph_LDADD = $(SERVE_LIBS)
tests_wire_test_applications_LDADD = $(SERVE_LIBS)
tests_wire_test_artefacts_SOURCES = tests/wire/test-artefacts.c $(SERVE)
tests_wire_test_artefacts_LDADD = $(SERVE_LIBS)
tests_wire_test_growth_SOURCES = tests/wire/test-growth.c tests/wire/usage.c tests/wire/usage.h $(SERVE)
tests_wire_test_pipelines_SOURCES = tests/wire/test-pipelines.c $(SERVE)
tests_wire_test_pipelines_LDADD = $(SERVE_LIBS)
tests_wire_test_growth_LDADD = $(SERVE_LIBS)
check_PROGRAMS += tests/unit/test-secret
TESTS += tests/unit/test-secret
tests_unit_test_secret_SOURCES = tests/unit/test-secret.c
tests_unit_test_secret_LDADD = libplatform.a libdriver.a libmodel.a libbase.a \
	$(CMOCKA_LIBS) $(GNUTLS_LIBS) $(YAML_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-match tests/unit/test-graph
TESTS += tests/unit/test-match tests/unit/test-graph
tests_unit_test_graph_SOURCES = tests/unit/test-graph.c
tests_unit_test_graph_LDADD = libplatform.a libdriver.a libmodel.a libbase.a \
	$(CMOCKA_LIBS) $(GNUTLS_LIBS) $(YAML_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)
tests_unit_test_match_SOURCES = tests/unit/test-match.c
tests_unit_test_match_LDADD = libplatform.a libdriver.a libmodel.a libbase.a \
	$(CMOCKA_LIBS) $(GNUTLS_LIBS) $(YAML_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)
endif
