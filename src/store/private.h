/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the files of store/ share. */
#ifndef SIDESTAGE_STORE_PRIVATE_H
#define SIDESTAGE_STORE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "db/db.h"
#include "db/statement.h"
#include "store/history.h"

struct store {
	struct db *history;
	char *history_path;
	int lock_fd;		/* history_path + ".lock": one byte locked per operation claimed */
	struct db *cache;	/* NULL: there is none now; everything counts as not cached */
	int puts_until_count;	/* until it is looked whether there are too many bodies */
	char *cache_path;
	char *problem;		/* why nothing can be written down; NULL: it can */
	bool is_stand_in;	/* history is an empty one in memory */
};

/* From now on an empty file in the place of this history is not a new one. */
void store_mark_history(struct store *store);
/* 0, or -1 with err: the operations cannot be read, or not be written. */
int store_check_readable(const struct store *store, struct error *err);
int store_check_writable(const struct store *store, struct error *err);

/* For these texts, and how many they are. */
#define TEXTS(...) (const char *const[]){__VA_ARGS__}, \
	sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

/* A statement on the history whose first parameters are these texts; NULL among them is SQL's. */
struct statement *history_statement(struct store *store, const char *sql, const char *const *texts,
				    size_t count);
/* statement_end() and statement_run() of one; err says that it is the history that failed. */
int history_end(struct statement *statement, struct error *err);
int history_run(struct statement *statement, struct error *err)
	__attribute__((warn_unused_result));

/* history.c: the columns of an operation, in the order of struct operation's texts. */
struct column {
	const char *name;
	size_t offset;		/* of a struct untrusted in struct operation */
	bool changes;		/* store_operation_update() writes it */
};
extern const struct column operation_columns[];
extern const size_t operation_column_count;
/* Behind the texts, in this order, come: */
#define OPERATION_NUMBERS "state, created_at, ended_at"
#define OPERATION_SQL_MAX 8192
/* The text of an operation that a column holds.  Borrowed from the operation. */
struct untrusted *operation_text(const struct operation *operation, size_t column);
/* With its steps, at the end of the list.  One that is not there is left out. */
int operation_list_add(struct operation_list *list, struct store *store, const char *id,
		       struct error *err);

/*
 * search.c.  What an operation can be found by.  It is in a migration as well: who changes it
 * adds one that fills `words` anew.  A summary names the first few workloads only; the request
 * and the way back have them all.
 */
#define SEARCH_JOIN " || char(10) || "
#define SEARCH_TEXT(column) SEARCH_JOIN "coalesce(" column ", '')"
#define SEARCH_JSON(column, what)                                                  \
	SEARCH_JOIN "CASE WHEN json_valid(" column ") THEN coalesce((SELECT " what \
		    "), '') ELSE '' END"
#define SEARCH_WORDS \
	"SELECT id, verb" SEARCH_TEXT("app") SEARCH_TEXT("env") SEARCH_TEXT("source") \
		SEARCH_TEXT("env_name") SEARCH_TEXT("env_type") SEARCH_TEXT("who") \
			SEARCH_TEXT("reason") SEARCH_TEXT("summary") SEARCH_TEXT("way_back") \
				SEARCH_TEXT("error") SEARCH_TEXT("deployment_id") SEARCH_JOIN \
		"state" SEARCH_JSON("request", \
				    "group_concat(atom, char(10)) FROM json_tree(request)") \
			SEARCH_JSON( \
				"undo", \
				"group_concat(key, char(10)) FROM json_each(undo, '$.modules.update')") \
				SEARCH_JOIN \
		"coalesce((SELECT group_concat(detail, char(10)) FROM step" \
		" WHERE step.operation=operation.id), '') FROM operation"
/* Within the transaction that wrote the operation: from now on it is found by what it says. */
int search_keep(struct db *history, const char *operation, struct error *err);

/* platforms.c: rows under an address get the key of that. */
int platforms_migrate(struct db *history, struct error *err);

/* A cache that cannot be opened is made anew, or there is none: NULL in the store, and no error. */
void cache_open(struct store *store);
void cache_close(struct store *store);

#endif
