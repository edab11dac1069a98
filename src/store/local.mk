# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libstore.a
libstore_a_SOURCES = \
	src/store/cache.c src/store/cache.h \
	src/store/clone-origins.c src/store/clone-origins.h \
	src/store/history.c src/store/history.h \
	src/store/journal.c src/store/journal.h \
	src/store/marks.c src/store/marks.h \
	src/store/moments.c src/store/moments.h \
	src/store/platforms.c src/store/platforms.h \
	src/store/private.h \
	src/store/search.c src/store/search.h \
	src/store/settings.c src/store/settings.h \
	src/store/store.c src/store/store.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test-store
TESTS += tests/unit/test-store
tests_unit_test_store_SOURCES = tests/unit/test-store.c
tests_unit_test_store_LDADD = libstore.a libdb.a libmodel.a libbase.a \
	$(SQLITE_LIBS) $(CMOCKA_LIBS) $(BASE_LIBS)
check_PROGRAMS += tests/unit/test-search
TESTS += tests/unit/test-search
tests_unit_test_search_SOURCES = tests/unit/test-search.c
tests_unit_test_search_LDADD = $(tests_unit_test_store_LDADD)
check_PROGRAMS += tests/unit/test-stories
TESTS += tests/unit/test-stories
tests_unit_test_stories_SOURCES = tests/unit/test-stories.c
tests_unit_test_stories_LDADD = libui.a $(tests_unit_test_store_LDADD)
endif
