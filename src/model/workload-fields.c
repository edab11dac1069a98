/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rows follow the profiles' features as the vendor documents them (containers, probes,
 * service, volumes, schedules, and the parts of Kubernetes objects in "deployment", "cronjob",
 * "job" and "pod"); the spelling is theirs, snake_case and camelCase as it happens to be.
 * What a field asks for is said in the manual alone, so it is not translated.
 */
#include "config.h"

#include "model/workload-fields.h"

#include <stdio.h>
#include <string.h>

#include "model/manifests.h"
#include "model/quantity.h"
#include "model/schedule.h"
#include "model/workload-placeholders.h"

#define MODULE (1u << PROFILE_MODULE)
#define JOB (1u << PROFILE_JOB)
#define CRONJOB (1u << PROFILE_CRONJOB)
#define ALL (MODULE | JOB | CRONJOB)
#define MANIFESTS (1u << PROFILE_MANIFESTS)

#define COUNT_MAX 2147483647
#define POINTER_MAX 256

#define C "spec/containers/*"
#define I "spec/pod/initContainers/*"

/* Of each of the three probes. */
#define PROBE(at, profiles) \
	{at "/type", profiles, FIELD_WORD, "http tcp command grpc", "How it asks: http, tcp, command or grpc"}, \
	{at "/path", profiles, FIELD_TEXT, NULL, "Path of the HTTP request"}, \
	{at "/port", profiles, FIELD_PORT, NULL, "Port that is asked"}, \
	{at "/headers", profiles, FIELD_LABELS, NULL, "Headers of the HTTP request"}, \
	{at "/service", profiles, FIELD_TEXT, NULL, "Service whose health is asked by grpc"}, \
	{at "/command", profiles, FIELD_TEXTS, NULL, "Program that is run and must end with 0"}, \
	{at "/initialDelaySeconds", profiles, FIELD_COUNT, NULL, "Seconds before the first try"}, \
	{at "/periodSeconds", profiles, FIELD_COUNT, NULL, "Seconds between two tries"}, \
	{at "/timeoutSeconds", profiles, FIELD_COUNT, NULL, "Seconds that a try may take"}, \
	{at "/successThreshold", profiles, FIELD_COUNT, NULL, "Tries in a row that must succeed"}, \
	{at "/failureThreshold", profiles, FIELD_COUNT, NULL, "Tries in a row that must fail"}

/* Of each Kubernetes object that a workload becomes. */
#define OBJECT_META(at, profiles, object) \
	{at "/annotations", profiles, FIELD_LABELS, NULL, "Annotations of " object}, \
	{at "/labels", profiles, FIELD_LABELS, NULL, "Labels of " object}

/* Of each container, before or beside the others. */
#define PROGRAM(at) \
	{at "/image", ALL, FIELD_TEXT, NULL, "What runs, with its version"}, \
	{at "/command", ALL, FIELD_TEXTS, NULL, "Program to run instead of the image's"}, \
	{at "/args", ALL, FIELD_TEXTS, NULL, "Arguments of the program"}

static const struct workload_field fields[] = {
	{"profile", ALL | MANIFESTS, FIELD_TEXT, NULL, "What kind of workload it is"},
	{"externals", ALL | MANIFESTS, FIELD_MAP, NULL, "Resources of the workload's own"},
	{"externals/*", ALL | MANIFESTS, FIELD_OBJECT, NULL, NULL},
	{"externals/*/type", ALL | MANIFESTS, FIELD_TEXT, NULL, "Type of the resource"},
	{"externals/*/class", ALL | MANIFESTS, FIELD_TEXT, NULL, "Class of the resource"},
	{"externals/*/params", ALL | MANIFESTS, FIELD_ANY, NULL, "What its definition is given"},
	{"deploy", ALL | MANIFESTS, FIELD_OBJECT, NULL, NULL},
	{"deploy/when", ALL | MANIFESTS, FIELD_WORD, "before deploy after", "Start before, with or after the other workloads"},
	{"deploy/success", ALL | MANIFESTS, FIELD_WORD, "deploy available complete", "What counts as success: started, ready, or ended with 0"},
	{"deploy/timeout", ALL | MANIFESTS, FIELD_COUNT, NULL, "Seconds until it has failed"},
	{"spec", ALL | MANIFESTS, FIELD_OBJECT, NULL, NULL},

	{"spec/containers", ALL, FIELD_MAP, NULL, NULL},
	{C, ALL, FIELD_OBJECT, NULL, NULL},
	{C "/id", ALL, FIELD_TEXT, NULL, "Name of the container"},
	PROGRAM(C),
	{C "/variables", ALL, FIELD_MAP, NULL, "Environment variables"},
	{C "/variables/*", ALL, FIELD_SCALAR, NULL, NULL},
	{C "/files", ALL, FIELD_MAP, NULL, "Files, by their absolute path"},
	{C "/files/*", ALL, FIELD_OBJECT, NULL, NULL},
	{C "/files/*/value", ALL, FIELD_TEXT, NULL, "Content of the file"},
	{C "/files/*/mode", ALL, FIELD_SCALAR, NULL, "Permissions, such as 0644"},
	{C "/volume_mounts", ALL, FIELD_MAP, NULL, "Volumes, by the path where they are seen"},
	{C "/volume_mounts/*", ALL, FIELD_OBJECT, NULL, NULL},
	{C "/volume_mounts/*/id", ALL, FIELD_TEXT, NULL, "Which volume"},
	{C "/volume_mounts/*/sub_path", ALL, FIELD_TEXT, NULL, "Directory in the volume"},
	{C "/volume_mounts/*/read_only", ALL, FIELD_FLAG, NULL, "Whether it can only be read"},
	{C "/resources", ALL, FIELD_OBJECT, NULL, NULL},
	{C "/resources/limits", ALL, FIELD_MAP, NULL, NULL},
	{C "/resources/limits/cpu", ALL, FIELD_AMOUNT, NULL, "Processors that it may use at most"},
	{C "/resources/limits/memory", ALL, FIELD_AMOUNT, NULL, "Memory that it may use at most"},
	{C "/resources/limits/*", ALL, FIELD_AMOUNT, NULL, "Other limits"},
	{C "/resources/requests", ALL, FIELD_MAP, NULL, NULL},
	{C "/resources/requests/cpu", ALL, FIELD_AMOUNT, NULL, "Processors that are kept free for it"},
	{C "/resources/requests/memory", ALL, FIELD_AMOUNT, NULL, "Memory that is kept free for it"},
	{C "/resources/requests/*", ALL, FIELD_AMOUNT, NULL, "Other requests"},
	{C "/startup_probe", MODULE, FIELD_OBJECT, NULL, "Whether it has started; the other probes wait for it"},
	PROBE(C "/startup_probe", MODULE),
	{C "/readiness_probe", MODULE, FIELD_OBJECT, NULL, "Whether it can be sent requests"},
	PROBE(C "/readiness_probe", MODULE),
	{C "/liveness_probe", MODULE, FIELD_OBJECT, NULL, "Whether it lives; else it is started again"},
	PROBE(C "/liveness_probe", MODULE),
	{C "/security_context", ALL, FIELD_ANY, NULL, "User, group and capabilities"},
	{C "/securityContext", ALL, FIELD_ANY, NULL, "User, group and capabilities"},
	{C "/lifecycle", ALL, FIELD_ANY, NULL, "What is run after its start and before its end"},
	{C "/image_pull_policy", ALL, FIELD_TEXT, NULL, "When the image is fetched"},
	{C "/working_dir", ALL, FIELD_TEXT, NULL, "Where the program works"},

	{"spec/service", MODULE, FIELD_OBJECT, NULL, NULL},
	{"spec/service/ports", MODULE, FIELD_MAP, NULL, "Ports at which others reach it"},
	{"spec/service/ports/*", MODULE, FIELD_OBJECT, NULL, NULL},
	{"spec/service/ports/*/service_port", MODULE, FIELD_PORT, NULL, "Port that others connect to"},
	{"spec/service/ports/*/container_port", MODULE, FIELD_PORT, NULL, "Port that the program listens on"},
	{"spec/service/ports/*/protocol", MODULE, FIELD_WORD, "TCP UDP SCTP", "Protocol; TCP unless it is given"},
	OBJECT_META("spec/service", MODULE, "the service"),
	{"spec/ingress", MODULE, FIELD_ANY, NULL, "Rules of an ingress; use a resource of type route"},
	{"spec/replicas", MODULE | MANIFESTS, FIELD_COUNT, NULL, "How many of it run"},
	{"spec/volumes", ALL, FIELD_MAP, NULL, "Volumes that no resource provides"},
	{"spec/volumes/*", ALL, FIELD_OBJECT, NULL, NULL},
	{"spec/volumes/*/emptyDir", ALL, FIELD_OBJECT, NULL, NULL},
	{"spec/volumes/*/emptyDir/medium", ALL, FIELD_TEXT, NULL, "Where it lies: on a disk or in memory"},
	{"spec/volumes/*/emptyDir/sizeLimit", ALL, FIELD_AMOUNT, NULL, "How much it may hold"},
	{"spec/volumes/*/persistentVolumeClaim", ALL, FIELD_OBJECT, NULL, NULL},
	{"spec/volumes/*/persistentVolumeClaim/claimName", ALL, FIELD_TEXT, NULL, "Name of a volume that others may share"},
	{"spec/volumes/*/persistentVolumeClaim/readOnly", ALL, FIELD_FLAG, NULL, "Whether it can only be read"},
	{"spec/volumes/*/configMap", ALL, FIELD_ANY, NULL, "Files of a ConfigMap"},
	{"spec/volumes/*/secret", ALL, FIELD_ANY, NULL, "Files of a Secret"},
	{"spec/volumes/*/projected", ALL, FIELD_ANY, NULL, "Files of several sources"},
	{"spec/volumes/*/hostPath", ALL, FIELD_ANY, NULL, "A directory of the node"},
	{"spec/volumes/*/nfs", ALL, FIELD_ANY, NULL, "A directory of a file server"},
	OBJECT_META("spec", ALL, "the workload"),
	{"spec/serviceAccountName", ALL, FIELD_TEXT, NULL, "Service account that it runs under"},
	{"spec/service_account_name", ALL, FIELD_TEXT, NULL, "Service account that it runs under"},
	{"spec/image_pull_secrets", ALL, FIELD_ANY, NULL, "Credentials of the registry"},

	{"spec/schedules", CRONJOB, FIELD_MAP, NULL, "When it runs"},
	{"spec/schedules/*", CRONJOB, FIELD_OBJECT, NULL, NULL},
	{"spec/schedules/*/schedule", CRONJOB, FIELD_SCHEDULE, NULL, "The five fields of cron, or @daily and the like"},
	{"spec/schedules/*/containers", CRONJOB, FIELD_MAP, NULL, "What differs in runs of this schedule"},
	{"spec/schedules/*/containers/*", CRONJOB, FIELD_OBJECT, NULL, NULL},
	{"spec/schedules/*/containers/*/command", CRONJOB, FIELD_TEXTS, NULL, "Program to run instead"},
	{"spec/schedules/*/containers/*/args", CRONJOB, FIELD_TEXTS, NULL, "Arguments instead of those above"},
	{"spec/schedules/*/containers/*/variables", CRONJOB, FIELD_MAP, NULL, "More environment variables"},
	{"spec/schedules/*/containers/*/variables/*", CRONJOB, FIELD_SCALAR, NULL, NULL},
	{"spec/cronjob", CRONJOB, FIELD_OBJECT, NULL, NULL},
	OBJECT_META("spec/cronjob", CRONJOB, "the CronJob"),
	{"spec/cronjob/timeZone", CRONJOB, FIELD_TEXT, NULL, "Time zone of the schedules"},
	{"spec/cronjob/concurrencyPolicy", CRONJOB, FIELD_WORD, "Allow Forbid Replace", "What to do when the last run has not ended"},
	{"spec/cronjob/suspend", CRONJOB, FIELD_FLAG, NULL, "Whether no new runs begin"},
	{"spec/cronjob/startingDeadlineSeconds", CRONJOB, FIELD_COUNT, NULL, "How late a run may begin"},
	{"spec/cronjob/successfulJobsHistoryLimit", CRONJOB, FIELD_COUNT, NULL, "How many runs that succeeded are kept"},
	{"spec/cronjob/failedJobsHistoryLimit", CRONJOB, FIELD_COUNT, NULL, "How many runs that failed are kept"},
	{"spec/job", JOB | CRONJOB, FIELD_OBJECT, NULL, NULL},
	OBJECT_META("spec/job", JOB | CRONJOB, "the Job"),
	{"spec/job/activeDeadlineSeconds", JOB | CRONJOB, FIELD_COUNT, NULL, "Seconds after which a run is ended as failed"},
	{"spec/job/backoffLimit", JOB | CRONJOB, FIELD_COUNT, NULL, "How often a run that failed is tried again"},
	{"spec/job/completions", JOB | CRONJOB, FIELD_COUNT, NULL, "How many must succeed"},
	{"spec/job/parallelism", JOB | CRONJOB, FIELD_COUNT, NULL, "How many run at the same time"},
	{"spec/job/suspend", JOB | CRONJOB, FIELD_FLAG, NULL, "Whether it waits"},
	{"spec/job/ttlSecondsAfterFinished", JOB | CRONJOB, FIELD_COUNT, NULL, "Seconds that a run is kept after its end"},
	{"spec/deployment", MODULE, FIELD_OBJECT, NULL, NULL},
	OBJECT_META("spec/deployment", MODULE, "the Deployment"),
	{"spec/deployment/replicas", MODULE, FIELD_COUNT, NULL, "How many of it run"},
	{"spec/deployment/minReadySeconds", MODULE, FIELD_COUNT, NULL, "Seconds that it must stay ready to count as such"},
	{"spec/deployment/progressDeadlineSeconds", MODULE, FIELD_COUNT, NULL, "Seconds in which it must be ready"},
	{"spec/deployment/revisionHistoryLimit", MODULE, FIELD_COUNT, NULL, "How many old ReplicaSets are kept"},
	{"spec/deployment/strategy", MODULE, FIELD_ANY, NULL, "How the new takes the place of the old"},
	{"spec/pod", ALL, FIELD_OBJECT, NULL, NULL},
	OBJECT_META("spec/pod", ALL, "its pods"),
	{"spec/pod/initContainers", ALL, FIELD_LIST, NULL, "Programs that must succeed before it starts"},
	{I, ALL, FIELD_OBJECT, NULL, NULL},
	{I "/name", ALL, FIELD_TEXT, NULL, "Name of the container"},
	PROGRAM(I),
	{I "/env", ALL, FIELD_LIST, NULL, "Environment variables"},
	{I "/env/*", ALL, FIELD_OBJECT, NULL, NULL},
	{I "/env/*/name", ALL, FIELD_TEXT, NULL, NULL},
	{I "/env/*/value", ALL, FIELD_TEXT, NULL, NULL},
	{"spec/pod/terminationGracePeriodSeconds", ALL, FIELD_COUNT, NULL, "Seconds that it has to end by itself"},
	{"spec/pod/serviceAccountName", ALL, FIELD_TEXT, NULL, "Service account that it runs under"},
	{"spec/pod/securityContext", ALL, FIELD_ANY, NULL, "User, group and capabilities"},
	{"spec/pod/nodeSelector", ALL, FIELD_LABELS, NULL, "Nodes on which it may run"},
	{"spec/pod/affinity", ALL, FIELD_ANY, NULL, "Nodes and pods that it is to be near"},
	{"spec/pod/tolerations", ALL, FIELD_ANY, NULL, "Tainted nodes on which it may run"},
	{"spec/pod/topologySpreadConstraints", ALL, FIELD_ANY, NULL, "How it is spread over nodes"},
	{"spec/pod/hostAliases", ALL, FIELD_ANY, NULL, "More lines of /etc/hosts"},
	{"spec/pod/imagePullSecrets", ALL, FIELD_ANY, NULL, "Credentials of the registry"},
	{"spec/pod/priorityClassName", ALL, FIELD_TEXT, NULL, "Whose place it may take"},
	{"spec/pod/restartPolicy", ALL, FIELD_WORD, "Always OnFailure Never", "When it is started again"},
	{"spec/pod/os", ALL, FIELD_ANY, NULL, "Operating system of the node"},
	{"spec/pod/volumes", ALL, FIELD_ANY, NULL, "More volumes"},

	{"spec/manifests", MANIFESTS, FIELD_MAP, NULL, "Objects of a cluster, as they are"},
	{"spec/manifests/*", MANIFESTS, FIELD_ANY, NULL, NULL},
	{"spec/reaches_origin", MANIFESTS, FIELD_FLAG, NULL, "Whether a clone may connect to the namespace it was made from"},
	{"spec/runs", MANIFESTS, FIELD_FLAG, NULL, "Whether Jobs and CronJobs of a clone run"},
	{"spec/secrets", MANIFESTS, FIELD_MAP, NULL, "Where a clone has its Secrets from"},
	{"spec/secrets/*", MANIFESTS, FIELD_ANY, NULL, NULL},
};
#define FIELD_ROWS (sizeof(fields) / sizeof(fields[0]))

static const char *const profiles[] = {
	[PROFILE_MODULE] = "humanitec/default-module",
	[PROFILE_JOB] = "humanitec/default-job",
	[PROFILE_CRONJOB] = "humanitec/default-cronjob",
	[PROFILE_MANIFESTS] = MANIFESTS_PROFILE,
};
#define PROFILES (sizeof(profiles) / sizeof(profiles[0]))

const struct workload_field *
workload_field(size_t i)
{
	return i < FIELD_ROWS ? &fields[i] : NULL;
}

/* A row that names the member goes before one for all. */
const struct workload_field *
workload_field_below(const struct workload_field *parent, const char *key)
{
	size_t length = parent ? strlen(parent->path) : 0;
	const struct workload_field *any = NULL;

	for (size_t i = 0; i < FIELD_ROWS; i++) {
		const char *name = fields[i].path;

		if (parent) {
			if (strncmp(name, parent->path, length) != 0 || name[length] != '/')
				continue;
			name += length + 1;
		}
		if (strcmp(name, "*") == 0)
			any = &fields[i];
		else if (strcmp(name, key) == 0)
			return &fields[i];
	}
	return any;
}

json_int_t
workload_field_number(const json_t *value)
{
	const char *text = json_string_value(value);
	json_int_t number = 0;

	if (!text)
		return json_is_integer(value) ? json_integer_value(value) : -1;
	if (!*text || strlen(text) > 9 || text[strspn(text, "0123456789")] != '\0')
		return -1;
	for (; *text; text++)
		number = number * 10 + (*text - '0');
	return number;
}

const json_t *
workload_declared_replicas(const json_t *spec, const char *profile)
{
	const enum workload_profile which = workload_profile_of(profile);
	const json_t *count = json_object_get(json_object_get(spec, "deployment"), "replicas");

	if (which == PROFILE_JOB || which == PROFILE_CRONJOB)
		return NULL;
	if (!count || json_is_null(count))
		count = json_object_get(spec, "replicas");
	return count && !json_is_null(count) ? count : NULL;
}

static bool
is_placeholder(const json_t *value)
{
	return json_is_string(value) && strstr(json_string_value(value), "${");
}

static bool
is_scalar(const json_t *value)
{
	return json_is_string(value) || json_is_number(value) || json_is_boolean(value);
}

static bool
are_texts(const json_t *value)
{
	const json_t *item;
	size_t i;

	json_array_foreach(value, i, item)
		if (!json_is_string(item))
			return false;
	return json_is_array(value);
}

static bool
are_labels(const json_t *value)
{
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)value, key, item)
		if (!json_is_string(item))
			return false;
	return json_is_object(value);
}

static bool
is_between(const json_t *value, json_int_t min, json_int_t max)
{
	json_int_t number = workload_field_number(value);

	return number >= min && number <= max;
}

static bool
is_amount(const json_t *value)
{
	int64_t milli;

	return json_is_string(value)
		       ? quantity_parse(json_string_value(value), &milli)
		       : json_is_number(value) && json_number_value(value) >= 0;
}

static bool
is_schedule(const json_t *value)
{
	struct schedule schedule;

	return json_is_string(value) && schedule_parse(&schedule, json_string_value(value));
}

static bool
is_word(const char *words, const char *word)
{
	size_t length = word ? strlen(word) : 0;

	for (const char *at = words; length > 0 && *at; at += strcspn(at, " "), at += *at == ' ')
		if (strcspn(at, " ") == length && strncmp(at, word, length) == 0)
			return true;
	return false;
}

/* Where they are not resolved, one is as wrong as any other text. */
static bool
takes_placeholders(const struct workload_field *field)
{
	char pointer[POINTER_MAX];

	snprintf(pointer, sizeof(pointer), "/%s", field->path);
	return strncmp(field->path, "spec/", 5) == 0 && workload_place_is_any(pointer);
}

bool
workload_field_fits(const struct workload_field *field, const json_t *value)
{
	if (json_is_null(value) || field->form == FIELD_ANY)
		return true;
	if (field->form > FIELD_ANY && field->form != FIELD_TEXTS && field->form != FIELD_LABELS &&
	    is_placeholder(value) && takes_placeholders(field))
		return true;
	switch (field->form) {
	case FIELD_OBJECT:
	case FIELD_MAP:
		return json_is_object(value);
	case FIELD_LIST:
		return json_is_array(value);
	case FIELD_TEXT:
		return json_is_string(value);
	case FIELD_TEXTS:
		return are_texts(value);
	case FIELD_LABELS:
		return are_labels(value);
	case FIELD_SCALAR:
		return is_scalar(value);
	case FIELD_COUNT:
		return is_between(value, 0, COUNT_MAX);
	case FIELD_PORT:
		return is_between(value, 1, 65535);
	case FIELD_FLAG:
		return json_is_boolean(value);
	case FIELD_AMOUNT:
		return is_amount(value);
	case FIELD_SCHEDULE:
		return is_schedule(value);
	case FIELD_WORD:
		return is_word(field->words, json_string_value(value));
	case FIELD_ANY:
	case FIELD_FORM_COUNT:
		break;
	}
	return true;
}

const char *
workload_profile_name(enum workload_profile profile)
{
	return profile < PROFILES ? profiles[profile] : "";
}

enum workload_profile
workload_profile_of(const char *name)
{
	if (!name || !*name)
		return PROFILE_MODULE;
	for (size_t i = 0; i < PROFILES; i++)
		if (strcmp(profiles[i], name) == 0)
			return (enum workload_profile)i;
	return PROFILE_UNKNOWN;
}
