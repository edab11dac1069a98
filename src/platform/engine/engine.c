/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What each environment does, and what it does next:
 *
 *	idle -> rolling out (a deployment, or what the database says should run) -> idle
 *	idle -> removing -> forgetting -> (the environment is freed)
 *
 * `wanted` (a deployment that is pending), `should_resume` and `deleting` are what is to be
 * done as soon as it is idle; next_step() is the one place that decides.
 *
 * The members are wishes, not a queue: a wish that comes twice is one.  Each can be found in
 * the database again, so nothing here needs to survive the daemon.
 */
#include "config.h"

#include "platform/engine/engine-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/interrupted.h"
#include "platform/engine/rollout.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-removal.h"
#include "platform/state/repository-runtime.h"
#include "platform/state/repository.h"

#define RECORD_MIN_MS 250		/* between two tries to read or write what happens */
#define RECORD_MAX_MS 30000
#define RETRY_MIN_MS 5000
#define RETRY_MAX_MS 300000

static struct place
place_of(const struct engine_env *env)
{
	return (struct place){env->org, env->app, env->env};
}

/* There are few enough of them for a list, and none goes while something of it is under way. */
static struct engine_env *
find_env(struct engine *engine, const struct place *place, bool make)
{
	struct engine_env *env;

	for (env = engine->envs; env; env = env->next)
		if (strcmp(env->org, place->org) == 0 && strcmp(env->app, place->app) == 0 &&
		    strcmp(env->env, place->env) == 0)
			return env;
	if (!make)
		return NULL;
	env = xcalloc(1, sizeof(*env));
	env->engine = engine;
	env->org = xstrdup(place->org);
	env->app = xstrdup(place->app);
	env->env = xstrdup(place->env);
	env->name = place_space(place);
	env->retry_ms = RETRY_MIN_MS;
	env->record_ms = RECORD_MIN_MS;
	env->next = engine->envs;
	engine->envs = env;
	return env;
}

static void
free_env(struct engine_env *env)
{
	struct engine_env **link = &env->engine->envs;

	while (*link != env)
		link = &(*link)->next;
	*link = env->next;
	loop_remove_timer(env->timer);
	rollout_free(env->rollout);
	driver_task_forget(env->removal);
	problems_clear(&env->problems);
	free(env->org);
	free(env->app);
	free(env->env);
	free(env->name);
	free(env->wanted);
	free(env->interrupted);
	free(env);
}

static void next_step(void *data);

/* There is one timer, so whatever is asked for last decides when; next_step() then looks at all
 * of it. */
static void
schedule(struct engine_env *env, int64_t delay_ms)
{
	if (env->engine->stopping)
		return;
	loop_remove_timer(env->timer);
	env->timer = loop_add_timer(env->engine->platform->loop, delay_ms, next_step, env);
}

/* A database that fails may do so for long, and each try is a line in the log. */
static void
schedule_record(struct engine_env *env)
{
	schedule(env, env->record_ms);
	env->record_ms = env->record_ms * 2 < RECORD_MAX_MS ? env->record_ms * 2 : RECORD_MAX_MS;
}

/* What cannot be done is tried again, ever more seldom. */
static void
schedule_retry(struct engine_env *env)
{
	schedule(env, env->retry_ms);
	if (env->retry_ms < RETRY_MAX_MS)
		env->retry_ms *= 2;
}

/* A database that fails here cannot be told to anybody but the log. */
static void
complain(const struct engine_env *env, const char *what, const struct error *err)
{
	log_line(LOG_PRIORITY_ERROR, what, "space", env->name, "error", err->text, NULL);
}

/* --- rolling out --- */

/* What succeeded settles what was to be resumed, but for what it has left out. */
static void
settle(struct engine_env *env, bool is_partial)
{
	env->should_resume = is_partial;
	env->should_clear = false;
}

/* What failed is tried again, but only where the state says that it should run: a deployment that
 * failed by itself is not repeated, and where it has left something else than what was there, that
 * is brought back at once.  What a success has left out is resumed at once, too. */
static void
schedule_next(struct engine_env *env, bool succeeded, bool is_unsettled, bool is_partial)
{
	if (env->pruning)
		env->pruning = false;
	else if (succeeded)
		settle(env, is_partial);
	else if (env->resuming || is_unsettled)
		env->should_resume = true;
	env->should_clear |= is_unsettled;
	env->looking &= !is_unsettled && !env->refresh;
	if (env->refresh) {
		env->should_resume = true;
		schedule(env, 0);
		return;
	}
	if (!env->should_resume || env->wanted || env->deleting || is_unsettled || is_partial)
		schedule(env, 0);
	else
		schedule_retry(env);
}

/* A deployment that fails says so itself, and what ran before still runs; one that succeeds leaves
 * nothing to say. */
static void
note_problems(struct engine_env *env, bool succeeded)
{
	if (env->pruning)
		return;
	if (succeeded)
		problems_set(&env->problems, NULL);
	else if (env->resuming)
		problems_set(&env->problems, rollout_problems(env->rollout));
}

/* The deployment counts from here on, whatever pruning still does. */
static void
committed(void *data, bool succeeded)
{
	struct engine_env *env = data;

	if (!env->resuming && env->engine->deployed)
		env->engine->deployed(env->engine->deployed_data, succeeded,
				      clock_steady_ms() - env->began);
	note_problems(env, succeeded);
	env->starting = false;
	if (succeeded)
		env->retry_ms = RETRY_MIN_MS;
}

/* The callback of the rollout's last state: it may free the rollout, which
 * touches nothing of itself after this call. */
static void
rolled_out(void *data, bool succeeded)
{
	struct engine_env *env = data;
	bool is_unsettled = rollout_is_unsettled(env->rollout);
	bool is_partial = rollout_is_partial(env->rollout);

	rollout_free(env->rollout);
	env->rollout = NULL;
	env->state = ENV_IDLE;
	engine_check_idle(env->engine);
	schedule_next(env, succeeded, is_unsettled, is_partial);
}

/* What of it the rollout is: its deployment, and how that is carried out. */
static void
start_rollout(struct engine_env *env, struct rollout_order order)
{
	struct place place = place_of(env);

	order.platform = env->engine->platform;
	order.place = &place;
	order.committed = committed;
	order.ended = rolled_out;
	order.data = env;
	env->state = ENV_ROLLING_OUT;
	env->resuming = order.resuming;
	env->pruning = !order.deploy_id && !order.clearing;
	env->should_prune = false;
	env->began = clock_steady_ms();
	env->rollout = rollout_new(&order);
	rollout_begin(env->rollout);
}

/* Nothing is begun that nobody would know of after a crash.  Takes the id. */
static void
start_deployment(struct engine_env *env, char *id)
{
	const enum deployment_status status = DEPLOYMENT_IN_PROGRESS;
	struct error err = {0};

	if (repository_set_deployment_status(env->engine->platform->repository, id, status,
					     clock_wall_ms(), &err) != 0) {
		complain(env, "cannot record that a deployment begins, trying again", &err);
		env->wanted = id;
		schedule_record(env);
		return;
	}
	log_line(LOG_PRIORITY_INFO, "deployment", "space", env->name, "id", id, "status",
		 deployment_status_word(status), NULL);
	env->record_ms = RECORD_MIN_MS;
	start_rollout(env, (struct rollout_order){.deploy_id = id});
	free(id);
}

/* It was begun by a daemon before, and recorded so.  Whoever paused the environment meanwhile has
 * told that daemon alone.  Takes the id. */
static void
continue_deployment(struct engine_env *env, char *id)
{
	struct place place = place_of(env);
	struct error ignored;
	bool paused = true;

	(void)repository_is_paused(env->engine->platform->repository, &place, &paused, &ignored);
	env->refresh |= paused;
	log_line(LOG_PRIORITY_NOTICE, "deployment is taken up again", "space", env->name, "id", id,
		 NULL);
	start_rollout(env, (struct rollout_order){.deploy_id = id, .continuing = true});
	free(id);
}

/* The newest that succeeded, whether or not a later one failed: that is what should run. */
static void
resume(struct engine_env *env)
{
	struct place place = place_of(env);
	struct deployment deployment = {0};
	struct error err = {0};
	int ret;

	if (env_driver_check(env->engine->platform, &place, &err) != 0 &&
	    err.kind == ERROR_INPUT) {	/* until a daemon starts that has it */
		complain(env, "cannot start an environment", &err);
		problems_set_env(&env->problems, env->env, "no-driver", &err);
		env->starting = false;
		schedule(env, 0);
		return;
	}
	ret = repository_read_newest_succeeded(env->engine->platform->repository, &place,
					       &deployment, &err);
	if (ret != 0 && err.kind != ERROR_NOT_FOUND) {
		complain(env, "cannot read what should run, trying again", &err);
		problems_set_env(&env->problems, env->env, "cannot-prepare", &err);
		env->should_resume = true;
		schedule_record(env);
		return;
	}
	env->record_ms = RECORD_MIN_MS;
	if (ret != 0)
		env->starting = false;
	/* Where one that is bare is to be made, is for a deployment to decide. */
	if (ret != 0 && env_driver_is_bare(env->engine->platform, &place))
		schedule(env, 0);
	else
		start_rollout(env, (struct rollout_order){
			.deploy_id = deployment.id.raw,
			.resuming = true,
			.leaving = env->looking &&
				   env_driver_is_shared(env->engine->platform, &place),
			.clearing = !deployment.id.raw && env->should_clear,
		});
	deployment_clear(&deployment);
}

/* --- removing --- */

/* The rows go after everything that runs is gone, so that a crash between the two finds it
 * again; where there are many, by and by, so that others are answered meanwhile. */
static void
forget(struct engine_env *env)
{
	struct repository *repository = env->engine->platform->repository;
	struct place place = place_of(env);
	struct error err = {0};
	int trimmed = repository_trim_environment(repository, &place, &err), more = trimmed;

	if (trimmed == 0)
		more = repository_forget_environment(repository, &place, &err);
	if (more < 0) {
		complain(env, "cannot forget an environment, trying again", &err);
		schedule_record(env);
		return;
	}
	if (trimmed > 0) {
		schedule(env, SLICE_PAUSE_MS);
		return;
	}
	if (more > 0)
		engine_drop_deleted(env->engine);
	log_line(LOG_PRIORITY_INFO, "environment deleted", "space", env->name, NULL);
	free_env(env);
}

static void
removed(void *data, const struct driver_result *result)
{
	struct engine_env *env = data;

	env->removal = NULL;
	if (result->err) {
		complain(env, "cannot remove an environment, trying again", result->err);
		problems_set_env(&env->problems, env->env, PROBLEM_REMOVAL, result->err);
		env->state = ENV_IDLE;
		schedule_retry(env);
		return;
	}
	env->state = ENV_FORGETTING;
	forget(env);
}

static void
removing(void *data, const struct driver_progress *progress)
{
	struct engine_env *env = data;

	env_progress_note(&env->progress, progress);
}

/* The task removes what runs and what lies on disk; it can be begun again after a crash. */
static void
start_removing(struct engine_env *env)
{
	struct driver_waiter waiter = {.ended = removed, .progress = removing, .data = env};
	struct place place = place_of(env);
	struct error err = {0};
	struct env_home home;
	struct driver *driver = env_driver_made_at(env->engine->platform, &place, &home, &err);

	if (driver) {
		const struct driver_home where = env_driver_home(&home);

		env->state = ENV_REMOVING;
		env->progress = (struct env_progress){0};
		env->removal = driver->ops->remove(driver, env->name, &where, &waiter);
	} else if (err.kind == ERROR_INPUT) {	/* until a daemon starts that has it */
		complain(env, "cannot remove an environment", &err);
		problems_set_env(&env->problems, env->env, PROBLEM_REMOVAL, &err);
	} else if (err.kind != ERROR_NOT_FOUND) {
		complain(env, "cannot remove an environment, trying again", &err);
		problems_set_env(&env->problems, env->env, PROBLEM_REMOVAL, &err);
		schedule_retry(env);
	} else {	/* it was never deployed */
		env->state = ENV_FORGETTING;
		forget(env);
	}
	env_home_clear(&home);
}

/* --- what is next --- */

/* After a start what ran before is started first, and then what was asked for. */
static bool
has_to_resume(const struct engine_env *env)
{
	return env->should_resume && !env->engine->draining && (!env->wanted || env->starting);
}

/* The order is the priority: an environment that is deleted has no other wishes. */
static void
next_step(void *data)
{
	struct engine_env *env = data;
	char *wanted = env->wanted, *interrupted = env->interrupted;

	env->timer = NULL;
	if (env->state == ENV_FORGETTING) {
		forget(env);
	} else if (env->state != ENV_IDLE) {
		return;
	} else if (env->deleting) {
		start_removing(env);
	} else if (interrupted) {
		env->interrupted = NULL;
		continue_deployment(env, interrupted);
	} else if (has_to_resume(env)) {
		env->should_resume = false;
		env->refresh = false;
		resume(env);
	} else if (wanted) {
		env->wanted = NULL;
		start_deployment(env, wanted);
	} else if (env->should_prune) {
		start_rollout(env, (struct rollout_order){.resuming = true});
	}
}

/* --- what follows a commit --- */

enum wish { WISH_DEPLOY, WISH_REFRESH, WISH_PRUNE, WISH_REMOVE, WISH_ADOPT };

struct order {
	struct engine *engine;
	enum wish wish;
	char *org, *app, *env;
	char *deployment;		/* of WISH_DEPLOY */
};

/* Whatever is going on there is of no use to anybody, nor is why it could not be deleted before. */
static void
delete_env(struct engine_env *env)
{
	struct error why;

	env->deleting = true;
	env->retry_ms = RETRY_MIN_MS;
	problems_set(&env->problems, NULL);
	error_set_code(&why, CODE_ENVIRONMENT_IS_DELETING, .env = env->env);
	if (env->rollout)
		rollout_cancel(env->rollout, &why);
}

/* Runs after the commit, with the loop's stack below it; what it starts begins in the next turn. */
static void
carry_out(void *data)
{
	struct order *order = data;
	struct place place = {order->org, order->app, order->env};
	struct engine_env *env = find_env(order->engine, &place, true);

	switch (order->wish) {
	case WISH_DEPLOY:
		free(env->wanted);
		env->wanted = order->deployment;
		order->deployment = NULL;
		break;
	case WISH_REFRESH:
		env->refresh = true;
		env->retry_ms = RETRY_MIN_MS;
		env->should_resume = true;
		env->looking = false;
		break;
	case WISH_PRUNE:
		env->should_prune = true;
		break;
	case WISH_REMOVE:
		delete_env(env);
		break;
	case WISH_ADOPT:
		env->looking = !env->should_resume;
		env->should_resume = true;
		break;
	}
	schedule(env, 0);
}

static void
free_order(void *data)
{
	struct order *order = data;

	free(order->org);
	free(order->app);
	free(order->env);
	free(order->deployment);
	free(order);
}

/* Nothing starts or stops for a change that is not durable. */
static void
follow_commit(struct engine *engine, const struct place *place, enum wish wish,
	      const char *deployment)
{
	struct order *order = xcalloc(1, sizeof(*order));

	*order = (struct order){
		.engine = engine,
		.wish = wish,
		.org = xstrdup(place->org),
		.app = xstrdup(place->app),
		.env = xstrdup(place->env),
		.deployment = deployment ? xstrdup(deployment) : NULL,
	};
	repository_after_commit(engine->platform->repository, carry_out, free_order, order);
}

void
engine_begin(struct engine *engine, const struct place *place, const char *deploy_id)
{
	follow_commit(engine, place, WISH_DEPLOY, deploy_id);
}

const struct problems *
engine_problems(struct engine *engine, const struct place *place)
{
	const struct engine_env *env = find_env(engine, place, false);

	return env ? &env->problems : NULL;
}

json_t *
engine_progress(struct engine *engine, const struct place *place)
{
	const struct engine_env *env = find_env(engine, place, false);

	if (env && env->state == ENV_REMOVING)
		return env_progress_encode(&env->progress);
	return env && env->rollout ? rollout_progress(env->rollout) : NULL;
}

void
engine_note_gone(struct engine *engine, const struct place *place, const struct error *why)
{
	struct engine_env *env = find_env(engine, place, true);

	if (why)
		problems_set_env(&env->problems, env->env, "namespace-gone", why);
	else
		problems_set(&env->problems, NULL);
}

bool
engine_is_busy(struct engine *engine, const struct place *place)
{
	const struct engine_env *env = find_env(engine, place, false);

	return env && engine_env_is_deploying(env);
}

void
engine_refresh(struct engine *engine, const struct place *place)
{
	follow_commit(engine, place, WISH_REFRESH, NULL);
}

void
engine_prune(struct engine *engine, const struct place *place)
{
	follow_commit(engine, place, WISH_PRUNE, NULL);
}

void
engine_remove(struct engine *engine, const struct place *place)
{
	follow_commit(engine, place, WISH_REMOVE, NULL);
}

/* Rows decide, not processes: what the database says should run is started, whatever ran before. */
int
engine_resume(struct engine *engine, struct error *err)
{
	struct placed_environments envs;

	if (interrupted_settle(engine->platform, &envs, err) != 0)
		return -1;
	for (size_t i = 0; i < envs.count; i++) {
		const struct placed_environment *row = &envs.items[i];
		struct place place = {row->org, row->app, row->env};
		struct engine_env *env = find_env(engine, &place, true);

		env->deleting = row->status == ENVIRONMENT_DELETING;
		env->should_resume = env->looking = !env->deleting;
		env->starting = !env->deleting && !row->going_on;
		if (row->going_on)
			env->interrupted = xstrdup(row->going_on);
		if (row->pending)
			env->wanted = xstrdup(row->pending);
		schedule(env, 0);
	}
	placed_environments_clear(&envs);
	engine_drop_deleted(engine);
	return 0;
}

bool
engine_is_resumed(const struct engine *engine)
{
	for (const struct engine_env *env = engine->envs; env; env = env->next)
		if (env->starting)
			return false;
	return true;
}

void
engine_adopt(struct engine *engine, const struct place *place)
{
	follow_commit(engine, place, WISH_ADOPT, NULL);
}

/* Timers and waiters go before the driver does, so that nobody is called back. */
void
engine_stop(struct engine *engine)
{
	engine->stopping = true;
	loop_remove_timer(engine->drain);
	loop_remove_timer(engine->dropping);
	engine->drain = engine->dropping = NULL;
	engine->idle = NULL;
	for (struct engine_env *env = engine->envs; env; env = env->next) {
		loop_remove_timer(env->timer);
		env->timer = NULL;
		if (env->rollout)
			rollout_stop(env->rollout);
		driver_task_forget(env->removal);
		env->removal = NULL;
	}
}

struct engine *
engine_new(struct platform *platform)
{
	struct engine *engine = xcalloc(1, sizeof(*engine));

	engine->platform = platform;
	return engine;
}

void
engine_on_deployed(struct engine *engine, void (*deployed)(void *data, bool succeeded, int64_t ms),
		   void *data)
{
	engine->deployed = deployed;
	engine->deployed_data = data;
}

void
engine_free(struct engine *engine)
{
	if (!engine)
		return;
	loop_remove_timer(engine->drain);
	loop_remove_timer(engine->dropping);
	while (engine->envs)
		free_env(engine->envs);
	free(engine);
}
