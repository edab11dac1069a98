/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The public ports of a space, and which instances stand behind each.
 *
 * A port outlives the instances: it is bound before the first one starts, listens as soon as
 * one is ready, and is given up when none needs it; a deployment only points it to others.
 * While old ones run it leads to them.  The switch is one call in the loop, so there is no
 * moment in which nobody answers.
 */
#include "config.h"

#include "platform/drivers/process/space-ports.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "platform/drivers/process/forward.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/private.h"
#include "platform/drivers/process/space-private.h"
#include "platform/drivers/process/workload.h"
#include "platform/drivers/process/workloads.h"

static struct forward *
find_forward(const struct space *space, int port)
{
	for (size_t i = 0; i < space->forward_count; i++)
		if (forward_port(space->forwards[i]) == port)
			return space->forwards[i];
	return NULL;
}

int
space_ensure_forwards(struct space *space, const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->port_count; i++) {
		struct forward *forward = find_forward(space, plan->ports[i][0]);

		if (forward)
			continue;
		forward = forward_new(space->driver->base.loop, space->driver->ports,
				      plan->ports[i][0], err);
		if (!forward)
			return -1;
		space->forwards = xreallocarray(space->forwards, space->forward_count + 1,
						sizeof(struct forward *));
		space->forwards[space->forward_count++] = forward;
	}
	return 0;
}

static bool
is_port_used(const struct space *space, int port)
{
	for (size_t i = 0; i < space->running.count; i++) {
		const struct plan *plan = workload_plan(space->running.items[i]);

		for (size_t k = 0; k < plan->port_count; k++)
			if (plan->ports[k][0] == port)
				return true;
	}
	return false;
}

void
space_prune_forwards(struct space *space)
{
	size_t kept = 0;

	for (size_t i = 0; i < space->forward_count; i++) {
		if (is_port_used(space, forward_port(space->forwards[i])))
			space->forwards[kept++] = space->forwards[i];
		else
			forward_free(space->forwards[i]);
	}
	space->forward_count = kept;
}

/* The own ports behind a public one; how many. */
static size_t
targets_of(const struct workloads *list, int port, bool only_ready, int *out)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct plan *plan = workload_plan(list->items[i]);

		if (only_ready && !workload_is_ready(list->items[i]))
			continue;
		for (size_t k = 0; k < plan->port_count && count < FORWARD_TARGETS_MAX; k++)
			if (plan->ports[k][0] == port)
				out[count++] = plan->ports[k][1];
	}
	return count;
}

/* What runs is led to when it is ready; when none of it is, it has to answer for itself.  What is
 * still to come is, where nothing runs yet, as soon as it is ready. */
int
space_point_forwards(struct space *space, struct error *err)
{
	int targets[FORWARD_TARGETS_MAX];

	for (size_t i = 0; i < space->forward_count; i++) {
		struct forward *forward = space->forwards[i];
		int port = forward_port(forward);
		size_t count = 0;

		if (space->tentative)
			count = targets_of(&space->candidates, port, true, targets);
		if (count == 0)
			count = targets_of(&space->running, port, true, targets);
		if (count == 0)
			count = targets_of(&space->running, port, false, targets);

		if (count == 0)
			count = targets_of(&space->candidates, port, true, targets);
		if (count > 0 && forward_set_targets(forward, targets, count, err) != 0)
			return -1;
	}
	return 0;
}

size_t
space_open_connections(const struct space *space, const struct workloads *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct plan *plan = workload_plan(list->items[i]);

		for (size_t k = 0; k < plan->port_count; k++) {
			struct forward *forward = find_forward(space, plan->ports[k][0]);

			count += forward ? forward_count(forward, plan->ports[k][1]) : 0;
		}
	}
	return count;
}

void
space_close_forwards(struct space *space)
{
	for (size_t i = 0; i < space->forward_count; i++)
		forward_free(space->forwards[i]);
	free(space->forwards);
	space->forwards = NULL;
	space->forward_count = 0;
}
