/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The database file and the one way statements run.
 *
 * One connection owns the file (locking_mode EXCLUSIVE), which is what makes WAL safe with
 * the SQLite releases that have the WAL-reset fault, and what keeps a second daemon out.
 */
#include "config.h"

#include "platform/state/rows.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/state/repository-values.h"
#include "platform/state/schema.h"
#include "platform/state/statements.h"

#define BUSY_MS 5000
#define ROOM_MIN (1024 * 1024)

/* What each failure of the database means to whoever asked.  Of the constraints only a key that
 * is taken is theirs; the others are a fault of ours. */
static const struct {
	int code;		/* with the extended part, or without */
	enum error_kind kind;
	const char *text;
} failures[] = {
	{SQLITE_CONSTRAINT_UNIQUE, ERROR_CONFLICT, N_("It exists already.")},
	{SQLITE_CONSTRAINT_PRIMARYKEY, ERROR_CONFLICT, N_("It exists already.")},
	{SQLITE_CONSTRAINT_ROWID, ERROR_CONFLICT, N_("It exists already.")},
	{SQLITE_CONSTRAINT_FOREIGNKEY, ERROR_STORE,
	 N_("The platform refused to store this: it refers to something that is not there.")},
	{SQLITE_CONSTRAINT_NOTNULL, ERROR_STORE,
	 N_("The platform refused to store this: a part of it is missing.")},
	{SQLITE_CONSTRAINT_CHECK, ERROR_STORE,
	 N_("The platform refused to store this: a part of it is not allowed.")},
	{SQLITE_CONSTRAINT, ERROR_STORE,
	 N_("The platform refused to store this: it contradicts what is stored.")},
	{SQLITE_FULL, ERROR_FULL, N_("The platform's disk is full.  Nothing was changed.")},
	{SQLITE_TOOBIG, ERROR_LIMIT, N_("This is larger than the platform can store.")},
	{SQLITE_BUSY, ERROR_UNAVAILABLE, N_("The platform's database is busy.  Try again.")},
	{SQLITE_LOCKED, ERROR_UNAVAILABLE, N_("The platform's database is busy.  Try again.")},
	{SQLITE_NOMEM, ERROR_UNAVAILABLE, N_("The platform is out of memory.  Try again later.")},
	{SQLITE_READONLY, ERROR_UNAVAILABLE,
	 N_("The platform's database cannot be written now.  It can be read.")},
	{SQLITE_CANTOPEN, ERROR_UNAVAILABLE, N_("The platform's database cannot be opened now.")},
	{SQLITE_IOERR, ERROR_STORE, N_("The platform's disk failed to read or write its database.")},
	{SQLITE_CORRUPT, ERROR_STORE,
	 N_("The platform's database is damaged.  Restore it from a backup.")},
	{SQLITE_NOTADB, ERROR_STORE, N_("The platform's database is damaged: it is not a database.")},
};

static int
database_failed(struct repository *r, int code, struct error *err)
{
	size_t i = 0, count = sizeof(failures) / sizeof(failures[0]);
	char number[16];

	while (i < count && failures[i].code != code && failures[i].code != (code & 0xff))
		i++;
	if (i < count && failures[i].kind == ERROR_CONFLICT)
		return error_set(err, ERROR_CONFLICT, "%s", _(failures[i].text));
	snprintf(number, sizeof(number), "%d", code);
	log_line(LOG_PRIORITY_ERROR, "the database failed", "file", r->path, "code", number, "means",
		 sqlite3_errstr(code), "error", sqlite3_errmsg(r->database), NULL);
	return error_set(err, i < count ? failures[i].kind : ERROR_STORE, "%s",
			 i < count ? _(failures[i].text) : _("The platform's database failed."));
}

static int
execute(struct repository *r, const char *sql, struct error *err)
{
	int code = sqlite3_exec(r->database, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : database_failed(r, code, err);
}

const char *
repository_platform_id(const struct repository *repository)
{
	return repository->id;
}

int64_t
repository_version(const struct repository *repository)
{
	return sqlite3_total_changes(repository->database);
}

/* A full disk and the like make SQLite take all open transactions back by itself; what would
 * follow in them would be made durable one by one. */
static bool
is_broken(struct repository *r)
{
	if (r->depth > 0 && sqlite3_get_autocommit(r->database))
		r->broken = true;
	return r->broken;
}

static int
refuse_broken(struct error *err)
{
	return error_set(err, ERROR_STORE, _("The platform's database failed.  Nothing was changed."));
}

/* A transaction within another is a savepoint: a route's handler and the note of who called
 * it are one transaction, and the handler has its own inside. */
int
repository_begin(struct repository *repository, struct error *err)
{
	if (is_broken(repository))
		return refuse_broken(err);
	/* One whose rollback failed. */
	if (repository->depth == 0 && !sqlite3_get_autocommit(repository->database) &&
	    execute(repository, "ROLLBACK", err) != 0)
		return -1;
	if (execute(repository, repository->depth > 0 ? "SAVEPOINT inner" : "BEGIN IMMEDIATE", err) !=
	    0)
		return -1;
	repository->depth++;
	return 0;
}

int
repository_commit(struct repository *repository, struct error *err)
{
	if (is_broken(repository))
		return refuse_broken(err);
	if (execute(repository, repository->depth > 1 ? "RELEASE inner" : "COMMIT", err) != 0)
		return -1;
	effects_keep(repository->effects, repository->depth);
	repository->depth--;
	if (repository->depth == 0)
		effects_run(repository->effects);
	return 0;
}

void
repository_rollback(struct repository *repository)
{
	if (repository->depth == 0)
		return;
	if (!is_broken(repository) &&
	    execute(repository, repository->depth > 1 ? "ROLLBACK TO inner; RELEASE inner"
						      : "ROLLBACK", NULL) != 0)
		repository->broken = true;
	effects_forget(repository->effects, repository->depth);
	repository->depth--;
	if (repository->depth > 0)
		return;
	if (repository->broken && !sqlite3_get_autocommit(repository->database))
		execute(repository, "ROLLBACK", NULL);
	repository->broken = false;
}

void
repository_after_commit(struct repository *repository, effect *run, effect *drop, void *data)
{
	if (repository->depth > 0) {
		effects_add(repository->effects, repository->depth, run, drop, data);
		return;
	}
	run(data);
	if (drop)
		drop(data);
}

static void
bind_json(sqlite3_stmt *statement, int at, const json_t *value)
{
	char *text = json_canonical(value);

	sqlite3_bind_text(statement, at, text, -1, SQLITE_TRANSIENT);
	free(text);
}

static sqlite3_stmt *
prepare(struct repository *r, struct error *err, const char *sql, const char *format, va_list args)
{
	sqlite3_stmt *statement;

	if (is_broken(r)) {
		refuse_broken(err);
		return NULL;
	}
	statement = statements_take(r->statements, sql);
	if (!statement) {
		database_failed(r, sqlite3_extended_errcode(r->database), err);
		return NULL;
	}
	for (int at = 1; *format; format++, at++) {
		if (*format == 's')
			sqlite3_bind_text(statement, at, va_arg(args, const char *), -1,
					  SQLITE_TRANSIENT);
		else if (*format == 'i')
			sqlite3_bind_int64(statement, at, va_arg(args, int64_t));
		else
			bind_json(statement, at, va_arg(args, const json_t *));
	}
	return statement;
}

static json_t *
column_text(sqlite3_stmt *statement, int i)
{
	const char *text = (const char *)sqlite3_column_text(statement, i);

	return json_string(text ? text : "");
}

static json_t *
column_stamp(sqlite3_stmt *statement, int i)
{
	char stamp[CLOCK_STAMP_SIZE];

	clock_stamp(stamp, sqlite3_column_int64(statement, i));
	return json_string(stamp);
}

static json_t *
column_bool(sqlite3_stmt *statement, int i)
{
	return json_boolean(sqlite3_column_int(statement, i) != 0);
}

static json_t *
column_json(sqlite3_stmt *statement, int i)
{
	const char *text = (const char *)sqlite3_column_text(statement, i);
	json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

	return value ? value : json_object();
}

static const struct {
	const char *prefix;
	json_t *(*read)(sqlite3_stmt *statement, int i);
} columns[] = {
	{"stamp:", column_stamp},
	{"bool:", column_bool},
	{"json:", column_json},
	{"optjson:", column_json},
	{"opt:", column_text},
	{"", column_text},
};

static json_t *
read_row(sqlite3_stmt *statement)
{
	json_t *row = json_object();

	for (int i = 0; i < sqlite3_column_count(statement); i++) {
		const char *name = sqlite3_column_name(statement, i);
		size_t kind = 0, length;

		while (strncmp(name, columns[kind].prefix, strlen(columns[kind].prefix)) != 0)
			kind++;
		length = strlen(columns[kind].prefix);
		if (strncmp(columns[kind].prefix, "opt", 3) == 0 &&
		    sqlite3_column_type(statement, i) == SQLITE_NULL)
			continue;
		json_object_set_new(row, name + length, columns[kind].read(statement, i));
	}
	return row;
}

json_t *
rows_all(struct repository *repository, struct error *err, const char *sql, const char *format, ...)
{
	json_t *rows = json_array();
	sqlite3_stmt *statement;
	va_list args;
	int code;

	va_start(args, format);
	statement = prepare(repository, err, sql, format, args);
	va_end(args);
	if (!statement) {
		json_decref(rows);
		return NULL;
	}
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		json_array_append_new(rows, read_row(statement));
	if (code != SQLITE_DONE) {
		database_failed(repository, code, err);
		json_decref(rows);
		rows = NULL;
	}
	statements_give(repository->statements, statement);
	return rows;
}

json_t *
rows_one(struct repository *repository, struct error *err, const char *sql, const char *format, ...)
{
	sqlite3_stmt *statement;
	json_t *row = NULL;
	va_list args;
	int code;

	va_start(args, format);
	statement = prepare(repository, err, sql, format, args);
	va_end(args);
	if (!statement)
		return NULL;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		row = read_row(statement);
	else if (code == SQLITE_DONE)
		error_set(err, ERROR_NOT_FOUND, _("There is no such thing."));
	else
		database_failed(repository, code, err);
	statements_give(repository->statements, statement);
	return row;
}

static int
run(struct repository *r, struct error *err, const char *sql, const char *format, va_list args)
{
	sqlite3_stmt *statement = prepare(r, err, sql, format, args);
	int ret = 0, code;

	if (!statement)
		return -1;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW)
		;
	if (code != SQLITE_DONE)
		ret = database_failed(r, code, err);
	statements_give(r->statements, statement);
	return ret;
}

int
rows_run(struct repository *repository, struct error *err, const char *sql, const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = run(repository, err, sql, format, args);
	va_end(args);
	return ret;
}

int
rows_change(struct repository *repository, struct error *err, const char *sql, const char *format,
	    ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = run(repository, err, sql, format, args);
	va_end(args);
	if (ret == 0 && sqlite3_changes(repository->database) == 0)
		return error_set(err, ERROR_NOT_FOUND, _("There is no such thing."));
	return ret;
}

static int
read_version(struct repository *r)
{
	sqlite3_stmt *statement;
	int version = -1;

	if (sqlite3_prepare_v2(r->database, "PRAGMA user_version", -1, &statement, NULL) !=
	    SQLITE_OK)
		return -1;
	if (sqlite3_step(statement) == SQLITE_ROW)
		version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	return version;
}

/* The step that makes version `version` + 1 of what is there; all of it or nothing. */
static int
migrate_one(struct repository *r, int version, struct error *err)
{
	char pragma[40];

	snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d", version + 1);
	if (repository_begin(r, err) != 0)
		return -1;
	if (execute(r, schema_steps[version], err) != 0 || execute(r, pragma, err) != 0 ||
	    repository_commit(r, err) != 0) {
		repository_rollback(r);
		return -1;
	}
	return 0;
}

/* A step that turns out wrong can be gone back from by hand.  A copy that is there already is
 * of the same version and of an attempt that failed: the file is still as it was then. */
static int
copy_aside(struct repository *r, int version, struct error *err)
{
	char *copy = xasprintf("%s.version-%d", r->path, version);
	int ret = 0;

	if (access(copy, F_OK) != 0) {
		mode_t mask = umask(0077);

		ret = rows_run(r, err, "VACUUM INTO ?", "s", copy);
		umask(mask);
		if (ret != 0) {
			unlink(copy);
			error_prefix(err, _("%s: cannot make a copy before the migration"), copy);
		}
	}
	free(copy);
	return ret;
}

static int
migrate(struct repository *r, struct error *err)
{
	int version = read_version(r);

	if (version < 0)
		return database_failed(r, sqlite3_extended_errcode(r->database), err);
	if (version > schema_version)
		return error_set(err, ERROR_STORE, _("it was written by a newer sidestaged (schema %d; "
						     "this one knows %d).  Use that one."), version,
				 schema_version);
	if (version > 0 && version < schema_version && copy_aside(r, version, err) != 0)
		return -1;
	for (; version < schema_version; version++)
		if (migrate_one(r, version, err) != 0)
			return -1;
	return 0;
}

/* The first that opens the state gives it its id. */
static int
read_platform_id(struct repository *r, struct error *err)
{
	char id[IDS_UUID_SIZE];
	json_t *row;

	ids_uuid7(id);
	if (rows_run(r, err, "INSERT INTO platform VALUES (1, ?) ON CONFLICT DO NOTHING", "s", id) != 0)
		return -1;
	row = rows_one(r, err, "SELECT id FROM platform", "");
	if (!row)
		return -1;
	snprintf(r->id, sizeof(r->id), "%s", json_member_string(row, "id"));
	json_decref(row);
	return 0;
}

/* SQLite makes files by the umask; this one is private whatever that says. */
static int
make_private(const char *path, struct error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return error_errno(err, _("%s: cannot be opened"), path);
	close(fd);
	return 0;
}

struct repository *
repository_open(const char *path, struct error *err)
{
	struct repository *r;

	if (make_private(path, err) != 0)
		return NULL;
	r = xcalloc(1, sizeof(*r));
	r->path = xstrdup(path);
	r->effects = effects_new();
	if (sqlite3_open_v2(path, &r->database, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) {
		database_failed(r, sqlite3_extended_errcode(r->database), err);
		error_prefix(err, "%s", path);
		repository_close(r);
		return NULL;
	}
	r->statements = statements_new(r->database);
	sqlite3_busy_timeout(r->database, BUSY_MS);
	sqlite3_extended_result_codes(r->database, 1);
	if (execute(r, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
		       "PRAGMA synchronous = FULL; PRAGMA trusted_schema = OFF;"
		       "PRAGMA secure_delete = ON", err) != 0 ||
	    migrate(r, err) != 0 || read_platform_id(r, err) != 0) {
		error_prefix(err, "%s", path);
		repository_close(r);
		return NULL;
	}
	/* What was purged right before a crash is still in the log. */
	repository_scrub(r);
	return r;
}

int
repository_check_writable(struct repository *repository, struct error *err)
{
	struct statvfs disk;

	if (statvfs(repository->path, &disk) != 0 || (disk.f_flag & ST_RDONLY) ||
	    disk.f_bavail < ROOM_MIN / disk.f_frsize)
		return error_set(err, ERROR_STORE, _("%s: there is no room left, or it cannot be "
						     "written"), repository->path);
	if (!sqlite3_get_autocommit(repository->database))
		return 0;
	if (repository_begin(repository, err) != 0)
		return -1;
	repository_rollback(repository);
	return 0;
}

void
repository_close(struct repository *repository)
{
	if (!repository)
		return;
	statements_free(repository->statements);
	sqlite3_close(repository->database);
	effects_free(repository->effects);
	free(repository->path);
	free(repository);
}
