/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The states of a space:
 *
 *     idle -> applying (a deployment, or what the database says should run) -> recording -> idle
 *     idle -> removing -> forgetting -> (the space is freed)
 *
 * `wanted` (a deployment that is pending) and `doomed` are what is to be done as soon as
 * the space is idle; next_step() is the one place that decides.  Recording and forgetting are
 * one transaction each, which is tried again for as long as the database fails.
 */
#include "config.h"

#include "platform/engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/delta.h"
#include "model/json.h"
#include "model/set.h"
#include "platform/drivers/driver.h"
#include "platform/engine/prepare.h"
#include "platform/engine/provision.h"
#include "platform/http/metrics.h"
#include "platform/loop.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-values.h"

#define ID_DIGITS 16
#define PENDING_MAX_MS (15 * 60 * 1000)	/* what was asked for longer ago is asked for again */
#define RECORD_MIN_MS 250		/* between two tries to write down what happened */
#define RECORD_MAX_MS 30000
#define RETRY_MIN_MS 5000
#define RETRY_MAX_MS 300000

enum space_state {
	SPACE_IDLE,
	SPACE_APPLYING,
	SPACE_RECORDING,
	SPACE_REMOVING,
	SPACE_FORGETTING,
};

struct space {
	struct engine *engine;
	struct space *next;
	char *org, *app, *env;
	char *name;			/* "org/app/env" */
	enum space_state state;
	char *wanted;			/* id of a deployment that is pending */
	char *current;			/* id of what is applied now; NULL: not applying */
	bool resuming;			/* what is applied is no new deployment */
	bool should_resume;		/* what the database says is to be started */
	bool refresh;			/* that has changed since */
	bool starting;			/* since the daemon's start; until it was tried once */
	int64_t began;			/* steady ms; what is applied now */
	bool succeeded;			/* what is recorded now */
	json_t *problems;		/* of what is applied now: its errors */
	bool doomed;
	struct preparation *preparation;	/* of what is applied now */
	struct plan planned;		/* what is applied now */
	struct plan running;		/* what the driver took last */
	struct loop_timer *timer;	/* the next step */
	int64_t retry_ms;
	int64_t record_ms;		/* until the next try to write down what happened */
};

struct engine {
	struct platform *platform;
	struct space *spaces;
	bool stopping;
	bool draining;
	struct loop_timer *drain;	/* the idle callback, on its own stack */
	void (*idle)(void *data);
	void *idle_data;
};

static struct place
place_of(const struct space *space)
{
	return (struct place){space->org, space->app, space->env};
}

static struct space *
find_space(struct engine *engine, const struct place *place, bool make)
{
	struct space *space;

	for (space = engine->spaces; space; space = space->next)
		if (strcmp(space->org, place->org) == 0 && strcmp(space->app, place->app) == 0 &&
		    strcmp(space->env, place->env) == 0)
			return space;
	if (!make)
		return NULL;
	space = xcalloc(1, sizeof(*space));
	space->engine = engine;
	space->org = xstrdup(place->org);
	space->app = xstrdup(place->app);
	space->env = xstrdup(place->env);
	space->name = xasprintf("%s/%s/%s", place->org, place->app, place->env);
	space->retry_ms = RETRY_MIN_MS;
	space->record_ms = RECORD_MIN_MS;
	space->problems = json_array();
	space->next = engine->spaces;
	engine->spaces = space;
	return space;
}

static void
free_space(struct space *space)
{
	struct space **link = &space->engine->spaces;

	while (*link != space)
		link = &(*link)->next;
	*link = space->next;
	loop_remove_timer(space->timer);
	prepare_free(space->preparation);
	plan_clear(&space->planned);
	plan_clear(&space->running);
	free(space->org);
	free(space->app);
	free(space->env);
	free(space->name);
	free(space->wanted);
	free(space->current);
	json_decref(space->problems);
	free(space);
}

static void next_step(void *data);

static void
schedule(struct space *space, int64_t delay_ms)
{
	if (space->engine->stopping)
		return;
	loop_remove_timer(space->timer);
	space->timer = loop_add_timer(space->engine->platform->loop, delay_ms, next_step, space);
}

/* A database that fails may do so for long, and each try is a line in the log. */
static void
schedule_record(struct space *space)
{
	schedule(space, space->record_ms);
	space->record_ms = space->record_ms * 2 < RECORD_MAX_MS ? space->record_ms * 2 : RECORD_MAX_MS;
}

/* --- recording --- */

/* A database that fails here cannot be told to anybody but the log. */
static void
complain(const struct space *space, const char *what, const struct error *err)
{
	log_line(LOG_PRIORITY_ERROR, what, "space", space->name, "error", err->text, NULL);
}

static int
record_status(struct space *space, const char *id, const char *status, struct error *err)
{
	if (repository_set_deployment_status(space->engine->platform->repository, id, status,
					     clock_wall_ms(), err) != 0)
		return -1;
	log_line(LOG_PRIORITY_INFO, "deployment", "space", space->name, "id", id, "status", status,
		 NULL);
	return 0;
}

/* It is recorded with the end. */
static void
note_problem(struct space *space, const char *scope, const char *object_id, const char *code,
	     const char *summary, const char *message)
{
	log_line(LOG_PRIORITY_WARNING, "deployment error", "space", space->name, "id", space->current,
		 "object", object_id, "code", code, "summary", summary, NULL);
	json_array_append_new(space->problems,
			      json_pack("[s, s, s, s, s]", scope, object_id, code, summary, message));
}

static int
record_problems(struct space *space, struct error *err)
{
	const json_t *problem;
	size_t i;

	json_array_foreach(space->problems, i, problem) {
		const char *texts[5];

		for (size_t k = 0; k < 5; k++)
			texts[k] = json_string_value(json_array_get(problem, k));
		if (repository_put_deployment_error(space->engine->platform->repository, space->current,
						    texts[0], texts[1], texts[2], texts[3], texts[4],
						    err) != 0)
			return -1;
	}
	return 0;
}

/* What a deployment leaves in the database: how it ended, why, what the environment has now and
 * what the next one builds upon. */
static int
put_end(struct space *space, struct error *err)
{
	struct place place = place_of(space);
	struct repository *repository = space->engine->platform->repository;

	if (!space->resuming &&
	    (record_status(space, space->current, space->succeeded ? "succeeded" : "failed", err) != 0 ||
	     record_problems(space, err) != 0))
		return -1;
	if (!space->succeeded)
		return 0;
	if (space->preparation && prepare_settle(space->preparation, err) != 0)
		return -1;
	return space->resuming ? 0
			       : repository_rebase_environment(repository, &place, space->current, err);
}

static int
record_end(struct space *space, struct error *err)
{
	struct repository *repository = space->engine->platform->repository;

	if (repository_begin(repository, err) != 0)
		return -1;
	if (put_end(space, err) == 0 && repository_commit(repository, err) == 0)
		return 0;
	repository_rollback(repository);
	return -1;
}

/* --- draining --- */

static bool
is_deploying(const struct space *space)
{
	return space->wanted || (!space->resuming && (space->state == SPACE_APPLYING ||
						      space->state == SPACE_RECORDING));
}

static void
tell_idle(void *data)
{
	struct engine *engine = data;

	engine->drain = NULL;
	engine->idle(engine->idle_data);
}

static void
check_idle(struct engine *engine)
{
	if (!engine->draining || engine->drain || !engine->idle)
		return;
	for (const struct space *space = engine->spaces; space; space = space->next)
		if (is_deploying(space))
			return;
	engine->drain = loop_add_timer(engine->platform->loop, 0, tell_idle, engine);
}

/* --- applying --- */

/* What should run but cannot is tried again, ever more seldom. */
static void
schedule_next(struct space *space)
{
	if (space->succeeded)
		space->should_resume = false;
	else if (space->resuming)
		space->should_resume = true;
	if (space->refresh) {
		space->should_resume = true;
		schedule(space, 0);
		return;
	}
	if (!space->should_resume || space->wanted || space->doomed) {
		schedule(space, 0);
		return;
	}
	schedule(space, space->retry_ms);
	if (space->retry_ms < RETRY_MAX_MS)
		space->retry_ms *= 2;
}

static void
write_end(struct space *space)
{
	struct place place = place_of(space);
	struct error err = {0};

	if (record_end(space, &err) != 0) {
		complain(space, "cannot record how a deployment ended, trying again", &err);
		schedule_record(space);
		return;
	}
	space->record_ms = RECORD_MIN_MS;
	prepare_free(space->preparation);
	space->preparation = NULL;
	space->state = SPACE_IDLE;
	/* Those of a deployment that failed, or that the last one does without. */
	provision_remove_leftovers(space->engine->platform, &place);
	free(space->current);
	space->current = NULL;
	json_array_clear(space->problems);
	check_idle(space->engine);
	schedule_next(space);
}

static void
finish(struct space *space, bool succeeded)
{
	if (!space->resuming)
		metrics_deployment(space->engine->platform->metrics, succeeded,
				   clock_steady_ms() - space->began);
	space->starting = false;
	if (succeeded) {
		plan_clear(&space->running);
		space->running = space->planned;
		space->planned = (struct plan){0};
		space->retry_ms = RETRY_MIN_MS;
	} else {
		plan_clear(&space->planned);
	}
	space->state = SPACE_RECORDING;
	space->succeeded = succeeded;
	write_end(space);
}

static void
applied(void *data, enum driver_phase phase, const struct driver_errors *errors)
{
	struct space *space = data;

	if (space->engine->stopping)
		return;
	for (size_t i = 0; errors && i < errors->count; i++) {
		const struct driver_error *e = &errors->items[i];

		note_problem(space, "workload", e->object_id, e->code, e->summary,
			     e->message ? e->message : "");
	}
	finish(space, phase == DRIVER_READY);
}

static void
give_up(struct space *space, const struct problem *problem, const struct error *err)
{
	note_problem(space, problem->scope, problem->object_id, problem->code, err->text, "");
	finish(space, false);
}

/* With nothing planned everything is stopped. */
static int
run_plan(struct space *space, struct problem *problem, struct error *err)
{
	struct driver *driver = space->engine->platform->driver;
	struct driver_workload *workloads = plan_workloads(&space->planned);
	int ret;

	problem->scope = "environment";
	problem->code = "cannot-apply";
	snprintf(problem->object_id, sizeof(problem->object_id), "%s", space->env);
	ret = driver->ops->apply(driver, space->name, workloads, space->planned.count, applied, space,
				 err);
	free(workloads);
	plan_forget_specs(&space->planned);
	return ret;
}

static void
prepared(void *data, const struct problem *problem, const struct error *err)
{
	struct space *space = data;
	struct problem later;
	struct error why = {0};

	if (space->engine->stopping)
		return;
	if (err)
		give_up(space, problem, err);
	else if (prepare_plan(space->preparation, &space->running, &space->planned, &later, &why) != 0 ||
		 run_plan(space, &later, &why) != 0)
		give_up(space, &later, &why);
}

/* Takes the id. */
static void
apply(struct space *space, char *id, bool resuming)
{
	struct platform *platform = space->engine->platform;
	struct place place = place_of(space);
	struct problem problem = {"environment", "cannot-prepare", ""};
	struct error err = {0};
	bool paused = false;
	int ret = 0;

	/* Nothing is begun that nobody would know of after a crash. */
	if (!resuming && record_status(space, id, "in progress", &err) != 0) {
		complain(space, "cannot record that a deployment begins, trying again", &err);
		space->wanted = id;
		schedule_record(space);
		return;
	}
	space->state = SPACE_APPLYING;
	space->current = id;
	space->resuming = resuming;
	space->began = clock_steady_ms();
	/* A paused environment is one in which nothing is to run.  A deployment that was asked for
	 * before it was paused is carried out first. */
	if (resuming)
		ret = repository_is_paused(platform->repository, &place, &paused, &err);
	if (ret == 0 && paused) {
		ret = run_plan(space, &problem, &err);
	} else if (ret == 0) {
		space->preparation = prepare_start(platform, &place, id, resuming, prepared, space, &problem,
						   &err);
		ret = space->preparation ? 0 : -1;
	}
	if (ret != 0)
		give_up(space, &problem, &err);
}

static void
resume(struct space *space)
{
	struct place place = place_of(space);
	struct error err = {0};
	json_t *deployment = repository_newest_succeeded(space->engine->platform->repository,
							 &place, &err);

	if (deployment)
		apply(space, xstrdup(json_member_string(deployment, "id")), true);
	else if (err.kind != ERROR_NOT_FOUND)
		complain(space, "cannot read what should run", &err);
	if (!deployment) {
		space->starting = false;
		provision_remove_leftovers(space->engine->platform, &place);
		if (space->wanted)
			schedule(space, 0);
	}
	json_decref(deployment);
}

/* --- removing --- */

static int
drop_environment(struct space *space, struct error *err)
{
	struct repository *repository = space->engine->platform->repository;
	struct place place = place_of(space);

	if (repository_begin(repository, err) != 0)
		return -1;
	if (repository_drop_environment(repository, &place, err) == 0 &&
	    repository_drop_applications(repository, err) == 0 &&
	    repository_commit(repository, err) == 0)
		return 0;
	repository_rollback(repository);
	return -1;
}

static void
forget(struct space *space)
{
	struct error err = {0};

	if (drop_environment(space, &err) != 0) {
		complain(space, "cannot forget an environment, trying again", &err);
		schedule_record(space);
		return;
	}
	log_line(LOG_PRIORITY_INFO, "environment deleted", "space", space->name, NULL);
	free_space(space);
}

static void
removed(void *data)
{
	struct space *space = data;

	space->state = SPACE_FORGETTING;
	forget(space);
}

static void
start_removing(struct space *space)
{
	struct driver *driver = space->engine->platform->driver;
	struct error err = {0};

	space->state = SPACE_REMOVING;
	if (driver->ops->remove(driver, space->name, removed, space, &err) == 0)
		return;
	complain(space, "cannot remove an environment, trying again", &err);
	space->state = SPACE_IDLE;
	schedule(space, space->retry_ms);
}

/* After a start what ran before is started first, and then what was asked for. */
static bool
has_to_resume(const struct space *space)
{
	return space->should_resume && !space->engine->draining && (!space->wanted || space->starting);
}

static void
next_step(void *data)
{
	struct space *space = data;
	char *wanted = space->wanted;

	space->timer = NULL;
	if (space->state == SPACE_RECORDING) {
		write_end(space);
	} else if (space->state == SPACE_FORGETTING) {
		forget(space);
	} else if (space->state != SPACE_IDLE) {
		return;
	} else if (space->doomed) {
		start_removing(space);
	} else if (has_to_resume(space)) {
		space->should_resume = false;
		space->refresh = false;
		resume(space);
	} else if (wanted) {
		space->wanted = NULL;
		apply(space, wanted, false);
	}
}

/* --- what follows a commit --- */

enum wish { WISH_DEPLOY, WISH_REFRESH, WISH_REMOVE, WISH_ADOPT };

struct order {
	struct engine *engine;
	enum wish wish;
	char *org, *app, *env;
	char *deployment;		/* of WISH_DEPLOY */
};

static void
carry_out(void *data)
{
	struct order *order = data;
	struct place place = {order->org, order->app, order->env};
	struct space *space = find_space(order->engine, &place, true);

	switch (order->wish) {
	case WISH_DEPLOY:
		free(space->wanted);
		space->wanted = order->deployment;
		order->deployment = NULL;
		break;
	case WISH_REFRESH:
		space->refresh = true;
		space->retry_ms = RETRY_MIN_MS;
		space->should_resume = true;
		break;
	case WISH_REMOVE:
		space->doomed = true;
		break;
	case WISH_ADOPT:
		space->should_resume = true;
		break;
	}
	schedule(space, 0);
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

/* --- asking for a deployment --- */

static struct set *
apply_delta(struct engine *engine, const struct place *place, const char *delta_id,
	    const char *base_id, struct error *err)
{
	struct repository *repository = engine->platform->repository;
	json_t *body = repository_delta(repository, place, delta_id, err);
	struct delta *delta = body ? delta_decode(body, err) : NULL;
	struct set *base = delta ? repository_set(repository, place, base_id, err) : NULL;
	struct set *result = base ? delta_apply(delta, base, err) : NULL;

	set_unref(base);
	delta_free(delta);
	json_decref(body);
	return result;
}

/* Which set results: api/README §7. */
static struct set *
resulting_set(struct engine *engine, const struct place *place,
	      const struct deploy_request *request, const json_t *from, struct error *err)
{
	const char *base_id = from ? json_member_string(from, "set_id") : "0";
	struct set *set;

	if (request->delta_id)
		set = apply_delta(engine, place, request->delta_id, base_id, err);
	else
		set = repository_set(engine->platform->repository, place,
				     request->set_id ? request->set_id : base_id, err);
	/* To the caller a delta or set that is not there is bad input (400), not a bad address. */
	if (!set && err->kind == ERROR_NOT_FOUND)
		err->kind = ERROR_INPUT;
	return set;
}

static json_t *
record(struct engine *engine, const struct place *place, const struct deploy_request *request,
       const json_t *from, const struct set *set, struct error *err)
{
	struct repository *repository = engine->platform->repository;
	char id[ID_DIGITS + 1], values[IDS_UUID_SIZE];
	struct deployment_row row = {
		.id = id,
		.set_id = set_id(set),
		.from_id = from ? json_member_string(from, "id") : "",
		.delta_id = request->delta_id,
		.comment = request->comment ? request->comment : "",
		.user = request->user ? request->user : engine->platform->user,
		.status = "pending",
		.mode = request->mode ? request->mode : "full",
	};

	if (repository_pin_values(repository, place, request->value_set_version_id, values, err) != 0)
		return NULL;
	row.value_set_version_id = values[0] ? values : NULL;
	ids_random_hex(id, ID_DIGITS);
	row.created_at = row.status_changed_at = clock_wall_ms();
	if (repository_begin(repository, err) != 0)
		return NULL;
	if (repository_put_set(repository, place, set, err) != 0 ||
	    repository_put_deployment(repository, place, &row, err) != 0 ||
	    repository_commit(repository, err) != 0) {
		repository_rollback(repository);
		return NULL;
	}
	return repository_deployment(repository, place, id, err);
}

/* The set that would run, all checked; NULL with err. */
static struct set *
checked_set(struct engine *engine, const struct place *place, const struct deploy_request *request,
	    const json_t *env, struct error *err)
{
	const json_t *from = json_object_get(env, "from_deploy");
	struct set *set;

	set = resulting_set(engine, place, request, from, err);
	if (set && prepare_check_images(engine->platform, set, err) != 0) {
		set_unref(set);
		set = NULL;
	}
	return set;
}

/* Is it what the caller believes, and does it take deployments now?  Who knows an older one is
 * told first what is there now, also while that is still going on. */
static int
check_state(struct engine *engine, const struct place *place, const struct deploy_request *request,
	    const json_t *env, struct error *err)
{
	const char *status = json_member_string(env, "status");
	bool paused;

	if (precondition_check(request->if_match, env, request->details, err) != 0)
		return -1;
	if (engine_is_busy(engine, place))
		return error_set(err, ERROR_CONFLICT, _("A deployment to %s is active.  Wait until it has "
							"ended."), place->env);
	if (engine_is_stopping(engine) || strcmp(status, "active") != 0)
		return error_set(err, ERROR_CONFLICT, _("%s is being deleted or stopped."), place->env);
	if (repository_is_paused(engine->platform->repository, place, &paused, err) != 0)
		return -1;
	if (paused)
		return error_set(err, ERROR_INPUT, _("%s is paused.  Resume it before you deploy to it."),
				 place->env);
	return 0;
}

json_t *
engine_deploy(struct engine *engine, const struct place *place,
	      const struct deploy_request *request, struct error *err)
{
	json_t *env = repository_environment(engine->platform->repository, place, err);
	json_t *deployment = NULL;
	struct set *set = NULL;

	if (!env)
		return NULL;
	if (check_state(engine, place, request, env, err) == 0)
		set = checked_set(engine, place, request, env, err);
	if (set)
		deployment = record(engine, place, request, json_object_get(env, "from_deploy"), set,
				    err);
	set_unref(set);
	json_decref(env);
	if (deployment)
		follow_commit(engine, place, WISH_DEPLOY, json_member_string(deployment, "id"));
	return deployment;
}

int
engine_check_deploy(struct engine *engine, const struct place *place,
		    const struct deploy_request *request, struct error *err)
{
	json_t *env = repository_environment(engine->platform->repository, place, err);
	struct set *set = NULL;
	int ret;

	if (!env)
		return -1;
	if (check_state(engine, place, request, env, err) == 0)
		set = checked_set(engine, place, request, env, err);
	ret = set ? 0 : -1;
	set_unref(set);
	json_decref(env);
	return ret;
}

bool
engine_is_busy(struct engine *engine, const struct place *place)
{
	const struct space *space = find_space(engine, place, false);

	return space && is_deploying(space);
}

void
engine_refresh(struct engine *engine, const struct place *place)
{
	follow_commit(engine, place, WISH_REFRESH, NULL);
}

void
engine_remove(struct engine *engine, const struct place *place)
{
	follow_commit(engine, place, WISH_REMOVE, NULL);
}

int
engine_resume(struct engine *engine, struct error *err)
{
	struct repository *repository = engine->platform->repository;
	int64_t now = clock_wall_ms();
	json_t *envs, *env;
	size_t i;

	if (repository_fail_interrupted(repository, now, now - PENDING_MAX_MS, err) != 0)
		return -1;
	if (repository_drop_applications(repository, err) != 0)
		return -1;
	envs = repository_all_environments(repository, err);
	if (!envs)
		return -1;
	json_array_foreach(envs, i, env) {
		struct place place = {json_member_string(env, "org"), json_member_string(env, "app"),
				      json_member_string(env, "env")};
		struct space *space = find_space(engine, &place, true);

		const char *pending = json_member_string(env, "pending");

		space->doomed = strcmp(json_member_string(env, "status"), "deleting") == 0;
		space->should_resume = space->starting = !space->doomed;
		if (pending)
			space->wanted = xstrdup(pending);
		schedule(space, 0);
	}
	json_decref(envs);
	return 0;
}

bool
engine_is_resumed(const struct engine *engine)
{
	for (const struct space *space = engine->spaces; space; space = space->next)
		if (space->starting)
			return false;
	return true;
}

void
engine_adopt(struct engine *engine, const struct place *place)
{
	follow_commit(engine, place, WISH_ADOPT, NULL);
}

void
engine_drain(struct engine *engine, void (*idle)(void *data), void *data)
{
	engine->draining = true;
	engine->idle = idle;
	engine->idle_data = data;
	check_idle(engine);
}

bool
engine_is_stopping(const struct engine *engine)
{
	return engine->stopping || engine->draining;
}

void
engine_stop(struct engine *engine)
{
	engine->stopping = true;
	loop_remove_timer(engine->drain);
	engine->drain = NULL;
	engine->idle = NULL;
	for (struct space *space = engine->spaces; space; space = space->next) {
		loop_remove_timer(space->timer);
		space->timer = NULL;
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
engine_free(struct engine *engine)
{
	if (!engine)
		return;
	loop_remove_timer(engine->drain);
	while (engine->spaces)
		free_space(engine->spaces);
	free(engine);
}
