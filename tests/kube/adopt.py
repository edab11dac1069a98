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

    def again(self, path):
        """The status of a second answer, to somebody who has the first."""
        connection, status, etag = UnixConnection(self.socket), 0, ""
        for _ in range(2):
            connection.request("GET", path, headers={"If-None-Match": etag})
            answer = connection.getresponse()
            answer.read()
            status, etag = answer.status, answer.headers["ETag"]
        connection.close()
        return status

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
    tap.ok(world.again("/orgs/shop-prod/x-adoption") == 304, "and not sent to who knows it")


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


def places(world):
    return {e["namespace"]: e["app_id"] for e in world.adoption()["environments"]}


def group(world, **groups):
    return world.ask("PATCH", "/orgs/shop-prod/x-adoption", {"groups": groups})


def grouped(tap, world):
    """A person says which application it is shown in, and the daemon that starts again knows."""
    status, said = group(world, shop="front")
    tap.ok(status == 200 and said["groups"] == {"shop": "front"} and said["environments"],
           "a namespace is grouped to another application", said)
    until(lambda: places(world) == {"shop": "front"})
    tap.ok(world.deploys("front")[0]["status"] == "succeeded", "where it is an environment soon")
    tap.ok(world.ask("GET", "/orgs/shop-prod/apps/store")[0] == 404,
           "and the application that has none left is gone")
    for said, body in ((404, {"groups": {"shop": "back", "mistyped": "back"}}),
                       (400, {"groups": {"shop": "Not An Id"}}), (400, {"groups": {"shop": 1}}),
                       (400, {"groups": ["shop"]}), (400, {}), (422, [])):
        status, refusal = world.ask("PATCH", "/orgs/shop-prod/x-adoption", body)
        tap.ok(status == said and world.adoption()["groups"] == {"shop": "front"},
               f"{json.dumps(body)} is refused, and nothing changes", refusal)
    tap.ok("mistyped" in group(world, mistyped="back")[1]["message"],
           "what is not followed is named")
    world.stop()
    world.adopt()
    settle(world)
    tap.ok(world.adoption()["groups"] == {"shop": "front"} and places(world) == {"shop": "front"},
           "a daemon that starts again knows what was chosen", world.adoption())


def grouped_by_option(tap, world):
    world.stop()
    world.adopt("--adopt-groups", "shop=third")
    until(lambda: places(world) == {"shop": "third"})
    tap.ok(world.adoption()["groups"] == {"shop": "third"}, "the option is a newer choice")
    group(world, shop="front")
    until(lambda: places(world) == {"shop": "front"})
    world.stop()
    world.adopt("--adopt-groups", "shop=third")
    settle(world)
    tap.ok(places(world) == {"shop": "front"}, "until a person chooses, whatever it says again",
           world.adoption())
    world.stop()
    world.adopt()
    settle(world)
    tap.ok(places(world) == {"shop": "front"}, "and without it that is kept")
    status, said = group(world, shop="")
    tap.ok(status == 200 and said["groups"] == {}, "nothing is chosen any more", said)
    until(lambda: places(world) == {"shop": "store"})
    world.stop()
    world.adopt()
    settle(world)
    tap.ok(places(world) == {"shop": "store"}, "and it is where its labels say")


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
    settle(world)
    billing = [e for e in world.adoption()["environments"] if e["namespace"] == "billing"]
    tap.ok(billing and billing[0].get("is_unread") and not billing[0].get("is_gone"),
           "one that no option names is known at the next start, and not read", billing)
    world.stop()
    world.adopt("--adopt-namespaces", "shop,billing")
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


def not_while_it_is_deployed_to(tap, world):
    """Whoever deploys there is told how it ended before it is forgotten."""
    world.fill("later")
    subprocess.run([os.environ["SIDESTAGED"], "import", "--state", world.state, "--from-namespace",
                    "later"], check=True, stdout=subprocess.DEVNULL)
    until(lambda: world.runs("later"))
    world.double.rules("image local/web:8$ unready")
    app = "/orgs/shop-prod/apps/store"
    status, delta = world.ask("POST", app + "/deltas", {"modules": {"update": {"web": [{
        "op": "replace", "value": "local/web:8",
        "path": "/spec/manifests/Deployment~1web/spec/template/spec/containers/web/image"}]}}})
    assert status in (200, 201), delta
    status, said = world.ask("POST", app + "/envs/later/deploys", {"delta_id": delta["id"]})
    assert status == 201, said
    status, said = world.ask("DELETE", app + "/envs/later")
    tap.ok(status == 409 and said["error"] == "API-409" and "is active" in said["message"],
           "what is deployed to is not forgotten meanwhile", said)
    world.double.rules()
    until(lambda: world.deploys(env="later")[0]["status"] == "succeeded")
    status, said = world.ask("DELETE", app + "/envs/later")
    tap.ok(status == 202, "and afterwards it is", said)


class Team(World):
    """The daemon of a team, with a cluster of its own configuration."""

    def serve(self):
        with open(os.path.join(self.folder, "conf"), "w") as file:
            file.write(f"""[state]
    directory = {self.state}
[run]
    images = {self.images}
[listen]
    socket = {self.socket}
[cluster "prod"]
    kubeconfig = {self.kubeconfig}
[cluster "test"]
    kubeconfig = {self.kubeconfig}
""")
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [os.environ["SIDESTAGED"], "serve", "--config", file.name, "--import",
             os.path.join(HERE, "topicshare.json"), "--ready-fd", str(writer)], pass_fds=[writer],
            stderr=self.log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(writer)
        assert os.read(reader, 6) == b"ready\n", self.said()
        os.close(reader)

    def import_from(self, *options):
        return subprocess.run(
            [os.environ["SIDESTAGED"], "import", "--config", os.path.join(self.folder, "conf"),
             *options], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def modules(self, env, app="store"):
        status, said = self.ask("GET", f"/orgs/topicshare-inc/apps/{app}/envs/{env}/runtime")
        return sorted(said["modules"]) if status == 200 else []

    def add(self, namespace, name, team):
        body = {"metadata": {"name": name, "labels": {"team": team}}, "spec": {
            "replicas": 1, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [
                {"name": name, "image": "local/web:1"}]}}}}
        answer = self.cluster.ask(
            "POST", f"/apis/apps/v1/namespaces/{namespace}/deployments?fieldManager=kubectl", body)
        assert answer.status == 201, answer


def of_a_team(tap):
    """import --from-namespace on a server with clusters of its own."""
    world = Team()
    try:
        for namespace in "shop", "billing":
            world.fill(namespace)
        world.add("billing", "payments", "payments")
        world.serve()
        said = world.import_from("--from-namespace", "shop")
        tap.ok(said.returncode != 0 and "--cluster" in said.stdout,
               "of two clusters one has to be named", said)
        said = world.import_from("--from-namespace", "shop", "--cluster", "nowhere")
        tap.ok(said.returncode != 0 and 'no cluster "nowhere"' in said.stdout,
               "which has to be there", said)
        said = world.import_from("--from-namespace", "shop", "--cluster", "test")
        tap.ok(said.returncode != 0 and "for the cluster test" in said.stdout,
               "and to have a definition, so that clones can run there", said)
        said = world.import_from("--from-namespace", "shop", "--cluster", "prod",
                                 "--organization", "other")
        tap.ok(said.returncode != 0 and 'no organization "other"' in said.stdout,
               "so has an organization", said)
        said = world.import_from("--from-namespace", "shop", "--cluster", "prod",
                                 "--organization", "topicshare-inc")
        tap.ok(said.returncode == 0 and "shop: adopted as environment shop" in said.stdout,
               "a namespace is adopted into the organization of a team", said)
        said = world.import_from("--from-namespace", "billing", "--cluster", "prod",
                                 "--selector", "team=payments")
        app = said.stdout.partition(" of application ")[2].split()[0]
        until(lambda: world.modules("billing", app) == ["payments"])
        tap.ok(said.returncode == 0, "of another one only the workloads with these labels", said)
        world.add("billing", "more", "others")
        world.add("billing", "ledger", "payments")
        until(lambda: "ledger" in world.modules("billing", app))
        tap.ok(world.modules("billing", app) == ["ledger", "payments"],
               "also when it is read again", world.modules("billing", app))
        world.stop()
        world.serve()
        world.add("billing", "audit", "payments")
        until(lambda: "audit" in world.modules("billing", app))
        tap.ok(world.modules("billing", app) == ["audit", "ledger", "payments"],
               "and by a daemon that starts later", world.modules("billing", app))
        tap.ok("web" in world.modules("shop"), "which knows the other, too")
        world.fill("third")
        said = world.import_from("--from-namespace", "*", "--cluster", "prod")
        tap.ok("third: adopted as environment third" in said.stdout,
               "* is all that are there", said)
        until(lambda: "more" in world.modules("billing", app))
        tap.ok(True, "with all of their workloads")
        found = ("/namespaces/shop/", "/namespaces/billing/", "/namespaces/third/")
        writes = [row for row in world.writes() if any(one in row[3] for one in found)]
        tap.ok(writes == [], "nothing of it was written to", writes)
    finally:
        world.end()


def main():
    tap, world = Tap(), World()
    try:
        world.fill("shop")
        for part in (a_cluster_that_is_away, what_is_adopted, it_follows, it_is_surveyed,
                     a_restart, only_looked_at, grouped, grouped_by_option, more_of_them, gone, forgotten,
                     not_while_it_is_deployed_to):
            part(tap, world)
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "the story goes on", f"{error!r}\n{world.said()}")
    finally:
        world.end()
    try:
        of_a_team(tap)
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "the story of a team goes on", repr(error))
    return tap.end()


sys.exit(main())
