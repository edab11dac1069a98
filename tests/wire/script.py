# SPDX-License-Identifier: GPL-3.0-or-later
"""Who writes a script believes the exit code: 0 is done as asked, and all that was asked for.

Two organizations, one of them with two applications, and a platform that answers, is slow, is
away, or answers some things with an error.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))

import faultd
from faultd import Client, Faultd, Platform, Tap, hang_fault, status_fault

FAILED, USAGE, UNREAD, REFUSED, PREVIEWED, MOVED, RUNNING = 1, 2, 3, 4, 5, 6, 7

one_organization = faultd.import_file


def two_organizations():
    world = one_organization()
    acme = world["organizations"][0]
    store = json.loads(json.dumps(acme["applications"][0]))
    store.update(id="store", name="Store")
    acme["applications"].append(store)
    beta = json.loads(json.dumps(acme).replace("acme/", "beta/"))	# its own types, too
    beta.update(id="beta", name="Beta", applications=beta["applications"][:1])
    world["organizations"].append(beta)
    return world


faultd.import_file = two_organizations

SHOP = ("--org=acme", "--app=shop")
# Every command that is about one application, with words that fit.
OF_ONE = [
    ("board",), ("board", "--at=2026-01-01"), ("environment", "qa"), ("versions", "qa", "web"),
    ("diff", "qa", "production"), ("logs", "qa"), ("clone", "qa", "copy"), ("version", "qa", "web", "1.1.0"),
    ("set", "qa", "web", "/spec/x", "1"), ("unset", "qa", "web", "/spec"), ("deploy", "qa"), ("promote", "qa"),
    ("carry", "qa", "production"), ("undo", "qa"), ("discard", "qa"), ("ttl", "qa", "1d"), ("hotfix",),
    ("mark", "qa", "verify"), ("unmark", "qa", "verify"),
]
# What cannot be meant, and its sentence.
WRONG = [
    (("environment", "qq"), "no environment \"qq\""),
    (("versions", "qa", "wep"), "no workload \"wep\""),
    (("version", "qa", "web", "9.9.9"), "no version \"9.9.9\""),
    (("set", "qa", "web", "/spec/nosuch/deep/X", "1"), "parent is missing, or is not an object or list"),
    (("set", "qa", "web", "/spec/containers/web/image/X", "1"), "parent is missing, or is not an object or list"),
    (("set", "qa", "web", "spec", "1"), "is not a path"),
    (("unset", "qa", "web", "/spec/nosuch/deep/X"), "Nothing is set at"),
    (("unset", "qa", "web", "/spec/nosuch"), "Nothing is set at"),
    (("clone", "qa", "copy", "--reference-value=PASSWORD"), "cannot be referred to|not a secret that can"),
    (("clone", "qa", "copy", "--copy-value=PASSWORD"), "no value PASSWORD to copy|cannot be copied"),
    (("clone", "qa", "copy", "--no-value=NOSUCH"), "no value \"NOSUCH\""),
    (("deploy", "qa", "--app-value=LIMIT"), "does not override"),
    (("clone", "qa", "Bad Name"), "cannot be the id"),
    (("clone", "qa", "qa"), "its own source"),
    (("promote", "qa"), "not a clone"), (("promote", "nosuch"), "no environment"),
    (("carry", "nosuch", "qa"), "no clone"), (("ttl", "qa", "1d"), "no clone"), (("ttl", "nosuch", "1d"), "no clone"),
    (("mark", "nosuch", "verify"), "no clone"), (("hotfix", "nosuch"), "no clone"),
    (("board", "--at=2126-01-01"), "is in the future"), (("board", "--at=soon"), "Invalid time"),
    (("board", "--at=2126-01-01T00:00"), "is in the future"), (("board", "--at=2126-01-01T00:00:00Z"), "is in the future"),
    (("board", "--at=2026-01-01 00:00:00"), "Invalid time"),
    (("resume", "nosuch"), "No interrupted operation"), (("abandon", "nosuch"), "No interrupted operation"),
]


class Script:
    def __init__(self, platform, tap):
        self.platform, self.tap = platform, tap

    def run(self, *words, choose=lambda request: None, client=None, **more):
        with Faultd(self.platform, choose) as daemon:
            return (client or Client(self.platform.folder)).run(daemon.url, *words, **more)

    def run_side_by_side(self, *cases):
        """Of each (words, choose) what run() gives, in order; for what waits and changes nothing."""
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda case: self.run(*case[0], choose=case[1]), cases))

    def check(self, name, ended, code, says="", fine=True):
        import re
        ok = ended.code == code and fine and re.search(says, ended.err + (ended.out if code in (0, PREVIEWED) else ""))
        return self.tap.ok(ok, name, f"expected {code} and {says!r}\n{ended}")

    # --- names ---

    def several_are_refused(self):
        for words in OF_ONE:
            json_too = [("--json",)] if words[0] == "board" else [(), ("--json",)]
            for more in json_too:
                ended = self.run(*words, *more)
                self.check(f"{' '.join(words + more)}: several applications are refused with their names", ended,
                           USAGE, "acme/shop, acme/store, beta/shop", not ended.out)
        for words in OF_ONE[:3]:
            ended = self.run(*words, "--org=acme", "--json")
            self.check(f"{words[0]} --org: several of one organization", ended, USAGE, "acme/shop, acme/store")
        ended = self.run("board", "--json", *SHOP)
        self.check("the board names its organization and application", ended, 0, "",
                   {"organization": "acme", "application": "shop"}.items() <= ended.json().items())
        ended = self.run("board", "--json", "--org=beta")
        self.check("one application needs no name", ended, 0, "", ended.json()["organization"] == "beta")
        ended = self.run("clone", "qa", "copy", "--json", "--org=beta")
        self.check("an operation names its organization and application", ended, PREVIEWED, "",
                   {"organization": "beta", "application": "shop"}.items() <= ended.json().items())

    def wrong_words_are_usage(self):
        for words, says in WRONG:
            ended = self.run(*words, *(SHOP if words[0] not in ("resume", "abandon") else ()))
            self.check(f"{' '.join(words)}: usage", ended, USAGE, says, not ended.out)

        ended = self.run("clones", "--app=nosuch")
        self.check("each name is listed once", ended, USAGE, "Available: shop, store\\.")

    def nothing_to_do_has_failed(self):
        self.check("nothing to undo has failed", self.run("undo", "qa", *SHOP), FAILED, "nothing to undo")

    # --- what could not be read ---

    def clone(self, name, *more):
        """A clone with a value of its own, in an application that is not open."""
        ended = self.run("clone", "qa", name, f"--approve={name}", *SHOP)
        self.check(f"{name} is made", ended, 0)
        ended = self.run("deploy", name, f"--approve={name}", "--value=LIMIT=7", *SHOP)
        self.check(f"{name} has a value of its own", ended, 0)

    def a_value_is_something_to_promote(self):
        self.clone("valued")
        for where in ((), ("--org=acme",), SHOP):
            for client in (None, Client(self.platform.folder)):
                ended = self.run("clones", "--json", *where, client=client)
                clones = {c["environment"]: c for c in ended.json()} if not ended.code else {}
                self.check(f"clones {' '.join(where)}: the value is left to promote", ended, 0, "",
                           clones.get("valued", {}).get("not_promoted") == "some")
                self.check("the end of somebody else's clone is known", ended, 0, "",
                           clones.get("valued", {}).get("expiry") == "set")

    def values_that_cannot_be_read(self):
        fault = status_fault(503)

        def values(request):
            return fault if "/values" in request.path or "/value-set-versions" in request.path else None

        for where in ((), SHOP):
            ended = self.run("clones", "--json", *where, choose=values)
            self.check(f"clones {' '.join(where)}: values that could not be read are said", ended, UNREAD, "",
                       [c["environment"] for c in ended.json()] == ["valued"])

    def a_cache_that_has_not_all(self):
        client = Client(self.platform.folder)
        with Faultd(self.platform) as daemon:
            client.run(daemon.url, "environment", "valued", *SHOP)
            ended = client.run(daemon.url, "clones", "--offline")
            self.check("clones --offline: what the cache cannot tell is said", ended, UNREAD, "could not be read")
            ended = client.run(daemon.url, "diff", "valued", "qa", "--offline", *SHOP)
            fine = ended.code == UNREAD or (ended.code == FAILED and "LIMIT" in ended.out)
            self.tap.ok(fine, "diff --offline: values that the cache does not have are not the same", ended)

    def ends_of_clones(self):
        client = Client(self.platform.folder)
        for duration, expiry in (("0", "none"), ("8h", "set")):
            ended = self.run("ttl", "mine", duration, "--json", *SHOP, client=client)
            self.check("nobody's clone has no time to live", ended, USAGE, "no clone")
        ended = self.run("clone", "qa", "mine", "--approve=mine", *SHOP, client=client)
        self.check("mine is made", ended, 0)
        for duration, expiry in (("0", "none"), ("8h", "set")):
            ended = self.run("ttl", "mine", duration, "--json", *SHOP, client=client)
            self.check(f"ttl {duration} says {expiry}", ended, 0, "", ended.json()["expiry"] == expiry)
            ended = self.run("clones", "--json", client=client)
            mine = [c for c in ended.json() if c["environment"] == "mine"]
            self.check(f"clones say {expiry}", ended, 0, "", mine and mine[0]["expiry"] == expiry and
                       (mine[0]["expires_at"] is None) == (expiry == "none"))
            ended = self.run("board", "--json", *SHOP, client=client)
            said = {e["id"]: (e["clone_expiry"], e["clone_expires_at"] is None)
                    for e in ended.json()["environments"]}
            self.check(f"the board says {expiry}", ended, 0, "", said["mine"] == (expiry, expiry == "none"))
            self.check("what is not a clone has no expiry", ended, 0, "", said["qa"] == (None, True))
            self.check("the board knows the end of somebody else's clone", ended, 0, "",
                       said["valued"] == ("set", False))
        for status, says in ((403, "other people do not see it"), (401, "not sent to the platform yet")):
            fault = status_fault(status)
            ended = self.run("ttl", "mine", "9h", *SHOP, client=client,
                             choose=lambda request: fault if request.method == "PATCH" else None)
            self.check(f"an end that the platform refuses with {status} is no success", ended, REFUSED, says)

    def a_silent_platform(self):
        silent = hang_fault()
        commands = [words for words in (*OF_ONE, ("clones",), ("applications",))
                    if not words[-1].startswith("--at")]
        for words, ended in zip(commands, self.run_side_by_side(*[
                ((*words, "--json", "--timeout=1s", *SHOP[:1 if words[0] == "applications" else 2]),
                 lambda request: silent) for words in commands])):
            self.check(f"{words[0]}: a silent platform is waited for as long as was said", ended, UNREAD,
                       "not answered|could not be read", ended.seconds < 60)
        # The lists are answered, what is behind them is not.
        commands = (("clones",), ("environment", "qa"), ("hotfix", "valued"), ("carry", "valued", "production"),
                    ("ttl", "nosuch", "1d"), ("mark", "nosuch", "verify"), ("diff", "qa@1", "production"))
        for words, ended in zip(commands, self.run_side_by_side(*[
                ((*words, "--timeout=2s", *SHOP), lambda request: silent if "/deploys" in request.path else None)
                for words in commands])):
            self.check(f"{words[0]}: histories that do not come are no answer", ended, UNREAD,
                       "not answered|could not be read")

    # --- what is kept here ---

    def an_empty_history_says_whose_it_is(self):
        ended = self.run("history")
        self.check("an empty history is that of this machine", ended, 0, "from this machine.*\n.*environment ENV")

    def a_history_that_cannot_be_read(self):
        client = Client(self.platform.folder)
        os.makedirs(os.path.dirname(client.history()))
        with open(client.history(), "wb") as out:
            out.write(b"no database" * 500)
        for words in (("history",), ("history", "--json"), ("resume",), ("resume", "x"), ("abandon", "x"),
                      ("clones",), ("hotfix", *SHOP), ("deploy", "qa", *SHOP)):
            ended = self.run(*words, client=client)
            self.check(f"{' '.join(words)}: a history that cannot be read is no empty one, and said once", ended, UNREAD,
                       "", ended.err.count("cannot be opened") == 1)

    # --- where it is printed ---

    def output_that_is_lost_is_no_success(self):
        commands = [(words, FAILED) for words in (
            ("board", "--json", *SHOP), ("clones",), ("environment", "qa", *SHOP), ("history", "--json"),
            ("deploy", "qa", *SHOP), ("--version",), ("--help",), ("clone", "--help"), ("keys",), ("completion",))]
        commands += [(("diff", "qa", env, *SHOP), UNREAD) for env in ("qa", "production")]
        with Faultd(self.platform) as daemon:
            for words, code in commands:
                address = () if words[-1].startswith("--") and len(words) < 3 or words[0] in ("keys", "completion") \
                    else (f"--url={daemon.url}",)
                for where in (">/dev/full", ">&-"):
                    client = Client(self.platform.folder)
                    ended = subprocess.run(["sh", "-c", f'exec "$@" {where}', "sh", os.environ["SIDESTAGE"], *words,
                                            *(address if "history" not in words else (f"--url={daemon.url}",))],
                                           capture_output=True, text=True, env=client.env, cwd=client.folder,
                                           timeout=faultd.HANG_LIMIT_S)
                    self.tap.ok(ended.returncode == code and "could not be written" in ended.stderr,
                                f"{' '.join(words)} {where}: what was not written is said", ended)

    def what_is_no_text_is_refused(self):
        """Nothing of it may vanish on the way to a deployment."""
        bad = os.fsdecode(b"\xff\xfe")
        for words in (("environment", bad), ("clone", "qa", bad), ("history", bad), ("board", "--json", f"--app={bad}"),
                      ("deploy", "qa", f"--value=LIMIT={bad}"), ("deploy", "qa", f"--value={bad}=x"),
                      ("deploy", "qa", f"--value-from={bad}=/dev/null"), ("deploy", "qa", "--approve=qa", f"--reason={bad}"),
                      ("set", "qa", "web", "/spec/x", bad), ("set", "qa", "web", f"/spec/{bad}", "x")):
            ended = self.run(*words, *(SHOP if "--json" not in words else ()))
            shown = " ".join(words).encode("utf-8", "backslashreplace").decode()
            self.check(f"{shown}: what is no text is refused", ended, USAGE, "UTF-8", not ended.out)
        with tempfile.NamedTemporaryFile(dir=self.platform.folder) as file:
            file.write(b"\xff\xfe\n")
            file.flush()
            ended = self.run("deploy", "qa", f"--value-from=LIMIT={file.name}", *SHOP)
            self.check("a file that is no text holds no value", ended, USAGE, "this is not text")

    def who_stops_listening_ends_nothing(self):
        client = Client(self.platform.folder)
        with Faultd(self.platform) as daemon:
            reader, writer = os.pipe()
            os.close(reader)
            ended = subprocess.run([os.environ["SIDESTAGE"], "version", "qa", "web", "1.1.0", "--approve=qa",
                                    f"--url={daemon.url}", "--json", *SHOP], stdout=writer, stderr=subprocess.PIPE,
                                   text=True, env=client.env, cwd=client.folder, timeout=faultd.HANG_LIMIT_S)
            os.close(writer)
            done = client.run(daemon.url, "history", "--json").json()
        self.tap.ok(ended.returncode == FAILED and [o["state"] for o in done] == ["done"],
                    "what was approved is carried out although nobody listens", (ended, done))

    # --- following ---

    def follow(self, env, do, choose=lambda request: None, out=None, ends_itself=False):
        """`do(daemon, read)` has it happen; read("out") is what was printed.  Then it is interrupted."""
        client = Client(self.platform.folder)

        def read(name):
            with open(os.path.join(client.folder, name)) as file:
                return file.read()

        with Faultd(self.platform, choose) as daemon, \
                open(os.path.join(client.folder, "out"), "w") as kept, \
                open(os.path.join(client.folder, "err"), "w") as err:
            words = ("logs", env, "--follow", *SHOP)
            process = subprocess.Popen([os.environ["SIDESTAGE"], *words, f"--url={daemon.url}"], stdin=subprocess.DEVNULL,
                                       stdout=out or kept, stderr=err, env=client.env, cwd=client.folder)
            try:
                do(daemon, read)
                if not ends_itself:
                    process.send_signal(signal.SIGINT)
                process.wait(faultd.HANG_LIMIT_S)
            finally:
                process.kill()
                process.wait()
        return faultd.Ended(process.returncode, read("out"), read("err"), 0, 0, words)

    def writes_lines(self, env, *lines):
        path = os.path.join(self.platform.folder, "images/t/web/2.0.0")
        with open(path, "w") as out:
            out.write("#!/bin/sh\n" + "".join(f"echo '{line}'\n" for line in lines) +
                      "while :; do /bin/sleep 60; done\n")
        os.chmod(path, 0o755)
        ended = self.run("version", env, "web", "2.0.0", f"--approve={env}", *SHOP)
        self.check(f"{env} writes lines", ended, 0)

    @staticmethod
    def logs_answered(daemon, count):
        faultd.until(lambda: sum("/logs" in r.path and r.carried is not None for r in list(daemon.ledger)) >= count)

    def the_first_lines_are_followed(self):
        env = self.platform.new_environment()

        def do(daemon, read):
            self.logs_answered(daemon, 1)
            self.writes_lines(env, "the first", "the second")
            faultd.until(lambda: "the second" in read("out"), limit=20)

        try:
            ended = self.follow(env, do)
        except RuntimeError as error:
            ended = faultd.Ended(None, "", str(error), 0, 0, ("logs", env, "--follow"))
        self.check("the first lines of all are printed", ended, 0, "", ended.out.count("the first") == 1)
        return env

    def lines_that_cannot_be_read_are_said(self, env):
        fault = status_fault(500)
        for back in (False, True):
            fails = [False]

            def do(daemon, read):
                self.logs_answered(daemon, 1)
                fails[0] = True
                faultd.until(lambda: "500" in read("err"))
                fails[0] = not back
                if back:
                    self.logs_answered(daemon, 3)

            ended = self.follow(env, do, lambda request: fault if fails[0] and "/logs" in request.path else None)
            self.check(f"logs --follow: lines that cannot be read are said once{', and read later' if back else ''}", ended,
                       0 if back else UNREAD, "", ended.err.count("500") == 1)

    def lines_that_are_missing_are_said(self, env):
        answers = iter(range(1000))

        def body(_):
            first = 1000 * next(answers)
            return json.dumps([{"payload": f"line {first + i}", "workload_id": "web", "container_id": "web",
                                "timestamp": "2026-01-01T00:00:00Z"} for i in range(500, 0, -1)]).encode()

        fault = faultd.body_fault("other lines", body)
        ended = self.follow(env, lambda daemon, read: faultd.until(lambda: "line 1500" in read("out")),
                            lambda request: fault if "/logs" in request.path else None)
        self.check("logs --follow: lines that are missing are said", ended, UNREAD, "Some lines are missing")

    def nobody_can_read_what_is_followed(self, env):
        with open("/dev/full", "w") as full:
            try:
                ended = self.follow(env, lambda daemon, read: None, out=full, ends_itself=True)
            except subprocess.TimeoutExpired as error:
                ended = faultd.Ended(None, "", str(error), 0, 0, ("logs", env, "--follow"))
        self.check("logs --follow ends where its lines cannot be written", ended, FAILED, "could not be written")

    # --- one name, two clones ---

    def a_name_that_somebody_took(self):
        mine, theirs = Client(self.platform.folder), Client(self.platform.folder)
        for client, words in ((mine, ("clone", "qa", "taken", "--approve=taken")),
                              (mine, ("ttl", "taken", "1h")),
                              (theirs, ("discard", "taken", "--approve=taken", "--reason=mine now")),
                              (theirs, ("clone", "production", "taken", "--approve=taken"))):
            self.check(f"{words[0]} taken", self.run(*words, *SHOP, client=client), 0)
        ended = self.run("clones", "--json", *SHOP, client=theirs)
        made = [c for c in ended.json() if c["environment"] == "taken"]
        self.check("who made it has its end", ended, 0, "", [c["expiry"] for c in made] == ["set"])
        ended = self.run("clones", "--json", *SHOP, client=mine)
        clone = [c for c in ended.json() if c["environment"] == "taken"]
        self.check("a clone of that name that is gone gives its end to no other", ended, 0, "",
                   [(c["clone_of"], c["expires_at"]) for c in clone] ==
                   [("production", c["expires_at"]) for c in made])
        ended = self.run("hotfix", "taken", *SHOP, client=mine)
        self.check("its story is not that of the one that is gone", ended, 0, "", "taken of production" in ended.out)
        self.check("an end that was given to it stays", self.run("ttl", "taken", "3h", *SHOP, client=mine), 0)
        ended = self.run("clones", "--json", *SHOP, client=mine)
        self.check("it has the end that was given to it", ended, 0, "",
                   [c["expiry"] for c in ended.json() if c["environment"] == "taken"] == ["set"])

    # --- options ---

    def options_are_used_or_refused(self):
        for more in ((), ("--linear",)):
            ended = self.run("board", *more, "--ca-file=/nonexistent")
            self.check("--ca-file is refused with http", ended, USAGE, "https")
        ended = self.run("clones", "--ca-file=/nonexistent", *SHOP)
        self.check("--ca-file is refused with http in a command", ended, USAGE, "https")
        ended = Client(self.platform.folder).run_raw("clones", "--demo", "--ca-file=/nonexistent")
        self.check("--ca-file is refused with --demo", ended, USAGE, "--ca-file")
        ended = self.run("board", "--linear", "--theme=nosuch")
        self.check("--theme is refused with --linear", ended, USAGE, "--theme")

    # --- values from files ---

    def an_empty_secret_is_refused(self):
        for words, approve in ((("deploy", "qa"), "qa"), (("clone", "qa", "bare"), "bare")):
            for more in ((), (f"--approve={approve}",)):
                for file in ("/dev/null", "-"):
                    ended = self.run(*words, f"--value-from=PASSWORD={file}", *more, *SHOP)
                    self.check(f"{words[0]} {' '.join(more)}: an empty secret from {file} is refused", ended, USAGE,
                               "an empty one was given", not ended.out)
        ended = self.run("deploy", "qa", "--value=LIMIT=", *SHOP)
        self.check("a value that is no secret may be empty", ended, PREVIEWED)

    def files_that_nobody_writes(self):
        fifo = os.path.join(self.platform.folder, "fifo")
        os.mkfifo(fifo)
        ended = self.run("deploy", "qa", f"--value-from=LIMIT={fifo}", "--timeout=2s", *SHOP)
        self.check("a named pipe is waited for as long as was said", ended, UNREAD, "in time", ended.seconds < 60)
        writer = subprocess.Popen(["sh", "-c", 'printf "7\\n" >"$0"', fifo])
        ended = self.run("deploy", "qa", f"--value-from=LIMIT={fifo}", *SHOP)
        writer.wait()
        self.check("what is written to it is the value", ended, PREVIEWED, "40 to 7")
        client = Client(self.platform.folder)
        for option in ("--token-file", "--ca-file"):
            ended = client.run_raw("clones", "--url=https://127.0.0.1:1", f"{option}={fifo}")
            self.tap.ok(ended.code in (USAGE, REFUSED) and "regular file" in ended.err,
                        f"{option} is no named pipe", ended)
        for directory in (self.platform.folder, "/nonexistent"):
            ended = self.run("deploy", "qa", f"--value-from=LIMIT={directory}", *SHOP)
            self.check(f"{directory} holds no value", ended, UNREAD, "cannot be read")

    def the_platforms_options(self):
        program = os.environ["SIDESTAGED"]
        with tempfile.TemporaryDirectory(dir=self.platform.folder) as folder:
            os.mkdir(folder + "/there")
            for option in ("images", "templates"):
                words = {"images": folder + "/there", "templates": folder + "/there", option: folder + "/nowhere"}
                ended = subprocess.run([program, "serve", "--state", folder + "/state", "--socket", folder + "/socket",
                                        "--images", words["images"], "--templates", words["templates"]],
                                       capture_output=True, text=True, timeout=60)
                self.tap.ok(ended.returncode == FAILED and folder + "/nowhere" in ended.stderr,
                            f"serve --{option} of what is not there is refused", ended)
        for scope, meant in (("/orgs/acne", "acme"), ("/orgs/acme/apps/shoq", "shop"),
                             ("/orgs/acme/env-types/productoin", "production")):
            ended = subprocess.run([program, "token", "create", "--state", os.path.join(self.platform.folder, "state"),
                                    "--user", "late", "--role", f"{scope}=deployer"],
                                   capture_output=True, text=True, timeout=60)
            self.tap.ok(ended.returncode == FAILED and f"Did you mean {meant}?" in ended.stderr and not ended.stdout,
                        f"a role in {scope} is refused with the nearest name", ended)


def run_raw(self, *words, **more):
    """Without an address."""
    extra, self.extra = self.extra, []
    ended = subprocess.run([os.environ["SIDESTAGE"], *words, *extra], capture_output=True, text=True,
                           env=self.env, cwd=self.folder, timeout=faultd.HANG_LIMIT_S, **more)
    self.extra = extra
    return faultd.Ended(ended.returncode, ended.stdout, ended.stderr, 0, 0, words)


Client.run_raw = run_raw


def main():
    tap = Tap()
    with Platform() as platform:
        script = Script(platform, tap)
        script.several_are_refused()
        script.wrong_words_are_usage()
        script.nothing_to_do_has_failed()
        script.a_value_is_something_to_promote()
        script.values_that_cannot_be_read()
        script.a_cache_that_has_not_all()
        script.ends_of_clones()
        script.a_silent_platform()
        script.options_are_used_or_refused()
        script.an_empty_history_says_whose_it_is()
        script.a_history_that_cannot_be_read()
        script.output_that_is_lost_is_no_success()
        script.what_is_no_text_is_refused()
        script.who_stops_listening_ends_nothing()
        script.an_empty_secret_is_refused()
        script.files_that_nobody_writes()
        script.the_platforms_options()
        talker = script.the_first_lines_are_followed()
        script.lines_that_cannot_be_read_are_said(talker)
        script.lines_that_are_missing_are_said(talker)
        script.nobody_can_read_what_is_followed(talker)
        script.a_name_that_somebody_took()
    return tap.end()


sys.exit(main())
