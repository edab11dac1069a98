#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# A workload that hates us, in every state that an environment has, with the daemon as root and
# as a user.
set -u
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
case ${SIDESTAGED:-} in
*/trusted/*) echo "1..0 # SKIP this machine refuses namespaces (test-refused.sh is about that)"; exit 0 ;;
esac
ATTACKER="${builddir:-.}/tests/attack/attacker"
PYTHONDONTWRITEBYTECODE=1
export ATTACKER PYTHONDONTWRITEBYTECODE
exec python3 "${srcdir:-.}/tests/attack/attack.py"
