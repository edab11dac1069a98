/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A table with one place a text: a statement that finds its place taken is finalized, so
 * the table never grows, whatever the texts are.
 */
#include "config.h"

#include "platform/state/statements.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#define SLOTS 256		/* about three times as many as there are texts */

struct statements {
	sqlite3 *database;
	sqlite3_stmt *slots[SLOTS];
};

struct statements *
statements_new(sqlite3 *database)
{
	struct statements *statements = xcalloc(1, sizeof(*statements));

	statements->database = database;
	return statements;
}

void
statements_free(struct statements *statements)
{
	if (!statements)
		return;
	for (size_t i = 0; i < SLOTS; i++)
		sqlite3_finalize(statements->slots[i]);
	free(statements);
}

/* FNV-1a. */
static sqlite3_stmt **
slot_of(struct statements *statements, const char *sql)
{
	uint32_t hash = 2166136261u;

	for (; *sql; sql++)
		hash = (hash ^ (unsigned char)*sql) * 16777619u;
	return &statements->slots[hash % SLOTS];
}

sqlite3_stmt *
statements_take(struct statements *statements, const char *sql)
{
	sqlite3_stmt **slot = slot_of(statements, sql), *statement = *slot;

	if (statement && strcmp(sqlite3_sql(statement), sql) == 0) {
		*slot = NULL;
		return statement;
	}
	if (sqlite3_prepare_v3(statements->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
			       NULL) != SQLITE_OK)
		return NULL;
	return statement;
}

void
statements_give(struct statements *statements, sqlite3_stmt *statement)
{
	sqlite3_stmt **slot = slot_of(statements, sqlite3_sql(statement));

	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	sqlite3_finalize(*slot);
	*slot = statement;
}
