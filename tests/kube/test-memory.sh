#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# What stands only in kubectl's note of an object stays in no memory of the daemon.
for tool in python3 openssl; do
	command -v $tool >/dev/null 2>&1 || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
# It cannot be looked into by its own user.
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP only root may read the daemon's memory"; exit 0; }
PYTHONDONTWRITEBYTECODE=1 exec python3 -S "${srcdir:-.}/tests/kube/memory.py"
