/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * On this machine the resource `dns` of a workload says where it is, in a cluster its route.  Its
 * dns is a name there which only the cluster knows; where it has no route, the runtime says what
 * leads to it from outside.
 */
#include "config.h"

#include "flow/world/reach.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/world/world.h"
#include "model/nouns.h"
#include "model/runtime.h"

#define INSIDE ".svc.cluster.local"

static bool
is_inside(const char *host)
{
	size_t length = strlen(host);

	return length > strlen(INSIDE) && strcmp(host + length - strlen(INSIDE), INSIDE) == 0;
}

static char *
address_of_resources(const struct world_environment *e, const char *module)
{
	char *wanted = xasprintf("modules.%s.externals.", module), *address = NULL;

	for (size_t i = 0; i < e->resource_count && !address; i++) {
		const struct active_resource *r = &e->resources[i];
		const char *host = json_string_value(json_object_get(r->outputs, "host"));
		bool leads_here = untrusted_is(&r->type, "route") ||
				  (untrusted_is(&r->type, "dns") && !(host && is_inside(host)));

		if (leads_here &&
		    strncmp(untrusted_raw(&r->res_id), wanted, strlen(wanted)) == 0)
			address = active_resource_address(r);
	}
	free(wanted);
	return address;
}

/* NULL: the platform does not say. */
static const struct runtime_address *
told_address(const struct world_environment *e, const char *module)
{
	for (size_t i = 0; i < e->runtime.count; i++) {
		const struct runtime_module *m = &e->runtime.modules[i];

		if (untrusted_is(&m->module, module))
			return m->address_count > 0 ? &m->addresses[0] : NULL;
	}
	return NULL;
}

char *
reach_address(const struct world_environment *e, const char *module)
{
	const struct runtime_address *told = told_address(e, module);
	char *address = address_of_resources(e, module);

	if (!address && told && told->address.raw)
		address = xstrdup(told->address.raw);
	return address;
}

const char *
reach_command(const struct world_environment *e, const char *module)
{
	const struct runtime_address *told = told_address(e, module);
	char *address = reach_address(e, module);
	bool is_needed = !address && told && told->command.raw;

	free(address);
	return is_needed ? told->command.raw : NULL;
}

char *
reach_why(const struct world_environment *e, const char *module)
{
	const struct runtime_address *told = told_address(e, module);

	if (told && told->message.raw && *told->message.raw)
		return xstrdup(told->message.raw);
	return xstrdup(_("The platform runs on another machine."));
}
