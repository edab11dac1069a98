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

# The board of a large cluster, and what it takes; kube.py.  tests/kube/large.py starts it, too.
EXTRA_PROGRAMS += tests/bench/big-cluster
tests_bench_big_cluster_SOURCES = tests/bench/big-cluster.c
tests_bench_big_cluster_LDADD = libbase.a $(BASE_LIBS)
EXTRA_DIST += tests/bench/big_cluster.py tests/bench/kube.py
CLEANFILES += tests/bench/big-cluster

bench: bench-kube
.PHONY: bench-kube
bench-kube: all tests/bench/big-cluster
	@SIDESTAGED='$(abs_top_builddir)/sidestaged' SIDESTAGE_LIBEXEC='$(abs_top_builddir)' \
	SIDESTAGE_DATA='$(abs_top_srcdir)/data' PYTHONDONTWRITEBYTECODE=1 \
	python3 $(srcdir)/tests/bench/kube.py $(abs_top_builddir)/sidestage \
		$(abs_top_builddir)/tests/bench/big-cluster
