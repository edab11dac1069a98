/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Organizations and environment types.  The API has no way to make an organization: that is
 * what an import is for (admin/import.c). */
#include "config.h"

#include "platform/api/handlers/organizations.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/requests.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/engine/follow.h"
#include "platform/engine/records.h"
#include "platform/state/definition.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"

/* What each driver is, and how definitions choose it.  New reference. */
static json_t *
describe_drivers(const struct drivers *drivers)
{
	json_t *list = json_array();
	struct driver *driver;

	for (size_t i = 0; (driver = drivers_at(drivers, i)); i++) {
		json_t *description = driver->ops->describe(driver);

		json_object_set_new(description, "driver_type",
				    json_string(driver->ops->driver_type));
		if (driver->cluster)
			json_object_set_new(description, "cluster", json_string(driver->cluster));
		json_array_append_new(list, description);
	}
	return list;
}

/* No part of the reference: what this platform is, and how it keeps workloads apart.  `driver` is
 * that of this machine, which every platform has. */
int
get_platform(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	char stamp[CLOCK_STAMP_SIZE];
	struct driver *machine = drivers_find(platform->drivers, DEFINITION_MACHINE, "");

	(void)request;
	(void)err;
	clock_stamp(stamp, platform->started_at);
	return answer(response, 200,
		      json_pack("{s:s, s:s, s:o, s:o}", "version", PACKAGE_VERSION, "started_at",
				stamp, "driver", machine->ops->describe(machine), "drivers",
				describe_drivers(platform->drivers)));
}

/* GET /orgs: the organizations the caller can see. */
int
list_organizations(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	json_t *all = repository_organizations(platform->repository, err);
	json_t *seen = all ? json_array() : NULL;
	json_t *org;
	size_t i;

	json_array_foreach(all, i, org)
		if (access_sees_organization(request->caller, json_member_string(org, "id")))
			json_array_append(seen, org);
	json_decref(all);
	return answer(response, 200, seen);
}

/* GET /orgs/{orgId}: one organization. */
int
get_organization(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	return answer(response, 200,
		      repository_organization(platform->repository, request->place.org, err));
}

/* GET /orgs/{orgId}/env-types: the kinds of environment of an organization. */
int
list_env_types(struct platform *platform, const struct request *request, struct response *response,
	       struct error *err)
{
	return answer(response, 200,
		      repository_env_types(platform->repository, request->place.org, err));
}

/* GET /orgs/{orgId}/env-types/{envTypeId}: one kind of environment. */
int
get_env_type(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	return answer(response, 200,
		      repository_env_type(platform->repository, request->place.org,
					  request->ids[0], err));
}

/* POST /orgs/{orgId}/env-types: add a kind of environment. */
int
create_env_type(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	const char *org = request->place.org;
	struct environment_type type;
	int ret;

	environment_type_read(&type, request->body);
	if (!ids_is_name(untrusted_raw(&type.id)))
		ret = error_set_code(err, CODE_ID_INVALID);
	else if (repository_put_env_type(platform->repository, org, type.id.raw,
					 untrusted_raw(&type.description), err) != 0)
		ret = error_prefix_code(err, CODE_IN_ENVIRONMENT_TYPE, .env_type = type.id.raw);
	else
		ret = answer(response, 201,
			     repository_env_type(platform->repository, org, type.id.raw, err));
	environment_type_clear(&type);
	return ret;
}

/* PATCH /orgs/{orgId}/env-types/{envTypeId}: describe a kind of environment anew. */
int
update_env_type(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	struct environment_type type;
	int ret = 0;

	environment_type_read(&type, request->body);
	if (type.description.raw)
		ret = repository_describe_env_type(platform->repository, request->place.org,
						   request->ids[0], type.description.raw, err);
	environment_type_clear(&type);
	return ret == 0 ? get_env_type(platform, request, response, err) : -1;
}

/* DELETE /orgs/{orgId}/env-types/{envTypeId}: drop a kind of environment that nothing uses. */
int
delete_env_type(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	const char *org = request->place.org, *id = request->ids[0];
	struct environment_type_uses uses;
	int ret;

	response->status = 204;
	if (repository_drop_env_type(platform->repository, org, id, err) == 0)
		return 0;
	if (err->kind != ERROR_CONFLICT)
		return -1;
	/* The wire has no error object here but the environments that stand in the way. */
	ret = repository_uses_of_env_type(platform->repository, org, id, &uses, err);
	if (ret == 0)
		answer(response, 409, environment_type_uses_encode(&uses));
	environment_type_uses_clear(&uses);
	return ret;
}

/* GET /orgs/{orgId}/x-adoption: what was adopted of a cluster, and how far it was read. */
int
get_adoption(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	struct adoption_report report;
	json_t *body = NULL;

	if (follow_tell(platform->follow, request->place.org, &report, err) == 0) {
		records_tell(platform->records, request->place.org, &report);
		body = adoption_report_encode(&report);
	}
	adoption_report_clear(&report);
	return answer(response, 200, body);
}

/* PATCH /orgs/{orgId}/x-adoption: group some of the namespaces to applications. */
int
update_adoption(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	struct group_request asked;
	int ret;

	group_request_read(&asked, request->body);
	ret = follow_group(platform->follow, request->place.org, asked.groups, err);
	group_request_clear(&asked);
	return ret == 0 ? get_adoption(platform, request, response, err) : -1;
}
