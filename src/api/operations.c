/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The operations of the API: one table, and one function each that fills its blanks.
 *
 * The table says what an operation is (method, path, whether it may be sent again); the
 * functions know what goes into the body.  Nothing here decides anything: which operation is
 * asked when, and what its answer means, is the business of flow/.  The words of each row
 * begin its error messages, so they are written to be followed by the names of what was asked
 * for.
 */
#include "config.h"

#include "api/operations.h"

#include <stdint.h>
#include <stdio.h>

#include "api/private.h"
#include "base/i18n.h"
#include "model/nouns.h"
#include "model/requests.h"
#include "model/shared-value.h"

#define APP "/orgs/%/apps/%"
#define ENV APP "/envs/%"

enum operation_id {
	CURRENT_USER,
	LIST_ORGANIZATIONS,
	LIST_APPLICATIONS,
	GET_ADOPTION,
	GROUP,
	LIST_ENV_TYPES,
	LIST_ARTEFACT_VERSIONS,
	LIST_ENVIRONMENTS,
	GET_ENVIRONMENT,
	CREATE_ENVIRONMENT,
	DELETE_ENVIRONMENT,
	NOTE_ENVIRONMENT,
	DROP_RULE_WAITS,
	GET_SET,
	APPLY_DELTA_TO_SET,
	CREATE_DELTA,
	LIST_DEPLOYMENTS,
	GET_DEPLOYMENT,
	CREATE_DEPLOYMENT,
	LIST_DEPLOYMENT_ERRORS,
	GET_RUNTIME,
	LIST_ACTIVE_RESOURCES,
	LIST_DEFINITIONS,
	GET_LOGS,
	LIST_VALUES,
	LIST_APP_VALUES,
	CREATE_VALUE,
	PUT_VALUE,
	DELETE_VALUE,
	GET_APP_VALUE_VERSION,
	GET_VALUE_VERSION,
	LIST_VALUE_VERSIONS,
	RESTORE_VALUE,
	LIST_SET_RESOURCES,
	LIST_SET_WARNINGS,
	COMPUTE_GRAPH,
	REVIEW_DEPLOYMENT,
	REVIEW_NEW
};

/*
 * Storing a set is idempotent by nature (its id is a hash of it), but it is a POST: the
 * retry of a POST is a decision that belongs to the flow, so it is not marked as one.
 */
static const struct api_operation operations[] = {
	[CURRENT_USER] = {N_("Reading the current user"), "GET", "/current-user", NULL, true},
	[LIST_ORGANIZATIONS] = {N_("Reading the organizations"), "GET", "/orgs", NULL, true},
	[LIST_APPLICATIONS] = {N_("Reading the applications of"), "GET", "/orgs/%/apps", NULL,
			       true},
	[GET_ADOPTION] = {N_("Reading what was found in the cluster for"), "GET", "/orgs/%/x-adoption", NULL,
			  true},
	[GROUP] = {N_("Choosing the application of a namespace in"), "PATCH", "/orgs/%/x-adoption",
		   NULL, false},
	[LIST_ENV_TYPES] = {N_("Reading the environment types of"), "GET", "/orgs/%/env-types",
			    NULL, true},
	[LIST_ARTEFACT_VERSIONS] = {N_("Reading the versions that exist in"), "GET",
				    "/orgs/%/artefact-versions", NULL, true},
	[LIST_ENVIRONMENTS] = {N_("Reading the environments of"), "GET", APP "/envs", NULL, true},
	[GET_ENVIRONMENT] = {N_("Reading environment"), "GET", ENV, NULL, true},
	[CREATE_ENVIRONMENT] = {N_("Creating an environment in"), "POST", APP "/envs", NULL, false},
	[DELETE_ENVIRONMENT] = {N_("Deleting environment"), "DELETE", ENV, NULL, false},
	[NOTE_ENVIRONMENT] = {N_("Recording a note of environment"), "PATCH", ENV, NULL, false},
	[DROP_RULE_WAITS] = {N_("Dropping what a rule waits with in"), "DELETE",
			     ENV "/rules/%/waiting", NULL, false},
	[GET_SET] = {N_("Reading set"), "GET", APP "/sets/%", NULL, true},
	[APPLY_DELTA_TO_SET] = {N_("Applying the change to set"), "POST", APP "/sets/%", NULL,
				false},
	[CREATE_DELTA] = {N_("Creating the delta in"), "POST", APP "/deltas", NULL, false},
	[LIST_DEPLOYMENTS] = {N_("Reading the deployments of"), "GET", ENV "/deploys", NULL, true},
	[GET_DEPLOYMENT] = {N_("Reading deployment"), "GET", ENV "/deploys/%", NULL, true},
	[CREATE_DEPLOYMENT] = {N_("Deploying to"), "POST", ENV "/deploys", NULL, false},
	[LIST_DEPLOYMENT_ERRORS] = {N_("Reading the errors of deployment"), "GET",
				    ENV "/deploys/%/errors", NULL, true},
	[GET_RUNTIME] = {N_("Reading what runs in"), "GET", ENV "/runtime", "application/v2+json",
			 true},
	[LIST_ACTIVE_RESOURCES] = {N_("Reading the resources of"), "GET", ENV "/resources", NULL,
				   true},
	[LIST_DEFINITIONS] = {N_("Reading the resource definitions of"), "GET",
			      "/orgs/%/resources/defs", NULL, true},
	[LIST_VALUES] = {N_("Reading the shared values of"), "GET", ENV "/values", NULL, true},
	[GET_LOGS] = {N_("Reading the logs of"), "GET", ENV "/logs", NULL, true},
	[LIST_APP_VALUES] = {N_("Reading the shared values of"), "GET", APP "/values", NULL, true},
	[CREATE_VALUE] = {N_("Setting a value of"), "POST", ENV "/values", NULL, false},
	[PUT_VALUE] = {N_("Changing value"), "PUT", ENV "/values/%", NULL, false},
	[DELETE_VALUE] = {N_("Deleting value"), "DELETE", ENV "/values/%", NULL, false},
	[GET_APP_VALUE_VERSION] = {N_("Reading the shared values of"), "GET",
				   APP "/value-set-versions/%", NULL, true},
	[GET_VALUE_VERSION] = {N_("Reading the shared values of"), "GET",
			       ENV "/value-set-versions/%", NULL, true},
	[LIST_VALUE_VERSIONS] = {N_("Reading the changes of the shared values of"), "GET",
				 ENV "/value-set-versions", NULL, true},
	[RESTORE_VALUE] = {N_("Restoring a value of"), "POST",
			   ENV "/value-set-versions/%/restore/%", NULL, false},
	[LIST_SET_RESOURCES] = {N_("Reading the resources of set"), "GET", APP "/sets/%/resources",
				NULL, true},
	[LIST_SET_WARNINGS] = {N_("Reading which fields have no effect in set"), "GET",
			       APP "/sets/%/warnings", NULL, true},
	/* It changes nothing, though it is a POST: the set's resources are too long for a query. */
	[COMPUTE_GRAPH] = {N_("Asking which resources it would get in"), "POST",
			   ENV "/resources/graphs", NULL, true},
	/* Nor do these: they are what a deployment would be. */
	[REVIEW_DEPLOYMENT] = {N_("Checking a deployment to"), "POST",
			       ENV "/deploy-review", NULL, true},
	[REVIEW_NEW] = {N_("Checking a new environment in"), "POST",
			APP "/deploy-review", NULL, true},
};

static struct api_call *
call_new(struct api *api, enum operation_id id, const char *const *parts, api_done *done,
	 void *data)
{
	return api_call_new(api, &operations[id], parts, done, data);
}

struct api_call *
api_current_user(struct api *api, api_done *done, void *data)
{
	return call_new(api, CURRENT_USER, NULL, done, data);
}

struct api_call *
api_list_organizations(struct api *api, api_done *done, void *data)
{
	return call_new(api, LIST_ORGANIZATIONS, NULL, done, data);
}

struct api_call *
api_get_adoption(struct api *api, const char *org, api_done *done, void *data)
{
	return call_new(api, GET_ADOPTION, (const char *const[]){org}, done, data);
}

struct api_call *
api_group(struct api *api, const char *org, const json_t *groups, api_done *done, void *data)
{
	struct api_call *call = call_new(api, GROUP, (const char *const[]){org}, done, data);

	api_call_body(call, group_request_encode(&(struct group_request){
				    .groups = (json_t *)(uintptr_t)groups}));
	return call;
}

struct api_call *
api_list_applications(struct api *api, const char *org, api_done *done, void *data)
{
	return call_new(api, LIST_APPLICATIONS, (const char *const[]){org}, done, data);
}

struct api_call *
api_list_env_types(struct api *api, const char *org, api_done *done, void *data)
{
	return call_new(api, LIST_ENV_TYPES, (const char *const[]){org}, done, data);
}

struct api_call *
api_list_artefact_versions(struct api *api, const char *org, api_done *done, void *data)
{
	struct api_call *call = call_new(api, LIST_ARTEFACT_VERSIONS, (const char *const[]){org},
					 done, data);

	api_call_query(call, "type", "container");
	return call;
}

struct api_call *
api_list_environments(struct api *api, const char *org, const char *app, api_done *done,
		      void *data)
{
	return call_new(api, LIST_ENVIRONMENTS, (const char *const[]){org, app}, done, data);
}

struct api_call *
api_get_environment(struct api *api, const char *org, const char *app, const char *env,
		    api_done *done, void *data)
{
	return call_new(api, GET_ENVIRONMENT, (const char *const[]){org, app, env}, done, data);
}

struct api_call *
api_survey_environment(struct api *api, const char *org, const char *app, const char *env,
		       api_done *done, void *data)
{
	struct api_call *call = api_get_environment(api, org, app, env, done, data);

	api_call_query(call, "survey", "true");
	return call;
}

/* A member whose text is NULL is left out, which is how the API says "the usual one". */
static json_t *
encode_environment(const char *env, const struct api_new_environment *new)
{
	struct environment_request request = {0};
	json_t *body;

	untrusted_init(&request.id, env);
	untrusted_init(&request.name, new->name ? new->name : env);
	untrusted_init(&request.type, new->type);
	untrusted_init(&request.from_deploy_id, new->from_deploy_id);
	body = environment_request_encode(&request);
	environment_request_clear(&request);
	return body;
}

struct api_call *
api_create_environment(struct api *api, const char *org, const char *app, const char *env,
		       const char *name, const char *type, const char *from_deploy_id,
		       api_done *done, void *data)
{
	struct api_call *call = call_new(api, CREATE_ENVIRONMENT, (const char *const[]){org, app},
					 done, data);
	const struct api_new_environment new = {name, type, from_deploy_id};

	api_call_body(call, encode_environment(env, &new));
	return call;
}

struct api_call *
api_delete_environment(struct api *api, const char *org, const char *app, const char *env,
		       const char *if_match, api_done *done, void *data)
{
	struct api_call *call = call_new(api, DELETE_ENVIRONMENT,
					 (const char *const[]){org, app, env}, done, data);

	api_call_if_match(call, if_match);
	return call;
}

struct api_call *
api_note_environment(struct api *api, const char *org, const char *app, const char *env,
		     const json_t *notes, api_done *done, void *data)
{
	struct api_call *call = call_new(api, NOTE_ENVIRONMENT,
					 (const char *const[]){org, app, env}, done, data);

	api_call_body(call, environment_change_encode(&(struct environment_change){
				    .notes = (json_t *)(uintptr_t)notes}));
	return call;
}

struct api_call *
api_drop_rule_waits(struct api *api, const char *org, const char *app, const char *env,
		    const char *rule, api_done *done, void *data)
{
	return call_new(api, DROP_RULE_WAITS, (const char *const[]){org, app, env, rule}, done,
			data);
}

struct api_call *
api_get_set(struct api *api, const char *org, const char *app, const char *set_id,
	    api_done *done, void *data)
{
	return call_new(api, GET_SET, (const char *const[]){org, app, set_id}, done, data);
}

struct api_call *
api_apply_delta_to_set(struct api *api, const char *org, const char *app, const char *set_id,
		       const json_t *delta, api_done *done, void *data)
{
	struct api_call *call = call_new(api, APPLY_DELTA_TO_SET,
					 (const char *const[]){org, app, set_id}, done, data);

	api_call_body(call, json_incref((json_t *)delta));
	return call;
}

struct api_call *
api_create_delta(struct api *api, const char *org, const char *app, const json_t *delta,
		 api_done *done, void *data)
{
	struct api_call *call = call_new(api, CREATE_DELTA, (const char *const[]){org, app}, done,
					 data);

	api_call_body(call, json_incref((json_t *)delta));
	return call;
}

struct api_call *
api_list_deployments(struct api *api, const char *org, const char *app, const char *env,
		     api_done *done, void *data)
{
	return call_new(api, LIST_DEPLOYMENTS, (const char *const[]){org, app, env}, done, data);
}

struct api_call *
api_get_deployment(struct api *api, const char *org, const char *app, const char *env,
		   const char *deployment_id, api_done *done, void *data)
{
	return call_new(api, GET_DEPLOYMENT, (const char *const[]){org, app, env, deployment_id},
			done, data);
}

static json_t *
encode_deployment(const struct api_new_deployment *deployment)
{
	struct deployment_request request = {
		.values = json_incref((json_t *)(uintptr_t)deployment->values),
	};
	json_t *body;

	untrusted_init(&request.comment, deployment->comment);
	untrusted_init(&request.delta_id, deployment->delta_id);
	untrusted_init(&request.set_id, deployment->set_id);
	untrusted_init(&request.value_set_version_id, deployment->value_set_version_id);
	untrusted_init(&request.dependency_graph_hash, deployment->graph_hash);
	body = deployment_request_encode(&request);
	deployment_request_clear(&request);
	return body;
}

struct api_call *
api_create_deployment(struct api *api, const char *org, const char *app, const char *env,
		      const struct api_new_deployment *deployment, api_done *done, void *data)
{
	struct api_call *call = call_new(api, CREATE_DEPLOYMENT,
					 (const char *const[]){org, app, env}, done, data);

	api_call_body(call, encode_deployment(deployment));
	api_call_if_match(call, deployment->if_match);
	return call;
}

struct api_call *
api_review_deployment(struct api *api, const char *org, const char *app, const char *env,
		      const struct api_new_environment *new,
		      const struct api_new_deployment *deployment, api_done *done, void *data)
{
	struct api_call *call = call_new(api, new ? REVIEW_NEW : REVIEW_DEPLOYMENT,
					 (const char *const[]){org, app, env}, done, data);
	struct review_request request = {.deployment = encode_deployment(deployment)};

	if (new)
		request.environment = encode_environment(env, new);
	api_call_body(call, new ? review_request_encode(&request)
				: json_incref(request.deployment));
	review_request_clear(&request);
	return call;
}

struct api_call *
api_list_deployment_errors(struct api *api, const char *org, const char *app, const char *env,
			   const char *deployment_id, api_done *done, void *data)
{
	return call_new(api, LIST_DEPLOYMENT_ERRORS,
			(const char *const[]){org, app, env, deployment_id}, done, data);
}

struct api_call *
api_get_runtime(struct api *api, const char *org, const char *app, const char *env,
		api_done *done, void *data)
{
	return call_new(api, GET_RUNTIME, (const char *const[]){org, app, env}, done, data);
}

struct api_call *
api_get_runtime_pods(struct api *api, const char *org, const char *app, const char *env,
		     api_done *done, void *data)
{
	struct api_call *call = api_get_runtime(api, org, app, env, done, data);

	api_call_query(call, "pods", "true");
	return call;
}

struct api_call *
api_list_active_resources(struct api *api, const char *org, const char *app, const char *env,
			  api_done *done, void *data)
{
	return call_new(api, LIST_ACTIVE_RESOURCES, (const char *const[]){org, app, env}, done,
			data);
}

struct api_call *
api_list_definitions(struct api *api, const char *org, api_done *done, void *data)
{
	return call_new(api, LIST_DEFINITIONS, (const char *const[]){org}, done, data);
}

struct api_call *
api_get_logs(struct api *api, const char *org, const char *app, const char *env,
	     const char *workload, const char *container, bool previous, unsigned limit,
	     api_done *done, void *data)
{
	struct api_call *call = call_new(api, GET_LOGS, (const char *const[]){org, app, env}, done,
					 data);
	char number[16];

	if (workload)
		api_call_query(call, "workload_id", workload);
	if (container)
		api_call_query(call, "container_id", container);
	if (previous)
		api_call_query(call, "previous", "true");
	if (limit > 0) {
		snprintf(number, sizeof(number), "%u", limit);
		api_call_query(call, "limit", number);
	}
	return call;
}

struct api_call *
api_list_values(struct api *api, const char *org, const char *app, const char *env,
		api_done *done, void *data)
{
	if (!env)
		return call_new(api, LIST_APP_VALUES, (const char *const[]){org, app}, done, data);
	return call_new(api, LIST_VALUES, (const char *const[]){org, app, env}, done, data);
}

static json_t *
encode_value(const struct api_value *value)
{
	struct value_request request = {.is_secret = value->is_secret};
	json_t *body;

	untrusted_init(&request.key, value->key);
	untrusted_init(&request.description, value->description ? value->description : "");
	untrusted_init(&request.value, value->store ? NULL : value->text);
	untrusted_init(&request.secret_ref.store, value->store);
	untrusted_init(&request.secret_ref.key, value->store_key);
	untrusted_init(&request.secret_ref.version, value->store_version);
	body = value_request_encode(&request);
	value_request_clear(&request);
	return body;
}

/* The API has two operations for it, and each refuses the other's case.  A secret goes by its
 * text or by where it lies in a store, never by both. */
struct api_call *
api_put_value(struct api *api, const char *org, const char *app, const char *env,
	      const struct api_value *value, api_done *done, void *data)
{
	struct api_call *call = value->is_there
					? call_new(api, PUT_VALUE,
						   (const char *const[]){org, app, env, value->key},
						   done, data)
					: call_new(api, CREATE_VALUE,
						   (const char *const[]){org, app, env}, done,
						   data);

	api_call_body(call, encode_value(value));
	return call;
}

struct api_call *
api_delete_value(struct api *api, const char *org, const char *app, const char *env,
		 const char *key, api_done *done, void *data)
{
	return call_new(api, DELETE_VALUE, (const char *const[]){org, app, env, key}, done, data);
}

struct api_call *
api_get_value_version(struct api *api, const char *org, const char *app, const char *env,
		      const char *version, api_done *done, void *data)
{
	if (!version)
		/* The API's name for the newest version. */
		version = "00000000-0000-0000-0000-000000000000";
	if (!env)
		return call_new(api, GET_APP_VALUE_VERSION,
				(const char *const[]){org, app, version}, done, data);
	return call_new(api, GET_VALUE_VERSION, (const char *const[]){org, app, env, version}, done,
			data);
}

struct api_call *
api_list_value_versions(struct api *api, const char *org, const char *app, const char *env,
			api_done *done, void *data)
{
	return call_new(api, LIST_VALUE_VERSIONS, (const char *const[]){org, app, env}, done, data);
}

struct api_call *
api_restore_value(struct api *api, const char *org, const char *app, const char *env,
		  const char *version, const char *key, api_done *done, void *data)
{
	struct api_call *call = call_new(api, RESTORE_VALUE,
					 (const char *const[]){org, app, env, version, key}, done,
					 data);

	api_call_body(call, json_object());
	return call;
}

struct api_call *
api_list_set_resources(struct api *api, const char *org, const char *app, const char *set_id,
		       api_done *done, void *data)
{
	return call_new(api, LIST_SET_RESOURCES, (const char *const[]){org, app, set_id}, done,
			data);
}

struct api_call *
api_list_set_warnings(struct api *api, const char *org, const char *app, const char *set_id,
		      const char *env, const char *env_type, api_done *done, void *data)
{
	struct api_call *call = call_new(api, LIST_SET_WARNINGS,
					 (const char *const[]){org, app, set_id}, done, data);

	api_call_query(call, "env_id", env);
	if (env_type)
		api_call_query(call, "env_type", env_type);
	return call;
}

struct api_call *
api_compute_graph(struct api *api, const char *org, const char *app, const char *env,
		  const json_t *resources, api_done *done, void *data)
{
	struct api_call *call = call_new(api, COMPUTE_GRAPH, (const char *const[]){org, app, env},
					 done, data);

	api_call_body(call, json_incref((json_t *)(uintptr_t)resources));
	return call;
}
