#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The board and its lists over a bad connection.  CHECK_LONG=1 in full, SLICE=i/n a part of that.
command -v python3 >/dev/null 2>&1 || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
[ -x "${builddir:-.}/tests/tty/tty-run" ] || { echo "1..0 # SKIP the screen tests need libvterm"; exit 0; }
PYTHONDONTWRITEBYTECODE=1 exec python3 "${srcdir:-.}/tests/fault/board.py"
