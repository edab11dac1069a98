/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * carry: take a promoted fix to another environment that lacks it.
 *
 * The fix is what a promotion changed, so the merge's base is what the origin held before
 * it; whatever else differs in the target stays as it is.
 */
#include "config.h"

#include <string.h>

#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/field-warnings.h"
#include "flow/verbs/fixes.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/merge-ours.h"
#include "flow/verbs/outlook.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "flow/verbs/steps.h"
#include "flow/verbs/verb.h"
#include "model/comment.h"

/* A fix whose two states nobody knows cannot be told from what the
 * environments differ in anyway. */
static void
check_fix(struct flow *flow)
{
	if (flow->request.before_set && flow->request.after_set)
		flow_next_phase(flow);
	else
		flow_fail_text(flow, ERROR_CONFLICT,
			       _("It is not known which changes were promoted to %s."),
			       flow->request.source);
}

static void
read_before(struct flow *flow)
{
	flow_read_set(flow, flow->request.before_set, &flow->ancestor);
}

static void
read_after(struct flow *flow)
{
	flow_read_set(flow, flow->request.after_set, &flow->ours);
}

/* --- the values of the fix: what each promotion of it changed, one after the other --- */

static void read_next_promotion(struct flow *flow);

/* Whether a deployment of the source brought the fix there. */
static bool
is_promotion(const struct flow *flow, const struct deployment *d)
{
	struct comment comment;
	bool is;

	comment_decode(&comment, d->comment.raw);
	is = d->status == DEPLOYMENT_SUCCEEDED && comment.verb && comment.hotfix &&
	     strcmp(comment.verb, "promote") == 0 &&
	     strcmp(comment.hotfix, flow->request.hotfix) == 0;
	comment_clear(&comment);
	return is;
}

static void
put_own(struct values *list, const char *key, const struct value *own)
{
	if (own)
		values_put(list, own);
	else
		values_drop(list, key);
}

/* What the promotion changed is part of the fix; how the key was before its first change too. */
static void
add_promotion(struct flow *flow)
{
	const struct values *lists[] = { &flow->values_first.list, &flow->values_seen.list };
	struct values *base = &flow->values_ancestor.list, *ours = &flow->values_ours.list;

	for (size_t k = 0; k < 2 && flow->values_first.known && flow->values_seen.known; k++)
		for (size_t i = 0; i < lists[k]->count; i++) {
			const char *key = lists[k]->items[i].key;
			const struct value *before = values_find_own(lists[0], key);
			const struct value *after = values_find_own(lists[1], key);

			if (value_compare(before, after) == VALUE_SAME ||
			    value_compare(before, after) == VALUE_UNKNOWN)
				continue;
			if (!json_object_get(flow->carried, key)) {
				json_object_set_new(flow->carried, key, json_true());
				put_own(base, key, before);
			}
			put_own(ours, key, after);
		}
	flow->scratch_at--;
	read_next_promotion(flow);
}

static void
read_after_promotion(struct flow *flow)
{
	flow->then_read = add_promotion;
	flow_read_values_of(flow, flow->request.source, &flow->scratch[flow->scratch_at - 1],
			    &flow->values_seen);
}

/* From the oldest on; scratch_at counts down to the newest. */
static void
read_next_promotion(struct flow *flow)
{
	size_t before;

	while (flow->scratch_at > 0 && !is_promotion(flow, &flow->scratch[flow->scratch_at - 1]))
		flow->scratch_at--;
	before = flow->scratch_at;
	while (before < flow->scratch_count && flow->scratch[before].status != DEPLOYMENT_SUCCEEDED)
		before++;
	if (flow->scratch_at == 0) {
		flow_values_clear(&flow->values_seen);
		flow_next_phase(flow);
	} else if (before == flow->scratch_count) {
		flow->scratch_at--;	/* what was before it is not known */
		read_next_promotion(flow);
	} else {
		flow->then_read = read_after_promotion;
		flow_read_values_of(flow, flow->request.source, &flow->scratch[before],
				    &flow->values_first);
	}
}

static void
got_promotions(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;

	flow->call = NULL;
	if (err.kind == ERROR_NOT_FOUND) {
		flow_next_phase(
			flow); /* the origin is gone: its sets are known, its values are not */
	} else if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
	} else {
		flow->values_ancestor.known = flow->values_ours.known = true;
		flow->carried = json_object();
		flow->scratch_at = flow->scratch_count;
		read_next_promotion(flow);
	}
}

/* Without the name of the hotfix its promotions cannot be recognized;
 * then only its sets are carried. */
static void
read_promoted_values(struct flow *flow)
{
	if (!flow->request.hotfix || !flow->values_now.known)
		flow_next_phase(flow);
	else
		flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
						  flow->request.app, flow->request.source,
						  got_promotions, flow);
}

static flow_phase *const prepare[] = {
	check_fix,	    read_target,	read_target_running, read_base_set,
	read_was_set,	    read_before,	read_after,	     read_target_values,
	read_was_values,    read_promoted_values, merge_ours,
	read_app_values,    preview_result,	apply_values,	     read_graph,
	read_warnings,	    read_outlook,	read_fixes,	     review_ready,	NULL,
};

const struct verb verb_carry = {
	.name = "carry",
	.words = N_("carry"),
	.title = N_("carrying of a fix from {source} to {env}"),
	.summary = "carry from {source}: {changes}",
	.has_source = true,
	.prepare = prepare,
	.steps = deploy_steps,
	.step_count = DEPLOY_STEP_COUNT,
};
