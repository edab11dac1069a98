/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * discard: delete an environment with its processes and data.
 *
 * What it has and its origin lacks would be lost, so that is said first; but that this
 * cannot be found out is no reason to keep it (the phases after `soft` may fail): it is said,
 * and the name is asked for as if it had something to lose.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/check-target.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "flow/verbs/verb.h"
#include "flow/world/origin.h"
#include "flow/world/world.h"
#include "model/error-answer.h"
#include "model/error-codes.h"
#include "model/set.h"
#include "model/workload-scale.h"
#include "store/clone-origins.h"

#define POLL_MS 300
/* Processes that do not end are killed after seconds; what takes
 * longer is the platform's trouble. */
#define GONE_MAX_MS (15 * 60 * 1000)

/* --- prepare --- */

/* A promotion goes to what a clone was cloned from.  Of those that others made it is not known. */
static void
caution_clone(struct flow *flow, const struct clone_list *records, const struct environment *e)
{
	for (size_t i = 0; i < records->count; i++) {
		const struct clone_record *record = &records->items[i];

		if (strcmp(record->org, flow->request.org) != 0 ||
		    strcmp(record->app, flow->request.app) != 0 ||
		    !untrusted_is(&e->id, record->env) || !record->origin.origin ||
		    strcmp(record->origin.origin, flow->request.env) != 0 ||
		    origin_is_stale(&record->origin, e->created_at))
			continue;
		review_caution(&flow->review,
			       _("%s was cloned from %s and cannot be promoted without it"),
			       record->env, flow->request.env);
	}
}

/* A store that cannot be read ends the flow where the record of this clone is looked for. */
static void
caution_clones(struct flow *flow, const json_t *environments)
{
	struct environment e = { 0 };
	struct clone_list records;
	const json_t *body;
	size_t i;

	if (store_clone_list(session_store(flow->session), session_platform(flow->session),
			     &records, NULL) != 0)
		return;
	json_array_foreach(environments, i, body) {
		if (environment_decode(&e, body, NULL) == 0 && e.status != ENVIRONMENT_DELETING)
			caution_clone(flow, &records, &e);
		environment_clear(&e);
	}
	clone_list_clear(&records);
}

/* From here on reads may fail: that the loss is not known is said in the review. */
static void
got_environments(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_fail(flow, &reply->error);
		return;
	}
	if (json_array_size(reply->body) < 2) {
		flow_fail_text(flow, ERROR_CONFLICT,
			       _("%s is the last environment of %s: it cannot be deleted"),
			       flow->request.env, flow->request.app);
		return;
	}
	caution_clones(flow, reply->body);
	flow->soft = true;
	flow_next_phase(flow);
}

/* Protection is no question of approving: what is protected is not discarded at all. */
static void
check_allowed(struct flow *flow)
{
	if (world_is_adopted(session_world(flow->session), flow->request.org, flow->request.env)) {
		flow_fail_text(flow, ERROR_ACCESS,
			       _("%s was found in the cluster and is not a clone: it cannot be discarded"),
			       flow->request.env);
		return;
	}
	if (session_is_protected(flow->session, flow->request.env,
				 untrusted_raw(&flow->target.environment.type))) {
		flow_fail_text(flow, ERROR_ACCESS, _("%s is protected: it cannot be discarded"),
			       flow->request.env);
		return;
	}
	flow->call = api_list_environments(session_api(flow->session), flow->request.org,
					   flow->request.app, got_environments, flow);
}

static bool
is_mine(const struct flow *flow)
{
	return origin_is_mine(flow->session, &flow->origin, &flow->target.environment);
}

static void
caution_whose(struct flow *flow)
{
	const char *owner = origin_other_owner(flow->session, &flow->target.environment);

	if (owner)
		review_caution(&flow->review, _("The owner of %s is %s"), flow->request.env, owner);
	else if (!is_mine(flow))
		review_caution(&flow->review, _("%s is not a clone that was made here"),
			       flow->request.env);
}

/* Whose it is, whatever of it cannot be read. */
static void
find_record(struct flow *flow)
{
	struct error err = { 0 };

	if (store_clone_origin(session_store(flow->session), session_platform(flow->session),
			       flow->request.org, flow->request.app, flow->request.env,
			       &flow->origin, &err) != 0 && err.kind != ERROR_NOT_FOUND) {
		flow_fail(flow, &err);	/* it may be a clone with what is not promoted */
		return;
	}
	caution_whose(flow);
	flow_next_phase(flow);
}

static void
read_own_set(struct flow *flow)
{
	if (flow->target.running.set_id.raw)
		flow_read_set(flow, flow->target.running.set_id.raw, &flow->ours);
	else
		flow_next_phase(flow);
}

/* The record is enough here: it is only to say what would be lost, and
 * a promotion reads the history. */
static void
read_ancestor_set(struct flow *flow)
{
	if (flow->origin.set_id)
		flow_read_set(flow, flow->origin.set_id, &flow->ancestor);
	else
		flow_next_phase(flow);
}

static void
got_origin(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;

	flow->call = NULL;
	if (err.kind != ERROR_NONE ||
	    environment_decode(&flow->source.environment, reply->body, &err))
		flow_fail(flow, &err);
	else
		flow_next_phase(flow);
}

/* Without a record it is no clone of ours, and nothing can be compared. */
static void
read_origin(struct flow *flow)
{
	if (!flow->origin.origin) {
		flow_next_phase(flow);
		return;
	}
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->origin.origin, got_origin, flow);
}

static void
read_origin_set(struct flow *flow)
{
	const struct deployment *from = &flow->source.environment.from_deploy;

	if (from->set_id.raw)
		flow_read_set(flow, from->set_id.raw, &flow->theirs);
	else
		flow_next_phase(flow);
}

/* --- values: what was changed since it was cloned, and the origin has not --- */

static void
read_own_values(struct flow *flow)
{
	if (flow->target.running.id.raw && flow->origin.origin)
		flow_read_values_of(flow, flow->request.env, &flow->target.running,
				    &flow->values_ours);
	else
		flow_next_phase(flow);
}

/* Where a platform does not tell what a deployment had, there is what it has now. */
static void
read_newest_own_values(struct flow *flow)
{
	if (flow->values_ours.known || !flow->target.running.id.raw || !flow->origin.origin)
		flow_next_phase(flow);
	else
		flow_read_values(flow, flow->request.env, NULL, &flow->values_ours);
}

static void
got_own_history(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;

	flow->call = NULL;
	if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err))
		flow_fail(flow, &err);
	else if (flow->scratch_count)
		flow_read_values_of(flow, flow->request.env,
				    &flow->scratch[flow->scratch_count - 1], &flow->values_first);
	else
		flow_next_phase(flow);
}

/* The clone's first deployment: what it had then was made to isolate it and is no loss. */
static void
read_first_values(struct flow *flow)
{
	if (!flow->values_ours.known) {
		flow_next_phase(flow);
		return;
	}
	flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
					  flow->request.app, flow->request.env, got_own_history,
					  flow);
}

static void
read_origin_values(struct flow *flow)
{
	if (flow->values_ours.known)
		flow_read_values(flow, flow->origin.origin, NULL, &flow->values_ancestor);
	else
		flow_next_phase(flow);
}

static bool
is_same_version(const struct values *a, const struct values *b)
{
	return a->version_id && b->version_id && strcmp(a->version_id, b->version_id) == 0;
}

/* One value that the clone has or had; `unknown` grows when it may be lost. */
static bool
is_value_lost(const struct flow *flow, const char *key, size_t *unknown)
{
	const struct value *ours = values_find_own(&flow->values_ours.list, key);
	enum value_relation changed =
		flow->values_first.known
			? value_compare(values_find_own(&flow->values_first.list, key), ours)
			: VALUE_UNKNOWN;
	enum value_relation there =
		flow->values_ancestor.known
			? value_compare(ours, values_find_own(&flow->values_ancestor.list, key))
			: VALUE_UNKNOWN;

	if (changed == VALUE_SAME || there == VALUE_SAME)
		return false;
	if (changed != VALUE_UNKNOWN && there != VALUE_UNKNOWN)
		return true;
	(*unknown)++;
	return false;
}

/* Of a platform that shows no values there is nothing to say. */
static size_t
count_lost_values(const struct flow *flow, size_t *unknown)
{
	const struct values *lists[] = { &flow->values_first.list, &flow->values_ours.list };
	size_t lost = 0;

	if (!flow->values_ours.known || is_same_version(lists[0], lists[1]))
		return 0;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < lists[k]->count; i++) {
			const char *key = lists[k]->items[i].key;

			/* What is in both is counted once. */
			if (values_find_own(lists[k], key) &&
			    (k == 0 || !values_find_own(lists[0], key)))
				lost += is_value_lost(flow, key, unknown);
		}
	return lost;
}

/* A conflict counts too: the clone's side of it is nowhere else. */
static size_t
count_lost_changes(const struct flow *flow, size_t *unknown)
{
	struct set *ours = flow->ours && flow->ancestor
				   ? workload_counts_of(flow->ours, flow->ancestor, NULL, NULL)
				   : NULL;
	struct merge merge = { 0 };
	size_t lost = 0;

	if (!ours || !flow->theirs ||
	    merge_sets(&merge, flow->ancestor, flow->theirs, ours, NULL) != 0) {
		*unknown += flow->target.running.id.raw != NULL;
		set_unref(ours);
		return 0;
	}
	for (size_t i = 0; i < merge.count; i++)
		lost += merge.entries[i].side == MERGE_OURS ||
			merge.entries[i].side == MERGE_CONFLICT;
	merge_clear(&merge);
	set_unref(ours);
	return lost;
}

/* Whatever is lost or may be lost asks for the name. */
static void
compare(struct flow *flow)
{
	size_t unknown = 0, lost = count_lost_values(flow, &unknown);

	lost += count_lost_changes(flow, &unknown);
	flow->loses = flow->origin.origin && lost > 0;
	flow->is_loss_known = !flow->origin.origin || lost > 0 || unknown == 0;
	if (flow->loses)
		review_caution(&flow->review,
			       ngettext("%zu change of %s is not in %s: it would be lost",
					"%zu changes of %s are not in %s: they would be lost",
					lost),
			       lost, flow->request.env, flow->origin.origin);
	flow_next_phase(flow);
}

static void
make_review(struct flow *flow)
{
	struct review *review = &flow->review;

	flow->soft = false;
	review_fill(flow);
	/* What others made or own, and may work with, does not go by two keys. */
	review->is_no_clone = !is_mine(flow);
	review->is_protected = review->is_protected || review->is_no_clone;
	review->may_lose = !flow->is_loss_known;
	review->asks_name = review->is_protected || flow->loses || review->may_lose;
	if (review->may_lose && flow->origin.origin)
		review_caution(
			review,
			_("It is not known whether %s has changes that are not in %s: they would be lost"),
			flow->request.env, flow->origin.origin);
	else if (review->may_lose)
		review_caution(review,
			       _("It is not known whether %s has changes that would be lost"),
			       flow->request.env);
	if (flow->target.environment.last_deploy.id.raw &&
	    !deployment_is_final(&flow->target.environment.last_deploy))
		review_caution(review, _("The deployment to %s that is active will be cancelled"),
			       flow->request.env);
	review_caution(review, _("Its data and its history on the platform are deleted for good"));
	review_send(review, "DELETE /orgs/%s/apps/%s/envs/%s", review->org, review->app,
		    review->env);
	review_ready(flow);
}

static flow_phase *const prepare[] = {
	read_target, check_allowed, find_record, read_target_running, read_own_set,
	read_ancestor_set, read_origin, read_origin_set, read_own_values,
	read_newest_own_values, read_first_values, read_origin_values, compare, make_review, NULL,
};

/* --- steps --- */

static flow_phase send_delete, settle_delete;

static void
sent_delete(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	/* 404 is success here: someone discarded it before us. */
	if (reply->error.kind == ERROR_NONE || reply->error.kind == ERROR_NOT_FOUND)
		flow_step_done(flow);
	else
		flow_reply_failed(flow, reply);
}

static void
send_delete(struct flow *flow)
{
	if (!flow_may_send(flow))
		return;
	flow->call = api_delete_environment(session_api(flow->session), flow->request.org,
					    flow->request.app, flow->request.env,
					    flow->target.environment.deploy_tag.raw, sent_delete,
					    flow);
}

/* Whether the environment is going or gone; err.kind NONE unless that is unknown. */
static bool
is_going(const struct api_reply *reply, bool *gone, struct error *err)
{
	struct environment now = { 0 };
	bool going;

	*err = reply->error;
	*gone = reply->error.kind == ERROR_NOT_FOUND;
	if (*gone)
		err->kind = ERROR_NONE;
	if (*gone || err->kind != ERROR_NONE || environment_decode(&now, reply->body, err))
		return *gone;
	going = now.status == ENVIRONMENT_DELETING;
	environment_clear(&now);
	return going;
}

/* An environment that is still there and is not going was never asked
 * to go: the request is sent again. */
static void
settled_delete(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err;
	bool gone;

	flow->call = NULL;
	if (is_going(reply, &gone, &err)) {
		flow_step_done(flow);
	} else if (err.kind != ERROR_NONE) {
		flow_request_failed(flow, &err);
	} else {
		flow->settling = false;
		send_delete(flow);
	}
}

static void
settle_delete(struct flow *flow)
{
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->request.env, settled_delete,
					 flow);
}

static flow_phase wait_gone;

/* The record goes last, so that a program that ended before finds the
 * clone as long as it is there. */
static void
forget(struct flow *flow)
{
	struct error err = { 0 };

	if (store_drop_clone_origin(session_store(flow->session), session_platform(flow->session),
				    flow->request.org, flow->request.app, flow->request.env, &err))
		flow_fail(flow, &err);
	else
		flow_step_done(flow);
}

/* Why the platform could not delete it.  false: it has not failed, or that passes by itself: the
 * cluster is away, something else goes on there, or finalizers keep it. */
static bool
find_refusal(const json_t *body, struct error *why)
{
	struct removal_problem removal;

	*why = (struct error){ 0 };
	removal_problem_read(&removal, body);
	if (!error_codes_read(why, removal.reason) && removal.message.raw)
		error_set(why, ERROR_REMOTE, "%s", removal.message.raw);
	removal_problem_clear(&removal);
	return why->kind != ERROR_NONE && why->kind != ERROR_UNAVAILABLE &&
	       why->kind != ERROR_CONFLICT;
}

/* The platform goes on trying, but what was refused waits for a person, and who waits here is to
 * know. */
static void
still_there(struct flow *flow, const struct api_reply *reply)
{
	struct error why;

	if (find_refusal(reply->body, &why)) {
		flow_fail_text(flow, why.kind == ERROR_ACCESS ? ERROR_ACCESS : ERROR_REMOTE,
			       _("%s could not be deleted: %s"), flow->request.env, why.text);
		return;
	}
	flow_looked(flow);
	flow_take_progress(flow, reply->body);
	flow_detail(flow, "%s", why.text);
	flow_later(flow, POLL_MS, wait_gone);
}

static void
looked(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err;
	bool gone, going;

	flow->call = NULL;
	going = is_going(reply, &gone, &err);
	if (gone) {
		forget(flow);
	} else if (!going && err.kind == ERROR_NONE) {
		flow_fail_text(flow, ERROR_REMOTE,
			       _("%s was to be deleted, but the platform keeps it; try again"),
			       flow->request.env);
	} else if (clock_steady_ms() - flow->steps[flow->step].started_at > GONE_MAX_MS) {
		/* Only behind an answer: the program may have been stopped meanwhile. */
		flow_leave_unwatched(flow,
				     _("%s is still being deleted after a quarter of an hour; the "
				       "platform goes on without being watched"),
				     flow->request.env);
	} else if (err.kind != ERROR_NONE) {
		flow_look_failed(flow, &err, reply->retry_after_ms);
	} else {
		still_there(flow, reply);
	}
}

static void
wait_gone(struct flow *flow)
{
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->request.env, looked, flow);
}

static const struct step steps[] = {
	{ "check-target", N_("Check that nothing has changed"), check_target, NULL },
	{ "delete", N_("Delete the environment"), send_delete, settle_delete },
	{ "wait-gone", N_("Wait until it is gone"), wait_gone, NULL },
};

const struct verb verb_discard = {
	.name = "discard",
	.words = N_("discard"),
	.title = N_("deletion of {env}"),
	.summary = "discard {env}",
	.prepare = prepare,
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
};
