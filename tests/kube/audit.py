# SPDX-License-Identifier: GPL-3.0-or-later
"""audit.py LOG PREFIX...: whether sidestaged, by an API server's audit log, wrote only in namespaces
whose names begin so, but for making and deleting them and access reviews.  What else it wrote is
printed, and it ends with 1."""
import json
import sys

WRITES = {"create", "update", "patch", "delete", "deletecollection"}


def problem(event, prefixes):
    """What is wrong with a write of ours; None: nothing."""
    target = event.get("objectRef") or {}
    resource = target.get("resource")
    if resource == "selfsubjectaccessreviews":
        return None
    name = target.get("name") or ((event.get("requestObject") or {}).get("metadata") or {}).get("name")
    if resource == "namespaces" and not target.get("subresource"):
        space = name or ""
        if event["verb"] not in ("create", "delete"):
            return "neither made nor deleted"
    else:
        space = target.get("namespace") or ""
    if not space.startswith(prefixes):
        return "elsewhere"
    if "force=true" in event["requestURI"]:
        return "forced"
    if event["verb"] in ("create", "patch") and "fieldManager=sidestage" not in event["requestURI"]:
        return "no manager"
    return None


def main():
    prefixes, ours, strange = tuple(sys.argv[2:]), 0, 0
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            if event["verb"] not in WRITES or not event.get("userAgent", "").startswith("sidestage/"):
                continue
            ours += 1
            why = problem(event, prefixes)
            if why:
                strange += 1
                print(why, event["user"]["username"], event["verb"], event["requestURI"])
    print(f"{ours} writes, {strange} of them where they should not be")
    return 1 if strange or not ours else 0


if __name__ == "__main__":
    sys.exit(main())
