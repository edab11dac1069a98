/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The operations of the API.  Every one takes `done` and `data` last and gives a call, which is
 * never NULL; api/api.h says what becomes of it.
 */
#ifndef SIDESTAGE_API_OPERATIONS_H
#define SIDESTAGE_API_OPERATIONS_H

#include <jansson.h>
#include <stdbool.h>

#include "api/api.h"

/* GET /current-user: who the token belongs to. */
struct api_call *api_current_user(struct api *api, api_done *done, void *data);
/* GET /orgs. */
struct api_call *api_list_organizations(struct api *api, api_done *done, void *data);
/* GET /orgs/{org}/apps. */
struct api_call *
api_list_applications(struct api *api, const char *org, api_done *done, void *data);
/* GET /orgs/{org}/x-adoption (extension "adoption"). */
struct api_call *api_get_adoption(struct api *api, const char *org, api_done *done, void *data);
/* PATCH /orgs/{org}/x-adoption, {namespace: application}: that is an environment of it; "": of the
 * one that its labels say. */
struct api_call *api_group(struct api *api, const char *org, const json_t *groups, api_done *done,
			   void *data);
/* GET /orgs/{org}/env-types. */
struct api_call *api_list_env_types(struct api *api, const char *org, api_done *done, void *data);
/* GET /orgs/{org}/artefact-versions?type=container: what can be deployed as an image. */
struct api_call *api_list_artefact_versions(struct api *api, const char *org, api_done *done,
					    void *data);

/* GET .../envs, and one of them; each with its last deployment. */
struct api_call *api_list_environments(struct api *api, const char *org, const char *app,
				       api_done *done, void *data);
struct api_call *api_get_environment(struct api *api, const char *org, const char *app,
				     const char *env, api_done *done, void *data);
/* The same, once its namespace was read again where somebody else makes what is there (extension
 * "adoption"): then the answer has "survey". */
struct api_call *api_survey_environment(struct api *api, const char *org, const char *app,
					const char *env, api_done *done, void *data);
/* name (the id then), type and from_deploy_id may be NULL.  201 with the Environment. */
struct api_call *api_create_environment(struct api *api, const char *org, const char *app,
					const char *env, const char *name, const char *type,
					const char *from_deploy_id, api_done *done, void *data);
/* 204, or 202 while it goes on.  if_match: its deploy_tag; NULL: not asked. */
struct api_call *api_delete_environment(struct api *api, const char *org, const char *app,
					const char *env, const char *if_match, api_done *done,
					void *data);
/* 200 with the Environment.  With EXTENSION_CLONE_NOTES: {NAME: value} of model/clone-notes.h. */
struct api_call *api_note_environment(struct api *api, const char *org, const char *app,
				      const char *env, const json_t *notes, api_done *done,
				      void *data);
/* 204.  With EXTENSION_RULE_WAITS: what the rule wants to deploy there is dropped; it stays. */
struct api_call *api_drop_rule_waits(struct api *api, const char *org, const char *app,
				     const char *env, const char *rule, api_done *done, void *data);

/* GET .../sets/{id}.  A set never changes, so its answer can be kept for ever. */
struct api_call *api_get_set(struct api *api, const char *org, const char *app, const char *set_id,
			     api_done *done, void *data);
/* POST sets/{id}: stores a set without deploying it; the body is the new id, a JSON string.
 * `delta` is borrowed for the time of the call to this function only (also below). */
struct api_call *api_apply_delta_to_set(struct api *api, const char *org, const char *app,
					const char *set_id, const json_t *delta, api_done *done,
					void *data);
/* `delta` is a DeltaRequest: PlainDelta with metadata {env_id, name}.  The body is the Delta,
 * or its id as a JSON string. */
struct api_call *api_create_delta(struct api *api, const char *org, const char *app,
				  const json_t *delta, api_done *done, void *data);

/* Newest first. */
struct api_call *api_list_deployments(struct api *api, const char *org, const char *app,
				      const char *env, api_done *done, void *data);
/* GET .../deploys/{id}. */
struct api_call *api_get_deployment(struct api *api, const char *org, const char *app,
				    const char *env, const char *deployment_id, api_done *done,
				    void *data);
struct api_new_deployment {
	const char *comment;		/* NULL: none */
	const char *delta_id;		/* NULL: none */
	const char *set_id;		/* NULL: none; neither: what from_deploy had */
	const char *value_set_version_id; /* NULL: the latest */
	/* Changes of the environment's own values in the same transaction (extension
	 * "deploy-values"): {base, set, delete}; borrowed.  NULL: none */
	const json_t *values;
	const char *graph_hash; /* of api_compute_graph(), with extension "deploy-graph": another
				 * one now is ERROR_STALE; NULL: not asked */
	const char *if_match;	/* the environment's deploy_tag, or the id of the last deployment
				 * that was reviewed; NULL: not asked.  Moved since: ERROR_STALE */
};
/* POST .../deploys: 201 with the Deployment, which is pending.  It is never sent again by
 * itself; what a lost answer means is found by the comment, which carries the operation's id. */
struct api_call *api_create_deployment(struct api *api, const char *org, const char *app,
				       const char *env, const struct api_new_deployment *deployment,
				       api_done *done, void *data);
/* What whoever would carry it out says of it (extension "deploy-review"): a deploy_review; nothing
 * is made.  new: the environment is still to be made. */
struct api_new_environment {
	const char *name, *type, *from_deploy_id;	/* as api_create_environment() */
};
struct api_call *api_review_deployment(struct api *api, const char *org, const char *app,
				       const char *env, const struct api_new_environment *new,
				       const struct api_new_deployment *deployment, api_done *done,
				       void *data);
/* GET .../deploys/{id}/errors: why it failed, for each object. */
struct api_call *api_list_deployment_errors(struct api *api, const char *org, const char *app,
					    const char *env, const char *deployment_id,
					    api_done *done, void *data);

/* Runtime in its second form. */
struct api_call *api_get_runtime(struct api *api, const char *org, const char *app,
				 const char *env, api_done *done, void *data);
/* The same with its pods, which are then told by the other, too, for a while (extension
 * "adoption"). */
struct api_call *api_get_runtime_pods(struct api *api, const char *org, const char *app,
				      const char *env, api_done *done, void *data);
/* Every resource definition of the organization. */
struct api_call *api_list_definitions(struct api *api, const char *org, api_done *done, void *data);
/* GET .../envs/{env}/resources: what the last deployment made or found. */
struct api_call *api_list_active_resources(struct api *api, const char *org, const char *app,
					   const char *env, api_done *done, void *data);
/* Shared values: the environment's own and the application's; env NULL: those of the application
 * alone.  Secrets have no value. */
struct api_call *api_list_values(struct api *api, const char *org, const char *app,
				 const char *env, api_done *done, void *data);
/* One value of the environment's own. */
struct api_value {
	const char *key, *text;
	const char *description;	/* NULL: "" */
	bool is_secret;
	/* a secret by where it lies, instead of a text; store NULL: it is given as text */
	const char *store, *store_key, *store_version;
	bool is_there;			/* it has one already: change it, else make it */
};
/* POST, or PUT when it is there already (`is_there`). */
struct api_call *api_put_value(struct api *api, const char *org, const char *app, const char *env,
			       const struct api_value *value, api_done *done, void *data);
/* 204.  The application's value of that key holds again. */
struct api_call *api_delete_value(struct api *api, const char *org, const char *app,
				  const char *env, const char *key, api_done *done, void *data);
/* A value set version with its values.  version NULL: the newest (404: there is none yet); env
 * NULL: of the application. */
struct api_call *api_get_value_version(struct api *api, const char *org, const char *app,
				       const char *env, const char *version, api_done *done,
				       void *data);
/* Newest first, each with its values and what it changed. */
struct api_call *api_list_value_versions(struct api *api, const char *org, const char *app,
					 const char *env, api_done *done, void *data);
/* Makes the environment's own value of the key what it was in that version. */
struct api_call *api_restore_value(struct api *api, const char *org, const char *app,
				   const char *env, const char *version, const char *key,
				   api_done *done, void *data);
/* What a set declares, as api_compute_graph() takes it. */
struct api_call *api_list_set_resources(struct api *api, const char *org, const char *app,
					const char *set_id, api_done *done, void *data);
/* Which fields of its workloads would have no effect in this environment, with extension
 * "field-warnings".  env_type for one that is still to be made; else NULL. */
struct api_call *api_list_set_warnings(struct api *api, const char *org, const char *app,
				       const char *set_id, const char *env, const char *env_type,
				       api_done *done, void *data);
/* Which resources these would be there; makes none. */
struct api_call *api_compute_graph(struct api *api, const char *org, const char *app,
				   const char *env, const json_t *resources, api_done *done,
				   void *data);
/* Newest first.  workload NULL: of all; container NULL: of all of it; limit 0: what the platform
 * gives. */
struct api_call *api_get_logs(struct api *api, const char *org, const char *app, const char *env,
			      const char *workload, const char *container, bool previous,
			      unsigned limit,
			      api_done *done, void *data);

#endif
