/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file of each environment: {"MODULE": {"SCHEDULE": {"due", "started", "ended", ...}}}. */
#include "config.h"

#include "platform/drivers/process/run-records.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/process/record-file.h"

void
run_record_read(struct run_record *record, const char *space_dir, const char *module,
		const char *schedule)
{
	json_t *all = record_file_read(space_dir, "runs");
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
	json_t *all = record_file_read(space_dir, "runs"), *of = json_object_get(all, module);

	if (!json_is_object(of)) {
		of = json_object();
		json_object_set_new(all, module, of);
	}
	json_object_set_new(of, schedule,
			    json_pack("{s:I, s:I, s:I, s:b, s:s*}", "due", (json_int_t)record->due,
				      "started", (json_int_t)record->started, "ended",
				      (json_int_t)record->ended, "succeeded", record->succeeded,
				      "how", record->how));
	record_file_write(space_dir, "runs", all, "it cannot be kept when a cronjob has run");
	json_decref(all);
}

void
run_record_clear(struct run_record *record)
{
	free(record->how);
	*record = (struct run_record){0};
}
