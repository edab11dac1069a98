# SPDX-License-Identifier: GPL-3.0-or-later
dist_man_MANS += doc/sidestage.1 doc/sidestaged.8 doc/sidestaged.conf.5
EXTRA_DIST += doc/architecture
dist_doc_DATA += doc/bring-your-own-application doc/guide doc/kubernetes
EXTRA_DIST += doc/guide.in

guidescreensdir = $(docdir)/guide-screens
dist_guidescreens_DATA = \
	doc/guide-screens/board.svg doc/guide-screens/board.txt \
	doc/guide-screens/board-clone.svg doc/guide-screens/board-clone.txt \
	doc/guide-screens/clone.svg doc/guide-screens/clone.txt \
	doc/guide-screens/reproduced.svg doc/guide-screens/reproduced.txt \
	doc/guide-screens/version.svg doc/guide-screens/version.txt \
	doc/guide-screens/promote.svg doc/guide-screens/promote.txt \
	doc/guide-screens/discard.svg doc/guide-screens/discard.txt \
	doc/guide-screens/carry.svg doc/guide-screens/carry.txt \
	doc/guide-screens/clones.svg doc/guide-screens/clones.txt \
	doc/guide-screens/compare.svg doc/guide-screens/compare.txt \
	doc/guide-screens/environment.svg doc/guide-screens/environment.txt \
	doc/guide-screens/history.svg doc/guide-screens/history.txt \
	doc/guide-screens/logs.svg doc/guide-screens/logs.txt \
	doc/guide-screens/progress.svg doc/guide-screens/progress.txt \
	doc/guide-screens/done.svg doc/guide-screens/done.txt

# From the running program into the source tree.
guide: all tests/tty/tty-run$(EXEEXT) tests/tty/fetch$(EXEEXT)
	@$(AM_TESTS_ENVIRONMENT) GUIDE=write tests/tty/tty-run$(EXEEXT) $(srcdir)/tests/tty/guide.story
.PHONY: guide
EXTRA_DIST += doc/performance doc/reliability
apidocdir = $(docdir)/api
dist_apidoc_DATA = doc/api/extensions doc/api/openapi.json

# The section of sidestage(1) that the tables of keys make.
.PHONY: keys-manual
keys-manual: sidestage
	./sidestage keys --mdoc >keys.tmp
	sed -e '/^\.\\" From here on made/r keys.tmp' -e '/^\.\\" From here on made/,/^\.\\" Up to here/{/^\.\\" /!d}' \
		$(srcdir)/doc/sidestage.1 >sidestage.1.tmp
	mv sidestage.1.tmp $(srcdir)/doc/sidestage.1
	rm -f keys.tmp

# The section of sidestaged(8) that the table of fields makes.
.PHONY: fields-manual
fields-manual: sidestaged
	./sidestaged fields --mdoc >fields.tmp
	sed -e '/^\.\\" From here on made/r fields.tmp' -e '/^\.\\" From here on made/,/^\.\\" Up to here/{/^\.\\" /!d}' \
		$(srcdir)/doc/sidestaged.8 >sidestaged.8.tmp
	mv sidestaged.8.tmp $(srcdir)/doc/sidestaged.8
	rm -f fields.tmp
