# SPDX-License-Identifier: GPL-3.0-or-later
"""A workload that hates us (attacker.c), in each state that an environment has.

It lives in the environment "evil" of a real sidestaged, beside a "victim" and one that is "paused".
It tells what it tried, and what of it worked.  What it cannot see is looked for here, after each
state: the daemon answers, the victim is as it was, nothing lies where nobody may write.  A state in
which not everything was tried, or nothing while the daemon was at it, has not been tested.
"""
import contextlib
import ctypes
import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tarfile
import tempfile
import threading
import time

LIMIT_S = 60			# for hangs only
ANSWER_S = 5			# the daemon has hung when it takes longer
MARK = "the victim's own row"
APP = "/orgs/acme/apps/shop"
MEMORY_MB, DISK_MB, PROCESSES = 256, 64, 128
LIBC = ctypes.CDLL(None)
DEFINITIONS = [{"id": "local-" + kind, "name": kind, "type": kind, "criteria": [{}],
                "driver_type": "process/" + kind, "driver_inputs": {"values": {}}}
               for kind in ("sqlite", "dns")]
IMPORT = {"organizations": [{"id": "acme", "name": "Acme", "env_types": [{"id": "development"}],
                             "definitions": DEFINITIONS, "applications": []}]}


def prepare_child():
    """A test that dies takes its daemon with it."""
    LIBC.prctl(1, signal.SIGKILL)


def as_user(user):
    """As the shipped unit starts it: a user of its own, without a capability, for good."""
    return ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups",
            "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs", "--pdeathsig", "KILL",
            "--"]


def until(what, why, limit=LIMIT_S):
    end = time.monotonic() + limit
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            raise RuntimeError("waited in vain: " + why)
        time.sleep(0.02)


def owner(path):
    """The header that the owner of this socket shows; a platform of an earlier release asks for none."""
    try:
        with open(path + ".secret") as file:
            name, value = file.read().strip().split(": ")
    except FileNotFoundError:
        return {}
    return {name: value}


def give_key():
    """A key that the daemon inherits; its name, number and keyring, empty where there are none."""
    calls = {"x86_64": (248, 250), "aarch64": (217, 219)}.get(os.uname().machine)
    if not calls or LIBC.syscall(calls[1], 1, None) < 0:	# our own, else another's would be hit
        print("# no keys are kept here")
        return {"KEY": "", "KEY_ID": "0", "KEYRING_ID": "0"}
    name = "sidestage-attack-%d" % os.getpid()
    ring = LIBC.syscall(calls[1], 0, -3, 0)
    key = LIBC.syscall(calls[0], b"user", name.encode(), b"secret", 6, -3)
    if key < 0:
        raise RuntimeError("no key can be made")
    return {"KEY": name, "KEY_ID": str(key), "KEYRING_ID": str(ring)}


class Unix(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def request(self, method, url, body=None, headers=None, **more):
        super().request(method, url, body, {**owner(self.path), **(headers or {})}, **more)


class Attempts:
    """What the attackers tell, counted by state and kind."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.state = "starting"
        self.counts, self.wins, self.rounds, self.last = {}, {}, {}, {}
        self.meanwhile = {}	# by state: while the daemon was at it
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            text = self.socket.recv(2048).decode("utf-8", "replace")
            kind, result, detail = (text.split(" ", 2) + ["", ""])[:3]
            if kind == "round":
                version = detail.split()[-1]
                self.rounds[version] = self.rounds.get(version, 0) + 1
                continue
            self.last[kind] = time.monotonic()
            key = (self.state, kind)
            self.counts[key] = self.counts.get(key, 0) + 1
            if os.environ.get("TELL"):
                print("#", self.state, text)
            if result == "won":
                self.won(kind, detail)

    def won(self, kind, detail):
        self.wins.setdefault((kind, detail), self.state)

    @contextlib.contextmanager
    def at_it(self):
        """While the daemon starts, backs up, restarts, removes."""
        before = self.in_state()
        yield
        self.meanwhile[self.state] = self.meanwhile.get(self.state, 0) + self.in_state() - before

    def quiet_for(self, kind):
        return time.monotonic() - self.last.get(kind, 0)

    def in_state(self):
        return sum(n for (state, _), n in list(self.counts.items()) if state == self.state)


class Platform:
    def __init__(self, attempts):
        self.attempts = attempts
        self.folder = os.path.realpath(tempfile.mkdtemp(prefix="attack-"))
        self.state = os.path.join(self.folder, "state")
        self.images = os.path.join(self.folder, "images")
        self.socket = os.path.join(self.folder, "socket")
        self.token = os.path.join(self.folder, "token")
        self.program = os.path.join(self.folder, "sidestaged")
        self.process = None
        self.wrapper = as_user(USER) if USER else []
        if UNIT:
            self.wrapper = [sys.executable, os.path.join(os.path.dirname(__file__), "unit.py"),
                            UNIT, str(USER), self.folder]
        self.slowest = 0
        shutil.copy(os.environ["SIDESTAGED"], self.program)
        for image in ("local/evil/1.0.0", "local/victim/1.0.0"):
            path = os.path.join(self.images, image)
            os.makedirs(os.path.dirname(path))
            shutil.copy(os.environ["ATTACKER"], path)
        with open(self.token, "w") as out:
            out.write("the token of the platform\n")
        os.chmod(self.token, 0o600)
        with open(os.path.join(self.folder, "import.json"), "w") as out:
            json.dump(IMPORT, out)
        for folder, _, names in os.walk(self.folder):
            for path in [folder] + [os.path.join(folder, name) for name in names]:
                if USER:
                    os.chown(path, USER, USER)

    # --- the daemon ---

    def start(self):
        reader, writer = os.pipe()
        self.log = open(os.path.join(self.folder, "log"), "a+")
        self.process = subprocess.Popen(
            self.wrapper + [self.program, "serve", "--state", self.state, "--images", self.images,
             "--import", os.path.join(self.folder, "import.json"), "--socket", self.socket,
             "--listen", "127.0.0.1:%d" % self.api_port(),
             "--ready-timeout", "4s", "--min-ready", "300ms", "--ready-fd", str(writer),
             "--environment-processes", str(PROCESSES), "--environment-memory",
             "%dM" % MEMORY_MB, "--environment-disk", "%dM" % DISK_MB] + OPTIONS,
            pass_fds=[writer], stderr=self.log, stdin=subprocess.DEVNULL,
            preexec_fn=prepare_child)
        os.close(writer)
        if os.read(reader, 6) != b"ready\n":
            raise RuntimeError("sidestaged did not start: " + open(self.log.name).read()[-3000:])
        os.close(reader)

    def api_port(self):
        if not hasattr(self, "tcp"):
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.tcp = probe.getsockname()[1]
        return self.tcp

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(LIMIT_S)

    def ask(self, method, path, body=None, timeout=LIMIT_S):
        connection = Unix(self.socket, timeout)
        try:
            connection.request(method, path, None if body is None else json.dumps(body),
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def did(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        if status >= 400:
            raise RuntimeError("%s %s: %d %s" % (method, path, status, answer))
        return answer

    def watch(self):
        """How long it takes to answer, all the time."""
        while True:
            begun = time.monotonic()
            try:
                self.ask("GET", "/orgs/acme", timeout=2 * ANSWER_S)
            except OSError as error:
                if isinstance(error, socket.timeout):
                    self.slowest = 2 * ANSWER_S
            else:
                self.slowest = max(self.slowest, time.monotonic() - begun)
            time.sleep(0.05)

    # --- environments ---

    def directory(self, env):
        return os.path.join(self.state, "spaces", "acme", "shop", env)

    def make_environment(self, env):
        self.did("POST", APP + "/envs", {"id": env, "name": env, "type": "development"})

    def begin(self, env, image, variables):
        variables = dict(variables, PORT="${externals.dns.listen}", DB="${externals.db.path}",
                         OWN_PORT="${externals.dns.port}", REPORT=str(self.attempts.port))
        port = "${externals.dns.listen}"
        module = {"profile": "humanitec/default-module",
                  "externals": {"dns": {"type": "dns"}, "db": {"type": "sqlite"}},
                  "spec": {"containers": {"main": {
                      "id": "main", "image": image, "variables": variables,
                      "files": {"/etc/app/settings.conf": {"value": "declared\n"}},
                      "readiness_probe": {"type": "http", "path": "/", "port": port}}}}}
        name = image.split("/")[1].split(":")[0]
        delta = self.did("POST", APP + "/deltas", {"modules": {"add": {name: module}}})
        return self.did("POST", "%s/envs/%s/deploys" % (APP, env), {"delta_id": delta["id"]})["id"]

    def ended(self, env, deployment):
        answer = self.did("GET", "%s/envs/%s/deploys/%s" % (APP, env, deployment))
        return answer["status"] if answer["status"] in ("succeeded", "failed") else None

    def deploy(self, env, image, variables):
        deployment = self.begin(env, image, variables)
        status = until(lambda: self.ended(env, deployment), "the deployment of " + env)
        if status != "succeeded":
            raise RuntimeError("%s: %s" % (env, self.did(
                "GET", "%s/envs/%s/deploys/%s/errors" % (APP, env, deployment))))

    def deploy_again(self, variables):
        """Of what attacks.  What it has planted in the place of its own database just then is
        refused, and said; it plants something else the next moment."""
        for _ in range(20):
            try:
                self.deploy("evil", "local/evil:1.0.0", variables)
                return
            except RuntimeError as why:
                if "cannot-provision" not in str(why):
                    raise
        raise RuntimeError("evil cannot be deployed again")

    def resource(self, env, kind, member):
        for resource in self.did("GET", "%s/envs/%s/resources" % (APP, env)):
            if resource["type"] == kind:
                return resource["resource"][member]
        raise RuntimeError("%s has no %s" % (env, kind))

    def fetch(self, env):
        connection = http.client.HTTPConnection("127.0.0.1", self.resource(env, "dns", "port"),
                                                timeout=LIMIT_S)
        connection.request("GET", "/")
        return connection.getresponse().read().decode()


def tree(path):
    """Every file below a directory, as (kind, mode, size)."""
    found = {}
    for folder, _, names in os.walk(path):
        for name in names:
            one = os.lstat(os.path.join(folder, name))
            if stat.S_ISREG(one.st_mode) and (name.startswith("output.log") or
                                              name.endswith(("-wal", "-shm"))):
                continue
            found[os.path.join(folder, name)] = (stat.S_IFMT(one.st_mode), one.st_size)
    return found


class Story:
    def __init__(self, platform, attempts):
        self.platform, self.attempts = platform, attempts
        self.victim_db = None
        self.limited = False
        self.abstract = None
        self.key = give_key()

    def given(self, **more):
        p = self.platform
        return dict({
            "STATE": p.state, "VICTIM": p.directory("victim"), "OWN": p.directory("evil"),
            "VICTIM_DB": self.victim_db, "IMAGES": p.images, "TOKEN": p.token, "API": p.socket,
            "API_PORT": str(p.api_port()), "DAEMON": str(p.process.pid),
            "VICTIM_PORT": str(p.resource("victim", "dns", "port")),
            "PAUSED_PORT": str(p.resource("paused", "dns", "port")),
            "OWN_DATA": os.path.join(p.directory("evil"), "data"),
            "NAMESPACE": os.readlink("/proc/self/ns/pid"), "MODE": "ready",
            "PROCESSES_MAX": str(PROCESSES if self.limited else 0),
            "MEMORY_MAX_MB": str(MEMORY_MB if self.limited else 0),
            "DISK_MAX_MB": "0", **self.key, "ABSTRACT": self.abstract_name(), "ONLY": os.environ.get("ONLY", "")}, **more)

    def abstract_name(self):
        """Of a socket of ours; "" where the kernel cannot keep workloads from it."""
        if LIBC.syscall(444, None, 0, 1) < 6:
            return ""
        if not self.abstract:
            self.abstract = socket.socket(socket.AF_UNIX)
            self.abstract.bind("\0sidestage-attack-%d" % os.getpid())
            self.abstract.listen(1000)
        return "sidestage-attack-%d" % os.getpid()

    def prepare(self):
        p = self.platform
        owner_of = os.stat("/proc/%d" % p.process.pid).st_uid
        if owner_of != (USER or os.geteuid()):
            raise RuntimeError("the daemon belongs to %d" % owner_of)
        confinement = p.did("GET", "/platform")["driver"]["confinement"]
        if not confinement["private_files"]:	# it would do to this machine what it tries
            raise RuntimeError("nothing is confined here: %s" % confinement)
        limits = confinement["environment_limits"]
        self.limited = "version" in limits	# else the kernel, or our rights, give none
        print("# limits of environments: %s" % limits)
        p.did("POST", "/orgs/acme/apps", {"id": "shop", "name": "Shop"})
        for env in ("victim", "paused", "evil"):
            p.make_environment(env)
        for env in ("victim", "paused"):
            p.deploy(env, "local/victim:1.0.0", {"ONLY": "nothing"})
        self.victim_db = p.resource("victim", "sqlite", "path")
        with sqlite3.connect(self.victim_db) as db:
            db.execute("CREATE TABLE mark (text)")
            db.execute("INSERT INTO mark VALUES (?)", (MARK,))
        p.did("PUT", APP + "/envs/paused/runtime/paused", True)
        self.before = tree(p.directory("victim"))
        threading.Thread(target=p.watch, daemon=True).start()

    # --- what the attacker cannot see ---

    def look(self):
        """Harm that was done to others, as (kind, detail)."""
        p, harm = self.platform, []
        if self.platform.process.poll() is not None:
            return [("harm", "the daemon has ended with %d" % p.process.returncode)]
        try:
            status, _ = p.ask("GET", "/orgs/acme", timeout=ANSWER_S)
        except OSError as error:
            return [("harm", "the daemon does not answer: %s" % error)]
        if status != 200:
            harm.append(("harm", "the daemon answers %d" % status))
        after = tree(p.directory("victim"))
        for path in set(after) ^ set(self.before):
            harm.append(("harm", "the victim's %s came or went" % path))
        try:
            with sqlite3.connect("file:%s?mode=ro" % self.victim_db, uri=True) as db:
                rows = db.execute("SELECT text FROM mark").fetchall()
        except sqlite3.Error as error:
            rows = str(error)
        if rows != [(MARK,)]:
            harm.append(("harm", "the victim's database: %s" % (rows,)))
        if "attacker" not in p.fetch("victim"):
            harm.append(("harm", "the victim does not answer"))
        for place in (p.folder, p.state, os.path.join(p.state, "spaces"), p.images, "/", "/etc",
                      "/usr", os.path.dirname(p.directory("victim"))):
            for name in ("written", "written.taken"):
                if os.path.lexists(os.path.join(place, name)):
                    harm.append(("harm", "%s lies in %s" % (name, place)))
        return harm

    def check(self):
        for kind, detail in self.look():
            self.attempts.won(kind, detail)

    def whole_rounds(self, version, count=1):
        want = self.attempts.rounds.get(version, 0) + count
        until(lambda: self.attempts.rounds.get(version, 0) >= want or
              self.platform.process.poll() is not None, "an attacker that goes round")

    # --- the states ---

    def never_ready(self, version):
        """A candidate that goes round until the daemon has had enough of it."""
        p = self.platform
        deployment = p.begin("evil", "local/evil:1.0.0", self.given(MODE="never-ready", VERSION=version))
        status = until(lambda: p.ended("evil", deployment), "a candidate that is never ready")
        if status != "failed":
            raise RuntimeError("it was never ready, and has " + status)

    def not_tried(self, state):
        counted = {kind for (where, kind) in self.attempts.counts if where == state}
        limits = {"memory"} if self.limited else set()
        return (FILLING if state == "filling" else EVERYTHING | limits) - counted

    def starting(self):
        """On a busy machine the daemon has had enough before a candidate is once round."""
        with self.attempts.at_it():
            for attempt in range(20):
                self.never_ready("first-%d" % attempt)
                if not self.not_tried("starting"):
                    break

    def running(self):
        self.platform.deploy_again(self.given(VERSION="second"))
        with self.attempts.at_it():
            self.whole_rounds("second")
            self.platform.ask("GET", APP + "/envs/evil/logs", timeout=ANSWER_S)

    def redeploying(self):
        """One beside the other, and one that does not want to go."""
        with self.attempts.at_it():
            self.never_ready("candidate")
            for mode in ("stubborn", "ready"):
                self.platform.deploy_again(self.given(MODE=mode, VERSION=mode))
            self.whole_rounds("ready")

    def backing_up(self):
        p = self.platform
        archive = os.path.join(p.folder, "backup.tar")
        for _ in range(2):
            with self.attempts.at_it():
                done = subprocess.run([p.program, "backup", "--state", p.state, archive],
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S)
            if done.returncode not in (0, 3):	# 3: what is named is left out
                self.attempts.won("harm", "no backup: " + done.stdout.decode()[-300:])
                continue
            with tarfile.open(archive) as tar:
                if not any("/victim/" in name for name in tar.getnames()):
                    self.attempts.won("harm", "the victim is not in the backup")
                for member in tar:
                    evil = "/evil/" in member.name
                    if not member.isreg() or (evil and MARK.encode() in tar.extractfile(member).read()):
                        self.attempts.won("harm", "the backup has %s" % member.name)
            restored = os.path.join(p.folder, "restored")
            done = subprocess.run([p.program, "restore", "--state", restored, archive],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S)
            if done.returncode != 0:
                self.attempts.won("harm", "no restore: " + done.stdout.decode()[-300:])
            shutil.rmtree(restored, ignore_errors=True)
            os.unlink(archive)
            self.whole_rounds("ready")

    def restarting(self):
        p = self.platform
        for how in (signal.SIGTERM, signal.SIGKILL):
            with self.attempts.at_it():	# it is at it until all runs again
                p.stop(how)
                p.start()
                self.whole_rounds("ready")

    def removing(self):
        p = self.platform
        p.deploy_again(self.given(MODE="stubborn", VERSION="last"))
        self.whole_rounds("last")
        with self.attempts.at_it():
            p.did("DELETE", APP + "/envs/evil")
            until(lambda: p.ask("GET", APP + "/envs/evil")[0] == 404, "the end of the environment")
            until(lambda: not os.path.lexists(p.directory("evil")), "the end of its files", 30)
        p.make_environment("evil")
        p.deploy("evil", "local/victim:1.0.0", {"ONLY": "nothing"})
        left = [path for path in tree(p.directory("evil")) if "written" in path or "deep" in path]
        with sqlite3.connect(p.resource("evil", "sqlite", "path")) as db:
            left += db.execute("SELECT name FROM sqlite_master").fetchall()
        if left:
            self.attempts.won("harm", "the next environment has %s" % left[:3])
        p.did("PUT", APP + "/envs/paused/runtime/paused", False)
        until(lambda: "attacker" in self.quietly("paused"), "the paused one to answer")

    def filling(self):
        """Beside the others, which go on."""
        for kind in sorted(FILLING):
            self.fill_with(kind, "glutton-" + kind)

    def fill_with(self, kind, env):
        p = self.platform
        p.make_environment(env)
        p.begin(env, "local/evil:1.0.0", self.given(ONLY=kind, DISK_MAX_MB=str(DISK_MB)))

        def is_stopped():
            with open(p.log.name, errors="replace") as log:
                return any("takes too much of the disk" in line and env in line for line in log)
        begun = time.monotonic()
        until(is_stopped, "an environment that fills the disk to be stopped")
        taken = tree(p.directory(env)).values()
        print("# %s: it took %d MB in %d files, and was seen within %.1f s" % (
            kind, sum(size for _, size in taken) >> 20, len(taken), time.monotonic() - begun))
        until(lambda: self.attempts.quiet_for(kind) > 1, "its end")
        p.did("DELETE", APP + "/envs/" + env)
        until(lambda: p.ask("GET", APP + "/envs/" + env)[0] == 404, "the end of it")

    def quietly(self, env):
        try:
            return self.platform.fetch(env)
        except (OSError, http.client.HTTPException):
            return ""

    def tell(self):
        number = 0
        for name in STATES:
            state = name.replace("_", " ")
            number += 1
            wins = [key for key, where in self.attempts.wins.items() if where == state]
            counts = {kind: n for (s, kind), n in self.attempts.counts.items() if s == state}
            missing = self.not_tried(state)
            meanwhile = self.attempts.meanwhile.get(state, 0)
            good = not wins and not missing and (meanwhile > 0 or name == "filling")
            print("%s %d - %s, %s: %d attempts win nothing" % (
                "ok" if good else "not ok", number, WHO, state, sum(counts.values())))
            print("# " + ", ".join("%s %d" % pair for pair in sorted(counts.items())))
            print("# %d of them while the daemon was at it" % meanwhile)
            if missing:
                print("# never tried: " + ", ".join(sorted(missing)))
            for kind, detail in wins:
                print("# won: %s: %s" % (kind, detail))
        number += 1
        slow = self.platform.slowest
        print("%s %d - %s: the daemon answered all the time" % (
            "not ok" if slow >= ANSWER_S else "ok", number, WHO))
        print("# slowest answer: %d ms" % (slow * 1000))
        print("# %d attempts" % sum(self.attempts.counts.values()))
        print("1..%d" % number)


STATES = (os.environ.get("STATES") or "starting running redeploying filling backing_up restarting removing").split()
EVERYTHING = set("depth device fork hard-link keys move plant port privilege proc read rename signal socket write".split())
FILLING = {"disk", "entries"}
OPTIONS = sys.argv[1:]
USER = int(os.environ.get("ATTACK_USER", "0"))
UNIT = os.environ.get("ATTACK_UNIT", "")	# whose restrictions the daemon has
WHO = "a user under the unit" if UNIT else "root" if os.geteuid() == 0 and not USER else "a user"


def main():
    attempts = Attempts()
    platform = Platform(attempts)
    story = Story(platform, attempts)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        platform.start()
        story.prepare()
        for name in STATES:
            begun = time.monotonic()
            attempts.state = name.replace("_", " ")
            try:
                getattr(story, name)()
                story.check()
            except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
                attempts.won("harm", "%s: %s" % (type(error).__name__, str(error)[:400]))
            print("# %s took %.1f s" % (name, time.monotonic() - begun))
        story.tell()
    finally:
        if platform.process and platform.process.poll() is None:
            try:
                platform.stop()
            except subprocess.TimeoutExpired:
                platform.process.kill()
        if os.environ.get("KEEP"):
            print("# kept: " + platform.folder)
        else:
            subprocess.run(["rm", "-rf", platform.folder], check=False)


if __name__ == "__main__":
    main()
