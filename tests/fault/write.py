# SPDX-License-Identifier: GPL-3.0-or-later
"""Each verb over a bad connection: its n-th request fails, for every n and in every way.

Then, and after a person has resumed what was interrupted: what was asked for was done once or
not at all, and the program said which.  A write that was answered is not sent again."""
import re
import sys

from faultd import (Client, Faultd, Platform, Tap, body_fault, cut_fault, drip_fault, hang_carried_fault,
                    hang_fault, hang_in_body_fault, in_parallel, length_fault, long_run, lost_fault,
                    redirect_fault, sliced, status_fault)
from story import STORIES, judge


def faults():
    """(fault, the same for all later requests too)"""
    yield lost_fault(), False
    yield lost_fault(), True
    for at in range(0, 1024, 64):
        yield cut_fault(at, False), False
        yield cut_fault(at, True), False
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


def hangs():
    for make in (hang_fault, hang_carried_fault, hang_in_body_fault):
        yield make(), False


class Writes:
    def __init__(self, platform):
        self.platform = platform

    def count(self, verb):
        """The kinds of the requests of an undisturbed run, in order."""
        with Faultd(self.platform) as daemon:
            story = STORIES[verb](self.platform, Client(self.platform.folder), daemon.url)
            before = len(daemon.ledger)
            ended = story.client.run(daemon.url, *story.words())
            if ended.code != 0:
                raise RuntimeError(f"{verb} without a fault: {ended}")
            story.clean()
            return [request.kind for request in daemon.ledger[before:]]

    def run(self, case):
        """(case, what is wrong or None, whether the fault was met)"""
        verb, n, fault, onwards = case
        met = []
        with Faultd(self.platform) as daemon:
            story = STORIES[verb](self.platform, Client(self.platform.folder), daemon.url)
            before = len(daemon.ledger)

            def choose(request):
                if request.number - before == n or (onwards and request.number - before > n):
                    met.append(request)
                    return fault
                return None

            daemon.choose = choose
            # Where the platform does not come back, nobody waits for ever.
            ended = story.client.run(daemon.url, *story.words(), *(["--timeout=8s"] if onwards else []))
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
    with Platform() as platform:
        writes = Writes(platform)
        cases, slow, changing = [], [], []
        for verb in verbs:
            kinds = writes.count(verb)
            tap.note(f"{verb}: {len(kinds)} requests, " +
                     f"{sum(1 for kind in kinds if not kind.startswith('GET'))} of them change something")
            for n in range(len(kinds)):
                of = [(verb, n, fault, onwards) for fault, onwards in faults()]
                cases += of
                changing += of if not kinds[n].startswith("GET") else []
                slow += [(verb, n, fault, onwards) for fault, onwards in hangs()]
        # A sample: most of it at what changes something.
        some = changing[7::len(changing) // 36 + 1] + cases[11::len(cases) // 12 + 1]
        chosen = sliced(cases + slow) if long_run() else some
        tap.note(f"{len(chosen)} of {len(cases) + len(slow)} faults")
        results = in_parallel(chosen, writes.run, 8)
        for verb in verbs:
            of = [r for r in results if r[0][0] == verb]
            bad = [r for r in of if r[1]]
            why = "\n".join(f"request {case[1]}, {case[2]}{' onwards' if case[3] else ''}: {wrong}"
                            for case, wrong, _ in bad[:5])
            tap.ok(not bad, f"{verb}, {len(of)} faults of its requests: done once or not, and it says which",
                   f"{len(bad)} wrong\n{why}")
        tap.note(f"{len(results)} runs, {sum(1 for r in results if r[1])} wrong, "
                 f"{sum(1 for r in results if not r[2])} where the fault was not met")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
