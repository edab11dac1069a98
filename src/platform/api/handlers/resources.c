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
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/members.h"
#include "model/nouns.h"
#include "model/resource-graph.h"
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

/* Is the row what the path names: TYPE or TYPE.CLASS, and the resource's id? */
static bool
is_named(const struct known_resource *row, const char *type, const char *id)
{
	size_t length = strlen(row->type);

	if (row->status == RESOURCE_DETACHED || strcmp(row->res_id, id) != 0 ||
	    strncmp(type, row->type, length) != 0)
		return false;
	if (!type[length])
		return true;
	return type[length] == '.' && strcmp(type + length + 1, row->resource_class) == 0;
}

/* One that is in use before one that is to go.  Borrowed from `known`, which is cleared when there
 * is none. */
static const struct known_resource *
find_row(struct platform *platform, const struct request *request, struct known_resources *known,
	 struct error *err)
{
	const struct known_resource *found = NULL;

	if (repository_known_resources(platform->repository, &request->place, known, err) != 0)
		return NULL;
	for (size_t i = 0; i < known->count; i++) {
		const struct known_resource *row = &known->items[i];

		if (is_named(row, request->ids[0], request->ids[1]) &&
		    (!found || row->status == RESOURCE_ACTIVE))
			found = row;
	}
	if (found)
		return found;
	known_resources_clear(known);
	error_set_code(err, CODE_RESOURCE_NOT_FOUND, .env = request->place.env,
		       .resource = request->ids[1], .type = request->ids[0]);
	return NULL;
}

static int
check_idle(struct platform *platform, const struct request *request, struct error *err)
{
	if (!engine_is_busy(platform->engine, &request->place))
		return 0;
	return error_set_code(err, CODE_DEPLOYMENT_IS_ACTIVE, .env = request->place.env);
}

static int
check_unused(struct platform *platform, const struct request *request,
	     const struct known_resource *row, struct error *err)
{
	if (check_idle(platform, request, err) != 0)
		return -1;
	if (row->status == RESOURCE_ACTIVE)
		return error_set_code(err, CODE_RESOURCE_IN_USE, .resource = request->ids[1],
				      .env = request->place.env);
	return 0;
}

/* Its name stays taken, and it stays where it is: only that it was the platform's ends. */
static int
detach(struct platform *platform, const struct request *request, const struct known_resource *row,
       struct error *err)
{
	if (check_idle(platform, request, err) != 0)
		return -1;
	return repository_detach_resource(platform->repository, &request->place, row->gu_res_id,
					  clock_wall_ms(), err);
}

static int
retire(struct platform *platform, const struct request *request, const struct known_resource *row,
       struct error *err)
{
	if (check_unused(platform, request, row, err) != 0 ||
	    repository_retire_resource(platform->repository, &request->place, row->gu_res_id,
				       clock_wall_ms(), err) != 0)
		return -1;
	engine_prune(platform->engine, &request->place);
	return 0;
}

/* DELETE .../envs/{envId}/resources/{type}/{resId}: drop a resource that nothing declares any
 * longer. */
int
delete_active_resource(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	struct known_resources known;
	const struct known_resource *row = find_row(platform, request, &known, err);
	int ret;

	if (!row)
		return -1;
	response->status = 204;
	if (is_true(request_query(request, "detach")))
		ret = detach(platform, request, row, err);
	else
		ret = retire(platform, request, row, err);
	known_resources_clear(&known);
	return ret;
}

/* A version that the definition of the resource had or has. */
static int
check_version(struct platform *platform, const struct request *request,
	      const struct known_resource *row, const char *version, struct error *err)
{
	const char *org = request->place.org, *id = row->def_id;
	struct definition definition;
	json_t *body;
	int ret = repository_read_definition(platform->repository, org, id, &definition, err);

	/* One that came by an import was not written down yet. */
	if (ret == 0)
		ret = repository_keep_definition(platform->repository, org, id,
						 definition.document, err);
	definition_clear(&definition);
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
	struct known_resources known;
	const struct known_resource *row = find_row(platform, request, &known, err);
	int ret = 0;

	if (!row)
		return -1;
	if (!json_is_string(wanted) && !json_is_null(wanted))
		ret = error_set_code(err, CODE_TARGET_VERSION_INVALID);
	if (ret == 0 && version)
		ret = check_version(platform, request, row, version, err);
	if (ret == 0)
		ret = repository_pin_resource(platform->repository, &request->place,
					      row->gu_res_id, version, clock_wall_ms(), err);
	if (ret == 0)
		ret = answer(response, 200,
			     repository_resource(platform->repository, &request->place,
						 row->gu_res_id, err));
	known_resources_clear(&known);
	return ret;
}

/* --- graphs --- */

static int
check_wanted(const json_t *body, const struct declared_resource *wanted, struct error *err)
{
	const char *id = untrusted_raw(&wanted->id);
	const struct member *misfit = declared_resource_misfit(body);

	if (!*id || !*untrusted_raw(&wanted->type))
		return error_set_code(err, CODE_RESOURCE_WITHOUT_ID_OR_TYPE);
	if (misfit && misfit->kind == MEMBER_TEXT)
		return error_set_code(err, CODE_RESOURCE_CLASS_NOT_TEXT, .resource = id);
	return misfit ? error_set_code(err, CODE_RESOURCE_NOT_OBJECT, .resource = id) : 0;
}

static int
check_all_wanted(const json_t *list, const struct declared_resources *wanted, struct error *err)
{
	int ret = 0;

	for (size_t i = 0; i < wanted->count && ret == 0; i++)
		ret = check_wanted(json_array_get(list, i), &wanted->items[i], err);
	return ret;
}

static int
compute_graph(struct platform *platform, const struct request *request, struct resource_graph *out,
	      struct error *err)
{
	struct declared_resources wanted;
	char culprit[256];
	int ret;

	if (json_array_size(request->body) > GRAPH_NODES_MAX)
		return error_set_code(err, CODE_TOO_MANY_RESOURCES, .max = GRAPH_NODES_MAX);
	declared_resources_read(&wanted, request->body);
	ret = check_all_wanted(request->body, &wanted, err);
	if (ret == 0)
		ret = env_graph_now(platform, &request->place, &wanted, out, culprit, err);
	declared_resources_clear(&wanted);
	if (ret != 0 && err->kind == ERROR_LIMIT)
		err->kind = ERROR_INPUT;
	return ret;
}

/* POST .../envs/{envId}/resources/graphs: work out the resources of a set without deploying it. */
int
create_graph(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	struct resource_graph graph;

	if (compute_graph(platform, request, &graph, err) != 0)
		return -1;
	answer(response, 200, resource_graph_encode(&graph));
	resource_graph_clear(&graph);
	return 0;
}

/* The older form: the nodes alone. */
int
query_graph(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	struct resource_graph graph;

	if (compute_graph(platform, request, &graph, err) != 0)
		return -1;
	answer(response, 200, resource_graph_encode_nodes(&graph));
	resource_graph_clear(&graph);
	return 0;
}

/* GET .../envs/{envId}/resources/graphs/{graphId}: the graph of resources a deployment used. */
int
get_graph(struct platform *platform, const struct request *request, struct response *response,
	  struct error *err)
{
	struct resource_graph graph;

	if (repository_read_graph(platform->repository, &request->place, request->ids[0], &graph,
				  err) != 0)
		return -1;
	answer(response, 200, resource_graph_encode(&graph));
	resource_graph_clear(&graph);
	return 0;
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
