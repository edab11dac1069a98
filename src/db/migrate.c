/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The number is SQLite's user_version.  A newer file is refused and left alone: an older
 * program would not know what it breaks.
 *
 * All steps are one transaction: a file is at its old version or at the newest, never
 * between.
 */
#include "config.h"

#include "db/migrate.h"

#include <stdio.h>

#include "base/error.h"
#include "base/i18n.h"
#include "db/db.h"

int
db_version(struct db *db)
{
	return (int)db_number(db, "PRAGMA user_version", -1);
}

/* The version is read again under the lock: another program may have
 * done the work while we waited. */
static int
carry_out(struct db *db, const struct db_schema *schema, struct error *err)
{
	const int newest = (int)schema->count;
	int version = db_version(db);
	char pragma[48];

	if (version < 0)
		return db_error(db, err);
	if (version > newest)
		return error_set(
			err, ERROR_STORE,
			_("%s was written by a newer %s (schema %d, this one knows up to %d); "
			  "use that version, or another state directory"),
			db_path(db), schema->program, version, newest);
	if (version == 0 && db_number(db, "SELECT count(*) FROM sqlite_master", 0) > 0)
		return error_set(
			err, ERROR_STORE,
			_("%s is a database of another program; nothing was changed in it"),
			db_path(db));
	for (; version < newest; version++) {
		const struct db_step *step = &schema->steps[version];

		if (db_run(db, step->sql, err) || (step->run && step->run(db, err)))
			return -1;
	}
	snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d", newest);
	return db_run(db, pragma, err);
}

int
db_migrate(struct db *db, const struct db_schema *schema, struct error *err)
{
	/* Almost always; nothing is written then, and nobody else's writing is waited for. */
	if (db_version(db) == (int)schema->count)
		return 0;
	if (db_begin(db, err))
		return -1;
	return db_end(db, carry_out(db, schema, err), err);
}
