/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Resources go one after the other; one that cannot be removed is logged and tried again with
 * the next pruning, and keeps no other from going.
 *
 * What was pending when a rollout ended belongs to a deployment that failed; what is
 * "deleting" was replaced or is no longer declared.  Only those two go: an active row is
 * never touched here.
 */
#include "config.h"

#include "platform/engine/prune.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/nouns.h"
#include "platform/drivers/driver.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/provision-private.h"
#include "platform/engine/resource-drivers.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"

struct prune {
	struct platform *platform;
	const struct place *place;
	struct driver *driver;		/* NULL: it made nothing */
	char *space;
	struct known_resources rows;	/* what there is; those that are to go are removed */
	size_t at;			/* the row that is removed now */
	struct driver_task *task;
	bool starting, over, is_cancelled;
	void (*ended)(void *data);
	void *data;
};

static void
report(const struct prune *p, const struct known_resource *row, const struct error *err)
{
	const char *id = row->res_id;

	if (err)
		log_line(LOG_PRIORITY_WARNING, "cannot remove a resource, trying again later",
			 "env", p->place->env, "resource", id, "error", err->text, NULL);
	else
		log_line(LOG_PRIORITY_INFO, "resource removed", "env", p->place->env, "resource",
			 id, "type", row->type, NULL);
}

/* Nothing is left of it but its row. */
static void
drop_row(const struct prune *p, const struct known_resource *row)
{
	struct error err = {0};
	int ret = repository_drop_resource(p->platform->repository, p->place,
					   row->gu_res_id, &err);

	report(p, row, ret == 0 ? NULL : &err);
}

static void remove_next(struct prune *p);

static void
removed(void *data, const struct driver_result *result)
{
	struct prune *p = data;
	const struct known_resource *row = &p->rows.items[p->at++];

	p->task = NULL;
	if (result->err)
		report(p, row, result->err);
	else
		drop_row(p, row);
	remove_next(p);
}

/* Without a task it is nothing of the driver's. */
static void
start_removing(struct prune *p, const struct known_resource *row)
{
	struct driver *driver = p->driver;
	struct driver_waiter waiter = {.ended = removed, .data = p};
	const char *kind = driver ? provision_driver_kind(driver, row->driver_type) : NULL;

	if (kind)
		p->task = driver->ops->deprovision(driver, p->space, kind, row->name, row->outputs,
						   &waiter);
	else if (driver && provision_keeps_files(row->driver_type))
		p->task = driver->ops->render(driver, p->space, row->name, NULL, NULL, &waiter);
}

static bool
is_to_go(const struct known_resource *row)
{
	return row->status == RESOURCE_PENDING || row->status == RESOURCE_DELETING;
}

static void
remove_next(struct prune *p)
{
	for (; p->at < p->rows.count && !p->is_cancelled; p->at++) {
		const struct known_resource *row = &p->rows.items[p->at];

		if (!is_to_go(row))
			continue;
		start_removing(p, row);
		if (p->task)
			return;
		drop_row(p, row);
	}
	p->over = true;
	/* Everything ended before prune_start() returned: its caller
	 * sees that from the result. */
	if (p->starting)
		return;
	p->ended(p->data);
	prune_free(p);
}

struct prune *
prune_start(struct platform *platform, const struct place *place, void (*ended)(void *data),
	    void *data)
{
	struct prune *p = xcalloc(1, sizeof(*p));
	struct error err = {0};
	int ret = -1;

	p->platform = platform;
	p->place = place;
	p->space = place_space(place);
	p->ended = ended;
	p->data = data;
	p->driver = env_driver_made(platform, place, &err);
	if (p->driver || err.kind == ERROR_NOT_FOUND)
		ret = repository_known_resources(platform->repository, place, &p->rows, &err);
	if (ret != 0)
		log_line(LOG_PRIORITY_ERROR, "cannot look for resources to remove", "env", place->env,
			 "error", err.text, NULL);
	p->starting = true;
	remove_next(p);
	p->starting = false;
	if (!p->over)
		return p;
	prune_free(p);
	return NULL;
}

void
prune_cancel(struct prune *p)
{
	p->is_cancelled = true;
	if (p->task)
		driver_task_cancel(p->task);
}

void
prune_free(struct prune *p)
{
	if (!p)
		return;
	driver_task_forget(p->task);
	known_resources_clear(&p->rows);
	free(p->space);
	free(p);
}
