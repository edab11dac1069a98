# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs in namespaces of others becomes environments, over the double: which stay true, and are
never written to."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fault"))
from cluster import Double, Tap, until	# noqa: E402
from faultd import UnixConnection, die_with_parent	# noqa: E402

SHOP = "/apis/apps/v1/namespaces/shop/deployments"
SECRET = "only-the-cluster-knows-this"


def pod(image):
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{
        "name": "web", "image": image, "env": [{"name": "PASSWORD", "valueFrom": {
            "secretKeyRef": {"name": "db", "key": "password"}}}]}]}}


class World:
    """A double that somebody else has filled, and a daemon that adopts what it is told to."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="adopt-")
        self.socket = os.path.join(self.folder, "socket")
        self.state = os.path.join(self.folder, "state")
        self.double = Double(os.path.join(self.folder, "double"), "--token", "sidestage=token",
                             "--pace", "0.01", "--bookmarks", "0.5")
        self.cluster = self.double.client()
        self.kubeconfig = self.write_kubeconfig()
        self.log = open(os.path.join(self.folder, "log"), "w+")
        self.images = os.path.join(self.folder, "images")
        os.mkdir(self.images)
        self.process = None

    def write_kubeconfig(self):
        path = os.path.join(self.folder, "kubeconfig")
        with open(path, "w") as file:
            os.fchmod(file.fileno(), 0o600)
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "Shop@Prod",
                       "clusters": [{"name": "c", "cluster": {
                           "server": self.cluster.url, "certificate-authority":
                           os.path.join(self.double.folder, "pki/ca.crt")}}],
                       "users": [{"name": "u", "user": {"token": "token"}}],
                       "contexts": [{"name": "Shop@Prod", "context": {
                           "cluster": "c", "user": "u", "namespace": "shop"}}]}, file)
        return path

    def fill(self, namespace):
        made = [("/api/v1/namespaces", {"metadata": {"name": namespace}}),
                (f"/api/v1/namespaces/{namespace}/secrets",
                 {"metadata": {"name": "db"}, "stringData": {"password": SECRET}}),
                (f"/apis/apps/v1/namespaces/{namespace}/deployments", {
                    "metadata": {"name": "web", "labels": {"app.kubernetes.io/part-of": "store"}},
                    "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}},
                             "template": pod("local/web:1")}})]
        for path, body in made:
            answer = self.cluster.ask("POST", path + "?fieldManager=kubectl-create", body)
            assert answer.status == 201, answer

    def start(self, *options):
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [os.environ["SIDESTAGED"], "serve", "--state", self.state, "--images", self.images,
             "--socket", self.socket, "--ready-fd", str(writer), *options], pass_fds=[writer],
            stderr=self.log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(writer)
        assert os.read(reader, 6) == b"ready\n", self.said()
        os.close(reader)

    def adopt(self, *options):
        self.start("--adopt-kubeconfig", self.kubeconfig, *options)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)

    def said(self):
        with open(self.log.name) as file:
            return file.read()[-1500:]

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

    def get(self, path):
        return self.ask("GET", path)[1]

    def adoption(self):
        return self.get("/orgs/shop-prod/x-adoption")

    def deploys(self, app="store", env="shop"):
        return self.get(f"/orgs/shop-prod/apps/{app}/envs/{env}/deploys")

    def runtime(self, env="shop"):
        return self.get(f"/orgs/shop-prod/apps/store/envs/{env}/runtime")

    def runs(self, env="shop"):
        """The status of its workload, which makes the platform look."""
        return json.dumps(self.runtime(env).get("modules", {})).count('"Running"') > 0

    def writes(self):
        return [row for row in self.double.requests() if row[0] == "sidestage" and row[1] != "GET"]

    def end(self):
        if self.process and self.process.poll() is None:
            self.stop()
        self.double.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def settle(world):
    until(lambda: world.adoption()["state"] == "done")


def a_cluster_that_is_away(tap, world):
    world.double.rules("away")
    world.adopt()
    tap.ok(world.ask("GET", "/orgs")[0] == 200, "the API answers while the cluster does not")
    until(lambda: world.adoption()["state"] == "failed")
    tap.ok(world.adoption()["error"]["message"], "and it is said that it does not",
           world.adoption())
    world.double.rules()
    settle(world)
    tap.ok([e["env_id"] for e in world.adoption()["environments"]] == ["shop"],
           "when it answers again, the context's namespace is an environment", world.adoption())


def what_is_adopted(tap, world):
    org = world.get("/orgs/shop-prod")
    env = world.get("/orgs/shop-prod/apps/store/envs/shop")
    tap.ok(org["name"] == "Shop@Prod", "the organization is called like the context", org)
    tap.ok(env["type"] == "production", "what is found is protected like Production", env)
    first = world.deploys()
    tap.ok(len(first) == 1 and first[0]["status"] == "succeeded" and
           first[0]["created_by"] == "kubectl", "it has been deployed, by kubectl", first)
    until(world.runs)
    tap.ok(True, "what runs there is on the board")
    left = world.adoption()["environments"][0]["left"]
    tap.ok([row["object"] for row in left] == ["Secret/db"],
           "what a clone does not carry is listed", left)


def it_follows(tap, world):
    until(world.runs)
    body = [{"op": "replace", "path": "/spec/template/spec/containers/0/image",
             "value": "local/web:2"}]
    answer = world.cluster.ask("PATCH", SHOP + "/web?fieldManager=argocd-controller", body,
                               "application/json-patch+json")
    assert answer.status == 200, answer
    until(lambda: world.runs() or True)
    until(lambda: (world.runtime(), len(world.deploys()))[1] == 2, pause=0.2)
    newest = world.deploys()[0]
    tap.ok(newest["created_by"] == "argocd-controller" and newest["status"] == "succeeded",
           "what somebody changes in the cluster is a deployment of theirs", newest)
    base = world.get("/orgs/shop-prod/apps/store/envs/shop")
    tap.ok(base["from_deploy"]["id"] == newest["id"], "which a review compares with", base)


def it_is_surveyed(tap, world):
    """Who is about to change it does not wait until it is followed."""
    env = "/orgs/shop-prod/apps/store/envs/shop"
    fresh = []
    for number in (3, 4, 5):
        answer = world.cluster.ask("PATCH", SHOP + "/web?fieldManager=argocd-controller", [
            {"op": "replace", "path": "/spec/template/spec/containers/0/image",
             "value": f"local/web:{number}"}], "application/json-patch+json")
        assert answer.status == 200, answer
        found = world.get(env + "?survey=true")
        base = world.get(f"/orgs/shop-prod/apps/store/sets/{found['from_deploy']['set_id']}")
        fresh.append(found.get("survey") == {"state": "done"} and
                     f"local/web:{number}" in json.dumps(base))
    tap.ok(all(fresh), "what is there now is known when it is asked for", found)
    world.double.rules("GET /apis/apps/v1/namespaces/shop/ status 500 {}")
    found = world.get(env + "?survey=true")
    tap.ok(found["survey"]["state"] == "failed" and found["survey"]["error"]["message"] and
           found["id"] == "shop", "and where it cannot be read that is said", found)
    world.double.rules()


def a_restart(tap, world):
    before = world.deploys()
    world.stop()
    world.adopt()
    settle(world)
    tap.ok(world.deploys() == before, "a second start records nothing that is known",
           world.deploys())


def only_looked_at(tap, world):
    env = "/orgs/shop-prod/apps/store/envs/shop"
    status, said = world.ask("PUT", env + "/runtime/paused", True)
    tap.ok(status == 409 and said["details"]["code"] == "namespace_of_others", "it is not paused", said)
    status, said = world.ask("PATCH", env + "/runtime/replicas", {"web": 3})
    tap.ok(status == 409, "and not scaled", said)
    tap.ok(world.writes() == [], "nothing was written to the cluster", world.writes())


def more_of_them(tap, world):
    world.fill("billing")
    ended = subprocess.run(
        [os.environ["SIDESTAGED"], "import", "--state", world.state, "--from-namespace", "billing",
         "--from-namespace", "mistyped"], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)
    tap.ok(ended.returncode == 3 and "billing: adopted as environment billing" in ended.stdout and
           "no namespace mistyped" in ended.stdout and "Secret/db" in ended.stdout,
           "import --from-namespace adopts another one, and says what is not there", ended)
    until(lambda: world.runs("billing"))
    tap.ok(True, "which is looked at from then on")


def gone(tap, world):
    world.cluster.ask("DELETE", "/api/v1/namespaces/billing")
    until(lambda: world.cluster.get("/api/v1/namespaces/billing").status == 404)
    world.stop()
    world.adopt()
    until(lambda: any(e.get("is_gone") for e in world.adoption()["environments"]))
    tap.ok(world.deploys(env="billing"), "an environment whose namespace is gone is kept")
    until(lambda: "There is no namespace billing" in json.dumps(world.runtime("billing")))
    tap.ok(True, "and says so")


def forgotten(tap, world):
    before = world.cluster.get(SHOP + "/web").value["metadata"]["generation"]
    status, said = world.ask("DELETE", "/orgs/shop-prod/apps/store/envs/shop")
    tap.ok(status in (202, 204), "it can be forgotten", said)
    until(lambda: world.ask("GET", "/orgs/shop-prod/apps/store/envs/shop")[0] == 404)
    time.sleep(0.2)
    after = world.cluster.get(SHOP + "/web")
    tap.ok(after.status == 200 and after.value["metadata"]["generation"] == before,
           "and what runs stays as it is", after)
    tap.ok(world.writes() == [], "still nothing was written", world.writes())
    with open(os.path.join(world.state, "platform.db"), "rb") as file:
        state = file.read()
    with open(world.log.name, "rb") as file:
        state += file.read()
    tap.ok(SECRET.encode() not in state, "no secret is in the state, or in the log")


def main():
    tap, world = Tap(), World()
    try:
        world.fill("shop")
        for part in (a_cluster_that_is_away, what_is_adopted, it_follows, it_is_surveyed,
                     a_restart, only_looked_at, more_of_them, gone, forgotten):
            part(tap, world)
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "the story goes on", f"{error!r}\n{world.said()}")
    finally:
        world.end()
    return tap.end()


sys.exit(main())
