# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of objects: their names, defaults and what is refused."""
import base64
import json
import re

from problem import Problem, invalid

class Kind:
    def __init__(self, group, plural, name, namespaced, schema, short=(), status=True,
                 generation=False, verbs=None):
        self.group, _, self.version = group.rpartition("/")
        self.api_version = group
        self.plural, self.name, self.namespaced = plural, name, namespaced
        self.singular = name.lower()
        self.shape = "=" + schema
        self.short, self.status, self.generation = list(short), status, generation
        self.verbs = verbs or ["create", "delete", "deletecollection", "get", "list", "patch",
                               "update", "watch"]

    @property
    def resource(self):
        """deployments.apps"""
        return self.plural + ("." + self.group if self.group else "")

    @property
    def qualified(self):
        """Deployment.apps"""
        return self.name + ("." + self.group if self.group else "")


KINDS = [
    Kind("v1", "configmaps", "ConfigMap", True, "ConfigMap", ["cm"], status=False),
    Kind("v1", "endpoints", "Endpoints", True, "Endpoints", ["ep"], status=False),
    Kind("v1", "events", "Event", True, "core.v1.Event", ["ev"], status=False),
    Kind("v1", "limitranges", "LimitRange", True, "LimitRange", ["limits"], status=False),
    Kind("v1", "namespaces", "Namespace", False, "Namespace", ["ns"]),
    Kind("v1", "nodes", "Node", False, "Node", ["no"]),
    Kind("v1", "persistentvolumeclaims", "PersistentVolumeClaim", True, "PersistentVolumeClaim",
         ["pvc"]),
    Kind("v1", "pods", "Pod", True, "Pod", ["po"], generation=True),
    Kind("v1", "resourcequotas", "ResourceQuota", True, "ResourceQuota", ["quota"]),
    Kind("v1", "secrets", "Secret", True, "Secret", status=False),
    Kind("v1", "serviceaccounts", "ServiceAccount", True, "ServiceAccount", ["sa"], status=False),
    Kind("v1", "services", "Service", True, "Service", ["svc"]),
    Kind("apps/v1", "daemonsets", "DaemonSet", True, "DaemonSet", ["ds"], generation=True),
    Kind("apps/v1", "deployments", "Deployment", True, "Deployment", ["deploy"], generation=True),
    Kind("apps/v1", "replicasets", "ReplicaSet", True, "ReplicaSet", ["rs"], generation=True),
    Kind("apps/v1", "statefulsets", "StatefulSet", True, "StatefulSet", ["sts"], generation=True),
    Kind("batch/v1", "cronjobs", "CronJob", True, "CronJob", ["cj"], generation=True),
    Kind("batch/v1", "jobs", "Job", True, "Job", generation=True),
    Kind("policy/v1", "poddisruptionbudgets", "PodDisruptionBudget", True, "PodDisruptionBudget",
         ["pdb"], generation=True),
    Kind("networking.k8s.io/v1", "ingresses", "Ingress", True, "Ingress", ["ing"],
         generation=True),
    Kind("networking.k8s.io/v1", "networkpolicies", "NetworkPolicy", True, "NetworkPolicy",
         ["netpol"], status=False, generation=True),
    Kind("rbac.authorization.k8s.io/v1", "roles", "Role", True, "Role", status=False),
    Kind("rbac.authorization.k8s.io/v1", "rolebindings", "RoleBinding", True, "RoleBinding",
         status=False),
    Kind("rbac.authorization.k8s.io/v1", "clusterroles", "ClusterRole", False, "ClusterRole",
         status=False),
    Kind("rbac.authorization.k8s.io/v1", "clusterrolebindings", "ClusterRoleBinding", False,
         "ClusterRoleBinding", status=False),
    Kind("authorization.k8s.io/v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", False,
         "SelfSubjectAccessReview", status=False, verbs=["create"]),
]
BY_PLURAL = {(kind.api_version, kind.plural): kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}
CUSTOM = {}		# kind: what sets its defaults; of others' kinds (custom.py)


# --- what is not said

def default(target, **values):
    for name, value in values.items():
        target.setdefault(name, value)
    return target


def canonical_quantity(value):
    """As the server writes it: 0.5 of a processor is 500m, 1024Mi stays."""
    text = str(value)
    match = re.fullmatch(r"(\d*)\.(\d+)", text)
    if match:
        milli = int(match.group(1) or 0) * 1000 + int((match.group(2) + "000")[:3])
        return str(milli // 1000) if milli % 1000 == 0 else f"{milli}m"
    match = re.fullmatch(r"(\d+)000m", text)
    return match.group(1) if match else text


def amount(text):
    """A quantity as a number."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([A-Za-z]*)", str(text))
    if not match:
        return 0
    units = {"m": 0.001, "k": 1e3, "M": 1e6, "G": 1e9, "Ki": 1 << 10, "Mi": 1 << 20,
             "Gi": 1 << 30, "Ti": 1 << 40}
    return float(match.group(1)) * units.get(match.group(2), 1)


def default_probe(probe):
    default(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
    if "grpc" in probe:
        default(probe["grpc"], service="")
    default_action(probe)


def default_action(action):
    if "httpGet" in action:
        default(action["httpGet"], scheme="HTTP", path="/")


def default_source(source):
    """Of a variable, or of a file of the downward API."""
    if "fieldRef" in source:
        default(source["fieldRef"], apiVersion="v1")
    if "resourceFieldRef" in source:
        default(source["resourceFieldRef"], divisor="0")


def default_container(container):
    image = container.get("image", "")
    tag = image.rsplit(":", 1)[1] if ":" in image.rsplit("/", 1)[-1] else "latest"
    default(container, resources={}, terminationMessagePath="/dev/termination-log",
            terminationMessagePolicy="File",
            imagePullPolicy="Always" if tag == "latest" and "@" not in image else "IfNotPresent")
    for port in container.get("ports", []):
        default(port, protocol="TCP")
    for name in ("livenessProbe", "readinessProbe", "startupProbe"):
        if name in container:
            default_probe(container[name])
    for variable in container.get("env", []):
        default_source(variable.get("valueFrom", {}))
    for action in container.get("lifecycle", {}).values():
        if isinstance(action, dict):
            default_action(action)
    resources = container["resources"]
    for member in ("limits", "requests"):
        if member in resources:
            resources[member] = {name: canonical_quantity(value)
                                 for name, value in resources[member].items()}
    for name, value in resources.get("limits", {}).items():
        resources.setdefault("requests", {}).setdefault(name, value)


def default_pod_spec(spec):
    default(spec, restartPolicy="Always", dnsPolicy="ClusterFirst",
            schedulerName="default-scheduler", securityContext={},
            terminationGracePeriodSeconds=30)
    if "serviceAccountName" in spec:
        default(spec, serviceAccount=spec["serviceAccountName"])
    for container in spec.get("containers", []) + spec.get("initContainers", []):
        default_container(container)
    for volume in spec.get("volumes", []):
        for source in ("configMap", "secret", "projected", "downwardAPI"):
            if source in volume:
                default(volume[source], defaultMode=420)
        default_files(volume)


def default_files(volume):
    for source in [volume] + volume.get("projected", {}).get("sources", []):
        for item in source.get("downwardAPI", {}).get("items", []):
            default_source(item)
        if "serviceAccountToken" in source:
            default(source["serviceAccountToken"], expirationSeconds=3600)
    if "volumeClaimTemplate" in volume.get("ephemeral", {}):
        claim = default(volume["ephemeral"]["volumeClaimTemplate"], metadata={})
        default(claim["spec"], volumeMode="Filesystem")


def default_template(spec):
    template = spec.setdefault("template", {})
    template.setdefault("metadata", {})
    default_pod_spec(template.setdefault("spec", {}))


def default_deployment(obj, _store):
    spec = obj.setdefault("spec", {})
    default(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600, strategy={})
    default(spec["strategy"], type="RollingUpdate")
    if spec["strategy"]["type"] == "RollingUpdate":
        default(spec["strategy"].setdefault("rollingUpdate", {}), maxUnavailable="25%",
                maxSurge="25%")
    default_template(spec)


def default_replica_set(obj, _store):
    default(obj.setdefault("spec", {}), replicas=1)
    default_template(obj["spec"])


def default_stateful_set(obj, _store):
    default(obj.setdefault("spec", {}), replicas=1, podManagementPolicy="OrderedReady",
            revisionHistoryLimit=10, serviceName="", updateStrategy={},
            persistentVolumeClaimRetentionPolicy={})
    default(obj["spec"]["persistentVolumeClaimRetentionPolicy"], whenDeleted="Retain",
            whenScaled="Retain")
    default(obj["spec"]["updateStrategy"], type="RollingUpdate")
    if obj["spec"]["updateStrategy"]["type"] == "RollingUpdate":
        default(obj["spec"]["updateStrategy"].setdefault("rollingUpdate", {}), partition=0)
    for claim in obj["spec"].get("volumeClaimTemplates", []):
        default(claim, apiVersion="v1", kind="PersistentVolumeClaim", status={"phase": "Pending"})
        default(claim["spec"], volumeMode="Filesystem")
    default_template(obj["spec"])


def default_daemon_set(obj, _store):
    default(obj.setdefault("spec", {}), revisionHistoryLimit=10, updateStrategy={})
    default(obj["spec"]["updateStrategy"], type="RollingUpdate")
    if obj["spec"]["updateStrategy"]["type"] == "RollingUpdate":
        default(obj["spec"]["updateStrategy"].setdefault("rollingUpdate", {}), maxUnavailable=1,
                maxSurge=0)
    default_template(obj["spec"])


def default_job_spec(spec):
    default(spec, completions=1, parallelism=1, backoffLimit=6, completionMode="NonIndexed",
            suspend=False, podReplacementPolicy="TerminatingOrFailed", manualSelector=False)
    default_template(spec)


def default_job(obj, _store):
    spec = obj.setdefault("spec", {})
    default_job_spec(spec)
    uid = obj["metadata"].get("uid")
    if uid:
        labels = {"batch.kubernetes.io/controller-uid": uid,
                  "batch.kubernetes.io/job-name": obj["metadata"]["name"],
                  "controller-uid": uid, "job-name": obj["metadata"]["name"]}
        spec.setdefault("selector",
                        {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}})
        inner = default(spec["template"]["metadata"].setdefault("labels", {}), **labels)
        obj["metadata"].setdefault("labels", dict(inner))


def default_cron_job(obj, _store):
    spec = obj.setdefault("spec", {})
    default(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3,
            failedJobsHistoryLimit=1)
    job = spec.setdefault("jobTemplate", {})
    job.setdefault("metadata", {})
    inner = job.setdefault("spec", {})
    default_template(inner)


def default_service(obj, store):
    spec = obj.setdefault("spec", {})
    default(spec, type="ClusterIP", sessionAffinity="None")
    if spec["sessionAffinity"] == "ClientIP":
        default(spec.setdefault("sessionAffinityConfig", {}).setdefault("clientIP", {}),
                timeoutSeconds=10800)
    if spec["type"] != "ExternalName":
        default(spec, internalTrafficPolicy="Cluster", ipFamilies=["IPv4"],
                ipFamilyPolicy="SingleStack")
        if "clusterIP" not in spec:
            spec["clusterIP"] = store.next_address()
        default(spec, clusterIPs=[spec["clusterIP"]])
    for port in spec.get("ports", []):
        default(port, protocol="TCP", targetPort=port.get("port"))
        if spec["type"] in ("NodePort", "LoadBalancer"):
            default(port, nodePort=store.next_port())
    obj.setdefault("status", {"loadBalancer": {}})


def default_policy(obj, _store):
    for direction in ("ingress", "egress"):
        for rule in obj.get("spec", {}).get(direction, []):
            for port in rule.get("ports", []):
                default(port, protocol="TCP")


def default_binding(obj, _store):
    default(obj.get("roleRef", {}), apiGroup="rbac.authorization.k8s.io")
    for subject in obj.get("subjects", []):
        if subject.get("kind") != "ServiceAccount":
            default(subject, apiGroup="rbac.authorization.k8s.io")


def default_secret(obj, _store):
    default(obj, type="Opaque")
    plain = obj.pop("stringData", None)
    if plain:
        data = obj.setdefault("data", {})
        for name, text in plain.items():
            data[name] = base64.b64encode(text.encode()).decode()


def default_namespace(obj, _store):
    default(obj.setdefault("spec", {}), finalizers=["kubernetes"])
    obj["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = \
        obj["metadata"]["name"]
    obj.setdefault("status", {"phase": "Active"})


def default_claim(obj, _store):
    default(obj.setdefault("spec", {}), volumeMode="Filesystem")
    if "creationTimestamp" in obj["metadata"] and "status" not in obj:
        obj["metadata"].setdefault("finalizers", []).append("kubernetes.io/pvc-protection")
    obj.setdefault("status", {"phase": "Pending"})


def default_pod(obj, _store):
    spec = obj.setdefault("spec", {})
    default_pod_spec(spec)
    default(spec, enableServiceLinks=True, serviceAccountName="default",
            preemptionPolicy="PreemptLowerPriority", priority=0)
    default(spec, serviceAccount=spec["serviceAccountName"], tolerations=[
        {"effect": "NoExecute", "key": "node.kubernetes.io/" + name, "operator": "Exists",
         "tolerationSeconds": 300} for name in ("not-ready", "unreachable")])
    if "status" not in obj:
        obj["status"] = {"phase": "Pending", "qosClass": quality(spec)}


def quality(spec):
    guaranteed = bool(spec.get("containers"))
    burstable = False
    for container in spec.get("containers", []):
        resources = container["resources"]
        burstable |= bool(resources.get("limits") or resources.get("requests"))
        limits = resources.get("limits", {})
        guaranteed &= {"cpu", "memory"} <= set(limits) and resources.get("requests") == limits
    return "Guaranteed" if guaranteed else "Burstable" if burstable else "BestEffort"


def default_budget(obj, _store):
    obj.setdefault("spec", {})
    obj.setdefault("status", {"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0,
                              "expectedPods": 0})


def default_ingress(obj, _store):
    obj.setdefault("status", {"loadBalancer": {}})


def default_event(obj, _store):
    default(obj, reportingComponent="", reportingInstance="", source={}, firstTimestamp=None,
            lastTimestamp=None)
    obj.setdefault("eventTime", None)


DEFAULTS = {
    "Deployment": default_deployment, "ReplicaSet": default_replica_set,
    "StatefulSet": default_stateful_set, "DaemonSet": default_daemon_set, "Job": default_job,
    "CronJob": default_cron_job, "Service": default_service, "Secret": default_secret,
    "Namespace": default_namespace, "PersistentVolumeClaim": default_claim, "Pod": default_pod,
    "NetworkPolicy": default_policy, "RoleBinding": default_binding,
    "ClusterRoleBinding": default_binding, "PodDisruptionBudget": default_budget, "Ingress": default_ingress, "Event": default_event,
}


def set_defaults(kind, obj, store):
    if kind in CUSTOM:
        CUSTOM[kind](obj, store)
    elif kind.name in DEFAULTS:
        DEFAULTS[kind.name](obj, store)
    if kind.status and kind.name not in ("PersistentVolumeClaim", "Namespace"):
        obj.setdefault("status", {})


# --- what is refused

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
LABEL_TEXT = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
    "start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")
SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
SUBDOMAIN_TEXT = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'example.com', regex used for "
    "validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")
SERVICE = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
SERVICE_TEXT = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')")
VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
VALUE_TEXT = (
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', "
    "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or "
    "'12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')")


def check_name(kind, name, causes):
    form, text, limit = SUBDOMAIN, SUBDOMAIN_TEXT, 253
    if kind.name == "Namespace":
        form, text, limit = LABEL, LABEL_TEXT, 63
    if kind.name == "Service":
        form, text, limit = SERVICE, SERVICE_TEXT, 63
    if kind.name == "CronJob" and len(name) > 52:
        causes.append(("metadata.name", "FieldValueInvalid", invalid_value(
            name, "must be no more than 52 characters")))
    if len(name) > limit:
        causes.append(("metadata.name", "FieldValueInvalid", invalid_value(
            name, f"must be no more than {limit} bytes" if limit != 63
            else "must be no more than 63 characters")))
    if not form.fullmatch(name):
        causes.append(("metadata.name", "FieldValueInvalid", invalid_value(name, text)))


def invalid_value(value, why):
    text = value if isinstance(value, str) else None
    shown = f'"{text}"' if text is not None else json.dumps(value, separators=(",", ":"))
    return f"Invalid value: {shown}: {why}"


def check_labels(labels, field, causes):
    for value in labels.values():
        if not VALUE.fullmatch(value):
            causes.append((field, "FieldValueInvalid", invalid_value(value, VALUE_TEXT)))
        if len(value) > 63:
            causes.append((field, "FieldValueInvalid",
                           invalid_value(value, "must be no more than 63 bytes")))


def check_containers(spec, field, causes, claims=()):
    containers = spec.get("containers") or []
    if not containers:
        causes.append((field + ".containers", "FieldValueRequired", "Required value"))
    volumes = set()
    for n, volume in enumerate(spec.get("volumes", [])):
        if volume.get("name") in volumes:
            causes.append((f"{field}.volumes[{n}].name", "FieldValueDuplicate",
                           f'Duplicate value: "{volume.get("name")}"'))
        volumes.add(volume.get("name"))
    volumes |= {claim["metadata"].get("name") for claim in claims}
    for group in ("containers", "initContainers"):
        names = set()
        for n, container in enumerate(spec.get(group, [])):
            here = f"{field}.{group}[{n}]"
            name = container.get("name", "")
            if not LABEL.fullmatch(name) or len(name) > 63:
                causes.append((here + ".name", "FieldValueInvalid",
                               invalid_value(name, LABEL_TEXT)))
            if not container.get("image"):
                causes.append((here + ".image", "FieldValueRequired", "Required value"))
            if name in names:
                causes.append((here + ".name", "FieldValueDuplicate",
                               f'Duplicate value: "{name}"'))
            names.add(name)
            for m, mount in enumerate(container.get("volumeMounts", [])):
                if mount.get("name") not in volumes:
                    causes.append((f"{here}.volumeMounts[{m}].name", "FieldValueNotFound",
                                   f"Not found: \"{mount.get('name')}\""))
            requests = container.get("resources", {}).get("requests", {})
            for name, limit in container.get("resources", {}).get("limits", {}).items():
                if name in requests and amount(requests[name]) > amount(limit):
                    causes.append((f"{here}.resources.requests", "FieldValueInvalid", invalid_value(
                        str(requests[name]),
                        f"must be less than or equal to {name} limit of {limit}")))


def check_template(obj, causes):
    spec = obj["spec"]
    template = spec.get("template", {})
    labels = template.get("metadata", {}).get("labels", {})
    if "selector" in spec:
        wanted = spec["selector"].get("matchLabels", {})
        if any(labels.get(name) != value for name, value in wanted.items()):
            causes.append(("spec.template.metadata.labels", "FieldValueInvalid", invalid_value(
                labels, "`selector` does not match template `labels`")))
    elif obj["kind"] in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"):
        causes.append(("spec.selector", "FieldValueRequired", "Required value"))
    check_labels(labels, "spec.template.labels", causes)
    check_containers(template.get("spec", {}), "spec.template.spec", causes,
                     spec.get("volumeClaimTemplates", []))


IMMUTABLE = {
    "Deployment": [("spec", "selector")], "ReplicaSet": [("spec", "selector")],
    "Job": [("spec", "template"), ("spec", "selector"), ("spec", "completions")],
    "PersistentVolumeClaim": [("spec", "storageClassName"), ("spec", "accessModes")],
    "Secret": [("type",)], "Service": [("spec", "clusterIP")],
}


def at(obj, path):
    for name in path:
        obj = obj.get(name, {}) if isinstance(obj, dict) else {}
    return obj


def check(kind, obj, before):
    """Raises a 422 that names every field."""
    causes = []
    if before is None:
        check_name(kind, obj["metadata"].get("name", ""), causes)
    check_labels(obj["metadata"].get("labels", {}), "metadata.labels", causes)
    if kind.name in ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job"):
        check_template(obj, causes)
    if kind.name == "CronJob":
        if not obj["spec"].get("schedule"):
            causes.append(("spec.schedule", "FieldValueRequired", "Required value"))
        check_containers(at(obj, ("spec", "jobTemplate", "spec", "template", "spec")),
                         "spec.jobTemplate.spec.template.spec", causes)
    if kind.name == "Pod":
        check_containers(obj["spec"], "spec", causes)
    if kind.name == "Service" and not obj["spec"].get("ports") and \
            obj["spec"].get("clusterIP") != "None" and obj["spec"]["type"] != "ExternalName":
        causes.append(("spec.ports", "FieldValueRequired", "Required value"))
    if kind.name in ("Job", "CronJob"):
        inner = obj["spec"] if kind.name == "Job" else obj["spec"].get("jobTemplate", {})["spec"]
        field = "spec" if kind.name == "Job" else "spec.jobTemplate.spec"
        policy = at(inner, ("template", "spec")).get("restartPolicy")
        if policy == "Always":
            causes.append((field + ".template.spec.restartPolicy", "FieldValueRequired",
                           'Required value: valid values: "OnFailure", "Never"'))
    if kind.name == "ConfigMap" and before and before.get("immutable") and \
            before.get("data") != obj.get("data"):
        causes.append(("data", "FieldValueForbidden",
                       "Forbidden: field is immutable when `immutable` is set"))
    if before is not None:
        for path in IMMUTABLE.get(kind.name, []):
            if at(before, path) != at(obj, path) and at(before, path) != {}:
                causes.append((".".join(path), "FieldValueInvalid", invalid_value(
                    at(obj, path), "field is immutable")))
    if causes:
        raise invalid(kind, obj["metadata"].get("name", ""), causes)


def check_new_value(kind, obj):
    found = (obj.get("apiVersion"), obj.get("kind"))
    if found[0] in (None, kind.api_version) and found[1] in (None, kind.name):
        return
    if kind.name != found[1]:
        group, _, version = (found[0] or "").rpartition("/")
        raise Problem(400, "BadRequest",
                      f"invalid object type: {group}/{version}, Kind={found[1]}")
    raise Problem(400, "BadRequest",
                  f"the API version in the data ({found[0]}) does not match the expected API "
                  f"version ({kind.api_version})")
