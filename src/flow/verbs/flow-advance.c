/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The life of a flow: the phases before the review, the journaled steps after it.
 *
 * The order that makes a crash safe is in flow_run_step() and flow_step_done(): a step is
 * in the journal as active before its request is sent, and as done before the next begins.
 */
#include "config.h"

#include "flow/verbs/flow-advance.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/resume.h"
#include "flow/verbs/review.h"
#include "flow/verbs/verb.h"
#include "model/task-progress.h"
#include "net/loop.h"
#include "store/journal.h"

/* Together some seconds: enough for a platform that is being restarted. */
#define TRIES_MAX 4
#define RETRY_MS 500
#define HTTP_TOO_MANY 429
#define HTTP_UNAVAILABLE 503
/* With no time given, waits double up to half a minute.  Ten minutes is
 * less than an approval is valid. */
#define LIMITED_STEPS 6
#define LIMITED_MAX_MS (10 * 60 * 1000)
/* For looking there is no end: what was deployed goes on without us,
 * and a person may stop watching. */
#define LOOK_STEPS 6
#define LOOK_MAX_MS 30000

/* --- the phases before the review --- */

void
flow_next_phase(struct flow *flow)
{
	flow_phase *next = flow->verb->prepare[++flow->phase];

	assert(flow->state == FLOW_PREPARING && next);
	next(flow);
}

/* --- ending --- */

static void fail_quietly(struct flow *flow);

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
static bool
write_journal(struct flow *flow, size_t step)
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

bool
flow_leave_watched(struct flow *flow, const char *why)
{
	if (!flow->journaled || !is_only_watched(flow))
		return false;
	leave_record(flow, why);
	return true;
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
	untrusted_set(&flow->record.error_kind, error_kind_name(copied.kind));
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
	if (!write_journal(flow, SIZE_MAX))
		return;
	if (flow->verb->done)
		flow->verb->done(flow);
	end(flow, FLOW_DONE);
}

/* --- the steps --- */

void
flow_take_progress(struct flow *flow, const json_t *body)
{
	struct flow_step *step = &flow->steps[flow->step];
	struct task_progress progress;

	task_progress_read(&progress, json_object_get(body, "progress"));
	free(step->waits_for);
	step->waits_for = task_progress_text(&progress);
	task_progress_clear(&progress);
	session_changed(flow->session);
}

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
	if (!write_journal(flow, flow->step))
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
	if (!write_journal(flow, flow->step))
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
		return write_journal(flow, SIZE_MAX);
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

bool
flow_take_environment(struct flow *flow, const struct api_reply *reply, struct environment *out)
{
	struct error err = { 0 };

	if (reply->error.kind != ERROR_NONE)
		flow_reply_failed(flow, reply);
	else if (environment_decode(out, reply->body, &err) != 0)
		flow_fail(flow, &err);
	else
		return true;
	return false;
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
	flow_detail(flow, _("cannot check it: %s (next try at %.8s)"), error->text, stamp + 11);
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
	if (flow_leave_watched(flow, _("It was not watched to its end; the platform continues it."))) {
		/* It is written down so. */
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
