/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * promote: bring a clone's changes to where it came from.
 *
 * A three-way merge of sets gives one delta, and one request deploys it: the origin is
 * never rebased onto the clone, so nothing half-done can be left behind, and what a
 * colleague changed there meanwhile stays.
 */
#include "config.h"

#include "flow/verbs/promote.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/buf.h"
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
#include "flow/world/origin.h"
#include "model/comment.h"
#include "model/set.h"
#include "model/workload-scale.h"

#define NAMED_MAX 600

/* --- the common ancestor --- */

/*
 * What the clone and its origin have in common is what the origin ran when it was cloned; after
 * a promotion it is what was promoted, so that a second fix is merged from there on.  A promotion
 * that was taken back counts for nothing: what it brought is to be promoted again.  All of that
 * is in the platform's lists of deployments and their comments, for whoever reads them.
 */

static const struct deployment *
find_deployment(const struct deployment *list, size_t count, const char *id)
{
	for (size_t i = 0; id && *id && i < count; i++)
		if (untrusted_is(&list[i].id, id))
			return &list[i];
	return NULL;
}

/* The first deployment says itself what was cloned, whatever was promoted since. */
static void
take_cloned_from(struct flow *flow, const struct deployment *first)
{
	struct comment comment;

	comment_decode(&comment, first->comment.raw);
	if (comment.origin && comment.origin_deployment && comment.verb &&
	    !strcmp(comment.verb, "clone") && !strcmp(comment.origin, flow->request.env)) {
		free(flow->origin.deployment_id);
		flow->origin.deployment_id = xstrdup(comment.origin_deployment);
	}
	comment_clear(&comment);
}

static void
got_source_history(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;
	const struct deployment *first;

	flow->call = NULL;
	if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	flow->source_list = flow->scratch;
	flow->source_count = flow->scratch_count;
	flow->scratch = NULL;
	flow->scratch_count = 0;
	first = flow->source_count ? &flow->source_list[flow->source_count - 1] : NULL;
	if (!flow->origin.origin) {
		flow->origin.origin = xstrdup(flow->request.env);
		flow->origin.deployment_id = xstrdup(first ? untrusted_raw(&first->from_id) : "");
	}
	if (first)
		take_cloned_from(flow, first);
	flow_next_phase(flow);
}

/* What we wrote down when it was cloned; else what the platform's history says. */
static void
find_origin(struct flow *flow)
{
	struct error err = { 0 };
	int ret;

	if (!flow->source.running.id.raw) {
		flow_fail_text(
			flow, ERROR_CONFLICT,
			_("%s has no deployment that succeeded: there is nothing to promote"),
			flow->request.source);
		return;
	}
	ret = origin_at_cloning(flow->session, flow->request.org, flow->request.app,
				flow->request.source, &flow->origin, &err);
	if (ret != 0 && err.kind != ERROR_NOT_FOUND) {
		flow_fail(flow, &err);
		return;
	}
	if (ret == 0 && strcmp(flow->origin.origin, flow->request.env) != 0)
		clone_origin_clear(&flow->origin);
	flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
					  flow->request.app, flow->request.source,
					  got_source_history, flow);
}

/* Whether a later deployment that succeeded took this one back. */
static bool
is_taken_back(const struct flow *flow, size_t at, const char *operation)
{
	bool found = false;

	for (size_t i = 0; i < at && !found; i++) {
		struct comment comment;

		if (flow->scratch[i].status != DEPLOYMENT_SUCCEEDED)
			continue;
		comment_decode(&comment, flow->scratch[i].comment.raw);
		found = comment.undoes && (untrusted_is(&flow->scratch[at].id, comment.undoes) ||
					   (operation && !strcmp(operation, comment.undoes)));
		comment_clear(&comment);
	}
	return found;
}

/* The newest promotion of the clone that counts, and the clone's deployment that it took. */
static const struct deployment *
find_promoted(const struct flow *flow, const struct deployment **promotion)
{
	const struct deployment *was = NULL;

	for (size_t i = 0; i < flow->scratch_count && !was; i++) {
		const struct deployment *d = &flow->scratch[i];
		struct comment comment;

		comment_decode(&comment, d->comment.raw);
		if (d->status == DEPLOYMENT_SUCCEEDED && comment.verb && comment.hotfix &&
		    !strcmp(comment.verb, "promote") &&
		    !strcmp(comment.hotfix, flow->request.source) &&
		    !is_taken_back(flow, i, comment.op))
			was = find_deployment(flow->source_list, flow->source_count,
					      comment.source);
		if (was)
			*promotion = d;
		comment_clear(&comment);
	}
	return was;
}

/* Without a common state there is no merge: what differs could be anybody's. */
static void
got_origin_history(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct clone_origin *origin = &flow->origin;
	struct error err = reply->error;
	const struct deployment *found, *promotion = NULL;

	flow->call = NULL;
	if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	found = find_promoted(flow, &promotion);
	flow->is_advanced = found != NULL;
	if (!found)
		found = find_deployment(flow->scratch, flow->scratch_count, origin->deployment_id);
	if (found) {
		deployment_copy(&flow->ancestor_deployment, found);
		free(origin->set_id);
		origin->set_id = xstrdup(untrusted_raw(&found->set_id));
	}
	if (promotion) {
		free(origin->deployment_id);
		origin->deployment_id = xstrdup(untrusted_raw(&promotion->id));
	}
	if (origin->set_id)
		flow_next_phase(flow);
	else
		flow_fail_text(
			flow, ERROR_CONFLICT,
			_("%s was not cloned from %s, as far as can be seen: its changes cannot be "
			  "told from other differences"),
			flow->request.source, flow->request.env);
}

static void
find_origin_deployment(struct flow *flow)
{
	flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
					  flow->request.app, flow->request.env,
					  got_origin_history, flow);
}

/* --- the values of both --- */

static void
read_source_values(struct flow *flow)
{
	flow_read_values_of(flow, flow->request.source, &flow->source.running, &flow->values_ours);
}

/* After a promotion the common state is one of the clone's, before it one of the origin's. */
static void
read_ancestor_values(struct flow *flow)
{
	if (!flow->ancestor_deployment.id.raw)
		flow_next_phase(flow);
	else
		flow_read_values_of(flow,
				    flow->is_advanced ? flow->request.source : flow->request.env,
				    &flow->ancestor_deployment, &flow->values_ancestor);
}

/* Only a clone that was never promoted can still have its isolation in the difference. */
static void
read_first_values(struct flow *flow)
{
	if (flow->is_advanced || !flow->source_count)
		flow_next_phase(flow);
	else
		flow_read_values_of(flow, flow->request.source,
				    &flow->source_list[flow->source_count - 1],
				    &flow->values_first);
}

/*
 * What the clone had otherwise from its first deployment on was changed to isolate it, or was
 * never copied: that is no fix.  Such a key takes no part, unless it was changed again.
 */
static void
leave_isolation_out(struct flow *flow)
{
	const struct values *ancestor = &flow->values_ancestor.list;
	const struct values *first = &flow->values_first.list, *ours = &flow->values_ours.list;
	const struct values *lists[] = { ancestor, first };
	json_t *keys = json_object();
	const char *key;
	json_t *value;
	struct buf named;

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->count; i++) {
			const char *name = lists[k]->items[i].key;
			const struct value *a = values_find_own(ancestor, name);
			const struct value *f = values_find_own(first, name);

			if (value_compare(a, f) != VALUE_SAME &&
			    value_compare(f, values_find_own(ours, name)) == VALUE_SAME)
				json_object_set_new(keys, name, json_true());
		}
	buf_init(&named, NAMED_MAX);
	json_object_foreach(keys, key, value) {
		(void)buf_printf(&named, "%s%s", named.length ? ", " : "", key);
		values_drop(&flow->values_ancestor.list, key);
		values_drop(&flow->values_ours.list, key);
	}
	json_decref(keys);
	if (named.length)
		review_caution(&flow->review,
			       _("Not promoted, because they isolate %s: %s"),
			       flow->request.source, buf_str(&named));
	buf_clear(&named);
}

/* --- the sets --- */

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

/* Whether the clone's first deployment is one that its review was of; others may have begun with a
 * fix. */
static bool
began_as_clone(const struct flow *flow)
{
	struct comment comment;
	bool cloned;

	if (flow->is_advanced || !flow->source_count)
		return false;
	comment_decode(&comment, flow->source_list[flow->source_count - 1].comment.raw);
	cloned = comment.verb && strcmp(comment.verb, "clone") == 0;
	comment_clear(&comment);
	return cloned;
}

static void
read_first_set(struct flow *flow)
{
	const char *id = began_as_clone(flow) ?
		untrusted_raw(&flow->source_list[flow->source_count - 1].set_id) : "";

	if (*id && strcmp(id, flow->origin.set_id) != 0)
		flow_read_set(flow, id, &flow->first);
	else
		flow_next_phase(flow);
}

/*
 * The same of its set: what it was first deployed with otherwise than its origin.  It is taken out
 * of the clone's by a merge, so what was changed again later stays.
 */
static void
leave_changed_strings_out(struct flow *flow)
{
	struct merge merge = { 0 };
	struct error err = { 0 };
	struct buf named;

	if (!flow->first || !flow->ours || !flow->ancestor) {
		flow_next_phase(flow);
		return;
	}
	if (merge_sets(&merge, flow->first, flow->ours, flow->ancestor, &err) != 0) {
		flow_fail(flow, &err);
		return;
	}
	buf_init(&named, NAMED_MAX);
	for (size_t i = 0; i < merge.count; i++) {
		const struct merge_entry *entry = &merge.entries[i];

		if (entry->side == MERGE_CONFLICT)
			(void)merge_choose(&merge, i, MERGE_THEIRS);
		else if (entry->side == MERGE_OURS)
			(void)buf_printf(&named, "%s%s %s", named.length ? ", " : "", entry->object,
					 entry->label);
	}
	if (!merge.result &&
	    merge_apply(&merge, flow->first, flow->ours, flow->ancestor, &err) != 0) {
		flow_fail(flow, &err);
	} else {
		set_unref(flow->ours);
		flow->ours = set_ref(merge.result);
		if (named.length)
			review_caution(&flow->review,
				       _("Not promoted, because they isolate %s: %s"),
				       flow->request.source, buf_str(&named));
		flow_next_phase(flow);
	}
	buf_clear(&named);
	merge_clear(&merge);
}

static void
leave_counts_out(struct flow *flow)
{
	json_t *names = json_array(), *name;
	struct error err = { 0 };
	struct set *without = workload_counts_of(flow->ours, flow->ancestor, names, &err);
	struct buf named;
	size_t i;

	buf_init(&named, NAMED_MAX);
	json_array_foreach(names, i, name)
		(void)buf_printf(&named, "%s%s", i > 0 ? ", " : "", json_string_value(name));
	if (named.length)
		review_caution(&flow->review,
			       _("Replicas and pauses of %s are not promoted: %s"),
			       flow->request.source, buf_str(&named));
	buf_clear(&named);
	json_decref(names);
	if (!without) {
		flow_fail(flow, &err);
		return;
	}
	set_unref(flow->ours);
	flow->ours = without;
	flow_next_phase(flow);
}

/* --- the review --- */

/* Moved is what has another deployment and another set: who deployed the
 * same again has changed nothing. */
static void
make_review(struct flow *flow)
{
	struct review *review = &flow->review;

	review->moved = !untrusted_is(&flow->target.running.id, flow->origin.deployment_id) &&
			!untrusted_is(&flow->target.running.set_id, flow->origin.set_id);
	review_fill(flow);
	if (review->moved)
		review_caution(review,
			       _("%s moved since %s was cloned from it; what changed there stays"),
			       flow->request.env, flow->request.source);
	if (!untrusted_is(&flow->source.environment.last_deploy.id,
			  untrusted_raw(&flow->source.running.id)))
		review_caution(review,
			       _("The last deployment of %s did not succeed; the last successful one is promoted"),
			       flow->request.source);
	review_ready(flow);
}

static void
merge_with_origin(struct flow *flow)
{
	if (flow->values_ours.known) {
		values_copy(&flow->values_clone.list, &flow->values_ours.list);
		flow->values_clone.known = true;
	}
	if (!flow->is_advanced && flow->values_ancestor.known && flow->values_first.known)
		leave_isolation_out(flow);
	merge_ours(flow);
}

void
flow_settle_origin(struct flow *flow)
{
	struct error err = { 0 };

	/* The platform's history says the same, so what was done is done all the same. */
	if (origin_settle_operation(flow->session, &flow->record, &err) != 0)
		flow_detail(flow, "%s", err.text);
}

static void
settle_origin(struct flow *flow)
{
	flow_settle_origin(flow);
	if (flow->values_clone.known)
		origin_keep_values(flow->session, flow->request.org, flow->request.app,
				   flow->request.source, &flow->values_clone.list, false);
}

static flow_phase *const prepare[] = {
	read_source,
	read_source_running,
	find_origin,
	read_target,
	read_target_running,
	find_origin_deployment,
	read_base_set,
	read_was_set,
	read_ancestor_set,
	read_clone_set,
	read_target_values,
	read_was_values,
	read_source_values,
	read_ancestor_values,
	read_first_values,
	read_first_set,
	leave_changed_strings_out,
	leave_counts_out,
	merge_with_origin,
	read_app_values,
	preview_result,
	apply_values,
	read_graph,
	read_warnings,
	read_outlook,
	read_fixes,
	make_review,
	NULL,
};

const struct verb verb_promote = {
	.name = "promote",
	.words = N_("promote"),
	.title = N_("promotion of {source} to {env}"),
	.summary = "promote {source}: {changes}",
	.has_source = true,
	.prepare = prepare,
	.steps = deploy_steps,
	.step_count = DEPLOY_STEP_COUNT,
	.done = settle_origin,
};
