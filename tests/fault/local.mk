# SPDX-License-Identifier: GPL-3.0-or-later
# A platform that misbehaves, a client that dies, a disk that fails, a second person: a sample in
# `make check`, everything in `make check-long`.
# The longest first.
FAULT_TESTS = \
	tests/fault/test-write.sh \
	tests/fault/test-disk.sh \
	tests/fault/test-screen.sh \
	tests/fault/test-board.sh \
	tests/fault/test-kill.sh \
	tests/fault/test-read.sh \
	tests/fault/test-power.sh \
	tests/fault/test-second.sh

EXTRA_DIST += tests/fault/board.py tests/fault/faultd.py tests/fault/kill.py tests/fault/read.py tests/fault/screen.py \
	tests/fault/second.py \
	tests/fault/shim.c tests/fault/story.py tests/fault/write.py
dist_check_SCRIPTS += $(FAULT_TESTS)
TESTS += $(FAULT_TESTS)
LONG_TESTS += $(FAULT_TESTS)

# Preloaded into the client, so it is no program and no library of ours.
check_DATA = tests/fault/shim.so
CLEANFILES += tests/fault/shim.so
tests/fault/shim.so: tests/fault/shim.c
	@$(MKDIR_P) tests/fault
	$(AM_V_CC)$(CC) $(STD_CFLAGS) $(WARN_CFLAGS) $(CFLAGS) -shared -fPIC -o $@ $(srcdir)/tests/fault/shim.c -ldl
