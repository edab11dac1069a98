/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One table: a row says where an environment was made, or that it was found there (adopted). */
#include "config.h"

#include "platform/state/repository-homes.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/json.h"
#include "platform/state/place.h"
#include "platform/state/rows.h"

static void
read_env_home(struct statement *row, void *noun)
{
	*(struct env_home *)noun = (struct env_home){
		.driver_type = row_copy_or(row, 0, ""),
		.def_id = row_copy_or(row, 1, ""),
		.namespace = row_copy_or(row, 2, ""),
		.namespace_def = row_copy_or(row, 3, ""),
		.cluster = row_copy_or(row, 4, ""),
		.labels = rows_json(row, 5),
		.is_adopted = row_int(row, 6) != 0,
		.origin = row_copy_or(row, 7, ""),
		.made = row_copy_or(row, 8, ""),
		.selector = row_copy_or(row, 9, ""),
	};
}

void
env_home_clear(struct env_home *home)
{
	free(home->driver_type);
	free(home->def_id);
	free(home->namespace);
	free(home->namespace_def);
	free(home->cluster);
	json_decref(home->labels);
	free(home->origin);
	free(home->made);
	free(home->selector);
	*home = (struct env_home){0};
}

int
repository_env_home(struct repository *repository, const struct place *place, struct env_home *out,
		    struct error *err)
{
	*out = (struct env_home){0};
	if (rows_read(repository, err, read_env_home, out,
		      "SELECT driver_type, def_id, namespace, namespace_def, cluster, labels,"
		      " adopted, origin, made, selector FROM env_drivers WHERE org = ? AND app = ? AND env = ?",
		      "sss", place->org, place->app, place->env) == 0)
		return 0;
	env_home_clear(out);
	return -1;
}

int
repository_put_env_home(struct repository *repository, const struct place *place,
			const struct env_home *home, struct error *err)
{
	char *labels = json_canonical(home->labels);
	int ret = rows_run(repository, err,
			   "INSERT INTO env_drivers (org, app, env, driver_type, def_id, namespace,"
			   " namespace_def, cluster, labels, adopted, origin, made, selector)"
			   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			   "sssssssssisss", place->org, place->app, place->env, home->driver_type,
			   home->def_id, home->namespace, home->namespace_def, home->cluster,
			   labels, (int64_t)home->is_adopted, home->origin ? home->origin : "",
			   home->made ? home->made : "",
			   home->selector ? home->selector : "");

	free(labels);
	return ret;
}

int
repository_drop_env_home(struct repository *repository, const struct place *place,
			 struct error *err)
{
	return rows_run(repository, err,
			"DELETE FROM env_drivers WHERE org = ? AND app = ? AND env = ?", "sss",
			place->org, place->app, place->env);
}

char *
repository_namespace_holder(struct repository *repository, const struct place *place,
			    const struct env_home *home, struct error *err)
{
	return rows_text(repository, err,
			 "SELECT org || '/' || app || '/' || env FROM env_drivers"
			 " WHERE driver_type = ?4 AND cluster = ?5 AND namespace = ?6"
			 " AND NOT (org = ?1 AND app = ?2 AND env = ?3)",
			 "ssssss", place->org, place->app, place->env, home->driver_type,
			 home->cluster, home->namespace);
}

#define ADOPTED \
	"SELECT org, app, env, driver_type, def_id, cluster, namespace, selector" \
	" FROM env_drivers" \
	" WHERE adopted "

static void
read_adopted_env(struct statement *row, void *noun)
{
	*(struct adopted_env *)noun = (struct adopted_env){
		.org = row_copy_or(row, 0, ""),
		.app = row_copy_or(row, 1, ""),
		.env = row_copy_or(row, 2, ""),
		.driver_type = row_copy_or(row, 3, ""),
		.def_id = row_copy_or(row, 4, ""),
		.cluster = row_copy_or(row, 5, ""),
		.namespace = row_copy_or(row, 6, ""),
		.selector = row_copy_or(row, 7, ""),
	};
}

static void
add_adopted_env(struct statement *row, void *data)
{
	struct adopted_envs *places = data;

	places->items = xreallocarray(places->items, places->count + 1, sizeof(*places->items));
	read_adopted_env(row, &places->items[places->count++]);
}

void
adopted_env_clear(struct adopted_env *place)
{
	free(place->org);
	free(place->app);
	free(place->env);
	free(place->driver_type);
	free(place->def_id);
	free(place->cluster);
	free(place->namespace);
	free(place->selector);
	*place = (struct adopted_env){0};
}

void
adopted_envs_clear(struct adopted_envs *places)
{
	for (size_t i = 0; i < places->count; i++)
		adopted_env_clear(&places->items[i]);
	free(places->items);
	*places = (struct adopted_envs){0};
}

int
repository_adopted_place(struct repository *repository, const char *org,
			 const struct env_home *home, struct adopted_env *out, struct error *err)
{
	*out = (struct adopted_env){0};
	if (rows_read(repository, err, read_adopted_env, out,
		      ADOPTED "AND org = ? AND driver_type = ? AND cluster = ? AND namespace = ?",
		      "ssss", org, home->driver_type, home->cluster, home->namespace) == 0)
		return 0;
	adopted_env_clear(out);
	return -1;
}

int
repository_set_adopted_selector(struct repository *repository, const struct place *place,
				const char *selector, struct error *err)
{
	return rows_run(repository, err,
			"UPDATE env_drivers SET selector = ?4"
			" WHERE adopted AND org = ?1 AND app = ?2 AND env = ?3 AND selector <> ?4",
			"ssss", place->org, place->app, place->env, selector);
}

int
repository_adopted_places(struct repository *repository, struct adopted_envs *out,
			  struct error *err)
{
	*out = (struct adopted_envs){0};
	if (rows_each(repository, err, add_adopted_env, out,
		      ADOPTED "ORDER BY org, driver_type, cluster, namespace", "") == 0)
		return 0;
	adopted_envs_clear(out);
	return -1;
}

int
repository_has_clones(struct repository *repository, const char *org, const char *cluster,
		      const char *namespace, struct error *err)
{
	struct error why = {0};

	if (rows_read(repository, &why, NULL, NULL,
		      "SELECT env FROM env_drivers WHERE org = ?1 AND cluster = ?2 AND origin = ?3"
		      " UNION ALL SELECT e.id FROM env_drivers AS a"
		      " JOIN environments AS e ON e.org = a.org AND e.app = a.app"
		      " JOIN deployments AS d ON d.id = e.from_deploy_id AND d.env = a.env"
		      " WHERE a.org = ?1 AND a.cluster = ?2 AND a.namespace = ?3 AND a.adopted"
		      " AND NOT EXISTS (SELECT 1 FROM env_drivers AS h WHERE h.org = e.org"
		      " AND h.app = e.app AND h.env = e.id) LIMIT 1",
		      "sss", org, cluster, namespace) == 0)
		return 1;
	if (why.kind == ERROR_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}
