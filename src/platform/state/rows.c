/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one way statements run.
 *
 * A row becomes a struct, and what is shown of that is made by its noun's table (model/members.h).
 * Failures are told by kind and in a sentence of ours; what SQLite says names tables and files, so
 * it goes to the log.
 */
#include "config.h"

#include "platform/state/rows.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "db/db.h"
#include "db/statement.h"
#include "model/error-codes.h"
#include "model/json.h"

/* What each failure of the database means to whoever asked.  Of the constraints only a key that
 * is taken is theirs; the others are a fault of ours. */
static const enum error_code failures[] = {
	[DB_TAKEN] = CODE_ALREADY_EXISTS,
	[DB_DANGLING] = CODE_STORED_DANGLING,
	[DB_INCOMPLETE] = CODE_STORED_INCOMPLETE,
	[DB_NOT_ALLOWED] = CODE_STORED_NOT_ALLOWED,
	[DB_CONTRADICTS] = CODE_STORED_CONTRADICTION,
	[DB_NO_ROOM] = CODE_DISK_FULL,
	[DB_TOO_BIG] = CODE_TOO_LARGE_TO_STORE,
	[DB_BUSY] = CODE_DATABASE_BUSY,
	[DB_NO_MEMORY] = CODE_OUT_OF_MEMORY,
	[DB_CANNOT_WRITE] = CODE_DATABASE_READ_ONLY,
	[DB_CANNOT_OPEN] = CODE_DATABASE_UNAVAILABLE,
	[DB_DISK] = CODE_DATABASE_DISK_FAILED,
	[DB_DAMAGED] = CODE_DATABASE_DAMAGED,
	[DB_NO_DATABASE] = CODE_DATABASE_NOT_SQLITE,
	[DB_TAKEN_BACK] = CODE_DATABASE_FAILED_UNCHANGED,
	[DB_FAILED] = CODE_DATABASE_FAILED,
};

int
rows_failed(struct repository *r, struct error *err)
{
	enum db_failure failure = db_failure(r->db);
	char number[16];

	if (failure == DB_FINE)
		failure = DB_FAILED;
	if (failure != DB_TAKEN && failure != DB_TAKEN_BACK) {
		snprintf(number, sizeof(number), "%d", db_code(r->db));
		log_line(LOG_PRIORITY_ERROR, "the database failed", "file", db_path(r->db), "code",
			 number, "means", db_code_words(r->db), "error", db_message(r->db), NULL);
	}
	return error_set_code(err, failures[failure]);
}

static void
bind_json(struct statement *statement, const json_t *value)
{
	char *text = json_canonical(value);

	statement_text(statement, text);
	free(text);
}

static struct statement *
prepare(struct repository *r, const char *sql, const char *format, va_list args)
{
	struct statement *statement = statement_new(r->db, sql);

	for (; *format; format++) {
		if (*format == 's')
			statement_text(statement, va_arg(args, const char *));
		else if (*format == 'i')
			statement_int(statement, va_arg(args, int64_t));
		else
			bind_json(statement, va_arg(args, const json_t *));
	}
	return statement;
}

/* Ends it: 0, or -1 with err. */
static int
end(struct repository *r, struct statement *statement, struct error *err)
{
	return statement_end(statement, NULL) ? rows_failed(r, err) : 0;
}

json_t *
rows_json(struct statement *row, int column)
{
	const char *text = row_text(row, column);
	json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

	return value ? value : json_object();
}

int
rows_read(struct repository *repository, struct error *err, row_read *read, void *noun,
	  const char *sql, const char *format, ...)
{
	struct statement *statement;
	bool found;
	va_list args;

	va_start(args, format);
	statement = prepare(repository, sql, format, args);
	va_end(args);
	found = statement_row(statement);
	if (found && read)
		read(statement, noun);
	if (end(repository, statement, err) != 0)
		return -1;
	return found ? 0 : error_set_code(err, CODE_NOT_FOUND);
}

char *
rows_text(struct repository *repository, struct error *err, const char *sql, const char *format,
	  ...)
{
	struct statement *statement;
	char *text = NULL;
	va_list args;

	va_start(args, format);
	statement = prepare(repository, sql, format, args);
	va_end(args);
	if (statement_row(statement))
		text = row_copy_or(statement, 0, "");
	if (end(repository, statement, err) != 0) {
		free(text);
		return NULL;
	}
	if (!text)
		error_set_code(err, CODE_NOT_FOUND);
	return text;
}

/* One of take and read is NULL. */
static int
go_through(struct repository *r, struct error *err, row_take *take, row_read *read, void *data,
	   struct statement *statement)
{
	bool goes_on = true;

	while (goes_on && statement_row(statement)) {
		if (read)
			read(statement, data);
		else
			goes_on = take(statement, data);
	}
	return end(r, statement, err);
}

int
rows_while(struct repository *repository, struct error *err, row_take *take, void *data,
	   const char *sql, const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = go_through(repository, err, take, NULL, data,
			 prepare(repository, sql, format, args));
	va_end(args);
	return ret;
}

int
rows_each(struct repository *repository, struct error *err, row_read *read, void *data,
	  const char *sql, const char *format, ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = go_through(repository, err, NULL, read, data,
			 prepare(repository, sql, format, args));
	va_end(args);
	return ret;
}

/* What encode() said is the error, and not that the rows were left in the middle. */
json_t *
rows_encode(struct repository *repository, struct error *err, row_encode *encode, void *data,
	    const char *sql, const char *format, ...)
{
	json_t *rows = json_array(), *body = NULL;
	struct statement *statement;
	bool fine = true;
	va_list args;

	va_start(args, format);
	statement = prepare(repository, sql, format, args);
	va_end(args);
	while (fine && statement_row(statement)) {
		body = encode(statement, data, err);
		fine = body && json_array_append_new(rows, body) == 0;
	}
	if (end(repository, statement, fine ? err : NULL) == 0 && fine)
		return rows;
	json_decref(rows);
	return NULL;
}

json_t *
rows_encode_one(struct repository *repository, struct error *err, row_encode *encode, void *data,
		const char *sql, const char *format, ...)
{
	struct statement *statement;
	json_t *body = NULL;
	bool found;
	va_list args;

	va_start(args, format);
	statement = prepare(repository, sql, format, args);
	va_end(args);
	found = statement_row(statement);
	if (found)
		body = encode(statement, data, err);
	if (end(repository, statement, found && !body ? NULL : err) != 0) {
		json_decref(body);
		return NULL;
	}
	if (!found)
		error_set_code(err, CODE_NOT_FOUND);
	return body;
}

static int
run(struct repository *r, struct error *err, const char *sql, const char *format, va_list args)
{
	struct statement *statement = prepare(r, sql, format, args);

	return statement_run(statement, NULL) ? rows_failed(r, err) : 0;
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

/* An UPDATE of nothing is "not there": callers need not look before they change. */
int
rows_change(struct repository *repository, struct error *err, const char *sql, const char *format,
	    ...)
{
	va_list args;
	int ret;

	va_start(args, format);
	ret = run(repository, err, sql, format, args);
	va_end(args);
	if (ret == 0 && db_changes(repository->db) == 0)
		return error_set_code(err, CODE_NOT_FOUND);
	return ret;
}
