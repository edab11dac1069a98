/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From one set of workloads to the next.  Candidates start beside what runs; only when all of
 * them are ready do they take its place, in one turn of the loop:
 *
 *	STARTING --all ready--> DRAINING --no old connection, or 1 s--> STOPPING --> READY
 *	    \--one failed--> ROLLING_BACK --all candidates gone--> FAILED
 *
 * Until then nothing that runs is touched, so a rollback has nothing to bring back.  A public
 * port that nothing stood behind before is opened as soon as its candidate is ready: others
 * that start with it may need it to become ready themselves.
 */
#include "config.h"

#include "space.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "net/loop.h"

#define DRAIN_MS 1000
#define DRAIN_POLL_MS 20

static void
add_error(struct space *space, const char *module, const char *code, const char *summary)
{
	struct driver_errors *errors = &space->errors;

	errors->items = xreallocarray(errors->items, errors->count + 1, sizeof(*errors->items));
	errors->items[errors->count++] = (struct driver_error){
		.object_id = xstrdup(module),
		.code = xstrdup(code),
		.summary = xstrdup(summary),
		.message = xstrdup(""),
	};
}

static void
take_error(struct space *space, struct workload *workload)
{
	struct driver_errors *errors = &space->errors;

	errors->items = xreallocarray(errors->items, errors->count + 1, sizeof(*errors->items));
	workload_take_error(workload, &errors->items[errors->count++]);
}

static void
report(void *data)
{
	struct space *space = data;
	driver_applied *applied = space->applied;
	struct driver_errors errors = space->errors;
	bool cancelled = space->cancelled;

	space->timer = NULL;
	space->cancelled = false;
	space->phase = IDLE;
	space->applied = NULL;
	space->errors = (struct driver_errors){0};
	/* The callee may begin the next change, or the removal. */
	applied(space->data, errors.count || cancelled ? DRIVER_FAILED : DRIVER_READY, &errors);
	driver_errors_clear(&errors);
}

static void
report_soon(struct space *space)
{
	space->phase = REPORTING;
	loop_remove_timer(space->timer);
	space->timer = loop_add_timer(space->driver->loop, 0, report, space);
}

static void
stop_old(struct space *space)
{
	space->phase = STOPPING;
	workloads_stop(&space->stopping);
	if (space->stopping.count == 0)
		report_soon(space);
}

static void
drain(void *data)
{
	struct space *space = data;

	space->timer = NULL;
	if (space_open_connections(space, &space->stopping) > 0 &&
	    clock_steady_ms() < space->drain_until)
		space->timer = loop_add_timer(space->driver->loop, DRAIN_POLL_MS, drain, space);
	else
		stop_old(space);
}

static void
roll_back(struct space *space)
{
	if (space->phase == ROLLING_BACK)
		return;
	space->phase = ROLLING_BACK;
	loop_remove_timer(space->timer);
	space->timer = NULL;
	workloads_stop(&space->candidates);
	if (space->candidates.count == 0)
		report_soon(space);
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

static void
switch_over(struct space *space)
{
	struct workloads candidates = space->candidates;
	struct error err;

	for (size_t i = 0; i < candidates.count; i++) {
		const struct plan *plan = workload_plan(candidates.items[i]);
		struct workload *old = workloads_find(&space->running, plan->module, plan->replica);

		if (old && workloads_remove(&space->running, old))
			workloads_add(&space->stopping, old);
		workload_accept(candidates.items[i]);
		workloads_add(&space->running, candidates.items[i]);
	}
	space->candidates = (struct workloads){0};
	free(candidates.items);
	retire_undeclared(space);
	/* Cannot fail any more: what had to be opened was opened as it became ready. */
	if (space_point_forwards(space, &err) != 0)
		log_line(LOG_PRIORITY_ERROR, "a public port stays closed", "reason", err.text, NULL);
	space_prune_forwards(space);
	space->phase = DRAINING;
	loop_remove_timer(space->timer);
	space->drain_until = clock_steady_ms() + DRAIN_MS;
	space->timer = loop_add_timer(space->driver->loop, 0, drain, space);
}

/* The first that is declared, left as it is, and not ready just now; or NULL. */
static struct workload *
find_kept_unready(const struct space *space)
{
	for (size_t i = 0; i < space->running.count; i++) {
		struct workload *workload = space->running.items[i];
		const struct plan *plan = workload_plan(workload);

		if (!workload_is_ready(workload) && is_declared(space, plan) &&
		    !workloads_find(&space->candidates, plan->module, plan->replica))
			return workload;
	}
	return NULL;
}

static void
switch_when_ready(struct space *space)
{
	for (size_t i = 0; i < space->candidates.count; i++)
		if (!workload_is_ready(space->candidates.items[i]))
			return;
	if (!find_kept_unready(space))
		switch_over(space);
}

/* What was left as it is, but was down, did not come back either. */
static void
kept_too_late(void *data)
{
	struct space *space = data;
	const struct workload *workload = find_kept_unready(space);
	struct driver_workload_status status;
	struct error err;

	space->timer = NULL;
	if (!workload)
		return;		/* it is the candidates that are waited for */
	workload_get_status(workload, &status);
	error_set(&err, ERROR_INPUT, _("Workload %s is not changed, but it is down: %s."),
		  status.module, status.message ? status.message : "");
	add_error(space, status.module, "not-ready", err.text);
	free(space->errors.items[space->errors.count - 1].message);
	space->errors.items[space->errors.count - 1].message = workload_output(workload);
	free(status.module);
	free(status.message);
	roll_back(space);
}

static void
candidate_ready(struct space *space, struct workload *workload)
{
	const struct plan *plan = workload_plan(workload);
	struct error err;

	if (space_point_forwards(space, &err) != 0) {
		add_error(space, plan->module, "cannot-start", err.text);
		roll_back(space);
		return;
	}
	switch_when_ready(space);
}

static void
workload_gone(struct space *space, struct workload *workload)
{
	if (!workloads_remove(&space->candidates, workload) && !workloads_remove(&space->stopping, workload))
		workloads_remove(&space->running, workload);
	workload_free(workload);
	if (space->removing) {
		if (space->running.count + space->candidates.count + space->stopping.count == 0)
			space->timer = loop_add_timer(space->driver->loop, 0, space_finish_removal, space);
	} else if (space->phase == ROLLING_BACK && space->candidates.count == 0) {
		space_prune_forwards(space);
		report_soon(space);
	} else if (space->phase == STOPPING && space->stopping.count == 0) {
		report_soon(space);
	}
}

static bool
is_in(const struct workloads *list, const struct workload *workload)
{
	const struct plan *plan = workload_plan(workload);

	return workloads_find(list, plan->module, plan->replica) == workload;
}

static void
on_changed(void *data, struct workload *workload, enum workload_event event)
{
	struct space *space = data;

	if (event == WORKLOAD_IS_STOPPED) {
		workload_gone(space, workload);
	} else if (space->phase != STARTING || space->removing) {
		return;
	} else if (event == WORKLOAD_IS_READY) {
		if (is_in(&space->candidates, workload))
			candidate_ready(space, workload);
		else
			switch_when_ready(space);
	} else {
		take_error(space, workload);
		roll_back(space);
	}
}

static void
set_declared(struct space *space, const struct driver_workload *workloads, size_t count)
{
	space_forget_change(space);
	space->declared = xcalloc(count + 1, sizeof(*space->declared));
	space->declared_count = count;
	for (size_t i = 0; i < count; i++)
		space->declared[i] = (struct declared){xstrdup(workloads[i].module),
						       workloads[i].replica};
}

static bool
same_ports(const struct plan *plan, const struct driver_workload *workload)
{
	if (plan->port_count != workload->port_count)
		return false;
	for (size_t i = 0; i < plan->port_count; i++)
		if (plan->ports[i][0] != workload->ports[i][0])
			return false;
	return true;
}

static bool
is_unchanged(const struct space *space, const struct driver_workload *workload)
{
	const struct workload *running = workloads_find(&space->running, workload->module,
							workload->replica);

	return running && workload->fingerprint &&
	       strcmp(workload_plan(running)->fingerprint, workload->fingerprint) == 0 &&
	       same_ports(workload_plan(running), workload);
}

static bool
is_twice(const struct driver_workload *workloads, size_t which)
{
	const struct driver_workload *one = &workloads[which];

	for (size_t i = 0; i < which; i++) {
		if (strcmp(workloads[i].module, one->module) == 0) {
			if (workloads[i].replica == one->replica)
				return true;
			continue;	/* replicas share their public ports */
		}
		for (size_t k = 0; k < one->port_count * workloads[i].port_count; k++)
			if (one->ports[k / workloads[i].port_count][0] ==
			    workloads[i].ports[k % workloads[i].port_count][0])
				return true;
	}
	return false;
}

/* NULL: an error was added. */
static struct plan *
make_plan(struct space *space, const struct driver_workload *workloads, size_t which)
{
	const struct driver_workload *workload = &workloads[which];
	const char *code = "cannot-start";
	struct plan *plan = NULL;
	struct error err;

	if (is_twice(workloads, which))
		error_set(&err, ERROR_INPUT,
			  _("The workload %.100s, or a public port of it, is declared twice."),
			  workload->module);
	else
		plan = plan_new(space->driver->images, workload, &code, &err);
	if (plan && space_ensure_forwards(space, plan, &err) != 0) {
		plan_free(plan);
		plan = NULL;
	}
	if (!plan)
		add_error(space, workload->module, code, err.text);
	return plan;
}

static void
start_candidate(struct space *space, struct plan *plan)
{
	char *module_dir = xasprintf("%s/modules/%s", space->directory, plan->module);
	struct workload_place place = {
		.loop = space->driver->loop,
		.record = space->driver->record,
		.confinement = space->driver->confinement,
		.space_dir = space->directory,
		.module_dir = module_dir,
		.generation = ++space->driver->generation,
		.ready_timeout_ms = space->driver->ready_timeout_ms,
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
	space->timer = loop_add_timer(space->driver->loop, space->driver->ready_timeout_ms,
				      kept_too_late, space);
}

int
space_apply(struct process_driver *driver, const char *name,
	    const struct driver_workload *workloads, size_t count, driver_applied *applied,
	    void *data, struct error *err)
{
	struct space *space = space_open(driver, name, err);
	struct plan **plans;

	if (!space)
		return -1;
	if (space->phase != IDLE || space->removing)
		return error_set(err, ERROR_CONFLICT, _("The environment %s is being changed."), name);
	plans = xcalloc(count + 1, sizeof(struct plan *));
	space->applied = applied;
	space->data = data;
	for (size_t i = 0; i < count; i++)
		if (!is_unchanged(space, &workloads[i]))
			plans[i] = make_plan(space, workloads, i);
	space->phase = STARTING;
	if (space->errors.count > 0) {
		for (size_t i = 0; i < count; i++)
			plan_free(plans[i]);
		space_prune_forwards(space);
		report_soon(space);
	} else {
		set_declared(space, workloads, count);
		for (size_t i = 0; i < count; i++)
			if (plans[i])
				start_candidate(space, plans[i]);
		wait_for_kept(space);
		if (space->candidates.count == 0)
			switch_when_ready(space);
	}
	free(plans);
	return 0;
}

void
space_cancel(struct space *space)
{
	if (space->phase != STARTING || space->removing)
		return;
	space->cancelled = true;
	roll_back(space);
}

void
space_forget_change(struct space *space)
{
	for (size_t i = 0; i < space->declared_count; i++)
		free(space->declared[i].module);
	free(space->declared);
	space->declared = NULL;
	space->declared_count = 0;
}
