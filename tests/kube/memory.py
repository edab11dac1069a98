# SPDX-License-Identifier: GPL-3.0-or-later
"""For tests: where a text is in a process; and, on the double, that a text which stands only in what
kubectl noted of an object is nowhere in the daemon once it was read.  TAP.

    memory.py                           SIDESTAGED and SIDESTAGE are ours
"""
import json
import os
import shutil
import sys
import tempfile
import time

from cluster import PATCH, Double, Tap, until
from person import Person

APP = "proofs-memory"
PRODUCTION, CLONE = APP + "-production", "hot"
NOTED = "noted-alone-" + os.urandom(12).hex()
NOTE = "kubectl.kubernetes.io/last-applied-configuration"
SPACES = "/api/v1/namespaces"
DEPLOYMENTS = f"/apis/apps/v1/namespaces/{PRODUCTION}/deployments"
CONFIG_MAPS = f"{SPACES}/{PRODUCTION}/configmaps"
PATIENCE_S = 45		# less than what is read again anyway
OPAQUE = ("[vvar]", "[vsyscall]", "[vvar_vclock]")


def in_memory(process, forms):
    """Where one of these is: its address, map and neighbours."""
    found = []
    with open(f"/proc/{process}/maps") as maps, open(f"/proc/{process}/mem", "rb", 0) as memory:
        for line in maps:
            words = line.split()
            if not words[1].startswith("r") or words[-1] in OPAQUE:
                continue
            start, end = (int(word, 16) for word in words[0].split("-"))
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except OSError:
                continue
            for form in forms:
                at = data.find(form)
                while at >= 0:
                    found.append(f"{hex(start + at)} {words[-1]}: {data[max(0, at - 60):at + 80]!r}")
                    at = data.find(form, at + 1)
    return found


# --- the note ---

def must(answer):
    if answer.status >= 300:
        raise RuntimeError(str(answer))
    return answer.value


def noted(obj, more):
    """As kubectl made it, and as it was changed by somebody since."""
    before = json.loads(json.dumps(obj))
    more(before)
    obj["metadata"]["annotations"] = {NOTE: json.dumps(before)}
    return obj


def web():
    env = [{"name": name, "value": value} for name, value in {
        "HOST": "0.0.0.0", "PORT": "8080", "API_URL": "http://localhost:1", "TONE": "calm"}.items()]
    container = {"name": "web", "image": "local/topicshare-web:1.4.1", "env": env}
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "labels": {"app.kubernetes.io/part-of": APP}},
            "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"terminationGracePeriodSeconds": 1, "containers": [container]}}}}


def add_password(obj):
    obj["spec"]["template"]["spec"]["containers"][0]["env"].append(
        {"name": "PASSWORD", "value": NOTED})


def fill(client):
    must(client.ask("POST", SPACES, {"metadata": {"name": PRODUCTION}}))
    must(client.ask("POST", CONFIG_MAPS, noted(
        {"apiVersion": "v1", "kind": "ConfigMap", "data": {"tone": "calm"}, "metadata": {
            "name": "words", "labels": {"app.kubernetes.io/part-of": APP}}},
        lambda obj: obj["data"].update(password=NOTED))))
    must(client.ask("POST", DEPLOYMENTS + "?fieldManager=kubectl-client-side-apply",
                    noted(web(), add_password)))


def left_in(person):
    """What is read may take its time to go."""
    end = time.monotonic() + PATIENCE_S
    while True:
        found = in_memory(person.daemon.pid, [NOTED.encode()])
        if not found or time.monotonic() > end:
            return found
        time.sleep(0.2)


def tell(tap, client, person):
    def gone(when):
        found = left_in(person)
        tap.ok(not found, f"{when}, what only the note has is nowhere in the daemon ({len(found)} times)",
               "\n".join(found))
    until(lambda: person.run("environment", PRODUCTION).code == 0, pause=0.2)
    tap.ok(in_memory(person.daemon.pid, [PRODUCTION.encode()]), "what it does know is found in its memory")
    gone("when the board is read")
    must(client.ask("PATCH", DEPLOYMENTS + "/web", [
        {"op": "replace", "path": "/spec/template/spec/containers/0/image",
         "value": "local/topicshare-web:1.4.2"}], PATCH))
    until(lambda: "1.4.2" in person.run("environment", PRODUCTION, "--json").out, pause=0.2)
    gone("when it has changed")
    person.must("clone", PRODUCTION, CLONE, "--approve=" + CLONE)
    gone("when a clone was made")
    person.must("version", CLONE, "web", "1.4.3", "--approve=" + CLONE)
    person.must("promote", CLONE, "--approve=" + PRODUCTION, "--reason=fix")
    gone("when it was promoted")
    person.must("discard", CLONE, "--approve=" + CLONE)
    gone("when the clone is discarded")


def main():
    tap, person, double = Tap(), None, None
    folder = tempfile.mkdtemp(prefix="memory-")
    try:
        double = Double(os.path.join(folder, "double"), "--pace", "0.01", "--bookmarks", "0.5")
        fill(double.client())
        person = Person("oncall", APP, double.kubeconfig, [PRODUCTION])
        tell(tap, double.client(), person)
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "the story goes on", f"{error!r}\n{person.tail() if person else ''}")
    finally:
        if person:
            person.end()
        if double:
            double.stop()
        shutil.rmtree(folder, ignore_errors=True)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
