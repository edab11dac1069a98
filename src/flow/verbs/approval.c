/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From the review to the journal: what must be acknowledged, typed and given as a reason, and the
 * record that is written before the first step.
 */
#include "config.h"

#include "flow/verbs/approval.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/document.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/review.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "store/journal.h"

/* What takes the change of the set back. */
static void
fill_undo(struct flow *flow)
{
	const struct review *review = &flow->review;
	struct delta *back;
	json_t *body;
	char *undo;

	if (!review->from || !review->to || flow->request.verb == FLOW_CLONE)
		return;
	back = delta_between(review->to, review->from);
	if (!back)
		return;
	body = delta_encode(back);
	undo = json_dumps(body, JSON_COMPACT);
	untrusted_init(&flow->record.undo, undo);
	free(undo);
	json_decref(body);
	delta_free(back);
}

/* Everything that an undo, a resume or a reader of the history may need, since later nothing
 * of this review is in memory. */
static void
fill_record(struct flow *flow, const char *reason)
{
	struct operation *record = &flow->record;
	const struct world *world = session_world(flow->session);
	const struct review *review = &flow->review;
	json_t *request = document_encode(flow);
	char *text = json_dumps(request, JSON_COMPACT);
	char *summary = review_summary(review);

	json_decref(request);
	untrusted_init(&record->verb, flow->verb->name);
	untrusted_init(&record->context, session_context(flow->session));
	untrusted_init(&record->url, session_platform(flow->session));
	untrusted_init(&record->address, session_address(flow->session));
	untrusted_init(&record->org, flow->request.org);
	untrusted_init(&record->app, flow->request.app);
	untrusted_init(&record->env, flow->request.env);
	untrusted_init(&record->source, flow->request.source);
	untrusted_init(&record->env_name, review->env_name);
	untrusted_init(&record->env_type, flow->request.verb == FLOW_CLONE ?
		       flow->request.type : untrusted_raw(&flow->target.environment.type));
	untrusted_init(&record->who, world->user.raw);
	untrusted_init(&record->reason, reason && *reason ? reason : NULL);
	untrusted_init(&record->summary, summary);
	untrusted_init(&record->request, text);
	untrusted_init(&record->from_deployment, review->from_deployment_id);
	untrusted_init(&record->from_set, review->from_set_id);
	untrusted_init(&record->to_set, review->to_set_id);
	untrusted_init(&record->source_deployment, flow->source.running.id.raw);
	untrusted_init(&record->way_back, review->way_back);
	untrusted_init(&record->undoes,
		       flow->request.verb == FLOW_UNDO ? flow->request.operation_id : NULL);
	fill_undo(flow);
	free(text);
	free(summary);
	record->state = OPERATION_PREPARED;
	record->created_at = clock_wall_ms();
	record->step_count = flow->verb->step_count;
	record->steps = xcalloc(record->step_count, sizeof(*record->steps));
	for (size_t i = 0; i < record->step_count; i++)
		record->steps[i].id = xstrdup(flow->verb->steps[i].id);
}

/* After a failed begin the person may approve again. */
static void
forget_record(struct flow *flow)
{
	struct untrusted id = flow->record.id;

	flow->record.id.raw = NULL;
	operation_clear(&flow->record);
	flow->record.id = id;
}

static int
refuse_name(const struct review *review, const char *env, struct error *err)
{
	if (review->is_protected && !review->is_no_clone)
		return error_set(err, ERROR_INPUT, _("%s is protected: type its id, %s, to go on"),
				 env, env);
	if (review->verb == FLOW_DISCARD && !review->is_no_clone)
		return error_set(
			err, ERROR_INPUT,
			_("%s has changes that are not promoted: type its id, %s, to go on"), env,
			env);
	return error_set(err, ERROR_INPUT,
			 _("%s is not your clone: type its id, %s, to go on"), env,
			 env);
}

struct review_finding *
flow_find_finding(struct flow *flow, const char *id, struct error *err)
{
	struct review *review = &flow->review;

	if (flow->state != FLOW_REVIEW) {
		error_set(err, ERROR_INPUT, _("This was approved or ended already."));
		return NULL;
	}
	for (size_t i = 0; i < review->finding_count; i++)
		if (strcmp(review->findings[i].id, id) == 0)
			return &review->findings[i];
	error_set(err, ERROR_INPUT, _("This review has no finding %s."), id);
	return NULL;
}

int
flow_acknowledge(struct flow *flow, const char *id, bool is_acknowledged, struct error *err)
{
	struct review_finding *finding = flow_find_finding(flow, id, err);

	if (!finding)
		return -1;
	finding->is_acknowledged = is_acknowledged;
	session_changed(flow->session);
	return 0;
}

static int
check_findings(const struct review *review, struct error *err)
{
	size_t open = review_open_findings(review);

	if (open == 0)
		return 0;
	return error_set(err, ERROR_CONFLICT,
			 ngettext("%zu finding is not acknowledged yet: it may lead to %s",
				  "%zu findings are not acknowledged yet: they may lead to %s",
				  open),
			 open, review->source);
}

int
flow_check_approval(struct flow *flow, const char *reason, const char *typed, struct error *err)
{
	if (flow->state == FLOW_DECIDING)
		return error_set(err, ERROR_CONFLICT, _("Decide the conflicts first."));
	if (flow->state == FLOW_VALUES)
		return error_set(err, ERROR_CONFLICT, _("Decide the values first."));
	if (flow->state != FLOW_REVIEW)
		return error_set(err, ERROR_INPUT, _("This was approved or ended already."));
	if (review_check_outlook(&flow->review, err) != 0 ||
	    check_findings(&flow->review, err) != 0)
		return -1;
	if (flow->review.asks_name && (!typed || strcmp(typed, flow->request.env)))
		return refuse_name(&flow->review, flow->request.env, err);
	if (flow->review.is_protected && (!reason || !reason[strspn(reason, " \t")]))
		return error_set(err, ERROR_INPUT,
				 flow->review.is_no_clone ?
					 _("%s is not your clone: give a reason") :
					 _("%s is protected: give a reason"),
				 flow->request.env);
	return session_check_changes(flow->session, err) ? -1 : 0;
}

/* The record is written before the state changes and before anything is sent: what is not in
 * the history cannot be found again after a crash. */
int
flow_approve(struct flow *flow, const char *reason, const char *typed, struct error *err)
{
	if (flow_check_approval(flow, reason, typed, err) != 0)
		return -1;
	fill_record(flow, reason);
	if (store_operation_begin(session_store(flow->session), &flow->record, err)) {
		forget_record(flow);
		return -1;
	}
	flow_stop_waiting(flow);
	flow->then_read = NULL;
	flow->journaled = true;
	flow->state = FLOW_RUNNING;
	flow->started_at = clock_steady_ms();
	flow_run_step(flow);
	return 0;
}
