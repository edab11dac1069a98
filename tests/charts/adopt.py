# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of the shapes that public charts have are adopted, cloned and compared by the program
itself, over the double; TAP.

Each NAME.yaml is in a namespace as kubectl has applied it (read/NAME.json, which a real API server
has answered: with its defaults), its custom resources with it; all of them in one, or with
CHECK_LONG=1 each in its own.  A clone differs from it by what a rule changes, each of which is named
here, and by nothing else; whatever is not carried stands in the review.  No pod runs: a quota
forbids it, which a clone has, too."""
import json
import os
import re
import shutil
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("kube", "fault"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))
import charts	# noqa: E402
from cluster import Double, Tap, until	# noqa: E402
from faultd import UnixConnection	# noqa: E402
from person import ORG, Person	# noqa: E402

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
QUOTA = {"metadata": {"name": "no-pods"}, "spec": {"hard": {"pods": "0"}}}
RUNNING, UNREAD = 7, 3		# exit status: it goes on; something was not read
RECORD = "ConfigMap/sidestage-environment"	# what the platform remembers of a clone
MADE = ("Pod", "ReplicaSet", "Event", "Endpoints")	# nobody declares them

# What a clone has otherwise: of which kinds, where, and the rule's code in the review; None: a rule of
# which nothing is said.
META = r"(/spec|/template|/jobTemplate|/volumeClaimTemplates/\d+)*/metadata/(labels|annotations)"
TOOLS = r"(app\.kubernetes\.io/(instance|managed-by)|([a-z]+\.)*(helm\.sh|argoproj\.io)/.*)"
CONTAINER = r"/spec(/jobTemplate/spec)?/template/spec/(containers|initContainers)/\d+"
RULES = [
    (".*", META + r"/(sidestage\.dev/.*|app\.kubernetes\.io/managed-by)", None),
    (".*", META + "/" + TOOLS, "marks"),
    (".*", "/metadata/annotations/.*cert-manager.*", "certificates"),
    (".*", "/metadata/annotations/.*external-dns.*", "dns"),
    ("Deployment|StatefulSet", "/spec/replicas", "replicas"),
    ("Deployment", "/spec/replicas", "autoscaler"),	# which is left out
    ("Deployment", "/spec/paused", "unpaused"),
    ("CronJob", "/spec/suspend", "suspended"),
    ("DaemonSet|Deployment", r"/spec/template/spec/host(Network|PID|IPC)", "node"),
    ("DaemonSet|Deployment", r"/spec/template/spec/volumes/\d+/(hostPath/.*|emptyDir)", "node"),
    ("DaemonSet|Deployment", CONTAINER + r"/ports/\d+/hostPort", "node"),
    ("Service", r"/spec/(type|externalIPs|externalTrafficPolicy|loadBalancer.*|allocateLoad.*)",
     "addresses"),
    ("Service", "/metadata/annotations/.*(load-balancer|metallb).*", "addresses"),
    ("PersistentVolumeClaim", "/spec/(volumeName|selector/.*|dataSource.*)", "volume"),
    ("StatefulSet", r"/spec/volumeClaimTemplates/\d+/spec/(volumeName|selector/.*|dataSource.*)",
     "volume"),
    ("ServiceAccount", "/secrets", None),		# tokens of another account
    ("RoleBinding", r"/subjects/\d+/namespace", None),	# its own
    ("NetworkPolicy", "/spec/egress.*", None),		# but to the origin: "network" is said then
]
# Of what is not there at all: its kind, and the rule's code.
LEFT_OUT = {"Job": "not-run", "HorizontalPodAutoscaler": "autoscaler", "Ingress": "hosts",
            "PodDisruptionBudget": "budget"}


def groups():
    """{namespace: charts in it}; SLICE=i/n: an n-th of them, and one at least."""
    names = charts.charts()
    if os.environ.get("CHECK_LONG") == "1":
        part, of = map(int, os.environ.get("SLICE", "1/1").split("/"))
        first = (part - 1) % min(of, len(names))
        return {"charts-" + name: [name] for name in names[first::min(of, len(names))]}
    return {"charts-all": names}


def path_of(kind, version, space):
    plurals = {row[2]: row[3] for row in charts.DEFINITIONS}
    lower = kind.lower()
    plural = plurals.get(kind) or (lower[:-1] + "ies" if lower.endswith("y") else
                                   lower + "es" if lower.endswith("s") else lower + "s")
    return f"{'/apis/' if '/' in version else '/api/'}{version}/namespaces/{space}/{plural}"


class World:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="charts-")
        self.double = Double(os.path.join(self.folder, "double"), "--pace", "0.01")
        self.client = self.double.client()
        for row in charts.DEFINITIONS:
            self.create(DEFINITIONS, charts.definition(*row))
        for space, names in groups().items():
            self.create("/api/v1/namespaces", {"metadata": {"name": space}})
            self.create(path_of("ResourceQuota", "v1", space), QUOTA)
            for name in names:
                self.fill(space, name)
        self.person = Person("first", "", self.double.kubeconfig, list(groups()))

    def create(self, path, obj):
        answer = self.client.ask("POST", path + "?fieldManager=kubectl-client-side-apply", obj)
        if answer.status != 201:
            raise RuntimeError(f"{path}: {answer}")

    def fill(self, space, name):
        for thing in items(name):
            thing = json.loads(json.dumps(thing))
            charts.drop(thing, ["status"])
            charts.drop(thing["metadata"], ["uid", "resourceVersion", "generation",
                                            "creationTimestamp", "namespace", "managedFields"])
            self.create(path_of(thing["kind"], thing["apiVersion"], space), thing)

    def get(self, path):
        connection = UnixConnection(self.person.socket)
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def has_adopted(self):
        return self.get(f"/orgs/{ORG}/x-adoption")["state"] == "done"

    def objects(self):
        """{namespace: all that is declared there, of any kind}"""
        found = {}
        groups = ["v1"] + [row["preferredVersion"]["groupVersion"]
                           for row in self.client.get("/apis").value["groups"]]
        for group in groups:
            where = f"{'/apis/' if '/' in group else '/api/'}{group}"
            for row in self.client.get(where).value["resources"]:
                if not row["namespaced"] or "list" not in row["verbs"] or row["kind"] in MADE:
                    continue
                for thing in self.client.get(f"{where}/{row['name']}").value["items"]:
                    thing = {**thing, "apiVersion": group, "kind": row["kind"]}
                    found.setdefault(thing["metadata"]["namespace"], {})[
                        f"{row['kind']}/{thing['metadata']['name']}"] = thing
        return found

    def end(self):
        self.person.end()
        self.double.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def items(name):
    with open(os.path.join(HERE, "read", name + ".json"), encoding="utf-8") as file:
        return json.load(file)["first"]["items"]


# --- what there is of a clone ---

class Clone:
    """Of one of these namespaces."""

    def __init__(self, world, environment):
        self.world, self.name = world, environment["namespace"][len("charts-"):]
        self.app, self.env = environment["app_id"], environment["env_id"]
        self.origin, self.space = environment["namespace"], f"{self.app}-hot"
        self.before, self.after = {}, {}

    def run(self, *words):
        self.world.person.app = self.app
        return self.world.person.run(*words)

    def make(self):
        """The review's findings are acknowledged: they are about what the chart means to reach."""
        self.review = until(lambda: self.reviewed("clone", self.env, "hot"), pause=0.5)
        self.said = self.review["outlook"]["findings"]
        known = ["--acknowledge=" + row["id"] for row in self.review["findings"]]
        ended = self.run("clone", self.env, "hot", "--no-wait", "--approve=hot", *known)
        if ended.code not in (0, RUNNING):
            raise RuntimeError(str(ended))

    def promised(self):
        """What the review names and is not there."""
        return [f"{kind}/{name}" for kind, names in self.review["outlook"]["objects"].items()
                for name in names if f"{kind}/{name}" not in self.after]

    def is_made(self):
        objects = self.world.objects()
        self.before, self.after = objects[self.origin], objects.get(self.space, {})
        return not self.promised()

    def reviewed(self, *words):
        """None: it goes on still, or whoever was asked is slow."""
        value = self.run(*words, "--json").value
        found = (value or {}).get("outlook")
        is_late = not found or any(row["code"] == "kinds" for row in found["findings"])
        return None if is_late else value

    def compared(self):
        ended = self.run("diff", self.env, "hot")
        return ended if ended.code != UNREAD else None

    def says(self, code, key):
        """Whether the review has a line of this rule about this object."""
        name = key.split("/", 1)[1]
        return any(row["code"] == code and (key in row["message"] or row["workload"] == name)
                   for row in self.said)

    def rule(self, key, path):
        """Whether a rule changes this, and the review says so, if it says any."""
        kind = key.split("/", 1)[0]
        return any(re.fullmatch(kinds, kind) and re.fullmatch(where, path) and
                   (code is None or self.says(code, key)) for kinds, where, code in RULES)

    def spurious(self):
        found = []
        for key in sorted({*self.before, *self.after}):
            if is_of_set(self.before, key):		# made by what is compared, sooner or later
                continue
            if key in self.before and key in self.after:
                found += [f"{key} {path}: {json.dumps(old)} > {json.dumps(new)}"
                          for path, old, new in changes(owned_gone(self.before[key]),
                                                        owned_gone(self.after[key]))
                          if not self.rule(key, path)]
            elif key in self.before and not self.is_left(key):
                found.append(f"{key} is not there, and the review does not say so")
            elif key in self.after and not self.is_added(key):
                found.append(f"{key} is there, and the review does not say so")
        return found

    def is_left(self, key):
        kind, name = key.split("/", 1)
        if is_of_cluster(key):
            return True
        if kind in LEFT_OUT:
            return self.says(LEFT_OUT[kind], key)
        return any(row["kind"] == "left" and row["object"] and name in row["message"] and
                   row["object"].startswith(kind) for row in self.said)

    def is_added(self, key):
        """Its own policies, and what the platform remembers of it."""
        kind, name = key.split("/", 1)
        return is_of_cluster(key) or key == RECORD or \
            name in self.review["outlook"]["objects"].get(kind, [])


def is_of_cluster(key):
    return key in ("ConfigMap/kube-root-ca.crt", "ServiceAccount/default")


def is_of_set(objects, key):
    """A claim that is made for a pod of a StatefulSet."""
    return any(key.startswith(f"PersistentVolumeClaim/{claim['metadata']['name']}-{thing['metadata']['name']}-")
               for thing in objects.values() if thing["kind"] == "StatefulSet"
               for claim in thing["spec"].get("volumeClaimTemplates", []))


def owned_gone(thing):
    thing = charts.owned_gone(thing)
    if thing["kind"] == "PersistentVolumeClaim":
        thing["metadata"].get("annotations", {}).pop("pv.kubernetes.io/bind-completed", None)
    return thing


def changes(old, new, path=""):
    """[(path, before, after)], to the last member that is another."""
    if old == new:
        return
    if isinstance(old or new, dict) and isinstance(new or old, dict):
        for name in sorted({*(old or {}), *(new or {})}):
            yield from changes((old or {}).get(name), (new or {}).get(name), f"{path}/{name}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for n, (one, other) in enumerate(zip(old, new)):
            yield from changes(one, other, f"{path}/{n}")
    else:
        yield path, old, new


# --- the test ---

def compare(tap, clone):
    name = clone.name
    ended = until(clone.compared, pause=0.5)
    tap.ok(ended.code == 0, f"{name}: there is no difference between it and a clone", ended)
    found = clone.spurious()
    tap.ok(not found, f"{name}: in the cluster there is none but by a rule", "\n".join(found))
    again = changed_outside(until(lambda: clone.reviewed("deploy", "hot"), pause=0.5))
    tap.ok(not again, f"{name}: read again, it is as it was deployed", json.dumps(again, indent=1))


def changed_outside(review):
    """What the cluster has otherwise, and would have; that the quota forbids pods is meant."""
    return review["changes"] + [row for row in review["outlook"]["findings"]
            if row["kind"] not in ("adjusted", "note", "left") and row["code"] != "quota"]


def main():
    tap = Tap()
    world = World()
    try:
        until(world.has_adopted)
        found = world.get(f"/orgs/{ORG}/x-adoption")["environments"]
        clones = [Clone(world, row) for row in sorted(found, key=lambda row: row["namespace"])]
        tap.ok([clone.origin for clone in clones] == sorted(groups()), "what runs is on the board", found)
        for clone in clones:
            clone.make()
        for clone in clones:
            until(clone.is_made, pause=0.2)
            compare(tap, clone)
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "it goes on", f"{error!r}\n{world.person.tail()}")
    finally:
        world.end()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
