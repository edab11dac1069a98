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
#include "db/statement.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/state/place.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"
#include "platform/state/secret.h"
#include "platform/state/values-private.h"

/* --- what goes out --- */

enum {
	KEY, DESCRIPTION, IS_SECRET, VALUE, FINGERPRINT, ENV, PURGED, SINCE, UNTIL, CREATED_AT,
	UPDATED_AT
};

/* Where it lies in this platform's own store; the version is equal for equal secrets. */
static void
set_secret(struct shared_value *value, const struct place *place, const char *env,
	   const char *fingerprint)
{
	char *key = *env ? xasprintf("orgs/%s/apps/%s/envs/%s/values/%s", place->org, place->app,
				     env, value->key.raw)
			 : xasprintf("orgs/%s/apps/%s/values/%s", place->org, place->app,
				     value->key.raw);

	untrusted_init(&value->secret_store_id, SECRET_STORE);
	untrusted_init(&value->secret_key, key);
	untrusted_init(&value->secret_version, fingerprint);
	free(key);
}

void
value_row_read(struct statement *row, const struct place *place, struct value_row *out)
{
	struct shared_value *value = &out->value;
	const char *env = row_text_or(row, ENV, "");

	untrusted_init(&value->key, row_text_or(row, KEY, ""));
	untrusted_init(&value->description, row_text_or(row, DESCRIPTION, ""));
	untrusted_init(&value->source, value_source_word(*env ? VALUE_OF_ENV : VALUE_OF_APP));
	value->created_at = row_int(row, CREATED_AT);
	value->updated_at = row_int(row, UPDATED_AT);
	value->is_secret = row_int(row, IS_SECRET) != 0;
	if (value->is_secret)
		set_secret(value, place, env, row_text_or(row, FINGERPRINT, ""));
	else
		untrusted_init(&value->value, row_text(row, VALUE));
	out->is_env = *env != '\0';
	out->purged = row_int(row, PURGED) != 0;
	out->since = row_int(row, SINCE);
	out->until = row_int(row, UNTIL);
}

void
value_row_clear(struct value_row *row)
{
	shared_value_clear(&row->value);
}

static json_t *
encode_row(struct statement *row, void *data, struct error *err)
{
	const struct place *place = data;
	struct value_row value = {0};
	json_t *body;

	(void)err;
	value_row_read(row, place, &value);
	body = shared_value_encode(&value.value);
	value_row_clear(&value);
	return body;
}

json_t *
repository_values(struct repository *repository, const struct place *place, struct error *err)
{
	struct place here = *place;

	return rows_encode(repository, err, encode_row, &here,
			   "SELECT " VALUE_COLUMNS " FROM value_rows AS r WHERE org = ?1"
			   " AND app = ?2 AND env IN ('', ?3) AND until = " NOW
			   " AND NOT (env = '' AND EXISTS (SELECT 1 FROM value_rows AS o"
			   " WHERE o.org = ?1 AND o.app = ?2 AND o.env = ?3 AND ?3 <> ''"
			   " AND o.key = r.key AND o.until = " NOW ")) ORDER BY key",
			   "sss", place->org, place->app, value_level(place));
}

/* The row of this level as it is now. */
struct current_row {
	const struct place *place;
	struct value_row row;
};

static void
read_current(struct statement *row, void *data)
{
	struct current_row *current = data;

	value_row_read(row, current->place, &current->row);
}

/* 0, or -1 with ERROR_NOT_FOUND: there is none; to be cleared after 0. */
static int
read_current_row(struct repository *repository, const struct place *place, const char *key,
		 struct value_row *out, struct error *err)
{
	struct current_row current = {.place = place};
	int ret = rows_read(repository, err, read_current, &current,
			    "SELECT " VALUE_COLUMNS " FROM value_rows WHERE org = ? AND app = ?"
			    " AND env = ? AND key = ? AND until = " NOW,
			    "ssss", place->org, place->app, value_level(place), key);

	if (ret != 0 && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_VALUE_NOT_FOUND, .key = key);
	if (ret != 0)
		value_row_clear(&current.row);
	*out = current.row;
	return ret;
}

json_t *
repository_value(struct repository *repository, const struct place *place, const char *key,
		 struct error *err)
{
	struct value_row row;
	json_t *body = NULL;

	if (read_current_row(repository, place, key, &row, err) == 0)
		body = shared_value_encode(&row.value);
	value_row_clear(&row);
	return body;
}

int
repository_value_is_secret(struct repository *repository, const struct place *place,
			   const char *key, struct error *err)
{
	struct value_row row;
	int secret = -1;

	if (read_current_row(repository, place, key, &row, err) == 0)
		secret = row.value.is_secret;
	value_row_clear(&row);
	return secret;
}

char *
repository_sealed_value(struct repository *repository, const struct place *place, const char *key,
			const char *version, struct error *err)
{
	return rows_text(
		repository, err,
		"SELECT sealed FROM value_rows WHERE org = ?1 AND app = ?2 AND env = ?3"
		" AND key = ?4 AND sealed IS NOT NULL AND NOT purged"
		" AND ((?5 IS NULL AND until = " NOW ") OR fingerprint = ?5)"
		" ORDER BY since DESC LIMIT 1",
		"sssss", place->org, place->app, value_level(place), key, version);
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
struct size { int64_t count, bytes; };

static void
read_size(struct statement *row, void *data)
{
	*(struct size *)data = (struct size){row_int(row, 0), row_int(row, 1)};
}

static int
check_limits(struct repository *repository, const struct place *place, struct error *err)
{
	struct size size = {0};

	if (rows_read(repository, err, read_size, &size,
		      "SELECT count(*), coalesce(sum(length(key) + length(description) +"
		      " length(coalesce(value, sealed, ''))), 0) FROM value_rows"
		      " WHERE org = ? AND app = ? AND env = ? AND until = " NOW,
		      "sss", place->org, place->app, value_level(place)) != 0)
		return -1;
	if (size.count > VALUES_MAX)
		return error_set_code(err, CODE_TOO_MANY_VALUES, .max = VALUES_MAX);
	if (size.bytes > VALUES_BYTES_MAX)
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
is_same(const struct shared_value *value, const struct value_content *content)
{
	if (content->description && !untrusted_is(&value->description, content->description))
		return false;
	if (content->sealed)
		return value->is_secret &&
		       untrusted_is(&value->secret_version, content->fingerprint);
	return !content->value ||
	       (!value->is_secret && untrusted_is(&value->value, content->value));
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
	struct value_row row;
	int ret = read_current_row(repository, place, content->key, &row, err);
	bool same = ret == 0 && is_same(&row.value, content);

	value_row_clear(&row);
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
	struct value_row row;
	bool found = read_current_row(repository, place, content->key, &row, &why) == 0;
	bool same = found && is_same(&row.value, content);

	value_row_clear(&row);
	if (!found && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	if (same)
		return 0;
	*changed = true;
	return found ? replace_row(repository, place, content, seq, change, err)
		     : insert_row(repository, place, content, seq, change, err);
}

static int
drop_row(struct repository *repository, const struct place *place, const char *key, int64_t seq,
	 struct error *err)
{
	struct value_row row;
	int ret = read_current_row(repository, place, key, &row, err);

	value_row_clear(&row);
	if (ret == 0)
		return end_row(repository, place, key, seq, err);
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_ENVIRONMENT_VALUE_NOT_FOUND, .env = place->env,
			       .key = key);
	return -1;
}

int
repository_change_values(struct repository *repository, const struct place *place,
			 const struct value_content *contents, size_t count,
			 const struct untrusted *deleted, size_t deleted_count,
			 const struct value_set_change *change, struct error *err)
{
	struct value_version version = {.what = "value_update"};
	bool changed = deleted_count > 0;
	int ret = value_version_begin(repository, place, &version, change, err);

	for (size_t i = 0; ret == 0 && i < count; i++)
		ret = put_row(repository, place, &contents[i], version.seq, change, &changed, err);
	for (size_t i = 0; ret == 0 && i < deleted_count; i++)
		ret = drop_row(repository, place, untrusted_raw(&deleted[i]), version.seq, err);
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
	struct value_row row = {0};
	int ret = key ? read_current_row(repository, place, key, &row, err) : 0;

	value_row_clear(&row);
	if (ret != 0)
		return -1;
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
	char *sealed = rows_text(
		repository, err,
		"SELECT EXISTS (SELECT 1 FROM value_rows WHERE sealed IS NOT NULL)"
		" OR EXISTS (SELECT 1 FROM definitions WHERE"
		" json_extract(body, '$.driver_inputs.sealed') IS NOT NULL)"
		" OR EXISTS (SELECT 1 FROM definition_versions WHERE"
		" json_extract(body, '$.driver_inputs.sealed') IS NOT NULL)",
		"");
	int has = sealed ? strcmp(sealed, "0") != 0 : -1;

	free(sealed);
	return has;
}

/* A state without secrets takes whatever key it is started with; from its
 * first secret on, only that one. */
int
repository_check_key(struct repository *repository, const char *check, struct error *err)
{
	int sealed = repository_has_secrets(repository, err);
	char *kept;
	bool same;

	if (sealed < 0)
		return -1;
	if (sealed == 0)
		return rows_run(repository, err,
				"INSERT INTO secret_keys VALUES (1, ?1) ON CONFLICT (one)"
				" DO UPDATE SET key_check = ?1", "s", check);
	kept = rows_text(repository, err, "SELECT key_check FROM secret_keys", "");
	if (!kept)
		return -1;
	same = strcmp(kept, check) == 0;
	free(kept);
	if (same)
		return 0;
	return error_set(err, ERROR_INPUT,
			 _("The secrets of this state were sealed with another key.  "
			   "Start with that one."));
}
