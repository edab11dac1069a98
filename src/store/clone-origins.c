/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is written down of clones: where each is from, and until when it shall live.
 *
 * The one thing in these rows that nobody else knows is the time to live; the rest is found
 * in the platform's deployments as well (flow/world/origins.c), and is kept so that a board
 * can be drawn before anything is asked.
 */
#include "config.h"

#include "store/clone-origins.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "store/private.h"

/* The file comes from outside and must not decide how much memory is taken. */
#define CLONES_MAX 10000

#define CLONE_COLUMNS "origin, deployment_id, set_id, operation_id, cloned_at, expires_at"

static struct clone_origin
read_origin(struct statement *row, int column)
{
	return (struct clone_origin){
		.origin = row_copy_or(row, column, ""),
		.deployment_id = row_copy_or(row, column + 1, ""),
		.set_id = row_copy_or(row, column + 2, ""),
		.operation_id = row_copy(row, column + 3),
		.cloned_at = row_int(row, column + 4),
		.expires_at = row_int(row, column + 5),
	};
}

int
store_clone_origin(struct store *store, const char *url, const char *org, const char *app,
		   const char *env, struct clone_origin *out, struct error *err)
{
	struct statement *row = history_statement(
		store,
		"SELECT " CLONE_COLUMNS " FROM clone WHERE url=?1 AND org=?2 AND app=?3 AND env=?4",
		TEXTS(url, org, app, env));
	bool there = statement_row(row);

	if (there)
		*out = read_origin(row, 0);
	if (history_end(row, err))
		return -1;
	return there ? 0 : error_set(err, ERROR_NOT_FOUND, _("%s was not cloned from here"), env);
}

void
clone_origin_clear(struct clone_origin *origin)
{
	free(origin->origin);
	free(origin->deployment_id);
	free(origin->set_id);
	free(origin->operation_id);
	*origin = (struct clone_origin){0};
}

int
store_put_clone_origin(struct store *store, const char *url, const char *org, const char *app,
		       const char *env, const struct clone_origin *origin, struct error *err)
{
	struct statement *statement = history_statement(
		store, "INSERT OR REPLACE INTO clone VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)",
		TEXTS(url, org, app, env, origin->origin, origin->deployment_id, origin->set_id,
		      origin->operation_id));

	statement_int(statement, origin->cloned_at);
	statement_int(statement, origin->expires_at);
	return history_run(statement, err);
}

int
store_drop_clone_origin(struct store *store, const char *url, const char *org, const char *app,
			const char *env, struct error *err)
{
	return history_run(history_statement(
		store, "DELETE FROM clone WHERE url=?1 AND org=?2 AND app=?3 AND env=?4",
		TEXTS(url, org, app, env)), err);
}

/* An origin without an end that comes with an operation of ours has none; one that was learnt
 * from the platform may have one that we do not know. */
int
store_clone_list(struct store *store, const char *url, struct clone_list *list, struct error *err)
{
	struct statement *row = history_statement(
		store, "SELECT org, app, env, " CLONE_COLUMNS ","
		" expires_at > 0 OR EXISTS (SELECT 1 FROM operation WHERE id=clone.operation_id)"
		" FROM clone WHERE url=?1"
		" ORDER BY org, app, env", TEXTS(url));

	*list = (struct clone_list){0};
	while (list->count < CLONES_MAX && statement_row(row)) {
		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		list->items[list->count++] = (struct clone_record){
			.org = row_copy(row, 0), .app = row_copy(row, 1), .env = row_copy(row, 2),
			.origin = read_origin(row, 3), .has_expiry = row_int(row, 9),
		};
	}
	return history_end(row, err);
}

void
clone_list_clear(struct clone_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].org);
		free(list->items[i].app);
		free(list->items[i].env);
		clone_origin_clear(&list->items[i].origin);
	}
	free(list->items);
	*list = (struct clone_list){0};
}
