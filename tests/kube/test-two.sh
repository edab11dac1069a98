#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two people with nothing in common but a cluster promote to the same Production.
# CHECK_LONG=1 with 200 rounds.
for tool in python3 openssl; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
PYTHONDONTWRITEBYTECODE=1 exec python3 -S "${srcdir:-.}/tests/kube/two.py" double \
	"$([ "${CHECK_LONG:-}" = 1 ] && echo 200 || echo 1)" cronjob
