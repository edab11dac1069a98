# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libmodel.a
libmodel_a_SOURCES = \
	src/model/canonical.c src/model/canonical.h \
	src/model/delta.c src/model/delta.h \
	src/model/extensions.c src/model/extensions.h \
	src/model/image.c src/model/image.h \
	src/model/json.c src/model/json.h \
	src/model/match.c src/model/match.h \
	src/model/members.c src/model/members.h \
	src/model/nouns.c src/model/nouns.h \
	src/model/patch.c src/model/patch.h \
	src/model/placeholder.c src/model/placeholder.h \
	src/model/pointer.c src/model/pointer.h \
	src/model/reference.c src/model/reference.h \
	src/model/set.c src/model/set.h \
	src/model/version.c src/model/version.h \
	src/model/version-parse.c src/model/version-parse.h
