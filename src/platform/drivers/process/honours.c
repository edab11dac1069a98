/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One list, by the paths of model/workload-fields.h: people are warned of every field that is not
 * in it.  So a field comes in here in the commit that makes it work, with the test that shows it.
 */
#include "config.h"

#include "platform/drivers/process/honours.h"

#include "model/workload-fields.h"

#define C "spec/containers/*"

static const enum workload_profile profiles[] = {PROFILE_MODULE, PROFILE_JOB};

static const char *const fields[] = {
	C "/id",
	C "/image",
	C "/command",
	C "/args",
	C "/variables",
	C "/files/*/value",
	C "/files/*/mode",
	C "/volume_mounts/*/id",
	C "/volume_mounts/*/read_only",
	C "/volume_mounts/*/sub_path",
	"spec/volumes/*/persistentVolumeClaim/claimName",
	C "/startup_probe",
	C "/readiness_probe",
	C "/liveness_probe",
	"deploy",
	"spec/pod/initContainers",
	"spec/job/backoffLimit",
	"spec/job/activeDeadlineSeconds",
	"spec/replicas",
	"spec/deployment/replicas",
	"spec/deployment/minReadySeconds",
	"spec/deployment/progressDeadlineSeconds",
	"spec/pod/terminationGracePeriodSeconds",
};

/* Without a confinement nothing can be mounted, and nothing runs but images. */
static const struct {
	const char *path, *instead;
} unconfined[] = {
	{C "/files", "workloads are not confined, so files lie below files/ where the program works"},
	{C "/volume_mounts", "workloads are not confined, so volumes are not mounted"},
	{C "/command", "workloads are not confined, so it is refused"},
	{C "/startup_probe/command", "workloads are not confined, so it is refused"},
	{C "/readiness_probe/command", "workloads are not confined, so it is refused"},
	{C "/liveness_probe/command", "workloads are not confined, so it is refused"},
};

json_t *
process_honours(bool is_confined)
{
	json_t *names = json_array(), *paths = json_array(), *partly = json_object();

	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		json_array_append_new(names, json_string(workload_profile_name(profiles[i])));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		json_array_append_new(paths, json_string(fields[i]));
	json_object_set_new(partly, C "/volume_mounts/*/sub_path",
			    json_string("only a whole volume can be mounted, a part is refused"));
	for (size_t i = 0; !is_confined && i < sizeof(unconfined) / sizeof(unconfined[0]); i++)
		json_object_set_new(partly, unconfined[i].path, json_string(unconfined[i].instead));
	return json_pack("{s:o, s:o, s:o, s:b}", "profiles", names, "honours", paths, "partly",
			 partly, "one_container", true);
}
