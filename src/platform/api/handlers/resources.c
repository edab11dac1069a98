/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The resources of an environment, and the graph that they make.
 *
 * Nothing is made here: resources come with a deployment.  What can be asked for is to let
 * one go, to pin one to a version of its definition, and to compute what a set would get.
 */
#include "config.h"

#include "platform/api/handlers/resources.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-graph.h"
#include "platform/engine/graph.h"
#include "platform/state/definition.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"
#include "platform/state/resource-types.h"

static bool
is_true(const char *text)
{
	return text && strcmp(text, "true") == 0;
}

/* GET .../envs/{envId}/resources: the resources an environment holds. */
int
list_active_resources(struct platform *platform, const struct request *request,
		      struct response *response, struct error *err)
{
	const char *scheduled = request_query(request, "scheduled_deletion");

	return answer(response, 200,
		      repository_resources(platform->repository, &request->place,
					   scheduled ? is_true(scheduled) : -1, err));
}

static enum resource_status
status_of(const json_t *row)
{
	return resource_status_of(json_member_string(row, "status"));
}

/* Is the row what the path names: TYPE or TYPE.CLASS, and the resource's id? */
static bool
is_named(const json_t *row, const char *type, const char *id)
{
	const char *its = json_member_string(row, "type");
	size_t length = strlen(its);

	if (status_of(row) == RESOURCE_DETACHED ||
	    strcmp(json_member_string(row, "res_id"), id) != 0 || strncmp(type, its, length) != 0)
		return false;
	if (!type[length])
		return true;
	return type[length] == '.' &&
	       strcmp(type + length + 1, json_member_string(row, "class")) == 0;
}

/* The row of repository_known_resources(), new; one that is in use before one that is to go. */
static json_t *
find_row(struct platform *platform, const struct request *request, struct error *err)
{
	json_t *known = repository_known_resources(platform->repository, &request->place, err);
	json_t *row, *found = NULL;
	size_t i;

	json_array_foreach(known, i, row)
		if (is_named(row, request->ids[0], request->ids[1]) &&
		    (!found || status_of(row) == RESOURCE_ACTIVE))
			found = row;
	json_incref(found);
	if (known && !found)
		error_set_code(err, CODE_RESOURCE_NOT_FOUND, .env = request->place.env,
			       .resource = request->ids[1], .type = request->ids[0]);
	json_decref(known);
	return found;
}

static int
check_unused(struct platform *platform, const struct request *request, const json_t *row,
	     struct error *err)
{
	if (engine_is_busy(platform->engine, &request->place))
		return error_set_code(err, CODE_DEPLOYMENT_IS_ACTIVE, .env = request->place.env);
	if (status_of(row) == RESOURCE_ACTIVE)
		return error_set_code(err, CODE_RESOURCE_IN_USE, .resource = request->ids[1],
				      .env = request->place.env);
	return 0;
}

/* DELETE .../envs/{envId}/resources/{type}/{resId}: drop a resource that nothing declares any
 * longer. */
int
delete_active_resource(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	json_t *row = find_row(platform, request, err);
	bool detach = is_true(request_query(request, "detach"));
	int ret = -1;

	if (!row)
		return -1;
	response->status = 204;
	if (detach && !engine_is_busy(platform->engine, &request->place))
		ret = repository_detach_resource(platform->repository, &request->place,
						 json_member_string(row, "gu_res_id"),
						 clock_wall_ms(), err);
	else
		ret = check_unused(platform, request, row, err);
	if (ret == 0 && !detach)
		ret = repository_retire_resource(platform->repository, &request->place,
						 json_member_string(row, "gu_res_id"),
						 clock_wall_ms(), err);
	if (ret == 0 && !detach)
		engine_prune(platform->engine, &request->place);
	json_decref(row);
	return ret;
}

/* A version that the definition of the resource had or has. */
static int
check_version(struct platform *platform, const struct request *request, const json_t *row,
	      const char *version, struct error *err)
{
	const char *org = request->place.org, *id = json_member_string(row, "def_id");
	json_t *body = repository_definition(platform->repository, org, id, err);
	int ret = 0;

	/* One that came by an import was not written down yet. */
	if (body)
		ret = repository_keep_definition(platform->repository, org, id, body, err);
	json_decref(body);
	if (ret != 0)
		return -1;
	body = repository_definition_version(platform->repository, org, id, version, err);
	if (!body && err->kind == ERROR_NOT_FOUND)
		err->kind = ERROR_INPUT;
	json_decref(body);
	return body ? 0 : -1;
}

/* POST .../envs/{envId}/resources/{type}/{resId}/actions/pin: hold a resource at one version of
 * its definition. */
int
pin_active_resource(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	const json_t *wanted = json_object_get(request->body, "target_def_version_id");
	const char *version = json_string_value(wanted);
	json_t *row = find_row(platform, request, err);
	int ret = 0;

	if (!row)
		return -1;
	if (!json_is_string(wanted) && !json_is_null(wanted))
		ret = error_set_code(err, CODE_TARGET_VERSION_INVALID);
	if (ret == 0 && version)
		ret = check_version(platform, request, row, version, err);
	if (ret == 0)
		ret = repository_pin_resource(platform->repository, &request->place,
					      json_member_string(row, "gu_res_id"), version,
					      clock_wall_ms(), err);
	if (ret == 0)
		ret = answer(response, 200,
			     repository_resource(platform->repository, &request->place,
						 json_member_string(row, "gu_res_id"), err));
	json_decref(row);
	return ret;
}

/* --- graphs --- */

static int
check_wanted(const json_t *wanted, struct error *err)
{
	const json_t *resource = json_object_get(wanted, "resource");
	const char *id = json_member_string(wanted, "id"),
		   *type = json_member_string(wanted, "type");
	const json_t *resource_class = json_object_get(wanted, "class");

	if (!id || !*id || !type || !*type)
		return error_set_code(err, CODE_RESOURCE_WITHOUT_ID_OR_TYPE);
	if (resource_class && !json_is_null(resource_class) && !json_is_string(resource_class))
		return error_set_code(err, CODE_RESOURCE_CLASS_NOT_TEXT, .resource = id);
	if (resource && !json_is_null(resource) && !json_is_object(resource))
		return error_set_code(err, CODE_RESOURCE_NOT_OBJECT, .resource = id);
	return 0;
}

static json_t *
compute_graph(struct platform *platform, const struct request *request, struct error *err)
{
	const json_t *wanted;
	char culprit[256];
	json_t *graph;
	size_t i;

	if (json_array_size(request->body) > GRAPH_NODES_MAX) {
		error_set_code(err, CODE_TOO_MANY_RESOURCES, .max = GRAPH_NODES_MAX);
		return NULL;
	}
	json_array_foreach(request->body, i, wanted)
		if (check_wanted(wanted, err) != 0)
			return NULL;
	graph = env_graph_now(platform, &request->place, request->body, culprit, err);
	if (!graph && err->kind == ERROR_LIMIT)
		err->kind = ERROR_INPUT;
	return graph;
}

/* POST .../envs/{envId}/resources/graphs: work out the resources of a set without deploying it. */
int
create_graph(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	return answer(response, 200, compute_graph(platform, request, err));
}

/* The older form: the nodes alone. */
int
query_graph(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	json_t *graph = compute_graph(platform, request, err);
	json_t *nodes = json_incref(json_object_get(graph, "nodes"));

	json_decref(graph);
	return answer(response, 200, nodes);
}

/* GET .../envs/{envId}/resources/graphs/{graphId}: the graph of resources a deployment used. */
int
get_graph(struct platform *platform, const struct request *request, struct response *response,
	  struct error *err)
{
	return answer(response, 200, repository_graph(platform->repository, &request->place,
						      request->ids[0], err));
}

/* --- types --- */

/* GET /orgs/{orgId}/resources/types: the types of resource that are known. */
int
list_resource_types(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	(void)platform;
	(void)request;
	(void)err;
	return answer(response, 200, resource_types_list());
}
