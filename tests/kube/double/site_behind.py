# SPDX-License-Identifier: GPL-3.0-or-later
"""What a workload of the double says over HTTP.  Every path is a page that names its image; these
are for tests:

    /links			addresses of every kind
    /go?to=ADDRESS		a redirect
    /cookie			one with a path
    /echo			what came, as JSON
    /status?code=N		an answer of its own with that status, JSON
    /refusal?code=N		the same in the form of one of the API server's
    /big?bytes=N		so many bytes
    /drip?pieces=N&pause=S	pieces with pauses between
    /cut			ends in the middle
"""
import hashlib
import html
import json
import time
import urllib.parse

ADDRESS = "10.0.0.7:8080"	# of the pod
LINKS = """<!DOCTYPE html><html><head><title>links</title>
<link rel="stylesheet" href="/style.css"><script src='/app.js'></script>
<script>var path = "/data", less = 1 < 2;</script></head>
<body><a href="/next?a=1&amp;b=2">next</a> <a href="relative">relative</a> <a href="/">first</a>
<a href="https://elsewhere.example/x">elsewhere</a> <a href="http://{address}/inside">inside</a>
<a href="http://{host}/absolute">absolute</a> <form action="/send"></form> <img src="/a/b/">
caf\xe9 /data</body></html>
"""


class Answer:
    def __init__(self, status=200, body=b"", headers=None, pieces=None, length=None):
        self.status, self.body, self.headers = status, body, headers or {}
        self.pieces, self.length = pieces, length


def as_json(value, status=200):
    return Answer(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def drip(count, pause):
    for n in range(count):
        yield f"data: {n}\n\n".encode()
        time.sleep(pause)


def big(size):
    block = bytes(range(256)) * 256
    while size > 0:
        yield block[:size]
        size -= len(block[:size])


def answer(method, path, query, headers, body, image):
    asked = dict(urllib.parse.parse_qsl(query))
    code = int(asked.get("code", 200))
    if path == "/links":
        page = LINKS.format(address=ADDRESS, host=headers.get("Host", ""))
        return Answer(body=page.encode("latin-1"))
    if path == "/go":
        return Answer(302, b"", {"Location": asked["to"]})
    if path == "/cookie":
        return Answer(body=b"a cookie", headers={
            "Content-Type": "text/plain", "Set-Cookie": "id=1; Path=/shop; HttpOnly",
            "Strict-Transport-Security": "max-age=1"})
    if path == "/echo":
        return as_json({"method": method, "path": path, "query": query, "headers": headers,
                        "length": len(body), "sha256": hashlib.sha256(body).hexdigest()})
    if path == "/status":
        return as_json({"error": "of the workload"}, code)
    if path == "/refusal":
        return as_json({"kind": "Status", "apiVersion": "v1", "status": "Failure",
                        "message": "of the workload", "code": code}, code)
    if path == "/big":
        size = int(asked["bytes"])
        return Answer(body=None, pieces=big(size), length=size,
                      headers={"Content-Type": "application/octet-stream"})
    if path == "/drip":
        return Answer(body=None, headers={"Content-Type": "text/event-stream"},
                      pieces=drip(int(asked["pieces"]), float(asked["pause"])))
    if path == "/cut":
        return Answer(body=None, pieces=cut(), length=100,
                      headers={"Content-Type": "text/plain"})
    return Answer(body=f"<p>{image} answers {method} {html.escape(path)}</p>\n".encode())


def cut():
    yield b"half"
    raise ConnectionError("cut")
