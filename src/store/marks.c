/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small things in the history: every clone, the marks of a hotfix, and settings. */
#include "config.h"

#include "store/private.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define CLONES_MAX 10000
#define MARKS_MAX 100

static int
fail(const struct store *store, struct error *err)
{
	database_error(store->history, store->history_path, err);
	return error_prefix(err, _("the history cannot be used"));
}

/* The texts become the first parameters; NULL among them is SQL's. */
static sqlite3_stmt *
prepare(struct store *store, const char *sql, const char *const *texts, int count,
	struct error *err)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(store->history, sql, -1, &statement, NULL) != SQLITE_OK) {
		fail(store, err);
		return NULL;
	}
	for (int i = 0; i < count; i++)
		sqlite3_bind_text(statement, i + 1, texts[i], -1, SQLITE_TRANSIENT);
	return statement;
}

/* Ends the statement, whose last step gave `code`. */
static int
finish(struct store *store, sqlite3_stmt *statement, int code, struct error *err)
{
	int ret = code == SQLITE_DONE || code == SQLITE_ROW ? 0 : fail(store, err);

	sqlite3_finalize(statement);
	return ret;
}

/* NULL stays NULL. */
static char *
take(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? xstrdup(text) : NULL;
}

/* --- clones --- */

int
store_clone_list(struct store *store, const char *url, struct clone_list *list, struct error *err)
{
	sqlite3_stmt *statement = prepare(
		store,
		"SELECT org, app, env, origin, deployment_id, set_id, operation_id, cloned_at,"
		" expires_at FROM clone WHERE url=?1 ORDER BY org, app, env",
		&url, 1, err);
	int code = SQLITE_DONE;

	*list = (struct clone_list){0};
	if (!statement)
		return -1;
	while (list->count < CLONES_MAX && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		list->items[list->count++] = (struct clone_record){
			.org = take(statement, 0),
			.app = take(statement, 1),
			.env = take(statement, 2),
			.origin = {
				.origin = take(statement, 3),
				.deployment_id = take(statement, 4),
				.set_id = take(statement, 5),
				.operation_id = take(statement, 6),
				.cloned_at = sqlite3_column_int64(statement, 7),
				.expires_at = sqlite3_column_int64(statement, 8),
			},
		};
	}
	return finish(store, statement, code, err);
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

/* --- marks --- */

int
store_put_mark(struct store *store, const char *url, const char *org, const char *app,
	       const char *story, const struct mark *mark, struct error *err)
{
	const char *texts[] = {url, org, app, story, untrusted_raw(&mark->step), mark->who.raw,
			       mark->note.raw};
	sqlite3_stmt *statement =
		prepare(store, "INSERT OR REPLACE INTO mark VALUES (?1,?2,?3,?4,?5,?6,?7,?8)", texts,
			7, err);

	if (!statement)
		return -1;
	sqlite3_bind_int64(statement, 8, mark->at);
	return finish(store, statement, sqlite3_step(statement), err);
}

int
store_drop_mark(struct store *store, const char *url, const char *org, const char *app,
		const char *story, const char *step, struct error *err)
{
	const char *texts[] = {url, org, app, story, step};
	sqlite3_stmt *statement = prepare(
		store, "DELETE FROM mark WHERE url=?1 AND org=?2 AND app=?3 AND story=?4 AND step=?5",
		texts, 5, err);

	return statement ? finish(store, statement, sqlite3_step(statement), err) : -1;
}

int
store_mark_list(struct store *store, const char *url, const char *org, const char *app,
		const char *story, struct mark_list *list, struct error *err)
{
	const char *texts[] = {url, org, app, story};
	sqlite3_stmt *statement = prepare(
		store,
		"SELECT step, who, note, at FROM mark WHERE url=?1 AND org=?2 AND app=?3 AND story=?4"
		" ORDER BY step",
		texts, 4, err);
	int code = SQLITE_DONE;

	*list = (struct mark_list){0};
	if (!statement)
		return -1;
	while (list->count < MARKS_MAX && (code = sqlite3_step(statement)) == SQLITE_ROW) {
		struct mark *mark;

		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		mark = &list->items[list->count++];
		*mark = (struct mark){.at = sqlite3_column_int64(statement, 3)};
		untrusted_init(&mark->step, (const char *)sqlite3_column_text(statement, 0));
		untrusted_init(&mark->who, (const char *)sqlite3_column_text(statement, 1));
		untrusted_init(&mark->note, (const char *)sqlite3_column_text(statement, 2));
	}
	return finish(store, statement, code, err);
}

void
mark_list_clear(struct mark_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		untrusted_clear(&list->items[i].step);
		untrusted_clear(&list->items[i].who);
		untrusted_clear(&list->items[i].note);
	}
	free(list->items);
	*list = (struct mark_list){0};
}

/* --- settings --- */

int
store_put_setting(struct store *store, const char *url, const char *org, const char *app,
		  const char *name, const char *value, struct error *err)
{
	const char *texts[] = {url, org, app, name, value};
	sqlite3_stmt *statement = prepare(
		store, "INSERT OR REPLACE INTO setting VALUES (?1,?2,?3,?4,?5)", texts, 5, err);

	return statement ? finish(store, statement, sqlite3_step(statement), err) : -1;
}

char *
store_get_setting(struct store *store, const char *url, const char *org, const char *app,
		  const char *name, struct error *err)
{
	const char *texts[] = {url, org, app, name};
	sqlite3_stmt *statement = prepare(
		store, "SELECT value FROM setting WHERE url=?1 AND org=?2 AND app=?3 AND name=?4", texts,
		4, err);
	char *value = NULL;
	int code;

	if (!statement)
		return NULL;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		value = take(statement, 0);
	(void)finish(store, statement, code, err);
	return value;
}
