#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# As test-attack.sh, with the daemon as its unit starts it: a user who has nothing else here, and no
# capability.
set -u
command -v setpriv >/dev/null 2>&1 || { echo "1..0 # SKIP setpriv is not installed"; exit 0; }
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP we are no root: test-attack.sh is the same here"; exit 0; }
ATTACK_USER=61234
export ATTACK_USER
exec "${srcdir:-.}/tests/attack/test-attack.sh"
