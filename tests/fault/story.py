# SPDX-License-Identifier: GPL-3.0-or-later
"""Each verb as a story on an environment of its own: how it is begun, and what must be true
however it was interrupted: nothing is lost, nothing is done twice."""
import json
import os
import re
import sqlite3

from faultd import SHOP, Client, until

UNFINISHED = ("prepared", "running")


def operations(client):
    """What the journal says: {id: (verb, env, state, error)}; without opening it by our programs."""
    if not os.path.exists(client.history()):
        return {}
    # A journal that a crash left is rolled back by whoever opens it: it must be writable.
    with sqlite3.connect(client.history()) as database:
        tables = database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'operation'").fetchone()
        if not tables[0]:
            return {}
        rows = database.execute("SELECT id, verb, env, state, error FROM operation").fetchall()
    database.close()
    return {row[0]: row[1:] for row in rows}


def operation_of(deployment):
    """The operation that a deployment's comment names; None: somebody else's."""
    match = re.search(r"\bop[= ]([0-9a-f-]{36})", deployment.get("comment") or "")
    return match.group(1) if match else None


class Story:
    """One verb, once.  `words` begins it; `expected` is what the platform holds after it."""

    verb = None

    def __init__(self, platform, client, url, furnish=None):
        self.platform, self.client, self.url = platform, client, url
        self.furnish = furnish	# what else is done to the target before the story
        self.before = {}
        client.run(url, "history")	# its files are made
        self.prepare()
        self.known = set(operations(client))

    def prepare(self):
        self.env = self.new_target()
        self.before = self.ids()

    def new_target(self):
        env = self.platform.new_environment()
        if self.furnish:
            self.furnish(env)
        return env

    def ids(self):
        return {d["id"] for d in self.platform.deployments(self.env)}

    def new_deployments(self):
        return [d for d in self.platform.deployments(self.env) if d["id"] not in self.before]

    def own_operations(self):
        return {k: v for k, v in operations(self.client).items() if k not in self.known}

    def client_run(self, *words):
        ended = self.client.run(self.url, *words)
        if ended.code != 0:
            raise RuntimeError(f"the story could not be prepared: {ended}")

    def clone_words(self, source, name):
        """As a person would who has looked at each finding of the review."""
        ended = self.client.run(self.url, "clone", source, name, "--json")
        if ended.code != 5:
            raise RuntimeError(f"the story could not be prepared: {ended}")
        findings = [f"--acknowledge={f['id']}" for f in json.loads(ended.out)["findings"]]
        return ["clone", source, name, f"--approve={name}", *findings]

    def carried_out(self):
        """How often the platform did it."""
        return len(self.new_deployments())

    def holds(self):
        """What is wrong with what the platform holds when it was done; None: nothing."""
        deployment = self.new_deployments()[0]
        if deployment["status"] != "succeeded":
            return f"the deployment is {deployment['status']}"
        image = self.platform.image(self.env)
        return None if image == self.image else f"it runs {image}, not {self.image}"

    def lost(self):
        """A deployment of ours that the journal does not know."""
        known = operations(self.client)
        for deployment in self.new_deployments():
            operation = operation_of(deployment)
            if operation not in known:
                return f"deployment {deployment['id']} ({deployment['comment']}) is not in the journal"
        return None

    def clean(self):
        self.platform.remove(self.env)


class Deploy(Story):
    verb, image = "deploy", "t/web:1.1.0"

    def words(self):
        return ["version", self.env, "web", "1.1.0", f"--approve={self.env}", "--reason=test"]


class Undo(Story):
    verb, image = "undo", "t/web:1.0.0"

    def prepare(self):
        self.env = self.new_target()
        self.client_run("version", self.env, "web", "1.1.0",
                        f"--approve={self.env}", "--reason=test")
        self.before = self.ids()

    def words(self):
        return ["undo", self.env, f"--approve={self.env}", "--reason=test"]


class Clone(Story):
    verb, image = "clone", "t/web:1.0.0"

    def prepare(self):
        self.env = self.platform.new_name()
        self.clone = self.clone_words("production", self.env)

    def words(self):
        return self.clone


class Promote(Story):
    verb, image = "promote", "t/web:1.1.0"

    def prepare(self):
        self.env = self.new_target()
        self.clone = self.platform.new_name()
        self.client_run(*self.clone_words(self.env, self.clone))
        self.client_run("version", self.clone, "web", "1.1.0", f"--approve={self.clone}")
        self.before = self.ids()

    def words(self):
        return ["promote", self.clone, f"--approve={self.env}", "--reason=test"]

    def clean(self):
        super().clean()
        self.platform.remove(self.clone)


class Carry(Promote):
    """The fix of the clone goes to a third one."""

    verb = "carry"

    def prepare(self):
        super().prepare()
        self.client_run("promote", self.clone, f"--approve={self.env}", "--reason=test")
        self.origin, self.env = self.env, self.new_target()
        self.before = self.ids()

    def words(self):
        return ["carry", self.clone, self.env, f"--approve={self.env}", "--reason=test"]

    def clean(self):
        super().clean()
        self.platform.remove(self.origin)


class Discard(Story):
    verb = "discard"

    def prepare(self):
        self.env = self.platform.new_name()
        self.client_run(*self.clone_words("production", self.env))

    def words(self):
        return ["discard", self.env, f"--approve={self.env}", "--reason=test"]

    def carried_out(self):
        return int(self.platform.ask("GET", f"{SHOP}/envs/{self.env}")[0] == 404)

    def lost(self):
        return None

    def holds(self):
        return None


STORIES = {story.verb: story for story in (Deploy, Clone, Promote, Undo, Discard, Carry)}


def finish(story):
    """A person takes up what was interrupted.  What is wrong, or None."""
    left = [k for k, v in story.own_operations().items() if v[2] in UNFINISHED]
    if not left:
        return None
    ended = []
    for operation in left:
        ended.append(story.client.run(story.url, "resume", operation))
    still = [k for k, v in story.own_operations().items() if v[2] in UNFINISHED]
    if still:
        return f"{still} is unfinished after it was taken up\n" + "\n".join(map(str, ended))
    bad = [e for e in ended if e.code < 0]
    return "\n".join(map(str, bad)) if bad else None


def judge(story, ended):
    """After whatever interrupted it, and a person who resumes: what is wrong, or None."""
    wrong = story.lost()
    if wrong:
        return "lost: " + wrong
    left = {k: v for k, v in story.own_operations().items() if v[2] in UNFINISHED}
    wrong = finish(story)
    if wrong:
        return wrong
    times = story.carried_out()
    own = story.own_operations()
    if times > 1:
        return f"doubled: it was done {times} times: {story.new_deployments()}"
    states = sorted(v[2] for v in own.values())
    if left and times != 1:
        return f"lost: it was interrupted ({left}), taken up, and not done ({own})"
    if ended.code == 0 and times != 1:
        return f"it ended with 0, and was done {times} times"
    if times == 1:
        if not own:
            return "lost: it was done, and the journal does not know of it"
        if story.verb != "discard":
            until(lambda: story.new_deployments()[0]["status"] not in ("pending", "in progress"))
        wrong = story.holds()
        if wrong:
            return wrong
        if "unwatched" in states:	# nobody looked to its end; whoever looks later corrects it
            story.client.run(story.url, "history")
            own = story.own_operations()
            states = sorted(v[2] for v in own.values())
        if states != ["done"]:
            return f"it was done, and the journal says {own}"
    elif "done" in states:
        return f"it was not done, and the journal says {own}"
    return None
