# SPDX-License-Identifier: GPL-3.0-or-later
"""kill.py [kill|power|fail]: the client ends, loses power or its disk fails at every point
(tests/fault/shim.c) of every verb.  Then a person resumes: 0 lost, 0 doubled.

A program that was started with the shim is gone at point n = 1, 2, 3 and so on until it comes
to its end; in `make check` it is a sample of these."""
import errno
import os
import re
import sys

from faultd import Client, Faultd, Platform, Tap, in_parallel, long_run, sliced
from story import STORIES, judge, operations

SHIM = os.path.join(os.environ.get("builddir", "."), "tests/fault/shim.so")
HISTORY = "history.db:history.db-journal"
ALL = HISTORY + ":history.db.lock:cache.db:cache.db-journal"
MODES = {
    "kill": "killed at",
    "power": "without power at",
    "fail": "a failing disk at",
}
ERRORS = [errno.ENOSPC, errno.EIO, errno.EMFILE]


def shim(files=HISTORY, **values):
    return dict({"LD_PRELOAD": SHIM, "SHIM_FILES": files},
                **{"SHIM_" + key.upper(): str(value) for key, value in values.items()})


class Rounds:
    def __init__(self, platform, url):
        self.platform, self.url = platform, url

    def count(self, verb, files):
        """(points, changes of files) of an undisturbed run."""
        client = Client(self.platform.folder)
        story = STORIES[verb](self.platform, client, self.url)
        counted = os.path.join(client.folder, "counted")
        ended = client.run(self.url, *story.words(), env=shim(files, count=counted))
        if ended.code != 0:
            raise RuntimeError(f"{verb} without a fault: {ended}")
        story.clean()
        return [int(word) for word in open(counted).read().split()]

    def run(self, case):
        """(case, what is wrong or None, whether the fault was met)"""
        mode, verb, n, error, after = case
        client = Client(self.platform.folder)
        story = STORIES[verb](self.platform, client, self.url)
        if mode == "fail":
            env = shim(ALL, fail=f"{n}{'+' if after else ''}", errno=error)
        else:
            env = shim(kill=n, power=int(mode == "power"))
        ended = client.run(self.url, *story.words(), env=env)
        met = ended.code == -9 if mode != "fail" else ended.code != 0
        if ended.code < 0 and ended.code != -9:
            return case, f"it was ended by signal {-ended.code}: {ended}", met
        if mode == "fail" and ended.code > 0 and not ended.err.strip():
            return case, f"it says no reason: {ended}", met
        wrong = judge(story, ended)
        if wrong:
            return case, f"{wrong}\n{ended}", met
        story.clean()
        return case, None, met


def main():
    mode = sys.argv[1] if len(sys.argv) > 1 else "kill"
    verbs = sys.argv[2].split(",") if len(sys.argv) > 2 else list(STORIES)
    tap = Tap()
    with Platform() as platform, Faultd(platform) as through:
        rounds = Rounds(platform, through.url)
        cases, totals = [], {}
        for verb in verbs:
            points, changes = rounds.count(verb, ALL if mode == "fail" else HISTORY)
            totals[verb] = points if mode != "fail" else changes
            if mode == "fail":
                cases += [(mode, verb, n, error, after) for error in ERRORS
                          for after in (False, True) for n in range(1, changes + 1)]
            else:
                cases += [(mode, verb, n, 0, False) for n in range(1, points + 1)]
        every = max(1, len(cases) // 20)
        chosen = sliced(cases) if long_run() else cases[every // 2::every]
        tap.note(f"{len(chosen)} of {len(cases)} points: " +
                 ", ".join(f"{verb} {n}" for verb, n in totals.items()))
        results = in_parallel(chosen, rounds.run)
        for verb in verbs:
            of = [r for r in results if r[0][1] == verb]
            bad = [r for r in of if r[1]]
            why = "\n".join(f"{verb} {MODES[mode]} {case[2]}: {wrong}" for case, wrong, _ in bad[:5])
            numbers = " ".join(str(case[2]) for case, _, _ in bad)
            tap.ok(not bad, f"{verb}, {MODES[mode]} {len(of)} points: nothing lost, nothing doubled",
                   f"{len(bad)} wrong, at {numbers}\n{why}")
        tap.note(f"{len(results)} rounds, {sum(1 for r in results if r[1])} wrong, "
                 f"{sum(1 for r in results if r[2])} where the fault ended the run")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
