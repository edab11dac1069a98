/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/engine/cluster-definition.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/drivers/registry.h"
#include "platform/state/definition.h"
#include "platform/state/platform.h"

#define VALUE_CLUSTER "cluster"
#define NAMES_MAX 4096

/* Of this machine there is one, and nothing to say of it. */
static bool
has_clusters(const struct definition *definition)
{
	return untrusted_is(&definition->driver_type, DRIVER_KUBERNETES_TYPE);
}

const char *
cluster_definition_name(const struct definition *definition)
{
	const json_t *values = json_object_get(definition->driver_inputs, "values");
	const char *name = has_clusters(definition) ? json_member_string(values, VALUE_CLUSTER)
						    : NULL;

	return name ? name : "";
}

static int
refuse_others(const json_t *values, const char *allowed, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)values, name, value)
		if (strcmp(name, allowed) != 0)
			return error_set_code(err, CODE_RESOURCE_INPUT_UNKNOWN, .name = name,
					      .type = DEFINITION_CLUSTER);
	return 0;
}

/* "prod, staging". */
static void
list_clusters(const struct drivers *drivers, const char *driver_type, struct buf *out)
{
	const struct driver *driver;

	for (size_t i = 0; drivers && (driver = drivers_at(drivers, i)); i++)
		if (driver->cluster && strcmp(driver->ops->driver_type, driver_type) == 0)
			(void)buf_printf(out, "%s%s", out->length > 0 ? ", " : "", driver->cluster);
}

static int
check_name(const struct platform *platform, const struct definition *definition, struct error *err)
{
	const char *name = cluster_definition_name(definition);
	const char *driver_type = untrusted_raw(&definition->driver_type);
	struct buf names;
	int ret = 0;

	buf_init(&names, NAMES_MAX);
	list_clusters(platform->drivers, driver_type, &names);
	if (platform->drivers && names.length == 0)
		ret = error_set_code(err, CODE_CLUSTERS_MISSING,
				     .definition = untrusted_raw(&definition->id));
	else if (!*name)
		ret = error_set_code(err, CODE_CLUSTER_NAME_MISSING,
				     .definition = untrusted_raw(&definition->id),
				     .member = VALUE_CLUSTER);
	else if (platform->drivers && !drivers_find(platform->drivers, driver_type, name))
		ret = error_set_code(err, CODE_CLUSTER_UNKNOWN, .name = name,
				     .definition = untrusted_raw(&definition->id),
				     .tried = buf_str(&names));
	buf_clear(&names);
	return ret;
}

int
cluster_definition_check(const struct platform *platform, const struct definition *definition,
			 struct error *err)
{
	const json_t *values = json_object_get(definition->driver_inputs, "values");

	if (!has_clusters(definition))
		return refuse_others(values, "", err);
	if (refuse_others(values, VALUE_CLUSTER, err) != 0)
		return -1;
	return check_name(platform, definition, err);
}
