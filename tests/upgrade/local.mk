# SPDX-License-Identifier: GPL-3.0-or-later
# Files of releases before this one, and the test that opens them.
UPGRADE_FROM = tests/upgrade/0.1.0
EXTRA_DIST += tests/upgrade/make.sh tests/upgrade/holder.py tests/upgrade/arrange.py \
	$(UPGRADE_FROM)/cache.db $(UPGRADE_FROM)/config $(UPGRADE_FROM)/expected \
	$(UPGRADE_FROM)/history.db $(UPGRADE_FROM)/sidestaged.conf $(UPGRADE_FROM)/state.tar.gz
dist_check_SCRIPTS += tests/upgrade/test-upgrade.sh
TESTS += tests/upgrade/test-upgrade.sh
