# SPDX-License-Identifier: GPL-3.0-or-later
"""audit.py LOG PREFIX... =NAME...: whether sidestaged, by an API server's audit log, wrote only in
namespaces whose names begin so, but for making, noting and deleting them and access reviews; and in
those of somebody else, which are named, nothing but patches that test what they are for.  What else it
wrote is printed, and it ends with 1."""
import json
import sys

WRITES = {"create", "update", "patch", "delete", "deletecollection"}


def is_tested_patch(event):
    body = event.get("requestObject")
    return event["verb"] == "patch" and isinstance(body, list) and \
        {"op": "test", "path": "/metadata/uid"}.items() <= body[0].items()


def is_note(event):
    """Of a namespace: what we keep of it, in annotations of ours."""
    body = event.get("requestObject") or {}
    notes = body.get("metadata", {}).get("annotations", {})
    return event["verb"] == "patch" and list(body) == ["metadata"] and \
        list(body["metadata"]) == ["annotations"] and \
        all(name.startswith("sidestage.dev/") for name in notes)


def problem(event, prefixes, adopted):
    """What is wrong with a write of ours; None: nothing."""
    target = event.get("objectRef") or {}
    resource = target.get("resource")
    if resource == "selfsubjectaccessreviews":
        return None
    name = target.get("name") or ((event.get("requestObject") or {}).get("metadata") or {}).get("name")
    if resource == "namespaces" and not target.get("subresource"):
        space = name or ""
        if event["verb"] not in ("create", "delete") and not is_note(event):
            return "neither made, nor noted, nor deleted"
    else:
        space = target.get("namespace") or ""
        if space in adopted and "dryRun=All" not in event["requestURI"]:
            return None if is_tested_patch(event) else "no tested patch of what is somebody else's"
    if space in adopted:
        return None if "dryRun=All" in event["requestURI"] else "it is somebody else's"
    if not space.startswith(prefixes):
        return "elsewhere"
    if "force=true" in event["requestURI"]:
        return "forced"
    if event["verb"] in ("create", "patch") and "fieldManager=sidestage" not in event["requestURI"]:
        return "no manager"
    return None


def main():
    adopted = {word[1:] for word in sys.argv[2:] if word.startswith("=")}
    prefixes, ours, strange = tuple(word for word in sys.argv[2:] if word[0] != "="), 0, 0
    with open(sys.argv[1], encoding="utf-8") as file:
        for line in file:
            event = json.loads(line)
            if event["verb"] not in WRITES or not event.get("userAgent", "").startswith("sidestage/"):
                continue
            ours += 1
            why = problem(event, prefixes, adopted)
            if why:
                strange += 1
                print(why, event["user"]["username"], event["verb"], event["requestURI"])
    print(f"{ours} writes, {strange} of them where they should not be")
    return 1 if strange or not ours else 0


if __name__ == "__main__":
    sys.exit(main())
