/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists of workloads: what runs, what is to run, what is to stop. */
#include "config.h"

#include "platform/drivers/process/workloads.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/workload.h"

void
workloads_add(struct workloads *list, struct workload *workload)
{
	list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = workload;
}

bool
workloads_remove(struct workloads *list, const struct workload *workload)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i] != workload)
			continue;
		memmove(list->items + i, list->items + i + 1,
			(list->count - i - 1) * sizeof(*list->items));
		list->count--;
		return true;
	}
	return false;
}

struct workload *
workloads_find(const struct workloads *list, const char *module, int replica)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct plan *plan = workload_plan(list->items[i]);

		if (plan->replica == replica && strcmp(plan->module, module) == 0)
			return list->items[i];
	}
	return NULL;
}

void
workloads_stop(const struct workloads *list)
{
	for (size_t i = 0; i < list->count; i++)
		workload_stop(list->items[i]);
}

void
workloads_free(struct workloads *list)
{
	for (size_t i = 0; i < list->count; i++)
		workload_free(list->items[i]);
	free(list->items);
	*list = (struct workloads){0};
}
