# SPDX-License-Identifier: GPL-3.0-or-later
"""A platform that misbehaves by script, with a ledger of every request.

Platform is a real sidestaged; Faultd stands before it, on a port that the kernel chose, and
does to chosen requests what networks, proxies and broken servers do.  Client runs sidestage
with files of its own, and tells how it ended.
"""
import ctypes
import http.client
import itertools
import json
import os
import queue
import random
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

HANG_LIMIT_S = 240		# nothing takes that long: whoever does, hangs
GIB = 1 << 30
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)

WEB = {"profile": "humanitec/default-module", "spec": {"containers": {"web": {
    "id": "web", "image": "t/web:1.0.0", "variables": {"LIMIT": "${values.LIMIT}",
                                                       "PASSWORD": "${values.PASSWORD}"}}}},
       "externals": {"db": {"type": "sqlite"}}}
SHOP = "/orgs/acme/apps/shop"


def import_file():
    first = {"comment": "The first one", "created_by": "dev",
             "set": {"modules": {"web": WEB}, "shared": {"queue": {"type": "acme/queue"}}}}

    def environment(name, kind):
        return {"id": name, "name": name.capitalize(), "type": kind, "deployments": [first]}

    return {"users": [{"id": "dev", "name": "Development"}], "organizations": [{
        "id": "acme", "name": "Acme",
        "env_types": [{"id": t} for t in ("development", "qa", "production")],
        "definitions": [
            {"id": "local-sqlite", "name": "SQLite", "type": "sqlite", "criteria": [{}],
             "driver_type": "process/sqlite", "driver_inputs": {"values": {}}},
            # One of its own for each environment: nothing of a clone leads to where it came from.
            {"id": "broker", "name": "Broker", "type": "acme/queue", "criteria": [{}],
             "driver_type": "process/sqlite", "driver_inputs": {"values": {}}}],
        "applications": [{
            "id": "shop", "name": "Shop",
            "values": [{"key": "LIMIT", "value": "40", "description": "rows"},
                       {"key": "PASSWORD", "secret": True, "value_from": {"variable": "PIN"}}],
            "environments": [environment("development", "development"),
                             environment("qa", "qa"),
                             environment("production", "production")]}]}]}


def until(what, limit=HANG_LIMIT_S, pause=0.02):
    end = time.monotonic() + limit
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            raise RuntimeError("waited in vain: " + getattr(what, "__name__", "it"))
        time.sleep(pause)


# Whoever ends us ends what we started.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def die_with_parent():
    """A test that dies takes its daemon with it."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def connect(connection, path):
    """Where too many wait to be let in, a moment later."""
    def is_in():
        try:
            connection.connect(path)
        except BlockingIOError:
            return False
        return True
    until(is_in)


def owner(path):
    """The header that the owner of this socket shows; a platform of an earlier release asks for none."""
    try:
        with open(path + ".secret") as file:
            name, value = file.read().strip().split(": ")
    except FileNotFoundError:
        return {}
    return {name: value}


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=HANG_LIMIT_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        connect(self.sock, self.path)

    def request(self, method, url, body=None, headers=None, **more):
        super().request(method, url, body, {**owner(self.path), **(headers or {})}, **more)


class Platform:
    """A sidestaged with the shop.  Images are scripts."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="fault-")
        self.socket = os.path.join(self.folder, "socket")
        self.process = None
        self.names = 0
        self.lock = threading.Lock()
        for image in ("t/web/1.0.0", "t/web/1.1.0", "t/web/1.2.0", "t/web/1.3.0"):
            path = os.path.join(self.folder, "images", image)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as out:
                out.write("#!/bin/sh\nwhile :; do /bin/sleep 60; done\n")
            os.chmod(path, 0o755)
        with open(os.path.join(self.folder, "import.json"), "w") as out:
            json.dump(import_file(), out)

    def __enter__(self):
        env = dict(os.environ, PIN="4711 of the shop")
        state = os.path.join(self.folder, "state")
        program = os.environ["SIDESTAGED"]
        subprocess.run([program, "import", "--state", state,
                        os.path.join(self.folder, "import.json")], env=env, check=True,
                       stdout=subprocess.DEVNULL)
        reader, writer = os.pipe()
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.process = subprocess.Popen(
            [program, "serve", "--state", state, "--images", os.path.join(self.folder, "images"),
             "--socket", self.socket, "--user", "oncall", "--min-ready", "300ms", "--ready-fd", str(writer)],
            pass_fds=[writer], stderr=self.log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(writer)
        if os.read(reader, 6) != b"ready\n":
            raise RuntimeError("sidestaged did not start: " + open(self.log.name).read())
        os.close(reader)
        for env in ("development", "qa", "production"):
            self.wait(env)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, method, path, body=None, headers=None):
        """(status, body as JSON or None)"""
        connection = UnixConnection(self.socket)
        data = None if body is None else json.dumps(body).encode()
        connection.request(method, path, data, dict(headers or {}))
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, None

    def must(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer}")
        return answer

    def wait(self, env):
        """The status of its last deployment, when it has ended."""
        def ended():
            last = self.must("GET", f"{SHOP}/envs/{env}").get("last_deploy") or {}
            return last.get("status") not in (None, "pending", "in progress") and last["status"]
        return until(ended)

    def new_name(self):
        with self.lock:
            self.names += 1
            return f"case-{self.names}"

    def new_environment(self, like="development"):
        """One of its own for a case: what `like` runs, deployed and running."""
        name = self.new_name()
        last = self.must("GET", f"{SHOP}/envs/{like}")["last_deploy"]
        self.must("POST", f"{SHOP}/envs", {"id": name, "name": name, "type": "development",
                                           "from_deploy_id": last["id"]})
        self.must("POST", f"{SHOP}/envs/{name}/deploys",
                  {"set_id": last["set_id"], "comment": "as " + like})
        self.wait(name)
        return name

    def deployments(self, env):
        """Newest first; [] where there is no such environment."""
        status, answer = self.ask("GET", f"{SHOP}/envs/{env}/deploys")
        return answer if status == 200 else []

    def image(self, env):
        last = self.must("GET", f"{SHOP}/envs/{env}")["last_deploy"]
        body = self.must("GET", f"{SHOP}/sets/{last['set_id']}")
        return body["modules"]["web"]["spec"]["containers"]["web"]["image"]

    def remove(self, env):
        self.ask("DELETE", f"{SHOP}/envs/{env}")


class Request:
    """One line of the ledger."""

    def __init__(self, number, head, body):
        self.number = number
        self.head, self.body = head, body
        self.method, self.path = head.split(b" ", 2)[:2]
        self.method, self.path = self.method.decode(), self.path.decode()
        self.carried = None		# the platform's status, when it was asked
        self.fault = None

    def __str__(self):
        return f"{self.method} {self.path} -> {self.carried} {self.fault or ''}"

    @property
    def kind(self):
        """The same for requests of the same sort: ids of sets, deployments, deltas left out."""
        path = self.path.split("?")[0]
        path = re.sub(r"/(deploys|sets|deltas|value-set-versions|artefact-versions)/[^/]+", r"/\1/ID", path)
        return f"{self.method} " + re.sub(r"/envs/[^/]+", "/envs/ENV", path)


class Fault:
    """What happens to a request that is meant: see the list at the end of this file."""

    def __init__(self, name, act, carried):
        self.name, self.act = name, act
        self.carried = carried		# whether the platform is asked

    def __repr__(self):
        return self.name


class Visit:
    """What a fault gets: the client's end, and the platform's whole answer (b"" when not asked)."""

    def __init__(self, daemon, client, request, answer):
        self.daemon, self.client, self.request, self.answer = daemon, client, request, answer

    def parts(self):
        head, _, body = self.answer.partition(b"\r\n\r\n")
        return head, body

    def send(self, data):
        self.client.sendall(data)

    def reply(self, status, body=b"", headers=()):
        lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json",
                 f"Content-Length: {len(body)}", *headers]
        self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def with_body(self, body):
        """The platform's answer with another body."""
        head, _ = self.parts()
        lines = [l for l in head.split(b"\r\n")
                 if not l.lower().startswith((b"content-length:", b"etag:"))]
        lines.append(b"Content-Length: %d" % len(body))
        self.send(b"\r\n".join(lines) + b"\r\n\r\n" + body)

    def hang(self):
        """Until the client goes, or the test ends."""
        self.client.settimeout(0.1)
        while not self.daemon.closing:
            try:
                if not self.client.recv(4096):
                    return
            except socket.timeout:
                continue
            except OSError:
                return

    def reset(self):
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Faultd:
    """Listens on `url`; `choose(request)` gives a Fault or None for each request."""

    def __init__(self, platform, choose=lambda request: None, tls=None):
        """tls: an ssl.SSLContext; then it speaks https."""
        self.platform, self.choose, self.tls = platform, choose, tls
        self.ledger, self.lock, self.closing = [], threading.Lock(), False
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(128)
        self.url = "%s://127.0.0.1:%d" % ("https" if tls else "http", self.listener.getsockname()[1])
        self.clients = set()
        threading.Thread(target=self.take, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closing = True
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()
        with self.lock:
            clients = list(self.clients)
        for client in clients:
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def take(self):
        while not self.closing:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.clients.add(client)
            threading.Thread(target=self.visit, args=(client,), daemon=True).start()

    def visit(self, client):
        try:
            if self.tls:
                client = self.tls.wrap_socket(client, server_side=True)
            while self.one(client):
                pass
        except OSError:
            pass
        finally:
            with self.lock:
                self.clients.discard(client)
            client.close()

    @staticmethod
    def message(connection, of_answer=False, bodyless=False):
        """Head and body as bytes; None: it ended."""
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(1 << 16)
            if not more:
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        match = re.search(rb"\r\ncontent-length:\s*(\d+)", head, re.I)
        length = int(match.group(1)) if match and not bodyless else 0
        pieces = re.search(rb"\r\ntransfer-encoding:\s*chunked", head, re.I) and not bodyless
        while not body.endswith(b"0\r\n\r\n") if pieces else len(body) < length:
            more = connection.recv(1 << 16)
            if not more:
                return None
            body += more
        return head, body

    def one(self, client):
        message = self.message(client)
        if not message:
            return False
        with self.lock:
            request = Request(len(self.ledger), *message)
            self.ledger.append(request)
            fault = request.fault = self.choose(request)
        answer = b""
        if not fault or fault.carried:
            answer = self.carry(request)
        if not fault:
            client.sendall(answer)
            return b"\r\nconnection: close" not in answer.lower()
        return bool(fault.act(Visit(self, client, request, answer)))

    def carry(self, request):
        upstream = socket.socket(socket.AF_UNIX)
        upstream.settimeout(HANG_LIMIT_S)
        connect(upstream, self.platform.socket)
        head = request.head
        if request.fault:	# a fault needs an answer with a body
            head = re.sub(rb"\r\nif-none-match:[^\r]*", b"", head, flags=re.I)
        head += b"".join(b"\r\n%s: %s" % (name.encode(), value.encode())
                         for name, value in owner(self.platform.socket).items())
        upstream.sendall(head + b"\r\n\r\n" + request.body)
        answer = self.message(upstream, bodyless=request.method == "HEAD")
        upstream.close()
        if not answer:
            return b""
        request.carried = int(answer[0].split(b" ")[1])
        return answer[0] + b"\r\n\r\n" + answer[1]

    def writes(self):
        return [r for r in self.ledger if r.method not in ("GET", "HEAD")]


class Ended:
    """How a run of the client ended."""

    def __init__(self, code, out, err, rss, seconds, words):
        self.code, self.out, self.err = code, out, err
        self.rss, self.seconds, self.words = rss, seconds, words

    def json(self):
        return json.loads(self.out)

    def __str__(self):
        return (f"{' '.join(self.words)}: status {self.code} after {self.seconds:.1f} s\n"
                f"{self.out[-1500:]}{self.err[-1500:]}")


class Client:
    """sidestage with a home of its own."""

    def __init__(self, folder, extra=()):
        self.folder = tempfile.mkdtemp(prefix="client-", dir=folder)
        self.extra = list(extra)
        self.env = {k: v for k, v in os.environ.items() if k in (
            "SIDESTAGE_LIBEXEC", "SIDESTAGE_DATA", "SIDESTAGED", "PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS")}
        self.env.update(HOME=self.folder, XDG_STATE_HOME=self.folder, XDG_CACHE_HOME=self.folder,
                        XDG_CONFIG_HOME=self.folder, XDG_RUNTIME_DIR=self.folder,
                        LC_ALL="C.UTF-8", TERM="dumb")
        self.token = os.path.join(self.folder, "token")
        with open(self.token, "w") as out:
            out.write("token-of-the-test\n")
        os.chmod(self.token, 0o600)

    def history(self):
        return os.path.join(self.folder, "sidestage", "history.db")

    def forget_cache(self):
        for name in ("cache.db", "cache.db-journal"):
            try:
                os.unlink(os.path.join(self.folder, "sidestage", name))
            except FileNotFoundError:
                pass

    def run(self, url, *words, env=None, limit=HANG_LIMIT_S):
        out, err = (open(os.path.join(self.folder, name), "w+b") for name in ("out", "err"))
        begun = time.monotonic()
        process = subprocess.Popen(
            [os.environ["SIDESTAGE"], *words, f"--url={url}", *self.extra],
            stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=dict(self.env, **(env or {})),
            cwd=self.folder, start_new_session=True)
        # Both a limit and the memory that it took: wait4 on a thread, a timer beside it.
        killer = threading.Timer(limit, process.kill)
        killer.start()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        killer.cancel()
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode("utf-8", "backslashreplace"))
            file.close()
        return Ended(process.returncode, *texts, usage.ru_maxrss, time.monotonic() - begun, words)


class Tap:
    def __init__(self):
        self.number = self.failed = 0
        self.lock = threading.Lock()

    def ok(self, fine, name, why=""):
        with self.lock:
            self.number += 1
            if not fine:
                self.failed += 1
            print(f"{'ok' if fine else 'not ok'} {self.number} - {name}")
            if not fine:
                for line in str(why).splitlines()[:60]:
                    print("# " + line)
            sys.stdout.flush()
        return fine

    def note(self, text):
        with self.lock:
            print("# " + text)
            sys.stdout.flush()

    def end(self):
        print(f"1..{self.number}")
        return 1 if self.failed else 0


def long_run():
    return bool(os.environ.get("CHECK_LONG"))


def sliced(cases):
    """SLICE=i/n: the i-th of n parts, spread over all kinds."""
    part, _, of = os.environ.get("SLICE", "1/1").partition("/")
    part, of = int(part), int(of or 1)
    cases = list(cases)
    random.Random(of).shuffle(cases)	# the same each time
    return [case for k, case in enumerate(cases) if k % of == (part - 1) % of]


def sampled(cases, count, kind=lambda case: None):
    """So many of them, the same each time, of each kind as many as of any other.  Not every n-th:
    what is made by loops in loops has all of a kind at such places."""
    kinds = {}
    for case in random.Random(count).sample(cases, len(cases)):
        kinds.setdefault(kind(case), []).append(case)
    rounds = itertools.zip_longest(*kinds.values())
    return [case for each in rounds for case in each if case is not None][:count]


def in_parallel(cases, run, workers=6, waiting=(), waiting_workers=12):
    """run(case) for each, some at a time; an exception is the caller's.  Those of `waiting` wait
    for a clock nearly all of their time: many of them are beside the others."""
    import concurrent.futures
    pools = [concurrent.futures.ThreadPoolExecutor(n) for n in (workers, waiting_workers)]
    try:
        some = [pool.map(run, of) for pool, of in zip(pools, (cases, waiting))]
        return [result for results in some for result in results]
    except BaseException:	# one that cannot be run, or somebody ends us: the rest is not begun
        for pool in pools:
            pool.shutdown(wait=True, cancel_futures=True)
        raise
    finally:
        for pool in pools:
            pool.shutdown()


def on_platforms(cases, make, waiting=(), platforms=3):
    """make(platform).run(case) for each case, on several platforms: every client looks at all
    environments of its platform, so few at a time are on each."""
    import contextlib
    with contextlib.ExitStack() as stack:
        def place(cases, of_each):
            """The cases with where they can run."""
            free = queue.SimpleQueue()
            for runner in [make(stack.enter_context(Platform())) for _ in range(min(platforms, len(cases)))]:
                for _ in range(of_each):
                    free.put(runner)
            return [(free, case) for case in cases]

        def run(placed):
            free, case = placed
            runner = free.get()
            try:
                return runner.run(case)
            finally:
                free.put(runner)

        return in_parallel(place(cases, 2), run, 2 * platforms, place(waiting, 4), 4 * platforms)


# --- faults ---

def status_fault(code, headers=(), body=b'{"message": "no"}', carried=False):
    name = f"status {code}" + (" with " + headers[0] if headers else "")
    name += " after it was carried out" if carried else ""
    return Fault(name, lambda v: v.reply(code, body, headers) or True, carried)


def hang_fault():
    return Fault("hangs before the answer", lambda v: v.hang(), False)


def hang_carried_fault():
    return Fault("is carried out, and hangs", lambda v: v.hang(), True)


def hang_in_body_fault():
    def act(v):
        head, body = v.parts()
        v.send(head + b"\r\n\r\n" + body[:len(body) // 2])
        v.hang()
    return Fault("hangs within the body", act, True)


def lost_fault():
    return Fault("is lost", lambda v: False, False)


def cut_fault(at, reset):
    def act(v):
        v.send(v.answer[:at])
        if reset:
            v.reset()
        return False
    return Fault(f"{'reset' if reset else 'FIN'} at byte {at}", act, True)


def length_fault(name, text):
    """Another Content-Length: text, with %d for the right one."""
    def act(v):
        head, body = v.parts()
        lines = [l for l in head.split(b"\r\n") if not l.lower().startswith(b"content-length:")]
        said = text(len(body)).encode()
        v.send(b"\r\n".join(lines) + b"\r\n" + said + b"\r\n\r\n" + body)
        return False
    return Fault("Content-Length " + name, act, True)


def drip_fault(size=24, pause=0.005):
    def act(v):
        for at in range(0, len(v.answer), size):
            v.send(v.answer[at:at + size])
            time.sleep(pause)
        return True
    return Fault("drips", act, True)


def body_fault(name, make):
    def act(v):
        v.with_body(make(v.parts()[1]))
        return True
    return Fault("body: " + name, act, True)


def huge_fault():
    def act(v):
        v.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n[" % GIB)
        block = b" " * (1 << 20)
        for _ in range(1024):
            v.send(block)
        return False
    return Fault("a body of 1 GiB", act, False)


def endless_head_fault():
    def act(v):
        v.send(b"HTTP/1.1 200 OK\r\n")
        for i in range(100000):
            v.send(b"X-More-%d: %s\r\n" % (i, b"x" * 900))
        return False
    return Fault("a head without an end", act, False)


def redirect_fault(code, to):
    return status_fault(code, (f"Location: {to}",))


BODIES = [
    ("empty", lambda b: b""),
    ("half of it", lambda b: b[:len(b) // 2]),
    ("HTML", lambda b: b"<html><body>Sign in</body></html>"),
    ("null", lambda b: b"null"),
    ("a number", lambda b: b"7"),
    ("a text", lambda b: b'"x"'),
    ("an empty object", lambda b: b"{}"),
    ("garbage behind it", lambda b: b + b"garbage"),
    ("a byte order mark", lambda b: b"\xef\xbb\xbf" + b),
    ("no UTF-8", lambda b: b.replace(b'"', b'"\xff', 1)),
    ("a NUL in it", lambda b: b.replace(b'"', b'"\\u0000', 1)),
    ("keys twice", lambda b: b.replace(b'{', b'{"id": 1, "id": 2, ', 1)),
    ("too deep", lambda b: b"[" * 100000),
    ("a million values", lambda b: b"[" + b"1," * 1000000 + b"1]"),
]


def whole_faults(trap):
    """Faults that leave nothing that could be known."""
    faults = [status_fault(code) for code in (400, 401, 403, 404, 408, 409, 418, 429, 500, 501, 502, 503, 504, 507, 599)]
    faults += [status_fault(429, ("Retry-After: 1",)), status_fault(503, ("Retry-After: 1",)),
               status_fault(429, ("Retry-After: 86400",)), status_fault(429, ("Retry-After: soon",)),
               status_fault(503, ("Retry-After: Wed, 21 Oct 2065 07:28:00 GMT",))]
    faults += [redirect_fault(code, trap) for code in (301, 302, 303, 307, 308)]
    faults += [body_fault(name, make) for name, make in BODIES]
    faults += [length_fault("too large", lambda n: f"Content-Length: {n + 100}"),
               length_fault("too small", lambda n: f"Content-Length: {max(0, n - 7)}"),
               length_fault("negative", lambda n: "Content-Length: -1"),
               length_fault("no number", lambda n: "Content-Length: many"),
               length_fault("of 20 digits", lambda n: "Content-Length: 99999999999999999999"),
               length_fault("twice", lambda n: f"Content-Length: {n}\r\nContent-Length: {n + 5}"),
               length_fault("with chunks", lambda n: f"Content-Length: {n}\r\nTransfer-Encoding: chunked")]
    faults += [lost_fault(), huge_fault(), endless_head_fault()]
    return faults
