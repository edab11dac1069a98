/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cache: a file that may vanish, be damaged or be anything else at any time.  So no
 * function here reports an error: whatever goes wrong, except a moment's lock, ends in
 * throwing the file away, and in "not cached".  Each body carries its own hash, since a
 * flipped bit must never turn into a wrong review.
 */
#include "config.h"

#include "store/private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"

#define CACHE_BUSY_MS 250
#define CACHE_VERSION 1
#define BODIES_MAX 4000		/* the oldest go first */

static const char schema[] =
	"BEGIN IMMEDIATE;"
	"DROP TABLE IF EXISTS body;"
	"CREATE TABLE body (key TEXT PRIMARY KEY, bytes BLOB NOT NULL, hash TEXT NOT NULL,"
	" put_at INTEGER NOT NULL);"
	"CREATE INDEX body_put_at ON body (put_at);"
	"PRAGMA user_version=1;"
	"COMMIT";

static bool
try_open(struct store *store)
{
	store->cache = database_open(store->cache_path, CACHE_BUSY_MS, false, NULL);
	if (!store->cache)
		return false;
	if (database_int(store->cache, "PRAGMA user_version", -1) == CACHE_VERSION &&
	    database_int(store->cache, "SELECT count(*) FROM body WHERE key=''", -1) >= 0)
		return true;
	if (sqlite3_exec(store->cache, schema, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	cache_close(store);
	return false;
}

void
cache_close(struct store *store)
{
	if (store->cache)
		sqlite3_close(store->cache);
	store->cache = NULL;
}

static void
remove_file(struct store *store)
{
	char *journal = xasprintf("%s-journal", store->cache_path);

	cache_close(store);
	(void)unlink(store->cache_path);
	(void)unlink(journal);
	free(journal);
}

void
cache_open(struct store *store)
{
	if (try_open(store))
		return;
	remove_file(store);
	(void)try_open(store);
}

/* Decides what a failure means: another program's lock is nothing, the rest a bad file. */
static void
failed(struct store *store)
{
	int code = sqlite3_errcode(store->cache) & 0xff;

	if (code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_FULL)
		return;
	remove_file(store);
	(void)try_open(store);
}

static sqlite3_stmt *
prepare(struct store *store, const char *sql, const char *key)
{
	sqlite3_stmt *statement;

	if (!store->cache)
		return NULL;
	if (sqlite3_prepare_v2(store->cache, sql, -1, &statement, NULL) != SQLITE_OK) {
		failed(store);
		return NULL;
	}
	sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC);
	return statement;
}

char *
store_cache_get(struct store *store, const char *key, size_t *length, int64_t *read_at)
{
	char hash[IDS_SHA256_B64_SIZE];
	sqlite3_stmt *statement =
		prepare(store, "SELECT bytes, hash, put_at FROM body WHERE key=?1", key);
	char *body = NULL;
	bool bad = false;
	int code;

	if (!statement)
		return NULL;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(statement, 0);
		size_t size = (size_t)sqlite3_column_bytes(statement, 0);
		const unsigned char *kept = sqlite3_column_text(statement, 1);

		ids_sha256_b64(hash, bytes ? bytes : "", size);
		bad = !kept || strcmp((const char *)kept, hash) != 0;
		if (!bad) {
			body = xmalloc(size + 1);
			if (size)
				memcpy(body, bytes, size);
			body[size] = '\0';
			*length = size;
			if (read_at)
				*read_at = sqlite3_column_int64(statement, 2);
		}
	}
	sqlite3_finalize(statement);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		failed(store);
	else if (bad)
		store_cache_drop(store, key);
	return body;
}

void
store_cache_put(struct store *store, const char *key, const char *body, size_t length)
{
	char hash[IDS_SHA256_B64_SIZE];
	sqlite3_stmt *statement;
	int code;

	if (length > JSON_BYTES_MAX)
		return;
	statement = prepare(store,
			    "INSERT INTO body (key, bytes, hash, put_at) VALUES (?1, ?2, ?3, ?4)"
			    " ON CONFLICT (key) DO UPDATE SET bytes=?2, hash=?3, put_at=?4",
			    key);
	if (!statement)
		return;
	ids_sha256_b64(hash, body, length);
	sqlite3_bind_blob(statement, 2, body, (int)length, SQLITE_STATIC);
	sqlite3_bind_text(statement, 3, hash, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 4, clock_wall_ms());
	code = sqlite3_step(statement);
	sqlite3_finalize(statement);
	if (code != SQLITE_DONE) {
		failed(store);
		return;
	}
	if (database_int(store->cache, "SELECT count(*) FROM body", 0) > BODIES_MAX)
		(void)sqlite3_exec(store->cache,
				   "DELETE FROM body WHERE key IN"
				   " (SELECT key FROM body ORDER BY put_at LIMIT 400)",
				   NULL, NULL, NULL);
}

void
store_cache_drop(struct store *store, const char *key)
{
	sqlite3_stmt *statement = prepare(store, "DELETE FROM body WHERE key=?1", key);
	int code;

	if (!statement)
		return;
	code = sqlite3_step(statement);
	sqlite3_finalize(statement);
	if (code != SQLITE_DONE)
		failed(store);
}

/* The newline cannot be in a URL or an id that got this far, so no two sets share a key. */
static char *
set_key(const char *url, const char *org, const char *app, const char *set_id)
{
	return xasprintf("set\n%s\n%s\n%s\n%s", url, org, app, set_id);
}

json_t *
store_get_set(struct store *store, const char *url, const char *org, const char *app,
	      const char *set_id)
{
	char *key = set_key(url, org, app, set_id);
	size_t length = 0;
	char *body = store_cache_get(store, key, &length, NULL);
	json_t *set = NULL;

	if (body) {
		set = json_decode(body, length, NULL);
		free(body);
	}
	free(key);
	return set;
}

void
store_put_set(struct store *store, const char *url, const char *org, const char *app,
	      const char *set_id, const json_t *set)
{
	char *key = set_key(url, org, app, set_id);
	char *body = json_dumps(set, JSON_COMPACT);

	if (body)
		store_cache_put(store, key, body, strlen(body));
	free(body);
	free(key);
}
