# SPDX-License-Identifier: GPL-3.0-or-later
"""make-schema.py SWAGGER >schema.json: which fields the kinds of the double have.

SWAGGER is what a real server answers for /openapi/v2.  Each type is {field: shape}; a shape is
"string", "integer", "boolean", "number", "quantity", "mixed", "any", or a type's name after "=",
or "{}SHAPE", a map, or "[]SHAPE", a list that has one owner, "[set]SHAPE", or "[KEY,KEY]SHAPE", a
list whose items are known by these keys.  With "!" before it, it has one owner as a whole.
"""
import json
import sys

KINDS = [
    "core.v1.Namespace", "core.v1.Pod", "core.v1.Service", "core.v1.ConfigMap", "core.v1.Secret",
    "core.v1.ServiceAccount", "core.v1.PersistentVolumeClaim", "core.v1.Event", "core.v1.Node",
    "core.v1.ResourceQuota", "core.v1.LimitRange", "core.v1.Endpoints", "apps.v1.Deployment",
    "apps.v1.ReplicaSet", "apps.v1.StatefulSet", "apps.v1.DaemonSet", "batch.v1.Job",
    "batch.v1.CronJob", "policy.v1.PodDisruptionBudget", "networking.v1.Ingress",
    "networking.v1.NetworkPolicy", "authorization.v1.SelfSubjectAccessReview", "rbac.v1.Role",
    "rbac.v1.RoleBinding", "rbac.v1.ClusterRole", "rbac.v1.ClusterRoleBinding",
]
# Volumes of kinds that nobody here has: their fields are taken as they come.
UNKNOWN = {"PersistentVolumeSpec"}
SCALARS = {"resource.Quantity": "quantity", "intstr.IntOrString": "mixed", "v1.Time": "string",
           "v1.MicroTime": "string", "v1.FieldsV1": "any", "runtime.RawExtension": "any"}

definitions = json.load(open(sys.argv[1]))["definitions"]
types = {}


def short(name):
    """The group stands before a name that two groups have."""
    last = name.rsplit(".", 1)[1]
    same = [n for n in definitions if n.endswith(".v1." + last)]
    return last if len(same) < 2 else ".".join(name.split(".")[-3:])


def shape(schema):
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        for end, scalar in SCALARS.items():
            if name.endswith("." + end):
                return scalar
        if name.rsplit(".", 1)[1] in UNKNOWN:
            return "any"
        add(name)
        atomic = "atomic" in (schema.get("x-kubernetes-map-type"),
                              definitions[name].get("x-kubernetes-map-type"))
        return ("!" if atomic else "") + "=" + short(name)
    if schema.get("type") == "array":
        kind = schema.get("x-kubernetes-list-type", "atomic")
        keys = {"atomic": "", "set": "set",
                "map": ",".join(schema.get("x-kubernetes-list-map-keys", []))}[kind]
        return f"[{keys}]" + shape(schema["items"])
    if schema.get("type") == "object":
        if "additionalProperties" not in schema:
            return "any"
        atomic = schema.get("x-kubernetes-map-type") == "atomic"
        return ("!" if atomic else "") + "{}" + shape(schema["additionalProperties"])
    return schema.get("type", "any")


def add(name):
    if short(name) in types:
        return
    fields = types[short(name)] = {}
    for field, schema in definitions[name].get("properties", {}).items():
        fields[field] = shape(schema)


for kind in KINDS:
    add("io.k8s.api." + kind)
print("{")
print(",\n".join(f"{json.dumps(name)}: {json.dumps(types[name], separators=(',', ':'), sort_keys=True)}"
                 for name in sorted(types)))
print("}")
