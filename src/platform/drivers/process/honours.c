/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One list, by the paths of model/workload-fields.h: people are warned of every field that is not
 * in it.  So a field comes in here in the commit that makes it work, with the test that shows it.
 */
#include "config.h"

#include "platform/drivers/process/honours.h"

#include "model/workload-fields.h"

#define C "spec/containers/*"

static const enum workload_profile profiles[] = {PROFILE_MODULE};

static const char *const fields[] = {
	C "/id",
	C "/image",
	C "/args",
	C "/variables",
	C "/files/*/value",
	C "/files/*/mode",
	C "/readiness_probe/type",
	C "/readiness_probe/path",
	C "/readiness_probe/port",
};

json_t *
process_honours(void)
{
	json_t *names = json_array(), *paths = json_array();

	for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++)
		json_array_append_new(names, json_string(workload_profile_name(profiles[i])));
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		json_array_append_new(paths, json_string(fields[i]));
	return json_pack("{s:o, s:o}", "profiles", names, "honours", paths);
}
