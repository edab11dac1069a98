# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a change in a namespace of somebody else, on a real cluster: it is patched in and
let go, a reconciler and an apply of the old manifest put it back and are named, and of two people
who change the same, one is told that it moved.  TAP.

    owned.py KUBECONFIG         KUBECTL is kubectl, SIDESTAGED is ours
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fault"))
from cluster import PATCH, Client, until	# noqa: E402
from driver import Tap	# noqa: E402
from faultd import UnixConnection, die_with_parent	# noqa: E402

SPACE = os.environ.get("OWNED_NAMESPACE", "owned-production")
WEB = f"/apis/apps/v1/namespaces/{SPACE}/deployments/web"
IMAGE = "local/topicshare-web:"
ROUNDS = 20
POINTER = "/spec/manifests/Deployment~1web/spec/template/spec/containers/web/image"


def manifest(version, replicas=1):
    labels = {"app": "web"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {
        "name": "web", "namespace": SPACE}, "spec": {
            "replicas": replicas, "selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels}, "spec": {
                    "terminationGracePeriodSeconds": 1, "containers": [{
                        "name": "web", "image": IMAGE + version,
                        "env": [{"name": "HOST", "value": "0.0.0.0"},
                                {"name": "PORT", "value": "8080"},
                                {"name": "API_URL", "value": "http://localhost:1"}],
                        "readinessProbe": {"tcpSocket": {"port": 8080},
                                           "periodSeconds": 1}}]}}}}


class Owner:
    """With kubectl, and files of their own."""

    def __init__(self, kubeconfig):
        self.kubeconfig = kubeconfig

    def kubectl(self, *words, body=None):
        return subprocess.run([*shlex.split(os.environ["KUBECTL"]), *words], text=True,
                              input=None if body is None else json.dumps(body),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=dict(os.environ, KUBECONFIG=self.kubeconfig))

    def applies(self, version, *options, replicas=1):
        return self.kubectl("apply", *options, "-f", "-", body=manifest(version, replicas))


class Daemon:
    """A laptop that adopts the namespace."""

    def __init__(self, kubeconfig, name):
        self.folder = tempfile.mkdtemp(prefix="owned-")
        self.socket = os.path.join(self.folder, "socket")
        self.log = open(os.path.join(self.folder, "log"), "w+")
        os.mkdir(os.path.join(self.folder, "images"))
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [os.environ["SIDESTAGED"], "serve", "--state", os.path.join(self.folder, "state"),
             "--images", os.path.join(self.folder, "images"), "--socket", self.socket, "--user",
             name, "--ready-fd", str(writer), "--adopt-kubeconfig", kubeconfig,
             "--adopt-namespaces", SPACE], pass_fds=[writer], stderr=self.log,
            stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(writer)
        assert os.read(reader, 6) == b"ready\n", self.said()
        self.env = None
        until(self.find)

    def ask(self, method, path, body=None):
        connection = UnixConnection(self.socket)
        connection.request(method, path, None if body is None else json.dumps(body).encode())
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text.decode()

    def find(self):
        for org in self.ask("GET", "/orgs")[1]:
            for app in self.ask("GET", f"/orgs/{org['id']}/apps")[1]:
                for env in self.ask("GET", f"/orgs/{org['id']}/apps/{app['id']}/envs")[1]:
                    if env.get("last_deploy"):
                        self.app = f"/orgs/{org['id']}/apps/{app['id']}"
                        self.env = f"{self.app}/envs/{env['id']}"
        return self.env

    def image(self):
        """As the environment is known; asking makes the platform look."""
        self.ask("GET", self.env + "/runtime")
        set_id = self.ask("GET", self.env)[1]["from_deploy"]["set_id"]
        web = self.ask("GET", f"{self.app}/sets/{set_id}")[1]["modules"].get("web")
        if not web:
            return None
        kept = web["spec"]["manifests"]["Deployment/web"]
        return kept["spec"]["template"]["spec"]["containers"]["web"]["image"]

    def knows(self, version):
        until(lambda: self.image() == IMAGE + version, pause=0.2)

    def deploys(self, version):
        """(status, texts of its errors)"""
        status, delta = self.ask("POST", self.app + "/deltas", {"modules": {"update": {"web": [
            {"op": "replace", "path": POINTER, "value": IMAGE + version}]}}})
        assert status == 200 or status == 201, delta
        delta = delta if isinstance(delta, str) else delta["id"]
        status, made = self.ask("POST", self.env + "/deploys", {"delta_id": delta})
        if status != 201:
            return str(status), [made]
        where = f"{self.env}/deploys/{made['id']}"
        until(lambda: self.ask("GET", where)[1]["status"] not in ("pending", "in progress"),
              pause=0.1)
        return self.ask("GET", where)[1]["status"], self.ask("GET", where + "/errors")[1]

    def reviews(self, version):
        _, delta = self.ask("POST", self.app + "/deltas", {"modules": {"update": {"web": [
            {"op": "replace", "path": POINTER, "value": IMAGE + version}]}}})
        delta = delta if isinstance(delta, str) else delta["id"]
        return self.ask("POST", self.env + "/deploy-review", {"delta_id": delta})[1]

    def says(self, words):
        def so():
            return words in json.dumps(self.ask("GET", self.env + "/runtime")[1])
        until(so, pause=0.2)

    def said(self):
        with open(self.log.name) as file:
            return file.read()[-2000:]

    def end(self):
        self.process.terminate()
        self.process.wait()


class Reconciler(threading.Thread):
    """What forces the old value every five seconds."""

    def __init__(self, client, version):
        super().__init__(daemon=True)
        self.client, self.version, self.ended = client, version, threading.Event()

    def run(self):
        while not self.ended.wait(5):
            self.client.ask("PATCH", WEB + "?fieldManager=shop-operator", [
                {"op": "replace", "path": "/spec/template/spec/containers/0/image",
                 "value": IMAGE + self.version}], PATCH)


def managers(client):
    return [row["manager"] for row in client.get(WEB).value["metadata"]["managedFields"]]


def live(client):
    return client.get(WEB).value["spec"]["template"]["spec"]["containers"][0]["image"]


def a_change_is_let_go(tap, client, owner, daemon):
    owner.applies("1.4.2")
    daemon.knows("1.4.2")
    found = daemon.reviews("1.4.3")
    tap.ok("kubectl owns containers[web].image" in json.dumps(found),
           "the review names the owner", found)
    status, errors = daemon.deploys("1.4.3")
    tap.ok(status == "succeeded" and live(client) == IMAGE + "1.4.3", "the field is patched",
           (status, errors, daemon.said()))
    tap.ok("sidestage" not in managers(client), "and nothing in it is ours", managers(client))
    daemon.says("kubectl does not have this change yet")
    tap.ok(True, "which its owner does not have yet")
    server = owner.applies("1.4.3", "--server-side", "--field-manager=kubectl", "--dry-run=server")
    client_side = owner.applies("1.4.3")
    tap.ok("sidestage" not in server.stdout and client_side.returncode == 0,
           "the owner's apply of the fix passes", server.stdout + client_side.stdout)
    until(lambda: "does not have" not in json.dumps(daemon.ask("GET", daemon.env + "/runtime")[1]),
          pause=0.2)
    tap.ok(True, "and then it is carried")


def server_side_owners_go_on(tap, client, owner, daemon):
    owner.kubectl("-n", SPACE, "delete", "deployment", "web", "--wait")
    owner.applies("1.4.2", "--server-side")
    daemon.knows("1.4.2")
    status, errors = daemon.deploys("1.4.3")
    tap.ok(status == "succeeded", "what was applied server-side is patched, too",
           (status, errors, daemon.said()))
    for version in ("1.4.3", "1.4.2"):
        ended = owner.applies(version, "--server-side")
        tap.ok(ended.returncode == 0, f"the owner applies {version}, and is not refused",
               ended.stdout)


def reverts_are_named(tap, client, owner, daemon):
    owner.kubectl("-n", SPACE, "delete", "deployment", "web", "--wait")
    owner.applies("1.4.2")
    daemon.knows("1.4.2")
    daemon.deploys("1.4.3")
    owner.applies("1.4.2")
    daemon.says("reverted by kubectl")
    tap.ok(True, "an apply of the old manifest is noticed and named")
    daemon.knows("1.4.2")
    newest = daemon.ask("GET", daemon.env + "/deploys")[1][0]
    tap.ok(newest["created_by"].startswith("kubectl"), "and stands in the history", newest)
    reconciler = Reconciler(client, "1.4.2")
    status, errors = daemon.deploys("1.4.3")
    reconciler.start()
    daemon.says("reverted by shop-operator")
    tap.ok(status == "succeeded", "so is a reconciler that forces the old value",
           (status, errors))
    reconciler.ended.set()
    reconciler.join()
    until(lambda: live(client) == IMAGE + "1.4.2")


def two_people(tap, client, owner, one, two):
    """Without pods, so that only the race counts."""
    owner.kubectl("-n", SPACE, "delete", "deployment", "web", "--wait")
    owner.applies("0-0", replicas=0)
    now, stale, lost, met, won = "0-0", 0, 0, 0, [0, 0]
    for number in range(1, ROUNDS + 1):
        try:	# what is changed all the time is read ever more seldom
            for daemon in (one, two):
                until(lambda: daemon.image() == IMAGE + now, limit=8, pause=0.1)
            met += 1
        except RuntimeError:
            pass
        results = [None, None]

        def deploy(n, daemon):
            results[n] = daemon.deploys(f"{number}-{n}")
        threads = [threading.Thread(target=deploy, args=row) for row in enumerate((one, two))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        there = live(client)[len(IMAGE):]
        winners = [n for n in (0, 1) if results[n][0] == "succeeded"]
        told = [n for n in (0, 1) if "moved" in json.dumps(results[n][1])]
        lost += there != (f"{number}-{winners[0]}" if winners else now)
        is_right = len(winners) < 2 and sorted(winners + told) == [0, 1]
        stale += not is_right
        if not is_right:
            print("#", number, results, there, flush=True)
        for n in winners:
            won[n] += 1
        now = there
    tap.ok(stale == 0 and lost == 0, f"{ROUNDS} rounds of two people: {won[0]} to {won[1]}, "
           f"{stale} stale, {lost} lost; {met} times both knew what was there", one.said() + two.said())
    tap.ok("sidestage" not in managers(client), "and nothing is ours", managers(client))


def main():
    kubeconfig = sys.argv[1]
    tap, client, owner = Tap(), Client(kubeconfig), Owner(kubeconfig)
    daemons = []
    owner.kubectl("create", "namespace", SPACE)
    try:
        owner.applies("1.4.2")
        daemons = [Daemon(kubeconfig, "oncall"), Daemon(kubeconfig, "release")]
        for part in (a_change_is_let_go, server_side_owners_go_on, reverts_are_named):
            part(tap, client, owner, daemons[0])
        two_people(tap, client, owner, *daemons)
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "the story goes on", f"{error!r}\n" + "\n".join(d.said() for d in daemons))
    finally:
        for daemon in daemons:
            daemon.end()
        owner.kubectl("delete", "namespace", SPACE, "--wait=false")
    return tap.end()


sys.exit(main())
