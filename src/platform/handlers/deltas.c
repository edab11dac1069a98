/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deltas. */
#include "config.h"

#include "platform/handlers/handlers.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "model/delta.h"
#include "model/json.h"
#include "platform/repository.h"

#define ID_DIGITS 40

int
list_deltas(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	const char *archived = request_query(request, "archived");

	return answer(response, 200,
		      repository_deltas(platform->repository, &request->place,
					request_query(request, "env"),
					archived && strcmp(archived, "true") == 0, err));
}

int
get_delta(struct platform *platform, const struct request *request, struct response *response,
	  struct error *err)
{
	return answer(response, 200,
		      repository_delta(platform->repository, &request->place, request->ids[0], err));
}

int
create_delta(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	const json_t *metadata = json_object_get(request->body, "metadata");
	struct delta *delta = delta_decode(request->body, err);
	char id[ID_DIGITS + 1];
	int ret;

	if (!delta)
		return -1;
	ids_random_hex(id, ID_DIGITS);
	ret = repository_put_delta(platform->repository, &request->place, id, delta,
				   json_member_string(metadata, "env_id"),
				   json_member_string(metadata, "name"), request_user(request),
				   clock_wall_ms(), err);
	delta_free(delta);
	if (ret != 0)
		return -1;
	return answer(response, 200,
		      repository_delta(platform->repository, &request->place, id, err));
}

static int
replace(struct platform *platform, const struct request *request, const struct delta *delta,
	struct error *err)
{
	return repository_update_delta(platform->repository, &request->place, request->ids[0],
				       delta, request_user(request), clock_wall_ms(), err);
}

int
put_delta(struct platform *platform, const struct request *request, struct response *response,
	  struct error *err)
{
	json_t *known = repository_delta(platform->repository, &request->place, request->ids[0],
					 err);
	struct delta *delta = known ? delta_decode(request->body, err) : NULL;
	int ret = delta ? replace(platform, request, delta, err) : -1;

	delta_free(delta);
	json_decref(known);
	response->status = 204;
	return ret;
}

/* Each of the array is merged into what came before; nothing is stored when one fails. */
static struct delta *
compose_all(struct delta *delta, const json_t *changes, struct error *err)
{
	const json_t *change;
	size_t i;

	json_array_foreach(changes, i, change) {
		struct delta *later = delta_decode(change, err);
		struct delta *merged = later ? delta_compose(delta, later, err) : NULL;

		delta_free(later);
		delta_free(delta);
		if (!merged) {
			error_prefix(err, _("change %zu"), i);
			return NULL;
		}
		delta = merged;
	}
	return delta;
}

int
patch_delta(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	json_t *known = repository_delta(platform->repository, &request->place, request->ids[0],
					 err);
	struct delta *delta = known ? delta_decode(known, err) : NULL;
	int ret = -1;

	json_decref(known);
	if (delta)
		delta = compose_all(delta, request->body, err);
	if (delta)
		ret = replace(platform, request, delta, err);
	delta_free(delta);
	if (ret != 0)
		return -1;
	return get_delta(platform, request, response, err);
}

int
archive_delta(struct platform *platform, const struct request *request, struct response *response,
	      struct error *err)
{
	response->status = 204;
	return repository_set_delta_archived(platform->repository, &request->place,
					     request->ids[0], json_is_true(request->body), err);
}

int
change_env_of_delta(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	response->status = 204;
	return repository_set_delta_env(platform->repository, &request->place, request->ids[0],
					json_string_value(request->body), err);
}

int
change_name_of_delta(struct platform *platform, const struct request *request,
		     struct response *response, struct error *err)
{
	response->status = 204;
	return repository_set_delta_name(platform->repository, &request->place, request->ids[0],
					 json_string_value(request->body), err);
}
