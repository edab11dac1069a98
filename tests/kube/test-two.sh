#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Two people with nothing in common but a cluster promote to the same Production.
# CHECK_LONG=1 with 200 rounds, SLICE=i/n with an n-th of them.
for tool in python3 openssl; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
rounds=1 SLICE=${SLICE:-1/1}
[ "${CHECK_LONG:-}" != 1 ] || rounds=$((200 / ${SLICE##*/}))
PYTHONDONTWRITEBYTECODE=1 exec python3 -S "${srcdir:-.}/tests/kube/two.py" double "$rounds" cronjob
