/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Runs of the pipeline; how far one is, is how far its deployment is.
 *
 * There is one pipeline with one step, because the API has the noun and clients ask for it.
 * A run is a deployment under another name: no state of its own is kept that could contradict
 * it.
 */
#include "config.h"

#include "platform/state/repository-pipelines.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "db/statement.h"
#include "platform/state/place.h"
#include "platform/state/rows.h"

int
repository_put_run(struct repository *repository, const struct place *place, const char *id,
		   const char *deployment, const json_t *inputs, const char *user, int64_t now,
		   struct error *err)
{
	return rows_run(
		repository, err,
		"INSERT INTO pipeline_runs (org, app, env, id, deployment, inputs, created_at,"
		" created_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		"sssssjis", place->org, place->app, place->env, id, deployment, inputs, now, user);
}

/* The first cancel counts; a second one does not move the time. */
int
repository_cancel_run(struct repository *repository, const char *id, int64_t now,
		      struct error *err)
{
	return rows_change(
		repository, err,
		"UPDATE pipeline_runs SET cancel_at = coalesce(cancel_at, ?2) WHERE id = ?1", "si",
		id, now);
}

#define RUN                                                                                        \
	"SELECT r.seq, r.id, r.org, r.app, r.env, r.deployment, r.created_by, d.status,"           \
	" d.status_changed_at, r.created_at, r.cancel_at, r.inputs"                                \
	" FROM pipeline_runs r JOIN deployments d ON d.id = r.deployment"                          \
	" WHERE r.org = ?1 AND (?2 IS NULL OR r.app = ?2) "

static void
read_run(struct statement *row, void *noun)
{
	struct run_row *run = noun;

	*run = (struct run_row){
		.seq = row_int(row, 0),
		.id = row_copy_or(row, 1, ""),
		.org = row_copy_or(row, 2, ""),
		.app = row_copy_or(row, 3, ""),
		.env = row_copy_or(row, 4, ""),
		.deployment = row_copy_or(row, 5, ""),
		.created_by = row_copy_or(row, 6, ""),
		.status = deployment_status_of(row_text(row, 7)),
		.changed_at = row_int(row, 8),
		.created_at = row_int(row, 9),
		.cancel_at = row_int(row, 10),
		.inputs = rows_json(row, 11),
	};
}

void
run_row_clear(struct run_row *run)
{
	free(run->id);
	free(run->org);
	free(run->app);
	free(run->env);
	free(run->deployment);
	free(run->created_by);
	json_decref(run->inputs);
	*run = (struct run_row){0};
}

int
repository_run(struct repository *repository, const struct place *place, const char *id,
	       struct run_row *out, struct error *err)
{
	*out = (struct run_row){0};
	if (rows_read(repository, err, read_run, out, RUN "AND r.id = ?3", "sss", place->org,
		      place->app, id) == 0)
		return 0;
	run_row_clear(out);
	return -1;
}

static void
read_another_run(struct statement *row, void *noun)
{
	struct run_rows *runs = noun;

	runs->items = xreallocarray(runs->items, runs->count + 1, sizeof(*runs->items));
	read_run(row, &runs->items[runs->count++]);
}

/* From the newest back, by the number: as many are looked at as are asked for. */
int
repository_runs(struct repository *repository, const struct place *place, int64_t before,
		int64_t limit, struct run_rows *out, struct error *err)
{
	*out = (struct run_rows){0};
	if (rows_each(repository, err, read_another_run, out,
		      RUN "AND r.seq < ?3 ORDER BY r.seq DESC LIMIT ?4", "ssii", place->org,
		      place->app, before, limit) == 0)
		return 0;
	run_rows_clear(out);
	return -1;
}

void
run_rows_clear(struct run_rows *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		run_row_clear(&runs->items[i]);
	free(runs->items);
	*runs = (struct run_rows){0};
}
