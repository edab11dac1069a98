#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""snapshot.py take NAMESPACE KUBECTL... : the objects of a namespace that nobody owns, on standard
output.  snapshot.py compare BEFORE AFTER: each field that is another, a line; 0 when it is one."""
import json
import subprocess
import sys

# What the cluster writes itself, whoever does nothing at all.
PASSING = {"events", "endpoints", "leases", "endpointslices"}
OF_CLUSTER = ("resourceVersion", "generation", "managedFields")
REVISION = "deployment.kubernetes.io/revision"


def take(namespace, kubectl):
    def asked(*words):
        return subprocess.run([*kubectl, *words], check=True, stdout=subprocess.PIPE).stdout

    kinds = asked("api-resources", "--namespaced", "--verbs=list", "-o", "name").decode().split()
    kinds = [kind for kind in kinds if kind.split(".")[0] not in PASSING]
    found = {}
    for item in json.loads(asked("-n", namespace, "get", ",".join(kinds), "-o", "json"))["items"]:
        about = item["metadata"]
        if about.get("ownerReferences"):
            continue
        item.pop("status", None)
        for name in OF_CLUSTER:
            about.pop(name, None)
        about.get("annotations", {}).pop(REVISION, None)
        found[f"{item['kind']}/{about['name']}"] = item
    json.dump(found, sys.stdout, indent=1, sort_keys=True)


def fields(value, place=""):
    """Each that has no parts, with its place."""
    parts = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else None
    if parts is None or not value:
        yield place, value
        return
    for key, part in parts:
        yield from fields(part, f"{place}/{key}")


def compare(before, after):
    with open(before) as one, open(after) as other:
        one, other = dict(fields(json.load(one))), dict(fields(json.load(other)))
    places = sorted(place for place in one.keys() | other.keys() if one.get(place) != other.get(place))
    for place in places:
        print(f"{place}: {one.get(place)!r} -> {other.get(place)!r}")
    return 0 if len(places) == 1 else 1


if __name__ == "__main__":
    if sys.argv[1] == "take":
        take(sys.argv[2], sys.argv[3:])
    else:
        sys.exit(compare(*sys.argv[2:4]))
