# SPDX-License-Identifier: GPL-3.0-or-later
CHARTS = argo-application cert-manager cronjob-backup hooks ingress-controller log-shipper \
	message-broker monitoring postgresql redis service-mesh web-shop
EXTRA_DIST += tests/charts/adopt.py tests/charts/charts.py $(CHARTS:%=tests/charts/%.yaml) $(CHARTS:%=tests/charts/read/%.json)
check_PROGRAMS += tests/charts/kept
tests_charts_kept_SOURCES = tests/charts/kept.c
tests_charts_kept_LDADD = libcompare.a libmodel.a libbase.a $(BASE_LIBS)
dist_check_SCRIPTS += tests/charts/test-adopt.sh tests/charts/test-charts.sh
TESTS += tests/charts/test-adopt.sh tests/charts/test-charts.sh
LONG_TESTS += tests/charts/test-adopt.sh
