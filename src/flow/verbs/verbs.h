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
#ifndef SIDESTAGE_FLOW_VERBS_VERBS_H
#define SIDESTAGE_FLOW_VERBS_VERBS_H

#include "api/api.h"
#include "compare/values.h"
#include "flow/context/context.h"
#include "flow/verbs/flow.h"
#include "flow/world/origin.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "model/set.h"
#include "store/clone-origins.h"
#include "store/history.h"

typedef void flow_phase(struct flow *flow);

struct step {
	const char *id;		/* for the journal and machines: never changed once released */
	const char *name;	/* N_() */
	flow_phase *start;
	flow_phase *settle;
};

struct verb {
	const char *name;	/* for machines and the journal */
	const char *words;	/* N_(): what stands before the names of environments, "deploy to" */
	/* "deployment to qa": an operation, as a noun; free() it. */
	char *(*title)(const char *env, const char *source);
	bool has_source;	/* there is no request without one */
	flow_phase *const *prepare;	/* NULL-terminated */
	const struct step *steps;
	size_t step_count;
	void (*done)(struct flow *flow);	/* after the last step; NULL: nothing more */
};

/* One environment of the two that a flow may look at. */
struct flow_place {
	struct environment environment;
	struct deployment running;	/* newest succeeded one; id.raw NULL: none */
};

/* The values of an environment at one time; not known: they could not be had. */
struct flow_values {
	struct values list;
	bool known;
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
	size_t scratch_at;	/* the promotion that is looked at, from 1 on */
	size_t fixes_left;	/* how many are still looked at */
	struct set *fix_before, *fix_after;	/* of a promotion that this may drop */
	json_t *carried;	/* CARRY: the keys that belong to the fix */
	struct deployment *source_list;	/* PROMOTE: the clone's, newest first */
	size_t source_count;
	struct clone_origin origin;	/* origin NULL: not known */
	struct deployment
		ancestor_deployment; /* PROMOTE: what both had in common; UNDO: what is undone */
	struct deployment before_deployment;	/* UNDO: what ran before it */
	bool is_advanced;	/* PROMOTE: that is one of the clone's, which was promoted */
	struct set *base;	/* what the delta will ride on: the set of target's from_deploy */
	struct set *was;	/* what target runs; NULL: nothing, or the same as base */
	struct set *theirs, *ours, *ancestor;	/* for merges */
	struct set *result;	/* what will run */
	json_t *outputs;	/* CLONE: of the source's resources, {id: outputs} */
	json_t *definitions;	/* CLONE: resource definitions; NULL: not known */
	char *outputs_unread, *definitions_unread;	/* why not; NULL: they were read */
	json_t *acknowledged;	/* CLONE: {id: true} of findings, for a review that is made again */
	json_t *changed; /* CLONE: {where: true}: strings that a person changed in the review */
	size_t first_cautions;	/* CLONE: how many there were before what is made again */
	struct set *first;	/* PROMOTE: what the clone was first deployed with */
	struct delta *delta;	/* base -> result; NULL or empty: nothing changes */
	char *base_id;		/* set id of base, as the platform says it */
	char *result_id;
	struct set **wanted;	/* where flow_read_set() puts the set that is under way */

	/* the values that belong to these sets */
	struct flow_values values_was;	/* what target runs with */
	struct flow_values
		values_now; /* target's newest, which a deployment gets: theirs; pinned */
	struct flow_values values_ours, values_ancestor;	/* for merges */
	struct flow_values values_clone;	/* PROMOTE: all that the clone has */
	struct flow_values values_first; /* PROMOTE: what the clone was first deployed with */
	struct flow_values values_app;	/* the application's own */
	struct flow_values values_result;	/* values_now with value_changes */
	struct value_changes value_changes;	/* what is written to target */
	struct flow_values *wanted_values;	/* where flow_read_values() puts them */
	char *wanted_env;	/* of which environment; NULL: the application */
	/* what comes after values were read, loaded, checked; then_read NULL: the next phase */
	flow_phase *then_read, *then_loaded, *then_checked;
	struct flow_values values_seen;	/* target's newest, as a step saw them */
	const char *restorable;	/* borrowed: version whose secrets can be restored in target */
	struct flow_value_question *questions;
	size_t question_count;
	bool clones_newest_values; /* CLONE: values_ours are the source's newest, not a deployment's
				    */
	/* what was decided in the flow that this one replaces; it holds where the question is the
	 * same */
	struct flow_value_question *kept;
	size_t kept_count;
	struct value_changes kept_changes;
	struct merge kept_merge;
	char *values_version;	/* what the deployment names; NULL: the platform's newest */
	bool values_together;	/* as reviewed: they go along in the deploy request */
	size_t value_at;	/* the change that is written, or put back, next */
	struct error put_back_for; /* kind not NONE: values are being put back because of this */
	char *graph;		/* hash of the resources; NULL: not offered */
	char *graph_hash;	/* the platform's own, where a deployment can name it; else NULL */
	struct deployment overwritten;	/* id.raw NULL: nothing was */
	struct flow_request recovery;	/* owned texts; org NULL: none */

	struct review review;
	bool reviewed;
	char *moved;		/* what moved since, in words; NULL: nothing, as far as is known */
	size_t look;		/* of the round of looks that is under way, which comes next */
	unsigned looks;		/* rounds that ended */
	bool loses;		/* DISCARD: changes of the clone are nowhere else */
	bool is_loss_known;	/* DISCARD: whether they are could be found out */

	struct operation record;
	bool journaled;
	struct flow_step *steps;
	size_t step;
	bool settling;		/* this step's request may have been sent before */
	int tries;		/* of the step under way */
	int64_t limited_at;	/* steady ms since when the platform asks to wait; 0: it does not */
	int blind;		/* looks in a row that failed */
	struct error not_found;	/* of the deployment that is watched */
	int64_t started_at, ended_at;	/* steady ms */
	int64_t step_wall_at;	/* when the step under way began, as journaled */

	struct deployment deployment;
	struct deployment_error *errors;
	size_t error_count;

	struct api_call *call;
	struct loop_timer *timer;
};

#define X(id, name) extern const struct verb verb_##name;
VERBS(X)
#undef X
/* The steps of every verb that changes what runs in `target` (steps.c). */
#define DEPLOY_STEP_COUNT 6
extern const struct step deploy_steps[DEPLOY_STEP_COUNT];

/* request.c */
void flow_copy_request(struct flow_request *to, const struct flow_request *from);
/* Frees what flow_alloc() or document_decode() copied. */
void flow_clear_request(struct flow_request *request);
/* 0, or -1 with err: it is wrong already. */
int flow_check_request(struct session *session, const struct flow_request *request,
		       struct error *err);

/* flow.c */
struct flow *flow_alloc(struct session *session, const struct flow_request *request);
/* By the name for machines, as in the journal; NULL, and *verb as it was: none. */
const struct verb *flow_verb_find(const char *name, enum flow_verb *verb);
const struct verb *flow_verb_of(enum flow_verb verb);
/* The next row of `prepare` begins: what this one was to read is there. */
void flow_next_phase(struct flow *flow);
/* Journals the step as done and starts the next one; after the last the flow has ended. */
void flow_step_done(struct flow *flow);
/* Starts the step under way: settle when `settling`, else start. */
void flow_run_step(struct flow *flow);
/* Makes the list of steps that people see from the verb's table. */
void flow_set_steps(struct flow *flow);
/* Gives up what is under way: a call, a timer. */
void flow_stop_waiting(struct flow *flow);
/* Ends the flow; takes the error over.  A soft phase goes on instead. */
void flow_fail(struct flow *flow, const struct error *error);
/* As flow_fail(), with the sentence. */
void flow_fail_text(struct flow *flow, enum error_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A line that people see beside the step under way; replaces the one before. */
void flow_detail(struct flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Before the request of a step that changes something: an approval of which nothing was sent in
 * time has expired.  false: the flow has failed by that. */
bool flow_may_send(struct flow *flow);
/* Writes the record; false: the flow has failed by that. */
bool flow_journal(struct flow *flow, size_t step);
/* Calls `due` later; it replaces the timer. */
void flow_later(struct flow *flow, int64_t delay_ms, flow_phase *due);
/* What a step does about a failed request: settles after a lost answer, waits and tries
 * again when nothing was sent, or fails. */
void flow_request_failed(struct flow *flow, const struct error *error);
/* The same of an answer: the platform may ask to wait (429, Retry-After), which is done within
 * limits. */
void flow_reply_failed(struct flow *flow, const struct api_reply *reply);
/* Looking at what the platform does failed.  It goes on all the same, so that is said and looked
 * at again, less and less often; what the flow ends with, once it was tried for too long, is
 * UNWATCHED. */
void flow_look_failed(struct flow *flow, const struct error *error, int64_t retry_after_ms);
void flow_looked(struct flow *flow);		/* an answer came */
/* Ends the flow: everything was sent, and the platform goes on unwatched. */
void flow_leave_unwatched(struct flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* reads.c: the phases that verbs put together; every one calls flow_next_phase() */
flow_phase read_target, read_source;
flow_phase read_target_running, read_source_running;
flow_phase read_base_set;	/* target's from_deploy -> base, base_id */
flow_phase read_was_set;	/* target's running -> was */
flow_phase preview_result;	/* base + delta -> result, result_id, checked with the platform */
/* After a read of a set or of values: goes on with flow->then_read, once; NULL: the next phase. */
void flow_read_done(struct flow *flow);
/* Reads set_id into *where, from the cache when it is there, and goes on so. */
void flow_read_set(struct flow *flow, const char *set_id, struct set **where);
/* Newest first into `scratch`, from the platform's list. 0, or -1 with err. */
int flow_decode_deployments(struct flow *flow, const json_t *body, struct error *err);
/* Frees `scratch`. */
void flow_clear_deployments(struct flow *flow);

/* reads-values.c */
flow_phase read_target_values;	/* newest -> values_now */
flow_phase read_was_values;	/* those that target runs with -> values_was */
flow_phase read_app_values;	/* the application's -> values_app */
flow_phase apply_values; /* values_now and value_changes -> values_result; all keys have one */
flow_phase read_graph;		/* the resources of result -> graph */
/* Reads a version of env's values (NULL: the newest; env NULL: the application's) and goes on
 * with flow->then_read, once; NULL: the next phase. */
void flow_read_values(struct flow *flow, const char *env, const char *version,
		      struct flow_values *where);
/* The same of the values that a deployment has. */
void flow_read_values_of(struct flow *flow, const char *env, const struct deployment *deployment,
			 struct flow_values *where);
/* Frees the list; it is not known from then on. */
void flow_values_clear(struct flow_values *values);
/* The hash of what api_compute_graph() gave; free() it.  NULL: it makes no sense. */
char *flow_graph_hash(const json_t *graph);

/* write-values.c: the step that writes value_changes, and back */
flow_phase write_values, settle_values;
flow_phase check_values;	/* that nothing but value_changes was done since the review */
/* The same within another step. */
void flow_check_values(struct flow *flow, flow_phase *then);
/* Makes values_now and values_result be there, also after a crash. */
void flow_load_values(struct flow *flow, flow_phase *then);
/* Puts back what was written, and ends the flow with the error then. */
void flow_put_values_back(struct flow *flow, const struct error *error);
/* Whether the platform takes these changes in the deploy request (extension "deploy-values"). */
bool flow_can_send_together(const struct flow *flow);
/* What goes along in the deploy request; NULL: nothing.  New reference. */
json_t *flow_values_in_request(const struct flow *flow);

/* pins.c: what was reviewed beside the sets, for the journal */
json_t *flow_encode_pins(const struct flow *flow);
/* 0, or -1 with ERROR_INPUT. */
int flow_decode_pins(struct flow *flow, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));

/* promote.c: base with what ours changed since ancestor -> delta; conflicts wait for a person
 * that decides them, or end the flow */
flow_phase merge_ours;
/* Goes on from a merge without undecided conflicts. */
void flow_take_merge(struct flow *flow);

/* promote.c: after a promotion, or after one was undone: what the clone and its origin have in
 * common now. */
void flow_settle_origin(struct flow *flow);

/* undo.c: why nothing of it can be taken back */
void undo_fail_with_nothing(struct flow *flow);

/* approval.c: NULL with err: it is not reviewed now, or has no such finding */
struct review_finding *flow_find_finding(struct flow *flow, const char *id, struct error *err);

/* clone.c and clone-values.c */
void clone_read_source_values(struct flow *flow);
void clone_read_newest_source_values(struct flow *flow);
void clone_read_application_values(struct flow *flow);
/* Adds the text to what is written to the clone; described, and secret, as `like` is (NULL:
 * neither). */
void clone_set_value(struct flow *flow, const char *key, const char *text,
		     const struct value *like, bool is_secret);
/* The phase that asks a person where values cannot simply be copied. */
void clone_decide_values(struct flow *flow);
/* What was chosen becomes what is written. 0, or -1 with err: not all is decided. */
int flow_decide_values(struct flow *flow, struct error *err);
/* Frees the questions, or what is kept of those of a flow before. */
void flow_clear_questions(struct flow *flow);
void flow_clear_kept(struct flow *flow);

/* review.c */
void review_clear(struct review *review);
/* From result, base and was; cautions and sends may be added before and after. */
void review_fill(struct flow *flow);
void review_ready(struct flow *flow);	/* the phase that ends preparing */
void review_caution(struct review *review, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void review_send(struct review *review, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Every request that changes something, in order: the values', and the deployment's. */
void review_list_sends(struct flow *flow);
/* "web 1.4.2 → 1.4.3, 2 more"; free() it. */
char *review_summary(const struct review *review);
/* The same of changes; back: only where they lead, "web image → 1.4.2". */
char *review_list_changes(const struct changes *changes, bool back);
/* fixes.c: cautions of the promoted fixes that the target has now and will not have then */
flow_phase read_fixes;
/* Takes the text. */
struct review_finding *review_finding_add(struct review *review, const char *id, const char *kind,
					  char *text);
/* Empties it but for the first cautions. */
void review_clear_from(struct review *review, size_t cautions);

/* isolation.c */
flow_phase read_source_outputs, read_definitions;
/* What leads to the source, or to a host outside, as findings. */
void review_isolation(struct flow *flow);
/* Both look at those alone that may serve a resource of the clone.
 * The ids of the definitions that are not the same in both, "one, two"; free() it. */
char *flow_other_definitions(const struct flow *flow, const json_t *was, const json_t *now);
/* Of what the clone's resources are made, to pin; free() it. */
char *flow_definitions_hash(const struct flow *flow, const json_t *definitions);
/* A list of what the platform answers, which may be one of each type.  New reference. */
json_t *flow_flatten_definitions(const json_t *body);
/* Where a value leads that it must not; free() it.  NULL: nowhere, as far as can be seen. */
char *flow_value_leads(const struct flow *flow, const char *key, const char *text);

/* live.c: looks at the target while a person reads the review */
flow_phase live_start, live_look_failed;
/* Somebody deploys to the target: reads it again a little later. */
flow_phase live_wait;

/* steps.c */
flow_phase send_deployment, settle_deployment, compare_deployment;

/* check-target.c */
/* "PAGE_SIZE is 50 instead of 40": the first key that differs; "": none does.  free() it. */
char *flow_words_of_values(const struct values *reviewed, const struct values *now);
flow_phase check_target;
/* Whether another deployment is there than was reviewed, or other resources; err says which. */
bool flow_has_moved(const struct flow *flow, const struct deployment *last,
		    const struct deployment *from, struct error *err);
void flow_set_other_graph(const struct flow *flow, struct error *err);

/* watch-deployment.c */
flow_phase watch_deployment;

/* The comment of the deployment that the flow makes (flow/world/comment.h); free() it.  NULL with
 * err: the history does not tell which hotfix it is about. */
char *flow_comment(const struct flow *flow, struct error *err);

#endif
