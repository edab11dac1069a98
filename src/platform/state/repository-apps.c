/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Organizations, environment types, applications, environments.
 *
 * Deleting an environment or an application is a status first.  The rows go when the engine
 * has removed what runs, so that a crash in between finds them again and goes on.
 */
#include "config.h"

#include "platform/state/repository-apps.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/state/place.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository-rules.h"
#include "platform/state/repository-values.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

/* Each sentence stands alone, so that it can be translated. */
int
repository_say_missing(size_t level, const char *id, struct error *err)
{
	if (level == 0)
		return error_set_code(err, CODE_ORGANIZATION_NOT_FOUND, .org = id);
	if (level == 1)
		return error_set_code(err, CODE_APPLICATION_NOT_FOUND, .app = id);
	return error_set_code(err, CODE_ENVIRONMENT_NOT_FOUND, .env = id);
}

int
repository_has(struct repository *repository, const struct place *place, struct error *err)
{
	static const struct {
		const char *sql;
		const char *format;
	} levels[] = {
		{"SELECT id FROM organizations WHERE id = ?", "s"},
		{"SELECT id FROM applications WHERE org = ? AND id = ?", "ss"},
		{"SELECT id FROM environments WHERE org = ? AND app = ? AND id = ?", "sss"},
	};
	const char *ids[] = {place->org, place->app, place->env};

	for (size_t i = 0; i < 3 && ids[i]; i++) {
		if (rows_read(repository, err, NULL, NULL, levels[i].sql, levels[i].format, ids[0],
			      ids[1], ids[2]) != 0)
			return err->kind == ERROR_NOT_FOUND ? repository_say_missing(i, ids[i], err)
							    : -1;
	}
	return 0;
}

static void
read_id(struct statement *row, void *noun)
{
	struct id_list *ids = noun;

	ids->items = xreallocarray(ids->items, ids->count + 1, sizeof(*ids->items));
	ids->items[ids->count++] = row_copy_or(row, 0, "");
}

int
repository_ids(struct repository *repository, enum listed what, const char *org,
	       struct id_list *out, struct error *err)
{
	static const char *const sql[] = {
		[LISTED_ORGANIZATIONS] = "SELECT id FROM organizations WHERE ?1 IS ?1 ORDER BY id",
		[LISTED_APPLICATIONS] = "SELECT id FROM applications WHERE org = ? ORDER BY id",
		[LISTED_ENV_TYPES] = "SELECT id FROM env_types WHERE org = ? ORDER BY rowid",
	};

	*out = (struct id_list){0};
	if (rows_each(repository, err, read_id, out, sql[what], "s", org) == 0)
		return 0;
	id_list_clear(out);
	return -1;
}

void
id_list_clear(struct id_list *ids)
{
	for (size_t i = 0; i < ids->count; i++)
		free(ids->items[i]);
	free(ids->items);
	*ids = (struct id_list){0};
}

/* --- organizations --- */

#define ORGANIZATION "SELECT id, name, created_at, created_by FROM organizations "

static json_t *
encode_organization(struct statement *row, void *data, struct error *err)
{
	struct organization organization = {.created_at = row_int(row, 2)};
	json_t *body;

	(void)data;
	(void)err;
	untrusted_init(&organization.id, row_text(row, 0));
	untrusted_init(&organization.name, row_text(row, 1));
	untrusted_init(&organization.created_by, row_text(row, 3));
	body = organization_encode(&organization);
	organization_clear(&organization);
	return body;
}

json_t *
repository_organizations(struct repository *repository, struct error *err)
{
	return rows_encode(repository, err, encode_organization, NULL, ORGANIZATION "ORDER BY id",
			   "");
}

json_t *
repository_organization(struct repository *repository, const char *id, struct error *err)
{
	return rows_encode_one(repository, err, encode_organization, NULL,
			       ORGANIZATION "WHERE id = ?", "s", id);
}

int
repository_put_organization(struct repository *repository, const char *id, const char *name,
			    const char *user, int64_t now, struct error *err)
{
	return rows_run(repository, err, "INSERT INTO organizations VALUES (?, ?, ?, ?)", "ssis",
			id, name, now, user);
}

/* --- environment types --- */

#define ENV_TYPE "SELECT id, description FROM env_types "

static json_t *
encode_env_type(struct statement *row, void *data, struct error *err)
{
	struct environment_type type = {0};
	json_t *body;

	(void)data;
	(void)err;
	untrusted_init(&type.id, row_text(row, 0));
	untrusted_init(&type.description, row_text_or(row, 1, ""));
	body = environment_type_encode(&type);
	environment_type_clear(&type);
	return body;
}

json_t *
repository_env_types(struct repository *repository, const char *org, struct error *err)
{
	return rows_encode(repository, err, encode_env_type, NULL,
			   ENV_TYPE "WHERE org = ? ORDER BY rowid", "s", org);
}

json_t *
repository_env_type(struct repository *repository, const char *org, const char *id,
		    struct error *err)
{
	return rows_encode_one(repository, err, encode_env_type, NULL,
			       ENV_TYPE "WHERE org = ? AND id = ?", "ss", org, id);
}

int
repository_has_env_type(struct repository *repository, const char *org, const char *id,
			struct error *err)
{
	return rows_read(repository, err, NULL, NULL, ENV_TYPE "WHERE org = ? AND id = ?", "ss",
			 org, id);
}

int
repository_check_env_type(struct repository *repository, const char *org, const char *id,
			  struct error *err)
{
	if (repository_has_env_type(repository, org, id, err) == 0)
		return 0;
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_ENVIRONMENT_TYPE_NOT_FOUND, .env_type = id);
	return -1;
}

int
repository_put_env_type(struct repository *repository, const char *org, const char *id,
			const char *description, struct error *err)
{
	return rows_run(repository, err, "INSERT INTO env_types VALUES (?, ?, ifnull(?, ''))", "sss",
			org, id, description);
}

int
repository_describe_env_type(struct repository *repository, const char *org, const char *id,
			     const char *description, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE env_types SET description = ifnull(?3, '') WHERE org = ?1 AND id = ?2",
			   "sss", org, id, description);
}

static void
read_type_use(struct statement *row, void *data)
{
	struct environment_type_use use = {0};

	untrusted_init(&use.app_id, row_text(row, 0));
	untrusted_init(&use.env_id, row_text(row, 1));
	environment_type_uses_add(data, &use);
}

int
repository_drop_env_type(struct repository *repository, const char *org, const char *id,
			 struct error *err)
{
	struct environment_type_uses used = {0};
	int ret = rows_each(repository, err, read_type_use, &used,
			    "SELECT app, id FROM environments WHERE org = ? AND type = ? LIMIT 1",
			    "ss", org, id);

	if (ret == 0 && used.count > 0)
		ret = error_set_code(err, CODE_ENVIRONMENT_TYPE_IN_USE, .env_type = id,
				     .env = untrusted_raw(&used.items[0].env_id),
				     .app = untrusted_raw(&used.items[0].app_id));
	environment_type_uses_clear(&used);
	if (ret != 0)
		return -1;
	return rows_change(repository, err, "DELETE FROM env_types WHERE org = ? AND id = ?", "ss",
			   org, id);
}

int
repository_uses_of_env_type(struct repository *repository, const char *org, const char *id,
			    struct environment_type_uses *out, struct error *err)
{
	*out = (struct environment_type_uses){0};
	return rows_each(repository, err, read_type_use, out,
			 "SELECT app, id FROM environments WHERE org = ? AND type = ?"
			 " ORDER BY app, id", "ss", org, id);
}

/* --- applications --- */

#define APPLICATION                                                      \
	"SELECT id, name, org, created_at, created_by, status,"          \
	" coalesce(status_changed_at, created_at) FROM applications "

static void
read_environment_of_application(struct statement *row, void *noun)
{
	struct application *application = noun;
	struct application_environment *env;

	application->envs = xreallocarray(application->envs, application->env_count + 1,
					  sizeof(*env));
	env = &application->envs[application->env_count++];
	untrusted_init(&env->id, row_text(row, 0));
	untrusted_init(&env->name, row_text(row, 1));
	untrusted_init(&env->type, row_text(row, 2));
}

/* Without its environments. */
static void
read_application(struct statement *row, void *noun)
{
	struct application *application = noun;

	*application = (struct application){
		.created_at = row_int(row, 3),
		.status = application_status_of(row_text(row, 5)),
		.status_changed_at = row_int(row, 6),
	};
	untrusted_init(&application->id, row_text(row, 0));
	untrusted_init(&application->name, row_text(row, 1));
	untrusted_init(&application->org_id, row_text(row, 2));
	untrusted_init(&application->created_by, row_text(row, 4));
}

static json_t *
encode_application(struct statement *row, void *data, struct error *err)
{
	struct application application;
	json_t *body = NULL;

	read_application(row, &application);
	if (rows_each(data, err, read_environment_of_application, &application,
		      "SELECT id, name, type FROM environments WHERE org = ? AND app = ?"
		      " ORDER BY rowid",
		      "ss", application.org_id.raw, application.id.raw) == 0)
		body = application_encode(&application);
	application_clear(&application);
	return body;
}

json_t *
repository_applications(struct repository *repository, const char *org, struct error *err)
{
	return rows_encode(repository, err, encode_application, repository,
			   APPLICATION "WHERE org = ? ORDER BY id", "s", org);
}

json_t *
repository_application(struct repository *repository, const struct place *place, struct error *err)
{
	return rows_encode_one(repository, err, encode_application, repository,
			       APPLICATION "WHERE org = ? AND id = ?", "ss", place->org,
			       place->app);
}

int
repository_read_application(struct repository *repository, const struct place *place,
			    struct application *out, struct error *err)
{
	*out = (struct application){0};
	if (rows_read(repository, err, read_application, out,
		      APPLICATION "WHERE org = ? AND id = ?", "ss", place->org, place->app) == 0)
		return 0;
	application_clear(out);
	return -1;
}

int
repository_put_application(struct repository *repository, const struct place *place,
			   const char *name, const char *user, int64_t now, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO applications (org, id, name, created_at,"
			" created_by) VALUES (?, ?, ?, ?, ?)",
			"sssis", place->org, place->app, name, now, user);
}

int
repository_rename_application(struct repository *repository, const struct place *place,
			      const char *name, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE applications SET name = ?3 WHERE org = ?1 AND id = ?2", "sss",
			   place->org, place->app, name);
}

int
repository_set_application_deleting(struct repository *repository, const struct place *place,
				    int64_t now, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE applications SET status = ?4, status_changed_at = ?3"
			   " WHERE org = ?1 AND id = ?2",
			   "ssis", place->org, place->app, now,
			   application_status_word(APPLICATION_DELETING));
}

int
repository_keep_application(struct repository *repository, const struct place *place, int64_t now,
			    struct error *err)
{
	return rows_run(repository, err,
			"UPDATE applications SET status = ?4, status_changed_at = ?3"
			" WHERE org = ?1 AND id = ?2 AND status <> ?4",
			"ssis", place->org, place->app, now,
			application_status_word(APPLICATION_ACTIVE));
}

/* --- environments --- */

#define ENVIRONMENT                                                                                \
	"SELECT id, name, type, created_at, created_by, status, status_changed_at, from_deploy_id" \
	" FROM environments "
enum { ID, NAME, TYPE, CREATED_AT, CREATED_BY, STATUS, STATUS_CHANGED_AT, FROM_DEPLOY_ID };

/* With the two deployments, whole, and the tag over both. */
static int
complete_environment(struct repository *repository, const struct place *place,
		     struct environment *env, const char *from, struct error *err)
{
	const struct place here = {place->org, place->app, env->id.raw};
	char tag[IDS_SHA256_B64_SIZE];
	struct error why = {0};

	if (repository_read_deployment(repository, &here, NULL, &env->last_deploy, &why) != 0 &&
	    why.kind == ERROR_NOT_FOUND)
		why = (struct error){0};
	if (from && why.kind == ERROR_NONE &&
	    repository_read_deployment_of_app(repository, &here, from, &env->from_deploy, &why) !=
		    0 &&
	    why.kind == ERROR_NOT_FOUND)
		why = (struct error){0};
	precondition_tag(tag, env->last_deploy.id.raw, from);
	untrusted_init(&env->deploy_tag, tag);
	if (why.kind != ERROR_NONE) {
		*err = why;
		return -1;
	}
	if (repository_read_notes(repository, &here, &env->notes, err) != 0)
		return -1;
	return repository_rule_waits(repository, &here, &env->waiting, &env->waiting_count, err);
}

struct environments {
	struct repository *repository;
	const struct place *place;
};

static int
read_environment(struct statement *row, const struct environments *of, struct environment *out,
		 struct error *err)
{
	*out = (struct environment){
		.created_at = row_int(row, CREATED_AT),
		.status = environment_status_of(row_text(row, STATUS)),
		.status_changed_at = row_int(row, STATUS_CHANGED_AT),
	};
	untrusted_init(&out->id, row_text(row, ID));
	untrusted_init(&out->name, row_text(row, NAME));
	untrusted_init(&out->type, row_text(row, TYPE));
	untrusted_init(&out->created_by, row_text_or(row, CREATED_BY, ""));
	return complete_environment(of->repository, of->place, out,
				    row_text(row, FROM_DEPLOY_ID), err);
}

static json_t *
encode_environment(struct statement *row, void *data, struct error *err)
{
	struct environment env;
	json_t *body = NULL;

	if (read_environment(row, data, &env, err) == 0)
		body = environment_encode(&env);
	environment_clear(&env);
	return body;
}

struct one_environment {
	struct environments of;
	struct environment *out;
	struct error err;
};

static void
read_one_environment(struct statement *row, void *noun)
{
	struct one_environment *one = noun;

	read_environment(row, &one->of, one->out, &one->err);
}

int
repository_read_environment(struct repository *repository, const struct place *place,
			    struct environment *out, struct error *err)
{
	struct one_environment one = {.of = {repository, place}};

	*out = (struct environment){0};
	one.out = out;
	if (rows_read(repository, err, read_one_environment, &one,
		      ENVIRONMENT "WHERE org = ? AND app = ? AND id = ?", "sss", place->org,
		      place->app, place->env) == 0 &&
	    one.err.kind == ERROR_NONE)
		return 0;
	environment_clear(out);
	if (one.err.kind != ERROR_NONE)
		*err = one.err;
	return -1;
}

json_t *
repository_environments(struct repository *repository, const struct place *place, struct error *err)
{
	return rows_encode(repository, err, encode_environment,
			   &(struct environments){repository, place},
			   ENVIRONMENT "WHERE org = ? AND app = ? ORDER BY rowid", "ss", place->org,
			   place->app);
}

json_t *
repository_environment(struct repository *repository, const struct place *place, struct error *err)
{
	return rows_encode_one(repository, err, encode_environment,
			       &(struct environments){repository, place},
			       ENVIRONMENT "WHERE org = ? AND app = ? AND id = ?", "sss",
			       place->org, place->app, place->env);
}

static void
read_placed_environment(struct statement *row, void *noun)
{
	struct placed_environments *all = noun;

	all->items = xreallocarray(all->items, all->count + 1, sizeof(*all->items));
	all->items[all->count++] = (struct placed_environment){
		.org = row_copy_or(row, 0, ""),
		.app = row_copy_or(row, 1, ""),
		.env = row_copy_or(row, 2, ""),
		.status = environment_status_of(row_text(row, 3)),
		.pending = row_copy(row, 4),
		.going_on = row_copy(row, 5),
		.attempts = (int)row_int(row, 6),
	};
}

/* The deployment of an environment that has a status. */
#define NEWEST_OF                                                                                  \
	" FROM deployments AS d WHERE d.seq = (SELECT max(seq) FROM deployments AS n"              \
	" WHERE n.org = e.org AND n.app = e.app AND n.env = e.id AND n.gone = 0 AND n.status"

int
repository_all_environments(struct repository *repository, struct placed_environments *out,
			    struct error *err)
{
	*out = (struct placed_environments){0};
	if (rows_each(repository, err, read_placed_environment, out,
		      "SELECT org, app, id, status, (SELECT id" NEWEST_OF " = ?1)),"
		      " (SELECT id" NEWEST_OF " = ?2)), (SELECT attempts" NEWEST_OF " = ?2))"
		      " FROM environments AS e ORDER BY rowid",
		      "ss", deployment_status_word(DEPLOYMENT_PENDING),
		      deployment_status_word(DEPLOYMENT_IN_PROGRESS)) == 0)
		return 0;
	placed_environments_clear(out);
	return -1;
}

void
placed_environments_clear(struct placed_environments *environments)
{
	for (size_t i = 0; i < environments->count; i++) {
		free(environments->items[i].org);
		free(environments->items[i].app);
		free(environments->items[i].env);
		free(environments->items[i].pending);
		free(environments->items[i].going_on);
	}
	free(environments->items);
	*environments = (struct placed_environments){0};
}

int
repository_put_environment(struct repository *repository, const struct place *place,
			   const char *name, const char *type, const char *from_deploy_id,
			   const char *user, int64_t now, struct error *err)
{
	return rows_run(repository, err,
			"INSERT INTO environments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			"ssssssisis", place->org, place->app, place->env, name, type,
			environment_status_word(ENVIRONMENT_ACTIVE), now,
			from_deploy_id, now, user);
}

int
repository_rename_environment(struct repository *repository, const struct place *place,
			      const char *name, struct error *err)
{
	return rows_change(repository, err, "UPDATE environments SET name = ?4 WHERE org = ?1"
					    " AND app = ?2 AND id = ?3",
			   "ssss", place->org, place->app, place->env, name);
}

int
repository_rebase_environment(struct repository *repository, const struct place *place,
			      const char *deployment_id, struct error *err)
{
	return rows_change(repository, err, "UPDATE environments SET from_deploy_id = ?4"
					    " WHERE org = ?1 AND app = ?2 AND id = ?3",
			   "ssss", place->org, place->app, place->env, deployment_id);
}

int
repository_set_deleting(struct repository *repository, const struct place *place, int64_t now,
			struct error *err)
{
	return rows_change(repository, err, "UPDATE environments SET status = ?5,"
					    " status_changed_at = ?4"
					    " WHERE org = ?1 AND app = ?2 AND id = ?3",
			   "sssis", place->org, place->app, place->env, now,
			   environment_status_word(ENVIRONMENT_DELETING));
}
