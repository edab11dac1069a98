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
#include "model/json.h"
#include "platform/state/place.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

int
repository_is_paused(struct repository *repository, const struct place *place, bool *paused,
		     struct error *err)
{
	json_t *rows = rows_all(repository, err,
				"SELECT paused AS \"bool:paused\" FROM runtime WHERE org = ?"
				" AND app = ? AND env = ?",
				"sss", place->org, place->app, place->env);

	if (!rows)
		return -1;
	*paused = json_is_true(json_object_get(json_array_get(rows, 0), "paused"));
	json_decref(rows);
	return 0;
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

json_t *
repository_replicas(struct repository *repository, const struct place *place, struct error *err)
{
	json_t *rows = rows_all(repository, err,
				"SELECT module, CAST(count AS TEXT) AS \"json:count\" FROM replicas"
				" WHERE org = ? AND app = ? AND env = ?",
				"sss", place->org, place->app, place->env);
	json_t *counts, *row;
	size_t i;

	if (!rows)
		return NULL;
	counts = json_object();
	json_array_foreach(rows, i, row)
		json_object_set(counts, json_member_string(row, "module"),
				json_object_get(row, "count"));
	json_decref(rows);
	return counts;
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
