/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether anything is being deployed, and who waits until nothing is. */
#include "config.h"

#include "platform/engine/engine-private.h"

#include "net/loop.h"
#include "platform/engine/rollout.h"
#include "platform/state/platform.h"

/* A deployment counts until it is written down how it ended; what follows is between us and the
 * driver. */
bool
engine_env_is_deploying(const struct engine_env *env)
{
	return env->wanted || env->interrupted ||
	       (env->rollout && !env->resuming &&
		rollout_state(env->rollout) <= ROLLOUT_COMMIT);
}

/* From the loop, since the callee may free the engine. */
static void
report_idle(void *data)
{
	struct engine *engine = data;

	engine->drain = NULL;
	engine->idle(engine->idle_data);
}

bool
engine_is_deploying(const struct engine *engine)
{
	for (const struct engine_env *env = engine->envs; env; env = env->next)
		if (engine_env_is_deploying(env))
			return true;
	return false;
}

void
engine_check_idle(struct engine *engine)
{
	if (!engine->draining || engine->drain || !engine->idle || engine_is_deploying(engine))
		return;
	engine->drain = loop_add_timer(engine->platform->loop, 0, report_idle, engine);
}

void
engine_drain(struct engine *engine, void (*idle)(void *data), void *data)
{
	engine->draining = true;
	engine->idle = idle;
	engine->idle_data = data;
	engine_check_idle(engine);
}

bool
engine_is_stopping(const struct engine *engine)
{
	return engine->stopping || engine->draining;
}
