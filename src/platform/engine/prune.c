/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removing the resources that no deployment needs any more. */
#include "config.h"

#include "platform/engine/prune.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "platform/drivers/driver.h"
#include "platform/engine/provision-private.h"
#include "platform/state/repository-resources.h"

static int
remove_resource(struct platform *platform, const struct place *place, const json_t *row, struct error *err)
{
	struct driver *driver = platform->driver;
	const char *driver_type = provision_text(row, "driver_type"), *name = provision_text(row, "name");
	const char *kind = provision_driver_kind(driver, driver_type);
	char *space = xasprintf("%s/%s/%s", place->org, place->app, place->env);
	int ret = 0;

	if (kind) {
		ret = driver->ops->deprovision(driver, space, kind, name, json_object_get(row, "outputs"), err);
	} else if (provision_keeps_files(driver_type)) {
		json_t *none = driver->ops->keep_files(driver, space, name, NULL, NULL, err);

		ret = none ? 0 : -1;
		json_decref(none);
	}
	free(space);
	if (ret == 0)
		ret = repository_drop_resource(platform->repository, place, provision_text(row, "gu_res_id"), err);
	return ret;
}

static void
remove_or_log(struct platform *platform, const struct place *place, const json_t *row)
{
	struct error err = {0};

	if (remove_resource(platform, place, row, &err) != 0)
		log_line(LOG_PRIORITY_WARNING, "cannot remove a resource, trying again later", "env",
			 place->env, "resource", provision_text(row, "res_id"), "error", err.text, NULL);
	else
		log_line(LOG_PRIORITY_INFO, "resource removed", "env", place->env, "resource",
			 provision_text(row, "res_id"), "type", provision_text(row, "type"), NULL);
}

struct scheduled {
	struct platform *platform;
	char *org, *app, *env;
	json_t *row;
};

static void
remove_scheduled(void *data)
{
	struct scheduled *scheduled = data;
	struct place place = {scheduled->org, scheduled->app, scheduled->env};

	remove_or_log(scheduled->platform, &place, scheduled->row);
}

static void
free_scheduled(void *data)
{
	struct scheduled *scheduled = data;

	json_decref(scheduled->row);
	free(scheduled->org);
	free(scheduled->app);
	free(scheduled->env);
	free(scheduled);
}

void
prune_after_commit(struct platform *platform, const struct place *place, json_t *row)
{
	struct scheduled *scheduled = xcalloc(1, sizeof(*scheduled));

	*scheduled = (struct scheduled){
		.platform = platform,
		.org = xstrdup(place->org),
		.app = xstrdup(place->app),
		.env = xstrdup(place->env),
		.row = json_incref(row),
	};
	repository_after_commit(platform->repository, remove_scheduled, free_scheduled, scheduled);
}

void
prune_resources(struct platform *platform, const struct place *place)
{
	struct error err = {0};
	json_t *known = repository_known_resources(platform->repository, place, &err);
	const json_t *row;
	size_t i;

	if (!known)
		log_line(LOG_PRIORITY_ERROR, "cannot read the resources", "env", place->env, "error", err.text,
			 NULL);
	json_array_foreach(known, i, row) {
		const char *status = provision_text(row, "status");

		if (strcmp(status, "pending") == 0 || strcmp(status, "deleting") == 0)
			remove_or_log(platform, place, row);
	}
	json_decref(known);
}
