/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sets, and the differences between them. */
#include "config.h"

#include "platform/api/handlers/long-list.h"
#include "platform/api/handlers/set-diff.h"
#include "platform/api/handlers/sets.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/delta.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/resource-graph.h"
#include "model/set.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/graph.h"
#include "platform/engine/workload-warnings.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-sets.h"

static int
sets_page(struct platform *platform, const struct place *place, const void *filter,
	  struct text_page *page, struct error *err)
{
	(void)filter;
	return repository_sets_page(platform->repository, place, page, err);
}

/* GET .../sets: the sets an application knows. */
int
list_sets(struct platform *platform, const struct request *request, struct response *response,
	  struct error *err)
{
	static const struct long_list list = {
		.text = sets_page, .short_max = 200, .page_max = 10,
	};

	return answer_long_list(platform, request, response, &list, NULL, 0, err);
}

/* Where it is to be deployed: an environment that is there, or one that is still to be made. */
static struct driver *
find_driver(struct platform *platform, const struct request *request, struct error *err)
{
	struct place place = request->place;
	const char *env = request_query(request, "env_id");
	const char *type = request_query(request, "env_type");
	struct driver *driver;

	place.env = env ? env : "";
	if (!env && !type) {
		error_set_code(err, CODE_WARNINGS_NEED_ENVIRONMENT);
		return NULL;
	}
	driver = env ? env_driver(platform, &place, err) : NULL;
	if (driver || !type || (env && err->kind != ERROR_NOT_FOUND))
		return driver;
	return env_driver_of_type(platform, &place, type, err);
}

/* What of the set would have no effect there. */
int
list_set_warnings(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	struct set *set = repository_set(platform->repository, &request->place, request->ids[0],
					 err);
	struct driver *driver = set ? find_driver(platform, request, err) : NULL;
	json_t *warnings = driver ? workload_warnings(driver, set) : NULL;

	set_unref(set);
	return answer(response, 200, warnings);
}

/* GET .../sets/{setId}/diff/{sourceSetId}: the delta that turns the source into this set. */
int
get_diff(struct platform *platform, const struct request *request, struct response *response,
	 struct error *err)
{
	return answer_set_diff(platform, request, request->ids[0], request->ids[1], response, err);
}

/* As it is stored: a large one takes too long to be parsed and written again. */
static int
answer_stored(struct platform *platform, const struct request *request, struct response *response,
	      struct error *err)
{
	response->text = repository_set_text(platform->repository, &request->place,
					     request->ids[0], err);
	return response->text ? 0 : -1;
}

/* GET .../sets/{setId}: one set, or with "diff" what turns the other into it. */
int
get_set(struct platform *platform, const struct request *request, struct response *response,
	struct error *err)
{
	const char *other = request_query(request, "diff");
	struct set *set;
	json_t *body;

	if (other)
		return answer_set_diff(platform, request, request->ids[0], other, response, err);
	if (!set_id_is_empty(request->ids[0]))
		return answer_stored(platform, request, response, err);
	set = repository_set(platform->repository, &request->place, request->ids[0], err);
	body = set ? set_encode(set) : NULL;
	set_unref(set);
	return answer(response, 200, body);
}

/* Stores the set that results, and deploys nothing: the way to preview. */
int
update_set(struct platform *platform, const struct request *request, struct response *response,
	   struct error *err)
{
	struct repository *repository = platform->repository;
	struct set *base = repository_set(repository, &request->place, request->ids[0], err);
	struct delta *delta = base ? delta_decode_sent(request->body, err) : NULL;
	struct set *result = delta ? delta_apply(delta, base, err) : NULL;
	json_t *id = NULL;

	if (result && repository_put_set(repository, &request->place, result, err) == 0)
		id = json_string(set_id(result));
	set_unref(result);
	delta_free(delta);
	set_unref(base);
	return answer(response, 200, id);
}

/* GET .../sets/{setId}/resources: the resources a set declares, in one flat list. */
int
get_set_resources(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	struct set *set = repository_set(platform->repository, &request->place, request->ids[0],
					 err);
	struct declared_resources declared;

	if (!set)
		return -1;
	graph_declared(set, &declared);
	set_unref(set);
	answer(response, 200, declared_resources_encode(&declared));
	declared_resources_clear(&declared);
	return 0;
}
