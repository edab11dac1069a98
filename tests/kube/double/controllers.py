# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster does by itself, quick and always the same: Deployments have ReplicaSets, those
have pods, which run; Jobs complete; a namespace goes with all that is in it.

What a pod does is said by the name of an image, whose first or second part is one of these, by a
line "image REGEX BEHAVIOUR" of the rules, or by an annotation of the pod:

    fail/pull		the registry has no such image
    fail/denied		the registry wants credentials
    fail/crash		it exits with 1, again and again
    fail/unready	it runs, and its probe fails
    fail/live		it runs, and is killed by its liveness probe, again and again
    fail/memory		it is killed for lack of memory
    slow/...		it takes SLOW_S until it is ready

A probe of the path /nowhere fails.
"""
import hashlib
import heapq
import itertools
import json
import math
import threading
import time

import kinds
from problem import Problem
from store import clone, stamp

BEHAVIOUR = "double.sidestage.dev/behaviour"
REVISION = "deployment.kubernetes.io/revision"
NODE = {"cpu": 2, "memory": 8 << 30}
SLOW_S = 1.0
LONG_S = 3600
DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal "
    "endpoints such as the internal service IP or kubernetes.default.svc. No other usage is "
    "guaranteed across distributions of Kubernetes clusters.")


def set_condition(conditions, kind, status, reason=None, message=None, **more):
    """The time of a transition stays where the status does."""
    row = {"type": kind, "status": status, **more}
    if reason:
        row["reason"] = reason
    if message is not None:
        row["message"] = message
    for n, old in enumerate(conditions):
        if old["type"] == kind:
            times = ("lastTransitionTime", "lastUpdateTime", "lastProbeTime")
            if {k: v for k, v in old.items() if k not in times} == \
                    {k: v for k, v in row.items() if k not in times}:
                return
            if old["status"] == status and "lastTransitionTime" in old:
                row["lastTransitionTime"] = old["lastTransitionTime"]
            conditions[n] = row
            break
    else:
        conditions.append(row)
    row.setdefault("lastTransitionTime", stamp())
    if "lastUpdateTime" in row:
        row["lastUpdateTime"] = stamp()


def owner_of(obj, kind):
    return {"apiVersion": kinds.BY_NAME[kind].api_version, "kind": kind,
            "name": obj["metadata"]["name"], "uid": obj["metadata"]["uid"], "controller": True,
            "blockOwnerDeletion": True}


def is_owned_by(obj, owner):
    return any(row["uid"] == owner["metadata"]["uid"]
               for row in obj["metadata"].get("ownerReferences", []))


def is_ready(pod):
    return any(row["type"] == "Ready" and row["status"] == "True"
               for row in pod.get("status", {}).get("conditions", []))


def template_hash(template):
    digest = hashlib.sha256(json.dumps(template, sort_keys=True).encode()).digest()
    return "".join("bcdfghjklmnpqrstvwxz2456789"[byte % 27] for byte in digest[:10])


def share(value, total, rounds):
    if isinstance(value, str) and value.endswith("%"):
        return rounds(int(value[:-1]) * total / 100)
    return int(value)


class Controllers:
    def __init__(self, store, rules, pace, ca=""):
        self.store, self.rules, self.pace, self.ca = store, rules, pace, ca
        self.due = []			# a heap of (when, number, what)
        self.numbers = itertools.count()
        self.waiting = {}		# objects with a reconciliation that is due
        self.logs = {}			# {(pod's uid, container): [runs of [(time, text)]]}
        self.wake = threading.Condition(store.lock)
        self.memory = {}		# what was when, of an object
        store.touched = self.touch

    # --- the loop

    def later(self, seconds, what):
        heapq.heappush(self.due, (time.monotonic() + seconds, next(self.numbers), what))
        self.wake.notify_all()

    def touch(self, kind, obj):
        """Of each object that is another: it, and who it belongs to."""
        meta = obj["metadata"]
        self.enqueue(kind.name, meta.get("namespace", ""), meta["name"])
        for row in meta.get("ownerReferences", []):
            self.enqueue(row["kind"], meta.get("namespace", ""), row["name"])
        if kind.name == "ResourceQuota":
            for one in self.store.of("ReplicaSet", meta["namespace"]):
                self.enqueue("ReplicaSet", meta["namespace"], one["metadata"]["name"])
        elif kind.name != "Event" and meta.get("namespace"):
            for one in self.store.of("ResourceQuota", meta["namespace"]):
                self.enqueue("ResourceQuota", meta["namespace"], one["metadata"]["name"])
        if kind.name in ("ConfigMap", "Secret", "PersistentVolumeClaim"):
            for pod in self.store.of("Pod", meta["namespace"]):
                self.enqueue("Pod", meta["namespace"], pod["metadata"]["name"])
        space = meta.get("namespace")
        if space and kind.name != "Event":
            there = self.store.find("Namespace", "", space)
            if there and there["metadata"].get("deletionTimestamp"):
                self.enqueue("Namespace", "", space)

    def enqueue(self, kind, namespace, name, after=None):
        method = getattr(self, "reconcile_" + kind.lower(), None)
        key = (kind, namespace, name)
        if not method or (after is None and key in self.waiting):
            return
        if after is None:
            self.waiting[key] = True
        self.later(self.pace if after is None else after, lambda: self.reconcile(key, method))

    def retry(self, obj):
        """In a second, and once for all who ask meanwhile."""
        key = (obj["kind"], obj["metadata"]["namespace"], obj["metadata"]["name"])
        if not self.rests((key, "retry"), 1):
            self.enqueue(*key, 1.01)

    def reconcile(self, key, method):
        self.waiting.pop(key, None)
        obj = self.store.find(*key)
        if obj is None:
            self.collect(key)
        else:
            method(obj)

    def run(self):
        while True:
            with self.store.lock:	# for a step only: requests have their turn between two
                wait = self.due[0][0] - time.monotonic() if self.due else LONG_S
                if wait > 0:
                    self.wake.wait(wait)
                    continue
                what = heapq.heappop(self.due)[2]
                try:
                    what()
                except Problem:
                    pass		# its namespace goes, or somebody was quicker
            time.sleep(0)

    def rests(self, key, seconds):
        """Whether it is too early for the next step of `key`; else that one is in `seconds`."""
        at = time.monotonic()
        if self.memory.get((key, "next"), 0) > at:
            return True
        self.memory[key, "next"] = at + seconds
        return False

    # --- small things

    def event(self, obj, reason, message, kind="Normal", component="kubelet", field=None,
              modern=False):
        """Said again, it counts."""
        space = obj["metadata"].get("namespace", "default")
        there = self.store.find("Namespace", "", space)
        if not there or there["metadata"].get("deletionTimestamp"):
            return
        involved = {"kind": obj["kind"], "namespace": space, "name": obj["metadata"]["name"],
                    "uid": obj["metadata"]["uid"], "apiVersion": obj["apiVersion"],
                    "resourceVersion": obj["metadata"]["resourceVersion"]}
        if field:
            involved["fieldPath"] = field
        for old in self.store.of("Event", space):
            if old["involvedObject"]["uid"] == involved["uid"] and old["reason"] == reason and \
                    old["message"] == message and "count" in old:
                def again(one):
                    one["count"] += 1
                    one["lastTimestamp"] = stamp()
                self.store.edit("Event", old, again)
                return
        body = {"metadata": {"name": f"{obj['metadata']['name']}.{time.time_ns():016x}"},
                "involvedObject": involved, "reason": reason, "message": message, "type": kind,
                "reportingComponent": component,
                "reportingInstance": "node" if component == "kubelet" else ""}
        if modern:
            body.update(eventTime=stamp(True), action="Scheduling" if kind == "Warning" else
                        "Binding", source={}, reportingInstance=component + "-node")
        else:
            source = {"component": component}
            if component == "kubelet":
                source["host"] = "node"
            body.update(source=source, firstTimestamp=stamp(), lastTimestamp=stamp(), count=1)
        self.store.create(kinds.BY_NAME["Event"], space, body)

    def owned(self, kind, owner):
        return [obj for obj in self.store.of(kind, owner["metadata"]["namespace"])
                if is_owned_by(obj, owner)]

    def collect(self, key):
        """What belonged to it goes, too."""
        kind, namespace, name = key
        for other in kinds.KINDS:
            for obj in list(self.store.objects[other].values()):
                for row in obj["metadata"].get("ownerReferences", []):
                    there = self.store.find(row["kind"], obj["metadata"].get("namespace", ""),
                                            row["name"])
                    if row["kind"] == kind and row["name"] == name and (
                            not there or there["metadata"]["uid"] != row["uid"]):
                        self.store.delete(other, obj, {"propagationPolicy": "Background"})
                        break

    # --- namespaces

    def reconcile_namespace(self, space):
        name = space["metadata"]["name"]
        if not space["metadata"].get("deletionTimestamp"):
            self.fill_namespace(name)
            return
        left, held = {}, {}
        for kind in kinds.KINDS:
            if not kind.namespaced:
                continue
            for key, obj in list(self.store.objects[kind].items()):
                if key[0] != name:
                    continue
                if not obj["metadata"].get("deletionTimestamp"):
                    self.store.delete(kind, obj, {"propagationPolicy": "Background"})
                if key in self.store.objects[kind]:
                    left[kind.resource + "."] = left.get(kind.resource + ".", 0) + 1
                    for finalizer in obj["metadata"].get("finalizers", []):
                        held[finalizer] = held.get(finalizer, 0) + 1
        self.namespace_conditions(space, left, held)
        if not left:
            self.later(self.pace * 5, lambda: self.end_namespace(space))

    def namespace_conditions(self, space, left, held):
        def change(obj):
            rows = obj["status"].setdefault("conditions", [])
            set_condition(rows, "NamespaceDeletionDiscoveryFailure", "False",
                          "ResourcesDiscovered", "All resources successfully discovered")
            set_condition(rows, "NamespaceDeletionGroupVersionParsingFailure", "False",
                          "ParsedGroupVersions", "All legacy kube types successfully parsed")
            set_condition(rows, "NamespaceDeletionContentFailure", "False", "ContentDeleted",
                          "All content successfully deleted, may be waiting on finalization")
            if left:
                set_condition(rows, "NamespaceContentRemaining", "True", "SomeResourcesRemain",
                              "Some resources are remaining: " + ", ".join(
                                  f"{kind} has {n} resource instances"
                                  for kind, n in sorted(left.items())))
            else:
                set_condition(rows, "NamespaceContentRemaining", "False", "ContentRemoved",
                              "All content successfully removed")
            if held:
                set_condition(rows, "NamespaceFinalizersRemaining", "True",
                              "SomeFinalizersRemain",
                              "Some content in the namespace has finalizers remaining: " +
                              ", ".join(f"{name} in {n} resource instances"
                                        for name, n in sorted(held.items())))
            else:
                set_condition(rows, "NamespaceFinalizersRemaining", "False",
                              "ContentHasNoFinalizers",
                              "All content-preserving finalizers finished")
        self.store.edit("Namespace", space, change, "status")

    def end_namespace(self, space):
        there = self.store.find("Namespace", "", space["metadata"]["name"])
        if there and there["metadata"]["uid"] == space["metadata"]["uid"] and \
                not there["metadata"].get("finalizers"):
            self.store.gone(kinds.BY_NAME["Namespace"], there)

    def fill_namespace(self, name):
        if not self.store.find("ServiceAccount", name, "default"):
            self.store.create(kinds.BY_NAME["ServiceAccount"], name,
                              {"metadata": {"name": "default"}})
        if not self.store.find("ConfigMap", name, "kube-root-ca.crt"):
            self.store.create(kinds.BY_NAME["ConfigMap"], name, {
                "metadata": {"name": "kube-root-ca.crt",
                             "annotations": {"kubernetes.io/description": DESCRIPTION}},
                "data": {"ca.crt": self.ca}})

    # --- Deployments and ReplicaSets

    def reconcile_deployment(self, deployment):
        if deployment["metadata"].get("deletionTimestamp"):
            self.finish_deletion("Deployment", deployment, ("ReplicaSet",))
            return
        sets = self.owned("ReplicaSet", deployment)
        spec = deployment["spec"]
        new = self.new_replica_set(deployment, sets)
        if new is None and not spec.get("paused"):
            new = self.make_replica_set(deployment, sets)
            sets = self.owned("ReplicaSet", deployment)
        old = [one for one in sets if not new or one["metadata"]["uid"] != new["metadata"]["uid"]]
        if new and not spec.get("paused"):
            self.roll(deployment, new, old)
        self.deployment_status(self.store.find(
            "Deployment", deployment["metadata"]["namespace"], deployment["metadata"]["name"]),
            new, old)
        self.forget_old(deployment, old)

    @staticmethod
    def new_replica_set(deployment, sets):
        wanted = template_hash(deployment["spec"]["template"])
        return next((one for one in sets if
                     one["metadata"]["labels"].get("pod-template-hash") == wanted), None)

    def make_replica_set(self, deployment, sets):
        meta, spec = deployment["metadata"], deployment["spec"]
        template = clone(spec["template"])
        wanted = template_hash(template)
        labels = {**template["metadata"].get("labels", {}), "pod-template-hash": wanted}
        template["metadata"]["labels"] = labels
        selector = clone(spec["selector"])
        selector.setdefault("matchLabels", {})["pod-template-hash"] = wanted
        body = {"metadata": {"name": f"{meta['name']}-{wanted}", "labels": labels,
                             "annotations": self.revision_notes(deployment, sets),
                             "ownerReferences": [owner_of(deployment, "Deployment")]},
                "spec": {"replicas": 0, "selector": selector, "template": template}}
        if "minReadySeconds" in spec:
            body["spec"]["minReadySeconds"] = spec["minReadySeconds"]
        made = self.store.create(kinds.BY_NAME["ReplicaSet"], meta["namespace"], body)
        self.event(deployment, "ScalingReplicaSet",
                   f"Scaled up replica set {made['metadata']['name']} from 0 to "
                   f"{spec['replicas']}", component="deployment-controller")
        return made

    @staticmethod
    def revision_notes(deployment, sets):
        revision = 1 + max([int(one["metadata"].get("annotations", {}).get(REVISION, 0))
                            for one in sets] or [0])
        replicas = deployment["spec"]["replicas"]
        return {"deployment.kubernetes.io/desired-replicas": str(replicas),
                "deployment.kubernetes.io/max-replicas": str(
                    replicas + Controllers.surge(deployment)), REVISION: str(revision)}

    @staticmethod
    def surge(deployment):
        rolling = deployment["spec"]["strategy"].get("rollingUpdate")
        if not rolling:
            return 0
        return share(rolling["maxSurge"], deployment["spec"]["replicas"], math.ceil)

    def scale(self, replica_set, replicas):
        if replica_set["spec"]["replicas"] == replicas:
            return

        def change(obj):
            obj["spec"]["replicas"] = replicas
        self.store.edit("ReplicaSet", replica_set, change)

    def roll(self, deployment, new, old):
        spec = deployment["spec"]
        newest = max(int(one["metadata"].get("annotations", {}).get(REVISION, 0))
                     for one in [new] + old)
        if int(new["metadata"]["annotations"][REVISION]) < newest:
            notes = self.revision_notes(deployment, old)	# it was rolled back to

            def change(obj):
                obj["metadata"]["annotations"].update(notes)
            self.store.edit("ReplicaSet", new, change)
        wanted = spec["replicas"]
        if spec["strategy"]["type"] == "Recreate":
            for one in old:
                self.scale(one, 0)
            if not any(pod for one in old for pod in self.owned("Pod", one)):
                self.scale(new, wanted)
            return
        unavailable = share(spec["strategy"]["rollingUpdate"]["maxUnavailable"], wanted, math.floor)
        if unavailable == 0 and self.surge(deployment) == 0:
            unavailable = 1
        total = sum(one["spec"]["replicas"] for one in [new] + old)
        room = wanted + self.surge(deployment) - total
        if new["spec"]["replicas"] > wanted:
            self.scale(new, wanted)
        elif room > 0:
            self.scale(new, min(wanted, new["spec"]["replicas"] + room))
        ready = sum(one["status"].get("availableReplicas", 0) for one in [new] + old)
        spare = ready - (wanted - unavailable)
        for one in old:
            unready = one["spec"]["replicas"] - one["status"].get("availableReplicas", 0)
            fewer = min(one["spec"]["replicas"], max(0, unready) + max(0, spare))
            if fewer > 0:
                spare -= max(0, fewer - unready)
                self.scale(one, one["spec"]["replicas"] - fewer)

    def deployment_status(self, deployment, new, old):
        sets = ([new] if new else []) + old
        sets = [self.store.find("ReplicaSet", one["metadata"]["namespace"],
                                one["metadata"]["name"]) or one for one in sets]
        pods = [pod for one in sets for pod in self.owned("Pod", one)]
        counts = {
            "replicas": sum(one["status"].get("replicas", 0) for one in sets),
            "updatedReplicas": sets[0]["status"].get("replicas", 0) if new else 0,
            "readyReplicas": sum(one["status"].get("readyReplicas", 0) for one in sets),
            "availableReplicas": sum(one["status"].get("availableReplicas", 0) for one in sets)}
        wanted = deployment["spec"]["replicas"]
        counts["unavailableReplicas"] = max(0, max(wanted, counts["replicas"]) -
                                            counts["availableReplicas"])
        going = sum(1 for pod in pods if pod["metadata"].get("deletionTimestamp"))
        failure = next((row for one in sets[:1] for row in one["status"].get("conditions", [])
                        if row["type"] == "ReplicaFailure"), None)

        def change(obj):
            status = obj["status"]
            rows = clone(status.get("conditions", []))
            status.clear()
            status["observedGeneration"] = obj["metadata"]["generation"]
            status.update({name: n for name, n in counts.items() if n})
            status["terminatingReplicas"] = going
            self.deployment_conditions(obj, rows, counts, new, failure)
            status["conditions"] = rows
            if new:
                obj["metadata"].setdefault("annotations", {})[REVISION] = \
                    new["metadata"]["annotations"][REVISION]
        self.store.edit("Deployment", deployment, change, "status")

    def deployment_conditions(self, deployment, rows, counts, new, failure):
        wanted = deployment["spec"]["replicas"]
        rolling = deployment["spec"]["strategy"].get("rollingUpdate", {"maxUnavailable": wanted})
        least = wanted - share(rolling["maxUnavailable"], wanted, math.floor)
        now = stamp()
        if counts["availableReplicas"] >= least:
            set_condition(rows, "Available", "True", "MinimumReplicasAvailable",
                          "Deployment has minimum availability.", lastUpdateTime=now)
        else:
            set_condition(rows, "Available", "False", "MinimumReplicasUnavailable",
                          "Deployment does not have minimum availability.", lastUpdateTime=now)
        if failure:
            set_condition(rows, "ReplicaFailure", "True", failure["reason"], failure["message"],
                          lastUpdateTime=now)
        else:
            rows[:] = [row for row in rows if row["type"] != "ReplicaFailure"]
        if not new:
            return
        name = new["metadata"]["name"]
        done = counts["updatedReplicas"] == counts["replicas"] == counts["availableReplicas"] \
            == wanted
        limit = deployment["spec"]["progressDeadlineSeconds"]
        key = (deployment["metadata"]["uid"], name, counts["updatedReplicas"],
               counts["availableReplicas"])
        since = self.memory.setdefault(key, time.monotonic())
        if deployment["spec"].get("paused"):
            set_condition(rows, "Progressing", "Unknown", "DeploymentPaused",
                          "Deployment is paused", lastUpdateTime=now)
        elif done:
            set_condition(rows, "Progressing", "True", "NewReplicaSetAvailable",
                          f'ReplicaSet "{name}" has successfully progressed.', lastUpdateTime=now)
        elif time.monotonic() - since >= limit:
            set_condition(rows, "Progressing", "False", "ProgressDeadlineExceeded",
                          f'ReplicaSet "{name}" has timed out progressing.', lastUpdateTime=now)
        else:
            if counts["updatedReplicas"]:
                set_condition(rows, "Progressing", "True", "ReplicaSetUpdated",
                              f'ReplicaSet "{name}" is progressing.', lastUpdateTime=now)
            else:
                set_condition(rows, "Progressing", "True", "NewReplicaSetCreated",
                              f'Created new replica set "{name}"', lastUpdateTime=now)
            self.enqueue("Deployment", deployment["metadata"]["namespace"],
                         deployment["metadata"]["name"], limit + 0.01)

    def forget_old(self, deployment, old):
        done = sorted((one for one in old if one["spec"]["replicas"] == 0 and
                       not one["status"].get("replicas")),
                      key=lambda one: int(one["metadata"]["annotations"][REVISION]))
        for one in done[:max(0, len(done) - deployment["spec"]["revisionHistoryLimit"])]:
            self.store.delete(kinds.BY_NAME["ReplicaSet"], one, {})

    def reconcile_replicaset(self, replica_set):
        meta, spec = replica_set["metadata"], replica_set["spec"]
        if meta.get("deletionTimestamp"):
            self.finish_deletion("ReplicaSet", replica_set, ("Pod",))
            return
        pods = self.owned("Pod", replica_set)
        alive = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
        alive.sort(key=lambda pod: (is_ready(pod), pod["metadata"]["name"]))
        failure = None
        try:
            for _ in range(spec["replicas"] - len(alive)):
                alive.append(self.make_pod(replica_set, spec["template"], "ReplicaSet",
                                           "replicaset-controller"))
        except Problem as problem:
            failure = problem.message
            self.event(replica_set, "FailedCreate", "Error creating: " + failure, "Warning",
                       "replicaset-controller")
            self.retry(replica_set)
        for pod in alive[:max(0, len(alive) - spec["replicas"])]:
            self.store.delete(kinds.BY_NAME["Pod"], pod, {})
            alive.remove(pod)
            self.event(replica_set, "SuccessfulDelete",
                       f"Deleted pod: {pod['metadata']['name']}",
                       component="replicaset-controller")

        def change(obj):
            status = obj["status"]
            rows = clone(status.get("conditions", []))
            status.clear()
            ready = sum(1 for pod in alive if is_ready(pod))
            status["replicas"] = len(alive)
            counts = {"fullyLabeledReplicas": len(alive), "readyReplicas": ready,
                      "availableReplicas": ready}
            status.update({name: n for name, n in counts.items() if n})
            status["terminatingReplicas"] = len(pods) - len(alive) if len(pods) > len(alive) else 0
            status["observedGeneration"] = obj["metadata"]["generation"]
            rows[:] = [row for row in rows if row["type"] != "ReplicaFailure" or failure]
            if failure:
                set_condition(rows, "ReplicaFailure", "True", "FailedCreate", failure)
            if rows:
                status["conditions"] = rows
        self.store.edit("ReplicaSet", replica_set, change, "status")

    def make_pod(self, owner, template, kind, component):
        meta = clone(template.get("metadata", {}))
        meta["generateName"] = owner["metadata"]["name"][:57] + "-"
        meta["ownerReferences"] = [owner_of(owner, kind)]
        pod = self.store.create(kinds.BY_NAME["Pod"], owner["metadata"]["namespace"],
                                {"metadata": meta, "spec": self.pod_spec(template)})
        self.event(owner, "SuccessfulCreate", f"Created pod: {pod['metadata']['name']}",
                   component=component)
        return pod

    def pod_spec(self, template):
        spec = clone(template["spec"])
        if spec.get("automountServiceAccountToken") is False:
            return spec
        name = "kube-api-access-" + self.store.suffix()
        spec.setdefault("volumes", []).append({"name": name, "projected": {"sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}],
                           "name": "kube-root-ca.crt"}},
            {"downwardAPI": {"items": [{"fieldRef": {"apiVersion": "v1",
                                                     "fieldPath": "metadata.namespace"},
                                        "path": "namespace"}]}}]}})
        for container in spec["containers"] + spec.get("initContainers", []):
            container.setdefault("volumeMounts", []).append({
                "name": name, "readOnly": True,
                "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"})
        return spec

    def finish_deletion(self, kind, obj, below):
        """Of one that waits for what it owns, or leaves it alone."""
        finalizers = obj["metadata"].get("finalizers", [])
        parts = [(other, one) for other in below for one in self.owned(other, obj)]
        if "orphan" in finalizers:
            for other, one in parts:
                def free(it):
                    it["metadata"]["ownerReferences"] = [
                        row for row in it["metadata"]["ownerReferences"]
                        if row["uid"] != obj["metadata"]["uid"]]
                self.store.edit(other, one, free)
            parts = []
        elif "foregroundDeletion" in finalizers:
            for other, one in parts:
                if not one["metadata"].get("deletionTimestamp"):
                    self.store.delete(kinds.BY_NAME[other], one,
                                      {"propagationPolicy": "Foreground"} if other != "Pod" else {})
            parts = self.owned(below[0], obj)
        if parts:
            return

        def let_go(it):
            left = [one for one in it["metadata"].get("finalizers", [])
                    if one not in ("orphan", "foregroundDeletion")]
            it["metadata"].pop("finalizers", None)
            if left:
                it["metadata"]["finalizers"] = left
        self.store.edit(kind, obj, let_go)
