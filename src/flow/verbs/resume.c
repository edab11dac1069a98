/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Going on with what a program that ended had under way, because a person says so.
 *
 * The journal says which step was active; whether its request was carried out is asked of
 * the platform (the step's settle), never guessed.  Steps are known by their ids: a record
 * whose steps are not exactly ours was written by another version, which may have done other
 * things in other places, so it is not gone on with.
 */
#include "config.h"

#include "flow/verbs/resume.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/document.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/flows.h"
#include "flow/verbs/pins.h"
#include "flow/verbs/review.h"
#include "flow/world/sets.h"
#include "model/set.h"
#include "store/journal.h"

/* --- what a record is --- */

static bool
has_our_steps(const struct operation *record, const struct verb *verb)
{
	if (record->step_count != verb->step_count)
		return false;
	for (size_t i = 0; i < record->step_count; i++)
		if (!record->steps[i].id || strcmp(record->steps[i].id, verb->steps[i].id) != 0)
			return false;
	return true;
}

/* What the columns say, by which it is found and shown, is what the document would do. */
static bool
is_about_the_same(const struct operation *record, const struct flow_request *request)
{
	return untrusted_is(&record->verb, flow_verb_name(request->verb)) &&
	       untrusted_is(&record->org, request->org) &&
	       untrusted_is(&record->app, request->app) &&
	       untrusted_is(&record->env, request->env) &&
	       !strcmp(untrusted_raw(&record->source), request->source ? request->source : "");
}

static enum interrupted_kind
kind_of(const struct operation *record, struct journal_document *document)
{
	enum flow_verb verb;
	const struct verb *table = flow_verb_find(untrusted_raw(&record->verb), &verb);
	const char *text = untrusted_raw(&record->request);

	for (size_t i = 0; i < record->step_count; i++)
		if (!record->steps[i].id)
			return INTERRUPTED_FIRST_RELEASE;
	if (document_version(text) == 1)
		return INTERRUPTED_FIRST_RELEASE;
	if (!table || !has_our_steps(record, table) || document_decode(document, text, NULL))
		return INTERRUPTED_NOT_OURS;
	if (!is_about_the_same(record, &document->request)) {
		document_clear(document);
		return INTERRUPTED_NOT_OURS;
	}
	if (record->state == OPERATION_PREPARED &&
	    clock_wall_ms() - record->created_at > APPROVAL_VALID_MS)
		return INTERRUPTED_EXPIRED;
	return INTERRUPTED_RESUMABLE;
}

bool
flow_record_has_acted(const struct operation *record)
{
	struct journal_document document = { 0 };
	enum flow_verb verb;
	const struct verb *table = flow_verb_find(untrusted_raw(&record->verb), &verb);
	bool writes = false, acted = false;

	if (!table || !has_our_steps(record, table) ||
	    document_decode(&document, untrusted_raw(&record->request), NULL))
		return true;		/* not known: as good as that */
	writes = json_array_size(json_object_get(document.pins, "values")) > 0;
	for (size_t i = 0; i < table->step_count; i++)
		acted = acted || (table->steps[i].settle && record->steps[i].state == RECORD_DONE &&
				  (writes || strcmp(table->steps[i].id, "write-values") != 0));
	document_clear(&document);
	return acted;
}

enum interrupted_kind
flow_interrupted_kind(const struct operation *record)
{
	struct journal_document document = { 0 };
	enum interrupted_kind kind = kind_of(record, &document);

	document_clear(&document);
	return kind;
}

/* --- making the flow again --- */

/* A set for the review and the count of workloads; the cache is enough, since the step does
 * not need it. */
static struct set *
cached_set(struct session *session, const struct operation *record, const char *id)
{
	return id ? sets_cached(session, record->org.raw, record->app.raw, id) : NULL;
}

static void
restore_places(struct flow *flow, const struct journal_document *document)
{
	untrusted_set(&flow->source.environment.last_deploy.id, document->source_last);
	untrusted_set(&flow->target.environment.from_deploy.id, document->from_deploy);
	untrusted_set(&flow->target.environment.last_deploy.id, flow->record.from_deployment.raw);
	untrusted_set(&flow->target.environment.name, flow->record.env_name.raw);
	untrusted_set(&flow->target.environment.type, flow->record.env_type.raw);
	flow->base = cached_set(flow->session, &flow->record, flow->record.from_set.raw);
	flow->result = cached_set(flow->session, &flow->record, flow->record.to_set.raw);
	flow->base_id = xstrdup(untrusted_raw(&flow->record.from_set));
	flow->result_id = xstrdup(untrusted_raw(&flow->record.to_set));
	if (flow->result && !flow->base)
		flow->base = set_new();
}

/* A step that was active may have been carried out: it begins with its settle. */
static void
restore_steps(struct flow *flow)
{
	static const int states[] = {
		[RECORD_TODO] = STEP_TODO, [RECORD_ACTIVE] = STEP_ACTIVE,
		[RECORD_DONE] = STEP_DONE, [RECORD_FAILED] = STEP_FAILED,
	};

	flow_set_steps(flow);
	for (size_t i = 0; i < flow->verb->step_count; i++) {
		const struct operation_step *kept = &flow->record.steps[i];

		flow->steps[i].state = states[kept->state];
		free(flow->steps[i].detail);
		flow->steps[i].detail = xstrdup(untrusted_raw(&kept->detail));
	}
	while (flow->step + 1 < flow->verb->step_count &&
	       flow->steps[flow->step].state == STEP_DONE)
		flow->step++;
	flow->settling = flow->steps[flow->step].state == STEP_ACTIVE;
}

/* The record moves into the flow.  NULL with err: it is damaged. */
static struct flow *
restore(struct session *session, struct operation *record, struct journal_document *document,
	struct error *err)
{
	struct flow *flow = flow_alloc(session, &document->request);

	if (flow_decode_pins(flow, document->pins, err)) {
		flow_free(flow);
		return NULL;
	}
	flow->record = *record;
	memset(record, 0, sizeof(*record));
	flow->delta = document->delta;
	document->delta = NULL;
	restore_places(flow, document);
	restore_steps(flow);
	return flow;
}

/* --- for a person --- */

static int
refuse(enum interrupted_kind kind, const struct operation *record, struct error *err)
{
	char ago[64];

	switch (kind) {
	case INTERRUPTED_EXPIRED:
		clock_ago(ago, clock_wall_ms() - record->created_at);
		return error_set(
			err, ERROR_STALE,
			_("The approval has expired: it was given %s, and nothing was sent. "
			  "Abandon the operation and review it again."),
			ago);
	case INTERRUPTED_FIRST_RELEASE:
		return error_set(
			err, ERROR_INPUT,
			_("This operation was begun by an earlier release of sidestage, whose "
			  "steps are not known here. It can only be abandoned."));
	case INTERRUPTED_NOT_OURS:
		return error_set(
			err, ERROR_INPUT,
			_("This operation was begun by another version of sidestage, or its "
			  "record is damaged. Resume it with that version, or abandon it."));
	case INTERRUPTED_RESUMABLE:
		break;
	}
	return 0;
}

/* The record of an interrupted operation, which now is ours to end.  0, or -1 with err. */
static int
take_record(struct session *session, const char *id, struct operation *record, struct error *err)
{
	struct store *store = session_store(session);

	if (session_check_changes(session, err))
		return -1;
	if (session_flow_by_id(session, id))
		return error_set(err, ERROR_CONFLICT, _("This operation is running."));
	if (store_operation_get(store, id, record, err))
		return -1;
	if (record->state > OPERATION_RUNNING ||
	    !untrusted_is(&record->url, session_platform(session))) {
		error_set(err, ERROR_INPUT,
			  record->state > OPERATION_RUNNING ?
				  _("This operation is not interrupted: it has ended.") :
				  _("This operation was begun on another platform."));
	} else if (!store_operation_claim(store, id)) {
		error_set(err, ERROR_CONFLICT,
			  _("Another running sidestage works on this operation."));
	} else {
		/* It may have ended between the two looks. */
		operation_clear(record);
		if (store_operation_get(store, id, record, err) == 0 &&
		    record->state <= OPERATION_RUNNING)
			return 0;
		store_operation_release(store, id);
		if (record->id.raw)
			error_set(err, ERROR_INPUT,
				  _("This operation is not interrupted: it has ended."));
	}
	operation_clear(record);
	return -1;
}

/* It is claimed before it is looked at, so that no two programs resume it;
 * one that is refused is let go again. */
struct flow *
flow_resume(struct session *session, const char *id, struct error *err)
{
	struct operation record = { 0 };
	struct journal_document document = { 0 };
	struct flow *flow = NULL;

	if (take_record(session, id, &record, err))
		return NULL;
	if (refuse(kind_of(&record, &document), &record, err) == 0)
		flow = restore(session, &record, &document, err);
	if (!flow) {
		store_operation_release(session_store(session), id);
	} else {
		review_fill(flow);
		flow->reviewed = true;
		flow->journaled = true;
		flow->state = FLOW_RUNNING;
		session_add_flow(session, flow);
		flow_detail(flow, "%s", flow->settling ?
			    _("resumed: asking whether it was done") : _("resumed"));
		flow_run_step(flow);
	}
	document_clear(&document);
	operation_clear(&record);
	return flow;
}

/* Ends the record that was taken, and gives it back. */
static int
abandon(struct session *session, struct operation *record, const char *why, struct error *err)
{
	char *id = xstrdup(untrusted_raw(&record->id));
	int ret;

	record->state = OPERATION_ABANDONED;
	record->ended_at = clock_wall_ms();
	untrusted_set(&record->error, why);
	ret = store_operation_update(session_store(session), record, SIZE_MAX, err);
	if (ret)
		store_operation_release(session_store(session), id);
	free(id);
	session_changed(session);
	return ret;
}

int
flow_abandon(struct session *session, const char *id, const char *reason, struct error *err)
{
	struct operation record = { 0 };
	char *why;
	int ret;

	if (take_record(session, id, &record, err))
		return -1;
	why = reason && reason[strspn(reason, " \t")] ?
		xasprintf(_("Abandoned after an interruption: %s"), reason) :
		xstrdup(_("Abandoned after an interruption."));
	ret = abandon(session, &record, why, err);
	free(why);
	operation_clear(&record);
	return ret;
}

/* The new review stands before the old record ends: if it cannot be
 * made, the operation is as it was. */
struct flow *
flow_review_again(struct session *session, const char *id, struct error *err)
{
	struct operation record = { 0 };
	struct journal_document document = { 0 };
	struct flow *flow = NULL;
	enum interrupted_kind kind;

	if (take_record(session, id, &record, err))
		return NULL;
	kind = kind_of(&record, &document);
	if (kind != INTERRUPTED_EXPIRED && kind != INTERRUPTED_RESUMABLE) {
		(void)!refuse(kind, &record, err);
	} else {
		document.request.decides = true;
		flow = flow_new(session, &document.request, err);
	}
	if (!flow)
		store_operation_release(session_store(session), id);
	else
		(void)!abandon(session, &record,
			       _("Abandoned after an interruption: reviewed again."), NULL);
	document_clear(&document);
	operation_clear(&record);
	return flow;
}
