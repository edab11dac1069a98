# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may read everything, make and delete namespaces, and write in those of clones alone: all but
promotion works, and promotion names the right that is missing.  TAP.

    rights.py double|KUBECONFIG         SIDESTAGED and SIDESTAGE are ours

RBAC cannot grant rights in a namespace that is still to be made.  On a real cluster somebody has
made that of the clone before, for this user, with the notes that say so; on the double every write
to the adopted namespace is denied.
"""
import os
import shutil
import sys
import tempfile

from cluster import Client, Double, Tap, until
from person import ORG, Person

APP = "proofs-rights"
PRODUCTION, CLONE, USER = APP + "-production", "hot", "reader"
SPACE = f"{APP}-{CLONE}"
RBAC = "/apis/rbac.authorization.k8s.io/v1/"
SPACES = "/api/v1/namespaces"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{PRODUCTION}/deployments"
OLD, NEW = "local/topicshare-web:1.4.2", "local/topicshare-web:1.4.3"
WEB = {"apiVersion": "apps/v1", "kind": "Deployment",
       "metadata": {"name": "web", "labels": {"app.kubernetes.io/part-of": APP}},
       "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {
           "metadata": {"labels": {"app": "web"}}, "spec": {
               "terminationGracePeriodSeconds": 1, "containers": [{
                   "name": "web", "image": OLD, "env": [
                       {"name": "HOST", "value": "0.0.0.0"}, {"name": "PORT", "value": "8080"},
                       {"name": "API_URL", "value": "http://localhost:1"}]}]}}}}
READS = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
# A namespace is deleted and noted by its name.
NAMESPACES = [{"apiGroups": [""], "resources": ["namespaces"], "verbs": ["create"]},
              {"apiGroups": [""], "resources": ["namespaces"], "resourceNames": [SPACE],
               "verbs": ["patch", "delete"]}]
WRITES = {"apiGroups": ["*"], "resources": ["*"],
          "verbs": ["create", "patch", "update", "delete", "deletecollection"]}


def must(answer):
    if answer.status >= 300:
        raise RuntimeError(str(answer))
    return answer.value


def bind(client, where, kind, role, name):
    must(client.ask("POST", where, {
        "metadata": {"name": name}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io",
                                                "kind": kind, "name": role},
        "subjects": [{"kind": "ServiceAccount", "name": USER, "namespace": APP + "-users"}]}))


def grant(client):
    """The token of a user who may do just that."""
    users = SPACES + f"/{APP}-users"
    must(client.ask("POST", SPACES, {"metadata": {"name": APP + "-users"}}))
    must(client.ask("POST", users + "/serviceaccounts", {"metadata": {"name": USER}}))
    must(client.ask("POST", RBAC + "clusterroles", {
        "metadata": {"name": APP}, "rules": [READS, *NAMESPACES]}))
    bind(client, RBAC + "clusterrolebindings", "ClusterRole", APP, APP)
    must(client.ask("POST", SPACES, {"metadata": {
        "name": SPACE, "labels": {"app.kubernetes.io/managed-by": "sidestage"}, "annotations": {
            "sidestage.dev/environment": f"{ORG}/{APP}/{CLONE}", "sidestage.dev/platform": "kube"}}}))
    roles = RBAC + f"namespaces/{SPACE}/"
    must(client.ask("POST", roles + "roles", {"metadata": {"name": APP}, "rules": [WRITES]}))
    bind(client, roles + "rolebindings", "Role", APP, APP)
    said = must(client.ask("POST", users + f"/serviceaccounts/{USER}/token", {
        "apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest",
        "spec": {"expirationSeconds": 3600}}))
    return said["status"]["token"]


class World:
    def __init__(self, where):
        self.folder = tempfile.mkdtemp(prefix="rights-")
        self.double = None
        self.token = "token"
        if where == "double":
            self.double = Double(os.path.join(self.folder, "double"), "--token", USER + "=token",
                                 "--pace", "0.01", "--bookmarks", "0.5")
            where = self.double.kubeconfig
            self.double.rules(*(f"deny {USER} {verb} * {PRODUCTION}" for verb in WRITES["verbs"]))
        self.client, self.person = Client(where), None
        must(self.client.ask("POST", SPACES, {"metadata": {"name": PRODUCTION}}))
        must(self.client.ask("POST", DEPLOYMENTS + "?fieldManager=kubectl-create", WEB))
        if not self.double:
            self.token = grant(self.client)
        self.person = Person("reader", APP, where, [PRODUCTION], self.token)

    def image(self, namespace):
        found = self.client.get(f"/apis/apps/v1/namespaces/{namespace}/deployments/web").value
        return found["spec"]["template"]["spec"]["containers"][0]["image"]

    def end(self):
        if self.person:
            self.person.end()
        for path in (RBAC + "clusterrolebindings/" + APP, RBAC + "clusterroles/" + APP,
                     *(f"{SPACES}/{name}" for name in (PRODUCTION, SPACE, APP + "-users"))):
            self.client.ask("DELETE", path)
        if self.double:
            self.double.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def tell(tap, world):
    person = world.person

    def does(name, *words):
        ended = person.run(*words)
        tap.ok(ended.code == 0, name, f"{ended}\n{person.tail()}")
        return ended.code == 0
    until(lambda: person.run("environment", PRODUCTION).code == 0, pause=0.2)
    tap.ok(True, "what runs is read")
    before = world.client.get(DEPLOYMENTS + "/web").value["metadata"]["generation"]
    does("a clone is made", "clone", PRODUCTION, CLONE, "--approve=" + CLONE)
    does("it gets another version", "version", CLONE, "web", "1.4.3", "--approve=" + CLONE)
    tap.ok(world.image(SPACE) == NEW, "which runs there", world.image(SPACE))
    ended = person.run("diff", PRODUCTION, CLONE)
    tap.ok(ended.code == 1 and "1.4.3" in ended.out, "the two are compared", ended)
    does("its output is read", "logs", CLONE, "web")
    does("it is among the clones", "clones")
    ended = person.run("promote", CLONE, "--approve=" + PRODUCTION, "--reason=fix")
    said = [line for line in ended.out.splitlines() if "patch" in line and "deployments" in line and PRODUCTION in line]
    tap.ok(ended.code != 0 and said, "it is not promoted, and the missing right is named", ended)
    print("\n".join("# " + line for line in said), "\n# exit status", ended.code, flush=True)
    ended = person.run("promote", CLONE)
    tap.ok("patch" in ended.out and PRODUCTION in ended.out, "which its review says before", ended)
    after = world.client.get(DEPLOYMENTS + "/web").value["metadata"]["generation"]
    tap.ok(world.image(PRODUCTION) == OLD and before == after, "and nothing was written there")
    does("the clone is discarded", "discard", CLONE, "--approve=" + CLONE)


def main():
    tap, world = Tap(), None
    try:
        world = World(sys.argv[1])
        tell(tap, world)
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "the story goes on", f"{error!r}\n{world.person.tail() if world and world.person else ''}")
    finally:
        if world:
            world.end()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
