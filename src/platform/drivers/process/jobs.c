/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A file of each environment among the daemon's records: {"MODULE/REPLICA": [deployments]}, the
 * newest last.  A few are kept: after a deployment that failed, what ran before it is started
 * again, and with it its jobs are known.
 */
#include "config.h"

#include "platform/drivers/process/jobs.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xmalloc.h"

#define KEPT 20

static char *
path_of(const char *space_dir)
{
	return xasprintf("%s/records/jobs.json", space_dir);
}

/* {} where there is none, or one that makes no sense. */
static json_t *
read_all(const char *space_dir)
{
	char *path = path_of(space_dir);
	json_t *all = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);

	free(path);
	if (json_is_object(all))
		return all;
	json_decref(all);
	return json_object();
}

bool
jobs_is_done(const char *space_dir, const char *module, int replica, const char *deployment)
{
	json_t *all = read_all(space_dir);
	char *key = xasprintf("%s/%d", module, replica);
	const json_t *id;
	bool found = false;
	size_t i;

	json_array_foreach(json_object_get(all, key), i, id)
		if (json_is_string(id) && strcmp(json_string_value(id), deployment) == 0)
			found = true;
	free(key);
	json_decref(all);
	return found;
}

void
jobs_set_done(const char *space_dir, const char *module, int replica, const char *deployment)
{
	char *path = path_of(space_dir), *new = xasprintf("%s.new", path);
	char *key = xasprintf("%s/%d", module, replica);
	json_t *all = read_all(space_dir), *list = json_object_get(all, key);

	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(all, key, list);
	}
	json_array_append_new(list, json_string(deployment));
	while (json_array_size(list) > KEPT)
		json_array_remove(list, 0);
	if (json_dump_file(all, new, JSON_COMPACT) != 0 || rename(new, path) != 0) {
		log_line(LOG_PRIORITY_ERROR, "it cannot be kept that a job has run", "file", path,
			 NULL);
		unlink(new);
	}
	json_decref(all);
	free(key);
	free(new);
	free(path);
}
