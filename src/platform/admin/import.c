/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Everything that a file holds, in one transaction.
 *
 * Ages instead of times: a sample says "12 days ago", so that it looks as alive in a year.
 * An environment's deployments may stand in any order; they are recorded oldest first.
 *
 * What an import deploys is not waited for.  It is recorded as having succeeded, because it
 * is the history of another place, and the engine is then asked to bring what runs to it, as
 * after a start; but nothing of it has run here, so each workload has to stay up as in a new
 * deployment (is_unproven), and what does not is said by the runtime.
 */
#include "config.h"

#include "platform/admin/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "model/workload-references.h"
#include "platform/admin/document.h"
#include "platform/admin/import-check.h"
#include "platform/admin/import-definition.h"
#include "platform/admin/import-resources.h"
#include "platform/admin/import-secrets.h"
#include "platform/admin/import-values.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-transfer.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository-values.h"
#include "platform/state/repository.h"

#define ID_DIGITS 16

struct import {
	struct platform *platform;
	struct repository *repository;
	const char *user;
	int64_t now;
	size_t organizations, applications, environments, deployments, values, kept;
	json_t *started;		/* [{"org","app","env"}]: new, with something to run */
	const char *env_type;		/* of the environment at hand */
	json_t *unserved;		/* import-resources.h */
	json_t *differing;		/* ["org/app/env"]: they keep something else than the file has */
};

static struct place
started_place(const json_t *item)
{
	return (struct place){json_member_string(item, "org"), json_member_string(item, "app"),
			      json_member_string(item, "env")};
}

static const char *
text_or(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_member_string(object, key);

	return text ? text : otherwise;
}

/* Bounded: an age that is larger than any platform's is taken for none. */
static int64_t
time_of(struct import *import, const json_t *deployment)
{
	json_int_t age = json_integer_value(json_object_get(deployment, "age_seconds"));
	const char *stamp = json_member_string(deployment, "created_at");
	int64_t ms;

	if (stamp && clock_parse(stamp, &ms))
		return ms;
	return import->now - (int64_t)(age > 0 && age < 4000000000LL ? age : 0) * 1000;
}

struct aged {
	json_t *deployment;
	int64_t at;
	size_t place;		/* in the file: decides between equals */
};

/* qsort() is not stable, and two deployments may have one time. */
static int
oldest_first(const void *a, const void *b)
{
	const struct aged *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->place < y->place ? -1 : x->place > y->place;
}

/* What it refers to is there; else it could not start. */
static int
check_values(struct import *import, const struct place *place, const struct set *set,
	     struct error *err)
{
	json_t *used = set_values_used(set), *known = NULL, *where, *row;
	const char *key, *name;
	int ret = 0;
	size_t i;

	if (json_object_size(used) > 0) {
		known = repository_values(import->repository, place, err);
		ret = known ? 0 : -1;
	}
	json_object_foreach(used, key, where) {
		bool is_there = false;

		json_array_foreach(known, i, row) {
			name = json_member_string(row, "key");
			is_there = is_there || (name && strcmp(name, key) == 0);
		}
		if (ret == 0 && !is_there)
			ret = error_set(err, ERROR_INPUT,
					_("%s: there is no shared value \"%s\""),
					json_string_value(where), key);
	}
	json_decref(known);
	json_decref(used);
	return ret;
}

/* What is to run. */
static int
check_newest(struct import *import, const struct place *place, const struct set *set,
	     struct error *err)
{
	if (check_values(import, place, set, err) != 0)
		return -1;
	return import_find_unserved(import->platform, place, import->env_type, set,
				    import->unserved, err);
}

/* Each builds upon the one before it, as if they had been deployed one after the other. */
static int
import_deployment(struct import *import, const struct place *place, const json_t *deployment,
		  bool is_newest, char id[ID_DIGITS + 1], struct error *err)
{
	json_t *body = json_copy_deep(json_object_get(deployment, "set"));
	struct deployment_row row = {
		.id = id,
		.comment = text_or(deployment, "comment", ""),
		.user = text_or(deployment, "created_by", import->user),
		.status = DEPLOYMENT_SUCCEEDED,
		.mode = "full",
		.created_at = time_of(import, deployment),
		.status_changed_at = time_of(import, deployment),
		.is_unproven = is_newest,
	};
	char *from = xstrdup(id), values[IDS_UUID_SIZE];
	struct set *set;
	int ret = -1;

	json_object_del(body, "id");	/* the id is the content's own */
	set = set_decode(body, err);
	if (set && (!is_newest || check_newest(import, place, set, err) == 0) &&
	    repository_pin_values(import->repository, place, NULL, values, err) == 0) {
		row.value_set_version_id = values[0] ? values : NULL;
		row.from_id = from;
		row.set_id = set_id(set);
		ids_random_hex(id, ID_DIGITS);
		if (repository_put_set(import->repository, place, set, err) == 0)
			ret = repository_put_deployment(import->repository, place, &row, err);
	}
	set_unref(set);
	json_decref(body);
	free(from);
	return ret;
}

/* The newest is the base of the next, and what is to run. */
static int
import_deployments(struct import *import, const struct place *place, json_t *list,
		   struct error *err)
{
	size_t count = json_array_size(list);
	struct aged *sorted = xcalloc(count + 1, sizeof(*sorted));
	char id[ID_DIGITS + 1] = "";
	int ret = 0;

	for (size_t i = 0; i < count; i++) {
		json_t *deployment = json_array_get(list, i);

		sorted[i] = (struct aged){deployment, time_of(import, deployment), i};
	}
	qsort(sorted, count, sizeof(*sorted), oldest_first);
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = import_deployment(import, place, sorted[i].deployment, i + 1 == count, id,
					err);
	free(sorted);
	if (ret == 0 && count > 0) {
		ret = repository_rebase_environment(import->repository, place, id, err);
		json_array_append_new(import->started,
				      json_pack("{s:s, s:s, s:s}", "org", place->org, "app",
						place->app, "env", place->env));
	}
	import->deployments += count;
	return ret;
}

/* What an environment that is there runs is its own affair; that the file has something else is
 * said. */
static void
note_difference(struct import *import, const struct place *place, const json_t *known,
		json_t *deployments)
{
	const char *runs = json_member_string(json_object_get(known, "last_deploy"), "set_id");
	const json_t *deployment, *newest = NULL;
	struct error ignored = {0};
	struct set *set;
	json_t *body;
	size_t i;

	json_array_foreach(deployments, i, deployment)
		if (!newest || time_of(import, deployment) >= time_of(import, newest))
			newest = deployment;
	if (!newest)
		return;
	import->kept++;
	body = json_copy_deep(json_object_get(newest, "set"));
	json_object_del(body, "id");
	set = set_take(body, &ignored);
	if (set && runs && strcmp(set_id(set), runs) != 0)
		json_array_append_new(import->differing, json_sprintf("%s/%s/%s", place->org,
								      place->app, place->env));
	set_unref(set);
}

/* An environment is as old as its first deployment: no deployment may be before it. */
static int64_t
oldest_of(struct import *import, const json_t *deployments)
{
	int64_t oldest = import->now;
	const json_t *deployment;
	size_t i;

	json_array_foreach(deployments, i, deployment)
		if (time_of(import, deployment) < oldest)
			oldest = time_of(import, deployment);
	return oldest;
}

/* What asking for it gave: 1, it is there; 0, it is not; -1. */
static int
exists(int ret, struct error *err)
{
	if (ret == 0)
		return 1;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	*err = (struct error){0};
	return 0;
}

/* With the name, since the database would only say that a reference dangles. */
static int
check_type(struct import *import, const struct place *place, const char *type, struct error *err)
{
	return repository_check_env_type(import->repository, place->org, type, err);
}

static int
put_values(struct import *import, const struct place *place, const json_t *of, struct error *err)
{
	const json_t *list = json_object_get(of, "values");
	const struct value_set_change change = {import->user, "", import->now};

	import->values += json_array_size(list);
	return import_values(import->platform, place, list, &change, err);
}

/* Values before deployments, which pin a version of them. */
static int
make_environment(struct import *import, const struct place *place, const json_t *env,
		 struct error *err)
{
	const char *type = text_or(env, "type", "development");
	json_t *deployments = json_object_get(env, "deployments");

	import->env_type = type;
	if (check_type(import, place, type, err) != 0 ||
	    repository_put_environment(import->repository, place, text_or(env, "name", place->env),
				       type, NULL, import->user, oldest_of(import, deployments),
				       err) != 0 ||
	    put_values(import, place, env, err) != 0)
		return -1;
	return import_deployments(import, place, deployments, err);
}

/* An environment that is there: its type cannot change, its history is its own. */
static int
update_environment(struct import *import, const struct place *place, const json_t *env,
		   const json_t *known, struct error *err)
{
	const char *type = json_member_string(env, "type");
	const char *name = json_member_string(env, "name");
	json_t *deployments = json_object_get(env, "deployments");

	if (type && strcmp(type, json_member_string(known, "type")) != 0)
		return error_set(err, ERROR_CONFLICT,
				 _("It exists with the type \"%s\", and the type of an environment cannot be changed."),
				 json_member_string(known, "type"));
	if (name && repository_rename_environment(import->repository, place, name, err) != 0)
		return -1;
	if (put_values(import, place, env, err) != 0)
		return -1;
	import->env_type = json_member_string(known, "type");
	if (!json_object_get(known, "last_deploy"))
		return import_deployments(import, place, deployments, err);
	note_difference(import, place, known, deployments);
	return 0;
}

static int
import_environment(struct import *import, const struct place *above, const json_t *env,
		   struct error *err)
{
	struct place place = {above->org, above->app, json_member_string(env, "id")};
	json_t *known = repository_environment(import->repository, &place, err);
	int ret;

	if (known)
		ret = update_environment(import, &place, env, known, err);
	else if (exists(-1, err) == 0)
		ret = make_environment(import, &place, env, err);
	else
		ret = -1;
	json_decref(known);
	import->environments++;
	return ret == 0 ? 0 : error_prefix(err, _("environment %s"), place.env);
}

/* Made, or renamed when the file gives a name. */
static int
put_application(struct import *import, const struct place *place, const json_t *app,
		struct error *err)
{
	const char *name = json_member_string(app, "name");
	int known = exists(repository_has(import->repository, place, err), err);

	if (known == 0)
		return repository_put_application(import->repository, place,
						  name ? name : place->app, import->user,
						  import->now, err);
	if (known > 0 && name)
		return repository_rename_application(import->repository, place, name, err);
	return known < 0 ? -1 : 0;
}

static int
import_application(struct import *import, const struct place *above, const json_t *app,
		   struct error *err)
{
	struct place place = {above->org, json_member_string(app, "id"), NULL};
	json_t *env;
	size_t i;

	if (put_application(import, &place, app, err) != 0 ||
	    put_values(import, &place, app, err) != 0)
		return error_prefix(err, _("application %s"), place.app);
	json_array_foreach(json_object_get(app, "environments"), i, env)
		if (import_environment(import, &place, env, err) != 0)
			return error_prefix(err, _("application %s"), place.app);
	import->applications++;
	return 0;
}

static int
import_env_type(struct import *import, const struct place *above, const json_t *type,
		struct error *err)
{
	const char *id = json_member_string(type, "id");
	const char *description = json_member_string(type, "description");
	int known = exists(repository_has_env_type(import->repository, above->org, id, err), err);

	if (known == 0)
		return repository_put_env_type(import->repository, above->org, id,
					       description ? description : "", err);
	if (known > 0 && description)
		return repository_describe_env_type(import->repository, above->org, id, description,
						    err);
	return known < 0 ? -1 : 0;
}

static int
put_definition(struct import *import, const struct place *above, const json_t *definition,
	       struct error *err)
{
	return import_definition(import->platform, above->org, definition, err);
}

/* In this order: each part refers to those before it. */
static int
import_organization(struct import *import, const json_t *org, struct error *err)
{
	static const struct {
		const char *key;
		int (*import)(struct import *, const struct place *, const json_t *,
			      struct error *);
	} parts[] = {
		{"env_types", import_env_type},
		{"definitions", put_definition},
		{"applications", import_application},
	};
	struct place place = {json_member_string(org, "id"), NULL, NULL};
	int known = exists(repository_has(import->repository, &place, err), err);
	json_t *item;
	size_t i;

	if (known < 0 || repository_import_organization(import->repository, place.org,
					   json_member_string(org, "name"), import->user,
					   import->now, err) != 0)
		return -1;
	for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
		json_array_foreach(json_object_get(org, parts[part].key), i, item)
			if (parts[part].import(import, &place, item, err) != 0)
				return error_prefix(err, _("organization %s"), place.org);
	}
	/* In one that was there, somebody may have decided that nothing runs here. */
	if (!known && repository_add_machine(import->repository, place.org, err) != 0)
		return error_prefix(err, _("organization %s"), place.org);
	import->organizations++;
	return 0;
}

/* What is to run has somewhere to run; whether what runs it is here, only a daemon knows. */
static int
check_drivers(struct import *import, struct error *err)
{
	json_t *item;
	size_t i;

	json_array_foreach(import->started, i, item) {
		struct place place = started_place(item);

		if (import->platform->drivers
			    ? !env_driver(import->platform, &place, err)
			    : env_driver_check_match(import->platform, &place, err) != 0)
			return error_prefix(err, _("environment %s"), place.env);
	}
	return 0;
}

/* One transaction: a file is imported whole, or not at all. */
static int
import_all(struct import *import, const json_t *file, struct error *err)
{
	json_t *org;
	int ret = 0;
	size_t i;

	if (repository_begin(import->repository, err) != 0)
		return -1;
	json_array_foreach(json_object_get(file, "organizations"), i, org)
		if (ret == 0)
			ret = import_organization(import, org, err);
	if (ret == 0)
		ret = check_drivers(import, err);
	return repository_end(import->repository, ret, err);
}

/* The check goes through all of the file; one fault is enough for an answer. */
static void
keep_first(void *data, const char *pointer, const char *text)
{
	struct error *err = data;

	if (err->kind == ERROR_NONE)
		error_set(err, ERROR_INPUT, "%s: %s", *pointer ? pointer : "/", text);
}

/* After the commit: what is to run is read from the database. */
static void
start_new(struct platform *platform, const json_t *started)
{
	json_t *item;
	size_t i;

	json_array_foreach(started, i, item) {
		struct place place = started_place(item);

		engine_adopt(platform->engine, &place);
	}
}

json_t *
import_apply(struct platform *platform, const json_t *file, const char *user, struct error *err)
{
	struct import import = {.platform = platform, .repository = platform->repository,
				.user = user ? user : platform->user,
				.now = clock_wall_ms()};
	struct error first = {0};
	json_t *report = NULL;

	if (import_check(file, platform, keep_first, NULL, &first) > 0) {
		*err = first;
		return NULL;
	}
	import.started = json_array();
	import.differing = json_array();
	import.unserved = json_array();
	if (import_all(&import, file, err) == 0) {
		if (platform->engine)
			start_new(platform, import.started);
		report = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:O, s:O}", "organizations",
				   (json_int_t)import.organizations, "applications",
				   (json_int_t)import.applications, "environments",
				   (json_int_t)import.environments, "deployments",
				   (json_int_t)import.deployments, "values",
				   (json_int_t)import.values, "kept", (json_int_t)import.kept,
				   "differing", import.differing, "unserved", import.unserved);
	}
	json_decref(import.differing);
	json_decref(import.unserved);
	json_decref(import.started);
	return report;
}

/* Nobody sits before a daemon. */
static void
log_warning(void *data, const char *pointer, const char *text)
{
	(void)data;
	log_line(LOG_PRIORITY_WARNING, "import", "at", *pointer ? pointer : "/", "warning", text,
		 NULL);
}

static void
log_unserved(const json_t *report)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(report, "unserved"), i, entry) {
		char *text = import_unserved_text(entry);

		log_line(LOG_PRIORITY_WARNING, "import", "text", text, NULL);
		free(text);
	}
}

/* The daemon's own file: what its values name is its own to read. */
static int
read_all(const struct platform *platform, struct document *document, struct error *err)
{
	struct error first = {0};

	if (import_check(document->value, platform, keep_first, log_warning, &first) == 0 &&
	    import_fetch(document->value, document->path, keep_first, &first) == 0)
		return 0;
	*err = first;
	return -1;
}

/* Only into a state that has nothing: the option stays in a unit file, and a restart must not
 * undo what people have changed since. */
int
import_file(struct platform *platform, const char *path, struct error *err)
{
	json_t *known = repository_organizations(platform->repository, err);
	bool is_empty = known && json_array_size(known) == 0;
	struct document document;
	json_t *report;

	if (!known)
		return -1;
	json_decref(known);
	if (!is_empty)
		return 0;
	if (document_read(&document, path, err) != 0)
		return -1;
	report = read_all(platform, &document, err) == 0
			 ? import_apply(platform, document.value, NULL, err) : NULL;
	document_clear(&document);
	if (!report)
		return error_prefix(err, "%s", path);
	log_unserved(report);
	json_decref(report);
	log_line(LOG_PRIORITY_NOTICE, "imported", "file", path, NULL);
	return 0;
}
