/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether the Secrets that a clone needs can be copied, before anything of it is made.  Each is
 * asked for as it will be when it is copied, since the cluster may grant that for one name alone;
 * but only its metadata is, so a review reads nothing of what is in it.
 */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-review-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "platform/drivers/kubernetes/space/kube-refusal.h"

/* --- which --- */

static void
clear(struct kube_secret *secret)
{
	free(secret->name);
	free(secret->module);
	free(secret->source);
}

void
kube_review_forget_secrets(struct kube_review *r)
{
	for (size_t i = 0; i < r->secret_count; i++)
		clear(&r->secrets[i]);
	free(r->secrets);
	r->secrets = NULL;
	r->secret_count = 0;
}

static struct kube_secret *
find_noted(struct kube_review *r, const char *name)
{
	for (size_t i = 0; i < r->secret_count; i++)
		if (strcmp(r->secrets[i].name, name) == 0)
			return &r->secrets[i];
	return NULL;
}

/* As kube_secrets_copy() chooses among workloads that need the same: somebody who cannot do without
 * it goes first.  One that is made of data is noted as well, for it takes that name. */
static void
note(struct kube_review *r, const struct kube_secret *secret)
{
	struct kube_secret *noted = find_noted(r, secret->name);

	if (noted && (noted->is_required || !secret->is_required))
		return;
	if (noted) {
		clear(noted);
	} else {
		r->secrets = xreallocarray(r->secrets, r->secret_count + 1, sizeof(*r->secrets));
		noted = &r->secrets[r->secret_count++];
	}
	*noted = (struct kube_secret){
		.name = xstrdup(secret->name),
		.module = xstrdup(secret->module),
		.source = xstrdup_or_null(secret->source),
		.is_required = secret->is_required,
	};
}

void
kube_review_note_secrets(struct kube_review *r, const struct kube_objects *objects)
{
	for (size_t i = 0; i < objects->secret_count; i++)
		note(r, &objects->secrets[i]);
}

/* --- asking --- */

/* Of those with a source, as they were asked for. */
static const struct kube_secret *
find_asked(const struct kube_review *r, size_t index)
{
	size_t i = 0;

	while (!r->secrets[i].source || index-- > 0)
		i++;
	return &r->secrets[i];
}

static void
find_refused(struct kube_review *r, const struct kube_secret *secret,
	     const struct kube_reply *reply)
{
	const struct review_item item = {
		.path = kube_path("v1", "Secret", r->space.namespace, secret->name),
		.module = secret->module,
	};
	struct error why = reply->err;

	error_prefix_code(&why, CODE_CLONE_SECRET_NOT_COPIED, .name = secret->name);
	kube_review_find(r, DEPLOY_REFUSED, &item, kube_refusal_code(reply), &why);
	free(item.path);
}

static void
take_source(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	const struct kube_secret *secret = find_asked(r, index);

	if (reply->err.kind == ERROR_NONE || kube_review_is_unasked(r, reply))
		return;
	if (reply->status != 404 || !kube_secret_may_be_missing(secret, r->kept.copy_of != NULL))
		find_refused(r, secret, reply);
}

static void
finish(void *data)
{
	struct kube_review *r = data;

	r->then(r);
}

void
kube_review_secrets(struct kube_review *r, void (*then)(struct kube_review *review))
{
	r->then = then;
	kube_review_metadata_batch(r, take_source, finish);
	for (size_t i = 0; i < r->secret_count; i++)
		if (r->secrets[i].source)
			kube_batch_add(r->batch, KUBE_GET,
				       kube_path("v1", "Secret", r->space.origin,
						 r->secrets[i].source),
				       NULL, false);
	kube_batch_start(r->batch);
}
