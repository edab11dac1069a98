/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A statement, its parameters and its rows.
 *
 *	s = statement_new(db, "SELECT name, at FROM mark WHERE org=?1 AND app=?2");
 *	statement_text(s, org);
 *	statement_text(s, app);
 *	while (statement_row(s))
 *		add(list, row_copy(s, 0), row_int(s, 1));
 *	return statement_end(s, err);
 *
 * What fails on the way is kept: no row comes, and statement_end() says why.  Prepared statements
 * are kept by their text, since preparing costs more than most of them do.
 */
#ifndef SIDESTAGE_DB_STATEMENT_H
#define SIDESTAGE_DB_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct error;
struct statement;

/* Never NULL; the caller's until statement_end().  Of one text there may be several at once. */
struct statement *statement_new(struct db *db, const char *sql);

/* The next parameter; the bytes are copied. */
void statement_text(struct statement *statement, const char *text);	/* NULL is NULL */
void statement_int(struct statement *statement, int64_t value);
void statement_bytes(struct statement *statement, const void *bytes, size_t size);

/* Whether there is another row. */
bool statement_row(struct statement *statement);
/* 0, or -1 with err (as db_error()): something failed since it was made. */
int statement_end(struct statement *statement, struct error *err);
/* The same for one that gives no rows, or of which none is wanted. */
int statement_run(struct statement *statement, struct error *err)
	__attribute__((warn_unused_result));

/* --- the row that was come to; columns from 0; texts are borrowed until the next --- */

/* How many columns there are, and what SQL calls one of them (borrowed). */
int row_columns(struct statement *statement);
const char *row_name(struct statement *statement, int column);
/* Whether it is SQL's NULL; the functions below take that for "" or 0 where they cannot say it. */
bool row_is_null(struct statement *statement, int column);
/* Up to the first NUL in it; NULL for NULL. */
const char *row_text(struct statement *statement, int column);
/* As row_text(), with a text in the place of NULL.  Borrowed. */
const char *row_text_or(struct statement *statement, int column, const char *otherwise);
/* free() it; NULL for NULL. */
char *row_copy(struct statement *statement, int column);
/* As row_copy(), and never NULL. */
char *row_copy_or(struct statement *statement, int column, const char *otherwise);
/* 0 for NULL and for what is no number: see row_int_in() for what comes from elsewhere. */
int64_t row_int(struct statement *statement, int column);
/* Outside the bounds: `otherwise`. */
int64_t row_int_in(struct statement *statement, int column, int64_t least, int64_t most,
		   int64_t otherwise);
/* NULL for none; the size without the NUL behind it. */
const void *row_bytes(struct statement *statement, int column, size_t *size);
/* Which of `words` it is (NULLs among them are none); `otherwise` when none of them. */
size_t row_word(struct statement *statement, int column, const char *const *words, size_t count,
		size_t otherwise);

#endif
