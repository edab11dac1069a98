# SPDX-License-Identifier: GPL-3.0-or-later
"""What only a real cluster can do to sidestaged, which is a user with the rights of
data/kubernetes/rbac.yaml there and has no proxy before it.  TAP.

    real.py DIR CASE...     in the node of DIR (node.sh); all cases, or these

CASES at the end has their names.  KUBECTL is kubectl, KUBE_NODE the node's program, SIDESTAGED and
SIDESTAGE ours.
"""
import http.client
import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
os.environ.pop("KUBE_UPSTREAM", None)
import driver	# noqa: E402
from cluster import MERGE, Client as Admin, until	# noqa: E402
from driver import Client, Faultd, Tap, World, space_of	# noqa: E402

KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{url}", certificate-authority: "{ca}"}}}}]
users: [{{name: u, user: {{tokenFile: "{token}"}}}}]
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
current-context: c
"""
AWAY_S = 30
SLOWLY = {"op": "add", "path": "/spec/containers/web/readiness_probe/initialDelaySeconds"}


class Nothing:
    """In the place of the double."""

    def rules(self, *_):
        pass

    def requests(self):
        return []

    def stop(self):
        pass


class Real(World):
    def __init__(self, node, patience="120s", more=()):
        self.folder = tempfile.mkdtemp(prefix="kube-")
        self.node, self.admin_config = node, os.path.join(node, "kubeconfig")
        self.socket = os.path.join(self.folder, "socket")
        self.pid = os.path.join(self.folder, "daemon.pid")
        self.process, self.names, self.double = None, 0, Nothing()
        self.cluster = Admin(self.admin_config)
        self.clear()
        for version in ("1.4.2", "1.4.3"):
            path = os.path.join(self.folder, "images/local/topicshare-web", version)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                os.fchmod(file.fileno(), 0o755)
                file.write("#!/bin/false\n")
        self.write("kubeconfig", self.user(self.admin_config, "token"))
        text = driver.CONFIG.format(folder=self.folder, patience=patience)
        for name, kubeconfig in more:
            path = self.write(name, self.user(kubeconfig, name + "-token"))
            text += f'[cluster "{name}"]\n\tkubeconfig = {path}\n'
        self.config = self.write("config", text)
        self.log = open(os.path.join(self.folder, "log"), "w+")

    def user(self, kubeconfig, name):
        """The account of rbac.yaml there, with a token in a file of this name."""
        self.kubectl("apply", "-f", os.path.join(TOP, "data/kubernetes/rbac.yaml"),
                     kubeconfig=kubeconfig)
        self.write(name, self.new_token("first", kubeconfig))
        return KUBECONFIG.format(url=Admin(kubeconfig).url, token=os.path.join(self.folder, name),
                                 ca=os.path.join(self.node, "pki/ca.crt"))

    def kubectl(self, *words, kubeconfig=None):
        variables = dict(os.environ, KUBECONFIG=kubeconfig or self.admin_config)
        return subprocess.run([*shlex.split(os.environ["KUBECTL"]), *words], check=True, text=True,
                              stdout=subprocess.PIPE, env=variables).stdout

    def new_token(self, name, kubeconfig=None):
        """Which counts for as long as a Secret of this name is there."""
        words = ("-n", "sidestage", "create")
        self.kubectl("-n", "sidestage", "delete", "secret", name, "--ignore-not-found",
                     kubeconfig=kubeconfig)
        self.kubectl(*words, "secret", "generic", name, kubeconfig=kubeconfig)
        return self.kubectl(*words, "token", "sidestaged", "--bound-object-kind=Secret",
                            "--bound-object-name=" + name, kubeconfig=kubeconfig).strip() + "\n"

    def part(self, name):
        with open(os.path.join(self.node, name + ".pid")) as file:
            return int(file.read())

    def __exit__(self, *what):
        super().__exit__(*what)
        self.clear()

    def begin_slowly(self, env, seconds=15):
        """A rollout that is under way: its pod is there, and not ready yet."""
        deployment = self.set_image(env, "local/topicshare-web:1.4.3", {**SLOWLY, "value": seconds})
        until(lambda: self.image(env) == "local/topicshare-web:1.4.3")
        return deployment


def succeeds(tap, world, env, deployment, name):
    status, errors = world.wait(env, deployment)
    tap.ok(status == "succeeded" and world.image(env) == "local/topicshare-web:1.4.3", name,
           f"{status} {errors}\n{world.said()}")


def stopped(tap, world):
    """The API server answers nobody, and its connections stay."""
    env = world.new_environment()
    deployment, pid = world.begin_slowly(env), world.part("apiserver")
    os.kill(pid, signal.SIGSTOP)
    time.sleep(AWAY_S)
    os.kill(pid, signal.SIGCONT)
    succeeds(tap, world, env, deployment,
             f"an API server that is stopped for {AWAY_S} s in mid-rollout: it succeeds")


def killed(tap, world):
    """It ends, and comes again."""
    env = world.new_environment()
    deployment, away = world.begin_slowly(env), os.path.join(world.node, "away")
    open(away, "w").close()
    os.kill(world.part("apiserver"), signal.SIGKILL)
    time.sleep(AWAY_S)
    os.remove(away)

    def answers():
        try:
            return world.cluster.get("/readyz").status == 200
        except (OSError, http.client.HTTPException):
            return False
    until(answers, pause=0.3)
    succeeds(tap, world, env, deployment,
             f"an API server that is gone for {AWAY_S} s in mid-rollout: it succeeds")


def token(tap, world):
    env = world.new_environment()
    with open(os.path.join(world.folder, "token")) as file:
        old = Admin(world.admin_config, token=file.read().strip())
    deployment = world.begin_slowly(env, 25)
    world.write("token", world.new_token("second"))
    world.kubectl("-n", "sidestage", "delete", "secret", "first")
    until(lambda: old.get("/api/v1/namespaces/" + space_of(env)).status == 401, pause=0.5)
    tap.ok(world.must("GET", f"/envs/{env}/deploys/{deployment}")["status"] == "in progress",
           "a token ends in mid-rollout")
    succeeds(tap, world, env, deployment, "and it succeeds with the one that is in its file then")
    # And with none that counts it says so, and goes on when there is one.
    world.kubectl("-n", "sidestage", "delete", "secret", "second")
    time.sleep(15)
    status, errors = world.wait(env, world.set_image(env, "local/topicshare-web:1.4.2"))
    tap.ok(status == "failed" and "refused the credentials" in "".join(errors),
           "without one it fails, and says that its credentials are refused", f"{status} {errors}")
    world.write("token", world.new_token("first"))
    succeeds(tap, world, env, world.set_image(env, "local/topicshare-web:1.4.3"),
             "and with another it goes on")


def node_gone(tap, world):
    """The kubelet says nothing more: what ran there is evicted, and has nowhere to go."""
    env = world.new_environment()
    deployment, pid = world.begin_slowly(env, 5), world.part("kubelet")
    os.kill(pid, signal.SIGSTOP)
    try:
        status, errors = world.wait(env, deployment)
        text = "".join(errors)
        tap.ok(status == "failed" and "no node can run the pod" in text and "taint" in text,
               "the node goes in mid-rollout: it fails and says so", f"{status} {errors}")
    finally:
        os.kill(pid, signal.SIGCONT)
    world.runs(env)
    succeeds(tap, world, env, world.set_image(env, "local/topicshare-web:1.4.3"),
             "when the node is back the next one succeeds")


def finalizer(tap, world):
    """What holds a namespace is in the log; where its environment is shown it is not yet."""
    env = world.new_environment()
    path = f"/api/v1/namespaces/{space_of(env)}/configmaps"
    world.cluster.ask("POST", path, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {
        "name": "held", "finalizers": ["example.org/held"]}})
    world.ask("DELETE", f"/envs/{env}")

    def is_named():
        with open(world.log.name) as file:
            return "example.org/held in 1 resource instances" in file.read()
    until(is_named, pause=0.5)
    tap.ok(not world.has_gone(env), "a finalizer that holds a namespace is named, and its "
           "environment is there for as long as it does")
    world.cluster.ask("PATCH", path + "/held", {"metadata": {"finalizers": None}}, MERGE)
    until(lambda: world.has_gone(env), pause=0.5)
    tap.ok(world.cluster.get("/api/v1/namespaces/" + space_of(env)).status == 404,
           "then both go")


def second(tap, node):
    """A type whose definition names another API server."""
    subprocess.run(["bash", os.path.join(HERE, "node/second.sh"), node], check=True)
    config = os.path.join(node, "second/kubeconfig")
    other = Admin(config)
    with Real(node, more=[("second", config)]) as world:
        client, url = Client(world.folder), Faultd(world).url
        first = world.cluster
        uids = [one.get("/api/v1/namespaces/kube-system").value["metadata"]["uid"]
                for one in (first, other)]
        tap.ok(uids[0] != uids[1], "a second API server has objects of its own", uids)
        status, answer = define(world, {
            "id": "second", "name": "Second", "type": "k8s-cluster",
            "driver_type": "sidestage/kubernetes",
            "driver_inputs": {"values": {"cluster": "second"}},
            "criteria": [{"env_type": "development"}]})
        tap.ok(status < 300, "a type gets it by a definition", answer)
        before = world.objects("production")
        ended = client.run(url, "clone", "production", "hotfix", "--json")
        findings = [f"--acknowledge={f['id']}" for f in json.loads(ended.out)["findings"]]
        ended = client.run(url, "clone", "production", "hotfix", "--approve=hotfix", *findings)
        tap.ok(ended.code == 0, "Production is cloned with this type", f"{ended}\n{world.said()}")
        world.cluster = other
        there = world.objects("hotfix")
        tap.ok(sorted(there) == sorted(before), "its objects are there, all of them",
               f"{sorted(there)}\n{sorted(before)}")
        world.runs("hotfix")
        spaces = [item["metadata"]["name"]
                  for item in other.get("/api/v1/namespaces").value["items"]]
        tap.ok("topicshare-production" not in spaces, "Production's are not", spaces)
        world.cluster = first
        tap.ok(first.get("/api/v1/namespaces/topicshare-hotfix").status == 404 and
               world.objects("production") == before, "and the first has nothing of the clone")
        ended = client.run(url, "environment", "hotfix")
        tap.ok("cluster second, namespace topicshare-hotfix" in str(ended), "which says where it is",
               ended)
        ended = client.run(url, "version", "hotfix", "web", "1.4.3", "--approve=hotfix")
        tap.ok(ended.code == 0, "another version is deployed there", f"{ended}\n{world.said()}")
        ended = client.run(url, "promote", "hotfix", "--approve=production", "--reason=test")
        tap.ok(ended.code == 0 and world.image("production") == "local/topicshare-web:1.4.3",
               "and is promoted to Production, from one cluster to the other",
               f"{ended}\n{world.said()}")
        ended = client.run(url, "discard", "hotfix", "--approve=hotfix")
        until(lambda: other.get("/api/v1/namespaces/topicshare-hotfix").status == 404)
        tap.ok(ended.code == 0, "it is discarded, with its namespace there", ended)


def define(world, body):
    connection = driver.UnixConnection(world.socket)
    connection.request("POST", "/orgs/topicshare-inc/resources/defs", json.dumps(body).encode())
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


CASES = {"stopped": stopped, "killed": killed, "token": token, "finalizer": finalizer,
         "node-gone": node_gone}


def main():
    tap, node = Tap(), os.path.abspath(sys.argv[1])
    names = sys.argv[2:] or [*CASES, "second"]
    alone = [name for name in names if name in CASES]
    if alone:
        with Real(node) as world:
            for name in alone:
                try:
                    CASES[name](tap, world)
                except (RuntimeError, OSError, subprocess.SubprocessError) as why:
                    tap.ok(False, f"{name} can be tried", f"{why}\n{world.said()}")
    if "second" in names:
        second(tap, node)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
