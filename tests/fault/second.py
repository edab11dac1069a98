# SPDX-License-Identifier: GPL-3.0-or-later
"""A second person changes the target while an operation is on its way: another deployment,
values, the base of the next deployment, a resource definition, the change itself.

It happens right before each request that the operation makes about its target, so before,
between and after the looks and the writes.  Then: what was deployed is what was reviewed, what
the other person did is still there, and who was refused reads what it was."""
import json
import os
import sys

from faultd import Client, Faultd, Platform, SHOP, Tap, long_run, on_platforms, sampled, sliced
from story import STORIES, judge

VERBS = ("deploy", "promote", "undo", "carry")


class Other:
    """What the other person does to an environment, and how one sees it."""

    is_after_the_look = False		# after a look at the resources that it would get

    def __init__(self, platform, env, mark):
        self.platform, self.env, self.mark = platform, env, mark
        self.prepare()

    def prepare(self):
        pass

    def target(self):
        return f"{SHOP}/envs/{self.env}"

    def deploy(self, operations, comment):
        delta = self.platform.must("POST", f"{SHOP}/deltas", {"modules": {"update": {"web": operations}}})
        delta = delta if isinstance(delta, str) else delta["id"]
        self.platform.must("POST", f"{self.target()}/deploys", {"delta_id": delta, "comment": comment})
        self.platform.wait(self.env)

    def runs(self):
        last = self.platform.must("GET", self.target())["last_deploy"]
        return last, self.platform.must("GET", f"{SHOP}/sets/{last['set_id']}")

    def lost(self):
        """What is gone of what the other person did, or None."""
        raise NotImplementedError

    def is_reviewed(self, ended):
        """The review has it: then it is a person's decision."""
        return "theirs" in ended.out

    def unseen(self, ended):
        """What runs now of it and was not in the review, or None."""
        return None


class Deploys(Other):
    what = "deploys"

    def act(self):
        self.deploy([{"op": "add", "path": "/spec/containers/web/variables/THEIRS", "value": self.mark}],
                    f"theirs {self.mark}")

    def lost(self):
        _, body = self.runs()
        variables = body["modules"]["web"]["spec"]["containers"]["web"]["variables"]
        return None if variables.get("THEIRS") == self.mark else "their deployment is gone"


class Values(Other):
    what = "adds a value"

    def act(self):
        self.platform.must("POST", f"{self.target()}/values",
                           {"key": "THEIRS", "value": self.mark, "is_secret": False, "description": ""})

    def lost(self):
        values = self.platform.must("GET", f"{self.target()}/values")
        kept = any(v["key"] == "THEIRS" and v["value"] == self.mark for v in values)
        return None if kept else "their value is gone"

    def unseen(self, ended):
        last, _ = self.runs()
        version = None
        for place in (self.target(), SHOP):
            status, answer = self.platform.ask("GET", f"{place}/value-set-versions/{last['value_set_version_id']}")
            version = version or (answer if status == 200 else None)
        deployed = self.mark in json.dumps(version)
        return "their value was deployed, and is not in the review" \
            if deployed and "THEIRS" not in ended.out else None


class ChangesValue(Values):
    """One that there was already, and that the workload uses."""

    what = "changes a value"

    def prepare(self):
        self.platform.must("POST", f"{self.target()}/values",
                           {"key": "LIMIT", "value": "1", "is_secret": False, "description": ""})
        last, _ = self.runs()
        self.platform.must("POST", f"{self.target()}/deploys", {"set_id": last["set_id"], "comment": "with its own limit"})
        self.platform.wait(self.env)

    def act(self):
        self.platform.must("PUT", f"{self.target()}/values/LIMIT", {"value": self.mark, "description": ""})

    def lost(self):
        values = self.platform.must("GET", f"{self.target()}/values")
        kept = any(v["key"] == "LIMIT" and v["value"] == self.mark for v in values)
        return None if kept else "their value is gone"

    def unseen(self, ended):
        wrong = super().unseen(ended)
        return wrong if wrong and "LIMIT" not in ended.out else None


class Primes(Other):
    """The next change of it would ride on another deployment."""

    what = "sets the base of the next deployment"

    def prepare(self):
        self.first = self.runs()[0]["id"]
        self.deploy([{"op": "add", "path": "/spec/containers/web/variables/SECOND", "value": self.mark}],
                    "a second one")

    def act(self):
        status, answer = self.platform.ask("PUT", f"{self.target()}/from_deploy_id", self.first)
        if status >= 300:
            raise RuntimeError(f"PUT from_deploy_id: {status} {answer}")

    def is_reviewed(self, ended):
        return "SECOND" in ended.out

    def lost(self):
        _, body = self.runs()
        kept = "SECOND" in body["modules"]["web"]["spec"]["containers"]["web"]["variables"]
        return None if kept else "what ran there was dropped, by a base that nobody reviewed"


class Defines(Other):
    """What its queue is."""

    what = "changes a definition"

    def prepare(self):
        self.define("ours")
        last, _ = self.runs()
        self.platform.must("POST", f"{self.target()}/deploys", {"set_id": last["set_id"], "comment": "its own queue"})
        self.platform.wait(self.env)

    def define(self, host):
        name = f"queue-{self.env}"
        body = {"id": name, "name": name, "type": "acme/queue", "driver_type": "static",
                "driver_inputs": {"values": {"host": host}}, "criteria": [{"env_id": self.env}]}
        if self.platform.ask("GET", f"/orgs/acme/resources/defs/{name}")[0] == 200:
            self.platform.must("PATCH", f"/orgs/acme/resources/defs/{name}",
                               {"driver_inputs": {"values": {"host": host}}})
        else:
            self.platform.must("POST", "/orgs/acme/resources/defs", body)

    def act(self):
        self.define(self.mark)

    def lost(self):
        return None

    def unseen(self, ended):
        if not self.is_after_the_look:
            return None
        resources = self.platform.must("GET", f"{self.target()}/resources")
        return "another queue was made, and is not in the review" \
            if self.mark in json.dumps(resources) and "queue" not in ended.out else None


class Edits(Other):
    """The change that our operation has just made."""

    what = "edits our change"

    def act(self):
        for delta in self.platform.must("GET", f"{SHOP}/deltas?env={self.env}") or []:
            self.platform.ask("PATCH", f"{SHOP}/deltas/{delta['id']}", [{"modules": {"update": {"web": [
                {"op": "add", "path": "/spec/containers/web/variables/EVIL", "value": self.mark}]}}}])

    def lost(self):
        _, body = self.runs()
        return "a change was deployed that nobody reviewed" if self.mark in json.dumps(body) else None


ACTIONS = (Deploys, Values, ChangesValue, Primes, Defines, Edits)


def is_about(request, env):
    """A request of the operation, not of what the board looks at all the time."""
    if request.method != "GET":
        return True
    path = request.path.split("?")[0]
    return path.startswith(f"{SHOP}/envs/{env}") and not path.endswith(("/resources", "/runtime", "/deploys"))


class Rounds:
    def __init__(self, platform):
        self.platform = platform

    def requests(self, verb):
        with Faultd(self.platform) as daemon:
            story = STORIES[verb](self.platform, Client(self.platform.folder), daemon.url)
            before = len(daemon.ledger)
            story.client.run(daemon.url, *story.words())
            story.clean()
            return sum(1 for r in daemon.ledger[before:] if is_about(r, story.env))

    def run(self, case):
        """(case, what is wrong or None, the exit status or None when it was not met)"""
        verb, action, n = case
        with Faultd(self.platform) as daemon:
            others, met, count = [], [], []
            story = STORIES[verb](self.platform, Client(self.platform.folder), daemon.url,
                                  lambda env: others.append(action(self.platform, env, "theirs-" + env[5:])))
            other = others[-1]

            def choose(request):
                if is_about(request, story.env):
                    count.append(request)
                    if len(count) == n + 1 and self.acts(other):
                        # A clone is not there yet, so there is nothing to look at.
                        looks = sum(1 for r in count[:-1] if r.path.endswith("/graphs"))
                        other.is_after_the_look = looks > 0
                        met.append(request)
                        story.before |= {d["id"] for d in story.new_deployments()
                                         if "theirs" in d["comment"]}
                return None

            daemon.choose = choose
            ended = story.client.run(daemon.url, *story.words())
            daemon.choose = lambda request: None
            wrong = self.wrong(story, other, ended) if met else None
            story.clean()
            if wrong:
                wrong = f"{wrong}\n{ended}\nbefore: {met[0]}"
        return case, wrong, ended.code if met else None

    @staticmethod
    def acts(other):
        try:
            other.act()
        except RuntimeError as error:
            if "409" in str(error):	# ours is on its way already: nobody else can
                return False
            raise
        return True

    def wrong(self, story, other, ended):
        wrong = other.lost()
        if wrong and not other.is_reviewed(ended):
            return "lost: " + wrong
        wrong = other.unseen(ended)
        if wrong:
            return "stale: " + wrong
        if len(story.new_deployments()) > 1:
            return "doubled"
        if ended.code not in (0, 6):
            return f"it ended with {ended.code}"
        words = ended.out + ended.err
        if ended.code == 6 and not any(word in words for word in (
                "theirs", "THEIRS", "LIMIT", "definitions", "primed")):
            return "it was refused, and does not show what the other person did"
        return None


def main():
    tap = Tap()
    verbs = sys.argv[1].split(",") if len(sys.argv) > 1 else list(VERBS)
    with Platform() as platform:
        rounds = Rounds(platform)
        cases = [(verb, action, n) for verb in verbs for n in range(rounds.requests(verb))
                 for action in ACTIONS]
        chosen = sliced(cases) if long_run() else \
            sampled(cases, len(verbs) * len(ACTIONS), lambda case: (case[0], case[1].what))
        tap.note(f"{len(chosen)} of {len(cases)} rounds of a second person")
        results = on_platforms(chosen, Rounds)
        for verb in verbs:
            for action in ACTIONS:
                of = [r for r in results if r[0][0] == verb and r[0][1] is action]
                if not of:
                    continue
                bad = [r for r in of if r[1]]
                why = "\n".join(f"before its request {case[2]}: {wrong}" for case, wrong, _ in bad[:3])
                tap.ok(not bad, f"{verb}, while somebody {action.what}, {len(of)} times: "
                       "0 stale, 0 lost, 0 doubled", f"{len(bad)} wrong\n{why}")
        codes = {}
        for _, _, code in results:
            codes[code] = codes.get(code, 0) + 1
        tap.note(f"{len(results)} rounds, {sum(1 for r in results if r[1])} wrong; "
                 f"{codes.get(0, 0)} went on, {codes.get(6, 0)} were refused, {codes.get(None, 0)} not met")
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
