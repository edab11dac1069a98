/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A row is {"metadata": {"namespace", "uid", "resourceVersion"}, "key": "Deployment/web", "owner":
 * that of what made it, "container", "declared", "counts": all of its state in one number, "why"}.
 */
#include "config.h"

#include "platform/drivers/kubernetes/verdict/wide-row.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/cluster-words.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/verdict/verdict-private.h"

#define REPLICAS_MAX 1000		/* rows of one workload */
#define ROWS_MAX 20000
#define YOUNG_MS (10 * 60 * 1000)	/* as long as a Deployment usually has to become ready */

struct row_counts {
	int wanted, ready;
	enum runtime_status is, rest;	/* of those that are ready, and of the others */
	const char *why;		/* of the others, in the cluster's words; NULL: nothing */
};

/* --- what each kind says --- */

/* One whose rollout is over and that lacks more pods than it may has lost them.  Where it lacks
 * fewer an autoscaler may just have asked for more: these start. */
static const json_t *
loss_of(const json_t *deployment)
{
	const json_t *available = kube_read_condition(deployment, "Available");
	bool is_over = kube_read_is(kube_read_condition(deployment, "Progressing"), "reason",
				    "NewReplicaSetAvailable");

	return is_over && kube_read_is(available, "status", "False") ? available : NULL;
}

static void
count_deployment(const json_t *object, struct row_counts *out)
{
	const json_t *why = kube_read_refusal(object);

	out->wanted = kube_read_count(json_object_get(object, "spec"), "replicas", 1);
	out->ready = kube_read_count(json_object_get(object, "status"), "readyReplicas", 0);
	if (!why && kube_read_is_observed(object))
		why = kube_read_lateness(object);
	if (!why && kube_read_is_observed(object))
		why = loss_of(object);
	out->rest = why ? RUNTIME_FAILED : RUNTIME_STARTING;
	out->why = why ? kube_read_text(why, "message") : NULL;
}

/* One that was made a moment ago has not been ready yet; nothing in its state tells that from one
 * that was and is not any more. */
static bool
is_young(const json_t *object)
{
	int64_t made = kube_read_time(kube_read_metadata(object), "creationTimestamp");

	return made > 0 && clock_wall_ms() - made < YOUNG_MS;
}

/* Where pods are still made, one after the other or all at once, it starts. */
static void
count_stateful_set(const json_t *object, struct row_counts *out)
{
	const json_t *status = json_object_get(object, "status");
	bool is_settled = kube_read_is_observed(object) && !is_young(object) &&
			  kube_read_is(status, "currentRevision",
				       kube_read_text(status, "updateRevision"));

	out->wanted = kube_read_count(json_object_get(object, "spec"), "replicas", 1);
	out->ready = kube_read_count(status, "readyReplicas", 0);
	is_settled = is_settled && kube_read_count(status, "replicas", 0) >= out->wanted;
	out->rest = is_settled ? RUNTIME_FAILED : RUNTIME_STARTING;
}

static void
count_daemon_set(const json_t *object, struct row_counts *out)
{
	const json_t *status = json_object_get(object, "status");

	out->wanted = kube_read_count(status, "desiredNumberScheduled", 0);
	out->ready = kube_read_count(status, "numberReady", 0);
	out->rest = kube_read_is_observed(object) && !is_young(object) &&
				    kube_read_count(status, "updatedNumberScheduled", 0) >=
					    out->wanted
			    ? RUNTIME_FAILED
			    : RUNTIME_STARTING;
}

/* It runs when its time comes. */
static void
count_cron_job(const json_t *object, struct row_counts *out)
{
	out->wanted = out->ready = 1;
	if (json_is_true(json_object_get(json_object_get(object, "spec"), "suspend")))
		out->is = RUNTIME_STOPPED;
}

static void
count_job(const json_t *object, struct row_counts *out)
{
	const json_t *failed = kube_read_condition(object, "Failed");
	bool is_suspended = json_is_true(json_object_get(json_object_get(object, "spec"), "suspend"));

	out->wanted = 1;
	out->is = RUNTIME_SUCCEEDED;
	out->ready = kube_read_is(kube_read_condition(object, "Complete"), "status", "True");
	if (kube_read_is(failed, "status", "True"))
		out->rest = RUNTIME_FAILED;
	else if (is_suspended)
		out->rest = RUNTIME_STOPPED;
	else if (kube_read_count(json_object_get(object, "status"), "ready", 0) > 0)
		out->rest = RUNTIME_RUNNING;
	out->why = out->rest == RUNTIME_FAILED ? kube_read_text(failed, "message") : NULL;
}

static const struct counted_kind {
	const char *kind;
	void (*count)(const json_t *object, struct row_counts *out);
} kinds[] = {
	{"Deployment", count_deployment}, {"StatefulSet", count_stateful_set},
	{"DaemonSet", count_daemon_set},  {"CronJob", count_cron_job},
	{"Job", count_job},
};

static const struct counted_kind *
kind_of(const char *name)
{
	size_t length = strcspn(name, "/");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strlen(kinds[i].kind) == length && strncmp(kinds[i].kind, name, length) == 0)
			return &kinds[i];
	return NULL;
}

/* --- a row --- */

static int
at_most(int count)
{
	return count < REPLICAS_MAX ? count : REPLICAS_MAX;
}

static json_int_t
pack(const struct row_counts *counts)
{
	int wanted = at_most(counts->wanted);
	int ready = counts->ready < wanted ? counts->ready : wanted;

	return ((json_int_t)wanted << 32) | ((json_int_t)ready << 16) |
	       ((json_int_t)counts->is << 8) | (json_int_t)counts->rest;
}

static void
unpack(json_int_t packed, struct row_counts *out)
{
	*out = (struct row_counts){
		.wanted = (int)(packed >> 32) & 0xffff,
		.ready = (int)(packed >> 16) & 0xffff,
		.is = (enum runtime_status)((packed >> 8) & 0xff),
		.rest = (enum runtime_status)(packed & 0xff),
	};
}

/* As a set calls what made it; NULL: nothing did.  free() it. */
static char *
owner_key(const json_t *owner)
{
	json_t *object = owner ? json_pack("{s:O*, s:O*, s:{s:O*}}", "apiVersion",
					   json_object_get(owner, "apiVersion"), "kind",
					   json_object_get(owner, "kind"), "metadata", "name",
					   json_object_get(owner, "name"))
			       : NULL;
	char *key = object ? manifest_key(object) : NULL;

	json_decref(object);
	return key;
}

static const char *
first_container(const json_t *object)
{
	const json_t *pod = manifest_pod_spec(object);

	return kube_read_text(json_array_get(json_object_get(pod, "containers"), 0), "name");
}

static json_int_t
declaration_of(const json_t *object)
{
	const json_t *generation = json_object_get(kube_read_metadata(object), "generation");
	char *text = json_dumps(generation ? generation : json_object_get(object, "spec"),
				JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);
	const char *const texts[] = {kube_read_uid(object), text ? text : ""};
	uint64_t hash = ids_hash(texts, sizeof(texts) / sizeof(texts[0]));

	free(text);
	return (json_int_t)(hash >> 1);
}

static void
put_optional(json_t *row, const char *member, const char *text)
{
	json_t *value = text && *text ? json_string(text) : NULL;

	if (value)
		json_object_set_new(row, member, value);
}

json_t *
wide_row(const json_t *object)
{
	const json_t *metadata = kube_read_metadata(object), *owner = kube_read_controller(object);
	const struct counted_kind *kind = kind_of(kube_read_text(object, "kind"));
	struct row_counts counts = {.is = RUNTIME_RUNNING, .rest = RUNTIME_STARTING};
	char *key = kind ? manifest_key(object) : NULL, *made_by;
	json_t *row;

	if (!key || kube_read_is(owner, "kind", "CronJob")) {
		free(key);
		return NULL;
	}
	kind->count(object, &counts);
	row = json_pack("{s:{s:O*, s:O*, s:O*}, s:s, s:I, s:I}", "metadata", "namespace",
			json_object_get(metadata, "namespace"), "uid",
			json_object_get(metadata, "uid"), "resourceVersion",
			json_object_get(metadata, "resourceVersion"), "key", key, "declared",
			declaration_of(object), "counts", pack(&counts));
	made_by = owner_key(owner);
	put_optional(row, "owner", made_by);
	put_optional(row, "container", first_container(object));
	put_optional(row, "why", counts.why);
	free(made_by);
	free(key);
	return row;
}

const char *
wide_row_namespace(const json_t *row)
{
	return kube_read_text(kube_read_metadata(row), "namespace");
}

const char *
wide_row_key(const json_t *row)
{
	return kube_read_text(row, "key");
}

uint64_t
wide_row_declared(const json_t *row)
{
	return (uint64_t)json_integer_value(json_object_get(row, "declared"));
}

/* --- what is told --- */

static void
set_words(struct driver_workload_status *status, const struct row_counts *counts, const char *why)
{
	struct error said;

	if (status->status == RUNTIME_FAILED && *why) {
		status->message = kube_words(why);
		return;
	}
	if (status->status == RUNTIME_STOPPED && status->kind)
		error_set_code(&said, CODE_SCHEDULE_SUSPENDED);
	else if (status->status == RUNTIME_FAILED || status->status == RUNTIME_STARTING)
		error_set_code(&said, CODE_ROLLOUT_PODS_READY, .number = counts->ready,
			       .total = counts->wanted);
	else
		return;
	status->message = error_codes_text(&said);
	status->reason = error_codes_encode(&said);
}

static void
add_workload(const json_t *row, const char *module, struct driver_status *out)
{
	const struct counted_kind *kind = kind_of(wide_row_key(row));
	struct row_counts counts;

	unpack(json_integer_value(json_object_get(row, "counts")), &counts);
	for (int i = 0; kind && i < counts.wanted && out->count < ROWS_MAX; i++) {
		struct driver_workload_status *status;

		out->items = xreallocarray(out->items, out->count + 1, sizeof(*out->items));
		status = &out->items[out->count++];
		*status = (struct driver_workload_status){
			.module = xstrdup(module),
			.kind = kind == kinds ? NULL : kind->kind,
			.replica = i,
			.container = xstrdup(kube_read_text(row, "container")),
			.status = i < counts.ready ? counts.is : counts.rest,
			.ready = i < counts.ready,
		};
		status->runs = status->status == RUNTIME_RUNNING;
		set_words(status, &counts, kube_read_text(row, "why"));
	}
}

static int
by_module(const void *a, const void *b)
{
	const struct driver_workload_status *one = a, *other = b;
	int order = strcmp(one->module, other->module);

	if (order != 0)
		return order;
	return (one->replica > other->replica) - (one->replica < other->replica);
}

void
wide_row_status(const json_t *rows, const json_t *found, struct driver_status *out)
{
	const char *key;
	json_t *row;

	*out = (struct driver_status){0};
	json_object_foreach((json_t *)rows, key, row) {
		const char *module = json_member_string(found, key);

		if (!module)
			module = json_member_string(found, kube_read_text(row, "owner"));
		if (module)
			add_workload(row, module, out);
	}
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), by_module);
}
