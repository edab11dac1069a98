/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A rollout over objects that somebody else made (kube-rollout.h, adopted-patch.h):
 *
 *	READ what changes --> TRY each patch (dryRun) --> PATCH in order, and WATCH
 *	  --all ready--> CONFIRM that it is still so --> delete what goes --> LET GO --> done
 *	\--moved, refused, failed, cancelled--> READ --> patch back --> LET GO --> failed
 *
 * Nothing is applied, and nothing is forced: what was patched is ours until our entry in
 * managedFields is removed, after which the owner's next apply passes.  An object that somebody
 * else changes between our reading and our patch is read again: either a reviewed field is another
 * by then, and it has moved, or the patch is made again for what is there.  An answer that was lost
 * is no question either: what is so already needs no patch.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "platform/drivers/kubernetes/adopted/adopted-patch.h"
#include "platform/drivers/kubernetes/adopted/field-owner.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-aftermath.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-refusal.h"
#include "platform/drivers/task.h"

#define READS_MAX 10		/* of what somebody keeps changing */
#define RELEASES_MAX 5

/* --- what changes --- */

static const char *const pod_kinds[] = {"Deployment", "StatefulSet", "DaemonSet", "Job"};

static bool
has_pods(const json_t *object)
{
	for (size_t i = 0; i < sizeof(pod_kinds) / sizeof(pod_kinds[0]); i++)
		if (kube_read_is(object, "kind", pod_kinds[i]))
			return true;
	return false;
}

/* As it would be sent; a workload is waited for when it stays. */
static struct kube_object
object_of(const struct kube_rollout *r, const char *module, const struct adopted_change *change)
{
	bool waits = change->after && has_pods(change->object);
	json_t *object = json_copy(change->object), *metadata;

	metadata = json_copy(json_object_get(object, "metadata"));
	json_object_set_new(metadata, "namespace", json_string(r->space->namespace));
	json_object_set_new(object, "metadata", metadata);
	return (struct kube_object){
		.object = object,
		.module = xstrdup(module),
		.stage = !change->after ? KUBE_STAGES
			 : waits	? KUBE_STAGE_WORKLOADS
					: KUBE_STAGE_PARTS,
		.is_workload = waits,
		.success = waits ? KUBE_SUCCESS_AVAILABLE : KUBE_SUCCESS_STARTED,
	};
}

static void
declare_workload(struct kube_rollout *r, const struct driver_workload *workload)
{
	struct adopted_changes *changes = &r->changes[r->change_count];
	struct kube_objects *part = &r->parts[r->part_count];
	struct error err = {0};

	json_object_set_new(r->modules, workload->module, json_boolean(workload->is_held));
	if (workload->is_held)
		return;
	if (adopted_changes_make(workload->before, workload->spec, changes, &err) != 0) {
		kube_rollout_blame(r, workload->module, "cannot-start", &err, NULL);
		return;
	}
	r->change_count++;
	r->part_count++;
	part->items = xcalloc(changes->count + 1, sizeof(*part->items));
	for (size_t i = 0; i < changes->count; i++)
		part->items[part->count++] = object_of(r, workload->module, &changes->items[i]);
}

static void
add_item(struct kube_rollout *r, const struct kube_object *object,
	 const struct adopted_change *change)
{
	char *path = kube_path(json_member_string(object->object, "apiVersion"),
			       json_member_string(object->object, "kind"), r->space->namespace,
			       kube_read_name(object->object));
	struct error err;

	if (!path) {
		error_set_code(&err, CODE_CLUSTER_KIND_NOT_CHANGED, .object = change->key);
		kube_rollout_blame(r, object->module, "cannot-start", &err, NULL);
		return;
	}
	r->items[r->count++] = (struct kube_item){
		.object = object, .path = path, .kept = json_object(), .change = change};
}

static void
declare(struct kube_rollout *r, const struct driver_deployment *deployment)
{
	size_t total = 0;

	kube_rollout_keep_secrets(r->space, deployment);
	r->parts = xcalloc(deployment->count + 1, sizeof(*r->parts));
	r->changes = xcalloc(deployment->count + 1, sizeof(*r->changes));
	for (size_t i = 0; i < deployment->count; i++)
		declare_workload(r, &deployment->workloads[i]);
	for (size_t i = 0; i < r->part_count; i++)
		total += r->parts[i].count;
	r->items = xcalloc(total + 1, sizeof(*r->items));
	for (int stage = 0; stage <= KUBE_STAGES; stage++)
		for (size_t i = 0; i < r->part_count; i++)
			for (size_t k = 0; k < r->parts[i].count; k++)
				if ((int)r->parts[i].items[k].stage == stage)
					add_item(r, &r->parts[i].items[k], &r->changes[i].items[k]);
}

/* --- READ --- */

/* In the cluster's values, some of which may be secrets. */
static void
blame(struct kube_rollout *r, const struct kube_item *item, const char *code,
      const struct error *err)
{
	struct error why = *err;
	char *text = kube_space_redact(r->space, item->object->module, why.text);

	if (strcmp(text, why.text) != 0) {
		error_set_code(&why, CODE_CLUSTER_SAYS, .reason = text);
		why.kind = err->kind;
	}
	free(text);
	kube_rollout_blame(r, item->object->module, code, &why, NULL);
}

/* It is as it should be, and nothing is sent. */
static void
take_same(struct kube_rollout *r, struct kube_item *item, const json_t *live)
{
	item->answer = json_deep_copy(live);
	item->deadline = kube_rollout_deadline(r, item);
	item->is_ready = item->object->success == KUBE_SUCCESS_STARTED;
}

/* With whose they were: whoever is to have the change, too. */
static void
keep_fields(struct kube_item *item, json_t *fields, const json_t *live)
{
	json_t *field;
	size_t i;

	json_array_foreach(fields, i, field) {
		struct pointer pointer;
		struct field_owner owner;
		struct error err;

		if (pointer_parse(&pointer, json_member_string(field, "pointer"), &err) != 0)
			continue;
		owner = field_owner_find(live, &pointer);
		if (owner.name)
			json_object_set_new(field, "owner", json_string(owner.name));
		field_owner_clear(&owner);
		pointer_clear(&pointer);
	}
	json_decref(item->fields);
	item->fields = json_incref(fields);
}

/* It was to be made, and is there: by us, whose answer was lost, or as somebody else wants it. */
static int
plan_made(struct kube_rollout *r, struct kube_item *item, const json_t *live, struct error *err)
{
	const struct adopted_change reverse = adopted_change_reverse(item->change);

	if (adopted_patch_check(&reverse, live, err) != 0)
		return -1;
	take_same(r, item, live);
	return 0;
}

/* live NULL: it is not there. */
static int
plan_item(struct kube_rollout *r, struct kube_item *item, const json_t *live, struct error *err)
{
	const struct adopted_change *change = item->change;
	struct adopted_patch patch;

	json_decref(item->operations);
	item->operations = NULL;
	if (!live && change->before && change->after)
		return error_set_code(err, CODE_CLUSTER_OBJECT_GONE, .object = change->key);
	if (live && !change->after)
		return adopted_patch_check(change, live, err);
	if (!live || !change->after)
		return 0;
	if (!change->before)
		return plan_made(r, item, live, err);
	if (adopted_patch_make(change, live, &patch, err) != 0)
		return -1;
	item->operations = json_incref(patch.operations);
	if (json_array_size(patch.operations) == 0)
		take_same(r, item, live);
	else if (!item->is_sent)
		keep_fields(item, patch.fields, live);
	adopted_patch_clear(&patch);
	return 0;
}

static void
take_live(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_item *item = &r->items[r->asked[index]];
	struct error err;

	if (reply->err.kind != ERROR_NONE && reply->status != 404) {
		blame(r, item, "cannot-apply", &reply->err);
		return;
	}
	if (reply->status == 404)
		json_object_del(r->before, item->path);
	else
		json_object_set_new(r->before, item->path, json_deep_copy(reply->body));
	if (plan_item(r, item, json_object_get(r->before, item->path), &err) != 0)
		blame(r, item, err.kind == ERROR_STALE ? "moved" : "cannot-apply", &err);
}

/* A GET of each item for which `wanted` holds; then `then`. */
static void
read_items(struct kube_rollout *r,
	   bool (*wanted)(const struct kube_rollout *r, const struct kube_item *item),
	   void (*answered)(void *data, size_t index, const struct kube_reply *reply),
	   void (*then)(struct kube_rollout *rollout))
{
	struct kube_batch *batch = kube_rollout_batch(r, r->count, answered,
						      kube_rollout_go_on);
	size_t asked = 0;

	r->then = then;
	for (size_t i = 0; i < r->count; i++)
		if (wanted(r, &r->items[i])) {
			r->asked[asked++] = i;
			kube_batch_add(batch, KUBE_GET, xstrdup(r->items[i].path), NULL, false);
		}
	kube_batch_start(batch);
}

static bool
is_open(const struct kube_rollout *r, const struct kube_item *item)
{
	(void)r;
	return !item->answer;
}

static void
read_live(struct kube_rollout *r)
{
	struct error err;

	if (!r->before)
		r->before = json_object();
	if (r->reads++ < READS_MAX) {
		read_items(r, is_open, take_live, kube_rollout_try);
		return;
	}
	error_set_code(&err, CODE_CLUSTER_KEEPS_CHANGING, .namespace = r->space->namespace);
	kube_rollout_fail(r, &err);
}

/* --- PATCH --- */

static void
add_delete(struct kube_batch *batch, const struct kube_item *item, const json_t *live, bool dry_run)
{
	kube_batch_add(batch, KUBE_DELETE, xstrdup(item->path), live, dry_run);
}

static void
add_create(struct kube_batch *batch, const struct kube_item *item, const json_t *object,
	   bool dry_run)
{
	char *collection = xstrdup(item->path);

	*strrchr(collection, '/') = '\0';
	kube_batch_add(batch, KUBE_CREATE, collection, object, dry_run);
}

static bool
add(const struct kube_rollout *r, struct kube_batch *batch, const struct kube_item *item,
    bool dry_run)
{
	const json_t *live = json_object_get(r->before, item->path);

	if (!item->change->after && !live)
		return false;
	if (!item->change->after)
		add_delete(batch, item, live, dry_run);
	else if (!live)
		add_create(batch, item, item->object->object, dry_run);
	else
		kube_batch_add(batch, KUBE_PATCH, xstrdup(item->path), item->operations, dry_run);
	return true;
}

static bool
is_outdated(const struct kube_item *item, const struct kube_reply *reply)
{
	return kube_refusal_is_outdated(reply, item->operations || !item->change->after);
}

/* --- the end --- */

/* What becomes of it is looked at from now on. */
static void
finish(struct kube_rollout *r)
{
	struct kube_aftermath *aftermath;

	if (!r->failed && r->problems.count == 0) {
		aftermath = kube_aftermath_new(r->space);
		for (size_t i = 0; i < r->count; i++)
			if (json_array_size(r->items[i].fields) > 0)
				kube_aftermath_add(aftermath,
						   &(struct kube_past){
							   .module = r->items[i].object->module,
							   .key = r->items[i].change->key,
							   .path = r->items[i].path,
							   .at = clock_wall_ms(),
						   },
						   r->items[i].fields);
		kube_aftermath_begin(aftermath);
	}
	r->ended(r);
}

/* --- LET GO --- */

static void release(struct kube_rollout *r);

static bool
has_ours(const struct kube_rollout *r, const struct kube_item *item)
{
	(void)r;
	return !item->is_released && (item->is_sent || item->answer) && item->change->after;
}

/* The owner's next server-side apply would be refused. */
static void
warn_unreleased(const struct kube_rollout *r, const struct kube_item *item,
		const struct error *why)
{
	struct error err = *why;

	error_prefix_code(&err, CODE_CLUSTER_FIELDS_NOT_RELEASED, .name = KUBE_MANAGER);
	driver_task_warn_of(r->task, item->object->module, item->change->key, &err);
}

static void
take_managers(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_item *item = &r->items[r->asked[index]];

	json_decref(item->operations);
	item->operations = NULL;
	if (reply->err.kind == ERROR_NONE)
		item->operations = adopted_release(reply->body, KUBE_MANAGER);
	item->is_released = !item->operations;
	if (reply->err.kind != ERROR_NONE && reply->status != 404)
		warn_unreleased(r, item, &reply->err);
}

static void
take_release(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_item *item = &r->items[r->asked[index]];

	if (reply->err.kind != ERROR_NONE && is_outdated(item, reply) && r->reads < RELEASES_MAX)
		return;
	item->is_released = true;
	if (reply->err.kind != ERROR_NONE && reply->status != 404)
		warn_unreleased(r, item, &reply->err);
}

/* Those of whose managers somebody else is another by now are read again. */
static void
patch_managers(struct kube_rollout *r)
{
	struct kube_batch *batch = kube_rollout_batch(r, r->count, take_release,
						      kube_rollout_go_on);
	size_t asked = 0;

	for (size_t i = 0; i < r->count; i++)
		if (has_ours(r, &r->items[i])) {
			r->asked[asked++] = i;
			kube_batch_add(batch, KUBE_PATCH, xstrdup(r->items[i].path),
				       r->items[i].operations, false);
		}
	r->then = asked > 0 ? release : finish;
	kube_batch_start(batch);
}

static void
release(struct kube_rollout *r)
{
	r->reads++;
	read_items(r, has_ours, take_managers, patch_managers);
}

static void
begin_release(struct kube_rollout *r)
{
	r->reads = 0;
	release(r);
}

/* --- PRUNE --- */

static void
take_deletion(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;

	if (reply->err.kind != ERROR_NONE && reply->status != 404 && reply->status != 409)
		kube_rollout_blame(r, r->whose[index], "cannot-prune", &reply->err, NULL);
}

static void
send_deletions(struct kube_rollout *r)
{
	struct kube_batch *batch = kube_rollout_batch(r, r->count, take_deletion,
						      kube_rollout_go_on);
	size_t count = 0;

	r->then = begin_release;
	for (size_t i = 0; i < r->count; i++) {
		struct kube_item *item = &r->items[i];
		const json_t *live = json_object_get(r->before, item->path);

		if (item->change->after || !live)
			continue;
		item->is_sent = true;
		r->whose[count++] = item->object->module;
		add_delete(batch, item, live, false);
	}
	kube_batch_start(batch);
}

/* --- CONFIRM --- */

static bool
has_fields(const struct kube_rollout *r, const struct kube_item *item)
{
	(void)r;
	return item->answer && json_array_size(item->fields) > 0;
}

/* Pods are ready of what somebody else has put back, too. */
static void
take_confirmed(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_item *item = &r->items[r->asked[index]];
	struct error err;

	if (reply->err.kind == ERROR_NONE &&
	    kube_aftermath_has_moved(item->change->key, item->fields, item->answer, reply->body,
				     &err))
		blame(r, item, "moved", &err);
}

static void
end_confirm(struct kube_rollout *r)
{
	if (r->problems.count > 0)
		r->ended(r);
	else
		send_deletions(r);
}

static void
prune(struct kube_rollout *r, void (*ended)(struct kube_rollout *rollout))
{
	r->ended = ended;
	read_items(r, has_fields, take_confirmed, end_confirm);
}

/* --- RESTORE --- */

static void restore_items(struct kube_rollout *r);

static bool
is_changed(const struct kube_rollout *r, const struct kube_item *item)
{
	return !item->is_back && (item->is_sent || (r->begun_at != 0 && item->change->after));
}

static void
blame_restore(struct kube_rollout *r, const struct kube_item *item, const struct error *err)
{
	struct error why = *err;

	error_prefix_code(&why, CODE_CLUSTER_NOT_RESTORED, .workload = item->object->module);
	blame(r, item, "not-restored", &why);
}

/* Of what the cluster refused nothing is there: whatever is there is somebody else's. */
static void
give_up_restore(struct kube_rollout *r, struct kube_item *item, const struct error *err)
{
	item->is_back = true;
	if (!item->is_refused)
		blame_restore(r, item, err);
}

/* What was made is there, and by us; what was removed is not; and nobody can patch what is gone. */
static bool
is_to_be_restored(const struct kube_item *item)
{
	json_t *ours;

	if (!item->change->after)
		return !item->answer;
	if (!item->answer || item->change->before)
		return item->answer != NULL;
	ours = adopted_release(item->answer, KUBE_MANAGER);
	json_decref(ours);
	return ours != NULL;
}

/* What was done is to be seen also when all of it was undone. */
static void
note_restored(const struct kube_rollout *r, struct kube_item *item)
{
	struct error err;

	item->is_back = true;
	error_set_code(&err, CODE_CLUSTER_CHANGED_BACK);
	driver_task_warn_of(r->task, item->object->module, item->change->key, &err);
}

static int
plan_restore(struct kube_item *item, const json_t *live, struct error *err)
{
	struct adopted_change reverse;
	struct adopted_patch patch;
	int ret;

	json_decref(item->operations);
	item->operations = NULL;
	if (!item->change->before || !item->change->after || !live)
		return 0;
	reverse = adopted_change_reverse(item->change);
	ret = adopted_patch_make(&reverse, live, &patch, err);
	if (ret == 0) {
		item->operations = json_incref(patch.operations);
		item->is_back = json_array_size(patch.operations) == 0;
		adopted_patch_clear(&patch);
	}
	return ret;
}

static void
take_current(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_item *item = &r->items[r->asked[index]];
	bool is_gone = reply->status == 404;
	struct error err;

	if (reply->err.kind != ERROR_NONE && !is_gone) {
		give_up_restore(r, item, &reply->err);
		return;
	}
	json_decref(item->answer);
	item->answer = is_gone ? NULL : json_deep_copy(reply->body);
	if (plan_restore(item, item->answer, &err) != 0)
		give_up_restore(r, item, &err);
	item->is_back |= !is_to_be_restored(item);
}

static void
take_restored(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_item *item = &r->items[r->asked[index]];

	if (reply->err.kind == ERROR_NONE) {
		note_restored(r, item);
	} else if (!is_outdated(item, reply) || r->reads >= READS_MAX) {
		item->is_back = true;
		blame_restore(r, item, &reply->err);
	}
}

static void
send_restores(struct kube_rollout *r)
{
	struct kube_batch *batch = kube_rollout_batch(r, r->count, take_restored,
						      kube_rollout_go_on);
	size_t asked = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct kube_item *item = &r->items[i];

		if (!is_changed(r, item))
			continue;
		r->asked[asked++] = i;
		if (!item->change->before)
			add_delete(batch, item, item->answer, false);
		else if (!item->change->after)
			add_create(batch, item, item->object->object, false);
		else
			kube_batch_add(batch, KUBE_PATCH, xstrdup(item->path), item->operations,
				       false);
	}
	r->then = asked > 0 ? restore_items : begin_release;
	kube_batch_start(batch);
}

static void
restore_items(struct kube_rollout *r)
{
	r->reads++;
	read_items(r, is_changed, take_current, send_restores);
}

static void
restore(struct kube_rollout *r, void (*ended)(struct kube_rollout *rollout))
{
	r->ended = ended;
	r->reads = 0;
	restore_items(r);
}

const struct kube_rollout_way kube_adopted_way = {
	.declare = declare,
	.read = read_live,
	.add = add,
	.is_outdated = is_outdated,
	.restore = restore,
	.prune = prune,
	.remembers = true,
	.in_order = true,
};
