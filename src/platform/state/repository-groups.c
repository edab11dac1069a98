/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What an option of the daemon says and what a person chose are kept in one row: an option that
 * says the same as at the last start changes nothing that was chosen since.
 */
#include "config.h"

#include "platform/state/repository-groups.h"

#include "db/statement.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

char *
repository_group(struct repository *repository, const char *org, const char *cluster,
		 const char *namespace, struct error *err)
{
	return rows_text(repository, err,
			 "SELECT app FROM adopted_groups WHERE org = ? AND cluster = ?"
			 " AND namespace = ? AND app IS NOT NULL", "sss", org, cluster, namespace);
}

static void
add_group(struct statement *row, void *groups)
{
	json_object_set_new(groups, row_text(row, 0), json_string(row_text(row, 1)));
}

json_t *
repository_groups(struct repository *repository, const char *org, const char *cluster,
		  struct error *err)
{
	json_t *groups = json_object();

	if (rows_each(repository, err, add_group, groups,
		      "SELECT namespace, app FROM adopted_groups WHERE org = ? AND cluster = ?"
		      " AND app <> '' ORDER BY namespace", "ss", org, cluster) == 0)
		return groups;
	json_decref(groups);
	return NULL;
}

int
repository_put_group(struct repository *repository, const char *org, const char *cluster,
		     const char *namespace, const char *app, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO adopted_groups (org, cluster, namespace, app)"
			" VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET app = excluded.app",
			"ssss", org, cluster, namespace, app);
}

/* What the option says and what was chosen are one row. */
static int
drop_empty(struct repository *repository, const char *org, const char *cluster, struct error *err)
{
	return rows_run(repository, err,
			"DELETE FROM adopted_groups WHERE org = ? AND cluster = ?"
			" AND app IS NULL AND said IS NULL", "ss", org, cluster);
}

int
repository_drop_group(struct repository *repository, const char *org, const char *cluster,
		      const char *namespace, struct error *err)
{
	if (rows_run(repository, err,
		     "UPDATE adopted_groups SET app = NULL WHERE org = ? AND cluster = ?"
		     " AND namespace = ?", "sss", org, cluster, namespace) != 0)
		return -1;
	return drop_empty(repository, org, cluster, err);
}

/* One that it does not name any more stays chosen, and is another when it is named again. */
static int
put_option(struct repository *repository, const char *org, const char *cluster, const json_t *said,
	   struct error *err)
{
	if (rows_run(repository, err,
		     "INSERT INTO adopted_groups (org, cluster, namespace, app, said)"
		     " SELECT ?, ?, key, value, value FROM json_each(?) WHERE true"
		     " ON CONFLICT DO UPDATE SET said = excluded.said,"
		     " app = iif(said IS excluded.said, app, excluded.app)",
		     "ssj", org, cluster, said) != 0 ||
	    rows_run(repository, err,
		     "UPDATE adopted_groups SET said = NULL WHERE org = ? AND cluster = ?"
		     " AND namespace NOT IN (SELECT key FROM json_each(?))",
		     "ssj", org, cluster, said) != 0)
		return -1;
	return drop_empty(repository, org, cluster, err);
}

int
repository_put_option_groups(struct repository *repository, const char *org, const char *cluster,
			     const json_t *said, struct error *err)
{
	if (repository_begin(repository, err) != 0)
		return -1;
	return repository_end(repository, put_option(repository, org, cluster, said, err), err);
}
