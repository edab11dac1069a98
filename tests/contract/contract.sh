#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Holds the daemon to doc/api/openapi.json; says so when what it needs is not there.
: "${srcdir:=.}"
if ! python3 -c 'import jsonschema' 2>/dev/null; then
	echo "1..0 # SKIP python3-jsonschema is not installed"
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1 exec python3 "$srcdir/tests/contract/contract.py" "$@"
