/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The public ports of a space, and which instances stand behind each.  Those of resources are for
 * people, at this machine's own address; those of services are for the other workloads of the
 * space, at an address that each workload has of its own (addresses.h), where its name leads
 * (space-hosts.h).
 *
 * A port outlives the instances: it is bound before the first one starts, listens as soon as
 * one is ready, and is given up when none needs it; a deployment only points it to others.
 * While old ones run it leads to them.  The switch is one call in the loop, so there is no
 * moment in which nobody answers.
 */
#include "config.h"

#include "platform/drivers/process/space-ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "platform/drivers/process/addresses.h"
#include "platform/drivers/process/confine.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/process/private.h"
#include "platform/drivers/process/space-private.h"
#include "platform/drivers/process/tcp-proxy.h"
#include "platform/drivers/process/workload.h"
#include "platform/drivers/process/workloads.h"

#define ADDRESSES_TRIED 16

/* --- which there are --- */

/* module NULL: of a resource, whosever it is. */
static struct public_port *
find_port(const struct space *space, const char *module, int port)
{
	for (size_t i = 0; i < space->port_count; i++) {
		struct public_port *item = &space->ports[i];

		if (item->port == port && !item->module == !module &&
		    (!module || strcmp(item->module, module) == 0))
			return item;
	}
	return NULL;
}

static void
add_port(struct space *space, struct tcp_proxy *forward, const char *module, int port)
{
	space->ports = xreallocarray(space->ports, space->port_count + 1, sizeof(*space->ports));
	space->ports[space->port_count++] =
		(struct public_port){forward, module ? xstrdup(module) : NULL, port};
}

static int
ensure_resource(struct space *space, int port, struct error *err)
{
	struct tcp_proxy *forward;

	if (find_port(space, NULL, port))
		return 0;
	forward = tcp_proxy_new(space->driver->base.loop, space->driver->ports, port, err);
	if (!forward)
		return -1;
	add_port(space, forward, NULL, port);
	return 0;
}

static bool
has_service_port(const struct space *space, const char *module)
{
	for (size_t i = 0; i < space->port_count; i++)
		if (space->ports[i].module && strcmp(space->ports[i].module, module) == 0)
			return true;
	return false;
}

/* An address that is known already, as a name of a program that runs or as what a placeholder
 * stood for, stays what it is. */
static bool
may_move(const struct space *space, const char *module)
{
	return confinement_has_pids(space->driver->confinement) &&
	       !has_service_port(space, module);
}

/* A port that this user may not listen on was warned of, and is left out. */
static int
ensure_service(struct space *space, const char *module, int port, struct error *err)
{
	struct addresses *addresses = space->driver->addresses;
	struct tcp_proxy *forward = NULL;
	int reason = 0;

	if (find_port(space, module, port))
		return 0;
	for (int i = 0; i < ADDRESSES_TRIED && !forward; i++) {
		forward = tcp_proxy_new_at(space->driver->base.loop,
					   addresses_of(addresses, space->name, module), port,
					   &reason, err);
		if (forward || reason != EADDRINUSE || !may_move(space, module))
			break;
		addresses_move(addresses, space->name, module);
	}
	if (!forward && reason == EACCES) {
		log_line(LOG_PRIORITY_WARNING, "a port of a service stays closed", "space",
			 space->name, "workload", module, "reason", err->text, NULL);
		return 0;
	}
	if (!forward)
		return -1;
	add_port(space, forward, module, port);
	return 0;
}

int
space_ensure_ports(struct space *space, const struct plan *plan, struct error *err)
{
	for (size_t i = 0; i < plan->port_count; i++)
		if (ensure_resource(space, plan->ports[i][0], err) != 0)
			return -1;
	for (size_t i = 0; i < plan->service_count; i++)
		if (ensure_service(space, plan->module, plan->services[i].port, err) != 0)
			return -1;
	return 0;
}

/* --- what is behind them --- */

/* The own port of a plan behind it; 0: it has none there. */
static int
own_port(const struct plan *plan, const struct public_port *port)
{
	if (port->module && strcmp(port->module, plan->module) != 0)
		return 0;
	for (size_t i = 0; port->module && i < plan->service_count; i++)
		if (plan->services[i].port == port->port)
			return plan->services[i].own_port;
	for (size_t i = 0; !port->module && i < plan->port_count; i++)
		if (plan->ports[i][0] == port->port)
			return plan->ports[i][1];
	return 0;
}

static bool
is_used(const struct space *space, const struct public_port *port)
{
	for (size_t i = 0; i < space->running.count; i++)
		if (own_port(workload_plan(space->running.items[i]), port) > 0)
			return true;
	return false;
}

static void
close_port(struct public_port *port)
{
	tcp_proxy_free(port->forward);
	free(port->module);
}

void
space_prune_ports(struct space *space)
{
	size_t kept = 0;

	for (size_t i = 0; i < space->port_count; i++) {
		if (is_used(space, &space->ports[i]))
			space->ports[kept++] = space->ports[i];
		else
			close_port(&space->ports[i]);
	}
	space->port_count = kept;
}

/* How many there are. */
static size_t
targets_of(const struct workloads *list, const struct public_port *port, bool only_ready,
	   int out[TCP_PROXY_TARGETS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < list->count && count < TCP_PROXY_TARGETS_MAX; i++) {
		int own = own_port(workload_plan(list->items[i]), port);

		if (own > 0 && (!only_ready || workload_is_ready(list->items[i])))
			out[count++] = own;
	}
	return count;
}

/* What runs is led to when it is ready; when none of it is, it has to answer for itself.  What is
 * still to come is, where nothing runs yet, as soon as it is ready. */
int
space_point_ports(struct space *space, struct error *err)
{
	int targets[TCP_PROXY_TARGETS_MAX];

	for (size_t i = 0; i < space->port_count; i++) {
		const struct public_port *port = &space->ports[i];
		size_t count = 0;

		if (space->tentative)
			count = targets_of(&space->candidates, port, true, targets);
		if (count == 0)
			count = targets_of(&space->running, port, true, targets);
		if (count == 0)
			count = targets_of(&space->running, port, false, targets);
		if (count == 0)
			count = targets_of(&space->candidates, port, true, targets);
		if (count > 0 && tcp_proxy_set_targets(port->forward, targets, count, err) != 0)
			return -1;
	}
	return 0;
}

size_t
space_open_connections(const struct space *space, const struct workloads *list)
{
	size_t count = 0;

	for (size_t i = 0; i < space->port_count; i++)
		for (size_t k = 0; k < list->count; k++) {
			int own = own_port(workload_plan(list->items[k]), &space->ports[i]);

			if (own > 0)
				count += tcp_proxy_count(space->ports[i].forward, own);
		}
	return count;
}

void
space_close_ports(struct space *space)
{
	for (size_t i = 0; i < space->port_count; i++)
		close_port(&space->ports[i]);
	free(space->ports);
	space->ports = NULL;
	space->port_count = 0;
}
