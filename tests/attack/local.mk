# SPDX-License-Identifier: GPL-3.0-or-later
# A workload of attacks against a real daemon.
check_PROGRAMS += tests/attack/attacker
tests_attack_attacker_SOURCES = tests/attack/attack-files.c tests/attack/attack-system.c \
	tests/attack/attacker.c tests/attack/attacks.h
tests_attack_attacker_LDADD =

EXTRA_DIST += tests/attack/attack.py tests/attack/refused.py tests/attack/syscall-sets tests/attack/unit.py
ATTACK_TESTS = tests/attack/test-attack.sh tests/attack/test-attack-unit.sh tests/attack/test-attack-user.sh tests/attack/test-refused.sh
dist_check_SCRIPTS += $(ATTACK_TESTS)
TESTS += $(ATTACK_TESTS)
