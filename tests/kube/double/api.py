# SPDX-License-Identifier: GPL-3.0-or-later
"""What an API server answers: paths, verbs, rights, lists, watches, logs."""
import json
import re
import time

import fields
import kinds
from proxy import Proxy
from problem import Problem, bad_request, forbidden, not_acceptable
from store import Filter, clone, stamp

PATH = re.compile(r"/(?:api/(?P<core>v1)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))"
                  r"(?:/namespaces/(?P<space>[^/]+)(?=/))?/(?P<plural>[^/]+)"
                  r"(?:/(?P<name>[^/]+)(?:/(?P<sub>.+))?)?$")
VERBS = {"GET": "get", "HEAD": "get", "POST": "create", "PUT": "update", "PATCH": "patch",
         "DELETE": "delete"}
VERSION = {
    "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36",
    "minCompatibilityMajor": "1", "minCompatibilityMinor": "35", "gitVersion": "v1.36.3",
    "gitCommit": "double", "gitTreeState": "", "buildDate": "1970-01-01T00:00:00Z",
    "goVersion": "go1.26", "compiler": "gc", "platform": "linux/amd64"}


def only_metadata(obj):
    return {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": obj["metadata"]}


METADATA = re.compile(r"\bas=(PartialObjectMetadata(?:List)?)(?:;|,|$)")


def wants_metadata(handler, ask):
    """As Accept says.  Of ours no Secret is ever listed with what is in it."""
    match = METADATA.search(handler.headers.get("Accept", ""))
    wants = match[1] if match else ""
    if wants == "PartialObjectMetadataList" and ask.verb == "get":
        raise not_acceptable(f"you requested {wants}, but the requested object is not a list "
                             f"(*v1.{ask.kind.name})")
    if wants == "PartialObjectMetadata" and ask.verb == "list":
        raise not_acceptable(f"you requested {wants}, but the requested object is a list "
                             f"(*v1.{ask.kind.name}List)")
    if ask.kind.name == "Secret" and ask.verb != "get" and not wants and \
            handler.headers.get("User-Agent", "").startswith("sidestage"):
        raise bad_request("Secrets are listed as metadata only")
    return wants


class Ask:
    """A request for a resource, taken apart."""

    def __init__(self, handler):
        path, self.query = handler.query()
        match = PATH.fullmatch(path)
        if not match:
            raise Problem(404, "", "404 page not found")
        version = match["core"] or f"{match['group']}/{match['version']}"
        self.space, plural = match["space"] or "", match["plural"]
        self.name, self.sub = match["name"] or "", match["sub"] or ""
        if version == "v1" and self.space and plural in ("status", "finalize") and not self.name:
            self.space, plural, self.name, self.sub = "", "namespaces", self.space, plural
        self.kind = kinds.BY_PLURAL.get((version, plural))
        if not self.kind and version not in {kind.api_version for kind in kinds.KINDS}:
            raise Problem(404, "", "404 page not found")
        if not self.kind:
            raise no_resource()
        self.verb = VERBS[handler.command]
        if self.verb == "get" and not self.name:
            self.verb = "watch" if self.flag("watch") else "list"
        elif self.verb == "get" and self.flag("watch"):
            raise bad_request("watching one object by its name is deprecated: use a list")
        elif self.verb == "delete" and not self.name:
            self.verb = "deletecollection"
        if self.kind.namespaced and self.space == "" and self.name:
            raise no_resource()
        self.dry = self.query.get("dryRun") == "All"
        if "dryRun" in self.query and not self.dry:
            raise bad_request("invalid dryRun option")

    def flag(self, name):
        return self.query.get(name, "false").lower() in ("1", "true", "t")

    def number(self, name):
        text = self.query.get(name, "")
        return int(text) if text.isdigit() else None


def no_resource():
    return Problem(404, "NotFound", "the server could not find the requested resource", {})


def decode(body, kind=None):
    try:
        value = json.loads(body)
    except ValueError:
        raise bad_request(
            f"the object provided is unrecognized (must be of type {kind.name if kind else '?'}): "
            "couldn't get version/kind; json parse error: unexpected end of JSON input "
            f"({body[:40].decode(errors='replace')})") from None
    if not isinstance(value, dict):
        raise bad_request("the body is no object")
    return value


def json_patch(value, operations):
    """RFC 6902 with what is used of it."""
    value = clone(value)
    for row in operations:
        parts = [part.replace("~1", "/").replace("~0", "~") for part in row["path"].split("/")[1:]]
        at = value
        try:
            for part in parts[:-1]:
                at = at[int(part)] if isinstance(at, list) else at[part]
            last = parts[-1]
            if isinstance(at, list):
                last = len(at) if last == "-" else int(last)
            if row["op"] == "test":
                is_gone = isinstance(at, dict) and last not in at
                if (None if is_gone else at[last]) != row["value"]:
                    raise Problem(422, "Invalid", "the server rejected our request due to an error "
                                  "in our request", {})
            elif row["op"] == "remove":
                del at[last]
            elif row["op"] in ("add", "replace"):
                if row["op"] == "replace":
                    at[last]
                if isinstance(at, list) and row["op"] == "add":
                    at.insert(last, row["value"])
                else:
                    at[last] = row["value"]
            else:
                raise bad_request(f"unknown operation {row['op']}")
        except (KeyError, IndexError, ValueError, TypeError):
            raise Problem(422, "Invalid", "the server rejected our request due to an error in our "
                          "request", {}) from None
    return value


def merge_patch(value, patch):
    if not isinstance(patch, dict):
        return patch
    out = dict(value) if isinstance(value, dict) else {}
    for name, member in patch.items():
        if member is None:
            out.pop(name, None)
        else:
            out[name] = merge_patch(out.get(name), member)
    return out


class Api:
    def __init__(self, store, controllers, rules, bookmark_s):
        self.store, self.controllers, self.rules = store, controllers, rules
        self.bookmark_s = bookmark_s

    def knows(self, handler):
        return handler.user is not None

    # --- which answer

    def answer(self, handler):
        path, query = handler.query()
        if path == "/version":
            return handler.send_json(200, VERSION)
        if path in ("/healthz", "/livez", "/readyz"):
            return handler.send(200, b"ok", "text/plain; charset=utf-8")
        if path.startswith("/double/"):
            return self.control(handler, path, query)
        found = self.discovery(path)
        if found:
            return handler.send_json(200, found)
        ask = Ask(handler)
        self.authorize(handler, ask)
        if ask.sub == "log" and ask.kind.name == "Pod":
            return self.log(handler, ask)
        if ask.sub.split("/")[0] == "proxy" and ask.kind.name in ("Service", "Pod"):
            return Proxy(handler, ask).answer(self.store)
        if ask.verb == "watch":
            return self.watch(handler, ask)
        with self.store.lock:
            code, value = getattr(self, ask.verb)(handler, ask)
        return handler.send_json(code, value)

    def discovery(self, path):
        if path == "/api":
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
        groups = sorted({kind.api_version for kind in kinds.KINDS if kind.group})
        if path == "/apis":
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
                {"name": group.split("/")[0],
                 "versions": [{"groupVersion": group, "version": group.split("/")[1]}],
                 "preferredVersion": {"groupVersion": group, "version": group.split("/")[1]}}
                for group in groups]}
        version = path[5:] if path.startswith("/api/") else path[6:]
        rows = [kind for kind in kinds.KINDS if kind.api_version == version]
        if path.startswith(("/api/", "/apis/")) and rows:
            return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version,
                    "resources": [row for kind in rows for row in self.resources(kind)]}
        return None

    @staticmethod
    def resources(kind):
        row = {"name": kind.plural, "singularName": kind.singular, "namespaced": kind.namespaced,
               "kind": kind.name, "verbs": kind.verbs}
        if kind.short:
            row["shortNames"] = kind.short
        out = [row]
        if kind.status:
            out.append({"name": kind.plural + "/status", "singularName": "",
                        "namespaced": kind.namespaced, "kind": kind.name,
                        "verbs": ["get", "patch", "update"]})
        if kind.name == "Pod":
            out.append({"name": "pods/log", "singularName": "", "namespaced": True, "kind": "Pod",
                        "verbs": ["get"]})
        return out

    def authorize(self, handler, ask):
        resource = ask.kind.resource + ("/" + ask.sub.split("/")[0] if ask.sub else "")
        space = ask.space or (ask.name if ask.kind.name == "Namespace" else "")
        if not self.rules.denies(handler.user, ask.verb, resource, space):
            return
        plural = ask.kind.plural + ("/" + ask.sub.split("/")[0] if ask.sub else "")
        where = f'in the namespace "{space}"' if space else "at the cluster scope"
        raise forbidden(ask.kind, ask.name, f'User "{handler.user}" cannot {ask.verb} resource '
                        f'"{plural}" in API group "{ask.kind.group}" {where}')

    # --- verbs

    def get(self, handler, ask):
        obj = self.store.get(ask.kind, ask.space, ask.name)
        if ask.sub == "scale" and ask.kind.name in ("Deployment", "ReplicaSet", "StatefulSet"):
            return 200, self.scale_of(obj)
        if ask.sub not in ("", "status"):
            raise no_resource()
        return 200, only_metadata(obj) if wants_metadata(handler, ask) else obj

    def list(self, handler, ask):
        wanted = Filter(ask.kind, ask.space, ask.query.get("labelSelector", ""),
                        ask.query.get("fieldSelector", ""))
        found = self.store.list(ask.kind, wanted, ask.number("limit"), ask.query.get("continue"))
        if not wants_metadata(handler, ask):
            return 200, found
        return 200, {**found, "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
                     "items": [only_metadata(item) for item in found["items"]]}

    def who(self, handler, ask):
        agent = handler.headers.get("User-Agent", "unknown").split("/")[0]
        return ask.query.get("fieldManager") or agent, "Update"

    def check_fields(self, handler, ask, body):
        """Unknown ones are an error, a warning, or nothing."""
        mode = ask.query.get("fieldValidation", "Warn")
        found = fields.unknown_fields(body, ask.kind.shape)
        if not found or mode == "Ignore":
            return
        words = [f'unknown field "{field[1:]}"' for field in found]
        if mode == "Strict":
            raise bad_request(f"{ask.kind.name} in version \"{ask.kind.version}\" cannot be handled "
                              "as a " + ask.kind.name + ": strict decoding error: " +
                              ", ".join(words))
        handler.warnings += words

    def prune(self, value, shape):
        """Without what the schema does not have, as the server stores it."""
        kind, inner, _ = fields.parse(shape.lstrip("!"))
        if shape.startswith("[]"):
            kind, inner = "list", shape[2:]
        if kind == "struct" and isinstance(value, dict) and inner in fields.TYPES:
            return {name: self.prune(member, fields.TYPES[inner][name])
                    for name, member in value.items()
                    if name in fields.TYPES[inner] and member is not None}
        if kind == "map" and isinstance(value, dict):
            return {name: self.prune(member, inner) for name, member in value.items()}
        if kind in ("list", "set") and isinstance(value, list):
            return [self.prune(member, inner) for member in value]
        return value

    def read(self, handler, ask):
        body = decode(handler.body, ask.kind)
        kinds.check_new_value(ask.kind, body)
        self.check_fields(handler, ask, body)
        wrong = fields.wrong_type(body, ask.kind.shape)
        if wrong:
            raise bad_request(
                f'{ask.kind.name} in version "{ask.kind.version}" cannot be handled as a '
                f"{ask.kind.name}: json: cannot unmarshal into Go struct field "
                f"{ask.kind.name}{wrong[0]} of type {wrong[1]}")
        return self.prune(body, ask.kind.shape)

    def create(self, handler, ask):
        if ask.name:
            raise Problem(405, "MethodNotAllowed",
                          "the server does not allow this method on the requested resource", {})
        body = self.read(handler, ask)
        if ask.kind.name == "SelfSubjectAccessReview":
            return 201, self.review(handler, body)
        return 201, self.store.create(ask.kind, ask.space, body, self.who(handler, ask), ask.dry)

    def review(self, handler, body):
        """May I?"""
        asked = body.get("spec", {}).get("resourceAttributes")
        if asked is None:
            allowed = True
        else:
            resource = asked.get("resource", "") + (
                "." + asked["group"] if asked.get("group") else "") + (
                "/" + asked["subresource"] if asked.get("subresource") else "")
            allowed = not self.rules.denies(handler.user, asked.get("verb", ""), resource,
                                            asked.get("namespace", ""))
        status = {"allowed": allowed}
        if allowed and "system:masters" not in handler.groups:
            status["reason"] = 'RBAC: allowed by ClusterRoleBinding "tests" of ClusterRole ' \
                '"tests" to User "' + handler.user + '"'
        return {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
                "metadata": {"managedFields": [{
                    "manager": handler.headers.get("User-Agent", "unknown").split("/")[0],
                    "operation": "Update", "apiVersion": "authorization.k8s.io/v1",
                    "time": stamp(), "fieldsType": "FieldsV1",
                    "fieldsV1": fields.tree(fields.leaves(
                        {"spec": body.get("spec", {})}, "=SelfSubjectAccessReview"))}]},
                "spec": body.get("spec", {}), "status": status}

    def update(self, handler, ask):
        before = self.store.get(ask.kind, ask.space, ask.name)
        body = decode(handler.body)
        if ask.sub == "scale":
            return 200, self.scale_to(handler, ask, before, body)
        if ask.sub == "finalize" and ask.kind.name == "Namespace":
            after = clone(before)
            after["spec"] = body.get("spec", {})
            self.store.commit(ask.kind, before, after)
            return 200, after
        if ask.sub not in ("", "status"):
            raise no_resource()
        return 200, self.store.replace(ask.kind, before, self.read(handler, ask),
                                       self.who(handler, ask), ask.sub, ask.dry)

    def patch(self, handler, ask):
        content = handler.headers.get("Content-Type", "").split(";")[0].strip()
        who = self.who(handler, ask)
        if content in ("application/apply-patch+yaml", "application/apply-patch+cbor"):
            return self.server_side_apply(handler, ask, who)
        before = self.store.get(ask.kind, ask.space, ask.name)
        base = self.scale_of(before) if ask.sub == "scale" else before
        if content == "application/json-patch+json":
            after = json_patch(base, json.loads(handler.body))
        elif content == "application/merge-patch+json":
            after = merge_patch(base, decode(handler.body))
        elif content == "application/strategic-merge-patch+json":
            patch = decode(handler.body)
            after = fields.merge(clone(base), patch, ask.kind.shape)
        else:
            raise Problem(415, "UnsupportedMediaType",
                          "the body of the request was in an unknown format - accepted media types "
                          "include: application/json-patch+json, application/merge-patch+json, "
                          "application/strategic-merge-patch+json, application/apply-patch+yaml")
        if ask.sub == "scale":
            return 200, self.scale_to(handler, ask, before, after)
        if ask.sub not in ("", "status"):
            raise no_resource()
        self.check_fields(handler, ask, after)
        after = self.prune(clone(after), ask.kind.shape)
        meta = after["metadata"]
        if meta["resourceVersion"] == before["metadata"]["resourceVersion"]:
            del meta["resourceVersion"]
        return 200, self.store.replace(ask.kind, before, after, who, ask.sub, ask.dry)

    def server_side_apply(self, handler, ask, who):
        if not ask.query.get("fieldManager"):
            raise Problem(422, "Invalid", 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: '
                          "Required value: is required for apply patch", {
                              "group": "meta.k8s.io", "kind": "PatchOptions", "causes": [{
                                  "reason": "FieldValueRequired", "field": "fieldManager",
                                  "message": "Required value: is required for apply patch"}]})
        body = decode(handler.body)
        for name in ("apiVersion", "kind"):
            if not body.get(name):
                raise bad_request(f"error decoding YAML: Object '{name.capitalize()}' is missing")
        if ask.sub:
            raise no_resource()
        kinds.check_new_value(ask.kind, body)
        obj, is_new = self.store.apply(ask.kind, ask.space, ask.name, body, who,
                                       ask.flag("force"), ask.dry)
        return (201 if is_new else 200), obj

    def delete(self, handler, ask):
        obj = self.store.get(ask.kind, ask.space, ask.name)
        options = decode(handler.body) if handler.body else {}
        for name in ("propagationPolicy",):
            if name in ask.query:
                options[name] = ask.query[name]
        if "gracePeriodSeconds" in ask.query:
            options["gracePeriodSeconds"] = ask.number("gracePeriodSeconds")
        dry = ask.dry or options.get("dryRun") == ["All"]
        left = self.store.delete(ask.kind, obj, options, dry)
        meta = obj["metadata"]
        there = (meta.get("namespace", ""), meta["name"]) in self.store.objects[ask.kind] and not dry
        if there or ask.kind.name in ("Pod", "PersistentVolumeClaim", "Service",
                                      "ServiceAccount", "ResourceQuota"):
            return 200, left
        details = {"name": meta["name"], "kind": ask.kind.plural, "uid": meta["uid"]}
        if ask.kind.group:
            details["group"] = ask.kind.group
        return 200, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success",
                     "details": details}

    def deletecollection(self, handler, ask):
        wanted = Filter(ask.kind, ask.space, ask.query.get("labelSelector", ""),
                        ask.query.get("fieldSelector", ""))
        options = decode(handler.body) if handler.body else {}
        found = self.store.list(ask.kind, wanted, None, None)
        for item in found["items"]:
            self.store.delete(ask.kind, self.store.get(ask.kind, item["metadata"].get(
                "namespace", ""), item["metadata"]["name"]), options, ask.dry)
        return 200, found

    # --- scale

    @staticmethod
    def scale_of(obj):
        meta = obj["metadata"]
        return {"kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": {
            name: meta[name] for name in ("name", "namespace", "uid", "resourceVersion",
                                          "creationTimestamp")},
            "spec": {"replicas": obj["spec"]["replicas"]},
            "status": {"replicas": obj["status"].get("replicas", 0), "selector": ",".join(
                f"{name}={value}" for name, value in sorted(
                    obj["spec"]["selector"].get("matchLabels", {}).items()))}}

    def scale_to(self, handler, ask, before, body):
        after = clone(before)
        after["spec"]["replicas"] = int(body.get("spec", {}).get("replicas", 0))
        del after["metadata"]["resourceVersion"]
        return self.scale_of(self.store.replace(ask.kind, before, after, self.who(handler, ask),
                                                "scale", ask.dry))

    # --- what streams

    def watch(self, handler, ask):
        wanted = Filter(ask.kind, ask.space, ask.query.get("labelSelector", ""),
                        ask.query.get("fieldSelector", ""))
        if wants_metadata(handler, ask):
            raise bad_request("this server does not watch metadata")
        marks = ask.flag("allowWatchBookmarks")
        limit = time.monotonic() + (ask.number("timeoutSeconds") or 1800)
        version = ask.number("resourceVersion") or 0
        with self.store.lock:
            start = []
            if ask.flag("sendInitialEvents") or version == 0:
                start = [("ADDED", obj) for key, obj in sorted(self.store.objects[ask.kind].items())
                         if wanted.wants(obj)]
                version = self.store.version
        handler.begin(200, "application/json")
        for kind, obj in start:
            self.send_event(handler, kind, obj)
        if ask.flag("sendInitialEvents"):
            self.send_bookmark(handler, ask.kind, version,
                               {"k8s.io/initial-events-end": "true"})
        marked = time.monotonic()
        while not handler.is_over() and time.monotonic() < limit:
            try:
                if handler.is_old:
                    raise Problem(410, "Expired", f"too old resource version: {version} "
                                  f"({self.store.version})")
                with self.store.lock:
                    found, upto = self.store.events_since(ask.kind, version, wanted)
                    if not found and self.store.version == upto:
                        self.store.changed.wait(0.1)
            except Problem as problem:
                self.send_event(handler, "ERROR", problem.status())
                break
            for kind, obj in found:
                if kind not in handler.lost:
                    self.send_event(handler, kind, obj)
            version = upto
            if marks and time.monotonic() - marked > self.bookmark_s:
                marked = time.monotonic()
                self.send_bookmark(handler, ask.kind, version)
            if not found and handler.is_left():
                handler.close_connection = True
                return
        handler.end_chunks()

    @staticmethod
    def send_event(handler, kind, obj):
        handler.write_chunk(json.dumps({"type": kind, "object": obj}, separators=(",", ":"),
                                       ensure_ascii=False).encode() + b"\n")

    def send_bookmark(self, handler, kind, version, notes=None):
        meta = {"resourceVersion": str(version), "creationTimestamp": None}
        if notes:
            meta["annotations"] = notes
        self.send_event(handler, "BOOKMARK", {"kind": kind.name, "apiVersion": kind.api_version,
                                              "metadata": meta})

    def log(self, handler, ask):
        with self.store.lock:
            pod = self.store.get(ask.kind, ask.space, ask.name)
            lines, follows = self.log_lines(ask, pod)
        handler.begin(200, "text/plain")
        sent = 0
        while True:
            data = "".join(text + "\n" for text in lines[sent:]).encode()
            limit = ask.number("limitBytes")
            if limit is not None:
                data = data[:limit]
            if data:
                handler.write_chunk(data)
            sent = len(lines)
            if not follows or handler.is_over() or handler.is_left():
                break
            with self.store.lock:
                self.store.changed.wait(0.05)
                pod = self.store.find("Pod", ask.space, ask.name)
                if not pod or pod["status"].get("phase") in ("Succeeded", "Failed"):
                    follows = False
                if pod:
                    skipped = ask.query.pop("tailLines", None)
                    fresh, _ = self.log_lines(ask, pod)
                    if skipped is not None:
                        ask.skip = len(fresh) - len(lines) if not hasattr(ask, "skip") else ask.skip
                    lines = fresh[getattr(ask, "skip", 0):]
        handler.end_chunks()

    def log_lines(self, ask, pod):
        """(lines, whether they are followed), or why there are none."""
        names = [c["name"] for c in pod["spec"]["containers"] +
                 pod["spec"].get("initContainers", [])]
        name = ask.query.get("container") or names[0]
        if not ask.query.get("container") and len(pod["spec"]["containers"]) > 1:
            raise bad_request(f"a container name must be specified for pod {ask.name}, choose one "
                              f"of: [{' '.join(names)}]")
        if name not in names:
            raise bad_request(f"container {name} is not valid for pod {ask.name}")
        rows = pod["status"].get("containerStatuses", []) + \
            pod["status"].get("initContainerStatuses", [])
        row = next((one for one in rows if one["name"] == name), None)
        runs = self.controllers.logs.get((pod["metadata"]["uid"], name), [])
        if ask.flag("previous"):
            if not row or not row["restartCount"] or len(runs) < 2:
                raise bad_request(f'previous terminated container "{name}" in pod "{ask.name}" '
                                  "not found")
            lines = runs[-2]
        else:
            if not runs:
                why = row["state"].get("waiting", {}).get("reason") if row else None
                words = {"ErrImagePull": "image can't be pulled",
                         "ImagePullBackOff": "trying and failing to pull image"}
                raise bad_request(f'container "{name}" in pod "{ask.name}" is waiting to start: '
                                  + words.get(why, why or "ContainerCreating"))
            lines = runs[-1]
        # Seconds, before which a line with decimals must not sort.
        since = ask.query.get("sinceTime", "").rstrip("Z")
        if since:
            lines = [line for line in lines if line[0] >= since]
        tail = ask.number("tailLines")
        if tail is not None:
            lines = lines[len(lines) - min(tail, len(lines)):]
        return [f"{when} {text}" if ask.flag("timestamps") else text
                for when, text in lines], ask.flag("follow")

    # --- what only tests ask

    def control(self, handler, path, query):
        """POST /double/forget: nothing that was can be watched; /double/say?namespace=&pod=
        &container=&text=: a line of output.  GET /double/met: how many requests each fault met."""
        if path == "/double/met":
            handler.send_json(200, self.rules.met())
            return
        with self.store.lock:
            if path == "/double/forget":
                self.store.forget()
            elif path == "/double/say":
                pod = self.store.get(kinds.BY_NAME["Pod"], query["namespace"], query["pod"])
                self.controllers.say(pod, query.get("container") or
                                     pod["spec"]["containers"][0]["name"], query["text"])
            else:
                raise Problem(404, "", "404 page not found")
        handler.send_json(200, {})
