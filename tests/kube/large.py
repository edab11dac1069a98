# SPDX-License-Identifier: GPL-3.0-or-later
"""A platform on a cluster of many namespaces (tests/bench/big-cluster): what it asks, what it
notices, and what a clone is made of.  TAP.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fault"))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "contract"))
from cluster import Tap, until	# noqa: E402
from daemon import Connection	# noqa: E402
from faultd import die_with_parent	# noqa: E402

NAMESPACES, DEPLOYMENTS = 30, 3
APART = 20			# that are read where not all may be
KUBECONFIG = """apiVersion: v1
kind: Config
clusters: [{{name: big, cluster: {{server: "http://127.0.0.1:{}"}}}}]
users: [{{name: oncall, user: {{}}}}]
contexts: [{{name: big, context: {{cluster: big, user: oncall}}}}]
current-context: big
"""


class Large:
    """The cluster, after those orders, and a platform that has adopted all of it."""

    def __init__(self, *orders):
        self.folder = tempfile.mkdtemp(prefix="large-")
        port = self.path("port")
        self.cluster = subprocess.Popen(
            [os.path.join(os.environ["builddir"], "tests/bench/big-cluster"), port,
             str(NAMESPACES), str(DEPLOYMENTS)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_parent)
        until(lambda: os.path.exists(port) and open(port).read())
        with open(self.path("kubeconfig"), "w") as file:
            file.write(KUBECONFIG.format(open(port).read().strip()))
        for line in orders:
            self.order(line)
        self.start()

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self):
        self.socket = self.path("api.sock")
        os.makedirs(self.path("images"), exist_ok=True)
        reader, writer = os.pipe()
        with open(self.path("log"), "ab") as log:
            self.daemon = subprocess.Popen(
                [os.environ["SIDESTAGED"], "serve", "--socket", self.socket, "--user", "oncall",
                 "--state", self.path("state"), "--ready-fd", str(writer),
                 "--images", self.path("images"), "--adopt-kubeconfig", self.path("kubeconfig"),
                 "--adopt-context", "big", "--adopt-namespaces", "*"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[writer],
                preexec_fn=die_with_parent, env=dict(os.environ, HOME=self.folder))
        os.close(writer)
        is_ready = os.read(reader, 6) == b"ready\n"
        os.close(reader)
        if not is_ready:
            raise RuntimeError(open(self.path("log")).read()[-2000:])
        self.org = self.ask("/orgs")[0]["id"]
        until(lambda: self.adoption()["state"] != "reading")

    def order(self, line="count"):
        """(requests, lists, watches) until now."""
        self.cluster.stdin.write(line + "\n")
        self.cluster.stdin.flush()
        words = self.cluster.stdout.readline().split()
        return tuple(int(words[i]) for i in (1, 3, 5))

    def ask(self, path):
        connection = Connection(self.socket)
        connection.request("GET", path)
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def adoption(self):
        return self.ask(f"/orgs/{self.org}/x-adoption")

    def app(self, number):
        return f"/orgs/{self.org}/apps/team-{number:03}"

    def deployed(self, number):
        """The last deployment, as a list tells it, for which nothing is read."""
        return self.ask(self.app(number) + "/envs")[0]["last_deploy"]

    def objects(self, number, deployment):
        found = self.ask(f"{self.app(number)}/sets/{deployment['set_id']}")
        return {key for module in found["modules"].values() for key in module["spec"]["manifests"]}

    def runtime(self, number):
        return self.ask(f"{self.app(number)}/envs/team-{number:03}/runtime")

    def notices(self, number, *orders):
        before = self.deployed(number)["id"]
        for line in orders:
            self.order(line)
        return until(lambda: self.deployed(number)["id"] != before)

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait()

    def end(self):
        self.stop()
        self.cluster.stdin.close()
        self.cluster.wait()
        subprocess.run(["rm", "-rf", self.folder], check=True)


def is_listed_once(large):
    requests, lists, watches = large.order()
    adopted = large.adoption()
    return (len(adopted["environments"]) == NAMESPACES and not adopted["warnings"] and
            lists <= 8 and watches <= 6 and requests <= 20), f"{requests} requests, {lists} lists"


def is_seen_without_pods(large):
    """Nothing is asked of the cluster for it."""
    before = large.order()[1:]
    text = until(lambda: json.dumps(large.runtime(9)).count('"Running"') >= DEPLOYMENTS and
                 json.dumps(large.runtime(9)))
    return large.order()[1:] == before, text[:500]


def holds_its_workloads(large):
    found = large.objects(3, large.deployed(3))
    return all(key.startswith("Deployment/") for key in found) and len(found) == DEPLOYMENTS, found


def is_whole_when_asked_for(large):
    found = large.objects(3, large.ask(large.app(3) + "/envs/team-003?survey=true")["last_deploy"])
    return {"Service/service-01", "ConfigMap/service-01", "Deployment/service-01"} <= found, found


def goes_on_after_an_end(large):
    """What was known whole is, also where only its workloads are read."""
    before = large.deployed(3)["id"]
    large.stop()
    large.start()
    return large.deployed(3)["id"] == before, large.deployed(3)


def is_said(large):
    adopted = large.adoption()
    return len(adopted["environments"]) == APART and any(
        f"{APART} of {NAMESPACES}" in text for text in adopted["warnings"]), adopted["warnings"]


def main():
    tap = Tap()
    large = Large()
    for name, check in (
            ("each kind is listed once and watched once", is_listed_once),
            ("what runs is seen, and no pod is asked for", is_seen_without_pods),
            ("of each namespace there are its workloads", holds_its_workloads),
            ("who asks for one environment gets all of it", is_whole_when_asked_for),
            ("another daemon goes on from there", goes_on_after_an_end),
            ("a change is noticed, also after all watches have expired",
             lambda large: (large.notices(5, "expire", "change 5 1"), ""))):
        fine, why = check(large)
        tap.ok(fine, name, why)
    large.end()
    large = Large("narrow")
    fine, why = is_said(large)
    tap.ok(fine, "who may not read it all gets some of it, and is told", why)
    large.end()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
