/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The table of routes, and which of them a path is.
 *
 * A row is all that is known of a route outside of its handler: method, path, body,
 * permission.  The dispatch enforces it, doc/api/openapi.json is compared with it, and the
 * audit log and the metrics name routes by it.  Some hundred rows are looked through for each
 * request; that is less work than the JSON of the answer, and needs no structure that could
 * disagree with the table.
 */
#include "config.h"

#include "platform/api/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "platform/api/handlers/applications.h"
#include "platform/api/handlers/artefact-lists.h"
#include "platform/api/handlers/artefacts.h"
#include "platform/api/handlers/audit.h"
#include "platform/api/handlers/definitions.h"
#include "platform/api/handlers/deltas.h"
#include "platform/api/handlers/deploy-reviews.h"
#include "platform/api/handlers/deployments.h"
#include "platform/api/handlers/environments.h"
#include "platform/api/handlers/logs.h"
#include "platform/api/handlers/organizations.h"
#include "platform/api/handlers/pipelines.h"
#include "platform/api/handlers/resources.h"
#include "platform/api/handlers/rules.h"
#include "platform/api/handlers/runtime.h"
#include "platform/api/handlers/sets.h"
#include "platform/api/handlers/users.h"
#include "platform/api/handlers/value-versions.h"
#include "platform/api/handlers/values.h"
#include "platform/http/exchange.h"

#define ORG ROUTE_ORG
#define APP ROUTE_APP
#define ENV ROUTE_ENV
#define USER "/users/{userId}"
#define DEF ORG "/resources/defs/{defId}"
#define RUNS APP "/pipelines/{pipelineId}/runs"
#define RUN RUNS "/{runId}"
#define APPROVAL RUN "/jobs/{jobId}/approvals/{approvalId}"

static const struct route routes[] = {
	{"GET", "/current-user", get_current_user, "getCurrentUser", BODY_NONE, false,
	 PERMISSION_KNOWN},
	{"PATCH", "/current-user", update_current_user, "updateCurrentUser", BODY_OBJECT, false,
	 PERMISSION_KNOWN},
	{"GET", "/platform", get_platform, "x-getPlatform", BODY_NONE, false, PERMISSION_KNOWN},
	{"GET", "/users", list_users, "x-listUsers", BODY_NONE, false, PERMISSION_PLATFORM},
	{"POST", "/users", create_user, "x-createUser", BODY_OBJECT, false, PERMISSION_PLATFORM},
	{"GET", USER, get_user, "x-getUser", BODY_NONE, false, PERMISSION_SELF},
	{"PATCH", USER, update_user, "x-updateUser", BODY_OBJECT, false, PERMISSION_GIVE},
	{"DELETE", USER, delete_user, "x-deleteUser", BODY_NONE, false, PERMISSION_PLATFORM},
	{"GET", USER "/tokens", list_tokens, "listUserTokens", BODY_NONE, false, PERMISSION_SELF},
	{"POST", USER "/tokens", create_token, "createUserToken", BODY_OBJECT, false,
	 PERMISSION_SELF},
	{"GET", USER "/tokens/{tokenId}", get_token, "getUserToken", BODY_NONE, false,
	 PERMISSION_SELF},
	{"DELETE", USER "/tokens/{tokenId}", delete_token, "deleteUserToken", BODY_NONE, false,
	 PERMISSION_SELF},
	{"GET", "/audit-logs", list_audit_log, "x-listAuditLog", BODY_NONE, false,
	 PERMISSION_PLATFORM},
	{"GET", "/orgs", list_organizations, "listOrganizations", BODY_NONE, false,
	 PERMISSION_KNOWN},
	{"GET", ORG, get_organization, "getOrganization", BODY_NONE, false, PERMISSION_MEMBER},
	{"GET", ORG "/x-adoption", get_adoption, "x-getAdoption", BODY_NONE, false,
	 PERMISSION_MEMBER},
	{"PATCH", ORG "/x-adoption", update_adoption, "x-updateAdoption", BODY_OBJECT, false,
	 PERMISSION_ADMINISTER},
	{"GET", ORG "/audit-logs", list_audit_log, "listAuditLogEntries", BODY_NONE, false,
	 PERMISSION_ADMINISTER},
	{"GET", ORG "/env-types", list_env_types, "listEnvironmentTypes", BODY_NONE, false,
	 PERMISSION_MEMBER},
	{"POST", ORG "/env-types", create_env_type, "createEnvironmentType", BODY_OBJECT, false,
	 PERMISSION_ADMINISTER},
	{"GET", ORG "/env-types/{envTypeId}", get_env_type, "getEnvironmentType", BODY_NONE, false,
	 PERMISSION_MEMBER},
	{"PATCH", ORG "/env-types/{envTypeId}", update_env_type, "updateEnvironmentType",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"DELETE", ORG "/env-types/{envTypeId}", delete_env_type, "deleteEnvironmentType",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
	{"GET", ORG "/resources/types", list_resource_types, "listResourceTypes", BODY_NONE, false,
	 PERMISSION_MEMBER},
	{"GET", ORG "/resources/defs", list_definitions, "listResourceDefinitions", BODY_NONE,
	 false, PERMISSION_MEMBER},
	{"POST", ORG "/resources/defs", create_definition, "createResourceDefinition", BODY_OBJECT,
	 false, PERMISSION_ADMINISTER},
	{"GET", DEF, get_definition, "getResourceDefinition", BODY_NONE, false, PERMISSION_MEMBER},
	{"PUT", DEF, put_definition, "updateResourceDefinition", BODY_OBJECT, false,
	 PERMISSION_ADMINISTER},
	{"PATCH", DEF, patch_definition, "patchResourceDefinition", BODY_OBJECT, false,
	 PERMISSION_ADMINISTER},
	{"DELETE", DEF, delete_definition, "deleteResourceDefinition", BODY_NONE, false,
	 PERMISSION_ADMINISTER},
	{"GET", DEF "/resources", list_resources_by_definition, "listActiveResourceByDefinition",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
	{"PUT", DEF "/criteria", put_criteria, "updateResourceDefinitionCriteria", BODY_ARRAY,
	 false, PERMISSION_ADMINISTER},
	{"POST", DEF "/criteria", create_criterion, "createResourceDefinitionCriteria", BODY_OBJECT,
	 false, PERMISSION_ADMINISTER},
	{"DELETE", DEF "/criteria/{criteriaId}", delete_criterion,
	 "deleteResourceDefinitionCriteria", BODY_NONE, false, PERMISSION_ADMINISTER},
	{"GET", ORG "/artefacts", list_artefacts, "listArtefacts", BODY_NONE, false,
	 PERMISSION_MEMBER},
	{"DELETE", ORG "/artefacts/{artefactId}", delete_artefact, "deleteArtefact", BODY_NONE,
	 false, PERMISSION_ADMINISTER},
	{"GET", ORG "/artefacts/{artefactId}/versions", list_versions_of_artefact,
	 "listArtefactVersions", BODY_NONE, false, PERMISSION_MEMBER},
	{"PATCH", ORG "/artefacts/{artefactId}/versions/{versionId}", patch_artefact_version,
	 "patchArtefactVersion", BODY_OBJECT, false, PERMISSION_DRAFT},
	{"GET", ORG "/artefact-versions", list_artefact_versions, "listArtefactVersionsInOrg",
	 BODY_NONE, false, PERMISSION_MEMBER},
	{"POST", ORG "/artefact-versions", create_artefact_version, "createArtefactVersion",
	 BODY_OBJECT, false, PERMISSION_DRAFT},
	{"GET", ORG "/artefact-versions/{artefactVersionId}", get_artefact_version,
	 "getArtefactVersion", BODY_NONE, false, PERMISSION_MEMBER},
	{"GET", ORG "/artefact-versions/{artefactVersionId}/workload-spec", get_workload_spec,
	 "getWorkloadArtefactVersionSpec", BODY_NONE, false, PERMISSION_MEMBER},
	{"GET", ORG "/artefact-versions/{artefactVersionId}/workload-deployment-set",
	 get_workload_set, "getWorkloadArtefactVersionDeploymentSet", BODY_NONE, false,
	 PERMISSION_MEMBER},
	{"GET", ORG "/apps", list_applications, "listApplications", BODY_NONE, false,
	 PERMISSION_MEMBER},
	{"POST", ORG "/apps", create_application, "createApplication", BODY_OBJECT, false,
	 PERMISSION_ADMINISTER},
	{"GET", APP, get_application, "getApplication", BODY_NONE, false, PERMISSION_SEE},
	{"PATCH", APP, patch_application, "patchApplication", BODY_OBJECT, false,
	 PERMISSION_ADMINISTER},
	{"DELETE", APP, delete_application, "deleteApplication", BODY_NONE, false,
	 PERMISSION_ADMINISTER},
	{"GET", APP "/runtime", list_runtime, "listRuntime", BODY_NONE, false, PERMISSION_SEE},
	{"GET", APP "/envs", list_environments, "listEnvironments", BODY_NONE, false,
	 PERMISSION_SEE},
	{"POST", APP "/envs", create_environment, "createEnvironment", BODY_OBJECT, false,
	 PERMISSION_DRAFT},
	{"GET", ENV, get_environment, "getEnvironment", BODY_NONE, false, PERMISSION_SEE},
	{"PATCH", ENV, update_environment, "updateEnvironment", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"DELETE", ENV, delete_environment, "deleteEnvironment", BODY_NONE, false,
	 PERMISSION_DEPLOY},
	{"PUT", ENV "/from_deploy_id", rebase_environment, "rebaseEnvironment", BODY_STRING, false,
	 PERMISSION_DEPLOY},
	{"GET", ENV "/deploys", list_deployments, "listDeployments", BODY_NONE, false,
	 PERMISSION_SEE},
	{"POST", ENV "/deploys", create_deployment, "createDeployment", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"POST", ENV "/deploy-review", review_deployment, "x-reviewDeployment", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	/* For whoever may make the environment and deploy there, which the handler asks. */
	{"POST", APP "/deploy-review", review_environment, "x-reviewEnvironment", BODY_OBJECT,
	 false, PERMISSION_DRAFT},
	{"GET", ENV "/deploys/{deployId}", get_deployment, "getDeployment", BODY_NONE, false,
	 PERMISSION_SEE},
	{"GET", ENV "/deploys/{deployId}/errors", list_deployment_errors, "listDeploymentErrors",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", ENV "/resources", list_active_resources, "listActiveResources", BODY_NONE, false,
	 PERMISSION_SEE},
	{"DELETE", ENV "/resources/{type}/{resId}", delete_active_resource, "deleteActiveResource",
	 BODY_NONE, false, PERMISSION_DEPLOY},
	{"POST", ENV "/resources/{type}/{resId}/actions/pin", pin_active_resource,
	 "pinActiveResource", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", ENV "/resources/graphs", create_graph, "createDependencyGraph", BODY_ARRAY, false,
	 PERMISSION_DRAFT},
	{"POST", ENV "/resources/graph", query_graph, "queryResourceGraph", BODY_ARRAY, false,
	 PERMISSION_DRAFT},
	{"GET", ENV "/resources/graphs/{graphId}", get_graph, "getDependencyGraph", BODY_NONE,
	 false, PERMISSION_SEE},
	{"GET", ENV "/runtime", get_runtime, "getRuntime", BODY_NONE, false, PERMISSION_SEE},
	{"PUT", ENV "/runtime/paused", update_paused, "updatePaused", BODY_BOOLEAN, false,
	 PERMISSION_DEPLOY},
	{"PATCH", ENV "/runtime/replicas", patch_replicas, "patchReplicas", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"GET", ENV "/logs", get_logs, "getLogs", BODY_NONE, false, PERMISSION_SEE},
	{"GET", ENV "/rules", list_rules, "listAutomationRules", BODY_NONE, false, PERMISSION_SEE},
	{"POST", ENV "/rules", create_rule, "createAutomationRule", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"GET", ENV "/rules/{ruleId}", get_rule, "getAutomationRule", BODY_NONE, false,
	 PERMISSION_SEE},
	{"PUT", ENV "/rules/{ruleId}", update_rule, "updateAutomationRule", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"DELETE", ENV "/rules/{ruleId}", delete_rule, "deleteAutomationRule", BODY_NONE, false,
	 PERMISSION_DEPLOY},
	{"DELETE", ENV "/rules/{ruleId}/waiting", drop_rule_waits, "x-dropRuleWaits", BODY_NONE,
	 false, PERMISSION_DEPLOY},
	{"GET", APP "/pipelines", list_pipelines, "listPipelines", BODY_NONE, false,
	 PERMISSION_SEE},
	{"GET", APP "/pipelines/{pipelineId}", get_pipeline, "getPipeline", BODY_NONE, false,
	 PERMISSION_SEE},
	{"GET", APP "/pipeline-criteria", list_pipeline_criteria, "listPipelineCriteriaInApp",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", ORG "/pipeline-runs", list_runs_of_org, "listPipelineRunsByOrg", BODY_NONE, false,
	 PERMISSION_MEMBER},
	/* What runs where is in the body, or in the run: the handlers ask whether one may
	 * deploy. */
	{"POST", APP "/pipeline-runs", create_run_by_trigger, "createPipelineRunByTriggerCriteria",
	 BODY_OBJECT, false, PERMISSION_DRAFT},
	{"GET", RUNS, list_pipeline_runs, "listPipelineRuns", BODY_NONE, false, PERMISSION_SEE},
	{"POST", RUNS, create_pipeline_run, "createPipelineRun", BODY_OBJECT, false,
	 PERMISSION_DRAFT},
	{"GET", RUN, get_pipeline_run, "getPipelineRun", BODY_NONE, false, PERMISSION_SEE},
	{"POST", RUN "/cancel", cancel_pipeline_run, "cancelPipelineRun", BODY_NONE, false,
	 PERMISSION_DRAFT},
	{"POST", RUN "/restart", restart_pipeline_run, "restartPipelineRun", BODY_NONE, false,
	 PERMISSION_DRAFT},
	{"GET", RUN "/jobs", list_pipeline_jobs, "listPipelineJobs", BODY_NONE, false,
	 PERMISSION_SEE},
	{"GET", RUN "/jobs/{jobId}", get_pipeline_job, "getPipelineJob", BODY_NONE, false,
	 PERMISSION_SEE},
	{"GET", APP "/approvals", list_approvals, "listPipelineApprovalRequests", BODY_NONE, false,
	 PERMISSION_SEE},
	{"GET", APPROVAL, get_approval, "getPipelineApprovalRequest", BODY_NONE, false,
	 PERMISSION_SEE},
	{"POST", APPROVAL "/approve", get_approval, "approvePipelineApprovalRequest", BODY_NONE,
	 false, PERMISSION_DRAFT},
	{"POST", APPROVAL "/deny", get_approval, "denyPipelineApprovalRequest", BODY_NONE, false,
	 PERMISSION_DRAFT},
	{"GET", APP "/sets", list_sets, "listSets", BODY_NONE, true, PERMISSION_SEE},
	{"GET", APP "/sets/{setId}", get_set, "getSet", BODY_NONE, true, PERMISSION_SEE},
	{"POST", APP "/sets/{setId}", update_set, "updateSet", BODY_OBJECT, true, PERMISSION_DRAFT},
	{"GET", APP "/sets/{setId}/resources", get_set_resources, "getSetResourceInputs", BODY_NONE,
	 true, PERMISSION_SEE},
	{"GET", APP "/sets/{setId}/warnings", list_set_warnings, "x-listSetWarnings", BODY_NONE,
	 false, PERMISSION_SEE},
	{"GET", APP "/sets/{setId}/diff/{sourceSetId}", get_diff, "getDiff", BODY_NONE, true,
	 PERMISSION_SEE},
	{"GET", APP "/deltas", list_deltas, "listDeltas", BODY_NONE, true, PERMISSION_SEE},
	{"POST", APP "/deltas", create_delta, "createDelta", BODY_OBJECT, true, PERMISSION_DRAFT},
	{"GET", APP "/deltas/{deltaId}", get_delta, "getDelta", BODY_NONE, true, PERMISSION_SEE},
	{"PATCH", APP "/deltas/{deltaId}", patch_delta, "patchDelta", BODY_ARRAY, true,
	 PERMISSION_DRAFT},
	{"PUT", APP "/deltas/{deltaId}", put_delta, "putDelta", BODY_OBJECT, true,
	 PERMISSION_DRAFT},
	{"PUT", APP "/deltas/{deltaId}/metadata/archived", archive_delta, "archiveDelta",
	 BODY_BOOLEAN, true, PERMISSION_DRAFT},
	{"PUT", APP "/deltas/{deltaId}/metadata/env_id", change_env_of_delta, "changeEnvOfDelta",
	 BODY_STRING, true, PERMISSION_DRAFT},
	{"PUT", APP "/deltas/{deltaId}/metadata/name", change_name_of_delta, "changeNameOfDelta",
	 BODY_STRING, true, PERMISSION_DRAFT},
	/* The specification gives these no operationId; ours name them in the log. */
	{"GET", APP "/values", list_values, "listValuesOfApp", BODY_NONE, false, PERMISSION_SEE},
	{"POST", APP "/values", create_value, "createValueOfApp", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"DELETE", APP "/values", delete_values, "deleteValuesOfApp", BODY_NONE, false,
	 PERMISSION_DEPLOY},
	{"PUT", APP "/values/{key}", put_value_by_key, "putValueOfApp", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"PATCH", APP "/values/{key}", patch_value, "patchValueOfApp", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"DELETE", APP "/values/{key}", delete_value, "deleteValueOfApp", BODY_NONE, false,
	 PERMISSION_DEPLOY},
	{"GET", APP "/value-set-versions", list_value_versions, "listValueSetVersionsOfApp",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", APP "/value-set-versions/{versionId}", get_value_version, "getValueSetVersionOfApp",
	 BODY_NONE, false, PERMISSION_SEE},
	{"POST", APP "/value-set-versions/{versionId}/restore", restore_value_version,
	 "restoreValueSetVersionOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", APP "/value-set-versions/{versionId}/restore/{key}", restore_value_version,
	 "restoreKeyOfValueSetVersionOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", APP "/value-set-versions/{versionId}/purge/{key}", purge_value,
	 "purgeKeyOfValueSetVersionOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"GET", ENV "/values", list_values, "listValuesOfEnv", BODY_NONE, false, PERMISSION_SEE},
	{"POST", ENV "/values", create_value, "createValueOfEnv", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"DELETE", ENV "/values", delete_values, "deleteValuesOfEnv", BODY_NONE, false,
	 PERMISSION_DEPLOY},
	{"PUT", ENV "/values/{key}", put_value_by_key, "putValueOfEnv", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"PATCH", ENV "/values/{key}", patch_value, "patchValueOfEnv", BODY_OBJECT, false,
	 PERMISSION_DEPLOY},
	{"DELETE", ENV "/values/{key}", delete_value, "deleteValueOfEnv", BODY_NONE, false,
	 PERMISSION_DEPLOY},
	{"GET", ENV "/value-set-versions", list_value_versions, "listValueSetVersionsOfEnv",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", ENV "/value-set-versions/{versionId}", get_value_version, "getValueSetVersionOfEnv",
	 BODY_NONE, false, PERMISSION_SEE},
	{"POST", ENV "/value-set-versions/{versionId}/restore", restore_value_version,
	 "restoreValueSetVersionOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", ENV "/value-set-versions/{versionId}/restore/{key}", restore_value_version,
	 "restoreKeyOfValueSetVersionOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", ENV "/value-set-versions/{versionId}/purge/{key}", purge_value,
	 "purgeKeyOfValueSetVersionOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
};

#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) % 16 : -1;
}

/* In place.  Segment by segment, so that an encoded slash is a part of a name. */
static bool
decode_segment(char *segment)
{
	char *out = segment;

	for (const char *in = segment; *in; in++) {
		int high, low;

		if (*in != '%') {
			*out++ = *in;
			continue;
		}
		high = hex_digit(in[1]);
		low = high < 0 ? -1 : hex_digit(in[2]);
		/* "%00" would end the name early. */
		if (low < 0 || high + low == 0)
			return false;
		*out++ = (char)(high << 4 | low);
		in += 2;
	}
	*out = '\0';
	return text_is_utf8(segment, (size_t)(out - segment));
}

/* false: not a path that we could have.  The path is split before it is
 * decoded, so that "%2F" stays inside a name. */
bool
route_path_split(struct route_path *path, const char *text)
{
	char *rest;

	*path = (struct route_path){.copy = xstrdup(text)};
	if (text[0] != '/')
		return false;
	rest = path->copy + 1;
	for (char *segment; (segment = strsep(&rest, "/")) != NULL;) {
		if (path->count == ROUTE_SEGMENTS_MAX || !*segment || !decode_segment(segment))
			return false;
		path->segments[path->count++] = segment;
	}
	return true;
}

static void
take_parameter(struct request *request, const char *name, size_t length, const char *value)
{
	const struct {
		const char *name;
		const char **where;
	} places[] = {
		{"{orgId}", &request->place.org},
		{"{appId}", &request->place.app},
		{"{envId}", &request->place.env},
	};

	for (size_t i = 0; i < 3; i++) {
		if (strlen(places[i].name) == length &&
		    strncmp(places[i].name, name, length) == 0) {
			*places[i].where = value;
			return;
		}
	}
	for (size_t i = 0; i < REQUEST_PARAMS_MAX; i++) {
		if (!request->ids[i]) {
			request->ids[i] = value;
			return;
		}
	}
}

/* request NULL: only say whether it fits.  By hand: it is asked of each row for each request. */
static bool
fits(const char *pattern, const struct route_path *path, struct request *request)
{
	const char *at = pattern;

	for (size_t i = 0; i < path->count; i++) {
		const char *segment = path->segments[i], *begin;

		if (*at++ != '/')
			return false;
		begin = at;
		if (*at == '{') {
			while (*at && *at != '/')
				at++;
			if (request)
				take_parameter(request, begin, (size_t)(at - begin), segment);
			continue;
		}
		/* A decoded slash in a name is none of the pattern's. */
		for (; *segment && *at == *segment && *at != '/'; segment++)
			at++;
		if (*segment || (*at && *at != '/'))
			return false;
	}
	return *at == '\0';
}

/* Cheaper, and false for most that do not fit. */
static bool
may_fit(const char *pattern, const struct route_path *path)
{
	const char *last = path->count > 0 ? path->segments[path->count - 1] : "";
	char end = pattern[strlen(pattern) - 1];

	return end == '}' || (*last && end == last[strlen(last) - 1]);
}

/* Both fit one path: the one with a word where the other has a parameter is meant. */
static bool
is_closer(const char *pattern, const char *other)
{
	while (*pattern == *other && *pattern) {
		pattern++;
		other++;
	}
	return *other == '{' && *pattern != '{';
}

#define FITTING_MAX 16		/* rows for one path: its methods, of at most two patterns */

/* The closest pattern is chosen whatever its methods are: where a literal part fits, one with
 * a placeholder in its place must not answer for a method that the former does not have. */
const struct route *
routes_find(const struct route_path *path, struct request *request, struct response *response)
{
	const struct route *fitting[FITTING_MAX];
	const char *closest = NULL;
	size_t count = 0;

	for (size_t i = 0; i < ROUTE_COUNT && count < FITTING_MAX; i++) {
		if (!may_fit(routes[i].pattern, path) || !fits(routes[i].pattern, path, NULL))
			continue;
		fitting[count++] = &routes[i];
		if (!closest || is_closer(routes[i].pattern, closest))
			closest = routes[i].pattern;
	}
	response->allow[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(response->allow);

		if (strcmp(fitting[i]->pattern, closest) != 0)
			continue;
		if (strcmp(fitting[i]->method, request->method) == 0) {
			fits(closest, path, request);
			return fitting[i];
		}
		snprintf(response->allow + length, sizeof(response->allow) - length, "%s%s",
			 length > 0 ? ", " : "", fitting[i]->method);
	}
	return NULL;
}

bool
routes_describe(size_t i, struct route_description *out)
{
	if (i >= ROUTE_COUNT)
		return false;
	*out = (struct route_description){routes[i].method, routes[i].pattern,
					  routes[i].operation, routes[i].permission};
	return true;
}
