# SPDX-License-Identifier: GPL-3.0-or-later
"""compare.py KUBECONFIG: asks a real API server and the double the same, and compares the shapes
of what they answer: statuses, reasons, words, members and their types.  TAP.

A shape has the names of members and the types of values; conditions are told apart by their type,
what a manager owns by the manager.  What is left out is named in LEFT_OUT.
"""
import json
import os
import re
import sys
import tempfile

from cluster import APPLY, MERGE, Client, Double, Tap, until

SPACE = "/api/v1/namespaces/compared"
APPS = "/apis/apps/v1/namespaces/compared"
BATCH = "/apis/batch/v1/namespaces/compared"
WEB = "local/topicshare-web:1.4.2"
API = "local/topicshare-api:1.4.2"

# Path of members, and why it is not compared.
LEFT_OUT = {
    r"metadata\.managedFields\.[^.]*Update": "an update owns containers of fields, too",
    r"status\.containerStatuses\.\[\]\.(user|allocatedResources\w*)": "of a container",
    r"status\.(resources|allocatedResources)": "of a control group",
    r"status\.containerStatuses\.\[\]\.resources": "of a control group",
    r"spec\.(tolerations|volumes)\.\[\]": "the order of what admission adds",
    r"metadata\.annotations$": "a controller's own",
    r"\.message$": "words are compared where the server refuses",
}


def shape(value, path=""):
    """{path: type} of all members."""
    out = {}
    if isinstance(value, dict):
        out[path] = "object"
        for name, member in value.items():
            out.update(shape(member, f"{path}.{name}" if path else name))
    elif isinstance(value, list):
        out[path] = "list"
        for member in value:
            out.update(shape(member, f"{path}.{label(path, member)}"))
    else:
        out[path] = {bool: "boolean", int: "number", float: "number", str: "string",
                     type(None): "null"}[type(value)]
    return out


def label(path, member):
    if path.endswith("managedFields"):
        return member["manager"] + member["operation"] + member.get("subresource", "")
    if path.endswith("conditions"):
        return f"{member['type']}={member['status']}/{member.get('reason', '')}"
    return "[]"


def is_left_out(path):
    return any(re.search(pattern, path) for pattern in LEFT_OUT)


def plain(text):
    """Words without what is another on each server."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}", "UID", text)
    text = re.sub(r"\b([a-z]+)-[a-z0-9]{8,10}(-[a-z0-9]{5})\b", r"\1-HASH", text)
    return re.sub(r"resource version: \d+ \(\d+\)", "resource version: N (N)", text)


class Recorder:
    def __init__(self, client):
        self.client = client
        self.rows = {}

    def add(self, name, code, value, words=None):
        found = {path: kind for path, kind in shape(value).items() if not is_left_out(path)}
        if isinstance(value, dict) and value.get("kind") == "Status":
            found["="] = json.dumps([value.get(member) for member in (
                "status", "reason", "code")] + [plain(value.get("message", ""))])
            found["causes"] = plain(json.dumps((value.get("details") or {}).get("causes"),
                                               sort_keys=True))
        found["code"] = str(code)
        if words is not None:
            found["words"] = plain(words)
        self.rows[name] = found

    def ask(self, name, method, path, body=None, kind="application/json"):
        answer = self.client.ask(method, path, body, kind)
        self.add(name, answer.status, answer.value if answer.value is not None else {},
                 answer.headers.get("Warning") if answer.value is not None else answer.message)
        return answer

    def apply(self, name, path, obj, query=""):
        return self.ask(name, "PATCH", f"{path}?fieldManager=sidestage{query}", obj, APPLY)

    def until(self, name, path, is_so):
        """The object, or the first of a list, as it is when it is so."""
        found = []

        def ask():
            value = self.client.get(path).value
            rows = value.get("items", [value])
            found[:] = [row for row in rows if is_so(row)]
            return found
        ask.__name__ = name
        until(ask)
        self.add(name, 200, found[0])
        return found[0]

    def events(self, path, names):
        """Which events an object of these kinds has: reason, type and words."""
        for name, (kind, reason) in names.items():
            self.until(name, path, lambda e: e["involvedObject"]["kind"] == kind and
                       e["reason"] == reason)


def meta(kind, name, version="v1", **more):
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **more}


def template(name, image, **more):
    container = {"name": name, "image": image}
    container.update(more.pop("container", {}))
    return {"metadata": {"labels": {"app": name}},
            "spec": {"terminationGracePeriodSeconds": 1, "containers": [container], **more}}


def deployment(name, image, replicas=1, **more):
    return meta("Deployment", name, "apps/v1", spec={
        "replicas": replicas, "selector": {"matchLabels": {"app": name}},
        "template": template(name, image, **more)})


SERVED = {"env": [{"name": "HOST", "value": "0.0.0.0"}, {"name": "PORT", "value": "8080"},
                  {"name": "DB_PATH", "value": "/data/topics.db"},
                  {"name": "API_URL", "value": "http://127.0.0.1:1"}],
          "ports": [{"containerPort": 8080, "name": "http"}],
          "resources": {"requests": {"cpu": "0.05", "memory": "16Mi"}, "limits": {"memory": "64Mi"}},
          "readinessProbe": {"httpGet": {"path": "/healthz", "port": 8080}, "periodSeconds": 1}}


def is_rolled_out(obj):
    status = obj.get("status", {})
    return status.get("observedGeneration") == obj["metadata"]["generation"] and \
        status.get("replicas") == status.get("updatedReplicas") == \
        status.get("availableReplicas") == obj["spec"]["replicas"] and any(
            row.get("reason") == "NewReplicaSetAvailable" for row in status["conditions"])


def has_condition(obj, kind, status="True"):
    return any(row["type"] == kind and row["status"] == status
               for row in obj.get("status", {}).get("conditions", []))


def waits_for(pod, *reasons):
    return any(row["state"].get("waiting", {}).get("reason") in reasons
               for row in pod["status"].get("containerStatuses", []))


def small_things(rec):
    rec.ask("version", "GET", "/version")
    rec.ask("no such path", "GET", "/nowhere")
    rec.ask("no such kind", "GET", "/api/v1/nothings")
    rec.ask("no such group", "GET", "/apis/none.example/v1/things")
    rec.ask("no namespace yet", "GET", SPACE)
    rec.apply("nothing in no namespace", SPACE + "/configmaps/c", meta("ConfigMap", "c"))
    rec.apply("a namespace, tried", SPACE, meta("Namespace", "compared"), "&dryRun=All")
    rec.apply("a namespace", SPACE, meta("Namespace", "compared"))
    rec.ask("a namespace twice", "POST", "/api/v1/namespaces", meta("Namespace", "compared"))
    rec.ask("a namespace without a proper name", "POST", "/api/v1/namespaces",
            meta("Namespace", "Com_pared"))
    rec.until("its account", SPACE + "/serviceaccounts/default", lambda o: "metadata" in o and
              o["kind"] == "ServiceAccount")
    rec.until("its certificate", SPACE + "/configmaps/kube-root-ca.crt", lambda o: "data" in o)
    rec.ask("may I", "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            meta("SelfSubjectAccessReview", "", "authorization.k8s.io/v1", spec={
                "resourceAttributes": {"verb": "create", "resource": "namespaces"}}))
    path = SPACE + "/configmaps/c"
    data = {"a": "1", "b": "2"}
    rec.apply("a ConfigMap", path, meta("ConfigMap", "c", data=data))
    rec.apply("the same", path, meta("ConfigMap", "c", data=data))
    rec.ask("another manager", "PATCH", path + "?fieldManager=other",
            meta("ConfigMap", "c", data={"a": "3", "b": "4"}), APPLY)
    rec.ask("a merge patch", "PATCH", path + "?fieldManager=hand", {"data": {"a": "9", "z": "1"}},
            MERGE)
    rec.apply("its conflict", path, meta("ConfigMap", "c", data=data))
    rec.ask("no manager", "PATCH", path, meta("ConfigMap", "c"), APPLY)
    rec.ask("a name that is another", "PATCH", path + "?fieldManager=sidestage",
            meta("ConfigMap", "d"), APPLY)
    rec.ask("won by force", "PATCH", path + "?fieldManager=sidestage&force=true",
            meta("ConfigMap", "c", data={"a": "1"}), APPLY)
    rec.apply("an unknown field", path, meta("ConfigMap", "c", datas={}))
    rec.apply("a wrong type", path, meta("ConfigMap", "c", data={"a": 1}))
    rec.ask("a warning", "POST", SPACE + "/configmaps?dryRun=All", meta("ConfigMap", "d", datas={}))
    rec.ask("strict", "POST", SPACE + "/configmaps?fieldValidation=Strict",
            meta("ConfigMap", "d", datas={}))
    rec.ask("no JSON", "POST", SPACE + "/configmaps", b"{")
    rec.ask("a list", "GET", SPACE + "/configmaps")
    page = rec.ask("a page", "GET", SPACE + "/configmaps?limit=1")
    rec.ask("the next", "GET", SPACE + "/configmaps?limit=1&continue=" +
            page.value["metadata"]["continue"])
    rec.ask("by labels", "GET", SPACE + "/configmaps?labelSelector=a%3Db,c")
    rec.ask("by a name", "GET", SPACE + "/configmaps?fieldSelector=metadata.name%3Dc")
    rec.ask("by what cannot be", "GET", SPACE + "/configmaps?fieldSelector=data.a%3Dc")
    rec.ask("another uid", "DELETE", path, {"preconditions": {"uid": "x"}})
    rec.ask("a deletion that is tried", "DELETE", path + "?dryRun=All")
    rec.ask("a deletion", "DELETE", path)
    rec.ask("once more", "DELETE", path)
    rec.ask("a kind of another group", "PATCH", path + "?fieldManager=sidestage",
            meta("Secret", "c"), APPLY)


def parts(rec):
    rec.apply("a Secret", SPACE + "/secrets/s", meta("Secret", "s", stringData={"a": "b"}))
    rec.apply("an account", SPACE + "/serviceaccounts/web", meta("ServiceAccount", "web"))
    rec.apply("a Service", SPACE + "/services/web", meta("Service", "web", spec={
        "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}))
    rec.apply("a Service without ports", SPACE + "/services/none", meta("Service", "none", spec={}))
    rec.apply("a claim", SPACE + "/persistentvolumeclaims/p", meta(
        "PersistentVolumeClaim", "p", spec={
            "accessModes": ["ReadWriteOnce"], "storageClassName": "none",
            "resources": {"requests": {"storage": "1Gi"}}}))
    rec.apply("a budget", "/apis/policy/v1/namespaces/compared/poddisruptionbudgets/web", meta(
        "PodDisruptionBudget", "web", "policy/v1", spec={
            "maxUnavailable": 1, "selector": {"matchLabels": {"app": "web"}}}))
    rec.apply("an Ingress", "/apis/networking.k8s.io/v1/namespaces/compared/ingresses/web", meta(
        "Ingress", "web", "networking.k8s.io/v1", spec={"rules": [{
            "host": "web.example", "http": {"paths": [{
                "path": "/", "pathType": "Prefix", "backend": {"service": {
                    "name": "web", "port": {"number": 80}}}}]}}]}))
    rec.apply("a CronJob", BATCH + "/cronjobs/nightly", meta("CronJob", "nightly", "batch/v1", spec={
        "schedule": "0 4 * * *", "jobTemplate": {"spec": {"template": template(
            "nightly", API, restartPolicy="Never")}}}))
    rec.apply("an invalid Deployment", APPS + "/deployments/bad", meta(
        "Deployment", "bad", "apps/v1", spec={
            "selector": {"matchLabels": {"app": "bad"}}, "template": {
                "metadata": {"labels": {"app": "other"}},
                "spec": {"containers": [{"name": "Bad_name"}]}}}))
    rec.apply("a Job that always starts again", BATCH + "/jobs/bad", meta(
        "Job", "bad", "batch/v1", spec={"template": template("bad", API, restartPolicy="Always")}))


def rollouts(rec):
    path = APPS + "/deployments/web"
    rec.apply("a Deployment, tried", path, deployment("web", WEB, container=SERVED), "&dryRun=All")
    rec.apply("a Deployment", path, deployment("web", WEB, container=SERVED))
    rec.until("rolled out", path, is_rolled_out)
    rec.until("its ReplicaSet", APPS + "/replicasets?labelSelector=app%3Dweb", lambda o: True)
    pod = rec.until("its pod", SPACE + "/pods?labelSelector=app%3Dweb",
                    lambda o: has_condition(o, "Ready"))
    log = f"{SPACE}/pods/{pod['metadata']['name']}/log"
    rec.ask("a run that was not", "GET", log + "?previous=true")
    rec.ask("a container that is not", "GET", log + "?container=other")
    rec.events(SPACE + "/events", {
        "scaled": ("Deployment", "ScalingReplicaSet"), "created": ("ReplicaSet", "SuccessfulCreate"),
        "scheduled": ("Pod", "Scheduled"), "pulled": ("Pod", "Pulled"),
        "started": ("Pod", "Started")})
    changed = deployment("web", WEB.replace("1.4.2", "1.4.3"), container=SERVED)
    rec.apply("another image", path, changed)
    rec.until("rolled out again", path, is_rolled_out)
    changed["spec"]["selector"]["matchLabels"] = {"app": "web", "b": "c"}
    changed["spec"]["template"]["metadata"]["labels"]["b"] = "c"
    rec.apply("another selector", path, changed)
    rec.ask("paused", "PATCH", path + "?fieldManager=hand", {"spec": {"paused": True}}, MERGE)
    rec.ask("its scale", "GET", path + "/scale")
    rec.ask("scaled by hand", "PATCH", path + "/scale?fieldManager=hand", {"spec": {"replicas": 2}},
            MERGE)
    rec.apply("which is a conflict", path, deployment("web", WEB, container=SERVED))
    rec.ask("deleted", "DELETE", path, {"propagationPolicy": "Background"})
    until(lambda: not rec.client.get(SPACE + "/pods?labelSelector=app%3Dweb").value["items"])


def failures(rec):
    def pods(name):
        return f"{SPACE}/pods?labelSelector=app%3D{name}"
    missing = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "a"}}}]
    for name, image, more in (
            ("pull", "registry.invalid/fail/pull:1", {}),
            ("config", WEB, {"container": {"env": missing}}),
            ("large", WEB, {"container": {"resources": {"requests": {"cpu": "64"}}}}),
            ("unready", WEB, {"container": {**SERVED, "readinessProbe": {
                "httpGet": {"path": "/nowhere", "port": 8080}, "periodSeconds": 1}}}),
            ("crash", API, {"container": {**SERVED, "env": [{"name": "PORT", "value": "none"}]}}),
            ("mount", WEB, {"volumes": [{"name": "v", "configMap": {"name": "none"}}],
                            "container": {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}}),
            ("claim", WEB, {"volumes": [{"name": "v", "persistentVolumeClaim": {
                "claimName": "p"}}]})):
        answer = rec.client.apply(f"{APPS}/deployments/{name}", deployment(name, image, **more))
        if answer.status != 201:
            raise RuntimeError(f"{name}: {answer}")
    rec.until("no such image", pods("pull"), lambda o: waits_for(o, "ErrImagePull"))
    rec.until("nor later", pods("pull"), lambda o: waits_for(o, "ImagePullBackOff"))
    rec.until("no ConfigMap", pods("config"),
              lambda o: waits_for(o, "CreateContainerConfigError"))
    rec.until("no node", pods("large"), lambda o: has_condition(o, "PodScheduled", "False"))
    rec.until("no volume", pods("claim"), lambda o: has_condition(o, "PodScheduled", "False"))
    rec.until("nothing to mount", pods("mount"), lambda o: waits_for(o, "ContainerCreating"))
    rec.until("not ready", pods("unready"), lambda o: o["status"]["phase"] == "Running")
    crashed = rec.until("a crash loop", pods("crash"), lambda o: waits_for(o, "CrashLoopBackOff"))
    rec.ask("no output", "GET", f"{SPACE}/pods/" + rec.client.get(
        pods("config")).value["items"][0]["metadata"]["name"] + "/log")
    assert crashed["status"]["containerStatuses"][0]["restartCount"] > 0
    rec.until("not available", APPS + "/deployments/crash",
              lambda o: has_condition(o, "Available", "False"))
    rec.events(SPACE + "/events", {
        "event of a pull": ("Pod", "Failed"), "of a back-off": ("Pod", "BackOff"),
        "of the scheduler": ("Pod", "FailedScheduling"), "of a probe": ("Pod", "Unhealthy"),
        "of a mount": ("Pod", "FailedMount")})
    rec.ask("a quota", "POST", SPACE + "/resourcequotas", meta(
        "ResourceQuota", "small", spec={"hard": {"pods": "1"}}))
    until(lambda: "used" in rec.client.get(
        SPACE + "/resourcequotas/small").value.get("status", {}))
    rec.client.apply(APPS + "/deployments/many", deployment("many", WEB))
    rec.until("refused by a quota", APPS + "/deployments/many",
              lambda o: has_condition(o, "ReplicaFailure"))
    rec.until("where it stands first", APPS + "/replicasets?labelSelector=app%3Dmany",
              lambda o: has_condition(o, "ReplicaFailure"))
    rec.events(SPACE + "/events", {"its event": ("ReplicaSet", "FailedCreate")})
    rec.client.ask("DELETE", SPACE + "/resourcequotas/small")


def jobs(rec):
    """No program of the sample ends by itself: a probe that fails makes it end as it should."""
    probe = {"httpGet": {"path": "/nowhere", "port": 8080}, "periodSeconds": 1,
             "failureThreshold": 1}
    for name, wanted, image, container in (
            ("good", "Complete", WEB, {"env": SERVED["env"], "livenessProbe": probe}),
            ("bad", "Failed", API, {"env": [{"name": "PORT", "value": "none"}]})):
        rec.apply(f"a Job that is {name}", f"{BATCH}/jobs/{name}", meta(
            "Job", name, "batch/v1", spec={"backoffLimit": 0, "template": template(
                name, image, restartPolicy="Never", container=container)}))
        rec.until(f"and {wanted}", f"{BATCH}/jobs/{name}", lambda o: has_condition(o, wanted))
        rec.until(f"its pod is {wanted}", f"{SPACE}/pods?labelSelector=app%3D{name}",
                  lambda o: o["status"]["phase"] in ("Succeeded", "Failed"))


def the_end(rec):
    rec.client.apply(SPACE + "/configmaps/held", {**meta("ConfigMap", "held"), "metadata": {
        "name": "held", "finalizers": ["tests.example/held"]}})
    rec.ask("a namespace goes", "DELETE", SPACE)
    rec.until("but for what is held", SPACE, lambda o: has_condition(
        o, "NamespaceFinalizersRemaining"))
    rec.apply("nothing new in it", SPACE + "/configmaps/new", meta("ConfigMap", "new"))
    rec.ask("it is let go", "PATCH", SPACE + "/configmaps/held?fieldManager=hand",
            {"metadata": {"finalizers": None}}, MERGE)
    until(lambda: rec.client.get(SPACE).status == 404)


def record(client, only):
    rec = Recorder(client)
    client.ask("DELETE", SPACE)		# of a run that was cut short
    until(lambda: client.get(SPACE).status == 404)
    for part in (small_things, parts, rollouts, failures, jobs, the_end):
        if not only or part.__name__ in only or part is the_end:
            part(rec)
        elif part is small_things:
            rec.client.apply(SPACE, meta("Namespace", "compared"))
    return rec.rows


def differences(real, double):
    lines = []
    for path in sorted(set(real) | set(double)):
        if real.get(path) != double.get(path):
            lines.append(f"{path}: real {real.get(path)}, double {double.get(path)}")
    return lines


def main():
    only = sys.argv[2:]
    tap = Tap()
    real = record(Client(sys.argv[1]), only)
    with tempfile.TemporaryDirectory() as folder:
        double = Double(os.path.join(folder, "double"))
        double.rules("image topicshare-api crash", "image topicshare-web:never pull")
        ours = record(double.client(), only)
        double.stop()
    for name, answer in real.items():
        found = differences(answer, ours.get(name, {}))
        tap.ok(not found, f"the double answers as the real server: {name}", "\n".join(found))
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
