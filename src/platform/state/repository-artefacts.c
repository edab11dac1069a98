/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A version is kept as it is on the wire, with "spec" and "image" beside it; whether it is
 * archived is a column, since that is all that changes, and so is what it is looked for by.
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

/* Not one whose artefact was deleted after it was registered. */
#define IS_THERE                                                                                  \
	" AND NOT EXISTS (SELECT 1 FROM dropped_artefacts AS d WHERE d.org = v.org"               \
	" AND d.artefact_id = v.artefact_id AND d.until >= v.seq) "
#define STORED "SELECT body, archived, seq FROM artefact_versions AS v "

static void
read_artefact(struct statement *row, void *noun)
{
	struct artefact *artefact = noun;
	json_t *body = rows_json(row, 0);

	artefact_version_read(&artefact->version, body);
	artefact->version.archived = row_int(row, 1) != 0;
	artefact->seq = row_int(row, 2);
	artefact->is_registered = true;
	workload_source_read(&artefact->source, body);
	json_decref(body);
}

static void
add_artefact(struct statement *row, void *data)
{
	struct artefact artefact = {0};

	read_artefact(row, &artefact);
	artefacts_add(data, &artefact);
}

int
repository_artefacts_after(struct repository *repository, const char *org, const char *artefact_id,
			   int64_t from, int max, int64_t *next, struct artefacts *out,
			   struct error *err)
{
	int ret;

	*out = (struct artefacts){0};
	*next = 0;
	if (artefact_id)
		ret = rows_each(repository, err, add_artefact, out,
				STORED "WHERE org = ? AND artefact_id = ? AND seq > ?" IS_THERE
				"ORDER BY seq LIMIT ?", "ssii", org, artefact_id, from, (int64_t)max);
	else
		ret = rows_each(repository, err, add_artefact, out,
				STORED "WHERE org = ? AND seq > ?" IS_THERE "ORDER BY seq LIMIT ?", "sii",
				org, from, (int64_t)max);
	if (ret != 0)
		artefacts_clear(out);
	else if (max > 0 && out->count == (size_t)max)
		*next = out->items[out->count - 1].seq;
	return ret;
}

int
repository_artefact(struct repository *repository, const char *org, const char *id,
		    struct artefact *out, struct error *err)
{
	*out = (struct artefact){0};
	if (rows_read(repository, err, read_artefact, out, STORED "WHERE org = ? AND id = ?" IS_THERE,
		      "ss", org, id) == 0)
		return 0;
	artefact_clear(out);
	return -1;
}

int
repository_has_artefact(struct repository *repository, const char *org,
			const struct artefact_kind *kind, int64_t before, struct error *err)
{
	const bool any = kind->type == ARTEFACT_UNKNOWN;
	struct error why = {0};

	if (rows_read(repository, &why, NULL, NULL,
		      "SELECT 1 FROM artefact_versions AS v INDEXED BY artefact_versions_by_kind"
		      " WHERE org = ? AND artefact_id = ? AND type IN (?, ?) AND archived IN (0, ?)"
		      " AND seq < ?" IS_THERE "LIMIT 1", "ssssii", org, kind->artefact_id,
		      artefact_type_word(any ? ARTEFACT_CONTAINER : kind->type),
		      artefact_type_word(any ? ARTEFACT_WORKLOAD : kind->type),
		      (int64_t)kind->with_archived, before) == 0)
		return 1;
	if (why.kind == ERROR_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

#define DELETED_UNTIL                                                                             \
	"ifnull((SELECT until FROM dropped_artefacts WHERE org = ?1 AND artefact_id = ?4), 0)"

int
repository_put_artefact(struct repository *repository, const char *org,
			const struct artefact *artefact, struct error *err)
{
	json_t *body = artefact_version_encode(&artefact->version);
	int ret;

	json_object_update_new(body, workload_source_encode(&artefact->source));
	/* One that was deleted, and has not gone yet, is another one from now on: the newest. */
	ret = rows_run(repository, err,
		       "INSERT INTO artefact_versions AS v (org, id, body, artefact_id, type)"
		       " VALUES (?1, ?2, ?3, ?4, ?5)"
		       " ON CONFLICT (org, id) DO UPDATE SET body = ?3, type = ?5,"
		       " archived = iif(v.seq <= " DELETED_UNTIL ", 0, v.archived),"
		       " seq = iif(v.seq <= " DELETED_UNTIL ","
		       " (SELECT max(seq) + 1 FROM artefact_versions), v.seq)",
		       "ssjss", org, artefact->version.id.raw, body,
		       untrusted_raw(&artefact->version.artefact_id),
		       artefact_type_word(artefact->version.type));
	json_decref(body);
	return ret;
}

int
repository_drop_artefact(struct repository *repository, const char *org, const char *artefact_id,
			 struct error *err)
{
	/* No later version is given a number below: the newest is the last that goes. */
	return rows_change(repository, err,
			   "INSERT INTO dropped_artefacts SELECT org, artefact_id, seq"
			   " FROM artefact_versions AS v WHERE org = ? AND artefact_id = ?" IS_THERE
			   "ORDER BY seq DESC LIMIT 1"
			   " ON CONFLICT (org, artefact_id) DO UPDATE SET until = excluded.until",
			   "ss", org, artefact_id);
}

int
repository_archive_artefact_version(struct repository *repository, const char *org, const char *id,
				    bool archived, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE artefact_versions SET archived = ?3 WHERE org = ?1 AND id = ?2",
			   "ssi", org, id, (int64_t)archived);
}
