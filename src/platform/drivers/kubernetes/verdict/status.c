/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What runs, as a driver tells it: a row for each container of each pod that counts.  That are the
 * pods of the newest ReplicaSet, also when they only start; those of one before while there are no
 * newer ones, or while they serve; and those of the newest Job.  A pod that was refused has a row
 * that says why.  Whose they are is an annotation of the pod.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/verdict/verdict-private.h"

#define ROWS_MAX 20000

/* A pod, with what decides whether it counts and in which order. */
struct counted_pod {
	const char *module, *kind;	/* kind NULL: Deployment */
	const json_t *pod, *owner;	/* its ReplicaSet, Job, ...; NULL: not known */
	int64_t created_at;
	bool is_job;			/* it is to end */
	bool is_old;			/* it serves beside newer ones */
	int wanted;			/* replicas of its Deployment; 0: not known */
	int rank;			/* of the owner: the highest of a module counts */
};
struct counted_pods {
	struct counted_pod *items;
	size_t count;
};

/* --- which pods count --- */

static const json_t *
owner_of(const json_t *list, const json_t *object)
{
	const char *name;
	json_t *one;

	json_object_foreach((json_t *)list, name, one)
		if (kube_read_is_owned(object, kube_read_uid(one)))
			return one;
	return NULL;
}

static int64_t
created_at(const json_t *object)
{
	return kube_read_time(kube_read_metadata(object), "creationTimestamp");
}

/* Later than all others of the same list that are of the same module. */
static bool
is_newest(const json_t *list, const json_t *object, const char *module)
{
	const char *name;
	json_t *one;

	json_object_foreach((json_t *)list, name, one)
		if (one != object && strcmp(kube_read_note(one, KUBE_NOTE_MODULE), module) == 0 &&
		    created_at(one) > created_at(object))
			return false;
	return true;
}

/* Of these each pod counts: the old ones are replaced one by one, or stay. */
static bool
place_in_set(struct counted_pod *out, const json_t *sets, const char *kind)
{
	out->owner = owner_of(sets, out->pod);
	out->kind = out->owner ? kind : NULL;
	return out->owner != NULL;
}

/* Where the pod belongs; false: it does not count at all. */
static bool
place_pod(const struct kube_seen *seen, struct counted_pod *out)
{
	const json_t *deployment;

	out->owner = owner_of(seen->replica_sets, out->pod);
	if (out->owner) {
		deployment = owner_of(seen->deployments, out->owner);
		out->rank = deployment && kube_newest_replica_set(seen, deployment) == out->owner;
		if (deployment)
			out->wanted = kube_read_count(json_object_get(deployment, "spec"),
						      "replicas", 1);
		return true;
	}
	if (place_in_set(out, seen->stateful_sets, "StatefulSet") ||
	    place_in_set(out, seen->daemon_sets, "DaemonSet"))
		return true;
	out->owner = owner_of(seen->jobs, out->pod);
	if (!out->owner)
		return true;
	out->kind = "Job";
	out->is_job = true;
	return !owner_of(seen->cron_jobs, out->owner) &&
	       is_newest(seen->jobs, out->owner, out->module);
}

/* It ends, or another pod has taken its place. */
static bool
is_over(const struct counted_pod *pod)
{
	return json_object_get(kube_read_metadata(pod->pod), "deletionTimestamp") ||
	       (!pod->is_job &&
		kube_read_is(json_object_get(pod->pod, "status"), "phase", "Failed"));
}

static int
by_module(const void *a, const void *b)
{
	const struct counted_pod *one = a, *other = b;
	int order = strcmp(one->module, other->module);

	if (order == 0)
		order = other->rank - one->rank;
	if (order == 0 && one->created_at != other->created_at)
		order = one->created_at < other->created_at ? -1 : 1;
	return order != 0 ? order : strcmp(kube_read_name(one->pod), kube_read_name(other->pod));
}

static bool
is_ready(const json_t *pod)
{
	return kube_read_is(kube_read_condition(pod, "Ready"), "status", "True");
}

/* One of a rank below the highest of its module. */
static bool
serves_still(struct counted_pod *pod)
{
	pod->is_old = pod->wanted > 0 && is_ready(pod->pod);
	return pod->is_old;
}

/* By module; of a module those with the highest rank, and those that serve until these do. */
static struct counted_pods
count_pods(const struct kube_seen *seen)
{
	struct counted_pods pods = {0};
	size_t kept = 0, i = 0;
	const char *name, *module = "";
	int highest = 0;
	json_t *pod;

	pods.items = xcalloc(json_object_size(seen->pods) + 1, sizeof(*pods.items));
	json_object_foreach((json_t *)seen->pods, name, pod) {
		struct counted_pod one = {.pod = pod, .created_at = created_at(pod)};

		one.module = kube_read_note(pod, KUBE_NOTE_MODULE);
		if (*one.module && place_pod(seen, &one) && !is_over(&one))
			pods.items[pods.count++] = one;
	}
	qsort(pods.items, pods.count, sizeof(*pods.items), by_module);
	for (i = 0; i < pods.count; i++) {
		if (strcmp(module, pods.items[i].module) != 0)
			highest = pods.items[i].rank;
		module = pods.items[i].module;
		if (pods.items[i].rank == highest || serves_still(&pods.items[i]))
			pods.items[kept++] = pods.items[i];
	}
	pods.count = kept;
	return pods;
}

/* --- a row --- */

static struct driver_workload_status *
add_row(struct driver_status *out, const char *module, const char *kind, int replica,
	const char *container)
{
	struct driver_workload_status *row;

	out->items = xreallocarray(out->items, out->count + 1, sizeof(*out->items));
	row = &out->items[out->count++];
	*row = (struct driver_workload_status){
		.module = xstrdup(module),
		.kind = kind,
		.replica = replica,
		.container = xstrdup(container),
		.status = RUNTIME_STARTING,
	};
	return row;
}

static void
set_words(struct driver_workload_status *row, const struct error *said)
{
	row->message = error_codes_text(said);
	row->reason = error_codes_encode(said);
}

static void
set_end(struct driver_workload_status *row, const json_t *ended)
{
	row->started_at = kube_read_time(ended, "startedAt");
	row->ended_at = kube_read_time(ended, "finishedAt");
	kube_end_numbers(ended, &row->exit_code, &row->signal);
}

static void
set_last(struct driver_workload_status *row, const json_t *ended, const json_t *pod)
{
	row->last = (struct driver_end){
		.how = kube_end_words(ended, pod, row->container),
		.started_at = kube_read_time(ended, "startedAt"),
		.ended_at = kube_read_time(ended, "finishedAt"),
		.lacks_memory = kube_read_is(ended, "reason", "OOMKilled"),
	};
	kube_end_numbers(ended, &row->last.exit_code, &row->last.signal);
}

static void
set_pod(struct driver_workload_status *row, const struct counted_pod *pod, const json_t *waiting,
	bool has_started)
{
	const char *node = kube_read_text(json_object_get(pod->pod, "spec"), "nodeName");
	const char *reason = kube_read_text(waiting, "reason");

	row->pod = xstrdup(kube_read_name(pod->pod));
	row->node = *node ? xstrdup(node) : NULL;
	row->pod_created_at = pod->created_at;
	if (!has_started)
		row->waiting = xstrdup(*reason ? reason : *node ? "ContainerCreating" : "Pending");
}

/* It does not run, and will not by waiting. */
static bool
is_failed(const json_t *status, enum kube_why why)
{
	const json_t *state = json_object_get(status, "state");
	const json_t *waiting = json_object_get(state, "waiting");

	return !json_object_get(state, "running") &&
	       (why <= KUBE_WHY_EXIT || json_object_get(state, "terminated") ||
		kube_read_is(waiting, "reason", "CrashLoopBackOff"));
}

/* What the container says, or where it was not started what its pod says. */
static void
explain(const struct kube_seen *seen, struct driver_workload_status *row, const json_t *pod,
	const json_t *status, bool is_job)
{
	struct kube_look look = {
		.seen = seen,
		.kept = json_object(),
		.since = json_object(),
		.worst = {.why = KUBE_WHY_NOTHING},
	};

	if (status)
		kube_look_at_container(&look, pod, status, false, is_job);
	if (look.worst.why == KUBE_WHY_NOTHING && row->started_at == 0)
		kube_look_at_pod(&look, pod, is_job);
	if (look.worst.why != KUBE_WHY_NOTHING) {
		set_words(row, &look.worst.said);
		if (row->status == RUNTIME_STARTING && is_failed(status, look.worst.why))
			row->status = RUNTIME_FAILED;
	}
	json_decref(look.since);
	json_decref(look.kept);
}

static void
add_container(const struct kube_seen *seen, struct driver_status *out,
	      const struct counted_pod *pod, int replica, const char *container)
{
	const json_t *status = kube_read_named(
		json_object_get(json_object_get(pod->pod, "status"), "containerStatuses"),
		container);
	const json_t *state = json_object_get(status, "state");
	const json_t *running = json_object_get(state, "running");
	const json_t *ended = json_object_get(state, "terminated");
	const json_t *last = json_object_get(json_object_get(status, "lastState"), "terminated");
	struct driver_workload_status *row =
		add_row(out, pod->module, pod->kind, replica, container);

	set_pod(row, pod, json_object_get(state, "waiting"), running || ended);
	row->is_old = pod->is_old;
	row->wanted = pod->wanted;
	row->ready = json_is_true(json_object_get(status, "ready"));
	row->restarts = kube_read_count(status, "restartCount", 0);
	if (ended || last)
		set_end(row, ended ? ended : last);
	if (last)
		set_last(row, last, pod->pod);
	if (running) {
		row->runs = true;
		row->started_at = kube_read_time(running, "startedAt");
		row->status = row->ready ? RUNTIME_RUNNING : RUNTIME_STARTING;
	} else if (ended && pod->is_job) {
		row->ready = kube_read_number(ended, "exitCode") == 0;
		row->status = row->ready ? RUNTIME_SUCCEEDED : RUNTIME_FAILED;
	}
	if (!row->ready)
		explain(seen, row, pod->pod, status, pod->is_job);
}

static void
add_pod(const struct kube_seen *seen, struct driver_status *out, const struct counted_pod *pod,
	int replica)
{
	const json_t *containers = json_object_get(json_object_get(pod->pod, "spec"), "containers");
	const json_t *one;
	size_t i;

	json_array_foreach(containers, i, one)
		if (out->count < ROWS_MAX)
			add_container(seen, out, pod, replica, kube_read_text(one, "name"));
}

/* --- what has no pod --- */

static const char *
first_container(const json_t *template)
{
	const json_t *spec = json_object_get(template, "spec");

	return kube_read_text(json_array_get(json_object_get(spec, "containers"), 0), "name");
}

static int
count_replicas_of(const struct driver_status *status, const char *module)
{
	int count = 0;

	for (size_t i = 0; i < status->count; i++)
		if (strcmp(status->items[i].module, module) == 0 &&
		    status->items[i].replica >= count)
			count = status->items[i].replica + 1;
	return count;
}

/* Pods that the cluster refused. */
static void
add_refused(const struct kube_seen *seen, struct driver_status *out, const json_t *deployment)
{
	const json_t *newest = kube_newest_replica_set(seen, deployment);
	const char *module = kube_read_note(deployment, KUBE_NOTE_MODULE);
	struct kube_look look = {
		.seen = seen,
		.kept = json_object(),
		.since = json_object(),
		.worst = {.why = KUBE_WHY_NOTHING},
	};

	kube_look_at_replica_set(&look, newest);
	if (*module && look.worst.why != KUBE_WHY_NOTHING && out->count < ROWS_MAX) {
		const json_t *spec = json_object_get(deployment, "spec");
		struct driver_workload_status *row =
			add_row(out, module, NULL, count_replicas_of(out, module),
				first_container(json_object_get(spec, "template")));

		row->status = RUNTIME_FAILED;
		set_words(row, &look.worst.said);
	}
	json_decref(look.kept);
	json_decref(look.since);
}

/* The newest Job that it made; NULL: none, or it is gone. */
static const json_t *
last_run(const struct kube_seen *seen, const json_t *cron_job)
{
	const json_t *found = NULL;
	const char *name;
	json_t *job;

	json_object_foreach((json_t *)seen->jobs, name, job)
		if (kube_read_is_owned(job, kube_read_uid(cron_job)) &&
		    (!found || created_at(job) > created_at(found)))
			found = job;
	return found;
}

/* Of what runs when its time comes: how its last run went. */
static void
add_cron_job(const struct kube_seen *seen, struct driver_status *out, const json_t *cron_job)
{
	const json_t *spec = json_object_get(cron_job, "spec"), *run = last_run(seen, cron_job);
	const json_t *job = json_object_get(json_object_get(spec, "jobTemplate"), "spec");
	const char *module = kube_read_note(cron_job, KUBE_NOTE_MODULE), *name;
	struct driver_workload_status *row;
	struct error said;
	json_t *pod;

	if (*module == '\0' || out->count >= ROWS_MAX)
		return;
	row = add_row(out, module, "CronJob", 0,
		      first_container(json_object_get(job, "template")));
	row->ready = true;
	row->status = RUNTIME_RUNNING;
	row->started_at = kube_read_time(json_object_get(cron_job, "status"), "lastScheduleTime");
	json_object_foreach((json_t *)seen->pods, name, pod) {
		const json_t *statuses = json_object_get(json_object_get(pod, "status"),
							 "containerStatuses");
		const json_t *status = kube_read_named(statuses, row->container);
		const json_t *state = json_object_get(status, "state");
		const json_t *ended = json_object_get(state, "terminated");

		if (!run || !kube_read_is_owned(pod, kube_read_uid(run)))
			continue;
		row->runs = row->runs || json_object_get(state, "running");
		if (ended)
			set_end(row, ended);
	}
	if (json_is_true(json_object_get(spec, "suspend"))) {
		row->status = RUNTIME_STOPPED;
		error_set_code(&said, CODE_SCHEDULE_SUSPENDED);
		set_words(row, &said);
	}
}

/* --- beside what serves --- */

static bool
has_old(const struct driver_status *status, const char *module)
{
	for (size_t i = 0; i < status->count; i++)
		if (status->items[i].is_old && strcmp(status->items[i].module, module) == 0)
			return true;
	return false;
}

/* What is not ready is the new version, where an old one serves. */
static void
say_which(struct driver_workload_status *row)
{
	json_t *reason = row->reason ? json_loads(row->reason, 0, NULL) : NULL;
	struct error said = {0};

	if (reason && error_codes_read(&said, reason))
		error_prefix_code(&said, CODE_NEW_VERSION_NOT_READY);
	else
		error_set_code(&said, CODE_NEW_VERSION_NOT_READY);
	json_decref(reason);
	free(row->message);
	free(row->reason);
	set_words(row, &said);
}

static void
tell_versions_apart(struct driver_status *status)
{
	for (size_t i = 0; i < status->count; i++) {
		struct driver_workload_status *row = &status->items[i];

		if (!row->is_old && !row->ready && has_old(status, row->module))
			say_which(row);
	}
}

/* --- all of it --- */

/* A module's rows stand together, by replica. */
static int
by_replica(const void *a, const void *b)
{
	const struct driver_workload_status *one = a, *other = b;
	int order = strcmp(one->module, other->module);

	if (order == 0)
		order = (one->replica > other->replica) - (one->replica < other->replica);
	return order != 0 ? order : strcmp(one->container, other->container);
}

void
kube_status(const struct kube_seen *seen, struct driver_status *out)
{
	struct counted_pods pods = count_pods(seen);
	int replica = 0;
	const char *name;
	json_t *one;

	*out = (struct driver_status){.seen_at = seen->now};
	for (size_t i = 0; i < pods.count; i++) {
		if (i > 0 && strcmp(pods.items[i - 1].module, pods.items[i].module) == 0)
			replica++;
		else
			replica = 0;
		add_pod(seen, out, &pods.items[i], replica);
	}
	free(pods.items);
	json_object_foreach((json_t *)seen->deployments, name, one)
		add_refused(seen, out, one);
	json_object_foreach((json_t *)seen->cron_jobs, name, one)
		add_cron_job(seen, out, one);
	if (out->count > 0)
		qsort(out->items, out->count, sizeof(*out->items), by_replica);
	tell_versions_apart(out);
}
