# SPDX-License-Identifier: GPL-3.0-or-later
"""holder.py LISTEN UPSTREAM HOLD HELD: passes on bytes between two Unix sockets, and holds
some requests for ever.  Lines of the file HOLD say which: "before METHOD PATH" never reaches
the platform, "after METHOD PATH" is carried out and not answered.  Each is held once, and
written to the file HELD."""
import os
import socket
import sys
import threading

listen, upstream, hold, held = sys.argv[1:]
done = set()
lock = threading.Lock()


def message(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(rest) < length:
        more = connection.recv(65536)
        if not more:
            return None
        rest += more
    return head + b"\r\n\r\n" + rest


def rule(request):
    first = request.split(b"\r\n", 1)[0].decode() + " "
    with lock:
        lines = open(hold).read().splitlines() if os.path.exists(hold) else []
        for line in lines:
            when, _, what = line.partition(" ")
            if line not in done and first.startswith(what):
                done.add(line)
                return when, what
    return None, None


def of_the_owner(request):
    """With the header that the platform's socket asks for; one of an earlier release asks for none."""
    try:
        with open(upstream + ".secret", "rb") as file:
            line = file.read().strip()
    except FileNotFoundError:
        return request
    first, end, rest = request.partition(b"\r\n")
    return first + end + line + end + rest


def serve(client):
    platform = socket.socket(socket.AF_UNIX)
    platform.connect(upstream)
    while True:
        request = message(client)
        if request is None:
            return
        when, what = rule(request)
        answer = None
        if when != "before":
            platform.sendall(of_the_owner(request))
            answer = message(platform)
        if when:
            with open(held, "a") as file:
                file.write(what + "\n")
            threading.Event().wait()
        if answer is None:
            client.close()
            return
        client.sendall(answer)


def visit(client):
    try:
        serve(client)
    except OSError:
        client.close()


listener = socket.socket(socket.AF_UNIX)
listener.bind(listen)
listener.listen(64)
while True:
    threading.Thread(target=visit, args=(listener.accept()[0],), daemon=True).start()
