/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Each rule looks at one thing that a copy of an object could not be or have, and says so with a
 * code, so that the review of a clone can tell it before there is a clone.  What the cluster or a
 * controller makes by itself in every namespace is no declaration of anybody's, and is passed over
 * without a word.
 */
#include "config.h"

#include "platform/drivers/kubernetes/survey/survey-left.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/survey/survey-refers.h"

#define LEADER "control-plane.alpha.kubernetes.io/leader"

/* --- the cluster's own --- */

static bool
is_one_of(const json_t *object, const char *kind, const char *name)
{
	return kube_read_is(object, "kind", kind) && strcmp(kube_read_name(object), name) == 0;
}

/* One without a secret to pull images with is as each namespace has it. */
static bool
is_usual_account(const json_t *object)
{
	return is_one_of(object, "ServiceAccount", "default") &&
	       json_array_size(json_object_get(object, "imagePullSecrets")) == 0;
}

static bool
is_state(const json_t *object)
{
	const json_t *labels = json_object_get(kube_read_metadata(object), "labels");

	return kube_read_is(object, "kind", "ConfigMap") &&
	       (*kube_read_note(object, LEADER) || kube_read_is(labels, "owner", "helm") ||
		kube_read_is(labels, "OWNER", "TILLER"));
}

bool
kube_survey_is_of_cluster(const json_t *object)
{
	static const struct {
		const char *kind, *name;
	} known[] = {
		{"ConfigMap", "kube-root-ca.crt"},
		{"ConfigMap", "openshift-service-ca.crt"},
		{"ConfigMap", "istio-ca-root-cert"},
	};
	const json_t *labels = json_object_get(kube_read_metadata(object), "labels");

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (is_one_of(object, known[i].kind, known[i].name))
			return true;
	return is_usual_account(object) || is_state(object) ||
	       (is_one_of(object, "Service", "kubernetes") &&
		kube_read_is(labels, "provider", "kubernetes"));
}

/* "data-web-0" of the template "data" of the set "web". */
static bool
is_claim_of(const char *claim, const char *template, const char *set)
{
	size_t one = strlen(template), other = strlen(set);

	return strncmp(claim, template, one) == 0 && claim[one] == '-' &&
	       strncmp(claim + one + 1, set, other) == 0 && claim[one + 1 + other] == '-' &&
	       claim[one + other + 2] &&
	       strspn(claim + one + other + 2, "0123456789") == strlen(claim + one + other + 2);
}

bool
kube_survey_is_claim_of_set(const json_t *objects, const json_t *claim)
{
	const json_t *one, *template, *templates;
	size_t i, k;

	json_array_foreach(objects, i, one) {
		if (!kube_read_is(one, "kind", "StatefulSet"))
			continue;
		templates = json_object_get(json_object_get(one, "spec"), "volumeClaimTemplates");
		json_array_foreach(templates, k, template)
			if (is_claim_of(kube_read_name(claim), kube_read_name(template),
					kube_read_name(one)))
				return true;
	}
	return false;
}

/* --- what stays --- */

void
kube_survey_leave(json_t *left, const char *object, const struct error *why)
{
	struct left_object it = {
		.object = {(char *)(uintptr_t)object},
		.why = {error_codes_text(why)},
		.reason = {error_codes_encode(why)},
	};
	json_t *entry = left_object_encode(&it);
	const json_t *one;
	bool is_known = false;
	size_t i;

	json_array_foreach(left, i, one)
		is_known = is_known || json_equal(one, entry);
	if (is_known)
		json_decref(entry);
	else
		json_array_append_new(left, entry);
	free(it.why.raw);
	free(it.reason.raw);
}

static void
leave_object(json_t *left, const json_t *object, const struct error *why)
{
	char *key = xasprintf("%s/%s", kube_read_text(object, "kind"), kube_read_name(object));

	kube_survey_leave(left, key, why);
	free(key);
}

static void
leave_host_ports(json_t *left, const json_t *object, const json_t *containers)
{
	const json_t *container, *port;
	struct error why;
	size_t i, k;

	json_array_foreach(containers, i, container)
		json_array_foreach(json_object_get(container, "ports"), k, port) {
			int number = kube_read_count(port, "hostPort", 0);

			if (number == 0)
				continue;
			error_set_code(&why, CODE_LEFT_HOST_PORT, .port = number);
			leave_object(left, object, &why);
		}
}

static void
leave_node(json_t *left, const json_t *object, const json_t *pod)
{
	static const char *const shared[] = {"hostNetwork", "hostPID", "hostIPC"};
	const json_t *volume;
	struct error why;
	size_t i;

	leave_host_ports(left, object, json_object_get(pod, "containers"));
	for (i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
		if (json_is_true(json_object_get(pod, shared[i]))) {
			error_set_code(&why, CODE_LEFT_HOST_NAMESPACE, .name = shared[i]);
			leave_object(left, object, &why);
		}
	json_array_foreach(json_object_get(pod, "volumes"), i, volume) {
		const json_t *host = json_object_get(volume, "hostPath");

		if (!host)
			continue;
		error_set_code(&why, CODE_LEFT_HOST_PATH, .path = kube_read_text(host, "path"));
		leave_object(left, object, &why);
	}
}

static void
leave_maker(json_t *left, const json_t *object)
{
	const json_t *maker = kube_read_controller(object);
	struct error why;

	if (!maker)
		return;
	error_set_code(&why, CODE_LEFT_MAKER, .type = kube_read_text(maker, "kind"),
		       .name = kube_read_text(maker, "name"));
	leave_object(left, object, &why);
}

void
kube_survey_leave_of(json_t *left, const json_t *workload, const json_t *refers)
{
	const json_t *spec = json_object_get(workload, "spec");
	struct error why;
	const char *key;
	json_t *ignored;

	leave_maker(left, workload);
	leave_node(left, workload,
		   json_object_get(kube_read_template(workload), "spec"));
	if (json_array_size(json_object_get(spec, "volumeClaimTemplates")) > 0) {
		error_set_code(&why, CODE_LEFT_DATA);
		leave_object(left, workload, &why);
	}
	json_object_foreach((json_t *)refers, key, ignored) {
		(void)ignored;
		if (strncmp(key, "Secret/", 7) != 0)
			continue;
		error_set_code(&why, CODE_LEFT_SECRET);
		kube_survey_leave(left, key, &why);
	}
}

void
kube_survey_leave_part(json_t *left, const json_t *object)
{
	const json_t *role = json_object_get(object, "roleRef");
	struct error why;
	char *key;

	if (kube_read_is(object, "kind", "PersistentVolumeClaim")) {
		error_set_code(&why, CODE_LEFT_DATA);
		leave_object(left, object, &why);
	}
	if (kube_read_is(role, "kind", "ClusterRole")) {
		key = xasprintf("ClusterRole/%s", kube_read_text(role, "name"));
		error_set_code(&why, CODE_LEFT_CLUSTER_WIDE);
		kube_survey_leave(left, key, &why);
		free(key);
	}
}
