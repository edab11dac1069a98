# SPDX-License-Identifier: GPL-3.0-or-later
"""sidestaged with the double as its cluster: the hotfix from clone to discard by sub-commands, or
what happens when the API server misbehaves and when sidestaged dies.

driver.py hotfix|faults|killed   CHECK_LONG=1 in full, SLICE=i/n a part of that.

With KUBE_UPSTREAM, a kubeconfig, the double is only the proxy before that API server, and the
cases are those that need no more.
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fault"))
from cluster import MERGE, Double, until	# noqa: E402
from faultd import (Client, Faultd, Tap, UnixConnection, die_with_parent, long_run,	# noqa: E402
                    sliced)

APP = "/orgs/topicshare-inc/apps/topicshare"
TOKENS = ["token-of-the-test", "another-token-of-the-test"]
CONFIG = """[state]
	directory = {folder}/state
[run]
	images = {folder}/images
	ready-timeout = {patience}
[cluster "prod"]
	kubeconfig = {folder}/kubeconfig
[listen]
	socket = {folder}/socket
"""
KUBECONFIG = """apiVersion: v1
kind: Config
clusters:
- name: double
  cluster: {{server: "{url}", certificate-authority: "{pki}/ca.crt"}}
users:
- name: sidestage
  user: {{tokenFile: "{folder}/token"}}
contexts:
- name: double
  context: {{cluster: double, user: sidestage}}
current-context: double
"""
NOTE = "sidestage.dev/deployment"	# which deployment wrote it last
KINDS = {"deployments": "/apis/apps/v1", "services": "/api/v1", "configmaps": "/api/v1",
         "secrets": "/api/v1", "serviceaccounts": "/api/v1",
         "poddisruptionbudgets": "/apis/policy/v1"}


UPSTREAM = os.environ.get("KUBE_UPSTREAM")
BINDING = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
           "metadata": {"name": "sidestage-of-the-test"}, "roleRef": {
               "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole",
               "name": "cluster-admin"},
           "subjects": [{"kind": "User", "name": "sidestage",
                         "apiGroup": "rbac.authorization.k8s.io"}]}


def upstream_options():
    if not UPSTREAM:
        return []
    with open(UPSTREAM) as file:
        text = file.read()
    return [word for option, name in (
        ("--upstream", "server"), ("--ca", "certificate-authority"),
        ("--cert", "client-certificate"), ("--key", "client-key"))
        for word in (option, re.search(rf"{name}: (\S+)", text).group(1))]


def space_of(env):
    return "topicshare-" + env


class World:
    """A double, and a sidestaged that has TopicShare in it."""

    def __init__(self, patience="60s", options=()):
        self.folder = tempfile.mkdtemp(prefix="kube-")
        self.socket = os.path.join(self.folder, "socket")
        self.pid = os.path.join(self.folder, "daemon.pid")
        self.process, self.names = None, 0
        self.double = Double(os.path.join(self.folder, "double"), "--token",
                             "sidestage=" + TOKENS[0], "--pace", "0.01", "--bookmarks", "0.5",
                             *options, *upstream_options())
        self.cluster = self.double.client()
        if UPSTREAM:		# there it is a user that is impersonated
            self.cluster.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                             BINDING)
            self.clear()
        for version in ("1.4.2", "1.4.3"):	# which the platform is to know
            path = os.path.join(self.folder, "images/local/topicshare-web", version)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as file:
                os.fchmod(file.fileno(), 0o755)
                file.write("#!/bin/false\n")
        self.write("token", TOKENS[0] + "\n")
        self.write("kubeconfig", KUBECONFIG.format(
            folder=self.folder, url=self.cluster.url + "/", pki=os.path.join(self.double.folder, "pki")))
        self.config = self.write("config", CONFIG.format(folder=self.folder, patience=patience))
        self.log = open(os.path.join(self.folder, "log"), "w+")

    def clear(self):
        """Namespaces of another platform are not ours to use."""
        def is_clear():
            names = [item["metadata"]["name"]
                     for item in self.cluster.get("/api/v1/namespaces").value["items"]]
            left = [name for name in names if name.startswith("topicshare-")]
            for name in left:
                self.cluster.ask("DELETE", "/api/v1/namespaces/" + name)
            return not left
        until(is_clear, pause=1)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(text)
        os.rename(path + ".new", path)
        return path

    def prepare(self, organization):
        """What else it is to have, before it is imported."""

    def __enter__(self):
        with open(os.path.join(HERE, "topicshare.json")) as file:
            text = json.load(file)
        app = text["organizations"][0]["applications"][0]
        app["environments"] = [e for e in app["environments"] if e["id"] == "production"]
        # It has no probe, so each deployment would wait until it has run for a while.
        del app["environments"][0]["deployments"][0]["set"]["modules"]["worker"]
        self.prepare(text["organizations"][0])
        path = self.write("import.json", json.dumps(text))
        subprocess.run([os.environ["SIDESTAGED"], "import", "--config", self.config, path],
                       check=True, stdout=subprocess.DEVNULL, stderr=self.log)
        self.start()
        self.runs("production")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if UPSTREAM:
            self.double.rules()
            self.clear()
        self.double.stop()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        reader, writer = os.pipe()
        self.process = subprocess.Popen(
            [os.environ["SIDESTAGED"], "serve", "--config", self.config, "--user", "oncall",
             "--ready-fd", str(writer)], pass_fds=[writer], stderr=self.log,
            stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(writer)
        self.write("daemon.pid", str(self.process.pid))
        if os.read(reader, 6) != b"ready\n":
            raise RuntimeError("sidestaged did not start: " + self.said())
        os.close(reader)

    def said(self):
        with open(self.log.name) as file:
            return "".join(line for line in file if "level=info" not in line)[-1500:]

    # --- the platform

    def ask(self, method, path, body=None):
        connection = UnixConnection(self.socket)
        connection.request(method, APP + path, None if body is None else json.dumps(body).encode())
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, None

    def must(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        if status >= 300:
            raise RuntimeError(f"{method} {path}: {status} {answer}\n{self.said()}")
        return answer

    def deploy(self, env, operations):
        """The deployment's id."""
        delta = self.must("POST", "/deltas", {"modules": {"update": {"web": operations}}})
        delta = delta if isinstance(delta, str) else delta["id"]
        return self.must("POST", f"/envs/{env}/deploys",
                         {"delta_id": delta, "comment": "test"})["id"]

    def set_image(self, env, image, *more):
        return self.deploy(env, [{"op": "replace", "path": "/spec/containers/web/image",
                                  "value": image}, *more])

    def set_round(self, env, text):
        """A change of which there are as many as one likes."""
        return self.deploy(env, [{"op": "add", "path": "/spec/containers/web/variables/ROUND",
                                  "value": text}])

    def round(self, env):
        variables = self.deployment(env)["spec"]["template"]["spec"]["containers"][0]["env"]
        return next((row["value"] for row in variables if row["name"] == "ROUND"), None)

    def wait(self, env, deployment):
        """(status, the texts of its errors)"""
        def ended():
            status = self.must("GET", f"/envs/{env}/deploys/{deployment}")["status"]
            return status if status not in ("pending", "in progress") else None
        status = until(ended, pause=0.02)
        errors = self.must("GET", f"/envs/{env}/deploys/{deployment}/errors")
        return status, [f"{row.get('code')}: {row.get('error_type', '')} {row.get('summary', '')} "
                        f"{row.get('message', '')}" for row in errors]

    def until_ended(self, env):
        """Its newest deployment."""
        until(lambda: self.must("GET", f"/envs/{env}/deploys")[0]["status"] not in
              ("pending", "in progress"), pause=0.1)

    def new_name(self):
        self.names += 1
        return f"case-{self.names}"

    def has_gone(self, env):
        return self.ask("GET", f"/envs/{env}")[0] == 404

    def new_environment(self):
        """What Production runs, in a namespace of its own."""
        name = self.new_name()
        last = self.must("GET", "/envs/production")["last_deploy"]
        self.must("POST", "/envs", {"id": name, "name": name, "type": "development",
                                    "from_deploy_id": last["id"]})
        made = self.must("POST", f"/envs/{name}/deploys",
                         {"set_id": last["set_id"], "comment": "as Production"})
        status, errors = self.wait(name, made["id"])
        if status != "succeeded":
            raise RuntimeError(f"{name}: {status} {errors}\n{self.said()}")
        return name

    # --- the cluster

    def objects(self, env):
        """{kind/name: what it says} of all without an owner, but for what changes by itself."""
        found = {}
        for plural, group in KINDS.items():
            path = f"{group}/namespaces/{space_of(env)}/{plural}"
            for item in self.cluster.get(path).value["items"]:
                meta = item["metadata"]
                if meta.get("ownerReferences") or meta["name"] in ("default", "kube-root-ca.crt"):
                    continue
                for name in ("resourceVersion", "generation", "managedFields"):
                    meta.pop(name, None)
                meta.get("annotations", {}).pop("deployment.kubernetes.io/revision", None)
                item.pop("status", None)
                found[f"{plural}/{meta['name']}"] = item
        return found

    def image(self, env):
        return self.deployment(env)["spec"]["template"]["spec"]["containers"][0]["image"]

    def deployment(self, env, name="web"):
        return self.cluster.get(
            f"/apis/apps/v1/namespaces/{space_of(env)}/deployments/{name}").value

    def runs(self, env):
        """Waits until all that it has is rolled out."""
        path = f"/apis/apps/v1/namespaces/{space_of(env)}/deployments"

        def so():
            items = self.cluster.get(path).value["items"]
            return len(items) == 2 and all(
                item["status"].get("observedGeneration") == item["metadata"]["generation"] and
                item["status"].get("updatedReplicas") == item["spec"]["replicas"] ==
                item["status"].get("availableReplicas") == item["status"].get("replicas")
                for item in items)
        until(so)

    def strange_writes(self):
        """What sidestaged wrote outside of its namespaces, other than making and deleting them and
        access reviews."""
        spaces = "/api/v1/namespaces/topicshare-"
        found = []
        for user, method, status, path in self.double.requests():
            if user != "sidestage" or method in ("GET", "HEAD"):
                continue
            plain, _, query = path.partition("?")
            inside = plain.startswith(spaces) or "/namespaces/topicshare-" in plain
            made = method == "POST" and plain == "/api/v1/namespaces"
            review = plain.startswith("/apis/authorization.k8s.io/")
            if not (inside or made or review):
                found.append(f"{method} {path} {status}")
            elif method in ("PATCH", "POST") and "fieldManager=sidestage" not in query:
                found.append(f"no manager: {method} {path}")
            elif "force=true" in query:
                found.append(f"forced: {method} {path}")
        return found


def changed(before, after, path=""):
    """Where two values are not the same."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [row for name in sorted(set(before) | set(after))
                for row in changed(before.get(name), after.get(name), f"{path}.{name}")]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [row for n, (old, new) in enumerate(zip(before, after))
                for row in changed(old, new, f"{path}[{n}]")]
    return [] if before == after else [path]


# --- the hotfix

def hotfix(tap):
    # Its API server stands behind a gateway of many clusters.
    with World(options=("--prefix", "/k8s/clusters/c-1")) as world:
        client, url = Client(world.folder), Faultd(world).url
        before = world.objects("production")
        ended = client.run(url, "clone", "production", "hotfix", "--json")
        findings = [f"--acknowledge={f['id']}" for f in json.loads(ended.out)["findings"]]

        def does(name, *words):
            ended = client.run(url, *words)
            return tap.ok(ended.code == 0, name, f"{ended}\n{world.said()}")
        does("Production is cloned", "clone", "production", "hotfix", "--approve=hotfix", *findings)
        ours = world.objects("hotfix")
        tap.ok(sorted(ours) == sorted(before), "its clone has the same objects, in its namespace",
               f"{sorted(ours)}\n{sorted(before)}")
        world.runs("hotfix")
        does("the clone gets another version", "version", "hotfix", "web", "1.4.3",
             "--approve=hotfix")
        tap.ok(world.image("hotfix") == "local/topicshare-web:1.4.3", "which runs there",
               world.image("hotfix"))
        tap.ok(world.objects("production") == before, "and nothing of Production changed")
        does("it is promoted", "promote", "hotfix", "--approve=production", "--reason=test")
        after = world.objects("production")
        found = [row for row in changed(before, after) if not row.endswith(NOTE)]
        tap.ok(found == [".deployments/web.spec.template.spec.containers[0].image"],
               "of all objects of Production exactly one field changed", "\n".join(
                   changed(before, after)))
        does("it is rolled back", "undo", "production", "--approve=production", "--reason=test")
        tap.ok(world.image("production") == "local/topicshare-web:1.4.2", "to what it was",
               world.image("production"))
        does("the clone is discarded", "discard", "hotfix", "--approve=hotfix")
        until(lambda: world.cluster.get("/api/v1/namespaces/topicshare-hotfix").status == 404)
        tap.ok(True, "with its namespace")
        strange = world.strange_writes()
        tap.ok(not strange, "nothing was written elsewhere", "\n".join(strange[:10]))


# --- an API server that misbehaves

class Case:
    """How it is begun, and how the deployment must end."""

    def __init__(self, name, rules=(), expected="succeeded", words=(), image="local/topicshare-web:"
                 "1.4.3", before=None, during=None, early=False, more=(),
                 is_quick=False):
        self.name, self.rules, self.expected, self.words = name, rules, expected, words
        self.image, self.before, self.during = image, before, during
        self.early = early	# the rules stand before it has a namespace, so that watches meet them
        self.more, self.is_quick = more, is_quick
        self.met = 0		# requests that met a fault


def other_manager(world, env):
    world.cluster.ask("PATCH", f"/apis/apps/v1/namespaces/{space_of(env)}/deployments/web"
                      "?fieldManager=hand", {"spec": {"template": {"spec": {
                          "terminationGracePeriodSeconds": 77}}}}, MERGE)
    answer = world.cluster.ask(
        "PATCH", f"/apis/apps/v1/namespaces/{space_of(env)}/deployments/web?fieldManager=hand",
        [{"op": "replace", "path": "/spec/template/spec/containers/0/image",
          "value": "local/topicshare-web:1.4.4-rc1"}], "application/json-patch+json")
    if answer.status != 200:
        raise RuntimeError(str(answer))


def away(seconds):
    def during(world, _env):
        time.sleep(0.3)			# it is under way
        world.double.rules("image topicshare-web:1.4.3 slow", "away")
        time.sleep(seconds)
        world.double.rules()
    return during


def hangs(seconds):
    """It accepts what it is sent, and answers nothing; None: until the deployment has ended."""
    def during(world, env):
        time.sleep(0.3)
        world.double.rules("image topicshare-web:1.4.3 slow")
        world.double.process.send_signal(signal.SIGSTOP)
        try:
            if seconds:
                time.sleep(seconds)
            else:
                world.until_ended(env)
        finally:
            world.double.process.send_signal(signal.SIGCONT)
            world.double.rules()
    return during


def expire(world, env):
    """Whatever is asked from now on."""
    time.sleep(0.3)
    world.double.rules(SLOW, CUT, "expire sidestage")
    world.until_ended(env)
    world.double.rules()


def rotate(world, _env):
    time.sleep(0.2)
    TOKENS.reverse()
    world.write("double/tokens.csv", f"{TOKENS[0]},sidestage\n")
    world.write("token", TOKENS[0] + "\n")


def forget(world, _env):
    for _ in range(10):
        time.sleep(0.1)
        world.cluster.ask("POST", "/double/forget")


def refusal(code, message):
    return f"PATCH deployments/web status {code} " + json.dumps({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": "Forbidden" if code == 403 else "", "code": code})


SLOW = "image topicshare-web:1.4.3 slow"
CUT = "GET watch=(1|true) close 0.3"
LOST = ["GET watch=(1|true) lose ADDED", "GET watch=(1|true) lose MODIFIED"]


def takes(seconds):
    return [{"op": "add", "path": "/deploy", "value": {"timeout": seconds}}]


CASES = [
    Case("each watch is cut after a while", [SLOW, "GET watch=(1|true) close 0.3"],
         early=True, is_quick=True),
    Case("what is watched is forgotten, again and again",
         [SLOW, "GET watch=(1|true) close 0.3"], during=forget, early=True),
    Case("watches are told that they are too old", ["1-4:GET watch=(1|true) gone"],
         early=True, is_quick=True),
    Case("it is too busy for every write at first", ["1-6:(PATCH|POST) . busy 1"]),
    Case("it is too busy for every list at first", ["1-4:GET . busy 1"]),
    Case("the answers to writes are lost at first", ["1-4:PATCH . lost"], is_quick=True),
    Case("a list is cut", ["1-3:GET (deployments|pods)[?].*limit= cut 40"]),
    Case("its watches lack events for good", LOST, early=True),
    Case("it is too busy for every access review at first",
         ["1-4:POST selfsubjectaccessreviews busy 1"], early=True, is_quick=True),
    Case("it is too busy for every watch at first", ["1-7:GET watch=(1|true) busy 1"], early=True),
    Case("it is too busy to make a namespace at first", ["1-2:POST /api/v1/namespaces[?] busy 1"],
         early=True),
    Case("it says 503 and when to come again to whatever it is asked at first",
         ["1-9:GET . busy 1 503", "1-9:(PATCH|POST|DELETE) . busy 1 503"], early=True),
    Case("it is away for a while in mid-rollout", [SLOW], during=away(2)),
    Case("it is away for long in mid-rollout", [SLOW], during=away(30 if UPSTREAM else 5),
         more=takes(120)),
    Case("it hangs for half a minute in mid-rollout", [SLOW], during=hangs(30), more=takes(120)),
    Case("it hangs for good in mid-rollout", ["image topicshare-web:1.4.3 unready"], "failed",
         ["The cluster prod has not answered for", "not-restored"], during=hangs(None),
         more=takes(12)),
    Case("its token is refused for good in mid-rollout", [SLOW, CUT], "failed",
         ["refused the credentials"], during=expire, early=True, more=takes(12)),
    Case("its token becomes another in mid-rollout", [SLOW], during=rotate),
    Case("another manager has the field", expected="failed", before=other_manager,
         words=["web", "image", "hand"], is_quick=True),
    Case("a right is missing", ["deny sidestage patch deployments.apps *"], "failed",
         ["sidestage", "patch", "deployments"], is_quick=True),
    Case("a write fails with 500", [refusal(500, "the disk is on fire")], "failed",
         ["the disk is on fire"]),
    Case("admission refuses it", [refusal(403, "admission webhook denied the request: no")],
         "failed", ["denied the request: no"]),
    Case("no such image", image="fail/pull:1", expected="failed",
         words=["image-not-found", "fail/pull:1"], is_quick=True),
    Case("it exits again and again", image="fail/crash:1", expected="failed",
         words=["crash-loop", "fatal: cannot open"]),
    Case("its probe fails", image="fail/unready:1", expected="failed", words=["probe"],
         more=takes(3)),
]


def run_case(world, case):
    """What is wrong, or None."""
    if case.early:
        world.double.rules(*case.rules)
    env = world.new_environment()
    if case.before:
        case.before(world, env)
    if not case.early:
        world.double.rules(*case.rules)
    deployment = world.set_image(env, case.image, *case.more)
    if case.during:
        helper = threading.Thread(target=case.during, args=(world, env))
        helper.start()
    status, errors = world.wait(env, deployment)
    if case.during:
        helper.join()
    met = world.cluster.get("/double/met").value
    missed = [line for line, n in met.items() if n == 0]
    case.met = sum(met.values())
    world.double.rules()
    text = "\n".join(errors)
    wrong = None
    if missed:
        wrong = f"nothing met {missed}"
    elif status != case.expected:
        wrong = f"it {status}: {text}"
    elif status == "succeeded" and world.image(env) != case.image:
        wrong = f"it runs {world.image(env)}"
    elif status != "succeeded":
        missing = [word for word in case.words if word not in text]
        wrong = f"{missing} is not said: {text}" if missing else None
    if not wrong and status != "succeeded" and not case.before:
        after = world.set_image(env, "local/topicshare-web:1.4.2")
        ended = world.wait(env, after)
        wrong = None if ended[0] == "succeeded" else f"what was there does not come back: {ended}"
    world.ask("DELETE", f"/envs/{env}")
    return wrong and wrong + "\n" + world.said()


def faults(tap):
    cases = sliced(CASES) if long_run() or UPSTREAM else [case for case in CASES if case.is_quick]
    if UPSTREAM:		# neither rights nor images are its
        cases = [case for case in cases if case.image == "local/topicshare-web:1.4.3" and
                 case.during != forget and not any(line.startswith("deny ")
                                                   for line in case.rules)]
    with World(patience="10s") as world:
        for case in cases:
            began = time.monotonic()
            try:
                wrong = run_case(world, case)
            except RuntimeError as error:
                wrong = str(error)
                world.double.rules()
            tap.ok(not wrong, f"{case.name}: the deployment {case.expected}", wrong)
            tap.note(f"{case.met} requests met it, {int(time.monotonic() - began)} s")
        strange = world.strange_writes()
        tap.ok(not strange, "nothing was written elsewhere", "\n".join(strange[:10]))


def main():
    sys.path.insert(0, HERE)
    from killed import killed		# which needs all of this
    tap = Tap()
    {"hotfix": hotfix, "faults": faults, "killed": killed}[sys.argv[1]](tap)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
