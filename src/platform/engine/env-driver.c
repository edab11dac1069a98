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

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/match.h"
#include "model/nouns.h"
#include "model/set.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/engine/cluster-definition.h"
#include "platform/engine/env-namespace.h"
#include "platform/state/definition.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository-sets.h"

#define MADE_DIGITS 16

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

static int
refuse_unmatched(const struct definitions *definitions, const struct match_request *request,
		 struct error *err)
{
	struct buf tried;

	buf_init(&tried, TEXT_MAX);
	for (size_t i = 0; i < definitions->count; i++)
		if (tried.length <= TRIED_MAX &&
		    untrusted_is(&definitions->items[i].type, DEFINITION_CLUSTER))
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
	int rank = definition->is_deleted ? -1 : match_rank(definition, request);

	if (rank < 0 || rank < choice->rank)
		return;
	if (rank == choice->rank)
		choice->equal = definition;
	else
		*choice = (struct choice){definition, NULL, rank};
}

/* Of one type; borrowed from the definitions.  NULL, also without err: none matches. */
static const struct definition *
choose(const struct definitions *definitions, const struct match_request *request,
       struct error *err)
{
	struct choice choice = {.rank = -1};

	for (size_t i = 0; i < definitions->count; i++)
		if (untrusted_is(&definitions->items[i].type, request->type))
			consider(&choice, &definitions->items[i], request);
	if (!choice.equal)
		return choice.best;
	refuse_equal(&choice, request, err);
	return NULL;
}

/* The resource of that type, which each environment has. */
static struct match_request
request_for(const struct place *place, const char *type, const char *env_type)
{
	return (struct match_request){
		.type = type,
		.resource_class = "default",
		.app_id = place->app,
		.env_id = place->env,
		.env_type = env_type,
		.res_id = type,
	};
}

/* 0 with the driver in a home that is empty; -1 with err. */
static int
match_cluster(const struct platform *platform, const struct definitions *definitions,
	      const struct place *place, const char *env_type, struct env_home *out,
	      struct error *err)
{
	const struct match_request request = request_for(place, DEFINITION_CLUSTER, env_type);
	struct error why = {0};
	const struct definition *found = choose(definitions, &request, &why);

	if (!found) {
		if (why.kind == ERROR_NONE)
			return refuse_unmatched(definitions, &request, err);
		*err = why;
		return -1;
	}
	*out = (struct env_home){
		.driver_type = xstrdup(untrusted_raw(&found->driver_type)),
		.def_id = xstrdup(untrusted_raw(&found->id)),
		.namespace = xstrdup(""),
		.namespace_def = xstrdup(""),
		.cluster = cluster_definition_name(platform, place->org, found),
		.labels = json_object(),
		.origin = xstrdup(""),
	};
	return 0;
}

/* --- the namespace --- */

/* Where a driver is missing, which is refused later, the namespace is as its definition says. */
static int
match_namespace(struct platform *platform, const struct definitions *definitions,
		const struct place *place, const struct environment *env, struct env_home *home,
		struct error *err)
{
	const struct match_request request = request_for(place, DEFINITION_NAMESPACE,
							 untrusted_raw(&env->type));
	struct driver *driver = NULL;
	struct error why = {0}, ignored = {0};
	const struct definition *found = choose(definitions, &request, &why);

	if (why.kind != ERROR_NONE) {
		*err = why;
		return -1;
	}
	if (platform->drivers)
		driver = cluster_definition_driver(platform, home->driver_type, home->cluster,
						   &ignored);
	return env_namespace_decide(platform, driver, found, place, env, home, err);
}

/* --- the home --- */

/* Of a clone: where what its base was found in lies, which is nothing to be guessed later, when the
 * base may be gone.  Only in the same cluster. */
static void
find_origin(struct platform *platform, const struct place *place, const struct environment *env,
	    struct env_home *home)
{
	const char *base = env->from_deploy.env_id.raw;
	const struct place there = {place->org, place->app, base ? base : ""};
	struct error ignored = {0};
	struct env_home of;

	if (!base || repository_env_home(platform->repository, &there, &of, &ignored) != 0)
		return;
	if (strcmp(of.driver_type, home->driver_type) == 0 &&
	    strcmp(of.cluster, home->cluster) == 0) {
		free(home->origin);
		home->origin = xstrdup(of.is_adopted ? of.namespace : of.origin);
		home->made = xcalloc(1, MADE_DIGITS + 1);
		ids_random_hex(home->made, MADE_DIGITS);
	}
	env_home_clear(&of);
}

static int
match_all(struct platform *platform, const struct place *place, const struct environment *env,
	  struct env_home *out, struct error *err)
{
	struct definitions definitions;
	int ret;

	if (repository_definitions(platform->repository, place->org, &definitions, err) != 0)
		return -1;
	ret = match_cluster(platform, &definitions, place, untrusted_raw(&env->type), out, err);
	if (ret == 0 && match_namespace(platform, &definitions, place, env, out, err) != 0) {
		env_home_clear(out);
		ret = -1;
	}
	if (ret == 0)
		find_origin(platform, place, env, out);
	definitions_clear(&definitions);
	return ret;
}

/* What is remembered, else what matches. */
static int
find_home(struct platform *platform, const struct place *place, struct env_home *out, bool *is_new,
	  struct error *err)
{
	struct environment env;
	struct error why = {0};
	int ret;

	*is_new = repository_env_home(platform->repository, place, out, &why) != 0;
	if (!*is_new)
		return 0;
	if (why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	if (repository_read_environment(platform->repository, place, &env, err) != 0)
		return -1;
	ret = match_all(platform, place, &env, out, err);
	environment_clear(&env);
	return ret;
}

/* --- the driver --- */

/* Where it is remembered, no change of a definition helps: what was made is that driver's. */
static void
refuse_missing(const struct place *place, const struct env_home *home, bool is_new,
	       struct error *err)
{
	if (*home->cluster && is_new)
		error_set_code(err, CODE_CLUSTER_NOT_HERE, .env = place->env,
			       .definition = home->def_id, .name = home->cluster);
	else if (*home->cluster)
		error_set_code(err, CODE_CLUSTER_OF_ENVIRONMENT_NOT_HERE, .env = place->env,
			       .name = home->cluster);
	else if (is_new)
		error_set_code(err, CODE_DRIVER_NOT_HERE, .env = place->env,
			       .definition = home->def_id, .driver = home->driver_type);
	else
		error_set_code(err, CODE_DRIVER_OF_ENVIRONMENT_NOT_HERE, .env = place->env,
			       .driver = home->driver_type);
}

static struct driver *
find_driver(struct platform *platform, const struct place *place, const struct env_home *home,
	    bool is_new, struct error *err)
{
	struct error why = {0};
	struct driver *driver = cluster_definition_driver(platform, home->driver_type,
							  home->cluster, &why);

	if (!driver && why.kind != ERROR_NONE)
		*err = why;
	else if (!driver)
		refuse_missing(place, home, is_new, err);
	return driver;
}

/* Objects that were found in a cluster. */
static bool
has_found_objects(struct platform *platform, const struct place *place, const char *set_id)
{
	struct error ignored = {0};
	struct set *set = repository_set(platform->repository, place, set_id, &ignored);
	const char *name;
	json_t *module;
	bool has = false;

	json_object_foreach(set ? set_modules(set) : NULL, name, module)
		has |= manifests_is(json_member_string(module, "profile"));
	set_unref(set);
	return has;
}

/* Where a base lay that is gone nobody knows any more; and what was found in a cluster must not run
 * a second time as it does there. */
static int
check_base(struct platform *platform, const struct place *place, const struct env_home *home,
	   struct error *err)
{
	struct environment env;
	struct error why = {0};
	struct place base = {place->org, place->app, NULL};
	int ret = 0;

	if (*home->origin)
		return 0;
	if (repository_read_environment(platform->repository, place, &env, err) != 0)
		return -1;
	base.env = env.from_deploy.env_id.raw;
	if (base.env && repository_has(platform->repository, &base, &why) != 0 &&
	    has_found_objects(platform, place, untrusted_raw(&env.from_deploy.set_id)))
		ret = error_set_code(err, CODE_CLONE_ORIGINAL_GONE, .env = place->env,
				     .other = base.env);
	environment_clear(&env);
	return ret;
}

static struct driver *
find(struct platform *platform, const struct place *place, bool is_kept, struct env_home *home,
     bool *is_new, struct error *err)
{
	struct driver *driver;

	*home = (struct env_home){0};
	if (find_home(platform, place, home, is_new, err) != 0)
		return NULL;
	driver = find_driver(platform, place, home, *is_new, err);
	if (driver && *is_new && is_kept &&
	    (check_base(platform, place, home, err) != 0 ||
	     repository_put_env_home(platform->repository, place, home, err) != 0))
		driver = NULL;
	return driver;
}

struct driver *
env_driver(struct platform *platform, const struct place *place, struct error *err)
{
	struct env_home home;
	bool is_new;
	struct driver *driver = find(platform, place, false, &home, &is_new, err);

	env_home_clear(&home);
	return driver;
}

struct driver *
env_driver_keep(struct platform *platform, const struct place *place, struct env_home *home,
		bool *is_new, struct error *err)
{
	return find(platform, place, true, home, is_new, err);
}

/* If it stays it is only in the way of a definition that is mended. */
void
env_driver_forget(struct platform *platform, const struct place *place)
{
	struct error err = {0};

	if (repository_drop_env_home(platform->repository, place, &err) != 0)
		log_line(LOG_PRIORITY_WARNING, "cannot forget where an environment was to be made",
			 "env", place->env, "error", err.text, NULL);
}

struct driver *
env_driver_of_type(struct platform *platform, const struct place *place, const char *env_type,
		   struct error *err)
{
	struct driver *driver = NULL;
	struct definitions definitions;
	struct env_home home;

	if (repository_definitions(platform->repository, place->org, &definitions, err) != 0)
		return NULL;
	if (match_cluster(platform, &definitions, place, env_type, &home, err) == 0) {
		driver = find_driver(platform, place, &home, true, err);
		env_home_clear(&home);
	}
	definitions_clear(&definitions);
	return driver;
}

struct driver *
env_driver_made_at(struct platform *platform, const struct place *place, struct env_home *home,
		   struct error *err)
{
	if (repository_env_home(platform->repository, place, home, err) != 0)
		return NULL;
	return find_driver(platform, place, home, false, err);
}

struct driver *
env_driver_made(struct platform *platform, const struct place *place, struct error *err)
{
	struct env_home home;
	struct driver *driver = env_driver_made_at(platform, place, &home, err);

	env_home_clear(&home);
	return driver;
}

bool
env_driver_is_bare(struct platform *platform, const struct place *place)
{
	struct error err = {0};

	return !env_driver_made(platform, place, &err) && err.kind == ERROR_NOT_FOUND;
}

struct driver_home
env_driver_home(const struct env_home *home)
{
	return (struct driver_home){
		.namespace = home->namespace,
		.labels = home->labels,
		.is_adopted = home->is_adopted,
		.origin = home->origin && *home->origin ? home->origin : NULL,
		.made = home->made && *home->made ? home->made : NULL,
	};
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

int
env_driver_check_own(struct platform *platform, const struct place *place, struct error *err)
{
	struct error ignored = {0};
	struct env_home home;
	int ret = env_driver_check(platform, place, err);

	if (ret != 0 || repository_env_home(platform->repository, place, &home, &ignored) != 0)
		return ret;
	if (home.is_adopted)
		ret = error_set_code(err, CODE_NAMESPACE_OF_OTHERS, .env = place->env,
				     .namespace = home.namespace);
	env_home_clear(&home);
	return ret;
}

bool
env_driver_where(struct platform *platform, const struct place *place, struct env_home *out)
{
	struct error ignored = {0};
	bool is_new;

	if (find_home(platform, place, out, &is_new, &ignored) == 0)
		return true;
	*out = (struct env_home){0};
	return false;
}

int
env_driver_check_match(struct platform *platform, const struct place *place, struct error *err)
{
	struct env_home home;
	bool is_new;

	if (find_home(platform, place, &home, &is_new, err) != 0)
		return -1;
	env_home_clear(&home);
	return 0;
}

bool
env_driver_is_shared(struct platform *platform, const struct place *place)
{
	struct error ignored = {0};
	struct env_home home = {0};
	bool is = platform->records &&
		  repository_env_home(platform->repository, place, &home, &ignored) == 0 &&
		  *home.origin;

	env_home_clear(&home);
	return is;
}
