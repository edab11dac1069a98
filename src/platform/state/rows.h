/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the files of the repository share: one statement in, rows out.
 *
 * Parameters are given by a format, a letter each: s string (NULL is NULL), i int64_t, j json_t.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_ROWS_H
#define SIDESTAGE_PLATFORM_STATE_ROWS_H

#include <jansson.h>
#include <stdbool.h>

#include "base/ids.h"
#include "db/db.h"

struct statement;

struct repository {
	struct db *db;
	char id[IDS_UUID_SIZE];	/* of the platform */
};

/* --- nouns that have a table of their members (model/nouns.h) --- */

/* Fills the noun, which is zero, or puts it to others in `noun`. */
typedef void row_read(struct statement *row, void *noun);
/* The first; -1 with ERROR_NOT_FOUND.  read NULL: whether it is there is all that is asked. */
int rows_read(struct repository *repository, struct error *err, row_read *read, void *noun,
	      const char *sql, const char *format, ...);
/* Called for each until it returns false. */
typedef bool row_take(struct statement *row, void *data);
int rows_while(struct repository *repository, struct error *err, row_take *take, void *data,
	       const char *sql, const char *format, ...);
/* Called for each. */
int rows_each(struct repository *repository, struct error *err, row_read *read, void *data,
	      const char *sql, const char *format, ...);
/* Makes of a row what it is on the wire; a new reference, or NULL with err. */
typedef json_t *row_encode(struct statement *row, void *data, struct error *err);
/* Array, maybe empty. */
json_t *rows_encode(struct repository *repository, struct error *err, row_encode *encode,
		    void *data, const char *sql, const char *format, ...);
/* The first; NULL with ERROR_NOT_FOUND. */
json_t *rows_encode_one(struct repository *repository, struct error *err, row_encode *encode,
			void *data, const char *sql, const char *format, ...);

/* The first column of the first row; free() it.  NULL with ERROR_NOT_FOUND. */
char *rows_text(struct repository *repository, struct error *err, const char *sql,
		const char *format, ...);

/* A column that holds JSON, new; {} when it does not. */
json_t *rows_json(struct statement *row, int column);

/* --- changes --- */

/* ERROR_CONFLICT when a key is taken. */
int rows_run(struct repository *repository, struct error *err, const char *sql,
	     const char *format, ...);
/* The same; ERROR_NOT_FOUND when no row was changed. */
int rows_change(struct repository *repository, struct error *err, const char *sql,
		const char *format, ...);

/* What the database has just failed at, in err and in the log.  Returns -1. */
int rows_failed(struct repository *repository, struct error *err);

#endif
