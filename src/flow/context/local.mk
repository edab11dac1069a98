# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libflow-context.a
libflow_context_a_SOURCES = \
	src/flow/context/arrangement.c \
	src/flow/context/arrangement.h \
	src/flow/context/context.c \
	src/flow/context/context.h \
	src/flow/context/keeper.c src/flow/context/keeper.h \
	src/flow/context/poll.c \
	src/flow/context/poll.h \
	src/flow/context/protection.c \
	src/flow/context/protection.h \
	src/flow/context/session-state.h \
	src/flow/context/renewal.c \
	src/flow/context/renewal.h
