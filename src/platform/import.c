/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Ages instead of times: a sample says "12 days ago", so that it looks as alive in a year.
 * An environment's deployments may stand in any order; they are recorded oldest first.
 */
#include "config.h"

#include "platform/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/set.h"
#include "platform/log.h"
#include "platform/repository.h"

#define ID_DIGITS 16

struct import {
	struct repository *repository;
	const char *user;
	int64_t now;
};

static json_t *
read_json(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[65536];
	struct buf text;
	json_t *json;
	ssize_t n;

	if (fd < 0) {
		error_errno(err, _("%s: cannot be read"), path);
		return NULL;
	}
	buf_init(&text, JSON_BYTES_MAX);
	while ((n = read(fd, bytes, sizeof(bytes))) > 0 && buf_append(&text, bytes, (size_t)n))
		;
	close(fd);
	if (n != 0) {
		buf_clear(&text);
		error_set(err, ERROR_LIMIT, _("%s: cannot be read to its end, or is too large"), path);
		return NULL;
	}
	json = json_decode(buf_str(&text), text.length, err);
	if (!json)
		error_prefix(err, "%s", path);
	buf_clear(&text);
	return json;
}

static const char *
text_or(const json_t *object, const char *key, const char *otherwise)
{
	const char *text = json_member_string(object, key);

	return text ? text : otherwise;
}

/* NULL with err: no id, or one that breaks the pattern. */
static const char *
id_of(const json_t *object, const char *noun, struct error *err)
{
	const char *id = json_member_string(object, "id");

	if (id && ids_is_name(id))
		return id;
	error_set(err, ERROR_INPUT, _("%s \"%s\": the id must be 2 to 50 lower-case letters, digits and "
				      "single inner dashes"), noun, id ? id : "");
	return NULL;
}

static int64_t
time_of(const struct import *import, const json_t *deployment)
{
	json_int_t age = json_integer_value(json_object_get(deployment, "age_seconds"));

	return import->now - (int64_t)(age > 0 && age < 4000000000LL ? age : 0) * 1000;
}

static int
oldest_first(const void *a, const void *b)
{
	json_int_t x = json_integer_value(json_object_get(*(json_t *const *)a, "age_seconds"));
	json_int_t y = json_integer_value(json_object_get(*(json_t *const *)b, "age_seconds"));

	return x < y ? 1 : x > y ? -1 : 0;
}

static int
import_deployment(const struct import *import, const struct place *place, const json_t *deployment,
		  char id[ID_DIGITS + 1], struct error *err)
{
	json_t *body = json_copy_deep(json_object_get(deployment, "set"));
	struct deployment_row row = {
		.id = id,
		.comment = text_or(deployment, "comment", ""),
		.user = text_or(deployment, "created_by", import->user),
		.status = "succeeded",
		.mode = "full",
		.created_at = time_of(import, deployment),
		.status_changed_at = time_of(import, deployment),
	};
	char *from = xstrdup(id);
	struct set *set;
	int ret = -1;

	json_object_del(body, "id");	/* the id is the content's own */
	set = set_decode(body, err);
	if (set) {
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

static int
import_deployments(const struct import *import, const struct place *place, json_t *list,
		   struct error *err)
{
	size_t count = json_array_size(list);
	json_t **sorted = xcalloc(count + 1, sizeof(*sorted));
	char id[ID_DIGITS + 1] = "";
	int ret = 0;

	for (size_t i = 0; i < count; i++)
		sorted[i] = json_array_get(list, i);
	qsort(sorted, count, sizeof(*sorted), oldest_first);
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = import_deployment(import, place, sorted[i], id, err);
	free(sorted);
	if (ret == 0 && count > 0)
		ret = repository_rebase_environment(import->repository, place, id, err);
	return ret;
}

static int64_t
oldest_of(const struct import *import, const json_t *deployments)
{
	int64_t oldest = import->now;
	const json_t *deployment;
	size_t i;

	json_array_foreach(deployments, i, deployment)
		if (time_of(import, deployment) < oldest)
			oldest = time_of(import, deployment);
	return oldest;
}

static int
import_environment(const struct import *import, const struct place *above, const json_t *env,
		   struct error *err)
{
	struct place place = {above->org, above->app, id_of(env, "environment", err)};
	json_t *deployments = json_object_get(env, "deployments");

	if (!place.env)
		return -1;
	if (repository_put_environment(import->repository, &place, text_or(env, "name", place.env),
				       text_or(env, "type", "development"), NULL, import->user,
				       oldest_of(import, deployments), err) != 0 ||
	    import_deployments(import, &place, deployments, err) != 0)
		return error_prefix(err, _("environment %s"), place.env);
	return 0;
}

static int
import_application(const struct import *import, const struct place *above, const json_t *app,
		   struct error *err)
{
	struct place place = {above->org, id_of(app, "application", err), NULL};
	json_t *env;
	size_t i;

	if (!place.app ||
	    repository_put_application(import->repository, &place, text_or(app, "name", place.app),
				       import->user, import->now, err) != 0)
		return -1;
	json_array_foreach(json_object_get(app, "environments"), i, env)
		if (import_environment(import, &place, env, err) != 0)
			return error_prefix(err, _("application %s"), place.app);
	return 0;
}

static int
import_env_type(const struct import *import, const struct place *above, const json_t *type,
		struct error *err)
{
	const char *id = id_of(type, "environment type", err);

	return id ? repository_put_env_type(import->repository, above->org, id,
					    text_or(type, "description", ""), err)
		  : -1;
}

static int
import_definition(const struct import *import, const struct place *above, const json_t *definition,
		  struct error *err)
{
	const char *id = id_of(definition, "definition", err);

	return id ? repository_put_definition(import->repository, above->org, id, definition, err)
		  : -1;
}

static int
import_organization(const struct import *import, const json_t *org, struct error *err)
{
	static const struct {
		const char *key;
		int (*import)(const struct import *, const struct place *, const json_t *,
			      struct error *);
	} parts[] = {
		{"env_types", import_env_type},
		{"definitions", import_definition},
		{"applications", import_application},
	};
	struct place place = {id_of(org, "organization", err), NULL, NULL};
	json_t *item;
	size_t i;

	if (!place.org ||
	    repository_put_organization(import->repository, place.org,
					text_or(org, "name", place.org), import->user, import->now,
					err) != 0)
		return -1;
	for (size_t part = 0; part < sizeof(parts) / sizeof(parts[0]); part++) {
		json_array_foreach(json_object_get(org, parts[part].key), i, item)
			if (parts[part].import(import, &place, item, err) != 0)
				return error_prefix(err, _("organization %s"), place.org);
	}
	return 0;
}

static int
import_all(const struct import *import, const json_t *file, struct error *err)
{
	json_t *org;
	size_t i;

	if (repository_begin(import->repository, err) != 0)
		return -1;
	json_array_foreach(json_object_get(file, "organizations"), i, org) {
		if (import_organization(import, org, err) != 0) {
			repository_rollback(import->repository);
			return -1;
		}
	}
	if (repository_commit(import->repository, err) == 0)
		return 0;
	repository_rollback(import->repository);
	return -1;
}

int
import_file(struct platform *platform, const char *path, struct error *err)
{
	struct import import = {platform->repository, platform->user, clock_wall_ms()};
	json_t *known = repository_organizations(platform->repository, err);
	bool is_empty = known && json_array_size(known) == 0;
	json_t *file;
	int ret;

	if (!known)
		return -1;
	json_decref(known);
	if (!is_empty)
		return 0;
	file = read_json(path, err);
	if (!file)
		return -1;
	ret = import_all(&import, file, err);
	json_decref(file);
	if (ret != 0)
		return error_prefix(err, "%s", path);
	log_line(LOG_PRIORITY_NOTICE, "imported", "file", path, NULL);
	return 0;
}
