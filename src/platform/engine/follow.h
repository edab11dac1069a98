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
	/* {namespace: application}: those that a person grouped; "": by its labels.  NULL: none. */
	const json_t *groups;
};
/* Reads it in the next turn and from then on; copies all. */
void follow_add(struct follow *follow, const struct follow_source *source);
/* What was adopted before and belongs to no source. */
int follow_resume(struct follow *follow, struct error *err);

/*
 * Adopts some namespaces: `done` is called once from the loop, with {"environments": [{"app_id",
 * "env_id", "namespace", "left", "is_new"}], "warnings": [text]}, or with err.  They are followed
 * from then on.
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

/* What is known of an organization's: doc/api/extensions, "adoption"; new reference.  NULL: nothing
 * was adopted there. */
json_t *follow_tell(struct follow *follow, const char *org);

#endif
