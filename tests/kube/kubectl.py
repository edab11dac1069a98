# SPDX-License-Identifier: GPL-3.0-or-later
"""kubectl.py ARGUMENT...: what doc/kubernetes uses of kubectl, where there is none; for the double.

KUBECONFIG is the double's, YAML_JSON the program that reads YAML.  An argument that it does not
know is an error.  ROOT is where a container has its root: what is executed in a pod runs here.
"""
import base64
import json
import os
import subprocess
import sys

from cluster import Client, until

PATHS = {
    "Namespace": "/api/v1/namespaces", "ServiceAccount": "/api/v1/{}/serviceaccounts",
    "ConfigMap": "/api/v1/{}/configmaps", "Service": "/api/v1/{}/services",
    "PersistentVolumeClaim": "/api/v1/{}/persistentvolumeclaims",
    "Secret": "/api/v1/{}/secrets", "Pod": "/api/v1/{}/pods",
    "Deployment": "/apis/apps/v1/{}/deployments",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
}
PLURALS = {"namespaces": "Namespace", "deployments": "Deployment", "pods": "Pod",
           "services": "Service"}


def die(text):
    sys.exit("kubectl.py: " + text)


def path_of(kind, space):
    if kind not in PATHS:
        die(f"{kind} is not known here")
    return PATHS[kind].format("namespaces/" + space)


def must(answer):
    if answer.status >= 300:
        die(answer.message)
    return answer.value


def take(words, name):
    """The value of an option, which is taken out; None: it is not there."""
    for n, word in enumerate(words):
        if word == name:
            del words[n]
            return words.pop(n)
        if word.startswith(name + "="):
            return words.pop(n)[len(name) + 1:]
    return None


def documents(path):
    with open(path) as file:
        for text in file.read().split("\n---\n"):
            ended = subprocess.run([os.environ["YAML_JSON"]], input=text + "\n", text=True,
                                   stdout=subprocess.PIPE)
            if ended.returncode:
                die(path)
            yield json.loads(ended.stdout)


def apply(client, words, _space):
    query = ""
    dry = take(words, "--dry-run")
    if dry:
        query = "&fieldValidation=Strict&dryRun=All" if dry == "server" else die(dry)
    path = take(words, "-f")
    if words:
        die(f"apply {words}")
    for obj in documents(path):
        meta = obj["metadata"]
        where = path_of(obj["kind"], meta.get("namespace", "default"))
        answer = client.apply(f"{where}/{meta['name']}", obj, "kubectl", query)
        must(answer)
        print(f"{obj['kind'].lower()}/{meta['name']} {answer.status}")


def content(path):
    with open(path, "rb") as file:
        return base64.b64encode(file.read()).decode()


def create(client, words, space):
    if words[:2] == ["secret", "tls"]:
        kind, data = "kubernetes.io/tls", {"tls.crt": content(take(words, "--cert")),
                                           "tls.key": content(take(words, "--key"))}
    elif words[:2] == ["secret", "generic"]:
        path = take(words, "--from-file")
        kind, data = "Opaque", {os.path.basename(path): content(path)}
    else:
        die(f"create {words}")
    if len(words) != 3:
        die(f"create {words}")
    must(client.ask("POST", path_of("Secret", space), {
        "apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": {"name": words[2]},
        "data": data}))


def get(client, words, space):
    label = take(words, "-L")
    if len(words) != 1:
        die(f"get {words}")
    for plural in words[0].split(","):
        for item in must(client.get(path_of(PLURALS[plural], space)))["items"]:
            meta = item["metadata"]
            print(plural, meta["name"], meta.get("labels", {}).get(label, "") if label else "")


def describe(client, words, space):
    if len(words) != 2 or words[0] != "pod":
        die(f"describe {words}")
    print(json.dumps(must(client.get(path_of("Pod", space) + "/" + words[1])), indent=1))


def rollout(client, words, space):
    what, _, name = words[-1].partition("/")
    if words[:-1] != ["status"] or what != "deployment":
        die(f"rollout {words}")
    path = path_of("Deployment", space) + "/" + name

    def is_rolled_out():
        obj = must(client.get(path))
        return obj["status"].get("observedGeneration") == obj["metadata"]["generation"] and \
            obj["status"].get("availableReplicas") == obj["spec"]["replicas"]
    until(is_rolled_out)


def execute(client, words, space):
    if words[:1] == ["-i"]:
        del words[0]
    what, _, name = words.pop(0).partition("/")
    if what != "deployment" or words.pop(0) != "--":
        die(f"exec {words}")
    must(client.get(path_of("Deployment", space) + "/" + name))
    root = os.environ["ROOT"]
    sys.exit(subprocess.run([root + word if word.startswith("/") else word
                             for word in words]).returncode)


def main():
    words = sys.argv[1:]
    space = take(words, "-n") or "default" if words[:1] == ["-n"] else "default"
    client = Client(os.environ["KUBECONFIG"])
    verbs = {"apply": apply, "create": create, "get": get, "describe": describe,
             "rollout": rollout, "exec": execute}
    if not words or words[0] not in verbs:
        die(f"{words}")
    verbs[words[0]](client, words[1:], space)


if __name__ == "__main__":
    main()
