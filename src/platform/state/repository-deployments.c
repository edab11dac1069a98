/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Deployments and their errors, artefact versions that were posted. */
#include "config.h"

#include "platform/state/rows.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/json.h"
#include "model/nouns.h"

#define DEPLOYMENT                                                                                 \
	"SELECT id, env, set_id, from_id, delta_id, comment, created_at, created_by, status,"      \
	" status_changed_at, mode, value_set_version_id, dependency_graph_id,"                     \
	" (SELECT r.id FROM pipeline_runs r WHERE r.deployment = deployments.id)"                  \
	" FROM deployments "
enum {
	ID, ENV, SET_ID, FROM_ID, DELTA_ID, COMMENT, CREATED_AT, CREATED_BY, STATUS,
	STATUS_CHANGED_AT, MODE, VALUE_SET_VERSION_ID, GRAPH_ID, RUN_ID
};

static json_t *
encode_deployment(struct statement *row)
{
	struct deployment deployment = {
		.created_at = row_int(row, CREATED_AT),
		.status = deployment_status_of(row_text(row, STATUS)),
		.status_changed_at = row_int(row, STATUS_CHANGED_AT),
	};
	const char *run = row_text(row, RUN_ID);
	json_t *body;

	untrusted_init(&deployment.id, row_text(row, ID));
	untrusted_init(&deployment.env_id, row_text(row, ENV));
	untrusted_init(&deployment.set_id, row_text(row, SET_ID));
	untrusted_init(&deployment.from_id, row_text_or(row, FROM_ID, ""));
	untrusted_init(&deployment.delta_id, row_text(row, DELTA_ID));
	untrusted_init(&deployment.comment, row_text_or(row, COMMENT, ""));
	untrusted_init(&deployment.created_by, row_text_or(row, CREATED_BY, ""));
	untrusted_init(&deployment.mode, row_text(row, MODE));
	untrusted_init(&deployment.value_set_version_id, row_text(row, VALUE_SET_VERSION_ID));
	untrusted_init(&deployment.dependency_graph_id, row_text(row, GRAPH_ID));
	/* There is one pipeline, with one step. */
	if (run) {
		untrusted_init(&deployment.pipeline.id, "default");
		untrusted_init(&deployment.pipeline.run_id, run);
		untrusted_init(&deployment.pipeline.job_id, "deploy");
	}
	body = deployment_encode(&deployment);
	deployment_clear(&deployment);
	return body;
}

json_t *
repository_deployments(struct repository *repository, const struct place *place, struct error *err)
{
	return rows_all_as(repository, err, encode_deployment,
			   DEPLOYMENT "WHERE org = ? AND app = ? AND env = ?"
				      " AND gone = 0 ORDER BY seq DESC",
			   "sss", place->org, place->app, place->env);
}

/* id NULL: the newest. */
json_t *
repository_deployment(struct repository *repository, const struct place *place, const char *id,
		      struct error *err)
{
	json_t *row = rows_one_as(repository, err, encode_deployment,
				  DEPLOYMENT "WHERE org = ?1 AND app = ?2 AND env = ?3 AND gone = 0"
					     " AND (?4 IS NULL OR id = ?4)"
					     " ORDER BY seq DESC LIMIT 1",
				  "ssss", place->org, place->app, place->env, id);

	if (!row && id && err->kind == ERROR_NOT_FOUND)
		error_set(err, ERROR_NOT_FOUND, _("%s has no deployment \"%s\"."), place->env, id);
	return row;
}

json_t *
repository_deployment_of_app(struct repository *repository, const struct place *place,
			     const char *id, struct error *err)
{
	json_t *row = rows_one_as(repository, err, encode_deployment,
				  DEPLOYMENT "WHERE org = ? AND app = ? AND id = ?", "sss",
				  place->org, place->app, id);

	if (!row && err->kind == ERROR_NOT_FOUND)
		error_set(err, ERROR_NOT_FOUND, _("The application %s has no deployment \"%s\"."),
			  place->app, id);
	return row;
}

json_t *
repository_newest_succeeded(struct repository *repository, const struct place *place,
			    struct error *err)
{
	return rows_one_as(repository, err, encode_deployment,
			   DEPLOYMENT "WHERE org = ? AND app = ? AND env = ? AND gone = 0"
				      " AND status = ? ORDER BY seq DESC LIMIT 1",
			   "ssss", place->org, place->app, place->env,
			   deployment_status_word(DEPLOYMENT_SUCCEEDED));
}

int
repository_put_deployment(struct repository *repository, const struct place *place,
			  const struct deployment_row *row, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO deployments (org, app, env, id, set_id, from_id, delta_id,"
			" comment, mode, status, status_changed_at, created_at, created_by,"
			" value_set_version_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			"ssssssssssiiss", place->org, place->app, place->env, row->id, row->set_id,
			row->from_id, row->delta_id, row->comment, row->mode,
			deployment_status_word(row->status), row->status_changed_at,
			row->created_at, row->user, row->value_set_version_id);
}

int
repository_set_deployment_status(struct repository *repository, const char *id,
				 enum deployment_status status, int64_t now, struct error *err)
{
	return rows_change(
		repository, err,
		"UPDATE deployments SET status = ?2, status_changed_at = ?3 WHERE id = ?1", "ssi",
		id, deployment_status_word(status), now);
}

#define INTERRUPTED                                                                                \
	" WHERE (status = 'in progress' OR (status = 'pending' AND (gone <> 0"                     \
	" OR created_at < ?1 OR EXISTS"                                                            \
	" (SELECT 1 FROM deployments AS n WHERE n.org = d.org AND n.app = d.app"                   \
	" AND n.env = d.env AND n.gone = 0 AND n.seq > d.seq) OR NOT EXISTS"                       \
	" (SELECT 1 FROM environments AS e WHERE e.org = d.org AND e.app = d.app"                  \
	" AND e.id = d.env AND e.status = 'active'))))"

int
repository_fail_interrupted(struct repository *repository, int64_t now, int64_t since,
			    struct error *err)
{
	int ret;

	if (repository_begin(repository, err) != 0)
		return -1;
	ret = rows_run(repository, err,
		       "INSERT INTO deployment_errors (deployment, scope, object_id, code, summary,"
		       " message) SELECT id, 'environment', env, 'interrupted',"
		       " 'The platform was stopped while this deployment was going on.',"
		       " 'What ran before it runs again.  Deploy once more.' FROM deployments AS d"
		       INTERRUPTED, "i", since);
	if (ret == 0)
		ret = rows_run(
			repository, err,
			"UPDATE deployments AS d SET status = 'failed', status_changed_at = ?2" INTERRUPTED,
			"ii", since, now);
	return repository_end(repository, ret, err);
}

static json_t *
encode_error(struct statement *row)
{
	struct deployment_error error = {0};
	struct untrusted *const texts[] = {&error.scope, &error.object_id, &error.code,
					   &error.summary, &error.message};
	json_t *body;

	for (int i = 0; i < (int)(sizeof(texts) / sizeof(texts[0])); i++)
		untrusted_init(texts[i], row_text_or(row, i, ""));
	body = deployment_error_encode(&error);
	deployment_error_clear(&error);
	return body;
}

json_t *
repository_deployment_errors(struct repository *repository, const char *id, struct error *err)
{
	return rows_all_as(repository, err, encode_error,
			   "SELECT scope, object_id, code, summary, message"
			   " FROM deployment_errors WHERE deployment = ? ORDER BY seq",
			   "s", id);
}

int
repository_put_deployment_error(struct repository *repository, const char *id, const char *scope,
				const char *object_id, const char *code, const char *summary,
				const char *message, struct error *err)
{
	return rows_run(
		repository, err,
		"INSERT INTO deployment_errors (deployment, scope, object_id, code, summary,"
		" message) VALUES (?, ?, ?, ?, ?, ?)",
		"ssssss", id, scope, object_id, code, summary, message);
}

json_t *
repository_artefact_versions(struct repository *repository, const char *org, struct error *err)
{
	json_t *rows = rows_all(repository, err,
				"SELECT body AS \"json:body\", archived AS \"bool:archived\""
				" FROM artefact_versions WHERE org = ? ORDER BY seq", "s", org);
	json_t *versions, *row;
	size_t i;

	if (!rows)
		return NULL;
	versions = json_array();
	json_array_foreach(rows, i, row) {
		json_t *body = json_object_get(row, "body");

		json_object_set(body, "archived", json_object_get(row, "archived"));
		json_array_append(versions, body);
	}
	json_decref(rows);
	return versions;
}

int
repository_put_artefact_version(struct repository *repository, const char *org,
				const json_t *version, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO artefact_versions (org, id, body) VALUES (?1, ?2, ?3)"
			" ON CONFLICT (org, id) DO UPDATE SET body = ?3",
			"ssj", org, json_member_string(version, "id"), version);
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
