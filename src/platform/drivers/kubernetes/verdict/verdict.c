/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A Deployment is judged by its own counts, as `kubectl rollout status` does.  Where these do not
 * say "ready" its pods are looked at, and only those of its newest ReplicaSet: the one whose
 * template is the Deployment's, as the controller itself finds it.
 */
#include "config.h"

#include "platform/drivers/kubernetes/verdict/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/verdict/verdict-private.h"

#define REVISION "deployment.kubernetes.io/revision"
#define REVISION_LABEL "controller-revision-hash"
#define HASH_LABEL "pod-template-hash"
#define STAY 3			/* seconds; what has run for so long is up */
#define STAY_AGAIN 20		/* what was restarted */
#define OLD_MS 120000		/* so much longer that the node's clock does not matter */

static const char *const codes[] = {
	[KUBE_WHY_IMAGE] = "image-not-found",
	[KUBE_WHY_CONFIG] = "config-missing",
	[KUBE_WHY_START] = "cannot-start",
	[KUBE_WHY_CRASH] = "crash-loop",
	[KUBE_WHY_EXIT] = "exited",
	[KUBE_WHY_ADMISSION] = "admission",
	[KUBE_WHY_QUOTA] = "quota",
	[KUBE_WHY_VOLUME] = "volume-not-bound",
	[KUBE_WHY_SCHEDULE] = "unschedulable",
	[KUBE_WHY_PROBE] = "probe-failing",
	[KUBE_WHY_OTHER] = "not-ready",
	[KUBE_WHY_NOTHING] = "not-ready",
};

/* --- findings --- */

void
kube_look_add(struct kube_look *look, const struct kube_finding *finding)
{
	const struct kube_finding *worst = &look->worst;

	if (finding->is_certain != worst->is_certain ? finding->is_certain
						     : finding->why < worst->why)
		look->worst = *finding;
}

bool
kube_look_has_lasted(struct kube_look *look, int64_t ms, const char *what, ...)
{
	const json_t *before = json_object_get(look->kept, "since");
	int64_t now = look->seen->now, since;
	va_list args;
	char *key;

	va_start(args, what);
	key = xvasprintf(what, args);
	va_end(args);
	since = kube_read_number(before, key);
	if (since <= 0 || since > now)
		since = now;
	json_object_set_new(look->since, key, json_integer(since));
	free(key);
	if (now - since >= ms)
		return true;
	if (look->again_at == 0 || since + ms < look->again_at)
		look->again_at = since + ms;
	return false;
}

/* --- which ReplicaSet is the newest --- */

/* The template without the label that the controller put into it: shares the rest. */
static json_t *
plain_template(const json_t *replica_set)
{
	const json_t *spec = json_object_get(replica_set, "spec");
	json_t *template = json_copy(json_object_get(spec, "template"));
	json_t *metadata = json_copy(json_object_get(template, "metadata"));
	json_t *labels = json_copy(json_object_get(metadata, "labels"));

	json_object_del(labels, HASH_LABEL);
	if (labels)
		json_object_set_new(metadata, "labels", labels);
	if (metadata)
		json_object_set_new(template, "metadata", metadata);
	return template;
}

static bool
has_template(const json_t *replica_set, const json_t *template)
{
	json_t *plain = plain_template(replica_set);
	bool is_same = plain && json_equal(plain, template);

	json_decref(plain);
	return is_same;
}

/* As the controller finds it: of those with the same template the oldest.  Where the templates
 * cannot be compared, by the number of the revision. */
const json_t *
kube_newest_replica_set(const struct kube_seen *seen, const json_t *deployment)
{
	json_t *template = plain_template(deployment), *one;
	const char *uid = kube_read_uid(deployment), *name;
	const char *revision = kube_read_note(deployment, REVISION);
	bool is_paused = json_is_true(json_object_get(json_object_get(deployment, "spec"), "paused"));
	const json_t *found = NULL, *numbered = NULL;
	int64_t found_at = 0;

	json_object_foreach((json_t *)seen->replica_sets, name, one) {
		int64_t made = kube_read_time(kube_read_metadata(one), "creationTimestamp");

		if (!kube_read_is_owned(one, uid))
			continue;
		if (*revision && strcmp(kube_read_note(one, REVISION), revision) == 0)
			numbered = one;
		if (has_template(one, template) && (!found || made < found_at)) {
			found = one;
			found_at = made;
		}
	}
	json_decref(template);
	return found || is_paused ? found : numbered;
}

/* --- pods that have just started --- */

/* Whether it is asked if it is ready, or is ready by running. */
static bool
has_probe(const json_t *pod, const char *container)
{
	const json_t *spec = json_object_get(pod, "spec");
	const json_t *one = kube_read_named(json_object_get(spec, "containers"), container);

	return json_object_get(one, "readinessProbe") != NULL;
}

/* A program that ends at once is available for a moment where nothing probes it, so it has to stay
 * up a little; for longer when it has ended before. */
static bool
container_stays_up(struct kube_look *look, const json_t *pod, const json_t *status)
{
	const json_t *running = json_object_get(json_object_get(status, "state"), "running");
	const char *at = kube_read_text(running, "startedAt");
	const char *container = kube_read_text(status, "name");
	int seconds = kube_read_count(status, "restartCount", 0) > 0 ? STAY_AGAIN : STAY;

	if (has_probe(pod, container))
		return true;
	if (running && look->seen->now - kube_read_time(running, "startedAt") >= OLD_MS)
		return true;
	if (running && kube_look_has_lasted(look, seconds * 1000, "up/%s/%s/%s",
					    kube_read_uid(pod), container, at))
		return true;
	if (look->must_stay < seconds)
		look->must_stay = seconds;
	return false;
}

static bool
pod_stays_up(struct kube_look *look, const json_t *pod)
{
	const json_t *list = json_object_get(json_object_get(pod, "status"), "containerStatuses");
	bool stays = true;
	const json_t *status;
	size_t i;

	json_array_foreach(list, i, status)
		stays = container_stays_up(look, pod, status) && stays;
	return stays;
}

/* It says itself how long it has to stay up until the cluster calls it available. */
static bool
is_watched(const json_t *deployment)
{
	return kube_read_count(json_object_get(deployment, "spec"), "minReadySeconds", 0) > 0;
}

bool
kube_look_all_stay_up(struct kube_look *look, const char *uid)
{
	const char *name;
	bool stay = true;
	json_t *pod;

	json_object_foreach((json_t *)look->seen->pods, name, pod)
		if (kube_read_is_owned(pod, uid) && kube_read_is(json_object_get(pod, "status"),
								 "phase", "Running"))
			stay = pod_stays_up(look, pod) && stay;
	return stay;
}

/* --- a Deployment --- */

struct replica_counts {
	int wanted, updated, all, available;
	bool is_ready;
};

/* By the rules of kubectl's rollout_status.go. */
static struct replica_counts
count_replicas(const json_t *deployment)
{
	const json_t *status = json_object_get(deployment, "status");
	struct replica_counts counts = {
		.wanted = kube_read_count(json_object_get(deployment, "spec"), "replicas", 1),
		.updated = kube_read_count(status, "updatedReplicas", 0),
		.all = kube_read_count(status, "replicas", 0),
		.available = kube_read_count(status, "availableReplicas", 0),
	};

	counts.is_ready = counts.updated >= counts.wanted && counts.all <= counts.updated &&
			  counts.available >= counts.updated;
	return counts;
}

bool
kube_read_is_observed(const json_t *object)
{
	return kube_read_number(json_object_get(object, "status"), "observedGeneration") >=
	       kube_read_number(kube_read_metadata(object), "generation");
}

const json_t *
kube_read_lateness(const json_t *deployment)
{
	const json_t *condition = kube_read_condition(deployment, "Progressing");

	return kube_read_is(condition, "reason", "ProgressDeadlineExceeded") ? condition : NULL;
}

/* The Deployment's own deadline has passed.  One that was so when it was looked at for the first
 * time tells of a rollout before. */
static bool
is_out_of_time(struct kube_look *look, const json_t *deployment)
{
	const json_t *condition = kube_read_lateness(deployment);
	bool is_late = condition != NULL;
	const char *at = kube_read_text(condition, "lastUpdateTime");

	if (!json_object_get(look->kept, "late"))
		json_object_set_new(look->kept, "late", json_string(is_late ? at : ""));
	return is_late && !kube_read_is(look->kept, "late", at);
}

/* The condition stays until the controller has tried again, so one of a generation before says
 * nothing, nor does one where no pod is missing. */
const json_t *
kube_read_refusal(const json_t *object)
{
	const json_t *condition = kube_read_condition(object, "ReplicaFailure");
	int wanted = kube_read_count(json_object_get(object, "spec"), "replicas", 1);
	int made = kube_read_count(json_object_get(object, "status"), "replicas", 0);

	return kube_read_is(condition, "status", "True") &&
			       kube_read_is(condition, "reason", "FailedCreate") &&
			       kube_read_is_observed(object) && made < wanted
		       ? condition
		       : NULL;
}

void
kube_look_at_replica_set(struct kube_look *look, const json_t *replica_set)
{
	const json_t *refusal = kube_read_refusal(replica_set);

	if (refusal)
		kube_look_at_refusal(look, kube_read_text(refusal, "message"));
}

int
kube_look_at_pods_of(struct kube_look *look, const char *uid, const char *revision)
{
	const char *name;
	int count = 0;
	json_t *pod;

	json_object_foreach((json_t *)look->seen->pods, name, pod) {
		const json_t *labels = json_object_get(kube_read_metadata(pod), "labels");

		if (!kube_read_is_owned(pod, uid))
			continue;
		count++;
		if (!*revision || kube_read_is(labels, REVISION_LABEL, revision))
			kube_look_at_pod(look, pod, false);
	}
	return count;
}

/* What is waited for when nothing is wrong. */
static void
say_progress(struct kube_look *look, const json_t *deployment, const struct replica_counts *counts)
{
	bool all_are_up = counts->updated >= counts->wanted &&
			  counts->available >= counts->updated;
	struct error *said = &look->worst.said;
	char stay[16];

	snprintf(stay, sizeof(stay), "%ds", look->must_stay);
	if (json_is_true(json_object_get(json_object_get(deployment, "spec"), "paused")))
		error_set_code(said, CODE_ROLLOUT_PAUSED);
	else if (look->must_stay > 0)
		error_set_code(said, CODE_WORKLOAD_MUST_STAY_UP, .duration = stay);
	else if (all_are_up)
		error_set_code(said, CODE_ROLLOUT_WAITS_FOR_OLD,
			       .number = counts->all - counts->updated);
	else
		error_set_code(said, CODE_ROLLOUT_PODS_READY,
			       .number = counts->available < counts->updated ? counts->available
									    : counts->updated,
			       .total = counts->wanted);
}

static void
judge_deployment(struct kube_look *look, const json_t *deployment, struct kube_verdict *out)
{
	struct replica_counts counts = count_replicas(deployment);
	const json_t *newest;

	out->wanted = counts.wanted;
	out->ready = counts.available < counts.updated ? counts.available : counts.updated;
	if (!kube_read_is_observed(deployment)) {
		is_out_of_time(look, deployment);
		error_set_code(&look->worst.said, CODE_ROLLOUT_NOT_SEEN);
		return;
	}
	newest = kube_newest_replica_set(look->seen, deployment);
	if (counts.is_ready &&
	    (is_watched(deployment) || kube_look_all_stay_up(look, kube_read_uid(newest)))) {
		out->state = KUBE_READY;
		return;
	}
	say_progress(look, deployment, &counts);
	if (newest) {
		kube_look_at_replica_set(look, newest);
		(void)kube_look_at_pods_of(look, kube_read_uid(newest), "");
	}
	out->restarts = look->restarts;
	if (is_out_of_time(look, deployment))
		out->state = KUBE_FAILED;
}

/* --- any of them --- */

static const json_t *
list_of(const struct kube_seen *seen, const char *kind)
{
	return strcmp(kind, "Deployment") == 0	  ? seen->deployments
	       : strcmp(kind, "Job") == 0	  ? seen->jobs
	       : strcmp(kind, "CronJob") == 0	  ? seen->cron_jobs
	       : strcmp(kind, "StatefulSet") == 0 ? seen->stateful_sets
	       : strcmp(kind, "DaemonSet") == 0	  ? seen->daemon_sets
						  : NULL;
}

const json_t *
kube_seen_object(const struct kube_seen *seen, const json_t *workload)
{
	return json_object_get(list_of(seen, kube_read_text(workload, "kind")),
			       kube_read_name(workload));
}

/* What is known of it, at least as new as what was applied; NULL: not yet, or no more. */
static const json_t *
find_object(struct kube_look *look, const json_t *workload)
{
	const json_t *object = kube_seen_object(look->seen, workload);
	const char *uid = kube_read_uid(workload);

	if (object && (*uid == '\0' || strcmp(kube_read_uid(object), uid) == 0) &&
	    kube_read_number(kube_read_metadata(object), "generation") >=
		    kube_read_number(kube_read_metadata(workload), "generation")) {
		json_object_set_new(look->kept, "seen", json_true());
		return object;
	}
	if (!object && json_is_true(json_object_get(look->kept, "seen"))) {
		look->worst.is_certain = true;
		error_set_code(&look->worst.said, CODE_ROLLOUT_DELETED,
			       .type = kube_read_text(workload, "kind"),
			       .name = kube_read_name(workload));
	} else {
		error_set_code(&look->worst.said, CODE_ROLLOUT_NOT_SEEN);
	}
	return NULL;
}

static void
judge_object(struct kube_look *look, const json_t *workload, struct kube_verdict *out)
{
	const json_t *object = find_object(look, workload);
	const char *kind = kube_read_text(workload, "kind");

	if (!object)
		return;
	if (strcmp(kind, "Deployment") == 0)
		judge_deployment(look, object, out);
	else if (strcmp(kind, "Job") == 0)
		kube_judge_job(look, object, out);
	else if (strcmp(kind, "StatefulSet") == 0 || strcmp(kind, "DaemonSet") == 0)
		kube_judge_set(look, object, out);
	else
		out->state = KUBE_READY;	/* it runs when its time comes */
}

static void
give_verdict(struct kube_look *look, int64_t deadline, struct kube_verdict *out)
{
	const struct kube_finding *worst = &look->worst;

	if (worst->is_certain)
		out->state = KUBE_FAILED;
	if (out->state != KUBE_FAILED && look->seen->now >= deadline) {
		out->state = KUBE_FAILED;
		out->is_late = true;
	}
	out->message = error_codes_text(&worst->said);
	out->reason = error_codes_encode(&worst->said);
	out->pod = xstrdup_or_null(worst->pod);
	out->container = xstrdup_or_null(worst->container);
	out->previous = worst->previous;
	if (out->state == KUBE_FAILED)
		out->code = codes[worst->why];
	else
		out->again_at = look->again_at != 0 && look->again_at < deadline ? look->again_at
										 : deadline;
}

void
kube_judge(const struct kube_seen *seen, const json_t *workload, json_t *kept, int64_t deadline,
	   struct kube_verdict *out)
{
	struct kube_look look = {
		.seen = seen,
		.kept = kept,
		.since = json_object(),
		.worst = {.why = KUBE_WHY_NOTHING},
	};

	*out = (struct kube_verdict){.state = KUBE_COMING};
	judge_object(&look, workload, out);
	if (out->state != KUBE_READY)
		give_verdict(&look, deadline, out);
	json_object_set_new(kept, "since", look.since);
}

void
kube_verdict_clear(struct kube_verdict *verdict)
{
	free(verdict->message);
	free(verdict->reason);
	free(verdict->pod);
	free(verdict->container);
	*verdict = (struct kube_verdict){0};
}
