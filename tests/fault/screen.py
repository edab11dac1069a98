# SPDX-License-Identifier: GPL-3.0-or-later
"""The same kill points from the screen: tests/tty/tty-run presses the keys of each verb, and the
board is gone at point n.  Then a person resumes: 0 lost, 0 doubled."""
import os
import subprocess
import sys
import time

from faultd import Client, Ended, Faultd, Platform, Tap, in_parallel, long_run, sliced
from kill import shim
from story import STORIES, judge

VERBS = ("deploy", "clone", "promote", "undo", "discard")
RUNNER = os.path.join(os.environ.get("builddir", "."), "tests/tty/tty-run")


def keys(story):
    """The lines of a story that carry the verb out."""
    def at(env):
        return ["key /", f'type "{env}"', f'match "environment +{env.capitalize() if env == "production" else env}"', "key Enter", f'match "in [{env[0].upper()}{env[0]}]{env[1:]}" 10']

    def approve(env):
        return ['expect "A approve" 10', "key A", f'type "{env}"', "key Enter"]

    end = ['expect "Done in" 20']
    plain = ['expect "A approve" 10', 'press-until A "Done in|Progress" 10']
    if story.verb == "deploy":
        return at(story.env) + ["key V", 'expect "Version ▸" 10', 'type "1.1.0"', "key Enter"] + approve(story.env) + end
    if story.verb == "undo":
        return at(story.env) + ["key U"] + approve(story.env) + end
    if story.verb == "promote":
        return at(story.clone) + ["key P"] + approve(story.env) + end
    if story.verb == "clone":
        return at("production") + ["key C", 'expect "Name of the clone" 10', "key Ctrl-U", f'type "{story.env}"',
                                   "key Enter"] + plain + end
    return at(story.env) + ["key X"] + plain + end


class Rounds:
    def __init__(self, platform, url):
        self.platform, self.url = platform, url

    def press(self, story, env):
        """Plays the verb's keys; (whether it came to its end, what tty-run says)."""
        client = story.client
        lines = ["size 160x45", 'test "keys"']
        lines += [f"env {name}={value}" for name, value in (
            ("XDG_STATE_HOME", client.folder), ("XDG_CACHE_HOME", client.folder), *env.items())]
        lines += [f"run sidestage board --url={self.url} --reduced-motion", 'expect "Workload" 20']
        path = os.path.join(client.folder, "keys.story")
        with open(path, "w") as out:
            out.write("\n".join(lines + keys(story) + ["key Esc", "key Q", "exit 0 10"]) + "\n")
        runner = subprocess.Popen([RUNNER, path], stdout=open(path + ".out", "w"), stderr=subprocess.STDOUT,
                                  env=dict(os.environ, TMPDIR=client.folder, PATH=os.path.dirname(
                                      os.environ["SIDESTAGE"]) + ":" + os.environ["PATH"]))
        # When the board is gone nothing more can come on its screen.
        while runner.poll() is None and not os.path.exists(env.get("SHIM_DEAD", "/nowhere")):
            time.sleep(0.05)
        if runner.poll() is None:
            runner.kill()
        return runner.wait() == 0, open(path + ".out", errors="replace").read()

    def count(self, verb):
        story = STORIES[verb](self.platform, Client(self.platform.folder), self.url)
        counted = os.path.join(story.client.folder, "counted")
        fine, text = self.press(story, shim(count=counted))
        if not fine:
            raise RuntimeError(f"{verb} by its keys: {text}")
        story.clean()
        return int(open(counted).read().split()[0])

    def run(self, case):
        verb, n = case
        story = STORIES[verb](self.platform, Client(self.platform.folder), self.url)
        fine, text = self.press(story, shim(kill=n, dead=os.path.join(story.client.folder, "dead")))
        ended = Ended(0 if fine else -9, text, "", 0, 0, story.words())
        wrong = judge(story, ended)
        if not wrong:
            story.clean()
        return case, wrong and f"{wrong}\n{text}", not fine


def main():
    tap = Tap()
    verbs = sys.argv[1].split(",") if len(sys.argv) > 1 else list(VERBS)
    with Platform() as platform, Faultd(platform) as through:
        rounds = Rounds(platform, through.url)
        cases = []
        for verb in verbs:
            points = rounds.count(verb)
            tap.note(f"{verb}: {points} points")
            # From the approval on: the latter half has it.
            cases += [(verb, n) for n in range(points // 3, points + 1)]
        every = max(1, len(cases) // 8)
        chosen = sliced(cases) if long_run() else cases[every // 2::every]
        results = in_parallel(chosen, rounds.run, 4)
        for verb in verbs:
            of = [r for r in results if r[0][0] == verb]
            bad = [r for r in of if r[1]]
            why = "\n".join(f"{verb} killed at {case[1]}: {wrong}" for case, wrong, _ in bad[:3])
            if of:
                tap.ok(not bad, f"{verb} from the screen, killed at {len(of)} points: nothing lost, nothing doubled",
                       f"{len(bad)} wrong, at {' '.join(str(case[1]) for case, _, _ in bad)}\n{why}")
        tap.note(f"{len(results)} rounds, {sum(1 for r in results if r[1])} wrong, "
                 f"{sum(1 for r in results if r[2])} where it was killed")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
