/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A copy of a database that is in use, some pages at a time; and one made from a text. */
#ifndef SIDESTAGE_DB_COPY_H
#define SIDESTAGE_DB_COPY_H

struct db;
struct db_copy;
struct error;

/*
 * Into the file `to`, which is there and empty.  from: an open one, whose changes the copy follows,
 * or NULL: the file at `path`, never through a symbolic link; what another program changes there
 * makes it begin again.  NULL with err: what SQLite says.
 */
struct db_copy *db_copy_new(struct db *from, const char *path, const char *to, struct error *err);
/* 1: there is more; 0: the copy is whole, and opens anywhere; -1 with err, ERROR_UNAVAILABLE when
 * somebody keeps the source locked now, and it may be tried again. */
int db_copy_step(struct db_copy *copy, int pages, struct error *err);
void db_copy_free(struct db_copy *copy);	/* NULL is fine */

/* Makes the file by running the statements, which may come from elsewhere: they reach no other
 * file. -1 with ERROR_SYSTEM (it cannot be made) or ERROR_INPUT (they do not run). */
int db_make(const char *path, const char *sql, struct error *err);

#endif
