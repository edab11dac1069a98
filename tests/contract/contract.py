# SPDX-License-Identifier: GPL-3.0-or-later
"""
Walks the daemon's own table of routes: each operation in success and in each failure that
doc/api/openapi.json tells of.  Every answer is held to that document, and to the public
subset where that lies beside the checkout ($SIDESTAGE_OPENAPI_SUBSET, or
../shared/api/openapi-subset.json).  A route or a documented answer that no case brings about
is a failure.  TAP, one line an answer.

With the word "none" the daemon is told to do without its extensions: what they add is then not
there, and all the rest is as it was.
"""
import fnmatch
import os
import re
import sys
import time

import cases
from daemon import Daemon, additions, codes, routes
from document import Document, shape

TOP = os.environ.get("srcdir", ".")

# Answers that the public document gives in its introduction, not with each operation.
ANYWHERE = {304, 401, 403, 404, 405, 412, 422, 429}
# 409 where the public document has none: an environment whose deployment is active.
# Nor of a delta: one that was deployed is frozen.
OURS = {("deleteValuesOfEnv", 400), ("rebaseEnvironment", 409), ("deleteEnvironment", 409),
        ("putDelta", 409), ("patchDelta", 409), ("changeNameOfDelta", 409),
        ("changeEnvOfDelta", 409)}


def mend(document):
    """The public document's own known faults, by number."""
    schemas = document["components"]["schemas"]
    # 1: a workload of a set and a V1 runtime module were merged under one name.
    schemas["ModuleResponse"].pop("additionalProperties", None)
    schemas["RuntimeInfoResponseV1"]["properties"]["modules"] = {
        "type": "object", "additionalProperties": {
            "type": "object",
            "additionalProperties": {"$ref": "#/components/schemas/ControllerResponse"}}}
    # 2: requires restartCount, defines restart_count: ours carry both, nothing to mend.
    # 6: updateSet's sentence says delta, its schema string: the schema is what we check.


def subset_path(top):
    named = os.environ.get("SIDESTAGE_OPENAPI_SUBSET")
    path = named or os.path.join(top, "..", "shared", "api", "openapi-subset.json")
    return path if os.path.exists(path) else None


class Contract:
    def __init__(self, daemon, table, ours, public, added):
        self.daemon, self.ours, self.public = daemon, ours, public
        self.added = added
        self.codes = codes()
        self.bare = daemon.extensions == "none"
        self.table = {operation: (method, pattern) for method, pattern, operation in table}
        self.rows = table
        self.seen = set()
        self.revalidated = set()
        self.places = dict(cases.PLACES)
        self.count = self.failures = 0

    # --- TAP ---

    def line(self, good, text, why=None):
        self.count += 1
        self.failures += not good
        print("%s %d - %s" % ("ok" if good else "not ok", self.count, text))
        if why and not good:
            for each in why:
                print("# " + each)
        sys.stdout.flush()

    def offers(self, extension):
        """Whether a case that is about it is to be gone through."""
        assert any(row[0] == extension for row in self.added), extension
        return not self.bare

    # --- one answer ---

    def faults(self, operation, status, answer):
        """What is wrong with an answer, in lines."""
        method, pattern = self.table[operation]
        why = []
        if answer.status != status:
            why.append("status is %d: %s" % (answer.status, answer.bytes[:300]))
        if method == "GET" and answer.status == 200 and \
                not re.match(r'^"[\w-]+"$', answer.headers.get("etag", "")):
            why.append("a GET without an ETag")
        if answer.status == 401 and answer.headers.get("www-authenticate") != "Bearer":
            why.append("401 without WWW-Authenticate")
        why += self.faults_of_code(answer)
        why += self.faults_by(self.ours, operation, answer, "doc/api/openapi.json")
        if self.public:
            why += self.faults_by(self.public, operation, answer, "the public document")
        return why

    def faults_of_code(self, answer):
        """An error has a code, unless the platform does without them."""
        error = answer.body() if answer.status >= 400 and answer.type.endswith("json") else None
        if not isinstance(error, dict) or "message" not in error:
            return []
        details = error.get("details", {})
        told = sorted({"code", "parameters", "cause"} & set(details))
        if self.bare:
            return ["details of error-codes: %s" % told] if told else []
        said = self.sentence(details)
        return [] if said == error["message"] else \
            ["the code says %r, the message %r" % (said, error["message"])]

    def sentence(self, said):
        """What code, parameters and causes say."""
        parameters = said.get("parameters", {})
        status, one, many = self.codes.get(said.get("code"), (0, "(no code)", ""))
        counts = [value for value in parameters.values() if isinstance(value, int)]
        text = many if many and counts != [1] else one
        for name, value in parameters.items():
            text = text.replace("{%s}" % name, str(value))
        return ": ".join([text] + ([self.sentence(said["cause"])] if "cause" in said else []))

    def faults_by(self, document, operation, answer, name):
        entry = document.operation(*self.table[operation])
        is_public = document is self.public
        if entry is None:
            return [] if is_public else ["%s does not know %s" % (name, operation)]
        said = document.response(entry, answer.status)
        if said is None:
            allowed = is_public and (answer.status in ANYWHERE or
                                     (operation, answer.status) in OURS)
            return [] if allowed else ["%s does not tell of %d" % (name, answer.status)]
        content = said.get("content")
        if not content or (is_public and answer.status == 204):
            # The public document gives some errors no body; ours may carry one.
            return ["%s: %d has no body" % (name, answer.status)] \
                if answer.bytes and not is_public else []
        if answer.type not in content:
            return ["%s: %d is no %r" % (name, answer.status, answer.type)]
        if not answer.type.endswith("json"):
            return []
        complaint = document.complaint(content[answer.type]["schema"], answer.body())
        return ["%s: %s" % (name, complaint)] if complaint else []

    def path(self, operation, places, query=""):
        pattern = self.table[operation][1]
        return re.sub(r"\{(\w+)\}", lambda m: places[m.group(1)], pattern) + query

    def ask(self, operation, status, note="", body=None, query="", headers=None, token=True,
            renew=None, **places):
        """One case; the answer's body, or None when it has none or the route is not there.

        renew: makes what the case is about, which may end before it is asked; then it is made
        again.  It gives the places of what it made."""
        if operation not in self.table:
            return None
        method, pattern = self.table[operation]
        at = {name: "nothing" for name in re.findall(r"\{(\w+)\}", pattern)}
        at.update(self.places)
        at.update(places)
        extra = {} if token is True else {"token": token or None}
        for _ in range(20 if renew else 1):
            at.update(renew() if renew else {})
            path = self.path(operation, at, query)
            answer = self.daemon.ask(method, path, body, headers, **extra)
            if answer.status == status:
                break
        self.seen.add((operation, answer.status))
        text = "%s %d%s" % (operation, status, ": " + note if note else "")
        self.line(answer.status == status and not self.faults(operation, status, answer), text,
                  self.faults(operation, status, answer))
        if method == "GET" and answer.status == 200 and operation not in self.revalidated:
            self.revalidate(operation, path, headers)
        return answer.body() if answer.bytes and answer.type.endswith("json") else None

    def revalidate(self, operation, path, headers):
        """With the ETag there is nothing to send, once the body has come to rest."""
        until = time.monotonic() + 5
        while True:
            tag = self.daemon.ask("GET", path, None, headers).headers.get("etag", "")
            again = self.daemon.ask("GET", path, None, dict(headers or {}, **{"If-None-Match": tag}))
            if again.status == 304 or time.monotonic() > until:
                break
        self.revalidated.add(operation)
        self.seen.add((operation, again.status))
        why = self.faults(operation, 304, again)
        if again.bytes:
            why.append("304 with a body")
        self.line(not why, operation + " 304: with the ETag of before", why)

    # --- what holds for every row ---

    def walk_extensions(self):
        """What is announced is the table, and what the table adds is in the document."""
        names = list(dict.fromkeys(row[0] for row in self.added))
        told = self.daemon.ask("GET", "/current-user").headers.get("sidestage-extensions", "")
        self.line(told == ("" if self.bare else ", ".join(names)), "the extensions are announced",
                  [told, ", ".join(names)])
        with open(os.path.join(TOP, "doc", "api", "extensions"), encoding="utf-8") as page:
            sections = re.split(r"\n\n\n\d+\. ", page.read())
        sections = {text.split("\n")[0]: " ".join(text.split()) for text in sections}
        for extension, kind, operation, name in self.added:
            why = [] if name.split("/")[-1] in sections.get(extension, "") and \
                (name or operation in sections.get(extension, "")) else \
                ["section %s of doc/api/extensions does not name it" % extension]
            found = [each for each in self.documented if fnmatch.fnmatch(each, operation)]
            why += [] if found else ["no operation is called so"]
            why += ["%s: doc/api/openapi.json does not have it" % each for each in found
                    if not self.ours.has(self.documented[each], kind, name)]
            if kind == "route" and self.bare:
                why += [] if operation not in self.table else ["the route is still asked"]
            self.line(not why, "%s: %s %s of %s is documented"
                      % (extension, kind, name, operation), why)

    def walk_withheld(self, rows):
        """The routes of an extension that is not offered are not there."""
        for method, pattern, operation in rows:
            path = re.sub(r"\{(\w+)\}", "any", pattern)
            answer = self.daemon.ask(method, path, b"{}" if method != "GET" else None)
            self.line(answer.status == 404, operation + " is not there", [str(answer.status)])

    def walk_failures(self):
        for method, pattern, operation in self.rows:
            body = self.sample(operation)
            self.ask(operation, 401, "without a token", body=body, token=False)
            names = re.findall(r"\{(\w+)\}", pattern)
            for name in names:
                if (operation, name) in cases.NEVER_MISSING:
                    continue
                self.ask(operation, cases.MISSING_STATUS.get((operation, name), 404),
                         "no such " + name, body=body,
                         **{name: cases.MISSING.get(name, "nothing-here")})
            for note, bad in self.bad_bodies(operation):
                self.ask(operation, 422, note, body=bad)

    def walk_methods(self):
        """405 tells in Allow what the address takes."""
        methods = {}
        for method, pattern, _ in self.rows:
            methods.setdefault(shape(pattern), (pattern, []))[1].append(method)
        for pattern, taken in methods.values():
            other = next(m for m in ("OPTIONS", "DELETE", "PUT") if m not in taken)
            path = re.sub(r"\{(\w+)\}", "any", pattern)
            answer = self.daemon.ask(other, path)
            allow = {each.strip() for each in answer.headers.get("allow", "").split(",")}
            why = [] if answer.status == 405 else ["status is %d" % answer.status]
            if not set(taken) <= allow or not allow <= set(taken) | {"HEAD"}:
                why.append("Allow is %s, not %s" % (sorted(allow), sorted(taken)))
            if answer.status == 405:
                complaint = self.ours.complaint({"$ref": "#/components/schemas/Error"},
                                                answer.body())
                why += [complaint] if complaint else []
            self.line(not why, "%s 405: %s is not for it" % (pattern, other), why)

    def walk_viewer(self):
        """Who may only look: what the document says he gets instead, for every row."""
        user = {"id": "viewer", "name": "Viewer", "roles": {"/orgs/topicshare-inc": "viewer"}}
        self.ask("x-createUser", 201, "who may only look", body=user)
        token = self.ask("createUserToken", 200, "of whom may only look", userId="viewer",
                         body={"id": "viewer", "type": "static"})["token"]
        for method, pattern, operation in self.rows:
            if 403 in self.told(operation):
                self.ask(operation, 403, "of whom may only look", body=self.sample(operation),
                         token=token)
            elif method != "GET" and operation not in cases.FOR_EVERYBODY:
                self.line(False, operation + " tells of 403, or is for everybody")
        self.ask("x-deleteUser", 204, "who may only look", userId="viewer")

    def walk_limits(self):
        """A stranger who goes on with wrong tokens is told to wait, whatever he asks for."""
        for method, pattern, operation in self.rows:
            at = {name: "nothing" for name in re.findall(r"\{(\w+)\}", pattern)}
            path = self.path(operation, dict(at, **self.places))
            for _ in range(200):
                answer = self.daemon.ask(method, path, self.sample(operation), token="wrong",
                                         patient=False)
                if answer.status != 401:
                    break
            self.seen.add((operation, answer.status))
            why = self.faults(operation, 429, answer)
            if not re.match(r"^[1-9]\d*$", answer.headers.get("retry-after", "")):
                why.append("429 without Retry-After")
            self.line(not why, operation + " 429: after too many wrong tokens", why)
        self.ask("getCurrentUser", 200, "with a good token, meanwhile")

    def told(self, operation):
        entry = self.ours.operation(*self.table[operation]) or {"responses": {}}
        told = {int(status) for status in entry["responses"] if status != "default"}
        # Nobody can be made who may only look; and what only an extension refuses is not refused.
        told -= {403} if self.bare else set()
        for _, kind, pattern, name in self.added if self.bare else []:
            if kind == "header" and fnmatch.fnmatch(operation, pattern):
                told -= {"If-Match": {412}, "Idempotency-Key": {422}}[name]
        return told

    def schema_of_body(self, operation):
        entry = self.ours.operation(*self.table[operation]) or {}
        content = entry.get("requestBody", {}).get("content", {})
        return self.ours.resolve(content["application/json"]["schema"]) if content else None

    def sample(self, operation):
        schema = self.schema_of_body(operation)
        if schema is None:
            return None
        usual = {"string": "text", "boolean": True, "array": []}
        return cases.BODIES.get(operation, usual.get(schema.get("type"), {}))

    def bad_bodies(self, operation):
        schema = self.schema_of_body(operation)
        if schema is None:
            return []
        other = {} if schema.get("type") in ("array", "string", "boolean") else []
        return [("an empty body", b""), ("a body that is no JSON", b"{"),
                ("JSON of another kind", other)]

    # --- was all of it seen? ---

    def walk_coverage(self):
        for method, pattern, operation in self.rows:
            entry = self.ours.operation(method, pattern)
            if entry is None:
                self.line(False, operation + " is in doc/api/openapi.json")
                continue
            self.line(entry.get("operationId") == operation,
                      operation + " is called that in the document")
            missed = sorted(status for status in self.told(operation)
                            if (operation, status) not in self.seen)
            owed = cases.OWED.get(operation, set())
            if missed and set(missed) == owed:
                self.count += 1
                print("ok %d - %s # SKIP no case brings about %s yet"
                      % (self.count, operation, missed))
                continue
            self.line(not missed and not owed, operation + " was seen in all its answers",
                      ["no case brings about %s; cases.py owes %s" % (missed, sorted(owed))])
        known = {(method, shape(pattern)) for method, pattern, _ in self.rows}
        for place, entry in self.ours.operations.items():
            if place not in known and entry["operationId"] not in cases.NO_ROUTE:
                self.count += 1
                print("ok %d - %s # SKIP documented, not in the table of routes"
                      % (self.count, entry["operationId"]))


def main():
    public = subset_path(TOP)
    table, added = routes(), additions()
    bare = sys.argv[1:] == ["none"]
    ours = Document(os.path.join(TOP, "doc", "api", "openapi.json"), closed=True)
    documented = {operation["operationId"]: operation for operation in ours.operations.values()}
    beyond = {row[2] for row in added if row[1] == "route"} if bare else set()
    with Daemon(extensions="none" if bare else "all") as daemon:
        contract = Contract(daemon, [row for row in table if row[2] not in beyond], ours,
                            Document(public, mend=mend) if public else None, added)
        contract.documented = documented
        if not public:
            print("# the public document is not here: only ours is checked")
        contract.walk_extensions()
        if bare:
            ours.forget({row[3] for row in added if row[1] == "answer member"})
            contract.walk_withheld([row for row in table if row[2] in beyond])
        cases.run(contract)
        contract.walk_failures()
        contract.walk_methods()
        if not bare:
            contract.walk_viewer()
        contract.walk_limits()
        contract.walk_coverage()
        lines = [line for line in daemon.lines() if 'msg="http"' in line]
        contract.line(not lines, "the HTTP library has nothing to say about any of it", lines[:5])
    contract.line(daemon.process.returncode == 0, "the daemon ends with status 0",
                  ["status %s" % daemon.process.returncode])
    print("1..%d" % contract.count)
    return 1 if contract.failures else 0


if __name__ == "__main__":
    sys.exit(main())
