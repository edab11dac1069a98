/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The platform's state in one SQLite file.
 *
 * Nouns go in as their parts and come out as JSON in the shape of the wire, as new
 * references.  What is not there is NULL (or -1) with ERROR_NOT_FOUND, what is there already
 * ERROR_CONFLICT.  A database that fails is ERROR_FULL, ERROR_UNAVAILABLE or ERROR_STORE, with
 * a sentence that a client may read; what SQLite says of it is in the log.  Each put is durable
 * when it returns, unless it is between repository_begin() and repository_commit().
 */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "db/effects.h"
#include "model/nouns.h"
#include "platform/state/platform.h"

struct delta;
struct error;
struct repository;
struct set;

/* Makes the file (0600) or opens it; a newer schema than ours is refused. */
struct repository *repository_open(const char *path, struct error *err);
void repository_close(struct repository *repository);	/* NULL is fine */
/* A change could be made now: the file takes one, and the disk has room. */
int repository_check_writable(struct repository *repository, struct error *err);

/* A UUID, made with the state: the same for as long as the state lives, wherever it is served. */
const char *repository_platform_id(const struct repository *repository);

/* Another one after each change of a row; for what is kept of answers. */
int64_t repository_version(const struct repository *repository);

/* They nest: what is inside another becomes durable with the outermost. */
int repository_begin(struct repository *repository, struct error *err);
/* The outermost one is durable when this returns 0; then what was asked for by
 * repository_after_commit() is done. */
int repository_commit(struct repository *repository, struct error *err);
/* Takes back what was done since the begin that it belongs to. */
void repository_rollback(struct repository *repository);
/* For "return repository_end(repository, ret, err)": commits when ret is 0, else, or when that
 * fails, rolls back. */
int repository_end(struct repository *repository, int ret, struct error *err);
/* run(data) follows the commit of the outermost transaction, or comes at once when there is
 * none; it is left out when what asked for it is rolled back.  In each case drop(data) (NULL is
 * fine) comes last. */
void repository_after_commit(struct repository *repository, effect *run, effect *drop, void *data);

/* The organization (and application, and environment, when not NULL) of a place exist. */
int repository_has(struct repository *repository, const struct place *place, struct error *err)
	__attribute__((warn_unused_result));

/* Fills err with the sentence for a missing one; level 0: organization, 1: application, 2:
 * environment.  Returns -1. */
int repository_say_missing(size_t level, const char *id, struct error *err);

/* --- organizations, environment types --- */

/* By id. */
json_t *repository_organizations(struct repository *repository, struct error *err);
/* {"id", "name", "created_at", "created_by"}, as on the wire. */
json_t *repository_organization(struct repository *repository, const char *id,
				struct error *err);
int repository_put_organization(struct repository *repository, const char *id, const char *name,
				const char *user, int64_t now, struct error *err);

json_t *repository_env_types(struct repository *repository, const char *org, struct error *err);
json_t *repository_env_type(struct repository *repository, const char *org, const char *id,
			    struct error *err);
/* description NULL: none. */
int repository_put_env_type(struct repository *repository, const char *org, const char *id,
			    const char *description, struct error *err);
/* Another description. */
int repository_describe_env_type(struct repository *repository, const char *org, const char *id,
				 const char *description, struct error *err);
/* ERROR_CONFLICT while an environment is of that type. */
int repository_drop_env_type(struct repository *repository, const char *org, const char *id,
			     struct error *err);

/* [{"app_id", "env_id"}]: what is of that type. */
json_t *repository_users_of_env_type(struct repository *repository, const char *org,
				     const char *id, struct error *err);

/* --- applications and environments --- */

/* By id. */
json_t *repository_applications(struct repository *repository, const char *org,
				struct error *err);
json_t *repository_application(struct repository *repository, const struct place *place,
			       struct error *err);
/* Its environments are put by themselves. */
int repository_put_application(struct repository *repository, const struct place *place,
			       const char *name, const char *user, int64_t now,
			       struct error *err);
int repository_rename_application(struct repository *repository, const struct place *place,
				  const char *name, struct error *err);

/* It is dropped when its last environment is gone. */
int repository_set_application_deleting(struct repository *repository, const struct place *place,
					int64_t now, struct error *err);
/* With all that belongs to it, of those that are being deleted and have no environment left. */
int repository_drop_applications(struct repository *repository, struct error *err);

/* With from_deploy and last_deploy where there are such, and deploy_tag (precondition.h). */
json_t *repository_environments(struct repository *repository, const struct place *place,
				struct error *err);
json_t *repository_environment(struct repository *repository, const struct place *place,
			       struct error *err);
/* [{"org","app","env","status","pending"?}]: all there are; a deployment that is still to be
 * begun. */
json_t *repository_all_environments(struct repository *repository, struct error *err);
/* from_deploy_id NULL: it begins from nothing; else a deployment of the application. */
int repository_put_environment(struct repository *repository, const struct place *place,
			       const char *name, const char *type, const char *from_deploy_id,
			       const char *user, int64_t now, struct error *err);
int repository_rename_environment(struct repository *repository, const struct place *place,
				  const char *name, struct error *err);
/* Its next deployment builds upon that one; what runs stays. */
int repository_rebase_environment(struct repository *repository, const struct place *place,
				  const char *deployment_id, struct error *err);
/* The engine removes what runs, and then drops it. */
int repository_set_deleting(struct repository *repository, const struct place *place,
			    int64_t now, struct error *err);
/* Its deployments stay as bases of others, but belong to no environment's history. */
int repository_drop_environment(struct repository *repository, const struct place *place,
				struct error *err);

/* --- sets and deltas --- */

json_t *repository_sets(struct repository *repository, const struct place *place,
			struct error *err);
/* Any string of zeros is the empty set. */
struct set *repository_set(struct repository *repository, const struct place *place,
			   const char *id, struct error *err);
/* A set that is there already is fine. */
int repository_put_set(struct repository *repository, const struct place *place,
		       const struct set *set, struct error *err);

/* env NULL: all; archived: those with that state. */
json_t *repository_deltas(struct repository *repository, const struct place *place,
			  const char *env, bool archived, struct error *err);
json_t *repository_delta(struct repository *repository, const struct place *place,
			 const char *id, struct error *err);
/* 1: a deployment was made of it, anywhere in the application; 0: none was; -1 with err. */
int repository_delta_is_deployed(struct repository *repository, const struct place *place,
				 const char *id, struct error *err);
/* env NULL: it is for no particular environment.  The user becomes its first contributor. */
int repository_put_delta(struct repository *repository, const struct place *place,
			 const char *id, const struct delta *delta, const char *env,
			 const char *name, const char *user, int64_t now, struct error *err);
/* Content, contributors and time change; ERROR_INPUT when it is archived. */
int repository_update_delta(struct repository *repository, const struct place *place,
			    const char *id, const struct delta *delta, const char *user,
			    int64_t now, struct error *err);
int repository_set_delta_name(struct repository *repository, const struct place *place,
			      const char *id, const char *name, struct error *err);
int repository_set_delta_env(struct repository *repository, const struct place *place,
			     const char *id, const char *env, struct error *err);
/* An archived delta is refused by what would change it. */
int repository_set_delta_archived(struct repository *repository, const struct place *place,
				  const char *id, bool archived, struct error *err);

/* --- deployments --- */

struct deployment_row {
	const char *id, *set_id, *from_id, *delta_id, *comment, *user, *mode;
	enum deployment_status status;
	const char *value_set_version_id;	/* NULL: there were no values */
	int64_t created_at, status_changed_at;
};

json_t *repository_deployments(struct repository *repository, const struct place *place,
			       struct error *err);	/* newest first */
/* id NULL: the newest there is. */
json_t *repository_deployment(struct repository *repository, const struct place *place,
			      const char *id, struct error *err);
/* Of any environment of the application, also of one that was deleted since. */
json_t *repository_deployment_of_app(struct repository *repository, const struct place *place,
				     const char *id, struct error *err);
/* ERROR_NOT_FOUND when there is none. */
json_t *repository_newest_succeeded(struct repository *repository, const struct place *place,
				    struct error *err);
/* With the status of the row; the engine begins what is pending (engine_begin()). */
int repository_put_deployment(struct repository *repository, const struct place *place,
			      const struct deployment_row *row, struct error *err);
/* "pending", "in progress", "succeeded" or "failed", with the time of the change. */
int repository_set_deployment_status(struct repository *repository, const char *id,
				     enum deployment_status status, int64_t now,
				     struct error *err);
/* What a crash left in progress becomes failed, with an error that says so; what it left pending
 * too, unless it is an environment's newest, was asked for after `since`, and can still be
 * carried out. */
int repository_fail_interrupted(struct repository *repository, int64_t now, int64_t since,
				struct error *err);

json_t *repository_deployment_errors(struct repository *repository, const char *id,
				     struct error *err);
/* One object that did not come up; message: the last lines of its output, or "". */
int
repository_put_deployment_error(struct repository *repository, const char *id, const char *scope,
				const char *object_id, const char *code, const char *summary,
				const char *reason, const char *message, struct error *err);

/* --- what is asked of an environment besides its deployments --- */

/* Whether nothing is to run there, whatever is deployed. */
int repository_is_paused(struct repository *repository, const struct place *place, bool *paused,
			 struct error *err);
int repository_set_paused(struct repository *repository, const struct place *place, bool paused,
			  struct error *err);
/* {"api": 3}: those that were asked for; the others have one. */
json_t *repository_replicas(struct repository *repository, const struct place *place,
			    struct error *err);
/* counts: {module: number}; modules that are not named stay as they are. */
int repository_put_replicas(struct repository *repository, const struct place *place,
			    const json_t *counts, struct error *err);

/* --- automation rules --- */

/* Of an environment, in the order in which they were made. */
json_t *repository_rules(struct repository *repository, const struct place *place,
			 struct error *err);
json_t *repository_rule(struct repository *repository, const struct place *place, const char *id,
			struct error *err);
/* maker: whose rights it has; "": the daemon's own user.  ERROR_CONFLICT when the environment has
 * the same already. */
int repository_put_rule(struct repository *repository, const struct place *place, const char *id,
			const json_t *body, const char *maker, int64_t now, struct error *err);
int repository_update_rule(struct repository *repository, const struct place *place,
			   const char *id, const json_t *body, const char *maker, int64_t now,
			   struct error *err);
int repository_drop_rule(struct repository *repository, const struct place *place,
			 const char *id, struct error *err);
/* [{"id","org","app","env","body"}] */
json_t *repository_rules_of_org(struct repository *repository, const char *org,
				struct error *err);
/* An update that is to be made, in the place of earlier ones of the same artefact. */
int repository_put_rule_update(struct repository *repository, const struct place *place,
			       const char *rule, const char *name, const char *version,
			       const char *registered_by, struct error *err);
/* [{"seq","org","app","env","rule","made_by","name","version","registered_by","waits_for"}], the
 * oldest first. */
json_t *repository_rule_updates(struct repository *repository, struct error *err);
/* Why it is not made now; "": it may be tried. */
int repository_rule_update_waits(struct repository *repository, const char *seq,
				 const char *reason, struct error *err);
int repository_drop_rule_update(struct repository *repository, const char *seq,
				struct error *err);

/* --- runs of the pipeline --- */

/* The run that made this deployment; inputs are what it can be restarted with. */
int repository_put_run(struct repository *repository, const struct place *place, const char *id,
		       const char *deployment, const json_t *inputs, const char *user,
		       int64_t now, struct error *err);
int repository_cancel_run(struct repository *repository, const char *id, int64_t now,
			  struct error *err);
/* [{"seq","id","org","app","env","deployment","status" (of that),"changed_at","inputs",
 * "created_at","created_by","cancel_at"?}], newest first; of the application, or of the
 * organization when the place has none. */
json_t *repository_runs(struct repository *repository, const struct place *place, int64_t before,
			int64_t limit, struct error *err);
/* One of these. */
json_t *repository_run(struct repository *repository, const struct place *place, const char *id,
		       struct error *err);

#endif
