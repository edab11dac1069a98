/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which spaces there are, what runs in them, and their removal.
 *
 * A removal takes time, and other requests come meanwhile: a second one waits for the same
 * end, and a change that was under way ends with an error.  Only when processes and files are
 * gone is the name free again.
 */
#include "config.h"

#include "platform/drivers/process/space.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/addresses.h"
#include "platform/drivers/process/cgroups.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/private.h"
#include "platform/drivers/process/remover.h"
#include "platform/drivers/process/resource.h"
#include "platform/drivers/process/space-change.h"
#include "platform/drivers/process/space-ports.h"
#include "platform/drivers/process/space-private.h"
#include "platform/drivers/process/workload.h"
#include "platform/drivers/process/workloads.h"

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
		error_set_code(err, CODE_SPACE_NAME_INVALID, .space = name);
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
clean_module(struct remover *remover, const char *directory)
{
	DIR *dir = opendir(directory);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		char *path;

		if (entry->d_name[strspn(entry->d_name, "0123456789")] != '\0')
			continue;
		path = xasprintf("%s/%s", directory, entry->d_name);
		(void)remover_take(remover, path, NULL, NULL);
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
		clean_module(space->driver->remover, path);
		free(path);
	}
	if (dir)
		closedir(dir);
	free(modules);
}

struct space *
space_open(struct process_driver *driver, const char *name, struct error *err)
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
	space->left_out = json_object();
	space->next = driver->spaces;
	driver->spaces = space;
	clean_modules(space);
	return space;
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
	workloads_free(&space->candidates);
	workloads_free(&space->running);
	workloads_free(&space->stopping);
	space_close_ports(space);
	addresses_release(space->driver->addresses, space->name);
	driver_errors_clear(&space->errors);
	space_forget_change(space);
	json_decref(space->left_out);
	free(space->copy_of);
	free(space->removals);
	free(space->name);
	free(space->directory);
	free(space);
}

static int
by_module(const void *a, const void *b)
{
	const struct plan *one = workload_plan(*(const struct workload *const *)a);
	const struct plan *other = workload_plan(*(const struct workload *const *)b);
	int order = strcmp(one->module, other->module);

	return order != 0 ? order : one->replica - other->replica;
}

/* Those of one module.  A cronjob has a row for each schedule, and the first says of all of them
 * what runs next. */
static void
put_statuses(struct driver_status *out, const struct workload *const *all, size_t count)
{
	struct driver_workload_status *first = &out->items[out->count];
	struct error said;

	for (size_t i = 0; i < count; i++)
		workload_get_status(all[i], &out->items[out->count++]);
	workload_say_schedules(all, count, &said);
	if (!said.text[0])
		return;
	first->whole_message = error_codes_text(&said);
	first->whole_reason = error_codes_encode(&said);
}

void
space_get_status(const struct space *space, struct driver_status *out)
{
	size_t most = space->candidates.count + space->running.count, count = 0;
	const struct workload **shown = xcalloc(most + 1, sizeof(*shown));

	for (size_t i = 0; i < space->candidates.count; i++)
		shown[count++] = space->candidates.items[i];
	for (size_t i = 0; i < space->running.count; i++) {
		const struct plan *plan = workload_plan(space->running.items[i]);

		if (!workloads_find(&space->candidates, plan->module, plan->replica))
			shown[count++] = space->running.items[i];
	}
	qsort(shown, count, sizeof(*shown), by_module);
	out->items = xreallocarray(out->items, out->count + count + 1, sizeof(*out->items));
	for (size_t i = 0, end; i < count; i = end) {
		const char *module = workload_plan(shown[i])->module;

		for (end = i + 1; end < count; end++)
			if (strcmp(workload_plan(shown[end])->module, module) != 0)
				break;
		put_statuses(out, shown + i, end - i);
	}
	free(shown);
}

uint64_t
space_state(const struct space *space)
{
	uint64_t sum = UINT64_C(14695981039346656037) + space->candidates.count;

	for (size_t i = 0; i < space->candidates.count; i++)
		sum = workload_mix_state(space->candidates.items[i], sum);
	sum ^= space->running.count;
	for (size_t i = 0; i < space->running.count; i++)
		sum = workload_mix_state(space->running.items[i], sum);
	return sum;
}

bool
space_runs(const struct space *space)
{
	return !space->removing && space->running.count + space->candidates.count > 0;
}

static void
interrupt_all(const struct workloads *list)
{
	for (size_t i = 0; i < list->count; i++)
		workload_interrupt(list->items[i]);
}

void
space_set_size(struct space *space, int64_t bytes, int64_t most)
{
	if (bytes <= most) {
		space->refusal = (struct error){0};
		return;
	}
	if (space->refusal.kind == ERROR_NONE) {
		error_set_code(&space->refusal, CODE_ENVIRONMENT_TOO_LARGE, .total = bytes >> 20,
			       .max = most >> 20);
		log_line(LOG_PRIORITY_WARNING, "an environment takes too much of the disk", "space",
			 space->name, "why", space->refusal.text, NULL);
	}
	interrupt_all(&space->running);
	interrupt_all(&space->candidates);
}

void
space_report_removal(const struct space *space)
{
	size_t left = space->running.count + space->candidates.count + space->stopping.count;
	struct driver_progress progress = {space->removing_count - left, space->removing_count,
					   NULL};

	for (size_t i = 0; i < space->removal_count; i++)
		driver_task_report(space->removals[i], &progress);
}

static void
end_removal(void *data)
{
	struct space *space = data;
	struct driver_task **removals = space->removals, *change = space->change;
	size_t count = space->removal_count;
	struct error err;

	space->removals = NULL;
	/* A change that the removal overtook has an end as well. */
	if (change) {
		error_set_code(&err, CODE_SPACE_IS_REMOVED, .space = space->name);
		driver_task_end(change, &err, NULL, NULL);
	}
	space_free(space);
	for (size_t i = 0; i < count; i++)
		driver_task_end(removals[i], NULL, NULL, NULL);
	free(removals);
}

/* The environment is removed when nothing is left of it: until then its name is taken. */
void
space_finish_removal(void *data)
{
	struct space *space = data;

	space->timer = NULL;
	cgroups_remove(confinement_cgroups(space->driver->confinement), space->name);
	if (space->wipe) {
		/* Before the files that know which they are. */
		resource_release_ports(space->driver->ports, space->directory);
		if (remover_take(space->driver->remover, space->directory, end_removal, space))
			return;
	}
	end_removal(space);
}

struct driver_task *
space_remove(struct process_driver *driver, const char *name, bool wipe,
	     const struct driver_waiter *waiter)
{
	struct error err;
	struct space *space = space_open(driver, name, &err);
	struct driver_task *task = driver_task_new(&driver->base, waiter, NULL, NULL);

	if (!space) {
		driver_task_end(task, &err, NULL, NULL);
		return task;
	}
	space->removals = xreallocarray(space->removals, space->removal_count + 1,
					sizeof(struct driver_task *));
	space->removals[space->removal_count++] = task;
	space->wipe = space->wipe || wipe;
	if (space->removing)
		return task;
	space->removing = true;
	space->removing_count = space->running.count + space->candidates.count +
				space->stopping.count;
	loop_remove_timer(space->timer);
	space->timer = NULL;
	space_close_ports(space);
	workloads_stop(&space->candidates);
	workloads_stop(&space->running);
	workloads_stop(&space->stopping);
	if (space->running.count + space->candidates.count + space->stopping.count == 0)
		space->timer = loop_add_timer(driver->base.loop, 0, space_finish_removal, space);
	return task;
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
