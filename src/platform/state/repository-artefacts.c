/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A version is kept as it is on the wire, with "spec" and "image" beside it; whether it is
 * archived is a column, since that is all that changes.
 */
#include "config.h"

#include "platform/state/repository-artefacts.h"

#include <stdlib.h>

#include "base/error.h"
#include "db/statement.h"
#include "model/members.h"
#include "platform/state/rows.h"

void
artefact_clear(struct artefact *artefact)
{
	artefact_version_clear(&artefact->version);
	workload_source_clear(&artefact->source);
	*artefact = (struct artefact){0};
}

NOUN_LIST(artefact, artefacts)

static void
read_artefact(struct statement *row, void *data)
{
	struct artefact artefact = {.is_registered = true};
	json_t *body = rows_json(row, 0);

	artefact_version_read(&artefact.version, body);
	artefact.version.archived = row_int(row, 1) != 0;
	workload_source_read(&artefact.source, body);
	json_decref(body);
	artefacts_add(data, &artefact);
}

int
repository_artefacts(struct repository *repository, const char *org, struct artefacts *out,
		     struct error *err)
{
	*out = (struct artefacts){0};
	if (rows_each(repository, err, read_artefact, out,
		      "SELECT body, archived FROM artefact_versions WHERE org = ? ORDER BY seq",
		      "s", org) == 0)
		return 0;
	artefacts_clear(out);
	return -1;
}

int
repository_put_artefact(struct repository *repository, const char *org,
			const struct artefact *artefact, struct error *err)
{
	json_t *body = artefact_version_encode(&artefact->version);
	int ret;

	json_object_update_new(body, workload_source_encode(&artefact->source));
	ret = rows_run(repository, err,
		       "INSERT INTO artefact_versions (org, id, body) VALUES (?1, ?2, ?3)"
		       " ON CONFLICT (org, id) DO UPDATE SET body = ?3",
		       "ssj", org, artefact->version.id.raw, body);
	json_decref(body);
	return ret;
}

int
repository_drop_artefact(struct repository *repository, const char *org, const char *artefact_id,
			 struct error *err)
{
	return rows_change(repository, err,
			   "DELETE FROM artefact_versions WHERE org = ?"
			   " AND json_extract(body, '$.artefact_id') = ?", "ss", org, artefact_id);
}

int
repository_archive_artefact_version(struct repository *repository, const char *org, const char *id,
				    bool archived, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE artefact_versions SET archived = ?3 WHERE org = ?1 AND id = ?2",
			   "ssi", org, id, (int64_t)archived);
}
