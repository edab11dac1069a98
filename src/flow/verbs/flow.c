/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The life of a flow: the phases before the review, the journaled steps after it.
 *
 * The order that makes a crash safe is in flow_run_step() and flow_step_done(): a step is
 * in the journal as active before its request is sent, and as done before the next begins.
 */
#include "config.h"

#include "flow/verbs/flow.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/clone-values.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/flows.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/request.h"
#include "flow/verbs/resume.h"
#include "flow/verbs/review.h"
#include "flow/verbs/verb.h"
#include "model/delta.h"
#include "model/set.h"
#include "net/loop.h"
#include "store/journal.h"

#define TRIES_MAX 4
#define RETRY_MS 500
#define HTTP_TOO_MANY 429
#define HTTP_UNAVAILABLE 503
#define LIMITED_STEPS 6
#define LIMITED_MAX_MS (10 * 60 * 1000)
#define LOOK_STEPS 6
#define LOOK_MAX_MS 30000

static const struct verb *const verbs[] = {
#define X(id, name) [FLOW_##id] = &verb_##name,
	VERBS(X)
#undef X
};
#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void fail_quietly(struct flow *flow);
static void leave_record(struct flow *flow, const char *why);
static bool is_only_watched(const struct flow *flow);

const char *
flow_verb_name(enum flow_verb verb)
{
	return (size_t)verb < VERB_COUNT ? verbs[verb]->name : "unknown";
}

const char *
flow_verb_words(enum flow_verb verb)
{
	return _(verbs[verb]->words);
}

const struct verb *
flow_verb_of(enum flow_verb verb)
{
	return verbs[verb];
}

const struct verb *
flow_verb_find(const char *name, enum flow_verb *verb)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (!strcmp(verbs[i]->name, name)) {
			*verb = (enum flow_verb)i;
			return verbs[i];
		}
	return NULL;
}

/* --- making and freeing --- */

struct flow *
flow_alloc(struct session *session, const struct flow_request *request)
{
	struct flow *flow = xcalloc(1, sizeof(*flow));

	flow->session = session;
	flow->verb = verbs[request->verb];
	flow_copy_request(&flow->request, request);
	if (request->verb == FLOW_CLONE && !request->type)
		flow->request.type = xstrdup("development");
	flow->started_at = clock_steady_ms();
	return flow;
}

void
flow_stop_waiting(struct flow *flow)
{
	if (flow->call)
		api_cancel(flow->call);
	flow->call = NULL;
	loop_remove_timer(flow->timer);
	flow->timer = NULL;
}

static void
clear_place(struct flow_place *place)
{
	environment_clear(&place->environment);
	deployment_clear(&place->running);
}

static void
clear_values(struct flow *flow)
{
	struct flow_values *const all[] = {
		&flow->values_was,	&flow->values_now,    &flow->values_ours,
		&flow->values_ancestor, &flow->values_first,  &flow->values_clone,
		&flow->values_app,	&flow->values_result, &flow->values_seen,
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		flow_values_clear(all[i]);
	value_changes_clear(&flow->value_changes);
	json_decref(flow->carried);
	flow_clear_questions(flow);
	flow_clear_kept(flow);
	json_decref(flow->outputs);
	json_decref(flow->definitions);
	json_decref(flow->acknowledged);
	json_decref(flow->changed);
	free(flow->outputs_unread);
	free(flow->definitions_unread);
	free(flow->wanted_env);
	free(flow->values_version);
	free(flow->graph);
	free(flow->graph_hash);
}

/* What was only watched is written down as unwatched; what was half done stays as it is in the
 * journal, since only a person may say what becomes of it. */
void
flow_free(struct flow *flow)
{
	if (!flow)
		return;
	flow_stop_waiting(flow);
	if (flow->journaled && flow->state == FLOW_RUNNING && is_only_watched(flow))
		leave_record(flow, _("The program ended before it did; the platform goes on."));
	flow_clear_request(&flow->request);
	clear_place(&flow->target);
	clear_place(&flow->source);
	flow_clear_deployments(flow);
	for (size_t i = 0; i < flow->source_count; i++)
		deployment_clear(&flow->source_list[i]);
	free(flow->source_list);
	deployment_clear(&flow->ancestor_deployment);
	deployment_clear(&flow->before_deployment);
	deployment_clear(&flow->overwritten);
	flow_clear_request(&flow->recovery);
	clear_values(flow);
	clone_origin_clear(&flow->origin);
	set_unref(flow->base);
	set_unref(flow->was);
	set_unref(flow->theirs);
	set_unref(flow->ours);
	set_unref(flow->ancestor);
	set_unref(flow->first);
	set_unref(flow->result);
	set_unref(flow->fix_before);
	set_unref(flow->fix_after);
	delta_free(flow->delta);
	free(flow->base_id);
	free(flow->result_id);
	review_clear(&flow->review);
	free(flow->moved);
	for (size_t i = 0; flow->steps && i < flow->verb->step_count; i++)
		free(flow->steps[i].detail);
	free(flow->steps);
	operation_clear(&flow->record);
	deployment_clear(&flow->deployment);
	for (size_t i = 0; i < flow->error_count; i++)
		deployment_error_clear(&flow->errors[i]);
	free(flow->errors);
	free(flow);
}

struct flow *
flow_new(struct session *session, const struct flow_request *request, struct error *err)
{
	char id[IDS_UUID_SIZE];
	struct flow *flow;

	if ((size_t)request->verb >= VERB_COUNT) {
		error_set(err, ERROR_INPUT, _("Unknown operation."));
		return NULL;
	}
	if (flow_check_request(session, request, err))
		return NULL;
	flow = flow_alloc(session, request);
	ids_uuid7(id);
	untrusted_init(&flow->record.id, id);
	flow->state = FLOW_PREPARING;
	flow_set_steps(flow);
	session_add_flow(session, flow);
	flow->verb->prepare[0](flow);
	return flow;
}

void
flow_set_steps(struct flow *flow)
{
	flow->steps = xcalloc(flow->verb->step_count, sizeof(*flow->steps));
	for (size_t i = 0; i < flow->verb->step_count; i++) {
		flow->steps[i].id = flow->verb->steps[i].id;
		flow->steps[i].name = flow->verb->steps[i].name;
		flow->steps[i].detail = xstrdup("");
	}
}

/* --- the phases before the review --- */

void
flow_next_phase(struct flow *flow)
{
	flow_phase *next = flow->verb->prepare[++flow->phase];

	assert(flow->state == FLOW_PREPARING && next);
	next(flow);
}

/* --- ending --- */

static void
end(struct flow *flow, enum flow_state state)
{
	flow_stop_waiting(flow);
	flow->state = state;
	flow->ended_at = clock_steady_ms();
	session_changed(flow->session);
}

/* Times are set once: a step that is tried again after a crash keeps its first beginning. */
static void
journal_step(struct flow *flow, size_t i)
{
	static const enum record_step_state states[] = {
		[STEP_TODO] = RECORD_TODO, [STEP_ACTIVE] = RECORD_ACTIVE,
		[STEP_DONE] = RECORD_DONE, [STEP_FAILED] = RECORD_FAILED,
	};
	struct operation_step *kept = &flow->record.steps[i];

	kept->state = states[flow->steps[i].state];
	if (kept->state != RECORD_TODO && !kept->started_at)
		kept->started_at = clock_wall_ms();
	if (kept->state >= RECORD_DONE && !kept->ended_at)
		kept->ended_at = clock_wall_ms();
	untrusted_set(&kept->detail, flow->steps[i].detail);
}

/* A journal that cannot be written ends the flow before the next request: what is sent without a
 * record could not be found again. */
bool
flow_journal(struct flow *flow, size_t step)
{
	struct error err = { 0 };

	if (!flow->journaled)
		return true;
	if (step < flow->record.step_count)
		journal_step(flow, step);
	if (store_operation_update(session_store(flow->session), &flow->record, step, &err) == 0)
		return true;
	flow->error = err;
	fail_quietly(flow);
	return false;
}

/* Without the journal, which may be what failed. */
static void
fail_quietly(struct flow *flow)
{
	if (flow->step < flow->verb->step_count && flow->journaled) {
		flow->steps[flow->step].state = STEP_FAILED;
		flow->steps[flow->step].ended_at = clock_steady_ms();
	}
	end(flow, FLOW_FAILED);
}

static void
go_on_without(struct flow *flow, const struct error *error)
{
	review_caution(&flow->review, _("What would be lost could not be checked: %s"),
		       error->text);
	flow->soft = false;
	flow->then_read = NULL;
	while (flow->verb->prepare[flow->phase + 1])
		flow->phase++;
	flow->verb->prepare[flow->phase](flow);
}

/* It has ended anyway; that the journal does not know is one thing more to say. */
static void
last_word(struct flow *flow)
{
	struct error first = flow->error, err = { 0 };

	journal_step(flow, flow->step);
	if (store_operation_update(session_store(flow->session), &flow->record, flow->step, &err))
		error_set(&flow->error, first.kind == ERROR_NONE ? err.kind : first.kind, "%s (%s)",
			  first.text, err.text);
}

/* Everything was done and compared: what is left, the last step, is to look. */
static bool
is_only_watched(const struct flow *flow)
{
	for (size_t i = 0; i + 1 < flow->verb->step_count; i++)
		if (flow->steps[i].state != STEP_DONE)
			return false;
	return true;
}

/* The step stays under way in the record; flow/verbs/interrupted.h ends it. */
static void
leave_record(struct flow *flow, const char *why)
{
	flow->record.state = OPERATION_UNWATCHED;
	flow->record.ended_at = clock_wall_ms();
	untrusted_set(&flow->record.error, why);
	last_word(flow);
}

/* What a soft phase could not read is no reason not to show the review. */
void
flow_fail(struct flow *flow, const struct error *error)
{
	struct error copied = *error;	/* may be flow->error itself */

	if (flow->state == FLOW_PREPARING && flow->soft) {
		go_on_without(flow, &copied);
		return;
	}
	flow->error = copied;
	fail_quietly(flow);
	/* What cannot be kept here has not failed there: the record stays unfinished, for a person
	 * to resume. */
	if (!flow->journaled || copied.kind == ERROR_STORE)
		return;
	flow->record.state = OPERATION_FAILED;
	flow->record.ended_at = clock_wall_ms();
	untrusted_set(&flow->record.error, copied.text);
	last_word(flow);
}

void
flow_fail_text(struct flow *flow, enum error_kind kind, const char *format, ...)
{
	struct error error = { 0 };
	va_list ap;
	char *text;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	error_set(&error, kind, "%s", text);
	free(text);
	flow_fail(flow, &error);
}

static void
finish(struct flow *flow)
{
	flow->record.state = OPERATION_DONE;
	flow->record.ended_at = clock_wall_ms();
	if (!flow_journal(flow, SIZE_MAX))
		return;
	if (flow->verb->done)
		flow->verb->done(flow);
	end(flow, FLOW_DONE);
}

/* --- the steps --- */

void
flow_detail(struct flow *flow, const char *format, ...)
{
	struct flow_step *step = &flow->steps[flow->step];
	va_list ap;
	char *text;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	free(step->detail);
	step->detail = text;
	session_changed(flow->session);
}

void
flow_run_step(struct flow *flow)
{
	const struct step *step = &flow->verb->steps[flow->step];
	struct flow_step *shown = &flow->steps[flow->step];

	flow->tries = 0;
	shown->state = STEP_ACTIVE;
	shown->started_at = clock_steady_ms();
	if (!flow_journal(flow, flow->step))
		return;
	flow->step_wall_at = flow->record.steps[flow->step].started_at;
	session_changed(flow->session);
	(flow->settling && step->settle ? step->settle : step->start)(flow);
}

void
flow_step_done(struct flow *flow)
{
	struct flow_step *shown = &flow->steps[flow->step];

	assert(flow->state == FLOW_RUNNING);
	shown->state = STEP_DONE;
	shown->ended_at = clock_steady_ms();
	flow->settling = false;
	if (!flow_journal(flow, flow->step))
		return;
	session_refresh(flow->session);	/* what the step did is to be seen at once */
	if (flow->step + 1 == flow->verb->step_count) {
		finish(flow);
		return;
	}
	flow->step++;
	flow_run_step(flow);
}

static void
due(void *data)
{
	struct flow *flow = data;
	const struct step *step = &flow->verb->steps[flow->step];

	flow->timer = NULL;
	(flow->settling && step->settle ? step->settle : step->start)(flow);
}

/* Half of it is there: the rest belongs to it. */
static bool
has_acted(const struct flow *flow)
{
	for (size_t i = 0; i < flow->verb->step_count; i++)
		if (flow->verb->steps[i].settle && flow->steps[i].state == STEP_DONE &&
		    (strcmp(flow->verb->steps[i].id, "write-values") != 0 ||
		     flow->value_changes.count > 0))
			return true;
	return false;
}

/* An approval is for what the person saw; after a quarter of an hour that is no longer what is
 * there.  What has acted already goes on, since half a deployment is worse than an old one. */
bool
flow_may_send(struct flow *flow)
{
	if (has_acted(flow) || clock_wall_ms() - flow->record.created_at <= APPROVAL_VALID_MS) {
		if (flow->record.state == OPERATION_RUNNING)
			return true;
		flow->record.state = OPERATION_RUNNING;
		return flow_journal(flow, SIZE_MAX);
	}
	flow_fail_text(
		flow, ERROR_STALE,
		_("The approval has expired: nothing of it was sent within %d minutes. Nothing "
		  "was changed; review it again."),
		APPROVAL_VALID_MS / 60000);
	return false;
}

/* Every wait of a flow is within a step, so what comes after it is the step again. */
void
flow_later(struct flow *flow, int64_t delay_ms, flow_phase *then)
{
	assert(then == flow->verb->steps[flow->step].start ||
	       then == flow->verb->steps[flow->step].settle);
	loop_remove_timer(flow->timer);
	flow->settling = then != flow->verb->steps[flow->step].start;
	flow->timer = loop_add_timer(session_loop(flow->session), delay_ms, due, flow);
}

/* Not carried out, and not wrong either: the same request again, when the platform wants it. */
static void
wait_for_room(struct flow *flow, const struct api_reply *reply)
{
	const struct step *step = &flow->verb->steps[flow->step];
	int64_t now = clock_steady_ms(), wait = reply->retry_after_ms;
	char stamp[CLOCK_STAMP_SIZE], took[16];

	if (!flow->limited_at)
		flow->limited_at = now;
	if (wait < 0)
		wait = (int64_t)RETRY_MS
		       << (flow->tries < LIMITED_STEPS ? ++flow->tries : LIMITED_STEPS);
	if (now - flow->limited_at + wait > LIMITED_MAX_MS) {
		clock_duration(took, wait);
		flow_fail_text(flow, ERROR_LIMIT, _("%s (the platform asks to wait %s)"),
			       reply->error.text, took);
		return;
	}
	clock_local(stamp, clock_wall_ms() + wait);
	flow_detail(flow, _("the platform has too many requests; trying again at %.8s"),
		    stamp + 11);
	flow_later(flow, wait, flow->settling && step->settle ? step->settle : step->start);
}

void
flow_reply_failed(struct flow *flow, const struct api_reply *reply)
{
	if (reply->status == HTTP_TOO_MANY || (reply->status == HTTP_UNAVAILABLE &&
					       reply->retry_after_ms >= 0)) {
		wait_for_room(flow, reply);
		return;
	}
	flow->limited_at = 0;
	flow_request_failed(flow, &reply->error);
}

void
flow_looked(struct flow *flow)
{
	flow->blind = 0;
}

void
flow_look_failed(struct flow *flow, const struct error *error, int64_t retry_after_ms)
{
	int64_t wait = retry_after_ms;
	char stamp[CLOCK_STAMP_SIZE];

	if (wait < 0)
		wait = (int64_t)RETRY_MS << (flow->blind < LOOK_STEPS ? flow->blind : LOOK_STEPS);
	if (wait > LOOK_MAX_MS)
		wait = LOOK_MAX_MS;
	flow->blind++;
	clock_local(stamp, clock_wall_ms() + wait);
	flow_detail(flow, _("cannot look at it: %s (again at %.8s)"), error->text, stamp + 11);
	flow_later(flow, wait, flow->verb->steps[flow->step].start);
}

void
flow_leave_unwatched(struct flow *flow, const char *format, ...)
{
	va_list ap;
	char *text;

	va_start(ap, format);
	text = xvasprintf(format, ap);
	va_end(ap);
	error_set(&flow->error, ERROR_NO_REPLY, "%s", text);
	free(text);
	end(flow, FLOW_UNWATCHED);
	leave_record(flow, flow->error.text);
}

void
flow_request_failed(struct flow *flow, const struct error *error)
{
	const struct step *step = &flow->verb->steps[flow->step];
	bool again = error->kind == ERROR_UNREACHABLE || error->kind == ERROR_NO_REPLY ||
		error->kind == ERROR_REMOTE || error->kind == ERROR_LIMIT;

	if (!again || ++flow->tries >= TRIES_MAX) {
		flow_fail(flow, error);
		return;
	}
	flow_detail(flow, "%s", error->text);
	/* Only "unreachable" says that nothing was sent; everything else is asked about. */
	flow_later(flow, (int64_t)RETRY_MS << flow->tries,
		   step->settle && (flow->settling || error->kind != ERROR_UNREACHABLE) ?
			   step->settle : step->start);
}

/* --- its end by a person --- */

void
flow_cancel(struct flow *flow)
{
	if (flow->state > FLOW_RUNNING)
		return;
	if (flow->journaled && is_only_watched(flow)) {
		leave_record(flow, _("Nobody watched it to its end; the platform goes on."));
	} else if (flow->journaled && flow->record.state == OPERATION_RUNNING) {
		/* Half done, perhaps: it stays as it is, interrupted, for a person to decide. */
		store_operation_release(session_store(flow->session), flow_operation_id(flow));
	} else if (flow->journaled) {
		flow->record.state = OPERATION_ABANDONED;
		flow->record.ended_at = clock_wall_ms();
		untrusted_set(&flow->record.error, _("Cancelled before anything was sent."));
		last_word(flow);
	}
	end(flow, FLOW_CANCELLED);
}

void
flow_dismiss(struct flow *flow)
{
	struct session *session = flow->session;

	if (flow->state <= FLOW_RUNNING)
		flow_cancel(flow);
	session_drop_flow(session, flow);
	session_changed(session);
	flow_free(flow);
}

/* --- looking --- */

const char *
flow_operation_id(const struct flow *flow)
{
	return untrusted_raw(&flow->record.id);
}

enum flow_verb
flow_verb(const struct flow *flow)
{
	return flow->request.verb;
}

enum flow_state
flow_state(const struct flow *flow)
{
	return flow->state;
}

const struct review *
flow_review(const struct flow *flow)
{
	return flow->reviewed ? &flow->review : NULL;
}

const struct flow_request *
flow_request(const struct flow *flow)
{
	return &flow->request;
}

size_t
flow_step_count(const struct flow *flow)
{
	return flow->verb->step_count;
}

const struct flow_step *
flow_step(const struct flow *flow, size_t i)
{
	return i < flow->verb->step_count ? &flow->steps[i] : NULL;
}

const struct deployment *
flow_deployment(const struct flow *flow)
{
	return flow->deployment.id.raw ? &flow->deployment : NULL;
}

size_t
flow_deployment_error_count(const struct flow *flow)
{
	return flow->error_count;
}

const struct deployment_error *
flow_deployment_error(const struct flow *flow, size_t i)
{
	return i < flow->error_count ? &flow->errors[i] : NULL;
}

const struct error *
flow_error(const struct flow *flow)
{
	return &flow->error;
}

int64_t
flow_elapsed_ms(const struct flow *flow)
{
	return (flow->ended_at ? flow->ended_at : clock_steady_ms()) - flow->started_at;
}

int64_t
flow_ended_at(const struct flow *flow)
{
	return flow->ended_at;
}

const struct deployment *
flow_overwritten(const struct flow *flow)
{
	return flow->overwritten.id.raw ? &flow->overwritten : NULL;
}

const struct flow_request *
flow_recovery(const struct flow *flow)
{
	return flow->recovery.org ? &flow->recovery : NULL;
}
