/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The history: operations as they are read.  The columns of an operation are one table; every
 * statement about it is made from it.
 *
 * A history has no end, so nothing here reads more of it than it gives: each question has an index
 * that ends in the id, which is the time, and what is asked for by pages begins where the last
 * page ended.  What is found by typing (search.c) is looked for in pieces.
 */
#include "config.h"

#include "store/history.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "store/private.h"
#include "store/search.h"

#define DEFAULT_LIMIT 500
#define STEPS_MAX 64
/* Of one environment, those with one verb are looked for among so many, the newest. */
#define OF_ONE_VERB_MAX 5000
/* As its index says, word by word: a parameter would not show SQLite that it may be used. */
#define OPEN_STATES "state IN ('prepared', 'running', 'unwatched')"

static const char *const state_names[] = {
	[OPERATION_PREPARED] = "prepared", [OPERATION_RUNNING] = "running",
	[OPERATION_DONE] = "done",	   [OPERATION_FAILED] = "failed",
	[OPERATION_ABANDONED] = "abandoned", [OPERATION_UNWATCHED] = "unwatched",
	[OPERATION_INTERRUPTED] = "interrupted",
};
#define STATE_COUNT (sizeof(state_names) / sizeof(state_names[0]))

const struct column operation_columns[] = {
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
	COLUMN(error_kind, true),
#undef COLUMN
};
const size_t operation_column_count = sizeof(operation_columns) / sizeof(operation_columns[0]);

struct untrusted *
operation_text(const struct operation *operation, size_t column)
{
	return (struct untrusted *)((char *)(uintptr_t)operation +
				    operation_columns[column].offset);
}

const char *
operation_state_name(enum operation_state state)
{
	assert((size_t)state < STATE_COUNT);
	return state_names[state];
}

void
operation_clear(struct operation *operation)
{
	for (size_t i = 0; i < operation_column_count; i++)
		untrusted_clear(operation_text(operation, i));
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

/* --- one operation --- */

static void
read_text(struct statement *row, int column, struct untrusted *out)
{
	untrusted_init(out, row_text(row, column));
}

/* At most STEPS_MAX: the file comes from outside and must not decide how much memory is taken. */
static int
read_steps(struct store *store, struct operation *operation, struct error *err)
{
	struct statement *row = history_statement(
		store,
		"SELECT name, state, started_at, ended_at, detail, id FROM step WHERE operation=?1"
		" ORDER BY number", &(const char *){operation->id.raw}, 1);

	while (operation->step_count < STEPS_MAX && statement_row(row)) {
		struct operation_step *step;

		operation->steps = xreallocarray(operation->steps, operation->step_count + 1,
						 sizeof(*operation->steps));
		step = &operation->steps[operation->step_count++];
		memset(step, 0, sizeof(*step));
		step->id = row_copy(row, 5);
		step->name = step->id ? NULL : row_copy_or(row, 0, "");
		step->state = (enum record_step_state)row_int_in(row, 1, RECORD_TODO, RECORD_FAILED,
								 RECORD_TODO);
		step->started_at = row_int(row, 2);
		step->ended_at = row_int(row, 3);
		read_text(row, 4, &step->detail);
	}
	return history_end(row, err);
}

static void
read_operation(struct statement *row, struct operation *out)
{
	const int numbers = (int)operation_column_count;

	memset(out, 0, sizeof(*out));
	for (int i = 0; i < numbers; i++)
		read_text(row, i, operation_text(out, (size_t)i));
	/* A word that we do not know counts as over: nobody shall resume it. */
	out->state = (enum operation_state)row_word(row, numbers, state_names,
						    OPERATION_INTERRUPTED, OPERATION_ABANDONED);
	out->created_at = row_int(row, numbers + 1);
	out->ended_at = row_int(row, numbers + 2);
}

static void
select_columns(struct buf *sql)
{
	buf_puts(sql, "SELECT ");
	for (size_t i = 0; i < operation_column_count; i++)
		buf_printf(sql, "%s, ", operation_columns[i].name);
	buf_puts(sql, OPERATION_NUMBERS " FROM operation WHERE ");
}

int
store_operation_get(struct store *store, const char *id, struct operation *out,
		    struct error *err)
{
	struct statement *row;
	struct buf sql;
	bool there;

	if (store_check_readable(store, err))
		return -1;
	buf_init(&sql, OPERATION_SQL_MAX);
	select_columns(&sql);
	buf_puts(&sql, "id=?1");
	row = history_statement(store, buf_str(&sql), &id, 1);
	buf_clear(&sql);
	there = statement_row(row);
	if (there)
		read_operation(row, out);
	if (history_end(row, err))
		return -1;
	if (!there)
		return error_set(err, ERROR_NOT_FOUND, _("Operation %s is not in the history."),
				 id);
	if (read_steps(store, out, err)) {
		operation_clear(out);
		return -1;
	}
	return 0;
}

int
operation_list_add(struct operation_list *list, struct store *store, const char *id,
		   struct error *err)
{
	struct error why = {0};

	list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
	if (store_operation_get(store, id, &list->items[list->count], &why) == 0) {
		list->count++;
		return 0;
	}
	return why.kind == ERROR_NOT_FOUND ? 0 : error_set(err, why.kind, "%s", why.text);
}

/* By its own index: the platform has few that undo one operation. */
int
store_operation_undone_by(struct store *store, const char *id, struct operation *out,
			  struct error *err)
{
	struct statement *row;
	char *by;
	int ret;

	if (store_check_readable(store, err))
		return -1;
	row = history_statement(
		store, "SELECT max(id) FROM operation WHERE undoes=?1 AND state=?2",
		TEXTS(id, state_names[OPERATION_DONE]));
	by = statement_row(row) ? row_copy(row, 0) : NULL;
	ret = history_end(row, err);
	if (ret == 0 && !by)
		ret = error_set(err, ERROR_NOT_FOUND, _("Operation %s is not in the history."), id);
	else if (ret == 0)
		ret = store_operation_get(store, by, out, err);
	free(by);
	return ret;
}

/* --- lists --- */

/* A statement that is being made: its text, and what its parameters will be, in order. */
#define PARAMETERS_MAX 24
struct making {
	struct buf sql;
	struct { const char *text; int64_t number; } parameters[PARAMETERS_MAX];
	size_t count;
};

static void
add_text(struct making *m, const char *condition, const char *text)
{
	if (!text)
		return;
	assert(m->count < PARAMETERS_MAX);
	buf_puts(&m->sql, condition);
	m->parameters[m->count++].text = text;
}

static void
add_number(struct making *m, const char *words, int64_t number)
{
	assert(m->count < PARAMETERS_MAX);
	buf_puts(&m->sql, words);
	m->parameters[m->count].text = NULL;
	m->parameters[m->count++].number = number;
}

static const char *
order_of(const struct history_query *query)
{
	return query->after ? " ORDER BY id ASC LIMIT ?" : " ORDER BY id DESC LIMIT ?";
}

static int64_t
limit_of(const struct history_query *query)
{
	return (int64_t)(query->limit ? query->limit : DEFAULT_LIMIT);
}

static void
add_page(struct making *m, const struct history_query *query)
{
	add_text(m, " AND id<?", query->before);
	add_text(m, " AND id>?", query->after);
}

/* The two halves of "as target or as source", each by its index. */
static void
add_of_environment(struct making *m, const struct history_query *query)
{
	static const char *const roles[] = {" AND env=?", " AND source=?"};

	buf_puts(&m->sql, "id IN (");
	for (size_t i = 0; i < 2; i++) {
		buf_puts(&m->sql,
			 i ? " UNION SELECT id FROM (SELECT id, verb FROM operation WHERE 1"
			   : "SELECT id FROM (SELECT id, verb FROM operation WHERE 1");
		add_text(m, " AND url=?", query->url);
		add_text(m, " AND org=?", query->org);
		add_text(m, " AND app=?", query->app);
		add_text(m, roles[i], query->env);
		add_page(m, query);
		add_number(m, order_of(query), query->verb ? OF_ONE_VERB_MAX : limit_of(query));
		buf_puts(&m->sql, ")");
		add_text(m, " WHERE verb=?", query->verb);
	}
	buf_puts(&m->sql, ")");
}

static void
add_conditions(struct making *m, const struct history_query *query)
{
	/* A '+' before a column keeps SQLite from choosing its index. */
	/* Those few are found by their index, however long the history is: not by the platform. */
	const bool is_open = query->unfinished || query->unwatched;

	if (query->env && !is_open) {
		add_of_environment(m, query);
		return;
	}
	buf_puts(&m->sql, is_open ? OPEN_STATES : "1");
	if (query->unfinished) {
		add_text(m, " AND state IN (?", state_names[OPERATION_PREPARED]);
		add_text(m, ", ?)", state_names[OPERATION_RUNNING]);
	} else if (query->unwatched) {
		add_text(m, " AND state=?", state_names[OPERATION_UNWATCHED]);
	}
	add_text(m, is_open ? " AND +url=?" : " AND url=?", query->url);
	add_text(m, is_open ? " AND +org=?" : " AND org=?", query->org);
	add_text(m, is_open ? " AND +app=?" : " AND app=?", query->app);
	add_text(m, " AND ? IN (env, source)", query->env);
	add_text(m, is_open ? " AND +verb=?" : " AND verb=?", query->verb);
	add_page(m, query);
}

static struct statement *
list_statement(struct store *store, const struct history_query *query)
{
	struct making m = {.count = 0};
	struct statement *statement;

	buf_init(&m.sql, OPERATION_SQL_MAX);
	select_columns(&m.sql);
	add_conditions(&m, query);
	add_number(&m, order_of(query), limit_of(query));
	statement = statement_new(store->history, buf_str(&m.sql));
	buf_clear(&m.sql);
	for (size_t i = 0; i < m.count; i++)
		if (m.parameters[i].text)
			statement_text(statement, m.parameters[i].text);
		else
			statement_int(statement, m.parameters[i].number);
	return statement;
}

/* Read from the old end, but given newest first like every other page. */
static void
turn_round(struct operation_list *list)
{
	for (size_t i = 0; i < list->count / 2; i++) {
		struct operation o = list->items[i];

		list->items[i] = list->items[list->count - 1 - i];
		list->items[list->count - 1 - i] = o;
	}
}

static int
read_list(struct store *store, const struct history_query *query, struct operation_list *list,
	  struct error *err)
{
	struct statement *row = list_statement(store, query);

	while (statement_row(row)) {
		list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
		read_operation(row, &list->items[list->count++]);
	}
	if (history_end(row, err))
		return -1;
	for (size_t i = 0; i < list->count; i++)
		if (read_steps(store, &list->items[i], err))
			return -1;
	if (query->after)
		turn_round(list);
	return 0;
}

/* All pieces of a search, one after the other. */
static int
search_list(struct store *store, const struct history_query *query, struct operation_list *list,
	    struct error *err)
{
	struct store_search *search = store_search_new(store, query);
	int more;

	do {
		more = store_search_step(search, list, err);
	} while (more > 0 && list->count < (size_t)limit_of(query));
	store_search_free(search);
	while (list->count > (size_t)limit_of(query))
		operation_clear(&list->items[--list->count]);
	return more < 0 ? -1 : 0;
}

/* All or nothing: a part of a history would look like the whole of it. */
int
store_history_list(struct store *store, const struct history_query *query,
		   struct operation_list *list, struct error *err)
{
	int ret;

	list->items = NULL;
	list->count = 0;
	if (store_check_readable(store, err))
		return -1;
	ret = query->find && *query->find ? search_list(store, query, list, err) :
					    read_list(store, query, list, err);
	if (ret)
		operation_list_clear(list);
	return ret;
}
