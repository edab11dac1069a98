# SPDX-License-Identifier: GPL-3.0-or-later
"""All objects, and what happened to them: what a watch is told."""
import base64
import collections
import datetime
import hashlib
import itertools
import json
import threading

import custom
import fields
import kinds
from problem import (Problem, already_exists, bad_request, conflict, expired, forbidden,
                     invalid, not_found)

FIRST_VERSION = 1000
SYSTEM = ("controller-manager", "Update")
# One of the two is None when it is new, or gone.
Change = collections.namedtuple("Change", "version before after")
TOO_OLD_LIST = (
    "The provided continue parameter is too old to display a consistent list result. You can start "
    "a new list without the continue parameter, or use the continue token in this response to "
    "retrieve the remainder of the results. Continuing with the provided token results in an "
    "inconsistent list - objects that were created, modified, or deleted between the time the first "
    "chunk was returned and now may show up in the list.")


def clone(value):
    if isinstance(value, dict):
        return {name: clone(member) for name, member in value.items()}
    return [clone(member) for member in value] if isinstance(value, list) else value


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def stamp(micro=False):
    return now().strftime("%Y-%m-%dT%H:%M:%S.%fZ" if micro else "%Y-%m-%dT%H:%M:%SZ")


def without_servers(obj):
    """What an applied or written object says by itself."""
    out = {name: value for name, value in obj.items() if name != "status"}
    meta = dict(out.get("metadata") or {})
    for name in ("creationTimestamp", "uid", "resourceVersion", "generation", "managedFields",
                 "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink"):
        meta.pop(name, None)
    out["metadata"] = meta
    return out


def parse_selector(text):
    """[(name, operator, values)] of a labelSelector."""
    out = []
    text = text.strip()
    while text:
        head, _, rest = text.partition(",")
        if "(" in head:
            head, _, rest = text.partition(")")
            rest = rest.lstrip(",")
            name, operator, values = head.replace("(", " ").split(None, 2) + [""] * (
                3 - len(head.replace("(", " ").split(None, 2)))
            out.append((name, operator, [value.strip() for value in values.split(",")]))
        elif "!=" in head:
            name, _, value = head.partition("!=")
            out.append((name.strip(), "notin", [value.strip()]))
        elif "=" in head:
            name, _, value = head.replace("==", "=").partition("=")
            out.append((name.strip(), "in", [value.strip()]))
        elif head.startswith("!"):
            out.append((head[1:].strip(), "gone", []))
        else:
            out.append((head.strip(), "there", []))
        text = rest.strip()
    return out


def selects(selector, labels):
    for name, operator, values in selector:
        there = name in labels
        if operator == "in" and labels.get(name) not in values:
            return False
        if operator == "notin" and there and labels[name] in values:
            return False
        if (operator == "there" and not there) or (operator == "gone" and there):
            return False
    return True


def label_selector(selector):
    """The same of the object's form."""
    out = [(name, "in", [value]) for name, value in (selector.get("matchLabels") or {}).items()]
    for row in selector.get("matchExpressions") or []:
        operator = {"In": "in", "NotIn": "notin", "Exists": "there", "DoesNotExist": "gone"}
        out.append((row["key"], operator[row["operator"]], row.get("values", [])))
    return out


FIELD_LABELS = {
    "Pod": {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
            "spec.serviceAccountName", "status.phase", "status.podIP", "status.nominatedNodeName"},
    "Event": {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name",
              "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
              "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type"},
    "Secret": {"type"}, "Namespace": {"status.phase"}, "Job": {"status.successful"},
}


def parse_field_selector(kind, text):
    known = {"metadata.name", "metadata.namespace"} | FIELD_LABELS.get(kind.name, set())
    out = parse_selector(text)
    for name, _, _ in out:
        if name not in known:
            raise bad_request(f'"{name}" is not a known field selector: only "metadata.name", '
                              '"metadata.namespace"')
    return [(tuple(name.split(".")), operator, values) for name, operator, values in out]


def field_matches(rows, obj):
    for path, operator, values in rows:
        value = kinds.at(obj, path)
        text = "" if value == {} else str(value)
        if (text in values) != (operator == "in"):
            return False
    return True


class Filter:
    def __init__(self, kind, namespace, labels="", field=""):
        self.namespace = namespace
        self.labels = parse_selector(labels)
        self.fields = parse_field_selector(kind, field) if field else []

    @property
    def is_all(self):
        return not self.labels and not self.fields

    def wants(self, obj):
        return (obj is not None and
                (not self.namespace or obj["metadata"].get("namespace") == self.namespace) and
                selects(self.labels, obj["metadata"].get("labels") or {}) and
                field_matches(self.fields, obj))


class Store:
    def __init__(self, history=4096):
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.version = FIRST_VERSION
        self.limit = history
        self.objects, self.history, self.forgotten = {}, {}, {}
        self.managers = {}		# by uid
        for kind in kinds.KINDS:
            self.know(kind)
        self.pages = {}
        self.numbers = itertools.count(1)
        self.touched = lambda kind, obj: None	# the controllers hear of every change

    def know(self, kind):
        self.objects[kind] = {}
        self.history[kind] = collections.deque(maxlen=self.limit)
        self.forgotten[kind] = self.version

    # --- small things that are given out

    def new_uid(self):
        text = hashlib.sha256(f"double-{next(self.numbers)}".encode()).hexdigest()
        return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-8{text[17:20]}-{text[20:32]}"

    def suffix(self, length=5):
        letters = "bcdfghjklmnpqrstvwxz2456789"
        digest = hashlib.sha256(f"suffix-{next(self.numbers)}".encode()).digest()
        return "".join(letters[byte % len(letters)] for byte in digest[:length])

    def next_address(self):
        n = next(self.numbers)
        return f"10.96.{n // 250 % 250}.{n % 250 + 2}"

    def next_port(self):
        return 30000 + next(self.numbers) % 2768

    # --- reading

    def get(self, kind, namespace, name):
        obj = self.objects[kind].get((namespace, name))
        if obj is None:
            raise not_found(kind, name)
        return obj

    def find(self, kind_name, namespace, name):
        """None also where there is no such kind."""
        return self.objects.get(kinds.BY_NAME.get(kind_name), {}).get((namespace, name))

    def of(self, kind_name, namespace=None):
        """In the order of the keys of the store, where "team-a/" is before "team/"."""
        return [obj for key, obj in self.in_order(kinds.BY_NAME[kind_name])
                if namespace is None or key[0] == namespace]

    def in_order(self, kind):
        return sorted(self.objects[kind].items(), key=lambda item: "/".join(item[0]))

    def list(self, kind, wanted, limit, token):
        if token:
            try:
                n = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["page"]
            except (ValueError, KeyError, TypeError):
                raise bad_request("invalid continue token: continue key is not valid: invalid "
                                  "character looking for beginning of value") from None
            if n not in self.pages:
                raise expired(TOO_OLD_LIST)
            version, rest = self.pages[n]
        else:
            version = self.version
            rest = [obj for key, obj in self.in_order(kind) if wanted.wants(obj)]
        meta = {"resourceVersion": str(version)}
        items = rest
        if limit and len(rest) > limit:
            items = rest[:limit]
            n = next(self.numbers)
            self.pages[n] = (version, rest[limit:])
            meta["continue"] = base64.urlsafe_b64encode(
                json.dumps({"v": "meta.k8s.io/v1", "rv": version, "page": n}).encode()
            ).decode().rstrip("=")
            if wanted.is_all:
                meta["remainingItemCount"] = len(rest) - limit
        return {"kind": kind.name + "List", "apiVersion": kind.api_version, "metadata": meta,
                "items": [{name: value for name, value in obj.items()
                           if name not in ("kind", "apiVersion")} for obj in items]}

    # --- writing

    def commit(self, kind, before, after):
        """`before` None: it is new; `after` None: it goes."""
        self.version += 1
        obj = after or clone(before)
        obj["metadata"]["resourceVersion"] = str(self.version)
        key = (obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        if after is None:
            del self.objects[kind][key]
            self.managers.pop(obj["metadata"]["uid"], None)
        else:
            self.objects[kind][key] = after
            if kind.name == custom.DEFINITION:
                custom.define(self, after)
        past = self.history[kind]
        if len(past) == past.maxlen:
            self.forgotten[kind] = past[0].version
        past.append(Change(self.version, before, after))
        self.changed.notify_all()
        self.touched(kind, obj)
        return obj

    def forget(self):
        """What happened until now cannot be watched any more, and no list be continued."""
        for kind in kinds.KINDS:
            self.forgotten[kind] = self.version
            self.history[kind].clear()
        self.pages.clear()
        self.changed.notify_all()

    def check_namespace(self, kind, namespace, name, creates):
        if not kind.namespaced:
            return
        space = self.find("Namespace", "", namespace)
        if space is None and creates:
            raise not_found(kinds.BY_NAME["Namespace"], namespace)
        if creates and space["metadata"].get("deletionTimestamp"):
            raise forbidden(kind, name, f"unable to create new content in namespace {namespace} "
                            "because it is being terminated", causes=[{
                                "reason": "NamespaceTerminating",
                                "message": f"namespace {namespace} is being terminated",
                                "field": "metadata.namespace"}])

    def check_quota(self, kind, namespace, obj):
        """Counts of objects, and requests of pods."""
        for quota in self.of("ResourceQuota", namespace):
            asked, used, hard = {}, {}, quota["spec"].get("hard", {})
            for name, limit in hard.items():
                wants = self.quota_amount(kind, obj, name)
                if not wants:
                    continue
                has = self.quota_used(namespace, name)
                if has + wants > kinds.amount(limit):
                    asked[name], used[name] = wants, has
            if asked:
                def shown(values):
                    return ",".join(f"{name}={plain(values[name])}" for name in sorted(values))
                raise forbidden(kind, obj["metadata"]["name"],
                                f"exceeded quota: {quota['metadata']['name']}, requested: "
                                f"{shown(asked)}, used: {shown(used)}, limited: "
                                + ",".join(f"{name}={hard[name]}" for name in sorted(asked)))

    def quota_used(self, namespace, name):
        return sum(self.quota_amount(kind, obj, name) for kind in kinds.KINDS
                   for obj in self.objects[kind].values()
                   if obj["metadata"].get("namespace") == namespace)

    @staticmethod
    def quota_amount(kind, obj, name):
        if name in (kind.plural, f"count/{kind.resource}"):
            return 1
        if kind.name == "Pod" and name.partition(".")[0] in ("requests", "limits"):
            member, _, resource = name.partition(".")
            return sum(kinds.amount(container["resources"].get(member, {}).get(resource, "0"))
                       for container in obj["spec"]["containers"])
        return 0

    def finished(self, kind, obj, before):
        """Defaults and validation."""
        kinds.set_defaults(kind, obj, self)
        kinds.check(kind, obj, before)
        return obj

    def create(self, kind, namespace, obj, who=SYSTEM, dry=False):
        obj = clone(obj)
        meta = obj.setdefault("metadata", {})
        if "name" not in meta and meta.get("generateName"):
            meta["name"] = meta["generateName"] + self.suffix()
        name = meta.get("name", "")
        if not name:
            raise invalid(kind, "", [("metadata.name", "FieldValueRequired",
                                      "Required value: name or generateName is required")])
        if meta.get("namespace", namespace) != namespace and kind.namespaced:
            raise bad_request("the namespace of the provided object does not match the namespace "
                              "sent on the request")
        if meta.get("resourceVersion"):
            raise Problem(500, "", "resourceVersion should not be set on objects to be created")
        self.check_namespace(kind, namespace, name, True)
        keep = obj.get("status") if kind.name == "Namespace" or who == SYSTEM else None
        obj = without_servers(obj)
        meta = obj["metadata"]
        if keep:
            obj["status"] = keep
        return self.insert(kind, namespace, obj, None, who, dry)

    def insert(self, kind, namespace, obj, managers, who, dry):
        """A new one; managers None: it was no apply."""
        meta = obj["metadata"]
        name = meta["name"]
        if kind.namespaced:
            meta["namespace"] = namespace
        if (namespace if kind.namespaced else "", name) in self.objects[kind]:
            raise already_exists(kind, name)
        obj["kind"], obj["apiVersion"] = kind.name, kind.api_version
        meta["uid"] = self.new_uid()
        meta["creationTimestamp"] = stamp()
        if kind.generation:
            meta["generation"] = 1
        self.finished(kind, obj, None)
        self.check_quota(kind, namespace, obj)
        if managers is None:
            managers = fields.Managers()
            managers.updated((who[0], "Update", kind.api_version, ""), stamp(), {},
                             fields.leaves(without_servers(obj), kind.shape))
        if managers.entries:
            meta["managedFields"] = managers.encode()
        if dry:
            return obj
        self.managers[meta["uid"]] = managers
        return self.commit(kind, None, obj)

    def replace(self, kind, before, obj, who=SYSTEM, sub="", dry=False):
        """An update of the whole, or of a subresource; `obj` is the caller's."""
        obj = clone(obj)
        old = before["metadata"]
        given = (obj.get("metadata") or {}).get("resourceVersion")
        if given and given != old["resourceVersion"]:
            raise conflict(kind, old["name"], "the object has been modified; please apply your "
                           "changes to the latest version and try again")
        uid = (obj.get("metadata") or {}).get("uid")
        if uid and uid != old["uid"]:
            raise conflict(kind, old["name"], f"Precondition failed: UID in precondition: {uid}, "
                           f"UID in object meta: {old['uid']}")
        managers = self.managers[old["uid"]].copy()
        said = (obj.get("metadata") or {}).get("managedFields")
        if said and said != old.get("managedFields"):
            managers = fields.Managers.decode(said)
        return self.settle(kind, before, obj, managers, who, sub, dry)

    def settle(self, kind, before, obj, managers, who, sub, dry, applied=False):
        """What an update, a patch or an apply made of an object is stored."""
        old = before["metadata"]
        meta = obj.setdefault("metadata", {})
        for name in ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp",
                     "deletionGracePeriodSeconds", "generation", "resourceVersion",
                     "generateName"):
            if name in old:
                meta[name] = old[name]
            else:
                meta.pop(name, None)
        obj["kind"], obj["apiVersion"] = kind.name, kind.api_version
        if sub == "status":
            status, notes, whole = obj.get("status", {}), meta.get("annotations"), clone(before)
            whole["status"] = status
            if notes:
                whole["metadata"]["annotations"] = notes
            obj, meta = whole, whole["metadata"]
        elif kind.status and "status" in before:
            obj["status"] = clone(before["status"])
        if sub != "status":
            self.finished(kind, obj, before)
        if not applied and kind.name != "Namespace":
            def owned(one):
                one = {"status": one.get("status", {}), "metadata": {
                    "annotations": one["metadata"].get("annotations", {})}} \
                    if sub == "status" else without_servers(one)
                return fields.leaves(one, kind.shape)
            def is_status(key):
                return (key[3] == "status") == (sub == "status")
            mine = {key: value for key, value in managers.entries.items() if is_status(key)}
            rest = {key: value for key, value in managers.entries.items() if not is_status(key)}
            part = fields.Managers(mine)
            part.updated((who[0], "Update", kind.api_version, sub), stamp(), owned(before),
                         owned(obj))
            managers = fields.Managers({**rest, **part.entries})
        meta.pop("managedFields", None)
        if "managedFields" in old:
            meta["managedFields"] = old["managedFields"]
        encoded = managers.encode()
        same = obj == before and [strip(row) for row in encoded] == \
            [strip(row) for row in old.get("managedFields", [])]
        if same:
            return before
        if encoded:
            meta["managedFields"] = encoded
        else:
            meta.pop("managedFields", None)
        binds = kind.name == "Pod" and who == SYSTEM
        if kind.generation and sub != "status" and not binds and obj.get("spec") != before.get("spec"):
            meta["generation"] = old.get("generation", 0) + 1
        if dry:
            return obj
        self.managers[old["uid"]] = managers
        if meta.get("deletionTimestamp") and not meta.get("finalizers") and \
                self.can_go(kind, obj):
            return self.commit(kind, obj, None)
        return self.commit(kind, before, obj)

    def can_go(self, kind, obj):
        if kind.name == "Namespace":
            return not obj["spec"].get("finalizers")
        return kind.name != "Pod"	# the kubelet says when

    def apply(self, kind, namespace, name, config, who, force=False, dry=False):
        """(object, it is new)"""
        meta = config.get("metadata") or {}
        if meta.get("name", name) != name:
            raise bad_request(f'the name of the object ({meta["name"]}) does not match the name '
                              f"on the URL ({name})")
        if meta.get("managedFields"):
            raise bad_request("metadata.managedFields must be nil")
        before = self.objects[kind].get((namespace if kind.namespaced else "", name))
        where = (f"failed to create typed patch object ({meta.get('namespace', '')}/{name}; "
                 f"{'/' + kind.version if not kind.group else kind.api_version}, "
                 f"Kind={kind.name}): ")
        unknown = fields.unknown_fields(config, kind.shape)
        if unknown:
            raise Problem(500, "", where + (f"{unknown[0]}: field not declared in schema"
                          if len(unknown) == 1 else "errors:\n" + "\n".join(
                              f"  {field}: field not declared in schema" for field in unknown)))
        wrong = fields.wrong_type(config, kind.shape)
        if wrong:
            raise Problem(500, "", where + f"{wrong[0]}: expected {wrong[1]}, got "
                          f"&value.valueUnstructured{{Value:{json.dumps(wrong[2])}}}")
        config = without_servers(clone(config))
        config["metadata"].pop("name", None)
        config["metadata"].pop("namespace", None)
        key = (who[0], "Apply", kind.api_version, "")
        if before is None:
            self.check_namespace(kind, namespace, name, True)
            managers = fields.Managers()
            managers.set(key, stamp(), fields.leaves(config, kind.shape))
            config["metadata"]["name"] = name
            return self.insert(kind, namespace, config, managers, who, dry), True
        if meta.get("uid") and meta["uid"] != before["metadata"]["uid"]:
            raise conflict(kind, name, f"Precondition failed: UID in precondition: {meta['uid']}, "
                           f"UID in object meta: {before['metadata']['uid']}")
        managers = self.managers[before["metadata"]["uid"]].copy()
        found = managers.conflicts(key, fields.leaves(before, kind.shape),
                                   fields.leaves(config, kind.shape))
        if found and not force:
            message, causes = fields.conflict_status(found)
            raise Problem(409, "Conflict", message, {"causes": causes})
        obj = managers.apply(key, stamp(), clone(before), config, kind.shape, force)
        return self.settle(kind, before, obj, managers, who, "", dry, applied=True), False

    def delete(self, kind, obj, options, dry=False):
        """What is answered; it may be there still, for its finalizers."""
        meta = obj["metadata"]
        wanted = options.get("preconditions") or {}
        if wanted.get("uid") and wanted["uid"] != meta["uid"]:
            raise Problem(409, "Conflict", (
                f'Operation cannot be fulfilled on {kind.name} "{meta["name"]}": the UID in the '
                f"precondition ({wanted['uid']}) does not match the UID in record ({meta['uid']}). "
                "The object might have been deleted and then recreated"), {
                    "name": meta["name"], **({"group": kind.group} if kind.group else {}),
                    "kind": kind.name})
        if wanted.get("resourceVersion") and \
                wanted["resourceVersion"] != meta["resourceVersion"]:
            raise conflict(kind, meta["name"], "the ResourceVersion in the precondition "
                           f"({wanted['resourceVersion']}) does not match the ResourceVersion in "
                           f"record ({meta['resourceVersion']}). The object might have been modified")
        if dry:
            return obj
        policy = options.get("propagationPolicy")
        grace = options.get("gracePeriodSeconds")
        stays = kind.name in ("Namespace", "Pod") or bool(meta.get("finalizers")) or \
            policy in ("Foreground", "Orphan")
        if kind.name == "Pod" and (grace == 0 or not obj["spec"].get("nodeName")) and \
                not meta.get("finalizers"):
            stays = False
        if not stays:
            return self.commit(kind, obj, None)
        if meta.get("deletionTimestamp"):
            return obj
        going = clone(obj)
        going["metadata"]["deletionTimestamp"] = stamp()
        going["metadata"]["deletionGracePeriodSeconds"] = 0
        if kind.name == "Pod":
            seconds = obj["spec"].get("terminationGracePeriodSeconds", 30)
            going["metadata"]["deletionGracePeriodSeconds"] = \
                seconds if grace is None else grace
        if kind.generation:
            going["metadata"]["generation"] = meta.get("generation", 0) + 1
        if policy in ("Foreground", "Orphan"):
            finalizer = "foregroundDeletion" if policy == "Foreground" else "orphan"
            going["metadata"]["finalizers"] = meta.get("finalizers", []) + [finalizer]
        if kind.name == "Namespace":
            going["metadata"].pop("deletionGracePeriodSeconds")
            going["status"] = {"phase": "Terminating"}
        return self.commit(kind, obj, going)

    def gone(self, kind, obj):
        """For the controllers: it is no more."""
        key = (obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        now_there = self.objects[kind].get(key)
        if now_there and now_there["metadata"]["uid"] == obj["metadata"]["uid"]:
            self.commit(kind, now_there, None)

    def edit(self, kind_name, obj, change, sub=""):
        """For the controllers: `change` gets a copy of what it is now, and the copy is stored."""
        kind = kinds.BY_NAME[kind_name]
        key = (obj["metadata"].get("namespace", ""), obj["metadata"]["name"])
        before = self.objects[kind].get(key)
        if not before or before["metadata"]["uid"] != obj["metadata"]["uid"]:
            return None
        after = clone(before)
        change(after)
        if after == before:
            return before
        return self.settle(kind, before, after, self.managers[before["metadata"]["uid"]].copy(),
                           SYSTEM, sub, False)

    # --- watching

    def events_since(self, kind, version, wanted):
        """([(type, object)], up to which version it goes)"""
        if version < self.forgotten[kind]:
            raise expired(f"too old resource version: {version} ({self.forgotten[kind]})")
        out = []
        for change in reversed(self.history[kind]):
            if change.version <= version:
                break
            was = wanted.wants(change.before)
            if wanted.wants(change.after):
                out.append(("MODIFIED" if was else "ADDED", change.after))
            elif was:
                last = clone(change.before)
                last["metadata"]["resourceVersion"] = str(change.version)
                out.append(("DELETED", last))
        out.reverse()
        return out, self.version


def strip(row):
    return {name: value for name, value in row.items() if name != "time"}


def plain(number):
    return int(number) if number == int(number) else f"{int(number * 1000)}m"
