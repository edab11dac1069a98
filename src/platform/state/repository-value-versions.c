/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Value set versions: what was, and back to it.
 *
 * Nothing of a version is stored but who made it and when.  Its values are the rows around
 * its seq, and its change is what lies between the values before and after it
 * (value-history.h): applied to the former, the patch gives the latter, also as an
 * environment sees it.
 */
#include "config.h"

#include "platform/state/repository-value-versions.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "platform/state/repository-values.h"
#include "platform/state/rows.h"
#include "platform/state/value-history.h"
#include "platform/state/values-private.h"

/* What a client takes in one answer (JSON_VALUES_MAX, JSON_BYTES_MAX) with room to spare. */
#define VERSIONS_MAX 1000
#define LISTED_VALUES_MAX 8000
#define LISTED_BYTES_MAX (8u * 1024 * 1024)
#define VALUE_OVERHEAD 400	/* bytes of a value on the wire beside its texts */

#define SELECT_VERSION                                                                  \
	"SELECT seq, id, comment, source_id, result_of, purged_key, created_at, created_by" \
	" FROM value_versions "
enum { SEQ, ID, COMMENT, SOURCE_ID, RESULT_OF, PURGED_KEY, CREATED_AT, CREATED_BY };
#define AT_PLACE "WHERE org = ?1 AND app = ?2 AND env IN ('', ?3) "

/* --- reading --- */

static void
read_version(struct statement *row, void *data)
{
	struct version_row *out = data;
	struct value_set_version *version = &out->version;

	untrusted_init(&version->id, row_text(row, ID));
	untrusted_init(&version->comment, row_text(row, COMMENT));
	untrusted_init(&version->source_id, row_text(row, SOURCE_ID));
	untrusted_init(&version->result_of, row_text(row, RESULT_OF));
	untrusted_init(&version->created_by, row_text(row, CREATED_BY));
	version->created_at = version->updated_at = row_int(row, CREATED_AT);
	untrusted_init(&out->purged_key, row_text(row, PURGED_KEY));
	out->seq = row_int(row, SEQ);
}

static void
clear_version(struct version_row *row)
{
	value_set_version_clear(&row->version);
	untrusted_clear(&row->purged_key);
}

struct rows {
	const struct place *place;
	struct value_row *items;
	size_t count, room;
};

static void
add_row(struct statement *row, void *data)
{
	struct rows *rows = data;

	if (rows->count == rows->room) {
		rows->room = rows->room ? 2 * rows->room : 64;
		rows->items = xreallocarray(rows->items, rows->room, sizeof(*rows->items));
	}
	rows->items[rows->count] = (struct value_row){0};
	value_row_read(row, rows->place, &rows->items[rows->count++]);
}

static void
rows_clear(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		value_row_clear(&rows->items[i]);
	free(rows->items);
}

/* Rows of an application's history, or of an environment's: those that were there, began or
 * ended from one version to another.  To be cleared in each case. */
static int
rows_between(struct repository *repository, struct rows *out, const struct place *place,
	     int64_t from, int64_t to, struct error *err)
{
	*out = (struct rows){.place = place};
	return rows_each(repository, err, add_row, out,
			 "SELECT " VALUE_COLUMNS " FROM value_rows " AT_PLACE
			 "AND since <= ?5 AND until >= ?4",
			 "sssii", place->org, place->app, value_level(place), from, to);
}

/* Bytes of an answer, about; what is counted is what can be long. */
static size_t
weight_of(const json_t *version)
{
	static const char *const lists[] = {"values", "change"};
	size_t bytes = strlen(json_member_string(version, "comment")) + VALUE_OVERHEAD;
	const char *key;
	json_t *value, *operation;
	size_t i;

	json_object_foreach(json_object_get(version, lists[0]), key, value)
		bytes += strlen(key) + json_string_length(json_object_get(value, "value")) +
			 json_string_length(json_object_get(value, "description")) + VALUE_OVERHEAD;
	json_array_foreach(json_object_get(version, lists[1]), i, operation) {
		value = json_object_get(operation, "value");
		bytes += json_string_length(json_object_get(value, "value")) +
			 json_string_length(json_object_get(value, "description")) + VALUE_OVERHEAD;
	}
	return bytes;
}

/* In an environment an application's change may be hidden behind an override. */
static bool
has_change(const json_t *body, const struct version_row *version, const char *key_changed)
{
	struct buf path;
	bool found = false;
	json_t *operation;
	size_t i;

	if (!key_changed || untrusted_is(&version->purged_key, key_changed))
		return true;
	buf_init(&path, 4096);
	pointer_append(&path, key_changed);
	json_array_foreach(json_object_get(body, "change"), i, operation)
		found = found ||
			strcmp(json_member_string(operation, "path"), buf_str(&path)) == 0;
	buf_clear(&path);
	return found;
}

struct versions {
	struct version_row *items;
	size_t count;
};

static void
add_version(struct statement *row, void *data)
{
	struct versions *versions = data;

	versions->items = xreallocarray(versions->items, versions->count + 1,
					sizeof(*versions->items));
	versions->items[versions->count] = (struct version_row){0};
	read_version(row, &versions->items[versions->count++]);
}

/* The first is in it however large it is: an empty list would say that there is none. */
static json_t *
list_versions(const struct rows *rows, const struct versions *versions, const char *key_changed)
{
	struct value_history *history = value_history_new(rows->items, rows->count);
	json_t *list = json_array();
	size_t bytes = 0, values = 0;

	for (size_t i = 0; i < versions->count; i++) {
		const struct version_row *version = &versions->items[i];
		json_t *body = value_history_version(history, version);

		if (has_change(body, version, key_changed)) {
			values += json_object_size(json_object_get(body, "values")) +
				  json_array_size(json_object_get(body, "change"));
			bytes += weight_of(body);
			if (i > 0 && (values > LISTED_VALUES_MAX || bytes > LISTED_BYTES_MAX)) {
				json_decref(body);
				break;
			}
			json_array_append(list, body);
		}
		json_decref(body);
	}
	value_history_free(history);
	return list;
}

/* Newest first. */
static int
read_versions(struct repository *repository, struct versions *out, const struct place *place,
	      const char *key_changed, struct error *err)
{
	*out = (struct versions){0};
	return rows_each(repository, err, add_version, out,
			 SELECT_VERSION AT_PLACE
			 "AND (?4 IS NULL OR purged_key = ?4"
			 " OR seq IN (SELECT since FROM value_rows " AT_PLACE "AND key = ?4"
			 " UNION SELECT until FROM value_rows " AT_PLACE "AND key = ?4))"
			 " ORDER BY seq DESC LIMIT ?5",
			 "ssssi", place->org, place->app, value_level(place), key_changed,
			 (int64_t)VERSIONS_MAX);
}

json_t *
repository_value_versions(struct repository *repository, const struct place *place,
			  const char *key_changed, struct error *err)
{
	struct versions versions;
	struct rows rows = {0};
	json_t *list = NULL;
	int ret = read_versions(repository, &versions, place, key_changed, err);

	if (ret == 0 && versions.count > 0)
		ret = rows_between(repository, &rows, place,
				   versions.items[versions.count - 1].seq, versions.items[0].seq,
				   err);
	if (ret == 0)
		list = list_versions(&rows, &versions, key_changed);
	rows_clear(&rows);
	for (size_t i = 0; i < versions.count; i++)
		clear_version(&versions.items[i]);
	free(versions.items);
	return list;
}

/* 0, or -1 with err; to be cleared in each case. */
static int
find_version(struct repository *repository, const struct place *place, const char *id,
	     struct version_row *out, struct error *err)
{
	bool latest = strcmp(id, VALUE_VERSION_LATEST) == 0;
	int ret;

	*out = (struct version_row){0};
	ret = rows_read(repository, err, read_version, out,
			SELECT_VERSION AT_PLACE "AND (?4 IS NULL OR id = ?4)"
						" ORDER BY seq DESC LIMIT 1",
			"ssss", place->org, place->app, value_level(place), latest ? NULL : id);
	if (ret != 0 && err->kind == ERROR_NOT_FOUND) {
		if (latest)
			error_set_code(err, CODE_VALUE_SET_VERSION_NONE_YET);
		else
			error_set_code(err, CODE_VALUE_SET_VERSION_NOT_FOUND, .version = id);
	}
	return ret;
}

json_t *
repository_value_version(struct repository *repository, const struct place *place,
			 const char *id, struct error *err)
{
	struct version_row version;
	struct rows rows = {0};
	struct value_history *history;
	json_t *body = NULL;

	if (find_version(repository, place, id, &version, err) == 0 &&
	    rows_between(repository, &rows, place, version.seq, version.seq, err) == 0) {
		history = value_history_new(rows.items, rows.count);
		body = value_history_version(history, &version);
		value_history_free(history);
	}
	rows_clear(&rows);
	clear_version(&version);
	return body;
}

/* --- back to a version --- */

/* What a key of this level was in a version. */
struct old_row {
	int64_t row;
	bool purged, present;	/* present: it is that now, too */
};

static void
read_old_row(struct statement *row, void *data)
{
	*(struct old_row *)data =
		(struct old_row){row_int(row, 0), row_int(row, 1) != 0, row_int(row, 2) != 0};
}

/* ERROR_INPUT when it had none there. */
static int
row_of_version(struct repository *repository, const struct place *place, int64_t seq,
	       const char *key, struct old_row *out, struct error *err)
{
	int ret = rows_read(repository, err, read_old_row, out,
			    "SELECT row, purged, EXISTS (SELECT 1"
			    " FROM value_rows AS n WHERE n.org = ?1 AND n.app = ?2 AND n.env = ?3"
			    " AND n.key = ?4 AND n.until = " NOW " AND n.value IS r.value"
			    " AND n.fingerprint IS r.fingerprint)"
			    " FROM value_rows AS r WHERE org = ?1 AND app = ?2 AND env = ?3"
			    " AND key = ?4 AND since <= ?5 AND until > ?5",
			    "ssssi", place->org, place->app, value_level(place), key, seq);

	if (ret != 0 && err->kind == ERROR_NOT_FOUND)
		error_set_code(err,
			       place->env ? CODE_VERSION_WITHOUT_OWN_VALUE
					  : CODE_VERSION_WITHOUT_VALUE,
			       .key = key);
	return ret;
}

/* Two statements: what is otherwise now is ended, what is not there begins anew.  A purged
 * value (o.purged) stands for any, so that its key is left as it is. */
static int
restore_rows(struct repository *repository, const struct place *place, int64_t from,
	     const char *key, const struct value_version *version,
	     const struct value_set_change *change, struct error *err)
{
	if (rows_run(
		    repository, err,
		    "UPDATE value_rows AS n SET until = ?6 WHERE org = ?1 AND app = ?2 AND env = ?3"
		    " AND (?4 IS NULL OR key = ?4) AND until = " NOW " AND NOT EXISTS"
		    " (SELECT 1 FROM value_rows AS o WHERE o.org = ?1 AND o.app = ?2 AND o.env = ?3"
		    " AND o.key = n.key AND o.since <= ?5 AND o.until > ?5 AND (o.purged"
		    " OR (o.value IS n.value AND o.fingerprint IS n.fingerprint"
		    " AND o.description = n.description)))",
		    "ssssii", place->org, place->app, value_level(place), key, from,
		    version->seq) != 0)
		return -1;
	return rows_run(
		repository, err,
		"INSERT INTO value_rows (org, app, env, key, description, is_secret, value,"
		" sealed, fingerprint, since, until, created_at, updated_at)"
		" SELECT org, app, env, key, description, is_secret, value, sealed,"
		" fingerprint, ?6, " NOW ", created_at, ?7 FROM value_rows AS o"
		" WHERE org = ?1 AND app = ?2 AND env = ?3 AND (?4 IS NULL OR key = ?4)"
		" AND since <= ?5 AND until > ?5 AND NOT purged AND NOT EXISTS"
		" (SELECT 1 FROM value_rows AS n WHERE n.org = ?1 AND n.app = ?2 AND n.env = ?3"
		" AND n.key = o.key AND n.until = " NOW ")",
		"ssssiii", place->org, place->app, value_level(place), key, from, version->seq,
		change->now);
}

/* A key that is to be restored has something to restore. */
static int
check_key(struct repository *repository, const struct place *place, int64_t seq, const char *key,
	  struct error *err)
{
	struct old_row row;

	if (row_of_version(repository, place, seq, key, &row, err) != 0)
		return -1;
	return row.purged ? error_set_code(err, CODE_VALUE_WAS_PURGED, .key = key) : 0;
}

int
repository_restore_values(struct repository *repository, const struct place *place,
			  const char *id, const char *key, const struct value_set_change *change,
			  char made[IDS_UUID_SIZE], struct error *err)
{
	struct version_row from;
	struct value_version version = {.what = "value_set_version_restore"};
	int ret = find_version(repository, place, id, &from, err);

	if (ret == 0 && key)
		ret = check_key(repository, place, from.seq, key, err);
	if (ret == 0) {
		version.source = from.version.id.raw;
		ret = value_version_begin(repository, place, &version, change, err);
		if (ret == 0)
			ret = restore_rows(repository, place, from.seq, key, &version, change, err);
		ret = value_version_end(repository, place, &version, ret, err);
		memcpy(made, version.id, IDS_UUID_SIZE);
	}
	clear_version(&from);
	return ret;
}

/* --- purging --- */

static int
purge_rows(struct repository *repository, const struct place *place, int64_t row, const char *key,
	   struct error *err)
{
	/* Wherever the same value was: a change of the description alone repeats it. */
	return rows_run(repository, err,
			"UPDATE value_rows AS r SET purged = 1, value = NULL, sealed = NULL,"
			" fingerprint = NULL FROM (SELECT value, fingerprint FROM value_rows"
			" WHERE row = ?5) AS o WHERE r.org = ?1 AND r.app = ?2 AND r.env = ?3"
			" AND r.key = ?4 AND r.value IS o.value AND r.fingerprint IS o.fingerprint",
			"ssssi", place->org, place->app, value_level(place), key, row);
}

static int
purge(struct repository *repository, const struct place *place, const char *from, int64_t row,
      const char *key, const struct value_set_change *change, struct error *err)
{
	struct value_version version = {
		.what = "value_set_version_purge",
		.source = from,
		.purged_key = key,
	};
	int ret = value_version_begin(repository, place, &version, change, err);

	if (ret == 0)
		ret = purge_rows(repository, place, row, key, err);
	return value_version_end(repository, place, &version, ret, err);
}

int
repository_purge_value(struct repository *repository, const struct place *place,
		       const char *id, const char *key, const struct value_set_change *change,
		       struct error *err)
{
	struct version_row from;
	struct old_row row;
	int ret = find_version(repository, place, id, &from, err);

	if (ret == 0)
		ret = row_of_version(repository, place, from.seq, key, &row, err);
	if (ret == 0 && !row.purged)
		ret = row.present ? error_set_code(err, CODE_VALUE_IS_CURRENT, .key = key)
				  : purge(repository, place, from.version.id.raw, row.row, key,
					  change, err);
	clear_version(&from);
	return ret;
}

void
repository_scrub(struct repository *repository)
{
	/* secure_delete has overwritten the pages; nor may the log keep what they were. */
	db_scrub(repository->db);
}

/* --- deploying --- */

/* For a deployment: which version it has.  "" where there has never been a value. */
int
repository_pin_values(struct repository *repository, const struct place *place,
		      const char *wanted, char id[IDS_UUID_SIZE], struct error *err)
{
	bool latest = !wanted || strcmp(wanted, VALUE_VERSION_LATEST) == 0;
	struct version_row version;
	int ret = find_version(repository, place, latest ? VALUE_VERSION_LATEST : wanted, &version,
			       err);

	id[0] = '\0';
	if (ret == 0)
		memcpy(id, version.version.id.raw, IDS_UUID_SIZE);
	clear_version(&version);
	if (ret == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND)
		return -1;
	if (latest) {
		*err = (struct error){0};
		return 0;
	}
	/* To a deployment it is bad input, not a bad address. */
	err->kind = ERROR_INPUT;
	return -1;
}

static void
read_value_at(struct statement *row, void *values)
{
	json_object_set_new(
		values, row_text_or(row, 0, ""),
		json_pack("{s:s, s:s, s:b, s:b, s:s, s:s, s:s}", "key", row_text_or(row, 0, ""),
			  "env", row_text_or(row, 1, ""), "is_secret", row_int(row, 2) != 0,
			  "purged", row_int(row, 3) != 0, "value", row_text_or(row, 4, ""),
			  "sealed", row_text_or(row, 5, ""), "fingerprint",
			  row_text_or(row, 6, "")));
}

/* In the order application, environment: what comes later takes
 * the place of what came before. */
json_t *
repository_values_at(struct repository *repository, const struct place *place,
		     const char *id, struct error *err)
{
	struct version_row version;
	json_t *values = json_object();
	int ret = find_version(repository, place, id, &version, err);

	if (ret == 0)
		ret = rows_each(repository, err, read_value_at, values,
				"SELECT key, env, is_secret, purged, value, sealed, fingerprint"
				" FROM value_rows " AT_PLACE "AND since <= ?4 AND until > ?4"
				" ORDER BY env",
				"sssi", place->org, place->app, value_level(place), version.seq);
	clear_version(&version);
	if (ret == 0)
		return values;
	json_decref(values);
	return NULL;
}
