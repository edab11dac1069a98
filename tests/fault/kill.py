# SPDX-License-Identifier: GPL-3.0-or-later
"""kill.py [kill|power|fail]: the client ends, loses power or its disk fails at every point
(tests/fault/shim.c says which there are) of every verb.  Then a person resumes: 0 lost, 0 doubled.

A program that was started with the shim is gone at point n = 1, 2, 3 and so on until it comes
to its end; in `make check` it is a sample of these.

What fails, fails as it can: only opening can lack descriptors, only what takes room can lack
it, and the library treats what was not synchronised, cut or removed alike for each errno.  The
answers that are kept fail in `deploy` alone: all verbs keep them by the same code, and no verb
reads them."""
import errno
import os
import re
import sys

from faultd import Client, Faultd, Platform, Tap, long_run, on_platforms, sampled, sliced
from story import STORIES, judge, operations

SHIM = os.path.join(os.environ.get("builddir", "."), "tests/fault/shim.so")
HISTORY = "history.db:history.db-journal"
LOCK = ":history.db.lock"
CACHE = ":cache.db:cache.db-journal"
MODES = {
    "kill": "killed at",
    "power": "without power at",
    "fail": "a failing disk at",
}
# (errno, whether all later ones fail too), by the letter of a place.
NO_ROOM = [(errno.ENOSPC, False), (errno.ENOSPC, True)]
BROKEN = [(errno.EIO, False), (errno.EIO, True)]
ERRORS = {
    "o": NO_ROOM + [(errno.EMFILE, False)],
    "w": NO_ROOM + [(errno.EIO, False)],
    "t": BROKEN, "s": BROKEN, "r": BROKEN,
}


def shim(files=HISTORY, **values):
    return dict({"LD_PRELOAD": SHIM, "SHIM_FILES": files},
                **{"SHIM_" + key.upper(): str(value) for key, value in values.items()})


def files_of(mode, verb):
    return HISTORY if mode != "fail" else HISTORY + LOCK + (CACHE if verb == "deploy" else "")


class Rounds:
    def __init__(self, platform):
        self.platform = platform
        self.url = Faultd(platform).url

    def count(self, mode, verb):
        """(how many points, a letter for each place) of an undisturbed run."""
        client = Client(self.platform.folder)
        story = STORIES[verb](self.platform, client, self.url)
        counted = os.path.join(client.folder, "counted")
        ended = client.run(self.url, *story.words(), env=shim(
            files_of(mode, verb), count=counted, power=int(mode == "power")))
        if ended.code != 0:
            raise RuntimeError(f"{verb} without a fault: {ended}")
        story.clean()
        points, places = open(counted).read().split()
        return int(points), places

    def cases(self, mode, verb):
        points, places = self.count(mode, verb)
        if mode != "fail":
            return [(mode, verb, n, 0, False) for n in range(1, points + 1)]
        return [(mode, verb, n, error, after) for n, letter in enumerate(places, 1)
                for error, after in ERRORS[letter]]

    def run(self, case):
        """(case, what is wrong or None, whether the fault was met)"""
        mode, verb, n, error, after = case
        client = Client(self.platform.folder)
        story = STORIES[verb](self.platform, client, self.url)
        if mode == "fail":
            env = shim(files_of(mode, verb), fail=f"{n}{'+' if after else ''}", errno=error)
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
    with Platform() as platform:
        rounds = Rounds(platform)
        of_verb = {verb: rounds.cases(mode, verb) for verb in verbs}
    cases = [case for verb in verbs for case in of_verb[verb]]
    chosen = sliced(cases) if long_run() else sampled(cases, 20, lambda case: case[1])
    tap.note(f"{len(chosen)} of {len(cases)} points: " +
             ", ".join(f"{verb} {len(of)}" for verb, of in of_verb.items()))
    results = on_platforms(chosen, Rounds)
    for verb in verbs:
        of = [r for r in results if r[0][1] == verb]
        if not of:
            continue
        bad = [r for r in of if r[1]]
        why = "\n".join(f"{verb} {MODES[mode]} {case[2:]}: {wrong}" for case, wrong, _ in bad[:5])
        numbers = " ".join(str(case[2]) for case, _, _ in bad)
        tap.ok(not bad, f"{verb}, {MODES[mode]} {len(of)} points: nothing lost, nothing doubled",
               f"{len(bad)} wrong, at {numbers}\n{why}")
    tap.note(f"{len(results)} rounds, {sum(1 for r in results if r[1])} wrong, "
             f"{sum(1 for r in results if r[2])} where the fault ended the run")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
