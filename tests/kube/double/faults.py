# SPDX-License-Identifier: GPL-3.0-or-later
"""The file of rules, which is read again for each request.  A line is one of:

    [N:|N-M:|N+:]METHOD REGEX FAULT...	for requests whose path with its query matches
        status CODE [BODY]	that answer, and no other
        busy SECONDS [CODE]	429, or that, with that Retry-After
        hang			no byte comes, for as long as the line stands
        drop			the connection is closed without an answer
        lost			it is carried out, and the connection closed without an answer
        cut BYTES		so much of the answer, then the connection is closed
        close SECONDS		a watch or log ends after that time
        gone			a watch is told that its version is too old
        lose TYPE		a watch is not told of the changes that have this TYPE
        delay SECONDS		before anything else
        warn TEXT		a Warning header is added
        change FROM TO		each FROM in the answer's body becomes TO
        kill FILE		the process whose number FILE holds is killed, then it is carried out
        killed FILE		the same, after it was carried out and before it is answered
    deny USER VERB RESOURCE [NAMESPACE]	a right that is not there; each may be *
    expire USER			401 for the tokens of this user
    away			every connection is closed at once, also those of watches
    image REGEX BEHAVIOUR	what containers of such an image do; see controllers.py

N: only the Nth request that the line is about since the line is there; +: and all later ones.
"""
import os
import re
import threading

FAULTS = {"status", "busy", "hang", "drop", "lost", "cut", "close", "gone", "lose", "delay", "warn",
          "change", "kill", "killed"}
COUNTED = re.compile(r"(?:(\d+)(?:-(\d+)|(\+))?:)?(\S+)$")


class Fault:
    def __init__(self, line):
        self.line = line
        method, path, self.name, *rest = line.split(None, 3)
        match = COUNTED.match(method)
        self.argument = rest[0].strip() if rest else ""
        self.first = int(match.group(1) or 0)
        self.last = int(match.group(2) or match.group(1) or 0) if not match.group(3) else 1 << 60
        self.method, self.path = re.compile(match.group(4)), re.compile(path)
        if self.name not in FAULTS:
            raise ValueError(f"unknown fault: {line}")

    def is_about(self, method, path):
        return self.method.fullmatch(method) and self.path.search(path)


class Rules:
    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.counts = {}		# how many requests each line was about
        self.stamp = None
        self.clear()

    def clear(self):
        self.faults, self.denied, self.expired, self.images = [], [], set(), []
        self.is_away = False

    def read(self):
        """Again, when it is another."""
        try:
            found = os.stat(self.path)
            stamp = (found.st_mtime_ns, found.st_size, found.st_ino)
        except FileNotFoundError:
            stamp = None
        if stamp == self.stamp:
            return
        self.stamp = stamp
        self.clear()
        if stamp is None:
            return
        with open(self.path) as file:
            for line in file:
                line = line.strip()
                if line and not line.startswith("#"):
                    self.take(line)
        lines = {fault.line for fault in self.faults}
        self.counts = {line: n for line, n in self.counts.items() if line in lines}

    def take(self, line):
        words = line.split()
        if words[0] == "deny":
            self.denied.append((words[1:] + ["*"])[:4])
        elif words[0] == "expire":
            self.expired.add(words[1])
        elif words[0] == "away":
            self.is_away = True
        elif words[0] == "image":
            self.images.append((re.compile(words[1]), words[2]))
        else:
            self.faults.append(Fault(line))

    def for_request(self, method, path):
        """The faults that this request meets."""
        met = []
        with self.lock:
            self.read()
            for fault in self.faults:
                if not fault.is_about(method, path):
                    continue
                n = self.counts[fault.line] = self.counts.get(fault.line, 0) + 1
                if not fault.first or fault.first <= n <= fault.last:
                    met.append(fault)
        return met

    def met(self):
        """{line: how many requests it was done to}"""
        with self.lock:
            return {fault.line: max(0, min(self.counts.get(fault.line, 0), fault.last) -
                                    max(0, fault.first - 1)) if fault.first else
                    self.counts.get(fault.line, 0) for fault in self.faults}

    def stands(self, fault):
        with self.lock:
            self.read()
            return any(other.line == fault.line for other in self.faults)

    def away(self):
        with self.lock:
            self.read()
            return self.is_away

    def denies(self, user, verb, resource, namespace):
        with self.lock:
            self.read()
            return any(all(rule in ("*", value) for rule, value in
                           zip(row, (user, verb, resource, namespace or "-")))
                       for row in self.denied)

    def is_expired(self, user):
        with self.lock:
            self.read()
            return user in self.expired

    def image(self, name):
        with self.lock:
            self.read()
            return next((behaviour for regex, behaviour in self.images if regex.search(name)), None)
