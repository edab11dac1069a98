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

#include "platform/state/repository-values.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "platform/state/rows.h"
#include "platform/state/value-history.h"
#include "platform/state/values-private.h"

/* What a client takes in one answer (JSON_VALUES_MAX, JSON_BYTES_MAX) with room to spare. */
#define VERSIONS_MAX 1000
#define LISTED_VALUES_MAX 8000
#define LISTED_BYTES_MAX (8u * 1024 * 1024)
#define VALUE_OVERHEAD 400	/* bytes of a value on the wire beside its texts */

#define SELECT_VERSION                                               \
	"SELECT seq, id, comment, source_id, result_of, purged_key," \
	" created_at AS \"stamp:created_at\", created_by FROM value_versions "
#define AT_PLACE "WHERE org = ?1 AND app = ?2 AND env IN ('', ?3) "

/* --- reading --- */

/* Rows of an application's history, or of an environment's: those that were there, began or
 * ended from one version to another. */
static json_t *
rows_between(struct repository *repository, const struct place *place, int64_t from, int64_t to,
	     struct error *err)
{
	return rows_all(repository, err,
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
has_change(const json_t *body, const json_t *version, const char *key_changed)
{
	struct buf path;
	bool found = false;
	json_t *operation;
	size_t i;

	if (!key_changed || strcmp(json_member_string(version, "purged_key"), key_changed) == 0)
		return true;
	buf_init(&path, 4096);
	pointer_append(&path, key_changed);
	json_array_foreach(json_object_get(body, "change"), i, operation)
		found = found ||
			strcmp(json_member_string(operation, "path"), buf_str(&path)) == 0;
	buf_clear(&path);
	return found;
}

static json_t *
list_versions(const struct place *place, const json_t *rows, const json_t *versions,
	      const char *key_changed)
{
	struct value_history *history = value_history_new(place, rows);
	json_t *list = json_array(), *version;
	size_t bytes = 0, values = 0, i;

	json_array_foreach(versions, i, version) {
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

/* The rows are read once for all versions of the list; the history goes back through them. */
json_t *
repository_value_versions(struct repository *repository, const struct place *place,
			  const char *key_changed, struct error *err)
{
	json_t *versions = rows_all(repository, err,
				    SELECT_VERSION AT_PLACE
				    "AND (?4 IS NULL OR purged_key = ?4"
				    " OR seq IN (SELECT since FROM value_rows " AT_PLACE
				    "AND key = ?4"
				    " UNION SELECT until FROM value_rows " AT_PLACE "AND key = ?4))"
				    " ORDER BY seq DESC LIMIT ?5",
				    "ssssi", place->org, place->app, value_level(place),
				    key_changed, (int64_t)VERSIONS_MAX);
	size_t count = json_array_size(versions);
	json_t *rows = NULL, *list;

	if (count > 0)
		rows = rows_between(repository, place,
				    value_number(json_array_get(versions, count - 1), "seq"),
				    value_number(json_array_get(versions, 0), "seq"), err);
	else if (versions)
		rows = json_array();
	list = rows ? list_versions(place, rows, versions, key_changed) : NULL;

	json_decref(rows);
	json_decref(versions);
	return list;
}

static json_t *
find_version(struct repository *repository, const struct place *place, const char *id,
	     struct error *err)
{
	bool latest = strcmp(id, VALUE_VERSION_LATEST) == 0;
	json_t *version = rows_one(repository, err,
				   SELECT_VERSION AT_PLACE "AND (?4 IS NULL OR id = ?4)"
				   " ORDER BY seq DESC LIMIT 1",
				   "ssss", place->org, place->app, value_level(place),
				   latest ? NULL : id);

	if (!version && err->kind == ERROR_NOT_FOUND) {
		if (latest)
			error_set_code(err, CODE_NO_VALUE_SET_VERSION_YET);
		else
			error_set_code(err, CODE_VALUE_SET_VERSION_NOT_FOUND, .version = id);
	}
	return version;
}

json_t *
repository_value_version(struct repository *repository, const struct place *place,
			 const char *id, struct error *err)
{
	json_t *version = find_version(repository, place, id, err);
	int64_t seq = version ? value_number(version, "seq") : 0;
	json_t *rows = version ? rows_between(repository, place, seq, seq, err) : NULL;
	struct value_history *history = rows ? value_history_new(place, rows) : NULL;
	json_t *body = history ? value_history_version(history, version) : NULL;

	value_history_free(history);
	json_decref(rows);
	json_decref(version);
	return body;
}

/* --- back to a version --- */

/* The row that a key of this level was in a version; ERROR_INPUT when it is of no use. */
static json_t *
row_of_version(struct repository *repository, const struct place *place, int64_t seq,
	       const char *key, struct error *err)
{
	json_t *row = rows_one(
		repository, err,
		"SELECT row, purged AS \"bool:purged\", EXISTS (SELECT 1"
		" FROM value_rows AS n WHERE n.org = ?1 AND n.app = ?2 AND n.env = ?3"
		" AND n.key = ?4 AND n.until = " NOW " AND n.value IS r.value"
		" AND n.fingerprint IS r.fingerprint) AS \"bool:present\""
		" FROM value_rows AS r WHERE org = ?1 AND app = ?2 AND env = ?3"
		" AND key = ?4 AND since <= ?5 AND until > ?5",
		"ssssi", place->org, place->app, value_level(place), key, seq);

	if (!row && err->kind == ERROR_NOT_FOUND)
		error_set_code(err,
			       place->env ? CODE_VERSION_WITHOUT_OWN_VALUE
					  : CODE_VERSION_WITHOUT_VALUE,
			       .key = key);
	return row;
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
	json_t *row = row_of_version(repository, place, seq, key, err);
	bool purged = json_is_true(json_object_get(row, "purged"));

	json_decref(row);
	if (row && purged)
		return error_set_code(err, CODE_VALUE_WAS_PURGED, .key = key);
	return row ? 0 : -1;
}

int
repository_restore_values(struct repository *repository, const struct place *place,
			  const char *id, const char *key, const struct value_set_change *change,
			  char made[IDS_UUID_SIZE], struct error *err)
{
	json_t *from = find_version(repository, place, id, err);
	struct value_version version = {.what = "value_set_version_restore"};
	int64_t seq = from ? value_number(from, "seq") : 0;
	int ret = -1;

	if (from && (!key || check_key(repository, place, seq, key, err) == 0)) {
		version.source = json_member_string(from, "id");
		ret = value_version_begin(repository, place, &version, change, err);
		if (ret == 0)
			ret = restore_rows(repository, place, seq, key, &version, change, err);
		ret = value_version_end(repository, place, &version, ret, err);
		memcpy(made, version.id, IDS_UUID_SIZE);
	}
	json_decref(from);
	return ret;
}

/* --- purging --- */

static int
purge_rows(struct repository *repository, const struct place *place, const json_t *row,
	   const char *key, struct error *err)
{
	/* Wherever the same value was: a change of the description alone repeats it. */
	return rows_run(repository, err,
			"UPDATE value_rows AS r SET purged = 1, value = NULL, sealed = NULL,"
			" fingerprint = NULL FROM (SELECT value, fingerprint FROM value_rows"
			" WHERE row = ?5) AS o WHERE r.org = ?1 AND r.app = ?2 AND r.env = ?3"
			" AND r.key = ?4 AND r.value IS o.value AND r.fingerprint IS o.fingerprint",
			"ssssi", place->org, place->app, value_level(place), key,
			value_number(row, "row"));
}

static int
purge(struct repository *repository, const struct place *place, const json_t *from,
      const json_t *row, const char *key, const struct value_set_change *change, struct error *err)
{
	struct value_version version = {
		.what = "value_set_version_purge",
		.source = json_member_string(from, "id"),
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
	json_t *from = find_version(repository, place, id, err);
	json_t *row = from ? row_of_version(repository, place, value_number(from, "seq"), key, err)
			   : NULL;
	int ret = -1;

	if (row && json_is_true(json_object_get(row, "purged")))
		ret = 0;
	else if (row && json_is_true(json_object_get(row, "present")))
		error_set_code(err, CODE_VALUE_IS_CURRENT, .key = key);
	else if (row)
		ret = purge(repository, place, from, row, key, change, err);
	json_decref(row);
	json_decref(from);
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
	json_t *version = find_version(repository, place, latest ? VALUE_VERSION_LATEST : wanted,
				       err);

	id[0] = '\0';
	if (version) {
		memcpy(id, json_member_string(version, "id"), IDS_UUID_SIZE);
		json_decref(version);
		return 0;
	}
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

/* In the order application, environment: what comes later takes
 * the place of what came before. */
json_t *
repository_values_at(struct repository *repository, const struct place *place,
		     const char *id, struct error *err)
{
	json_t *version = find_version(repository, place, id, err);
	json_t *rows = NULL, *values, *row;
	size_t i;

	if (version)
		rows = rows_all(repository, err,
				"SELECT key, env, is_secret AS \"bool:is_secret\","
				" purged AS \"bool:purged\", value, sealed, fingerprint"
				" FROM value_rows " AT_PLACE "AND since <= ?4 AND until > ?4"
				" ORDER BY env",
				"sssi", place->org, place->app, value_level(place),
				value_number(version, "seq"));
	json_decref(version);
	if (!rows)
		return NULL;
	values = json_object();
	json_array_foreach(rows, i, row)
		json_object_set(values, json_member_string(row, "key"), row);
	json_decref(rows);
	return values;
}
