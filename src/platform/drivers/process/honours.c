/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two lists, by the paths of model/workload-fields.h: what is honoured, and what people are warned
 * of.  Each field is in one of them; it comes into the first in the commit that makes it work, with
 * the test that shows it.
 */
#include "config.h"

#include "platform/drivers/process/honours.h"

#include <stddef.h>
#include <string.h>

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

/* With all that is below; kubernetes alone has a use for them. */
static const char *const ignored[] = {
	C "/resources/limits/*",
	C "/resources/requests/*",
	C "/security_context",
	C "/securityContext",
	C "/lifecycle",
	C "/image_pull_policy",
	C "/working_dir",
	"spec/service/annotations",
	"spec/service/labels",
	"spec/ingress",
	"spec/volumes/*/emptyDir",
	"spec/volumes/*/persistentVolumeClaim/readOnly",
	"spec/volumes/*/configMap",
	"spec/volumes/*/secret",
	"spec/volumes/*/projected",
	"spec/volumes/*/hostPath",
	"spec/volumes/*/nfs",
	"spec/annotations",
	"spec/labels",
	"spec/serviceAccountName",
	"spec/service_account_name",
	"spec/image_pull_secrets",
	"spec/cronjob/annotations",
	"spec/cronjob/labels",
	"spec/cronjob/successfulJobsHistoryLimit",
	"spec/cronjob/failedJobsHistoryLimit",
	"spec/job/annotations",
	"spec/job/labels",
	"spec/job/completions",
	"spec/job/parallelism",
	"spec/job/ttlSecondsAfterFinished",
	"spec/deployment/annotations",
	"spec/deployment/labels",
	"spec/deployment/revisionHistoryLimit",
	"spec/deployment/strategy",
	"spec/pod/annotations",
	"spec/pod/labels",
	"spec/pod/serviceAccountName",
	"spec/pod/securityContext",
	"spec/pod/nodeSelector",
	"spec/pod/affinity",
	"spec/pod/tolerations",
	"spec/pod/topologySpreadConstraints",
	"spec/pod/hostAliases",
	"spec/pod/imagePullSecrets",
	"spec/pod/priorityClassName",
	"spec/pod/restartPolicy",
	"spec/pod/os",
	"spec/pod/volumes",
	"spec/manifests",
	"spec/reaches_origin",
	"spec/runs",
	"spec/secrets",
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

#define NO_TIMEOUT "a try has 2 seconds, as when nothing is said of it"

/* Honoured with some values alone. */
static const struct {
	const char *path, *limit, *word;	/* word NULL: a number */
	int number;				/* 0: of the machine, a port to listen on */
	const char *instead;
} within[] = {
	{"spec/service/ports/*/protocol", "word", "TCP", 0,
	 "connections of TCP are passed on, and nothing else"},
	{C "/startup_probe/timeoutSeconds", "least", NULL, 1, NO_TIMEOUT},
	{C "/readiness_probe/timeoutSeconds", "least", NULL, 1, NO_TIMEOUT},
	{C "/liveness_probe/timeoutSeconds", "least", NULL, 1, NO_TIMEOUT},
	{C "/liveness_probe/successThreshold", "most", NULL, 1,
	 "it lives until the probe has failed, however often that succeeded"},
	{"spec/service/ports/*/service_port", "least", NULL, 0,
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
			one = json_pack("{s:i}", within[i].limit,
					within[i].number ? within[i].number : means->lowest_port);
		json_object_set_new(one, "instead", json_string(within[i].instead));
		json_object_set_new(all, within[i].path, one);
	}
	return all;
}

/* It is honoured all the same where it says nothing. */
static const struct {
	const char *path, *instead;
} refused[] = {
	{C "/volume_mounts/*/sub_path", "only a whole volume can be mounted, a part is refused"},
};

const char *
process_refuses(const char *path)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (strcmp(refused[i].path, path) == 0)
			return refused[i].instead;
	return NULL;
}

json_t *
process_honours(const struct process_means *means)
{
	json_t *names = json_array(), *paths = json_array(), *others = json_array();
	json_t *partly = json_object();

	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		json_array_append_new(names, json_string(workload_profile_name(profiles[i])));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		json_array_append_new(paths, json_string(fields[i]));
	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		json_array_append_new(others, json_string(ignored[i]));
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		json_object_set_new(partly, refused[i].path, json_string(refused[i].instead));
	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (!*(const bool *)((const char *)means + without[i].means))
			json_object_set_new(partly, without[i].path,
					    json_string(without[i].instead));
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b}", "profiles", names, "honours", paths,
			 "ignores", others, "partly", partly, "within", describe_within(means),
			 "one_container", true);
}
