# SPDX-License-Identifier: GPL-3.0-or-later
"""A Service without an outside address is reached through a port of this machine."""
import hashlib
import http.client
import json
import os
import re
import signal
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fault"))
from cluster import LIMIT_S, MERGE, Tap, until	# noqa: E402
from driver import TOKENS, World	# noqa: E402
from faultd import UnixConnection	# noqa: E402

tap = Tap()
ok = tap.ok
RUNTIME = "/orgs/topicshare-inc/apps/topicshare/envs/production/runtime"
COMMAND = "kubectl port-forward --namespace topicshare-production service/web 8080:80"
BODY_MAX = 8 << 20


class Reply:
    def __init__(self, answer):
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    @property
    def text(self):
        return self.body.decode("latin-1")

    def __str__(self):
        return f"{self.status} {dict(self.headers)} {self.text[:800]}"


def runtime(world):
    connection = UnixConnection(world.socket)
    connection.request("GET", RUNTIME, headers={"Accept": "application/v2+json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["modules"]


def told(world, module="web"):
    """What the runtime says of how the workload is reached, as soon as it does."""
    return until(lambda: runtime(world).get(module, {}).get("addresses"))[0]


class Door:
    def __init__(self, address):
        self.host, port = re.fullmatch(r"http://([^/:]+):(\d+)", address).groups()
        self.port = int(port)

    def connect(self, timeout=LIMIT_S):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def ask(self, method, path, body=None, **headers):
        connection = self.connect()
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers.setdefault("Host", f"{self.host}:{self.port}")
        if body is not None and "Transfer-Encoding" not in headers:
            headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        reply = Reply(connection.getresponse())
        connection.close()
        return reply

    def raw(self, text, end=None):
        """All that comes for these bytes until the connection ends, or until it ends so."""
        with socket.create_connection(("127.0.0.1", self.port), LIMIT_S) as plug:
            plug.sendall(text if isinstance(text, bytes) else text.encode())
            found = b""
            while piece := plug.recv(65536):
                found += piece
                if end and found.endswith(end.encode()):
                    break
            return found.decode("latin-1")


def echo(reply):
    return json.loads(reply.body)


def pages(world, door):
    reply = door.ask("GET", "/some/page?x=1")
    ok(reply.status == 200 and "local/topicshare-web:1.4.2 answers GET /some/page" in reply.text,
       "the page of a Service is there", reply)
    reply = door.ask("HEAD", "/some/page")
    ok(reply.status == 200 and not reply.body, "its head alone, too", reply)
    reply = door.ask("GET", "/links")
    wanted = ['href="/style.css"', 'src="/app.js"', 'href="/next?a=1&amp;b=2"', 'href="relative"',
              'href="/"', 'href="https://elsewhere.example/x"', 'href="/inside"', 'action="/send"',
              'src="/a/b/"', 'var path = "/data", less = 1 < 2', "caf\xe9 /data",
              f'href="http://{door.host}:{door.port}/absolute"']
    missing = [text for text in wanted if text not in reply.text]
    ok(not missing and "/proxy" not in reply.text, "the addresses of a page lead to it again",
       f"{missing} {reply}")
    found = []
    for to in ("/there?a=b", "/", f"http://{door.host}:{door.port}/x", "https://elsewhere.example/",
               "http://10.0.0.7:8080/inside/"):
        found.append(door.ask("GET", "/go?to=" + to).headers["Location"])
    ok(found == ["/there?a=b", "/", f"http://{door.host}:{door.port}/x",
                 "https://elsewhere.example/", "/inside/"], "and so do its redirects", found)
    reply = door.ask("GET", "/cookie")
    ok(reply.headers["Set-Cookie"] == "id=1; Path=/shop; HttpOnly" and
       "Strict-Transport-Security" not in reply.headers and "Audit-Id" not in reply.headers,
       "a cookie is handed on; what is the API server's own is not", reply)


def bodies(door):
    body = os.urandom(300000)
    reply = door.ask("POST", "/echo", body, Content_Type="application/octet-stream")
    ok(echo(reply)["sha256"] == hashlib.sha256(body).hexdigest() and
       echo(reply)["method"] == "POST", "a body is handed on as it is", reply)
    chunks = b"".join(b"%x;a=b\r\n%s\r\n" % (len(part), part) for part in
                      (body[:1], body[1:70000], body[70000:])) + b"0\r\nX-Trailer: 1\r\n\r\n"
    reply = door.ask("PUT", "/echo", chunks, Transfer_Encoding="chunked")
    ok(echo(reply)["sha256"] == hashlib.sha256(body).hexdigest() and
       "X-Trailer" not in echo(reply)["headers"], "so is one in chunks", reply)
    for method in ("POST", "DELETE", "PATCH"):
        reply = door.ask(method, "/echo")
        ok(echo(reply)["method"] == method and echo(reply)["length"] == 0, f"{method} needs none",
           reply)
    reply = door.ask("GET", "/echo", b"x")
    ok(echo(reply)["method"] == "GET" and echo(reply)["length"] == 1, "GET may have one", reply)
    reply = door.ask("POST", "/echo", Content_Length=str(BODY_MAX + 1))
    ok(reply.status == 413 and COMMAND in reply.text, "one that is too large is refused", reply)
    answer = door.raw("POST /echo HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
                      "Content-Length: 2\r\nConnection: close\r\n\r\n", end="\r\n\r\n")
    ok(answer == "HTTP/1.1 100 Continue\r\n\r\n", "who asks whether to send it is told to", answer)


def identity(world, door):
    reply = door.ask("GET", "/echo", Authorization="Bearer mine", Impersonate_User="admin",
                     Impersonate_Group="system:masters", X_Remote_User="admin",
                     X_Forwarded_For="192.0.2.9", X_Forwarded_Host="evil.example", Cookie="a=b",
                     X_Own="yes", Connection="X-Hop", X_Hop="1", Impersonate_Extra="x",
                     Origin=f"http://{door.host}:{door.port}", User_Agent="browser/1")
    headers = echo(reply)["headers"]
    text = json.dumps(headers)
    ok(not any(word in text for word in (*TOKENS, "mine", "admin", "masters", "evil", "192.0.2.9"))
       and "X-Hop" not in headers and "Origin" not in headers,
       "a workload hears neither who we are nor whom somebody wants to be", text)
    ok(headers["Cookie"] == "a=b" and headers["X-Own"] == "yes" and
       headers["User-Agent"] == "browser/1" and headers["X-Forwarded-Proto"] == "http" and
       headers["X-Forwarded-Host"] == f"{door.host}:{door.port}",
       "it hears all else, and how it was called", text)
    users = {user for user, _, _, path in world.double.requests() if "/proxy/" in path}
    ok(users == {"sidestage"}, "the API server heard no other user than ours", users)


def refusals(world, door):
    cases = {
        "/../x": "a part", "/a/./b": "a part", "/%2e%2E/x": "a part", "/..%2f..%2fx": "a part",
        "/a%5c..%5cb": "a part", "/.%2e": "a part", "/a\\b": "a backslash", "/%": "hexadecimal",
        "/%00": "NUL", "http://127.0.0.1/": "not a path", "*": "not a path", "//../": "a part",
        "/a#b": "percent-encoded"}
    before = len(world.double.requests())
    wrong = []
    for path, words in cases.items():
        reply = door.raw(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if not (reply.startswith("HTTP/1.1 400 ") and words in reply):
            wrong.append((path, reply))
    ok(not wrong, "a path that leads out of it is refused", wrong)
    heads = {
        "GET / HTTP/1.1\r\n\r\n": "400", "GET / HTTP/1.1\r\nHost: a.localhost\r\nHost: b\r\n\r\n": "400",
        "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n": "400", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n": "400",
        "GET / HTTP/1.1\nHost: localhost\n\r\n\r\n": "400",
        "GET / HTTP/1.1\r\nHost: localhost\r\n folded: 1\r\n\r\n": "400",
        "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n": "400",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n": "400",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n"
        "Transfer-Encoding: chunked\r\n\r\n": "400",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n": "400",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n": "400",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n": "400",
        "GET / HTTP/1.1\r\nHost: localhost\r\nA: \x01\r\n\r\n": "400",
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + "A: b\r\n" * 101 + "\r\n": "400",
        "GET /" + "a" * 40000: "400",
        "CONNECT example.org:443 HTTP/1.1\r\nHost: localhost\r\n\r\n": "400",
        "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n": "501",
        "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n": "421",
        "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n": "421",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:80@evil\r\n\r\n": "421",
        "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n": "501",
    }
    wrong = [(head[:90], reply[:300]) for head, status in heads.items() for reply in [door.raw(head)]
             if not reply.startswith(f"HTTP/1.1 {status} ") or COMMAND not in reply]
    ok(not wrong, "so is what is not HTTP, not for this host, or an upgrade, each in a sentence",
       wrong)
    asked = [path for _, _, _, path in world.double.requests()[before:] if "/proxy" in path]
    ok(not asked, "and none of that reached the API server", asked)


def connections(door):
    text = door.raw("GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nGET /2 HTTP/1.1\r\nHost: localhost\r\n"
                    "\r\nGET /3 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    ok(re.findall(r"answers GET (/\d)", text) == ["/1", "/2", "/3"],
       "a connection is kept, and its requests are answered in order", text)
    text = door.raw("GET /1 HTTP/1.0\r\n\r\n")
    ok("answers GET /1" in text and "chunked" not in text, "HTTP/1.0 is understood", text)
    plug = socket.create_connection(("127.0.0.1", door.port), LIMIT_S)
    plug.sendall(b"GET /drip?pieces=50&pause=0.2 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    begun = time.monotonic()
    text = b""
    while b"data: 2" not in text:
        text += plug.recv(4096)
    ok(b"data: 49" not in text and time.monotonic() - begun < 9, "an answer comes as it comes", text)
    plug.close()
    others = [door.connect() for _ in range(100)]
    for one in others:
        one.connect()
    reply = door.ask("GET", "/among-many")
    ok(reply.status == 200, "many that wait keep nobody out", reply)
    for one in others:
        one.close()
    size = 48 << 20
    connection = door.connect(60)
    connection.request("GET", f"/big?bytes={size}", headers={"Host": "localhost"})
    answer = connection.getresponse()
    time.sleep(1)		# whoever reads slowly
    block, expected, total, same = bytes(range(256)) * 256, b"", 0, True
    while piece := answer.read(len(block)):
        same = same and piece == block[:len(piece)]
        total += len(piece)
    ok(total == size and same, "a large answer comes whole to a slow reader", f"{total} {same}")
    connection.close()
    text = door.raw("GET /cut HTTP/1.1\r\nHost: localhost\r\n\r\n")
    ok("Content-Length: 100" in text and text.endswith("half"), "one that was cut is cut", text)


def memory_of(pid):
    with open(f"/proc/{pid}/status") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read()).group(1)) >> 10


def slow_reader(world, door):
    before = memory_of(world.process.pid)
    plug = socket.socket()
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plug.connect(("127.0.0.1", door.port))
    plug.sendall(b"GET /big?bytes=268435456 HTTP/1.1\r\nHost: localhost\r\n\r\n")
    plug.recv(10)
    time.sleep(2)
    grown = memory_of(world.process.pid) - before
    ok(grown < 32, "one that is not read at all is not kept in memory", f"{grown} MiB")
    plug.close()


def failures(world, door):
    reply = door.ask("GET", "/status?code=403")
    ok(reply.status == 403 and reply.text == '{"error": "of the workload"}',
       "a refusal of the workload's own is handed on", reply)
    reply = door.ask("GET", "/status?code=401")
    ok(reply.status == 401 and "of the workload" in reply.text, "so is its 401", reply)
    world.double.rules("deny sidestage create services/proxy topicshare-production")
    reply = door.ask("POST", "/x", b"")
    ok(reply.status == 403 and "User sidestage has no right to create services/proxy in the "
       "namespace topicshare-production" in reply.text and COMMAND in reply.text,
       "a right that is missing is named, and the command that does without is there", reply)
    world.double.rules("GET /proxy/ hang")
    plug = socket.create_connection(("127.0.0.1", door.port), LIMIT_S)
    plug.sendall(b"GET /hangs HTTP/1.1\r\nHost: localhost\r\n\r\n")
    time.sleep(0.3)
    world.double.rules()
    plug.close()
    ok(door.ask("GET", "/after").status == 200, "who leaves before the answer harms nobody")
    world.double.rules("GET /proxy/ drop")
    reply = door.ask("GET", "/x")
    ok(reply.status in (502, 503, 504) and "The cluster" in reply.text,
       "an API server that does not answer is a sentence", reply)
    world.double.rules("1:GET /proxy/ status 401 {\"kind\":\"Status\",\"apiVersion\":\"v1\","
                       "\"status\":\"Failure\",\"message\":\"Unauthorized\",\"code\":401}")
    reply = door.ask("GET", "/x")
    ok(reply.status == 200, "credentials that are refused are read again", reply)
    world.double.rules()
    scale = "/apis/apps/v1/namespaces/topicshare-production/deployments/web/scale"
    world.cluster.ask("PATCH", scale, {"spec": {"replicas": 0}}, MERGE)
    reply = until(lambda: next(iter([r for r in [door.ask("GET", "/x")] if r.status == 503]), None))
    ok("no endpoints available" in reply.text and "cannot reach the workload" in reply.text,
       "a workload of which nothing runs is a sentence", reply)
    world.cluster.ask("PATCH", scale, {"spec": {"replicas": 1}}, MERGE)
    until(lambda: door.ask("GET", "/x").status == 200)


def lasting(world, door):
    world.process.send_signal(signal.SIGKILL)
    world.process.wait()
    world.start()
    again = until(lambda: door_answers(door))
    ok(again, "after a restart it answers at the same port, before anybody looks")
    ok(told(world)["address"] == f"http://{door.host}:{door.port}", "which is told again",
       told(world))


def door_answers(door):
    try:
        return door.ask("GET", "/again").status == 200
    except OSError:
        return False


def is_closed(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return False
    except ConnectionRefusedError:
        return True


def without_right(world):
    world.double.rules("deny sidestage get services/proxy *")
    world.process.terminate()
    world.process.wait()
    world.start()
    found = told(world)
    ok("address" not in found and found["command"] == COMMAND and found["message"] ==
       "User sidestage has no right to get services/proxy in the namespace topicshare-production "
       "of the cluster.", "without the right there is a command instead of an address, and why", found)
    ok(found["reasons"][0]["code"] == "cluster_forbidden", "with its code", found)
    name = world.new_environment()
    world.runs(name)
    ok(True, "all else works without it")
    world.must("DELETE", f"/envs/{name}")
    until(lambda: world.has_gone(name))
    world.double.rules()


def right_taken_away(world, door):
    """It is noticed where it is used, and again when it is back."""
    world.double.rules("deny sidestage get services/proxy *")
    reply = door.ask("GET", "/x")
    ok(reply.status == 403 and "has no right to get services/proxy" in reply.text and
       COMMAND in reply.text, "a right that is taken away is named where it is missed", reply)
    found = until(lambda: next(iter([one for one in [told(world)] if "address" not in one]), None))
    ok("services/proxy" in found["message"], "and whoever looks is told", found)
    world.double.rules()
    found = until(lambda: told(world).get("address"))
    ok(found == f"http://{door.host}:{door.port}", "the address is told again when it is back", found)


def ends(world):
    name = world.new_environment()
    global RUNTIME
    kept, RUNTIME = RUNTIME, RUNTIME.replace("production", name)
    door = Door(told(world)["address"])
    RUNTIME = kept
    reply = door.ask("GET", "/clone")
    ok("answers GET /clone" in reply.text and f"web.{name}.topicshare.localhost" == door.host,
       "a clone has an address of its own", reply)
    world.must("DELETE", f"/envs/{name}")
    until(lambda: world.has_gone(name))
    ok(is_closed(door.port), "which ends with it")


def main():
    with World(options=("--prefix", "/k8s/clusters/c-1")) as world:
        found = told(world)
        ok(re.fullmatch(r"http://web\.production\.topicshare\.localhost:\d+", found["address"]) and
           found["port"] == 80 and found["command"] == COMMAND,
           "the runtime says how a workload is reached", found)
        door = Door(found["address"])
        pages(world, door)
        bodies(door)
        identity(world, door)
        refusals(world, door)
        connections(door)
        slow_reader(world, door)
        failures(world, door)
        right_taken_away(world, door)
        lasting(world, door)
        ends(world)
        without_right(world)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
