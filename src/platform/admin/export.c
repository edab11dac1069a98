/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The tree of import.h from the top down; each level is a list of what is below it.
 *
 * Of an environment only the deployment that runs is exported, with its set: that is what
 * another platform needs to run the same.  History stays where it was made.
 */
#include "config.h"

#include "platform/admin/export.h"

#include <string.h>

#include "base/error.h"
#include "model/definition.h"
#include "model/json.h"
#include "model/set.h"
#include "model/shared-value.h"
#include "platform/state/definition-inputs.h"
#include "platform/state/place.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-values.h"

/* A function per noun: the item of the file for a row.  NULL with err. */
typedef json_t *export_item(struct repository *repository, const struct place *above,
			    const json_t *row, struct error *err);

/* Takes the rows. */
static json_t *
export_list(struct repository *repository, const struct place *above, json_t *rows,
	    export_item *item, struct error *err)
{
	json_t *list = rows ? json_array() : NULL;
	const json_t *row;
	size_t i;

	if (!rows)
		return NULL;
	json_array_foreach(rows, i, row) {
		json_t *one = item(repository, above, row, err);

		if (!one) {
			json_decref(list);
			list = NULL;
			break;
		}
		json_array_append_new(list, one);
	}
	json_decref(rows);
	return list;
}

/* A member that says nothing is left out: import takes the usual value for what is absent. */
static void
copy(json_t *to, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value && !json_is_null(value))
		json_object_set(to, key, value);
}

static json_t *
export_env_type(struct repository *repository, const struct place *above, const json_t *row,
		struct error *err)
{
	json_t *item = json_object();

	(void)repository;
	(void)above;
	(void)err;
	copy(item, row, "id");
	copy(item, row, "description");
	return item;
}

/* Of all definitions, as they are kept; new. */
static json_t *
read_documents(struct repository *repository, const char *org, struct error *err)
{
	struct definitions definitions;
	json_t *documents = NULL;

	if (repository_definitions(repository, org, &definitions, err) == 0) {
		documents = json_array();
		for (size_t i = 0; i < definitions.count; i++)
			json_array_append(documents, definitions.items[i].document);
		definitions_clear(&definitions);
	}
	return documents;
}

static json_t *
export_definition(struct repository *repository, const struct place *above, const json_t *row,
		  struct error *err)
{
	json_t *item = json_deep_copy(row);
	const json_t *inputs = json_object_get(item, "driver_inputs");

	(void)repository;
	(void)err;
	if (inputs)
		json_object_set_new(item, "driver_inputs",
				    definition_inputs_shown(
					    above->org, json_member_string(item, "id"), inputs));
	return item;
}

static json_t *
export_deployment(struct repository *repository, const struct place *place,
		  const json_t *deployment, struct error *err)
{
	struct set *set = repository_set(repository, place,
					 json_member_string(deployment, "set_id"), err);
	json_t *item = set ? json_object() : NULL, *body;

	if (!set)
		return NULL;
	copy(item, deployment, "comment");
	copy(item, deployment, "created_by");
	copy(item, deployment, "created_at");
	body = set_encode(set);
	json_object_del(body, "id");	/* the content's own, made again when it is read */
	json_object_set_new(item, "set", body);
	set_unref(set);
	return item;
}

/* The text of a secret stays here; that there is one is said. */
static json_t *
export_value(struct repository *repository, const struct place *above, const json_t *row,
	     struct error *err)
{
	const char *description = json_member_string(row, "description");
	json_t *item = json_object();

	(void)repository;
	(void)above;
	(void)err;
	copy(item, row, "key");
	if (description && *description)
		copy(item, row, "description");
	if (json_is_true(json_object_get(row, "is_secret")))
		json_object_set_new(item, "secret", json_true());
	else
		copy(item, row, "value");
	return item;
}

/* Puts the values of this level, when it has some. */
static int
put_values(struct repository *repository, const struct place *place, json_t *item,
	   struct error *err)
{
	json_t *all = repository_values(repository, place, err), *own = all ? json_array() : NULL;
	json_t *row, *list;
	size_t i;

	json_array_foreach(all, i, row)
		if (!place->env ||
		    value_source_of(json_member_string(row, "source")) == VALUE_OF_ENV)
			json_array_append(own, row);
	json_decref(all);
	list = export_list(repository, place, own, export_value, err);
	if (json_array_size(list) > 0)
		json_object_set(item, "values", list);
	json_decref(list);
	return list ? 0 : -1;
}

/* Of its deployments only the one that is to run: an import makes
 * environments, and no history. */
static json_t *
export_environment(struct repository *repository, const struct place *above, const json_t *row,
		   struct error *err)
{
	struct place place = {above->org, above->app, json_member_string(row, "id")};
	struct error none = {0};
	json_t *newest = repository_newest_succeeded(repository, &place, &none);
	json_t *item = json_object(), *deployment;

	copy(item, row, "id");
	copy(item, row, "name");
	copy(item, row, "type");
	if (put_values(repository, &place, item, err) != 0) {
		json_decref(newest);
		json_decref(item);
		return NULL;
	}
	if (newest) {
		deployment = export_deployment(repository, &place, newest, err);
		if (deployment)
			json_object_set_new(item, "deployments", json_pack("[o]", deployment));
		json_decref(newest);
		if (deployment)
			return item;
	} else if (none.kind == ERROR_NOT_FOUND) {
		return item;
	} else if (err) {
		*err = none;
	}
	json_decref(item);
	return NULL;
}

static json_t *
export_application(struct repository *repository, const struct place *above, const json_t *row,
		   struct error *err)
{
	struct place place = {above->org, json_member_string(row, "id"), NULL};
	json_t *item = json_object();
	json_t *envs = export_list(repository, &place,
				   repository_environments(repository, &place, err),
				   export_environment, err);

	copy(item, row, "id");
	copy(item, row, "name");
	if (envs && put_values(repository, &place, item, err) == 0 &&
	    json_object_set(item, "environments", envs) == 0) {
		json_decref(envs);
		return item;
	}
	json_decref(envs);
	json_decref(item);
	return NULL;
}

static json_t *
export_organization(struct repository *repository, const struct place *above, const json_t *row,
		    struct error *err)
{
	struct place place = {json_member_string(row, "id"), NULL, NULL};
	json_t *item = json_object(), *types, *definitions, *apps;

	(void)above;
	copy(item, row, "id");
	copy(item, row, "name");
	types = export_list(repository, &place, repository_env_types(repository, place.org, err),
			    export_env_type, err);
	definitions = types ? export_list(repository, &place,
					  read_documents(repository, place.org, err),
					  export_definition, err)
			    : NULL;
	apps = definitions ? export_list(repository, &place,
					 repository_applications(repository, place.org, err),
					 export_application, err)
			   : NULL;
	if (types)
		json_object_set_new(item, "env_types", types);
	if (definitions)
		json_object_set_new(item, "definitions", definitions);
	if (apps && json_object_set_new(item, "applications", apps) == 0)
		return item;
	json_decref(item);
	return NULL;
}

json_t *
export_all(struct repository *repository, struct error *err)
{
	const struct place nowhere = {NULL, NULL, NULL};
	json_t *list = export_list(repository, &nowhere, repository_organizations(repository, err),
				   export_organization, err);

	return list ? json_pack("{s:i, s:o}", "format", 1, "organizations", list) : NULL;
}
