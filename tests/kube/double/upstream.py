# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything is passed on to a real API server, after the faults."""
import http.client
import ssl
import urllib.parse

from server import Dropped

HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "host", "authorization"}
IDLE_S = 0.1


class Upstream:
    """admin comes with our certificate; other users of ours are impersonated; a token that is not
    ours is the upstream's to judge."""

    def __init__(self, url, ca, cert, key):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port = parts.hostname, parts.port or 443
        self.ours = ssl.create_default_context(cafile=ca)
        self.theirs = ssl.create_default_context(cafile=ca)
        if cert:
            self.ours.load_cert_chain(cert, key)

    def knows(self, handler):
        return handler.user is not None or handler.token is not None

    def answer(self, handler):
        if handler.path == "/double/met":
            handler.send_json(200, handler.server.rules.met())
            return
        headers = {name: value for name, value in handler.headers.items()
                   if name.lower() not in HOP}
        context = self.ours
        if handler.user is None:
            context = self.theirs
            headers["Authorization"] = "Bearer " + handler.token
        elif handler.user != "admin":
            headers["Impersonate-User"] = handler.user
        upstream = http.client.HTTPSConnection(self.host, self.port, context=context, timeout=60)
        try:
            upstream.request(handler.command, handler.path, handler.body or None, headers)
            self.relay(handler, upstream, upstream.getresponse())
        except http.client.HTTPException:
            raise Dropped from None
        finally:
            upstream.close()

    def relay(self, handler, upstream, answer):
        kind = answer.getheader("Content-Type", "")
        more = {name: value for name, value in answer.getheaders() if name.lower() in (
            "retry-after", "warning", "location", "audit-id")}
        length = answer.getheader("Content-Length")
        if length is not None or handler.command == "HEAD":
            handler.send(answer.status, answer.read(), kind, more)
            return
        handler.begin(answer.status, kind, more)
        if handler.is_old:
            self.too_old(handler)
            return
        self.stream(handler, upstream, answer)

    @staticmethod
    def too_old(handler):
        handler.write_chunk(b'{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1",'
                            b'"metadata":{},"status":"Failure","message":"too old resource '
                            b'version","reason":"Expired","code":410}}\n')
        handler.end_chunks()

    def stream(self, handler, upstream, answer):
        """As it comes; of a watch the events that are to be lost are left out."""
        upstream.sock.settimeout(IDLE_S)
        rest = b""
        while not handler.is_over():
            try:
                piece = answer.read1(1 << 16)
            except TimeoutError:
                if handler.is_left():
                    handler.close_connection = True
                    return
                continue
            if not piece:
                break
            if not handler.lost:
                handler.write_chunk(piece)
                continue
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                if not any(b'"type":"%s"' % kind.encode() in line[:40] for kind in handler.lost):
                    handler.write_chunk(line + b"\n")
        handler.end_chunks()
