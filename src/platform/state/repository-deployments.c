/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Deployments and their errors.
 *
 * Deployments are ordered by `seq`, the order in which they were recorded, and never by a
 * time: clocks are set back.  Those of a deleted environment stay (`gone`), since clones may
 * build upon them.
 */
#include "config.h"

#include "platform/state/repository-deployments.h"

#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/state/place.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

#define DEPLOYMENT                                                                                 \
	"SELECT id, env, set_id, from_id, delta_id, comment, created_at, created_by, status,"      \
	" status_changed_at, mode, value_set_version_id, dependency_graph_id,"                     \
	" (SELECT r.id FROM pipeline_runs r WHERE r.deployment = deployments.id)"                  \
	" FROM deployments "
enum {
	ID, ENV, SET_ID, FROM_ID, DELTA_ID, COMMENT, CREATED_AT, CREATED_BY, STATUS,
	STATUS_CHANGED_AT, MODE, VALUE_SET_VERSION_ID, GRAPH_ID, RUN_ID
};

static void
read_deployment(struct statement *row, void *noun)
{
	struct deployment *out = noun;
	const char *run = row_text(row, RUN_ID);

	out->created_at = row_int(row, CREATED_AT);
	out->status = deployment_status_of(row_text(row, STATUS));
	out->status_changed_at = row_int(row, STATUS_CHANGED_AT);
	untrusted_init(&out->id, row_text(row, ID));
	untrusted_init(&out->env_id, row_text(row, ENV));
	untrusted_init(&out->set_id, row_text(row, SET_ID));
	untrusted_init(&out->from_id, row_text_or(row, FROM_ID, ""));
	untrusted_init(&out->delta_id, row_text(row, DELTA_ID));
	untrusted_init(&out->comment, row_text_or(row, COMMENT, ""));
	untrusted_init(&out->created_by, row_text_or(row, CREATED_BY, ""));
	untrusted_init(&out->mode, row_text(row, MODE));
	untrusted_init(&out->value_set_version_id, row_text(row, VALUE_SET_VERSION_ID));
	untrusted_init(&out->dependency_graph_id, row_text(row, GRAPH_ID));
	/* There is one pipeline, with one step. */
	if (run) {
		untrusted_init(&out->pipeline.id, "default");
		untrusted_init(&out->pipeline.run_id, run);
		untrusted_init(&out->pipeline.job_id, "deploy");
	}
}

/* Takes what is in it; -1 (ret): there is none. */
static json_t *
encode(struct deployment *deployment, int ret)
{
	json_t *body = ret == 0 ? deployment_encode(deployment) : NULL;

	deployment_clear(deployment);
	return body;
}

static json_t *
encode_deployment(struct statement *row, void *data, struct error *err)
{
	struct deployment deployment = {0};

	(void)data;
	(void)err;
	read_deployment(row, &deployment);
	return encode(&deployment, 0);
}

static void
read_number(struct statement *row, void *data)
{
	*(int64_t *)data = row_int(row, 0);
}

/* Where the one behind the last of the page would be; 0: there is none. */
static int
find_next_page(struct repository *repository, const struct place *place, const json_t *page,
	       int max, int64_t *next, struct error *err)
{
	size_t count = json_array_size(page);

	*next = 0;
	if (max < 0 || count < (size_t)max)
		return 0;
	return rows_each(repository, err, read_number, next,
			 "SELECT seq FROM deployments WHERE org = ? AND app = ? AND env = ?"
			 " AND id = ?",
			 "ssss", place->org, place->app, place->env,
			 json_member_string(json_array_get(page, count - 1), "id"));
}

json_t *
repository_deployments_before(struct repository *repository, const struct place *place,
			      int64_t before, int max, int64_t *next, struct error *err)
{
	json_t *page = rows_encode(repository, err, encode_deployment, NULL,
				   DEPLOYMENT "WHERE org = ? AND app = ? AND env = ? AND gone = 0"
					      " AND seq < ? ORDER BY seq DESC LIMIT ?",
				   "sssii", place->org, place->app, place->env, before,
				   (int64_t)max);

	if (page && find_next_page(repository, place, page, max, next, err) != 0) {
		json_decref(page);
		page = NULL;
	}
	return page;
}

json_t *
repository_deployments(struct repository *repository, const struct place *place, struct error *err)
{
	int64_t next;

	return repository_deployments_before(repository, place, INT64_MAX, -1, &next, err);
}

/* id NULL: the newest. */
int
repository_read_deployment(struct repository *repository, const struct place *place,
			   const char *id, struct deployment *out, struct error *err)
{
	int ret = rows_read(repository, err, read_deployment, out,
			    DEPLOYMENT "WHERE org = ?1 AND app = ?2 AND env = ?3 AND gone = 0"
				       " AND (?4 IS NULL OR id = ?4) ORDER BY seq DESC LIMIT 1",
			    "ssss", place->org, place->app, place->env, id);

	if (ret != 0 && id && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_DEPLOYMENT_NOT_FOUND, .env = place->env, .deployment = id);
	return ret;
}

json_t *
repository_deployment(struct repository *repository, const struct place *place, const char *id,
		      struct error *err)
{
	struct deployment deployment = {0};

	return encode(&deployment,
		      repository_read_deployment(repository, place, id, &deployment, err));
}

int
repository_read_deployment_of_app(struct repository *repository, const struct place *place,
				  const char *id, struct deployment *out, struct error *err)
{
	int ret = rows_read(repository, err, read_deployment, out,
			    DEPLOYMENT "WHERE org = ? AND app = ? AND id = ?", "sss", place->org,
			    place->app, id);

	if (ret != 0 && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_DEPLOYMENT_OF_APPLICATION_NOT_FOUND, .app = place->app,
			       .deployment = id);
	return ret;
}

json_t *
repository_deployment_of_app(struct repository *repository, const struct place *place,
			     const char *id, struct error *err)
{
	struct deployment deployment = {0};

	return encode(&deployment, repository_read_deployment_of_app(repository, place, id,
								     &deployment, err));
}

bool
repository_has_deployment(struct repository *repository, const char *id, struct error *err)
{
	return rows_read(repository, err, NULL, NULL, "SELECT 1 FROM deployments WHERE id = ?", "s",
			 id) == 0;
}

int
repository_read_newest_succeeded(struct repository *repository, const struct place *place,
				 struct deployment *out, struct error *err)
{
	return rows_read(repository, err, read_deployment, out,
			 DEPLOYMENT "WHERE org = ? AND app = ? AND env = ? AND gone = 0"
				    " AND status = ? ORDER BY seq DESC LIMIT 1",
			 "ssss", place->org, place->app, place->env,
			 deployment_status_word(DEPLOYMENT_SUCCEEDED));
}

int
repository_read_oldest(struct repository *repository, const struct place *place, bool has_succeeded,
		       struct deployment *out, struct error *err)
{
	return rows_read(repository, err, read_deployment, out,
			 DEPLOYMENT "WHERE org = ?1 AND app = ?2 AND env = ?3 AND gone = 0"
				    " AND (?4 IS NULL OR status = ?4) ORDER BY seq LIMIT 1",
			 "ssss", place->org, place->app, place->env,
			 has_succeeded ? deployment_status_word(DEPLOYMENT_SUCCEEDED) : NULL);
}

json_t *
repository_newest_succeeded(struct repository *repository, const struct place *place,
			    struct error *err)
{
	struct deployment deployment = {0};

	return encode(&deployment,
		      repository_read_newest_succeeded(repository, place, &deployment, err));
}

int
repository_put_deployment(struct repository *repository, const struct place *place,
			  const struct deployment_row *row, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO deployments (org, app, env, id, set_id, from_id, delta_id,"
			" comment, mode, status, status_changed_at, created_at, created_by,"
			" value_set_version_id, unproven)"
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			"ssssssssssiissi", place->org, place->app, place->env, row->id, row->set_id,
			row->from_id, row->delta_id, row->comment, row->mode,
			deployment_status_word(row->status), row->status_changed_at,
			row->created_at, row->user, row->value_set_version_id,
			(int64_t)row->is_unproven);
}

#define THEIRS(column) \
	"(SELECT " column " FROM deployments WHERE org = ?1 AND app = ?2 AND env = ?3 AND gone = 0)"
#define MOVED "WHERE org = ?1 AND app = ?2 AND env = ?3"

int
repository_move_deployments(struct repository *repository, const struct place *from,
			    const struct place *to, struct error *err)
{
	/* Of sets and deltas others of the application may be, too. */
	static const struct {
		const char *sql, *types;
	} statements[] = {
		{("INSERT OR IGNORE INTO sets (org, app, id, body) SELECT org, ?4, id, body"
		  " FROM sets WHERE org = ?1 AND app = ?2 AND id IN " THEIRS("set_id")),
		 "ssss"},
		{("INSERT OR IGNORE INTO deltas (org, app, id, content, env, name, archived,"
		  " contributers, created_at, created_by, modified_at) SELECT org, ?4, id, content,"
		  " iif(env = ?3, ?5, NULL), name, archived, contributers, created_at, created_by,"
		  " modified_at FROM deltas WHERE org = ?1 AND app = ?2"
		  " AND id IN " THEIRS("delta_id")),
		 "sssss"},
		{"UPDATE graphs SET app = ?4, env = ?5 " MOVED, "sssss"},
		{"UPDATE pipeline_runs SET app = ?4, env = ?5 " MOVED, "sssss"},
		{("UPDATE deployments SET app = ?4, env = ?5, value_set_version_id = NULL " MOVED
		  " AND gone = 0"),
		 "sssss"},
	};
	int ret = 0;

	if (repository_begin(repository, err) != 0)
		return -1;
	for (size_t i = 0; ret == 0 && i < sizeof(statements) / sizeof(statements[0]); i++)
		ret = rows_run(repository, err, statements[i].sql, statements[i].types, from->org,
			       from->app, from->env, to->app, to->env);
	return repository_end(repository, ret, err);
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

int
repository_count_attempt(struct repository *repository, const char *id, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE deployments SET attempts = attempts + 1 WHERE id = ?1", "s", id);
}

int
repository_is_unproven(struct repository *repository, const char *id, bool *out,
		       struct error *err)
{
	int64_t unproven = 0;
	int ret = rows_each(repository, err, read_number, &unproven,
			    "SELECT unproven FROM deployments WHERE id = ?", "s", id);

	*out = unproven != 0;
	return ret;
}

int
repository_set_proven(struct repository *repository, const char *id, struct error *err)
{
	return rows_run(repository, err, "UPDATE deployments SET unproven = 0 WHERE id = ?", "s",
			id);
}

/* What a daemon that starts finds unfinished: all that was in progress and does not go on (?7),
 * and of what was only asked for whatever is too old (?1), was overtaken by a newer one,
 * or is for an environment that goes. */
#define INTERRUPTED                                                                                \
	" WHERE ((status = ?2 AND id NOT IN (SELECT value FROM json_each(?7))) OR (status = ?3 AND (gone <> 0"                                        \
	" OR created_at < ?1 OR EXISTS"                                                            \
	" (SELECT 1 FROM deployments AS n WHERE n.org = d.org AND n.app = d.app"                   \
	" AND n.env = d.env AND n.gone = 0 AND n.seq > d.seq) OR NOT EXISTS"                       \
	" (SELECT 1 FROM environments AS e WHERE e.org = d.org AND e.app = d.app"                  \
	" AND e.id = d.env AND e.status = ?4))))"

/* The reasons before the status: the condition that finds these deployments is
 * no longer true of them afterwards. */
int
repository_fail_interrupted(struct repository *repository, int64_t now, int64_t since,
			    const json_t *continued, struct error *err)
{
	char *ids = continued ? json_dumps(continued, JSON_COMPACT) : xstrdup("[]");
	const char *going_on = deployment_status_word(DEPLOYMENT_IN_PROGRESS);
	const char *pending = deployment_status_word(DEPLOYMENT_PENDING);
	const char *active = environment_status_word(ENVIRONMENT_ACTIVE);
	struct error why = {0};
	char *summary, *reason;
	int ret;

	if (repository_begin(repository, err) != 0) {
		free(ids);
		return -1;
	}
	error_set_code(&why, CODE_DEPLOYMENT_INTERRUPTED);
	summary = error_codes_text(&why);
	reason = error_codes_encode(&why);
	ret = rows_run(repository, err,
		       "INSERT INTO deployment_errors (deployment, scope, object_id, code, summary,"
		       " reason, message) SELECT id, 'environment', env, 'interrupted', ?5, ?6, ''"
		       " FROM deployments AS d" INTERRUPTED,
		       "issssss", since, going_on, pending, active, summary, reason, ids);
	free(summary);
	free(reason);
	if (ret == 0)
		ret = rows_run(repository, err,
			       "UPDATE deployments AS d SET status = ?5, status_changed_at = ?6"
			       INTERRUPTED,
			       "issssis", since, going_on, pending, active,
			       deployment_status_word(DEPLOYMENT_FAILED), now, ids);
	free(ids);
	return repository_end(repository, ret, err);
}

static json_t *
encode_error(struct statement *row, void *data, struct error *err)
{
	struct deployment_error error = {0};
	struct untrusted *const texts[] = {&error.scope, &error.object_id, &error.code,
					   &error.summary, &error.message};
	json_t *body;

	(void)data;
	(void)err;
	for (int i = 0; i < (int)(sizeof(texts) / sizeof(texts[0])); i++)
		untrusted_init(texts[i], row_text_or(row, i, ""));
	error.reason = json_loads(row_text_or(row, 5, ""), 0, NULL);
	body = deployment_error_encode(&error);
	deployment_error_clear(&error);
	return body;
}

json_t *
repository_deployment_errors(struct repository *repository, const char *id, struct error *err)
{
	return rows_encode(repository, err, encode_error, NULL,
			   "SELECT scope, object_id, code, summary, message, reason"
			   " FROM deployment_errors WHERE deployment = ? ORDER BY seq",
			   "s", id);
}

int
repository_put_deployment_error(struct repository *repository, const char *id, const char *scope,
				const char *object_id, const char *code, const char *summary,
				const char *reason, const char *message, struct error *err)
{
	return rows_run(
		repository, err,
		"INSERT INTO deployment_errors (deployment, scope, object_id, code, summary,"
		" reason, message) VALUES (?, ?, ?, ?, ?, ?, ?)",
		"sssssss", id, scope, object_id, code, summary, reason, message);
}

json_t *
repository_deployment_warnings(struct repository *repository, const char *id, struct error *err)
{
	char *text = rows_text(repository, err, "SELECT warnings FROM deployments WHERE id = ?",
			       "s", id);
	json_t *warnings = text ? json_loads(text, 0, NULL) : NULL;

	free(text);
	return warnings;
}

int
repository_put_deployment_warnings(struct repository *repository, const char *id,
				   const json_t *warnings, struct error *err)
{
	char *text = json_dumps(warnings, JSON_COMPACT);
	int ret = rows_run(repository, err, "UPDATE deployments SET warnings = ? WHERE id = ?",
			   "ss", text, id);

	free(text);
	return ret;
}
