# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libdriver.a
libdriver_a_SOURCES = \
	src/platform/driver.h \
	src/platform/drivers/beneath.c \
	src/platform/drivers/forward.c \
	src/platform/drivers/images.c \
	src/platform/drivers/instance.c \
	src/platform/drivers/output.c \
	src/platform/drivers/plan.c \
	src/platform/drivers/ports.c \
	src/platform/drivers/private.h \
	src/platform/drivers/probe.c \
	src/platform/drivers/process.c \
	src/platform/drivers/record.c \
	src/platform/drivers/redact.c \
	src/platform/drivers/redact.h \
	src/platform/drivers/resource.c \
	src/platform/drivers/space.c \
	src/platform/drivers/workload.c \
	src/platform/log.c src/platform/log.h \
	src/platform/loop.c src/platform/loop.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-driver tests/unit/helper-server
TESTS += tests/unit/test-driver

tests_unit_test_driver_SOURCES = tests/unit/test-driver.c
tests_unit_test_driver_LDADD = libdriver.a libmodel.a libbase.a \
	$(CMOCKA_LIBS) $(SQLITE_LIBS) $(BASE_LIBS)
tests_unit_helper_server_SOURCES = tests/unit/helper-server.c
endif
