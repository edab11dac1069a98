# SPDX-License-Identifier: GPL-3.0-or-later
dist_man_MANS += doc/sidestage.1 doc/sidestaged.8 doc/sidestaged.conf.5
EXTRA_DIST += doc/architecture
dist_doc_DATA += doc/bring-your-own-application
EXTRA_DIST += doc/performance
apidocdir = $(docdir)/api
dist_apidoc_DATA = doc/api/openapi.json
