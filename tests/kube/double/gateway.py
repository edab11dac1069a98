# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPRoute of the Gateway API, which a cluster has when somebody installed it: --gateway."""
import fields
import kinds

VERSION = "gateway.networking.k8s.io/v1"
# As make-schema.py writes them; lists without keys have one owner.
TYPES = {
    "HTTPRoute": {"apiVersion": "string", "kind": "string", "metadata": "=ObjectMeta",
                  "spec": "=HTTPRouteSpec", "status": "any"},
    "HTTPRouteSpec": {"hostnames": "[]string", "parentRefs": "[]=ParentReference",
                      "rules": "[]=HTTPRouteRule"},
    "ParentReference": {"group": "string", "kind": "string", "name": "string",
                        "namespace": "string", "port": "integer", "sectionName": "string"},
    "HTTPRouteRule": {"backendRefs": "[]=HTTPBackendRef", "filters": "any",
                      "matches": "[]=HTTPRouteMatch", "name": "string", "timeouts": "any"},
    "HTTPRouteMatch": {"headers": "any", "method": "string", "path": "=HTTPPathMatch",
                       "queryParams": "any"},
    "HTTPPathMatch": {"type": "string", "value": "string"},
    "HTTPBackendRef": {"filters": "any", "group": "string", "kind": "string", "name": "string",
                       "namespace": "string", "port": "integer", "weight": "integer"},
}


def default_route(obj, _store):
    spec = obj.setdefault("spec", {})
    for parent in spec.get("parentRefs", []):
        kinds.default(parent, group="gateway.networking.k8s.io", kind="Gateway")
    for rule in spec.setdefault("rules", []):
        for backend in rule.get("backendRefs", []):
            kinds.default(backend, group="", kind="Service", weight=1)


def install():
    """Before there is a store."""
    kind = kinds.Kind(VERSION, "httproutes", "HTTPRoute", True, "HTTPRoute", generation=True)
    kinds.KINDS.append(kind)
    kinds.BY_PLURAL[(VERSION, kind.plural)] = kind
    kinds.BY_NAME[kind.name] = kind
    kinds.DEFAULTS[kind.name] = default_route
    fields.TYPES.update(TYPES)
