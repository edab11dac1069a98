# SPDX-License-Identifier: GPL-3.0-or-later
"""arrange.py COMMAND...: opens the board in a terminal, pins Production's column, sorts by what
differs, and ends.  Each key waits for what the one before it did."""
import os
import pty
import select
import sys
import time
import fcntl
import struct
import termios

pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
seen = b""


def until(text, limit=20):
    global seen
    end = time.monotonic() + limit
    while text not in seen:
        if time.monotonic() > end:
            sys.exit(f"never saw {text!r}: {seen[-2000:]!r}")
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                return
    seen = b""


def key(text):
    os.write(terminal, text)


until(b"running")
key(b"!")
until(b"pinned to the left")
key(b"s")
until(b"differs")
key(b"Q")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
