# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds whose fields the schema of the double does not have: those of the cluster's own that are
taken as they come, and those that a CustomResourceDefinition adds, with the defaults that it says."""
import copy

import fields
import kinds

DEFINITION = "CustomResourceDefinition"
# A specification has one owner for each member of it.
SHAPE = {"apiVersion": "string", "kind": "string", "metadata": "=ObjectMeta", "spec": "{}any",
         "status": "any"}
LOOSE = [
    kinds.Kind("autoscaling/v2", "horizontalpodautoscalers", "HorizontalPodAutoscaler", True,
               "HorizontalPodAutoscaler", ["hpa"]),
    kinds.Kind("apiextensions.k8s.io/v1", "customresourcedefinitions", DEFINITION, False,
               DEFINITION, ["crd"], generation=True),
]


def add(kind):
    kinds.KINDS.append(kind)
    kinds.BY_PLURAL[(kind.api_version, kind.plural)] = kind
    kinds.BY_NAME.setdefault(kind.name, kind)
    fields.TYPES.setdefault(kind.shape[1:], SHAPE)


def set_defaults(schema, value):
    """As the definition has them, of members of what is there."""
    for name, below in (schema.get("properties") or {}).items():
        if not isinstance(value, dict):
            return
        if "default" in below:
            value.setdefault(name, copy.deepcopy(below["default"]))
        if name in value:
            set_defaults(below, value[name])


def default_of(schema):
    return lambda obj, _store: set_defaults(schema, obj)


def define(store, definition):
    """The kinds of a definition, from now on."""
    spec = definition["spec"]
    for version in spec["versions"]:
        names, key = spec["names"], (f"{spec['group']}/{version['name']}", spec["names"]["plural"])
        if key in kinds.BY_PLURAL:
            continue
        schema = (version.get("schema") or {}).get("openAPIV3Schema") or {}
        kind = kinds.Kind(key[0], names["plural"], names["kind"], spec["scope"] == "Namespaced",
                          names["kind"] + "." + spec["group"], generation=True,
                          status="status" in (version.get("subresources") or {}))
        kinds.CUSTOM[kind] = default_of(schema)
        add(kind)
        store.know(kind)


def install():
    """Before there is a store."""
    for kind in LOOSE:
        add(kind)
