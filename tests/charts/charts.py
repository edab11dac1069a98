# SPDX-License-Identifier: GPL-3.0-or-later
"""charts.py recorded|real KEPT: whether objects of the shapes that public charts have come out of a
set as they went in; TAP.

Each NAME.yaml is applied as people do it, read back, kept, made objects again, applied in another
namespace, read back and kept: the same, to the byte, and without a line in a review.  The API server
itself is asked, too: what it has of both is the same but for what it owns.

  recorded   what an API server answered, in read/NAME.json
  real       a cluster, by $KUBECTL and $KUBECONFIG; RECORD=write writes its answers

Namespaces are called $CHARTS (charts) and $CHARTS-again.  No pod runs: a quota forbids it."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SPACE = os.environ.get("CHARTS", "charts")
SPACES = SPACE, SPACE + "-again"
PATIENCE_S = 120

# Custom resources of the charts: group, version, kind, plural; and defaults of a schema of theirs.
DEFINITIONS = [
    ("monitoring.coreos.com", "v1", "Prometheus", "prometheuses",
     {"evaluationInterval": "30s", "portName": "web"}),
    ("monitoring.coreos.com", "v1", "ServiceMonitor", "servicemonitors", {}),
    ("monitoring.coreos.com", "v1", "PrometheusRule", "prometheusrules", {}),
    ("cert-manager.io", "v1", "Issuer", "issuers", {}),
    ("cert-manager.io", "v1", "Certificate", "certificates", {}),
    ("argoproj.io", "v1alpha1", "Application", "applications", {}),
    ("argoproj.io", "v1alpha1", "Rollout", "rollouts", {}),
    ("kafka.strimzi.io", "v1beta2", "KafkaTopic", "kafkatopics", {}),
    ("networking.istio.io", "v1beta1", "VirtualService", "virtualservices", {}),
    ("networking.istio.io", "v1beta1", "DestinationRule", "destinationrules", {}),
    ("networking.istio.io", "v1beta1", "ServiceEntry", "serviceentries", {}),
]
# Owned by the cluster, wherever they are.
OWNED_METADATA = ["uid", "resourceVersion", "generation", "creationTimestamp", "namespace",
                  "managedFields", "finalizers", "selfLink", "ownerReferences"]
OWNED_ANNOTATIONS = ["kubectl.kubernetes.io/last-applied-configuration",
                     "deployment.kubernetes.io/revision",
                     "deprecated.daemonset.template.generation"]
OWNED_LABELS = ["controller-uid", "batch.kubernetes.io/controller-uid", "job-name",
                "batch.kubernetes.io/job-name"]
# Lists whose order means nothing, by what tells their items apart.
UNORDERED = {"volumes": "name", "volumeMounts": "mountPath", "imagePullSecrets": "name",
             "secrets": "name", "topologySpreadConstraints": "topologyKey"}


def charts():
    return sorted(name[:-5] for name in os.listdir(HERE) if name.endswith(".yaml"))


class Kept:
    def __init__(self, program):
        self.program = program

    def run(self, what, value):
        done = subprocess.run([self.program, what], input=json.dumps(value), text=True,
                              capture_output=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    def keep(self, objects):
        return json.loads(self.run("keep", objects))

    def objects(self, kept):
        return json.loads(self.run("object", kept))

    def keys(self):
        return {tuple(row) for row in json.loads(self.run("keys", {}))}

    def changes(self, before, after):
        return self.run("changes", {"from": before, "to": after}).splitlines()


class Tap:
    def __init__(self):
        self.number, self.failed = 0, False

    def report(self, good, name, why=""):
        self.number += 1
        print("%s %d - %s" % ("ok" if good else "not ok", self.number, name))
        if not good:
            self.failed = True
            for line in str(why).splitlines()[:60]:
                print("#", line)
        sys.stdout.flush()

    def end(self):
        print("1..%d" % self.number)
        raise SystemExit(1 if self.failed else 0)


# --- what an API server has, without what it owns ---

def environment(variables):
    """Each variable as a program gets it, in any order; of two of a name the later one."""
    values = {}
    for variable in variables:
        def put(found):
            name = found.group(1)
            return found.group(0) if name is None else values.get(name, {}).get("value", "$(%s)" % name)
        text = re.sub(r"\$\$|\$\(([^)]*)\)", put, variable.get("value", ""))
        values[variable["name"]] = dict(variable, value=text)
    return values


def meaning(value, name=None):
    if isinstance(value, dict):
        return {key: meaning(member, key) for key, member in value.items()}
    if not isinstance(value, list):
        return value
    if name == "env" and all("name" in item for item in value):
        return environment(value)
    items = [meaning(item) for item in value]
    if name == "ports" and all(isinstance(item, dict) for item in items):
        return sorted(items, key=lambda port: json.dumps(port, sort_keys=True))
    if name in UNORDERED:
        return sorted(items, key=lambda item: str(item.get(UNORDERED[name])))
    return items


def drop(value, names):
    for name in names:
        (value or {}).pop(name, None)


def stripped_metadata(metadata):
    drop(metadata, OWNED_METADATA)
    drop(metadata.get("annotations"), OWNED_ANNOTATIONS)
    if not metadata.get("annotations"):
        metadata.pop("annotations", None)


def owned_gone(thing):
    """What the cluster has of an object, as it would say it of any other of its kind."""
    thing = json.loads(json.dumps(thing))
    spec = thing.get("spec", {})
    stripped_metadata(thing["metadata"])
    thing.pop("status", None)
    if thing["kind"] == "Service":
        if spec.get("clusterIP") != "None":
            drop(spec, ["clusterIP"])
        drop(spec, ["clusterIPs", "healthCheckNodePort"])
        for port in spec.get("ports", []):
            port.pop("nodePort", None)
    if thing["kind"] == "Job" and not spec.get("manualSelector"):
        drop(spec, ["selector"])
        drop(spec["template"].get("metadata", {}).get("labels"), OWNED_LABELS)
        if thing["metadata"].get("labels", {}).get("job-name") == thing["metadata"]["name"]:
            drop(thing["metadata"]["labels"], OWNED_LABELS)
    for claim in spec.get("volumeClaimTemplates", []):
        claim.pop("status", None)
    return meaning(thing)


def differences(first, second, path=""):
    if isinstance(first, dict) and isinstance(second, dict):
        for name in sorted(set(first) | set(second)):
            yield from differences(first.get(name), second.get(name), path + "/" + name)
    elif first != second:
        yield "%s: %s > %s" % (path, json.dumps(first), json.dumps(second))


def by_name(objects):
    return {thing["kind"] + "/" + thing["metadata"]["name"]: thing for thing in objects["items"]}


# --- a chart ---

def owned_words(kept):
    """Nothing that a cluster said of itself is in a set."""
    text = json.dumps(kept)
    return [word for word in ("resourceVersion", "managedFields", "last-applied", "creationTimestamp",
                              '"uid"', "clusterIPs", "nodePort", '"status": {', "controller-uid")
            if word in text]


def compare(tap, tool, name, first, again):
    """`first` as people applied it, `again` as a set made it in another namespace."""
    kept = tool.keep(first)
    once_more = tool.keep(tool.objects(kept))
    text, same = (json.dumps(value, sort_keys=True) for value in (kept, once_more))
    tap.report(text == same, "%s: objects of a set are kept as they were" % name,
               "\n".join(differences(kept, once_more)))
    tap.report(not owned_words(kept), "%s: nothing is kept that the cluster owns" % name,
               owned_words(kept))
    there = tool.keep(again)
    tap.report(json.dumps(there, sort_keys=True) == text and not tool.changes(kept, there),
               "%s: a clone has no spurious difference" % name,
               "\n".join(list(differences(kept, there)) + tool.changes(kept, there)))
    ours, theirs = ({key: owned_gone(thing) for key, thing in by_name(objects).items()}
                    for objects in (again, first))
    tap.report(ours == theirs, "%s: the cluster has the same of both" % name,
               "\n".join(differences(theirs, ours)))


def recorded(tap, tool):
    for name in charts():
        with open(os.path.join(HERE, "read", name + ".json"), encoding="utf-8") as file:
            answers = json.load(file)
        compare(tap, tool, name, answers["first"], answers["again"])


# --- a cluster ---

def kubectl(*words, value=None, check=True):
    done = subprocess.run(os.environ.get("KUBECTL", "kubectl").split() + list(words), text=True,
                          input=None if value is None else json.dumps(value), capture_output=True,
                          check=False)
    if check and done.returncode:
        raise SystemExit("# kubectl %s: %s" % (" ".join(words), done.stderr))
    return done.stdout


# What objects in a namespace are made of, as the API server calls it; the lists in it that it merges.
PARTS = ["PodSpec", "Container", "EphemeralContainer", "ResourceRequirements", "ServiceSpec",
         "ServiceAccount"]


def published_keys():
    keys = set()
    for group in "api/v1", "apis/apps/v1":
        schemas = json.loads(kubectl("get", "--raw", "/openapi/v3/" + group))["components"]["schemas"]
        for name, schema in schemas.items():
            for member, field in schema.get("properties", {}).items():
                merged = field.get("x-kubernetes-list-map-keys")
                if merged and name.rsplit(".", 1)[-1] in PARTS:
                    keys.add((member, *merged))
    return keys


def compare_keys(tap, tool):
    """A list that the server merges and we do not, or by another key, would be a conflict of nobody."""
    published, ours = published_keys(), tool.keys()
    tap.report(ours == published, "the lists with keys are those that the API server publishes",
               "only ours: %s\nonly the server's: %s" % (ours - published, published - ours))


def definition(group, version, kind, plural, defaults):
    spec = {"type": "object", "x-kubernetes-preserve-unknown-fields": True,
            "properties": {key: {"type": "string", "default": value}
                           for key, value in defaults.items()}}
    schema = {"type": "object", "properties": {"spec": spec, "status": {
        "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}
    return {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
            "metadata": {"name": plural + "." + group, "labels": {"sidestage.test": SPACE}},
            "spec": {"group": group, "scope": "Namespaced",
                     "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
                     "versions": [{"name": version, "served": True, "storage": True,
                                   "schema": {"openAPIV3Schema": schema},
                                   "subresources": {"status": {}}}]}}


def define():
    """Those that the cluster does not have.  Ours have a label, and go with it."""
    there = kubectl("get", "crd", "-o", "name")
    missing = [definition(*row) for row in DEFINITIONS
               if "/%s.%s\n" % (row[3], row[0]) not in there]
    for crd in missing:
        kubectl("create", "-f", "-", value=crd)
    for crd in missing:
        kubectl("wait", "--for=condition=Established", "--timeout=60s",
                "crd/" + crd["metadata"]["name"])


def make_spaces():
    for space in SPACES:
        kubectl("create", "namespace", space)
        kubectl("-n", space, "create", "quota", "no-pods", "--hard=pods=0")


def remove_all():
    kubectl("delete", "namespace", *SPACES, "--ignore-not-found", "--wait=false", check=False)
    for space in SPACES:    # nobody else takes away what a resource of an operator waits for
        for group, _, _, plural, _ in DEFINITIONS:
            for name in kubectl("-n", space, "get", plural + "." + group, "-o", "name",
                                check=False).split():
                kubectl("-n", space, "patch", name, "--type=merge",
                        "-p", '{"metadata": {"finalizers": null}}', check=False)
    kubectl("wait", "--for=delete", "--timeout=120s", *["namespace/" + s for s in SPACES], check=False)
    kubectl("delete", "crd", "-l", "sidestage.test=" + SPACE, "--ignore-not-found", check=False)


def is_seen(thing):
    """Whether its controller has written what it writes into such an object."""
    if thing["kind"] not in ("Deployment", "StatefulSet", "DaemonSet"):
        return True
    return thing.get("status", {}).get("observedGeneration") == thing["metadata"]["generation"]


def read(space, manifest):
    """All of the manifest as the cluster has it, once its controllers have seen it."""
    end = time.monotonic() + PATIENCE_S
    while True:
        answer = json.loads(kubectl("-n", space, "get", "-f", manifest, "-o", "json"))
        answer.setdefault("items", [answer] if "metadata" in answer and "items" not in answer else [])
        if all(is_seen(thing) for thing in answer["items"]):
            return {"kind": "List", "apiVersion": "v1", "items": answer["items"]}
        if time.monotonic() > end:
            raise SystemExit("# no controller has seen what was applied in %s" % space)
        time.sleep(0.2)


def real_chart(tap, tool, name):
    manifest = os.path.join(HERE, name + ".yaml")
    kubectl("-n", SPACES[0], "apply", "-f", manifest)
    first = read(SPACES[0], manifest)
    objects = tool.objects(tool.keep(first))
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(objects, file)
        file.flush()
        kubectl("-n", SPACES[1], "apply", "--server-side", "--field-manager=sidestage",
                "--validate=strict", "-f", file.name)
        again = read(SPACES[1], file.name)
    compare(tap, tool, name, first, again)
    if os.environ.get("RECORD") == "write":
        with open(os.path.join(HERE, "read", name + ".json"), "w", encoding="utf-8") as out:
            json.dump({"first": first, "again": again}, out, indent=1, ensure_ascii=False,
                      sort_keys=True)
            out.write("\n")


def real(tap, tool):
    try:
        compare_keys(tap, tool)
        define()
        make_spaces()
        for name in charts():
            real_chart(tap, tool, name)
    finally:
        remove_all()


def main():
    tap = Tap()
    {"recorded": recorded, "real": real}[sys.argv[1]](tap, Kept(sys.argv[2]))
    tap.end()


if __name__ == "__main__":
    main()
