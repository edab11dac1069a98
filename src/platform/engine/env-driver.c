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
#include "base/text.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/match.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/state/definition.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-resources.h"

#define TRIED_MAX 250 /* bytes of criteria after which a sentence names no more of them */
#define TEXT_MAX (16u * 1024)

/* --- in words --- */

/* "env_type production, app_id shop".  In the API's own names: that is what
 * is to be typed where it is mended. */
static void
put_criterion(struct buf *text, const struct criterion *criterion)
{
	const struct {
		const char *name, *value;
	} fields[] = {
		{"env_type", untrusted_raw(&criterion->env_type)},
		{"app_id", untrusted_raw(&criterion->app_id)},
		{"env_id", untrusted_raw(&criterion->env_id)},
		{"res_id", untrusted_raw(&criterion->res_id)},
		{"class", untrusted_is(&criterion->resource_class, "default")
				  ? ""
				  : untrusted_raw(&criterion->resource_class)},
	};
	size_t before = text->length;

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (*fields[i].value)
			buf_printf(text, "%s%s %s", text->length > before ? ", " : "",
				   fields[i].name, fields[i].value);
	if (text->length == before)
		buf_puts(text, "any environment");
}

/* "east (env_type qa; env_type development)". */
static void
put_definition(struct buf *text, const struct definition *definition)
{
	buf_printf(text, "%s%s (", text->length > 0 ? ", " : "", untrusted_raw(&definition->id));
	for (size_t i = 0; i < definition->criterion_count; i++) {
		buf_puts(text, i > 0 ? "; " : "");
		if (text->length > TRIED_MAX) {
			buf_puts(text, "...");
			break;
		}
		put_criterion(text, &definition->criteria[i]);
	}
	buf_printf(text, "%s)", definition->criterion_count > 0 ? "" : "no criterion");
}

static bool
is_cluster(const struct definition *definition)
{
	return untrusted_is(&definition->type, DEFINITION_CLUSTER);
}

static int
refuse_unmatched(const struct definitions *definitions, const struct match_request *request,
		 struct error *err)
{
	struct buf tried;

	buf_init(&tried, TEXT_MAX);
	for (size_t i = 0; i < definitions->count; i++)
		if (tried.length <= TRIED_MAX && is_cluster(&definitions->items[i]))
			put_definition(&tried, &definitions->items[i]);
	if (tried.length == 0)
		error_set_code(err, CODE_CLUSTER_DEFINITION_MISSING, .env = request->env_id,
			       .type = DEFINITION_CLUSTER);
	else
		error_set_code(err, CODE_CLUSTER_NOT_MATCHED, .env = request->env_id,
			       .type = DEFINITION_CLUSTER, .env_type = request->env_type,
			       .app = request->app_id, .tried = buf_str(&tried));
	buf_clear(&tried);
	return -1;
}

/* --- matching --- */

struct choice {
	const struct definition *best, *equal; /* equal: another one of the same rank; NULL: none */
	int rank;
};

static int
refuse_equal(const struct choice *choice, const struct match_request *request, struct error *err)
{
	struct buf text;
	int rank;

	buf_init(&text, TEXT_MAX);
	put_criterion(&text, match_criterion(choice->best, request, &rank));
	error_set_code(err, CODE_CLUSTER_AMBIGUOUS, .env = request->env_id,
		       .definition = untrusted_raw(&choice->best->id),
		       .other = untrusted_raw(&choice->equal->id), .tried = buf_str(&text));
	buf_clear(&text);
	return -1;
}

static void
consider(struct choice *choice, const struct definition *definition,
	 const struct match_request *request)
{
	int rank = match_rank(definition, request);

	if (rank < 0 || rank < choice->rank)
		return;
	if (rank == choice->rank)
		choice->equal = definition;
	else
		*choice = (struct choice){definition, NULL, rank};
}

/* Borrowed from the definitions; NULL with err. */
static const struct definition *
choose(const struct definitions *definitions, const struct match_request *request,
       struct error *err)
{
	struct choice choice = {.rank = -1};

	for (size_t i = 0; i < definitions->count; i++)
		if (is_cluster(&definitions->items[i]))
			consider(&choice, &definitions->items[i], request);
	if (!choice.best)
		refuse_unmatched(definitions, request, err);
	else if (choice.equal)
		refuse_equal(&choice, request, err);
	return choice.equal ? NULL : choice.best;
}

/* As repository_env_driver(), of what is not remembered yet. */
static json_t *
match_type(struct platform *platform, const struct place *place, const char *env_type,
	   struct error *err)
{
	struct match_request request = {
		.type = DEFINITION_CLUSTER,
		.resource_class = "default",
		.app_id = place->app,
		.env_id = place->env,
		.env_type = env_type,
		.res_id = DEFINITION_CLUSTER,
	};
	struct definitions definitions;
	const struct definition *found;
	json_t *chosen = NULL;

	if (repository_definitions(platform->repository, place->org, &definitions, err) != 0)
		return NULL;
	found = choose(&definitions, &request, err);
	if (found)
		chosen = json_pack("{s:s, s:s}", "driver_type", untrusted_raw(&found->driver_type),
				   "def_id", untrusted_raw(&found->id));
	definitions_clear(&definitions);
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
