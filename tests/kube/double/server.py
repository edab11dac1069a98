# SPDX-License-Identifier: GPL-3.0-or-later
"""The wire: TLS, identities, faults, the log of requests; what is asked goes to api.py or to an
upstream."""
import http.server
import json
import os
import signal
import socket
import socketserver
import ssl
import threading
import time
import urllib.parse

import identity
from problem import Problem

BODY_MAX = 8 << 20
READ_ONLY = {"GET", "HEAD", "OPTIONS"}


class Dropped(Exception):
    """The connection is to be closed without a word."""


class Answered(Exception):
    """A fault has answered; the connection stays."""


class Log:
    """A line a request: time in ms, user, method, status, path with its query."""

    def __init__(self, path):
        self.file = open(path, "a", buffering=1)
        self.lock = threading.Lock()

    def write(self, user, method, status, path):
        with self.lock:
            self.file.write(f"{int(time.time() * 1000)} {user or '-'} {method} {status} {path}\n")


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address, context, rules, log, tokens, backend):
        super().__init__(address, Handler)
        self.context, self.rules, self.log, self.tokens = context, rules, log, tokens
        self.backend, self.prefix = backend, ""

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)	# asks no name service for our name
        self.server_name, self.server_port = self.server_address[:2]

    def process_request_thread(self, request, client_address):
        try:
            if self.rules.away():
                raise OSError("away")
            request.settimeout(30)
            request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            request = self.context.wrap_socket(request, server_side=True)
            request.settimeout(None)
            self.finish_request(request, client_address)
        except (OSError, ssl.SSLError, Dropped):
            pass
        finally:
            reset(request)


def reset(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    connection.close()


def kill(path):
    try:
        with open(path) as file:
            os.kill(int(file.read()), signal.SIGKILL)
    except (OSError, ValueError):
        pass


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "double", ""

    def log_message(self, *_):
        pass

    def do_any(self):
        self.user, self.groups, self.warnings, self.sent = None, [], [], 0
        self.limit, self.close_at, self.lost, self.after = None, None, set(), []
        self.change, self.is_lost, self.is_old = [], False, False
        self.logged = False
        try:
            self.body = self.read_body()
            if not self.path.startswith(self.server.prefix + "/"):
                raise Dropped
            self.path = self.path[len(self.server.prefix):]
            for fault in self.server.rules.for_request(self.command, self.path):
                self.meet(fault)
            self.identify()
            self.server.backend.answer(self)
        except Problem as problem:
            self.send_problem(problem)
        except Answered:
            pass
        except Dropped:
            self.note("dropped")
            self.close_connection = True
        except (BrokenPipeError, ConnectionError, ssl.SSLError):
            self.close_connection = True
        if self.server.rules.away():
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = do_any

    def read_body(self):
        length = int(self.headers.get("Content-Length") or 0)
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            whole = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                whole += self.rfile.read(size)
                self.rfile.readline()
                if size == 0 or len(whole) > BODY_MAX:
                    return whole
        if length > BODY_MAX:
            raise Dropped
        return self.rfile.read(length) if length else b""

    def note(self, status):
        if not self.logged:
            self.logged = True
            self.server.log.write(self.user, self.command, status, self.path)

    # --- faults

    def meet(self, fault):
        name, argument = fault.name, fault.argument
        if name == "status":
            code, _, body = argument.partition(" ")
            self.identify(quiet=True)
            self.send(int(code), body.encode(), "application/json" if body.startswith("{")
                      else "text/plain")
            raise Answered
        if name == "busy":
            self.identify(quiet=True)
            seconds, _, code = argument.partition(" ")
            self.send(int(code or 429), b"Too many requests, please try again later.\n",
                      "text/plain", {"Retry-After": seconds})
            raise Answered
        if name == "hang":
            while self.server.rules.stands(fault) and not self.is_left():
                time.sleep(0.02)
            raise Dropped
        if name == "drop":
            raise Dropped
        if name == "kill":
            kill(argument)
        elif name == "delay":
            time.sleep(float(argument))
        elif name == "cut":
            self.limit = int(argument)
        elif name == "close":
            self.close_at = time.monotonic() + float(argument)
        elif name == "lose":
            self.lost.add(argument)
        elif name == "warn":
            self.warnings.append(argument)
        elif name == "change":
            self.change.append(argument.split(None, 1))
        elif name == "killed":
            self.after.append(argument)
        elif name == "lost":
            self.is_lost = True
        elif name == "gone":
            self.is_old = True

    def is_left(self):
        """Whether whoever asked has closed the connection."""
        try:
            self.connection.settimeout(0.001)
            return self.connection.recv(1) == b""
        except (TimeoutError, ssl.SSLWantReadError):
            return False
        except OSError:
            return True
        finally:
            try:
                self.connection.settimeout(None)
            except OSError:
                pass

    # --- who asks

    def identify(self, quiet=False):
        peer = self.connection.getpeercert()
        value = self.headers.get("Authorization", "")
        self.token = value[7:] if value.startswith("Bearer ") else None
        if peer:
            self.user, self.groups = identity.user_of(peer)
        elif self.token:
            found = identity.find_token(self.server.tokens, self.token)
            if found:
                self.user, self.groups = found
        if quiet:
            return
        expired = self.user and not peer and self.server.rules.is_expired(self.user)
        if expired or not self.server.backend.knows(self):
            raise Problem(401, "Unauthorized", "Unauthorized")

    # --- answers

    def send_problem(self, problem):
        if problem.code == 404 and not problem.reason:
            self.send(404, b"404 page not found\n", "text/plain; charset=utf-8")
        else:
            self.send_json(problem.code, problem.status(), problem.headers)

    def send_json(self, code, value, headers=None):
        self.send(code, json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(),
                  "application/json", headers)

    def begin(self, code, content_type, headers=None, length=None):
        for path in self.after:
            kill(path)
        if self.is_lost:
            raise Dropped
        self.note(code)
        self.send_response(code)
        self.send_header("Content-Type", content_type)
        self.send_header("Cache-Control", "no-cache, private")
        for text in self.warnings:
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            self.send_header("Warning", f'299 - "{escaped}"')
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if length is None:
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def send(self, code, body, content_type, headers=None):
        for old, new in self.change:
            body = body.replace(old.encode(), new.encode())
        self.begin(code, content_type, headers, len(body))
        if self.command != "HEAD":
            self.write(body)

    def write(self, data):
        """Not more than a cut lets through."""
        if self.limit is not None and self.sent + len(data) > self.limit:
            self.wfile.write(data[:self.limit - self.sent])
            self.wfile.flush()
            self.note("cut")
            raise Dropped
        self.wfile.write(data)
        self.wfile.flush()
        self.sent += len(data)

    def write_chunk(self, data):
        for old, new in self.change:
            data = data.replace(old.encode(), new.encode())
        self.write(b"%x\r\n" % len(data) + data + b"\r\n")

    def end_chunks(self):
        self.write(b"0\r\n\r\n")

    def is_over(self):
        """Of what streams: a fault ends it; "away" without its end."""
        if self.server.rules.away():
            raise Dropped
        return self.close_at is not None and time.monotonic() >= self.close_at

    def query(self):
        path, _, query = self.path.partition("?")
        rows = urllib.parse.parse_qsl(query, True)	# of two with one name the first counts
        return urllib.parse.unquote(path), dict(reversed(rows))

