/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of operations, which is also the history, and where clones come from.
 *
 * The columns of an operation are one table below; every statement is made from it.
 *
 * An operation under way is claimed by a lock on one byte of a file beside the database,
 * at an offset made from the operation's id.  Locks of an open file description end with
 * the program, however it ends, so a crashed owner needs no time-out and no process id.
 */
#include "config.h"

#include "store/private.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"

#define HISTORY_DEFAULT_LIMIT 500
#define STEPS_MAX 64
#define SQL_MAX 8192
#define OPEN_STATES "state IN ('prepared', 'running', 'unwatched')"	/* as its index says */
#define FIND_PARAMETER 8	/* the first behind those of the other conditions */

static const char *const state_names[] = {
	[OPERATION_PREPARED] = "prepared", [OPERATION_RUNNING] = "running",
	[OPERATION_DONE] = "done",	   [OPERATION_FAILED] = "failed",
	[OPERATION_ABANDONED] = "abandoned", [OPERATION_UNWATCHED] = "unwatched",
	[OPERATION_INTERRUPTED] = "interrupted",
};
#define STATE_COUNT (sizeof(state_names) / sizeof(state_names[0]))

static const struct column {
	const char *name;
	size_t offset;		/* of a struct untrusted in struct operation */
	bool changes;		/* store_operation_update() writes it */
} columns[] = {
#define COLUMN(member, changing) { #member, offsetof(struct operation, member), changing }
	COLUMN(id, false),
	COLUMN(verb, false),
	COLUMN(context, false),
	COLUMN(url, false),
	COLUMN(address, false),
	COLUMN(org, false),
	COLUMN(app, false),
	COLUMN(env, false),
	COLUMN(source, false),
	COLUMN(env_name, false),
	COLUMN(env_type, false),
	COLUMN(who, false),
	COLUMN(reason, true),
	COLUMN(summary, false),
	COLUMN(request, false),
	COLUMN(from_deployment, false),
	COLUMN(from_set, false),
	COLUMN(to_set, false),
	COLUMN(source_deployment, false),
	COLUMN(delta_id, true),
	COLUMN(deployment_id, true),
	COLUMN(undo, false),
	COLUMN(way_back, false),
	COLUMN(undoes, false),
	COLUMN(error, true),
#undef COLUMN
};
#define COLUMN_COUNT (sizeof(columns) / sizeof(columns[0]))
/* Behind the texts, in this order, come: */
#define NUMBERS "state, created_at, ended_at"

static struct untrusted *
text_of(const struct operation *operation, size_t column)
{
	return (struct untrusted *)((char *)(uintptr_t)operation + columns[column].offset);
}

const char *
operation_state_name(enum operation_state state)
{
	assert((size_t)state < STATE_COUNT);
	return state_names[state];
}

/* A word that we do not know counts as over: nobody shall resume it. */
static enum operation_state
state_of(const char *name)
{
	for (size_t i = 0; name && i < OPERATION_INTERRUPTED; i++)
		if (!strcmp(state_names[i], name))
			return (enum operation_state)i;
	return OPERATION_ABANDONED;
}

void
operation_clear(struct operation *operation)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		untrusted_clear(text_of(operation, i));
	for (size_t i = 0; i < operation->step_count; i++) {
		free(operation->steps[i].id);
		free(operation->steps[i].name);
		untrusted_clear(&operation->steps[i].detail);
	}
	free(operation->steps);
	memset(operation, 0, sizeof(*operation));
}

void
operation_list_clear(struct operation_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		operation_clear(&list->items[i]);
	free(list->items);
	list->items = NULL;
	list->count = 0;
}

static int
fail(const struct store *store, struct error *err)
{
	database_error(store->history, store->history_path, err);
	return error_prefix(err, _("the history cannot be used"));
}

/* Ends a statement that gives no rows. */
static int
finish(struct store *store, sqlite3_stmt *statement, struct error *err)
{
	int code = sqlite3_step(statement);
	int ret = 0;

	if (code != SQLITE_DONE)
		ret = fail(store, err);
	sqlite3_finalize(statement);
	return ret;
}

static sqlite3_stmt *
prepare(struct store *store, const char *sql, struct error *err)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(store->history, sql, -1, &statement, NULL) == SQLITE_OK)
		return statement;
	fail(store, err);
	return NULL;
}

static void
read_text(sqlite3_stmt *statement, int index, struct untrusted *out)
{
	untrusted_init(out, (const char *)sqlite3_column_text(statement, index));
}

static int
begin(struct store *store, struct error *err)
{
	if (database_run(store->history, store->history_path, "BEGIN IMMEDIATE", err))
		return error_prefix(err, _("the history cannot be used"));
	return 0;
}

/* Ends a transaction: commit when all went well so far. */
static int
end(struct store *store, int ret, struct error *err)
{
	if (ret == 0 && database_run(store->history, store->history_path, "COMMIT", err))
		ret = error_prefix(err, _("the history cannot be written"));
	if (ret)
		sqlite3_exec(store->history, "ROLLBACK", NULL, NULL, NULL);
	return ret;
}

static int
write_step(struct store *store, const char *id, size_t number, const struct operation_step *step,
	   struct error *err)
{
	sqlite3_stmt *statement = prepare(
		store,
		"INSERT INTO step (operation, number, name, state, started_at, ended_at, detail, id)"
		" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (operation, number) DO"
		" UPDATE SET state=?4, started_at=?5, ended_at=?6, detail=?7",
		err);

	if (!statement)
		return -1;
	database_bind(statement, 1, id);
	sqlite3_bind_int64(statement, 2, (sqlite3_int64)number);
	database_bind(statement, 3, step->name ? step->name : "");
	sqlite3_bind_int(statement, 4, (int)step->state);
	sqlite3_bind_int64(statement, 5, step->started_at);
	sqlite3_bind_int64(statement, 6, step->ended_at);
	database_bind(statement, 7, step->detail.raw);
	database_bind(statement, 8, step->id);
	return finish(store, statement, err);
}

static int
insert_operation(struct store *store, const struct operation *operation, struct error *err)
{
	struct buf sql;
	sqlite3_stmt *statement;

	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "INSERT INTO operation (");
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		buf_printf(&sql, "%s, ", columns[i].name);
	buf_puts(&sql, NUMBERS ") VALUES (");
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		buf_puts(&sql, "?,");
	buf_puts(&sql, "?,?,?)");
	statement = prepare(store, buf_str(&sql), err);
	buf_clear(&sql);
	if (!statement)
		return -1;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		database_bind(statement, (int)i + 1, text_of(operation, i)->raw);
	database_bind(statement, (int)COLUMN_COUNT + 1, operation_state_name(operation->state));
	sqlite3_bind_int64(statement, (int)COLUMN_COUNT + 2, operation->created_at);
	sqlite3_bind_int64(statement, (int)COLUMN_COUNT + 3, operation->ended_at);
	return finish(store, statement, err);
}

int
store_operation_begin(struct store *store, const struct operation *operation, struct error *err)
{
	int ret;

	assert(operation->id.raw && operation->verb.raw);
	if (store_check_writable(store, err) || begin(store, err))
		return -1;
	ret = insert_operation(store, operation, err);
	for (size_t i = 0; ret == 0 && i < operation->step_count; i++)
		ret = write_step(store, operation->id.raw, i, &operation->steps[i], err);
	if (ret == 0 && search_keep(store->history, operation->id.raw))
		ret = fail(store, err);
	ret = end(store, ret, err);
	if (ret == 0) {
		store_mark_history(store);
		(void)store_operation_claim(store, operation->id.raw);
	}
	return ret;
}

/* The random part of a UUID, as a place in the lock file. */
static void
lock_of(struct flock *lock, short type, const char *id)
{
	char hex[IDS_SHA256_HEX_SIZE];

	ids_sha256_hex(hex, id, strlen(id));
	hex[15] = '\0';
	memset(lock, 0, sizeof(*lock));
	lock->l_type = type;
	lock->l_whence = SEEK_SET;
	lock->l_start = (off_t)strtoull(hex, NULL, 16);
	lock->l_len = 1;
}

bool
store_operation_claim(struct store *store, const char *id)
{
	struct flock lock;

	lock_of(&lock, F_WRLCK, id);
	return fcntl(store->lock_fd, F_OFD_SETLK, &lock) == 0;
}

void
store_operation_release(struct store *store, const char *id)
{
	struct flock lock;

	lock_of(&lock, F_UNLCK, id);
	(void)fcntl(store->lock_fd, F_OFD_SETLK, &lock);
}

bool
store_operation_is_claimed(const struct store *store, const char *id)
{
	struct flock lock;

	lock_of(&lock, F_WRLCK, id);
	return fcntl(store->lock_fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

static int
update_operation(struct store *store, const struct operation *operation, struct error *err)
{
	struct buf sql;
	sqlite3_stmt *statement;
	int n = 0;

	buf_init(&sql, SQL_MAX);
	buf_puts(&sql, "UPDATE operation SET ");
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (columns[i].changes)
			buf_printf(&sql, "%s=?, ", columns[i].name);
	buf_puts(&sql, "state=?, ended_at=? WHERE id=?");
	statement = prepare(store, buf_str(&sql), err);
	buf_clear(&sql);
	if (!statement)
		return -1;
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		if (columns[i].changes)
			database_bind(statement, ++n, text_of(operation, i)->raw);
	database_bind(statement, ++n, operation_state_name(operation->state));
	sqlite3_bind_int64(statement, ++n, operation->ended_at);
	database_bind(statement, ++n, operation->id.raw);
	if (finish(store, statement, err))
		return -1;
	if (sqlite3_changes(store->history) != 1)
		return error_set(err, ERROR_STORE, _("%s: operation %s is not in the history"),
				 store->history_path, operation->id.raw);
	return 0;
}

int
store_operation_update(struct store *store, const struct operation *operation, size_t step,
		       struct error *err)
{
	int ret;

	if (begin(store, err))
		return -1;
	ret = update_operation(store, operation, err);
	if (ret == 0 && step < operation->step_count)
		ret = write_step(store, operation->id.raw, step, &operation->steps[step], err);
	if (ret == 0 && search_keep(store->history, operation->id.raw))
		ret = fail(store, err);
	ret = end(store, ret, err);
	if (ret == 0 && operation->state >= OPERATION_DONE)
		store_operation_release(store, operation->id.raw);
	return ret;
}

static int
read_steps(struct store *store, struct operation *operation, struct error *err)
{
	sqlite3_stmt *statement = prepare(store,
					  "SELECT name, state, started_at, ended_at, detail, id FROM"
					  " step WHERE operation=?1 ORDER BY number",
					  err);
	int code;

	if (!statement)
		return -1;
	database_bind(statement, 1, operation->id.raw);
	while ((code = sqlite3_step(statement)) == SQLITE_ROW && operation->step_count < STEPS_MAX) {
		struct operation_step *step;
		const char *name = (const char *)sqlite3_column_text(statement, 0);
		const char *id = (const char *)sqlite3_column_text(statement, 5);
		int state = sqlite3_column_int(statement, 1);

		operation->steps = xreallocarray(operation->steps, operation->step_count + 1,
						 sizeof(*operation->steps));
		step = &operation->steps[operation->step_count++];
		memset(step, 0, sizeof(*step));
		step->id = id ? xstrdup(id) : NULL;
		step->name = id ? NULL : xstrdup(name ? name : "");
		step->state = state >= RECORD_TODO && state <= RECORD_FAILED ?
			(enum record_step_state)state : RECORD_TODO;
		step->started_at = sqlite3_column_int64(statement, 2);
		step->ended_at = sqlite3_column_int64(statement, 3);
		read_text(statement, 4, &step->detail);
	}
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		fail(store, err);
	sqlite3_finalize(statement);
	return code == SQLITE_DONE || code == SQLITE_ROW ? 0 : -1;
}

static void
read_row(sqlite3_stmt *statement, struct operation *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		read_text(statement, (int)i, text_of(out, i));
	out->state = state_of((const char *)sqlite3_column_text(statement, (int)COLUMN_COUNT));
	out->created_at = sqlite3_column_int64(statement, (int)COLUMN_COUNT + 1);
	out->ended_at = sqlite3_column_int64(statement, (int)COLUMN_COUNT + 2);
}

static void
select_columns(struct buf *sql)
{
	buf_puts(sql, "SELECT ");
	for (size_t i = 0; i < COLUMN_COUNT; i++)
		buf_printf(sql, "%s, ", columns[i].name);
	buf_puts(sql, NUMBERS " FROM operation WHERE ");
}

int
store_operation_get(struct store *store, const char *id, struct operation *out,
		    struct error *err)
{
	struct buf sql;
	sqlite3_stmt *statement;
	int code;

	if (store_check_readable(store, err))
		return -1;
	buf_init(&sql, SQL_MAX);
	select_columns(&sql);
	buf_puts(&sql, "id=?1");
	statement = prepare(store, buf_str(&sql), err);
	buf_clear(&sql);
	if (!statement)
		return -1;
	database_bind(statement, 1, id);
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		read_row(statement, out);
	else if (code == SQLITE_DONE)
		error_set(err, ERROR_NOT_FOUND, _("operation %s is not in the history"), id);
	else
		fail(store, err);
	sqlite3_finalize(statement);
	if (code != SQLITE_ROW)
		return -1;
	if (read_steps(store, out, err)) {
		operation_clear(out);
		return -1;
	}
	return 0;
}

static sqlite3_stmt *
prepare_list(struct store *store, const struct history_query *query, struct error *err)
{
	const char *const values[] = { query->url, query->org, query->app, query->env,
				       query->verb, query->before };
	static const char *const conditions[] = { "url=?1", "org=?2", "app=?3",
						  "(env=?4 OR source=?4)", "verb=?5", "id<?6" };
	/* Those few are found by their index, however long the history is: not by the platform. */
	const bool is_open = query->unfinished || query->unwatched;
	struct buf sql;
	struct search search;
	sqlite3_stmt *statement;

	search_init(&search, query->find);
	buf_init(&sql, SQL_MAX);
	select_columns(&sql);
	buf_puts(&sql, query->unfinished ? OPEN_STATES " AND state IN ('prepared', 'running')" :
		       query->unwatched ? OPEN_STATES " AND state='unwatched'" : "1");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (values[i])
			buf_printf(&sql, " AND %s%s", is_open && i == 0 ? "+" : "", conditions[i]);
	search_conditions(&search, &sql, FIND_PARAMETER);
	buf_puts(&sql, " ORDER BY id DESC LIMIT ?7");
	statement = prepare(store, buf_str(&sql), err);
	buf_clear(&sql);
	if (statement)
		search_bind(&search, statement, FIND_PARAMETER);
	search_clear(&search);
	if (!statement)
		return NULL;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (values[i])
			database_bind(statement, (int)i + 1, values[i]);
	sqlite3_bind_int64(statement, 7,
			   (sqlite3_int64)(query->limit ? query->limit : HISTORY_DEFAULT_LIMIT));
	return statement;
}

int
store_history_list(struct store *store, const struct history_query *query,
		   struct operation_list *list, struct error *err)
{
	sqlite3_stmt *statement = store_check_readable(store, err) ? NULL : prepare_list(store, query, err);
	int code;

	list->items = NULL;
	list->count = 0;
	if (!statement)
		return -1;
	while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		read_row(statement, &list->items[list->count++]);
	}
	if (code != SQLITE_DONE)
		fail(store, err);
	sqlite3_finalize(statement);
	for (size_t i = 0; code == SQLITE_DONE && i < list->count; i++)
		if (read_steps(store, &list->items[i], err))
			code = SQLITE_ERROR;
	if (code == SQLITE_DONE)
		return 0;
	operation_list_clear(list);
	return -1;
}

/* --- where a clone comes from --- */

static sqlite3_stmt *
prepare_clone(struct store *store, const char *sql, const char *url, const char *org,
	      const char *app, const char *env, struct error *err)
{
	sqlite3_stmt *statement = prepare(store, sql, err);

	if (!statement)
		return NULL;
	database_bind(statement, 1, url);
	database_bind(statement, 2, org);
	database_bind(statement, 3, app);
	database_bind(statement, 4, env);
	return statement;
}

static char *
take_text(sqlite3_stmt *statement, int index)
{
	const char *text = (const char *)sqlite3_column_text(statement, index);

	return xstrdup(text ? text : "");
}

int
store_clone_origin(struct store *store, const char *url, const char *org, const char *app,
		   const char *env, struct clone_origin *out, struct error *err)
{
	sqlite3_stmt *statement = prepare_clone(
		store,
		"SELECT origin, deployment_id, set_id, operation_id, cloned_at, expires_at"
		" FROM clone WHERE url=?1 AND org=?2 AND app=?3 AND env=?4",
		url, org, app, env, err);
	int code;

	if (!statement)
		return -1;
	code = sqlite3_step(statement);
	if (code == SQLITE_ROW) {
		out->origin = take_text(statement, 0);
		out->deployment_id = take_text(statement, 1);
		out->set_id = take_text(statement, 2);
		out->operation_id = take_text(statement, 3);
		out->cloned_at = sqlite3_column_int64(statement, 4);
		out->expires_at = sqlite3_column_int64(statement, 5);
	} else if (code == SQLITE_DONE) {
		error_set(err, ERROR_NOT_FOUND, _("%s was not cloned from here"), env);
	} else {
		fail(store, err);
	}
	sqlite3_finalize(statement);
	return code == SQLITE_ROW ? 0 : -1;
}

void
clone_origin_clear(struct clone_origin *origin)
{
	free(origin->origin);
	free(origin->deployment_id);
	free(origin->set_id);
	free(origin->operation_id);
	memset(origin, 0, sizeof(*origin));
}

int
store_put_clone_origin(struct store *store, const char *url, const char *org, const char *app,
		       const char *env, const struct clone_origin *origin, struct error *err)
{
	sqlite3_stmt *statement = prepare_clone(
		store, "INSERT OR REPLACE INTO clone VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10)", url,
		org, app, env, err);

	if (!statement)
		return -1;
	database_bind(statement, 5, origin->origin);
	database_bind(statement, 6, origin->deployment_id);
	database_bind(statement, 7, origin->set_id);
	database_bind(statement, 8, origin->operation_id);
	sqlite3_bind_int64(statement, 9, origin->cloned_at);
	sqlite3_bind_int64(statement, 10, origin->expires_at);
	return finish(store, statement, err);
}

int
store_drop_clone_origin(struct store *store, const char *url, const char *org, const char *app,
			const char *env, struct error *err)
{
	sqlite3_stmt *statement = prepare_clone(
		store, "DELETE FROM clone WHERE url=?1 AND org=?2 AND app=?3 AND env=?4", url, org,
		app, env, err);

	return statement ? finish(store, statement, err) : -1;
}
