#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The same attacks, with the daemon under the restrictions of the shipped unit.
set -u
[ "$(id -u)" = 0 ] && [ "$(uname -m)" = x86_64 ] || {
	echo "1..0 # SKIP only root on x86-64 can play systemd"
	exit 0
}
ATTACK_USER=61184
ATTACK_UNIT="${srcdir:-.}/data/sidestaged.service.in"
export ATTACK_USER ATTACK_UNIT
exec "${srcdir:-.}/tests/attack/test-attack.sh"
