/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The board as it was: a row for each time that something else was seen of an environment.
 * What stood at a time is the last row of each environment until then, so only changes are kept.
 */
#include "config.h"

#include "store/private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

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
fail(struct store *store, struct error *err)
{
	database_error(store->history, store->history_path, err);
	return error_prefix(err, _("what the board looked like cannot be kept"));
}

static sqlite3_stmt *
prepare(struct store *store, const char *sql, const char *url, const char *org, const char *app)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(store->history, sql, -1, &statement, NULL) != SQLITE_OK)
		return NULL;
	database_bind(statement, 1, url);
	database_bind(statement, 2, org);
	database_bind(statement, 3, app);
	return statement;
}

static void
bind_moment(sqlite3_stmt *statement, const struct board_moment *m)
{
	database_bind(statement, 4, m->env);
	sqlite3_bind_int64(statement, 5, m->at);
	database_bind(statement, 6, m->name);
	database_bind(statement, 7, m->type);
	database_bind(statement, 8, m->origin);
	database_bind(statement, 9, m->deployment_id);
	database_bind(statement, 10, m->set_id);
	database_bind(statement, 11, m->status);
}

/* Whether a row was written, or -1.  Two programs that see the same write it once: one
 * statement looks and writes. */
static int
insert(struct store *store, const char *url, const char *org, const char *app,
       const struct board_moment *moment)
{
	sqlite3_stmt *statement = prepare(
		store,
		"INSERT OR IGNORE INTO moment (url, org, app, env, at, name, type, origin,"
		" deployment_id, set_id, status) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11"
		" WHERE NOT EXISTS (SELECT 1 FROM (SELECT * FROM moment WHERE " APP " AND env=?4"
		"  ORDER BY at DESC LIMIT 1) WHERE at>?5 OR (name=?6 AND type=?7 AND origin=?8"
		"  AND deployment_id=?9 AND set_id=?10 AND status=?11))",
		url, org, app);
	int code;

	if (!statement)
		return -1;
	bind_moment(statement, moment);
	code = sqlite3_step(statement);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE ? sqlite3_changes(store->history) : -1;
}

#define FOLLOWED(condition) \
	"EXISTS (SELECT 1 FROM moment AS later WHERE later.url=moment.url AND" \
	" later.org=moment.org AND later.app=moment.app AND later.env=moment.env AND" \
	" later.at>moment.at" condition ")"

static int
prune(struct store *store, const char *url, const char *org, const char *app, int64_t now)
{
	static const char *const rules[] = {
		"DELETE FROM moment WHERE " APP " AND at<?4 AND " FOLLOWED(" AND later.at<?4"),
		"DELETE FROM moment WHERE " APP " AND at<=(SELECT at FROM moment WHERE " APP
		" ORDER BY at DESC LIMIT 1 OFFSET ?4) AND " FOLLOWED(""),
	};
	const int64_t values[] = {now - MOMENT_DAYS * DAY_MS, MOMENT_MAX};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		sqlite3_stmt *statement = prepare(store, rules[i], url, org, app);
		int code;

		if (!statement)
			return -1;
		sqlite3_bind_int64(statement, 4, values[i]);
		code = sqlite3_step(statement);
		sqlite3_finalize(statement);
		if (code != SQLITE_DONE)
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

	if (sqlite3_exec(store->history, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		return fail(store, err);
	for (size_t i = 0; written >= 0 && i < count; i++) {
		int more = insert(store, url, org, app, &moments[i]);

		written = more < 0 ? -1 : written + more;
		newest = moments[i].at > newest ? moments[i].at : newest;
	}
	if (written > 0 && prune(store, url, org, app, newest))
		written = -1;
	if (written >= 0 &&
	    sqlite3_exec(store->history, "COMMIT", NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	fail(store, err);
	sqlite3_exec(store->history, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

static char *
take_text(sqlite3_stmt *statement, int index)
{
	const char *text = (const char *)sqlite3_column_text(statement, index);

	return xstrdup(text ? text : "");
}

static void
take_moment(sqlite3_stmt *statement, struct board_moment *m)
{
	m->env = take_text(statement, 0);
	m->name = take_text(statement, 1);
	m->type = take_text(statement, 2);
	m->origin = take_text(statement, 3);
	m->deployment_id = take_text(statement, 4);
	m->set_id = take_text(statement, 5);
	m->status = take_text(statement, 6);
	m->at = sqlite3_column_int64(statement, 7);
}

int
store_moments_at(struct store *store, const char *url, const char *org, const char *app,
		 int64_t at, struct moment_list *list, struct error *err)
{
	sqlite3_stmt *statement = prepare(
		store,
		"SELECT " FACTS ", at FROM moment WHERE " APP " AND at=(SELECT max(at) FROM moment"
		"  AS last WHERE last.url=?1 AND last.org=?2 AND last.app=?3 AND"
		"  last.env=moment.env AND last.at<=?4) AND status<>'gone' ORDER BY env LIMIT ?5",
		url, org, app);
	int code;

	list->items = NULL;
	list->count = 0;
	if (!statement)
		return fail(store, err);
	sqlite3_bind_int64(statement, 4, at);
	sqlite3_bind_int64(statement, 5, MOMENTS_SHOWN_MAX);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		take_moment(statement, &list->items[list->count++]);
	}
	if (code != SQLITE_DONE) {
		fail(store, err);
		moment_list_clear(list);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_DONE ? 0 : -1;
}

static int64_t
neighbour(struct store *store, const char *sql, const char *url, const char *org, const char *app,
	  int64_t at)
{
	sqlite3_stmt *statement = prepare(store, sql, url, org, app);
	int64_t found = 0;

	if (!statement)
		return 0;
	sqlite3_bind_int64(statement, 4, at);
	if (sqlite3_step(statement) == SQLITE_ROW)
		found = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return found;
}

int64_t
store_moment_before(struct store *store, const char *url, const char *org, const char *app,
		    int64_t at)
{
	return neighbour(store, "SELECT coalesce(max(at), 0) FROM moment WHERE " APP " AND at<?4",
			 url, org, app, at);
}

int64_t
store_moment_after(struct store *store, const char *url, const char *org, const char *app,
		   int64_t at)
{
	return neighbour(store, "SELECT coalesce(min(at), 0) FROM moment WHERE " APP " AND at>?4",
			 url, org, app, at);
}
