/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sets, which never change, and deltas.
 *
 * A set is written once under its id, and writing it again is no error: two people may arrive
 * at the same content.  Deltas are drafts that anybody may edit, so they carry who did.
 */
#include "config.h"

#include "platform/state/repository-sets.h"

#include <string.h>

#include "base/error.h"
#include "model/delta.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/set.h"
#include "platform/state/place.h"
#include "platform/state/rows.h"

#define DELTA                                                                                      \
	"SELECT id, content AS \"json:content\", env AS \"opt:env_id\", name AS \"opt:name\","     \
	" archived AS \"bool:archived\", contributers AS \"json:contributers\","                   \
	" created_at AS \"stamp:created_at\", created_by,"                                         \
	" modified_at AS \"stamp:last_modified_at\", 0 AS \"bool:shared\" FROM deltas "

json_t *
repository_sets(struct repository *repository, const struct place *place, struct error *err)
{
	json_t *rows = rows_all(repository, err, "SELECT body AS \"json:body\" FROM sets"
						 " WHERE org = ? AND app = ? ORDER BY rowid",
				"ss", place->org, place->app);
	json_t *sets, *row;
	size_t i;

	if (!rows)
		return NULL;
	sets = json_array();
	json_array_foreach(rows, i, row)
		json_array_append(sets, json_object_get(row, "body"));
	json_decref(rows);
	return sets;
}

/* The empty set needs no row: everybody knows its content. */
struct set *
repository_set(struct repository *repository, const struct place *place, const char *id,
	       struct error *err)
{
	struct set *set;
	json_t *row;

	if (set_id_is_empty(id))
		return set_new();
	row = rows_one(repository, err, "SELECT body AS \"json:body\" FROM sets"
					" WHERE org = ? AND app = ? AND id = ?",
		       "sss", place->org, place->app, id);
	if (!row) {
		if (err->kind == ERROR_NOT_FOUND)
			error_set_code(err, CODE_SET_NOT_FOUND, .app = place->app, .set = id);
		return NULL;
	}
	set = set_decode(json_object_get(row, "body"), err);
	json_decref(row);
	return set;
}

int
repository_put_set(struct repository *repository, const struct place *place, const struct set *set,
		   struct error *err)
{
	json_t *body;
	int ret;

	if (set_id_is_empty(set_id(set)))
		return 0;
	body = set_encode(set);
	ret = rows_run(repository, err,
		       "INSERT INTO sets VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", "sssj",
		       place->org, place->app, set_id(set), body);
	json_decref(body);
	return ret;
}

/* A row to the wire: {id, metadata, modules, shared}. */
static json_t *
shape_delta(const json_t *row)
{
	static const char *const metadata[] = {"env_id", "name", "archived", "contributers",
					       "created_at", "created_by", "last_modified_at",
					       "shared"};
	json_t *delta = json_deep_copy(json_object_get(row, "content"));
	json_t *about = json_object();

	for (size_t i = 0; i < sizeof(metadata) / sizeof(metadata[0]); i++) {
		json_t *value = json_object_get(row, metadata[i]);

		if (value)
			json_object_set(about, metadata[i], value);
	}
	json_object_set(delta, "id", json_object_get(row, "id"));
	json_object_set_new(delta, "metadata", about);
	return delta;
}

json_t *
repository_deltas(struct repository *repository, const struct place *place, const char *env,
		  bool archived, struct error *err)
{
	json_t *rows = rows_all(repository, err,
				DELTA "WHERE org = ?1 AND app = ?2 AND (?3 IS NULL OR env = ?3)"
				      " AND archived = ?4 ORDER BY seq",
				"sssi", place->org, place->app, env, (int64_t)archived);
	json_t *deltas, *row;
	size_t i;

	if (!rows)
		return NULL;
	deltas = json_array();
	json_array_foreach(rows, i, row)
		json_array_append_new(deltas, shape_delta(row));
	json_decref(rows);
	return deltas;
}

static json_t *
delta_row(struct repository *repository, const struct place *place, const char *id,
	  struct error *err)
{
	return rows_one(repository, err, DELTA "WHERE org = ? AND app = ? AND id = ?", "sss",
			place->org, place->app, id);
}

json_t *
repository_delta(struct repository *repository, const struct place *place, const char *id,
		 struct error *err)
{
	json_t *row = delta_row(repository, place, id, err);
	json_t *delta;

	if (!row) {
		if (err->kind == ERROR_NOT_FOUND)
			error_set_code(err, CODE_DELTA_NOT_FOUND, .app = place->app, .delta = id);
		return NULL;
	}
	delta = shape_delta(row);
	json_decref(row);
	return delta;
}

int
repository_delta_is_deployed(struct repository *repository, const struct place *place,
			     const char *id, struct error *err)
{
	json_t *row = rows_one(repository, err,
			       "SELECT EXISTS (SELECT 1 FROM deployments WHERE org = ? AND app = ?"
			       " AND delta_id = ?) AS \"bool:deployed\"",
			       "sss", place->org, place->app, id);
	int deployed = row ? json_is_true(json_object_get(row, "deployed")) : -1;

	json_decref(row);
	return deployed;
}

int
repository_put_delta(struct repository *repository, const struct place *place, const char *id,
		     const struct delta *delta, const char *env, const char *name,
		     const char *user, int64_t now, struct error *err)
{
	json_t *content = delta_encode(delta);
	json_t *contributers = json_pack("[s]", user);
	int ret = rows_run(repository, err,
			   "INSERT INTO deltas (org, app, id, content, env, name, archived,"
			   " contributers, created_at, created_by, modified_at)"
			   " VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
			   "sssjssjisi", place->org, place->app, id, content, env, name,
			   contributers, now, user, now);

	json_decref(content);
	json_decref(contributers);
	return ret;
}

/* What is put away can be read, and fetched back; nothing else. */
static json_t *
changeable_row(struct repository *repository, const struct place *place, const char *id,
	       struct error *err)
{
	json_t *row = delta_row(repository, place, id, err);

	if (!json_is_true(json_object_get(row, "archived")))
		return row;
	json_decref(row);
	error_set_code(err, CODE_DELTA_IS_ARCHIVED, .delta = id);
	return NULL;
}

static void
add_once(json_t *users, const char *user)
{
	json_t *known;
	size_t i;

	json_array_foreach(users, i, known)
		if (strcmp(json_string_value(known), user) == 0)
			return;
	json_array_append_new(users, json_string(user));
}

int
repository_update_delta(struct repository *repository, const struct place *place, const char *id,
			const struct delta *delta, const char *user, int64_t now,
			struct error *err)
{
	json_t *row = changeable_row(repository, place, id, err), *content, *contributers;
	int ret;

	if (!row)
		return -1;
	contributers = json_object_get(row, "contributers");
	add_once(contributers, user);
	content = delta_encode(delta);
	ret = rows_change(repository, err,
			  "UPDATE deltas SET content = ?4, contributers = ?5,"
			  " modified_at = ?6 WHERE org = ?1 AND app = ?2 AND id = ?3",
			  "sssjji", place->org, place->app, id, content, contributers, now);
	json_decref(content);
	json_decref(row);
	return ret;
}

static int
set_of_delta(struct repository *repository, const struct place *place, const char *id,
	     const char *sql, const char *value, struct error *err)
{
	json_t *row = changeable_row(repository, place, id, err);

	if (!row)
		return -1;
	json_decref(row);
	return rows_change(repository, err, sql, "ssss", place->org, place->app, id, value);
}

int
repository_set_delta_name(struct repository *repository, const struct place *place, const char *id,
			  const char *name, struct error *err)
{
	return set_of_delta(repository, place, id,
			    "UPDATE deltas SET name = ?4 WHERE org = ?1 AND app = ?2 AND id = ?3",
			    name, err);
}

int
repository_set_delta_env(struct repository *repository, const struct place *place, const char *id,
			 const char *env, struct error *err)
{
	return set_of_delta(repository, place, id,
			    "UPDATE deltas SET env = ?4 WHERE org = ?1 AND app = ?2 AND id = ?3",
			    env, err);
}

int
repository_set_delta_archived(struct repository *repository, const struct place *place,
			      const char *id, bool archived, struct error *err)
{
	return rows_change(
		repository, err,
		"UPDATE deltas SET archived = ?4 WHERE org = ?1 AND app = ?2 AND id = ?3", "sssi",
		place->org, place->app, id, (int64_t)archived);
}
