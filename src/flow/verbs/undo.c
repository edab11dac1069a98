/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * undo: take back what a deployment changed.
 *
 * A three-way merge of sets and values: base is what was deployed, theirs is what runs now,
 * ours is what ran before.  So what somebody else changed meanwhile stays, and where they
 * changed the same thing a person decides, or theirs stays.
 *
 * Which deployment it was and what ran before it is read from the platform's chain of
 * deployments, never from ids or clocks: so anybody can undo it, without a journal of it.
 *
 * What paused an environment need not be the last one: it is the one after which nothing ran, and
 * before which something did.
 *
 * What was found in an adopted environment is not what somebody deployed here: it is what others
 * did, before it or after it, and undone only when it is named.
 */
#include "config.h"

#include "flow/verbs/undo.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/buf.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/field-warnings.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/merge-ours.h"
#include "flow/verbs/outlook.h"
#include "flow/verbs/promote.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "flow/verbs/scale.h"
#include "flow/verbs/steps.h"
#include "flow/verbs/verb.h"
#include "model/comment.h"
#include "model/set.h"

#define NAMED_MAX 600

/* --- which deployment --- */

static int
refuse_unknown(const struct flow *flow, const char *id, struct error *err)
{
	return error_set(err, ERROR_NOT_FOUND,
			 _("%s has no deployment of the operation %s: it cannot be undone"),
			 flow->request.env, id);
}

/* Of one of ours that is not in the chain: an id that was typed may be of another environment. */
static int
refuse_operation(const struct flow *flow, const struct operation *operation, struct error *err)
{
	const char *id = untrusted_raw(&operation->id);

	if (!untrusted_is(&operation->org, flow->request.org) ||
	    !untrusted_is(&operation->app, flow->request.app) ||
	    !untrusted_is(&operation->env, flow->request.env))
		return error_set(err, ERROR_INPUT, _("That operation did not change %s."),
				 flow->request.env);
	if (!operation->deployment_id.raw)
		return error_set(err, ERROR_INPUT,
				 _("That operation deployed nothing: there is nothing to undo."));
	return refuse_unknown(flow, id, err);
}

/*
 * Where in the list the operation's deployment is: by our record, by its comment, or by its id.
 * The list alone says whether it is this environment's, since one that was found in a cluster may
 * have been another application's when the record was written.
 */
static int
find_asked(const struct flow *flow, const char *id, size_t *at, struct error *err)
{
	struct operation operation = { 0 };
	struct error why = { 0 };
	const char *deployment = id;
	bool found = false, is_ours;
	int ret = 0;

	is_ours = store_operation_get(session_store(flow->session), id, &operation, &why) == 0;
	/* Somebody else's is not here; ours that cannot be read may be of elsewhere. */
	if (!is_ours && why.kind != ERROR_NOT_FOUND)
		return error_set(err, why.kind, "%s", why.text);
	if (operation.deployment_id.raw)
		deployment = operation.deployment_id.raw;
	for (*at = 0; *at < flow->scratch_count; ++*at) {
		const struct deployment *d = &flow->scratch[*at];

		found = untrusted_is(&d->id, deployment) ||
			comment_is_of(untrusted_raw(&d->comment), id);
		if (found)
			break;
	}
	if (!found)
		ret = is_ours ? refuse_operation(flow, &operation, err)
			      : refuse_unknown(flow, id, err);
	operation_clear(&operation);
	return ret;
}

/* What ran before the deployment `at`: along the chain, over what failed; else the one that
 * succeeded before it in the platform's order (it was set to ride on another base). */
static const struct deployment *
find_before(const struct flow *flow, size_t at)
{
	const char *id = untrusted_raw(&flow->scratch[at].from_id);

	for (size_t i = at + 1; i < flow->scratch_count; i++) {
		const struct deployment *d = &flow->scratch[i];

		if (!untrusted_is(&d->id, id))
			continue;
		if (d->status == DEPLOYMENT_SUCCEEDED)
			return d;
		id = untrusted_raw(&d->from_id);
	}
	for (size_t i = at + 1; i < flow->scratch_count; i++)
		if (flow->scratch[i].status == DEPLOYMENT_SUCCEEDED)
			return &flow->scratch[i];
	return NULL;
}

/* The words of its comment that are for people. */
static void
name_deployment(const struct flow *flow, const struct deployment *undone)
{
	const char *comment = untrusted_raw(&undone->comment);

	review_caution((struct review *)(uintptr_t)&flow->review,
		       _("This undoes the deployment \"%.*s\" of %s"),
		       (int)comment_people_length(comment), comment,
		       untrusted_raw(&undone->created_by));
}

/* Which operation the history shall say is undone. */
static void
keep_operation(struct flow *flow, const struct deployment *undone)
{
	struct comment comment;

	if (flow->request.operation_id)
		return;
	comment_decode(&comment, undone->comment.raw);
	flow->request.operation_id = xstrdup(comment.op ? comment.op : untrusted_raw(&undone->id));
	comment_clear(&comment);
}

/* A deployment that failed runs nowhere, so there is nothing of it to take back. */
static void
take_deployments(struct flow *flow, size_t at)
{
	const struct deployment *undone = &flow->scratch[at], *before = find_before(flow, at);

	if (undone->status == DEPLOYMENT_FAILED) {
		flow_fail_text(
			flow, ERROR_CONFLICT,
			at == 0 ? _("The last deployment of %s failed, and nothing of it runs: there "
				    "is nothing to undo")
				: _("That deployment of %s failed, and nothing of it ran: there is "
				    "nothing to undo"),
			flow->request.env);
		return;
	}
	if (!before) {
		flow_fail_text(
			flow, ERROR_NOT_FOUND,
			_("Nothing ran in %s before this deployment: there is nothing to undo"),
			flow->request.env);
		return;
	}
	if (at > 0)
		review_caution(
			&flow->review,
			_("%s was deployed to since; only this operation's changes are undone"),
			flow->request.env);
	name_deployment(flow, undone);
	keep_operation(flow, undone);
	deployment_copy(&flow->ancestor_deployment, undone);
	deployment_copy(&flow->before_deployment, before);
	flow_next_phase(flow);
}

static bool
is_found(const struct deployment *deployment)
{
	return comment_is_found(untrusted_raw(&deployment->comment));
}

/* The last one that somebody deployed. */
static int
find_last(const struct flow *flow, size_t *at, struct error *err)
{
	for (size_t i = 0; i < flow->scratch_count; i++)
		if (!is_found(&flow->scratch[i])) {
			*at = i;
			return 0;
		}
	return error_set(err, ERROR_NOT_FOUND,
			 _("Nobody deployed to %s with sidestage. To undo a change that was found, "
			   "name its deployment."), flow->request.env);
}

/*
 * The last deployment may have come to lie on another than the reviewed one, on a platform that has
 * no precondition: that one was overwritten.  Then to go back is not to drop the last one, but to
 * bring back what the other changed: base is what both were made on, ours is the other, theirs is
 * what runs.  NULL: nothing was overwritten, or it is too long ago.  What was found was not, since
 * such an environment is changed field by field.
 */
static const struct deployment *
find_reviewed_base(const struct flow *flow)
{
	const struct deployment *last = &flow->scratch[0], *other = &flow->scratch[1],
				*found = NULL;
	struct comment comment;

	if (flow->scratch_count < 3 || last->status == DEPLOYMENT_FAILED ||
	    other->status == DEPLOYMENT_FAILED || is_found(last) || is_found(other))
		return NULL;
	comment_decode(&comment, last->comment.raw);
	if (comment.base && !untrusted_is(&other->id, comment.base) &&
	    !(comment.op && comment_is_of(untrusted_raw(&other->comment), comment.op)))
		for (size_t i = 2; i < flow->scratch_count && !found; i++)
			if (untrusted_is(&flow->scratch[i].id, comment.base))
				found = &flow->scratch[i];
	comment_clear(&comment);
	return found;
}

/* Brought back beside the last one and not instead of it: both were wanted by somebody. */
static void
take_overwritten(struct flow *flow, const struct deployment *base)
{
	const struct deployment *overwritten = &flow->scratch[1];
	const char *comment = untrusted_raw(&overwritten->comment);

	review_caution(
		&flow->review,
		_("The last deployment overwrote \"%.*s\" of %s: this brings it back, and keeps the "
		  "last one"),
		(int)comment_people_length(comment), comment,
		untrusted_raw(&overwritten->created_by));
	deployment_copy(&flow->ancestor_deployment, base);
	deployment_copy(&flow->before_deployment, overwritten);
	flow_next_phase(flow);
}

/* --- which one paused it --- */

static void look_before(struct flow *flow);

/* The set of the deployment before the candidate, which is the one that is undone unless that was
 * paused as well. */
static void
got_before(struct flow *flow)
{
	const struct deployment *before = find_before(flow, flow->scratch_at);

	if (!scale_is_paused(flow->ancestor)) {
		take_deployments(flow, flow->scratch_at);
		return;
	}
	flow->scratch_at = (size_t)(before - flow->scratch);
	look_before(flow);
}

static void
look_before(struct flow *flow)
{
	const struct deployment *before = find_before(flow, flow->scratch_at);

	if (!before) {
		flow_fail_text(flow, ERROR_NOT_FOUND,
			       _("%s was paused before its first known deployment. Set the replicas "
				 "of its workloads instead."),
			       flow->request.env);
		return;
	}
	flow->then_read = got_before;
	flow_read_set(flow, untrusted_raw(&before->set_id), &flow->ancestor);
}

static void
got_last(struct flow *flow)
{
	if (scale_is_paused(flow->ancestor))
		look_before(flow);
	else
		flow_fail_text(flow, ERROR_CONFLICT, _("%s is not paused."), flow->request.env);
}

/* From what runs now on. */
static void
find_pause(struct flow *flow)
{
	size_t at = 0;

	while (at < flow->scratch_count && flow->scratch[at].status != DEPLOYMENT_SUCCEEDED)
		at++;
	if (at == flow->scratch_count) {
		flow_fail_text(flow, ERROR_CONFLICT, _("%s is not paused."), flow->request.env);
		return;
	}
	flow->scratch_at = at;
	flow->then_read = got_last;
	flow_read_set(flow, untrusted_raw(&flow->scratch[at].set_id), &flow->ancestor);
}

/* With an operation's id exactly that one is undone; without one the last, or what it overwrote. */
static void
got_chain(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	const struct deployment *base;
	struct error err = reply->error;
	size_t at = 0;

	flow->call = NULL;
	if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	if (flow->request.resumes && !flow->request.operation_id) {
		find_pause(flow);
		return;
	}
	if (!flow->scratch_count)
		error_set(&err, ERROR_NOT_FOUND,
			  _("%s has no deployment: there is nothing to undo"), flow->request.env);
	else if (flow->request.operation_id)
		(void)find_asked(flow, flow->request.operation_id, &at, &err);
	else
		(void)find_last(flow, &at, &err);
	base = err.kind == ERROR_NONE && !flow->request.operation_id ? find_reviewed_base(flow)
								     : NULL;
	if (err.kind != ERROR_NONE)
		flow_fail(flow, &err);
	else if (base)
		take_overwritten(flow, base);
	else
		take_deployments(flow, at);
}

/* Sets that the caller names stand for two deployments. */
static void
take_named(struct flow *flow)
{
	const struct flow_request *request = &flow->request;

	untrusted_set(&flow->ancestor_deployment.set_id, request->after_set);
	untrusted_set(&flow->ancestor_deployment.value_set_version_id, request->after_values);
	untrusted_set(&flow->before_deployment.set_id, request->before_set);
	untrusted_set(&flow->before_deployment.value_set_version_id, request->before_values);
	flow_next_phase(flow);
}

static void
find_undone(struct flow *flow)
{
	if (flow->request.before_set && flow->request.after_set)
		take_named(flow);
	else
		flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
						  flow->request.app, flow->request.env, got_chain,
						  flow);
}

/* --- the three states --- */

/* Theirs is what runs: a base that was set for the next deployment is no part of it. */
static void
read_running_set(struct flow *flow)
{
	const char *id = flow->target.running.set_id.raw;

	if (!id) {
		flow_fail_text(flow, ERROR_CONFLICT,
			       _("Nothing runs in %s: there is nothing to undo."),
			       flow->request.env);
		return;
	}
	free(flow->base_id);
	flow->base_id = xstrdup(id);
	flow_read_set(flow, id, &flow->base);
}

/* The merge's base: what was deployed. */
static void
read_after_set(struct flow *flow)
{
	flow_read_set(flow, untrusted_raw(&flow->ancestor_deployment.set_id), &flow->ancestor);
}

/* The merge's ours: what ran before that. */
static void
read_before_set(struct flow *flow)
{
	flow_read_set(flow, untrusted_raw(&flow->before_deployment.set_id), &flow->ours);
}

static void
read_after_values(struct flow *flow)
{
	flow_read_values_of(flow, flow->request.env, &flow->ancestor_deployment,
			    &flow->values_ancestor);
}

/* Secrets cannot be read, but their version can be restored: hence `restorable`. */
static void
read_before_values(struct flow *flow)
{
	flow->restorable = flow->before_deployment.value_set_version_id.raw;
	flow_read_values_of(flow, flow->request.env, &flow->before_deployment, &flow->values_ours);
}

/* Somebody else's later change stays, and is named: silence would look like a failure. */
void
undo_fail_with_nothing(struct flow *flow)
{
	const struct merge *merged = &flow->review.merge;
	struct buf named;

	buf_init(&named, NAMED_MAX);
	for (size_t i = 0; i < merged->count; i++)
		if (merged->entries[i].side == MERGE_CONFLICT &&
		    !buf_printf(&named, "%s%s %s: %s", named.length ? "; " : "",
				merged->entries[i].object, merged->entries[i].label,
				merged->entries[i].theirs ? merged->entries[i].theirs
							  : _("(not set)")))
			break;
	if (named.length)
		flow_fail_text(
			flow, ERROR_STALE,
			_("Nothing was undone in %s: what it changed was changed again since, and "
			  "that stays (%s)"),
			flow->request.env, buf_str(&named));
	else
		flow_fail_text(
			flow, ERROR_CONFLICT,
			_("There is nothing to undo in %s: nothing of that deployment is there "
			  "any more"),
			flow->request.env);
	buf_clear(&named);
}

static flow_phase *const prepare[] = {
	read_target,	    read_target_running, find_undone,	   read_running_set,
	read_after_set,	    read_before_set,	 read_target_values, read_was_values,
	read_after_values,  read_before_values,	 merge_ours,	   read_app_values,
	preview_result,	    apply_values,	 read_graph,	   read_warnings,
	read_outlook,	    review_ready,	 NULL,
};

const struct verb verb_undo = {
	.name = "undo",
	.words = N_("undo in"),
	.title = N_("rollback of {env}"),
	.summary = "undo: {changes}",
	.prepare = prepare,
	.steps = deploy_steps,
	.step_count = DEPLOY_STEP_COUNT,
	.done = flow_settle_origin,
};
