/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * From what was read of an environment to what its placeholders stand for.  A secret's value
 * is never known here: its fingerprint stands in its place, so that two environments can
 * still be told apart.
 */
#include "config.h"

#include "flow/world/effective.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "compare/effective.h"
#include "flow/world/details.h"
#include "flow/world/world.h"
#include "model/set.h"

static json_t *
values_of(const struct details *details)
{
	json_t *values = json_object();

	for (size_t i = 0; i < details_value_count(details); i++) {
		const struct shared_value *value = details_value(details, i);
		const char *text = untrusted_raw(&value->value),
			   *version = untrusted_raw(&value->secret_version);
		char *secret = NULL;

		if (value->is_secret)
			text = secret = xasprintf(_("(secret %.8s)"), version ? version : "?");
		json_object_set_new(values, untrusted_raw(&value->key),
				    json_string(text ? text : ""));
		free(secret);
	}
	return values;
}

/* A resource may have several entries, one for each class; what they give is one object. */
static json_t *
outputs_of(const struct world_environment *environment)
{
	json_t *outputs = json_object();

	for (size_t i = 0; i < environment->resource_count; i++) {
		const struct active_resource *resource = &environment->resources[i];
		const char *id = untrusted_raw(&resource->res_id);
		json_t *known = id ? json_object_get(outputs, id) : NULL;

		if (known)
			json_object_update(known, resource->outputs);
		else if (id)
			json_object_set_new(outputs, id, json_copy(resource->outputs));
	}
	return outputs;
}

struct set *
effective_of(const struct world_environment *environment, const char *org, const char *app,
	     const struct details *details, size_t *unknown, struct error *err)
{
	json_t *values = values_of(details), *outputs = outputs_of(environment);
	struct effective_source source = {
		.context = {
			.org_id = org,
			.app_id = app,
			.env_id = untrusted_raw(&environment->environment.id),
			.env_type = untrusted_raw(&environment->environment.type),
			.env_name = untrusted_raw(&environment->environment.name),
			.deployment_id = untrusted_raw(&environment->running.id),
			.set_id = set_id(environment->set),
		},
		.values = values,
		.outputs = outputs,
	};
	struct set *set = effective_set(environment->set, &source, unknown, err);

	json_decref(values);
	json_decref(outputs);
	return set;
}
