# SPDX-License-Identifier: GPL-3.0-or-later
EXTRA_DIST += \
	tests/contract/cases.py \
	tests/contract/contract.py \
	tests/contract/contract.sh \
	tests/contract/daemon.py \
	tests/contract/document.py \
	tests/contract/without-extensions.sh
TESTS += tests/contract/contract.sh tests/contract/without-extensions.sh
