# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libdb.a
libdb_a_SOURCES = \
	src/db/copy.c src/db/copy.h \
	src/db/db.c src/db/db.h \
	src/db/effects.c src/db/effects.h \
	src/db/migrate.c src/db/migrate.h \
	src/db/private.h \
	src/db/queue.c src/db/queue.h \
	src/db/statement.c src/db/statement.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-db
TESTS += tests/unit/test-db
tests_unit_test_db_SOURCES = tests/unit/test-db.c
tests_unit_test_db_LDADD = libdb.a libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS) $(BASE_LIBS)
endif
