# SPDX-License-Identifier: GPL-3.0-or-later
# `make bench-screen`: how fast the screen is; prints figures and asserts nothing.
EXTRA_PROGRAMS += tests/bench/big-platform tests/bench/bench-screen
tests_bench_big_platform_SOURCES = tests/bench/big-platform.c
tests_bench_big_platform_LDADD = libbase.a $(BASE_LIBS)
tests_bench_bench_screen_SOURCES = tests/bench/bench-screen.c
tests_bench_bench_screen_LDADD = libbase.a $(BASE_LIBS)

bench: bench-screen
.PHONY: bench-screen
bench-screen: sidestage tests/bench/big-platform tests/bench/bench-screen
	tests/bench/bench-screen $(abs_top_builddir)/sidestage $(abs_top_builddir)/tests/bench/big-platform
CLEANFILES += tests/bench/big-platform tests/bench/bench-screen
