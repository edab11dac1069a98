/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The schedules of a cronjob.  Each is a process of its own as a replica is (the number says which,
 * in the order of their names), and may have a command, arguments and variables of its own.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/time-zone.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/workload-fields.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/plan-parts.h"
#include "platform/drivers/process/plan.h"

#define LATE_MS 100000		/* that a run may begin late, where nothing is said of it */
#define LATE_MS_MIN 10000	/* a busy machine is not punctual */
#define LATE_SECONDS_MAX (7 * 24 * 3600)

int
plan_count(const struct driver_workload *workload, struct error *err)
{
	const enum workload_profile profile = workload_profile_of(workload->profile);
	size_t count = json_object_size(json_object_get(workload->spec, "schedules"));

	/* Who asks for more of a job asks for no second run of it. */
	if (profile == PROFILE_JOB)
		return workload->replicas > 0 ? 1 : 0;
	if (workload->replicas == 0 || profile != PROFILE_CRONJOB)
		return workload->replicas;
	if (count == 0 || count > WORKLOAD_REPLICAS_MAX)
		return error_set_code(err, CODE_SCHEDULES_INVALID, .workload = workload->module,
				      .max = WORKLOAD_REPLICAS_MAX);
	return (int)count;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
name_of(const json_t *schedules, int number)
{
	const char **names = xcalloc(json_object_size(schedules) + 1, sizeof(*names)), *name;
	size_t count = 0;
	json_t *value;

	json_object_foreach((json_t *)schedules, name, value)
		names[count++] = name;
	qsort(names, count, sizeof(*names), by_name);
	name = (size_t)number < count ? names[number] : "";
	free(names);
	return name;
}

static int
read_when(const struct plan *plan, const json_t *declared, struct plan_schedule *schedule,
	  struct error *err)
{
	const char *text = json_member_string(declared, "schedule");

	if (!text || !schedule_parse(&schedule->when, text))
		return error_set_code(err, CODE_SCHEDULE_INVALID, .name = text ? text : "",
				      .workload = plan->module);
	return 0;
}

static int
read_zone(const struct plan *plan, const json_t *cronjob, struct plan_schedule *schedule,
	  struct error *err)
{
	const char *name = json_member_string(cronjob, "timeZone");

	schedule->zone = time_zone_new(name && *name ? name : NULL);
	if (!schedule->zone)
		return error_set_code(err, CODE_TIME_ZONE_UNKNOWN, .name = name,
				      .workload = plan->module);
	return 0;
}

static int
read_lateness(const struct plan *plan, const json_t *cronjob, struct plan_schedule *schedule,
	      struct error *err)
{
	const json_t *value = json_object_get(cronjob, "startingDeadlineSeconds");
	json_int_t seconds = workload_field_number(value);

	schedule->late_ms = LATE_MS;
	if (!value || json_is_null(value))
		return 0;
	if (seconds < 0 || seconds > LATE_SECONDS_MAX)
		return error_set_code(err, CODE_WORKLOAD_SECONDS_INVALID,
				      .member = "startingDeadlineSeconds",
				      .workload = plan->module, .max = LATE_SECONDS_MAX);
	schedule->late_ms = seconds * 1000 > LATE_MS_MIN ? seconds * 1000 : LATE_MS_MIN;
	return 0;
}

/* What this schedule has instead of the usual; its variables are added to the others. */
static void
change_container(json_t *container, const json_t *change)
{
	static const char *const instead[] = {"command", "args"};
	json_t *more = json_object_get(change, "variables");
	json_t *variables = json_copy(json_object_get(container, "variables"));

	for (size_t i = 0; i < sizeof(instead) / sizeof(instead[0]); i++) {
		json_t *value = json_object_get(change, instead[i]);

		if (value && !json_is_null(value))
			json_object_set(container, instead[i], value);
	}
	if (!json_is_object(more)) {
		json_decref(variables);
		return;
	}
	if (!json_is_object(variables)) {
		json_decref(variables);
		variables = json_object();
	}
	json_object_update(variables, more);
	json_object_set_new(container, "variables", variables);
}

static json_t *
changed_container(const struct plan *plan, const json_t *changes, const json_t *container,
		  struct error *err)
{
	json_t *copy = json_copy((json_t *)container), *change;
	const char *name;

	json_object_foreach((json_t *)changes, name, change) {
		if (strcmp(name, plan->program.container) != 0) {
			error_set_code(err, CODE_SCHEDULE_CONTAINER_UNKNOWN, .container = name,
				       .workload = plan->module);
			json_decref(copy);
			return NULL;
		}
		change_container(copy, change);
	}
	return copy;
}

json_t *
plan_read_schedule(struct plan *plan, const json_t *spec, const json_t *container,
		   struct error *err)
{
	static const char *const policies[] = {[PLAN_ALLOW] = "Allow", [PLAN_FORBID] = "Forbid",
					       [PLAN_REPLACE] = "Replace"};
	const json_t *schedules = json_object_get(spec, "schedules");
	const json_t *cronjob = json_object_get(spec, "cronjob");
	const char *policy = json_member_string(cronjob, "concurrencyPolicy");
	struct plan_schedule *schedule = xcalloc(1, sizeof(*schedule));
	const json_t *declared;

	plan->schedule = schedule;
	schedule->name = xstrdup(name_of(schedules, plan->replica));
	/* Runs that wait are no runs. */
	schedule->suspended = json_is_true(json_object_get(cronjob, "suspend")) ||
			      json_is_true(json_object_get(json_object_get(spec, "job"),
							   "suspend"));
	for (size_t i = 0; policy && i < sizeof(policies) / sizeof(policies[0]); i++)
		if (strcmp(policies[i], policy) == 0)
			schedule->concurrency = (enum plan_concurrency)i;
	declared = json_object_get(schedules, schedule->name);
	if (read_when(plan, declared, schedule, err) != 0 ||
	    read_zone(plan, cronjob, schedule, err) != 0 ||
	    read_lateness(plan, cronjob, schedule, err) != 0)
		return NULL;
	return changed_container(plan, json_object_get(declared, "containers"), container, err);
}

void
plan_clear_schedule(struct plan *plan)
{
	if (!plan->schedule)
		return;
	time_zone_free(plan->schedule->zone);
	free(plan->schedule->name);
	free(plan->schedule);
}
