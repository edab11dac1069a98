/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the phases and steps of a flow go on, wait and end. */
#ifndef SIDESTAGE_FLOW_VERBS_FLOW_ADVANCE_H
#define SIDESTAGE_FLOW_VERBS_FLOW_ADVANCE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "flow/verbs/verb.h"

struct api_reply;
struct flow;

/* The next row of `prepare` begins: what this one was to read is there. */
void flow_next_phase(struct flow *flow);
/* Journals the step as done and starts the next one; after the last the flow has ended. */
void flow_step_done(struct flow *flow);
/* Starts the step under way: settle when `settling`, else start. */
void flow_run_step(struct flow *flow);
/* Ends the flow; takes the error over.  A soft phase goes on instead. */
void flow_fail(struct flow *flow, const struct error *error);
/* As flow_fail(), with the sentence. */
void flow_fail_text(struct flow *flow, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* What the platform says in its answer of what is under way there; NULL: nothing is any more. */
void flow_take_progress(struct flow *flow, const json_t *body);
/* A line that people see beside the step under way; replaces the one before. */
void flow_detail(struct flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Before the request of a step that changes something: an approval of which nothing was sent in
 * time has expired.  false: the flow has failed by that. */
bool flow_may_send(struct flow *flow);
/* Calls `due` later; it replaces the timer. */
void flow_later(struct flow *flow, int64_t delay_ms, flow_phase *due);
/* What a step does about a failed request: settles after a lost answer, waits and tries
 * again when nothing was sent, or fails. */
void flow_request_failed(struct flow *flow, const struct error *error);
/* The same of an answer: the platform may ask to wait (429, Retry-After), which is done within
 * limits. */
void flow_reply_failed(struct flow *flow, const struct api_reply *reply);
/* What an answer says of an environment, also one that failed.  false: nothing, and the flow
 * knows; else environment_clear() it. */
bool flow_take_environment(struct flow *flow, const struct api_reply *reply,
			   struct environment *out);
/* Looking at what the platform does failed.  It goes on all the same, so that is said and looked
 * at again, less and less often; what the flow ends with, once it was tried for too long, is
 * UNWATCHED. */
void flow_look_failed(struct flow *flow, const struct error *error, int64_t retry_after_ms);
void flow_looked(struct flow *flow);		/* an answer came */
/* Ends the flow: everything was sent, and the platform goes on unwatched. */
void flow_leave_unwatched(struct flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Where everything was sent and only the watching is left, the record says that nobody does any
 * more, and why.  false: it is not so, or the flow is not journaled. */
bool flow_leave_watched(struct flow *flow, const char *why);

#endif
