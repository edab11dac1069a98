/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What has become of the items of a rollout, as their objects and pods say it (verdict.h):
 *
 *	ready			it is done
 *	failed			the deployment fails, and what was there before is brought back
 *	failed, and it is not the deployment's fault: a warning, and it stays as it is
 *
 * It is not where the same does not run where it was copied from, since that is what a clone of it
 * is for; nor, in such a clone, where it was not changed and did not run before, so that one
 * workload after the other can be fixed.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/task.h"

#define ORIGINAL_WAIT_MS 15000		/* until it is seen where it was copied from */
#define UNWELL_MS 60000			/* for what does not run there */

static int64_t
generation_of(const json_t *object)
{
	return kube_read_number(kube_read_metadata(object), "generation");
}

/* A sentence with its code where it has one.  What a container ended with is its own output. */
static void
reason_of(const struct kube_rollout *r, const char *module, const struct kube_verdict *verdict,
	  struct error *err)
{
	char *text = kube_space_redact(r->space, module, verdict->message ? verdict->message : ""),
	     *code = kube_space_redact(r->space, module, verdict->reason ? verdict->reason : "");
	json_t *reason = json_loads(code, 0, NULL);

	*err = (struct error){0};
	if (!reason || !error_codes_read(err, reason))
		error_set_code(err, CODE_CLUSTER_SAYS, .reason = text);
	json_decref(reason);
	free(text);
	free(code);
}

static void
blame_verdict(struct kube_rollout *r, struct kube_item *item, const struct kube_verdict *verdict)
{
	const struct kube_failure failure = {verdict->pod, verdict->container, verdict->previous};
	struct error why;

	item->has_failed = true;
	reason_of(r, item->object->module, verdict, &why);
	kube_rollout_blame(r, item->object->module, verdict->code ? verdict->code : "not-ready",
			   &why, &failure);
}

/* A job of which it is enough that it runs. */
static bool
is_enough(const struct kube_item *item, const struct kube_verdict *verdict)
{
	return verdict->state == KUBE_READY ||
	       (verdict->state == KUBE_COMING && verdict->ready > 0 &&
		item->object->success == KUBE_SUCCESS_AVAILABLE &&
		strcmp(json_member_string(item->answer, "kind"), "Job") == 0);
}

/* --- what it cannot be blamed for --- */

/* It does not run, as its object and its pods say it: not only for a moment, as what was just
 * started.  `code` is why; "": it runs. */
static bool
is_unwell(const struct kube_seen *seen, const json_t *workload, const char **code)
{
	struct kube_verdict verdict = {0};
	json_t *kept = json_object();
	bool is;

	kube_judge(seen, workload, kept, 0, &verdict);
	is = verdict.state == KUBE_FAILED &&
	     (!verdict.is_late || verdict.ready < verdict.wanted || verdict.restarts > 0);
	*code = is && verdict.code ? verdict.code : "";
	kube_verdict_clear(&verdict);
	json_decref(kept);
	return is;
}

/* The same object where it was copied from.  NULL: there is none, or not yet (is_coming). */
static const json_t *
find_original(struct kube_rollout *r, const struct kube_item *item, struct kube_seen *seen,
	      bool *is_coming)
{
	struct kube_space *space = r->copy_of ? kube_space_find(r->driver, r->copy_of) : NULL;
	struct error ignored;

	*is_coming = false;
	if (!space)
		return NULL;
	kube_space_use(space);
	if (!kube_space_is_seen(space, &ignored)) {
		*is_coming = clock_wall_ms() - item->applied_at < ORIGINAL_WAIT_MS;
		return NULL;
	}
	kube_space_seen(space, seen);
	return kube_seen_object(seen, item->answer);
}

/* One that was not changed is now as it was before, when it is looked at for the first time.  What
 * an earlier daemon began may have changed it, and nobody knows. */
static void
note_before(const struct kube_rollout *r, const struct kube_seen *seen, struct kube_item *item)
{
	const json_t *before = json_object_get(r->before, item->path);
	const char *code;

	if (item->was_looked_at)
		return;
	item->was_looked_at = true;
	item->was_unwell = r->space->origin && before && r->begun_at == 0 &&
			   strcmp(kube_read_uid(before), kube_read_uid(item->answer)) == 0 &&
			   generation_of(before) == generation_of(item->answer) &&
			   is_unwell(seen, item->answer, &code);
}

/* Whether it runs where it was copied from, which is looked up once. */
static enum kube_original
look_at_original(struct kube_rollout *r, struct kube_item *item)
{
	struct kube_seen seen;
	const json_t *original;
	bool is_coming;

	if (item->original != KUBE_ORIGINAL_UNKNOWN)
		return item->original;
	original = find_original(r, item, &seen, &is_coming);
	if (is_coming)
		return KUBE_ORIGINAL_UNKNOWN;
	item->original = original && is_unwell(&seen, original, &item->original_code)
				 ? KUBE_ORIGINAL_UNWELL : KUBE_ORIGINAL_WELL;
	return item->original;
}

/* What does not run there need not be waited for as long as what does. */
static int64_t
deadline_of(const struct kube_item *item)
{
	int64_t soon = item->applied_at + UNWELL_MS;

	return item->original == KUBE_ORIGINAL_UNWELL && soon < item->deadline ? soon
									      : item->deadline;
}

static void
excuse(struct kube_rollout *r, struct kube_item *item, const struct kube_verdict *verdict)
{
	const char *module = item->object->module, *code = verdict->code ? verdict->code : "";
	struct error why;

	item->is_excused = true;
	reason_of(r, module, verdict, &why);
	if (item->was_unwell)
		error_prefix_code(&why, CODE_FAILS_AS_BEFORE, .workload = module);
	else if (strcmp(code, item->original_code) == 0)
		error_prefix_code(&why, CODE_FAILS_AS_THERE, .workload = module,
				  .env = driver_space_env(r->copy_of));
	else
		error_prefix_code(&why, CODE_FAILS_THERE_TOO, .workload = module,
				  .env = driver_space_env(r->copy_of));
	driver_task_warn_unwell(r->task, module, &why);
}

/* Not before it is known whether it is the deployment's fault. */
static void
note_failure(struct kube_rollout *r, struct kube_item *item, const struct kube_verdict *verdict)
{
	if (item->was_unwell || item->original == KUBE_ORIGINAL_UNWELL)
		excuse(r, item, verdict);
	else if (item->original == KUBE_ORIGINAL_WELL)
		blame_verdict(r, item, verdict);
}

/* --- all of it --- */

/* What is waited for first is said. */
static bool
note_verdict(struct kube_rollout *r, struct kube_item *item, const struct kube_verdict *verdict,
	     struct error *waits)
{
	item->is_ready = is_enough(item, verdict);
	if (verdict->state == KUBE_FAILED)
		note_failure(r, item, verdict);
	else if (!item->is_ready && !waits->text[0] && verdict->message)
		reason_of(r, item->object->module, verdict, waits);
	return !item->is_ready && !item->has_failed && !item->is_excused;
}

size_t
kube_rollout_judge(struct kube_rollout *r, struct error *waits)
{
	struct kube_seen seen;
	size_t coming = 0;

	kube_space_seen(r->space, &seen);
	for (size_t i = 0; i < r->count; i++) {
		struct kube_item *item = &r->items[i];
		struct kube_verdict verdict = {0};

		if (!item->object->is_workload || !item->answer || item->is_ready ||
		    item->has_failed || item->is_excused || item->object->stage > r->stage)
			continue;
		note_before(r, &seen, item);
		(void)look_at_original(r, item);
		kube_judge(&seen, item->answer, item->kept, deadline_of(item), &verdict);
		if (verdict.is_late && !kube_rollout_is_late(r, item))
			verdict.state = KUBE_COMING;
		coming += note_verdict(r, item, &verdict, waits);
		kube_verdict_clear(&verdict);
	}
	return coming;
}
