# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platform takes, it does: a workload reads what somebody wrote, byte for byte.

What is deployed is a program that prints its arguments, its environment and its files.
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "fault"))

import faultd
from faultd import Client, Tap, UnixConnection, die_with_parent, until

PROGRAM = """#!/bin/sh
env | sed 's/^/env /'
for argument; do printf 'arg %s\\n' "$argument"; done
find . -type f | sort | while read -r file; do sed "s|^|file $file |" "$file"; echo; done
echo end
while :; do /bin/sleep 60; done
"""
APP = "/orgs/acme/apps/shop"


def import_text(environments, definitions=""):
    """YAML, as a person writes it."""
    return f"""organizations:
  - id: acme
    env_types: [{{id: development}}]
{definitions}
    applications:
      - id: shop
        environments:
{environments}
"""


class Daemon:
    """A sidestaged over what was imported."""

    def __init__(self, text, suffix=".yaml"):
        self.folder = tempfile.mkdtemp(prefix="taken-")
        self.socket = os.path.join(self.folder, "socket")
        self.state = os.path.join(self.folder, "state")
        self.file = os.path.join(self.folder, "import" + suffix)
        self.images = os.path.join(self.folder, "images")
        self.image("acme/show/1.0", PROGRAM)
        self.process = None
        with open(self.file, "w") as out:
            out.write(text)

    def image(self, name, text):
        path = os.path.join(self.images, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            out.write(text)
        os.chmod(path, 0o755)

    def imported(self):
        """None, or what it said."""
        ended = subprocess.run([os.environ["SIDESTAGED"], "import", "--state", self.state, self.file],
                               capture_output=True, text=True)
        return ended.stderr if ended.returncode else None

    def start(self):
        reader, writer = os.pipe()
        with open(os.path.join(self.folder, "log"), "a") as log:
            self.process = subprocess.Popen(
                [os.environ["SIDESTAGED"], "serve", "--state", self.state, "--images", self.images,
                 "--socket", self.socket, "--min-ready", "300ms", "--ready-fd", str(writer)],
                pass_fds=[writer], stderr=log, stdin=subprocess.DEVNULL, preexec_fn=die_with_parent)
        os.close(writer)
        if os.read(reader, 6) != b"ready\n":
            raise RuntimeError("sidestaged did not start: " + open(self.folder + "/log").read())
        os.close(reader)

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.process = None

    def __enter__(self):
        wrong = self.imported()
        if wrong:
            raise RuntimeError(wrong)
        self.start()
        return self

    def __exit__(self, *_):
        if self.process:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def ask(self, method, path, body=None):
        """(status, body as JSON, or text); a body that is text is sent as it is."""
        connection = UnixConnection(self.socket)
        data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body).encode()
        connection.request(method, path, data)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        try:
            return answer.status, json.loads(text)
        except ValueError:
            return answer.status, text

    def deploy(self, env, body):
        """The deployment when it has ended, and its errors."""
        status, answer = self.ask("POST", f"{APP}/envs/{env}/deploys", body)
        if status != 201:
            raise RuntimeError(f"{status} {answer}")
        path = f"{APP}/envs/{env}/deploys/{answer['id']}"

        def ended():
            now = self.ask("GET", path)[1]
            return now["status"] in ("succeeded", "failed") and now
        return until(ended), self.ask("GET", path + "/errors")[1]

    def printed(self, env):
        """What the newest start printed, as a set of lines."""
        def lines():
            got = [line["payload"] for line in self.ask("GET", f"{APP}/envs/{env}/logs?limit=1000&asc=true")[1]]
            return got[-1:] == ["end"] and got
        try:
            got = until(lines, 60)
        except RuntimeError:
            log = open(os.path.join(self.folder, "log")).read().splitlines()
            return {line for line in log if "msg=\"request\"" not in line}
        starts = [i for i, line in enumerate(got[:-1]) if line == "end"]
        return set(got[starts[-1] + 1:] if starts else got)


NUMBERS = {"SAMPLE_RATE": "0.1", "PRICE": "19.99", "APP_VERSION": "1.10", "COMMIT": "1234e56", "ZIP": "01234",
           "ACCOUNT": "000123456789", "PHONE": "+4930123456", "LARGE": "12345678901234567890", "WHOLE": "42",
           "QUOTED": '"1.10"'}


def one_environment(container, env="development"):
    return f"""          - id: {env}
            type: development
            deployments: [{{set: {{modules: {{show: {{profile: humanitec/default-module,
              spec: {{containers: {{c: {container}}}}}}}}}}}}}]"""


class Taken:
    def __init__(self, tap):
        self.tap = tap

    def ok(self, good, name, why=""):
        self.tap.ok(bool(good), name, str(why))

    def numbers_of_yaml(self):
        variables = ", ".join(f"{k}: {v}" for k, v in NUMBERS.items())
        text = import_text(one_environment(f"{{id: c, image: \"acme/show:1.0\", variables: {{{variables}}}}}"))
        with Daemon(text) as daemon:
            printed = daemon.printed("development")
            for key, value in NUMBERS.items():
                line = f"env {key}=" + value.strip('"')
                self.ok(line in printed, f"YAML: {key}: {value} is what the program reads", "\n".join(sorted(printed)))
            last = daemon.ask("GET", f"{APP}/envs/development")[1]["last_deploy"]
            body = daemon.ask("GET", f"{APP}/sets/{last['set_id']}")[1]
            given = body["modules"]["show"]["spec"]["containers"]["c"]["variables"]
            self.ok(given["SAMPLE_RATE"] == 0.1 and given["WHOLE"] == 42 and given["QUOTED"] == "1.10",
                    "numbers stay numbers, and texts texts", given)
            exported = subprocess.run([os.environ["SIDESTAGED"], "export", "--state", daemon.state],
                                      capture_output=True, text=True).stdout
            self.ok('"SAMPLE_RATE": 0.1,' in exported, "an export writes what was imported", exported)

    def numbers_of_json(self):
        numbers = {k: v for k, v in NUMBERS.items() if v[0] not in "+0" or v == "0.1"}
        text = json.dumps({"organizations": [{"id": "acme", "env_types": [{"id": "development"}], "applications": [
            {"id": "shop", "environments": [{"id": "development", "type": "development", "deployments": [{
                "set": {"modules": {"show": {"profile": "humanitec/default-module", "spec": {"containers": {"c": {
                    "id": "c", "image": "acme/show:1.0", "variables": "HERE"}}}}}}}]}]}]}]})
        variables = "{" + ", ".join(f'"{k}": {v}' for k, v in numbers.items()) + "}"
        with Daemon(text.replace('"HERE"', variables), ".json") as daemon:
            printed = daemon.printed("development")
            for key, value in numbers.items():
                self.ok(f"env {key}=" + value.strip('"') in printed, f"JSON: {key}: {value} is what the program reads")
            update = ('{"modules": {"update": {"show": [{"op": "add", "path": "/spec/containers/c/variables/%s", '
                      '"value": %s}]}}}')
            for key, value in (("RATE", "0.2"), ("RELEASE", "2.10"), ("BIG", "98765432109876543210")):
                delta = daemon.ask("POST", f"{APP}/deltas", update % (key, value))[1]
                daemon.deploy("development", {"delta_id": delta["id"]})
                self.ok(f"env {key}={value}" in daemon.printed("development"), f"a delta: {value} is what the program reads")
            client = Client(daemon.folder)
            for value in ("0.3", "3.10"):
                ended = client.run("http://localhost", "set", "development", "show",
                                   f"/spec/containers/c/variables/SHARE:={value}", f"--socket={daemon.socket}")
                self.ok(value in ended.out and "0000" not in ended.out, f"a review shows {value}", ended)

    # --- placeholders, and what looks like one ---

    def placeholders_stand_where_the_api_has_them(self):
        container = ("{id: c, image: \"acme/show:1.0\", args: [\"${HOME}\", \"$\\\\{x}\", \"${values.WORD}\"],"
                     " variables: {A: \"${values.WORD}\", B: \"$\\\\{values.WORD}\"},"
                     " files: {/etc/a.conf: {value: \"word ${values.WORD}\"}}}")
        text = import_text(one_environment(container).replace(
            "type: development", "type: development\n            values: [{key: WORD, value: spoken}]"))
        with Daemon(text) as daemon:
            printed = daemon.printed("development")
            for line in ("env A=spoken", "env B=${values.WORD}", "arg ${HOME}", "arg $\\{x}", "arg ${values.WORD}"):
                self.ok(line in printed, f"the program reads: {line}", "\n".join(sorted(printed)))
            self.ok(any(line.endswith("a.conf word spoken") for line in printed), "a file has its placeholder resolved",
                    "\n".join(sorted(printed)))

    def score_literals_stay_literal(self):
        spec = {"apiVersion": "score.dev/v1b1", "metadata": {"name": "show", "note": "a ${x}"}, "containers": {"c": {
            "image": "acme/show:1.0", "args": ["-c", "echo ${HOME}"],
            "variables": {"PRICE": "costs $$5", "KEEP": "$\\{KEEP}", "TWICE": "$${x} $$$${y} $z $", "OPEN": "a ${b",
                          "NOTE": "${metadata.note}", "BOTH": "$$${metadata.name}"},
            "files": {"/etc/site.conf": {"noExpand": True, "content": "proxy_pass ${BACKEND};\n"},
                      "/etc/list.conf": {"content": ["one", "${metadata.name} $${two}"]}},
            "volumes": {"/data": {"source": "${resources.vol}", "readOnly": True}},
            "livenessProbe": {"exec": {"command": ["true"]}},
            "before": {"other": {"ready": "started"}}}},
            "resources": {"vol": {"type": "volume"}}}
        expected = {"PRICE": "costs $5", "KEEP": "$\\{KEEP}", "TWICE": "${x} $${y} $z $", "OPEN": "a ${b",
                    "NOTE": "a ${x}", "BOTH": "$show"}
        with Daemon(import_text(one_environment("{id: c, image: \"acme/show:1.0\"}"))) as daemon:
            version = daemon.ask("POST", "/orgs/acme/artefact-versions",
                                 {"type": "workload", "name": "show", "version": "1", "spec": spec})[1]
            path = f"/orgs/acme/artefact-versions/{version['id']}/workload-deployment-set"
            module = daemon.ask("GET", path)[1]["modules"]["show"]
            container = module["spec"]["containers"]["c"]
            self.ok(container["volume_mounts"] == {"/data": {"id": "externals.vol", "read_only": True}},
                    "a volume of Score is one of the set", container)
            self.ok(container["liveness_probe"] == {"type": "command", "command": ["true"]}, "so is a probe by command",
                    container)
            self.ok("before" in container, "what a set has no word for is not dropped", container)
            del container["volume_mounts"], module["externals"], container["liveness_probe"], container["before"]
            delta = daemon.ask("POST", f"{APP}/deltas", {"modules": {"add": {"show": module}}})[1]
            daemon.deploy("development", {"delta_id": delta["id"]})
            printed = daemon.printed("development")
            for key, value in expected.items():
                self.ok(f"env {key}={value}" in printed, f"Score: {key} is {value}", "\n".join(sorted(printed)))
            for end in ("arg echo ${HOME}", "site.conf proxy_pass ${BACKEND};", "list.conf one", "list.conf show ${two}"):
                self.ok(any(end in line for line in printed), f"Score: {end}", "\n".join(sorted(printed)))

    # --- what is refused, and how ---

    def errors_say_why_in_their_message(self):
        container = '{id: c, image: "acme/show:1.0"}'
        with Daemon(import_text(one_environment(container))) as daemon:
            wrong = [
                ({"modules": {"update": {"show": [{"op": "add", "path": "/spec/containers/c/variables",
                                                   "value": {"A": "${values.NOSUCH}"}}]}}}, "placeholder", "NOSUCH"),
                ({"shared": [{"op": "add", "path": "/db", "value": {"type": "postgres"}}]}, "no-definition", "postgres"),
                ({"modules": {"update": {"show": [{"op": "replace", "path": "/spec/containers/c/image",
                                                   "value": "acme/show:9"}]}}}, "image-not-found", "acme/show:9")]
            for delta, code, name in wrong:
                delta = daemon.ask("POST", f"{APP}/deltas", delta)[1]
                status, answer = daemon.ask("POST", f"{APP}/envs/development/deploys", {"delta_id": delta["id"]})
                if status == 400:
                    self.ok(name in answer["message"], f"{code}: refused at once, and why", answer)
                    continue
                path = f"{APP}/envs/development/deploys/{answer['id']}"
                until(lambda: self.daemon_status(daemon, path) == "failed")
                error = daemon.ask("GET", path + "/errors")[1][0]
                self.ok(error["code"] == code and name in error["summary"] and name in error["message"],
                        f"{code}: the message says why", error)

    def daemon_status(self, daemon, path):
        return daemon.ask("GET", path)[1]["status"]

    def addresses_that_are_not_offered(self):
        with Daemon(import_text(one_environment('{id: c, image: "acme/show:1.0"}'))) as daemon:
            for method, path, status, said in (
                    ("GET", "/orgs/acme/registries", 404, "does not offer"),
                    ("POST", "/orgs/acme/registries/x/creds", 404, "/orgs/{orgId}/registries"),
                    ("GET", "/orgs/acme/resources/drivers", 404, "does not offer"),
                    ("GET", "/orgs/acme/workload-profiles/humanitec/default-module", 404, "does not offer"),
                    ("GET", APP + "/webhooks", 404, "does not offer"),
                    ("GET", APP + "/envs/development/users", 404, "does not offer"),
                    ("GET", "/orgs/acme/resources/types/dns", 404, "does not offer"),
                    ("POST", "/orgs/acme/resources/types", 405, "does not offer"),
                    ("DELETE", "/orgs/acme/resources/types", 405, "does not support that method"),
                    ("GET", "/orgs/acme/registrys", 404, "nothing at this address"),
                    ("GET", "/orgs/acme/resources/defz", 404, "nothing at this address"),
                    ("GET", APP + "/envs/development/webhooks", 404, "nothing at this address")):
                got, answer = daemon.ask(method, path)
                self.ok(got == status and said in answer["message"], f"{method} {path}: {said}", (got, answer))
            types = {t["type"]: t for t in daemon.ask("GET", "/orgs/acme/resources/types")[1]}
            self.ok({"dns", "sqlite", "postgres", "s3", "k8s-cluster"} <= set(types), "the types of resource are listed")


def main():
    tap = Tap()
    taken = Taken(tap)
    taken.numbers_of_yaml()
    taken.numbers_of_json()
    taken.placeholders_stand_where_the_api_has_them()
    taken.score_literals_stay_literal()
    taken.errors_say_why_in_their_message()
    taken.addresses_that_are_not_offered()
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
