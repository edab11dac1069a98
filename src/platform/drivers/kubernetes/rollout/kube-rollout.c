/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Making a namespace hold exactly what a deployment declares:
 *
 *	READ what there is --> TRY each object (dryRun) --> APPLY and WATCH, stage by stage
 *	  --all ready--> PRUNE --> done
 *	\--one refused, one failed, cancelled--> read its output --> RESTORE --> failed
 *
 * Nothing is applied when the cluster refuses any of it.  What was read first is what is brought
 * back: the fields that are ours, as the cluster keeps them (kube-owned.h), so it needs no memory,
 * and a daemon that was killed in between brings it back by resuming what succeeded last.  Until
 * then a Deployment goes on with its pods of before for as long as the new ones are not available.
 *
 * What is resumed has been carried out before: it is not tried first, each workload counts for
 * itself, and nothing is brought back.  What is taken up again, after a daemon that was killed in
 * its midst, is tried, applied and watched as at first, which changes nothing where that was done;
 * but what is read first is no longer what was there before, so nothing is brought back either:
 * whoever asked resumes what succeeded last.  What is paused is read, and then nothing of it runs.
 */
#include "config.h"

#include "platform/drivers/kubernetes/rollout/kube-rollout.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/adopted/adopted-patch.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/rollout/kube-hosts.h"
#include "platform/drivers/kubernetes/rollout/kube-secrets.h"
#include "platform/drivers/kubernetes/rollout/kube-send.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-inventory.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/task.h"

#define JUDGE_AGAIN_MS 1000		/* deadlines pass without a change */

static void start_stage(struct kube_rollout *rollout);
static void judge(struct kube_rollout *rollout);

/* --- the end --- */

static void
free_rollout(struct kube_operation *operation)
{
	struct kube_rollout *r = (struct kube_rollout *)operation;

	kube_inventory_free(r->inventory);
	kube_rollout_forget(r);
	kube_batch_free(r->batch);
	loop_remove_timer(r->timer);
	for (size_t i = 0; i < r->count; i++) {
		free(r->items[i].path);
		json_decref(r->items[i].answer);
		json_decref(r->items[i].kept);
		json_decref(r->items[i].operations);
		json_decref(r->items[i].fields);
	}
	free(r->items);
	free(r->asked);
	free(r->whose);
	kube_cancel(r->output);
	for (size_t i = 0; i < r->part_count; i++)
		kube_objects_clear(&r->parts[i]);
	free(r->parts);
	for (size_t i = 0; i < r->change_count; i++)
		adopted_changes_clear(&r->changes[i]);
	free(r->changes);
	for (size_t i = 0; i < r->problems.count; i++) {
		free(r->failures[i].pod);
		free(r->failures[i].container);
	}
	free(r->failures);
	driver_errors_clear(&r->problems);
	json_decref(r->modules);
	json_decref(r->before);
	json_decref(r->contested);
	json_decref(r->space->hosts);
	r->space->hosts = NULL;
	free(r->hosts_next);
	free(r);
}

static void
forget_failures(struct kube_rollout *r)
{
	for (size_t i = 0; i < r->problems.count; i++) {
		free(r->failures[i].pod);
		free(r->failures[i].container);
	}
	free(r->failures);
	r->failures = NULL;
}

static void
end_rollout(struct kube_rollout *r)
{
	struct error err = r->why;
	bool failed = r->failed || r->problems.count > 0;

	forget_failures(r);
	if (failed && err.kind == ERROR_NONE && r->problems.count > 0)
		err = r->problems.items[0].why;
	driver_task_end(r->task, failed ? &err : NULL, NULL, &r->problems);
	kube_space_end(r->space);
}

/* --- failing --- */

static void
restore(struct kube_rollout *r)
{
	r->way->restore(r, end_rollout);
}

static bool
is_anything_sent(const struct kube_rollout *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i].is_sent)
			return true;
	return false;
}

/* What an earlier daemon sent is brought back where it is known what was there before that. */
static bool
can_restore(const struct kube_rollout *r)
{
	return !r->is_resumed && (r->begun_at == 0 || r->way->remembers);
}

/* What is at fault is in the problems, or in `why`. */
static void
fail(struct kube_rollout *r)
{
	r->is_ending = r->failed = true;
	r->is_watching = false;
	loop_remove_timer(r->timer);
	r->timer = NULL;
	if (can_restore(r) && (is_anything_sent(r) || r->begun_at != 0))
		kube_rollout_read_output(r, restore);
	else if (r->is_resumed || r->begun_at != 0)
		kube_rollout_read_output(r, end_rollout);
	else
		end_rollout(r);
}

void
kube_rollout_fail(struct kube_rollout *r, const struct error *why)
{
	r->why = *why;
	kube_rollout_blame(r, NULL, why->kind == ERROR_STALE ? "moved" : "cannot-apply", why, NULL);
	fail(r);
}

/* What was sent may be carried out later than what brings it back, so its answers are waited
 * for. */
static void
cancel_rollout(void *data)
{
	struct kube_rollout *r = data;

	if (r->is_ending)
		return;
	r->cancelled = true;
	error_set_code(&r->why, CODE_CANCELLED);
	if (r->batch)
		kube_batch_stop(r->batch);
	else
		fail(r);
}

static void
report(struct kube_rollout *r, const struct error *why)
{
	size_t ready = 0, total = 1;

	for (size_t i = 0; i < r->count; i++) {
		total += r->items[i].object->is_workload;
		ready += r->items[i].object->is_workload && r->items[i].is_ready;
	}
	driver_task_report(r->task, &(struct driver_progress){ready, total, why});
}

static void
report_wait(void *data, const struct error *why)
{
	report(data, why);
}

/* --- batches --- */

static void
note_sent(void *data, size_t index)
{
	struct kube_rollout *r = data;

	if (!r->is_applying)
		return;
	r->items[r->asked[index]].is_sent = true;
	r->items[r->asked[index]].is_refused = false;
}

struct kube_batch *
kube_rollout_batch(struct kube_rollout *r, size_t most,
		   void (*answered)(void *data, size_t index, const struct kube_reply *reply),
		   void (*ended)(void *data))
{
	kube_batch_free(r->batch);
	free(r->asked);
	free(r->whose);
	r->is_applying = false;
	r->asked = xcalloc(most + 1, sizeof(*r->asked));
	r->whose = xcalloc(most + 1, sizeof(*r->whose));
	r->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = r->driver->cluster,
		.patience_ms = r->is_ending ? 0 : r->patience_ms,
		.in_order = r->way->in_order,
		.answered = answered,
		.sends = note_sent,
		.waits = report_wait,
		.ended = ended,
		.data = r,
	});
	return r->batch;
}

static void
forget_batch(struct kube_rollout *r)
{
	kube_batch_free(r->batch);
	r->batch = NULL;
}

void
kube_rollout_go_on(void *data)
{
	struct kube_rollout *r = data;

	forget_batch(r);
	r->then(r);
}

/* --- TRY --- */

static void
end_try(void *data)
{
	struct kube_rollout *r = data;

	forget_batch(r);
	r->was_tried = !r->is_outdated;
	if (r->is_outdated && !r->cancelled && r->problems.count == 0)
		r->way->read(r);
	else
		kube_secrets_copy(r, kube_rollout_try);
}

void
kube_rollout_try(struct kube_rollout *r)
{
	r->is_outdated = false;
	if (r->cancelled || r->problems.count > 0)
		fail(r);
	else if (r->was_tried)
		start_stage(r);
	else
		kube_rollout_send(r, true, end_try);
}

/* --- APPLY --- */

static void
end_apply(void *data)
{
	struct kube_rollout *r = data;

	forget_batch(r);
	if (r->cancelled || (r->problems.count > 0 && !r->is_resumed)) {
		fail(r);
		return;
	}
	if (r->is_outdated) {
		r->way->read(r);
		return;
	}
	r->is_watching = true;
	judge(r);
}

static void
start_stage(struct kube_rollout *r)
{
	kube_rollout_send(r, false, end_apply);
}

/* --- WATCH --- */

static void
judge_again(void *data)
{
	struct kube_rollout *r = data;

	r->timer = NULL;
	judge(r);
}

/* A stage is not begun after a job that was to go before it and failed. */
static bool
has_stage_failed(const struct kube_rollout *r)
{
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i].has_failed && r->items[i].object->stage <= KUBE_STAGE_BEFORE &&
		    r->items[i].object->is_workload)
			return true;
	return r->problems.count > 0 && !r->is_resumed;
}

static void
finish_prune(struct kube_rollout *r)
{
	if (r->problems.count > 0 || r->failed)
		fail(r);
	else
		end_rollout(r);
}

static void
finish_stage(struct kube_rollout *r)
{
	r->is_watching = false;
	if (has_stage_failed(r)) {
		fail(r);
	} else if (r->stage + 1 < KUBE_STAGES) {
		r->stage++;
		start_stage(r);
	} else {
		r->is_ending = r->is_pruning = true;
		r->way->prune(r, finish_prune);
	}
}

static void
look_later(struct kube_rollout *r)
{
	r->timer = loop_add_timer(r->driver->base.loop, JUDGE_AGAIN_MS, judge_again, r);
}

static void
wait_for_sight(struct kube_rollout *r, struct error *why)
{
	if (why->kind != ERROR_NONE)
		report(r, why);
	if (kube_rollout_may_wait(r, why))
		look_later(r);
	else
		kube_rollout_fail(r, why);
}

static void
judge(struct kube_rollout *r)
{
	struct error waits = {0}, why;
	size_t coming;

	loop_remove_timer(r->timer);
	r->timer = NULL;
	if (!r->is_watching)
		return;
	if (!kube_rollout_sees(r, &why)) {
		wait_for_sight(r, &why);
		return;
	}
	coming = kube_rollout_judge(r, &waits);
	report(r, waits.text[0] ? &waits : NULL);
	if (coming == 0 || (r->problems.count > 0 && !r->is_resumed)) {
		finish_stage(r);
		return;
	}
	kube_space_keep_fresh(r->space);
	look_later(r);
}

static void
look_again(struct kube_operation *operation)
{
	judge((struct kube_rollout *)operation);
}

/* --- READ --- */

static void
take_inventory(void *data, json_t *objects, const struct error *err)
{
	struct kube_rollout *r = data;

	r->before = json_incref(objects);
	kube_inventory_free(r->inventory);
	r->inventory = NULL;
	if (err) {
		struct error why = *err;

		kube_pulse_explain(r->driver->pulse, &why);
		kube_rollout_fail(r, &why);
	} else if (r->is_paused) {
		r->is_ending = true;
		kube_rollout_pause(r, finish_prune);
	} else if (r->is_resumed) {
		start_stage(r);
	} else {
		kube_hosts_check(r, kube_rollout_try);
	}
}

static void
read_inventory(struct kube_rollout *r)
{
	r->inventory = kube_inventory_read(&(struct kube_inventory_options){
		.cluster = r->driver->cluster,
		.namespace = r->space->namespace,
		.others = kube_space_has_others(r->space),
		.more = r->kinds,
		.patience_ms = r->patience_ms,
		.ended = take_inventory,
		.waits = report_wait,
		.data = r,
	});
}

static bool
add_apply(const struct kube_rollout *r, struct kube_batch *batch, const struct kube_item *item,
	  bool dry_run)
{
	(void)r;
	kube_batch_add(batch, KUBE_APPLY, xstrdup(item->path), item->object->object, dry_run);
	return true;
}

static const struct kube_rollout_way apply_way = {
	.declare = kube_rollout_declare,
	.read = read_inventory,
	.add = add_apply,
	.restore = kube_rollout_restore,
	.prune = kube_rollout_prune,
};

/* --- beginning --- */

static void
begin(struct kube_rollout *r)
{
	r->way->declare(r, &r->kept);
	r->patience_ms = kube_rollout_patience(r);
	if (r->problems.count > 0 && !r->is_resumed)
		end_rollout(r);
	else
		r->way->read(r);
}

struct driver_task *
kube_apply(struct kube_driver *driver, struct kube_space *space,
	   const struct driver_deployment *deployment, const struct driver_waiter *waiter)
{
	struct driver_task *task;
	struct kube_rollout *r;
	struct error err;

	if (space->operation) {
		error_set_code(&err, CODE_SPACE_IS_CHANGING, .space = space->name);
		return driver_task_ended(&driver->base, waiter, &err, NULL);
	}
	if (space->is_adopted && deployment->is_resumed)	/* its owner sees to it */
		return driver_task_ended(&driver->base, waiter, NULL, NULL);
	r = xcalloc(1, sizeof(*r));
	r->operation = (struct kube_operation){.free = free_rollout, .changed = look_again};
	r->driver = driver;
	r->space = space;
	r->is_resumed = deployment->is_resumed;
	r->is_paused = deployment->is_paused;
	r->begun_at = deployment->begun_at;
	r->modules = json_object();
	r->way = space->is_adopted ? &kube_adopted_way : &apply_way;
	task = r->task = driver_task_new(&driver->base, waiter, cancel_rollout, r);
	space->operation = &r->operation;
	kube_space_use(space);
	kube_rollout_learn(r, deployment, begin);
	return task;
}
