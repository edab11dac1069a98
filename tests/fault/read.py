# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read over a bad connection: no crash, no hang, no claim of what is not known.

Every sort of GET that a command needs fails, each time it is asked.  Then the command ends with
a reason, or it says the same as without the fault.

One command needs an answer of each sort in every way that an answer can fail.  The others need
it once for each thing that the client makes of an answer: src/api/reply.c reads all of them.
"""
import json
import os
import re
import shutil
import ssl
import subprocess
import sys

from faultd import (Client, Faultd, Platform, SHOP, Tap, body_fault, cut_fault, drip_fault, hang_fault,
                    hang_in_body_fault, in_parallel, long_run, lost_fault, sampled, sliced, status_fault, whole_faults)

COMMANDS = [
    ("board", "--json"), ("environment", "ENV", "--json"), ("versions", "ENV", "web", "--json"),
    ("diff", "production", "ENV", "--json"), ("clones", "--json"), ("applications", "--json"),
    ("history", "--json"), ("logs", "ENV", "web", "--json"), ("hotfix", "ENV", "--json"),
]
RSS_MAX_KB = 400 * 1024


def steady(text):
    """Without what differs from one moment to the next."""
    text = re.sub(r'"(age|age_ms|read_at|known_at|at|now|latency_ms|asked_at)": *[-0-9.]+', r'"\1": 0', text)
    return re.sub(r'"(url|platform|address)": *"[^"]*"', r'"\1": ""', text)


def claims(ended):
    """What it says that it cannot know; None: nothing."""
    if re.search(r"There (is|are) no |[Nn]othing differs|Nothing has been done|has succeeded yet", ended.out + ended.err):
        return "it says that there is nothing"
    return None


def shrunk(said, expected):
    """An entry of a list of what there is was left out."""
    if isinstance(expected, dict):
        said, expected = said.get("environments", []), expected.get("environments", [])
    return len(said) < len(expected)


def admits(said, expected):
    """More of it is unknown than without the fault, and stands there as unknown."""
    return len(re.findall('"unknown"|unreadable|could not', said)) > \
        len(re.findall('"unknown"|unreadable|could not', expected))


def judge(ended, expected, is_whole):
    """None, or what is wrong."""
    if ended.code < 0:
        return f"it was ended by signal {-ended.code}"
    if ended.code > 7:
        return f"status {ended.code} is none that is documented"
    if ended.rss > RSS_MAX_KB:
        return f"it took {ended.rss} KiB of memory"
    if "\x1b" in ended.out + ended.err or "\x9b" in ended.out:
        return "an escape got through"
    if "token-of-the-test" in ended.out + ended.err:
        return "the token is shown"
    if ended.code == 0:
        try:
            said = json.dumps(json.loads(steady(ended.out)), sort_keys=True)
        except ValueError:
            return "it ended with 0, and what it says is no JSON"
        if is_whole and said != expected and not admits(said, expected):
            return "it ended with 0, and says something else than without the fault" + differences(said, expected)
        if not is_whole and shrunk(json.loads(said), json.loads(expected)):
            return "it ended with 0, and an entry of a list is gone" + differences(said, expected)
        return None
    if not ended.err.strip():
        return "it says no reason"
    return claims(ended)


def differences(said, expected):
    """The first lines that differ, for who reads the report."""
    import difflib
    lines = [json.dumps(json.loads(text), sort_keys=True, indent=1).splitlines() for text in (expected, said)]
    return "".join("\n" + line for line in list(difflib.unified_diff(*lines, "expected", "said", "", "", 0))[3:15])


class Reads:
    def __init__(self, platform, tap):
        self.platform, self.tap = platform, tap
        self.env = platform.new_environment()
        self.expected, self.kinds, self.answers = {}, {}, {}
        for command in COMMANDS:
            self.learn(command)

    def words(self, command):
        return [self.env if word == "ENV" else word for word in command]

    def learn(self, command):
        with Faultd(self.platform) as daemon:
            ended = Client(self.platform.folder).run(daemon.url, *self.words(command))
            self.tap.ok(ended.code in (0, 1 if command[0] == "diff" else 0),
                        f"{command[0]} without a fault", ended)
            try:
                self.expected[command] = json.dumps(json.loads(steady(ended.out)), sort_keys=True)
            except ValueError:
                self.expected[command] = ended.out
            self.kinds[command] = sorted({request.kind for request in daemon.ledger})

    def run(self, case):
        command, kind, fault, is_whole = case
        hits = []

        def choose(request):
            if request.kind != kind:
                return None
            hits.append(request)
            return fault

        with Faultd(self.platform, choose) as daemon:
            client = Client(self.platform.folder, ["--token-file=" + "token"])
            ended = client.run(daemon.url, *self.words(command))
        wrong = judge(ended, self.expected[command], is_whole)
        return case, len(hits), wrong, ended


def meanings():
    """One fault for each thing that the client makes of an answer."""
    return [lost_fault(), *(status_fault(code) for code in (401, 403, 404, 409, 412, 422, 429, 500, 503)),
            *(body_fault(f"is {body}", lambda b, body=body: body.encode())
              for body in ("", "<html>", "null", "7", "{}"))]


def types_of(value):
    """Other values in the place of one, of every type but its own."""
    others = [None, True, 0, -1, 1.5e300, 9007199254740993, "", "x" * 70000, "\u202e\u009b2J", [], {}, [[]], {"x": {}}]
    return [other for other in others if type(other) is not type(value)] + ([None] if value is not None else [])


def places_in(value, path=()):
    """Every place of a value, once for the items of a list that look alike."""
    yield path
    if isinstance(value, dict):
        for key in value:
            yield from places_in(value[key], path + (key,))
    elif isinstance(value, list) and value:
        yield from places_in(value[0], path + (0,))


def value_at(value, path):
    for key in path:
        value = value[key]
    return value


def replaced(value, path, other):
    if not path:
        return other
    value = json.loads(json.dumps(value))
    value_at(value, path[:-1])[path[-1]] = other
    return value


def mutation_faults(body):
    """One fault for each place and type, and one for each member that is not there."""
    whole = json.loads(body)
    for path in places_in(whole):
        where = "/" + "/".join(map(str, path))
        for number, other in enumerate(types_of(value_at(whole, path))):
            yield body_fault(f"{where} is {json.dumps(other)[:20]}",
                             lambda b, p=path, o=other: json.dumps(replaced(json.loads(b), p, o)).encode()
                             if fits(b, p) else b)
        if path and isinstance(path[-1], str):
            yield body_fault(f"{where} is not there", lambda b, p=path: without(b, p))


def fits(body, path):
    try:
        value_at(json.loads(body), path)
        return True
    except (KeyError, IndexError, TypeError, ValueError):
        return False


def without(body, path):
    if not fits(body, path):
        return body
    whole = json.loads(body)
    del value_at(whole, path[:-1])[path[-1]]
    return json.dumps(whole).encode()


def collect_answers(reads):
    """A real answer of each sort of GET: (kind, commands that ask it, body)."""
    bodies = {}
    for command in COMMANDS:
        with Faultd(reads.platform) as daemon:
            Client(reads.platform.folder).run(daemon.url, *reads.words(command))
            for request in daemon.ledger:
                if request.kind not in bodies and request.carried == 200:
                    status, body = reads.platform.ask("GET", request.path)
                    if status == 200 and body is not None:
                        bodies[request.kind] = (command, json.dumps(body).encode())
    return bodies


def make_certificates(folder):
    """{name: (certificate, key)}, of a CA that is trusted unless the name says otherwise."""
    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=folder, check=True, stderr=subprocess.DEVNULL)

    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=test-ca", "-keyout", "ca.key", "-out", "ca.pem")
    openssl("req", *curve, "-subj", "/CN=platform", "-keyout", "leaf.key", "-out", "leaf.csr")
    made = {}
    for name, days, names in (("good", "2", "IP:127.0.0.1"), ("expired", "-1", "IP:127.0.0.1"),
                              ("of another host", "2", "DNS:elsewhere.example.com")):
        with open(os.path.join(folder, "names"), "w") as out:
            out.write(f"subjectAltName={names}\n")
        openssl("x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", days, "-extfile", "names", "-out", f"{days}{names[:2]}.pem")
        made[name] = os.path.join(folder, f"{days}{names[:2]}.pem"), os.path.join(folder, "leaf.key")
    openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", "self.key", "-out", "self.pem")
    made["signed by itself"] = os.path.join(folder, "self.pem"), os.path.join(folder, "self.key")
    return made


def certificates(tap, platform):
    """Nobody whose certificate is not good hears a request, so no token either."""
    if not shutil.which("openssl"):
        tap.note("openssl is not installed: certificates are left out")
        return
    for name, (certificate, key) in make_certificates(platform.folder).items():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with Faultd(platform, tls=context) as daemon:
            ended = Client(platform.folder, ["--token-file=token"]).run(
                daemon.url, "applications", "--json", f"--ca-file={platform.folder}/ca.pem")
            heard = len(daemon.ledger)
        fine = ended.code == 0 if name == "good" else ended.code == 3 and ended.err.strip() and not heard
        tap.ok(fine, f"a certificate that is {name}: {heard} requests are heard", ended)


def main():
    tap = Tap()
    with Platform() as platform:
        certificates(tap, platform)
        reads = Reads(platform, tap)
        trap_hits = []
        with Faultd(platform, lambda request: trap_hits.append(request)) as trap:
            bodies = collect_answers(reads)
            cases, changed, hanging = [], [], []
            for command in COMMANDS:
                for kind in reads.kinds[command]:
                    faults = [*whole_faults(trap.url), drip_fault()] if bodies.get(kind, [None])[0] == command \
                        else meanings()
                    cases += [(command, kind, fault, True) for fault in faults]
            for kind, (command, body) in sorted(bodies.items()):
                for at in range(0, len(body) + 400, 64):
                    cases.append((command, kind, cut_fault(at, False), True))
                    cases.append((command, kind, cut_fault(at, True), True))
                changed += [(command, kind, fault, False) for fault in mutation_faults(body)]
                hanging += [(command, kind, fault(), True) for fault in (hang_fault, hang_in_body_fault)]
            if long_run():
                chosen, waiting = sliced(cases + changed), sliced(hanging)
            else:
                chosen = sampled(cases, 150) + sampled(changed, 150)
                waiting = hanging[:2]
            tap.note(f"{len(chosen) + len(waiting)} of {len(cases)} faults of whole answers, {len(changed)} of "
                     f"single fields, {len(hanging)} that hang")
            is_retried = re.compile("429|50[234]|lost|byte|Content-Length|half of it")
            waiting += [case for case in chosen if is_retried.search(str(case[2]))]
            chosen = [case for case in chosen if not is_retried.search(str(case[2]))]
            results = in_parallel(chosen, reads.run, 6, waiting)
            report(tap, results)
            tap.ok(not trap_hits, "no redirection is followed", "\n".join(map(str, trap_hits)))
    return tap.end()


def report(tap, results):
    """One line for each command and sort of fault; what is wrong in full."""
    groups = {}
    for case, hits, wrong, ended in results:
        command, _, fault, is_whole = case
        name = f"{command[0]}: " + ("single fields" if not is_whole else
                                    re.sub(r"\d+", "N", str(fault).split(" with ")[0]))
        groups.setdefault(name, []).append((case, hits, wrong, ended))
    unused = 0
    for name, runs in sorted(groups.items()):
        bad = [run for run in runs if run[2]]
        unused += sum(1 for run in runs if not run[1])
        why = "\n".join(f"{case[1]} {case[2]}: {wrong}\n{ended}" for case, _, wrong, ended in bad[:4])
        tap.ok(not bad, f"{name}: {len(runs) - len(bad)} of {len(runs)}", why)
    codes = {}
    for _, _, _, ended in results:
        codes[ended.code] = codes.get(ended.code, 0) + 1
    slowest = max(results, key=lambda run: run[3].seconds)
    tap.note(f"{len(results)} runs, {sum(1 for r in results if r[2])} wrong, {unused} where the fault was not met; "
             f"by exit status {dict(sorted(codes.items()))}; the slowest took {slowest[3].seconds:.1f} s "
             f"({slowest[0][0][0]}, {slowest[0][2]})")


if __name__ == "__main__":
    sys.exit(main())
