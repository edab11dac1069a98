/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Environments that were adopted stay true: their namespaces are read again when a driver says that
 * what is declared there has changed, and from time to time, and what is another set is recorded
 * (adoption.h).  One that changes all the time is read ever more seldom.
 *
 * What is followed: the namespaces of a source, which the operator named when the daemon started,
 * and those that were adopted before.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_FOLLOW_H
#define SIDESTAGE_PLATFORM_ENGINE_FOLLOW_H

#include <jansson.h>
#include <stdbool.h>

#include "platform/engine/adoption.h"

struct adoption_report;
struct error;
struct follow;
struct place;
struct platform;

/* Nothing is read by it. */
struct follow *follow_new(struct platform *platform);
void follow_free(struct follow *follow);	/* NULL is fine */
/* What is under way is of no more interest: before the drivers go. */
void follow_stop(struct follow *follow);

struct follow_source {
	struct adoption of;
	const char *context;		/* as the operator calls it; NULL: not known */
	const char *const *namespaces;	/* as driver_survey */
	bool all;
	const char *selector;
};
/* Reads it in the next turn and from then on; copies all. */
void follow_add(struct follow *follow, const struct follow_source *source);
/* {namespace: application}, as the operator groups them at this start; "": by its labels.  What was
 * chosen since he said the same stays chosen.  0, or -1 with err. */
int follow_put_option_groups(struct follow *follow, const struct adoption *of,
			     const json_t *groups, struct error *err);
/* What was adopted before and belongs to no source. */
int follow_resume(struct follow *follow, struct error *err);

/*
 * Adopts some namespaces: `done` is called once from the loop, with the environments that they are
 * and with warnings (as adoption_report_encode() writes them), or with err.  They are followed from
 * then on.
 */
void follow_adopt(struct follow *follow, const struct follow_source *source,
		  void (*done)(void *data, const json_t *report, const struct error *err),
		  void *data);

/*
 * Reads the namespace of an adopted environment now, whatever else is being read, so that what is
 * known of it is what was there after this call: `done` is called once from the loop, when that is
 * recorded (report NULL), or with err.  false: nobody follows it, it is being deployed to, which
 * reads it as well, or too many are being read; `done` is not called.
 */
bool follow_survey(struct follow *follow, const struct place *place,
		   void (*done)(void *data, const json_t *report, const struct error *err),
		   void *data);

/* Whoever waits so does not want to hear of it any more. */
void follow_forget(struct follow *follow, const void *data);

/* What a clone of the namespace does not carry: [{"object", "why", "reason"}], borrowed until the
 * next turn.  NULL: it was not read yet. */
const json_t *follow_left(const struct follow *follow, const char *org, const char *namespace);

/* Whether all of an environment's namespace was read, and not its workloads alone, as of many; else
 * that is done now, and it is to be asked again.  true as well while it is deployed to. */
bool follow_is_whole(struct follow *follow, const struct place *place);

/*
 * A person says which applications these namespaces of an organization's are shown in, {namespace:
 * application}; "": by its labels.  Kept at once, and done when they were read again.  All of it,
 * or -1 with err: ERROR_CONFLICT where clones of one are there.
 */
int follow_group(struct follow *follow, const char *org, const json_t *groups, struct error *err);

/* What is known of an organization's.  0 with the report, which adoption_report_clear() ends; -1
 * with err: ERROR_NOT_FOUND where nothing was adopted. */
int follow_tell(struct follow *follow, const char *org, struct adoption_report *out,
		struct error *err);

#endif
