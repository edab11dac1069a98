/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a workload looks like from outside. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/cron.h"
#include "platform/drivers/process/instance.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/workload-private.h"

static const enum runtime_status statuses[] = {
	[STARTING] = RUNTIME_STARTING, [READY] = RUNTIME_RUNNING, [UNREADY] = RUNTIME_STARTING,
	[RUNNING] = RUNTIME_RUNNING, [DONE] = RUNTIME_SUCCEEDED,
	[ENDING] = RUNTIME_FAILED,     [WAITING] = RUNTIME_FAILED, [FAILED] = RUNTIME_FAILED,
	[STOPPING] = RUNTIME_STOPPED,  [STOPPED] = RUNTIME_STOPPED,
	[SCHEDULED] = RUNTIME_RUNNING, [SUSPENDED] = RUNTIME_STOPPED,
};

void
workload_get_status(const struct workload *workload, struct driver_workload_status *out)
{
	*out = (struct driver_workload_status){
		.module = xstrdup(workload->plan->module),
		.kind = workload->plan->is_job ? "Job" : NULL,
		.replica = workload->plan->replica,
		.container = xstrdup(workload->plan->program.container),
		.started_at = workload->started_wall,
		.ended_at = workload->ended_wall,
		.exit_code = WIFEXITED(workload->status) ? WEXITSTATUS(workload->status) : 0,
		.signal = WIFSIGNALED(workload->status) ? WTERMSIG(workload->status) : 0,
		.status = workload->failed ? RUNTIME_FAILED : statuses[workload->state],
		.message = workload_words(workload) ? error_codes_text(&workload->said) : NULL,
		.reason = workload_words(workload) ? error_codes_encode(&workload->said) : NULL,
		.pid = workload->instance ? instance_pid(workload->instance) : 0,
		.restarts = workload->restarts,
		.last = workload->last,
		.ready = workload->state == READY || workload->state == RUNNING ||
			 workload->state == DONE,
	};
	if (out->last.how)
		out->last.how = xstrdup(out->last.how);
	if (workload->state == SCHEDULED)
		cron_get_status(workload->cron, out);
}

void
workload_say_schedules(const struct workload *const *all, size_t count, struct error *said)
{
	const struct cron **crons = xcalloc(count + 1, sizeof(*crons));
	size_t found = 0;

	*said = (struct error){0};
	for (size_t i = 0; i < count; i++)
		if (all[i]->state == SCHEDULED)
			crons[found++] = all[i]->cron;
	if (found > 0)
		cron_say(crons, found, said);
	free(crons);
}

/* FNV-1a.  What is computed from the state cannot be forgotten, as a count of changes can. */
static uint64_t
mix(uint64_t sum, const void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum = (sum ^ ((const unsigned char *)bytes)[i]) * UINT64_C(1099511628211);
	return sum;
}

uint64_t
workload_mix_state(const struct workload *workload, uint64_t sum)
{
	const int64_t numbers[] = {
		workload->plan->replica, workload->started_wall,
		workload->ended_wall,	 workload->status,
		workload->failed,	 workload->state,
		workload->restarts,	 workload->last.ended_at,
		workload->instance ? instance_pid(workload->instance) : 0,
		workload_words(workload) != NULL,
	};
	const struct plan *plan = workload->plan;

	sum = mix(sum, numbers, sizeof(numbers));
	sum = mix(sum, plan->module, strlen(plan->module) + 1);
	if (plan->program.container)
		sum = mix(sum, plan->program.container, strlen(plan->program.container) + 1);
	if (workload_words(workload))
		sum = mix(sum, workload_words(workload), strlen(workload_words(workload)) + 1);
	if (workload->cron) {
		uint64_t runs = cron_state(workload->cron);

		sum = mix(sum, &runs, sizeof(runs));
	}
	return sum;
}
