# SPDX-License-Identifier: GPL-3.0-or-later
"""The same kill points from the screen: tests/tty/tty-run presses the keys of each verb, and the
board is gone at point n.  Before the approval nothing was changed and nothing is interrupted;
after it a person resumes: 0 lost, 0 doubled.

A board reads all the time, so requests that only read are no points here; they leave nothing."""
import os
import subprocess
import sys
import time

from faultd import Client, Ended, Faultd, Platform, Tap, long_run, on_platforms, sampled, sliced
from kill import shim
from story import STORIES, judge

VERBS = ("deploy", "clone", "promote", "undo", "discard", "carry")
RUNNER = os.path.join(os.environ.get("builddir", "."), "tests/tty/tty-run")


def keys(story):
    """The lines of a story that carry the verb out."""
    def at(env):
        return ["key /", f'type "{env}"', f'match "environment +{env.capitalize() if env == "production" else env}"', "key Enter", f'match "in [{env[0].upper()}{env[0]}]{env[1:]}" 10']

    approved = f"sh : >{approval(story.client)}"

    def approve(env):
        return ['expect "A approve" 10', approved, "key A", f'type "{env}"', "key Enter"]

    end = ['expect "Done in" 20']
    plain = ['expect "A approve" 10', approved, 'press-until A "Done in|Progress" 10']
    if story.verb == "deploy":
        return at(story.env) + ["key V", 'expect "Version ▸" 10', 'type "1.1.0"', "key Enter"] + approve(story.env) + end
    if story.verb == "undo":
        return at(story.env) + ["key U"] + approve(story.env) + end
    if story.verb == "promote":
        return at(story.clone) + ["key P"] + approve(story.env) + end
    if story.verb == "carry":
        return at(story.clone) + ["key H", 'expect "7 carry" 10', "key G", 'expect "lacks it" 10',
                                  f'press-until Right "▸ {story.env}"', "key T"] + \
            approve(story.env) + end
    if story.verb == "clone":
        return at("production") + ["key C", 'expect "Name of the clone" 10', "key Ctrl-U", f'type "{story.env}"',
                                   "key Enter"] + plain + end
    return at(story.env) + ["key X"] + plain + end


def approval(client):
    """A file that is there as soon as the approval is pressed."""
    return os.path.join(client.folder, "approved")


def is_gone(link):
    """Whether the process that the link names has ended: until then it still holds the lock of its
    operation, which nobody else may take up."""
    try:
        with open(f"/proc/{os.readlink(link)}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return os.path.lexists(link)


class Rounds:
    def __init__(self, platform):
        self.platform = platform
        self.url = Faultd(platform).url

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
        while runner.poll() is None and not is_gone(env.get("SHIM_DEAD", "/nowhere")):
            time.sleep(0.05)
        if runner.poll() is None:
            runner.kill()
        return runner.wait() == 0, open(path + ".out", errors="replace").read()

    def count(self, verb):
        story = STORIES[verb](self.platform, Client(self.platform.folder), self.url)
        counted = os.path.join(story.client.folder, "counted")
        fine, text = self.press(story, shim(count=counted, reads=0))
        if not fine:
            raise RuntimeError(f"{verb} by its keys: {text}")
        story.clean()
        return int(open(counted).read().split()[0])

    def run(self, case):
        """(case, what is wrong or None, whether it was killed, whether that was before the approval)"""
        verb, n = case
        story = STORIES[verb](self.platform, Client(self.platform.folder), self.url)
        fine, text = self.press(story, shim(kill=n, reads=0, dead=os.path.join(story.client.folder, "dead")))
        is_early = not os.path.exists(approval(story.client))
        if is_early and (story.own_operations() or story.carried_out()):
            wrong = f"nothing was approved, and there is {story.own_operations()}, {story.carried_out()}"
        else:
            wrong = judge(story, Ended(0 if fine else -9, text, "", 0, 0, story.words()))
        if not wrong:
            story.clean()
        return case, wrong and f"{wrong}\n{text}", not fine, is_early


def main():
    tap = Tap()
    verbs = sys.argv[1].split(",") if len(sys.argv) > 1 else list(VERBS)
    with Platform() as platform:
        rounds = Rounds(platform)
        points = {verb: rounds.count(verb) for verb in verbs}
    cases = [(verb, n) for verb in verbs for n in range(1, points[verb] + 1)]
    # A sample: from where the review is open, more or less.
    late = [case for case in cases if case[1] > points[case[0]] // 2]
    chosen = sliced(cases) if long_run() else cases[:1] + sampled(late, 8, lambda case: case[0])
    tap.note(f"{len(chosen)} of {len(cases)} points: " + ", ".join(f"{verb} {n}" for verb, n in points.items()))
    results = on_platforms(chosen, Rounds)
    for verb in verbs:
        of = [r for r in results if r[0][0] == verb]
        bad = [r for r in of if r[1]]
        why = "\n".join(f"{verb} killed at {r[0][1]}: {r[1]}" for r in bad[:3])
        if of:
            tap.ok(not bad, f"{verb} from the screen, killed at {len(of)} points: nothing lost, nothing doubled",
                   f"{len(bad)} wrong, at {' '.join(str(r[0][1]) for r in bad)}\n{why}")
    tap.note(f"{len(results)} rounds, {sum(1 for r in results if r[1])} wrong, "
             f"{sum(1 for r in results if r[2])} where it was killed, "
             f"{sum(1 for r in results if r[3])} of them before the approval")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
