#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Objects of the shapes that public charts have are adopted, cloned and compared by the program.
# CHECK_LONG=1 each chart in a namespace of its own.
for tool in python3 openssl; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
PYTHONDONTWRITEBYTECODE=1 exec python3 -S "${srcdir:-.}/tests/charts/adopt.py"
