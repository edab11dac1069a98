/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is known of each environment (engine.c). */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ENGINE_PRIVATE_H
#define SIDESTAGE_PLATFORM_ENGINE_ENGINE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "platform/engine/engine.h"
#include "platform/engine/env-progress.h"
#include "platform/engine/problems.h"

struct driver_task;
struct loop_timer;
struct rollout;

#define SLICE_PAUSE_MS 1		/* until the next slice of deleted rows goes */

enum env_state { ENV_IDLE, ENV_ROLLING_OUT, ENV_REMOVING, ENV_FORGETTING };

struct engine_env {
	struct engine *engine;
	struct engine_env *next;
	char *org, *app, *env;
	char *name;			/* "org/app/env" */
	enum env_state state;
	char *wanted;			/* id of a deployment that is pending */
	char *interrupted;		/* of one that the daemon before left, and that goes on */
	bool resuming;			/* what is rolled out is no new deployment */
	bool should_resume;		/* what the database says is to be started */
	bool looking;			/* that, to be looked at, where others change it, too */
	bool refresh;			/* that has changed since */
	bool should_clear;		/* what one that failed has left, where none succeeded */
	bool should_prune;		/* there are resources that are to go */
	bool pruning;			/* what is rolled out is nothing but that */
	bool starting;			/* since the daemon's start; until it was tried once */
	bool deleting;
	int64_t began;			/* steady ms; what is rolled out */
	struct rollout *rollout;
	struct driver_task *removal;
	struct env_progress progress;	/* of that */
	struct loop_timer *timer;	/* the next step */
	int64_t retry_ms;
	int64_t record_ms;		/* until the next try of the database */
	struct problems problems;	/* of what should run */
};

struct engine {
	struct platform *platform;
	struct engine_env *envs;
	bool stopping;
	bool draining;
	struct loop_timer *dropping;	/* what was deleted, a slice a turn; NULL: none is left */
	struct loop_timer *drain;	/* the idle callback, on its own stack */
	void (*idle)(void *data);
	void *idle_data;
	void (*deployed)(void *data, bool succeeded, int64_t ms);	/* NULL: nobody counts */
	void *deployed_data;
};

/* drain.c: a deployment is pending or in progress there; nothing may be any more. */
bool engine_env_is_deploying(const struct engine_env *env);
void engine_check_idle(struct engine *engine);

#endif
