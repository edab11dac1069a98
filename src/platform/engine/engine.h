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
 * that was in progress goes on where its driver can take it up again, else it has failed
 * (interrupted.h).  When one that went on fails, the newest succeeded one is applied again.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ENGINE_H
#define SIDESTAGE_PLATFORM_ENGINE_ENGINE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct engine;
struct error;
struct place;
struct platform;
struct problems;

/* Nothing is started by it: see engine_resume(). */
struct engine *engine_new(struct platform *platform);
void engine_free(struct engine *engine);	/* NULL is fine; after the driver has stopped all */

/* Called for each deployment that has ended, with how long it took. */
void engine_on_deployed(struct engine *engine,
			void (*deployed)(void *data, bool succeeded, int64_t ms), void *data);

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
/* Some deployment is pending or in progress. */
bool engine_is_deploying(const struct engine *engine);
/* From now on nothing new starts and no result is recorded: what is going on counts as
 * interrupted, and the next start says so. */
void engine_stop(struct engine *engine);

/* A deployment that is recorded as pending. */
void engine_begin(struct engine *engine, const struct place *place, const char *deploy_id);
/* Why what should run does not, where no deployment has failed but the start of what was deployed
 * before: after a restart, an import, a pause.  NULL: nothing is known of the environment.
 * Borrowed until the next turn of the loop. */
const struct problems *engine_problems(struct engine *engine, const struct place *place);
/* How far what is under way there is, as model/task-progress.h has it; new.  NULL: nothing is, or
 * its driver has not said. */
json_t *engine_progress(struct engine *engine, const struct place *place);
/* Where an adopted environment was is not there any more, or nothing of it is meant; or it is there
 * again (why NULL): its problem. */
void engine_note_gone(struct engine *engine, const struct place *place, const struct error *why);
/* A deployment is pending or in progress. */
bool engine_is_busy(struct engine *engine, const struct place *place);
/* Whether it is paused, or how many replicas it has, has changed: what runs follows. */
void engine_refresh(struct engine *engine, const struct place *place);
/* Resources are marked as deleting; they are gone some time later. */
void engine_prune(struct engine *engine, const struct place *place);
/* The environment must be marked as deleting; it is gone some time later. */
void engine_remove(struct engine *engine, const struct place *place);
/* The rows of what was deleted go in slices: of applications that are marked as deleting and have
 * no environment left, of artefacts, and of the audit what is too old. */
void engine_drop_deleted(struct engine *engine);

#endif
