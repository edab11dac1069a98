# SPDX-License-Identifier: GPL-3.0-or-later
"""sidestaged with the double as its cluster: who is reached at which host, from definitions and a
set to what a person sees; and what stays of an environment that is paused."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cluster import until	# noqa: E402
from driver import UPSTREAM, Client, Faultd, World, space_of	# noqa: E402
from faultd import Tap, UnixConnection	# noqa: E402
import json	# noqa: E402

DEFINITIONS = "/orgs/topicshare-inc/resources/defs"
EXTERNALS = {"route": {"type": "route", "params": {"host": "www.example.org", "port": 80}}}


def definition(name, driver, values, criteria):
    return {"id": name, "name": name, "type": "route", "driver_type": driver,
            "driver_inputs": {"values": values}, "criteria": [criteria]}


class Routed(World):
    """Production is reached at www.example.org, which stands in its set."""

    def prepare(self, organization):
        organization["definitions"].append(
            definition("routes", "kubernetes/ingress", {"class": "nginx"}, {}))
        environment = organization["applications"][0]["environments"][0]
        modules = environment["deployments"][0]["set"]["modules"]
        modules["web"]["externals"] = EXTERNALS

    def define(self, *words):
        connection = UnixConnection(self.socket)
        connection.request("POST", DEFINITIONS, json.dumps(definition(*words)).encode())
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def ingresses(self, env):
        path = f"/apis/networking.k8s.io/v1/namespaces/{space_of(env)}/ingresses"
        return self.cluster.get(path).value["items"]

    def hosts(self, env):
        return [rule["host"] for item in self.ingresses(env) for rule in item["spec"]["rules"]]

    def clone(self, name):
        last = self.must("GET", "/envs/production")["last_deploy"]
        if self.ask("GET", f"/envs/{name}")[0] == 404:
            self.must("POST", "/envs", {"id": name, "name": name, "type": "development",
                                        "from_deploy_id": last["id"]})
        made = self.must("POST", f"/envs/{name}/deploys",
                         {"set_id": last["set_id"], "comment": "as Production"})
        return self.wait(name, made["id"])

    def pause(self, env, value):
        self.must("PUT", f"/envs/{env}/runtime/paused", value)

    def replicas(self, env):
        return self.deployment(env)["spec"]["replicas"]

    def service(self, env):
        return self.cluster.get(f"/api/v1/namespaces/{space_of(env)}/services/web").value["spec"]


def hosts(tap, world):
    found = world.ingresses("production")
    tap.ok(world.hosts("production") == ["www.example.org"], "Production is reached at its host",
           str(found))
    backend = found[0]["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    tap.ok(backend == {"name": "web", "port": {"number": 80}}, "which leads to its Service",
           str(backend))
    status, errors = world.clone("copy")
    tap.ok(status == "failed" and "topicshare-inc/topicshare/production" in str(errors),
           "a clone that asks for the same host is refused, and whose it is is said", str(errors))
    tap.ok(world.cluster.get(f"/apis/apps/v1/namespaces/{space_of('copy')}/deployments")
           .value["items"] == [], "before anything of it is there")
    status, text = world.define("routes-of-clones", "kubernetes/ingress",
                                {"domain": "dev.example.org"}, {"env_type": "development"})
    tap.ok(status == 200, "a definition gives clones a domain", text)
    status, errors = world.clone("copy")
    tap.ok(status == "succeeded", "and then it is deployed", str(errors))
    tap.ok(world.hosts("copy") == ["web-topicshare-copy.dev.example.org"],
           "to a host of its own", str(world.ingresses("copy")))
    tap.ok(world.hosts("production") == ["www.example.org"], "and Production keeps its host")
    client, url = Client(world.folder), Faultd(world).url
    shown = client.run(url, "environment", "copy")
    tap.ok("http://web-topicshare-copy.dev.example.org/" in str(shown.out),
           "people are told its address", str(shown))


def pauses(tap, world):
    before = world.service("copy")
    world.pause("copy", True)
    until(lambda: world.replicas("copy") == 0)
    pods = f"/api/v1/namespaces/{space_of('copy')}/pods"
    until(lambda: not world.cluster.get(pods).value["items"])
    tap.ok(world.service("copy") == before, "a paused environment has no pods and keeps its Service",
           str(world.service("copy")))
    tap.ok(world.hosts("copy") == ["web-topicshare-copy.dev.example.org"], "and its host")
    world.pause("copy", False)
    until(lambda: world.replicas("copy") == 1)
    world.runs("copy")
    tap.ok(world.service("copy") == before, "and goes on with the same address")


def ends(tap, world):
    delta = world.must("POST", "/deltas", {"modules": {"update": {"web": [
        {"op": "remove", "path": "/externals/route"}]}}})
    delta = delta if isinstance(delta, str) else delta["id"]
    made = world.must("POST", "/envs/copy/deploys", {"delta_id": delta, "comment": "test"})
    status, errors = world.wait("copy", made["id"])
    tap.ok(status == "succeeded" and world.ingresses("copy") == [],
           "a route that is not declared any more goes", f"{status} {errors}")
    status, text = world.define("gateways", "kubernetes/httproute", {
        "gateway": "public", "domain": "gw.example.org"}, {"env_id": "gw"})
    tap.ok(status == 200, "a definition may ask for an HTTPRoute", text)
    status, errors = world.clone("gw")
    tap.ok(status == "failed" and "Gateway API" in str(errors),
           "which a cluster without the Gateway API refuses with a sentence", str(errors))
    status, text = world.define("wrong", "kubernetes/ingress", {"host": "A B"}, {"env_id": "x"})
    tap.ok(status == 400 and "host name" in text, "what cannot be a host is refused when it is "
           "written", text)
    strange = world.strange_writes()
    tap.ok(not strange, "nothing was written elsewhere", "\n".join(strange[:10]))


def main():
    tap = Tap()
    if UPSTREAM:
        raise SystemExit("routes.py is for the double alone")
    with Routed() as world:
        hosts(tap, world)
        pauses(tap, world)
        ends(tap, world)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
