/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The template of a workload's pods. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

/* As the API of Kubernetes has them. */
static const char *const members[] = {
	"affinity", "hostAliases", "nodeSelector", "os", "priorityClassName", "securityContext",
	"tolerations", "topologySpreadConstraints",
};

const char *
kube_account(const struct kube_workload *w)
{
	const json_t *pod = json_object_get(w->spec, "pod");
	const char *names[] = {
		json_member_string(pod, "serviceAccountName"),
		json_member_string(w->spec, "serviceAccountName"),
		json_member_string(w->spec, "service_account_name"),
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] && *names[i])
			return names[i];
	return NULL;
}

/* Names, or objects as Kubernetes has them. */
static void
add_pull_secrets(const json_t *declared, json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(declared, i, item)
		if (json_is_string(item))
			json_array_append_new(list, json_pack("{s:O}", "name", item));
		else
			json_array_append(list, (json_t *)item);
}

/* A service is always started again; a run that failed is looked at, so its pod stays. */
static void
add_restart(const struct kube_workload *w, const json_t *declared, json_t *pod)
{
	if (w->profile == PROFILE_JOB || w->profile == PROFILE_CRONJOB)
		json_object_set_new(pod, "restartPolicy", json_string("Never"));
	kube_copy(pod, "restartPolicy", declared, "restartPolicy");
}

static void
add_account(const struct kube_workload *w, json_t *pod)
{
	const char *account = kube_account(w);

	json_object_set_new(pod, "serviceAccountName", json_string(account ? account : w->name));
	if (!account)
		json_object_set_new(pod, "automountServiceAccountToken", json_false());
}

/* Variables are those that it declares: none for each Service of the namespace. */
static json_t *
pod_of(const struct kube_workload *w)
{
	const json_t *declared = json_object_get(w->spec, "pod");
	json_t *pod = json_pack("{s:b}", "enableServiceLinks", false), *secrets = json_array();

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		kube_copy(pod, members[i], declared, members[i]);
	kube_copy_number(pod, declared, "terminationGracePeriodSeconds");
	add_restart(w, declared, pod);
	add_account(w, pod);
	add_pull_secrets(json_object_get(w->spec, "image_pull_secrets"), secrets);
	add_pull_secrets(json_object_get(declared, "imagePullSecrets"), secrets);
	if (json_array_size(secrets) > 0)
		json_object_set(pod, "imagePullSecrets", secrets);
	json_decref(secrets);
	return pod;
}

static int
add_volumes(const struct kube_workload *w, json_t *pod, struct error *err)
{
	json_t *volumes = json_array();
	int ret = kube_add_file_volumes(w, volumes, err);

	kube_add_volumes(w, volumes);
	if (ret == 0 && json_array_size(volumes) > 0)
		json_object_set(pod, "volumes", volumes);
	json_decref(volumes);
	return ret;
}

json_t *
kube_pod_template(const struct kube_workload *w, const char *schedule, struct error *err)
{
	static const char *const parts[] = {"", "pod", NULL};
	json_t *metadata = kube_metadata(w, parts, err), *pod, *containers;

	if (!metadata)
		return NULL;
	pod = pod_of(w);
	containers = kube_containers(w, schedule, err);
	if (containers)
		json_object_set_new(pod, "containers", containers);
	if (!containers || kube_add_inits(w, pod, err) != 0 || add_volumes(w, pod, err) != 0 ||
	    kube_check_baseline(w, metadata, pod, err) != 0) {
		json_decref(metadata);
		json_decref(pod);
		return NULL;
	}
	return json_pack("{s:o, s:o}", "metadata", metadata, "spec", pod);
}
