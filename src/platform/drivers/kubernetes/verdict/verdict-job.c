/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A Job is ready when it has completed, and fails when its controller says so: how many tries it
 * has is its own affair.  What keeps its pods from running fails it at once, as in a Deployment. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/cluster-words.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/verdict/verdict-private.h"

static bool
is_true(const json_t *job, const char *type)
{
	return kube_read_is(kube_read_condition(job, type), "status", "True");
}

/* The pod of it that failed last, and its container that ended with something else than 0. */
static const json_t *
last_failed(const struct kube_seen *seen, const json_t *job, const json_t **status)
{
	const char *uid = kube_read_uid(job), *name;
	const json_t *found = NULL, *one;
	int64_t found_at = -1;
	json_t *pod;
	size_t i;

	json_object_foreach((json_t *)seen->pods, name, pod) {
		const json_t *statuses = json_object_get(json_object_get(pod, "status"),
							 "containerStatuses");

		if (!kube_read_is_owned(pod, uid))
			continue;
		json_array_foreach(statuses, i, one) {
			const json_t *ended = json_object_get(json_object_get(one, "state"),
							      "terminated");
			int64_t at = kube_read_time(ended, "finishedAt");

			if (ended && kube_read_number(ended, "exitCode") != 0 && at > found_at) {
				found = pod;
				*status = one;
				found_at = at;
			}
		}
	}
	return found;
}

static void
say_failed(struct kube_look *look, const json_t *job, const json_t *condition)
{
	const json_t *status = NULL, *pod = last_failed(look->seen, job, &status);
	struct kube_finding finding = {.why = KUBE_WHY_EXIT, .is_certain = true};
	char *words = kube_words(kube_read_text(condition, "message"));

	if (pod) {
		const json_t *ended = json_object_get(json_object_get(status, "state"),
						      "terminated");
		char *how;

		finding.pod = kube_read_name(pod);
		finding.container = kube_read_text(status, "name");
		how = kube_end_words(ended, pod, finding.container);
		error_set_code(&finding.said, CODE_JOB_CONTAINER_FAILED,
			       .container = finding.container, .how = how, .reason = words);
		free(how);
	} else {
		error_set_code(&finding.said, CODE_JOB_GAVE_UP,
			       .reason = *words ? words : kube_read_text(condition, "reason"));
	}
	kube_look_add(look, &finding);
	free(words);
}

/* A Job that cannot make its pods says so by events alone. */
void
kube_look_at_refusals(struct kube_look *look, const json_t *maker)
{
	const json_t *event = kube_look_for_event(look, kube_read_uid(maker), "FailedCreate", NULL);

	if (event)
		kube_look_at_refusal(look, kube_read_text(event, "message"));
}

static void
look_at_pods(struct kube_look *look, const json_t *job)
{
	const char *uid = kube_read_uid(job), *name;
	bool has_pod = false;
	json_t *pod;

	json_object_foreach((json_t *)look->seen->pods, name, pod) {
		if (!kube_read_is_owned(pod, uid))
			continue;
		has_pod = true;
		kube_look_at_pod(look, pod, true);
	}
	if (!has_pod)
		kube_look_at_refusals(look, job);
}

void
kube_judge_job(struct kube_look *look, const json_t *job, struct kube_verdict *out)
{
	const json_t *spec = json_object_get(job, "spec"), *status = json_object_get(job, "status");
	const json_t *failed = kube_read_condition(job, "Failed");

	out->wanted = kube_read_count(spec, "completions", 1);
	out->ready = kube_read_count(status, "succeeded", 0);
	if (is_true(job, "Complete")) {
		out->state = KUBE_READY;
		return;
	}
	error_set_code(&look->worst.said, json_is_true(json_object_get(spec, "suspend"))
						  ? CODE_ROLLOUT_PAUSED
						  : CODE_ROLLOUT_WAITS_FOR_JOB);
	/* It is certain before its last pods have ended. */
	if (!is_true(job, "Failed"))
		failed = kube_read_condition(job, "FailureTarget");
	if (kube_read_is(failed, "status", "True"))
		say_failed(look, job, failed);
	else
		look_at_pods(look, job);
	out->restarts = look->restarts;
}
