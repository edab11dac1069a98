/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A paused environment: nothing runs, and the rest stays, so that a Service keeps its address and
 * whoever forwards a port to it need not look for another one.  Deployments have no replicas,
 * CronJobs and Jobs that have not ended are suspended.
 *
 * Where somebody else owns the number of replicas it is not taken from them: that Deployment goes,
 * and is made again when the environment goes on.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/adopted/kube-owned.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"

static const json_t *
spec_of(const json_t *object)
{
	return json_object_get(object, "spec");
}

static bool
has_replicas(const json_t *object)
{
	const json_t *replicas = json_object_get(spec_of(object), "replicas");

	return !json_is_integer(replicas) || json_integer_value(replicas) != 0;
}

static bool
goes_on(const json_t *object)
{
	return !json_is_true(json_object_get(spec_of(object), "suspend"));
}

/* A condition Complete or Failed is never taken back. */
static bool
has_not_ended(const json_t *object)
{
	const json_t *conditions = json_object_get(json_object_get(object, "status"), "conditions");
	json_t *condition;
	size_t i;

	json_array_foreach(conditions, i, condition) {
		const char *type = json_member_string(condition, "type"),
			   *status = json_member_string(condition, "status");

		if (type && status && strcmp(status, "True") == 0 &&
		    (strcmp(type, "Complete") == 0 || strcmp(type, "Failed") == 0))
			return false;
	}
	return goes_on(object);
}

static json_t *
no_replicas(void)
{
	return json_integer(0);
}

static json_t *
suspended(void)
{
	return json_true();
}

/* What of it runs, and what is said so that nothing does. */
static const struct paused_kind {
	const char *kind;
	bool (*runs)(const json_t *object);
	const char *member;		/* of the spec */
	json_t *(*value)(void);
} paused_kinds[] = {
	{"Deployment", has_replicas, "replicas", no_replicas},
	{"StatefulSet", has_replicas, "replicas", no_replicas},
	{"CronJob", goes_on, "suspend", suspended},
	{"Job", has_not_ended, "suspend", suspended},
};

/* NULL: nothing of it runs, or it is not ours. */
static const struct paused_kind *
find_kind(const json_t *object)
{
	const char *kind = json_member_string(object, "kind");

	if (!kube_rollout_module_of(object))
		return NULL;
	for (size_t i = 0; kind && i < sizeof(paused_kinds) / sizeof(paused_kinds[0]); i++)
		if (strcmp(paused_kinds[i].kind, kind) == 0)
			return paused_kinds[i].runs(object) ? &paused_kinds[i] : NULL;
	return NULL;
}

static void
blame(struct kube_rollout *r, size_t index, const struct kube_reply *reply)
{
	const json_t *object = json_object_get(r->before, r->whose[index]);

	kube_rollout_blame(r, kube_rollout_module_of(object), "cannot-pause", &reply->err, NULL);
}

static void
take_deleted(void *data, size_t index, const struct kube_reply *reply)
{
	if (reply->err.kind != ERROR_NONE && reply->status != 404 && reply->status != 409)
		blame(data, index, reply);
}

static void
end_pause(void *data)
{
	struct kube_rollout *r = data;

	json_decref(r->contested);
	r->contested = NULL;
	kube_rollout_go_on(r);
}

static void
delete_contested(void *data)
{
	struct kube_rollout *r = data;
	struct kube_batch *batch = kube_rollout_batch(r, json_array_size(r->contested),
						      take_deleted, end_pause);
	json_t *path;
	size_t i;

	json_array_foreach(r->contested, i, path) {
		const char *text = json_string_value(path);

		r->whose[i] = text;
		kube_batch_add(batch, KUBE_DELETE, xstrdup(text), json_object_get(r->before, text),
			       false);
	}
	kube_batch_start(batch);
}

static void
take_paused(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;

	if (reply->status == 409)
		json_array_append_new(r->contested, json_string(r->whose[index]));
	else if (reply->err.kind != ERROR_NONE && reply->status != 404)
		blame(r, index, reply);
}

void
kube_rollout_pause(struct kube_rollout *r, void (*ended)(struct kube_rollout *rollout))
{
	struct kube_batch *batch = kube_rollout_batch(r, json_object_size(r->before), take_paused,
						      delete_contested);
	size_t count = 0;
	const char *path;
	json_t *object;

	r->then = ended;
	r->contested = json_array();
	json_object_foreach(r->before, path, object) {
		const struct paused_kind *kind = find_kind(object);
		json_t *owned = kind ? kube_owned(object, KUBE_MANAGER) : NULL;

		if (!owned)
			continue;
		r->whose[count++] = path;
		json_object_set_new(json_object_get(owned, "spec"), kind->member, kind->value());
		kube_batch_add(batch, KUBE_APPLY, xstrdup(path), owned, false);
		json_decref(owned);
	}
	kube_batch_start(batch);
}
