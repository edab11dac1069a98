/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A list: there are few, their order is the one in which people read them, and none goes before
 * the daemon does. */
#include "config.h"

#include "platform/drivers/registry.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "platform/drivers/driver.h"

struct drivers_entry {
	struct drivers *drivers;
	struct drivers_entry *next;
	struct driver *driver;
	struct driver_task *detaching;
	bool is_retired;
};

struct drivers {
	struct drivers_entry *first;
	void (*ended)(void *data);
	void *data;
};

struct drivers *
drivers_new(void)
{
	return xcalloc(1, sizeof(struct drivers));
}

void
drivers_free(struct drivers *drivers)
{
	struct drivers_entry *entry, *next;

	if (!drivers)
		return;
	drivers_forget_detach(drivers);
	for (entry = drivers->first; entry; entry = next) {
		next = entry->next;
		entry->driver->ops->free(entry->driver);
		free(entry);
	}
	free(drivers);
}

void
drivers_add(struct drivers *drivers, struct driver *driver)
{
	struct drivers_entry **link = &drivers->first;

	assert(!driver_ops_lack(driver->ops));
	while (*link)
		link = &(*link)->next;
	*link = xcalloc(1, sizeof(**link));
	(*link)->drivers = drivers;
	(*link)->driver = driver;
}

static struct drivers_entry *
find(const struct drivers *drivers, const char *driver_type, const char *cluster)
{
	for (struct drivers_entry *entry = drivers->first; entry; entry = entry->next) {
		const struct driver *driver = entry->driver;

		if (!entry->is_retired && strcmp(driver->ops->driver_type, driver_type) == 0 &&
		    strcmp(driver->cluster ? driver->cluster : "", cluster) == 0)
			return entry;
	}
	return NULL;
}

struct driver *
drivers_find(const struct drivers *drivers, const char *driver_type, const char *cluster)
{
	const struct drivers_entry *entry = find(drivers, driver_type, cluster);

	return entry ? entry->driver : NULL;
}

void
drivers_retire(struct drivers *drivers, const char *driver_type, const char *cluster)
{
	struct drivers_entry *entry = find(drivers, driver_type, cluster);

	if (entry)
		entry->is_retired = true;
}

struct driver *
drivers_at(const struct drivers *drivers, size_t i)
{
	for (const struct drivers_entry *entry = drivers->first; entry; entry = entry->next)
		if (!entry->is_retired && i-- == 0)
			return entry->driver;
	return NULL;
}

static void
detached(void *data, const struct driver_result *result)
{
	struct drivers_entry *entry = data;
	struct drivers *drivers = entry->drivers;

	(void)result;
	entry->detaching = NULL;
	for (entry = drivers->first; entry; entry = entry->next)
		if (entry->detaching)
			return;
	drivers->ended(drivers->data);
}

void
drivers_detach(struct drivers *drivers, void (*ended)(void *data), void *data)
{
	drivers->ended = ended;
	drivers->data = data;
	if (!drivers->first) {
		ended(data);
		return;
	}
	for (struct drivers_entry *entry = drivers->first; entry; entry = entry->next) {
		struct driver_waiter waiter = {.ended = detached, .data = entry};

		entry->detaching = entry->driver->ops->detach(entry->driver, &waiter);
	}
}

void
drivers_forget_detach(struct drivers *drivers)
{
	for (struct drivers_entry *entry = drivers->first; entry; entry = entry->next) {
		driver_task_forget(entry->detaching);
		entry->detaching = NULL;
	}
}
