/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All are read, then all are written: nothing is when one that is needed is missing.  A copy is an
 * object of its own, with type and data and none of the origin's metadata; the bytes go from one
 * answer to the next request and are freed there (json_wipe_what_is_freed()).  A refusal is told
 * without the cluster's words, which may hold what was sent.
 */
#include "config.h"

#include "platform/drivers/kubernetes/rollout/kube-secrets.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-refusal.h"
#include "platform/drivers/task.h"

/* One that is to be there; what two workloads need is copied once. */
struct kube_secret_copy {
	const struct kube_secret *secret;
	json_t *object;			/* what is written; NULL: not known yet, or nothing is */
};

/* --- which --- */

static bool
is_added(const struct kube_rollout *r, const char *name)
{
	for (size_t i = 0; i < r->copy_count; i++)
		if (strcmp(r->copies[i].secret->name, name) == 0)
			return true;
	return false;
}

/* Those that somebody needs go before those that may be missing. */
static void
add_copies(struct kube_rollout *r, bool are_required)
{
	for (size_t i = 0; i < r->part_count; i++)
		for (size_t k = 0; k < r->parts[i].secret_count; k++) {
			const struct kube_secret *secret = &r->parts[i].secrets[k];

			if (secret->is_required != are_required || is_added(r, secret->name))
				continue;
			r->copies = xreallocarray(r->copies, r->copy_count + 1,
						  sizeof(*r->copies));
			r->copies[r->copy_count++] = (struct kube_secret_copy){.secret = secret};
		}
}

void
kube_secrets_forget(struct kube_rollout *r)
{
	for (size_t i = 0; i < r->copy_count; i++)
		json_decref(r->copies[i].object);
	free(r->copies);
	r->copies = NULL;
	r->copy_count = 0;
}

/* --- one --- */

static json_t *
object_of(const struct kube_rollout *r, const struct kube_secret *secret)
{
	return json_pack("{s:s, s:s, s:{s:s, s:s, s:{s:s, s:s}}}", "apiVersion", "v1", "kind",
			 "Secret", "metadata", "name", secret->name, "namespace",
			 r->space->namespace, "labels", KUBE_LABEL_MANAGED, KUBE_MANAGED_BY,
			 KUBE_LABEL_COPY, "secret");
}

/* What belongs to one release or to one account is no other's. */
static bool
is_generated(const char *type)
{
	static const char *const types[] = {"helm.sh/release.v1",
					    "kubernetes.io/service-account-token",
					    "bootstrap.kubernetes.io/token"};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

static void
blame(struct kube_rollout *r, const struct kube_secret *secret, const char *code,
      const struct error *why)
{
	struct error said = *why;

	error_prefix_code(&said, CODE_CLONE_SECRET_NOT_COPIED, .name = secret->name);
	kube_rollout_blame(r, secret->module, code, &said, NULL);
}

/* What is not there either, where these are the first copies: their pods wait for it here, too. */
static bool
may_be_missing(const struct kube_rollout *r, const struct kube_secret *secret)
{
	return !secret->is_required ||
	       (r->copy_of && strcmp(secret->source, secret->name) == 0);
}

/* Where it may be missing the pods run without it, as they did before it was there. */
static void
leave_out(struct kube_rollout *r, const struct kube_secret *secret, const struct error *why)
{
	struct error said = *why;
	char *object;

	if (secret->is_required) {
		blame(r, secret, "secret", why);
		return;
	}
	object = xasprintf("secrets/%s", secret->name);
	error_prefix_code(&said, CODE_CLONE_SECRET_NOT_COPIED, .name = secret->name);
	driver_task_warn_of(r->task, secret->module, object, &said);
	free(object);
}

static void
take_source(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	struct kube_secret_copy *copy = &r->copies[r->asked[index]];
	const char *type = kube_read_text(reply->body, "type");
	struct error why;

	if (reply->err.kind != ERROR_NONE) {
		if (reply->status != 404 || !may_be_missing(r, copy->secret))
			blame(r, copy->secret, kube_refusal_code(reply), &reply->err);
		return;
	}
	if (is_generated(type)) {
		error_set_code(&why, CODE_CLONE_SECRET_GENERATED, .type = type);
		leave_out(r, copy->secret, &why);
		return;
	}
	copy->object = object_of(r, copy->secret);
	if (*type)
		json_object_set_new(copy->object, "type", json_string(type));
	if (json_object_get(reply->body, "data"))
		json_object_set_new(copy->object, "data",
				    json_deep_copy(json_object_get(reply->body, "data")));
}

/* One that somebody else makes here is theirs, and is there.  Nothing that the cluster says of the
 * rest is repeated: it may have what it was given. */
static void
take_copied(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	const struct kube_secret_copy *copy = &r->copies[r->asked[index]];
	struct error why;

	if (reply->err.kind == ERROR_NONE || reply->status == 409)
		return;
	if (reply->status == 403 || kube_reply_is_absent(reply))
		why = reply->err;
	else
		error_set_code(&why, CODE_CLUSTER_REFUSED, .verb = "apply", .object = "secrets",
			       .reason = reply->reason);
	blame(r, copy->secret, kube_refusal_code(reply), &why);
}

/* --- all of them --- */

static void
finish(void *data)
{
	struct kube_rollout *r = data;

	kube_secrets_forget(r);
	kube_rollout_go_on(r);
}

static void
write_copies(void *data)
{
	struct kube_rollout *r = data;
	struct kube_batch *batch;
	size_t count = 0;

	if (r->cancelled || r->problems.count > 0) {
		finish(r);
		return;
	}
	batch = kube_rollout_batch(r, r->copy_count, take_copied, finish);
	for (size_t i = 0; i < r->copy_count; i++) {
		const json_t *object = r->copies[i].object;

		if (!object)
			continue;
		r->asked[count++] = i;
		kube_batch_add(batch, KUBE_APPLY,
			       kube_path("v1", "Secret", r->space->namespace,
					 kube_read_name(object)),
			       object, false);
	}
	kube_batch_start(batch);
}

void
kube_secrets_copy(struct kube_rollout *r, void (*ended)(struct kube_rollout *rollout))
{
	struct kube_batch *batch;
	size_t count = 0;

	kube_secrets_forget(r);
	add_copies(r, true);
	add_copies(r, false);
	if (r->copy_count == 0 || r->cancelled || r->problems.count > 0) {
		ended(r);
		return;
	}
	r->then = ended;
	batch = kube_rollout_batch(r, r->copy_count, take_source, write_copies);
	for (size_t i = 0; i < r->copy_count; i++) {
		struct kube_secret_copy *copy = &r->copies[i];

		if (copy->secret->source) {
			r->asked[count++] = i;
			kube_batch_add(batch, KUBE_GET,
				       kube_path("v1", "Secret", r->space->origin,
						 copy->secret->source),
				       NULL, false);
		} else {
			copy->object = object_of(r, copy->secret);
			json_object_set_new(copy->object, "stringData",
					    json_deep_copy(copy->secret->data));
		}
	}
	kube_batch_start(batch);
}
