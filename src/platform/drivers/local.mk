# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libdriver.a
libdriver_a_SOURCES = \
	src/platform/driver.h \
	src/platform/drivers/beneath.c \
	src/platform/drivers/confine.c \
	src/platform/drivers/fill.c \
	src/platform/drivers/rendered.c \
	src/platform/drivers/forward.c \
	src/platform/drivers/guard.c \
	src/platform/drivers/images.c \
	src/platform/drivers/instance.c \
	src/platform/drivers/landlock.c \
	src/platform/drivers/output.c \
	src/platform/drivers/plan.c \
	src/platform/drivers/ports.c \
	src/platform/drivers/private.h \
	src/platform/drivers/probe.c \
	src/platform/drivers/process.c \
	src/platform/drivers/record.c \
	src/platform/drivers/redact.c \
	src/platform/drivers/redact.h \
	src/platform/drivers/secret-forms.c \
	src/platform/drivers/secret-forms.h \
	src/platform/drivers/resource.c \
	src/platform/drivers/space-change.c \
	src/platform/drivers/space-ports.c \
	src/platform/drivers/space.c \
	src/platform/drivers/space.h \
	src/platform/drivers/workload.c \
	src/platform/drivers/workloads.c \
	src/platform/log.c src/platform/log.h \
	src/platform/loop.c src/platform/loop.h

if HAVE_CMOCKA
DRIVER_TESTS = tests/unit/test-driver tests/unit/test-driver-parts tests/unit/test-confine
check_PROGRAMS += $(DRIVER_TESTS) tests/unit/helper-server
TESTS += $(DRIVER_TESTS)

DRIVER_WORLD = tests/unit/driver-world.c tests/unit/driver-world.h
DRIVER_TEST_LIBS = libdriver.a libmodel.a libbase.a $(CMOCKA_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)
tests_unit_test_driver_SOURCES = tests/unit/test-driver.c $(DRIVER_WORLD)
tests_unit_test_driver_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_driver_parts_SOURCES = tests/unit/test-driver-parts.c $(DRIVER_WORLD)
tests_unit_test_driver_parts_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_test_confine_SOURCES = tests/unit/test-confine.c $(DRIVER_WORLD)
tests_unit_test_confine_LDADD = $(DRIVER_TEST_LIBS)
tests_unit_helper_server_SOURCES = tests/unit/helper-server.c
endif
