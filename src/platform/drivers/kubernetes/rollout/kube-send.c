/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is sent of a deployment, and what the cluster answers: that it would take each object (TRY),
 * or that it did (APPLY). */
#include "config.h"

#include "platform/drivers/kubernetes/rollout/kube-send.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kinds.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/kubernetes/space/kube-refusal.h"
#include "platform/drivers/task.h"

/* A cluster may repeat what it refuses. */
static void
take_refusal(struct kube_rollout *r, struct kube_item *item, const struct kube_reply *reply)
{
	struct error why = reply->err;
	char *text = kube_space_redact(r->space, item->object->module, why.text);

	item->has_failed = true;
	if (kube_reply_is_absent(reply))
		kube_pulse_explain(r->driver->pulse, &why);
	else if (strcmp(text, why.text) != 0)
		error_set_code(&why, CODE_CLUSTER_SAYS, .reason = text);
	free(text);
	kube_rollout_blame(r, item->object->module, kube_refusal_code(reply), &why, NULL);
}

/* Of a cluster, which may repeat what it was given; the same comes of the try and of the apply. */
static void
warn(const struct kube_rollout *r, const struct kube_item *item, const char *words)
{
	const char *module = item->object->module;
	char *text = kube_space_redact(r->space, module, words);
	struct kube_subject subject;

	kube_subject_read(item->path, &subject);
	log_line(LOG_PRIORITY_WARNING, "the cluster warns", "space", r->space->name, "workload",
		 module, "warning", text, NULL);
	driver_task_warn(r->task, module, subject.object, text);
	free(text);
}

static void
take_warnings(const struct kube_rollout *r, const struct kube_item *item,
	      const struct kube_reply *reply)
{
	json_t *warning;
	size_t i;

	json_array_foreach(reply->warnings, i, warning)
		warn(r, item, json_string_value(warning));
}

/* What it was made for is no longer so: it is read again, and then the same is tried. */
static bool
note_outdated(struct kube_rollout *r, const struct kube_item *item, const struct kube_reply *reply)
{
	if (!r->way->is_outdated || !r->way->is_outdated(item, reply))
		return false;
	r->is_outdated = true;
	kube_batch_stop(r->batch);
	return true;
}

static void
take_try(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_item *item = &r->items[r->asked[index]];

	take_warnings(r, item, reply);
	if (reply->err.kind == ERROR_NONE || note_outdated(r, item, reply))
		return;
	if (kube_refuses_dry_runs(reply))
		warn(r, item, reply->err.text);
	else
		take_refusal(r, item, reply);
}

static void
take_apply(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_item *item = &r->items[r->asked[index]];

	take_warnings(r, item, reply);
	if (reply->err.kind == ERROR_NONE) {
		item->answer = json_deep_copy(reply->body);
		item->applied_at = clock_wall_ms();
		item->deadline = kube_rollout_deadline(r, item);
		item->is_ready = item->object->success == KUBE_SUCCESS_STARTED;
		return;
	}
	item->is_refused = !kube_reply_is_absent(reply) && reply->status != 0;
	if (note_outdated(r, item, reply))
		return;
	take_refusal(r, item, reply);
	if (!r->is_resumed)
		kube_batch_stop(r->batch);
}

void
kube_rollout_send(struct kube_rollout *r, bool dry_run, void (*ended)(void *data))
{
	struct kube_batch *batch = kube_rollout_batch(r, r->count,
						      dry_run ? take_try : take_apply, ended);
	size_t asked = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct kube_item *item = &r->items[i];

		if (item->answer || (!dry_run && item->object->stage != r->stage) ||
		    !r->way->add(r, batch, item, dry_run))
			continue;
		r->asked[asked++] = i;
	}
	r->is_applying = !dry_run;
	kube_batch_start(batch);
}
