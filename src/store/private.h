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
	char *problem;		/* why nothing can be written down; NULL: it can */
	bool is_stand_in;	/* history is an empty one in memory */
};

/* From now on an empty file in the place of this history is not a new one. */
void store_mark_history(struct store *store);
/* 0, or -1 with err: the operations cannot be read, or not be written. */
int store_check_readable(const struct store *store, struct error *err);
int store_check_writable(const struct store *store, struct error *err);

/* Opens a database file with our settings, 0600.  NULL with err. */
sqlite3 *database_open(const char *path, int busy_ms, bool durable, struct error *err);
/* Fills err from the database's last failure; returns -1. */
int database_error(sqlite3 *database, const char *path, struct error *err);
/* Runs statements without results.  0 or -1. */
int database_run(sqlite3 *database, const char *path, const char *sql, struct error *err);
/* The first column of the first row of a query without parameters; `otherwise` on any failure. */
int database_int(sqlite3 *database, const char *sql, int otherwise);
/* A text parameter; NULL binds NULL. */
void database_bind(sqlite3_stmt *statement, int index, const char *text);

/*
 * search.c.  What an operation can be found by.  It is in a migration as well: who changes it
 * adds one that fills `words` anew.  A summary names the first few workloads only; the request
 * and the way back have them all.
 */
#define SEARCH_JOIN " || char(10) || "
#define SEARCH_TEXT(column) SEARCH_JOIN "coalesce(" column ", '')"
#define SEARCH_JSON(column, what) \
	SEARCH_JOIN "CASE WHEN json_valid(" column ") THEN coalesce((SELECT " what "), '') ELSE '' END"
#define SEARCH_WORDS \
	"SELECT id, verb" SEARCH_TEXT("app") SEARCH_TEXT("env") SEARCH_TEXT("source") \
	SEARCH_TEXT("env_name") SEARCH_TEXT("env_type") SEARCH_TEXT("who") SEARCH_TEXT("reason") \
	SEARCH_TEXT("summary") SEARCH_TEXT("way_back") SEARCH_TEXT("error") \
	SEARCH_TEXT("deployment_id") SEARCH_JOIN "state" \
	SEARCH_JSON("request", "group_concat(atom, char(10)) FROM json_tree(request)") \
	SEARCH_JSON("undo", "group_concat(key, char(10)) FROM json_each(undo, '$.modules.update')") \
	SEARCH_JOIN "coalesce((SELECT group_concat(detail, char(10)) FROM step" \
	" WHERE step.operation=operation.id), '') FROM operation"
/* Within the transaction that wrote the operation: from now on it is found by what it says.  0,
 * or -1: the database's error. */
int search_keep(sqlite3 *database, const char *operation);

/* What was typed, as conditions on operation.id.  Every term must be found. */
struct buf;
#define SEARCH_TERMS_MAX 32
struct search {
	char *values[SEARCH_TERMS_MAX];	/* owned: a phrase of FTS5, or a pattern of LIKE */
	bool is_pattern[SEARCH_TERMS_MAX];
	size_t count;
};
void search_init(struct search *search, const char *typed);
void search_clear(struct search *search);
/* Appends " AND …" for each term, with the parameters from `first` on. */
void search_conditions(const struct search *search, struct buf *sql, int first);
void search_bind(const struct search *search, sqlite3_stmt *statement, int first);

/* platforms.c: rows under an address get the key of that.  0 or -1: the database's error. */
int platforms_migrate(sqlite3 *history);

void cache_open(struct store *store);
void cache_close(struct store *store);

#endif
