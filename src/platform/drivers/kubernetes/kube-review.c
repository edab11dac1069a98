/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the cluster itself says of a deployment, before it is one:
 *
 *	LOOK --ours--> READ what there is --> TRY each object and a pod of each (dryRun) --> done
 *	  \--none---> TRY the namespace (dryRun), and ASK for each right --> done
 *
 * Of a namespace that is not there no object can be tried: that is done when it is made.  Nothing
 * is written, no space is opened and none is busy for it, so a deployment may begin meanwhile.  It
 * is a question that a person waits for: where nobody answers it ends at once, and it is late after
 * REVIEW_MAX_MS.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/drivers/findings.h"
#include "platform/drivers/kubernetes/cluster.h"
#include "platform/drivers/kubernetes/kinds.h"
#include "platform/drivers/kubernetes/kube-batch.h"
#include "platform/drivers/kubernetes/kube-changes.h"
#include "platform/drivers/kubernetes/kube-inventory.h"
#include "platform/drivers/kubernetes/kube-private.h"
#include "platform/drivers/kubernetes/kube-refusal.h"
#include "platform/drivers/kubernetes/kube-rights.h"
#include "platform/drivers/kubernetes/kube-space.h"
#include "platform/drivers/kubernetes/names.h"
#include "platform/drivers/kubernetes/object-read.h"
#include "platform/drivers/kubernetes/objects.h"
#include "platform/drivers/task.h"

#define REVIEW_MAX_MS 8000	/* a client waits 10 s for a byte */

/* One object that would be applied. */
struct review_item {
	json_t *object;
	char *path;
	char *module;			/* NULL: it is a resource's */
};

struct kube_review {
	struct kube_driver *driver;
	struct kube_review *next;
	struct driver_task *task;
	struct kube_space space;	/* of its own, in no list: what it is called, and secrets */
	struct review_item *items;
	size_t count;
	size_t *makers;			/* of items: whose pods are tried as well */
	size_t maker_count;
	json_t *held;			/* {module: true}: what is theirs stays */
	struct kube_batch *batch;
	struct kube_inventory *inventory;
	struct loop_timer *timer;	/* until it is late */
	json_t *before;			/* {path: object}; NULL: not read */
	json_t *findings;
	bool is_new, is_ending, is_foreign;
	struct error why;		/* not all could be asked; kind ERROR_NONE: it could */
	struct error waits;		/* why an answer was late, whether or not it came then */
};

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
	loop_remove_timer(r->timer);
	for (size_t i = 0; i < r->count; i++) {
		json_decref(r->items[i].object);
		free(r->items[i].path);
		free(r->items[i].module);
	}
	free(r->items);
	free(r->makers);
	json_decref(r->held);
	json_decref(r->before);
	json_decref(r->findings);
	json_decref(r->space.labels);
	json_decref(r->space.secrets);
	free(r->space.namespace);
	free(r->space.origin);
	free(r->space.name);
	free(r);
}

void
kube_drop_reviews(struct kube_driver *driver)
{
	while (driver->reviews)
		free_review(driver->reviews);
}

static void
end_review(struct kube_review *r)
{
	json_t *outputs = json_pack("{s:b, s:O}", "is_new", r->is_new, "findings", r->findings);

	driver_task_end(r->task, r->why.kind != ERROR_NONE ? &r->why : NULL, outputs, NULL);
	free_review(r);
}

static void
cancel_review(void *data)
{
	struct kube_review *r = data;

	error_set_code(&r->why, CODE_CANCELLED);
	end_review(r);
}

static void
give_up(void *data)
{
	struct kube_review *r = data;

	r->timer = NULL;
	r->why = r->waits;
	if (r->why.kind == ERROR_NONE)
		error_set_code(&r->why, CODE_CLUSTER_REVIEW_LATE, .seconds = REVIEW_MAX_MS / 1000);
	end_review(r);
}

/* A deployment would wait for a cluster that cannot be reached; a person would not.  From the loop,
 * since what waits is in the middle of it. */
static void
note_wait(void *data, const struct error *why)
{
	struct kube_review *r = data;

	r->waits = *why;
	if (why->kind != ERROR_UNREACHABLE)
		return;
	loop_remove_timer(r->timer);
	r->timer = loop_add_timer(r->driver->base.loop, 0, give_up, r);
}

static void
start_batch(struct kube_review *r,
	    void (*answered)(void *data, size_t index, const struct kube_reply *reply),
	    void (*ended)(void *data))
{
	kube_batch_free(r->batch);
	r->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = r->driver->cluster,
		.answered = answered,
		.waits = note_wait,
		.ended = ended,
		.data = r,
	});
}

static void
finish(void *data)
{
	end_review(data);
}

/* --- findings --- */

static void
find(struct kube_review *r, enum deploy_finding_kind kind, const struct review_item *item,
     const char *code, const struct error *why)
{
	struct kube_subject subject;
	struct finding_subject about = {0};

	if (item) {
		kube_subject_read(item->path, &subject);
		about = (struct finding_subject){item->module, subject.object};
	}
	findings_add(r->findings, kind, &about, code, why);
}

/* In the cluster's words, which may repeat what it was given. */
static char *
words_of(const struct kube_review *r, const struct review_item *item, const char *text)
{
	return kube_space_redact(&r->space, item->module ? item->module : "", text);
}

static void
find_warning(struct kube_review *r, const struct review_item *item, const char *words)
{
	char *reason = words_of(r, item, words);
	struct kube_subject subject;
	struct error why;

	kube_subject_read(item->path, &subject);
	error_set_code(&why, CODE_CLUSTER_WARNS, .object = subject.object, .reason = reason);
	find(r, DEPLOY_WARNING, item, "warning", &why);
	free(reason);
}

static void
find_untried(struct kube_review *r, const struct review_item *item, const struct kube_reply *reply)
{
	char *reason = words_of(r, item, reply->err.text);
	struct kube_subject subject;
	struct error why;

	kube_subject_read(item->path, &subject);
	error_set_code(&why, CODE_CLUSTER_DRY_RUN_REFUSED, .object = subject.object,
		       .reason = reason);
	find(r, DEPLOY_WARNING, item, "no-dry-run", &why);
	free(reason);
}

static void
find_refusal(struct kube_review *r, const struct review_item *item, const struct kube_reply *reply)
{
	struct error why = reply->err;
	char *text = words_of(r, item, why.text);

	if (strcmp(text, why.text) != 0)
		error_set_code(&why, CODE_CLUSTER_SAYS, .reason = text);
	free(text);
	find(r, DEPLOY_REFUSED, item, kube_refusal_code(reply), &why);
}

/* No answer to what was asked: nobody can tell then what the cluster would do. */
static bool
is_unasked(struct kube_review *r, const struct kube_reply *reply)
{
	if (reply->err.kind == ERROR_NONE)
		return false;
	if (!kube_reply_is_absent(reply) && reply->status != 0 && reply->status != 401)
		return false;
	r->why = reply->err;
	kube_batch_stop(r->batch);
	return true;
}

static void
take_reply(struct kube_review *r, const struct review_item *item, const struct kube_reply *reply)
{
	json_t *warning;
	size_t i;

	json_array_foreach(reply->warnings, i, warning)
		find_warning(r, item, json_string_value(warning));
	if (is_unasked(r, reply) || reply->err.kind == ERROR_NONE)
		return;
	if (kube_refuses_dry_runs(reply))
		find_untried(r, item, reply);
	else
		find_refusal(r, item, reply);
}

/* --- what there is --- */

static bool
runs(const json_t *maker)
{
	return kube_read_count(json_object_get(maker, "spec"), "replicas", 1) > 0;
}

/* What makes pods that stay. */
static bool
is_maker(const json_t *object)
{
	return kube_read_is(object, "kind", "Deployment") ||
	       kube_read_is(object, "kind", "StatefulSet") ||
	       kube_read_is(object, "kind", "DaemonSet");
}

/* The answer has all that the cluster adds, as what is there has: pods are made again when their
 * template is another. */
static void
find_restart(struct kube_review *r, const struct review_item *item, const json_t *after)
{
	const json_t *before = json_object_get(r->before, item->path);
	struct error why;

	if (!is_maker(after) || !before || !runs(before) || !runs(after))
		return;
	if (json_equal(json_object_get(json_object_get(before, "spec"), "template"),
		       json_object_get(json_object_get(after, "spec"), "template")))
		return;
	error_set_code(&why, CODE_CLUSTER_RESTARTS, .workload = item->module);
	find(r, DEPLOY_RESTART, item, "restart", &why);
}

static bool
is_declared(const struct kube_review *r, const char *path)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->items[i].path, path) == 0)
			return true;
	return false;
}

/* What somebody's policy makes of it: then it is not what was reviewed that will run. */
static void
find_changes(struct kube_review *r, const struct review_item *item, const json_t *taken)
{
	json_t *list = kube_changes(item->object, taken, json_object_get(r->before, item->path));
	struct kube_subject subject;
	struct error why;
	json_t *change;
	size_t i;

	kube_subject_read(item->path, &subject);
	json_array_foreach(list, i, change) {
		const char *path = json_string_value(json_array_get(change, 0));
		char *words = words_of(r, item, json_string_value(json_array_get(change, 1)));

		if (*words)
			error_set_code(&why, CODE_CLUSTER_CHANGES, .object = subject.object,
				       .path = path, .words = words);
		else
			error_set_code(&why, CODE_CLUSTER_CHANGES_AWAY, .object = subject.object,
				       .path = path);
		find(r, DEPLOY_WARNING, item, "changed", &why);
		free(words);
	}
	json_decref(list);
}

/* As kube_rollout_prune() would. */
static void
find_removals(struct kube_review *r)
{
	const char *path, *module;
	struct kube_subject subject;
	struct error why;
	json_t *object;

	json_object_foreach(r->before, path, object) {
		module = kube_read_note(object, KUBE_NOTE_MODULE);
		if (!*module || json_object_get(r->held, module) || is_declared(r, path) ||
		    kube_inventory_is_data(object))
			continue;
		kube_subject_read(path, &subject);
		error_set_code(&why, CODE_CLUSTER_REMOVES, .object = subject.object);
		findings_add(r->findings, DEPLOY_REMOVAL,
			     &(struct finding_subject){module, subject.object}, "removal", &why);
	}
}

/* --- pods --- */

/* One, as the item would make them; NULL: it makes none.  It needs an account, which is there only
 * where the item was there before: an account that is tried is not made. */
static json_t *
pod_of(const struct kube_review *r, const struct review_item *item)
{
	const json_t *spec = json_object_get(item->object, "spec");
	const json_t *template = json_object_get(spec, "template");
	char *name;
	json_t *pod;

	if (!is_maker(item->object) || !json_object_get(r->before, item->path))
		return NULL;
	name = xasprintf("%s-", kube_read_name(item->object));
	pod = json_pack("{s:s, s:s, s:O, s:O}", "apiVersion", "v1", "kind", "Pod", "metadata",
			json_object_get(template, "metadata"), "spec",
			json_object_get(template, "spec"));
	json_object_set_new(pod, "metadata", json_copy(json_object_get(pod, "metadata")));
	json_object_set_new(json_object_get(pod, "metadata"), "generateName", json_string(name));
	free(name);
	return pod;
}

/* Where a rollout first ends an old one there may be room for the new one: a warning. */
static void
take_pod(struct kube_review *r, const struct review_item *item, const struct kube_reply *reply)
{
	struct error why = reply->err;
	char *reason;

	if (is_unasked(r, reply) || reply->err.kind == ERROR_NONE)
		return;
	if (reply->err.parts[0].code != CODE_CLUSTER_FORBIDDEN) {
		reason = words_of(r, item, reply->err.text);
		error_set_code(&why, CODE_CLUSTER_POD_REFUSED, .workload = item->module,
			       .reason = reason);
		free(reason);
	}
	find(r, DEPLOY_WARNING, item, kube_refusal_code(reply), &why);
}

/* What makes pods makes none when it is tried, so a quota would say nothing of them. */
static void
try_pods(struct kube_review *r)
{
	r->makers = xcalloc(r->count + 1, sizeof(*r->makers));
	for (size_t i = 0; i < r->count; i++) {
		json_t *pod = pod_of(r, &r->items[i]);

		if (!pod)
			continue;
		r->makers[r->maker_count++] = i;
		kube_batch_add(r->batch, KUBE_CREATE,
			       kube_path("v1", "Pod", r->space.namespace, NULL), pod, true);
		json_decref(pod);
	}
}

/* --- TRY --- */

static void
take_try(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	const struct review_item *item = index < r->count ? &r->items[index]
							  : &r->items[r->makers[index - r->count]];

	if (index >= r->count) {
		take_pod(r, item, reply);
		return;
	}

	take_reply(r, item, reply);
	if (reply->err.kind != ERROR_NONE)
		return;
	find_changes(r, item, reply->body);
	if (item->module)
		find_restart(r, item, reply->body);
}

static void
end_try(void *data)
{
	struct kube_review *r = data;

	if (r->why.kind == ERROR_NONE)
		find_removals(r);
	end_review(r);
}

static void
try_all(struct kube_review *r)
{
	start_batch(r, take_try, end_try);
	for (size_t i = 0; i < r->count; i++)
		kube_batch_add(r->batch, KUBE_APPLY, xstrdup(r->items[i].path),
			       r->items[i].object, true);
	try_pods(r);
	kube_batch_start(r->batch);
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
		end_review(r);
	else
		try_all(r);
}

static void
read_inventory(struct kube_review *r)
{
	r->inventory = kube_inventory_read(&(struct kube_inventory_options){
		.cluster = r->driver->cluster,
		.namespace = r->space.namespace,
		.others = kube_space_has_others(&r->space),
		.ended = take_inventory,
		.waits = note_wait,
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
	find(r, DEPLOY_REFUSED, NULL, "forbidden", &why);
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
		take_reply(r, &item, reply);
	else if (!is_namespace && reply->err.kind != ERROR_NONE && !is_unasked(r, reply))
		find_refusal(r, &item, reply);
	if (missing)
		find_missing_right(r, missing);
	free(missing);
	free(item.path);
}

/* One that is being deleted is waited for, and then made. */
static void
ask_new(struct kube_review *r)
{
	json_t *object = kube_namespace_object(&r->space);

	start_batch(r, take_answer, finish);
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
	find(r, DEPLOY_WARNING, NULL, "namespace", &why);
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
		find(r, DEPLOY_REFUSED, NULL, "forbidden", &reply->err);
	} else if (reply->err.kind != ERROR_NONE) {
		r->why = reply->err;
	} else if (kube_namespace_is_ending(reply->body)) {
		r->is_new = r->is_ending = true;
		find_ending(r, reply->body);
	} else if (!kube_namespace_is_ours(&r->space, reply->body, &why)) {
		r->is_foreign = true;
		find(r, DEPLOY_REFUSED, NULL, "namespace", &why);
	}
}

static void
end_look(void *data)
{
	struct kube_review *r = data;

	if (r->why.kind != ERROR_NONE || r->is_foreign)
		end_review(r);
	else if (r->is_new)
		ask_new(r);
	else
		read_inventory(r);
}

static void
look(struct kube_review *r)
{
	start_batch(r, take_namespace, end_look);
	kube_batch_add(r->batch, KUBE_GET, kube_path("v1", "Namespace", NULL, r->space.namespace),
		       NULL, false);
	kube_batch_start(r->batch);
}

/* --- what would be applied --- */

static void
find_twice(struct kube_review *r, const char *module)
{
	struct error why;

	error_set_code(&why, CODE_WORKLOAD_TWICE, .workload = module);
	findings_add(r->findings, DEPLOY_REFUSED, &(struct finding_subject){module, NULL},
		     "cannot-start", &why);
}

/* module NULL: a resource's. */
static void
add_item(struct kube_review *r, const json_t *object, const char *module)
{
	char *path = kube_path(json_member_string(object, "apiVersion"),
			       json_member_string(object, "kind"), r->space.namespace,
			       kube_read_name(object));

	if (!path || is_declared(r, path)) {
		find_twice(r, module ? module : kube_read_name(object));
		free(path);
		return;
	}
	r->items = xreallocarray(r->items, r->count + 1, sizeof(*r->items));
	r->items[r->count++] = (struct review_item){
		json_incref((json_t *)(uintptr_t)object), path, xstrdup_or_null(module)};
}

/* By themselves, so that a fault is known to be this workload's. */
static void
add_workload(struct kube_review *r, const struct driver_deployment *deployment, size_t i)
{
	const struct driver_deployment one = {
		.id = deployment->id,
		.workloads = &deployment->workloads[i],
		.count = 1,
	};
	const struct kube_objects_options options = {
		.namespace = r->space.namespace,
		.others = kube_space_has_others(&r->space),
		.space = r->space.name,
		.name_key = r->driver->name_key,
		.is_privileged = strcmp(kube_space_pod_security(&r->space), KUBE_PRIVILEGED) == 0,
	};
	const char *module = one.workloads->module;
	struct kube_objects objects;
	struct error why = {0};

	if (kube_is_manifests(one.workloads->profile))
		r->space.has_manifests = true;
	json_object_set_new(r->space.secrets, module,
			    one.workloads->secrets ? json_deep_copy(one.workloads->secrets)
						   : json_array());
	if (one.workloads->is_held) {
		json_object_set_new(r->held, module, json_true());
		return;
	}
	if (kube_objects_make(&options, &one, &objects, &why) != 0) {
		findings_add(r->findings, DEPLOY_REFUSED, &(struct finding_subject){module, NULL},
			     "cannot-start", &why);
		return;
	}
	for (size_t k = 0; k < objects.count; k++)
		add_item(r, objects.items[k].object, module);
	for (size_t k = 0; k < objects.note_count; k++)
		findings_add(r->findings, DEPLOY_ADJUSTED, &(struct finding_subject){module, NULL},
			     objects.notes[k].code, &objects.notes[k].said);
	kube_objects_clear(&objects);
}

static void
add_all(struct kube_review *r, const struct driver_review *review)
{
	for (size_t i = 0; i < review->deployment->count; i++)
		add_workload(r, review->deployment, i);
	for (size_t i = 0; i < review->resource_count; i++) {
		json_t *object = kube_resource_object(&r->space, &review->resources[i]);

		if (object)
			add_item(r, object, NULL);
		json_decref(object);
	}
}

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
		.origin = xstrdup_or_null(home->origin),
		.secrets = json_object(),
	};
	r->held = json_object();
	r->findings = json_array();
	r->task = driver_task_new(&driver->base, waiter, cancel_review, r);
	r->timer = loop_add_timer(driver->base.loop, REVIEW_MAX_MS, give_up, r);
	add_all(r, review);
	look(r);
	return r->task;
}
