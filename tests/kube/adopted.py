# SPDX-License-Identifier: GPL-3.0-or-later
"""The story of a hotfix where sidestage was never heard of: five applications that kubectl alone has
made (tests/kube/adopted), each cloned, fixed, promoted and left to its owner.  TAP.

    adopted.py double|KUBECONFIG [APPLICATION...]      all of them, or these

KUBECTL is kubectl, where it is no double; SIDESTAGED and SIDESTAGE are ours.
"""
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading

from applied import Applier, Kubectl
from cluster import Client, Double, until
from driver import Tap
from person import write_config

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "only-the-cluster-knows-this-key"
ORG = "adopted"

# --- what runs ---


class Application:
    """One that is in a file of tests/kube/adopted, with what the fix changes."""

    def __init__(self, name, app, workload, fixed, path, versions=("1.4.2", "1.4.3"),
                 findings=0):
        self.name, self.app, self.workload, self.fixed = name, app, workload, fixed
        self.env = name + "-production"
        self.clone = "hot-" + name
        self.path = path		# of the object that is patched, below its namespace
        self.before, self.after = versions
        self.findings = findings	# places that lead to Production
        self.file = os.path.join(HERE, "adopted", name + ".yaml")


DEPLOYMENT = "/apis/apps/v1/namespaces/{}/deployments/"
APPLICATIONS = [
    Application("plain", "plain", "web", "local/topicshare-web", DEPLOYMENT + "web"),
    Application("chart", "store", "store-api", "local/topicshare-api",
                "/apis/apps/v1/namespaces/{}/statefulsets/store-api", ("1.4.2", "2.0.0-rc1")),
    Application("cron", "cron-production", "digest", "local/topicshare-worker",
                "/apis/batch/v1/namespaces/{}/cronjobs/digest", ("1.8.1", "1.9.0"), 1),
    Application("operator", "operator-production", "forum", "local/topicshare-api",
                "/apis/example.org/v1/namespaces/{}/sites/forum", ("1.4.2", "2.0.0-rc1")),
    Application("versions", "versions", "web-blue", "local/topicshare-web",
                DEPLOYMENT + "web-blue"),
]


def images_of(value):
    """Every image in an object, wherever containers stand."""
    if isinstance(value, dict):
        own = [value["image"]] if isinstance(value.get("image"), str) else []
        return own + [image for part in value.values() for image in images_of(part)]
    if isinstance(value, list):
        return [image for part in value for image in images_of(part)]
    return []


class Operator(threading.Thread):
    """What makes a Deployment of each Site, as operators do."""

    def __init__(self, client):
        super().__init__(daemon=True)
        self.client, self.ended = client, threading.Event()

    def make(self, site):
        meta = site["metadata"]
        where = f"/apis/apps/v1/namespaces/{meta['namespace']}/deployments/{meta['name']}"
        labels = {"site": meta["name"]}
        self.client.apply(where, {
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": meta["name"], "namespace": meta["namespace"], "ownerReferences": [
                {"apiVersion": "example.org/v1", "kind": "Site", "name": meta["name"],
                 "uid": meta["uid"], "controller": True, "blockOwnerDeletion": True}]},
            "spec": {"selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels},
                "spec": {"terminationGracePeriodSeconds": 1,
                         "containers": site["spec"]["containers"]}}}}, "site-operator", "&force=true")

    def run(self):
        while not self.ended.wait(0.5):
            answer = self.client.get("/apis/example.org/v1/sites")
            for site in (answer.value or {}).get("items", []) if answer.status == 200 else []:
                self.make(site)


class World:
    def __init__(self, where, applications):
        self.double = None
        if where == "double":
            self.double = Double(tempfile.mkdtemp(prefix="double-"), "--pace", "0.01")
        kubeconfig = self.double.kubeconfig if self.double else where
        self.kubeconfig, self.client = kubeconfig, Client(kubeconfig)
        self.kubectl = (Applier if self.double else Kubectl)(kubeconfig)
        self.folder = tempfile.mkdtemp(prefix="adopted-")
        self.owners = tempfile.mkdtemp(prefix="owners-")	# files that are not ours
        self.socket = os.path.join(self.folder, "api.sock")
        self.variables = dict(os.environ, HOME=self.folder, LC_ALL="C.UTF-8", KUBECONFIG=kubeconfig,
                              XDG_RUNTIME_DIR=self.folder)
        for name in ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"):
            self.variables.pop(name, None)
        os.mkdir(os.path.join(self.folder, "images"))
        self.log = open(os.path.join(self.folder, "log"), "w+b")
        self.said = b""
        self.daemon = subprocess.Popen(
            [os.environ["SIDESTAGED"], "serve", "--socket", self.socket, "--user", "oncall",
             "--state", os.path.join(self.folder, "state"),
             "--images", os.path.join(self.folder, "images"),
             "--adopt-kubeconfig", self.config(), "--adopt-context", ORG,
             "--adopt-namespaces", ",".join(a.env for a in applications)],
            stdout=self.log, stderr=self.log, env=self.variables)

    def config(self):
        """The same cluster, by a context whose name is known."""
        path = os.path.join(self.folder, "kubeconfig")
        if self.double:
            return write_config(path, self.kubeconfig, name=ORG)
        words = [*shlex.split(os.environ["KUBECTL"]), "config"]
        variables = dict(os.environ, KUBECONFIG=self.kubeconfig)
        with open(path, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            subprocess.run(words + ["view", "--raw", "--minify", "--flatten"], check=True,
                           stdout=file, env=variables)
        variables["KUBECONFIG"] = path
        name = subprocess.run(words + ["current-context"], check=True, text=True, env=variables,
                              stdout=subprocess.PIPE).stdout.strip()
        if name != ORG:
            subprocess.run(words + ["rename-context", name, ORG], check=True, env=variables,
                           stdout=subprocess.DEVNULL)
        return path

    def stage(self, app, *words):
        """A sub-command: its status and what it said."""
        ended = subprocess.run([os.environ["SIDESTAGE"], *words, "--socket=" + self.socket,
                                "--org=" + ORG, "--app=" + app.app], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, timeout=240, env=self.variables)
        self.said += ended.stdout
        return ended.returncode, ended.stdout.decode(errors="replace")

    def image(self, app, namespace):
        answer = self.client.get(app.path.format(namespace))
        found = images_of((answer.value or {}).get("spec"))
        return next((i for i in found if i.startswith(app.fixed + ":")), None)

    def objects(self, namespace):
        """All that nobody but a person has made there, without what the cluster counts."""
        found = {}
        for item in self.kubectl.objects(namespace):
            meta = item["metadata"]
            if meta.get("ownerReferences"):
                continue
            for key in ("resourceVersion", "generation", "managedFields"):
                meta.pop(key, None)
            meta.get("annotations", {}).pop("deployment.kubernetes.io/revision", None)
            item.pop("status", None)
            found[item["kind"] + "/" + meta["name"]] = item
        return found

    def holds_secret(self):
        """Files of ours, and output, that have the text of a Secret."""
        found = ["output"] if SECRET.encode() in self.said else []
        for where, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(where, name)
                if os.path.isfile(path):
                    with open(path, "rb") as file:
                        if SECRET.encode() in file.read():
                            found.append(path)
        return found

    def end(self, applications):
        self.daemon.terminate()
        self.daemon.wait()
        for app in applications:
            self.kubectl.delete("namespace", app.env)
        self.kubectl.delete("crd", "sites.example.org")
        if self.double:
            self.double.stop()
            for folder in (self.double.folder, self.folder, self.owners):
                shutil.rmtree(folder, ignore_errors=True)

    def tail(self):
        self.log.flush()
        self.log.seek(0)
        return self.log.read()[-3000:].decode(errors="replace")


# --- the story ---


def differences(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for key in sorted({*a, *b}) for d in differences(a.get(key), b.get(key), f"{path}/{key}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{path}/{i}")]
    return [] if a == b else [(path, a, b)]


def walk(value, path=""):
    yield path, value
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from walk(part, f"{path}/{key}")


MARKS = ("helm.sh", "argocd.argoproj.io", "fluxcd.io", "cert-manager.io", "last-applied-configuration")


def acts_on_the_world(objects):
    """What of a clone would."""
    found = []
    for name, item in objects.items():
        for path, value in walk(item):
            key = path.rsplit("/", 1)[-1]
            if any(mark in path for mark in MARKS) or key in ("nodePort", "externalIPs", "loadBalancerIP") or \
                    key == "host" and isinstance(value, str) and value.endswith(".example.org"):
                found.append((name, path, value))
        if item["kind"] == "CronJob" and not item["spec"].get("suspend"):
            found.append((name, "it is not suspended", ""))
        if item["kind"] in ("Deployment", "StatefulSet") and item["spec"].get("replicas") != 1:
            found.append((name, "replicas", item["spec"].get("replicas")))
        if item["kind"] == "Job":
            found.append((name, "it runs again", ""))
    return found


def owner_can_go_on(world, app):
    """The fix in the owner's own file, applied by the owner's own means."""
    with open(app.file) as file:
        fixed = file.read().replace(f"{app.fixed}:{app.before}", f"{app.fixed}:{app.after}")
    path = os.path.join(world.owners, app.name + ".yaml")
    with open(path, "w") as file:
        file.write(fixed)
    is_applied, said = world.kubectl.apply(path)
    conflicts = world.kubectl.try_server_side(path, "owner")[1]
    # Its own first apply is the client's, whose fields a server-side one takes over by force alone;
    # what must not be among the conflicts is us.
    return is_applied and "sidestage" not in conflicts, said + conflicts


def approve(world, app, *words, target):
    code, text = world.stage(app, *words, "--approve", target)
    return code == 0, text


def findings_of(text):
    """Each place of a review that leads to Production: its id, and what is said of it."""
    return [line.split()[1].rstrip(":") for line in text.splitlines() if line.strip().startswith("Finding ")], \
        [line for line in text.splitlines() if line.strip().startswith("Finding ")]


def clone(world, app):
    """Each finding is one that the file was written to have, and is acknowledged."""
    ids, said = findings_of(world.stage(app, "clone", app.env, app.clone)[1])
    if len(ids) != app.findings:
        return False, "\n".join([f"{len(ids)} findings, and {app.findings} are meant:", *said])
    return approve(world, app, "clone", app.env, app.clone, *("--acknowledge=" + i for i in ids), target=app.clone)


def tell(tap, world, app):
    before = world.objects(app.env)
    done, text = clone(world, app)
    tap.ok(done and world.stage(app, "environment", app.clone)[0] == 0, f"{app.name}: Production is cloned", text)
    namespace = f"{app.app}-{app.clone}"
    tap.ok(not acts_on_the_world(world.objects(namespace)), f"{app.name}: the clone does not act on the world",
           acts_on_the_world(world.objects(namespace)))
    tap.ok(world.objects(app.env) == before, f"{app.name}: and nothing of Production was written",
           differences(before, world.objects(app.env)))
    done, text = approve(world, app, "version", app.clone, app.workload, app.after, target=app.clone)
    image = world.image(app, namespace)
    tap.ok(done and image == f"{app.fixed}:{app.after}", f"{app.name}: another version runs there", f"{image}\n{text}")
    tap.ok(world.image(app, app.env) == f"{app.fixed}:{app.before}", f"{app.name}: and Production has its own")
    done, text = approve(world, app, "promote", app.clone, "--reason=fixed", target=app.env)
    changed = differences(before, world.objects(app.env))
    tap.ok(done and world.image(app, app.env) == f"{app.fixed}:{app.after}", f"{app.name}: it is promoted", text)
    tap.ok(all(path.endswith("/image") for path, _, _ in changed) and len(changed) <= 1,
           f"{app.name}: which changed one field of Production", changed)
    manager = [m["manager"] for m in world.client.get(app.path.format(app.env)).value["metadata"]["managedFields"]]
    tap.ok("sidestage" not in manager, f"{app.name}: and left no field that is ours", manager)
    done, text = owner_can_go_on(world, app)
    tap.ok(done, f"{app.name}: the owner's own apply of the fix passes", text)
    done, text = approve(world, app, "discard", app.clone, target=app.clone)
    tap.ok(done, f"{app.name}: the clone is discarded", text)
    gone = until(lambda: world.client.get("/api/v1/namespaces/" + namespace).status == 404)
    tap.ok(gone, f"{app.name}: and its namespace with it")


def is_adopted(world, app):
    code, text = world.stage(app, "environment", app.env)
    return code == 0 and app.before in text


def main():
    where, names = sys.argv[1], sys.argv[2:]
    applications = [a for a in APPLICATIONS if not names or a.name in names]
    tap = Tap()
    world = World(where, applications)
    operator = Operator(Client(world.kubeconfig))
    operator.start()
    try:
        for app in applications:
            until(lambda: world.kubectl.apply(app.file)[0], pause=1)
        for app in applications:
            try:
                until(lambda: is_adopted(world, app), pause=0.5)
            except RuntimeError:
                tap.ok(False, f"{app.name}: what runs is on the board",
                       world.stage(app, "environment", app.env)[1] + world.tail())
                continue
            tap.ok(True, f"{app.name}: what runs is on the board")
            tell(tap, world, app)
        tap.ok(not world.holds_secret(), "no file and no output of ours has the text of a Secret", world.holds_secret())
    finally:
        operator.ended.set()
        if tap.failed:
            print("\n".join("# " + line for line in world.tail().splitlines()))
        world.end(applications)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
