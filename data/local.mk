# SPDX-License-Identifier: GPL-3.0-or-later
# What a server's administrator gets beside the program.
systemdunitdir = $(prefix)/lib/systemd/system
dist_systemdunit_DATA = data/sidestaged.socket
nodist_systemdunit_DATA = data/sidestaged.service
EXTRA_DIST += data/sidestaged.service.in
CLEANFILES += data/sidestaged.service
dist_doc_DATA += data/sidestaged.conf data/kubernetes/rbac.yaml data/kubernetes/sidestaged.yaml

# By this the programs of the build tree know that they run from it, and where their data are.
noinst_DATA = source-data
CLEANFILES += source-data
source-data:
	$(AM_V_GEN)rm -f $@ && ln -s '$(abs_top_srcdir)/data' $@

data/sidestaged.service: $(srcdir)/data/sidestaged.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) data && \
	sed -e 's|@bindir[@]|$(bindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		$(srcdir)/data/sidestaged.service.in >$@.new && mv $@.new $@
