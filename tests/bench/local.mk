# SPDX-License-Identifier: GPL-3.0-or-later
# Not a part of `make check`: figures depend on the machine, so nothing is asserted of them.
EXTRA_PROGRAMS += tests/bench/load
tests_bench_load_SOURCES = tests/bench/load.c
tests_bench_load_LDADD = libbase.a $(BASE_LIBS)
EXTRA_DIST += tests/bench/bench.py tests/bench/deploy.py
CLEANFILES += tests/bench/load

bench-http: all tests/bench/load
	@SIDESTAGED='$(abs_top_builddir)/sidestaged' SIDESTAGE_LIBEXEC='$(abs_top_builddir)' \
	SIDESTAGE_DATA='$(abs_top_srcdir)/data' LOAD='$(abs_top_builddir)/tests/bench/load' \
	PYTHONDONTWRITEBYTECODE=1 python3 $(srcdir)/tests/bench/bench.py

# From POST deploys to ready, beside the bare start of the same programs.
bench-deploy: all
	@SIDESTAGED='$(abs_top_builddir)/sidestaged' SIDESTAGE_LIBEXEC='$(abs_top_builddir)' \
	SIDESTAGE_DATA='$(abs_top_srcdir)/data' PYTHONDONTWRITEBYTECODE=1 \
	python3 $(srcdir)/tests/bench/deploy.py

# Differences and ids of big sets, beside two libraries under node (where npm can install them).
EXTRA_PROGRAMS += tests/bench/sets
tests_bench_sets_SOURCES = tests/bench/sets.c
tests_bench_sets_LDADD = libmodel.a libbase.a $(BASE_LIBS)
EXTRA_DIST += tests/bench/sets.py tests/bench/sets-peers.mjs
CLEANFILES += tests/bench/sets

bench-sets: tests/bench/sets
	@SETS='$(abs_top_builddir)/tests/bench/sets' PYTHONDONTWRITEBYTECODE=1 \
	python3 $(srcdir)/tests/bench/sets.py

# What is asked of a history of a million operations; its file is made once, in half an hour.
EXTRA_PROGRAMS += tests/bench/history
tests_bench_history_SOURCES = tests/bench/history.c
tests_bench_history_LDADD = libstore.a libdb.a libmodel.a libbase.a $(SQLITE_LIBS) $(BASE_LIBS)
CLEANFILES += tests/bench/history tests/bench/history.db tests/bench/history.db.cache \
	tests/bench/history.db.lock
HISTORY_FILE = tests/bench/history.db

bench-history: tests/bench/history
	tests/bench/history $(HISTORY_FILE)

# Run by hand, or by "make bench": they take minutes and want the machine for themselves.
if HAVE_CMOCKA
EXTRA_PROGRAMS += tests/bench/scale
tests_bench_scale_SOURCES = tests/bench/scale.c tests/wire/usage.c tests/wire/usage.h $(SERVE)
tests_bench_scale_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_bench_scale_LDADD = $(SERVE_LIBS)

bench-scale: all tests/bench/scale $(check_PROGRAMS)
	SIDESTAGED='$(abs_top_builddir)/sidestaged' builddir='$(abs_top_builddir)' tests/bench/scale
else
bench-scale:
endif
bench: bench-http bench-deploy bench-sets bench-scale
.PHONY: bench bench-http bench-deploy bench-history bench-scale bench-sets
