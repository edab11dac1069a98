/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A flow from inside, for the files of the verbs. */
#ifndef SIDESTAGE_FLOW_VERBS_FLOW_STATE_H
#define SIDESTAGE_FLOW_VERBS_FLOW_STATE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "compare/values.h"
#include "compare/value-changes.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/verb.h"
#include "model/definition.h"
#include "model/nouns.h"
#include "store/clone-origins.h"
#include "store/history.h"

struct api_call;
struct delta;
struct loop_timer;
struct session;
struct set;

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
	struct definitions definitions;	/* CLONE: of resources, */
	bool definitions_known;		/* when they could be read */
	char *outputs_unread, *definitions_unread;	/* why not; NULL: they were read */
	json_t *acknowledged;	/* CLONE: {id: true} of findings, for a review that is made again */
	json_t *changed; /* CLONE: {where: true}: strings that a person changed in the review */
	json_t *typed;	/* CLONE: {value: true}: made of what was typed for a Secret */
	size_t target_cautions;	/* how many there were before the target was read */
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
	struct workload_warning *warnings;	/* of the cluster, when it was carried out */
	size_t warning_count;

	struct api_call *call;
	struct loop_timer *timer;
};

/* With a copy of what was asked for, and not in the session's list yet; flow_free() it. */
struct flow *flow_alloc(struct session *session, const struct flow_request *request);
/* Makes the list of steps that people see from the verb's table. */
void flow_set_steps(struct flow *flow);
/* Gives up what is under way: a call, a timer. */
void flow_stop_waiting(struct flow *flow);

#endif
