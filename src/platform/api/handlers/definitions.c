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
#include "model/match.h"
#include "model/members.h"
#include "platform/api/handlers/misfit.h"
#include "platform/engine/cluster-definition.h"
#include "platform/engine/definition-check.h"
#include "platform/state/definition-inputs.h"
#include "platform/state/definition.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"

#define CRITERION_ID_DIGITS 16
/* Each is compared with all others of its type when a definition is written. */
#define CRITERIA_MAX 200

/* --- on the way out --- */

/* As it is kept, and then as it goes out: it is completed for that. */
static json_t *
encode_whole(const struct platform *platform, const char *org, struct definition *definition,
	     const json_t *kept)
{
	char version[DEFINITION_VERSION_SIZE];
	json_t *inputs = definition->driver_inputs;

	definition_version(version, kept);
	untrusted_set(&definition->active_version_id, version);
	if (!definition->org_id.raw)
		untrusted_set(&definition->org_id, org);
	/* What an import does not say is from the daemon's start. */
	if (definition->created_at == 0)
		definition->created_at = platform->started_at;
	if (!definition->created_by.raw)
		untrusted_set(&definition->created_by, platform->user);
	if (inputs)
		definition->driver_inputs =
			definition_inputs_shown(org, untrusted_raw(&definition->id), inputs);
	json_decref(inputs);
	definition_complete_criteria(definition);
	return definition_encode(definition);
}

/* --- listing --- */

struct ranked {
	struct definition *definition;
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
rank_matching(struct ranked *out, struct definitions *all, const struct request *request)
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
		struct definition *definition = &all->items[i];
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
		json_array_append_new(list, encode_whole(platform, org, ranked[i].definition,
							 ranked[i].definition->document));
	free(ranked);
	definitions_clear(&all);
	return answer(response, 200, list);
}

/* GET /orgs/{orgId}/resources/defs/{defId}: one definition. */
int
get_definition(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	const char *org = request->place.org;
	struct definition definition;

	if (repository_read_definition(platform->repository, org, request->ids[0], &definition,
				       err) != 0)
		return -1;
	answer(response, 200, encode_whole(platform, org, &definition, definition.document));
	definition_clear(&definition);
	return 0;
}

/* --- what may be sent --- */

static int
check_text(const json_t *body, const char *key, bool required, struct error *err)
{
	const json_t *value = json_object_get(body, key);

	if (!value || (required && json_is_null(value)))
		return required ? error_set_code(err, CODE_DEFINITION_LACKS_MEMBER, .member = key)
				: 0;
	return json_is_string(value) && *json_string_value(value)
		       ? 0
		       : error_set_code(err, CODE_MEMBER_NOT_TEXT, .member = key);
}

static int
check_criterion(const json_t *criterion, struct error *err)
{
	const struct member *misfit = criterion_misfit(criterion);

	if (!json_is_object(criterion))
		return error_set_code(err, CODE_CRITERION_NOT_OBJECT);
	return misfit ? error_set_code(err, CODE_CRITERION_MEMBER_NOT_TEXT, .member = misfit->key)
		      : 0;
}

static int
check_criteria(const json_t *criteria, struct error *err)
{
	const json_t *criterion;
	size_t i;

	if (criteria && !json_is_null(criteria) && !json_is_array(criteria))
		return error_set_code(err, CODE_MEMBER_NOT_LIST, .member = "criteria");
	if (json_array_size(criteria) > CRITERIA_MAX)
		return error_set_code(err, CODE_TOO_MANY_CRITERIA, .max = CRITERIA_MAX);
	json_array_foreach(criteria, i, criterion)
		if (check_criterion(criterion, err) != 0)
			return -1;
	return 0;
}

static void
keep_text(struct untrusted *out, const struct untrusted *sent)
{
	if (*untrusted_raw(sent))
		untrusted_init(out, sent->raw);
}

/* As it is kept: what says something, and an id. */
static void
keep_criterion(struct definition *definition, const json_t *body)
{
	char id[CRITERION_ID_DIGITS + 1];
	struct criterion sent, kept = {0};

	criterion_read(&sent, body);
	ids_random_hex(id, CRITERION_ID_DIGITS);
	untrusted_init(&kept.id, id);
	keep_text(&kept.env_type, &sent.env_type);
	keep_text(&kept.app_id, &sent.app_id);
	keep_text(&kept.env_id, &sent.env_id);
	keep_text(&kept.res_id, &sent.res_id);
	keep_text(&kept.resource_class, &sent.resource_class);
	criterion_clear(&sent);
	definition_add_criterion(definition, &kept);
}

static bool
has_criterion(const struct definition *definition, const struct criterion *criterion)
{
	for (size_t i = 0; i < definition->criterion_count; i++)
		if (criterion_equal(&definition->criteria[i], criterion))
			return true;
	return false;
}

/* ERROR_CONFLICT when a definition of the type has such a rule already; `but` is left out. */
static int
check_others(const struct definitions *others, const struct definition *definition,
	     size_t from, const char *but, struct error *err)
{
	for (size_t i = 0; i < others->count; i++) {
		const struct definition *other = &others->items[i];

		if (!untrusted_equal(&other->type, &definition->type) ||
		    (but && untrusted_is(&other->id, but)))
			continue;
		for (size_t k = from; k < definition->criterion_count; k++)
			if (has_criterion(other, &definition->criteria[k]))
				return error_set_code(err, CODE_CRITERION_OF_OTHER_DEFINITION,
						      .definition = untrusted_raw(&other->id),
						      .type = untrusted_raw(&definition->type));
	}
	return 0;
}

/* Those from there on must be unlike each other, and unlike all of other definitions. */
static int
check_duplicates(struct platform *platform, const char *org, const struct definition *definition,
		 size_t from, const char *but, struct error *err)
{
	struct definitions others;
	int ret = repository_definitions(platform->repository, org, &others, err);

	if (ret == 0)
		ret = check_others(&others, definition, from, but, err);
	definitions_clear(&others);
	for (size_t k = from; k < definition->criterion_count; k++)
		for (size_t m = from; m < k && ret == 0; m++)
			if (criterion_equal(&definition->criteria[k], &definition->criteria[m]))
				ret = error_set_code(err, CODE_CRITERION_TWICE);
	return ret;
}

/* Puts those that were sent behind those that the definition has. */
static int
take_criteria(struct platform *platform, const char *org, struct definition *definition,
	      const json_t *criteria, const char *but, struct error *err)
{
	size_t from = definition->criterion_count, i;
	const json_t *criterion;

	if (check_criteria(criteria, err) != 0)
		return -1;
	json_array_foreach(criteria, i, criterion)
		keep_criterion(definition, criterion);
	return check_duplicates(platform, org, definition, from, but, err);
}

/* --- writing --- */

#define SETTABLE                                                                                   \
	"name", "driver_account", "driver_inputs", "provision", "in_place_driver_change"

static void
stamp(int64_t *at, struct untrusted *by, const struct request *request)
{
	*at = clock_wall_ms();
	untrusted_set(by, request_user(request));
}

/* In the place of those that it has, as they are kept. */
static int
take_inputs(struct platform *platform, const char *org, struct definition *definition,
	    const json_t *inputs, struct error *err)
{
	json_t *kept = definition_inputs_take(platform, org, untrusted_raw(&definition->id),
					      inputs, err);

	if (!kept)
		return -1;
	json_decref(definition->driver_inputs);
	definition->driver_inputs = kept;
	return 0;
}

/* What a request makes; 0, or -1 with one that is to be cleared all the same. */
static int
read_new(struct platform *platform, const struct request *request, struct definition *out,
	 struct error *err)
{
	static const char *const required[] = {"id", "name", "type", "driver_type"};
	static const char *const keys[] = {"id", "type", "driver_type", SETTABLE, NULL};
	const char *org = request->place.org;
	const json_t *body = request->body;

	*out = (struct definition){0};
	for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
		if (check_text(body, required[i], true, err) != 0)
			return -1;
	definition_change(out, body, keys, true);
	if (!ids_is_name(out->id.raw))
		return error_set_code(err, CODE_DEFINITION_ID_INVALID, .definition = out->id.raw);
	if (refuse_misfit(definition_misfit(body), err) != 0 ||
	    definition_check(platform, org, out, err) != 0 ||
	    take_inputs(platform, org, out, out->driver_inputs, err) != 0)
		return -1;
	stamp(&out->created_at, &out->created_by, request);
	return take_criteria(platform, org, out, json_object_get(body, "criteria"), NULL, err);
}

/* POST /orgs/{orgId}/resources/defs: add a definition. */
int
create_definition(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	const char *org = request->place.org;
	struct definition definition;
	json_t *body;
	int ret = read_new(platform, request, &definition, err);

	if (ret == 0) {
		body = definition_encode(&definition);
		ret = repository_put_definition(platform->repository, org, definition.id.raw, body,
						err);
		if (ret == 0)
			answer(response, 200, encode_whole(platform, org, &definition, body));
		else if (err->kind == ERROR_CONFLICT)
			error_set_code(err, CODE_DEFINITION_EXISTS,
				       .definition = definition.id.raw);
		json_decref(body);
	}
	definition_clear(&definition);
	return ret;
}

/* Keeps it as it is now; `body` becomes what is kept (a new reference). */
static int
keep_changed(struct platform *platform, const struct request *request,
	     struct definition *definition, json_t **body, struct error *err)
{
	stamp(&definition->updated_at, &definition->updated_by, request);
	*body = definition_encode(definition);
	return repository_change_definition(platform->repository, request->place.org,
					    request->ids[0], *body, err);
}

static int
check_change(const json_t *body, bool all, struct error *err)
{
	if (check_text(body, "name", all, err) != 0 ||
	    check_text(body, "driver_type", false, err) != 0)
		return -1;
	return refuse_misfit(definition_misfit(body), err);
}

/* A driver is not taken away.  One of before, whose driver is not here any more, may still get
 * another name. */
static int
apply_change(struct platform *platform, const struct request *request,
	     struct definition *definition, bool all, struct error *err)
{
	static const char *const keys[] = {SETTABLE, NULL}, *const driver[] = {"driver_type", NULL};
	const char *org = request->place.org;
	const json_t *body = request->body, *inputs = json_object_get(body, "driver_inputs");
	int ret;

	definition_change(definition, body, keys, all);
	definition_change(definition, body, driver, false);
	ret = inputs ? take_inputs(platform, org, definition, inputs, err) : 0;
	if (ret != 0 || check_change(body, all, err) != 0)
		return -1;
	return inputs || json_object_get(body, "driver_type")
		       ? definition_check(platform, org, definition, err) : 0;
}

/* PUT takes all of it and needs a name, PATCH what is given. */
static int
change_definition(struct platform *platform, const struct request *request,
		  struct response *response, bool all, struct error *err)
{
	const char *org = request->place.org, *id = request->ids[0];
	struct definition definition;
	json_t *body = NULL;
	int ret = repository_read_definition(platform->repository, org, id, &definition, err);

	if (ret == 0)
		ret = apply_change(platform, request, &definition, all, err);
	if (ret == 0)
		ret = cluster_definition_check_change(platform, org, &definition, err);
	if (ret == 0)
		ret = keep_changed(platform, request, &definition, &body, err);
	if (ret == 0) {
		cluster_definition_changed(platform, org, &definition);
		answer(response, 200, encode_whole(platform, org, &definition, body));
	}
	json_decref(body);
	definition_clear(&definition);
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
	struct definition_changes used = {0};
	int ret = 0;

	if (!is_forced(request))
		ret = repository_uses_of_definition(platform->repository, org, id, &used, err);
	if (ret == 0 && used.count > 0) {
		answer(response, 409, definition_changes_encode(&used));
		definition_changes_clear(&used);
		return 0;
	}
	definition_changes_clear(&used);
	if (ret != 0)
		return -1;
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
	struct definition definition;
	json_t *body = NULL;
	int ret = repository_read_definition(platform->repository, org, id, &definition, err);

	while (definition.criterion_count > 0)
		definition_remove_criterion(&definition, definition.criterion_count - 1);
	if (ret == 0)
		ret = take_criteria(platform, org, &definition, request->body, id, err);
	if (ret == 0)
		ret = keep_changed(platform, request, &definition, &body, err);
	if (ret == 0) {
		definition_complete_criteria(&definition);
		answer(response, 200, definition_encode_criteria(&definition));
	}
	json_decref(body);
	definition_clear(&definition);
	return ret;
}

/* POST /orgs/{orgId}/resources/defs/{defId}/criteria: add a criterion to a definition. */
int
create_criterion(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	const char *org = request->place.org, *id = request->ids[0];
	json_t *one = json_pack("[O]", request->body), *body = NULL;
	struct definition definition;
	int ret = repository_read_definition(platform->repository, org, id, &definition, err);

	definition_complete_criteria(&definition); /* from here on all have ids of their own */
	if (ret == 0)
		ret = take_criteria(platform, org, &definition, one, NULL, err);
	if (ret == 0)
		ret = keep_changed(platform, request, &definition, &body, err);
	if (ret == 0) {
		definition_complete_criteria(&definition);
		answer(response, 200,
		       criterion_encode(&definition.criteria[definition.criterion_count - 1]));
	}
	json_decref(body);
	json_decref(one);
	definition_clear(&definition);
	return ret;
}

static void
add_change(struct definition_changes *out, const struct active_resource *resource)
{
	struct definition_change change = {0};

	untrusted_init(&change.app_id, resource->app_id.raw);
	untrusted_init(&change.env_id, resource->env_id.raw);
	untrusted_init(&change.res_id, resource->res_id.raw);
	untrusted_init(&change.from_def, resource->def_id.raw);
	untrusted_init(&change.to_def, "");
	definition_changes_add(out, &change);
}

/* What is active by the definition and would not be without the criterion. */
static int
affected_without(struct platform *platform, const char *org, const struct definition *definition,
		 struct definition_changes *out, struct error *err)
{
	json_t *active = repository_resources_by_definition(
		platform->repository, org, untrusted_raw(&definition->id), err);
	struct active_resource resource;
	size_t i;
	json_t *body;

	json_array_foreach(active, i, body) {
		active_resource_read(&resource, body);
		if (match_rank(definition, &(struct match_request){
						   .type = resource.type.raw,
						   .resource_class = resource.resource_class.raw,
						   .app_id = resource.app_id.raw,
						   .env_id = resource.env_id.raw,
						   .env_type = resource.env_type.raw,
						   .res_id = resource.res_id.raw,
					   }) < 0)
			add_change(out, &resource);
		active_resource_clear(&resource);
	}
	json_decref(active);
	return active ? 0 : -1;
}

static size_t
find_criterion(const struct definition *definition, const char *id)
{
	size_t i = 0;

	while (i < definition->criterion_count && !untrusted_is(&definition->criteria[i].id, id))
		i++;
	return i;
}

/* Without it, unless something is active by it: then `changes` is what that is. */
static int
drop_criterion(struct platform *platform, const struct request *request,
	       struct definition *definition, struct definition_changes *changes,
	       struct error *err)
{
	const char *id = request->ids[1];
	size_t at = find_criterion(definition, id);
	json_t *body = NULL;
	int ret = 0;

	if (at == definition->criterion_count)
		return error_set_code(err, CODE_CRITERION_NOT_FOUND,
				      .definition = request->ids[0], .criterion = id);
	definition_remove_criterion(definition, at);
	if (!is_forced(request))
		ret = affected_without(platform, request->place.org, definition, changes, err);
	if (ret == 0 && changes->count == 0)
		ret = keep_changed(platform, request, definition, &body, err);
	json_decref(body);
	return ret;
}

/* DELETE /orgs/{orgId}/resources/defs/{defId}/criteria/{criteriaId}: take a criterion away. */
int
delete_criterion(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	struct definition_changes changes = {0};
	struct definition definition;
	int ret = repository_read_definition(platform->repository, request->place.org,
					     request->ids[0], &definition, err);

	definition_complete_criteria(&definition);
	if (ret == 0)
		ret = drop_criterion(platform, request, &definition, &changes, err);
	response->status = 204;
	if (changes.count > 0)
		answer(response, 409, definition_changes_encode(&changes));
	definition_changes_clear(&changes);
	definition_clear(&definition);
	return ret;
}
