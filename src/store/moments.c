/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The board as it was: a row for each time that something else was seen of an environment.
 * What stood at a time is the last row of each environment until then, so only changes are kept.
 */
#include "config.h"

#include "store/moments.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "store/private.h"

#define MOMENTS_SHOWN_MAX 1000	/* environments of one board */
#define DAY_MS (24 * 60 * 60 * (int64_t)1000)
#define APP "url=?1 AND org=?2 AND app=?3"
#define FACTS "env, name, type, origin, deployment_id, set_id, status"

void
moment_list_clear(struct moment_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		struct board_moment *m = &list->items[i];

		free(m->env);
		free(m->name);
		free(m->type);
		free(m->origin);
		free(m->deployment_id);
		free(m->set_id);
		free(m->status);
	}
	free(list->items);
	list->items = NULL;
	list->count = 0;
}

static int
fail(struct error *err)
{
	return error_prefix(err, _("The snapshot of the board cannot be saved"));
}

static struct statement *
statement_for(struct store *store, const char *sql, const char *url, const char *org,
	      const char *app)
{
	return history_statement(store, sql, (const char *const[]){url, org, app}, 3);
}

static void
bind_moment(struct statement *statement, const struct board_moment *m)
{
	statement_text(statement, m->env);
	statement_int(statement, m->at);
	statement_text(statement, m->name);
	statement_text(statement, m->type);
	statement_text(statement, m->origin);
	statement_text(statement, m->deployment_id);
	statement_text(statement, m->set_id);
	statement_text(statement, m->status);
}

/* Whether a row was written, or -1.  Two programs that see the same write it once: one
 * statement looks and writes. */
static int
insert(struct store *store, const char *url, const char *org, const char *app,
       const struct board_moment *moment, struct error *err)
{
	struct statement *statement = statement_for(
		store,
		"INSERT OR IGNORE INTO moment (url, org, app, env, at, name, type, origin,"
		" deployment_id, set_id, status) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"
		" WHERE NOT EXISTS (SELECT 1 FROM (SELECT * FROM moment WHERE " APP " AND env=?4"
		"  ORDER BY at DESC LIMIT 1) WHERE at>?5 OR (name=?6 AND type=?7 AND origin=?8"
		"  AND deployment_id=?9 AND set_id=?10 AND status=?11))",
		url, org, app);

	bind_moment(statement, moment);
	return statement_run(statement, err) ? -1 : (int)db_changes(store->history);
}

#define FOLLOWED(condition) \
	"EXISTS (SELECT 1 FROM moment AS later WHERE later.url=moment.url AND" \
	" later.org=moment.org AND later.app=moment.app AND later.env=moment.env AND" \
	" later.at>moment.at" condition ")"

/* By age, which leaves of each environment the row that stood at the limit; then by number,
 * which leaves at least its last. */
static int
prune(struct store *store, const char *url, const char *org, const char *app, int64_t now,
      struct error *err)
{
	static const char *const rules[] = {
		"DELETE FROM moment WHERE " APP " AND at<?4 AND " FOLLOWED(" AND later.at<?4"),
		"DELETE FROM moment WHERE " APP " AND at<=(SELECT at FROM moment WHERE " APP
		" ORDER BY at DESC LIMIT 1 OFFSET ?4) AND " FOLLOWED(""),
	};
	const int64_t values[] = {now - MOMENT_DAYS * DAY_MS, MOMENT_MAX};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		struct statement *statement = statement_for(store, rules[i], url, org, app);

		statement_int(statement, values[i]);
		if (statement_run(statement, err))
			return -1;
	}
	return 0;
}

int
store_put_moments(struct store *store, const char *url, const char *org, const char *app,
		  const struct board_moment *moments, size_t count, struct error *err)
{
	int written = 0;
	int64_t newest = 0;

	if (db_begin(store->history, err))
		return fail(err);
	for (size_t i = 0; written >= 0 && i < count; i++) {
		int more = insert(store, url, org, app, &moments[i], err);

		written = more < 0 ? -1 : written + more;
		newest = moments[i].at > newest ? moments[i].at : newest;
	}
	if (written > 0 && prune(store, url, org, app, newest, err))
		written = -1;
	return db_end(store->history, written < 0 ? -1 : 0, err) ? fail(err) : 0;
}

static struct board_moment
read_moment(struct statement *row)
{
	return (struct board_moment){
		.env = row_copy_or(row, 0, ""),
		.name = row_copy_or(row, 1, ""),
		.type = row_copy_or(row, 2, ""),
		.origin = row_copy_or(row, 3, ""),
		.deployment_id = row_copy_or(row, 4, ""),
		.set_id = row_copy_or(row, 5, ""),
		.status = row_copy_or(row, 6, ""),
		.at = row_int(row, 7),
	};
}

/* An environment that is gone has a last row that says so, and is not in the list. */
int
store_moments_at(struct store *store, const char *url, const char *org, const char *app,
		 int64_t at, struct moment_list *list, struct error *err)
{
	struct statement *row = statement_for(
		store,
		"SELECT " FACTS ", at FROM moment WHERE " APP " AND at=(SELECT max(at) FROM moment"
		"  AS last WHERE last.url=?1 AND last.org=?2 AND last.app=?3 AND"
		"  last.env=moment.env AND last.at<=?4) AND status<>?5 ORDER BY env LIMIT ?6",
		url, org, app);

	*list = (struct moment_list){0};
	statement_int(row, at);
	statement_text(row, MOMENT_GONE);
	statement_int(row, MOMENTS_SHOWN_MAX);
	while (statement_row(row)) {
		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		list->items[list->count++] = read_moment(row);
	}
	if (history_end(row, err) == 0)
		return 0;
	moment_list_clear(list);
	return -1;
}

static int64_t
neighbour(struct store *store, const char *sql, const char *url, const char *org, const char *app,
	  int64_t at, struct error *err)
{
	struct statement *row = statement_for(store, sql, url, org, app);
	int64_t found;

	statement_int(row, at);
	found = statement_row(row) ? row_int(row, 0) : 0;
	return history_end(row, err) ? -1 : found;
}

int64_t
store_moment_before(struct store *store, const char *url, const char *org, const char *app,
		    int64_t at, struct error *err)
{
	return neighbour(store, "SELECT coalesce(max(at), 0) FROM moment WHERE " APP " AND at<?4",
			 url, org, app, at, err);
}

int64_t
store_moment_after(struct store *store, const char *url, const char *org, const char *app,
		   int64_t at, struct error *err)
{
	return neighbour(store, "SELECT coalesce(min(at), 0) FROM moment WHERE " APP " AND at>?4",
			 url, org, app, at, err);
}
