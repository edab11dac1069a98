/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Of the first copy of a space (driver_deployment.copy_of) what does not run in the original either
 * is left out with a warning: whoever copies what is broken wants to mend it in the copy, and would
 * have nothing if one broken workload took the others and their data with it.
 */
#include "config.h"

#include "platform/drivers/process/space-copy.h"

#include <jansson.h>
#include <string.h>

#include "base/error.h"
#include "model/error-codes.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/space-private.h"
#include "platform/drivers/process/space.h"
#include "platform/drivers/process/workload.h"

void
space_leave_out(struct space *space, const char *module)
{
	json_object_set_new(space->left_out, module, json_true());
}

void
space_take_in(struct space *space, const char *module)
{
	json_object_del(space->left_out, module);
}

/* One replica that runs is enough; nothing is said of what is not there. */
static bool
is_unwell(const struct space *space, const char *module)
{
	bool is_there = json_object_get(space->left_out, module) != NULL;

	for (size_t i = 0; i < space->running.count; i++) {
		const struct workload *workload = space->running.items[i];

		if (strcmp(workload_plan(workload)->module, module) != 0)
			continue;
		if (!workload_is_unwell(workload))
			return false;
		is_there = true;
	}
	return is_there;
}

bool
space_excuses(struct space *space, const char *module, const struct error *why)
{
	const struct space *original =
		space->copy_of ? space_find(space->driver, space->copy_of) : NULL;
	struct error warning = *why;

	if (!original || !is_unwell(original, module))
		return false;
	error_prefix_code(&warning, CODE_FAILS_THERE_TOO, .workload = module,
			  .env = driver_space_env(space->copy_of));
	driver_task_warn_unwell(space->change, module, &warning);
	return true;
}
