/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a review tries of an environment that is there: each object, and a pod of each that makes
 * some; and what would become of what is there.
 */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-review-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/findings.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kinds.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/review/kube-changes.h"
#include "platform/drivers/kubernetes/space/kube-inventory.h"
#include "platform/drivers/kubernetes/space/kube-refusal.h"

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
	kube_review_find(r, DEPLOY_RESTART, item, "restart", &why);
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
		char *words = kube_review_words(r, item,
						json_string_value(json_array_get(change, 1)));

		if (*words)
			error_set_code(&why, CODE_CLUSTER_CHANGES, .object = subject.object,
				       .path = path, .words = words);
		else
			error_set_code(&why, CODE_CLUSTER_CHANGES_AWAY, .object = subject.object,
				       .path = path);
		kube_review_find(r, DEPLOY_WARNING, item, "changed", &why);
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
		if (!*module || json_object_get(r->held, module) || kube_review_declares(r, path) ||
		    kube_inventory_is_data(object))
			continue;
		kube_subject_read(path, &subject);
		error_set_code(&why, CODE_CLUSTER_REMOVES, .object = subject.object);
		findings_add(r->findings, DEPLOY_REMOVAL,
			     &(struct finding_subject){module, subject.object}, "removal", &why);
	}
}

/* --- pods --- */

static bool
has_template(const json_t *templates, const char *name)
{
	const json_t *template;
	size_t i;

	json_array_foreach(templates, i, template)
		if (strcmp(kube_read_name(template), name) == 0)
			return true;
	return false;
}

/* A StatefulSet gives each of its pods claims, of which its template says nothing, and which take
 * the place of volumes that are called so. */
static json_t *
with_claims(const json_t *set, json_t *pod_spec)
{
	json_t *templates = json_object_get(json_object_get(set, "spec"), "volumeClaimTemplates");
	json_t *spec = json_copy(pod_spec), *volumes, *volume, *template;
	size_t i;

	if (json_array_size(templates) == 0)
		return spec;
	volumes = json_array();
	json_array_foreach(json_object_get(spec, "volumes"), i, volume)
		if (!has_template(templates, kube_read_text(volume, "name")))
			json_array_append(volumes, volume);
	json_array_foreach(templates, i, template) {
		const char *name = kube_read_name(template);
		char *claim = xasprintf("%s-%s-0", name, kube_read_name(set));

		json_array_append_new(volumes, json_pack("{s:s, s:{s:s}}", "name", name,
							 "persistentVolumeClaim", "claimName",
							 claim));
		free(claim);
	}
	json_object_set_new(spec, "volumes", volumes);
	return spec;
}

/* One, as the item would make them; NULL: it makes none.  It needs an account, which is there only
 * where the item was there before: an account that is tried is not made. */
static json_t *
pod_of(const struct kube_review *r, const struct review_item *item)
{
	const json_t *spec = json_object_get(item->object, "spec");
	const json_t *template = json_object_get(spec, "template");
	char *name;
	json_t *pod;

	if (!is_maker(item->object) || !json_object_get(r->before, item->path) ||
	    item->verb == KUBE_DELETE)
		return NULL;
	name = xasprintf("%s-", kube_read_name(item->object));
	pod = json_pack("{s:s, s:s, s:O, s:o}", "apiVersion", "v1", "kind", "Pod", "metadata",
			json_object_get(template, "metadata"), "spec",
			with_claims(item->object, json_object_get(template, "spec")));
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

	if (kube_review_is_unasked(r, reply) || reply->err.kind == ERROR_NONE)
		return;
	if (reply->err.parts[0].code != CODE_CLUSTER_FORBIDDEN) {
		reason = kube_review_words(r, item, reply->err.text);
		error_set_code(&why, CODE_CLUSTER_POD_REFUSED, .workload = item->module,
			       .reason = reason);
		free(reason);
	}
	kube_review_find(r, DEPLOY_WARNING, item, kube_refusal_code(reply), &why);
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

/* --- trying --- */

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

	kube_review_take(r, item, reply);
	if (reply->err.kind != ERROR_NONE || item->verb == KUBE_DELETE)
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
	kube_review_end(r);
}

static void
try_item(struct kube_review *r, const struct review_item *item)
{
	char *path = xstrdup(item->path);

	if (item->change && item->verb == KUBE_CREATE)
		*strrchr(path, '/') = '\0';
	kube_batch_add(r->batch, item->change ? item->verb : KUBE_APPLY, path,
		       item->change ? item->body : item->object, true);
}

void
kube_review_try(struct kube_review *r)
{
	kube_review_batch(r, take_try, end_try);
	for (size_t i = 0; i < r->count; i++)
		try_item(r, &r->items[i]);
	try_pods(r);
	kube_batch_start(r->batch);
}
