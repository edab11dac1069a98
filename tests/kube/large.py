# SPDX-License-Identifier: GPL-3.0-or-later
"""A platform on a cluster of many namespaces (tests/bench/big-cluster): what it asks, what it
notices, and what a clone is made of.  TAP.
"""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
for room in ("bench", "contract", "fault"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), room))
from big_cluster import BigCluster	# noqa: E402
from cluster import Tap, until	# noqa: E402
from daemon import Connection	# noqa: E402
from faultd import die_with_parent	# noqa: E402

NAMESPACES, DEPLOYMENTS = 30, 3
APART = 20			# that are read where not all may be


class Large:
    """The cluster, after those orders, and a platform that has adopted all of it."""

    def __init__(self, *orders):
        self.folder = tempfile.mkdtemp(prefix="large-")
        self.cluster = BigCluster(
            os.path.join(os.environ["builddir"], "tests/bench/big-cluster"), self.folder, NAMESPACES,
            DEPLOYMENTS)
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
                 "--images", self.path("images"), "--adopt-kubeconfig", self.cluster.kubeconfig,
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
        return self.cluster.order(line)[:3]

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
        self.cluster.end()
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


def reads_what_has_changed(large):
    """Its Deployments, and what scales them; one more where all is looked through meanwhile."""
    before = large.order()[1]
    large.notices(11, "change 11 1")
    lists = large.order()[1] - before
    return lists <= 3, f"{lists} lists"


def is_whole_when_asked_for(large):
    found = large.objects(3, large.ask(large.app(3) + "/envs/team-003?survey=true")["last_deploy"])
    return {"Service/service-01", "ConfigMap/service-01", "Deployment/service-01"} <= found, found


def goes_on_after_an_end(large):
    """What was known whole is, also where only its workloads are read."""
    before = large.deployed(3)["id"]
    large.stop()
    large.start()
    return large.deployed(3)["id"] == before, large.deployed(3)


def keeps_what_it_may_not_read(large):
    """It is said to who asks, and is no deletion."""
    before = large.deployed(3)["id"]
    large.order("forbid 3")
    answer = large.ask(large.app(3) + "/envs/team-003?survey=true")
    return ("403" in json.dumps(answer["survey"]) and answer["last_deploy"]["id"] == before and
            json.dumps(large.runtime(3)).count('"Running"') >= DEPLOYMENTS), answer["survey"]


def runs_no_more_when_removed(large):
    large.order("remove 7")
    until(lambda: '"Running"' not in json.dumps(large.runtime(7)))
    return json.dumps(large.runtime(8)).count('"Running"') >= DEPLOYMENTS, large.runtime(7)


def says_that_it_hangs(large):
    """Nobody knows what runs then; and everything is known again afterwards."""
    large.order("hang")
    until(lambda: '"Unknown"' in json.dumps(large.runtime(9)))
    large.order("answer")
    until(lambda: json.dumps(large.runtime(9)).count('"Running"') >= DEPLOYMENTS)
    return large.notices(9, "change 9 1"), ""


def reads_the_rest(large):
    adopted = large.adoption()
    names = {each["env_id"] for each in adopted["environments"]}
    return len(names) == APART - 1 and "team-004" not in names and any(
        "deployments" in text for text in adopted["warnings"]), adopted["warnings"]


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
            ("of a change only the kinds that run there are listed again", reads_what_has_changed),
            ("who asks for one environment gets all of it", is_whole_when_asked_for),
            ("another daemon goes on from there", goes_on_after_an_end),
            ("a change is noticed, also after all watches have expired",
             lambda large: (large.notices(5, "expire", "change 5 1"), "")),
            ("one that may not be read any more is as it was known", keeps_what_it_may_not_read),
            ("in a namespace that is removed nothing runs", runs_no_more_when_removed),
            ("a cluster that does not answer is said, until it does", says_that_it_hangs)):
        fine, why = check(large)
        tap.ok(fine, name, why)
    large.end()
    large = Large("narrow")
    fine, why = is_said(large)
    tap.ok(fine, "who may not read it all gets some of it, and is told", why)
    large.end()
    large = Large("narrow", "forbid 4")
    fine, why = reads_the_rest(large)
    tap.ok(fine, "and where one of these may not be read the others are", why)
    large.end()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
