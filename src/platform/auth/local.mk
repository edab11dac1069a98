# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libplatform-auth.a
libplatform_auth_a_SOURCES = \
	src/platform/auth/access.c \
	src/platform/auth/access.h \
	src/platform/auth/admit.c \
	src/platform/auth/admit.h \
	src/platform/auth/audit.c \
	src/platform/auth/audit.h \
	src/platform/auth/limit.c \
	src/platform/auth/limit.h
