/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Opening the two files.
 *
 * journal_mode is TRUNCATE and not WAL: SQLite before 3.51.3 can lose commits of two
 * connections in WAL mode, and several programs share these files.  synchronous is EXTRA
 * for the history, since the journal's one promise is that it was there before the request.
 */
#include "config.h"

#include "store/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"

#define HISTORY_BUSY_MS 5000
#define CHECKED_BYTES_MAX (2 * 1024 * 1024)

/* migrations[n] brings a file from version n to n + 1; never change one that was released. */
static const char *const migrations[] = {
	/* 0: a new file */
	"CREATE TABLE operation ("
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
	") WITHOUT ROWID;",
	/* 1: what a person says is done of a hotfix */
	"CREATE TABLE mark ("
	" url TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL, story TEXT NOT NULL,"
	" step TEXT NOT NULL, who TEXT, note TEXT, at INTEGER NOT NULL,"
	" PRIMARY KEY (url, org, app, story, step)"
	") WITHOUT ROWID;",
	/* 2: what is found by typing; search.c keeps it */
	"CREATE TABLE words ("
	" number INTEGER PRIMARY KEY,"
	" operation TEXT NOT NULL UNIQUE REFERENCES operation (id),"
	" text TEXT NOT NULL);"
	"CREATE VIRTUAL TABLE words_index USING fts5 ("
	" text, content='words', content_rowid='number', tokenize='trigram');"
	"INSERT INTO words (operation, text) " SEARCH_WORDS ";"
	"INSERT INTO words_index (words_index) VALUES ('rebuild');",
	/* 3: the board as it was (moments.c): what changed, and when it was seen to */
	"CREATE TABLE moment ("
	" url TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	" at INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, origin TEXT NOT NULL,"
	" deployment_id TEXT NOT NULL, set_id TEXT NOT NULL, status TEXT NOT NULL,"
	" PRIMARY KEY (url, org, app, env, at)"
	") WITHOUT ROWID;"
	"CREATE INDEX moment_at ON moment (url, org, app, at);",
	/* 4: how a person has arranged an application's board (settings.c) */
	"CREATE TABLE setting ("
	" url TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL, name TEXT NOT NULL,"
	" value TEXT NOT NULL, PRIMARY KEY (url, org, app, name)"
	") WITHOUT ROWID;",
	/* 5: steps by ids, not by texts, which may be reworded; of what is there none is known */
	"ALTER TABLE step ADD COLUMN id TEXT;"
	"CREATE INDEX operation_open ON operation (state)"
	" WHERE state IN ('prepared', 'running', 'unwatched');",
	/* 6: rows belong to a platform and not to an address (platforms.c) */
	"CREATE TABLE address ("
	" address TEXT PRIMARY KEY, platform TEXT NOT NULL, seen_at INTEGER NOT NULL"
	") WITHOUT ROWID;"
	"ALTER TABLE operation ADD COLUMN address TEXT;"
	"UPDATE operation SET address=url;",
};
#define SCHEMA_VERSION ((int)(sizeof(migrations) / sizeof(migrations[0])))
#define SCHEMA_PLATFORMS 6	/* platforms_migrate() comes with this one */

int
database_error(sqlite3 *database, const char *path, struct error *err)
{
	return error_set(err, ERROR_STORE, _("%s: %s"), path,
			 database ? sqlite3_errmsg(database) : sqlite3_errstr(SQLITE_NOMEM));
}

int
database_run(sqlite3 *database, const char *path, const char *sql, struct error *err)
{
	if (sqlite3_exec(database, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return database_error(database, path, err);
}

int
database_int(sqlite3 *database, const char *sql, int otherwise)
{
	sqlite3_stmt *statement;
	int value = otherwise;

	if (sqlite3_prepare_v2(database, sql, -1, &statement, NULL) != SQLITE_OK)
		return otherwise;
	if (sqlite3_step(statement) == SQLITE_ROW)
		value = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return value;
}

void
database_bind(sqlite3_stmt *statement, int index, const char *text)
{
	if (text)
		sqlite3_bind_text(statement, index, text, -1, SQLITE_TRANSIENT);
	else
		sqlite3_bind_null(statement, index);
}

/* SQLite makes its own files with the umask's mode; a file that is there keeps its mode,
 * and the rollback journal takes the mode of the database. */
static int
make_private_file(const char *path, struct error *err)
{
	struct stat st;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);

	if (fd < 0)
		return error_errno(err, _("cannot open %s"), path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return error_set(err, ERROR_STORE, _("%s is not a file"), path);
	}
	/* Who took the permission away meant it, also for somebody whom the kernel lets write. */
	if (!(st.st_mode & S_IWUSR)) {
		close(fd);
		return error_set(err, ERROR_STORE, _("%s is read-only"), path);
	}
	if ((st.st_mode & 077) && st.st_uid == geteuid() && fchmod(fd, 0600)) {
		error_errno(err, _("cannot make %s private"), path);
		close(fd);
		return -1;
	}
	return fd;
}

sqlite3 *
database_open(const char *path, int busy_ms, bool durable, struct error *err)
{
	sqlite3 *database = NULL;
	int fd = make_private_file(path, err);

	if (fd < 0)
		return NULL;
	close(fd);
	if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		database_error(database, path, err);
		sqlite3_close(database);
		return NULL;
	}
	sqlite3_extended_result_codes(database, 1);
	sqlite3_busy_timeout(database, busy_ms);
	/* What is in the file may come from elsewhere: no schema of it may call functions. */
	sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_limit(database, SQLITE_LIMIT_LENGTH, 64 * 1024 * 1024);
	if (database_run(database, path, "PRAGMA journal_mode=TRUNCATE; PRAGMA foreign_keys=ON;",
			 err) ||
	    database_run(database, path,
			 durable ? "PRAGMA synchronous=EXTRA" : "PRAGMA synchronous=OFF", err)) {
		sqlite3_close(database);
		return NULL;
	}
	return database;
}

/* Within one transaction, so that two programs that start together agree. */
static int
migrate(sqlite3 *database, const char *path, struct error *err)
{
	char pragma[64];
	int version;

	/* Almost always; nothing is written then, and nobody else's writing is waited for. */
	if (database_int(database, "PRAGMA user_version", -1) == SCHEMA_VERSION)
		return 0;
	if (database_run(database, path, "BEGIN IMMEDIATE", err))
		return -1;
	version = database_int(database, "PRAGMA user_version", -1);
	if (version < 0) {
		database_error(database, path, err);
		goto fail;
	}
	if (version > SCHEMA_VERSION) {
		error_set(err, ERROR_STORE,
			  _("%s was written by a newer sidestage (schema %d, this one knows up to "
			    "%d); use that version, or another state directory"),
			  path, version, SCHEMA_VERSION);
		goto fail;
	}
	if (version == 0 && database_int(database, "SELECT count(*) FROM sqlite_master", 0) > 0) {
		error_set(err, ERROR_STORE,
			  _("%s is a database of another program; nothing was changed in it"), path);
		goto fail;
	}
	for (; version < SCHEMA_VERSION; version++) {
		if (database_run(database, path, migrations[version], err))
			goto fail;
		if (version == SCHEMA_PLATFORMS && platforms_migrate(database)) {
			database_error(database, path, err);
			goto fail;
		}
	}
	sqlite3_snprintf(sizeof(pragma), pragma, "PRAGMA user_version=%d", SCHEMA_VERSION);
	if (database_run(database, path, pragma, err) ||
	    database_run(database, path, "COMMIT", err))
		goto fail;
	return 0;
fail:
	sqlite3_exec(database, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/* A few milliseconds; of a larger file what is damaged is found where it is read. */
static int
check_whole(sqlite3 *database, const char *path, struct error *err)
{
	sqlite3_stmt *statement;
	const char *found = NULL;
	int ret = 0;

	if (sqlite3_prepare_v2(database, "PRAGMA quick_check(1)", -1, &statement, NULL) != SQLITE_OK)
		return database_error(database, path, err);
	if (sqlite3_step(statement) == SQLITE_ROW)
		found = (const char *)sqlite3_column_text(statement, 0);
	if (!found || strcmp(found, "ok") != 0)
		ret = error_set(err, ERROR_STORE, _("%s is damaged: %.200s"), path,
				found ? found : sqlite3_errmsg(database));
	sqlite3_finalize(statement);
	return ret;
}

/* The lock file says whether operations were ever kept here: it is not touched by what befalls the
 * history. */
static bool
had_history(const struct store *store)
{
	struct stat st;

	return fstat(store->lock_fd, &st) == 0 && st.st_size > 0;
}

void
store_mark_history(struct store *store)
{
	static const char text[] = "operations were kept\n";

	if (store->lock_fd >= 0 && !had_history(store))
		(void)!pwrite(store->lock_fd, text, sizeof(text) - 1, 0);
}

static int
open_history(struct store *store, struct error *err)
{
	struct stat st;
	int kept;

	if (stat(store->history_path, &st) == 0 && st.st_size == 0 && had_history(store))
		return error_set(err, ERROR_STORE, _("%s is empty, but operations were kept in it"),
				 store->history_path);
	store->history = database_open(store->history_path, HISTORY_BUSY_MS, true, err);
	if (!store->history)
		return -1;
	if (migrate(store->history, store->history_path, err))
		return -1;
	kept = database_int(store->history, "SELECT EXISTS (SELECT 1 FROM operation)", -1);
	if (kept < 0)
		return database_error(store->history, store->history_path, err);
	if (kept > 0)
		store_mark_history(store);
	if (stat(store->history_path, &st) == 0 && st.st_size <= CHECKED_BYTES_MAX)
		return check_whole(store->history, store->history_path, err);
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
		ret = error_errno(err, _("cannot write into %s"), folder);
	free(folder);
	return ret;
}

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
	store->lock_fd = make_private_file(lock_path, err);
	if (store->lock_fd < 0 || open_history(store, err))
		goto fail;
	if (make_folder_of(cache_path, NULL) == 0)
		cache_open(store);
	free(lock_path);
	return store;
fail:
	if (err && err->kind == ERROR_SYSTEM)
		err->kind = ERROR_STORE;
	error_prefix(err, _("the history cannot be opened"));
	free(lock_path);
	store_close(store);
	return NULL;
}

/* The file as it is, without a byte written into it or beside it; what is damaged is not used: nobody
 * could say what of it is missing. */
static sqlite3 *
open_read_only(const char *path)
{
	sqlite3 *database = NULL;
	struct stat st;

	if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(database, HISTORY_BUSY_MS);
		sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
		sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
		if (database_int(database, "PRAGMA user_version", -1) == SCHEMA_VERSION &&
		    database_int(database, "SELECT EXISTS (SELECT 1 FROM operation)", -1) >= 0 &&
		    (stat(path, &st) != 0 || st.st_size > CHECKED_BYTES_MAX ||
		     check_whole(database, path, NULL) == 0))
			return database;
	}
	sqlite3_close(database);
	return NULL;
}

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
	if (!store->history &&
	    (sqlite3_open_v2(":memory:", &store->history, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			     NULL) != SQLITE_OK ||
	     migrate(store->history, history_path, err) != 0)) {
		if (err && err->kind == ERROR_NONE)
			database_error(store->history, history_path, err);
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
	if (store->history)
		sqlite3_close(store->history);
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store->history_path);
	free(store->cache_path);
	free(store->problem);
	free(store);
}
