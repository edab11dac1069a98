# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of objects by their schema: who owns which, merging, applying.

A path is a tuple of elements as fieldsV1 has them: "f:spec", 'k:{"name":"web"}', 'v:"x"'.
A set of paths is what a manager owns; an item of a list stands in it by itself, too.
"""
import functools
import json
import os

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "schema.json")) as _file:
    TYPES = json.load(_file)

ITEM = object()		# the value of an item of a list, which only is there or not
# What belongs to the server, and to nobody by name.
SERVERS = {("f:" + name,) for name in ("apiVersion", "kind")} | {
    ("f:metadata", "f:" + name) for name in (
        "name", "namespace", "creationTimestamp", "uid", "resourceVersion", "generation",
        "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink",
        "generateName")}


@functools.lru_cache(maxsize=None)
def parse(shape):
    """(kind, what is in it, keys): "leaf", "struct", "map", "set" or "list"."""
    if shape.startswith("!") or shape.startswith("[]"):
        return "leaf", "", ()
    if shape.startswith("="):
        return "struct", shape[1:], ()
    if shape.startswith("{}"):
        return "map", shape[2:], ()
    if shape.startswith("["):
        keys, inner = shape[1:].split("]", 1)
        return ("set", inner, ()) if keys == "set" else ("list", inner, tuple(keys.split(",")))
    return "leaf", "", ()


def of_field(kind, inner, name):
    return TYPES.get(inner, {}).get(name, "any") if kind == "struct" else inner


def compact(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def item_keys(item, keys):
    defaults = {"protocol": "TCP"}
    return {key: item.get(key, defaults.get(key)) for key in keys
            if item.get(key, defaults.get(key)) is not None}


def item_element(item, keys):
    return "k:" + compact(item_keys(item, keys))


def leaves(value, shape, path=(), out=None):
    """{path: value} of all that has one owner."""
    out = {} if out is None else out
    kind, inner, keys = parse(shape)
    if kind in ("struct", "map") and isinstance(value, dict) and (value or not path):
        for name, member in value.items():
            here = path + ("f:" + name,)
            if here not in SERVERS and member is not None:
                leaves(member, of_field(kind, inner, name), here, out)
    elif kind == "set" and isinstance(value, list) and value:
        for member in value:
            out[path + ("v:" + compact(member),)] = ITEM
    elif kind == "list" and isinstance(value, list) and value:
        for member in value:
            here = path + (item_element(member, keys),)
            out[here] = ITEM
            leaves(member, inner, here, out)
    elif path != ("f:metadata",):
        out[path] = value
    return out


def merge(live, config, shape):
    """`live` with all that `config` says; what is null there goes."""
    kind, inner, keys = parse(shape)
    if kind in ("struct", "map") and isinstance(live, dict) and isinstance(config, dict):
        result = dict(live)
        for name, member in config.items():
            if member is None:
                result.pop(name, None)
            else:
                result[name] = merge(live.get(name), member, of_field(kind, inner, name))
        return result
    if kind == "set" and isinstance(live, list):
        return live + [member for member in config if member not in live]
    if kind == "list" and isinstance(live, list) and isinstance(config, list):
        wanted = {item_element(member, keys): member for member in config}
        result = [merge(member, wanted.pop(item_element(member, keys)), inner)
                  if item_element(member, keys) in wanted else member for member in live]
        return result + list(wanted.values())
    return config


def remove(value, path, shape):
    """`value` without what is at `path`; a map or list that has nothing left goes, too."""
    kind, inner, keys = parse(shape)
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        name = first[2:]
        if name not in value:
            return value
        result = dict(value)
        below = of_field(kind, inner, name)
        if rest:
            result[name] = remove(value[name], rest, below)
        if not rest or (not result[name] and parse(below)[0] in ("map", "set", "list")):
            del result[name]
        return result
    if isinstance(value, list) and first.startswith("v:"):
        return [member for member in value if "v:" + compact(member) != first]
    if isinstance(value, list):
        result = []
        for member in value:
            if item_element(member, keys) != first:
                result.append(member)
            elif rest:
                result.append(remove(member, rest, inner))
        return result
    return value


def path_text(path):
    """.spec.containers[name="web"].image"""
    text = ""
    for element in path:
        if element.startswith("f:"):
            text += "." + element[2:]
        elif element.startswith("v:"):
            text += "[=" + element[2:] + "]"
        else:
            text += "[" + ",".join(f"{key}={compact(value)}" for key, value in
                                   sorted(json.loads(element[2:]).items())) + "]"
    return text


def tree(paths):
    """fieldsV1 of a set."""
    root = {}
    inner = {path[:n] for path in paths for n in range(1, len(path))}
    for path in sorted(paths):
        at = root
        for element in path:
            at = at.setdefault(element, {})
        if path in inner:
            at["."] = {}
    return root


def paths_of(node, path=()):
    """The set of which fieldsV1 is the tree."""
    if not node:
        return {path}
    found = set()
    for element, below in node.items():
        found |= {path} if element == "." else paths_of(below, path + (element,))
    return found


def unknown_fields(value, shape, path=""):
    """Paths of what the schema does not have."""
    kind, inner, _ = parse(shape.lstrip("!"))
    if shape.startswith("[]"):
        kind, inner = "list", shape[2:]
    found = []
    if kind == "struct" and isinstance(value, dict) and inner in TYPES:
        for name, member in value.items():
            if name not in TYPES[inner]:
                found.append(f"{path}.{name}")
            else:
                found += unknown_fields(member, TYPES[inner][name], f"{path}.{name}")
    elif kind == "map" and isinstance(value, dict):
        for name, member in value.items():
            found += unknown_fields(member, inner, f"{path}.{name}")
    elif kind in ("list", "set") and isinstance(value, list):
        for n, member in enumerate(value):
            found += unknown_fields(member, inner, f"{path}[{n}]")
    return found


def wrong_type(value, shape, path=""):
    """(path, what was expected, value) of the first that has another type; None: none has."""
    kind, inner, _ = parse(shape.lstrip("!"))
    if shape.startswith("[]"):
        kind, inner = "list", shape[2:]
    if value is None:
        return None
    if kind in ("struct", "map"):
        if not isinstance(value, dict):
            return path, "map", value
        for name, member in value.items():
            found = wrong_type(member, of_field(kind, inner, name), f"{path}.{name}")
            if found:
                return found
    elif kind in ("list", "set"):
        if not isinstance(value, list):
            return path, "list", value
        for n, member in enumerate(value):
            found = wrong_type(member, inner, f"{path}[{n}]")
            if found:
                return found
    elif shape == "string" and not isinstance(value, str):
        return path, "string", value
    elif shape == "boolean" and not isinstance(value, bool):
        return path, "boolean", value
    elif shape == "integer" and (isinstance(value, bool) or not isinstance(value, int)):
        return path, "integer", value
    return None


class Managers:
    """Who owns which fields of one object."""

    def __init__(self, entries=()):
        # {(manager, operation, apiVersion, subresource): (time, set)}
        self.entries = dict(entries)

    def copy(self):
        return Managers(self.entries)

    @classmethod
    def decode(cls, rows):
        """What a client wrote of them; one empty row is none at all."""
        return cls({(row["manager"], row["operation"], row["apiVersion"],
                     row.get("subresource", "")): (row["time"], frozenset(paths_of(row["fieldsV1"])))
                    for row in rows if row})

    def encode(self):
        out = []
        for (manager, operation, version, sub), (time, paths) in sorted(
                self.entries.items(), key=lambda e: (e[0][1], e[1][0], e[0][0])):
            entry = {"manager": manager, "operation": operation, "apiVersion": version,
                     "time": time, "fieldsType": "FieldsV1", "fieldsV1": tree(paths)}
            if sub:
                entry["subresource"] = sub
            out.append(entry)
        return out

    def updated(self, who, time, before, after):
        """What an update changed is of whoever did it."""
        changed = {path for path, value in after.items()
                   if path not in before or (value is not ITEM and before[path] != value)}
        for key in list(self.entries):
            when, paths = self.entries[key]
            kept = {path for path in paths if path in after} - (changed if key != who else set())
            if kept != paths:
                self.set(key, when, kept)
        if changed:
            mine = self.entries.get(who, (time, set()))[1]
            self.set(who, time, mine | changed)

    def set(self, key, time, paths):
        if paths:
            self.entries[key] = (time, frozenset(paths))
        else:
            self.entries.pop(key, None)

    def conflicts(self, who, live, config):
        """[(key, path)] of what others own and `config` would change."""
        found = []
        for path, value in config.items():
            if value is ITEM or (path in live and live[path] == value):
                continue
            for key, (_, paths) in sorted(self.entries.items()):
                if key != who and path in paths:
                    found.append((key, path))
        return found

    def apply(self, who, time, live_object, config_object, shape, force):
        """What the object becomes; the managers are changed.  `force`: conflicts are won."""
        config = leaves(config_object, shape)
        live = leaves(live_object, shape)
        before = self.entries.get(who, (time, frozenset()))[1]
        result = merge(live_object, config_object, shape)
        if force:
            for key, path in self.conflicts(who, live, config):
                self.set(key, self.entries[key][0], self.entries[key][1] - {path})
        owned = set(config)
        for key, (_, paths) in self.entries.items():
            owned |= paths if key != who else set()
        prefixes = {path[:n] for path in owned for n in range(1, len(path) + 1)}
        gone = {next(path[:n] for n in range(1, len(path) + 1) if path[:n] not in prefixes)
                for path in before if path not in prefixes}
        for path in gone:
            result = remove(result, path, shape)
        if set(config) != before:
            self.set(who, time, frozenset(config))
        return result


def conflict_status(found):
    """(message, causes) as the real server says it."""
    def who(key):
        manager, operation, version, sub = key
        text = json.dumps(manager) + (f" with subresource {json.dumps(sub)}" if sub else "")
        return text + (f" using {version}" if operation == "Update" else "")

    causes = [{"reason": "FieldManagerConflict", "message": "conflict with " + who(key),
               "field": path_text(path)} for key, path in found]
    if len(found) == 1:
        return (f"Apply failed with 1 conflict: conflict with {who(found[0][0])}: "
                f"{path_text(found[0][1])}"), causes
    lines = []
    for key in sorted({key for key, _ in found}):
        lines.append(f"conflicts with {who(key)}:")
        lines += ["- " + path_text(path) for other, path in found if other == key]
    return f"Apply failed with {len(found)} conflicts: " + "\n".join(lines), causes
