# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	src/model/carry.c src/model/carry.h \
	src/model/changes.c src/model/changes.h \
	src/model/delta.c src/model/delta.h \
	src/model/diff.c \
	src/model/effective.c src/model/effective.h \
	src/model/hosts.c src/model/hosts.h \
	src/model/hunks.c src/model/hunks.h \
	src/model/image.c src/model/image.h \
	src/model/isolation.c src/model/isolation.h \
	src/model/json.c src/model/json.h \
	src/model/match.c src/model/match.h \
	src/model/merge.c src/model/merge.h \
	src/model/nouns.c src/model/nouns.h \
	src/model/patch.c src/model/patch.h \
	src/model/placeholder.c src/model/placeholder.h \
	src/model/pointer.c src/model/pointer.h \
	src/model/score.c \
	src/model/score.h \
	src/model/reference.c src/model/reference.h \
	src/model/set.c src/model/set.h \
	src/model/values.c src/model/values.h \
	src/model/version.c src/model/version.h \
	src/model/visible.c src/model/visible.h \
	src/model/word-marks.c src/model/word-marks.h
