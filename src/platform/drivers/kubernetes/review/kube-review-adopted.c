/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a review tries of a namespace that somebody else filled: the very patches that would be sent
 * (adopted-patch.h), for what is there now.  What moved since is refused; whose each field is, and
 * what they do with a change of it, is told.
 */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-review-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "platform/drivers/findings.h"
#include "platform/drivers/kubernetes/adopted/adopted-order.h"
#include "platform/drivers/kubernetes/adopted/adopted-patch.h"
#include "platform/drivers/kubernetes/adopted/field-owner.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kinds.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

/* --- what changes --- */

static void
add_item(struct kube_review *r, const char *module, const struct adopted_change *change)
{
	const json_t *object = change->object;
	char *path = kube_path(json_member_string(object, "apiVersion"),
			       json_member_string(object, "kind"), r->space.namespace,
			       kube_read_name(object));
	struct error why;

	if (!path) {
		error_set_code(&why, CODE_CLUSTER_KIND_NOT_CHANGED, .object = change->key);
		findings_add(r->findings, DEPLOY_REFUSED, &(struct finding_subject){module, NULL},
			     "cannot-start", &why);
		return;
	}
	r->items = xreallocarray(r->items, r->count + 1, sizeof(*r->items));
	r->items[r->count++] = (struct review_item){
		.object = json_incref(change->object),
		.path = path,
		.module = xstrdup(module),
		.change = change,
	};
}

static void
declare_workload(struct kube_review *r, const struct driver_workload *workload)
{
	struct adopted_changes *changes = &r->changes[r->change_count];
	struct error why;

	json_object_set_new(r->space.secrets, workload->module,
			    workload->secrets ? json_deep_copy(workload->secrets) : json_array());
	if (adopted_changes_make(workload->before, workload->spec, changes, &why) != 0) {
		findings_add(r->findings, DEPLOY_REFUSED,
			     &(struct finding_subject){workload->module, NULL}, "cannot-start",
			     &why);
		return;
	}
	r->change_count++;
	for (size_t i = 0; i < changes->count; i++)
		add_item(r, workload->module, &changes->items[i]);
}

/* --- whose it is --- */

static void
find_owner(struct kube_review *r, const struct review_item *item, const json_t *live,
	   const json_t *field)
{
	struct field_owner owner = {0};
	struct pointer pointer;
	struct error why;

	if (pointer_parse(&pointer, json_member_string(field, "pointer"), &why) != 0)
		return;
	owner = field_owner_find(live, &pointer);
	if (field_owner_tell(&owner, item->change->key, json_member_string(field, "path"), &why))
		kube_review_find(r, DEPLOY_WARNING, item, "owner", &why);
	field_owner_clear(&owner);
	pointer_clear(&pointer);
}

/* --- READ --- */

/* The value that is there may be a secret. */
static void
find_moved(struct kube_review *r, const struct review_item *item, const struct error *err)
{
	struct error why = *err;
	char *text = kube_review_words(r, item, err->text);

	if (strcmp(text, err->text) != 0)
		error_set_code(&why, CODE_CLUSTER_SAYS, .reason = text);
	free(text);
	kube_review_find(r, DEPLOY_REFUSED, item,
			 err->kind == ERROR_STALE ? "moved" : "invalid", &why);
}

/* Nothing of it runs before somebody goes on with the rollout. */
static void
find_paused(struct kube_review *r, const struct review_item *item,
	    const struct adopted_patch *patch)
{
	const json_t *spec = json_object_get(patch->result, "spec");
	struct error why;

	if (!json_is_true(json_object_get(spec, "paused")) ||
	    json_array_size(patch->operations) == 0)
		return;
	error_set_code(&why, CODE_ROLLOUT_STAYS_PAUSED, .object = item->change->key);
	kube_review_find(r, DEPLOY_WARNING, item, "paused", &why);
}

static void
note_order(struct kube_review *r, const struct review_item *item, const json_t *live)
{
	json_t *order = adopted_order(live);

	if (json_object_size(order) > 0)
		json_object_set(r->list_order, item->change->key, order);
	json_decref(order);
}

static void
plan_patch(struct kube_review *r, struct review_item *item, const json_t *live)
{
	struct adopted_patch patch;
	struct error why;
	json_t *field;
	size_t i;

	if (adopted_patch_make(item->change, live, &patch, &why) != 0) {
		find_moved(r, item, &why);
		return;
	}
	json_array_foreach(patch.fields, i, field)
		find_owner(r, item, live, field);
	find_paused(r, item, &patch);
	note_order(r, item, live);
	item->is_tried = json_array_size(patch.operations) > 0;
	item->verb = KUBE_PATCH;
	item->body = json_incref(patch.operations);
	json_decref(item->object);
	item->object = json_incref(patch.result);
	adopted_patch_clear(&patch);
}

static void
plan_removal(struct kube_review *r, struct review_item *item, const json_t *live)
{
	struct kube_subject subject;
	struct error why;

	if (adopted_patch_check(item->change, live, &why) != 0) {
		find_moved(r, item, &why);
		return;
	}
	kube_subject_read(item->path, &subject);
	error_set_code(&why, CODE_CLUSTER_REMOVES, .object = subject.object);
	kube_review_find(r, DEPLOY_REMOVAL, item, "removal", &why);
	item->is_tried = true;
	item->verb = KUBE_DELETE;
	item->body = json_deep_copy(live);
}

static void
plan_creation(struct kube_review *r, struct review_item *item)
{
	json_t *metadata = json_copy(json_object_get(item->object, "metadata"));

	json_object_set_new(metadata, "namespace", json_string(r->space.namespace));
	item->is_tried = true;
	item->verb = KUBE_CREATE;
	item->body = json_copy(item->object);
	json_object_set_new(item->body, "metadata", metadata);
}

/* It is to be made, and is there already: fine when it is the same. */
static void
check_made(struct kube_review *r, const struct review_item *item, const json_t *live)
{
	const struct adopted_change reverse = adopted_change_reverse(item->change);
	struct error why;

	if (adopted_patch_check(&reverse, live, &why) != 0)
		find_moved(r, item, &why);
}

static void
take_live(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	struct review_item *item = &r->items[index];
	const struct adopted_change *change = item->change;
	struct error why;

	if (reply->err.kind != ERROR_NONE && reply->status != 404) {
		kube_review_take(r, item, reply);
		return;
	}
	if (reply->status != 404)
		json_object_set_new(r->before, item->path, json_deep_copy(reply->body));
	if (reply->status == 404 && change->before && change->after) {
		error_set_code(&why, CODE_CLUSTER_OBJECT_GONE, .object = change->key);
		find_moved(r, item, &why);
	} else if (reply->status == 404 && change->after) {
		plan_creation(r, item);
	} else if (reply->status != 404 && !change->before) {
		check_made(r, item, reply->body);
	} else if (reply->status != 404 && change->after) {
		plan_patch(r, item, reply->body);
	} else if (reply->status != 404) {
		plan_removal(r, item, reply->body);
	}
}

/* What is so already, or is refused, is not tried. */
static void
drop_untried(struct kube_review *r)
{
	size_t count = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct review_item item = r->items[i];

		if (item.is_tried) {
			r->items[count++] = item;
			continue;
		}
		json_decref(item.object);
		json_decref(item.body);
		free(item.path);
		free(item.module);
	}
	r->count = count;
}

static void
end_read(void *data)
{
	struct kube_review *r = data;

	drop_untried(r);
	if (r->why.kind != ERROR_NONE)
		kube_review_end(r);
	else
		kube_review_try(r);
}

void
kube_review_adopted(struct kube_review *r)
{
	r->before = json_object();
	r->list_order = json_object();
	r->changes = xcalloc(r->kept.count + 1, sizeof(*r->changes));
	for (size_t i = 0; i < r->kept.count; i++)
		if (!r->kept.workloads[i].is_held)
			declare_workload(r, &r->kept.workloads[i]);
	kube_review_batch(r, take_live, end_read);
	for (size_t i = 0; i < r->count; i++)
		kube_batch_add(r->batch, KUBE_GET, xstrdup(r->items[i].path), NULL, false);
	kube_batch_start(r->batch);
}
