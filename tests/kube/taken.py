# SPDX-License-Identifier: GPL-3.0-or-later
"""taken.py <ANSWER: what an API server makes of a list of objects, without what is another each time;
for tests/kube/objects/taken, which tests/unit/test-kube-changes reads."""
import json
import sys

ANOTHER_EACH_TIME = {"managedFields", "uid", "creationTimestamp", "resourceVersion", "clusterIP",
                     "clusterIPs", "status", "controller-uid", "batch.kubernetes.io/controller-uid"}


def kept(value):
    if isinstance(value, dict):
        return {name: kept(member) for name, member in value.items()
                if name not in ANOTHER_EACH_TIME}
    return [kept(element) for element in value] if isinstance(value, list) else value


def main():
    items = kept(json.load(sys.stdin)["items"])
    json.dump({"kind": "List", "apiVersion": "v1", "items": items}, sys.stdout, indent=1,
              ensure_ascii=False)
    print()


main()
