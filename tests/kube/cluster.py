# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests: a double of Kubernetes that is started, and a client of an API server."""
import ctypes
import http.client
import json
import os
import re
import select
import signal
import ssl
import subprocess
import sys
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT_S = 600			# for what hangs; nothing takes that long
PR_SET_PDEATHSIG = 1
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
PATCH = "application/json-patch+json"


def until(what, limit=LIMIT_S, pause=0.01):
    end = time.monotonic() + limit
    while True:
        value = what()
        if value:
            return value
        if time.monotonic() > end:
            raise RuntimeError("waited in vain: " + getattr(what, "__name__", "it"))
        time.sleep(pause)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body
        try:
            self.value = json.loads(body)
        except ValueError:
            self.value = None

    @property
    def message(self):
        return self.value.get("message", "") if isinstance(self.value, dict) else \
            self.body.decode(errors="replace")

    def __str__(self):
        return f"{self.status} {self.body.decode(errors='replace')}"


class Client:
    """One user of an API server, as a kubeconfig of ours says it."""

    def __init__(self, kubeconfig, token=None, nobody=False):
        with open(kubeconfig) as file:
            text = file.read()

        def entry(name):
            found = re.search(rf"{name}: (\S+)", text)
            return found.group(1) if found else None
        self.url = entry("server")
        parts = urllib.parse.urlsplit(self.url)
        self.host, self.port, self.prefix = parts.hostname, parts.port, parts.path.rstrip("/")
        self.context = ssl.create_default_context(cafile=entry("certificate-authority"))
        self.token = token
        if not token and not nobody and not entry("client-certificate"):
            self.token = entry("token")
        elif not token and not nobody:
            self.context.load_cert_chain(entry("client-certificate"), entry("client-key"))
        self.connection = None

    def open(self, timeout=LIMIT_S):
        return http.client.HTTPSConnection(self.host, self.port, context=self.context,
                                           timeout=timeout)

    def send(self, connection, method, path, body, kind, headers):
        more = dict(headers or {})
        if body is not None:
            more["Content-Type"] = kind
            body = body if isinstance(body, bytes) else json.dumps(body).encode()
        if self.token:
            more["Authorization"] = "Bearer " + self.token
        more.setdefault("User-Agent", "tests/1")
        connection.request(method, self.prefix + path, body, more)
        return connection.getresponse()

    def drop_closed(self):
        """What can be read from a connection on which nothing is asked is its end."""
        sock = self.connection and self.connection.sock
        if sock and select.select([sock], [], [], 0)[0]:
            self.connection.close()
            self.connection = None

    def ask(self, method, path, body=None, kind="application/json", headers=None):
        """Over one connection as long as it is kept; an end without an answer is an error."""
        self.drop_closed()
        kept = self.connection is not None
        self.connection = self.connection or self.open()
        try:
            answer = self.send(self.connection, method, path, body, kind, headers)
            text = answer.read()
        except (http.client.HTTPException, OSError) as error:
            self.connection.close()
            self.connection = None
            if kept and method == "GET" and isinstance(error, (
                    http.client.RemoteDisconnected, ConnectionError, ssl.SSLEOFError)):
                return self.ask(method, path, body, kind, headers)
            raise
        if answer.will_close:
            self.connection.close()
            self.connection = None
        return Answer(answer.status, answer.headers, text)

    def apply(self, path, obj, manager="tests", query=""):
        return self.ask("PATCH", f"{path}?fieldManager={manager}{query}", obj, APPLY)

    def get(self, path):
        return self.ask("GET", path)

    def watch(self, path, end, query=""):
        """The events until `end(event)` is true, or the server ends it."""
        connection = self.open()
        events = []
        try:
            answer = self.send(connection, "GET", path + "?watch=1" + query, None, None, None)
            if answer.status != 200:
                return [{"type": "HTTP", "object": json.loads(answer.read())}]
            while True:
                line = answer.readline()
                if not line:
                    return events
                events.append(json.loads(line))
                if end(events[-1]):
                    return events
        except (http.client.HTTPException, OSError) as error:
            events.append({"type": "CUT", "object": str(error)})
            return events
        finally:
            connection.close()


class Double:
    """tests/kube/double, in a folder of its own."""

    def __init__(self, folder, *options):
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, "-S", os.path.join(HERE, "double"), folder, *options],
            preexec_fn=lambda: ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM))
        self.kubeconfig = os.path.join(folder, "kubeconfig")
        until(self.is_up)

    def is_up(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the double ended: {self.process.returncode}")
        return os.path.exists(self.kubeconfig)

    def rules(self, *lines):
        path = os.path.join(self.folder, "rules")
        with open(path + ".new", "w") as file:
            file.writelines(line + "\n" for line in lines)
        os.rename(path + ".new", path)

    def requests(self):
        """[(user, method, status, path)]"""
        with open(os.path.join(self.folder, "requests.log")) as file:
            return [tuple(line.rstrip("\n").split(" ", 4)[1:]) for line in file]

    def client(self, **more):
        return Client(self.kubeconfig, **more)

    def stop(self):
        self.process.terminate()
        return self.process.wait()


class Tap:
    def __init__(self):
        self.number = self.failed = 0

    def ok(self, fine, name, why=""):
        self.number += 1
        print(f"{'' if fine else 'not '}ok {self.number} - {name}", flush=True)
        if not fine:
            self.failed += 1
            for line in str(why).splitlines()[:20]:
                print("# " + line, flush=True)

    def end(self):
        print(f"1..{self.number}")
        return 1 if self.failed else 0
