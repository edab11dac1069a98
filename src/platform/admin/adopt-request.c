/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What was not said and can be only one thing is that; else a sentence asks for it. */
#include "config.h"

#include "platform/admin/adopt-request.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/kubernetes.h"
#include "platform/drivers/registry.h"
#include "platform/engine/cluster-definition.h"
#include "platform/engine/follow.h"
#include "platform/state/definition.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-resources.h"

/* What was asked for, else the only one; free() it.  NULL with err. */
static char *
find_organization(struct platform *platform, const char *asked, struct error *err)
{
	json_t *list = repository_organizations(platform->repository, err);
	const char *found = NULL;
	char *org;

	if (!list)
		return NULL;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *id = json_member_string(json_array_get(list, i), "id");

		if (asked ? strcmp(id, asked) == 0 : json_array_size(list) == 1)
			found = id;
	}
	if (!found && asked)
		error_set(err, ERROR_NOT_FOUND, _("There is no organization \"%s\"."), asked);
	else if (!found)
		error_set(err, ERROR_INPUT,
			  _("Name the organization with --organization: there is not exactly one."));
	org = xstrdup_or_null(found);
	json_decref(list);
	return org;
}

/* The same of a cluster; borrowed. */
static const char *
find_cluster(const struct platform *platform, const char *asked, struct error *err)
{
	const char *found = NULL;
	size_t count = 0;
	const struct driver *driver;

	for (size_t i = 0; (driver = drivers_at(platform->drivers, i)); i++) {
		if (strcmp(driver->ops->driver_type, DRIVER_KUBERNETES_TYPE) != 0)
			continue;
		count++;
		if (!asked || strcmp(driver->cluster, asked) == 0)
			found = driver->cluster;
	}
	if (asked && !found)
		error_set(err, ERROR_NOT_FOUND, _("There is no cluster \"%s\"."), asked);
	else if (!asked && count != 1)
		error_set(err, ERROR_INPUT,
			  _("Name the cluster with --cluster: there is not exactly one."));
	return asked || count == 1 ? found : NULL;
}

/* Clones are to come into the same cluster; free() it. */
static char *
find_definition(struct platform *platform, const char *org, const char *cluster, struct error *err)
{
	struct definitions definitions;
	char *found = NULL;

	if (repository_definitions(platform->repository, org, &definitions, err) != 0)
		return NULL;
	for (size_t i = 0; i < definitions.count && !found; i++) {
		const struct definition *one = &definitions.items[i];
		char *name = cluster_definition_name(platform, org, one);

		if (untrusted_is(&one->type, DEFINITION_CLUSTER) &&
		    untrusted_is(&one->driver_type, DRIVER_KUBERNETES_TYPE) &&
		    strcmp(name, cluster) == 0)
			found = xstrdup(untrusted_raw(&one->id));
		free(name);
	}
	if (!found)
		error_set(err, ERROR_INPUT,
			  _("%s has no resource definition of type %s for the cluster %s, so its clones "
			    "could not run there."),
			  org, DEFINITION_CLUSTER, cluster);
	definitions_clear(&definitions);
	return found;
}

static const char **
names_of(const json_t *list)
{
	const char **names = xcalloc(json_array_size(list) + 1, sizeof(*names));
	size_t count = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		if (json_is_string(json_array_get(list, i)))
			names[count++] = json_string_value(json_array_get(list, i));
	return names;
}

int
adopt_request(struct platform *platform, const json_t *request,
	      void (*done)(void *data, const json_t *report, const struct error *err), void *data,
	      struct error *err)
{
	const char *user = json_member_string(request, "user");
	char *org = find_organization(platform, json_member_string(request, "org"), err);
	const char *cluster =
		org ? find_cluster(platform, json_member_string(request, "cluster"), err) : NULL;
	char *definition = cluster ? find_definition(platform, org, cluster, err) : NULL;
	const char **names = names_of(json_object_get(request, "namespaces"));
	int ret = definition ? repository_check_env_type(platform->repository, org, ADOPTION_TYPE,
							 err)
			     : -1;

	if (ret == 0)
		follow_adopt(platform->follow,
			     &(struct follow_source){
				     .of = {
					     .org = org,
					     .driver_type = DRIVER_KUBERNETES_TYPE,
					     .cluster = cluster,
					     .def_id = definition,
					     .user = user ? user : platform->user,
				     },
				     .namespaces = names,
				     .all = json_is_true(json_object_get(request, "all")),
				     .selector = json_member_string(request, "selector"),
			     },
			     done, data);
	free(names);
	free(definition);
	free(org);
	return ret;
}
