# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of pods and Jobs: the scheduler and the node, without a container."""
import hashlib
import math
import re
import time

import kinds
from controllers import BEHAVIOUR, NODE, SLOW_S, is_ready, set_condition, share
from sets import Sets
from store import clone, label_selector, plain, selects, stamp

BEHAVIOURS = {"pull", "denied", "crash", "unready", "live", "memory", "slow", "fine", "end"}
ORDER = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"]
BACK_OFF = [0.3, 0.6, 1.2, 2.4]
ENDED_S = 0.2
NOWHERE = "/nowhere"		# nobody serves that: a probe of it fails


class Cluster(Sets):
    def behaviour(self, pod, container):
        asked = self.rules.image(container["image"]) or \
            pod["metadata"].get("annotations", {}).get(BEHAVIOUR)
        if asked:
            return asked
        match = re.search(r"(?:^|/)fail/([a-z]+)", container["image"])
        if match and match.group(1) in BEHAVIOURS:
            return match.group(1)
        if container.get("readinessProbe", {}).get("httpGet", {}).get("path") == NOWHERE:
            return "unready"
        return "slow" if re.search(r"(?:^|/)slow/", container["image"]) else "fine"

    # --- a step of a pod

    def reconcile_pod(self, pod):
        if pod["metadata"].get("deletionTimestamp"):
            self.later(self.pace, lambda: self.end_pod(pod))
            return
        if pod["status"].get("phase") in ("Succeeded", "Failed"):
            return
        if not pod["spec"].get("nodeName"):
            self.schedule(pod)
        elif pod["status"]["phase"] == "Pending":
            self.start_pod(pod)
        elif pod["status"]["phase"] == "Running":
            self.probe(pod)

    def end_pod(self, pod):
        there = self.store.find("Pod", pod["metadata"]["namespace"], pod["metadata"]["name"])
        if there and there["metadata"]["uid"] == pod["metadata"]["uid"] and \
                not there["metadata"].get("finalizers"):
            self.store.gone(kinds.BY_NAME["Pod"], there)

    def again(self, pod, seconds):
        self.enqueue("Pod", pod["metadata"]["namespace"], pod["metadata"]["name"], seconds)

    def unschedulable(self, pod):
        """Why, in the scheduler's words, or None."""
        for volume in pod["spec"].get("volumes", []):
            name = volume.get("persistentVolumeClaim", {}).get("claimName")
            if not name:
                continue
            claim = self.store.find("PersistentVolumeClaim", pod["metadata"]["namespace"], name)
            if claim is None:
                return (f'persistentvolumeclaim "{name}" not found. not found')
            if claim["status"].get("phase") != "Bound":
                return "0/1 nodes are available: pod has unbound immediate " \
                       "PersistentVolumeClaims. not found"
        wanted = pod["spec"].get("nodeSelector")
        if wanted and wanted != {"kubernetes.io/os": "linux"}:
            return "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. " \
                   "no new claims to deallocate, preemption: 0/1 nodes are available: 1 " \
                   "Preemption is not helpful for scheduling."
        for name, has in sorted(NODE.items()):
            asked = sum(kinds.amount(c["resources"].get("requests", {}).get(name, 0))
                        for c in pod["spec"]["containers"])
            if asked > has:
                return f"0/1 nodes are available: 1 Insufficient {name}. no new claims to " \
                       "deallocate, preemption: 0/1 nodes are available: 1 Preemption is not " \
                       "helpful for scheduling."
        return None

    def schedule(self, pod):
        why = self.unschedulable(pod)
        generation = pod["metadata"].get("generation", 1)

        def change(obj):
            rows = obj["status"].setdefault("conditions", [])
            if why:
                set_condition(rows, "PodScheduled", "False", "Unschedulable", why,
                              lastProbeTime=None, observedGeneration=generation)
            else:
                set_condition(rows, "PodScheduled", "True", lastProbeTime=None,
                              observedGeneration=generation)
        self.store.edit("Pod", pod, change, "status")
        if why:
            if (pod["metadata"]["uid"], why) not in self.memory:
                self.memory[pod["metadata"]["uid"], why] = True
                self.event(pod, "FailedScheduling", why, "Warning", "default-scheduler",
                           modern=True)
            return

        def bind(obj):
            obj["spec"]["nodeName"] = "node"
        self.store.edit("Pod", pod, bind)
        self.event(pod, "Scheduled", f"Successfully assigned {pod['metadata']['namespace']}/"
                   f"{pod['metadata']['name']} to node", component="default-scheduler",
                   modern=True)

    # --- what is missing

    def missing_volume(self, pod):
        used = {mount["name"] for c in pod["spec"]["containers"] +
                pod["spec"].get("initContainers", []) for mount in c.get("volumeMounts", [])}
        for volume in pod["spec"].get("volumes", []):
            if volume["name"] not in used:
                continue		# nobody wants to see it, so it is not looked for
            for member, kind, field in (("configMap", "ConfigMap", "name"),
                                        ("secret", "Secret", "secretName")):
                source = volume.get(member)
                if source and not source.get("optional") and not self.store.find(
                        kind, pod["metadata"]["namespace"], source[field]):
                    return (f'MountVolume.SetUp failed for volume "{volume["name"]}" : '
                            f'{kind.lower()} "{source[field]}" not found')
        return None

    def missing_config(self, pod, container):
        """In the words of CreateContainerConfigError."""
        space = pod["metadata"]["namespace"]
        for source in container.get("envFrom", []):
            for member, kind in (("configMapRef", "ConfigMap"), ("secretRef", "Secret")):
                ref = source.get(member)
                if ref and not ref.get("optional") and \
                        not self.store.find(kind, space, ref["name"]):
                    return f'{kind.lower()} "{ref["name"]}" not found'
        for variable in container.get("env", []):
            for member, kind in (("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")):
                ref = variable.get("valueFrom", {}).get(member)
                if not ref or ref.get("optional"):
                    continue
                there = self.store.find(kind, space, ref["name"])
                if not there:
                    return f'{kind.lower()} "{ref["name"]}" not found'
                if ref["key"] not in {**there.get("data", {}), **there.get("binaryData", {})}:
                    return (f"couldn't find key {ref['key']} in {kind} {space}/{ref['name']}")
        return None

    # --- starting

    def container_status(self, pod, container, state, started=False, ready=False):
        digest = hashlib.sha256(container["image"].encode()).hexdigest()
        runs = started or "terminated" in state
        old = next((row for row in pod["status"].get("containerStatuses", [])
                    if row["name"] == container["name"]), {})
        image = container["image"]
        row = {"name": container["name"], "state": state, "lastState": old.get("lastState", {}),
               "ready": ready, "restartCount": old.get("restartCount", 0),
               "image": "docker.io/" + image if runs and "." not in image.split("/")[0] else image,
               "imageID": "sha256:" + digest if runs else "", "started": started,
               "volumeMounts": [{**mount, "recursiveReadOnly": "Disabled"}
                                if mount.get("readOnly") else clone(mount)
                                for mount in container.get("volumeMounts", [])]}
        if runs:
            if "terminated" in state:
                state["terminated"]["containerID"] = "containerd://" + hashlib.sha256(
                    f"{pod['metadata']['uid']}{container['name']}{row['restartCount']}".encode()
                ).hexdigest()
            row["containerID"] = "containerd://" + hashlib.sha256(
                f"{pod['metadata']['uid']}{container['name']}{row['restartCount']}".encode()
            ).hexdigest()
            row["resources"] = clone(container.get("resources", {}))
        return row

    def start_pod(self, pod):
        if "startTime" not in pod["status"]:
            self.show(pod, {c["name"]: {"waiting": {"reason": "ContainerCreating"}}
                            for c in pod["spec"]["containers"]})
            return
        volume = self.missing_volume(pod)
        if volume:
            self.event(pod, "FailedMount", volume, "Warning")
            self.again(pod, 1)
            return
        for init in pod["spec"].get("initContainers", []):
            if not self.run_init(pod, init):
                return
        states = {}
        for container in pod["spec"]["containers"]:
            states[container["name"]] = self.start_container(pod, container)
        if any(state is None for state in states.values()):
            return			# it is slow, and will be asked for again
        self.show(pod, states)

    def say(self, pod, container, *lines, restart=False):
        """Lines of its output; `restart`: another run begins."""
        runs = self.logs.setdefault((pod["metadata"]["uid"], container), [[]])
        if restart:
            runs.append([])
        runs[-1] += [(stamp(True), line) for line in lines]
        self.store.changed.notify_all()

    def start_container(self, pod, container):
        """Its state; None: later."""
        name, image = container["name"], container["image"]
        does = self.behaviour(pod, container)
        field = f"spec.containers{{{name}}}"
        if does in ("pull", "denied"):
            return self.fail_pull(pod, container, does, field)
        missing = self.missing_config(pod, container)
        if missing:
            self.event(pod, "Failed", "Error: " + missing, "Warning", field=field)
            self.again(pod, 0.3)
            return {"waiting": {"reason": "CreateContainerConfigError", "message": missing}}
        key = (pod["metadata"]["uid"], name, "slow")
        if does == "slow":
            begun = self.memory.setdefault(key, time.monotonic())
            if time.monotonic() - begun < SLOW_S:
                self.again(pod, SLOW_S / 4)
                return None
        self.event(pod, "Pulled", f'Container image "{image}" already present on machine and can '
                   "be accessed by the pod", field=field)
        self.event(pod, "Created", "Container created", field=field)
        self.event(pod, "Started", "Container started", field=field)
        self.say(pod, name, f"{name}: started as {image}")
        if does not in ("crash", "memory"):
            self.say(pod, name, "listens on 0.0.0.0:8080")
        return {"running": {"startedAt": stamp()}}

    def fail_pull(self, pod, container, does, field):
        image = container["image"]
        host = image.split("/")[0]
        full = image if "." in host or ":" in host else "docker.io/" + image
        if does == "pull":
            why = (f'failed to pull and unpack image "{full}": failed to resolve reference '
                   f'"{full}": {full}: not found')
            why = f'rpc error: code = NotFound desc = {why}'
        else:
            why = (f'failed to pull and unpack image "{full}": failed to resolve reference '
                   f'"{full}": pull access denied, repository does not exist or may require '
                   "authorization: authorization failed: no basic auth credentials")
            why = f"rpc error: code = Unknown desc = {why}"
        key = (pod["metadata"]["uid"], container["name"], "pulls")
        if self.rests(key, 0.25):
            rows = pod["status"].get("containerStatuses", []) + \
                pod["status"].get("initContainerStatuses", [])
            return next(row["state"] for row in rows if row["name"] == container["name"])
        self.memory[key] = self.memory.get(key, 0) + 1
        self.again(pod, 0.3)
        if self.memory[key] % 2:
            self.event(pod, "Pulling", f'Pulling image "{image}"', field=field)
            self.event(pod, "Failed", f'Failed to pull image "{image}": {why}', "Warning",
                       field=field)
            self.event(pod, "Failed", "Error: ErrImagePull", "Warning", field=field)
            return {"waiting": {"reason": "ErrImagePull", "message": why}}
        self.event(pod, "BackOff", f'Back-off pulling image "{image}"', field=field)
        self.event(pod, "Failed", "Error: ImagePullBackOff", "Warning", field=field)
        return {"waiting": {"reason": "ImagePullBackOff",
                            "message": f'Back-off pulling image "{image}": ErrImagePull: {why}'}}

    def run_init(self, pod, container):
        """Whether it has ended well; it is so at once, or fails for ever."""
        name = container["name"]
        done = next((row for row in pod["status"].get("initContainerStatuses", [])
                     if row["name"] == name and "terminated" in row["state"] and
                     row["state"]["terminated"]["exitCode"] == 0), None)
        if done:
            return True
        does = self.behaviour(pod, container)
        field = f"spec.initContainers{{{name}}}"
        missing = self.missing_config(pod, container)
        if does in ("pull", "denied"):
            state = self.fail_pull(pod, container, does, field)
        elif missing:
            state = {"waiting": {"reason": "CreateContainerConfigError", "message": missing}}
            self.again(pod, 0.3)
        elif does in ("crash", "memory"):
            if self.rests((pod["metadata"]["uid"], name, "init"), 0.4):
                return False
            self.say(pod, name, f"{name}: started", restart=(pod["metadata"]["uid"], name)
                     in self.logs)
            state = self.exit_state(pod, container, does)
        else:
            state = {"terminated": {"exitCode": 0, "reason": "Completed", "startedAt": stamp(),
                                    "finishedAt": stamp()}}
            self.say(pod, name, f"{name}: done")
        self.show_init(pod, container, state)
        return False

    def show_init(self, pod, container, state):
        waits = [c for c in pod["spec"]["initContainers"]]

        def change(obj):
            rows = obj["status"].setdefault("initContainerStatuses", [])
            if not rows:
                rows += [self.container_status(pod, c, {"waiting": {"reason": "PodInitializing"}})
                         for c in waits]
            for n, row in enumerate(rows):
                if row["name"] != container["name"]:
                    continue
                new = self.container_status(pod, container, state)
                failed = "terminated" in state and state["terminated"]["exitCode"] != 0
                new["restartCount"] = row["restartCount"] + (1 if failed and row["imageID"] else 0)
                new["lastState"] = clone(row["state"]) if failed and "terminated" in row["state"] \
                    else row["lastState"]
                new["ready"] = "terminated" in state and not failed
                rows[n] = new
                if failed:
                    self.again(pod, BACK_OFF[min(new["restartCount"], 3)])
        self.store.edit("Pod", pod, change, "status")

    def exit_state(self, pod, container, does):
        name = container["name"]
        if does == "memory":
            end = {"exitCode": 137, "reason": "OOMKilled"}
        else:
            end = {"exitCode": 1, "reason": "Error"}
            self.say(pod, name, "fatal: cannot open /data/topics.db")
        return {"terminated": {**end, "startedAt": stamp(), "finishedAt": stamp()}}

    # --- what is seen of it

    def show(self, pod, states, ready=False, phase=None):
        """The status with these states of its containers; `ready` or those that are."""
        generation = pod["metadata"].get("generation", 1)
        containers = pod["spec"]["containers"]
        readies = {c["name"]: ready is True or (ready and c["name"] in ready) for c in containers}
        # Its place is made before images are pulled.
        placed = any(state.get("waiting", {}).get("reason") != "ContainerCreating"
                     for state in states.values())
        runs = [state for state in states.values() if "running" in state or "terminated" in state]

        def change(obj):
            status = obj["status"]
            rows = status.setdefault("conditions", [])
            more = {"lastProbeTime": None, "observedGeneration": generation}
            set_condition(rows, "PodReadyToStartContainers",
                          "True" if placed and phase != "Succeeded" else "False", **more)
            set_condition(rows, "Initialized", "True",
                          "PodCompleted" if phase == "Succeeded" else None, **more)
            for kind in ("Ready", "ContainersReady"):
                unready = [name for name, value in readies.items() if not value]
                if phase == "Succeeded":
                    set_condition(rows, kind, "False", "PodCompleted", **more)
                elif unready:
                    set_condition(rows, kind, "False", "ContainersNotReady",
                                  "containers with unready status: [" + " ".join(unready) + "]",
                                  **more)
                else:
                    set_condition(rows, kind, "True", **more)
            rows.sort(key=lambda row: ORDER.index(row["type"]))
            status["containerStatuses"] = [
                self.container_status(obj, c, states[c["name"]],
                                      "running" in states[c["name"]], readies[c["name"]])
                for c in containers]
            status.setdefault("startTime", stamp())
            status.setdefault("hostIP", "192.0.2.10")
            status.setdefault("hostIPs", [{"ip": "192.0.2.10"}])
            status["observedGeneration"] = generation
            if placed and "podIP" not in status:
                status["podIP"] = "10.244.0." + str(2 + next(self.store.numbers) % 250)
                status["podIPs"] = [{"ip": status["podIP"]}]
            status["phase"] = phase or ("Running" if runs else "Pending")
        self.store.edit("Pod", pod, change, "status")

    def probe(self, pod):
        """A pod that runs: becomes ready, ends, or fails."""
        states = {row["name"]: row["state"] for row in pod["status"]["containerStatuses"]}
        ready = set()
        finished = False
        for container in pod["spec"]["containers"]:
            name, does = container["name"], self.behaviour(pod, container)
            probe = container.get("readinessProbe") or container.get("startupProbe")
            is_job = pod["spec"]["restartPolicy"] != "Always"
            if does in ("crash", "memory", "live"):
                self.crash(pod, container, does)
                return
            if does == "unready" and not is_job:
                self.event(pod, "Unhealthy", self.probe_words(probe), "Warning",
                           field=f"spec.containers{{{name}}}")
                self.again(pod, 1)
            elif is_job or does == "end":
                states[name] = {"terminated": {
                    "exitCode": 0, "reason": "Completed", "startedAt": stamp(),
                    "finishedAt": stamp()}}
                finished = True
            else:
                ready.add(name)
        if finished:
            self.show(pod, states, phase="Succeeded")
        elif ready and not is_ready(pod):
            self.show(pod, states, ready=ready)

    @staticmethod
    def probe_words(probe):
        if probe and "tcpSocket" in probe:
            return "Readiness probe failed: dial tcp 10.244.0.9:8080: connect: connection refused"
        if probe and "exec" in probe:
            return "Readiness probe failed: not yet"
        path = (probe or {}).get("httpGet", {}).get("path")
        return "Readiness probe failed: HTTP probe failed with statuscode: " + (
            "404" if path == NOWHERE else "503")

    def crash(self, pod, container, does):
        """The next of: it ends, it waits, it starts again."""
        name = container["name"]
        key = (pod["metadata"]["uid"], name, "crash")
        if self.memory.get(key, 0) > time.monotonic():
            return
        row = next(r for r in pod["status"]["containerStatuses"] if r["name"] == name)
        field = f"spec.containers{{{name}}}"
        count = row["restartCount"]
        whose = f"{pod['metadata']['name']}_{pod['metadata']['namespace']}" \
                f"({pod['metadata']['uid']})"
        if "running" in row["state"]:
            pause = ENDED_S
            if does == "live":
                self.event(pod, "Unhealthy", "Liveness probe failed: HTTP probe failed with "
                           "statuscode: 500", "Warning", field=field)
                self.event(pod, "Killing", f"Container {name} failed liveness probe, will be "
                           "restarted", field=field)
            state = self.exit_state(pod, container, does)
            never = pod["spec"]["restartPolicy"] == "Never"
            self.set_container(pod, name, state, count, "Failed" if never else None)
        elif "terminated" in row["state"] and count > 0:
            pause = BACK_OFF[min(count, 3)]
            self.event(pod, "BackOff", f"Back-off restarting failed container {name} in pod "
                       + whose, "Warning", field=field)
            self.set_container(pod, name, {"waiting": {
                "reason": "CrashLoopBackOff",
                "message": f"back-off {10 * 2 ** min(count - 1, 5)}s restarting failed "
                           f"container={name} pod={whose}"}}, count, None, last=row["state"])
        else:
            pause = self.pace * 2
            self.say(pod, name, f"{name}: started as {container['image']}", restart=True)
            last = row["state"] if "terminated" in row["state"] else row["lastState"]
            self.set_container(pod, name, {"running": {"startedAt": stamp()}}, count + 1, None,
                               last=last)
        self.memory[key] = time.monotonic() + pause
        self.again(pod, pause + 0.001)

    def set_container(self, pod, name, state, count, phase, last=None):
        def change(obj):
            container = next(c for c in obj["spec"]["containers"] if c["name"] == name)
            for n, row in enumerate(obj["status"]["containerStatuses"]):
                if row["name"] == name:
                    row["restartCount"] = count
                    if last is not None:
                        row["lastState"] = clone(last)
                    new = self.container_status(obj, container, state, "running" in state)
                    if "waiting" in state:	# of what ended, they stay
                        new.update({key: row[key] for key in ("image", "imageID", "containerID",
                                                              "resources") if key in row})
                    obj["status"]["containerStatuses"][n] = new
            if phase:
                obj["status"]["phase"] = phase
                set_condition(obj["status"]["conditions"], "PodReadyToStartContainers", "False",
                              lastProbeTime=None,
                              observedGeneration=obj["metadata"].get("generation", 1))
            for row in obj["status"]["conditions"]:
                if row["type"] in ("Ready", "ContainersReady"):
                    set_condition(obj["status"]["conditions"], row["type"], "False",
                                  "PodFailed" if phase else "ContainersNotReady", None if phase else
                                  f"containers with unready status: [{name}]", lastProbeTime=None,
                                  observedGeneration=obj["metadata"].get("generation", 1))
        self.store.edit("Pod", pod, change, "status")

    # --- Jobs

    def reconcile_job(self, job):
        meta, spec = job["metadata"], job["spec"]
        if meta.get("deletionTimestamp"):
            self.finish_deletion("Job", job, ("Pod",))
            return
        rows = job["status"].get("conditions", [])
        if any(row["type"] in ("Complete", "Failed") for row in rows) or spec.get("suspend"):
            return
        pods = self.owned("Pod", job)
        succeeded = [pod for pod in pods if pod["status"].get("phase") == "Succeeded"]
        failed = [pod for pod in pods if pod["status"].get("phase") == "Failed"]
        active = [pod for pod in pods if pod not in succeeded and pod not in failed]
        restarts = sum(row["restartCount"] for pod in active
                       for row in pod["status"].get("containerStatuses", []))
        ended = None
        if len(succeeded) >= spec["completions"]:
            ended = ("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
        elif len(failed) + restarts > spec["backoffLimit"]:
            ended = ("Failed", "BackoffLimitExceeded",
                     "Job has reached the specified backoff limit")
        elif self.job_is_late(job):
            ended = ("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
        if ended is None:
            for _ in range(min(spec["parallelism"], spec["completions"] - len(succeeded)) -
                           len(active)):
                active.append(self.make_pod(job, spec["template"], "Job", "job-controller"))
        elif ended[0] == "Failed":
            for pod in active:
                self.store.delete(kinds.BY_NAME["Pod"], pod, {})
                failed.append(pod)
            active = []
        self.job_status(job, active, succeeded, failed, ended)

    def job_is_late(self, job):
        limit = job["spec"].get("activeDeadlineSeconds")
        if not limit:
            return False
        since = self.memory.setdefault((job["metadata"]["uid"], "since"), time.monotonic())
        left = limit - (time.monotonic() - since)
        if left > 0:
            self.enqueue("Job", job["metadata"]["namespace"], job["metadata"]["name"], left + 0.01)
        return left <= 0

    def job_status(self, job, active, succeeded, failed, ended):
        def change(obj):
            status = obj["status"]
            status.setdefault("startTime", stamp())
            for name, pods in (("active", active), ("succeeded", succeeded), ("failed", failed)):
                status.pop(name, None)
                if pods:
                    status[name] = len(pods)
            status["ready"] = sum(1 for pod in active if is_ready(pod))
            status["terminating"] = 0
            status["uncountedTerminatedPods"] = {}
            if not ended:
                return
            kind, reason, message = ended
            rows = status.setdefault("conditions", [])
            first = "SuccessCriteriaMet" if kind == "Complete" else "FailureTarget"
            for one in (first, kind):
                set_condition(rows, one, "True", reason, message, lastProbeTime=stamp())
            if kind == "Complete":
                status["completionTime"] = stamp()
        self.store.edit("Job", job, change, "status")
        if ended:
            kind, reason, message = ended
            self.event(job, "Completed" if kind == "Complete" else reason,
                       "Job completed" if kind == "Complete" else message,
                       "Normal" if kind == "Complete" else "Warning", "job-controller")

    # --- claims and budgets

    def reconcile_persistentvolumeclaim(self, claim):
        if claim["metadata"].get("deletionTimestamp"):
            self.free_claim(claim)
            return
        if claim["status"].get("phase") == "Bound":
            return
        wanted = claim["spec"].get("storageClassName")
        if wanted not in (None, "", "standard"):
            self.event(claim, "ProvisioningFailed",
                       f'storageclass.storage.k8s.io "{wanted}" not found', "Warning",
                       "persistentvolume-controller")
            return

        def bind(obj):
            obj["spec"]["volumeName"] = "pvc-" + obj["metadata"]["uid"]
        bound = self.store.edit("PersistentVolumeClaim", claim, bind)

        def change(obj):
            obj["status"] = {"phase": "Bound", "accessModes": obj["spec"].get("accessModes", []),
                             "capacity": obj["spec"].get("resources", {}).get("requests", {})}
        self.store.edit("PersistentVolumeClaim", bound, change, "status")

    def reconcile_resourcequota(self, quota):
        hard = quota["spec"].get("hard", {})
        used = {name: str(plain(self.store.quota_used(quota["metadata"]["namespace"], name)))
                for name in hard}

        def change(obj):
            obj["status"] = {"hard": clone(hard), "used": used}
        self.store.edit("ResourceQuota", quota, change, "status")

    def free_claim(self, claim):
        """It goes when no pod has it any more."""
        name, space = claim["metadata"]["name"], claim["metadata"]["namespace"]
        for pod in self.store.of("Pod", space):
            for volume in pod["spec"].get("volumes", []):
                if volume.get("persistentVolumeClaim", {}).get("claimName") == name:
                    self.enqueue("PersistentVolumeClaim", space, name, 0.1)
                    return

        def change(obj):
            rest = [one for one in obj["metadata"].get("finalizers", [])
                    if one != "kubernetes.io/pvc-protection"]
            obj["metadata"].pop("finalizers", None)
            if rest:
                obj["metadata"]["finalizers"] = rest
        self.store.edit("PersistentVolumeClaim", claim, change)

    def reconcile_poddisruptionbudget(self, budget):
        wanted = label_selector(budget["spec"].get("selector", {}))
        pods = [pod for pod in self.store.of("Pod", budget["metadata"]["namespace"])
                if selects(wanted, pod["metadata"].get("labels", {}))]
        healthy = sum(1 for pod in pods if is_ready(pod))
        if "minAvailable" in budget["spec"]:
            least = share(budget["spec"]["minAvailable"], len(pods), math.ceil)
        else:
            least = len(pods) - share(budget["spec"].get("maxUnavailable", 0), len(pods), math.ceil)
        least = max(0, least)
        allowed = max(0, healthy - least)

        def change(obj):
            status = obj["status"]
            status.update(currentHealthy=healthy, desiredHealthy=least, disruptionsAllowed=allowed,
                          expectedPods=len(pods),
                          observedGeneration=obj["metadata"].get("generation", 1))
            set_condition(status.setdefault("conditions", []), "DisruptionAllowed",
                          "True" if allowed else "False",
                          "SufficientPods" if allowed else "InsufficientPods", "",
                          observedGeneration=obj["metadata"].get("generation", 1))
        self.store.edit("PodDisruptionBudget", budget, change, "status")
        self.enqueue("PodDisruptionBudget", budget["metadata"]["namespace"],
                     budget["metadata"]["name"], 1)
