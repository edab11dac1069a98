/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Opening the two files, and the schema of the history.
 *
 * A program must not take a lost history for a new one: a file beside it, which is touched by
 * nothing that befalls the history, remembers that operations were kept.
 */
#include "config.h"

#include "store/store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "db/migrate.h"
#include "store/private.h"

/* Eight programs that each write without a pause wait less than a second on a slow disk. */
#define HISTORY_BUSY_MS 10000
/* A check reads the whole file: so much of it takes a few milliseconds. */
#define CHECKED_BYTES_MAX (2 * 1024 * 1024)

/* A step that was released is never changed: files that have it are out there.
 * Tables of the first release keep their names and columns, so that a program of
 * it that still runs goes on working. */
static const struct db_step steps[] = {
	/* 0: a new file */
	{"CREATE TABLE operation ("
	 " id TEXT PRIMARY KEY, verb TEXT NOT NULL, context TEXT, url TEXT, org TEXT, app TEXT,"
	 " env TEXT, source TEXT, env_name TEXT, env_type TEXT, who TEXT, reason TEXT,"
	 " summary TEXT, request TEXT, state TEXT NOT NULL, created_at INTEGER NOT NULL,"
	 " ended_at INTEGER NOT NULL, from_deployment TEXT, from_set TEXT, to_set TEXT,"
	 " source_deployment TEXT, delta_id TEXT, deployment_id TEXT, undo TEXT, way_back TEXT,"
	 " undoes TEXT, error TEXT"
	 ") WITHOUT ROWID;"
	 "CREATE INDEX operation_env ON operation (url, org, app, env);"
	 "CREATE TABLE step ("
	 " operation TEXT NOT NULL REFERENCES operation (id) ON DELETE CASCADE,"
	 " number INTEGER NOT NULL, name TEXT NOT NULL, state INTEGER NOT NULL,"
	 " started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, detail TEXT,"
	 " PRIMARY KEY (operation, number)"
	 ") WITHOUT ROWID;"
	 "CREATE TABLE clone ("
	 " url TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " origin TEXT NOT NULL, deployment_id TEXT NOT NULL, set_id TEXT NOT NULL,"
	 " operation_id TEXT, cloned_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
	 " PRIMARY KEY (url, org, app, env)"
	 ") WITHOUT ROWID;", NULL},
	/* 1: what a person says is done of a hotfix */
	{"CREATE TABLE mark ("
	 " url TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL, story TEXT NOT NULL,"
	 " step TEXT NOT NULL, who TEXT, note TEXT, at INTEGER NOT NULL,"
	 " PRIMARY KEY (url, org, app, story, step)"
	 ") WITHOUT ROWID;", NULL},
	/* 2: what is found by typing; search.c keeps it */
	{"CREATE TABLE words ("
	 " number INTEGER PRIMARY KEY,"
	 " operation TEXT NOT NULL UNIQUE REFERENCES operation (id),"
	 " text TEXT NOT NULL);"
	 "CREATE VIRTUAL TABLE words_index USING fts5 ("
	 " text, content='words', content_rowid='number', tokenize='trigram');"
	 "INSERT INTO words (operation, text) " SEARCH_WORDS ";"
	 "INSERT INTO words_index (words_index) VALUES ('rebuild');", NULL},
	/* 3: the board as it was (moments.c): what changed, and when it was seen to */
	{"CREATE TABLE moment ("
	 " url TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	 " at INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, origin TEXT NOT NULL,"
	 " deployment_id TEXT NOT NULL, set_id TEXT NOT NULL, status TEXT NOT NULL,"
	 " PRIMARY KEY (url, org, app, env, at)"
	 ") WITHOUT ROWID;"
	 "CREATE INDEX moment_at ON moment (url, org, app, at);", NULL},
	/* 4: how a person has arranged an application's board (settings.c) */
	{"CREATE TABLE setting ("
	 " url TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL, name TEXT NOT NULL,"
	 " value TEXT NOT NULL, PRIMARY KEY (url, org, app, name)"
	 ") WITHOUT ROWID;", NULL},
	/* 5: steps by ids, not by texts, which may be reworded; of what is there none is known */
	{"ALTER TABLE step ADD COLUMN id TEXT;"
	 "CREATE INDEX operation_open ON operation (state)"
	 " WHERE state IN ('prepared', 'running', 'unwatched');", NULL},
	/* 6: rows belong to a platform and not to an address (platforms.c) */
	{"CREATE TABLE address ("
	 " address TEXT PRIMARY KEY, platform TEXT NOT NULL, seen_at INTEGER NOT NULL"
	 ") WITHOUT ROWID;"
	 "ALTER TABLE operation ADD COLUMN address TEXT;"
	 "UPDATE operation SET address=url;", platforms_migrate},
	/* 7: what is asked of a history costs as much as what it gives, however long it is */
	{"CREATE INDEX operation_platform ON operation (url, id);"
	 "CREATE INDEX operation_org ON operation (url, org, id);"
	 "CREATE INDEX operation_app ON operation (url, org, app, id);"
	 "CREATE INDEX operation_verb ON operation (url, org, app, verb, id);"
	 "CREATE INDEX operation_source ON operation (url, org, app, source, id)"
	 " WHERE source IS NOT NULL;"
	 "CREATE INDEX operation_undoes ON operation (undoes) WHERE undoes IS NOT NULL;", NULL},
	/* 8: why one failed, for machines too: its sentence is in the language of who did it */
	{"ALTER TABLE operation ADD COLUMN error_kind TEXT;", NULL},
	/* 9: settings by what their name begins with, whatever application they are of */
	{"CREATE INDEX setting_name ON setting (url, name, org, app);", NULL},
};

static const struct db_schema schema = {
	.program = "sidestage", .steps = steps, .count = sizeof(steps) / sizeof(steps[0]),
};

/* --- statements on the history --- */

struct statement *
history_statement(struct store *store, const char *sql, const char *const *texts, size_t count)
{
	struct statement *statement = statement_new(store->history, sql);

	for (size_t i = 0; i < count; i++)
		statement_text(statement, texts[i]);
	return statement;
}

int
history_end(struct statement *statement, struct error *err)
{
	return statement_end(statement, err) ?
		error_prefix(err, _("The history cannot be used")) : 0;
}

int
history_run(struct statement *statement, struct error *err)
{
	return statement_run(statement, err) ?
		error_prefix(err, _("The history cannot be used")) : 0;
}

/* --- the file --- */

/* The lock file says whether operations were ever kept here: it is not touched by what befalls the
 * history. */
static bool
had_history(const struct store *store)
{
	struct stat st;

	return fstat(store->lock_fd, &st) == 0 && st.st_size > 0;
}

/* Best effort: the mark guards against a later loss, and failing to set it must not stop an
 * operation that is already written. */
void
store_mark_history(struct store *store)
{
	static const char text[] = "operations were kept\n";

	if (store->lock_fd >= 0 && !had_history(store))
		(void)!pwrite(store->lock_fd, text, sizeof(text) - 1, 0);
}

/* The order matters: an empty file is refused before it is migrated, since migrating would make
 * it look like a new one. */
static int
open_history(struct store *store, const char *lock_path, struct error *err)
{
	const struct db_options options = {
		.mode = DB_SHARED, .busy_ms = HISTORY_BUSY_MS, .queue_path = lock_path,
	};
	struct stat st;
	int64_t kept;

	if (stat(store->history_path, &st) == 0 && st.st_size == 0 && had_history(store))
		return error_set(err, ERROR_STORE, _("%s is empty, but operations were kept in it"),
				 store->history_path);
	store->history = db_open(store->history_path, &options, err);
	if (!store->history || db_migrate(store->history, &schema, err))
		return -1;
	kept = db_number(store->history, "SELECT EXISTS (SELECT 1 FROM operation)", -1);
	if (kept < 0)
		return db_error(store->history, err);
	if (kept > 0)
		store_mark_history(store);
	/* A few milliseconds; of a larger file what is damaged is found where it is read. */
	if (stat(store->history_path, &st) == 0 && st.st_size <= CHECKED_BYTES_MAX)
		return db_check_whole(store->history, err);
	return 0;
}

static int
make_folder_of(const char *path, struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int ret;

	if (!slash || slash == path)
		return 0;
	folder = xstrndup(path, (size_t)(slash - path));
	ret = paths_make(folder, err);
	/* SQLite's journal is made beside the file with each write. */
	if (ret == 0 && access(folder, W_OK) != 0)
		ret = error_errno(err, _("Cannot write into %s"), folder);
	free(folder);
	return ret;
}

/* Without a cache everything goes on, only slower; without a
 * history nothing may be changed. */
struct store *
store_open(const char *history_path, const char *cache_path, struct error *err)
{
	struct store *store = xcalloc(1, sizeof(*store));
	char *lock_path = xasprintf("%s.lock", history_path);

	store->history_path = xstrdup(history_path);
	store->cache_path = xstrdup(cache_path);
	store->lock_fd = -1;
	if (make_folder_of(history_path, err))
		goto fail;
	store->lock_fd = db_private_file(lock_path, err);
	if (store->lock_fd < 0 || open_history(store, lock_path, err))
		goto fail;
	if (make_folder_of(cache_path, NULL) == 0)
		cache_open(store);
	free(lock_path);
	return store;
fail:
	if (err && err->kind == ERROR_SYSTEM)
		err->kind = ERROR_STORE;
	error_prefix(err, _("The history cannot be opened"));
	free(lock_path);
	store_close(store);
	return NULL;
}

/* What is damaged is not used: nobody could say what of it is missing. */
static struct db *
open_read_only(const char *path)
{
	const struct db_options options = {.mode = DB_READ_ONLY, .busy_ms = HISTORY_BUSY_MS};
	struct db *db = db_open(path, &options, NULL);
	struct stat st;

	if (db && db_version(db) == (int)schema.count &&
	    db_number(db, "SELECT EXISTS (SELECT 1 FROM operation)", -1) >= 0 &&
	    (stat(path, &st) != 0 || st.st_size > CHECKED_BYTES_MAX ||
	     db_check_whole(db, NULL) == 0))
		return db;
	db_close(db);
	return NULL;
}

/* Nothing is ever in it. */
static struct db *
open_stand_in(const char *path, struct error *err)
{
	struct db *db = db_open(path, &(struct db_options){.mode = DB_IN_MEMORY}, err);

	if (db && db_migrate(db, &schema, err) == 0)
		return db;
	db_close(db);
	return NULL;
}

/* A history that cannot be written is worth reading; what stands in for an unreadable one is
 * empty, and says so by store_check_readable(). */
struct store *
store_open_without_history(const char *history_path, const char *cache_path,
			   const struct error *why, struct error *err)
{
	struct store *store = xcalloc(1, sizeof(*store));

	store->history_path = xstrdup(history_path);
	store->cache_path = xstrdup(cache_path);
	store->lock_fd = -1;
	store->problem = xstrdup(why->text);
	store->history = open_read_only(history_path);
	store->is_stand_in = !store->history;
	if (!store->history)
		store->history = open_stand_in(history_path, err);
	if (!store->history) {
		store_close(store);
		return NULL;
	}
	if (make_folder_of(cache_path, NULL) == 0)
		cache_open(store);
	return store;
}

int
store_check_readable(const struct store *store, struct error *err)
{
	return store->is_stand_in ? error_set(err, ERROR_STORE, "%s", store->problem) : 0;
}

int
store_check_writable(const struct store *store, struct error *err)
{
	return store->problem ? error_set(err, ERROR_STORE, "%s", store->problem) : 0;
}

void
store_close(struct store *store)
{
	if (!store)
		return;
	cache_close(store);
	db_close(store->history);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store->history_path);
	free(store->cache_path);
	free(store->problem);
	free(store);
}
