# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libplatform-drivers.a
libplatform_drivers_a_SOURCES = \
	src/platform/drivers/driver.c \
	src/platform/drivers/driver.h \
	src/platform/drivers/endpoint-marks.c \
	src/platform/drivers/endpoint-marks.h \
	src/platform/drivers/findings.c \
	src/platform/drivers/findings.h \
	src/platform/drivers/found-namespace.c src/platform/drivers/found-namespace.h \
	src/platform/drivers/kept-record.c src/platform/drivers/kept-record.h \
	src/platform/drivers/kinds.c src/platform/drivers/kinds.h \
	src/platform/drivers/ports.c \
	src/platform/drivers/ports.h \
	src/platform/drivers/process/addresses.c \
	src/platform/drivers/process/addresses.h \
	src/platform/drivers/process/aside.c \
	src/platform/drivers/process/aside.h \
	src/platform/drivers/process/beneath.c \
	src/platform/drivers/process/beneath.h \
	src/platform/drivers/process/cgroups.c \
	src/platform/drivers/process/cgroups.h \
	src/platform/drivers/process/confine.c \
	src/platform/drivers/process/confine.h \
	src/platform/drivers/process/cron.c \
	src/platform/drivers/process/cron.h \
	src/platform/drivers/process/database-init.c \
	src/platform/drivers/process/database-init.h \
	src/platform/drivers/process/deleted-files.c \
	src/platform/drivers/process/deleted-files.h \
	src/platform/drivers/process/disk.c \
	src/platform/drivers/process/disk.h \
	src/platform/drivers/process/grpc-health.c \
	src/platform/drivers/process/grpc-health.h \
	src/platform/drivers/process/guard-registry.c \
	src/platform/drivers/process/guard-registry.h \
	src/platform/drivers/process/guard.c \
	src/platform/drivers/process/guard.h \
	src/platform/drivers/process/health.c \
	src/platform/drivers/process/health.h \
	src/platform/drivers/process/honours.c \
	src/platform/drivers/process/honours.h \
	src/platform/drivers/process/images.c \
	src/platform/drivers/process/images.h \
	src/platform/drivers/process/instance.c \
	src/platform/drivers/process/instance.h \
	src/platform/drivers/process/jobs.c \
	src/platform/drivers/process/jobs.h \
	src/platform/drivers/process/keyrings.c \
	src/platform/drivers/process/keyrings.h \
	src/platform/drivers/process/landlock.c \
	src/platform/drivers/process/landlock.h \
	src/platform/drivers/process/layout.c \
	src/platform/drivers/process/layout.h \
	src/platform/drivers/process/limits.c \
	src/platform/drivers/process/limits.h \
	src/platform/drivers/process/mounts.c \
	src/platform/drivers/process/mounts.h \
	src/platform/drivers/process/output.c \
	src/platform/drivers/process/output.h \
	src/platform/drivers/process/plan-parts.h \
	src/platform/drivers/process/plan-probes.c \
	src/platform/drivers/process/plan-run.c \
	src/platform/drivers/process/plan-schedule.c \
	src/platform/drivers/process/plan-service.c \
	src/platform/drivers/process/plan-share.c \
	src/platform/drivers/process/plan-volumes.c \
	src/platform/drivers/process/plan.c \
	src/platform/drivers/process/plan-check.c \
	src/platform/drivers/process/plan-check.h \
	src/platform/drivers/process/plan.h \
	src/platform/drivers/process/private.h \
	src/platform/drivers/process/probe.c \
	src/platform/drivers/process/probe.h \
	src/platform/drivers/process/process.c \
	src/platform/drivers/process/process.h \
	src/platform/drivers/process/record-file.c \
	src/platform/drivers/process/record-file.h \
	src/platform/drivers/process/remover.c \
	src/platform/drivers/process/remover.h \
	src/platform/drivers/process/replicas.c \
	src/platform/drivers/process/replicas.h \
	src/platform/drivers/process/resource-files.c \
	src/platform/drivers/process/resource-files.h \
	src/platform/drivers/process/resource.c \
	src/platform/drivers/process/resource.h \
	src/platform/drivers/process/run-records.c \
	src/platform/drivers/process/run-records.h \
	src/platform/drivers/process/signals.c \
	src/platform/drivers/process/signals.h \
	src/platform/drivers/process/space-change.c \
	src/platform/drivers/process/space-change.h \
	src/platform/drivers/process/space-copy.c \
	src/platform/drivers/process/space-copy.h \
	src/platform/drivers/process/space-hosts.c \
	src/platform/drivers/process/space-hosts.h \
	src/platform/drivers/process/space-ports.c \
	src/platform/drivers/process/space-ports.h \
	src/platform/drivers/process/space-private.h \
	src/platform/drivers/process/space.c \
	src/platform/drivers/process/space.h \
	src/platform/drivers/process/workload-private.h \
	src/platform/drivers/process/workload-ready.c \
	src/platform/drivers/process/workload-status.c \
	src/platform/drivers/process/tcp-proxy.c \
	src/platform/drivers/process/tcp-proxy.h \
	src/platform/drivers/process/translation.c \
	src/platform/drivers/process/translation.h \
	src/platform/drivers/process/workload.c \
	src/platform/drivers/process/workload.h \
	src/platform/drivers/process/workloads.c \
	src/platform/drivers/process/workloads.h \
	src/platform/drivers/redact.c \
	src/platform/drivers/redact.h \
	src/platform/drivers/registry.c \
	src/platform/drivers/registry.h \
	src/platform/drivers/secret-forms.c \
	src/platform/drivers/secret-forms.h \
	src/platform/drivers/task.c \
	src/platform/drivers/task.h

if HAVE_CMOCKA
DRIVER_TESTS = tests/unit/test-driver tests/unit/test-driver-parts tests/unit/test-driver-fields \
	tests/unit/test-confine tests/unit/test-driver-limits \
	tests/unit/test-driver-cron tests/unit/test-driver-faults tests/unit/test-driver-contract \
	tests/unit/test-grpc-health \
	tests/unit/test-kube-cluster tests/unit/test-kube-driver tests/unit/test-kube-sight \
	tests/unit/test-kube-adopted tests/unit/test-kube-owned \
	tests/unit/test-kube-clone tests/unit/test-kube-pause tests/unit/test-kube-review \
	tests/unit/test-kube-routes tests/unit/test-kube-survey \
	tests/unit/test-kube-watch
check_PROGRAMS += $(DRIVER_TESTS) tests/unit/helper-server
TESTS += $(DRIVER_TESTS)
LONG_TESTS += tests/unit/test-kube-adopted

DRIVER_WORLD = tests/unit/driver-world.c tests/unit/driver-world.h
DRIVER_ITEMS = tests/unit/driver-items.c tests/unit/driver-items.h $(DRIVER_WORLD)
DRIVER_TEST_LIBS = libplatform-drivers.a libdb.a libnet.a libmodel.a libbase.a $(CMOCKA_LIBS) $(SQLITE_LIBS) \
	$(YAML_LIBS) $(BASE_LIBS)
tests_unit_test_driver_SOURCES = tests/unit/test-driver.c $(DRIVER_WORLD)
tests_unit_test_driver_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_driver_fields_SOURCES = tests/unit/test-driver-fields.c $(DRIVER_ITEMS)
tests_unit_test_driver_fields_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_driver_limits_SOURCES = tests/unit/test-driver-limits.c $(DRIVER_ITEMS)
tests_unit_test_driver_limits_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_driver_cron_SOURCES = tests/unit/test-driver-cron.c $(DRIVER_ITEMS)
tests_unit_test_driver_cron_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_driver_faults_SOURCES = tests/unit/test-driver-faults.c tests/unit/faults.c \
	tests/unit/faults.h $(DRIVER_ITEMS)
tests_unit_test_driver_faults_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_driver_parts_SOURCES = tests/unit/test-driver-parts.c $(DRIVER_WORLD)
tests_unit_test_driver_parts_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_confine_SOURCES = tests/unit/test-confine.c $(DRIVER_WORLD)
tests_unit_test_confine_LDADD = $(DRIVER_TEST_LIBS)
KUBE_WORLD = tests/unit/kube-world.c tests/unit/kube-world.h tests/scripted-server.c \
	tests/scripted-server.h
tests_unit_test_kube_cluster_SOURCES = tests/unit/test-kube-cluster.c $(KUBE_WORLD)
tests_unit_test_kube_cluster_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_kube_cluster_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_driver_SOURCES = tests/unit/test-kube-driver.c tests/unit/kube-double.c \
	tests/unit/kube-double.h
tests_unit_test_kube_driver_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_driver_contract_SOURCES = tests/unit/test-driver-contract.c \
	tests/unit/driver-stage.c tests/unit/driver-stage.h tests/unit/memory-driver.c \
	tests/unit/memory-driver.h tests/unit/kube-double.c tests/unit/kube-double.h $(DRIVER_WORLD)
tests_unit_test_driver_contract_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_sight_SOURCES = tests/unit/test-kube-sight.c tests/unit/kube-double.c \
	tests/unit/kube-double.h
tests_unit_test_kube_sight_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_review_SOURCES = tests/unit/test-kube-review.c tests/unit/kube-double.c \
	tests/unit/kube-double.h
tests_unit_test_kube_review_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_owned_SOURCES = tests/unit/test-kube-owned.c
tests_unit_test_kube_owned_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_adopted_SOURCES = tests/unit/test-kube-adopted.c tests/unit/kube-double.c \
	tests/unit/kube-double.h
tests_unit_test_kube_adopted_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_clone_SOURCES = tests/unit/test-kube-clone.c tests/unit/kube-double.c \
	tests/unit/kube-double.h
tests_unit_test_kube_clone_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_pause_SOURCES = tests/unit/test-kube-pause.c tests/unit/kube-double.c \
	tests/unit/kube-double.h
tests_unit_test_kube_pause_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_routes_SOURCES = tests/unit/test-kube-routes.c tests/unit/kube-double.c \
	tests/unit/kube-double.h
tests_unit_test_kube_routes_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_survey_SOURCES = tests/unit/test-kube-survey.c tests/unit/kube-double.c \
	tests/unit/kube-double.h
tests_unit_test_kube_survey_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_kube_watch_SOURCES = tests/unit/test-kube-watch.c $(KUBE_WORLD)
tests_unit_test_kube_watch_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests
tests_unit_test_kube_watch_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_helper_server_SOURCES = tests/unit/helper-server.c tests/unit/helper-grpc.c \
	tests/unit/helper-grpc.h
tests_unit_test_grpc_health_SOURCES = tests/unit/test-grpc-health.c tests/unit/helper-grpc.c \
	tests/unit/helper-grpc.h
tests_unit_test_grpc_health_LDADD = $(DRIVER_TEST_LIBS)
endif
