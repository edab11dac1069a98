# SPDX-License-Identifier: GPL-3.0-or-later
dist_man_MANS += doc/sidestage.1 doc/sidestaged.8 doc/sidestaged.conf.5
EXTRA_DIST += doc/architecture
dist_doc_DATA += doc/bring-your-own-application
EXTRA_DIST += doc/performance
apidocdir = $(docdir)/api
dist_apidoc_DATA = doc/api/openapi.json

# The section of sidestage(1) that the tables of keys make.
.PHONY: keys-manual
keys-manual: sidestage
	./sidestage keys --mdoc >keys.tmp
	sed -e '/^\.\\" From here on made/r keys.tmp' -e '/^\.\\" From here on made/,/^\.\\" Up to here/{/^\.\\" /!d}' \
		$(srcdir)/doc/sidestage.1 >sidestage.1.tmp
	mv sidestage.1.tmp $(srcdir)/doc/sidestage.1
	rm -f keys.tmp
