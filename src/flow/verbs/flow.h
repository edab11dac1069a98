/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The verbs.  A flow first prepares (reads what it needs and computes the review), then
 * waits for a person, then runs its table of journaled steps.  It never draws.
 *
 *   PREPARING -> REVIEW -> RUNNING -> DONE | FAILED | UNWATCHED
 *        \________\____________________> FAILED | CANCELLED
 *
 * A merge with conflicts waits as DECIDING for a person's choices, and a clone whose values
 * are not all known as VALUES; then they prepare on.
 */
#ifndef SIDESTAGE_FLOW_VERBS_FLOW_H
#define SIDESTAGE_FLOW_VERBS_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "compare/changes.h"
#include "compare/merge.h"
#include "model/nouns.h"

struct operation;
struct session;
struct flow;
struct delta;
struct set;

/* Every verb: id, and the name of its struct verb, which says all else that differs. */
#define VERBS(X)            \
	X(CLONE, clone)     \
	X(DEPLOY, deploy)   \
	X(PROMOTE, promote) \
	X(UNDO, undo)       \
	X(DISCARD, discard) \
	X(CARRY, carry)

enum flow_verb {
#define X(id, name) FLOW_##id,
	VERBS(X)
#undef X
};
enum flow_state {
	FLOW_PREPARING,
	FLOW_DECIDING,
	FLOW_VALUES,
	FLOW_REVIEW,
	FLOW_RUNNING,
	FLOW_DONE,
	FLOW_FAILED,
	FLOW_CANCELLED,
	FLOW_UNWATCHED /* all was sent; the platform goes on, and nobody looks any more */
};

/* What becomes of one shared value of an environment's own. */
enum flow_value_kind {
	FLOW_VALUE_UNDECIDED,
	FLOW_VALUE_COPY,	/* CLONE: as the source has it; not possible for a secret */
	FLOW_VALUE_TEXT,	/* this text */
	FLOW_VALUE_REFERENCE,	/* CLONE: the same secret by where it lies */
	FLOW_VALUE_APP,		/* the application's: the environment has none of its own */
	FLOW_VALUE_LEAVE_OUT	/* CLONE: none, also when the application has none */
};
struct flow_value {
	const char *key;	/* NULL: the end of a list */
	enum flow_value_kind kind;
	const char *text;	/* TEXT */
};

/* What a person asked for; copied by flow_new(). */
struct flow_request {
	enum flow_verb verb;
	const char *org, *app;
	const char
		*env; /* the target: CLONE: the new id; PROMOTE: the origin; else the environment */
	const char *source; /* CLONE: what is cloned; PROMOTE: the clone; CARRY: who has the fix;
			       else NULL */
	const char *name;	/* CLONE: name for people; NULL: the id */
	const char *type; /* CLONE: environment type, never a protected one; NULL: "development" */
	/* DEPLOY: the draft: an image for each workload; NULL-terminated pairs workload, image. */
	const char *const *images;
	/* DEPLOY: a change that was drafted, instead of images.  CLONE: what the clone has
	 * otherwise than its source, to isolate it.  NULL: none was. */
	const struct delta *draft;
	/* UNDO: the operation to undo; NULL: the last one on env */
	const char *operation_id;
	bool resumes;	/* UNDO: what paused env, whichever deployment it was, instead of that */
	/* CARRY: ids of the sets without and with the fix, as a promotion to `source` had them */
	const char *before_set, *after_set;
	const char *hotfix;	/* CARRY: the clone that the fix is from; NULL: not known */
	/* CLONE: decisions about values of the source.  DEPLOY: values to change (TEXT, APP).
	 * NULL: none */
	const struct flow_value *values;
	/* UNDO: instead of an operation, what shall be again and what came in its place: both sets,
	 * each with the version of the target's values that belongs to it (NULL: not known) */
	const char *before_values, *after_values;
	/* PROMOTE, CARRY, UNDO: a person is there to decide conflicts; else those two fail, and an
	 * undo keeps what others changed.  CLONE: a person is there to decide about values */
	bool decides;
	bool waits;	/* for the end of a deployment of somebody else's; else that is refused */
};

struct flow_step {
	const char *id;		/* for machines: "check-target" */
	const char *name; /* N_() text: "read Production" is made by the view from name and env */
	enum { STEP_TODO, STEP_ACTIVE, STEP_DONE, STEP_FAILED } state;
	int64_t started_at, ended_at;	/* steady ms; 0: not yet */
	char *detail;		/* owned, foreign; "" when none */
	char *waits_for;	/* the same: what the platform says it waits for; NULL: nothing */
	int done, wanted;	/* e.g. workloads ready; 0,0 when it has no measure */
};

/* CLONE: something that leads to the source, or that is not known.  It is changed, or a person
 * acknowledges it by itself. */
struct review_finding {
	char *id;		/* owned; the same each time: for machines, and to name it */
	const char *kind;	/* "environment", "same-host", "fixed-host", "address", "resource",
				   "identity", "queue", "unknown" */
	char *text;		/* owned, foreign: a sentence */
	char *where;		/* owned, foreign: "/modules/web/spec/…", "values/KEY" */
	char *was; /* owned, foreign: the string there, as it is written, which can be changed;
		      NULL: it cannot */
	bool is_acknowledged;
};

/* What is approved: pinned ids, and what a person reads. */
struct review {
	enum flow_verb verb;
	char *org, *app, *env, *source;	/* owned; source may be NULL */
	char *env_name;			/* owned, foreign */
	char *place;	/* "cluster prod, namespace shop"; foreign; NULL: it is not said */
	bool is_new_place;		/* the namespace is still to be made */
	bool is_protected;		/* ask for a reason and for `env` to be typed */
	bool asks_name; /* ask for `env` to be typed: protected, not one's own clone, or its changes
			   would be lost */
	bool is_no_clone; /* DISCARD: it is not one's own clone, which is why it is protected */
	bool may_lose; /* DISCARD: whether its changes would be lost is not known, which is why the
			  name is asked */
	struct set *from, *to;		/* from NULL: a first deployment (all is new) */
	char *from_deployment_id;	/* pinned; NULL: never deployed */
	char *from_set_id, *to_set_id;	/* pinned */
	char *values_version; /* pinned: of the target before what is written; NULL: none */
	char *values_digest;		/* pinned: of their content; NULL: could not be read */
	char *graph;	   /* pinned: hash of the resources it will get; NULL: not offered */
	char *graph_hash;  /* pinned: the platform's own of them; NULL: it takes none */
	char *definitions; /* CLONE: pinned: hash of the resource definitions; NULL: could not be
			      read */
	struct changes changes;
	struct merge merge;		/* PROMOTE, CARRY: entries with their sides */
	bool moved;			/* PROMOTE: the origin moved since it was cloned */
	bool primed; /* from_deploy differs from last_deploy: a delta rides on another base */
	char **sends;			/* the requests, in order: "POST …/deltas" */
	size_t send_count;
	char *way_back;			/* one line: "web image → 1.4.2"; "" when there is none */
	char **cautions;		/* what to read first; foreign */
	size_t caution_count;
	/* What the platform says would come of it: where it runs, refusals, restarts. */
	struct deploy_review outlook;
	bool has_outlook;	/* it was asked, and has answered */
	json_t *cronjobs;	/* CLONE: [{"workload", "schedules"}], those that run in it; NULL */
	struct review_finding *findings;	/* each to be acknowledged before it is approved */
	size_t finding_count;
};

/* Starts preparing; the flow belongs to the session.  NULL with err when the request is
 * wrong already (bad id, read-only, unknown verb, protected type for a clone). */
struct flow *flow_new(struct session *session, const struct flow_request *request,
		      struct error *err);
/* What a person decided in `old`, which `flow` replaces before it is dismissed: values, conflicts,
 * findings.  It holds in `flow` where the question is the same there.  Before `flow` was turned. */
void flow_keep_decisions(struct flow *flow, struct flow *old);
/* UUID version 7; the same in the journal and in the deployment's comment.  Borrowed. */
const char *flow_operation_id(const struct flow *flow);
/* What is done; where a review, a step or an error is from follows from it. */
enum flow_verb flow_verb(const struct flow *flow);
/* See the enum: it changes only within session_turn(), and by the functions below. */
enum flow_state flow_state(const struct flow *flow);
/* NULL until REVIEW.  Borrowed. */
const struct review *flow_review(const struct flow *flow);
/* While it is reviewed: who changed what since it was made, in a sentence; NULL: nothing is known
 * to have moved.  It is looked at again and again; a review that moved is to be made anew. */
const char *flow_moved(const struct flow *flow);
/* The target environment's id etc., always there. */
const struct flow_request *flow_request(const struct flow *flow);
size_t flow_step_count(const struct flow *flow);
/* i below flow_step_count().  Borrowed until the next turn. */
const struct flow_step *flow_step(const struct flow *flow, size_t i);
/* The deployment that this flow made; NULL until there is one.  Borrowed. */
const struct deployment *flow_deployment(const struct flow *flow);
/* The platform's errors when the deployment failed. */
size_t flow_deployment_error_count(const struct flow *flow);
const struct deployment_error *flow_deployment_error(const struct flow *flow, size_t i);
/* What was warned of while it was carried out: with a reason by the platform, else by the cluster.
 * The message is for people. */
size_t flow_warning_count(const struct flow *flow);
const struct workload_warning *flow_warning(const struct flow *flow, size_t i);
/* One of them as a sentence that says who warns, and of what.  To be freed. */
char *flow_warning_text(const struct workload_warning *warning);
/* It is of a workload that does not run, which was no reason to fail. */
bool flow_warning_is_unwell(const struct workload_warning *warning);
/* A clone was made in which something does not run, as it does not in what was cloned. */
bool flow_is_unwell(const struct flow *flow);
/* Kind NONE unless FAILED or UNWATCHED. */
const struct error *flow_error(const struct flow *flow);
/* From its beginning to its end, or until now. */
int64_t flow_elapsed_ms(const struct flow *flow);
int64_t flow_ended_at(const struct flow *flow);	/* steady ms; 0: it runs, or never ran */

/* A value of the source that a clone does not simply get. */
struct flow_value_question {
	char *key;		/* foreign */
	char *text;		/* what the source has; foreign; NULL: a secret, or it has none */
	char *app_text;		/* what the application has, in words; NULL: it has none */
	char *why;		/* a sentence: why it was not simply copied */
	bool is_secret;		/* cannot be read, so not copied */
	bool is_reference;	/* it can be referred to: REFERENCE is possible */
	bool is_used;		/* the set names it: without a value the clone cannot be deployed */
	enum flow_value_kind chosen;
};
/* While VALUES; else 0.  Borrowed until the flow goes on. */
size_t flow_value_count(const struct flow *flow);
const struct flow_value_question *flow_value(const struct flow *flow, size_t i);
/* Decides one, or takes that back (UNDECIDED); text for TEXT, copied.  0, or -1 with err. */
int flow_decide_value(struct flow *flow, const char *key, enum flow_value_kind kind,
		      const char *text, struct error *err) __attribute__((warn_unused_result));
/* When somebody else's deployment was overwritten (the platform has no precondition): whose,
 * and what brings it back.  NULL: none was.  Borrowed. */
const struct deployment *flow_overwritten(const struct flow *flow);
const struct flow_request *flow_recovery(const struct flow *flow);

/* The merge that waits for choices; NULL unless DECIDING.  Borrowed. */
const struct merge *flow_merge(const struct flow *flow);
/* Decides the conflict that is merge entry `entry`: MERGE_OURS the clone's, MERGE_THEIRS the
 * target's.  0, or -1 with err. */
int flow_choose(struct flow *flow, size_t entry, enum merge_side side, struct error *err)
	__attribute__((warn_unused_result));
/* Prepares the review of what was chosen, while DECIDING or VALUES.  0, or -1 with err: not
 * all is decided. */
int flow_decide(struct flow *flow, struct error *err) __attribute__((warn_unused_result));
/* A person has read the finding, or takes that back.  0, or -1 with err: there is none of this id,
 * or it is too late. */
int flow_acknowledge(struct flow *flow, const char *id, bool is_acknowledged, struct error *err)
	__attribute__((warn_unused_result));
/*
 * What the string of a finding shall be in the clone.  The review is made again with it, in which
 * what was acknowledged stays so: the state is PREPARING then.  0, or -1 with err and the review as
 * it was: there is none of this id, it is not in a string of the clone, or it is too late.
 */
int flow_change_finding(struct flow *flow, const char *id, const char *text, struct error *err)
	__attribute__((warn_unused_result));
/*
 * CLONE: what becomes of a Secret that the clone's pods need: "copy", "leave-out", "as:OTHER" (a
 * copy of another one) or "data:KEY=VALUE" (made of that shared value); in the clone alone.  Then as
 * flow_change_finding().
 */
int flow_choose_secret(struct flow *flow, const char *name, const char *choice, struct error *err)
	__attribute__((warn_unused_result));
/* It gets this text as its KEY, beside those that were chosen before: a secret value of the clone
 * that nothing else uses. */
int flow_type_secret(struct flow *flow, const char *name, const char *key, const char *text,
		     struct error *err) __attribute__((warn_unused_result));
/* Findings that nobody has acknowledged yet. */
size_t review_open_findings(const struct review *review);
/* What the outlook would be refused for: 0, or -1 with ERROR_ACCESS, which names it. */
int review_check_outlook(const struct review *review, struct error *err);
/* Somebody else owns what it changes (findings "owner" of the outlook). */
bool review_has_owners(const struct review *review);
/* What it changes of a cluster's objects, for whoever keeps them in a repository
 * (model/manifest-patch.h); new reference, an empty array when there is nothing. */
json_t *review_repository_patches(const struct review *review);
/* Which of its workloads restart, or which objects are removed, in a line; free() it.  NULL: none
 * does. */
char *review_outlook_line(const struct review *review, enum deploy_finding_kind kind);
/*
 * Runs what was reviewed.  `typed` must equal the environment's id when the review asks for the
 * name, and `reason` be non-empty when it is protected.  0, or -1 with err (nothing was sent).
 */
int flow_approve(struct flow *flow, const char *reason, const char *typed, struct error *err)
	__attribute__((warn_unused_result));
/* What flow_approve() would be refused for: 0, or -1 with err.  Changes nothing. */
int flow_check_approval(struct flow *flow, const char *reason, const char *typed, struct error *err)
	__attribute__((warn_unused_result));
/* Before approval: nothing was sent.  After: stops watching; what the platform does goes on, and
 * what was not all sent is an interrupted operation. */
void flow_cancel(struct flow *flow);
/* Removes an ended flow from the session's list and frees it. */
void flow_dismiss(struct flow *flow);
/* For session_free() only: gives up calls and timers and frees the flow, in whatever state.
 * The journal keeps what is unfinished; what was only watched is UNWATCHED from then on;
 * session_drop_flow() is not called. */
void flow_free(struct flow *flow);
/* The set with the values that an operation changed, as they were before or after it: for
 * changes_between().  A new reference. */
struct set *flow_record_set(const struct operation *record, const struct set *set, bool after);
const char *flow_verb_name(enum flow_verb verb);	/* "clone": for machines */
/* "deploy to": before the names of environments; translated. */
const char *flow_verb_words(enum flow_verb verb);

#endif
