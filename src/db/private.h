/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of db/ share. */
#ifndef SIDESTAGE_DB_PRIVATE_H
#define SIDESTAGE_DB_PRIVATE_H

#include <sqlite3.h>

#include "db/db.h"
#include "db/queue.h"
#include "db/statement.h"

#define SLOTS 256 /* statements that are kept: about three times as many as there are texts */

struct db {
	sqlite3 *sqlite;
	char *path;
	int busy_ms;
	int64_t deadline; /* steady ms: until then what is under way waits for other programs */
	struct queue queue;
	struct statement *slots[SLOTS];
	struct effects *effects;	/* NULL: none was ever asked for */
	int depth;		/* transactions that are open, one in the other */
	int writing;		/* statements under way that write outside of one */
	bool is_broken;		/* SQLite took all of them back: nothing more is done in them */
	int64_t work;		/* steps of the statements that ended */
	enum db_failure failure;
	int code;
	char message[256];
};

/* Notes what just failed; returns -1. */
int db_fail(struct db *db, int code);
/* Whether the transaction was taken back; then that is the failure. */
bool db_refuses(struct db *db);
/* Something begins that may wait for other programs.  If it writes, it waits for its turn: whether
 * or not that came in time, SQLite's own locks decide. */
void db_await_turn(struct db *db, bool writes);
void db_leave_turn(struct db *db);

/* Frees those that are kept. */
void statements_forget(struct db *db);

#endif
