/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Organizations, environment types, applications and environments.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_APPS_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_APPS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nouns.h"

struct error;
struct place;
struct repository;

/* The organization (and application, and environment, when not NULL) of a place exist. */
int repository_has(struct repository *repository, const struct place *place, struct error *err)
	__attribute__((warn_unused_result));

/* The ids of what there is at a level: organizations, applications or environment types of one. */
enum listed {LISTED_ORGANIZATIONS, LISTED_APPLICATIONS, LISTED_ENV_TYPES};
struct id_list {
	char **items;
	size_t count;
};
/* org: where, for the other two.  id_list_clear() it. */
int repository_ids(struct repository *repository, enum listed what, const char *org,
		   struct id_list *out, struct error *err);
void id_list_clear(struct id_list *ids);

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
/* -1 with ERROR_NOT_FOUND: it has none of that id. */
int repository_has_env_type(struct repository *repository, const char *org, const char *id,
			    struct error *err);
/* The same for one that somebody names: ERROR_INPUT that says so. */
int repository_check_env_type(struct repository *repository, const char *org, const char *id,
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

/* What is of that type; environment_type_uses_clear() it. */
int repository_uses_of_env_type(struct repository *repository, const char *org, const char *id,
				struct environment_type_uses *out, struct error *err);

/* --- applications and environments --- */

/* By id. */
json_t *repository_applications(struct repository *repository, const char *org,
				struct error *err);
json_t *repository_application(struct repository *repository, const struct place *place,
			       struct error *err);
/* The same without its environments; the caller clears it. */
int repository_read_application(struct repository *repository, const struct place *place,
				struct application *out, struct error *err);
/* Its environments are put by themselves. */
int repository_put_application(struct repository *repository, const struct place *place,
			       const char *name, const char *user, int64_t now,
			       struct error *err);
int repository_rename_application(struct repository *repository, const struct place *place,
				  const char *name, struct error *err);

/* It is dropped (repository-removal.h) when its last environment is gone. */
int repository_set_application_deleting(struct repository *repository, const struct place *place,
					int64_t now, struct error *err);
/* It gets an environment again, and is not being deleted any more. */
int repository_keep_application(struct repository *repository, const struct place *place,
				int64_t now, struct error *err);

/* With from_deploy and last_deploy where there are such, and deploy_tag (precondition.h). */
json_t *repository_environments(struct repository *repository, const struct place *place,
				struct error *err);
json_t *repository_environment(struct repository *repository, const struct place *place,
			       struct error *err);
/* The same as a struct, which the caller clears. */
int repository_read_environment(struct repository *repository, const struct place *place,
				struct environment *out, struct error *err);
struct placed_environment {
	char *org, *app, *env;
	enum environment_status status;
	char *pending;			/* a deployment that is still to be begun; NULL: none */
	char *going_on;			/* the one that is in progress; NULL: none */
	int attempts;			/* how often that was taken up again */
};
struct placed_environments {
	struct placed_environment *items;
	size_t count;
};
/* All there are; placed_environments_clear() them. */
int repository_all_environments(struct repository *repository, struct placed_environments *out,
				struct error *err);
void placed_environments_clear(struct placed_environments *environments);
/* from_deploy_id NULL: it begins from nothing; else a deployment of the application. */
int repository_put_environment(struct repository *repository, const struct place *place,
			       const char *name, const char *type, const char *from_deploy_id,
			       const char *user, int64_t now, struct error *err);
int repository_rename_environment(struct repository *repository, const struct place *place,
				  const char *name, struct error *err);
/* Its next deployment builds upon that one; what runs stays. */
int repository_rebase_environment(struct repository *repository, const struct place *place,
				  const char *deployment_id, struct error *err);
/* The engine removes what runs, and then drops it (repository-removal.h). */
int repository_set_deleting(struct repository *repository, const struct place *place,
			    int64_t now, struct error *err);

#endif
