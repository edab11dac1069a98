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

#include "base/xmalloc.h"
#include "platform/drivers/process/record-file.h"

#define KEPT 20

bool
jobs_is_done(const char *space_dir, const char *module, int replica, const char *deployment)
{
	json_t *all = record_file_read(space_dir, "jobs");
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
	char *key = xasprintf("%s/%d", module, replica);
	json_t *all = record_file_read(space_dir, "jobs"), *list = json_object_get(all, key);

	if (!json_is_array(list)) {
		list = json_array();
		json_object_set_new(all, key, list);
	}
	json_array_append_new(list, json_string(deployment));
	while (json_array_size(list) > KEPT)
		json_array_remove(list, 0);
	record_file_write(space_dir, "jobs", all, "it cannot be kept that a job has run");
	json_decref(all);
	free(key);
}
