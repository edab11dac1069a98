/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What follows a rollout: what there was before and is not declared goes when all is ready; when it
 * failed, what there was before is there again, and what there was not goes.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/adopted/kube-owned.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-inventory.h"

const char *
kube_rollout_module_of(const json_t *object)
{
	return json_member_string(json_object_get(json_object_get(object, "metadata"),
						  "annotations"), KUBE_NOTE_MODULE);
}

static bool
is_job(const json_t *object)
{
	const char *kind = json_member_string(object, "kind");

	return kind && strcmp(kind, "Job") == 0;
}

static bool
is_declared(const struct kube_rollout *r, const char *path)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->items[i].path, path) == 0)
			return true;
	return false;
}

/* --- pruning --- */

/* Of a workload that is held, or that could not be done, all stays as it is; what is no workload's
 * is not ours to judge. */
static bool
is_superfluous(const struct kube_rollout *r, const char *path, const json_t *object)
{
	const char *module = kube_rollout_module_of(object);

	return module && !json_is_true(json_object_get(r->modules, module)) &&
	       !is_declared(r, path) && !kube_inventory_is_data(object);
}

/* 404: it is gone; 409: by now it is another one than the one that was read. */
static void
take_deletion(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;

	if (reply->err.kind != ERROR_NONE && reply->status != 404 && reply->status != 409)
		kube_rollout_blame(r, r->whose[index], "cannot-prune", &reply->err, NULL);
}

static bool
is_secret(const json_t *object)
{
	const char *kind = json_member_string(object, "kind");

	return kind && strcmp(kind, "Secret") == 0;
}

static void
prune(struct kube_rollout *r, bool are_secrets,
      void (*answered)(void *data, size_t index, const struct kube_reply *reply),
      void (*then)(struct kube_rollout *rollout))
{
	struct kube_batch *batch = kube_rollout_batch(r, json_object_size(r->before), answered,
						      kube_rollout_go_on);
	size_t count = 0;
	const char *path;
	json_t *object;

	r->then = then;
	json_object_foreach(r->before, path, object)
		if (is_secret(object) == are_secrets && is_superfluous(r, path, object)) {
			r->whose[count++] = kube_rollout_module_of(object);
			kube_batch_add(batch, KUBE_DELETE, xstrdup(path), object, false);
		}
	kube_batch_start(batch);
}

/* What refers to it is gone, so nothing is to be restored: the next rollout tries it again. */
static void
take_secret_deletion(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;

	if (reply->err.kind != ERROR_NONE && reply->status != 404 && reply->status != 409)
		log_line(LOG_PRIORITY_WARNING, "a Secret that nothing needs is not deleted",
			 "namespace", r->space->namespace, "workload", r->whose[index], "error",
			 reply->err.text, NULL);
}

static void
prune_secrets(struct kube_rollout *r)
{
	if (r->problems.count > 0)
		r->pruned(r);
	else
		prune(r, true, take_secret_deletion, r->pruned);
}

/* Secrets go last, since they could not be restored: only their metadata was read. */
void
kube_rollout_prune(struct kube_rollout *r, void (*ended)(struct kube_rollout *rollout))
{
	r->pruned = ended;
	prune(r, false, take_deletion, prune_secrets);
}

/* --- restoring --- */

/* Of several objects of a workload one is enough. */
static bool
is_blamed(const struct kube_rollout *r, const char *module, const char *code)
{
	for (size_t i = 0; i < r->problems.count; i++)
		if (strcmp(r->problems.items[i].object_id, module) == 0 &&
		    strcmp(r->problems.items[i].code, code) == 0)
			return true;
	return false;
}

static void
take_restored(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct error why = reply->err;

	if (reply->err.kind == ERROR_NONE || reply->status == 404)
		return;
	error_prefix_code(&why, CODE_CLUSTER_NOT_RESTORED, .workload = r->whose[index]);
	if (!is_blamed(r, r->whose[index], "not-restored"))
		kube_rollout_blame(r, r->whose[index], "not-restored", &why, NULL);
}

/* What was there: its fields of before.  What was not: it goes, by its uid when that is known, and
 * by its name when an answer was lost. */
static void
restore_item(struct kube_rollout *r, const struct kube_item *item, size_t *count)
{
	const json_t *before = json_object_get(r->before, item->path);
	json_t *owned;

	/* Its name is that of what is in it: it is as it was. */
	if (before && is_secret(before))
		return;
	owned = before ? kube_owned(before, KUBE_MANAGER) : NULL;
	r->whose[(*count)++] = item->object->module;
	if (owned)
		kube_batch_add(r->batch, KUBE_APPLY, xstrdup(item->path), owned, false);
	else
		kube_batch_add(r->batch, KUBE_DELETE, xstrdup(item->path), item->answer, false);
	json_decref(owned);
}

/* A job that is made again would run again. */
static bool
was_pruned(const struct kube_rollout *r, const char *path, const json_t *object)
{
	return r->is_pruning && is_superfluous(r, path, object) && !is_job(object) &&
	       !is_secret(object);
}

void
kube_rollout_restore(struct kube_rollout *r, void (*ended)(struct kube_rollout *rollout))
{
	size_t count = 0;
	const char *path;
	json_t *object;

	(void)kube_rollout_batch(r, r->count + json_object_size(r->before), take_restored,
				 kube_rollout_go_on);
	r->then = ended;
	for (size_t i = 0; i < r->count; i++)
		if (r->items[i].is_sent)
			restore_item(r, &r->items[i], &count);
	json_object_foreach(r->before, path, object)
		if (was_pruned(r, path, object)) {
			json_t *owned = kube_owned(object, KUBE_MANAGER);

			r->whose[count++] = kube_rollout_module_of(object);
			kube_batch_add(r->batch, KUBE_APPLY, xstrdup(path), owned, false);
			json_decref(owned);
		}
	kube_batch_start(r->batch);
}
