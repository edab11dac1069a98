# SPDX-License-Identifier: GPL-3.0-or-later
"""The real sidestaged on a socket of its own, with the sample, and a client of it."""
import ctypes
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TOKEN = "token-of-the-contract"
LIMIT_S = 600			# for what hangs; nothing takes that long
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)


def die_with_parent():
    """A test that dies takes its daemon with it."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def owner(path):
    """The header that the owner of this socket shows; a platform of an earlier release asks for none."""
    try:
        with open(path + ".secret") as file:
            name, value = file.read().strip().split(": ")
    except FileNotFoundError:
        return {}
    return {name: value}


class Connection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path):
        super().__init__("localhost", timeout=LIMIT_S)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)

    def request(self, method, url, body=None, headers=None, **more):
        super().request(method, url, body, {**owner(self.path), **(headers or {})}, **more)


class Answer:
    def __init__(self, reply):
        self.status = reply.status
        self.headers = {key.lower(): value for key, value in reply.getheaders()}
        self.bytes = reply.read()
        self.type = self.headers.get("content-type", "").split(";")[0].strip()

    def body(self):
        return json.loads(self.bytes.decode("utf-8"))


def program():
    return os.environ.get("SIDESTAGED") or "sidestaged"


def routes():
    """[(method, pattern, operation)] as the daemon itself tells them."""
    text = subprocess.run([program(), "routes"], stdout=subprocess.PIPE, check=True,
                          timeout=LIMIT_S).stdout.decode()
    return [tuple(line.split("\t")) for line in text.splitlines()]


def additions():
    """[(extension, kind, operation, name)], likewise; an operation may end in "*"."""
    text = subprocess.run([program(), "extensions"], stdout=subprocess.PIPE, check=True,
                          timeout=LIMIT_S).stdout.decode()
    return [tuple(line.split("\t")) for line in text.splitlines()]


def drop(value, key):
    """Every member of that name, at any depth."""
    if isinstance(value, dict):
        value.pop(key, None)
        value = list(value.values())
    for item in value if isinstance(value, list) else []:
        drop(item, key)


def codes():
    """{code: (status, sentence, plural)}, likewise."""
    text = subprocess.run([program(), "error-codes"], stdout=subprocess.PIPE, check=True,
                          timeout=LIMIT_S).stdout.decode()
    rows = [line.split("\t") for line in text.splitlines()]
    return {code: (int(status), one, many) for code, status, one, many in rows}


class Daemon:
    """token=None: it asks for none."""

    def __init__(self, token=TOKEN, extensions="all"):
        self.token = token
        self.extensions = extensions
        self.directory = tempfile.mkdtemp(prefix="contract-")
        self.socket = os.path.join(self.directory, "socket")
        self.process = None
        self.connection = None

    def __enter__(self):
        data = os.path.join(os.environ["SIDESTAGE_DATA"], "sample", "topicshare")
        sample = os.path.join(self.directory, "import.json")
        with open(os.path.join(data, "topicshare.json"), encoding="utf-8") as source, open(sample, "w") as out:
            world = json.load(source)
            if self.extensions == "none":	# without probe-placeholders no probe can name a port
                drop(world, "readiness_probe")
            json.dump(world, out)
        token = os.path.join(self.directory, "token")
        with open(token, "w") as out:
            out.write(TOKEN + "\n")
        os.chmod(token, 0o600)
        guard = ["--token-file", token] if self.token else []
        config = os.path.join(self.directory, "config")
        with open(config, "w") as out:	# we ask faster than people do
            out.write("[limits]\n\trequests-per-second = 100000\n\tburst = 100000\n")
        reader, writer = os.pipe()
        self.log = open(os.path.join(self.directory, "log"), "w+")
        self.process = subprocess.Popen(
            [program(), "serve", "--config", config, "--state", os.path.join(self.directory, "state"),
             "--images", os.path.join(os.environ["SIDESTAGE_LIBEXEC"], "images"),
             "--templates", data, "--import", sample,
             "--socket", self.socket, "--extensions", self.extensions, "--min-ready", "300ms",
             "--ready-fd", str(writer)] + guard,
            pass_fds=[writer], stderr=self.log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(writer)
        signal.alarm(LIMIT_S)
        ready = os.read(reader, 6)
        signal.alarm(0)
        os.close(reader)
        if ready != b"ready\n":
            self.log.seek(0)
            raise RuntimeError("sidestaged did not start: " + self.log.read())
        self.connection = Connection(self.socket)
        return self

    def __exit__(self, *_):
        if self.connection:
            self.connection.close()
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def lines(self):
        """What it logged."""
        with open(self.log.name, encoding="utf-8", errors="replace") as log:
            return log.read().splitlines()

    def ask(self, method, path, body=None, headers=None, token=TOKEN, patient=True):
        """body: bytes as they are, anything else as JSON.  patient: 429 is waited out."""
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            headers["Content-Type"] = "application/json"
        answer = self.exchange(method, path, body, headers)
        while answer.status == 429 and patient:
            # How long to wait is told.
            self.connection.close()
            time.sleep(int(answer.headers["retry-after"]))
            answer = self.exchange(method, path, body, headers)
        if answer.headers.get("connection") == "close":
            self.connection.close()
        return answer

    def exchange(self, method, path, body, headers):
        """The daemon may answer and close before it has seen the body."""
        try:
            self.connection.request(method, path, body=body, headers=headers)
        except BrokenPipeError:
            pass
        return Answer(self.connection.getresponse())
