# SPDX-License-Identifier: GPL-3.0-or-later
noinst_LIBRARIES += libflow-world.a
libflow_world_a_SOURCES = \
	src/flow/world/adoption.c src/flow/world/adoption.h \
	src/flow/world/details.c src/flow/world/details.h \
	src/flow/world/effective.c src/flow/world/effective.h \
	src/flow/world/fetcher.c src/flow/world/fetcher.h \
	src/flow/world/learn.c src/flow/world/learn-details.c src/flow/world/learn.h \
	src/flow/world/logs.c src/flow/world/logs.h \
	src/flow/world/moments.c src/flow/world/moments.h \
	src/flow/world/notes.c src/flow/world/notes.h \
	src/flow/world/origin.c src/flow/world/origin.h \
	src/flow/world/origins.c src/flow/world/origins.h \
	src/flow/world/past.c src/flow/world/past.h \
	src/flow/world/reach.c src/flow/world/reach.h \
	src/flow/world/sets.c src/flow/world/sets.h \
	src/flow/world/unpromoted.c src/flow/world/unpromoted.h \
	src/flow/world/watch.c src/flow/world/watch.h \
	src/flow/world/watch-feeds.c src/flow/world/watch-feeds.h \
	src/flow/world/watch-questions.c src/flow/world/watch-questions.h \
	src/flow/world/watch-state.h \
	src/flow/world/words.c src/flow/world/words.h \
	src/flow/world/world.c src/flow/world/world.h
