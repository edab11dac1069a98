/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shared values as they are now, and the changes to them.
 *
 * Every change is one transaction of three parts: a version is recorded, rows end, rows
 * begin.  A change that changes nothing makes no version; otherwise each poll of a script
 * would move what a reviewer has pinned.
 */
#include "config.h"

#include "platform/state/repository-values.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/state/rows.h"
#include "platform/state/secret.h"
#include "platform/state/values-private.h"

/* --- what goes out --- */

static void
set_text(json_t *object, const char *key, char *text)
{
	json_object_set_new(object, key, text ? json_string(text) : json_null());
	free(text);
}

json_t *
value_body(const struct place *place, const json_t *row)
{
	const char *key = json_member_string(row, "key");
	const char *env = json_member_string(row, "env");
	bool is_secret = json_is_true(json_object_get(row, "is_secret"));
	json_t *body = json_object();
	static const char *const same[] = {"key", "description", "is_secret", "created_at",
					   "updated_at"};

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		json_object_set(body, same[i], json_object_get(row, same[i]));
	json_object_set_new(body, "value",
			    json_string(is_secret ? "" : json_member_string(row, "value")));
	json_object_set_new(body, "source", json_string(*env ? "env" : "app"));
	/* Where it lies in this platform's own store; the version is equal for equal secrets. */
	set_text(body, "secret_store_id", is_secret ? xstrdup(SECRET_STORE) : NULL);
	set_text(body, "secret_key",
		 !is_secret ? NULL
		 : *env	    ? xasprintf("orgs/%s/apps/%s/envs/%s/values/%s", place->org, place->app,
					env, key)
			    : xasprintf("orgs/%s/apps/%s/values/%s", place->org, place->app, key));
	set_text(body, "secret_version",
		 is_secret ? xstrdup(json_member_string(row, "fingerprint")) : NULL);
	return body;
}

json_t *
repository_values(struct repository *repository, const struct place *place, struct error *err)
{
	json_t *rows = rows_all(repository, err,
				"SELECT " VALUE_COLUMNS " FROM value_rows AS r WHERE org = ?1"
				" AND app = ?2 AND env IN ('', ?3) AND until = " NOW
				" AND NOT (env = '' AND EXISTS (SELECT 1 FROM value_rows AS o"
				" WHERE o.org = ?1 AND o.app = ?2 AND o.env = ?3 AND ?3 <> ''"
				" AND o.key = r.key AND o.until = " NOW ")) ORDER BY key",
				"sss", place->org, place->app, value_level(place));
	json_t *values, *row;
	size_t i;

	if (!rows)
		return NULL;
	values = json_array();
	json_array_foreach(rows, i, row)
		json_array_append_new(values, value_body(place, row));
	json_decref(rows);
	return values;
}

static json_t *
current_row(struct repository *repository, const struct place *place, const char *key,
	    struct error *err)
{
	json_t *row = rows_one(repository, err,
			       "SELECT " VALUE_COLUMNS " FROM value_rows WHERE org = ? AND app = ?"
			       " AND env = ? AND key = ? AND until = " NOW,
			       "ssss", place->org, place->app, value_level(place), key);

	if (!row && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_VALUE_NOT_FOUND, .key = key);
	return row;
}

json_t *
repository_value(struct repository *repository, const struct place *place, const char *key,
		 struct error *err)
{
	json_t *row = current_row(repository, place, key, err);
	json_t *body = row ? value_body(place, row) : NULL;

	json_decref(row);
	return body;
}

char *
repository_sealed_value(struct repository *repository, const struct place *place, const char *key,
			const char *version, struct error *err)
{
	json_t *row = rows_one(
		repository, err,
		"SELECT sealed FROM value_rows WHERE org = ?1 AND app = ?2 AND env = ?3"
		" AND key = ?4 AND sealed IS NOT NULL AND NOT purged"
		" AND ((?5 IS NULL AND until = " NOW ") OR fingerprint = ?5)"
		" ORDER BY since DESC LIMIT 1",
		"sssss", place->org, place->app, value_level(place), key, version);
	char *sealed = row ? xstrdup(json_member_string(row, "sealed")) : NULL;

	json_decref(row);
	return sealed;
}

/* --- changes --- */

/* The version's number is what rows begin and end with, so it has to be there first. */
int
value_version_begin(struct repository *repository, const struct place *place,
		    struct value_version *version, const struct value_set_change *change,
		    struct error *err)
{
	char *result_of = xasprintf("%s_%s", place->env ? "env" : "app", version->what);
	int ret;

	ids_uuid7(version->id);
	ret = repository_begin(repository, err);
	version->begun = ret == 0;
	if (ret == 0)
		ret = rows_run(repository, err,
			       "INSERT INTO value_versions (org, app, env, id, result_of, comment,"
			       " source_id, purged_key, created_at, created_by)"
			       " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			       "ssssssssis", place->org, place->app, value_level(place),
			       version->id, result_of, change->comment ? change->comment : "",
			       version->source, version->purged_key, change->now, change->user);
	version->seq = db_last_id(repository->db);
	free(result_of);
	return ret;
}

/* Asked at the end, of the whole: a change may delete and add, and
 * only what comes of it counts. */
static int
check_limits(struct repository *repository, const struct place *place, struct error *err)
{
	json_t *row = rows_one(
		repository, err,
		"SELECT count(*) AS count, coalesce(sum(length(key) +"
		" length(description) + length(coalesce(value, sealed, ''))), 0) AS bytes"
		" FROM value_rows WHERE org = ? AND app = ? AND env = ? AND until = " NOW,
		"sss", place->org, place->app, value_level(place));
	int64_t count, bytes;

	if (!row)
		return -1;
	count = value_number(row, "count");
	bytes = value_number(row, "bytes");
	json_decref(row);
	if (count > VALUES_MAX)
		return error_set_code(err, CODE_TOO_MANY_VALUES, .max = VALUES_MAX);
	if (bytes > VALUES_BYTES_MAX)
		return error_set_code(err, CODE_VALUES_TOO_LARGE, .max = VALUES_BYTES_MAX);
	return 0;
}

int
value_version_end(struct repository *repository, const struct place *place,
		  const struct value_version *version, int ret, struct error *err)
{
	if (ret == 0)
		ret = check_limits(repository, place, err);
	return version->begun ? repository_end(repository, ret, err) : ret;
}

static int
insert_row(struct repository *repository, const struct place *place,
	   const struct value_content *content, int64_t seq, const struct value_set_change *change,
	   struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO value_rows (org, app, env, key, description, is_secret,"
			" value, sealed, fingerprint, since, until, created_at, updated_at)"
			" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, " NOW ", ?11, ?11)",
			"sssssisssii", place->org, place->app, value_level(place), content->key,
			content->description ? content->description : "",
			(int64_t)(content->sealed != NULL), content->value, content->sealed,
			content->fingerprint, seq, change->now);
}

int
repository_create_value(struct repository *repository, const struct place *place,
			const struct value_content *content, const struct value_set_change *change,
			struct error *err)
{
	struct value_version version = {.what = "value_create"};
	int ret = value_version_begin(repository, place, &version, change, err);

	if (ret == 0)
		ret = insert_row(repository, place, content, version.seq, change, err);
	if (ret != 0 && err->kind == ERROR_CONFLICT)
		error_set_code(err, CODE_VALUE_EXISTS, .key = content->key);
	return value_version_end(repository, place, &version, ret, err);
}

static bool
is_same(const json_t *row, const struct value_content *content)
{
	bool was_secret = json_is_true(json_object_get(row, "is_secret"));

	if (content->description &&
	    strcmp(content->description, json_member_string(row, "description")) != 0)
		return false;
	if (content->sealed)
		return was_secret &&
		       strcmp(content->fingerprint, json_member_string(row, "fingerprint")) == 0;
	return !content->value ||
	       (!was_secret && strcmp(content->value, json_member_string(row, "value")) == 0);
}

static int
end_row(struct repository *repository, const struct place *place, const char *key, int64_t seq,
	struct error *err)
{
	return rows_run(repository, err,
			"UPDATE value_rows SET until = ?5 WHERE org = ?1 AND app = ?2 AND env = ?3"
			" AND (?4 IS NULL OR key = ?4) AND until = " NOW,
			"ssssi", place->org, place->app, value_level(place), key, seq);
}

/* The row that is there now ends, and one with the new content begins. */
static int
replace_row(struct repository *repository, const struct place *place,
	    const struct value_content *content, int64_t seq, const struct value_set_change *change,
	    struct error *err)
{
	if (end_row(repository, place, content->key, seq, err) != 0)
		return -1;
	/* ?9: a new value was given, open or sealed. */
	return rows_run(repository, err,
			"INSERT INTO value_rows (org, app, env, key, description, is_secret,"
			" value, sealed, fingerprint, since, until, created_at, updated_at)"
			" SELECT org, app, env, key, coalesce(?5, description),"
			" CASE WHEN ?9 THEN ?7 IS NOT NULL ELSE is_secret END,"
			" CASE WHEN ?9 THEN ?6 ELSE value END,"
			" CASE WHEN ?9 THEN ?7 ELSE sealed END,"
			" CASE WHEN ?9 THEN ?8 ELSE fingerprint END,"
			" ?10, " NOW ", created_at, ?11 FROM value_rows"
			" WHERE org = ?1 AND app = ?2 AND env = ?3 AND key = ?4 AND until = ?10",
			"ssssssssiii", place->org, place->app, value_level(place), content->key,
			content->description, content->value, content->sealed,
			content->fingerprint, (int64_t)(content->value || content->sealed), seq,
			change->now);
}

int
repository_update_value(struct repository *repository, const struct place *place,
			const struct value_content *content, const struct value_set_change *change,
			struct error *err)
{
	struct value_version version = {.what = "value_update"};
	json_t *row = current_row(repository, place, content->key, err);
	bool same = row && is_same(row, content);
	int ret = row ? 0 : -1;

	json_decref(row);
	if (ret != 0 || same)
		return ret;
	ret = value_version_begin(repository, place, &version, change, err);
	if (ret == 0)
		ret = replace_row(repository, place, content, version.seq, change, err);
	return value_version_end(repository, place, &version, ret, err);
}

/* *changed: it is not so already. */
static int
put_row(struct repository *repository, const struct place *place,
	const struct value_content *content, int64_t seq, const struct value_set_change *change,
	bool *changed, struct error *err)
{
	struct error why = {0};
	json_t *row = current_row(repository, place, content->key, &why);
	int ret = 0;

	if (!row && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	if (!row)
		ret = insert_row(repository, place, content, seq, change, err);
	else if (!is_same(row, content))
		ret = replace_row(repository, place, content, seq, change, err);
	*changed = *changed || !row || !is_same(row, content);
	json_decref(row);
	return ret;
}

static int
drop_row(struct repository *repository, const struct place *place, const char *key, int64_t seq,
	 struct error *err)
{
	json_t *row = current_row(repository, place, key, err);

	if (!row) {
		if (err->kind == ERROR_NOT_FOUND)
			error_set_code(err, CODE_ENVIRONMENT_VALUE_NOT_FOUND, .env = place->env,
				       .key = key);
		return -1;
	}
	json_decref(row);
	return end_row(repository, place, key, seq, err);
}

int
repository_change_values(struct repository *repository, const struct place *place,
			 const struct value_content *contents, size_t count,
			 const json_t *deleted, const struct value_set_change *change,
			 struct error *err)
{
	struct value_version version = {.what = "value_update"};
	bool changed = json_array_size(deleted) > 0;
	int ret = value_version_begin(repository, place, &version, change, err);
	const json_t *key;
	size_t i;

	for (i = 0; ret == 0 && i < count; i++)
		ret = put_row(repository, place, &contents[i], version.seq, change, &changed, err);
	json_array_foreach(deleted, i, key)
		if (ret == 0)
			ret = drop_row(repository, place, json_string_value(key), version.seq, err);
	if (ret == 0 && !changed) {
		repository_rollback(repository);
		return 0;
	}
	return value_version_end(repository, place, &version, ret, err);
}

int
repository_delete_values(struct repository *repository, const struct place *place,
			 const char *key, const struct value_set_change *change, struct error *err)
{
	struct value_version version = {.what = key ? "value_delete" : "values_delete"};
	json_t *row = key ? current_row(repository, place, key, err) : NULL;
	int ret;

	if (key && !row)
		return -1;
	json_decref(row);
	ret = value_version_begin(repository, place, &version, change, err);
	if (ret == 0)
		ret = end_row(repository, place, key, version.seq, err);
	if (ret == 0 && db_changes(repository->db) == 0) {
		/* There was none to delete: no change, so no version. */
		repository_rollback(repository);
		return 0;
	}
	return value_version_end(repository, place, &version, ret, err);
}

int
repository_forget_values(struct repository *repository, const struct place *place,
			 struct error *err)
{
	if (rows_run(
		    repository, err,
		    "DELETE FROM value_rows WHERE org = ?1 AND app = ?2 AND (?3 IS NULL OR env = ?3)",
		    "sss", place->org, place->app, place->env) != 0)
		return -1;
	return rows_run(repository, err,
			"DELETE FROM value_versions WHERE org = ?1 AND app = ?2"
			" AND (?3 IS NULL OR env = ?3)",
			"sss", place->org, place->app, place->env);
}

/* --- the key of the secrets --- */

int
repository_has_secrets(struct repository *repository, struct error *err)
{
	json_t *row = rows_one(
		repository, err,
		"SELECT EXISTS (SELECT 1 FROM value_rows WHERE sealed IS NOT NULL)"
		" OR EXISTS (SELECT 1 FROM definitions WHERE"
		" json_extract(body, '$.driver_inputs.sealed') IS NOT NULL)"
		" OR EXISTS (SELECT 1 FROM definition_versions WHERE"
		" json_extract(body, '$.driver_inputs.sealed') IS NOT NULL) AS \"bool:sealed\"",
		"");
	bool sealed = json_is_true(json_object_get(row, "sealed"));

	json_decref(row);
	return row ? sealed : -1;
}

/* A state without secrets takes whatever key it is started with; from its
 * first secret on, only that one. */
int
repository_check_key(struct repository *repository, const char *check, struct error *err)
{
	int sealed = repository_has_secrets(repository, err);
	json_t *row;
	bool same;

	if (sealed < 0)
		return -1;
	if (sealed == 0)
		return rows_run(repository, err,
				"INSERT INTO secret_keys VALUES (1, ?1) ON CONFLICT (one)"
				" DO UPDATE SET key_check = ?1", "s", check);
	row = rows_one(repository, err, "SELECT key_check FROM secret_keys", "");
	if (!row)
		return -1;
	same = strcmp(json_member_string(row, "key_check"), check) == 0;
	json_decref(row);
	if (same)
		return 0;
	return error_set(err, ERROR_INPUT,
			 _("The secrets of this state were sealed with another key.  "
			   "Start with that one."));
}
