/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The kinds that this program uses are a table, and no discovery is asked: a path is known before
 * the cluster answers, and a right to discover is not needed.  The plural of a custom resource is
 * guessed as its writers mostly form it.  The way back, from a path to words, needs no table.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/url.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"

#define PATH_MAX_BYTES 4096
#define PLURAL_SIZE 256
#define PARTS_MAX 8			/* of a path; what lies deeper is a proxy's */

static const struct kube_kind {
	const char *api_version, *kind, *plural;
	bool is_cluster_wide;
} kinds[] = {
	{"apps/v1", "DaemonSet", "daemonsets", false},
	{"apps/v1", "Deployment", "deployments", false},
	{"apps/v1", "ReplicaSet", "replicasets", false},
	{"apps/v1", "StatefulSet", "statefulsets", false},
	{"authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", true},
	{"autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", false},
	{"batch/v1", "CronJob", "cronjobs", false},
	{"batch/v1", "Job", "jobs", false},
	{"gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes", false},
	{"networking.k8s.io/v1", "Ingress", "ingresses", false},
	{"networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", false},
	{"policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", false},
	{"rbac.authorization.k8s.io/v1", "Role", "roles", false},
	{"rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings", false},
	{"v1", "ConfigMap", "configmaps", false},
	{"v1", "Event", "events", false},
	{"v1", "LimitRange", "limitranges", false},
	{"v1", "Namespace", "namespaces", true},
	{"v1", "Node", "nodes", true},
	{"v1", "PersistentVolumeClaim", "persistentvolumeclaims", false},
	{"v1", "Pod", "pods", false},
	{"v1", "ResourceQuota", "resourcequotas", false},
	{"v1", "Secret", "secrets", false},
	{"v1", "Service", "services", false},
	{"v1", "ServiceAccount", "serviceaccounts", false},
};

static const struct kube_kind *
find_kind(const char *api_version, const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].kind, kind) == 0 &&
		    strcmp(kinds[i].api_version, api_version) == 0)
			return &kinds[i];
	return NULL;
}

/* A group of somebody's own has a dot.  Its plural is as those who write such kinds form it, which
 * is not known without asking the cluster: one that is called otherwise is refused with 404. */
static bool
guess_kind(const char *api_version, const char *kind, char plural[PLURAL_SIZE])
{
	const char *slash = strchr(api_version, '/'), *dot = strchr(api_version, '.');
	size_t length = strlen(kind);

	if (!slash || !dot || dot > slash || length < 2 || length + 3 > PLURAL_SIZE)
		return false;
	for (size_t i = 0; i <= length; i++) {
		bool is_capital = kind[i] >= 'A' && kind[i] <= 'Z';

		plural[i] = (char)(is_capital ? kind[i] - 'A' + 'a' : kind[i]);
	}
	if (plural[length - 1] == 'y' && !strchr("aeiou", plural[length - 2]))
		memcpy(plural + length - 1, "ies", sizeof("ies"));
	else if (strchr("sxz", plural[length - 1]) || strcmp(plural + length - 2, "ch") == 0 ||
		 strcmp(plural + length - 2, "sh") == 0)
		memcpy(plural + length, "es", sizeof("es"));
	else
		memcpy(plural + length, "s", sizeof("s"));
	return true;
}

/* Only the core group has no name, and lies below /api (kubernetes.io/docs/reference/using-api). */
char *
kube_path(const char *api_version, const char *kind, const char *namespace, const char *name)
{
	const struct kube_kind *found = api_version && kind ? find_kind(api_version, kind) : NULL;
	char plural[PLURAL_SIZE];
	const struct kube_kind guessed = {api_version, kind, plural, false};
	struct buf path;

	if (!found && api_version && kind && guess_kind(api_version, kind, plural))
		found = &guessed;
	if (!found || (!found->is_cluster_wide && !namespace && name))
		return NULL;
	buf_init(&path, PATH_MAX_BYTES);
	buf_printf(&path, "%s/%s/", strchr(api_version, '/') ? "/apis" : "/api", api_version);
	if (!found->is_cluster_wide && namespace) {
		buf_puts(&path, "namespaces/");
		url_append_escaped(&path, namespace);
		buf_puts(&path, "/");
	}
	buf_puts(&path, found->plural);
	if (name) {
		buf_puts(&path, "/");
		url_append_escaped(&path, name);
	}
	return buf_take(&path);
}

/* --- from a path --- */

struct path_parts {
	char text[PATH_MAX_BYTES];
	char *at[PARTS_MAX];
	size_t count;
};

static int
hex_value(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* In place: it only becomes shorter.  A NUL stays encoded. */
static void
unescape(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		int high = *in == '%' ? hex_value(in[1]) : -1;
		int low = high >= 0 ? hex_value(in[2]) : -1;

		if (low >= 0 && high + low > 0) {
			*out++ = (char)(high * 16 + low);
			in += 2;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
}

static void
split(const char *path, struct path_parts *out)
{
	char *rest = NULL;

	snprintf(out->text, sizeof(out->text), "%.*s", (int)strcspn(path, "?"), path);
	out->count = 0;
	for (char *part = strtok_r(out->text, "/", &rest); part && out->count < PARTS_MAX;
	     part = strtok_r(NULL, "/", &rest)) {
		unescape(part);
		out->at[out->count++] = part;
	}
}

/* "resource" or "resource.group", with its sub-resource. */
static void
name_resource(struct kube_subject *out, const char *group, const char *resource, const char *below)
{
	snprintf(out->resource, sizeof(out->resource), "%s%s%s%s%s", resource, below ? "/" : "",
		 below ? below : "", *group ? "." : "", group);
}

void
kube_subject_read(const char *path, struct kube_subject *out)
{
	struct path_parts parts = {.count = 0};
	const char *group = "", *resource, *name, *below;
	char *const *at = parts.at;
	size_t left;

	split(path, &parts);
	memset(out, 0, sizeof(*out));
	left = parts.count;
	if (left >= 3 && strcmp(at[0], "apis") == 0) {
		group = at[1];
		at += 3;
		left -= 3;
	} else if (left >= 2 && strcmp(at[0], "api") == 0) {
		at += 2;
		left -= 2;
	} else {
		left = 0;
	}
	if (left == 0) {
		snprintf(out->resource, sizeof(out->resource), "%.*s", (int)strcspn(path, "?"), path);
		snprintf(out->object, sizeof(out->object), "%s", out->resource);
		return;
	}
	/* To get a namespace is a right within it. */
	if (left >= 2 && strcmp(at[0], "namespaces") == 0)
		snprintf(out->namespace, sizeof(out->namespace), "%s", at[1]);
	if (left >= 3 && out->namespace[0] && strcmp(at[2], "status") != 0 &&
	    strcmp(at[2], "finalize") != 0) {
		at += 2;
		left -= 2;
	}
	resource = at[0];
	name = left >= 2 ? at[1] : NULL;
	below = left >= 3 ? at[2] : NULL;
	name_resource(out, group, resource, below);
	out->is_collection = !name;
	snprintf(out->object, sizeof(out->object), "%s%s%s%s%s", resource, name ? "/" : "",
		 name ? name : "", below ? "/" : "", below ? below : "");
}
