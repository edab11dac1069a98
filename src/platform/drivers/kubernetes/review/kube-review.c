/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the cluster itself says of a deployment, before it is one:
 *
 *	(FACTS of a clone -->) LOOK --ours--> READ what there is --> TRY each object and a pod of
 *	  |                                                           each (dryRun) --> done
 *	  \--none---> (ROOM, KINDS of a clone -->) TRY the namespace (dryRun), ASK for each right
 *		      --> done
 *
 * Of a namespace that is not there no object can be tried: that is done when it is made.  Nothing
 * is written, no space is opened and none is busy for it, so a deployment may begin meanwhile.  It
 * is a question that a person waits for: where nobody answers it ends at once, and it is late after
 * REVIEW_MAX_MS.
 */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-review.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/adopted/adopted-patch.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/review/kube-review-kinds.h"
#include "platform/drivers/kubernetes/review/kube-review-private.h"
#include "platform/drivers/kubernetes/review/kube-review-room.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-facts.h"
#include "platform/drivers/kubernetes/space/kube-inventory.h"
#include "platform/drivers/kubernetes/space/kube-prepare.h"
#include "platform/drivers/kubernetes/space/kube-rights.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/task.h"

#define REVIEW_MAX_MS 8000	/* a client waits 10 s for a byte */

/* --- the end --- */

static void
free_review(struct kube_review *r)
{
	struct kube_review **link = &r->driver->reviews;

	while (*link != r)
		link = &(*link)->next;
	*link = r->next;
	kube_batch_free(r->batch);
	kube_inventory_free(r->inventory);
	kube_facts_free(r->facts);
	kube_review_room_free(r->room);
	kube_review_kinds_free(r->kinds);
	driver_deployment_clear(&r->kept);
	free(r->deploy_id);
	loop_remove_timer(r->timer);
	for (size_t i = 0; i < r->count; i++) {
		json_decref(r->items[i].object);
		free(r->items[i].path);
		free(r->items[i].module);
		json_decref(r->items[i].body);
	}
	free(r->items);
	for (size_t i = 0; i < r->change_count; i++)
		adopted_changes_clear(&r->changes[i]);
	free(r->changes);
	free(r->makers);
	json_decref(r->held);
	json_decref(r->before);
	json_decref(r->findings);
	json_decref(r->list_order);
	json_decref(r->space.labels);
	json_decref(r->space.secrets);
	free(r->space.namespace);
	free(r->space.origin);
	free(r->space.made);
	free(r->space.name);
	free(r);
}

void
kube_drop_reviews(struct kube_driver *driver)
{
	while (driver->reviews)
		free_review(driver->reviews);
}

/* {"Deployment": ["api", "web"]}, of what would be applied. */
static json_t *
list_objects(const struct kube_review *r)
{
	json_t *objects = json_object();

	for (size_t i = 0; i < r->count; i++) {
		const char *kind = kube_read_text(r->items[i].object, "kind");

		if (!json_object_get(objects, kind))
			json_object_set_new(objects, kind, json_array());
		json_array_append_new(json_object_get(objects, kind),
				      json_string(kube_read_name(r->items[i].object)));
	}
	return objects;
}

void
kube_review_end(struct kube_review *r)
{
	json_t *outputs = json_pack("{s:b, s:O}", "is_new", r->is_new, "findings", r->findings);

	if (!r->space.is_adopted)
		json_object_set_new(outputs, "objects", list_objects(r));
	if (json_object_size(r->list_order) > 0)
		json_object_set(outputs, "list_order", r->list_order);
	driver_task_end(r->task, r->why.kind != ERROR_NONE ? &r->why : NULL, outputs, NULL);
	free_review(r);
}

static void
cancel_review(void *data)
{
	struct kube_review *r = data;

	error_set_code(&r->why, CODE_CANCELLED);
	kube_review_end(r);
}

static void
give_up(void *data)
{
	struct kube_review *r = data;

	r->timer = NULL;
	r->why = r->waits;
	if (r->why.kind == ERROR_NONE)
		error_set_code(&r->why, CODE_CLUSTER_REVIEW_LATE, .seconds = REVIEW_MAX_MS / 1000);
	kube_review_end(r);
}

/* A deployment would wait for a cluster that cannot be reached; a person would not.  From the loop,
 * since what waits is in the middle of it. */
static void
kube_review_wait(void *data, const struct error *why)
{
	struct kube_review *r = data;

	r->waits = *why;
	if (why->kind != ERROR_UNREACHABLE)
		return;
	loop_remove_timer(r->timer);
	r->timer = loop_add_timer(r->driver->base.loop, 0, give_up, r);
}

void
kube_review_batch(struct kube_review *r,
	    void (*answered)(void *data, size_t index, const struct kube_reply *reply),
	    void (*ended)(void *data))
{
	kube_batch_free(r->batch);
	r->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = r->driver->cluster,
		.answered = answered,
		.waits = kube_review_wait,
		.ended = ended,
		.data = r,
	});
}

static void
finish(void *data)
{
	kube_review_end(data);
}

/* --- READ --- */

static void
take_inventory(void *data, json_t *objects, const struct error *err)
{
	struct kube_review *r = data;

	if (err)
		r->why = *err;
	r->before = json_incref(objects);
	kube_inventory_free(r->inventory);
	r->inventory = NULL;
	if (err)
		kube_review_end(r);
	else
		kube_review_try(r);
}

static void
read_inventory(struct kube_review *r)
{
	r->inventory = kube_inventory_read(&(struct kube_inventory_options){
		.cluster = r->driver->cluster,
		.namespace = r->space.namespace,
		.others = kube_space_has_others(&r->space),
		.ended = take_inventory,
		.waits = kube_review_wait,
		.data = r,
	});
}

/* --- ASK --- */

static void
find_missing_right(struct kube_review *r, const char *right)
{
	struct error why;

	error_set_code(&why, CODE_CLUSTER_RIGHTS_MISSING, .namespace = r->space.namespace,
		       .words = right);
	kube_review_find(r, DEPLOY_REFUSED, NULL, "forbidden", &why);
}

/* The first is the namespace itself, where it can be tried; 409: somebody made it just now. */
static void
take_answer(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	bool is_namespace = index == 0 && !r->is_ending;
	const struct review_item item = {
		.path = kube_path("v1", "Namespace", NULL, r->space.namespace)};
	char *missing = is_namespace ? NULL : kube_rights_missing(reply);

	if (is_namespace && reply->status != 409)
		kube_review_take(r, &item, reply);
	else if (!is_namespace && reply->err.kind != ERROR_NONE &&
		 !kube_review_is_unasked(r, reply))
		kube_review_find_refusal(r, &item, reply);
	if (missing)
		find_missing_right(r, missing);
	free(missing);
	free(item.path);
}

/* One that is being deleted is waited for, and then made. */
static void
ask_new(void *data)
{
	struct kube_review *r = data;
	json_t *object = kube_namespace_object(&r->space);

	kube_review_batch(r, take_answer, finish);
	if (!r->is_ending)
		kube_batch_add(r->batch, KUBE_CREATE, kube_path("v1", "Namespace", NULL, NULL),
			       object, true);
	kube_rights_ask(r->batch, r->space.namespace);
	kube_batch_start(r->batch);
	json_decref(object);
}

/* --- LOOK --- */

static void
find_ending(struct kube_review *r, const json_t *object)
{
	char *hangs = kube_namespace_hangs(object);
	struct error why;

	error_set_code(&why, CODE_NAMESPACE_IS_ENDING, .namespace = r->space.namespace,
		       .reason = *hangs ? hangs : "Terminating");
	kube_review_find(r, DEPLOY_WARNING, NULL, "namespace", &why);
	free(hangs);
}

static void
take_namespace(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	struct error why;

	(void)index;
	if (reply->status == 404) {
		r->is_new = true;
	} else if (reply->status == 403) {
		r->is_foreign = true;
		kube_review_find(r, DEPLOY_REFUSED, NULL, "forbidden", &reply->err);
	} else if (reply->err.kind != ERROR_NONE) {
		r->why = reply->err;
	} else if (kube_namespace_is_ending(reply->body)) {
		r->is_new = r->is_ending = true;
		find_ending(r, reply->body);
	} else if (!kube_namespace_is_ours(&r->space, reply->body, &why)) {
		r->is_foreign = true;
		kube_review_find(r, DEPLOY_REFUSED, NULL, "namespace", &why);
	}
}

static void
look_at_kinds(void *data)
{
	struct kube_review *r = data;

	if (r->space.has_manifests)
		kube_review_kinds(r, ask_new);
	else
		ask_new(r);
}

static void
end_look(void *data)
{
	struct kube_review *r = data;

	if (r->why.kind != ERROR_NONE || r->is_foreign)
		kube_review_end(r);
	else if (r->is_new && r->space.origin)
		kube_review_room(r, look_at_kinds);
	else if (r->is_new)
		ask_new(r);
	else
		read_inventory(r);
}

static void
look(struct kube_review *r)
{
	kube_review_batch(r, take_namespace, end_look);
	kube_batch_add(r->batch, KUBE_GET, kube_path("v1", "Namespace", NULL, r->space.namespace),
		       NULL, false);
	kube_batch_start(r->batch);
}

/* --- FACTS --- */

static void
begin(struct kube_review *r)
{
	kube_review_declare(r);
	look(r);
}

static void
take_facts(void *data, const struct error *err)
{
	struct kube_review *r = data;
	const json_t *words;
	struct error why;
	size_t i;

	json_array_foreach(kube_facts_refused(r->facts), i, words) {
		error_set_code(&why, CODE_CLUSTER_SAYS, .reason = json_string_value(words));
		kube_review_find(r, DEPLOY_WARNING, NULL, "forbidden", &why);
	}
	if (!err) {
		begin(r);
		return;
	}
	r->why = *err;
	kube_review_end(r);
}

static void
read_facts(struct kube_review *r)
{
	r->facts = kube_facts_read(&(struct kube_facts_options){
		.cluster = r->driver->cluster,
		.space = &r->space,
		.deployment = &r->kept,
		.ended = take_facts,
		.waits = kube_review_wait,
		.data = r,
	});
}

/* --- beginning --- */

struct driver_task *
kube_review(struct kube_driver *driver, const char *space, const struct driver_review *review,
	    const struct driver_waiter *waiter)
{
	const struct driver_home *home = review->home;
	struct kube_review *r = xcalloc(1, sizeof(*r));

	r->driver = driver;
	r->next = driver->reviews;
	driver->reviews = r;
	r->space = (struct kube_space){
		.driver = driver,
		.name = xstrdup(space),
		.namespace = home->namespace && *home->namespace ? xstrdup(home->namespace)
								 : kube_namespace_name(space),
		.labels = home->labels ? json_deep_copy(home->labels) : NULL,
		.is_adopted = home->is_adopted,
		.is_first = home->is_first,
		.origin = xstrdup_or_null(home->origin),
		.made = xstrdup_or_null(home->made),
		.secrets = json_object(),
	};
	r->held = json_object();
	r->findings = json_array();
	driver_deployment_keep(review->deployment, &r->kept);
	r->deploy_id = xstrdup_or_null(review->deployment->id);
	r->kept.id = r->deploy_id;
	r->task = driver_task_new(&driver->base, waiter, cancel_review, r);
	r->timer = loop_add_timer(driver->base.loop, REVIEW_MAX_MS, give_up, r);
	if (home->is_adopted) {
		kube_review_adopted(r);
		return r->task;
	}
	kube_review_declare_resources(r, review);
	if (kube_facts_are_needed(&r->kept))
		read_facts(r);
	else
		begin(r);
	return r->task;
}
