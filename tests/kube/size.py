# SPDX-License-Identifier: GPL-3.0-or-later
"""A clone of many workloads: how many requests it takes, and how long its writes do.  TAP.

    size.py                       on a double: requests alone
    size.py KUBECONFIG AUDIT      on that cluster, whose audit log is AUDIT: in turns with
                                  `kubectl apply --server-side` of the very same objects

WORKLOADS (50), ROUNDS (3).  KUBECTL is kubectl; SIDESTAGED the daemon, which is the user of
data/kubernetes/rbac.yaml.
"""
import datetime
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fault"))
from cluster import Client, Double, Tap, until	# noqa: E402
from failing import Platform	# noqa: E402

WORKLOADS = int(os.environ.get("WORKLOADS", 50))
ROUNDS = int(os.environ.get("ROUNDS", 3))
CONSTANT = 100			# rights, lists, watches, the namespace
LIMIT_S = 600
USER = "system:serviceaccount:sidestage:sidestaged"
BESIDE = "size-beside"		# kubectl's manager
KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: c, cluster: {{server: "{url}", certificate-authority: "{ca}"}}}}]
users: [{{name: u, user: {{token: "{token}"}}}}]
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
current-context: c
"""
APP = "/orgs/acme/apps/shop"


def workload(number):
    """Four objects: ServiceAccount, Service, ConfigMap and Deployment."""
    return {"profile": "humanitec/default-module", "externals": {}, "spec": {
        "containers": {"web": {
            "id": "web", "image": "local/failing:1", "args": ["wait"],
            "variables": {"NUMBER": str(number)},
            "resources": {"requests": {"cpu": "1m", "memory": "4Mi"}, "limits": {"memory": "32Mi"}},
            "files": {"/etc/shop/settings": {"mode": "0444", "value": f"number = {number}\n"}}}},
        "service": {"ports": {"http": {"service_port": 80, "container_port": 8080}}}}}


class Shop:
    """A platform with Production, which is paused, and its clones."""

    def __init__(self, kubeconfig, client):
        self.platform = Platform(kubeconfig)
        modules = {f"workload-{n}": workload(n) for n in range(WORKLOADS)}
        ask = self.platform.ask
        ask("POST", "/envs", {"id": "production", "name": "Production", "type": "development"})
        delta = ask("POST", "/deltas", {"modules": {"add": modules}})
        delta = delta if isinstance(delta, str) else delta["id"]
        ask("POST", "/envs/production/deploys", {"delta_id": delta, "comment": "all"})
        self.wait("production")
        ask("PATCH", "/envs/production/runtime/replicas", {name: 0 for name in modules})
        until(lambda: not client.get("/api/v1/namespaces/shop-production/pods").value["items"],
              LIMIT_S, 0.2)

    def wait(self, env):
        def status():
            at = self.platform.ask("GET", f"/envs/{env}/deploys")[0]["status"]
            return at if at not in ("pending", "in progress") else None
        at = until(status, LIMIT_S, 0.1)
        if at != "succeeded":
            last = self.platform.ask("GET", f"/envs/{env}/deploys")[0]["id"]
            errors = self.platform.ask("GET", f"/envs/{env}/deploys/{last}/errors")
            raise RuntimeError(f"{env} {at}: {json.dumps(errors)[:1000]}\n{self.platform.said()}")

    def clone(self, name):
        ask = self.platform.ask
        last = ask("GET", "/envs/production")["last_deploy"]
        ask("POST", "/envs", {"id": name, "name": name, "type": "development",
                              "from_deploy_id": last["id"]})
        ask("POST", f"/envs/{name}/deploys", {"set_id": last["set_id"], "comment": "a clone"})
        self.wait(name)

    def discard(self, name):
        self.platform.ask("DELETE", f"/envs/{name}")

    def remove(self):
        """The last environment goes with its application alone."""
        self.platform.ask("DELETE", "")

    def end(self):
        self.platform.end()


# --- on a double

def few_enough(tap, requests, objects):
    tap.ok(objects >= 4 * WORKLOADS and requests <= 2 * objects + CONSTANT,
           f"a clone of {WORKLOADS} workloads takes {requests} requests for {objects} objects",
           f"at most {2 * objects + CONSTANT}")


def on_double(tap):
    with tempfile.TemporaryDirectory() as folder:
        double = Double(os.path.join(folder, "double"), "--token", "sidestage=of-the-test",
                        "--pace", "0.005")
        path = os.path.join(folder, "kubeconfig")
        with open(path, "w") as file:
            file.write(KUBECONFIG.format(url=double.client().url, token="of-the-test",
                                         ca=os.path.join(double.folder, "pki/ca.crt")))
        shop = Shop(path, double.client())
        before = len(double.requests())
        shop.clone("clone")
        rows = [row for row in double.requests()[before:]
                if row[0] == "sidestage" and "/shop-production" not in row[3]]
        written = {row[3].partition("?")[0] for row in rows
                   if row[1] == "PATCH" and "/shop-clone/" in row[3] and "dryRun" not in row[3]}
        few_enough(tap, len(rows), len(written))
        shop.end()
        double.stop()


# --- on a real one, in turns with kubectl

def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


class Audit:
    """What was asked since the last time."""

    def __init__(self, path):
        self.path, self.at = path, 0
        self.read()

    def read(self):
        time.sleep(0.5)			# it is written a moment after the answer
        with open(self.path) as file:
            file.seek(self.at)
            rows = [line for line in iter(file.readline, "") if line.endswith("\n")]
            self.at += sum(len(line.encode()) for line in rows)
        return [json.loads(line) for line in rows]


class Writes:
    """Those of one manager in one namespace, without what is only tried."""

    def __init__(self, events, space, manager):
        self.events = [
            event for event in events
            if event["verb"] == "patch" and event.get("objectRef", {}).get("namespace") == space and
            f"fieldManager={manager}" in event["requestURI"] and
            event["stage"] == "ResponseComplete" and "dryRun" not in event["requestURI"]]
        if not self.events:
            raise RuntimeError(f"{manager} wrote nothing in {space}")
        begun = [moment(event["requestReceivedTimestamp"]) for event in self.events]
        ended = [moment(event["stageTimestamp"]) for event in self.events]
        self.until = max(ended)
        self.seconds = self.until - min(begun)
        self.latency = statistics.median(b - a for a, b in zip(begun, ended))
        self.refused = [event for event in self.events if event["responseStatus"]["code"] >= 300]

    def objects(self, space):
        """As they were sent, for another namespace."""
        for event in self.events:
            value = event["requestObject"]
            value["metadata"]["namespace"] = space
            yield value


def kubectl(*words):
    subprocess.run([*shlex.split(os.environ["KUBECTL"]), *words], check=True,
                   stdout=subprocess.DEVNULL)


def token_config(folder, kubeconfig):
    kubectl("apply", "-f", os.path.join(TOP, "data/kubernetes/rbac.yaml"))
    token = subprocess.run([*shlex.split(os.environ["KUBECTL"]), "-n", "sidestage", "create",
                            "token", "sidestaged"], check=True, stdout=subprocess.PIPE, text=True)
    with open(kubeconfig) as file:
        ca = next(line.split()[-1] for line in file if "certificate-authority" in line)
    path = os.path.join(folder, "kubeconfig")
    with open(path, "w") as file:
        file.write(KUBECONFIG.format(url=Client(kubeconfig).url, ca=ca,
                                     token=token.stdout.strip()))
    return path


def apply_beside(audit, folder, ours, number):
    """The same objects by kubectl, in a namespace that is there: its writes, and all of it."""
    space = f"beside-{number}"
    path = os.path.join(folder, space + ".json")
    with open(path, "w") as file:
        json.dump({"apiVersion": "v1", "kind": "List", "items": list(ours.objects(space))}, file)
    kubectl("create", "namespace", space)
    audit.read()
    begun = time.monotonic()
    kubectl("apply", "--server-side", "--field-manager=" + BESIDE, "-f", path)
    return Writes(audit.read(), space, BESIDE), time.monotonic() - begun


def is_empty(client, *spaces):
    return all(client.get("/api/v1/namespaces/" + space).status == 404 for space in spaces)


def in_turns(tap, kubeconfig, path):
    client, rows = Client(kubeconfig), []
    with tempfile.TemporaryDirectory() as folder:
        shop, audit = Shop(token_config(folder, kubeconfig), client), Audit(path)
        for number in range(ROUNDS):
            name = f"clone-{number}"
            audit.read()
            begun = time.monotonic()
            shop.clone(name)
            whole = time.monotonic() - begun
            events = audit.read()
            ours = Writes(events, "shop-" + name, "sidestage")
            asked = [event for event in events if event["user"]["username"] == USER and
                     "/shop-production" not in event["requestURI"] and
                     event["stage"] == ("ResponseStarted" if event["verb"] == "watch"
                                        else "ResponseComplete")]
            few_enough(tap, len(asked), len(ours.events))
            theirs, run = apply_beside(audit, folder, ours, number)
            tap.ok(len(theirs.events) == len(ours.events) and not theirs.refused + ours.refused,
                   "kubectl applies as many", f"{len(theirs.events)} and {len(ours.events)}")
            made = [event for event in asked if event["verb"] == "create" and
                    event["objectRef"]["resource"] == "namespaces"]
            tried = ours.until - moment(made[0]["requestReceivedTimestamp"])
            rows.append((ours.seconds, theirs.seconds, tried))
            print(f"# {len(ours.events)} objects: {ours.seconds:.2f} s (a write {1000 * ours.latency:.0f} ms), "
                  f"kubectl {theirs.seconds:.2f} s (a write {1000 * theirs.latency:.0f} ms, all of it "
                  f"{run:.2f} s); from the namespace on, with what is only tried, {tried:.2f} s; "
                  f"the clone was ready after {whole:.1f} s", flush=True)
            shop.discard(name)
            kubectl("delete", "namespace", f"beside-{number}", "--wait=false")
            until(lambda: is_empty(client, "shop-" + name, f"beside-{number}"), LIMIT_S, 0.5)
        ours, theirs, tried = (statistics.median(column) for column in zip(*rows))
        print(f"# from the namespace on, with what is only tried: {tried:.2f} s, {tried / theirs:.2f} of "
              "kubectl")
        tap.ok(ours <= theirs, f"from the first write to the last answer: {ours:.2f} s, kubectl "
               f"{theirs:.2f} s, ratio {ours / theirs:.2f}")
        shop.remove()
        until(lambda: is_empty(client, "shop-production"), LIMIT_S, 0.5)
        shop.end()
        kubectl("delete", "--wait=false", "-f", os.path.join(TOP, "data/kubernetes/rbac.yaml"))


def main():
    tap = Tap()
    try:
        if len(sys.argv) > 2:
            in_turns(tap, *sys.argv[1:3])
        else:
            on_double(tap)
    except RuntimeError as why:
        tap.ok(False, "it can be measured", why)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
