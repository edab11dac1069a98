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
	"SELECT CAST(r.seq AS TEXT) AS seq, r.id AS id, r.org AS org, r.app AS app,"               \
	" r.env AS env, r.deployment AS deployment, d.status AS status,"                           \
	" d.status_changed_at AS \"stamp:changed_at\", r.inputs AS \"json:inputs\","           \
	" r.created_at AS \"stamp:created_at\", r.created_by AS created_by,"                     \
	" CAST(r.cancel_at AS TEXT) AS \"opt:cancel_at\""                                        \
	" FROM pipeline_runs r JOIN deployments d ON d.id = r.deployment"                          \
	" WHERE r.org = ?1 AND (?2 IS NULL OR r.app = ?2) "

json_t *
repository_run(struct repository *repository, const struct place *place, const char *id,
	       struct error *err)
{
	return rows_one(repository, err, RUN "AND r.id = ?3", "sss", place->org, place->app, id);
}

/* From the newest back, by the number: as many are looked at as are asked for. */
json_t *
repository_runs(struct repository *repository, const struct place *place, int64_t before,
		int64_t limit, struct error *err)
{
	return rows_all(repository, err, RUN "AND r.seq < ?3 ORDER BY r.seq DESC LIMIT ?4", "ssii",
			place->org, place->app, before, limit);
}
