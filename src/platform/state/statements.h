/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Prepared statements that are kept, since preparing costs more than most of them do. */
#ifndef SIDESTAGE_PLATFORM_STATE_STATEMENTS_H
#define SIDESTAGE_PLATFORM_STATE_STATEMENTS_H

#include <sqlite3.h>

struct statements;

struct statements *statements_new(sqlite3 *database);
/* Before the database is closed; NULL is fine. */
void statements_free(struct statements *statements);

/* The caller's until it is given back, so one of the same text may be taken beside it.
 * NULL: the database says why. */
sqlite3_stmt *statements_take(struct statements *statements, const char *sql);
/* Resets it and forgets what was bound.  What sqlite3_errmsg() says is to be read before. */
void statements_give(struct statements *statements, sqlite3_stmt *statement);

#endif
