/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/engine/definition-check.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/drivers/kubernetes/space/kube-resources.h"
#include "platform/drivers/process/process.h"
#include "platform/drivers/registry.h"
#include "platform/engine/resource-drivers.h"
#include "platform/state/definition.h"
#include "platform/state/platform.h"
#include "platform/state/resource-types.h"

#define NAMES_MAX 4096

/* The driver types that are looked through; the names of all, for who is refused. */
struct known_drivers {
	const char *wanted;
	bool is_known;
	struct buf names;
};

static void
look_at(struct known_drivers *known, const char *before, const char *name)
{
	size_t from = known->names.length;

	(void)buf_printf(&known->names, "%s%s%s%s", from ? ", " : "", before, *before ? "/" : "",
			 name);
	if (strcmp(buf_str(&known->names) + from + (from ? 2 : 0), known->wanted) == 0)
		known->is_known = true;
}

static void
look_at_resources(struct known_drivers *known, const char *driver, const char *const *resources)
{
	for (; resources && *resources; resources++)
		look_at(known, driver, *resources);
}

/* Where environments run is what a driver is as a whole.  Of clusters there may be any number. */
static void
look_at_clusters(struct known_drivers *known, const struct drivers *drivers)
{
	const struct driver *driver;

	if (!drivers)
		look_at(known, "", DRIVER_PROCESS_TYPE);
	for (size_t i = 0; drivers && (driver = drivers_at(drivers, i)); i++)
		if (!driver->cluster)
			look_at(known, "", driver->ops->driver_type);
	look_at(known, "", DRIVER_KUBERNETES_TYPE);
}

/* A namespace is a name: whoever needs one made needs no other driver for it. */
static void
look_at_static_makers(struct known_drivers *known)
{
	const char *maker;

	for (size_t i = 0; (maker = provision_maker_type(i)); i++)
		if (provision_maker_is_static(i))
			look_at(known, "", maker);
}

static void
look_at_makers(struct known_drivers *known, const struct drivers *drivers)
{
	const struct driver *driver;
	const char *maker;

	for (size_t i = 0; (maker = provision_maker_type(i)); i++)
		look_at(known, "", maker);
	if (!drivers)
		look_at_resources(known, DRIVER_PROCESS_NAME, driver_process_resources);
	for (size_t i = 0; drivers && (driver = drivers_at(drivers, i)); i++)
		if (!driver->cluster)
			look_at_resources(known, driver->ops->name, driver->ops->resources);
	look_at_resources(known, DRIVER_KUBERNETES_NAME, kube_driver_resources);
}

int
definition_check(const struct platform *platform, const char *org,
		 const struct definition *definition, struct error *err)
{
	const char *type = untrusted_raw(&definition->type);
	struct known_drivers known = {.wanted = untrusted_raw(&definition->driver_type)};
	int ret = 0;

	if (resource_types_check(org, type, err) != 0)
		return -1;
	buf_init(&known.names, NAMES_MAX);
	if (strcmp(type, DEFINITION_CLUSTER) == 0)
		look_at_clusters(&known, platform->drivers);
	else if (strcmp(type, DEFINITION_NAMESPACE) == 0)
		look_at_static_makers(&known);
	else
		look_at_makers(&known, platform->drivers);
	if (!known.is_known)
		ret = error_set_code(err, CODE_DRIVER_TYPE_UNKNOWN, .driver = known.wanted,
				     .type = type, .tried = buf_str(&known.names));
	buf_clear(&known.names);
	return ret == 0 ? provision_check_inputs(platform, org, definition, err) : -1;
}
