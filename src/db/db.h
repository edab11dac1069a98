/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one door to SQLite: a file that is opened, transactions in it, and what went wrong.
 * Statements and their rows are in db/statement.h, numbered schemas in db/migrate.h.
 *
 * A connection belongs to one thread.  A failure is kept until the next one, so that whoever
 * began something words it when all is taken back.
 */
#ifndef SIDESTAGE_DB_DB_H
#define SIDESTAGE_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/effects.h"

struct db;
struct error;

enum db_mode {
	DB_SHARED,	/* several programs write; what was committed survives the loss of power */
	DB_DISPOSABLE,	/* several programs write; what the loss of power damages is made anew */
	DB_OWNED,	/* this connection alone, as long as it is open: a second one is refused */
	DB_READ_ONLY,	/* not a byte is written, neither into the file nor beside it */
	DB_IN_MEMORY	/* an empty one; the path is only for errors */
};

struct db_options {
	enum db_mode mode;
	int busy_ms;		/* how long another program is waited for, in all; 0: not at all */
	/* A file, which must be there, by whose locks the programs that wait take turns (queue.h).
	 * NULL: whoever comes when it is free. */
	const char *queue_path;
};

/* Makes what is missing, 0600; a file that others may read is made private.  NULL with err
 * (ERROR_STORE or ERROR_SYSTEM). */
struct db *db_open(const char *path, const struct db_options *options, struct error *err);
void db_close(struct db *db);	/* NULL is fine; takes back what is not committed */
const char *db_path(const struct db *db);

/* An empty file, 0600, or the one that is there, made private: opened for writing, or -1 with err.
 * The caller closes it. */
int db_private_file(const char *path, struct error *err);

/* Statements without parameters and rows, parted by ';'.  0 or -1 with err (NULL is fine). */
int db_run(struct db *db, const char *sql, struct error *err);
/* The first number of the first row; `otherwise` when there is none, or it failed. */
int64_t db_number(struct db *db, const char *sql, int64_t otherwise);
/* 0, or -1 with err: it is damaged.  Reads all of the file. */
int db_check_whole(struct db *db, struct error *err);

/* --- transactions --- */

/*
 * One within another is a savepoint.  Whoever begins the outermost waits for the turn to write, and
 * has it until the end.  When SQLite took everything back by itself (a full disk), begin, commit
 * and every statement fail until the outermost is rolled back: nothing is made durable by halves.
 */
int db_begin(struct db *db, struct error *err) __attribute__((warn_unused_result));
int db_commit(struct db *db, struct error *err) __attribute__((warn_unused_result));
void db_rollback(struct db *db);
/* One for reading alone: until db_commit() or db_rollback() the file is as it was at the first
 * statement, and its locks are asked for once.  Other programs cannot write meanwhile. */
int db_begin_reading(struct db *db, struct error *err) __attribute__((warn_unused_result));
/* For "ret = db_end(db, ret, err)": commits when ret is 0, else, or when that fails, rolls back. */
int db_end(struct db *db, int ret, struct error *err);
int db_depth(const struct db *db);	/* 0: no transaction is open */
/* run(data) follows the commit of the outermost transaction, or comes at once when there is none;
 * it is left out when what asked for it is rolled back.  In each case drop(data) (NULL is fine)
 * comes last. */
void db_after_commit(struct db *db, effect *run, effect *drop, void *data);

int64_t db_changes(const struct db *db);	/* rows of the last statement */
int64_t db_total_changes(const struct db *db);	/* rows since it was opened */
int64_t db_last_id(const struct db *db);	/* of the last row that was inserted */
/* What was deleted is no longer in any file beside this one (DB_OWNED). */
void db_scrub(struct db *db);

/* --- what went wrong --- */

enum db_failure {
	DB_FINE,
	DB_TAKEN,		/* a key is there already */
	DB_DANGLING,		/* it refers to what is not there */
	DB_INCOMPLETE,		/* a part is NULL that must not be */
	DB_NOT_ALLOWED,		/* a part is not what the schema allows */
	DB_CONTRADICTS,		/* any other constraint */
	DB_NO_ROOM,
	DB_TOO_BIG,
	DB_BUSY,		/* for all of busy_ms */
	DB_NO_MEMORY,
	DB_CANNOT_WRITE,
	DB_CANNOT_OPEN,
	DB_DISK,		/* it failed to read or write */
	DB_DAMAGED,
	DB_NO_DATABASE,		/* the file is none */
	DB_TAKEN_BACK,		/* an earlier failure took the transaction back */
	DB_FAILED		/* anything else */
};
enum db_failure db_failure(const struct db *db);
/* Of the last failure, until the next one: */
int db_code(const struct db *db);		/* SQLite's, extended: for a log */
const char *db_code_words(const struct db *db);	/* what that means, in general */
const char *db_message(const struct db *db);	/* SQLite's, untranslated: for a log */
/* Fills err (ERROR_STORE) with the path and what the last failure was; returns -1. */
int db_error(const struct db *db, struct error *err);

/* How much statements did since it was opened, in steps of SQLite's machine: what a query costs,
 * whatever machine it is on.  The inside of a full-text index is not counted. */
int64_t db_work(const struct db *db);

#endif
