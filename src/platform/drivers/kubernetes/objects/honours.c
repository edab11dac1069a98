/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which fields of a workload become something in a cluster, by the paths of
 * model/workload-fields.h; people are warned of every other one.  A test makes a workload of each
 * field and looks for it in the objects.
 */
#include "config.h"

#include "platform/drivers/kubernetes/objects/objects.h"

#include "model/workload-fields.h"

static const char *const fields[] = {
	"deploy",
	"spec/annotations",
	"spec/containers",
	"spec/cronjob",
	"spec/deployment",
	"spec/image_pull_secrets",
	"spec/job",
	"spec/labels",
	"spec/manifests",
	"spec/pod",
	"spec/reaches_origin",
	"spec/replicas",
	"spec/runs",
	"spec/schedules",
	"spec/secrets",
	"spec/service",
	"spec/serviceAccountName",
	"spec/service_account_name",
	"spec/volumes",
};

#define MUST_EXIST "it is not created: the namespace must already have it"

static const struct {
	const char *path, *instead;
} partly[] = {
	{"spec/ingress", "use a resource of type route"},
	{"spec/volumes/*/persistentVolumeClaim/claimName", MUST_EXIST},
	{"spec/volumes/*/configMap", MUST_EXIST},
	{"spec/volumes/*/secret", MUST_EXIST},
	{"spec/volumes/*/projected", MUST_EXIST},
	{"spec/serviceAccountName", MUST_EXIST},
	{"spec/service_account_name", MUST_EXIST},
	{"spec/pod/serviceAccountName", MUST_EXIST},
	{"spec/image_pull_secrets", MUST_EXIST},
	{"spec/pod/imagePullSecrets", MUST_EXIST},
};

json_t *
kube_honours(void)
{
	json_t *profiles = json_array(), *paths = json_array(), *parts = json_object();

	for (int i = PROFILE_MODULE; i < PROFILE_UNKNOWN; i++)
		json_array_append_new(profiles, json_string(workload_profile_name(
							(enum workload_profile)i)));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		json_array_append_new(paths, json_string(fields[i]));
	for (size_t i = 0; i < sizeof(partly) / sizeof(partly[0]); i++)
		json_object_set_new(parts, partly[i].path, json_string(partly[i].instead));
	return json_pack("{s:o, s:o, s:o}", "profiles", profiles, "honours", paths, "partly",
			 parts);
}
