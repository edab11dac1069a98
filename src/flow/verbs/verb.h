/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A verb is two tables.  `prepare` reads, phase by phase, what the review needs; the last
 * phase makes the review.  `steps` is what runs after the approval; each step has a `start`
 * that sends its request, and a `settle` that asks the platform whether it has happened
 * already, for after a lost answer or a crash.  A function of either table ends with exactly
 * one of: a call or a timer under way, flow_next_phase() or flow_step_done(), flow_fail().
 * So there is never more than one call and one timer.
 */
#ifndef SIDESTAGE_FLOW_VERBS_VERB_H
#define SIDESTAGE_FLOW_VERBS_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/verbs/flow.h"

struct flow;

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
	/* N_(): an operation, as a noun, with {env} and {source}: "deployment to qa". */
	const char *title;
	/* For the platform's history and ours, with {changes} as well: machine text, the same in
	 * every language: "promote hotfix-1: web 1.4.2 → 1.4.3".  NULL: the changes say it. */
	const char *summary;
	bool has_source;	/* there is no request without one */
	flow_phase *const *prepare;	/* NULL-terminated */
	const struct step *steps;
	size_t step_count;
	void (*done)(struct flow *flow);	/* after the last step; NULL: nothing more */
};

/* Each is in the file of its name. */
#define X(id, name) extern const struct verb verb_##name;
VERBS(X)
#undef X

/* A title or a summary with what its {words} stand for; free() it.  changes may be NULL. */
char *flow_verb_text(const char *text, const char *env, const char *source, const char *changes);
/* By the name for machines, as in the journal; NULL, and *verb as it was: none. */
const struct verb *flow_verb_find(const char *name, enum flow_verb *verb);
/* Never NULL. */
const struct verb *flow_verb_of(enum flow_verb verb);

#endif
