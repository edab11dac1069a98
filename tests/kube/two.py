# SPDX-License-Identifier: GPL-3.0-or-later
"""Two people who share nothing but a cluster clone, change and promote the same Production, round by
round, and a colleague uses kubectl meanwhile.  Nothing is written but what was reviewed, over what
was reviewed, and nobody's change is lost.  TAP.

    two.py double|KUBECONFIG [ROUNDS [deployment|cronjob]]

KUBECTL is kubectl (not for the double); SIDESTAGED and SIDESTAGE are ours.
"""
import collections
import http.client
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import threading

from cluster import PATCH, Client, Double, Tap, until
from person import Person

APP = "proofs-two"
PRODUCTION = APP + "-production"
LABELS = {"app.kubernetes.io/part-of": APP}
VARIABLES = {"HOST": "0.0.0.0", "PORT": "8080", "API_URL": "http://localhost:1", "TONE": "calm",
             "FIRST": "0", "SECOND": "0", "COUNT": "0"}
FRONT = f"/apis/apps/v1/namespaces/{PRODUCTION}/deployments/front"
TRIES = 5
MOVED = 6			# exit status: the target moved, or a conflict waits
POD = {"terminationGracePeriodSeconds": 1, "containers": [{
    "name": "web", "image": "local/topicshare-web:1.4.2",
    "env": [{"name": name, "value": value} for name, value in VARIABLES.items()]}]}


class Kind:
    """What Production is: with pods, or without any."""

    def __init__(self, name, group, plural, spec, path):
        self.name, self.path = name, path
        self.list = f"/apis/{group}/namespaces/{PRODUCTION}/{plural}"
        self.object = {"apiVersion": group, "kind": name, "spec": spec,
                       "metadata": {"name": "web", "namespace": PRODUCTION, "labels": LABELS}}

    def variables(self, found):
        value = found
        for key in self.path:
            value = value[key]
        return {row["name"]: row["value"] for row in value["containers"][0]["env"]}

    def field(self, variable):
        """As a set has it."""
        return "/".join(["/spec/manifests", self.name + "~1web", *self.path, "containers/web/env",
                         variable, "value"])


TEMPLATE = {"metadata": {"labels": {"app": "web"}}, "spec": POD}
KINDS = {
    "deployment": Kind("Deployment", "apps/v1", "deployments", {
        "selector": {"matchLabels": {"app": "web"}}, "template": TEMPLATE},
        ["spec", "template", "spec"]),
    "cronjob": Kind("CronJob", "batch/v1", "cronjobs", {
        "schedule": "0 3 29 2 *", "jobTemplate": {"spec": {"template": {
            "spec": {**POD, "restartPolicy": "Never"}}}}},
        ["spec", "jobTemplate", "spec", "template", "spec"]),
}


class Ledger(threading.Thread):
    """What the variables of Production were, one after the other, as the cluster tells."""

    def __init__(self, client, kind):
        super().__init__(daemon=True)
        self.client, self.kind, self.values, self.version = client, kind, [], None
        self.start()
        until(lambda: self.values)

    def run(self):
        connection = self.client.open(3600)
        answer = self.client.send(connection, "GET", self.kind.list + "?watch=1", None, None, None)
        rest = b""
        try:
            for part in iter(lambda: answer.read1(65536), b""):
                *lines, rest = (rest + part).split(b"\n")
                for line in lines:
                    self.take(json.loads(line))
        except (OSError, http.client.HTTPException):
            pass		# the server ended, and so does the test

    def take(self, event):
        found = event["object"]
        if event["type"] in ("ADDED", "MODIFIED") and found["metadata"]["name"] == "web":
            values = self.kind.variables(found)
            if not self.values or self.values[-1] != values:
                self.values.append(values)
            self.version = found["metadata"]["resourceVersion"]

    def settle(self):
        def is_there():
            found = self.client.get(self.kind.list + "/web").value
            return found["metadata"]["resourceVersion"] == self.version
        until(is_there)

    def steps(self):
        """[{variable: (before, after)}]"""
        self.settle()
        return [{key: (old.get(key), new.get(key)) for key in {*old, *new}
                 if old.get(key) != new.get(key)} for old, new in zip(self.values, self.values[1:])]


class World:
    def __init__(self, where, kind):
        self.double = None
        if where == "double":
            self.folder = tempfile.mkdtemp(prefix="two-")
            self.double = Double(os.path.join(self.folder, "double"), "--pace", "0.01", "--bookmarks", "0.5")
        self.kubeconfig = self.double.kubeconfig if self.double else where
        self.client, self.kind = Client(self.kubeconfig), KINDS[kind]
        self.people, self.acts = [], []
        must(self.client.ask("POST", "/api/v1/namespaces?fieldManager=kubectl-create",
                             {"metadata": {"name": PRODUCTION}}))
        must(self.client.ask("POST", self.kind.list + "?fieldManager=kubectl-create", self.kind.object))
        self.ledger = Ledger(Client(self.kubeconfig), self.kind)

    def set_variable(self, name, value):
        """By a colleague's kubectl."""
        self.acts.append((name, None, value))
        if self.double:
            index = list(VARIABLES).index(name)
            path = "/".join(["", *self.kind.path, "containers/0/env", str(index), "value"])
            must(self.client.ask("PATCH", self.kind.list + "/web?fieldManager=kubectl-set",
                                 [{"op": "replace", "path": path, "value": value}], PATCH))
            return
        subprocess.run([*shlex.split(os.environ["KUBECTL"]), "-n", PRODUCTION, "set", "env",
                        f"{self.kind.name.lower()}/web", f"{name}={value}"], check=True,
                       stdout=subprocess.DEVNULL, env=dict(os.environ, KUBECONFIG=self.kubeconfig))

    def now(self):
        return self.kind.variables(self.client.get(self.kind.list + "/web").value)

    def end(self):
        for person in self.people:
            person.end()
        self.client = Client(self.kubeconfig)	# the other may have been idle for too long
        self.client.ask("DELETE", "/api/v1/namespaces/" + PRODUCTION)
        for space in self.client.get("/api/v1/namespaces").value["items"]:
            if space["metadata"]["name"].startswith(APP + "-"):
                self.client.ask("DELETE", "/api/v1/namespaces/" + space["metadata"]["name"])
        if self.double:
            self.double.stop()
            shutil.rmtree(self.folder, ignore_errors=True)


def must(answer):
    if answer.status >= 300:
        raise RuntimeError(str(answer))
    return answer.value


def together(*works):
    """Each at the same time; what they return."""
    results = [None] * len(works)

    def run(n):
        try:
            results[n] = works[n]()
        except Exception as error:	# noqa: BLE001
            results[n] = error
    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception):
            raise result
    return results


# --- a round ---

class Change:
    """Of one person, in a clone of theirs."""

    def __init__(self, world, person, variable, number):
        self.world, self.person = world, person
        self.variable, self.value = variable, f"{person.name}-{number}"
        self.clone = f"{person.name}-{number}"
        self.is_promoted = False

    def make(self):
        """Again where Production moved while it was looked at."""
        clone = ("clone", PRODUCTION, self.clone, "--approve=" + self.clone)
        if not any(self.person.run(*clone).code == 0 for _ in range(TRIES - 1)):
            self.person.must(*clone)
        self.person.must("set", self.clone, "web", self.world.kind.field(self.variable), self.value,
                         "--approve=" + self.clone, "--reason=round")

    def promote(self):
        ended = self.person.run("promote", self.clone, "--approve=" + PRODUCTION, "--reason=round",
                                "--json")
        if ended.code == 0:
            self.is_promoted = True
            changes = reviewed(ended.value)
            self.world.acts.append((self.variable, changes.get(self.variable), self.value))
            if set(changes) != {self.variable}:
                raise RuntimeError(f"{self.clone} was to change {self.variable} alone: {ended}")
        return ended

    def discard(self):
        self.person.must("discard", self.clone, "--approve=" + self.clone)


def reviewed(value):
    """{variable: the value that the review showed as Production's}"""
    return {row["path"].split("/")[-2]: row["from"] for row in value["changes"]}


KINDS_OF_ROUNDS = ["the same field", "a field each", "the same field, and kubectl another one",
                   "the same field, which kubectl changes as well"]


def play(world, number):
    """One round; what went wrong in it."""
    kind = number % len(KINDS_OF_ROUNDS)
    first, second = world.people
    names = ("FIRST", "SECOND") if kind == 1 else ("TONE", "TONE")
    changes = [Change(world, first, names[0], number), Change(world, second, names[1], number)]
    together(*(change.make for change in changes))
    wrong = sees_both(world, changes)
    if kind == 3:
        world.set_variable("TONE", f"kubectl-{number}")
    meanwhile = [lambda: world.set_variable("COUNT", str(number))] if kind == 2 else []
    ended = together(*(change.promote for change in changes), *meanwhile)[:2]
    wrong += refused_wrongly(changes, ended)
    again = []
    for change in changes:		# as a person would, but for a conflict
        for _ in range(TRIES):
            if not change.is_promoted:
                again.append(change.promote())
                if "conflict" in again[-1].out:
                    break
    wrong += still_known(world, [change for change in changes if not change.is_promoted])
    together(*(change.discard for change in changes))
    count = sum(change.is_promoted for change in changes)
    # Who cloned before kubectl's change was known has a conflict to decide, and promotes nothing.
    if count > (1, 2, 1, 0)[kind] or (kind == 1 and count != 2):
        wrong.append("\n".join([f"{count} promoted {KINDS_OF_ROUNDS[kind]}",
                                *(last_of(each) for each in [*ended, *again])]))
    return wrong


def last_of(ended):
    return f"exit status {ended.code}: " + " ".join(ended.out.splitlines()[-1:])


def sees_both(world, changes):
    wanted = {change.clone for change in changes}
    for person in world.people:
        try:
            until(lambda: wanted <= {name for name, row in person.clones().items()
                                     if row["clone_of"] == PRODUCTION}, pause=0.3)
        except RuntimeError:
            return [f"{person.name} does not see {sorted(wanted)}: {list(person.clones().values())}"]
    return []


def refused_wrongly(changes, ended):
    """Whoever is refused is told why: before anything is sent, or by the cluster."""
    return [f"{change.clone}: {result}" for change, result in zip(changes, ended)
            if not change.is_promoted and result.code != MOVED and " moved" not in result.out]


def still_known(world, changes):
    """What was not promoted is not lost: its clone has it, for whoever looks."""
    wrong = []
    for change in changes:
        for person in world.people:
            def is_left():
                row = person.clones().get(change.clone)
                return row and row["not_promoted"] == "some" and row["changes"] == 1
            try:
                until(is_left, pause=0.3)
            except RuntimeError:
                wrong.append(f"{person.name} does not see what {change.clone} has: "
                             f"{person.clones().get(change.clone)}")
    return wrong


# --- what people write down ---

def step_of(person, clone, name):
    rows = person.must("hotfix", clone, "--json").value["steps"]
    return next(row for row in rows if row["step"] == name)


def share_notes(tap, world):
    """When a clone ends, what was seen in it and that it was promoted: whoever writes it down.  Notes
    are looked at every few seconds, and what Production runs when it is followed."""
    first, second = world.people
    change = Change(world, first, "TONE", 0)
    clone = change.clone
    change.make()
    first.must("ttl", clone, "8h")
    first.must("mark", clone, "verify", "the", "tone", "is", "right")
    change.promote()

    def is_same():
        rows = [person.clones().get(clone) or {"expires_at": person} for person in world.people]
        return rows[0]["expires_at"] == rows[1]["expires_at"]

    def is_seen(name, note):
        row = step_of(second, clone, name)
        return (row["state"], row["who"]) == ("done", "first") and note in (row["note"] or "")
    until(is_same, pause=0.3)
    tap.ok(True, "both see when a clone ends")
    until(lambda: is_seen("verify", "the tone is right"), pause=0.3)
    until(lambda: is_seen("promote", ""), pause=0.3)
    tap.ok(True, "and which steps of the hotfix the other has done")
    before = first.clones()[clone]["expires_at"]
    second.must("ttl", clone, "2d")
    second.must("unmark", clone, "verify")
    until(lambda: first.clones()[clone]["expires_at"] != before and is_same(), pause=0.3)
    until(lambda: step_of(first, clone, "verify")["state"] != "done", pause=0.3)
    notes = world.client.get(f"/api/v1/namespaces/{APP}-{clone}").value["metadata"]["annotations"]
    tap.ok(notes["sidestage.dev/owner"] == "first" and notes["sidestage.dev/expires-at"] > before
           and notes["sidestage.dev/origin"] == PRODUCTION,
           "either changes it, and the clone's namespace says it", notes)
    change.discard()
    until(lambda: clone not in second.clones(), pause=0.3)


# --- the way back, and what ends a promotion ---

def found_by(person, who):
    """What kubectl did is in the history, as everything."""
    def is_newest():
        deployments = person.run("environment", PRODUCTION, "--json").value["deployments"]
        return deployments[0]["created_by"].startswith(who)
    until(is_newest, pause=0.3)


def goes_back(tap, world):
    """What was promoted, and not what a colleague has done since."""
    person = world.people[0]
    undo = ("undo", PRODUCTION, "--approve=" + PRODUCTION, "--reason=back", "--json")
    before = world.now()["TONE"]
    change = Change(world, person, "TONE", 1001)
    change.make()
    tap.ok(change.promote().code == 0, "one more is promoted")
    world.set_variable("COUNT", "edited")
    found_by(person, "kubectl")
    ended = person.run(*undo)
    now = world.now()
    tap.ok(ended.code == 0 and (now["TONE"], now["COUNT"]) == (before, "edited"),
           "undo takes the promotion back, and keeps what kubectl did after it", f"{now}\n{ended}")
    change.is_promoted = False
    tap.ok(change.promote().code == 0, "which can be promoted again")
    world.set_variable("TONE", "theirs")
    found_by(person, "kubectl")
    ended = person.run(*undo)
    tap.ok(ended.code == MOVED and "conflict" in ended.out and world.now()["TONE"] == "theirs",
           "what kubectl has changed since is a conflict", f"{world.now()}\n{ended}")
    change.discard()


def add_front(world):
    """Pods beside what runs by the clock: only where they cost nothing."""
    front = {"apiVersion": "apps/v1", "kind": "Deployment",
             "metadata": {"name": "front", "namespace": PRODUCTION, "labels": LABELS},
             "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "front"}}, "template": {
                 "metadata": {"labels": {"app": "front"}}, "spec": POD}}}
    must(world.client.ask("POST", FRONT.rsplit("/", 1)[0] + "?fieldManager=kubectl-create", front))

    def is_known():
        found = world.people[0].run("environment", PRODUCTION, "--json").value
        return any(row["workload"] == "front" for row in found["workloads"])
    until(is_known, pause=0.3)


def is_scaled(tap, world):
    """Replicas, restart and pause are reviewed changes, and nothing of the object is ours then."""
    person, is_job = world.people[0], world.kind.name == "CronJob"
    has_front = bool(world.double) and is_job
    name, path = ("front", FRONT) if has_front else ("web", world.kind.list + "/web")
    has_pods = has_front or not is_job
    if has_front:
        add_front(world)
    paths = [world.kind.list + "/web"] + ([FRONT] if has_front else [])

    def found(path):
        return world.client.get(path).value

    def told(name, so, *words):
        ended = person.run(*words, "--approve=" + PRODUCTION, "--reason=scale")
        specs = [found(path)["spec"] for path in paths]
        tap.ok(ended.code == 0 and so(), name, f"{ended}\n{specs}")

    def annotations():
        return found(path)["spec"]["template"]["metadata"].get("annotations", {})

    def are(suspended, replicas):
        return all(thing["spec"].get("suspend", False) == suspended if thing["kind"] == "CronJob" else
                   thing["spec"]["replicas"] == replicas for thing in map(found, paths))
    ended = person.run("pause", PRODUCTION)
    tap.ok(ended.code == 5 and name in ended.out and are(False, 3 if has_front else 1),
           "a pause is previewed", ended)
    if has_pods:
        told("replicas are changed", lambda: are(False, 2), "replicas", PRODUCTION, name, "2")
        told("a workload is restarted", lambda: "kubectl.kubernetes.io/restartedAt" in annotations(),
             "restart", PRODUCTION, name)
    told("what runs is paused", lambda: are(True, 0), "pause", PRODUCTION)
    told("undo lets it go on", lambda: are(False, 2), "undo", PRODUCTION)
    managers = [row["manager"] for path in paths for row in found(path)["metadata"]["managedFields"]]
    tap.ok("sidestage" not in managers, "and nothing of it is ours", managers)


def tries(world):
    return sum(method == "PATCH" and "dryRun" in path and world.kind.list in path
               for _, method, _, path in world.double.requests())


def moves_midway(tap, world):
    """Between what was tried and what is sent."""
    person = world.people[0]
    change = Change(world, person, "TONE", 1002)
    change.make()
    world.double.rules(f"1:PATCH {world.kind.list}/web\\?fieldManager=sidestage((?!dryRun).)*$ delay 1")
    tried = tries(world)

    def edit():
        until(lambda: tries(world) > tried + 1)		# by the review, and by the deployment
        world.set_variable("TONE", "midway")
    ended = together(change.promote, edit)[0]
    tap.ok(ended.code == MOVED and "moved" in ended.out and world.now()["TONE"] == "midway",
           "what moves in midway ends a promotion with the exit status for that", ended)
    tap.ok("restored" not in ended.out, "and nothing is said of what was not written", ended)
    world.double.rules()
    change.discard()


# --- what was written ---

def judge(tap, world, rounds):
    """Each step of Production is one act, from what was reviewed; and each act is one step."""
    acts = collections.Counter()
    kubectl = {(name, value) for name, before, value in world.acts if before is None}
    for name, before, value in world.acts:
        acts[name, None if (name, value) in kubectl else before, value] += 1
    stale, several = [], []
    for step in world.ledger.steps():
        if len(step) != 1:
            several.append(step)
        for name, (before, value) in step.items():
            seen = (name, None if (name, value) in kubectl else before, value)
            if acts[seen]:
                acts[seen] -= 1
            else:
                stale.append((name, before, value))
    lost = [act for act, count in acts.items() if count]
    promoted = sum(before is not None for _, before, _ in world.acts)
    tap.ok(not stale, f"{rounds} rounds, {promoted} promotions: {len(stale)} stale", stale)
    tap.ok(not lost, f"{len(lost)} lost", lost)
    tap.ok(not several, "and none changed more than it said", several)


def main():
    where = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    tap = Tap()
    world = World(where, sys.argv[3] if len(sys.argv) > 3 else "deployment")
    try:
        for name in ("first", "second"):
            world.people.append(Person(name, APP, world.kubeconfig, [PRODUCTION]))
        for person in world.people:
            until(lambda: person.run("environment", PRODUCTION).code == 0, pause=0.2)
        wrong = []
        for number in range(1, rounds + 1):
            found = play(world, number)
            wrong += [f"round {number}: {text}" for text in found]
            for text in found:
                print("\n".join("# " + line for line in f"round {number}: {text}".splitlines()), flush=True)
        tap.ok(not wrong, "both see every clone, and who is refused is told, and keeps what is theirs",
               "\n".join(wrong))
        judge(tap, world, rounds)
        share_notes(tap, world)
        goes_back(tap, world)
        if world.double:
            moves_midway(tap, world)
        is_scaled(tap, world)
    except Exception as error:	# noqa: BLE001
        tap.ok(False, "the story goes on", f"{error!r}\n" + "\n".join(p.tail() for p in world.people))
    finally:
        world.end()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
