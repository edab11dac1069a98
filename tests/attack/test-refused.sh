#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A machine that refuses namespaces.
set -u
for tool in python3 unshare setpriv; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
ATTACKER="${builddir:-.}/tests/attack/attacker"
PYTHONDONTWRITEBYTECODE=1
export ATTACKER PYTHONDONTWRITEBYTECODE
exec python3 "${srcdir:-.}/tests/attack/refused.py"
