/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of store/ share. */
#ifndef SIDESTAGE_STORE_PRIVATE_H
#define SIDESTAGE_STORE_PRIVATE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "store/store.h"

struct store {
	sqlite3 *history;
	char *history_path;
	int lock_fd;		/* history_path + ".lock": one byte locked per operation claimed */
	sqlite3 *cache;		/* NULL: there is none now; everything counts as not cached */
	char *cache_path;
};

/* Opens a database file with our settings, 0600.  NULL with err. */
sqlite3 *database_open(const char *path, int busy_ms, bool durable, struct error *err);
/* Fills err from the database's last failure; returns -1. */
int database_error(sqlite3 *database, const char *path, struct error *err);
/* Runs statements without results.  0 or -1. */
int database_run(sqlite3 *database, const char *path, const char *sql, struct error *err);
/* The first column of the first row of a query without parameters; `otherwise` on any failure. */
int database_int(sqlite3 *database, const char *sql, int otherwise);

void cache_open(struct store *store);
void cache_close(struct store *store);

#endif
