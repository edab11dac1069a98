/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From one set of workloads to the next.  Candidates start beside what runs; only when all of
 * them are ready do they take its place, in one turn of the loop:
 *
 *	STARTING --all ready--> DRAINING --no old connection, or 1 s--> STOPPING --> READY
 *	    \--one failed--> ROLLING_BACK --all candidates gone--> FAILED
 *
 * Whoever waits hears of it when they do, and of the end when the old are gone.
 *
 * They start in up to three parts (plan.h, when): the next one when the one before has succeeded.
 *
 * Where what was deployed before is only started again (is_resumed), each of them counts for
 * itself: one that cannot start is left out and told, and keeps no other from running, unless it is
 * to go before the others.
 *
 * Until then nothing that runs is touched, so a rollback has nothing to bring back.  A public
 * port that nothing stood behind before is opened as soon as its candidate is ready: others
 * that start with it may need it to become ready themselves.
 */
#include "config.h"

#include "platform/drivers/process/space-change.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/jobs.h"
#include "platform/drivers/process/plan-check.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/private.h"
#include "platform/drivers/process/replicas.h"
#include "platform/drivers/process/space-copy.h"
#include "platform/drivers/process/space-hosts.h"
#include "platform/drivers/process/space-ports.h"
#include "platform/drivers/process/space-private.h"
#include "platform/drivers/process/workload.h"
#include "platform/drivers/process/workloads.h"

#define DRAIN_MS 1000
#define DRAIN_POLL_MS 20

static void
add_error(struct space *space, const char *module, const char *code, const struct error *why)
{
	struct driver_errors *errors = &space->errors;

	errors->items = xreallocarray(errors->items, errors->count + 1, sizeof(*errors->items));
	errors->items[errors->count++] = (struct driver_error){
		.object_id = xstrdup(module),
		.code = xstrdup(code),
		.why = *why,
		.message = xstrdup(""),
	};
}

/* The texts move from the workload to the list. */
static void
take_error(struct space *space, struct workload *workload)
{
	struct driver_errors *errors = &space->errors;

	errors->items = xreallocarray(errors->items, errors->count + 1, sizeof(*errors->items));
	workload_take_error(workload, &errors->items[errors->count++]);
}

/* The space is idle before the waiter hears of it: it may begin the next change at once. */
static void
end_change(struct space *space)
{
	struct driver_errors errors = space->errors;
	struct driver_task *change = space->change;
	struct error err = {0};

	loop_remove_timer(space->timer);
	space->timer = NULL;
	space->phase = IDLE;
	space->change = NULL;
	space->errors = (struct driver_errors){0};
	if (errors.count > 0)
		err = errors.items[0].why;
	else if (space->cancelled)
		error_set_code(&err, CODE_CANCELLED);
	driver_task_end(change, errors.count > 0 || space->cancelled ? &err : NULL, NULL, &errors);
	space->cancelled = false;
}

/* The new ones have the ports by now; nobody waits for the old ones but this. */
static void
stop_old(struct space *space)
{
	space->phase = STOPPING;
	workloads_stop(&space->stopping);
	if (space->stopping.count == 0)
		end_change(space);
}

/* Old connections are given a moment; whoever holds one longer loses it. */
static void
drain(void *data)
{
	struct space *space = data;

	space->timer = NULL;
	if (space_open_connections(space, &space->stopping) > 0 &&
	    clock_steady_ms() < space->drain_until)
		space->timer = loop_add_timer(space->driver->base.loop, DRAIN_POLL_MS, drain,
					      space);
	else
		stop_old(space);
}

/* To the candidates that are ready, before it is certain that they stay; or to what runs. */
static void
point_ports(struct space *space, bool tentative)
{
	struct error err;

	space->tentative = tentative;
	if (space_point_ports(space, &err) != 0)
		log_line(LOG_PRIORITY_ERROR, "a public port stays closed", "reason", err.text, NULL);
}

static void
forget_planned(struct space *space)
{
	for (size_t i = 0; i < space->planned_count; i++)
		plan_free(space->planned[i]);
	free(space->planned);
	space->planned = NULL;
	space->planned_count = 0;
}

/* Nothing that runs was touched, so there is nothing to bring back but where the ports lead, and
 * the candidates' ends. */
static void
roll_back(struct space *space)
{
	if (space->phase == ROLLING_BACK)
		return;
	space->phase = ROLLING_BACK;
	loop_remove_timer(space->timer);
	space->timer = NULL;
	forget_planned(space);
	point_ports(space, false);
	workloads_stop(&space->candidates);
	if (space->candidates.count == 0)
		end_change(space);
}

static bool
is_declared(const struct space *space, const struct plan *plan)
{
	for (size_t i = 0; i < space->declared_count; i++)
		if (space->declared[i].replica == plan->replica &&
		    strcmp(space->declared[i].module, plan->module) == 0)
			return true;
	return false;
}

/* From the end, since the list shrinks. */
static void
retire_undeclared(struct space *space)
{
	for (size_t i = space->running.count; i-- > 0;) {
		struct workload *workload = space->running.items[i];

		if (is_declared(space, workload_plan(workload)))
			continue;
		workloads_remove(&space->running, workload);
		workloads_add(&space->stopping, workload);
	}
}

/* Whoever waits for the new ones need not wait for the end of the old.  A first copy has none, and
 * its end has the warnings. */
static void
report_switch(struct space *space)
{
	const struct driver_progress all = {.done = space->running.count,
					    .total = space->running.count};

	if (space->errors.count == 0 && all.total > 0 && !space->copy_of)
		driver_task_report(space->change, &all);
}

/* In one turn of the loop: no request sees half of the old and half of the new. */
static void
switch_over(struct space *space)
{
	struct workloads candidates = space->candidates;

	for (size_t i = 0; i < candidates.count; i++) {
		const struct plan *plan = workload_plan(candidates.items[i]);
		struct workload *old = workloads_find(&space->running, plan->module, plan->replica);

		if (old && workloads_remove(&space->running, old))
			workloads_add(&space->stopping, old);
		workload_accept(candidates.items[i]);
		space_take_in(space, plan->module);
		workloads_add(&space->running, candidates.items[i]);
	}
	space->candidates = (struct workloads){0};
	free(candidates.items);
	retire_undeclared(space);
	/* Cannot fail any more: what had to be opened was opened as it became ready. */
	point_ports(space, false);
	space_prune_ports(space);
	space->phase = DRAINING;
	loop_remove_timer(space->timer);
	space->drain_until = clock_steady_ms() + DRAIN_MS;
	space->timer = loop_add_timer(space->driver->base.loop, 0, drain, space);
	report_switch(space);
}

/* The first that is declared, left as it is, and not ready just now; or NULL.  Where all of it is
 * only started again, that one does so by itself. */
static struct workload *
find_kept_unready(const struct space *space)
{
	for (size_t i = 0; i < space->running.count && !space->is_resumed; i++) {
		struct workload *workload = space->running.items[i];
		const struct plan *plan = workload_plan(workload);

		if (!workload_is_good(workload) && is_declared(space, plan) &&
		    !workloads_find(&space->candidates, plan->module, plan->replica))
			return workload;
	}
	return NULL;
}

static void start_candidate(struct space *space, struct plan *plan);

/* The next part of the deployment of which something is planned.  false: there is none. */
static bool
start_part(struct space *space)
{
	struct plan *first = NULL;

	for (size_t i = 0; i < space->planned_count; i++)
		if (space->planned[i] && (!first || space->planned[i]->when < first->when))
			first = space->planned[i];
	if (!first)
		return false;
	/* What comes after the others is to see them where they will be. */
	if (first->when == PLAN_AFTER)
		point_ports(space, true);
	for (size_t i = 0, when = first->when; i < space->planned_count; i++) {
		struct plan *plan = space->planned[i];

		if (!plan || plan->when != when)
			continue;
		space->planned[i] = NULL;
		start_candidate(space, plan);
	}
	return true;
}

/* Also asked when a kept workload is ready again, since the change waits for those too. */
static void
switch_when_ready(struct space *space)
{
	for (size_t i = 0; i < space->candidates.count; i++)
		if (!workload_is_good(space->candidates.items[i]))
			return;
	if (!start_part(space) && !find_kept_unready(space))
		switch_over(space);
}

/* What was left as it is, but was down, did not come back either. */
static void
kept_too_late(void *data)
{
	struct space *space = data;
	const struct workload *workload = find_kept_unready(space);
	const char *module;
	struct error err;

	space->timer = NULL;
	if (!workload)
		return;		/* it is the candidates that are waited for */
	module = workload_plan(workload)->module;
	err = *workload_said(workload);
	if (err.text[0])
		error_prefix_code(&err, CODE_UNCHANGED_WORKLOAD_IS_DOWN_WHILE, .workload = module);
	else
		error_set_code(&err, CODE_UNCHANGED_WORKLOAD_IS_DOWN, .workload = module);
	add_error(space, module, "not-ready", &err);
	free(space->errors.items[space->errors.count - 1].message);
	space->errors.items[space->errors.count - 1].message = workload_output(workload);
	roll_back(space);
}

/* The others go on. */
static void
leave_out(struct space *space, struct workload *candidate)
{
	space_leave_out(space, workload_plan(candidate)->module);
	workloads_remove(&space->candidates, candidate);
	workloads_add(&space->stopping, candidate);
	workload_stop(candidate);
	point_ports(space, space->tentative);
	switch_when_ready(space);
}

/* Its error was added. */
static void
give_up(struct space *space, struct workload *candidate)
{
	if (!space->is_resumed || workload_plan(candidate)->when == PLAN_BEFORE)
		roll_back(space);
	else
		leave_out(space, candidate);
}

static void
candidate_failed(struct space *space, struct workload *workload)
{
	const struct plan *plan = workload_plan(workload);

	if (plan->when != PLAN_BEFORE &&
	    space_excuses(space, plan->module, workload_said(workload))) {
		leave_out(space, workload);
		return;
	}
	take_error(space, workload);
	give_up(space, workload);
}

/* Its public port opens now if nothing stood behind it; another one waits for the switch. */
static void
candidate_ready(struct space *space, struct workload *workload)
{
	const struct plan *plan = workload_plan(workload);
	struct error err;

	if (space_point_ports(space, &err) != 0) {
		add_error(space, plan->module, "cannot-start", &err);
		give_up(space, workload);
		return;
	}
	switch_when_ready(space);
}

/* It is in exactly one of the three lists. */
static void
workload_gone(struct space *space, struct workload *workload)
{
	if (!workloads_remove(&space->candidates, workload) &&
	    !workloads_remove(&space->stopping, workload))
		workloads_remove(&space->running, workload);
	workload_free(workload);
	if (space->removing) {
		space_report_removal(space);
		if (space->running.count + space->candidates.count + space->stopping.count == 0)
			space->timer = loop_add_timer(space->driver->base.loop, 0,
						      space_finish_removal, space);
	} else if (space->phase == ROLLING_BACK && space->candidates.count == 0) {
		space_prune_ports(space);
		end_change(space);
	} else if (space->phase == STOPPING && space->stopping.count == 0) {
		end_change(space);
	}
}

static bool
is_in(const struct workloads *list, const struct workload *workload)
{
	const struct plan *plan = workload_plan(workload);

	return workloads_find(list, plan->module, plan->replica) == workload;
}

/* Of those that run, requests go to who is ready. */
static void
running_changed(struct space *space, enum workload_event event)
{
	point_ports(space, space->tentative);
	if (event == WORKLOAD_IS_READY && space->phase == STARTING)
		switch_when_ready(space);
}

/* A candidate can only fail while the change is starting; afterwards it is supervised. */
static void
on_changed(void *data, struct workload *workload, enum workload_event event)
{
	struct space *space = data;

	if (event == WORKLOAD_IS_STOPPED) {
		workload_gone(space, workload);
	} else if (space->removing) {
		return;
	} else if (event == WORKLOAD_IS_READY || event == WORKLOAD_IS_UNREADY) {
		if (is_in(&space->running, workload))
			running_changed(space, event);
		else if (event == WORKLOAD_IS_READY && space->phase == STARTING &&
			 is_in(&space->candidates, workload))
			candidate_ready(space, workload);
	} else if (space->phase == STARTING) {
		candidate_failed(space, workload);
	}
}

static bool
is_held(const struct driver_deployment *deployment, const char *module)
{
	for (size_t i = 0; i < deployment->count; i++)
		if (deployment->workloads[i].is_held &&
		    strcmp(deployment->workloads[i].module, module) == 0)
			return true;
	return false;
}

/* What is wrong with it was found before. */
static size_t
count_of(const struct driver_workload *workload)
{
	int count = workload->is_held ? 0 : plan_count(workload, NULL);

	return count > 0 ? (size_t)count : 0;
}

static void
set_declared(struct space *space, const struct driver_deployment *deployment)
{
	size_t count = 0;

	space_forget_change(space);
	for (size_t i = 0; i < deployment->count; i++)
		count += count_of(&deployment->workloads[i]);
	space->declared = xcalloc(count + space->running.count + 1, sizeof(*space->declared));
	for (size_t i = 0; i < deployment->count; i++)
		for (size_t k = 0; k < count_of(&deployment->workloads[i]); k++)
			space->declared[space->declared_count++] = (struct declared){
				xstrdup(deployment->workloads[i].module), (int)k};
	for (size_t i = 0; i < space->running.count; i++) {
		const struct plan *plan = workload_plan(space->running.items[i]);

		if (is_held(deployment, plan->module))
			space->declared[space->declared_count++] =
				(struct declared){xstrdup(plan->module), plan->replica};
	}
}

static bool
is_unchanged(const struct space *space, const char *deployment, const char *module, int number,
	     const char *fingerprint)
{
	const struct workload *running = workloads_find(&space->running, module, number);
	const struct plan *plan = running ? workload_plan(running) : NULL;

	if (!plan || strcmp(plan->fingerprint, fingerprint) != 0)
		return false;
	/* A job is done anew in each deployment; one with a schedule goes on by that. */
	return !plan->is_job || plan->schedule ||
	       (deployment && plan->deployment && strcmp(plan->deployment, deployment) == 0);
}

/* Nothing of it can be started; whether that is an error depends on what is copied. */
static void
refuse(struct space *space, const struct driver_workload *workload, const char *code,
       const struct error *why)
{
	if (driver_goes_before(workload) || !space_excuses(space, workload->module, why))
		add_error(space, workload->module, code, why);
	space_leave_out(space, workload->module);
}

/* NULL: it was refused. */
static struct plan *
make_plan(struct space *space, const struct driver_deployment *deployment,
	  const struct driver_workload *workload, int number, const char *fingerprint)
{
	const struct plan_setting setting = {
		.images = space->driver->images,
		.is_confined = confinement_has_pids(space->driver->confinement),
		.translates = space->driver->translates,
		.deployment = deployment->id,
	};
	struct replica replica;
	const char *code = "no-port";
	struct plan *plan = NULL;
	struct error err;

	if (replica_init(&replica, workload, number, fingerprint, space->driver->ports, &err) == 0)
		plan = plan_new(&setting, &replica, &code, &err);
	replica_clear(&replica);
	if (plan && space_ensure_ports(space, plan, &err) != 0) {
		plan_free(plan);
		plan = NULL;
	}
	if (!plan)
		refuse(space, workload, code, &err);
	return plan;
}

/* Those that are to be started; what did not change is not among them. */
struct plans {
	struct plan **items;
	size_t count;
};

/* All faults of a deployment are found before anything starts. */
static void
make_plans(struct space *space, const struct driver_deployment *deployment, size_t which,
	   struct plans *plans)
{
	const struct driver_workload *workload = &deployment->workloads[which];
	char *fingerprint;
	struct error err;
	int count;

	if (workload->is_held)
		return;
	fingerprint = replica_fingerprint(workload);
	count = plan_count(workload, &err);
	if (count >= 0 && plan_is_twice(deployment, which)) {
		error_set_code(&err, CODE_WORKLOAD_TWICE, .workload = workload->module);
		count = -1;
	}
	if (count < 0) {
		refuse(space, workload, "cannot-start", &err);
		free(fingerprint);
		return;
	}
	plans->items = xreallocarray(plans->items, plans->count + (size_t)count + 1,
				     sizeof(struct plan *));
	for (int i = 0; i < count; i++) {
		struct plan *plan;

		if (is_unchanged(space, deployment->id, workload->module, i, fingerprint))
			continue;
		plan = make_plan(space, deployment, workload, i, fingerprint);
		if (!plan)
			break;	/* the others would fail alike */
		plans->items[plans->count++] = plan;
	}
	free(fingerprint);
}

/* A directory of its own by the generation: the files of what runs stay as they are. */
static void
start_candidate(struct space *space, struct plan *plan)
{
	char *module_dir = xasprintf("%s/modules/%s", space->directory, plan->module);
	struct workload_place place = {
		.loop = space->driver->base.loop,
		.registry = space->driver->registry,
		.remover = space->driver->remover,
		.grpc = space->driver->grpc,
		.refusal = &space->refusal,
		.confinement = space->driver->confinement,
		.space_dir = space->directory,
		.module_dir = module_dir,
		.generation = ++space->driver->generation,
		.generations = &space->driver->generation,
		.ready_timeout_ms = space->driver->ready_timeout_ms,
		.min_ready_ms = space->driver->min_ready_ms,
		.has_proven = space->is_resumed && !space->is_unproven,
		.is_done = plan->is_job && !plan->schedule && plan->deployment &&
			   jobs_is_done(space->directory, plan->module, plan->replica,
					plan->deployment),
	};

	workloads_add(&space->candidates, workload_new(plan, &place, on_changed, space));
	free(module_dir);
}

/* What is left alone is not started anew, but it has to run for the change to be good. */
static void
wait_for_kept(struct space *space)
{
	if (!find_kept_unready(space))
		return;
	for (size_t i = 0; i < space->running.count; i++)
		workload_hurry(space->running.items[i]);
	space->timer = loop_add_timer(space->driver->base.loop, space->driver->ready_timeout_ms,
				      kept_too_late, space);
}

/* It is too late once the new ones take over. */
static void
cancel_change(void *data)
{
	struct space *space = data;

	if (space->phase != STARTING || space->removing)
		return;
	space->cancelled = true;
	roll_back(space);
}

/* Something cannot be planned without which nothing is to start. */
static bool
is_planned_in_vain(const struct space *space, const struct driver_deployment *deployment)
{
	for (size_t i = 0; i < deployment->count; i++) {
		const struct driver_workload *workload = &deployment->workloads[i];
		bool is_first = driver_goes_before(workload);

		if (workload->is_held && is_first)
			return true;
		for (size_t k = 0; k < space->errors.count; k++)
			if ((is_first || !space->is_resumed) &&
			    strcmp(space->errors.items[k].object_id, workload->module) == 0)
				return true;
	}
	return false;
}

/* Before any of them looks others up. */
static void
write_hosts(const struct space *space)
{
	struct error err;

	if (space->planned_count > 0 && space_write_hosts(space, &err) != 0)
		log_line(LOG_PRIORITY_ERROR, "workloads cannot look each other up", "space",
			 space->name, "reason", err.text, NULL);
}

/* With nothing new it may be over at once, by way of the same states. */
static void
start_change(struct space *space, const struct driver_deployment *deployment)
{
	struct plans plans = {0};

	space->phase = STARTING;
	space->is_resumed = deployment->is_resumed;
	space->is_unproven = deployment->is_unproven;
	free(space->copy_of);
	space->copy_of = xstrdup_or_null(deployment->copy_of);
	for (size_t i = 0; i < deployment->count; i++)
		make_plans(space, deployment, i, &plans);
	if (is_planned_in_vain(space, deployment)) {
		for (size_t i = 0; i < plans.count; i++)
			plan_free(plans.items[i]);
		space_prune_ports(space);
		end_change(space);
	} else {
		set_declared(space, deployment);
		space->planned = plans.items;
		space->planned_count = plans.count;
		plans.items = NULL;
		write_hosts(space);
		wait_for_kept(space);
		if (!start_part(space))
			switch_when_ready(space);
	}
	free(plans.items);
}

/* One change at a time: the engine sees to that, and this makes sure. */
struct driver_task *
space_apply(struct process_driver *driver, const char *name,
	    const struct driver_deployment *deployment, const struct driver_waiter *waiter)
{
	struct error err;
	struct space *space = space_open(driver, name, &err);
	struct driver_task *task = driver_task_new(&driver->base, waiter, cancel_change, space);

	if (space && (space->phase != IDLE || space->removing)) {
		error_set_code(&err, CODE_SPACE_IS_CHANGING, .space = name);
		space = NULL;
	}
	if (!space) {
		driver_task_end(task, &err, NULL, NULL);
		return task;
	}
	space->change = task;
	start_change(space, deployment);
	return task;
}

void
space_forget_change(struct space *space)
{
	for (size_t i = 0; i < space->declared_count; i++)
		free(space->declared[i].module);
	free(space->declared);
	space->declared = NULL;
	space->declared_count = 0;
	forget_planned(space);
}
