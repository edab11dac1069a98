/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The states of a rollout are a table; rollout_advance() is the one function that goes from
 * one to another.  A state's function does its work and says whether the next may come, or
 * that it waits: then whatever it waits for calls rollout_advance() from the loop.
 *
 * Cancelling is a wish, not a jump: the state that waits is asked to end, and when it has
 * ended the rollout goes on with COMMIT like after a failure.  So there is one way out, and
 * the reason is always written down.  Once the driver has begun to change over (WATCH), a
 * cancel may come too late, and the deployment then ends as it ends.  From COMMIT on the wish is
 * another one: how it ended is certain, and what would still be done is left to the next rollout.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/set.h"
#include "net/loop.h"
#include "platform/engine/deployed-values.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/env-graph.h"
#include "platform/engine/graph.h"
#include "platform/engine/problems.h"
#include "platform/engine/prune.h"
#include "platform/engine/rollout-commit.h"
#include "platform/engine/rollout-plan.h"
#include "platform/engine/rollout-private.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository-runtime.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository.h"

#define COMMIT_MIN_MS 250	/* between two tries to write down what happened */
#define COMMIT_MAX_MS 30000

/* What a state's function says when it returns. */
enum step {
	STEP_NEXT,
	STEP_WAIT,
	STEP_AGAIN,		/* the same state once more */
	STEP_FAIL		/* the reason is in `problems` */
};

static void rollout_advance(struct rollout *rollout, enum step step);

/* --- problems --- */

int
set_problem(struct problem *problem, const char *scope, const char *code, const char *object_id)
{
	problem->scope = scope;
	problem->code = code;
	snprintf(problem->object_id, sizeof(problem->object_id), "%s", object_id);
	return -1;
}

/* Who shows the message alone finds the reason there too, where no program has printed anything. */
void
rollout_add_problem(struct rollout *r, const struct problem *problem, const struct error *why,
		    const char *message)
{
	json_t *row = problem_new(problem->scope, problem->object_id, problem->code, why, message);

	log_line(LOG_PRIORITY_WARNING, "deployment error", "space", r->space, "id", r->deploy_id,
		 "object", problem->object_id, "code", problem->code, "summary",
		 problem_text(row, PROBLEM_SUMMARY), NULL);
	json_array_append_new(r->problems, row);
}

static enum step
fail(struct rollout *r, const struct problem *problem, const struct error *err)
{
	rollout_add_problem(r, problem, err, "");
	return STEP_FAIL;
}

/* For what is no single resource's or workload's fault. */
static enum step
fail_env(struct rollout *r, const char *code, const struct error *err)
{
	struct problem problem;

	set_problem(&problem, "environment", code, r->place.env);
	return fail(r, &problem, err);
}

/* --- READ --- */

/* Everything is read before anything is made, so that a rollout works on one picture of the
 * state. */
int
rollout_read_deployment(struct rollout *r, struct error *err)
{
	struct repository *repository = r->order.platform->repository;
	struct deployment deployment = {0};

	if (repository_read_deployment(repository, &r->place, r->deploy_id, &deployment, err) != 0)
		return -1;
	if (r->order.continuing)
		r->begun_at = deployment.status_changed_at;
	if (r->order.resuming &&
	    repository_is_unproven(repository, r->deploy_id, &r->is_unproven, err) != 0) {
		deployment_clear(&deployment);
		return -1;
	}
	if ((r->order.resuming || r->order.continuing) && deployment.dependency_graph_id.raw)
		r->graph_id = xstrdup(deployment.dependency_graph_id.raw);
	if (repository_read_environment(repository, &r->place, &r->env, err) == 0)
		r->set = repository_set(repository, &r->place, untrusted_raw(&deployment.set_id),
					err);
	if (r->set)
		graph_declared(r->set, &r->declared);
	/* The values are those of the version that the deployment was made with. */
	if (r->set && repository_known_resources(repository, &r->place, &r->known, err) == 0)
		r->values = deployed_values_read(r->order.platform, &r->place,
						 deployment.value_set_version_id.raw, err);
	deployment_clear(&deployment);
	return r->values ? 0 : -1;
}

/* A paused environment is one in which nothing is to run.  A deployment that was asked for before
 * it was paused is carried out first. */
static enum step
enter_read(struct rollout *r)
{
	struct error err = {0};
	int ret = 0;

	/* Remembered before it makes anything. */
	r->driver = env_driver_keep(r->order.platform, &r->place, &r->home, &r->is_first, &err);
	if (!r->driver)
		return fail_env(r, err.kind == ERROR_INPUT ? "no-driver" : "cannot-prepare", &err);
	r->paused = r->order.clearing;
	if (r->order.resuming && !r->paused)
		ret = repository_is_paused(r->order.platform->repository, &r->place, &r->paused,
					   &err);
	if (ret == 0 && !r->paused)
		ret = rollout_read_deployment(r, &err);
	return ret == 0 ? STEP_NEXT : fail_env(r, "cannot-prepare", &err);
}

/* --- GRAPH --- */

/* What the deployment needs, and that it does, is one transaction. */
int
rollout_make_graph(struct rollout *r, char *culprit, struct error *err)
{
	struct repository *repository = r->order.platform->repository;
	int ret;

	if (repository_begin(repository, err) != 0)
		return -1;
	ret = env_graph_make(r->order.platform, &r->place, &r->env, &r->known, &r->declared,
			     &r->graph, culprit, err);
	if (ret == 0)
		ret = repository_set_deployment_graph(repository, r->deploy_id,
						      untrusted_raw(&r->graph.id), err);
	return repository_end(repository, ret, err);
}

/* The graph that the deployment had, or the one of now, which it has from now on. */
static enum step
enter_graph(struct rollout *r)
{
	struct repository *repository = r->order.platform->repository;
	struct problem problem;
	struct error err = {0};
	char culprit[256] = "";
	int ret;

	if (r->paused)
		return STEP_NEXT;
	if (r->graph_id)
		ret = repository_read_graph(repository, &r->place, r->graph_id, &r->graph, &err);
	else
		ret = rollout_make_graph(r, culprit, &err);
	if (ret == 0)
		return STEP_NEXT;
	if (!culprit[0])
		return fail_env(r, "cannot-prepare", &err);
	set_problem(&problem, "resource", "no-definition", culprit);
	return fail(r, &problem, &err);
}

/* --- PROVISION --- */

struct reference_context
rollout_context(const struct rollout *r)
{
	return (struct reference_context){
		.org_id = r->place.org,
		.app_id = r->place.app,
		.env_id = r->place.env,
		.env_type = untrusted_raw(&r->env.type),
		.env_name = untrusted_raw(&r->env.name),
		.deployment_id = r->deploy_id,
		.set_id = set_id(r->set),
	};
}

/* The callback of PROVISION.  A cancelled one does not report its failure: the reason is why it
 * was cancelled.  Of what is resumed, the workloads that need it say it. */
static void
provisioned(void *data, const char *culprit, const struct error *err)
{
	struct rollout *r = data;
	struct problem problem;

	if (!err || r->cancelled) {
		rollout_advance(r, STEP_NEXT);
		return;
	}
	set_problem(&problem, "resource", "cannot-provision", culprit ? culprit : "");
	if (!r->order.resuming) {
		rollout_advance(r, fail(r, &problem, err));
		return;
	}
	r->lack = problem;
	r->lack_why = xcalloc(1, sizeof(*err));
	*r->lack_why = *err;
	rollout_advance(r, STEP_NEXT);
}

/* After the driver has room: resources are made in the space. */
static void
start_provision(struct rollout *r)
{
	const struct provision_order order = rollout_provision_order(r);
	struct error err = {0};

	r->provision = provision_start(&order, provisioned, r, &err);
	if (!r->provision)
		rollout_advance(r, fail_env(r, "cannot-prepare", &err));
}

/* Whoever refuses has made nothing, so that another definition may bring it elsewhere; where it is
 * not known what was made, it stays. */
static enum step
fail_first(struct rollout *r, const struct error *err)
{
	if (r->is_first && (err->kind == ERROR_INPUT || err->kind == ERROR_CONFLICT ||
			    err->kind == ERROR_ACCESS))
		env_driver_forget(r->order.platform, &r->place);
	return fail_env(r, "cannot-prepare", err);
}

static void
note_progress(void *data, const struct driver_progress *progress)
{
	struct rollout *r = data;

	env_progress_note(&r->progress, progress);
}

/* The driver has room for it. */
static void
prepared(void *data, const struct driver_result *result)
{
	struct rollout *r = data;

	r->task = NULL;
	if (r->cancelled)
		rollout_advance(r, STEP_NEXT);	/* which it does not reach */
	else if (result->err)
		rollout_advance(r, fail_first(r, result->err));
	else if (r->paused)
		rollout_advance(r, STEP_NEXT);
	else
		start_provision(r);
}

static enum step
enter_provision(struct rollout *r)
{
	const struct driver_ops *ops = r->driver->ops;
	struct driver_home home = env_driver_home(&r->home);
	struct driver_waiter waiter = {.ended = prepared, .progress = note_progress, .data = r};

	home.is_first = r->is_first;
	home.made_by = r->env.created_by.raw;
	r->task = r->order.resuming ? ops->adopt(r->driver, r->space, &home, &waiter)
				    : ops->prepare(r->driver, r->space, &home, &waiter);
	return STEP_WAIT;
}

/* Either the space is being prepared or resources are being made, never both.  From inside the
 * call that begins it there is neither yet, and its end finds out. */
static void
cancel_provision(struct rollout *r)
{
	if (r->task)
		driver_task_cancel(r->task);
	else if (r->provision)
		provision_cancel(r->provision);
}

/* --- PLAN --- */

/* Placeholders are resolved after PROVISION, since they name what was made there. */
static enum step
enter_plan(struct rollout *r)
{
	struct problem problem;
	struct error err = {0};

	if (!r->paused && rollout_make_plan(r, &problem, &err) != 0)
		return fail(r, &problem, &err);
	if (r->lack_why && json_array_size(r->problems) == 0)
		rollout_add_problem(r, &r->lack, r->lack_why, "");
	return STEP_NEXT;
}

/* --- APPLY and WATCH --- */

/* What was before has ended, after it was written down that it was replaced.  No failure can come
 * of that, and COMMIT goes on by itself. */
static void
retired(struct rollout *r, const struct error *err)
{
	if (err)
		log_line(LOG_PRIORITY_WARNING, "what was replaced may not have ended", "space",
			 r->space, "error", err->text, NULL);
	if (r->state == ROLLOUT_RETIRE)
		rollout_advance(r, STEP_NEXT);
}

/* The callback of APPLY and WATCH, from the loop.  When a deployment fails, what runs is as it was;
 * what is resumed runs as far as it can, and so it has its resources. */
static void
applied(void *data, const struct driver_result *result)
{
	struct rollout *r = data;
	struct problem problem;
	bool is_whole = false;	/* it is no single workload's fault */

	r->task = NULL;
	json_decref(r->warnings);
	r->warnings = json_deep_copy(result->warnings);
	if (r->state > ROLLOUT_WATCH) {
		retired(r, result->err);
	} else if (!result->err) {
		rollout_advance(r, STEP_NEXT);
	} else if (result->problems->count > 0) {
		for (size_t i = 0; i < result->problems->count; i++) {
			const struct driver_error *e = &result->problems->items[i];

			is_whole |= !e->object_id[0];
			r->is_unsettled |= strcmp(e->code, "not-restored") == 0;
			set_problem(&problem, e->object_id[0] ? "workload" : "environment", e->code,
				    e->object_id[0] ? e->object_id : r->place.env);
			rollout_add_problem(r, &problem, &e->why, e->message ? e->message : "");
		}
		rollout_advance(r, r->order.resuming && !is_whole ? STEP_NEXT : STEP_FAIL);
	} else if (r->cancelled) {
		rollout_advance(r, fail_env(r, "cancelled", r->cancelled));
	} else {
		rollout_advance(r, fail_env(r, "cannot-apply", result->err));
	}
}

static void
taken_over(void *data)
{
	struct rollout *r = data;

	r->taken_over = NULL;
	if (r->state == ROLLOUT_WATCH)
		rollout_advance(r, STEP_NEXT);
}

/* All of it runs in the place of what was before.  The driver is in the middle of something. */
static void
applying(void *data, const struct driver_progress *progress)
{
	struct rollout *r = data;

	note_progress(r, progress);
	if (progress->done == progress->total && r->state == ROLLOUT_WATCH && !r->taken_over)
		r->taken_over = loop_defer(r->order.platform->loop, taken_over, r);
}

/* With nothing planned everything is stopped.  What is secret goes as soon as the driver has it. */
static enum step
enter_apply(struct rollout *r)
{
	struct driver_waiter waiter = {.ended = applied, .progress = applying, .data = r};

	r->planned.is_resumed = r->order.resuming;
	r->planned.is_unproven = r->is_unproven;
	r->planned.is_left = r->order.resuming && r->order.leaving;
	r->planned.is_paused = r->paused && !r->order.clearing;
	r->planned.begun_at = r->begun_at;
	r->task = r->driver->ops->apply(r->driver, r->space, &r->planned, &waiter);
	driver_deployment_clear(&r->planned);
	return STEP_NEXT;
}

/* It is too late once the driver goes over to the new ones. */
static void
cancel_task(struct rollout *r)
{
	if (r->task)
		driver_task_cancel(r->task);
}

/* The driver's task is under way since APPLY; it is a state of its own because it may be
 * cancelled, which is made up for where that was from inside the call that began it. */
static enum step
enter_watch(struct rollout *r)
{
	if (r->cancelled)
		cancel_task(r);
	return STEP_WAIT;
}

/* --- COMMIT --- */

static bool
has_succeeded(const struct rollout *r)
{
	return !r->failed && json_array_size(r->problems) == 0;
}

static void
commit_again(void *data)
{
	struct rollout *r = data;

	r->timer = NULL;
	rollout_advance(r, STEP_AGAIN);
}

/* A database that fails may do so for long, and each try is a line in the log. */
static enum step
enter_commit(struct rollout *r)
{
	struct error err = {0};

	if (rollout_commit(r, &err) != 0) {
		log_line(LOG_PRIORITY_ERROR, "cannot record how a deployment ended, trying again",
			 "space", r->space, "error", err.text, NULL);
		r->timer = loop_add_timer(r->order.platform->loop, r->retry_ms, commit_again, r);
		r->retry_ms = r->retry_ms * 2 < COMMIT_MAX_MS ? r->retry_ms * 2 : COMMIT_MAX_MS;
		return STEP_WAIT;
	}
	if (!r->order.resuming)
		log_line(LOG_PRIORITY_INFO, "deployment", "space", r->space, "id", r->deploy_id,
			 "status", deployment_status_word(rollout_status(r)), NULL);
	r->order.committed(r->order.data, has_succeeded(r));
	return STEP_NEXT;
}

/* --- RETIRE --- */

/* It is told already how it ended; but what was replaced may still use what PRUNE takes away. */
static enum step
enter_retire(struct rollout *r)
{
	return r->task ? STEP_WAIT : STEP_NEXT;
}

/* --- PRUNE --- */

static void
pruned(void *data)
{
	struct rollout *r = data;

	r->prune = NULL;
	rollout_advance(r, STEP_NEXT);
}

/* The resources of a deployment that failed, or that the last one does without. */
static enum step
enter_prune(struct rollout *r)
{
	if (r->is_cut)
		return STEP_NEXT;
	r->prune = prune_start(r->order.platform, &r->place, pruned, r);
	return r->prune ? STEP_WAIT : STEP_NEXT;
}

static void
cancel_prune(struct rollout *r)
{
	if (r->prune)
		prune_cancel(r->prune);
}

static enum step
enter_ended(struct rollout *r)
{
	r->order.ended(r->order.data, has_succeeded(r));
	return STEP_WAIT;	/* it is gone */
}

/* --- from state to state --- */

static const struct rollout_step {
	const char *name;
	enum step (*enter)(struct rollout *rollout);
	/* Asks what it waits for to end.  NULL: it waits for nothing, or, in COMMIT, for the
	 * database, without which nobody would know what runs: that wait is no shorter. */
	void (*cancel)(struct rollout *rollout);
} states[] = {
	[ROLLOUT_READ] = {"read", enter_read, NULL},
	[ROLLOUT_GRAPH] = {"graph", enter_graph, NULL},
	[ROLLOUT_PROVISION] = {"provision", enter_provision, cancel_provision},
	[ROLLOUT_PLAN] = {"plan", enter_plan, NULL},
	[ROLLOUT_APPLY] = {"apply", enter_apply, NULL},
	[ROLLOUT_WATCH] = {"watch", enter_watch, cancel_task},
	[ROLLOUT_COMMIT] = {"commit", enter_commit, NULL},
	[ROLLOUT_RETIRE] = {"retire", enter_retire, cancel_task},
	[ROLLOUT_PRUNE] = {"prune", enter_prune, cancel_prune},
	[ROLLOUT_ENDED] = {"ended", enter_ended, NULL},
};

/* The state that a step leads to. */
static enum rollout_state
state_after(const struct rollout *r, enum step step)
{
	if (step == STEP_FAIL)
		return ROLLOUT_COMMIT;
	return step == STEP_NEXT ? r->state + 1 : r->state;
}

/* Goes on until a state waits. */
static void
rollout_advance(struct rollout *r, enum step step)
{
	if (r->stopped)
		return;
	while (step != STEP_WAIT) {
		if (r->cancelled && !r->failed && r->state < ROLLOUT_APPLY && step != STEP_FAIL)
			step = fail_env(r, "cancelled", r->cancelled);
		r->failed |= step == STEP_FAIL;
		r->state = state_after(r, step);
		if (r->state != ROLLOUT_WATCH)
			r->progress = (struct env_progress){0};
		log_line(LOG_PRIORITY_DEBUG, "rollout", "space", r->space, "id", r->deploy_id,
			 "state", states[r->state].name, NULL);
		step = states[r->state].enter(r);
	}
}

/* --- beginning and ending --- */

struct rollout *
rollout_new(const struct rollout_order *order)
{
	struct rollout *r = xcalloc(1, sizeof(*r));
	const struct place *place = order->place;

	r->order = *order;
	r->place = (struct place){xstrdup(place->org), xstrdup(place->app), xstrdup(place->env)};
	r->order.place = &r->place;
	r->space = place_space(place);
	r->deploy_id = order->deploy_id ? xstrdup(order->deploy_id) : NULL;
	r->state = r->deploy_id || order->clearing ? ROLLOUT_READ : ROLLOUT_PRUNE;
	r->problems = json_array();
	r->retry_ms = COMMIT_MIN_MS;
	return r;
}

/* Enters the first state, which rollout_new() chose. */
void
rollout_begin(struct rollout *r)
{
	rollout_advance(r, STEP_AGAIN);
}

enum rollout_state
rollout_state(const struct rollout *r)
{
	return r->state;
}

json_t *
rollout_problems(const struct rollout *r)
{
	return r->problems;
}

json_t *
rollout_progress(const struct rollout *r)
{
	return r->state <= ROLLOUT_WATCH ? env_progress_encode(&r->progress) : NULL;
}

bool
rollout_is_unsettled(const struct rollout *r)
{
	return r->failed && (r->is_unsettled || r->order.continuing);
}

/* Where it goes on without a daemon it is there, and is seen. */
bool
rollout_is_partial(const struct rollout *r)
{
	const json_t *warning;
	bool is = false;
	size_t i;

	if (r->failed || r->order.resuming || !r->driver || r->driver->ops->outlives)
		return false;
	json_array_foreach(r->warnings, i, warning) {
		const char *code = json_member_string(warning, "code");

		is |= code && strcmp(code, "does-not-run") == 0;
	}
	return is;
}

/* Once before it is certain how it ended, and once after. */
void
rollout_cancel(struct rollout *r, const struct error *why)
{
	if (r->state >= ROLLOUT_COMMIT ? r->is_cut : r->cancelled != NULL)
		return;
	r->is_cut = r->state >= ROLLOUT_COMMIT;
	if (!r->is_cut) {
		r->cancelled = xcalloc(1, sizeof(*r->cancelled));
		*r->cancelled = *why;
	}
	if (states[r->state].cancel)
		states[r->state].cancel(r);
}

/* Nothing is recorded: at the next start the deployment counts as interrupted. */
void
rollout_stop(struct rollout *r)
{
	r->stopped = true;
	loop_remove_timer(r->timer);
	r->timer = NULL;
	loop_cancel_task(r->taken_over);
	r->taken_over = NULL;
	driver_task_forget(r->task);
	r->task = NULL;
	provision_free(r->provision);
	r->provision = NULL;
	prune_free(r->prune);
	r->prune = NULL;
}

void
rollout_free(struct rollout *r)
{
	if (!r)
		return;
	rollout_stop(r);
	driver_deployment_clear(&r->planned);
	deployed_values_free(r->values);
	set_unref(r->set);
	environment_clear(&r->env);
	env_home_clear(&r->home);
	declared_resources_clear(&r->declared);
	known_resources_clear(&r->known);
	resource_graph_clear(&r->graph);
	json_decref(r->problems);
	json_decref(r->warnings);
	free(r->lack_why);
	free(r->graph_id);
	free(r->deploy_id);
	free(r->cancelled);
	free(r->space);
	free((char *)r->place.org);
	free((char *)r->place.app);
	free((char *)r->place.env);
	free(r);
}
