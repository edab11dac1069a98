# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	src/base/buf.c src/base/buf.h \
	src/base/clock.c src/base/clock.h \
	src/base/config-file.c src/base/config-file.h \
	src/base/error.c src/base/error.h \
	src/base/fuzzy.c src/base/fuzzy.h \
	src/base/i18n.c src/base/i18n.h \
	src/base/ids.c src/base/ids.h \
	src/base/input.c src/base/input.h \
	src/base/knowledge.c src/base/knowledge.h \
	src/base/log.c src/base/log.h \
	src/base/output.c src/base/output.h \
	src/base/paths.c src/base/paths.h \
	src/base/secrecy.c src/base/secrecy.h \
	src/base/text.c src/base/text.h \
	src/base/xmalloc.c src/base/xmalloc.h
