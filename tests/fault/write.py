# SPDX-License-Identifier: GPL-3.0-or-later
"""Each verb over a bad connection: each of its requests fails, in every way.

Then, and after a person has resumed what was interrupted: what was asked for was done once or
not at all, and the program said which.  A write that was answered is not sent again.

A request has a place: what it asks, of the target or of another environment, after how many
requests that change something; the first time there, or the second (the third of a row of
looks is like the second).  Of another environment nothing depends on the moment.

What changes something fails in every way; bytes are cut at every 64th of one answer of each
kind, else at one of each part of it.  What reads fails once for each thing that the client
makes of an answer (src/api/reply.c is one place for all requests, and read.py has every answer
fail there in every way)."""
import re
import sys

from faultd import (Client, Fault, Faultd, Platform, Tap, body_fault, cut_fault, drip_fault, hang_carried_fault,
                    hang_fault, hang_in_body_fault, length_fault, long_run, lost_fault, on_platforms,
                    redirect_fault, sampled, sliced, status_fault)
from story import STORIES, judge


def part_fault(part, reset):
    """Cut at a place of every answer that its reader tells apart."""
    def act(v):
        head, body = v.parts()
        at = {"before it": 0, "in the status": 7, "in the headers": len(head) // 2, "before the body": len(head) + 4,
              "in the body": len(head) + 4 + len(body) // 2, "before its end": len(v.answer) - 1}[part]
        v.send(v.answer[:at])
        if reset:
            v.reset()
        return False
    return Fault(f"{'reset' if reset else 'FIN'} {part}", act, True)


PARTS = ("before it", "in the status", "in the headers", "before the body", "in the body", "before its end")


def cuts():
    """At every 64th byte."""
    for at in range(0, 1024, 64):
        yield cut_fault(at, False), False
        yield cut_fault(at, True), False


def faults():
    """(fault, the same for all later requests too), of a request that changes something"""
    yield lost_fault(), False
    yield lost_fault(), True
    for part in PARTS:
        yield part_fault(part, False), False
        yield part_fault(part, True), False
    for code in (401, 403, 404, 408, 409, 412, 422, 429, 500, 502, 503, 504):
        yield status_fault(code), False
    for code in (401, 429, 502, 503):
        yield status_fault(code), True
    for code in (500, 502, 503, 504):
        yield status_fault(code, carried=True), False
    yield status_fault(429, ("Retry-After: 1",)), False
    yield status_fault(503, ("Retry-After: 1",)), False
    yield status_fault(503, ("Retry-After: 100000",)), False
    yield redirect_fault(307, "http://127.0.0.1:9/"), False
    yield body_fault("empty", lambda b: b""), False
    yield body_fault("half of it", lambda b: b[:len(b) // 2]), False
    yield body_fault("null", lambda b: b"null"), False
    yield body_fault("HTML", lambda b: b"<html>Sign in</html>"), False
    yield body_fault("an empty object", lambda b: b"{}"), False
    yield body_fault("an empty list", lambda b: b"[]"), False
    yield length_fault("too large", lambda n: f"Content-Length: {n + 100}"), False
    yield length_fault("too small", lambda n: f"Content-Length: {max(0, n - 7)}"), False
    yield drip_fault(), True


def read_faults():
    """One for each kind of error that the client tells apart, and bodies that are none."""
    yield lost_fault(), False
    yield lost_fault(), True
    for code in (401, 403, 404, 409, 412, 422, 500):
        yield status_fault(code), False
    for code in (401, 429, 503):
        yield status_fault(code), True
    yield status_fault(429, ("Retry-After: 1",)), False
    yield status_fault(503, ("Retry-After: 100000",)), False
    yield body_fault("empty", lambda b: b""), False
    yield body_fault("half of it", lambda b: b[:len(b) // 2]), False
    yield body_fault("null", lambda b: b"null"), False
    yield body_fault("an empty object", lambda b: b"{}"), False
    yield body_fault("an empty list", lambda b: b"[]"), False


def hangs():
    for make in (hang_fault, hang_carried_fault, hang_in_body_fault):
        yield make(), False


class Place:
    """Names the requests of a run, one by one."""

    def __init__(self, env):
        self.env, self.changes, self.seen = env, 0, {}

    def of(self, request):
        """(what, after how many changes, the how manieth time)"""
        kind = request.kind
        if "/envs/ENV" in kind and f"/envs/{self.env}" not in request.path:
            where = (kind.replace("ENV", "ANOTHER"), 0)
        else:
            where = (kind, self.changes)
        self.changes += request.method != "GET"
        self.seen[where] = self.seen.get(where, 0) + 1
        return (*where, self.seen[where])


class Writes:
    def __init__(self, platform):
        self.platform = platform

    def places(self, verb):
        """Of an undisturbed run, in order."""
        with Faultd(self.platform) as daemon:
            story = STORIES[verb](self.platform, Client(self.platform.folder), daemon.url)
            before = len(daemon.ledger)
            ended = story.client.run(daemon.url, *story.words())
            if ended.code != 0:
                raise RuntimeError(f"{verb} without a fault: {ended}")
            story.clean()
            place = Place(story.env)
            places = [place.of(request) for request in daemon.ledger[before:]]
        return [(kind, after, time) for kind, after, time in places
                if time == 1 or (time == 2 and "ANOTHER" not in kind)]

    def run(self, case):
        """(case, what is wrong or None, whether the fault was met)"""
        verb, meant, fault, onwards = case
        met = []
        with Faultd(self.platform) as daemon:
            story = STORIES[verb](self.platform, Client(self.platform.folder), daemon.url)
            before, place = len(daemon.ledger), Place(story.env)

            def choose(request):
                if place.of(request) == meant or (onwards and met):
                    met.append(request)
                    return fault
                return None

            daemon.choose = choose
            # Where the platform does not come back, nobody waits for ever.
            ended = story.client.run(daemon.url, *story.words(), *(["--timeout=6s"] if onwards else []))
            daemon.choose = lambda request: None
            ledger = daemon.ledger[before:]
            wrong = self.wrong(story, ended, ledger)
            if not wrong:
                story.clean()
            else:
                wrong = f"{wrong}\n{ended}\n" + "\n".join(map(str, ledger))
        return case, wrong, bool(met)

    def wrong(self, story, ended, ledger):
        if ended.code < 0:
            return f"it was ended by signal {-ended.code}"
        if ended.code > 0 and not ended.err.strip():
            return "it says no reason"
        if ended.code > 0 and story.carried_out() and re.search("[Nn]othing was changed", ended.out + ended.err):
            return "it says that nothing was changed, and it was"
        answered = [r for r in ledger if r.method != "GET" and not r.fault and r.carried and r.carried < 300]
        for request in answered:
            again = [r for r in ledger if r.number > request.number and r.carried and
                     (r.method, r.path, r.body) == (request.method, request.path, request.body)]
            if again and not request.path.endswith("/graphs"):
                return f"{request.method} {request.path} was answered, and sent again"
        return judge(story, ended)


def main():
    tap = Tap()
    verbs = sys.argv[1].split(",") if len(sys.argv) > 1 else list(STORIES)
    cases, slow, changing, cut = [], [], [], set()
    with Platform() as platform:
        writes = Writes(platform)
        places = {verb: writes.places(verb) for verb in verbs}
    for verb in verbs:
        changes = [place for place in places[verb] if not place[0].startswith("GET")]
        tap.note(f"{verb}: {len(places[verb])} requests, {len(changes)} of them change something")
        for place in places[verb]:
            is_change = place in changes
            of = list(faults() if is_change else read_faults())
            if place[0] not in cut and is_change:
                cut.add(place[0])
                of += cuts()
            of = [(verb, place, fault, onwards) for fault, onwards in of]
            waits = [(verb, place, fault, onwards)
                     for fault, onwards in (hangs() if is_change else [(hang_fault(), False)])]
            slow += waits + [case for case in of if case[3]]
            of = [case for case in of if not case[3]]
            cases += of
            changing += of if is_change else []
    # A sample: most of it at what changes something.
    some = sampled(changing, 36) + sampled(cases, 12)
    chosen, waiting = (sliced(cases), sliced(slow)) if long_run() else (some, sampled(slow, 6))
    tap.note(f"{len(chosen) + len(waiting)} of {len(cases) + len(slow)} faults")
    results = on_platforms(chosen, Writes, waiting=waiting)
    for verb in verbs:
        of = [r for r in results if r[0][0] == verb]
        if not of:
            continue
        bad = [r for r in of if r[1]]
        why = "\n".join(f"{case[1]}, {case[2]}{' onwards' if case[3] else ''}: {wrong}"
                        for case, wrong, _ in bad[:5])
        tap.ok(not bad, f"{verb}, {len(of)} faults of its requests: done once or not, and it says which",
               f"{len(bad)} wrong\n{why}")
    tap.note(f"{len(results)} runs, {sum(1 for r in results if r[1])} wrong, "
             f"{sum(1 for r in results if not r[2])} where the fault was not met")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
