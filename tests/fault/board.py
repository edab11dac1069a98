# SPDX-License-Identifier: GPL-3.0-or-later
"""The board over a bad connection: tests/tty/tty-run opens it and each view of a list, and each sort
of answer that it then asks for fails in each way; an odd member of it in each type.

It does not crash and does not hang (a key is answered meanwhile); it shows what it showed, or it
says what it could not read; an entry of a list is not gone without a word; and when the answers
are good again all is as it was.

`live` has a board that has read all of it before, `fresh` one that knows nothing yet; that one is
not as it was by new answers alone, since what has an id is not asked for again."""
import itertools
import json
import os
import re
import subprocess
import sys

from faultd import (Client, Faultd, Platform, Tap, body_fault, cut_fault, drip_fault, in_parallel, long_run,
                    sampled, sliced, whole_faults)
from read import meanings, places_in, replaced, fits, value_at, without

RUNNER = os.path.join(os.environ.get("builddir", "."), "tests/tty/tty-run")
A_SESSION = 12		# faults: many sessions are side by side
A_SLOW_SESSION = 4	# where nothing but time makes it ask again

QA = ['press-until Right "in [Qq]a"']
ENVIRONMENT = QA + ["key Enter", 'expect "Environment" 10']
LOOKS = {
    "board": QA + ['row "running" "running" "running"'],
    "resources": ENVIRONMENT + ["key 2", 'expect "sqlite" 10'],
    "values": ENVIRONMENT + ["key 3", 'expect "PASSWORD" 10'],
    "deployments": ENVIRONMENT + ["key 4", 'expect "The first one" 10'],
    "logs": QA + ["key l", 'expect "Logs" 10'],
    "versions": ["press-until Down \"web in\"", "key V", 'expect "Version ▸" 10'],
}
OF = {"resources": "/resources$", "values": "/values$", "deployments": "/deploys$", "logs": "/logs$",
      "versions": "/artefact-versions$"}	# what a view of a list shows; the board all that it asks for
NOT_LIVE = re.compile("/sets/|/value-set-versions/")	# never asked again: what has an id does not change

ADMITS = re.compile(r"could not|cannot|not understood|no answer|refused|does not allow|unknown|OFFLINE|offline|"
                    r"too many|points to another|\?  |\? |not a list|no JSON|not there|failed|Last read|as of|makes no sense|unexpected status|unreadable|Reading the")
PAUSE = re.compile(r"Retry-After: (86400|Wed)")	# is given: only R asks before, which is text in the versions
CLAIMS = re.compile(r"There (is|are) no |[Nn]othing differs|No environments|No workloads|no overrides? yet")
NAMES = ("Development", "Qa", "Production")


def words_of(screen):
    """What it shows, without the header, the messages and keys, and without ages."""
    rows = screen.splitlines()[1:-2]
    text = re.sub(r"\b(\d+(\.\d+)?\s?(ms|s|m|h|d)\d*\b( ago)?|just now|now|\d\d:\d\d(:\d\d)?)", "", "\n".join(rows))
    return re.findall(r"[^\s│─┼●○◌·▸▾]+", text)


def rows_of(screen):
    """The lines of a story that wait until what it shows is there again."""
    lines = []
    for row in screen.splitlines()[1:-2]:
        words = [word for word in words_of(f"\n{row}\n\n\n") if '"' not in word and "$" not in word]
        if words:
            lines.append("row " + " ".join(f'"{word}"' for word in words))
    if not lines:
        raise RuntimeError(f"nothing could be waited for:\n{screen}")
    return lines


class Session:
    """Some faults, one after the other, on one terminal.  `clean` is what it shows without one."""

    def __init__(self, platform, look, mode, faults, clean=""):
        self.look, self.mode, self.faults = look, mode, faults
        self.again = rows_of(clean) if faults else []
        self.client = Client(platform.folder)
        self.hits, self.kinds = {}, set()
        self.daemon = Faultd(platform, self.choose)

    def path(self, name):
        return os.path.join(self.client.folder, name)

    def choose(self, request):
        """The fault that the story has asked for; the second request of a row shows that the
        first was read."""
        try:
            with open(self.path("control")) as control:
                text = control.read().strip()
        except FileNotFoundError:
            return None
        if not text:
            return None
        way, number = text.split()
        if way == "learn":
            self.kinds.add(request.kind)
            meant = request.method == "GET" and request.path.endswith("/envs")
        else:
            meant = self.faults[int(number)][0] == request.kind
        if not meant:
            return None
        count = self.hits[way, number, request.path] = self.hits.get((way, number, request.path), 0) + 1
        with open(self.path(f"{way}-{number}-{min(count, 2)}"), "w"):
            pass
        return self.faults[int(number)][1] if way == "fault" else None

    def ask(self, way, number):
        """Until it has been asked for twice, so the first answer was read and is on the screen."""
        lines = [f"sh echo {way} {number} >{self.path('control')}"]
        for time in (1, 2):
            lines += self.refresh() + [f"until 20 test -e {self.path(f'{way}-{number}-{time}')}"]
        return lines + self.keep(f"{way}-{number}")

    def keep(self, name):
        return [f"save {name}.txt", f"sh cp $DIR/{name}.txt {self.path(name)}.txt"]

    def start(self):
        return [f"run sidestage board --url={self.daemon.url} --reduced-motion --token-file={self.client.token}"]

    def refresh(self):
        """Where letters are text it reads by itself."""
        return [] if self.look == "versions" and self.mode == "live" else ["key R"]

    def answers_keys(self):
        if not self.refresh():
            return ['type "zz"', 'expect "zz"', "key Ctrl-U", 'gone "zz"']
        return ["answers ?", 'expect "Help"', "key Esc", 'gone "Help"']

    def live(self):
        lines = ['test "open"', *self.start(), 'row "running" "running" "running"', *LOOKS[self.look],
                 *self.ask("learn", 0), *(self.ask("learn", 1) + self.ask("learn", 2) if not self.faults else []),
                 *self.keep("clean")]
        for number in range(len(self.faults)):
            lines += [f'test "fault {number}"', *self.ask("fault", number), *self.answers_keys(),
                      f"sh : >{self.path('control')}", *self.refresh(), *self.again]
        return lines + ['test "end"', "press-until Esc \"Board\"", "key Q", "exit 0 10", "restored"]

    def fresh(self):
        lines = ['test "open"', *self.start(), 'row "running" "running" "running"',
                 *self.ask("learn", 0), *self.keep("clean"), "key Q", "exit 0 10"]
        for number in range(len(self.faults)):
            lines += [f'test "fault {number}"', f"sh rm -rf {self.client.folder}/sidestage",
                      f"sh echo fault {number} >{self.path('control')}", *self.start(),
                      f"until 20 test -e {self.path(f'fault-{number}-1')}", "key R", 'expect "sidestage"',
                      *self.answers_keys(), *self.keep(f"fault-{number}"),
                      f"sh : >{self.path('control')}", "key R", "key Q", "exit 0 10", "restored"]
        return lines

    def run(self):
        """[(fault's number or None, what is wrong)]"""
        lines = ["size 160x45", "limit 10", "go-on"]
        lines += [f"env {name}={self.client.folder}" for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME")]
        lines += self.live() if self.mode == "live" else self.fresh()
        path = self.path("board.story")
        with open(path, "w") as out:
            out.write("\n".join(lines) + "\n")
        with self.daemon:
            ended = subprocess.run([RUNNER, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(
                os.environ, TMPDIR=self.client.folder,
                PATH=os.path.dirname(os.environ["SIDESTAGE"]) + ":" + os.environ["PATH"]))
        wrong = []
        text = ended.stdout.decode("utf-8", "replace")
        failed = list(re.finditer(r"^not ok \d+ - (?:fault (\d+))?.*\n((?:#.*\n)*)", text, re.M))
        wrong += [(int(at.group(1)) if at.group(1) else None, at.group(2)) for at in failed]
        if ended.returncode != 0 and not failed:
            wrong.append((None, text))
        for number in range(len(self.faults)):
            why = self.wrong(number)
            if why and not any(number == other for other, _ in wrong):
                wrong.append((number, why))
        return wrong

    def screen(self, name):
        try:
            with open(self.path(name + ".txt")) as text:
                return text.read()
        except FileNotFoundError:
            return None

    def wrong(self, number):
        clean, bad = self.screen("clean"), self.screen(f"fault-{number}")
        if not clean or not bad:
            return None		# the story failed before, and says why
        is_whole = self.faults[number][2]
        admits = len(ADMITS.findall(bad)) > len(ADMITS.findall(clean))
        claims = CLAIMS.search(bad)
        if claims and not CLAIMS.search(clean):
            return f"it claims \"{claims.group(0)}\"\n{bad}"
        if "token-of-the-test" in bad:
            return f"the token is shown\n{bad}"
        gone = [name for name in NAMES if name in clean and name not in bad]
        differs = words_of(bad) != words_of(clean)
        if not admits and (gone or (is_whole and differs)):
            return f"it shows something else ({gone}) and does not say why\n{bad}\nwithout the fault:\n{clean}"
        return None


OTHERS = (None, True, 7, "x", [], {})


def member_faults(body):
    """One fault for each member and type, and one for each member that is not there."""
    whole = json.loads(body)
    for path in places_in(whole):
        where = "/" + "/".join(map(str, path))
        value = value_at(whole, path)
        if value is None:	# anything can stand there
            continue
        for other in OTHERS:
            if type(other) is type(value):
                continue
            yield body_fault(f"{where} is {json.dumps(other)}", lambda b, p=path, o=other: json.dumps(
                replaced(json.loads(b), p, o)).encode() if fits(b, p) else b)
        if path and isinstance(path[-1], str):
            yield body_fault(f"{where} is not there", lambda b, p=path: without(b, p))


def run_clean(platform, look, mode):
    session = Session(platform, look, mode, [])
    wrong = session.run()
    if wrong:
        raise RuntimeError(f"{look} without a fault: {wrong[0][1]}")
    return session


def learn(platform, look):
    """The kinds of GET that it asks again and again, those that it asks, {kind: an answer}, and
    what it shows."""
    session = run_clean(platform, look, "live")
    first = {request.kind for request in session.daemon.ledger if request.method == "GET"}
    answers = {}
    for request in session.daemon.ledger:
        if request.carried == 200 and request.kind not in answers:
            status, body = platform.ask("GET", request.path)
            if status == 200 and body is not None:
                answers[request.kind] = json.dumps(body).encode()
    return {kind for kind in session.kinds if kind.startswith("GET")}, first, answers, session.screen("clean")


def main():
    tap = Tap()
    looks = sys.argv[1].split(",") if len(sys.argv) > 1 else list(LOOKS) if long_run() else ["board", "values"]
    with Platform() as platform, Faultd(platform) as trap:
        cases, members = [], []
        opened = run_clean(platform, "board", "fresh").screen("clean")
        shown = {(look, "fresh"): opened for look in looks}
        for look in looks:
            again, first, answers, shown[look, "live"] = learn(platform, look)
            tap.note(f"{look}: it asks for {len(first)} sorts of answers, for {len(again)} again and again")
            for kind in sorted(kind for kind in first if re.search(OF.get(look, "$"), kind)):
                mode = "live" if kind in again and not NOT_LIVE.search(kind) else "fresh"
                whole = [*whole_faults(trap.url), drip_fault(), cut_fault(9, True), cut_fault(200, False)] \
                    if mode == "live" else meanings()
                if look == "versions":
                    whole = [fault for fault in whole if not PAUSE.search(str(fault))]
                cases += [(look, mode, (kind, fault, True)) for fault in whole]
                if mode == "live" and look == "board":
                    cases += [(look, "fresh", (kind, fault, True)) for fault in meanings()]
                if kind in answers:
                    members += [(look, mode, (kind, fault, False)) for fault in member_faults(answers[kind])]
        chosen = sliced(cases + members) if long_run() else \
            sampled(cases, 12) + sampled(members, 8)
        tap.note(f"{len(chosen)} of {len(cases)} faults of whole answers and {len(members)} of single members")
        sessions = []
        for where, of in itertools.groupby(sorted(chosen, key=lambda case: case[:2]), lambda case: case[:2]):
            faults = [case[2] for case in of]
            of_each = A_SLOW_SESSION if where == ("versions", "live") else A_SESSION
            sessions += [Session(platform, *where, faults[at:at + of_each], shown[where])
                         for at in range(0, len(faults), of_each)]
        results = in_parallel(sessions, lambda session: (session, session.run()), 12)
        for (look, mode), of in itertools.groupby(results, lambda r: (r[0].look, r[0].mode)):
            of = list(of)
            bad = [(session.faults[number][:2] if number is not None else "", why)
                   for session, wrong in of for number, why in wrong]
            count = sum(len(session.faults) for session, _ in of)
            tap.ok(not bad, f"{look}, {mode}, over {count} faults: it says what it does not know",
                   f"{len(bad)} wrong\n" + "\n".join(f"{where}: " + why.split("\n")[0] for where, why in bad[:30]) +
                   "\n" + "\n".join(f"{where}: {why}" for where, why in bad[:1]))
        unmet = sum(1 for session, _ in results for number in range(len(session.faults))
                    if not os.path.exists(session.path(f"fault-{number}.txt")))
        tap.note(f"{len(chosen)} faults, {sum(len(wrong) for _, wrong in results)} wrong, {unmet} that were not reached")
        tap.ok(not trap.ledger, "no redirection is followed", "\n".join(map(str, trap.ledger)))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
