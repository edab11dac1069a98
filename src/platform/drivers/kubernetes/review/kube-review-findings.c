/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the answers of a cluster say of a deployment before it is one. */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-review-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/error-codes.h"
#include "platform/drivers/findings.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kinds.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/space/kube-refusal.h"

void
kube_review_find(struct kube_review *r, enum deploy_finding_kind kind,
		 const struct review_item *item, const char *code, const struct error *why)
{
	struct kube_subject subject;
	struct finding_subject about = {0};

	if (item) {
		kube_subject_read(item->path, &subject);
		about = (struct finding_subject){item->module, subject.object};
	}
	findings_add(r->findings, kind, &about, code, why);
}

char *
kube_review_words(const struct kube_review *r, const struct review_item *item, const char *text)
{
	return kube_space_redact(&r->space, item->module ? item->module : "", text);
}

static void
find_warning(struct kube_review *r, const struct review_item *item, const char *words)
{
	char *reason = kube_review_words(r, item, words);
	struct kube_subject subject;
	struct error why;

	kube_subject_read(item->path, &subject);
	error_set_code(&why, CODE_CLUSTER_WARNS, .object = subject.object, .reason = reason);
	kube_review_find(r, DEPLOY_WARNING, item, "warning", &why);
	free(reason);
}

static void
find_untried(struct kube_review *r, const struct review_item *item, const struct kube_reply *reply)
{
	char *reason = kube_review_words(r, item, reply->err.text);
	struct kube_subject subject;
	struct error why;

	kube_subject_read(item->path, &subject);
	error_set_code(&why, CODE_CLUSTER_DRY_RUN_REFUSED, .object = subject.object,
		       .reason = reason);
	kube_review_find(r, DEPLOY_WARNING, item, "no-dry-run", &why);
	free(reason);
}

void
kube_review_find_refusal(struct kube_review *r, const struct review_item *item,
			 const struct kube_reply *reply)
{
	struct error why = reply->err;
	char *text = kube_review_words(r, item, why.text);

	if (strcmp(text, why.text) != 0)
		error_set_code(&why, CODE_CLUSTER_SAYS, .reason = text);
	free(text);
	kube_review_find(r, DEPLOY_REFUSED, item, kube_refusal_code(reply), &why);
}

bool
kube_review_is_unasked(struct kube_review *r, const struct kube_reply *reply)
{
	if (reply->err.kind == ERROR_NONE)
		return false;
	if (!kube_reply_is_absent(reply) && reply->status != 0 && reply->status != 401)
		return false;
	r->why = reply->err;
	kube_batch_stop(r->batch);
	return true;
}

/* Between our reading and the try somebody else has changed it. */
static bool
is_outdated(const struct review_item *item, const struct kube_reply *reply)
{
	return item->change && item->is_tried &&
	       kube_refusal_is_outdated(reply, item->verb != KUBE_CREATE);
}

static void
find_outdated(struct kube_review *r, const struct review_item *item)
{
	struct error why;

	error_set_code(&why, CODE_CLUSTER_KEEPS_CHANGING, .namespace = r->space.namespace);
	kube_review_find(r, DEPLOY_REFUSED, item, "moved", &why);
}

void
kube_review_take(struct kube_review *r, const struct review_item *item,
		 const struct kube_reply *reply)
{
	json_t *warning;
	size_t i;

	json_array_foreach(reply->warnings, i, warning)
		find_warning(r, item, json_string_value(warning));
	if (kube_review_is_unasked(r, reply) || reply->err.kind == ERROR_NONE)
		return;
	if (kube_refuses_dry_runs(reply))
		find_untried(r, item, reply);
	else if (is_outdated(item, reply))
		find_outdated(r, item);
	else
		kube_review_find_refusal(r, item, reply);
}
