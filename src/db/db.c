/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The journal is TRUNCATE and not WAL where several programs share a file: SQLite before
 * 3.51.3 can lose commits of two connections in WAL mode; synchronous is EXTRA there, since
 * the promise of a journal of operations is that it was there before the request.  One
 * connection under locking_mode EXCLUSIVE is what makes WAL safe with the same releases, and
 * keeps a second program out.
 *
 * Transactions nest by savepoints, so that a function need not know whether its caller has
 * begun one.  What is to happen outside of the database is kept until the outermost one is
 * durable (effects.c).
 */
#include "config.h"

#include "db/private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define BYTES_MAX (64 * 1024 * 1024)	/* of one value */
/* Short beside a durable commit (some milliseconds), and long
 * enough not to be seen in a profile. */
#define POLL_NS 500000

static const struct {
	int flags;
	const char *pragmas;
} modes[] = {
	[DB_SHARED] = {SQLITE_OPEN_READWRITE,
		       "PRAGMA journal_mode = TRUNCATE;"
		       "PRAGMA foreign_keys = ON; PRAGMA synchronous = EXTRA"},
	[DB_DISPOSABLE] = {SQLITE_OPEN_READWRITE,
			   "PRAGMA journal_mode = TRUNCATE;"
			   "PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF"},
	[DB_OWNED] =
		{SQLITE_OPEN_READWRITE,
		 "PRAGMA locking_mode = EXCLUSIVE;"
		 "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON"},
	[DB_READ_ONLY] = {SQLITE_OPEN_READONLY, ""},
	[DB_IN_MEMORY] = {SQLITE_OPEN_READWRITE, "PRAGMA foreign_keys = ON"},
};

/* The extended codes that mean something of their own stand before the plain ones. */
static const struct {
	int code;
	enum db_failure failure;
} failures[] = {
	{SQLITE_CONSTRAINT_UNIQUE, DB_TAKEN},
	{SQLITE_CONSTRAINT_PRIMARYKEY, DB_TAKEN},
	{SQLITE_CONSTRAINT_ROWID, DB_TAKEN},
	{SQLITE_CONSTRAINT_FOREIGNKEY, DB_DANGLING},
	{SQLITE_CONSTRAINT_NOTNULL, DB_INCOMPLETE},
	{SQLITE_CONSTRAINT_CHECK, DB_NOT_ALLOWED},
	{SQLITE_CONSTRAINT, DB_CONTRADICTS},
	{SQLITE_FULL, DB_NO_ROOM},
	{SQLITE_TOOBIG, DB_TOO_BIG},
	{SQLITE_BUSY, DB_BUSY},
	{SQLITE_LOCKED, DB_BUSY},
	{SQLITE_NOMEM, DB_NO_MEMORY},
	{SQLITE_READONLY, DB_CANNOT_WRITE},
	{SQLITE_CANTOPEN, DB_CANNOT_OPEN},
	{SQLITE_IOERR, DB_DISK},
	{SQLITE_CORRUPT, DB_DAMAGED},
	{SQLITE_NOTADB, DB_NO_DATABASE},
};

/* --- what went wrong --- */

int
db_fail(struct db *db, int code)
{
	size_t i = 0, count = sizeof(failures) / sizeof(failures[0]);

	while (i < count && failures[i].code != code && failures[i].code != (code & 0xff))
		i++;
	db->failure = i < count ? failures[i].failure : DB_FAILED;
	db->code = code;
	snprintf(db->message, sizeof(db->message), "%s", sqlite3_errmsg(db->sqlite));
	return -1;
}

enum db_failure
db_failure(const struct db *db)
{
	return db->failure;
}

int
db_code(const struct db *db)
{
	return db->code;
}

const char *
db_code_words(const struct db *db)
{
	return sqlite3_errstr(db->code);
}

const char *
db_message(const struct db *db)
{
	return db->message;
}

int
db_error(const struct db *db, struct error *err)
{
	if (db->failure == DB_BUSY && db->busy_ms > 0)
		return error_set(
			err, ERROR_STORE,
			_("%s: another program keeps it locked.  Try again."),
			db->path);
	return error_set(err, ERROR_STORE, _("%s: %s"), db->path, db->message);
}

/* SQLite rolls back by itself when a disk is full or memory is short, and says so only by being
 * in autocommit again.  Going on would commit the second half of a change without its first. */
bool
db_refuses(struct db *db)
{
	if (db->depth > 0 && sqlite3_get_autocommit(db->sqlite))
		db->is_broken = true;
	if (!db->is_broken)
		return false;
	db->failure = DB_TAKEN_BACK;
	db->code = SQLITE_ABORT_ROLLBACK;
	snprintf(db->message, sizeof(db->message), "%s", sqlite3_errstr(db->code));
	return true;
}

/* --- waiting for other programs --- */

/* Locks of other programs cannot be waited for by poll(2). */
static void
nap(void)
{
	nanosleep(&(struct timespec){0, POLL_NS}, NULL);
}

/* Being first is not enough when the holder hangs: the deadline ends this in any case. */
static void
wait_for_turn(struct db *db)
{
	queue_enter(&db->queue);
	while (!queue_is_first(&db->queue) && clock_steady_ms() < db->deadline)
		nap();
}

/* The deadline is one for everything that follows until the next call: retries do not add up. */
void
db_await_turn(struct db *db, bool writes)
{
	db->deadline = clock_steady_ms() + db->busy_ms;
	if (writes)
		wait_for_turn(db);
}

void
db_leave_turn(struct db *db)
{
	if (db->depth == 0 && db->writing == 0)
		queue_leave(&db->queue);
}

/* SQLite found the file locked.  Who reads has no turn yet, and would else be overtaken by one
 * writer after the other. */
static int
on_busy(void *data, int times)
{
	struct db *db = data;

	(void)times;
	if (clock_steady_ms() >= db->deadline)
		return 0;
	wait_for_turn(db);
	nap();
	return 1;
}

int64_t
db_work(const struct db *db)
{
	return db->work;
}

/* --- the file --- */

/* SQLite makes its own files with the umask's mode; a file that is there keeps its mode, and the
 * rollback journal takes the mode of the database. */
int
db_private_file(const char *path, struct error *err)
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
		error_errno(err, _("Cannot make %s private"), path);
		close(fd);
		return -1;
	}
	return fd;
}

static void
set_up(struct db *db)
{
	sqlite3_extended_result_codes(db->sqlite, 1);
	sqlite3_busy_handler(db->sqlite, on_busy, db);
	/* What is in the file may come from elsewhere: no schema of it may call functions. */
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(db->sqlite, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_limit(db->sqlite, SQLITE_LIMIT_LENGTH, BYTES_MAX);
}

/* The file is made before SQLite sees it, which would make it by the umask. */
struct db *
db_open(const char *path, const struct db_options *options, struct error *err)
{
	const bool has_file = options->mode != DB_IN_MEMORY;
	struct db *db;
	int code;

	if (has_file && options->mode != DB_READ_ONLY) {
		int fd = db_private_file(path, err);

		if (fd < 0)
			return NULL;
		close(fd);
	}
	db = xcalloc(1, sizeof(*db));
	db->path = xstrdup(path);
	db->busy_ms = options->busy_ms;
	queue_open(&db->queue, options->queue_path);
	code = sqlite3_open_v2(has_file ? path : ":memory:", &db->sqlite,
			       modes[options->mode].flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (code != SQLITE_OK) {
		db_fail(db, code);
		db_error(db, err);
		db_close(db);
		return NULL;
	}
	set_up(db);
	if (db_run(db, modes[options->mode].pragmas, err)) {
		db_close(db);
		return NULL;
	}
	return db;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	statements_forget(db);
	sqlite3_close(db->sqlite);
	effects_free(db->effects);
	queue_close(&db->queue);
	free(db->path);
	free(db);
}

const char *
db_path(const struct db *db)
{
	return db->path;
}

static int
execute(struct db *db, const char *sql)
{
	int code = sqlite3_exec(db->sqlite, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : db_fail(db, code);
}

int
db_run(struct db *db, const char *sql, struct error *err)
{
	int ret;

	if (db_refuses(db))
		return db_error(db, err);
	db_await_turn(db, false);
	ret = execute(db, sql);
	db_leave_turn(db);
	return ret ? db_error(db, err) : 0;
}

int64_t
db_number(struct db *db, const char *sql, int64_t otherwise)
{
	struct statement *statement = statement_new(db, sql);
	int64_t value = statement_row(statement) ? row_int(statement, 0) : otherwise;

	return statement_end(statement, NULL) ? otherwise : value;
}

int
db_check_whole(struct db *db, struct error *err)
{
	struct statement *statement = statement_new(db, "PRAGMA quick_check(1)");
	const char *found = statement_row(statement) ? row_text(statement, 0) : NULL;
	int ret = 0;

	if (!found || strcmp(found, "ok") != 0)
		ret = error_set(err, ERROR_STORE, _("%s is damaged: %.200s"), db->path,
				found ? found : db->message);
	return statement_end(statement, NULL) && ret == 0 ? db_error(db, err) : ret;
}

/* --- transactions --- */

static int
begin(struct db *db, bool writes, struct error *err)
{
	if (db_refuses(db))
		return db_error(db, err);
	/* One whose rollback failed. */
	if (db->depth == 0 && !sqlite3_get_autocommit(db->sqlite) && execute(db, "ROLLBACK"))
		return db_error(db, err);
	if (db->depth == 0)
		db_await_turn(db, writes);
	if (execute(db, db->depth > 0 ? "SAVEPOINT inner" : writes ? "BEGIN IMMEDIATE" : "BEGIN")) {
		db_leave_turn(db);
		return db_error(db, err);
	}
	db->depth++;
	return 0;
}

/* BEGIN IMMEDIATE: the lock to write is taken now.  A transaction that reads first
 * and takes it later could fail in its middle, when somebody else has written in
 * between, and would have to start over. */
int
db_begin(struct db *db, struct error *err)
{
	return begin(db, true, err);
}

int
db_begin_reading(struct db *db, struct error *err)
{
	return begin(db, false, err);
}

/* A COMMIT that fails as busy leaves the transaction open: the caller rolls
 * back, as after any other failure.  The turn is given up before the
 * effects run, since they may take long. */
int
db_commit(struct db *db, struct error *err)
{
	if (db_refuses(db))
		return db_error(db, err);
	db->deadline = clock_steady_ms() + db->busy_ms;
	if (execute(db, db->depth > 1 ? "RELEASE inner" : "COMMIT"))
		return db_error(db, err);
	if (db->effects)
		effects_keep(db->effects, db->depth);
	db->depth--;
	db_leave_turn(db);
	if (db->depth == 0 && db->effects)
		effects_run(db->effects);
	return 0;
}

/* What failed before is what whoever rolls back will tell; a rollback that fails is found at the
 * next begin. */
void
db_rollback(struct db *db)
{
	if (db->depth == 0)
		return;
	if (sqlite3_get_autocommit(db->sqlite))
		db->is_broken = true;
	if (!db->is_broken &&
	    sqlite3_exec(db->sqlite,
			 db->depth > 1 ? "ROLLBACK TO inner; RELEASE inner" : "ROLLBACK", NULL,
			 NULL, NULL) != SQLITE_OK)
		db->is_broken = true;
	if (db->effects)
		effects_forget(db->effects, db->depth);
	db->depth--;
	if (db->depth > 0)
		return;
	if (db->is_broken && !sqlite3_get_autocommit(db->sqlite))
		sqlite3_exec(db->sqlite, "ROLLBACK", NULL, NULL, NULL);
	db->is_broken = false;
	db_leave_turn(db);
}

int
db_end(struct db *db, int ret, struct error *err)
{
	if (ret == 0)
		ret = db_commit(db, err);
	if (ret)
		db_rollback(db);
	return ret;
}

/* Outside of a transaction there is nothing to wait for. */
void
db_after_commit(struct db *db, effect *run, effect *drop, void *data)
{
	if (db->depth > 0) {
		if (!db->effects)
			db->effects = effects_new();
		effects_add(db->effects, db->depth, run, drop, data);
		return;
	}
	run(data);
	if (drop)
		drop(data);
}

int
db_depth(const struct db *db)
{
	return db->depth;
}

int64_t
db_changes(const struct db *db)
{
	return sqlite3_changes64(db->sqlite);
}

int64_t
db_total_changes(const struct db *db)
{
	return sqlite3_total_changes64(db->sqlite);
}

int64_t
db_last_id(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->sqlite);
}

/* Pages that were overwritten by secure_delete are still whole in
 * the WAL until it is emptied. */
void
db_scrub(struct db *db)
{
	sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}
