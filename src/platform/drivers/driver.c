/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all drivers have in common. */
#include "config.h"

#include "platform/drivers/driver.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "net/loop.h"

struct driver_subscription {
	struct driver *driver;
	struct driver_subscription *next;
	char *space;
	void (*changed)(void *data);
	void *data;
	struct loop_timer *timer;	/* a change is about to be told */
};

struct driver_subscription *
driver_subscribe(struct driver *driver, const char *space, void (*changed)(void *data), void *data)
{
	struct driver_subscription *s = xcalloc(1, sizeof(*s));

	s->driver = driver;
	s->space = xstrdup(space);
	s->changed = changed;
	s->data = data;
	s->next = driver->subscriptions;
	driver->subscriptions = s;
	return s;
}

void
driver_unsubscribe(struct driver_subscription *s)
{
	struct driver_subscription **link;

	if (!s)
		return;
	for (link = &s->driver->subscriptions; *link != s; link = &(*link)->next)
		;
	*link = s->next;
	loop_remove_timer(s->timer);
	free(s->space);
	free(s);
}

/* The callee may unsubscribe. */
static void
report_change(void *data)
{
	struct driver_subscription *s = data;

	s->timer = NULL;
	s->changed(s->data);
}

void
driver_changed(struct driver *driver, const char *space)
{
	for (struct driver_subscription *s = driver->subscriptions; s; s = s->next)
		if (!s->timer && strcmp(s->space, space) == 0)
			s->timer = loop_add_timer(driver->loop, 0, report_change, s);
}

void
driver_init(struct driver *driver, const struct driver_ops *ops, struct loop *loop)
{
	*driver = (struct driver){.ops = ops, .loop = loop};
}

void
driver_clear(struct driver *driver)
{
	driver_end_tasks(driver);
	while (driver->subscriptions)
		driver_unsubscribe(driver->subscriptions);
}

void
driver_status_clear(struct driver_status *status)
{
	for (size_t i = 0; i < status->count; i++) {
		free(status->items[i].module);
		free(status->items[i].container);
		free(status->items[i].message);
	}
	free(status->items);
	*status = (struct driver_status){0};
}

void
driver_errors_clear(struct driver_errors *errors)
{
	for (size_t i = 0; i < errors->count; i++) {
		free(errors->items[i].object_id);
		free(errors->items[i].code);
		free(errors->items[i].summary);
		free(errors->items[i].message);
	}
	free(errors->items);
	*errors = (struct driver_errors){0};
}

void
driver_logs_clear(struct driver_logs *logs)
{
	for (size_t i = 0; i < logs->count; i++) {
		free(logs->items[i].module);
		free(logs->items[i].container);
		free(logs->items[i].text);
	}
	free(logs->items);
	*logs = (struct driver_logs){0};
}

static void
clear_workload(struct driver_workload *w)
{
	for (size_t i = 0; i < w->endpoint_count; i++) {
		free(w->endpoints[i].resource);
		free(w->endpoints[i].mark);
	}
	free(w->endpoints);
	free(w->module);
	free(w->profile);
	free(w->image);
	json_decref(w->spec);
	json_decref(w->secret_places);
	json_decref(w->secrets);
}

void
driver_deployment_clear(struct driver_deployment *deployment)
{
	for (size_t i = 0; i < deployment->count; i++)
		clear_workload(&deployment->workloads[i]);
	free(deployment->workloads);
	*deployment = (struct driver_deployment){0};
}
