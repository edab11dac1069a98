/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/state/repository-notes.h"

#include "base/error.h"
#include "db/db.h"
#include "db/statement.h"
#include "platform/state/place.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

static void
add_note(struct statement *row, void *notes)
{
	json_object_set_new(notes, row_text(row, 0), rows_json(row, 1));
}

int
repository_read_notes(struct repository *repository, const struct place *place, json_t **out,
		      struct error *err)
{
	json_t *notes = json_object();
	int ret = rows_each(repository, err, add_note, notes,
			    "SELECT name, value FROM clone_notes"
			    " WHERE org = ? AND app = ? AND env = ? ORDER BY name",
			    "sss", place->org, place->app, place->env);

	*out = NULL;
	if (ret == 0 && json_object_size(notes) > 0)
		*out = json_incref(notes);
	json_decref(notes);
	return ret;
}

json_t *
repository_notes_to_keep(struct repository *repository, const struct place *place,
			 struct error *err)
{
	json_t *notes = json_object();

	if (rows_each(repository, err, add_note, notes,
		      "SELECT name, value FROM clone_notes"
		      " WHERE org = ? AND app = ? AND env = ? AND NOT is_kept ORDER BY name",
		      "sss", place->org, place->app, place->env) == 0)
		return notes;
	json_decref(notes);
	return NULL;
}

int
repository_put_note(struct repository *repository, const struct place *place, const char *name,
		    const json_t *value, bool is_kept, struct error *err)
{
	return rows_run(repository, err,
			"INSERT OR REPLACE INTO clone_notes (org, app, env, name, value, is_kept)"
			" VALUES (?, ?, ?, ?, ?, ?)", "ssssji", place->org, place->app, place->env,
			name, value, (int64_t)is_kept);
}

int
repository_note_is_kept(struct repository *repository, const struct place *place,
			const char *name, const json_t *value, struct error *err)
{
	return rows_run(repository, err,
			"UPDATE clone_notes SET is_kept = 1 WHERE org = ? AND app = ? AND env = ?"
			" AND name = ? AND value = ?", "ssssj", place->org, place->app, place->env,
			name, value);
}

int
repository_drop_note(struct repository *repository, const struct place *place, const char *name,
		     struct error *err)
{
	return rows_run(repository, err,
			"DELETE FROM clone_notes WHERE org = ? AND app = ? AND env = ? AND name = ?",
			"ssss", place->org, place->app, place->env, name);
}

static json_t *
encode_value(struct statement *row, void *data, struct error *err)
{
	(void)data;
	(void)err;
	return rows_json(row, 0);
}

json_t *
repository_promotion(struct repository *repository, const char *org, const char *cluster,
		     const char *origin, const char *set_id, struct error *err)
{
	return rows_encode_one(repository, err, encode_value, NULL,
			       "SELECT n.value FROM clone_notes n JOIN env_drivers d"
			       " ON d.org = n.org AND d.app = n.app AND d.env = n.env"
			       " WHERE n.org = ? AND d.cluster = ? AND d.origin = ?"
			       " AND n.name = 'promote' AND json_extract(n.value, '$.set_id') = ?"
			       " ORDER BY json_extract(n.value, '$.at') DESC LIMIT 1",
			       "ssss", org, cluster, origin, set_id);
}

static json_t *
encode_promotion(struct statement *row, void *data, struct error *err)
{
	(void)data;
	(void)err;
	return json_pack("{s:s, s:o}", "env", row_text(row, 0), "promote",
			 rows_json(row, 1));
}

json_t *
repository_promotions(struct repository *repository, const char *org, const char *cluster,
		      const char *origin, int max, struct error *err)
{
	return rows_encode(repository, err, encode_promotion, NULL,
			   "SELECT n.env, n.value FROM clone_notes n JOIN env_drivers d"
			   " ON d.org = n.org AND d.app = n.app AND d.env = n.env"
			   " WHERE n.org = ? AND d.cluster = ? AND d.origin = ?"
			   " AND n.name = 'promote'"
			   " ORDER BY json_extract(n.value, '$.at') DESC, n.env LIMIT ?",
			   "sssi", org, cluster, origin, (int64_t)max);
}
