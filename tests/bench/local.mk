# SPDX-License-Identifier: GPL-3.0-or-later
# Not a part of `make check`: figures depend on the machine, so nothing is asserted of them.
EXTRA_PROGRAMS += tests/bench/load
tests_bench_load_SOURCES = tests/bench/load.c
tests_bench_load_LDADD = libbase.a $(BASE_LIBS)
EXTRA_DIST += tests/bench/bench.py
CLEANFILES += tests/bench/load

.PHONY: bench
bench: all tests/bench/load
	@SIDESTAGED='$(abs_top_builddir)/sidestaged' SIDESTAGE_LIBEXEC='$(abs_top_builddir)' \
	SIDESTAGE_DATA='$(abs_top_srcdir)/data' LOAD='$(abs_top_builddir)/tests/bench/load' \
	PYTHONDONTWRITEBYTECODE=1 python3 $(srcdir)/tests/bench/bench.py
