#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Who may write in the namespace of a clone alone: all but promotion works.
for tool in python3 openssl; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
PYTHONDONTWRITEBYTECODE=1 exec python3 -S "${srcdir:-.}/tests/kube/rights.py" double
