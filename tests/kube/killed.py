# SPDX-License-Identifier: GPL-3.0-or-later
"""sidestaged is killed at requests of what it does in a cluster, and started again: `driver.py
killed`."""
import http.client

from cluster import until
from driver import UPSTREAM, World, space_of
from faultd import long_run, sliced


class Deed:
    """What is begun with `begin(n)`, and what must be true at its end: end() says what is not."""
    expected = "it ends"
    arms_itself = False

    def __init__(self, world):
        self.world = world

    def ended_well(self, env, text):
        """Its last deployment, the same that was interrupted."""
        last = self.world.must("GET", f"/envs/{env}/deploys")[0]
        status, errors = self.world.wait(env, last["id"])
        if status != "succeeded":
            return f"it {status}: {errors}"
        if self.world.round(env) != text:
            return f"it succeeded, and {self.world.round(env)} runs, not {text}"
        status, errors = self.world.wait(env, self.world.set_round(env, "after"))
        return None if status == "succeeded" else f"the next one {status}: {errors}"


class Changes(Deed):
    name = "a deployment"
    expected = "the same goes on after the restart, and succeeds"

    def __init__(self, world):
        super().__init__(world)
        self.env = world.new_environment()

    def begin(self, n):
        self.text = str(n)
        self.world.set_round(self.env, self.text)

    def is_done(self):
        last = self.world.must("GET", f"/envs/{self.env}/deploys")[0]
        return last["status"] not in ("pending", "in progress")

    def end(self):
        last = self.world.must("GET", f"/envs/{self.env}/deploys")[0]
        if last["comment"] != "test":
            return None		# it was killed before it was asked
        return self.ended_well(self.env, self.text)


class Makes(Changes):
    name = "the first deployment of a new namespace"

    def __init__(self, world):
        Deed.__init__(self, world)

    def begin(self, n):
        self.env, self.text = self.world.new_name(), None
        last = self.world.must("GET", "/envs/production")["last_deploy"]
        self.world.must("POST", "/envs", {"id": self.env, "name": self.env, "type": "development",
                                          "from_deploy_id": last["id"]})
        self.world.must("POST", f"/envs/{self.env}/deploys",
                        {"set_id": last["set_id"], "comment": "test"})

    def end(self):
        wrong = super().end()
        self.world.ask("DELETE", f"/envs/{self.env}")
        until(lambda: self.world.has_gone(self.env))
        return wrong


class Fails(Changes):
    name = "a deployment that cannot succeed"
    expected = "it fails with its reason, and what ran before does again"

    def begin(self, n):
        self.world.set_image(self.env, f"fail/pull:{n}")

    def end(self):
        """What was there before is there again."""
        last = self.world.must("GET", f"/envs/{self.env}/deploys")[0]
        if last["comment"] != "test":
            return None		# it was killed before it was asked
        status, errors = self.world.wait(self.env, last["id"])
        if status != "failed" or not any("image-not-found" in text for text in errors):
            return f"it {status}: {errors}"
        until(lambda: self.world.image(self.env) == "local/topicshare-web:1.4.2")
        self.world.runs(self.env)
        return None


class FailsAtFirst(Makes):
    name = "a first deployment that cannot succeed"
    expected = "it fails with its reason, and leaves nothing"

    def begin(self, n):
        self.env = self.world.new_name()
        last = self.world.must("GET", "/envs/production")["last_deploy"]
        self.world.must("POST", "/envs", {"id": self.env, "name": self.env, "type": "development",
                                          "from_deploy_id": last["id"]})
        delta = self.world.must("POST", "/deltas", {"modules": {"update": {"web": [
            {"op": "replace", "path": "/spec/containers/web/image", "value": "fail/pull:1"}]}}})
        self.world.must("POST", f"/envs/{self.env}/deploys", {
            "delta_id": delta if isinstance(delta, str) else delta["id"], "comment": "test"})

    def end(self):
        """Nothing was there before, and nothing is."""
        last = self.world.must("GET", f"/envs/{self.env}/deploys")[0]
        status, errors = self.world.wait(self.env, last["id"])
        if status != "failed" or not any("image-not-found" in text for text in errors):
            return f"it {status}: {errors}"
        until(lambda: not self.world.objects(self.env))
        self.world.ask("DELETE", f"/envs/{self.env}")
        until(lambda: self.world.has_gone(self.env))
        return None


class Removes(Deed):
    name = "the removal of an environment"
    arms_itself = True		# what it removes is made first, and not to be killed

    def begin(self, n):
        self.world.double.rules()
        self.env = self.world.new_environment()
        self.world.double.rules(*self.rules)
        self.world.ask("DELETE", f"/envs/{self.env}")

    def is_done(self):
        return self.world.has_gone(self.env)

    def end(self):
        until(lambda: self.world.has_gone(self.env))
        path = "/api/v1/namespaces/" + space_of(self.env)
        until(lambda: self.world.cluster.get(path).status == 404)
        return None


def undisturbed(world, make):
    """How many requests it has."""
    deed = make(world)
    deed.rules = [".* ^/api delay 0"]	# only to count
    world.double.rules(*deed.rules)
    deed.begin(0)
    until(deed.is_done)
    count = world.cluster.get("/double/met").value[deed.rules[0]]
    wrong = deed.end()
    if wrong:
        raise RuntimeError(f"undisturbed: {wrong}")
    return count


def run_killed(world, deed, n, how):
    """Killed at the n-th request: (what is wrong or None, whether it was)."""
    deed.rules = [f"{n}:.* ^/api {how} {world.pid}"]
    if not deed.arms_itself:
        world.double.rules(*deed.rules)
    try:
        deed.begin(n)
        until(lambda: world.process.poll() is not None or deed.is_done(), pause=0.02)
    except (OSError, http.client.HTTPException):
        pass			# it was killed before it answered
    dead = bool(world.cluster.get("/double/met").value[deed.rules[0]])
    world.double.rules()
    if dead:
        world.process.wait(60)
        world.start()
    return deed.end(), dead


def killed_each_time(world):
    """What is wrong with a deployment that is killed each time that it is taken up, or None."""
    env = world.new_environment()
    deployment = world.set_image(env, "fail/unready:1")
    until(lambda: world.image(env) == "fail/unready:1")
    for n in range(6):
        world.process.kill()
        world.process.wait(60)
        world.start()
        status = world.must("GET", f"/envs/{env}/deploys/{deployment}")["status"]
        if (status == "failed") != (n == 5):
            return f"at start {n + 1} it is {status}"
    errors = world.wait(env, deployment)[1]
    if not any(text.startswith("interrupted:") for text in errors):
        return f"the reason is {errors}"
    until(lambda: world.image(env) == "local/topicshare-web:1.4.2")
    return None


def killed_and_paused(world):
    """What is wrong where it was paused while a deployment went on, or None."""
    env = world.new_environment()
    world.double.rules("image topicshare-web:1.4.3 unready")
    deployment = world.set_image(env, "local/topicshare-web:1.4.3")
    until(lambda: world.image(env) == "local/topicshare-web:1.4.3")
    world.must("PUT", f"/envs/{env}/runtime/paused", True)
    world.process.kill()
    world.process.wait(60)
    world.double.rules("image topicshare-web:1.4.3 fine")
    world.start()
    status, errors = world.wait(env, deployment)
    world.double.rules()
    if status != "succeeded":
        return f"it {status}: {errors}"
    until(lambda: world.deployment(env)["spec"]["replicas"] == 0)
    return None


def killed(tap):
    with World() as world:
        if not UPSTREAM:
            tap.ok(not (wrong := killed_each_time(world)),
                   "one that ends the daemon each time is taken up five times, and what ran before "
                   "runs then", wrong)
            tap.ok(not (wrong := killed_and_paused(world)),
                   "an environment that was paused meanwhile is so when it has ended", wrong)
        deeds = [Changes, Makes, Fails, FailsAtFirst, Removes]
        for make in deeds if not UPSTREAM else [Changes, Makes, Removes]:
            count = undisturbed(world, make)
            cases = [(n, how) for n in range(1, count + 1) for how in ("kill", "killed")]
            wanted = 3 if make is Changes else 1
            if UPSTREAM:
                wanted = {Changes: len(cases) // 5, Makes: 4}.get(make, 1)
            chosen = sliced(cases) if long_run() and not UPSTREAM else \
                cases[1::max(1, len(cases) // wanted)]
            bad, hits, deed = [], 0, make(world)
            for n, how in chosen:
                wrong, hit = run_killed(world, deed, n, how)
                hits += hit
                if wrong:
                    bad.append(f"{how} at {n}: {wrong}\n{world.said()[-600:]}")
            tap.ok(not bad, f"killed at {len(chosen)} of {len(cases)} points of {make.name}: "
                   f"{make.expected}", "\n".join(bad))
            tap.ok(hits >= len(chosen) // 2, "and it was killed there", f"{hits} of {len(chosen)}")
            tap.note(f"{len(chosen)} rounds, {len(bad)} wrong, {hits} where it was killed")
        strange = world.strange_writes()
        tap.ok(not strange, "nothing was written elsewhere", "\n".join(strange[:10]))
