/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The cache: a file that may vanish, be damaged or be anything else at any time.  So no
 * function here reports an error: whatever goes wrong, except a moment's lock, ends in
 * throwing the file away, and in "not cached".  Each body carries its own hash, since a
 * flipped bit must never turn into a wrong review.  Bodies are packed: parsing them as JSON was a
 * third of what a first picture took.  The hash is not SHA-256, which was a tenth of it.
 */
#include "config.h"

#include "store/cache.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "db/migrate.h"
#include "model/json.h"
#include "model/packed.h"
#include "store/private.h"

/* A person waits for what stands behind this; an answer from the network is as good. */
#define CACHE_BUSY_MS 250
#define CACHE_VERSION 2
#define HASH_SIZE 17
#define BODIES_MAX 4000		/* the oldest go first */
#define BODIES_SPARE 400	/* puts until they are counted again, which reads them all */

static const char schema[] =
	"DROP TABLE IF EXISTS body;"
	"CREATE TABLE body (key TEXT PRIMARY KEY, bytes BLOB NOT NULL, hash TEXT NOT NULL,"
	" digest TEXT NOT NULL, put_at INTEGER NOT NULL);"
	"CREATE INDEX body_put_at ON body (put_at);"
	"PRAGMA user_version=2";

static int
make_anew(struct db *cache)
{
	return db_begin(cache, NULL) ? -1 : db_end(cache, db_run(cache, schema, NULL), NULL);
}

/* Version and a first query, since a damaged file may open well
 * and fail only when it is read. */
static bool
try_open(struct store *store)
{
	const struct db_options options = {.mode = DB_DISPOSABLE, .busy_ms = CACHE_BUSY_MS};

	store->cache = db_open(store->cache_path, &options, NULL);
	if (!store->cache)
		return false;
	if (db_version(store->cache) == CACHE_VERSION &&
	    db_number(store->cache, "SELECT count(*) FROM body WHERE key=''", -1) >= 0)
		return true;
	if (make_anew(store->cache) == 0)
		return true;
	cache_close(store);
	return false;
}

void
cache_close(struct store *store)
{
	db_close(store->cache);
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
	enum db_failure failure = db_failure(store->cache);

	if (failure == DB_BUSY || failure == DB_NO_ROOM)
		return;
	remove_file(store);
	(void)try_open(store);
}

static bool
run(struct store *store, struct statement *statement)
{
	if (statement_run(statement, NULL) == 0)
		return true;
	failed(store);
	return false;
}

static struct statement *
statement_for(struct store *store, const char *sql, const char *key)
{
	struct statement *statement = statement_new(store->cache, sql);

	statement_text(statement, key);
	return statement;
}

/* Against what happens to a file, not against somebody who may write to it: he could write a better
 * hash as well. */
static void
write_hash(char hash[HASH_SIZE], const void *bytes, size_t size)
{
	snprintf(hash, HASH_SIZE, "%016" PRIx64, ids_checksum(bytes, size));
}

/* What becomes of the bytes of a body: one value, or the elements of a list. */
struct body_reading {
	json_t *like, *body;
	packed_take *take;	/* NULL: one value */
	void *data;
};

/* Of the row.  false: it is not what was put there. */
static bool
read_body(struct statement *statement, char *digest, int64_t *read_at,
	  struct body_reading *reading)
{
	char hash[HASH_SIZE];
	size_t size;
	const void *bytes = row_bytes(statement, 0, &size);

	write_hash(hash, bytes ? bytes : "", size);
	if (strcmp(row_text_or(statement, 1, ""), hash) != 0)
		return false;
	if (digest)
		snprintf(digest, IDS_SHA256_B64_SIZE, "%s", row_text_or(statement, 2, ""));
	if (read_at)
		*read_at = row_int(statement, 3);
	if (reading->take)
		return packed_each(bytes, size, reading->take, reading->data);
	reading->body = packed_read(bytes, size, reading->like);
	return reading->body;
}

static bool
get_body(struct store *store, const char *key, char *digest, int64_t *read_at,
	 struct body_reading *reading)
{
	struct statement *statement;
	bool there, is_good;

	if (!store->cache)
		return false;
	statement = statement_for(
		store, "SELECT bytes, hash, digest, put_at FROM body WHERE key=?1", key);
	there = statement_row(statement);
	is_good = there && read_body(statement, digest, read_at, reading);
	if (statement_end(statement, NULL))
		failed(store);
	else if (there && !is_good)
		store_cache_drop(store, key);
	return is_good;
}

json_t *
store_cache_get(struct store *store, const char *key, char digest[IDS_SHA256_B64_SIZE],
		int64_t *read_at)
{
	struct body_reading reading = {0};

	(void)get_body(store, key, digest, read_at, &reading);
	return reading.body;
}

bool
store_cache_each(struct store *store, const char *key, char digest[IDS_SHA256_B64_SIZE],
		 int64_t *read_at, packed_take *take, void *data)
{
	struct body_reading reading = {.take = take, .data = data};

	return get_body(store, key, digest, read_at, &reading);
}

/* A lock costs the system a dozen calls, and a start reads some forty rows. */
void
store_cache_hold(struct store *store)
{
	if (store->cache)
		(void)!db_begin_reading(store->cache, NULL);
}

/* The file may have been thrown away and made anew meanwhile; then nothing is held. */
void
store_cache_release(struct store *store)
{
	if (store->cache && db_depth(store->cache) > 0)
		(void)db_end(store->cache, 0, NULL);
}

/* Counted once in so many puts: the count reads all keys. */
static void
make_room(struct store *store)
{
	int64_t count;
	struct statement *statement;

	if (store->puts_until_count-- > 0)
		return;
	store->puts_until_count = BODIES_SPARE - 1;
	count = db_number(store->cache, "SELECT count(*) FROM body", 0);
	if (count <= BODIES_MAX - BODIES_SPARE)
		return;
	statement = statement_new(store->cache,
				  "DELETE FROM body WHERE key IN"
				  " (SELECT key FROM body ORDER BY put_at LIMIT ?1)");
	statement_int(statement, count - (BODIES_MAX - BODIES_SPARE));
	(void)run(store, statement);
}

void
store_cache_put_of(struct store *store, const char *key, const json_t *body, const char *digest,
		   int64_t wall_ms)
{
	char hash[HASH_SIZE];
	struct statement *statement;
	struct buf bytes;

	if (!store->cache)
		return;
	buf_init(&bytes, JSON_BYTES_MAX);
	if (packed_write(body, &bytes)) {
		statement = statement_for(
			store,
			"INSERT INTO body (key, bytes, hash, digest, put_at)"
			" VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (key)"
			" DO UPDATE SET bytes=?2, hash=?3, digest=?4, put_at=?5",
			key);
		write_hash(hash, bytes.data, bytes.length);
		statement_bytes(statement, bytes.data, bytes.length);
		statement_text(statement, hash);
		statement_text(statement, digest);
		statement_int(statement, wall_ms);
		if (run(store, statement))
			make_room(store);
	}
	buf_clear(&bytes);
}

void
store_cache_put(struct store *store, const char *key, const json_t *body, const char *digest)
{
	store_cache_put_of(store, key, body, digest, clock_wall_ms());
}

void
store_cache_drop(struct store *store, const char *key)
{
	if (store->cache)
		(void)run(store, statement_for(store, "DELETE FROM body WHERE key=?1", key));
}

/* The newline cannot be in a URL or an id that got this far, so no two sets share a key. */
static char *
set_key(const char *url, const char *org, const char *app, const char *set_id)
{
	return xasprintf("set\n%s\n%s\n%s\n%s", url, org, app, set_id);
}

json_t *
store_get_set(struct store *store, const char *url, const char *org, const char *app,
	      const char *set_id, json_t *like)
{
	char *key = set_key(url, org, app, set_id);
	struct body_reading reading = {.like = like};

	(void)get_body(store, key, NULL, NULL, &reading);
	free(key);
	return reading.body;
}

void
store_put_set(struct store *store, const char *url, const char *org, const char *app,
	      const char *set_id, const json_t *set)
{
	char *key = set_key(url, org, app, set_id);

	store_cache_put(store, key, set, "");
	free(key);
}
