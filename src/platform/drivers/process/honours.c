/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One list, by the paths of model/workload-fields.h: people are warned of every field that is not
 * in it.  So a field comes in here in the commit that makes it work, with the test that shows it.
 */
#include "config.h"

#include "platform/drivers/process/honours.h"

#include <stddef.h>

#include "model/workload-fields.h"

#define C "spec/containers/*"

static const enum workload_profile profiles[] = {PROFILE_MODULE, PROFILE_JOB,
						    PROFILE_CRONJOB};

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
	C "/resources/limits/cpu",
	C "/resources/limits/memory",
	C "/resources/requests/cpu",
	C "/resources/requests/memory",
	C "/startup_probe",
	C "/readiness_probe",
	C "/liveness_probe",
	"deploy",
	"spec/pod/initContainers",
	"spec/schedules",
	"spec/cronjob/timeZone",
	"spec/cronjob/concurrencyPolicy",
	"spec/cronjob/suspend",
	"spec/cronjob/startingDeadlineSeconds",
	"spec/job/backoffLimit",
	"spec/job/activeDeadlineSeconds",
	"spec/job/suspend",
	"spec/service/ports",
	"spec/replicas",
	"spec/deployment/replicas",
	"spec/deployment/minReadySeconds",
	"spec/deployment/progressDeadlineSeconds",
	"spec/pod/terminationGracePeriodSeconds",
};

/* Without a confinement nothing can be mounted, and nothing runs but images. */
#define NOT_CONFINED "workloads are not confined, so "
#define NO_GROUPS "this machine has no control groups for it, so "

static const struct {
	size_t means;		/* without which it is so, in struct process_means */
	const char *path, *instead;
} without[] = {
	{offsetof(struct process_means, confines), C "/files",
	 NOT_CONFINED "files lie below files/ where the program works"},
	{offsetof(struct process_means, confines), C "/volume_mounts",
	 NOT_CONFINED "volumes are not mounted"},
	{offsetof(struct process_means, confines), C "/command", NOT_CONFINED "it is refused"},
	{offsetof(struct process_means, confines), C "/startup_probe/command",
	 NOT_CONFINED "it is refused"},
	{offsetof(struct process_means, confines), C "/readiness_probe/command",
	 NOT_CONFINED "it is refused"},
	{offsetof(struct process_means, confines), C "/liveness_probe/command",
	 NOT_CONFINED "it is refused"},
	{offsetof(struct process_means, limits_memory), C "/resources/limits/memory",
	 NO_GROUPS "each process may reserve that much"},
	{offsetof(struct process_means, limits_memory), C "/resources/requests/memory",
	 NO_GROUPS "it has no effect"},
	{offsetof(struct process_means, limits_cpu), C "/resources/limits/cpu",
	 NO_GROUPS "it has no effect"},
	{offsetof(struct process_means, limits_cpu), C "/resources/requests/cpu",
	 NO_GROUPS "it has no effect"},
	{offsetof(struct process_means, confines), "spec/service/ports",
	 NOT_CONFINED "others reach it by its address, and not by its plain name"},
	{offsetof(struct process_means, translates), "spec/service/ports/*/container_port",
	 "the kernel translates no ports here, so of several workloads one alone can listen on it"},
};

/* Honoured with some values alone. */
static const struct {
	const char *path, *word, *instead;	/* word NULL: it is a port to listen on */
} within[] = {
	{"spec/service/ports/*/protocol", "TCP",
	 "connections of TCP are passed on, and nothing else"},
	{"spec/service/ports/*/service_port", NULL,
	 "the user of the daemon may not listen on a port so low, so nobody can connect to it"},
};

const struct process_means process_all_means = {true, true, true, true, 1};

static json_t *
describe_within(const struct process_means *means)
{
	json_t *all = json_object(), *one;

	for (size_t i = 0; i < sizeof(within) / sizeof(within[0]); i++) {
		if (within[i].word)
			one = json_pack("{s:s}", "word", within[i].word);
		else
			one = json_pack("{s:i}", "least", means->lowest_port);
		json_object_set_new(one, "instead", json_string(within[i].instead));
		json_object_set_new(all, within[i].path, one);
	}
	return all;
}

json_t *
process_honours(const struct process_means *means)
{
	json_t *names = json_array(), *paths = json_array(), *partly = json_object();

	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		json_array_append_new(names, json_string(workload_profile_name(profiles[i])));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		json_array_append_new(paths, json_string(fields[i]));
	json_object_set_new(partly, C "/volume_mounts/*/sub_path",
			    json_string("only a whole volume can be mounted, a part is refused"));
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (!*(const bool *)((const char *)means + without[i].means))
			json_object_set_new(partly, without[i].path,
					    json_string(without[i].instead));
	return json_pack("{s:o, s:o, s:o, s:o, s:b}", "profiles", names, "honours", paths,
			 "partly", partly, "within", describe_within(means), "one_container", true);
}
