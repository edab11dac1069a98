/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the verbs share: the insides of a flow.
 *
 * A verb is two tables.  `prepare` reads, phase by phase, what the review needs; the last
 * phase makes the review.  `steps` is what runs after the approval; each step has a `start`
 * that sends its request, and a `settle` that asks the platform whether it has happened
 * already, for after a lost answer or a crash.  A function of either table ends with exactly
 * one of: a call or a timer under way, flow_next_phase() or flow_step_done(), flow_fail().
 * So there is never more than one call and one timer.
 */
#ifndef SIDESTAGE_FLOW_VERBS_H
#define SIDESTAGE_FLOW_VERBS_H

#include "api/api.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "flow/world.h"
#include "model/delta.h"
#include "model/set.h"
#include "store/store.h"

typedef void flow_phase(struct flow *flow);

struct step {
	const char *id;		/* for the journal and machines: never changed once released */
	const char *name;	/* N_() */
	flow_phase *start;
	flow_phase *settle;
};

struct verb {
	const char *name;	/* for machines and the journal */
	flow_phase *const *prepare;	/* NULL-terminated */
	const struct step *steps;
	size_t step_count;
};

/* One environment of the two that a flow may look at. */
struct flow_place {
	struct environment environment;
	struct deployment running;	/* newest succeeded one; id.raw NULL: none */
};

struct flow {
	struct session *session;
	const struct verb *verb;
	struct flow_request request;	/* owned texts */
	enum flow_state state;
	struct error error;

	size_t phase;
	bool soft;		/* a failing read adds a caution and goes to the last phase */
	struct flow_place target, source;
	struct deployment *scratch;	/* a list of deployments, newest first */
	size_t scratch_count;
	struct clone_origin origin;	/* origin NULL: not known */
	struct set *base;	/* what the delta will ride on: the set of target's from_deploy */
	struct set *was;	/* what target runs; NULL: nothing, or the same as base */
	struct set *theirs, *ours, *ancestor;	/* for merges */
	struct set *result;	/* what will run */
	struct delta *delta;	/* base -> result; NULL or empty: nothing changes */
	char *base_id;		/* set id of base, as the platform says it */
	char *result_id;
	struct set **wanted;	/* where flow_read_set() puts the set that is under way */
	struct review review;
	bool reviewed;
	bool loses;		/* DISCARD: changes of the clone are nowhere else */

	struct operation record;
	bool journaled;
	struct flow_step *steps;
	size_t step;
	bool settling;		/* this step's request may have been sent before */
	int tries;		/* of the step under way */
	int64_t started_at, ended_at;	/* steady ms */
	int64_t step_wall_at;	/* when the step under way began, as journaled */

	struct deployment deployment;
	struct deployment_error *errors;
	size_t error_count;

	struct api_call *call;
	struct session_timer *timer;
};

extern const struct verb verb_clone, verb_deploy, verb_promote, verb_undo, verb_discard, verb_carry;
/* The steps of every verb that changes what runs in `target` (steps.c). */
#define DEPLOY_STEP_COUNT 5
extern const struct step deploy_steps[DEPLOY_STEP_COUNT];

/* flow.c */
struct flow *flow_alloc(struct session *session, const struct flow_request *request);
const struct verb *flow_verb_find(const char *name, enum flow_verb *verb);
void flow_next_phase(struct flow *flow);
void flow_step_done(struct flow *flow);
/* Starts the step under way: settle when `settling`, else start. */
void flow_run_step(struct flow *flow);
void flow_set_steps(struct flow *flow);
/* Ends the flow; takes the error over.  A soft phase goes on instead. */
void flow_fail(struct flow *flow, const struct error *error);
void flow_fail_text(struct flow *flow, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void flow_detail(struct flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Writes the record; false: the flow has failed by that. */
bool flow_journal(struct flow *flow, size_t step);
/* Calls `due` later; it replaces the timer. */
void flow_later(struct flow *flow, int64_t delay_ms, flow_phase *due);
/* What a step does about a failed request: settles after a lost answer, waits and tries
 * again when nothing was sent, or fails. */
void flow_request_failed(struct flow *flow, const struct error *error);

/* reads.c: the phases that verbs put together; every one calls flow_next_phase() */
flow_phase read_target, read_source;
flow_phase read_target_running, read_source_running;
flow_phase read_base_set;	/* target's from_deploy -> base, base_id */
flow_phase read_was_set;	/* target's running -> was */
flow_phase preview_result;	/* base + delta -> result, result_id, checked with the platform */
/* Reads set_id into *where, from the cache when it is there, and goes to the next phase. */
void flow_read_set(struct flow *flow, const char *set_id, struct set **where);
int flow_decode_deployments(struct flow *flow, const json_t *body, struct error *err);
void flow_clear_deployments(struct flow *flow);

/* promote.c: base with what ours changed since ancestor -> delta; conflicts wait for a person
 * that decides them, or end the flow */
flow_phase merge_ours;

/* review.c */
void review_clear(struct review *review);
/* From result, base and was; cautions and sends may be added before and after. */
void review_fill(struct flow *flow);
void review_ready(struct flow *flow);	/* the phase that ends preparing */
void review_caution(struct review *review, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void review_send(struct review *review, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* "web 1.4.2 → 1.4.3, 2 more"; free() it. */
char *review_summary(const struct review *review);
/* The same of changes; back: only where they lead, "web image → 1.4.2". */
char *review_list_changes(const struct changes *changes, bool back);
/* Cautions of the promoted fixes that the target has now and will not have then. */
void review_fixes(struct flow *flow);
/* Strings of the set that still point at another environment, or at a fixed host. */
void review_isolation(struct review *review, const struct set *set, const char *source);

/* steps.c */
flow_phase check_target, send_deployment, settle_deployment, watch_deployment;

/* The comment of the deployment that the flow makes (flow/comment.h); free() it. */
char *flow_comment(const struct flow *flow);

/* resume.c */
json_t *flow_encode_request(const struct flow *flow);

#endif
