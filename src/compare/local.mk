# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libcompare.a
libcompare_a_SOURCES = \
	src/compare/carry.c src/compare/carry.h \
	src/compare/changes.c src/compare/changes.h \
	src/compare/diff.c src/compare/diff.h \
	src/compare/effective.c src/compare/effective.h \
	src/compare/field-words.c src/compare/field-words.h \
	src/compare/hosts.c src/compare/hosts.h \
	src/compare/hunks.c src/compare/hunks.h \
	src/compare/isolation.c src/compare/isolation.h \
	src/compare/isolation-accounts.c src/compare/isolation-accounts.h \
	src/compare/isolation-hosts.c src/compare/isolation-hosts.h \
	src/compare/isolation-manifests.c src/compare/isolation-manifests.h \
	src/compare/isolation-names.c src/compare/isolation-names.h \
	src/compare/isolation-search.h \
	src/compare/merge.c src/compare/merge.h \
	src/compare/value-changes.c src/compare/value-changes.h \
	src/compare/values.c src/compare/values.h \
	src/compare/values-used.c src/compare/values-used.h \
	src/compare/visible.c src/compare/visible.h \
	src/compare/word-marks.c src/compare/word-marks.h
