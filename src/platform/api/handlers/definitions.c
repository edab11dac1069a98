/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Resource definitions and their matching criteria.  A definition is kept as the document
 * that was sent, completed on its way out; its version is a hash of what decides the
 * resource, so that it changes when, and only when, that does.
 */
#include "config.h"

#include "platform/api/handlers/definitions.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/match.h"
#include "platform/engine/definition-check.h"
#include "platform/state/definition-inputs.h"
#include "platform/state/definition.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"

#define CRITERION_ID_DIGITS 16
/* Each is compared with all others of its type when a definition is written. */
#define CRITERIA_MAX 200

static const char *const criterion_keys[] = {"env_type", "app_id", "env_id", "res_id", "class"};
#define CRITERION_KEYS (sizeof(criterion_keys) / sizeof(criterion_keys[0]))

/* --- on the way out --- */

static json_t *
whole_of(const struct platform *platform, const char *org, const json_t *body)
{
	char stamp[CLOCK_STAMP_SIZE], version[DEFINITION_VERSION_SIZE];
	json_t *whole;

	clock_stamp(stamp, platform->started_at);
	definition_version(version, body);
	/* What an import does not say is from the daemon's start. */
	whole = json_pack("{s:s, s:s, s:s, s:s, s:b, s:b, s:b}", "org_id", org, "active_version_id",
			  version, "created_at", stamp, "created_by", platform->user, "is_default",
			  0, "is_deleted", 0, "in_place_driver_change", 0);
	json_object_update(whole, (json_t *)body);
	if (json_object_get(body, "driver_inputs"))
		json_object_set_new(
			whole, "driver_inputs",
			definition_inputs_shown(org, json_member_string(body, "id"),
						json_object_get(body, "driver_inputs")));
	json_object_set_new(whole, "criteria", definition_criteria(body));
	return whole;
}

/* --- listing --- */

struct ranked {
	const struct definition *definition;
	int rank;
};

static int
by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int order = strcmp(untrusted_raw(&x->definition->type),
			   untrusted_raw(&y->definition->type));

	return order		    ? order
	       : x->rank != y->rank ? y->rank - x->rank
				    : strcmp(untrusted_raw(&x->definition->id),
					     untrusted_raw(&y->definition->id));
}

/* Those that would match, grouped by type, the one that would be chosen first; how many. */
static size_t
rank_matching(struct ranked *out, const struct definitions *all, const struct request *request)
{
	struct match_request wanted = {
		.resource_class = request_query(request, "class"),
		.app_id = request_query(request, "app"),
		.env_id = request_query(request, "env"),
		.env_type = request_query(request, "env_type"),
		.res_id = request_query(request, "res"),
	};
	const char *type = request_query(request, "res_type");
	size_t count = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct definition *definition = &all->items[i];
		int rank = !type || untrusted_is(&definition->type, type)
				   ? match_rank(definition, &wanted)
				   : -1;

		if (rank >= 0)
			out[count++] = (struct ranked){definition, rank};
	}
	qsort(out, count, sizeof(*out), by_rank);
	return count;
}

static bool
has_filter(const struct request *request)
{
	static const char *const filters[] = {"app", "env", "env_type", "res", "res_type", "class"};

	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (request_query(request, filters[i]))
			return true;
	return false;
}

/* GET /orgs/{orgId}/resources/defs: how resources are provided, by type and criteria. */
int
list_definitions(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	const char *org = request->place.org;
	struct definitions all;
	struct ranked *ranked;
	json_t *list;
	size_t count;

	if (repository_definitions(platform->repository, org, &all, err) != 0)
		return -1;
	ranked = xcalloc(all.count + 1, sizeof(*ranked));
	for (count = 0; count < all.count; count++)
		ranked[count].definition = &all.items[count];
	if (has_filter(request))
		count = rank_matching(ranked, &all, request);
	list = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list,
				      whole_of(platform, org, ranked[i].definition->document));
	free(ranked);
	definitions_clear(&all);
	return answer(response, 200, list);
}

/* GET /orgs/{orgId}/resources/defs/{defId}: one definition. */
int
get_definition(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	json_t *body = repository_definition(platform->repository, request->place.org,
					     request->ids[0], err);

	if (!body)
		return -1;
	response->body = whole_of(platform, request->place.org, body);
	response->status = 200;
	json_decref(body);
	return 0;
}

/* --- what may be sent --- */

static int
check_text(const json_t *body, const char *key, bool required, struct error *err)
{
	const json_t *value = json_object_get(body, key);

	if (!value || json_is_null(value))
		return required ? error_set_code(err, CODE_DEFINITION_LACKS_MEMBER, .member = key)
				: 0;
	return json_is_string(value) && *json_string_value(value)
		       ? 0
		       : error_set_code(err, CODE_MEMBER_NOT_TEXT, .member = key);
}

static int
check_criterion(const json_t *criterion, struct error *err)
{
	if (!json_is_object(criterion))
		return error_set_code(err, CODE_CRITERION_NOT_OBJECT);
	for (size_t i = 0; i < CRITERION_KEYS; i++) {
		const json_t *value = json_object_get(criterion, criterion_keys[i]);

		if (value && !json_is_null(value) && !json_is_string(value))
			return error_set_code(err, CODE_CRITERION_MEMBER_NOT_TEXT,
					      .member = criterion_keys[i]);
	}
	return 0;
}

/* As it is kept: the keys that say something, and an id. */
static json_t *
keep_criterion(const json_t *criterion)
{
	char id[CRITERION_ID_DIGITS + 1];
	json_t *kept = json_object();

	ids_random_hex(id, CRITERION_ID_DIGITS);
	json_object_set_new(kept, "id", json_string(id));
	for (size_t i = 0; i < CRITERION_KEYS; i++) {
		const char *value = json_member_string(criterion, criterion_keys[i]);

		if (value && *value)
			json_object_set_new(kept, criterion_keys[i], json_string(value));
	}
	return kept;
}

/* A class that is not given is "default", as for matching: the two must
 * not disagree about what is twice. */
static bool
is_same_rule(const json_t *a, const json_t *b)
{
	for (size_t i = 0; i < CRITERION_KEYS; i++) {
		bool is_class = strcmp(criterion_keys[i], "class") == 0;
		const char *x = json_member_string(a, criterion_keys[i]);
		const char *y = json_member_string(b, criterion_keys[i]);

		if (strcmp(x && *x    ? x
			   : is_class ? "default"
				      : "",
			   y && *y    ? y
			   : is_class ? "default"
				      : "") != 0)
			return false;
	}
	return true;
}

/* ERROR_CONFLICT when a definition of the type has such a rule already; `but` is left out. */
static int
check_others(const struct definitions *others, const json_t *criteria, const char *type,
	     const char *but, struct error *err)
{
	const json_t *rule, *other;
	size_t k, m;

	for (size_t i = 0; i < others->count; i++) {
		const struct definition *definition = &others->items[i];

		if (!untrusted_is(&definition->type, type) ||
		    (but && untrusted_is(&definition->id, but)))
			continue;
		json_array_foreach(criteria, k, rule)
			json_array_foreach(json_object_get(definition->document, "criteria"), m,
					   other)
				if (is_same_rule(rule, other))
					return error_set_code(
						err, CODE_CRITERION_OF_OTHER_DEFINITION,
						.definition = untrusted_raw(&definition->id),
						.type = type);
	}
	return 0;
}

static int
check_duplicates(struct platform *platform, const char *org, const json_t *criteria,
		 const char *type, const char *but, struct error *err)
{
	struct definitions others;
	const json_t *rule;
	size_t k, m;
	int ret = repository_definitions(platform->repository, org, &others, err);

	if (ret == 0)
		ret = check_others(&others, criteria, type, but, err);
	definitions_clear(&others);
	json_array_foreach(criteria, k, rule)
		for (m = 0; m < k && ret == 0; m++)
			if (is_same_rule(rule, json_array_get(criteria, m)))
				ret = error_set_code(err, CODE_CRITERION_TWICE);
	return ret;
}

/* The criteria of a body as they are kept; NULL with err. */
static json_t *
take_criteria(struct platform *platform, const char *org, const json_t *criteria, const char *type,
	      const char *but, struct error *err)
{
	json_t *kept;
	const json_t *criterion;
	size_t i;

	if (criteria && !json_is_null(criteria) && !json_is_array(criteria)) {
		error_set_code(err, CODE_MEMBER_NOT_LIST, .member = "criteria");
		return NULL;
	}
	if (json_array_size(criteria) > CRITERIA_MAX) {
		error_set_code(err, CODE_TOO_MANY_CRITERIA, .max = CRITERIA_MAX);
		return NULL;
	}
	json_array_foreach(criteria, i, criterion)
		if (check_criterion(criterion, err) != 0)
			return NULL;
	if (check_duplicates(platform, org, criteria, type, but, err) != 0)
		return NULL;
	kept = json_array();
	json_array_foreach(criteria, i, criterion)
		json_array_append_new(kept, keep_criterion(criterion));
	return kept;
}

/* --- writing --- */

static const char *const settable[] = {"name", "driver_type", "driver_account", "driver_inputs",
				       "provision", "in_place_driver_change"};
#define SETTABLE (sizeof(settable) / sizeof(settable[0]))

static void
stamp_body(json_t *body, const char *at, const char *by, const struct request *request)
{
	char stamp[CLOCK_STAMP_SIZE];

	clock_stamp(stamp, clock_wall_ms());
	json_object_set_new(body, at, json_string(stamp));
	json_object_set_new(body, by, json_string(request_user(request)));
}

/* POST /orgs/{orgId}/resources/defs: add a definition. */
int
create_definition(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	static const char *const required[] = {"id", "name", "type", "driver_type"};
	const char *id = json_member_string(request->body, "id");
	json_t *body, *criteria = NULL, *inputs;
	int ret = -1;

	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (check_text(request->body, required[i], true, err) != 0)
			return -1;
	if (!ids_is_name(id))
		return error_set_code(err, CODE_DEFINITION_ID_INVALID, .definition = id);
	if (definition_check(platform, request->place.org, request->body, err) != 0)
		return -1;
	inputs = definition_inputs_take(platform, request->place.org, id,
					json_object_get(request->body, "driver_inputs"), err);
	if (inputs)
		criteria = take_criteria(platform, request->place.org,
					 json_object_get(request->body, "criteria"),
					 json_member_string(request->body, "type"), NULL, err);
	if (!criteria) {
		json_decref(inputs);
		return -1;
	}
	body = json_pack("{s:s, s:s, s:o}", "id", id, "type",
			 json_member_string(request->body, "type"), "criteria", criteria);
	for (size_t i = 0; i < SETTABLE; i++)
		json_object_set(body, settable[i], json_object_get(request->body, settable[i]));
	json_object_set_new(body, "driver_inputs", inputs);
	stamp_body(body, "created_at", "created_by", request);
	if (repository_put_definition(platform->repository, request->place.org, id, body, err) == 0)
		ret = answer(response, 200, whole_of(platform, request->place.org, body));
	else if (err->kind == ERROR_CONFLICT)
		error_set_code(err, CODE_DEFINITION_EXISTS, .definition = id);
	json_decref(body);
	return ret;
}

/* PUT takes all of it and needs a name, PATCH what is given. */
static int
change_definition(struct platform *platform, const struct request *request,
		  struct response *response, bool all, struct error *err)
{
	const char *org = request->place.org, *id = request->ids[0];
	json_t *body = repository_definition(platform->repository, org, id, err), *inputs;
	int ret = -1;

	if (!body)
		return -1;
	inputs = definition_inputs_take(platform, org, id,
					json_object_get(request->body, "driver_inputs"), err);
	if (!inputs || check_text(request->body, "name", all, err) != 0 ||
	    check_text(request->body, "driver_type", false, err) != 0)
		goto out;
	for (size_t i = 0; i < SETTABLE; i++) {
		json_t *value = json_object_get(request->body, settable[i]);

		if (value)
			json_object_set(body, settable[i], value);
		else if (all && strcmp(settable[i], "driver_type") != 0)
			json_object_del(body, settable[i]);
	}
	if (json_object_get(request->body, "driver_inputs"))
		json_object_set(body, "driver_inputs", inputs);
	/* One of before, whose driver is not here any more, may still get another name. */
	if ((json_object_get(request->body, "driver_type") ||
	     json_object_get(request->body, "driver_inputs")) &&
	    definition_check(platform, org, body, err) != 0)
		goto out;
	stamp_body(body, "updated_at", "updated_by", request);
	if (repository_change_definition(platform->repository, org, id, body, err) == 0)
		ret = answer(response, 200, whole_of(platform, org, body));
out:
	json_decref(inputs);
	json_decref(body);
	return ret;
}

/* PUT /orgs/{orgId}/resources/defs/{defId}: replace a definition. */
int
put_definition(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	return change_definition(platform, request, response, true, err);
}

/* PATCH /orgs/{orgId}/resources/defs/{defId}: change members of a definition. */
int
patch_definition(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	return change_definition(platform, request, response, false, err);
}

static bool
is_forced(const struct request *request)
{
	const char *force = request_query(request, "force");

	return force && strcmp(force, "true") == 0;
}

/* What is active by it, as the changes that its end would make; 409 unless it is forced. */
int
delete_definition(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	const char *org = request->place.org, *id = request->ids[0];
	json_t *used;

	if (!is_forced(request)) {
		used = repository_uses_of_definition(platform->repository, org, id, err);
		if (!used)
			return -1;
		if (json_array_size(used) > 0)
			return answer(response, 409, used);
		json_decref(used);
	}
	response->status = 204;
	return repository_drop_definition(platform->repository, org, id, err);
}

/* GET /orgs/{orgId}/resources/defs/{defId}/resources: the resources a definition provides now. */
int
list_resources_by_definition(struct platform *platform, const struct request *request,
			     struct response *response, struct error *err)
{
	return answer(response, 200, repository_resources_by_definition(platform->repository,
									request->place.org,
									request->ids[0], err));
}

/* --- criteria --- */

/* PUT /orgs/{orgId}/resources/defs/{defId}/criteria: replace all criteria of a definition. */
int
put_criteria(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	const char *org = request->place.org, *id = request->ids[0];
	json_t *body = repository_definition(platform->repository, org, id, err), *criteria;
	int ret = -1;

	if (!body)
		return -1;
	criteria = take_criteria(platform, org, request->body, json_member_string(body, "type"), id,
				 err);
	if (criteria) {
		json_object_set_new(body, "criteria", criteria);
		stamp_body(body, "updated_at", "updated_by", request);
		if (repository_change_definition(platform->repository, org, id, body, err) == 0)
			ret = answer(response, 200, definition_criteria(body));
	}
	json_decref(body);
	return ret;
}

/* POST /orgs/{orgId}/resources/defs/{defId}/criteria: add a criterion to a definition. */
int
create_criterion(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	const char *org = request->place.org, *id = request->ids[0];
	json_t *body = repository_definition(platform->repository, org, id, err);
	json_t *one = json_pack("[O]", request->body), *taken = NULL, *all;
	int ret = -1;

	if (body)
		taken = take_criteria(platform, org, one, json_member_string(body, "type"), NULL,
				      err);
	if (taken) {
		all = definition_criteria(
			body); /* from here on all of them have ids of their own */
		json_array_extend(all, taken);
		json_object_set_new(body, "criteria", all);
		stamp_body(body, "updated_at", "updated_by", request);
		if (repository_change_definition(platform->repository, org, id, body, err) == 0) {
			json_t *answered = json_pack("{s:s}", "class", "default");

			json_object_update(answered, json_array_get(taken, 0));
			ret = answer(response, 200, answered);
		}
	}
	json_decref(taken);
	json_decref(one);
	json_decref(body);
	return ret;
}

/* What is active by the definition and would not be without the criterion, as changes. */
static json_t *
affected_without(struct platform *platform, const char *org, const json_t *body, struct error *err)
{
	const char *id = json_member_string(body, "id");
	json_t *active = repository_resources_by_definition(platform->repository, org, id, err);
	json_t *changes = active ? json_array() : NULL, *resource;
	struct definition definition;
	size_t i;

	definition_read(&definition, body);
	json_array_foreach(active, i, resource) {
		const struct match_request request = {
			.type = json_member_string(resource, "type"),
			.resource_class = json_member_string(resource, "class"),
			.app_id = json_member_string(resource, "app_id"),
			.env_id = json_member_string(resource, "env_id"),
			.env_type = json_member_string(resource, "env_type"),
			.res_id = json_member_string(resource, "res_id"),
		};

		if (match_rank(&definition, &request) < 0)
			json_array_append_new(changes,
					      json_pack("{s:s, s:s, s:s, s:s, s:s}", "app_id",
							request.app_id, "env_id", request.env_id,
							"res_id", request.res_id, "from_def", id,
							"to_def", ""));
	}
	definition_clear(&definition);
	json_decref(active);
	return changes;
}

/* DELETE /orgs/{orgId}/resources/defs/{defId}/criteria/{criteriaId}: take a criterion away. */
int
delete_criterion(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	const char *org = request->place.org, *id = request->ids[0];
	json_t *body = repository_definition(platform->repository, org, id, err), *all,
	       *affected = NULL;
	const json_t *criterion;
	size_t i;
	int ret = -1;

	if (!body)
		return -1;
	all = definition_criteria(body);
	json_array_foreach(all, i, criterion)
		if (strcmp(json_member_string(criterion, "id"), request->ids[1]) == 0)
			break;
	if (i == json_array_size(all)) {
		error_set_code(err, CODE_CRITERION_NOT_FOUND, .definition = id,
			       .criterion = request->ids[1]);
	} else {
		json_array_remove(all, i);
		json_object_set(body, "criteria", all);
		affected = is_forced(request) ? json_array()
					      : affected_without(platform, org, body, err);
		stamp_body(body, "updated_at", "updated_by", request);
		response->status = 204;
		if (json_array_size(affected) > 0)
			ret = answer(response, 409, json_incref(affected));
		else if (affected)
			ret = repository_change_definition(platform->repository, org, id, body,
							   err);
	}
	json_decref(affected);
	json_decref(all);
	json_decref(body);
	return ret;
}
