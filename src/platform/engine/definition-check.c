/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All drivers are gone through in any case: the names of those that are there end the sentence of
 * a refusal.
 */
#include "config.h"

#include "platform/engine/definition-check.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kinds.h"
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
	const struct driver_resource_kind *kind;	/* NULL: it makes whatever is defined */
	struct buf names;
};

/* Whether it is the one that is wanted. */
static bool
look_at(struct known_drivers *known, const char *before, const char *name)
{
	size_t from = known->names.length;

	(void)buf_printf(&known->names, "%s%s%s%s", from ? ", " : "", before, *before ? "/" : "",
			 name);
	if (strcmp(buf_str(&known->names) + from + (from ? 2 : 0), known->wanted) != 0)
		return false;
	known->is_known = true;
	return true;
}

static void
look_at_resources(struct known_drivers *known, const char *driver,
		  const struct driver_resource_kind *kinds)
{
	for (; kinds && kinds->name; kinds++)
		if (look_at(known, driver, kinds->name))
			known->kind = kinds;
}

static const struct driver *
driver_at(const struct platform *platform, size_t i)
{
	return platform->drivers ? drivers_at(platform->drivers, i) : NULL;
}

static const struct driver_kind *
kind_at(const struct platform *platform, size_t i)
{
	return platform->driver_kinds ? platform->driver_kinds[i] : NULL;
}

/* One of it may be there when the definition is used.  What there is one of, a daemon has or has
 * not; a cluster may come. */
static bool
is_possible(const struct platform *platform, const struct driver_kind *kind)
{
	return !platform->drivers || kind->open_cluster;
}

/* Where environments run is what a driver is as a whole.  Of clusters there may be any number. */
static void
look_at_clusters(struct known_drivers *known, const struct platform *platform)
{
	const struct driver *driver;
	const struct driver_kind *kind;

	for (size_t i = 0; (driver = driver_at(platform, i)); i++)
		if (!driver->cluster)
			look_at(known, "", driver->ops->driver_type);
	for (size_t i = 0; (kind = kind_at(platform, i)); i++)
		if (is_possible(platform, kind))
			look_at(known, "", kind->driver_type);
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
look_at_makers(struct known_drivers *known, const struct platform *platform)
{
	const struct driver *driver;
	const struct driver_kind *kind;
	const char *maker;

	for (size_t i = 0; (maker = provision_maker_type(i)); i++)
		look_at(known, "", maker);
	for (size_t i = 0; (driver = driver_at(platform, i)); i++)
		if (!driver->cluster)
			look_at_resources(known, driver->ops->name, driver->ops->resources);
	for (size_t i = 0; (kind = kind_at(platform, i)); i++)
		if (is_possible(platform, kind))
			look_at_resources(known, kind->name, kind->resources);
}

/* What an organization's own type is, whoever defines it decides. */
static int
check_kind(const struct known_drivers *known, const char *type, struct error *err)
{
	struct buf names;

	if (!known->kind || strchr(type, '/'))
		return 0;
	buf_init(&names, NAMES_MAX);
	for (const char *const *made = known->kind->types; *made; made++) {
		(void)buf_printf(&names, "%s%s", names.length ? ", " : "", *made);
		if (strcmp(*made, type) == 0) {
			buf_clear(&names);
			return 0;
		}
	}
	error_set_code(err, CODE_DRIVER_OF_OTHER_TYPES, .driver = known->wanted, .type = type,
		       .tried = buf_str(&names));
	buf_clear(&names);
	return -1;
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
		look_at_clusters(&known, platform);
	else if (strcmp(type, DEFINITION_NAMESPACE) == 0)
		look_at_static_makers(&known);
	else
		look_at_makers(&known, platform);
	if (!known.is_known)
		ret = error_set_code(err, CODE_DRIVER_TYPE_UNKNOWN, .driver = known.wanted,
				     .type = type, .tried = buf_str(&known.names));
	else
		ret = check_kind(&known, type, err);
	buf_clear(&known.names);
	return ret == 0 ? provision_check_inputs(platform, org, definition, err) : -1;
}
