# SPDX-License-Identifier: GPL-3.0-or-later
dist_man_MANS += doc/sidestage.1 doc/sidestaged.8
EXTRA_DIST += doc/architecture
EXTRA_DIST += doc/performance
apidocdir = $(docdir)/api
dist_apidoc_DATA = doc/api/openapi.json
