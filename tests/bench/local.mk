# SPDX-License-Identifier: GPL-3.0-or-later
# Run by hand, or by "make bench": they take minutes and want the machine for themselves.
if HAVE_CMOCKA
EXTRA_PROGRAMS += tests/bench/scale
tests_bench_scale_SOURCES = tests/bench/scale.c tests/wire/usage.c tests/wire/usage.h $(SERVE)
tests_bench_scale_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)
tests_bench_scale_LDADD = $(SERVE_LIBS)

bench: all tests/bench/scale $(check_PROGRAMS)
	SIDESTAGED='$(abs_top_builddir)/sidestaged' builddir='$(abs_top_builddir)' tests/bench/scale
endif
.PHONY: bench
