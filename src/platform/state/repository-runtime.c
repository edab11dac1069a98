/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is asked of an environment besides its deployments: paused, and how many of each.
 *
 * They outlast deployments: an environment that was scaled stays so when it is deployed to
 * again, and one that was paused stays stopped over a restart of the daemon.
 */
#include "config.h"

#include "platform/state/repository-runtime.h"

#include "base/error.h"
#include "db/statement.h"
#include "platform/state/place.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

static void
read_paused(struct statement *row, void *paused)
{
	*(bool *)paused = row_int(row, 0) != 0;
}

int
repository_is_paused(struct repository *repository, const struct place *place, bool *paused,
		     struct error *err)
{
	*paused = false;
	return rows_each(repository, err, read_paused, paused,
			 "SELECT paused FROM runtime WHERE org = ? AND app = ? AND env = ?", "sss",
			 place->org, place->app, place->env);
}

int
repository_set_paused(struct repository *repository, const struct place *place, bool paused,
		      struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO runtime VALUES (?1, ?2, ?3, ?4)"
			" ON CONFLICT DO UPDATE SET paused = ?4",
			"sssi", place->org, place->app, place->env, (int64_t)paused);
}

static void
read_replicas(struct statement *row, void *counts)
{
	json_object_set_new(counts, row_text_or(row, 0, ""), json_integer(row_int(row, 1)));
}

json_t *
repository_replicas(struct repository *repository, const struct place *place, struct error *err)
{
	json_t *counts = json_object();

	if (rows_each(repository, err, read_replicas, counts,
		      "SELECT module, count FROM replicas WHERE org = ? AND app = ? AND env = ?",
		      "sss", place->org, place->app, place->env) == 0)
		return counts;
	json_decref(counts);
	return NULL;
}

int
repository_put_replicas(struct repository *repository, const struct place *place,
			const json_t *counts, struct error *err)
{
	const char *module;
	json_t *count;
	int ret = 0;

	if (repository_begin(repository, err) != 0)
		return -1;
	json_object_foreach((json_t *)counts, module, count)
		if (ret == 0)
			ret = rows_run(repository, err,
				       "INSERT INTO replicas VALUES (?1, ?2, ?3, ?4, ?5)"
				       " ON CONFLICT DO UPDATE SET count = ?5",
				       "ssssi", place->org, place->app, place->env, module,
				       (int64_t)json_integer_value(count));
	return repository_end(repository, ret, err);
}
