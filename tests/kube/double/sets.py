# SPDX-License-Identifier: GPL-3.0-or-later
"""StatefulSets, whose pods and claims have numbers, and DaemonSets, with a pod on the one node."""
import kinds
from controllers import Controllers, is_ready, owner_of, template_hash
from problem import Problem
from store import clone

REVISION = "controller-revision-hash"


def revision_of(obj):
    name = obj["metadata"]["name"] + "-" if obj["kind"] == "StatefulSet" else ""
    return name + template_hash(obj["spec"]["template"])


def is_of(pod, revision):
    return pod["metadata"]["labels"].get(REVISION) == revision


def number_of(pod):
    return int(pod["metadata"]["name"].rsplit("-", 1)[1])


def is_going(pod):
    return bool(pod["metadata"].get("deletionTimestamp"))


class Sets(Controllers):
    def reconcile_statefulset(self, obj):
        if obj["metadata"].get("deletionTimestamp"):
            self.finish_deletion("StatefulSet", obj, ("Pod",))
            return
        pods = {number_of(pod): pod for pod in self.owned("Pod", obj)}
        spec, revision = obj["spec"], revision_of(obj)
        self.try_to(obj, lambda: self.fill_stateful(obj, pods, revision))
        for number in sorted(pods, reverse=True):
            if number >= spec["replicas"] and not is_going(pods[number]):
                self.store.delete(kinds.BY_NAME["Pod"], pods[number], {})
        self.replace_old(spec, [pods[n] for n in sorted(pods, reverse=True)], revision)
        self.stateful_status(obj, self.owned("Pod", obj), revision)

    def try_to(self, obj, what):
        try:
            what()
        except Problem as problem:
            self.event(obj, "FailedCreate", "Error creating: " + problem.message, "Warning",
                       obj["kind"].lower() + "-controller")
            self.retry(obj)

    def fill_stateful(self, obj, pods, revision):
        for number in range(obj["spec"]["replicas"]):
            if number not in pods:
                pods[number] = self.make_numbered(obj, number, revision)
            if obj["spec"]["podManagementPolicy"] == "OrderedReady" and not is_ready(pods[number]):
                return

    def make_numbered(self, obj, number, revision):
        name, space = f"{obj['metadata']['name']}-{number}", obj["metadata"]["namespace"]
        template = clone(obj["spec"]["template"])
        spec = self.pod_spec(template)
        spec["hostname"] = name
        for claim in obj["spec"].get("volumeClaimTemplates", []):
            called = f"{claim['metadata']['name']}-{name}"
            if not self.store.find("PersistentVolumeClaim", space, called):
                self.store.create(kinds.BY_NAME["PersistentVolumeClaim"], space, {
                    "metadata": {**claim["metadata"], "name": called}, "spec": claim["spec"]})
            spec["volumes"] = [volume for volume in spec.get("volumes", [])
                               if volume["name"] != claim["metadata"]["name"]]
            spec["volumes"].append({
                "name": claim["metadata"]["name"], "persistentVolumeClaim": {"claimName": called}})
        labels = {**template["metadata"].get("labels", {}), REVISION: revision,
                  "statefulset.kubernetes.io/pod-name": name,
                  "apps.kubernetes.io/pod-index": str(number)}
        return self.store.create(kinds.BY_NAME["Pod"], space, {"spec": spec, "metadata": {
            **template["metadata"], "name": name, "labels": labels,
            "ownerReferences": [owner_of(obj, "StatefulSet")]}})

    def replace_old(self, spec, pods, revision):
        """One at a time."""
        old = [pod for pod in pods if not is_of(pod, revision)]
        if spec["updateStrategy"]["type"] == "RollingUpdate" and old and \
                not any(is_going(pod) for pod in pods) and \
                all(is_ready(pod) for pod in pods if is_of(pod, revision)):
            self.store.delete(kinds.BY_NAME["Pod"], old[0], {})

    def stateful_status(self, obj, pods, revision):
        alive = [pod for pod in pods if not is_going(pod)]
        ready = sum(1 for pod in alive if is_ready(pod))
        updated = sum(1 for pod in alive if is_of(pod, revision))

        def change(it):
            is_done = updated == ready == it["spec"]["replicas"] == len(pods)
            current = revision if is_done else it["status"].get("currentRevision", revision)
            it["status"] = {
                "observedGeneration": it["metadata"]["generation"], "replicas": len(pods),
                "collisionCount": 0, "availableReplicas": ready, "updateRevision": revision,
                "currentRevision": current, **{name: n for name, n in {
                    "readyReplicas": ready, "updatedReplicas": updated,
                    "currentReplicas": sum(is_of(pod, current) for pod in alive)}.items() if n}}
        self.store.edit("StatefulSet", obj, change, "status")

    # --- on each node

    def reconcile_daemonset(self, obj):
        if obj["metadata"].get("deletionTimestamp"):
            self.finish_deletion("DaemonSet", obj, ("Pod",))
            return
        pods, revision = self.owned("Pod", obj), revision_of(obj)
        if not pods:
            template = clone(obj["spec"]["template"])
            template["metadata"].setdefault("labels", {})[REVISION] = revision
            self.try_to(obj, lambda: pods.append(
                self.make_pod(obj, template, "DaemonSet", "daemonset-controller")))
        self.replace_old(obj["spec"], pods, revision)
        ready = sum(1 for pod in pods if is_ready(pod) and not is_going(pod))
        updated = sum(1 for pod in pods if is_of(pod, revision))

        def change(it):
            it["status"] = {
                "observedGeneration": it["metadata"]["generation"], "desiredNumberScheduled": 1,
                "currentNumberScheduled": len(pods), "numberMisscheduled": 0, "numberReady": ready,
                **{name: n for name, n in {
                    "numberAvailable": ready, "updatedNumberScheduled": updated,
                    "numberUnavailable": 1 - ready}.items() if n > 0}}
        self.store.edit("DaemonSet", obj, change, "status")
