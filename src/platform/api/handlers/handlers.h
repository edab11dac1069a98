/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One function an operation.  Organization, application and environment of the path exist
 * when a handler is called, and the body is of the kind that the route's table asks for.
 * The caller may do what the table says; who they are is request_user().  A handler that
 * changes something runs in one transaction with its entry in the audit log: what it wrote is
 * taken back when it returns -1.
 * What it starts or ends is an effect of the repository, which follows the commit.
 * A handler returns 0 with the response filled (its status is 200 unless it says
 * otherwise), or -1 with err, of which the error body and the status are made.
 */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_HANDLERS_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_HANDLERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "platform/api/routes.h"

/* Writes down that a deployment was made by a run of the pipeline; id becomes the run's.  The
 * inputs are what the run is restarted with. */
int pipelines_record(struct platform *platform, const struct place *place, const json_t *inputs,
		     const json_t *deployment, char id[IDS_UUID_SIZE], struct error *err);

/* The "values" of a request that deploys: changes of the environment's own, in its transaction.
 * *details becomes what is there now when they were made for another version. */
int values_change(struct platform *platform, const struct request *request, const json_t *values,
		  json_t **details, struct error *err);

/* What the answer of get_runtime is made of beside the database: how the workloads are, and in
 * which form it is asked for, which the response gets already.  free() it. */
char *runtime_beside(struct platform *platform, const struct request *request,
		     struct response *response);

/* A query parameter; `out` stays as it is when it was not given.  0, or -1 with ERROR_INPUT. */
int parameter_bool(const struct request *request, const char *key, bool *out, struct error *err);
int parameter_time(const struct request *request, const char *key, int64_t *out, struct error *err);
int parameter_number(const struct request *request, const char *key, int min, int max, int *out,
		     struct error *err);

typedef int handler(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err);

handler get_current_user, update_current_user;
handler list_users, create_user, get_user, update_user, delete_user;
handler list_tokens, create_token, get_token, delete_token;
handler list_audit_log;
handler get_platform, list_organizations, get_organization;
handler list_env_types, create_env_type, get_env_type, update_env_type, delete_env_type;
handler list_definitions, create_definition, get_definition, put_definition, patch_definition,
	delete_definition, list_resources_by_definition, put_criteria, create_criterion,
	delete_criterion;
handler list_applications, create_application, get_application, patch_application,
	delete_application;
handler list_environments, create_environment, get_environment, update_environment,
	rebase_environment, delete_environment;
handler list_sets, get_set, update_set, get_set_resources, get_diff, list_set_warnings;
handler list_deltas, create_delta, get_delta, patch_delta, put_delta, archive_delta,
	change_env_of_delta, change_name_of_delta;
handler list_deployments, create_deployment, get_deployment, list_deployment_errors;
handler list_active_resources, delete_active_resource, pin_active_resource, create_graph,
	query_graph, get_graph, list_resource_types;
handler get_runtime, list_runtime, update_paused, patch_replicas, get_logs;
handler list_artefacts, list_versions_of_artefact, list_artefact_versions,
	create_artefact_version, get_artefact_version, patch_artefact_version, delete_artefact,
	get_workload_spec, get_workload_set;
handler list_pipelines, get_pipeline, list_pipeline_criteria, list_runs_of_org,
	create_run_by_trigger, list_pipeline_runs, create_pipeline_run, get_pipeline_run,
	cancel_pipeline_run, restart_pipeline_run, list_pipeline_jobs, get_pipeline_job,
	list_approvals, get_approval;
handler list_rules, create_rule, get_rule, update_rule, delete_rule;
handler list_values, create_value, put_value_by_key, patch_value, delete_value, delete_values;
handler list_value_versions, get_value_version, restore_value_version, purge_value;

/* Fills the response with a body that may be NULL because of an error: 0 or -1. */
static inline int
answer(struct response *response, int status, json_t *body)
{
	response->status = status;
	response->body = body;
	return body ? 0 : -1;
}

#endif
