/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Carries deployments out, one at a time in each environment.
 *
 * A deployment is recorded as pending and answered at once; the work begins in the next
 * turn of the loop.  When it succeeds it becomes the environment's from_deploy.  When it
 * fails it is the last_deploy, and from_deploy stays what it was: a later delta then rides
 * on what really runs, and not on what could not start.  Nothing that ran is touched by a
 * deployment that fails.
 *
 * When the daemon starts, every environment's newest succeeded deployment is applied again,
 * so that its processes run; a deployment asked for meanwhile waits as pending.  One that was
 * still pending when the daemon ended is carried out then, unless it was asked for long ago; one
 * that was in progress has failed.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ENGINE_H
#define SIDESTAGE_PLATFORM_ENGINE_ENGINE_H

#include <jansson.h>
#include <stdbool.h>

#include "platform/state/platform.h"

struct engine;
struct error;

struct engine *engine_new(struct platform *platform);
void engine_free(struct engine *engine);	/* NULL is fine; after the driver has stopped all */

/* What the following ask for in a transaction happens when it is durable, or not at all. */

/* What the database knows starts to run; deletions that were interrupted go on. */
int engine_resume(struct engine *engine, struct error *err);
/* What was to run when the daemon started was tried once. */
bool engine_is_resumed(const struct engine *engine);
/* An environment that came into the database otherwise than by a deployment starts to run. */
void engine_adopt(struct engine *engine, const struct place *place);
/* Takes no more deployments, and calls `idle` once, as soon as none is going on. */
void engine_drain(struct engine *engine, void (*idle)(void *data), void *data);
bool engine_is_stopping(const struct engine *engine);	/* or draining */
/* From now on nothing new starts and no result is recorded: what is going on counts as
 * interrupted, and the next start says so. */
void engine_stop(struct engine *engine);

struct deploy_request {
	const char *delta_id, *set_id, *comment, *mode;	/* each may be NULL */
	const char *value_set_version_id;	/* NULL: the latest */
	const char *if_match;		/* the header's value; NULL: no condition */
	json_t **details;		/* what is there now, when the condition fails; NULL is fine */
	const char *user;		/* who asks; NULL: the platform itself */
};
/* The new deployment as on the wire.  ERROR_INPUT (delta, set, values or image are missing or do not
 * fit, or the environment is paused), ERROR_CONFLICT (one is active), ERROR_STALE (if_match);
 * nothing is changed then. */
json_t *engine_deploy(struct engine *engine, const struct place *place,
		      const struct deploy_request *request, struct error *err);
/* Whether it would be taken, with the same errors; nothing is changed. */
int engine_check_deploy(struct engine *engine, const struct place *place,
			const struct deploy_request *request, struct error *err);
/* A deployment is pending or in progress. */
bool engine_is_busy(struct engine *engine, const struct place *place);
/* Whether it is paused, or how many replicas it has, has changed: what runs follows. */
void engine_refresh(struct engine *engine, const struct place *place);
/* The environment must be marked as deleting; it is gone some time later. */
void engine_remove(struct engine *engine, const struct place *place);

#endif
