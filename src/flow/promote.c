/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * promote: bring a clone's changes to where it came from.
 *
 * A three-way merge of sets gives one delta, and one request deploys it: the origin is
 * never rebased onto the clone, so nothing half-done can be left behind, and what a
 * colleague changed there meanwhile stays.
 */
#include "config.h"

#include "flow/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define NAMED_MAX 600

/* --- the common ancestor --- */

static void
got_source_history(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;
	const struct deployment *oldest;

	flow->call = NULL;
	if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	oldest = flow->scratch_count ? &flow->scratch[flow->scratch_count - 1] : NULL;
	flow->origin.origin = xstrdup(flow->request.env);
	flow->origin.deployment_id = xstrdup(oldest ? untrusted_raw(&oldest->from_id) : "");
	flow_next_phase(flow);
}

/* What we wrote down when it was cloned; else what the platform's history says. */
static void
find_origin(struct flow *flow)
{
	if (!flow->source.running.id.raw) {
		flow_fail_text(flow, ERROR_INPUT,
			       _("%s has no deployment that succeeded: there is nothing to promote"),
			       flow->request.source);
		return;
	}
	if (store_clone_origin(session_store(flow->session), session_platform(flow->session),
			       flow->request.org, flow->request.app, flow->request.source,
			       &flow->origin, NULL) == 0) {
		if (!strcmp(flow->origin.origin, flow->request.env)) {
			flow_next_phase(flow);
			return;
		}
		clone_origin_clear(&flow->origin);
	}
	flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
					  flow->request.app, flow->request.source,
					  got_source_history, flow);
}

static void
got_origin_history(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;

	flow->call = NULL;
	if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	for (size_t i = 0; i < flow->scratch_count; i++)
		if (untrusted_is(&flow->scratch[i].id, flow->origin.deployment_id)) {
			flow->origin.set_id = xstrdup(untrusted_raw(&flow->scratch[i].set_id));
			flow_next_phase(flow);
			return;
		}
	flow_fail_text(flow, ERROR_INPUT,
		       _("%s was not cloned from %s, as far as can be seen: its changes cannot be "
			 "told from other differences"),
		       flow->request.source, flow->request.env);
}

static void
find_origin_set(struct flow *flow)
{
	if (flow->origin.set_id) {
		flow_next_phase(flow);
		return;
	}
	flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
					  flow->request.app, flow->request.env,
					  got_origin_history, flow);
}

/* --- the merge --- */

static void
read_ancestor_set(struct flow *flow)
{
	flow_read_set(flow, flow->origin.set_id, &flow->ancestor);
}

static void
read_clone_set(struct flow *flow)
{
	flow_read_set(flow, untrusted_raw(&flow->source.running.set_id), &flow->ours);
}

static void
fail_with_conflicts(struct flow *flow, const struct merge *merge)
{
	struct buf named;

	buf_init(&named, NAMED_MAX);
	for (size_t i = 0; i < merge->count; i++)
		if (merge->entries[i].side == MERGE_CONFLICT &&
		    !buf_printf(&named, "%s%s %s: %s / %s", named.length ? "; " : "",
				merge->entries[i].object, merge->entries[i].path,
				merge->entries[i].theirs ? merge->entries[i].theirs : "-",
				merge->entries[i].ours ? merge->entries[i].ours : "-"))
			break;
	flow_fail_text(flow, ERROR_CONFLICT,
		       _("%s and %s changed the same things differently (%s / %s): %s"),
		       flow->request.env, flow->request.source, flow->request.env,
		       flow->request.source, buf_str(&named));
	buf_clear(&named);
}

/* The delta of the merge, which has no conflict now. */
static void
take_merge(struct flow *flow)
{
	const struct merge *merged = &flow->review.merge;
	struct error err = { 0 };
	json_t *body = delta_encode(merged->delta);

	flow->delta = delta_decode(body, &err);
	json_decref(body);
	if (!flow->delta)
		flow_fail(flow, &err);
	else if (!delta_is_empty(flow->delta))
		flow_next_phase(flow);
	else if (merged->conflicts > 0)
		flow_fail_text(flow, ERROR_INPUT,
			       _("nothing is left to bring from %s: every conflict was decided "
				 "for %s"),
			       flow->request.source, flow->request.env);
	else if (flow->request.verb == FLOW_PROMOTE &&
		 !untrusted_is(&flow->source.environment.last_deploy.id,
			       untrusted_raw(&flow->source.running.id)))
		flow_fail_text(flow, ERROR_INPUT,
			       _("the last deployment to %s did not succeed, and what runs there %s has "
				 "as well: there is nothing to promote"),
			       flow->request.source, flow->request.env);
	else
		flow_fail_text(flow, ERROR_INPUT,
			       flow->request.verb == FLOW_CARRY
				       ? _("there is nothing to carry: %s has the fix of %s")
				       : _("there is nothing to promote: %s has every change of %s"),
			       flow->request.env, flow->request.source);
}

void
merge_ours(struct flow *flow)
{
	struct merge *merged = &flow->review.merge;
	struct error err = { 0 };

	if (merge_sets(merged, flow->ancestor, flow->base, flow->ours, &err)) {
		flow_fail(flow, &err);
	} else if (merged->undecided == 0) {
		take_merge(flow);
	} else if (flow->request.decides) {
		flow->state = FLOW_DECIDING;
		session_changed(flow->session);
	} else {
		fail_with_conflicts(flow, merged);
	}
}

const struct merge *
flow_merge(const struct flow *flow)
{
	return flow->state == FLOW_DECIDING ? &flow->review.merge : NULL;
}

int
flow_choose(struct flow *flow, size_t entry, enum merge_side side, struct error *err)
{
	if (flow->state != FLOW_DECIDING || !merge_choose(&flow->review.merge, entry, side))
		return error_set(err, ERROR_INPUT, _("there is no conflict to decide here"));
	session_changed(flow->session);
	return 0;
}

/* Who approves reads once more what was chosen. */
static void
caution_choices(struct flow *flow)
{
	const struct merge *merged = &flow->review.merge;

	for (size_t i = 0; i < merged->count; i++)
		if (merged->entries[i].side == MERGE_CONFLICT)
			review_caution(&flow->review, _("Decided for %s: %s %s"),
				       merged->entries[i].chosen == MERGE_OURS
					       ? flow->request.source : flow->request.env,
				       merged->entries[i].object, merged->entries[i].path);
}

int
flow_decide(struct flow *flow, struct error *err)
{
	if (flow->state != FLOW_DECIDING)
		return error_set(err, ERROR_INPUT, _("there is no conflict to decide here"));
	if (merge_apply(&flow->review.merge, flow->ancestor, flow->base, flow->ours, err))
		return -1;
	flow->state = FLOW_PREPARING;
	caution_choices(flow);
	session_changed(flow->session);
	take_merge(flow);
	return 0;
}

static void
make_review(struct flow *flow)
{
	struct review *review = &flow->review;

	review->moved = !untrusted_is(&flow->target.running.set_id, flow->origin.set_id);
	review_fill(flow);
	if (review->moved)
		review_caution(review,
			       _("%s moved since %s was cloned from it; what changed there stays"),
			       flow->request.env, flow->request.source);
	if (!untrusted_is(&flow->source.environment.last_deploy.id,
			  untrusted_raw(&flow->source.running.id)))
		review_caution(review,
			       _("The last deployment of %s did not succeed; the one before it "
				 "that did is promoted"),
			       flow->request.source);
	review_ready(flow);
}

static flow_phase *const prepare[] = {
	read_source,	read_source_running, find_origin,	read_target,
	read_target_running, find_origin_set, read_base_set,	read_was_set,
	read_ancestor_set, read_clone_set,   merge_ours,	preview_result,
	make_review,	NULL,
};

const struct verb verb_promote = {
	.name = "promote",
	.prepare = prepare,
	.steps = deploy_steps,
	.step_count = DEPLOY_STEP_COUNT,
};
