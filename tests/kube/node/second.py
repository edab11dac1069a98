# SPDX-License-Identifier: GPL-3.0-or-later
"""second.py KUBECONFIG: says of each pod of a cluster without nodes that it runs and is ready."""
import datetime
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from cluster import Client, MERGE	# noqa: E402


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def status(pod):
    return {"phase": "Running", "startTime": now(), "conditions": [
        {"type": name, "status": "True", "lastTransitionTime": now()}
        for name in ("PodScheduled", "Initialized", "ContainersReady", "Ready")],
        "containerStatuses": [{
            "name": one["name"], "image": one["image"], "imageID": one["image"], "ready": True,
            "started": True, "restartCount": 0, "state": {"running": {"startedAt": now()}}}
            for one in pod["spec"]["containers"]]}


def main():
    client = Client(sys.argv[1])
    while True:
        for pod in client.get("/api/v1/pods").value["items"]:
            meta = pod["metadata"]
            path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
            if meta.get("deletionTimestamp"):
                client.ask("DELETE", path, {"gracePeriodSeconds": 0})
            elif pod["status"]["phase"] == "Pending":
                client.ask("PATCH", path + "/status", {"status": status(pod)}, MERGE)
        time.sleep(0.2)


main()
