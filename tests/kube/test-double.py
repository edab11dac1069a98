# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests/kube/double answers: objects, watches, rollouts, failures, faults, and its end."""
import http.client
import os
import signal
import subprocess
import sys
import tempfile

from cluster import HERE, MERGE, PATCH, Double, Tap, until

tap = Tap()
ok = tap.ok
SPACE = "/api/v1/namespaces/shop"
APPS = "/apis/apps/v1/namespaces/shop"


def deployment(name, image="local/web:1", replicas=1, **container):
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {
        "replicas": replicas, "selector": {"matchLabels": labels}, "template": {
            "metadata": {"labels": labels}, "spec": {"containers": [
                {"name": "web", "image": image, **container}]}}}}


def job(name, image):
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": {
        "backoffLimit": 0, "template": {"spec": {"restartPolicy": "Never", "containers": [
            {"name": "job", "image": image}]}}}}


def config_map(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def is_rolled_out(obj):
    status, spec = obj.get("status", {}), obj["spec"]
    return status.get("observedGeneration") == obj["metadata"]["generation"] and \
        status.get("updatedReplicas") == status.get("replicas") == \
        status.get("availableReplicas") == spec["replicas"]


def identities(double, admin):
    answer = admin.get("/version")
    ok(answer.status == 200 and answer.value["minor"] == "36", "a certificate is let in", answer)
    user = double.client(token="abc")
    ok(user.get("/api/v1/namespaces").status == 200, "so is a token")
    answer = double.client(token="other").get("/version")
    ok(answer.status == 401 and answer.value["reason"] == "Unauthorized", "no other", answer)
    ok(double.client(nobody=True).get("/version").status == 401, "and nobody without either")
    double.rules("expire sidestage")
    ok(user.get("/version").status == 401, "a token expires")
    with open(os.path.join(double.folder, "tokens.csv"), "a") as file:
        file.write("def,second\n")
    double.rules()
    ok(double.client(token="def").get("/version").status == 200, "another one is given out")
    double.rules("deny sidestage patch deployments.apps shop")
    answer = user.apply(APPS + "/deployments/web", deployment("web"))
    ok(answer.status == 403 and answer.message == (
        'deployments.apps "web" is forbidden: User "sidestage" cannot patch resource "deployments" '
        'in API group "apps" in the namespace "shop"'), "a right is missing", answer)
    review = {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
              "spec": {"resourceAttributes": {"verb": "patch", "group": "apps", "namespace": "shop",
                                              "resource": "deployments"}}}
    where = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    answer = user.ask("POST", where, review)
    ok(answer.status == 201 and answer.value["status"]["allowed"] is False, "and a review says so",
       answer)
    ok(admin.ask("POST", where, review).value["status"]["allowed"], "which others have")
    double.rules()


def objects(admin):
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}}
    ok(admin.get(SPACE).status == 404, "a namespace is not there")
    answer = admin.apply(SPACE + "/configmaps/c", config_map("c"))
    ok(answer.status == 404 and answer.message == 'namespaces "shop" not found',
       "so nothing can be in it", answer)
    ok(admin.ask("POST", "/api/v1/namespaces", space).status == 201, "then it is")
    ok(admin.ask("POST", "/api/v1/namespaces", space).status == 409, "once")
    until(lambda: admin.get(SPACE + "/serviceaccounts/default").status == 200)
    first = admin.apply(SPACE + "/configmaps/c", config_map("c", a="1", b="2"))
    again = admin.apply(SPACE + "/configmaps/c", config_map("c", a="1", b="2"))
    ok(first.status == 201 and again.status == 200 and first.value == again.value,
       "an apply of the same changes nothing", again)
    answer = admin.apply(SPACE + "/configmaps/c", config_map("c", a="3"), "other")
    ok(answer.status == 409 and answer.message ==
       'Apply failed with 1 conflict: conflict with "tests": .data.a' and
       answer.value["details"]["causes"][0]["field"] == ".data.a",
       "another manager's field is a conflict", answer)
    answer = admin.ask("PATCH", SPACE + "/configmaps/c?fieldManager=hand", {"data": {"a": "9"}},
                       MERGE)
    ok(answer.status == 200 and answer.value["data"] == {"a": "9", "b": "2"}, "a merge patch wins",
       answer)
    answer = admin.apply(SPACE + "/configmaps/c", config_map("c", a="1"))
    ok(answer.message == 'Apply failed with 1 conflict: conflict with "hand" using v1: .data.a',
       "and is then in the way", answer)
    answer = admin.apply(SPACE + "/configmaps/c", config_map("c", a="9"), query="&dryRun=All")
    ok(answer.value["data"] == {"a": "9"} and
       admin.get(SPACE + "/configmaps/c").value["data"] == {"a": "9", "b": "2"},
       "a dry run changes nothing", answer)
    answer = admin.apply(SPACE + "/configmaps/c", config_map("c", a="9"))
    ok(answer.value["data"] == {"a": "9"}, "what is no longer applied goes", answer)
    answer = admin.apply(SPACE + "/configmaps/c", {**config_map("c"), "datas": {}})
    ok(answer.status == 500 and answer.message.endswith(".datas: field not declared in schema"),
       "an unknown field is a 500", answer)
    answer = admin.ask("POST", SPACE + "/configmaps", {**config_map("d"), "datas": {}})
    ok(answer.headers["Warning"] == '299 - "unknown field \\"datas\\""', "or a warning",
       answer.headers)
    answer = admin.apply(APPS + "/deployments/X", deployment("X", image=""))
    ok(answer.status == 422 and len(answer.value["details"]["causes"]) == 2,
       "what is invalid is named, all of it", answer)
    listed = admin.get(SPACE + "/configmaps?limit=2").value
    more = admin.get(SPACE + "/configmaps?limit=2&continue=" +
                     listed["metadata"]["continue"]).value
    names = [item["metadata"]["name"] for item in listed["items"] + more["items"]]
    ok(names == ["c", "d", "kube-root-ca.crt"] and listed["metadata"]["remainingItemCount"] == 1
       and "kind" not in listed["items"][0], "a list comes in pages", listed)
    answer = admin.ask("DELETE", SPACE + "/configmaps/c", {"preconditions": {"uid": "x"}})
    ok(answer.status == 409 and "the UID in the precondition (x)" in answer.message,
       "the uid of a deletion must be right", answer)
    ok(admin.ask("DELETE", SPACE + "/configmaps/c").value["status"] == "Success", "then it is gone")


def patches(admin):
    """Of what somebody else applied, as adopted objects are changed."""
    where = APPS + "/deployments/theirs"
    owner = {"manager": "kubectl"}
    image = "/spec/template/spec/containers/0/image"
    admin.apply(where, deployment("theirs"), **owner)

    def patch(*operations, query=""):
        return admin.ask("PATCH", where + "?fieldManager=sidestage" + query, [
            dict(zip(("op", "path", "value"), row)) for row in operations], PATCH)
    uid = admin.get(where).value["metadata"]["uid"]
    for test in (("/metadata/uid", "other"), ("/metadata/generation", 7), (image, "local/web:0"),
                 ("/spec/none/below", 1)):
        answer = patch(("test", *test), ("replace", image, "local/web:2"))
        ok(answer.status == 422 and answer.value["details"] == {} and answer.message ==
           "the server rejected our request due to an error in our request",
           "a test that fails refuses the whole patch, and does not say which", answer)
    patch(("test", "/metadata/uid", uid), ("replace", image, "local/web:2"), query="&dryRun=All")
    ok(admin.get(where).value["metadata"]["generation"] == 1, "a dry run of one changes nothing")
    answer = patch(("test", "/metadata/uid", uid), ("test", "/metadata/generation", 1),
                   ("test", "/spec/paused", None), ("replace", image, "local/web:2"))
    ok(answer.status == 200 and answer.value["metadata"]["generation"] == 2, "else it is done",
       answer)
    answer = admin.apply(where, deployment("theirs", "local/web:3"), **owner)
    ok(answer.status == 409 and '"sidestage" using apps/v1' in answer.message,
       "and is in the owner's way", answer)
    moved = True
    while moved:    # a controller that writes the status at this moment moves the rows
        rows = admin.get(where).value["metadata"]["managedFields"]
        place = next(n for n, row in enumerate(rows) if row["manager"] == "sidestage")
        answer = patch(("test", f"/metadata/managedFields/{place}/manager", "sidestage"),
                       ("remove", f"/metadata/managedFields/{place}"))
        moved = answer.status == 422 and rows != admin.get(where).value["metadata"]["managedFields"]
    ok(answer.status == 200 and answer.value["metadata"]["generation"] == 2 and not any(
        row["manager"] == "sidestage" for row in answer.value["metadata"]["managedFields"]),
       "until the entry in managedFields is removed", answer)
    answer = admin.apply(where, deployment("theirs", "local/web:3"), **owner)
    ok(answer.status == 200, "then the owner's next apply passes", answer)
    answer = patch(("replace", "/metadata/managedFields", [{}]))
    ok("managedFields" not in answer.value["metadata"], "one empty entry removes them all", answer)
    admin.ask("DELETE", where)


def rollouts(admin, double):
    admin.apply(SPACE + "/services/web", {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}})
    answer = admin.apply(APPS + "/deployments/web", deployment("web", replicas=3))
    seen = admin.watch(APPS + "/deployments", lambda e: is_rolled_out(e["object"]),
                       "&resourceVersion=" + answer.value["metadata"]["resourceVersion"])
    ok(len(seen) > 2 and is_rolled_out(seen[-1]["object"]), "a rollout is watched to its end", seen)
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in seen]
    ok(versions == sorted(set(versions)), "each change has a later version", versions)
    answer = admin.apply(APPS + "/deployments/web", deployment("web", "local/web:2", 3))
    ok(answer.value["metadata"]["generation"] == 2, "another image is another generation", answer)
    seen = admin.watch(APPS + "/deployments", lambda e: is_rolled_out(e["object"]),
                       "&resourceVersion=" + answer.value["metadata"]["resourceVersion"])
    least = min(e["object"]["status"].get("availableReplicas", 0) for e in seen)
    ok(least >= 3 and seen[-1]["object"]["metadata"]["annotations"][
        "deployment.kubernetes.io/revision"] == "2", "it is rolled, never too few are there", least)
    until(lambda: len(admin.get(SPACE + "/pods?labelSelector=app%3Dweb").value["items"]) == 3)
    pods = admin.get(SPACE + "/pods?labelSelector=app%3Dweb").value["items"]
    log = f"{SPACE}/pods/{pods[0]['metadata']['name']}/log"
    ok(admin.get(log + "?tailLines=1").body == b"listens on 0.0.0.0:8080\n", "a pod has output")
    ok(admin.get(log + "?timestamps=true&tailLines=1").body[10:11] == b"T", "with its time")
    answer = admin.get(SPACE + "/services/web:80/proxy/page")
    ok(answer.status == 200 and b"local/web:2 answers GET /page" in answer.body,
       "its Service is reached over the API server", answer)
    admin.ask("POST", "/double/forget")
    seen = admin.watch(APPS + "/deployments", lambda e: True, "&resourceVersion=1001")
    ok(seen[0]["type"] == "ERROR" and seen[0]["object"]["code"] == 410 and
       seen[0]["object"]["reason"] == "Expired", "what is too old is not watched", seen)
    seen = admin.watch(APPS + "/deployments", lambda e: e["type"] == "BOOKMARK",
                       "&allowWatchBookmarks=true")
    ok([event["type"] for event in seen] == ["ADDED", "BOOKMARK"], "bookmarks come", seen)
    double.rules(r"GET watch=1 lose MODIFIED", r"GET watch=1 close 0.2")
    seen = admin.watch(APPS + "/deployments", lambda e: False)
    ok([event["type"] for event in seen] == ["ADDED"], "a watch is ended by a rule", seen)
    double.rules()


def waiting(admin, name, kind="waiting"):
    """The reasons of its container's states."""
    pods = admin.get(f"{SPACE}/pods?labelSelector=app%3D{name}").value["items"]
    return [row["state"].get(kind, {}).get("reason") for pod in pods
            for row in pod["status"].get("containerStatuses", [])]


def events(admin, reason):
    return [item["message"] for item in admin.get(SPACE + "/events").value["items"]
            if item["reason"] == reason]


def failures(admin, double):
    double.rules("image ^local/broken: crash")
    variable = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "a"}}}]
    for name, image, more in (
            ("pull", "fail/pull:1", {}), ("crash", "local/broken:1", {}),
            ("unready", "fail/unready:1", {"readinessProbe": {"httpGet": {"port": 80}}}),
            ("config", "local/web:1", {"env": variable}),
            ("large", "local/web:1", {"resources": {"requests": {"cpu": "64"}}})):
        answer = admin.apply(f"{APPS}/deployments/{name}", deployment(name, image, **more))
        if answer.status != 201:
            ok(False, f"{name} is made", answer)
    for name, wanted in (("pull", "ImagePullBackOff"), ("crash", "CrashLoopBackOff"),
                         ("config", "CreateContainerConfigError")):
        until(lambda: waiting(admin, name) == [wanted])
        ok(True, f"{name}: {wanted}")
    until(lambda: events(admin, "Unhealthy"))
    ok(events(admin, "FailedScheduling")[0].startswith("0/1 nodes are available: 1 Insufficient "
                                                       "cpu."), "what is too large has no node")
    pod = admin.get(SPACE + "/pods?labelSelector=app%3Dcrash").value["items"][0]["metadata"]["name"]
    until(lambda: admin.get(f"{SPACE}/pods/{pod}/log?previous=true").status == 200)
    ok(b"fatal: " in admin.get(f"{SPACE}/pods/{pod}/log?previous=true").body,
       "the run before has its output")
    admin.ask("POST", SPACE + "/configmaps", config_map("none", a="1"))
    until(lambda: is_rolled_out(admin.get(APPS + "/deployments/config").value))
    ok(True, "what was missing comes, and it runs")
    for name, image, wanted in (("good", "local/job:1", "Complete"),
                                ("bad", "fail/crash:1", "Failed")):
        path = "/apis/batch/v1/namespaces/shop/jobs/" + name
        admin.apply(path, job(name, image))
        until(lambda: any(row["type"] == wanted for row in
                          admin.get(path).value["status"].get("conditions", [])))
        ok(True, f"a Job is {wanted}")
    admin.ask("POST", SPACE + "/resourcequotas", {
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"},
        "spec": {"hard": {"pods": "1"}}})
    admin.apply(APPS + "/deployments/many", deployment("many"))

    def refused():
        rows = admin.get(APPS + "/deployments/many").value["status"].get("conditions", [])
        return [row["message"] for row in rows if row["type"] == "ReplicaFailure"]
    ok("is forbidden: exceeded quota: small, requested: pods=1, used: pods=" in until(refused)[0],
       "a quota refuses a pod")
    double.rules()


def faults(admin, double):
    def drops(path):
        client = double.client()
        try:
            client.ask("POST", path, {"apiVersion": "v1", "kind": "Namespace",
                                      "metadata": {"name": "lost"}})
        except (http.client.HTTPException, OSError):
            return True
        return False
    double.rules("2:GET /version$ status 503 {\"kind\":\"Status\"}", "GET /busy busy 7",
                 "POST namespaces$ lost", "GET /readyz cut 1")
    codes = [admin.get("/version").status for _ in range(3)]
    ok(codes == [200, 503, 200], "the second request only fails", codes)
    answer = admin.get("/busy")
    ok(answer.status == 429 and answer.headers["Retry-After"] == "7", "429, and when again")
    ok(drops("/api/v1/namespaces") and admin.get("/api/v1/namespaces/lost").status == 200,
       "an answer is lost, and it was carried out")
    try:
        answer = double.client().get("/readyz")
        ok(False, "an answer is cut", answer)
    except http.client.IncompleteRead:
        ok(True, "an answer is cut")
    victim = subprocess.Popen(["sleep", "60"])
    pid = os.path.join(double.folder, "victim")
    with open(pid, "w") as file:
        file.write(str(victim.pid))
    double.rules(f"GET /version$ kill {pid}")
    admin.get("/version")
    ok(victim.wait() == -signal.SIGKILL, "a process dies of a request")
    double.rules("away")
    ok(drops("/api/v1/namespaces"), "the server is away")
    double.rules()
    ok(("admin", "GET", "503", "/version") in double.requests(), "each request is in the log",
       double.requests()[-8:])


def proxy(folder, double):
    pki = os.path.join(double.folder, "pki")
    before = Double(os.path.join(folder, "proxy"), "--upstream", double.client().url, "--token",
                    "sidestage=abc", "--ca", pki + "/ca.crt", "--cert", pki + "/admin.crt",
                    "--key", pki + "/admin.key")
    admin = before.client()
    names = [row["metadata"]["name"] for row in admin.get("/api/v1/namespaces").value["items"]]
    ok("shop" in names, "a proxy passes on what it is asked", names)
    before.rules("GET /version status 500 no")
    ok(admin.get("/version").status == 500, "with its own faults")
    before.rules()
    ok(admin.get("/version").status == 200, "until they end")
    seen = admin.watch("/api/v1/namespaces", lambda e: e["object"]["metadata"]["name"] == "shop")
    ok(seen and seen[-1]["type"] == "ADDED", "a watch goes through it", seen)
    before.stop()


def ends(admin, double, folder):
    space = admin.get(SPACE).value
    admin.ask("PATCH", SPACE + "/configmaps/d", {"metadata": {"finalizers": ["tests/held"]}}, MERGE)
    admin.ask("DELETE", SPACE, {"preconditions": {"uid": space["metadata"]["uid"]}})

    def held():
        rows = admin.get(SPACE).value["status"].get("conditions", [])
        return [row["message"] for row in rows if row["type"] == "NamespaceFinalizersRemaining" and
                row["status"] == "True"]
    ok("tests/held in 1 resource instances" in until(held)[0], "a finalizer holds a namespace")
    answer = admin.apply(SPACE + "/configmaps/e", config_map("e"))
    ok(answer.status == 403 and "because it is being terminated" in answer.message,
       "nothing new comes into it", answer)
    admin.ask("PATCH", SPACE + "/configmaps/d", {"metadata": {"finalizers": None}}, MERGE)
    until(lambda: admin.get(SPACE).status == 404)
    ok(admin.get("/api/v1/pods").value["items"] == [], "then it goes, with all of it")
    ok(double.stop() == 0, "it ends when it is asked to")
    parent = subprocess.run(
        [sys.executable, "-S", "-c", "import subprocess, sys, time, os\n"
         f"p = subprocess.Popen([sys.executable, '-S', {os.path.join(HERE, 'double')!r}, "
         f"{os.path.join(folder, 'orphan')!r}])\n"
         f"while not os.path.exists({os.path.join(folder, 'orphan', 'kubeconfig')!r}): "
         "time.sleep(0.01)\nprint(p.pid)"], stdout=subprocess.PIPE, text=True, check=True)
    pid = int(parent.stdout)

    def is_gone():
        try:
            with open(f"/proc/{pid}/stat") as file:
                return file.read().rpartition(")")[2].split()[0] == "Z"
        except FileNotFoundError:
            return True
    until(is_gone)
    ok(True, "and when its parent ends")


def main():
    with tempfile.TemporaryDirectory() as folder:
        double = Double(os.path.join(folder, "double"), "--token", "sidestage=abc",
                        "--bookmarks", "0.1", "--pace", "0.005")
        admin = double.client()
        identities(double, admin)
        objects(admin)
        patches(admin)
        rollouts(admin, double)
        failures(admin, double)
        faults(admin, double)
        proxy(folder, double)
        ends(admin, double, folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
