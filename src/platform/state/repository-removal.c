/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A slice is a transaction, and each row of it is found by an index; how many there are is bounded
 * by their number and by the time that they take.  What is left of an environment or an application
 * after a crash is found by its status, and the next slice goes on.
 */
#include "config.h"

#include "platform/state/repository-removal.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/nouns.h"
#include "platform/state/place.h"
#include "platform/state/repository-values.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

/* A row may be a set of megabytes: so a slice is of few steps where they take long. */
#define SLICE 1000		/* rows */
#define SLICE_MS 20
#define STEP 50			/* rows, after which the time is looked at */
#define VERSIONS_SLICE 500	/* of artefacts, which stand in six indexes */

/* What a slice may still do: so many rows, and for so long. */
struct slice {
	int64_t left, done;	/* rows */
	int64_t until;		/* steady ms */
};

static struct slice
begin_slice(int64_t rows)
{
	return (struct slice){.left = rows, .until = clock_steady_ms() + SLICE_MS};
}

/* Whether there may be more: its time counts only when so many rows are gone that it may have been
 * their fault.  What is small goes at once, however slow the machine is. */
static bool
count_step(struct slice *slice, int64_t changed)
{
	bool is_over;

	slice->done += changed;
	is_over = changed > 0 && slice->done >= STEP && clock_steady_ms() >= slice->until;
	slice->left = changed < slice->left && !is_over ? slice->left - changed : 0;
	return changed >= STEP && slice->left > 0;
}

/* ?1: the organization, ?2: how many, ?3: the application, ?4: the environment or NULL.  1: there
 * may be more for this statement in this slice, 0, or -1. */
static int
run_step(struct repository *repository, const char *sql, const struct place *place,
	 struct slice *slice, struct error *err)
{
	const int64_t most = slice->left < STEP ? slice->left : STEP;

	if (most == 0)
		return 0;
	if (rows_run(repository, err, sql, "siss", place->org, most, place->app, place->env) != 0)
		return -1;
	return count_step(slice, db_changes(repository->db));
}

static int
run_slice(struct repository *repository, const char *sql, const struct place *place,
	  struct slice *slice, struct error *err)
{
	int more;

	do
		more = run_step(repository, sql, place, slice, err);
	while (more > 0);
	return more;
}

/* The last is of what the others belong to: a step of it is done when they are gone. */
static int
run_owned(struct repository *repository, const char *const *statements, size_t count,
	  const struct place *place, struct slice *slice, struct error *err)
{
	int more;

	do {
		for (size_t i = 0; i + 1 < count; i++)
			if (run_slice(repository, statements[i], place, slice, err) != 0)
				return -1;
		more = run_step(repository, statements[count - 1], place, slice, err);
	} while (more > 0);
	return more;
}

/* --- applications --- */

struct table {
	char *name;
	bool has_rows;		/* with numbers; the others are few: one for each environment */
};
struct tables {
	struct table *items;
	size_t count;
};

static void
add_table(struct statement *row, void *data)
{
	struct tables *tables = data;

	tables->items = xreallocarray(tables->items, tables->count + 1, sizeof(*tables->items));
	tables->items[tables->count++] = (struct table){
		.name = row_copy_or(row, 0, ""),
		.has_rows = row_int(row, 1) != 0,
	};
}

static void
tables_clear(struct tables *tables)
{
	for (size_t i = 0; i < tables->count; i++)
		free(tables->items[i].name);
	free(tables->items);
	*tables = (struct tables){0};
}

/* Whatever has an organization and an application is part of it; an audit is not.  Found by
 * their columns, so that a table which is added later is not forgotten here. */
static int
read_tables(struct repository *repository, struct tables *out, struct error *err)
{
	*out = (struct tables){0};
	return rows_each(repository, err, add_table, out,
			 "SELECT name, sql NOT LIKE '%WITHOUT ROWID%' FROM sqlite_schema AS s"
			 " WHERE type = 'table' AND name NOT LIKE 'audit%'"
			 " AND name NOT IN ('deployments', 'pipeline_runs')"
			 " AND EXISTS (SELECT 1 FROM pragma_table_info(s.name) WHERE name = 'org')"
			 " AND EXISTS (SELECT 1 FROM pragma_table_info(s.name) WHERE name = 'app')",
			 "");
}

static int
delete_from(struct repository *repository, const struct table *table, const struct place *place,
	    struct slice *slice, struct error *err)
{
	char *sql = table->has_rows
		? xasprintf("DELETE FROM \"%s\" WHERE rowid IN (SELECT rowid FROM \"%s\""
			    " WHERE org = ?1 AND app = ?3 AND ?4 IS NULL LIMIT ?2)",
			    table->name, table->name)
		: xasprintf("DELETE FROM \"%s\" WHERE org = ?1 AND app = ?3 AND ?4 IS NULL"
			    " AND ?2 > 0", table->name);
	int ret = run_slice(repository, sql, place, slice, err);

	free(sql);
	return ret;
}

#define FIRST(column)                                                                          \
	"(SELECT " column " FROM deployments WHERE org = ?1 AND app = ?3 AND ?4 IS NULL"       \
	" ORDER BY env, gone, seq LIMIT ?2)"

static int
drop_application(struct repository *repository, const struct place *app,
		 const struct tables *tables, struct slice *slice, struct error *err)
{
	/* What belongs to a deployment goes before it. */
	static const char *const of_deployments[] = {
		("DELETE FROM deployment_errors WHERE seq IN (SELECT e.seq FROM " FIRST("id") " AS d"
		 " CROSS JOIN deployment_errors AS e ON e.deployment = d.id LIMIT ?2)"),
		"DELETE FROM pipeline_runs WHERE deployment IN " FIRST("id"),
		"DELETE FROM deployments WHERE seq IN " FIRST("seq"),
	};

	if (run_owned(repository, of_deployments,
		      sizeof(of_deployments) / sizeof(of_deployments[0]), app, slice, err) != 0)
		return -1;
	for (size_t i = 0; i < tables->count; i++)
		if (delete_from(repository, &tables->items[i], app, slice, err) != 0)
			return -1;
	if (slice->left == 0)
		return 0;
	return rows_run(repository, err, "DELETE FROM applications WHERE org = ? AND id = ?", "ss",
			app->org, app->app);
}

struct dropped {
	char *org, *app;
};

static void
read_dropped(struct statement *row, void *noun)
{
	*(struct dropped *)noun = (struct dropped){row_copy_or(row, 0, ""), row_copy_or(row, 1, "")};
}

/* One that is to be dropped: 1, 0 where there is none, or -1 with err. */
static int
next_dropped(struct repository *repository, struct dropped *out, struct error *err)
{
	struct error why = {0};

	if (rows_read(repository, &why, read_dropped, out,
		      "SELECT org, id FROM applications AS a WHERE status = ?"
		      " AND NOT EXISTS (SELECT 1 FROM environments WHERE org = a.org"
		      " AND app = a.id) LIMIT 1",
		      "s", application_status_word(APPLICATION_DELETING)) == 0)
		return 1;
	if (why.kind == ERROR_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

static int
drop_applications(struct repository *repository, struct slice *slice, struct error *err)
{
	struct tables tables;
	int more, ret = read_tables(repository, &tables, err);

	while (ret == 0 && slice->left > 0) {
		struct dropped next = {0};
		struct place place;

		more = next_dropped(repository, &next, err);
		place = (struct place){.org = next.org, .app = next.app};
		ret = more > 0 ? drop_application(repository, &place, &tables, slice, err) : more;
		free(next.org);
		free(next.app);
		if (more == 0)
			break;
	}
	tables_clear(&tables);
	return ret;
}

int
repository_drop_applications(struct repository *repository, struct error *err)
{
	struct slice slice = begin_slice(SLICE);

	if (repository_begin(repository, err) != 0 ||
	    repository_end(repository, drop_applications(repository, &slice, err), err) != 0)
		return -1;
	return slice.left == 0;
}

int
repository_drop_empty_application(struct repository *repository, const struct place *place,
				  int64_t now, struct error *err)
{
	if (rows_run(repository, err,
		     "UPDATE applications SET status = ?4, status_changed_at = ?5"
		     " WHERE org = ?1 AND id = ?2 AND NOT EXISTS (SELECT 1 FROM environments"
		     " WHERE org = ?1 AND app = ?2 AND status <> ?3) AND NOT EXISTS (SELECT 1"
		     " FROM value_rows WHERE org = ?1 AND app = ?2 AND env = '')",
		     "ssssi", place->org, place->app,
		     environment_status_word(ENVIRONMENT_DELETING),
		     application_status_word(APPLICATION_DELETING), now) != 0)
		return -1;
	return repository_drop_applications(repository, err);
}

/* --- artefacts --- */

/* The oldest versions first (repository_drop_artefact() says why), and the note that they are
 * deleted with the last of them. */
static int
drop_artefacts(struct repository *repository, struct slice *slice, struct error *err)
{
	const struct place nowhere = {0};

	if (run_slice(repository,
		      "DELETE FROM artefact_versions WHERE seq IN (SELECT v.seq"
		      " FROM dropped_artefacts AS d CROSS JOIN artefact_versions AS v"
		      " WHERE v.org = d.org AND v.artefact_id = d.artefact_id AND v.seq <= d.until"
		      " AND ?1 IS NULL AND ?3 IS NULL AND ?4 IS NULL"
		      " ORDER BY d.org, d.artefact_id, v.seq LIMIT ?2)", &nowhere, slice, err) != 0)
		return -1;
	return rows_run(repository, err,
			"DELETE FROM dropped_artefacts AS d WHERE NOT EXISTS (SELECT 1"
			" FROM artefact_versions AS v WHERE v.org = d.org"
			" AND v.artefact_id = d.artefact_id AND v.seq <= d.until)", "");
}

int
repository_drop_artefacts(struct repository *repository, struct error *err)
{
	struct slice slice = begin_slice(VERSIONS_SLICE);

	if (repository_begin(repository, err) != 0 ||
	    repository_end(repository, drop_artefacts(repository, &slice, err), err) != 0)
		return -1;
	return slice.left == 0;
}

/* --- environments --- */

#define ITS "WHERE org = ?1 AND app = ?3 AND env = ?4 "
#define OLDEST(column) \
	"(SELECT " column " FROM deployments " ITS "AND gone = 0 ORDER BY seq LIMIT ?2)"
#define SLICE_OF(table) \
	"DELETE FROM " table " WHERE rowid IN (SELECT rowid FROM " table " " ITS "LIMIT ?2)"

/* Each of these grows with every deployment, or with every value that is written. */
static int
trim(struct repository *repository, const struct place *place, struct slice *slice,
     struct error *err)
{
	static const char *const of_deployments[] = {
		"DELETE FROM pipeline_runs WHERE deployment IN " OLDEST("id"),
		"UPDATE deployments SET gone = 1 WHERE seq IN " OLDEST("seq"),
	};
	static const char *const others[] = {
		SLICE_OF("graphs"), SLICE_OF("value_rows"), SLICE_OF("value_versions"),
	};
	int ret = run_owned(repository, of_deployments,
			    sizeof(of_deployments) / sizeof(of_deployments[0]), place, slice, err);

	for (size_t i = 0; ret == 0 && i < sizeof(others) / sizeof(others[0]); i++)
		ret = run_slice(repository, others[i], place, slice, err);
	return ret;
}

int
repository_trim_environment(struct repository *repository, const struct place *place,
			    struct error *err)
{
	struct slice slice = begin_slice(SLICE);

	if (repository_begin(repository, err) != 0 ||
	    repository_end(repository, trim(repository, place, &slice, err), err) != 0)
		return -1;
	return slice.left == 0;
}

int
repository_drop_environment(struct repository *repository, const struct place *place,
			    struct error *err)
{
	static const char *const statements[] = {
		("DELETE FROM pipeline_runs WHERE deployment IN (SELECT id FROM deployments"
		 " WHERE org = ? AND app = ? AND env = ? AND gone = 0)"),
		"UPDATE deployments SET gone = 1 WHERE org = ? AND app = ? AND env = ? AND gone = 0",
		"DELETE FROM resources WHERE org = ? AND app = ? AND env = ?",
		"DELETE FROM graphs WHERE org = ? AND app = ? AND env = ?",
		"DELETE FROM env_drivers WHERE org = ? AND app = ? AND env = ?",
		"DELETE FROM clone_notes WHERE org = ? AND app = ? AND env = ?",
		"DELETE FROM runtime WHERE org = ? AND app = ? AND env = ?",
		"DELETE FROM replicas WHERE org = ? AND app = ? AND env = ?",
		"DELETE FROM rules WHERE org = ? AND app = ? AND env = ?",
		"DELETE FROM rule_updates WHERE org = ? AND app = ? AND env = ?",
		"DELETE FROM environments WHERE org = ? AND app = ? AND id = ?",
	};
	int ret = 0;

	if (repository_begin(repository, err) != 0)
		return -1;
	for (size_t i = 0; ret == 0 && i < sizeof(statements) / sizeof(statements[0]); i++)
		ret = rows_run(repository, err, statements[i], "sss", place->org, place->app,
			       place->env);
	if (ret == 0)
		ret = repository_forget_values(repository, place, err);
	return repository_end(repository, ret, err);
}

int
repository_forget_environment(struct repository *repository, const struct place *place,
			      struct error *err)
{
	struct slice slice = begin_slice(SLICE);
	int ret;

	if (repository_begin(repository, err) != 0)
		return -1;
	ret = repository_drop_environment(repository, place, err);
	if (ret == 0)
		ret = drop_applications(repository, &slice, err);
	return repository_end(repository, ret, err) == 0 ? slice.left == 0 : -1;
}
