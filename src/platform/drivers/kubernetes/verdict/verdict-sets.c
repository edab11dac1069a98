/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * StatefulSets and DaemonSets, judged as `kubectl rollout status` does; but where pods are replaced
 * by hand (OnDelete), which it does not judge, it is enough that those that run are ready: nobody
 * else will ever make them the new ones.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/verdict/verdict-private.h"

struct set_counts {
	int wanted;			/* pods that are to run */
	int ready;			/* that do */
	int updated, to_update;		/* of the new revision; how many are to be */
	bool is_ready;
};

static bool
is_by_hand(const json_t *object)
{
	const json_t *strategy = json_object_get(json_object_get(object, "spec"), "updateStrategy");

	return kube_read_is(strategy, "type", "OnDelete");
}

static bool
is_watched(const json_t *object)
{
	return kube_read_count(json_object_get(object, "spec"), "minReadySeconds", 0) > 0;
}

/* Those below the partition stay what they are. */
static struct set_counts
count_stateful(const json_t *object)
{
	const json_t *spec = json_object_get(object, "spec"),
		     *status = json_object_get(object, "status");
	const json_t *rolling = json_object_get(json_object_get(spec, "updateStrategy"),
						"rollingUpdate");
	int partition = kube_read_count(rolling, "partition", 0);
	struct set_counts counts = {
		.wanted = kube_read_count(spec, "replicas", 1),
		.ready = kube_read_count(status,
					 is_watched(object) ? "availableReplicas" : "readyReplicas",
					 0),
		.updated = kube_read_count(status, "updatedReplicas", 0),
	};

	counts.to_update = counts.wanted > partition ? counts.wanted - partition : 0;
	if (is_by_hand(object))
		counts.to_update = 0;
	counts.is_ready = counts.ready >= counts.wanted && counts.updated >= counts.to_update &&
			  kube_read_count(status, "replicas", 0) <= counts.wanted;
	return counts;
}

static struct set_counts
count_daemons(const json_t *object)
{
	const json_t *status = json_object_get(object, "status");
	struct set_counts counts = {
		.wanted = kube_read_count(status, "desiredNumberScheduled", 0),
		.ready = kube_read_count(status, "numberAvailable", 0),
		.updated = kube_read_count(status, "updatedNumberScheduled", 0),
	};

	counts.to_update = is_by_hand(object) ? 0 : counts.wanted;
	counts.is_ready = counts.ready >= counts.wanted && counts.updated >= counts.to_update;
	return counts;
}

static void
say_progress(struct kube_look *look, const struct set_counts *counts)
{
	char stay[16];
	int done = counts->to_update > 0 && counts->updated < counts->ready ? counts->updated
									    : counts->ready;

	snprintf(stay, sizeof(stay), "%ds", look->must_stay);
	if (look->must_stay > 0)
		error_set_code(&look->worst.said, CODE_WORKLOAD_MUST_STAY_UP, .duration = stay);
	else
		error_set_code(&look->worst.said, CODE_ROLLOUT_PODS_READY, .number = done,
			       .total = counts->wanted);
}

void
kube_judge_set(struct kube_look *look, const json_t *object, struct kube_verdict *out)
{
	bool is_stateful = kube_read_is(object, "kind", "StatefulSet");
	struct set_counts counts = is_stateful ? count_stateful(object) : count_daemons(object);
	const char *revision = kube_read_text(json_object_get(object, "status"), "updateRevision");
	const char *uid = kube_read_uid(object);

	out->wanted = counts.wanted;
	out->ready = counts.ready;
	if (!kube_read_is_observed(object)) {
		error_set_code(&look->worst.said, CODE_ROLLOUT_NOT_SEEN);
		return;
	}
	if (counts.is_ready && (is_watched(object) || kube_look_all_stay_up(look, uid))) {
		out->state = KUBE_READY;
		return;
	}
	say_progress(look, &counts);
	if (kube_look_at_pods_of(look, uid, is_by_hand(object) ? "" : revision) < counts.wanted)
		kube_look_at_refusals(look, object);
	out->restarts = look->restarts;
}
