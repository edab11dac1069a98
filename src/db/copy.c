/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * SQLite's backup interface, a few pages a step: the daemon goes on between two steps, and
 * what it writes meanwhile is in the copy as well.
 *
 * That last point holds for writes over the connection that is copied from.  Over another
 * one, each write would start the copy again from its beginning; and the daemon has its file
 * to itself anyway.  So who runs the daemon's loop makes the copy, and the command only asks
 * for it.
 */
#include "config.h"

#include "db/copy.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "db/private.h"

struct db_copy {
	sqlite3 *from;		/* NULL: somebody else's */
	sqlite3 *to;
	sqlite3_backup *backup;	/* NULL: over */
};

static int
fail(sqlite3 *sqlite, struct error *err)
{
	return error_set(err, ERROR_STORE, "%s", sqlite3_errmsg(sqlite));
}

void
db_copy_free(struct db_copy *copy)
{
	if (!copy)
		return;
	if (copy->backup)
		sqlite3_backup_finish(copy->backup);
	sqlite3_close(copy->to);
	sqlite3_close(copy->from);
	free(copy);
}

/* The target needs no journal: a copy that is cut short is thrown away, not repaired. */
static int
begin(struct db_copy *copy, struct db *from, const char *path, const char *to, struct error *err)
{
	if (!from &&
	    sqlite3_open_v2(path, &copy->from, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW,
			    NULL) != SQLITE_OK)
		return fail(copy->from, err);
	if (sqlite3_open_v2(to, &copy->to, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
	    sqlite3_exec(copy->to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", NULL,
			 NULL, NULL) != SQLITE_OK)
		return fail(copy->to, err);
	copy->backup = sqlite3_backup_init(copy->to, "main", from ? from->sqlite : copy->from,
					   "main");
	return copy->backup ? 0 : fail(copy->to, err);
}

struct db_copy *
db_copy_new(struct db *from, const char *path, const char *to, struct error *err)
{
	struct db_copy *copy = xcalloc(1, sizeof(*copy));

	if (begin(copy, from, path, to, err) == 0)
		return copy;
	db_copy_free(copy);
	return NULL;
}

int
db_copy_step(struct db_copy *copy, int pages, struct error *err)
{
	int code = sqlite3_backup_step(copy->backup, pages);
	sqlite3_backup *backup = copy->backup;

	if (code == SQLITE_OK)
		return 1;
	if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
		return error_set(err, ERROR_UNAVAILABLE, "%s", sqlite3_errstr(code));
	copy->backup = NULL;
	if (sqlite3_backup_finish(backup) != SQLITE_OK || code != SQLITE_DONE)
		return fail(copy->to, err);
	/* A copy of a database in WAL mode says so too; a plain one opens anywhere. */
	if (sqlite3_exec(copy->to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
		return fail(copy->to, err);
	return 0;
}

int
db_make(const char *path, const char *sql, struct error *err)
{
	sqlite3 *sqlite = NULL;
	char *message = NULL;
	int ret = 0;

	if (sqlite3_open_v2(path, &sqlite, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
	    SQLITE_OK)
		ret = error_set(err, ERROR_SYSTEM, _("%s: the database cannot be made: %s"), path,
				sqlite3_errmsg(sqlite));
	if (ret == 0) {
		/* A template is data: it attaches no other file, and loads nothing. */
		sqlite3_limit(sqlite, SQLITE_LIMIT_ATTACHED, 0);
		if (sqlite3_exec(sqlite, sql, NULL, NULL, &message) != SQLITE_OK ||
		    sqlite3_exec(sqlite, "PRAGMA user_version", NULL, NULL, NULL) != SQLITE_OK)
			ret = error_set(err, ERROR_INPUT, _("%s: its template does not run: %s"),
					path, message ? message : sqlite3_errmsg(sqlite));
	}
	sqlite3_free(message);
	if (sqlite3_close(sqlite) != SQLITE_OK && ret == 0)
		ret = error_set(err, ERROR_SYSTEM, _("%s: the database cannot be written"), path);
	return ret;
}
