#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A platform on a cluster of many namespaces.
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
PYTHONDONTWRITEBYTECODE=1 exec python3 -S "${srcdir:-.}/tests/kube/large.py"
