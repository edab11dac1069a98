# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster says of a deployment before it is one: over the API, and by sub-commands.  The
double's log of requests shows that nothing was written for it."""
import json
import os
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import driver	# noqa: E402
from cluster import until	# noqa: E402
from driver import World, long_run, other_manager, space_of	# noqa: E402
from faultd import Client, Faultd, Tap	# noqa: E402

NEWER = "local/topicshare-web:1.4.3"
SPACES = "/api/v1/namespaces"


def image_delta(world, image):
    delta = world.must("POST", "/deltas", {"modules": {"update": {"web": [
        {"op": "replace", "path": "/spec/containers/web/image", "value": image}]}}})
    return delta if isinstance(delta, str) else delta["id"]


def of_kind(review, kind):
    return [row for row in review["findings"] if row["kind"] == kind]


def texts(rows):
    return "\n".join(row["message"] for row in rows)


class Ledger:
    """What sidestaged sent to the cluster since it was made, but for what it reads and asks."""

    def __init__(self, world):
        self.world, self.from_there = world, len(world.double.requests())

    def all(self):
        return [row for row in self.world.double.requests()[self.from_there:]
                if row[0] == "sidestage"]

    def writes(self):
        return [" ".join(row) for row in self.all() if row[1] != "GET" and not
                (row[1] in ("PATCH", "POST") and "dryRun=All" in row[3]) and not
                (row[1] == "POST" and row[3].startswith("/apis/authorization.k8s.io/"))]


def state(world):
    """All that a review could have left in the platform; how far what it resumed is comes and goes."""
    found = [world.must("GET", path) for path in (
        "/envs", "/envs/production/deploys", "/envs/production/value-set-versions",
        "/value-set-versions", "/envs/production/resources")]
    for row in found[0] + found[1]:
        row.pop("progress", None)
    return found


def there(tap, world):
    """An environment that is there."""
    delta, before, ledger = image_delta(world, NEWER), state(world), Ledger(world)

    def ask(**body):
        return world.must("POST", "/envs/production/deploy-review", body or {"delta_id": delta})
    review = ask()
    tap.ok((review.get("cluster"), review.get("namespace"), review.get("is_new")) ==
           ("prod", "topicshare-production", False), "a review says where it would run", review)
    tap.ok([(row["kind"], row.get("workload")) for row in review["findings"]] ==
           [("restart", "web")], "and that web restarts", review)
    tap.ok(ask(comment="as it is")["findings"] == [], "what runs already says nothing",
           ask(comment="as it is"))
    gone = ask(set_id="0")
    tap.ok({row["object"] for row in of_kind(gone, "removal")} >=
           {"deployments/web", "deployments/api", "services/web"} and
           not of_kind(gone, "refused"), "what would be removed is named", gone)
    world.double.rules("PATCH deployments/web warn spec.x: deprecated, use y")
    said = of_kind(ask(), "warning")
    tap.ok(len(said) == 1 and "deprecated, use y" in texts(said) and
           said[0]["object"] == "deployments/web", "a warning of the cluster is one", said)
    hook = 'admission webhook "policy.example" does not support dry run'
    world.double.rules("PATCH deployments/web status 400 " + json.dumps(
        {"kind": "Status", "status": "Failure", "message": hook, "code": 400}))
    said = ask()
    tap.ok(not of_kind(said, "refused") and [row["code"] for row in of_kind(said, "warning")] ==
           ["no-dry-run"], "a webhook that takes no dry runs is a warning", said)
    for code, status, words in (("admission", 403, "admission webhook denied the request: no"),
                                ("quota", 403, "exceeded quota: team, requested: pods=1"),
                                ("invalid", 422, "spec.replicas: Invalid value"),
                                ("forbidden", 403, "deployments.apps is forbidden")):
        world.double.rules(driver.refusal(status, words))
        said = of_kind(ask(), "refused")
        tap.ok([row["code"] for row in said] == [code] and said[0]["workload"] == "web" and
               (code == "forbidden" or words in texts(said)), f"so is a refusal: {code}", said)
    world.double.rules("1-3:PATCH . busy 1")
    tap.ok(not ask().get("unasked"), "one that is busy for a moment is asked again")
    world.double.rules("away")
    # It may go away between two requests of one review, which then has found something.
    said = until(lambda: (review := ask()).get("unasked") and not review["findings"] and review)
    begun = time.monotonic()
    tap.ok(said["findings"] == [] and "cluster" in said["unasked"] and said["reason"]["code"] and
           ask().get("unasked") and time.monotonic() - begun < 10,
           "one that is away was not asked, and why is said", said)
    if long_run():
        world.double.rules("GET . hang")
        begun, said = time.monotonic(), ask()
        tap.ok("8 s" in said["unasked"] and time.monotonic() - begun < 20,
               "one that never answers is not waited for long", said)
    world.double.rules()
    # Its definition gives no such value, and the deployment could not be made.
    status, said = world.ask("POST", "/envs/production/deploy-review", {"delta_id": "no-such"})
    tap.ok(status == 400, "what could not be deployed at all is refused likewise", said)
    tap.ok(state(world) == before, "the platform is as it was")
    tap.ok(not ledger.writes(), "and nothing was written to the cluster",
           "\n".join(ledger.writes()[:10]))
    tap.ok(world.image("production") == "local/topicshare-web:1.4.2", "which runs what it ran")


def owned(tap, world):
    """Somebody else has a field; and a quota that counts objects."""
    env = world.new_environment()
    other_manager(world, env)
    said = world.must("POST", f"/envs/{env}/deploy-review",
                      {"delta_id": image_delta(world, NEWER)})
    refused = of_kind(said, "refused")
    tap.ok([row["code"] for row in refused] == ["conflict"] and "image" in texts(refused) and
           "hand" in texts(refused) and refused[0]["object"] == "deployments/web",
           "a field that another manager has is named, with the manager", said)
    world.cluster.ask("POST", f"{SPACES}/{space_of(env)}/resourcequotas", {
        "metadata": {"name": "team"}, "spec": {"hard": {"services": "2"}}})
    module = world.must("GET", "/sets/" + world.must("GET", "/envs/production")["last_deploy"]
                        ["set_id"])["modules"]["web"]
    module["externals"] = {}
    module["spec"]["containers"]["web"].pop("variables", None)
    module["spec"]["containers"]["web"].pop("files", None)
    delta = world.must("POST", "/deltas", {"modules": {"add": {"second": module}}})
    said = world.must("POST", f"/envs/{env}/deploy-review",
                      {"delta_id": delta if isinstance(delta, str) else delta["id"]})
    tap.ok("quota" in [row["code"] for row in of_kind(said, "refused")],
           "a quota of the namespace refuses", said)
    world.ask("DELETE", "/envs/" + env)
    until(lambda: world.has_gone(env))


def new(tap, world):
    """An environment that is still to be made."""
    last = world.must("GET", "/envs/production")["last_deploy"]
    body = {"environment": {"id": "later", "name": "Later", "type": "development",
                            "from_deploy_id": last["id"]},
            "deployment": {"set_id": last["set_id"]}}
    before, ledger = state(world), Ledger(world)
    said = world.must("POST", "/deploy-review", body)
    tap.ok((said.get("cluster"), said.get("namespace"), said.get("is_new"), said["findings"]) ==
           ("prod", "topicshare-later", True, []), "a clone's review says where it will run", said)
    tried = [row for row in ledger.all() if row[1] == "POST" and "dryRun=All" in row[3]]
    asked = [row for row in ledger.all() if row[3].startswith("/apis/authorization.k8s.io/")]
    tap.ok(len(tried) == 1 and tried[0][3].startswith(SPACES + "?") and len(asked) > 20,
           "its namespace was tried, and each right asked for", ledger.all())
    world.double.rules("deny sidestage create deployments.apps *", "deny sidestage get pods/log *")
    said = of_kind(world.must("POST", "/deploy-review", body), "refused")
    tap.ok(len(said) == 2 and "create deployments.apps" in texts(said) and
           "get pods/log" in texts(said), "each right that is missing is named", said)
    world.double.rules("POST " + SPACES + "[?] status 403 " + json.dumps(
        {"kind": "Status", "status": "Failure", "code": 403,
         "message": "admission webhook denied the request: no more teams"}))
    said = of_kind(world.must("POST", "/deploy-review", body), "refused")
    tap.ok("no more teams" in texts(said), "a namespace that is refused is, in its words", said)
    world.double.rules()
    world.cluster.ask("POST", SPACES, {"metadata": {"name": "topicshare-later"}})
    said = of_kind(world.must("POST", "/deploy-review", body), "refused")
    tap.ok([row["code"] for row in said] == ["namespace"], "one of somebody else's, too", said)
    world.cluster.ask("DELETE", SPACES + "/topicshare-later")
    for wrong in ({}, {"environment": {}}, {**body, "deployment": []},
                  {**body, "environment": {"id": "Not A Name", "name": "x"}},
                  {**body, "environment": {**body["environment"], "id": "production"}}):
        status, answer = world.ask("POST", "/deploy-review", wrong)
        tap.ok(status in (400, 409), f"{json.dumps(wrong)[:60]} is refused", (status, answer))
    tap.ok(state(world) == before and world.ask("GET", "/envs/later")[0] == 404,
           "and no environment was made")
    tap.ok(not ledger.writes(), "nor anything in the cluster", "\n".join(ledger.writes()[:10]))


# --- by sub-commands

def commands(tap, world):
    client, url = Client(world.folder), Faultd(world).url
    ledger = Ledger(world)

    def says(name, code, words, *command):
        ended = client.run(url, *command)
        missing = [word for word in words if word not in ended.out + ended.err]
        return tap.ok(ended.code == code and not missing, name,
                      f"{ended.code} {missing}\n{ended.out}{ended.err}{world.said()}")
    change = ("version", "production", "web", "1.4.3")
    home = "cluster prod, namespace topicshare-"
    says("a review names cluster and namespace, and what restarts", 5,
         ["Runs in: " + home + "production", "Restarts web"], *change)
    ended = client.run(url, *change, "--json")
    outlook = json.loads(ended.out)["outlook"]
    tap.ok(outlook["cluster"] == "prod" and [row["kind"] for row in outlook["findings"]] ==
           ["restart"], "so does its JSON", outlook)
    world.double.rules("PATCH deployments/web change topicshare-web:1.4.3 topicshare-web:1.4.3-policy")
    says("what a policy makes of an object is shown: it is not what was reviewed", 5,
         ["Warning: ", "deployments/web: spec.template.spec.containers[web].image will be",
          "topicshare-web:1.4.3-policy"], *change)
    world.double.rules("POST /pods status 403 " + json.dumps(
        {"kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden",
         "message": 'pods "web-" is forbidden: exceeded quota: team, requested: pods=1'}))
    says("what a quota says of a pod is a warning", 5,
         ["Warning: ", "would refuse a pod of web: ", "exceeded quota: team"], *change)
    world.double.rules("deny sidestage create pods *")
    says("and a missing right to try one is named", 5,
         ["Warning: ", "no right to create pods in the namespace topicshare-production"], *change)
    world.double.rules("PATCH deployments/web warn use y")
    says("a warning is shown, and stops nothing", 5, ["Warning: ", "use y"], *change)
    world.double.rules(driver.refusal(403, "admission webhook denied the request: no"))
    refused = ["Refused: ", "denied the request: no", "deployments/web would be refused"]
    says("a refusal is shown, and is one to a script", 4, refused, *change)
    approve = ("--approve=production", "--reason=test")
    says("and nothing is approved then", 4, refused, *change, *approve)
    world.double.rules("away")
    until(lambda: "checked before" in client.run(url, *change).out)
    says("where the cluster is away that is said, and the review goes on", 5,
         ["Caution: Not fully checked before the deployment: "], *change)
    world.double.rules()
    says("a clone's review says where it will run", 5, ["Will run in: " + home + "later"],
         "clone", "production", "later")
    tap.ok(not ledger.writes() and world.image("production") == "local/topicshare-web:1.4.2",
           "nothing of all that was written to the cluster", "\n".join(ledger.writes()[:10]))
    world.double.rules("PATCH deployments/web warn use y")
    says("then it is deployed, and says what the cluster warned of", 0,
         ["Restarts web", "The cluster warns of deployments/web: use y"], *change, *approve)
    tap.ok(world.image("production") == NEWER, "and runs", world.image("production"))
    last = world.must("GET", "/envs/production")["last_deploy"]["id"]
    warned = world.must("GET", f"/envs/production/deploys/{last}")["warnings"]
    tap.ok([(row["workload"], row["path"], row["code"], row["message"]) for row in warned] ==
           [("web", "deployments/web", "cluster-warns", "use y")],
           "what the cluster warned of then stands in the deployment, once", warned)


def main():
    tap = Tap()
    with World() as world:
        there(tap, world)
        owned(tap, world)
        new(tap, world)
        commands(tap, world)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
