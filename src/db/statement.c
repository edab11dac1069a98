/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A table with one place for each hash of a text: a statement that finds its place taken when
 * it is given back finalizes the other, so the table never grows, whatever the texts are.
 *
 * A statement keeps the first failure and then does nothing more.  So a caller binds, steps
 * and reads without looking, and asks once, at statement_end().
 */
#include "config.h"

#include "db/private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"

struct statement {
	struct db *db;
	sqlite3_stmt *sqlite;	/* NULL: it could not be prepared */
	int bound;		/* parameters that have a value */
	bool is_started, is_over, has_failed;
	bool writes;		/* it has a turn of its own */
};

/* FNV-1a. */
static struct statement **
slot_of(struct db *db, const char *sql)
{
	uint32_t hash = 2166136261u;

	for (; *sql; sql++)
		hash = (hash ^ (unsigned char)*sql) * 16777619u;
	return &db->slots[hash % SLOTS];
}

/* Finalizing twice would be a use after free: whoever takes a statement out of the table owns
 * it. */
static void
forget(struct statement *statement)
{
	if (!statement)
		return;
	sqlite3_finalize(statement->sqlite);
	free(statement);
}

void
statements_forget(struct db *db)
{
	for (size_t i = 0; i < SLOTS; i++) {
		forget(db->slots[i]);
		db->slots[i] = NULL;
	}
}

/* The first failure is the one that is told: those that follow are its consequences. */
static void
check(struct statement *statement, int code)
{
	if (code == SQLITE_OK || statement->has_failed)
		return;
	db_fail(statement->db, code);
	statement->has_failed = true;
}

/* Taken out of its place while it is used: the same text may be asked for again before it ends. */
struct statement *
statement_new(struct db *db, const char *sql)
{
	struct statement **slot = slot_of(db, sql), *statement = *slot;

	if (statement && strcmp(sqlite3_sql(statement->sqlite), sql) == 0) {
		*slot = NULL;
	} else {
		statement = xcalloc(1, sizeof(*statement));
		statement->db = db;
	}
	if (db_refuses(db)) {
		statement->has_failed = true;
		return statement;
	}
	if (!statement->sqlite) {
		db_await_turn(db, false);
		check(statement, sqlite3_prepare_v3(db->sqlite, sql, -1, SQLITE_PREPARE_PERSISTENT,
						    &statement->sqlite, NULL));
	}
	return statement;
}

/* --- parameters --- */

/* The texts are copied (SQLITE_TRANSIENT): callers bind what they
 * free before the statement ends. */
void
statement_text(struct statement *statement, const char *text)
{
	int at = ++statement->bound;

	if (!statement->has_failed)
		check(statement,
		      sqlite3_bind_text(statement->sqlite, at, text, -1, SQLITE_TRANSIENT));
}

void
statement_int(struct statement *statement, int64_t value)
{
	int at = ++statement->bound;

	if (!statement->has_failed)
		check(statement, sqlite3_bind_int64(statement->sqlite, at, value));
}

void
statement_bytes(struct statement *statement, const void *bytes, size_t size)
{
	int at = ++statement->bound;

	if (!statement->has_failed)
		check(statement, sqlite3_bind_blob64(statement->sqlite, at, bytes ? bytes : "",
						     size, SQLITE_TRANSIENT));
}

/* --- rows --- */

/* One that writes outside a transaction waits for its turn like one; db_leave_turn() must not
 * give the turn away while another such is still under way, hence the count. */
static void
start(struct statement *statement)
{
	struct db *db = statement->db;

	/* A parameter that was forgotten would be NULL, and the statement about nothing. */
	assert(statement->bound == sqlite3_bind_parameter_count(statement->sqlite));
	statement->is_started = true;
	statement->writes = db->depth == 0 && !sqlite3_stmt_readonly(statement->sqlite);
	db->writing += statement->writes;
	db_await_turn(db, statement->writes);
}

bool
statement_row(struct statement *statement)
{
	int code;

	if (statement->has_failed || statement->is_over)
		return false;
	if (!statement->is_started)
		start(statement);
	code = sqlite3_step(statement->sqlite);
	if (code == SQLITE_ROW)
		return true;
	if (code == SQLITE_DONE)
		statement->is_over = true;
	else
		check(statement, code);
	return false;
}

/* Cleared of its values: they may be secrets, and a value that was left would be used by
 * mistake. */
static void
give_back(struct statement *statement)
{
	struct db *db = statement->db;
	struct statement **slot;

	if (!statement->sqlite) {
		free(statement);
		return;
	}
	db->work += sqlite3_stmt_status(statement->sqlite, SQLITE_STMTSTATUS_VM_STEP, 1);
	sqlite3_reset(statement->sqlite);
	sqlite3_clear_bindings(statement->sqlite);
	db->writing -= statement->writes;
	*statement = (struct statement){.db = db, .sqlite = statement->sqlite};
	slot = slot_of(db, sqlite3_sql(statement->sqlite));
	forget(*slot);
	*slot = statement;
}

int
statement_end(struct statement *statement, struct error *err)
{
	struct db *db = statement->db;
	int ret = statement->has_failed ? db_error(db, err) : 0;

	give_back(statement);
	db_leave_turn(db);
	return ret;
}

int
statement_run(struct statement *statement, struct error *err)
{
	while (statement_row(statement))
		;
	return statement_end(statement, err);
}

int
row_columns(struct statement *statement)
{
	return sqlite3_column_count(statement->sqlite);
}

const char *
row_name(struct statement *statement, int column)
{
	return sqlite3_column_name(statement->sqlite, column);
}

bool
row_is_null(struct statement *statement, int column)
{
	return sqlite3_column_type(statement->sqlite, column) == SQLITE_NULL;
}

const char *
row_text(struct statement *statement, int column)
{
	return (const char *)sqlite3_column_text(statement->sqlite, column);
}

const char *
row_text_or(struct statement *statement, int column, const char *otherwise)
{
	const char *text = row_text(statement, column);

	return text ? text : otherwise;
}

char *
row_copy(struct statement *statement, int column)
{
	const char *text = row_text(statement, column);

	return text ? xstrdup(text) : NULL;
}

char *
row_copy_or(struct statement *statement, int column, const char *otherwise)
{
	return xstrdup(row_text_or(statement, column, otherwise));
}

int64_t
row_int(struct statement *statement, int column)
{
	return sqlite3_column_int64(statement->sqlite, column);
}

int64_t
row_int_in(struct statement *statement, int column, int64_t least, int64_t most, int64_t otherwise)
{
	int64_t value = row_int(statement, column);

	return value < least || value > most ? otherwise : value;
}

const void *
row_bytes(struct statement *statement, int column, size_t *size)
{
	const void *bytes = sqlite3_column_blob(statement->sqlite, column);

	*size = (size_t)sqlite3_column_bytes(statement->sqlite, column);
	return bytes;
}

/* An unknown word is no failure: a newer program may have written it. */
size_t
row_word(struct statement *statement, int column, const char *const *words, size_t count,
	 size_t otherwise)
{
	const char *text = row_text(statement, column);

	for (size_t i = 0; text && i < count; i++)
		if (words[i] && strcmp(words[i], text) == 0)
			return i;
	return otherwise;
}
