/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file of each environment: {"MODULE": {"SCHEDULE": {"due", "started", "ended", ...}}}. */
#include "config.h"

#include "platform/drivers/process/run-records.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xmalloc.h"
#include "model/json.h"

static char *
path_of(const char *space_dir)
{
	return xasprintf("%s/records/runs.json", space_dir);
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

void
run_record_read(struct run_record *record, const char *space_dir, const char *module,
		const char *schedule)
{
	json_t *all = read_all(space_dir);
	const json_t *found = json_object_get(json_object_get(all, module), schedule);
	const char *how = json_member_string(found, "how");

	*record = (struct run_record){
		.due = json_integer_value(json_object_get(found, "due")),
		.started = json_integer_value(json_object_get(found, "started")),
		.ended = json_integer_value(json_object_get(found, "ended")),
		.succeeded = json_is_true(json_object_get(found, "succeeded")),
		.how = how ? xstrdup(how) : NULL,
	};
	json_decref(all);
}

void
run_record_write(const struct run_record *record, const char *space_dir, const char *module,
		 const char *schedule)
{
	char *path = path_of(space_dir), *new = xasprintf("%s.new", path);
	json_t *all = read_all(space_dir), *of = json_object_get(all, module);

	if (!json_is_object(of)) {
		of = json_object();
		json_object_set_new(all, module, of);
	}
	json_object_set_new(of, schedule,
			    json_pack("{s:I, s:I, s:I, s:b, s:s*}", "due", (json_int_t)record->due,
				      "started", (json_int_t)record->started, "ended",
				      (json_int_t)record->ended, "succeeded", record->succeeded,
				      "how", record->how));
	if (json_dump_file(all, new, JSON_COMPACT) != 0 || rename(new, path) != 0) {
		log_line(LOG_PRIORITY_ERROR, "it cannot be kept when a cronjob has run", "file",
			 path, NULL);
		unlink(new);
	}
	json_decref(all);
	free(new);
	free(path);
}

void
run_record_clear(struct run_record *record)
{
	free(record->how);
	*record = (struct run_record){0};
}
