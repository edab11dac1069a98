/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Numbered schemas: what brings a file from each version to the next. */
#ifndef SIDESTAGE_DB_MIGRATE_H
#define SIDESTAGE_DB_MIGRATE_H

#include <stddef.h>

struct db;
struct error;

struct db_step {
	const char *sql;
	/* What SQL cannot say, after it, in the same transaction.  NULL: nothing. */
	int (*run)(struct db *db, struct error *err);
};

/* steps[n] makes version n + 1 of version n.  One that was released never changes. */
struct db_schema {
	const char *program;	/* whose file it is, for errors: "sidestage" */
	const struct db_step *steps;
	size_t count;
};

/* Of the file; -1 when it cannot be read. */
int db_version(struct db *db);
/* All steps that are missing in one transaction, so that programs which start together agree.  -1
 * with err (ERROR_STORE), and the file as it was: it is from a newer program, or of another one. */
int db_migrate(struct db *db, const struct db_schema *schema, struct error *err)
	__attribute__((warn_unused_result));

#endif
