/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which driver an environment has: matched once, remembered before anything is made, and from
 * then on only looked up.
 *
 * Of two definitions that match equally well, all other resources take the first by its id.
 * Here that is refused, since an environment in the wrong cluster is no small surprise.  A
 * refusal says what was tried, because the person who reads it has to mend a definition that
 * somebody else wrote.
 */
#include "config.h"

#include "platform/engine/env-driver.h"

#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/match.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/state/definition.h"
#include "platform/state/repository-resources.h"

#define TRIED_MAX 250 /* bytes of criteria after which a sentence names no more of them */
#define TEXT_MAX (16u * 1024)

/* --- in words --- */

/* "env_type production, app_id shop".  In the API's own names: that is what
 * is to be typed where it is mended. */
static void
put_criterion(struct buf *text, const json_t *criterion)
{
	static const char *const keys[] = {"env_type", "app_id", "env_id", "res_id", "class"};
	size_t before = text->length;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = json_member_string(criterion, keys[i]);

		if (!value || !*value ||
		    (strcmp(keys[i], "class") == 0 && strcmp(value, "default") == 0))
			continue;
		buf_printf(text, "%s%s %s", text->length > before ? ", " : "", keys[i], value);
	}
	if (text->length == before)
		buf_puts(text, "any environment");
}

/* "east (env_type qa; env_type development)". */
static void
put_definition(struct buf *text, const json_t *body)
{
	const json_t *criteria = json_object_get(body, "criteria"), *criterion;
	size_t i;

	buf_printf(text, "%s%s (", text->length > 0 ? ", " : "", json_member_string(body, "id"));
	json_array_foreach(criteria, i, criterion) {
		buf_puts(text, i > 0 ? "; " : "");
		if (text->length > TRIED_MAX) {
			buf_puts(text, "...");
			break;
		}
		put_criterion(text, criterion);
	}
	buf_printf(text, "%s)", json_array_size(criteria) > 0 ? "" : "no criterion");
}

static bool
is_cluster(const json_t *body)
{
	const char *type = json_member_string(body, "type");

	return type && strcmp(type, DEFINITION_CLUSTER) == 0;
}

static int
refuse_unmatched(const json_t *definitions, const struct match_request *request, struct error *err)
{
	const json_t *row;
	struct buf tried;
	size_t i;

	buf_init(&tried, TEXT_MAX);
	json_array_foreach(definitions, i, row)
		if (tried.length <= TRIED_MAX && is_cluster(json_object_get(row, "body")))
			put_definition(&tried, json_object_get(row, "body"));
	if (tried.length == 0)
		error_set_code(err, CODE_NO_CLUSTER_DEFINITION, .env = request->env_id,
			       .type = DEFINITION_CLUSTER);
	else
		error_set_code(err, CODE_NO_CLUSTER_MATCHES, .env = request->env_id,
			       .type = DEFINITION_CLUSTER, .env_type = request->env_type,
			       .app = request->app_id, .tried = buf_str(&tried));
	buf_clear(&tried);
	return -1;
}

/* --- matching --- */

struct choice {
	const json_t *body, *equal; /* equal: another one of the same rank; NULL: none */
	int rank;
};

static int
refuse_equal(const struct choice *choice, const struct match_request *request, struct error *err)
{
	struct buf text;
	int rank;

	buf_init(&text, TEXT_MAX);
	put_criterion(&text,
		      match_criterion(json_object_get(choice->body, "criteria"), request, &rank));
	error_set_code(err, CODE_CLUSTERS_MATCH_EQUALLY, .env = request->env_id,
		       .definition = json_member_string(choice->body, "id"),
		       .other = json_member_string(choice->equal, "id"), .tried = buf_str(&text));
	buf_clear(&text);
	return -1;
}

static void
consider(struct choice *choice, const json_t *body, const struct match_request *request)
{
	int rank = match_rank(body, request);

	if (rank < 0 || rank < choice->rank)
		return;
	if (rank == choice->rank)
		choice->equal = body;
	else
		*choice = (struct choice){body, NULL, rank};
}

/* Borrowed from the definitions; NULL with err. */
static const json_t *
choose(const json_t *definitions, const struct match_request *request, struct error *err)
{
	struct choice choice = {.rank = -1};
	const json_t *row;
	size_t i;

	json_array_foreach(definitions, i, row)
		if (is_cluster(json_object_get(row, "body")))
			consider(&choice, json_object_get(row, "body"), request);
	if (!choice.body)
		refuse_unmatched(definitions, request, err);
	else if (choice.equal)
		refuse_equal(&choice, request, err);
	return choice.equal ? NULL : choice.body;
}

/* As repository_env_driver(), of what is not remembered yet. */
static json_t *
match_type(struct platform *platform, const struct place *place, const char *env_type,
	   struct error *err)
{
	json_t *definitions = repository_definitions(platform->repository, place->org, err);
	struct match_request request = {
		.type = DEFINITION_CLUSTER,
		.resource_class = "default",
		.app_id = place->app,
		.env_id = place->env,
		.env_type = env_type,
		.res_id = DEFINITION_CLUSTER,
	};
	const json_t *body = definitions ? choose(definitions, &request, err) : NULL;
	json_t *chosen = NULL;

	if (body)
		chosen = json_pack("{s:s, s:s}", "driver_type",
				   json_member_string(body, "driver_type"), "def_id",
				   json_member_string(body, "id"));
	json_decref(definitions);
	return chosen;
}

static json_t *
match(struct platform *platform, const struct place *place, struct error *err)
{
	json_t *env = repository_environment(platform->repository, place, err);
	json_t *chosen = env ? match_type(platform, place, json_member_string(env, "type"), err)
			     : NULL;

	json_decref(env);
	return chosen;
}

/* --- the driver --- */

/* Where it is remembered, no change of a definition helps: what was made is that driver's. */
static struct driver *
find_driver(struct platform *platform, const struct place *place, const json_t *choice,
	    bool is_new, struct error *err)
{
	const char *driver_type = json_member_string(choice, "driver_type");
	struct driver *driver = drivers_find(platform->drivers, driver_type);

	if (!driver && is_new)
		error_set_code(err, CODE_DRIVER_NOT_HERE, .env = place->env,
			       .definition = json_member_string(choice, "def_id"),
			       .driver = driver_type);
	else if (!driver)
		error_set_code(err, CODE_DRIVER_OF_ENVIRONMENT_NOT_HERE, .env = place->env,
			       .driver = driver_type);
	return driver;
}

/* What is remembered, else what matches. */
static json_t *
find_choice(struct platform *platform, const struct place *place, bool *is_new, struct error *err)
{
	json_t *known = repository_env_driver(platform->repository, place, err);

	*is_new = !known && err->kind == ERROR_NOT_FOUND;
	if (!*is_new)
		return known;
	*err = (struct error){0};
	return match(platform, place, err);
}

struct driver *
env_driver(struct platform *platform, const struct place *place, struct error *err)
{
	bool is_new;
	json_t *choice = find_choice(platform, place, &is_new, err);
	struct driver *driver = choice ? find_driver(platform, place, choice, is_new, err) : NULL;

	json_decref(choice);
	return driver;
}

struct driver *
env_driver_of_type(struct platform *platform, const struct place *place, const char *env_type,
		   struct error *err)
{
	json_t *choice = match_type(platform, place, env_type, err);
	struct driver *driver = choice ? find_driver(platform, place, choice, true, err) : NULL;

	json_decref(choice);
	return driver;
}

struct driver *
env_driver_keep(struct platform *platform, const struct place *place, struct error *err)
{
	bool is_new;
	json_t *choice = find_choice(platform, place, &is_new, err);
	struct driver *driver = choice ? find_driver(platform, place, choice, is_new, err) : NULL;

	if (driver && is_new &&
	    repository_put_env_driver(platform->repository, place, choice, err) != 0)
		driver = NULL;
	json_decref(choice);
	return driver;
}

struct driver *
env_driver_made(struct platform *platform, const struct place *place, struct error *err)
{
	json_t *known = repository_env_driver(platform->repository, place, err);
	struct driver *driver = known ? find_driver(platform, place, known, false, err) : NULL;

	json_decref(known);
	return driver;
}

int
env_driver_check(struct platform *platform, const struct place *place, struct error *err)
{
	struct error why = {0};

	if (env_driver_made(platform, place, &why) || why.kind == ERROR_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}
