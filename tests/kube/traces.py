# SPDX-License-Identifier: GPL-3.0-or-later
"""What the story of a hotfix leaves behind.  By the API server's audit log nothing was written to the
adopted namespace but the fields that a review named; and the text of its Secret is in no file and
no output of ours, nor in the memory of the daemon and of a board that was open all the time.  TAP.

    traces.py KUBECONFIG AUDIT_LOG      SIDESTAGED and SIDESTAGE are ours
"""
import base64
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading

from cluster import Client, Tap, until
from memory import in_memory
from person import Person

APP = "proofs-traces"
PRODUCTION, CLONE = APP + "-production", "hot"
SECRET = "of-the-cluster-alone-" + os.urandom(12).hex()
FORMS = [SECRET.encode(), base64.b64encode(SECRET.encode())]
SPACES = "/api/v1/namespaces"
BASE = f"{SPACES}/{PRODUCTION}/"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{PRODUCTION}/deployments"
KINDS = [BASE + "secrets", BASE + "services", BASE + "configmaps", BASE + "serviceaccounts", DEPLOYMENTS]
WRITES = {"create", "update", "patch", "delete", "deletecollection"}
SCREEN = struct.pack("HHHH", 50, 160, 0, 0)


def web():
    env = [{"name": name, "value": value} for name, value in {
        "HOST": "0.0.0.0", "PORT": "8080", "API_URL": "http://localhost:1", "TONE": "calm"}.items()]
    env.append({"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "key", "key": "key"}}})
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "labels": {"app.kubernetes.io/part-of": APP}},
            "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}}, "spec": {
                    "terminationGracePeriodSeconds": 1, "containers": [
                        {"name": "web", "image": "local/topicshare-web:1.4.2", "env": env}]}}}}


def must(answer):
    if answer.status >= 300:
        raise RuntimeError(str(answer))
    return answer.value


class Board:
    """The program on a screen, which is read all the time."""

    def __init__(self, person):
        self.seen, self.person = b"", person
        self.process, self.screen = pty.fork()
        if self.process == 0:
            words = person.words()
            os.execve(words[0], words, dict(person.variables, TERM="xterm-256color"))
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, SCREEN)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        try:
            while True:
                if select.select([self.screen], [], [], 1)[0]:
                    self.seen += os.read(self.screen, 65536)
        except OSError:
            pass

    def keys(self, text):
        os.write(self.screen, text.encode())

    def end(self):
        os.kill(self.process, signal.SIGTERM)
        os.waitpid(self.process, 0)
        os.close(self.screen)


# --- where a text is ---

def in_files(folder):
    found = []
    for where, _, names in os.walk(folder):
        for path in (os.path.join(where, name) for name in names):
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    data = file.read()
                found += [path for form in FORMS if form in data]
    return found


# --- what was written ---

def by_name(path, found):
    """A path of a patch as a set says it: elements of lists by their names."""
    words = []
    for word in path.split("/")[1:]:
        found = found[int(word)] if isinstance(found, list) else (found or {}).get(
            word.replace("~1", "/").replace("~0", "~"))
        words.append(found["name"] if isinstance(found, dict) and word.isdigit() and "name" in found else word)
    return "/" + "/".join(words)


def writes(log, offset):
    """Of ours to the adopted namespace, but for dry runs."""
    with open(log, encoding="utf-8") as file:
        file.seek(offset)
        for line in file:
            if PRODUCTION not in line:
                continue
            event = json.loads(line)
            target = event.get("objectRef") or {}
            if event["verb"] in WRITES and event.get("userAgent", "").startswith("sidestage/") and \
                    PRODUCTION in (target.get("namespace"), target.get("name")) and \
                    "dryRun=All" not in event["requestURI"] and event["responseStatus"]["code"] < 300:
                yield event


def fields(event):
    """(object, path, value) of each that it changed; what is ours in managedFields is let go of."""
    target = event["objectRef"]
    name = f"{event['responseObject']['kind']}/{target['name']}"
    if event["verb"] != "patch" or not isinstance(event["requestObject"], list):
        return [(name, event["verb"], "")]
    return [(name, by_name(op["path"], event["responseObject"]), op.get("value"))
            for op in event["requestObject"] if op["op"] != "test" and
            not (op["op"] == "remove" and op["path"].startswith("/metadata/managedFields/"))]


def named(ended):
    """The same of a review."""
    found = []
    for row in json.loads(ended.out)["changes"]:
        _, _, _, name, path = row["path"].split("/", 4)
        found.append((name.replace("~1", "/"), "/" + path, row["to"]))
    return found


def objects(client):
    """All that is there, without what the cluster counts."""
    found = {}
    for path in KINDS:
        for item in must(client.get(path))["items"]:
            meta = item["metadata"]
            for key in ("resourceVersion", "generation", "managedFields"):
                meta.pop(key, None)
            meta.get("annotations", {}).pop("deployment.kubernetes.io/revision", None)
            item.pop("status", None)
            found[path + "/" + meta["name"]] = item
    return found


# --- the story ---

def fill(client):
    must(client.ask("POST", SPACES, {"metadata": {"name": PRODUCTION}}))
    # Applied by kubectl, which notes it in clear where lists of metadata have it.
    must(client.ask("POST", BASE + "secrets", {"stringData": {"key": SECRET}, "metadata": {
        "name": "key", "annotations": {"kubectl.kubernetes.io/last-applied-configuration":
                                       json.dumps({"stringData": {"key": SECRET}})}}}))
    must(client.ask("POST", DEPLOYMENTS + "?fieldManager=kubectl-create", web()))
    until(lambda: client.get(BASE + "configmaps/kube-root-ca.crt").status == 200 and
          client.get(BASE + "serviceaccounts/default").status == 200)


def tell(tap, client, person, log):
    board = Board(person)
    until(lambda: person.run("environment", PRODUCTION).code == 0, pause=0.2)
    offset, before = os.path.getsize(log), objects(client)
    board.keys("\r")
    person.must("clone", PRODUCTION, CLONE, "--approve=" + CLONE)
    space = f"{SPACES}/{APP}-{CLONE}/secrets/key"
    tap.ok(FORMS[1].decode() == must(client.get(space))["data"]["key"], "the clone has a copy of the Secret")
    now = in_memory(person.daemon.pid, FORMS)
    print(f"# when the clone is there, the daemon's memory has it {len(now)} times", flush=True)
    field = "/spec/manifests/Deployment~1web/spec/template/spec/containers/web/env/TONE/value"
    person.must("version", CLONE, "web", "1.4.3", "--approve=" + CLONE)
    person.must("set", CLONE, "web", field, "loud", "--approve=" + CLONE, "--reason=tone")
    person.run("logs", CLONE, "web")
    person.run("diff", PRODUCTION, CLONE)
    ended = person.must("promote", CLONE, "--approve=" + PRODUCTION, "--reason=fix", "--json")
    reviewed = named(ended)
    person.must("discard", CLONE, "--approve=" + CLONE)
    until(lambda: any("managedFields" in json.dumps(event["requestObject"]) for event in writes(log, offset)))
    events = list(writes(log, offset))
    written = [row for event in events for row in fields(event)]
    tap.ok(len(reviewed) == 2 and sorted(written) == sorted(reviewed),
           f"the audit log has {len(events)} writes to Production: the {len(reviewed)} fields of the review, "
           "and our entry let go of", f"{reviewed}\n{written}")
    after = objects(client)
    changed = [name for name in {*before, *after} if before.get(name) != after.get(name)]
    tap.ok(changed == [DEPLOYMENTS + "/web"], "and no other object of it is another one", changed)
    tap.ok(not in_files(person.folder), "its Secret is in no file: history, cache, state, log", in_files(person.folder))
    tap.ok(not any(form in person.said.encode() for form in FORMS), "in no output")
    tap.ok(len(board.seen) > 500 and not any(form in board.seen for form in FORMS), "and on no screen", board.seen[-300:])
    left = in_memory(person.daemon.pid, FORMS)
    tap.ok(not left, f"nor in the daemon's memory afterwards ({len(left)} times)", "\n".join(left))
    left = in_memory(board.process, FORMS)
    tap.ok(not left, f"nor in the memory of the board ({len(left)} times)", "\n".join(left))
    board.end()


def main():
    tap, client, person = Tap(), Client(sys.argv[1]), None
    try:
        fill(client)
        person = Person("oncall", APP, sys.argv[1], [PRODUCTION])
        tell(tap, client, person, sys.argv[2])
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "the story goes on", f"{error!r}\n{person.tail() if person else ''}")
    finally:
        if person:
            person.end()
        for name in (PRODUCTION, f"{APP}-{CLONE}"):
            client.ask("DELETE", f"{SPACES}/{name}")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
