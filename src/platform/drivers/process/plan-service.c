/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The ports of a workload's service: where others connect, and where its program listens.  A port
 * that the program listens on by its own choice is declared, and other programs may have chosen the
 * same; so where that can be translated (translation.h) it really listens on one of its own.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/workload-fields.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/plan-parts.h"
#include "platform/drivers/process/plan.h"
#include "platform/drivers/ports.h"

/* 0: it says none. */
static int
port_of(const json_t *port, const char *key)
{
	json_int_t number = workload_field_number(json_object_get(port, key));

	return number > 0 && number < 65536 ? (int)number : 0;
}

/* Connections are passed on, and nothing else; people are warned of that. */
static bool
is_connection(const json_t *port)
{
	const char *protocol = json_member_string(port, "protocol");

	return !protocol || !*protocol || strcmp(protocol, "TCP") == 0;
}

static const struct plan_service *
find_container_port(const struct plan *plan, int container_port)
{
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan->services[i].container_port == container_port)
			return &plan->services[i];
	return NULL;
}

/* The port of a resource of its own is its own already. */
static bool
is_own(const struct plan *plan, int port)
{
	for (size_t i = 0; i < plan->port_count; i++)
		if (plan->ports[i][1] == port)
			return true;
	return false;
}

static int
find_own_port(struct plan *plan, struct plan_service *service, bool translates, struct error *err)
{
	const struct plan_service *same = find_container_port(plan, service->container_port);

	if (same)
		service->own_port = same->own_port;
	else if (!translates || is_own(plan, service->container_port))
		service->own_port = service->container_port;
	else
		service->own_port = ports_take(plan->holder, err);
	return service->own_port > 0 ? 0 : -1;
}

static int
read_port(struct plan *plan, const json_t *port, bool translates, struct error *err)
{
	struct plan_service service = {.port = port_of(port, "service_port"),
				       .container_port = port_of(port, "container_port")};

	if (!is_connection(port))
		return 0;
	if (service.container_port == 0)
		service.container_port = service.port;
	if (service.port == 0)
		service.port = service.container_port;
	if (service.port == 0)
		return error_set_code(err, CODE_SERVICE_PORT_MISSING, .workload = plan->module);
	for (size_t i = 0; i < plan->service_count; i++)
		if (plan->services[i].port == service.port)
			return error_set_code(err, CODE_SERVICE_PORT_TWICE, .port = service.port,
					      .workload = plan->module);
	if (find_own_port(plan, &service, translates, err) != 0)
		return -1;
	plan->services[plan->service_count++] = service;
	return 0;
}

int
plan_read_services(struct plan *plan, const struct driver_workload *workload, const json_t *spec,
		   bool translates, struct error *err)
{
	const json_t *ports = json_object_get(json_object_get(spec, "service"), "ports");
	enum workload_profile profile = workload_profile_of(workload->profile);
	const char *name;
	json_t *port;

	if (profile == PROFILE_JOB || profile == PROFILE_CRONJOB)
		return 0;
	if (json_object_size(ports) > PLAN_SERVICES_MAX)
		return error_set_code(err, CODE_SERVICE_PORTS_TOO_MANY, .workload = plan->module,
				      .max = PLAN_SERVICES_MAX);
	plan->services = xcalloc(json_object_size(ports) + 1, sizeof(*plan->services));
	json_object_foreach((json_t *)ports, name, port)
		if (read_port(plan, port, translates, err) != 0)
			return -1;
	return 0;
}

/* Several ports of a service may lead to one. */
void
plan_for_each_taken(const struct plan *plan, void (*change)(struct ports *holder, int port))
{
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];

		if (service->own_port != service->container_port &&
		    find_container_port(plan, service->container_port) == service)
			change(plan->holder, service->own_port);
	}
}

void
plan_make_translation(const struct plan *plan, struct translation *out)
{
	*out = (struct translation){0};
	for (size_t i = 0; i < plan->service_count; i++) {
		const struct plan_service *service = &plan->services[i];

		if (service->own_port == service->container_port ||
		    find_container_port(plan, service->container_port) != service)
			continue;
		out->ports[out->count].declared = service->container_port;
		out->ports[out->count++].own = service->own_port;
	}
}

int
plan_own_port(const struct plan *plan, int container_port)
{
	const struct plan_service *service = find_container_port(plan, container_port);

	return service ? service->own_port : container_port;
}
