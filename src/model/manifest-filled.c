/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One table by kind and path.  Of a custom resource nobody knows the defaults, and an empty object
 * may be a switch that somebody turned on, so below its spec all stays as it is.
 *
 * Replicas always stay, also the one that is a default: they are what people change, and they would
 * else be a field that comes and goes.
 */
#include "config.h"

#include "model/manifest-filled.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/image.h"
#include "model/json.h"
#include "model/manifests.h"

/* Groups of the API server itself; the core group has no name. */
static const char *const groups[] = {
	"apps", "batch", "autoscaling", "policy", "extensions", "events.k8s.io",
	"networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io", "discovery.k8s.io",
	"coordination.k8s.io", "scheduling.k8s.io", "node.k8s.io", "resource.k8s.io",
	"certificates.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io",
	"authentication.k8s.io", "authorization.k8s.io", "admissionregistration.k8s.io",
	"flowcontrol.apiserver.k8s.io",
};

bool
manifest_is_built_in(const json_t *object)
{
	const char *version = json_member_string(object, "apiVersion");
	const char *slash = version ? strchr(version, '/') : NULL;
	size_t length = slash ? (size_t)(slash - version) : 0;

	for (size_t i = 0; slash && i < sizeof(groups) / sizeof(groups[0]); i++)
		if (strlen(groups[i]) == length && strncmp(groups[i], version, length) == 0)
			return true;
	return !slash;
}

/* A member that goes.  Members in the path have '/' between them; "*" is each item or member. */
struct filled {
	const char *path;
	const char *value;	/* text of the value with which it goes; NULL: always.
				 * "{}": an empty object */
	const char *kinds;	/* with blanks between; NULL: all */
};

/* Annotations that hold the whole object as somebody once applied it (with the secrets in it), or
 * that a controller of the cluster keeps its notes in. */
static const char *const annotations[] = {
	"kubectl.kubernetes.io/last-applied-configuration",
	"objectset.rio.cattle.io/applied",
	"banzaicloud.com/last-applied",
	"kapp.k14s.io/original",
	"deployment.kubernetes.io/revision",
	"deployment.kubernetes.io/revision-history",
	"deployment.kubernetes.io/desired-replicas",
	"deployment.kubernetes.io/max-replicas",
	"deprecated.daemonset.template.generation",
	"batch.kubernetes.io/job-tracking",
	"batch.kubernetes.io/cronjob-scheduled-timestamp",
	"autoscaling.alpha.kubernetes.io/conditions",
	"autoscaling.alpha.kubernetes.io/current-metrics",
	"pv.kubernetes.io/bind-completed",
	"pv.kubernetes.io/bound-by-controller",
	"volume.beta.kubernetes.io/storage-provisioner",
	"volume.kubernetes.io/storage-provisioner",
	"volume.kubernetes.io/selected-node",
	"endpoints.kubernetes.io/last-change-trigger-time",
	"control-plane.alpha.kubernetes.io/leader",
};

static const struct filled of_metadata[] = {
	{.path = "namespace"},
	{.path = "uid"},
	{.path = "resourceVersion"},
	{.path = "generation"},
	{.path = "generateName"},
	{.path = "creationTimestamp"},
	{.path = "deletionTimestamp"},
	{.path = "deletionGracePeriodSeconds"},
	{.path = "managedFields"},
	{.path = "selfLink"},
	{.path = "ownerReferences"},
	{.path = "finalizers"},
	{"annotations", "{}", NULL},
	{"labels", "{}", NULL},
};

static const struct filled of_objects[] = {
	/* Of a Secret nothing but that it is there. */
	{"data", NULL, "Secret"},
	{"stringData", NULL, "Secret"},

	{"spec/strategy/rollingUpdate/maxSurge", "25%", "Deployment"},
	{"spec/strategy/rollingUpdate/maxUnavailable", "25%", "Deployment"},
	{"spec/strategy/rollingUpdate", "{}", "Deployment"},
	{"spec/strategy/type", "RollingUpdate", "Deployment"},
	{"spec/strategy", "{}", "Deployment"},
	{"spec/progressDeadlineSeconds", "600", "Deployment"},
	{"spec/revisionHistoryLimit", "10", "Deployment StatefulSet DaemonSet"},
	{"spec/updateStrategy/rollingUpdate/partition", "0", "StatefulSet"},
	{"spec/updateStrategy/rollingUpdate/maxSurge", "0", "DaemonSet"},
	{"spec/updateStrategy/rollingUpdate/maxUnavailable", "1", "DaemonSet"},
	{"spec/updateStrategy/rollingUpdate", "{}", "StatefulSet DaemonSet"},
	{"spec/updateStrategy/type", "RollingUpdate", "StatefulSet DaemonSet"},
	{"spec/updateStrategy", "{}", "StatefulSet DaemonSet"},
	{"spec/podManagementPolicy", "OrderedReady", "StatefulSet"},
	{"spec/persistentVolumeClaimRetentionPolicy/whenDeleted", "Retain", "StatefulSet"},
	{"spec/persistentVolumeClaimRetentionPolicy/whenScaled", "Retain", "StatefulSet"},
	{"spec/persistentVolumeClaimRetentionPolicy", "{}", "StatefulSet"},
	{"spec/volumeClaimTemplates/*/apiVersion", "v1", "StatefulSet"},
	{"spec/volumeClaimTemplates/*/kind", "PersistentVolumeClaim", "StatefulSet"},
	{"spec/volumeClaimTemplates/*/status", NULL, "StatefulSet"},
	{"spec/volumeClaimTemplates/*/spec/volumeMode", "Filesystem", "StatefulSet"},
	{"spec/template/metadata", "{}", NULL},

	{"spec/backoffLimit", "6", "Job"},
	{"spec/completionMode", "NonIndexed", "Job"},
	{"spec/suspend", "false", "Job CronJob"},
	{"spec/podReplacementPolicy", "TerminatingOrFailed", "Job"},
	{"spec/manualSelector", "false", "Job"},
	{"spec/concurrencyPolicy", "Allow", "CronJob"},
	{"spec/successfulJobsHistoryLimit", "3", "CronJob"},
	{"spec/failedJobsHistoryLimit", "1", "CronJob"},
	{"spec/jobTemplate/spec/template/metadata", "{}", "CronJob"},
	{"spec/jobTemplate/metadata", "{}", "CronJob"},

	{"spec/clusterIPs", NULL, "Service"},
	{"spec/healthCheckNodePort", NULL, "Service"},
	{"spec/ports/*/nodePort", NULL, "Service"},
	{"spec/ports/*/protocol", "TCP", "Service"},
	{"spec/type", "ClusterIP", "Service"},
	{"spec/sessionAffinity", "None", "Service"},
	{"spec/sessionAffinityConfig/clientIP/timeoutSeconds", "10800", "Service"},
	{"spec/sessionAffinityConfig/clientIP", "{}", "Service"},
	{"spec/sessionAffinityConfig", "{}", "Service"},
	{"spec/internalTrafficPolicy", "Cluster", "Service"},
	{"spec/externalTrafficPolicy", "Cluster", "Service"},
	{"spec/allocateLoadBalancerNodePorts", "true", "Service"},

	{"spec/volumeMode", "Filesystem", "PersistentVolumeClaim"},
	{"spec/minReplicas", "1", "HorizontalPodAutoscaler"},
	{"spec/ingress/*/ports/*/protocol", "TCP", "NetworkPolicy"},
	{"spec/egress/*/ports/*/protocol", "TCP", "NetworkPolicy"},
	{"roleRef/apiGroup", "rbac.authorization.k8s.io", "RoleBinding ClusterRoleBinding"},
};

/* Below a pod's specification. */
static const struct filled of_pods[] = {
	{"restartPolicy", "Always", NULL},
	{"terminationGracePeriodSeconds", "30", NULL},
	{"dnsPolicy", "ClusterFirst", NULL},
	{"schedulerName", "default-scheduler", NULL},
	{"enableServiceLinks", "true", NULL},
	{"securityContext", "{}", NULL},
	{"volumes/*/configMap/defaultMode", "420", NULL},
	{"volumes/*/secret/defaultMode", "420", NULL},
	{"volumes/*/downwardAPI/defaultMode", "420", NULL},
	{"volumes/*/downwardAPI/items/*/fieldRef/apiVersion", "v1", NULL},
	{"volumes/*/downwardAPI/items/*/resourceFieldRef/divisor", "0", NULL},
	{"volumes/*/projected/defaultMode", "420", NULL},
	{"volumes/*/projected/sources/*/downwardAPI/items/*/fieldRef/apiVersion", "v1", NULL},
	{"volumes/*/projected/sources/*/downwardAPI/items/*/resourceFieldRef/divisor", "0", NULL},
	{"volumes/*/projected/sources/*/serviceAccountToken/expirationSeconds", "3600", NULL},
	{"volumes/*/hostPath/type", "", NULL},
	{"volumes/*/ephemeral/volumeClaimTemplate/spec/volumeMode", "Filesystem", NULL},
	{"volumes/*/ephemeral/volumeClaimTemplate/metadata/creationTimestamp", NULL, NULL},
	{"volumes/*/ephemeral/volumeClaimTemplate/metadata", "{}", NULL},
	{"volumes/*/iscsi/iscsiInterface", "default", NULL},
	{"volumes/*/rbd/pool", "rbd", NULL},
	{"volumes/*/rbd/user", "admin", NULL},
	{"volumes/*/rbd/keyring", "/etc/ceph/keyring", NULL},
	{"volumes/*/azureDisk/cachingMode", "ReadWrite", NULL},
	{"volumes/*/azureDisk/fsType", "ext4", NULL},
	{"volumes/*/azureDisk/kind", "Shared", NULL},
	{"volumes/*/azureDisk/readOnly", "false", NULL},
	{"volumes/*/scaleIO/fsType", "xfs", NULL},
	{"volumes/*/scaleIO/storageMode", "ThinProvisioned", NULL},
	{"topologySpreadConstraints/*/nodeAffinityPolicy", "Honor", NULL},
	{"topologySpreadConstraints/*/nodeTaintsPolicy", "Ignore", NULL},
};

static const struct filled of_containers[] = {
	{"terminationMessagePath", "/dev/termination-log", NULL},
	{"terminationMessagePolicy", "File", NULL},
	{"resources", "{}", NULL},
	{"ports/*/protocol", "TCP", NULL},
	{"env/*/valueFrom/fieldRef/apiVersion", "v1", NULL},
	{"env/*/valueFrom/resourceFieldRef/divisor", "0", NULL},
	{"lifecycle/postStart/httpGet/scheme", "HTTP", NULL},
	{"lifecycle/postStart/httpGet/path", "/", NULL},
	{"lifecycle/preStop/httpGet/scheme", "HTTP", NULL},
	{"lifecycle/preStop/httpGet/path", "/", NULL},
};

static const char *const probes[] = {"startupProbe", "readinessProbe", "livenessProbe"};
static const struct filled of_probes[] = {
	{"timeoutSeconds", "1", NULL},
	{"periodSeconds", "10", NULL},
	{"successThreshold", "1", NULL},
	{"failureThreshold", "3", NULL},
	{"httpGet/scheme", "HTTP", NULL},
	{"httpGet/path", "/", NULL},
	{"grpc/service", "", NULL},
};

#define ROWS(table) table, sizeof(table) / sizeof((table)[0])

static bool
is_value(const json_t *value, const char *text)
{
	char number[24];

	if (!text)
		return true;
	if (json_is_string(value))
		return strcmp(json_string_value(value), text) == 0;
	if (json_is_boolean(value))
		return strcmp(json_is_true(value) ? "true" : "false", text) == 0;
	if (json_is_object(value))
		return json_object_size(value) == 0 && strcmp(text, "{}") == 0;
	snprintf(number, sizeof(number), "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	return json_is_integer(value) && strcmp(number, text) == 0;
}

static void strip_path(json_t *at, const char *path, const char *value);

static void
strip_each(json_t *at, const char *path, const char *value)
{
	const char *key;
	json_t *item;
	size_t i;

	json_array_foreach(at, i, item)
		strip_path(item, path, value);
	json_object_foreach(at, key, item)
		strip_path(item, path, value);
}

/* The table's paths bound the recursion. */
static void
strip_path(json_t *at, const char *path, const char *value)
{
	size_t length = strcspn(path, "/");
	char name[64];
	json_t *member;

	snprintf(name, sizeof(name), "%.*s", (int)length, path);
	if (strcmp(name, "*") == 0) {
		strip_each(at, path + length + 1, value);
		return;
	}
	member = json_object_get(at, name);
	if (member && path[length] == '/')
		strip_path(member, path + length + 1, value);
	else if (member && is_value(member, value))
		json_object_del(at, name);
}

static bool
is_kind(const char *kinds, const char *kind)
{
	size_t length = strlen(kind);

	for (const char *at = kinds; at && *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == length && strncmp(at, kind, length) == 0)
			return true;
	return !kinds;
}

static void
strip_rows(json_t *at, const struct filled *rows, size_t count, const char *kind)
{
	for (size_t i = 0; at && i < count; i++)
		if (is_kind(rows[i].kinds, kind))
			strip_path(at, rows[i].path, rows[i].value);
}

static void
strip_metadata(json_t *metadata)
{
	json_t *notes = json_object_get(metadata, "annotations");

	for (size_t i = 0; i < sizeof(annotations) / sizeof(annotations[0]); i++)
		json_object_del(notes, annotations[i]);
	strip_rows(metadata, ROWS(of_metadata), "");
}

/* The server's rule: a tag that moves is always pulled. */
static void
strip_pull_policy(json_t *container)
{
	const char *policy = json_member_string(container, "imagePullPolicy");
	const char *reference = json_member_string(container, "image");
	bool moves;
	struct image image;

	if (!policy || !reference)
		return;
	image_parse(&image, reference);
	moves = !*image.digest && (!*image.version || strcmp(image.version, "latest") == 0);
	image_clear(&image);
	if (strcmp(policy, moves ? "Always" : "IfNotPresent") == 0)
		json_object_del(container, "imagePullPolicy");
}

static void
strip_containers(json_t *containers)
{
	json_t *container;
	size_t i;

	json_array_foreach(containers, i, container) {
		strip_rows(container, ROWS(of_containers), "");
		for (size_t p = 0; p < sizeof(probes) / sizeof(probes[0]); p++)
			strip_rows(json_object_get(container, probes[p]), ROWS(of_probes), "");
		strip_pull_policy(container);
	}
}

/* The older name of the same field is written beside it. */
static void
strip_pod(json_t *pod)
{
	json_t *account = json_object_get(pod, "serviceAccount");

	if (account && json_equal(account, json_object_get(pod, "serviceAccountName")))
		json_object_del(pod, "serviceAccount");
	strip_rows(pod, ROWS(of_pods), "");
	strip_containers(json_object_get(pod, "containers"));
	strip_containers(json_object_get(pod, "initContainers"));
	strip_containers(json_object_get(pod, "ephemeralContainers"));
}

/* One of one is the default; of one number alone the other means something else ("until one says
 * that all is done"). */
static void
strip_completions(json_t *spec)
{
	const json_t *wanted = json_object_get(spec, "completions");
	const json_t *at_once = json_object_get(spec, "parallelism");

	if (!wanted || !at_once || !is_value(at_once, "1"))
		return;
	if (is_value(wanted, "1"))
		json_object_del(spec, "completions");
	json_object_del(spec, "parallelism");
}

/* A Job's pods are found by its uid, unless somebody chose labels.  A Job without labels gets its
 * pods', so of others one may have been written. */
static void
strip_job(json_t *job)
{
	static const char *const labels[] = {
		"controller-uid", "job-name", "batch.kubernetes.io/controller-uid",
		"batch.kubernetes.io/job-name",
	};
	json_t *spec = json_object_get(job, "spec"), *own = json_object_get(job, "metadata");
	json_t *pods = json_object_get(json_object_get(spec, "template"), "metadata");

	strip_completions(spec);
	if (json_is_true(json_object_get(spec, "manualSelector")))
		return;
	json_object_del(spec, "selector");
	own = json_object_get(own, "labels");
	pods = json_object_get(pods, "labels");
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		if (json_equal(json_object_get(own, labels[i]), json_object_get(pods, labels[i])))
			json_object_del(own, labels[i]);
		json_object_del(pods, labels[i]);
	}
}

/* "None" is no address: the service is to have none. */
static void
strip_service(json_t *spec)
{
	const char *address = json_member_string(spec, "clusterIP");
	const char *families = json_member_string(spec, "ipFamilyPolicy");
	json_t *ports = json_object_get(spec, "ports"), *port;
	json_t *family = json_object_get(spec, "ipFamilies");
	size_t i;

	if (address && strcmp(address, "None") != 0)
		json_object_del(spec, "clusterIP");
	if (families && strcmp(families, "SingleStack") == 0) {
		const char *only = json_string_value(json_array_get(family, 0));

		json_object_del(spec, "ipFamilyPolicy");
		if (only && strcmp(only, "IPv4") == 0)
			json_object_del(spec, "ipFamilies");
	}
	json_array_foreach(ports, i, port)
		if (json_equal(json_object_get(port, "targetPort"), json_object_get(port, "port")))
			json_object_del(port, "targetPort");
}

/* Asked before its annotations go. */
static bool
is_bound_by_controller(const json_t *object)
{
	return manifest_is_built_in(object) &&
	       json_object_get(json_object_get(json_object_get(object, "metadata"), "annotations"),
			       "pv.kubernetes.io/bound-by-controller") != NULL;
}

/* Clusters before 1.24 made a token's Secret for each account. */
static void
strip_account(json_t *object)
{
	const char *name = json_member_string(json_object_get(object, "metadata"), "name");
	json_t *secrets = json_object_get(object, "secrets");
	char *token = xasprintf("%s-token-", name ? name : "");

	for (size_t i = json_array_size(secrets); i-- > 0;) {
		const char *secret = json_member_string(json_array_get(secrets, i), "name");

		if (secret && strncmp(secret, token, strlen(token)) == 0)
			json_array_remove(secrets, i);
	}
	free(token);
	if (secrets && json_array_size(secrets) == 0)
		json_object_del(object, "secrets");
}

static void
strip_templates(json_t *spec)
{
	json_t *claims = json_object_get(spec, "volumeClaimTemplates"), *claim;
	size_t i;

	strip_metadata(json_object_get(json_object_get(spec, "template"), "metadata"));
	json_array_foreach(claims, i, claim)
		strip_metadata(json_object_get(claim, "metadata"));
}

static void
strip_by_kind(json_t *object, const char *kind)
{
	json_t *spec = json_object_get(object, "spec");
	json_t *job = json_object_get(spec, "jobTemplate");

	if (strcmp(kind, "Job") == 0)
		strip_job(object);
	else if (strcmp(kind, "Service") == 0)
		strip_service(spec);
	else if (strcmp(kind, "ServiceAccount") == 0)
		strip_account(object);
	strip_templates(spec);
	strip_metadata(json_object_get(job, "metadata"));
	strip_templates(json_object_get(job, "spec"));
	strip_rows(object, ROWS(of_objects), kind);
}

void
manifest_strip(json_t *object)
{
	const char *kind = json_member_string(object, "kind");
	bool is_bound = is_bound_by_controller(object);

	if (manifest_is_built_in(object)) {
		strip_pod((json_t *)manifest_pod_spec(object));
		strip_by_kind(object, kind ? kind : "");
	}
	json_object_del(object, "status");
	strip_metadata(json_object_get(object, "metadata"));
	if (is_bound)
		json_object_del(json_object_get(object, "spec"), "volumeName");
}
