# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests: what people do with kubectl, by kubectl (Kubectl) or where there is none, for the double
(Applier): files of objects are applied by their client or by the server, listed, and deleted.

Both say (whether it went well, text).  YAML_JSON is the program that reads YAML.
"""
import json
import os
import shlex
import subprocess

from cluster import MERGE, Client

NOTE = "kubectl.kubernetes.io/last-applied-configuration"
STRATEGIC = "application/strategic-merge-patch+json"
CLIENT = "kubectl-client-side-apply"
LISTED = ["Deployment", "StatefulSet", "CronJob", "Job", "Service", "ConfigMap", "ServiceAccount",
          "Secret", "Ingress", "PodDisruptionBudget", "NetworkPolicy"]


class Kubectl:
    def __init__(self, kubeconfig):
        self.kubeconfig = kubeconfig

    def run(self, *words):
        ended = subprocess.run([*shlex.split(os.environ["KUBECTL"]), *words], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               env=dict(os.environ, KUBECONFIG=self.kubeconfig))
        return ended.returncode == 0, ended.stdout

    def apply(self, path):
        return self.run("apply", "-f", path)

    def try_server_side(self, path, manager):
        return self.run("apply", "--server-side", "--field-manager=" + manager, "--dry-run=server",
                        "--force-conflicts=false", "-f", path)

    def objects(self, namespace):
        good, text = self.run("get", "-n", namespace, "-o", "json",
                              ",".join(kind.lower() for kind in LISTED))
        if not good:
            raise RuntimeError(text)
        return json.loads(text)["items"]

    def delete(self, plural, name):
        return self.run("delete", plural, name, "--wait=false", "--ignore-not-found")


def documents(path):
    with open(path) as file:
        for text in file.read().split("\n---\n"):
            yield json.loads(subprocess.run([os.environ["YAML_JSON"]], input=text + "\n", text=True,
                                            stdout=subprocess.PIPE, check=True).stdout)


def removals(before, after):
    """null for each member that was applied before, and is not any more."""
    found = {}
    for name, value in before.items():
        if name not in after:
            found[name] = None
        elif isinstance(value, dict) and isinstance(after[name], dict):
            below = removals(value, after[name])
            if below:
                found[name] = below
    return found


def merged(one, other):
    out = dict(one)
    for name, value in other.items():
        is_deeper = isinstance(value, dict) and isinstance(out.get(name), dict)
        out[name] = merged(out[name], value) if is_deeper else value
    return out


class Applier:
    def __init__(self, kubeconfig):
        self.client = Client(kubeconfig)
        self.paths = {}			# {(apiVersion, kind): (path, whether it is namespaced)}

    def path(self, thing):
        """Where objects of its kind are, as the server says."""
        version, kind = thing["apiVersion"], thing["kind"]
        where = ("/apis/" if "/" in version else "/api/") + version
        if (version, kind) not in self.paths:
            for row in (self.client.get(where).value or {}).get("resources", []):
                if "/" not in row["name"]:
                    self.paths[version, row["kind"]] = (row["name"], row["namespaced"])
        plural, is_namespaced = self.paths[version, kind]
        space = f"/namespaces/{thing['metadata'].get('namespace', 'default')}" if is_namespaced else ""
        return f"{where}{space}/{plural}"

    def apply(self, path):
        answers = [self.apply_one(thing) for thing in documents(path)]
        return all(answer.status < 300 for answer in answers), "\n".join(map(str, answers))

    def apply_one(self, thing):
        """As a client applies: what it applied before stands in an annotation."""
        path, name = self.path(thing), thing["metadata"]["name"]
        wanted = merged(thing, {"metadata": {"annotations": {NOTE: json.dumps(thing)}}})
        there = self.client.get(f"{path}/{name}")
        if there.status == 404:
            return self.client.ask("POST", f"{path}?fieldManager={CLIENT}", wanted)
        before = there.value["metadata"].get("annotations", {}).get(NOTE, "{}")
        patch = merged(wanted, removals(json.loads(before), thing))
        is_custom = "." in thing["apiVersion"] and ".k8s.io" not in thing["apiVersion"]
        return self.client.ask("PATCH", f"{path}/{name}?fieldManager={CLIENT}", patch,
                               MERGE if is_custom else STRATEGIC)

    def try_server_side(self, path, manager):
        answers = [self.client.apply(f"{self.path(thing)}/{thing['metadata']['name']}", thing, manager,
                                     "&dryRun=All") for thing in documents(path)]
        return all(answer.status < 300 for answer in answers), "\n".join(map(str, answers))

    def objects(self, namespace):
        found = []
        for version in ("v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "policy/v1"):
            for kind in LISTED:
                try:
                    path = self.path({"apiVersion": version, "kind": kind,
                                      "metadata": {"namespace": namespace}})
                except KeyError:
                    continue		# of another group
                found += [{**thing, "apiVersion": version, "kind": kind}
                          for thing in self.client.get(path).value["items"]]
        return found

    def delete(self, plural, name):
        groups = {"namespace": "/api/v1/namespaces/",
                  "crd": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/"}
        answer = self.client.ask("DELETE", groups[plural] + name)
        return answer.status < 300, str(answer)
