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

#include "private.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "platform/log.h"
#include "platform/loop.h"

#define DRAIN_MS 1000
#define DRAIN_POLL_MS 20

enum phase { IDLE, STARTING, DRAINING, STOPPING, ROLLING_BACK, REPORTING };

struct list {
	struct workload **items;
	size_t count;
};

struct waiter {
	void (*done)(void *data);
	void *data;
};

struct space {
	struct process_driver *driver;
	struct space *next;
	char *name;
	char *directory;
	struct list running, candidates, stopping;
	struct forward **forwards;
	size_t forward_count;

	enum phase phase;
	char **declared;		/* the modules of the change that runs */
	size_t declared_count;
	int64_t drain_until;		/* steady ms */
	struct loop_timer *timer;	/* drains, or reports */
	driver_applied *applied;
	void *data;
	struct driver_errors errors;

	bool removing;
	bool wipe;
	struct waiter *waiters;		/* of the removal */
	size_t waiter_count;
};

/* Lists of workloads. */

static void
list_add(struct list *list, struct workload *workload)
{
	list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = workload;
}

static bool
list_remove(struct list *list, const struct workload *workload)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i] != workload)
			continue;
		memmove(list->items + i, list->items + i + 1,
			(list->count - i - 1) * sizeof(*list->items));
		list->count--;
		return true;
	}
	return false;
}

static struct workload *
list_find(const struct list *list, const char *module)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(workload_plan(list->items[i])->module, module) == 0)
			return list->items[i];
	return NULL;
}

static void
list_stop(const struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		workload_stop(list->items[i]);
}

/* Errors. */

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

/* Public ports. */

static struct forward *
find_forward(const struct space *space, int port)
{
	for (size_t i = 0; i < space->forward_count; i++)
		if (forward_port(space->forwards[i]) == port)
			return space->forwards[i];
	return NULL;
}

static int
ensure_forwards(struct space *space, const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->port_count; i++) {
		struct forward *forward = find_forward(space, plan->ports[i][0]);

		if (forward)
			continue;
		forward = forward_new(space->driver->loop, plan->ports[i][0], err);
		if (!forward)
			return -1;
		space->forwards = xreallocarray(space->forwards, space->forward_count + 1,
						sizeof(struct forward *));
		space->forwards[space->forward_count++] = forward;
	}
	return 0;
}

static bool
is_port_used(const struct space *space, int port)
{
	for (size_t i = 0; i < space->running.count; i++) {
		const struct plan *plan = workload_plan(space->running.items[i]);

		for (size_t k = 0; k < plan->port_count; k++)
			if (plan->ports[k][0] == port)
				return true;
	}
	return false;
}

/* Closes the public ports that no running workload has. */
static void
prune_forwards(struct space *space)
{
	size_t kept = 0;

	for (size_t i = 0; i < space->forward_count; i++) {
		if (is_port_used(space, forward_port(space->forwards[i])))
			space->forwards[kept++] = space->forwards[i];
		else
			forward_free(space->forwards[i]);
	}
	space->forward_count = kept;
}

static int
point_forwards(struct space *space, const struct plan *plan, bool only_new, struct error *err)
{
	for (size_t i = 0; i < plan->port_count; i++) {
		struct forward *forward = find_forward(space, plan->ports[i][0]);

		if (!forward || (only_new && forward_target(forward) != 0 &&
				 is_port_used(space, plan->ports[i][0])))
			continue;
		if (forward_set_target(forward, plan->ports[i][1], err) != 0)
			return -1;
	}
	return 0;
}

static size_t
open_connections(const struct space *space, const struct list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct plan *plan = workload_plan(list->items[i]);

		for (size_t k = 0; k < plan->port_count; k++) {
			struct forward *forward = find_forward(space, plan->ports[k][0]);

			count += forward ? forward_count(forward, plan->ports[k][1]) : 0;
		}
	}
	return count;
}

/* The change. */

static void
report(void *data)
{
	struct space *space = data;
	driver_applied *applied = space->applied;
	struct driver_errors errors = space->errors;

	space->timer = NULL;
	space->phase = IDLE;
	space->applied = NULL;
	space->errors = (struct driver_errors){0};
	/* The callee may begin the next change, or the removal. */
	applied(space->data, errors.count ? DRIVER_FAILED : DRIVER_READY, &errors);
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
	list_stop(&space->stopping);
	if (space->stopping.count == 0)
		report_soon(space);
}

static void
drain(void *data)
{
	struct space *space = data;

	space->timer = NULL;
	if (open_connections(space, &space->stopping) > 0 &&
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
	list_stop(&space->candidates);
	if (space->candidates.count == 0)
		report_soon(space);
}

static bool
is_declared(const struct space *space, const char *module)
{
	for (size_t i = 0; i < space->declared_count; i++)
		if (strcmp(space->declared[i], module) == 0)
			return true;
	return false;
}

static void
retire_undeclared(struct space *space)
{
	for (size_t i = space->running.count; i-- > 0;) {
		struct workload *workload = space->running.items[i];

		if (is_declared(space, workload_plan(workload)->module))
			continue;
		list_remove(&space->running, workload);
		list_add(&space->stopping, workload);
	}
}

static void
switch_over(struct space *space)
{
	struct list candidates = space->candidates;
	struct error err;

	for (size_t i = 0; i < candidates.count; i++) {
		const struct plan *plan = workload_plan(candidates.items[i]);
		struct workload *old = list_find(&space->running, plan->module);

		/* Cannot fail any more: what had to be opened was opened as it became ready. */
		if (point_forwards(space, plan, false, &err) != 0)
			log_line(LOG_PRIORITY_ERROR, "a public port stays closed", "reason", err.text,
				 NULL);
		if (old && list_remove(&space->running, old))
			list_add(&space->stopping, old);
		workload_accept(candidates.items[i]);
		list_add(&space->running, candidates.items[i]);
	}
	space->candidates = (struct list){0};
	free(candidates.items);
	retire_undeclared(space);
	prune_forwards(space);
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
		const char *module = workload_plan(workload)->module;

		if (!workload_is_ready(workload) && is_declared(space, module) &&
		    !list_find(&space->candidates, module))
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

static void finish_removal(void *data);

static void
candidate_ready(struct space *space, struct workload *workload)
{
	const struct plan *plan = workload_plan(workload);
	struct error err;

	if (point_forwards(space, plan, true, &err) != 0) {
		add_error(space, plan->module, "cannot-start", err.text);
		roll_back(space);
		return;
	}
	switch_when_ready(space);
}

static void
workload_gone(struct space *space, struct workload *workload)
{
	if (!list_remove(&space->candidates, workload) && !list_remove(&space->stopping, workload))
		list_remove(&space->running, workload);
	workload_free(workload);
	if (space->removing) {
		if (space->running.count + space->candidates.count + space->stopping.count == 0)
			space->timer = loop_add_timer(space->driver->loop, 0, finish_removal, space);
	} else if (space->phase == ROLLING_BACK && space->candidates.count == 0) {
		prune_forwards(space);
		report_soon(space);
	} else if (space->phase == STOPPING && space->stopping.count == 0) {
		report_soon(space);
	}
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
		if (list_find(&space->candidates, workload_plan(workload)->module) == workload)
			candidate_ready(space, workload);
		else
			switch_when_ready(space);
	} else {
		take_error(space, workload);
		roll_back(space);
	}
}

/* Spaces. */

char *
space_directory(const struct process_driver *driver, const char *name, struct error *err)
{
	char *copy = xstrdup(name);
	char *directory = NULL;
	char *rest = copy;
	size_t good = 0, parts = 0;

	for (char *part; (part = strsep(&rest, "/")); parts++)
		good += ids_is_name(part);
	if (parts == 3 && good == 3)
		directory = xasprintf("%s/%s", driver->spaces_dir, name);
	else
		error_set(err, ERROR_INPUT, _("\"%.200s\" is no environment: it must be "
					      "ORGANIZATION/APPLICATION/ENVIRONMENT."), name);
	free(copy);
	return directory;
}

struct space *
space_find(const struct process_driver *driver, const char *name)
{
	for (struct space *space = driver->spaces; space; space = space->next)
		if (strcmp(space->name, name) == 0)
			return space;
	return NULL;
}

/* A daemon that was killed could not remove the working directories of its instances. */
static void
clean_module(const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;
	struct error err;

	while (dir && (entry = readdir(dir))) {
		char *path;

		if (entry->d_name[strspn(entry->d_name, "0123456789")] != '\0')
			continue;
		path = xasprintf("%s/%s", directory, entry->d_name);
		if (paths_remove_tree(path, &err) != 0)
			log_line(LOG_PRIORITY_WARNING, "a directory stays", "reason", err.text, NULL);
		free(path);
	}
	if (dir)
		closedir(dir);
}

static void
clean_modules(const struct space *space)
{
	char *modules = xasprintf("%s/modules", space->directory);
	DIR *dir = opendir(modules);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path;

		if (entry->d_name[0] == '.')
			continue;
		path = xasprintf("%s/%s", modules, entry->d_name);
		clean_module(path);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(modules);
}

static struct space *
open_space(struct process_driver *driver, const char *name, struct error *err)
{
	struct space *space = space_find(driver, name);
	char *directory;

	if (space)
		return space;
	directory = space_directory(driver, name, err);
	if (!directory)
		return NULL;
	space = xcalloc(1, sizeof(*space));
	space->driver = driver;
	space->name = xstrdup(name);
	space->directory = directory;
	space->next = driver->spaces;
	driver->spaces = space;
	clean_modules(space);
	return space;
}

static void
set_declared(struct space *space, const struct driver_workload *workloads, size_t count)
{
	for (size_t i = 0; i < space->declared_count; i++)
		free(space->declared[i]);
	free(space->declared);
	space->declared = xcalloc(count + 1, sizeof(char *));
	space->declared_count = count;
	for (size_t i = 0; i < count; i++)
		space->declared[i] = xstrdup(workloads[i].module);
}

static void
free_list(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		workload_free(list->items[i]);
	free(list->items);
	*list = (struct list){0};
}

static void
close_forwards(struct space *space)
{
	for (size_t i = 0; i < space->forward_count; i++)
		forward_free(space->forwards[i]);
	free(space->forwards);
	space->forwards = NULL;
	space->forward_count = 0;
}

void
space_free(struct space *space)
{
	struct space **link = &space->driver->spaces;

	while (*link && *link != space)
		link = &(*link)->next;
	if (*link)
		*link = space->next;
	loop_remove_timer(space->timer);
	free_list(&space->candidates);
	free_list(&space->running);
	free_list(&space->stopping);
	close_forwards(space);
	driver_errors_clear(&space->errors);
	set_declared(space, NULL, 0);
	free(space->declared);
	free(space->waiters);
	free(space->name);
	free(space->directory);
	free(space);
}

/* Apply. */

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
	const struct workload *running = list_find(&space->running, workload->module);

	return running && workload->fingerprint &&
	       strcmp(workload_plan(running)->fingerprint, workload->fingerprint) == 0 &&
	       same_ports(workload_plan(running), workload);
}

static bool
is_twice(const struct driver_workload *workloads, size_t which)
{
	const struct driver_workload *one = &workloads[which];

	for (size_t i = 0; i < which; i++) {
		if (strcmp(workloads[i].module, one->module) == 0)
			return true;
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
	if (plan && ensure_forwards(space, plan, &err) != 0) {
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

	list_add(&space->candidates, workload_new(plan, &place, on_changed, space));
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
	struct space *space = open_space(driver, name, err);
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
		prune_forwards(space);
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

/* Status and removal. */

static void
put_status(struct driver_status *out, const struct workload *workload)
{
	size_t at = out->count;
	struct driver_workload_status status;

	workload_get_status(workload, &status);
	out->items = xreallocarray(out->items, out->count + 1, sizeof(*out->items));
	for (; at > 0 && strcmp(out->items[at - 1].module, status.module) > 0; at--)
		out->items[at] = out->items[at - 1];
	out->items[at] = status;
	out->count++;
}

void
space_get_status(const struct space *space, struct driver_status *out)
{
	for (size_t i = 0; i < space->candidates.count; i++)
		put_status(out, space->candidates.items[i]);
	for (size_t i = 0; i < space->running.count; i++)
		if (!list_find(&space->candidates, workload_plan(space->running.items[i])->module))
			put_status(out, space->running.items[i]);
}

static void
finish_removal(void *data)
{
	struct space *space = data;
	struct waiter *waiters = space->waiters;
	size_t count = space->waiter_count;
	driver_applied *applied = space->applied;
	void *applied_data = space->data;
	struct error err;

	space->timer = NULL;
	space->waiters = NULL;
	if (space->wipe && paths_remove_tree(space->directory, &err) != 0)
		log_line(LOG_PRIORITY_ERROR, "a directory stays", "reason", err.text, NULL);
	space_free(space);
	/* A change that the removal overtook has an end as well. */
	if (applied)
		applied(applied_data, DRIVER_FAILED, &(struct driver_errors){0});
	for (size_t i = 0; i < count; i++)
		waiters[i].done(waiters[i].data);
	free(waiters);
}

int
space_remove(struct process_driver *driver, const char *name, bool wipe,
	     void (*done)(void *data), void *data, struct error *err)
{
	struct space *space = open_space(driver, name, err);

	if (!space)
		return -1;
	space->waiters = xreallocarray(space->waiters, space->waiter_count + 1,
				       sizeof(*space->waiters));
	space->waiters[space->waiter_count++] = (struct waiter){done, data};
	space->wipe = space->wipe || wipe;
	if (space->removing)
		return 0;
	space->removing = true;
	loop_remove_timer(space->timer);
	space->timer = NULL;
	close_forwards(space);
	list_stop(&space->candidates);
	list_stop(&space->running);
	list_stop(&space->stopping);
	if (space->running.count + space->candidates.count + space->stopping.count == 0)
		space->timer = loop_add_timer(driver->loop, 0, finish_removal, space);
	return 0;
}

struct space *
space_next(const struct space *space)
{
	return space->next;
}

const char *
space_name(const struct space *space)
{
	return space->name;
}
