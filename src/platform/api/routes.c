/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of routes, and what is the same for all of them: who may, does the place
 * exist, is the body what it must be, and errors in the shape of the wire.
 */
#include "config.h"

#include "platform/api/routes.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/api/handlers/handlers.h"
#include "platform/api/idempotency.h"
#include "platform/auth/access.h"
#include "platform/auth/audit.h"
#include "platform/http/answers.h"
#include "platform/http/exchange.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-users.h"
#include "platform/state/repository.h"

#define SEGMENTS_MAX 16

enum body_kind { BODY_NONE, BODY_OBJECT, BODY_ARRAY, BODY_STRING, BODY_BOOLEAN };

#define USER "/users/{userId}"
#define ORG "/orgs/{orgId}"
#define APP ORG "/apps/{appId}"
#define ENV APP "/envs/{envId}"
#define DEF ORG "/resources/defs/{defId}"
#define RUNS APP "/pipelines/{pipelineId}/runs"
#define RUN RUNS "/{runId}"
#define APPROVAL RUN "/jobs/{jobId}/approvals/{approvalId}"

static const struct route {
	const char *method;
	const char *pattern;
	handler *handle;
	const char *operation;		/* operationId of the specification; "x-": ours */
	enum body_kind body;
	bool bare_not_found;		/* its 404 is a JSON string (api/README §1) */
	enum permission permission;	/* never left out: that is PERMISSION_MISSING, nobody's */
} routes[] = {
	{"GET", "/current-user", get_current_user, "getCurrentUser",
	 BODY_NONE, false, PERMISSION_KNOWN},
	{"PATCH", "/current-user", update_current_user, "updateCurrentUser",
	 BODY_OBJECT, false, PERMISSION_KNOWN},
	{"GET", "/platform", get_platform, "x-getPlatform", BODY_NONE, false, PERMISSION_KNOWN},
	{"GET", "/users", list_users, "x-listUsers", BODY_NONE, false, PERMISSION_PLATFORM},
	{"POST", "/users", create_user, "x-createUser", BODY_OBJECT, false, PERMISSION_PLATFORM},
	{"GET", USER, get_user, "x-getUser", BODY_NONE, false, PERMISSION_SELF},
	{"PATCH", USER, update_user, "x-updateUser", BODY_OBJECT, false, PERMISSION_GIVE},
	{"DELETE", USER, delete_user, "x-deleteUser", BODY_NONE, false, PERMISSION_PLATFORM},
	{"GET", USER "/tokens", list_tokens, "listUserTokens", BODY_NONE, false, PERMISSION_SELF},
	{"POST", USER "/tokens", create_token, "createUserToken",
	 BODY_OBJECT, false, PERMISSION_SELF},
	{"GET", USER "/tokens/{tokenId}", get_token, "getUserToken",
	 BODY_NONE, false, PERMISSION_SELF},
	{"DELETE", USER "/tokens/{tokenId}", delete_token, "deleteUserToken",
	 BODY_NONE, false, PERMISSION_SELF},
	{"GET", "/audit-logs", list_audit_log, "x-listAuditLog",
	 BODY_NONE, false, PERMISSION_PLATFORM},
	{"GET", "/orgs", list_organizations, "listOrganizations",
	 BODY_NONE, false, PERMISSION_KNOWN},
	{"GET", ORG, get_organization, "getOrganization", BODY_NONE, false, PERMISSION_MEMBER},
	{"GET", ORG "/audit-logs", list_audit_log, "listAuditLogEntries",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
	{"GET", ORG "/env-types", list_env_types, "listEnvironmentTypes",
	 BODY_NONE, false, PERMISSION_MEMBER},
	{"POST", ORG "/env-types", create_env_type, "createEnvironmentType",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"GET", ORG "/env-types/{envTypeId}", get_env_type, "getEnvironmentType",
	 BODY_NONE, false, PERMISSION_MEMBER},
	{"PATCH", ORG "/env-types/{envTypeId}", update_env_type, "updateEnvironmentType",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"DELETE", ORG "/env-types/{envTypeId}", delete_env_type, "deleteEnvironmentType",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
	{"GET", ORG "/resources/types", list_resource_types, "listResourceTypes",
	 BODY_NONE, false, PERMISSION_MEMBER},
	{"GET", ORG "/resources/defs", list_definitions, "listResourceDefinitions",
	 BODY_NONE, false, PERMISSION_MEMBER},
	{"POST", ORG "/resources/defs", create_definition, "createResourceDefinition",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"GET", DEF, get_definition, "getResourceDefinition", BODY_NONE, false, PERMISSION_MEMBER},
	{"PUT", DEF, put_definition, "updateResourceDefinition",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"PATCH", DEF, patch_definition, "patchResourceDefinition",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"DELETE", DEF, delete_definition, "deleteResourceDefinition",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
	{"GET", DEF "/resources", list_resources_by_definition, "listActiveResourceByDefinition",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
	{"PUT", DEF "/criteria", put_criteria, "updateResourceDefinitionCriteria",
	 BODY_ARRAY, false, PERMISSION_ADMINISTER},
	{"POST", DEF "/criteria", create_criterion, "createResourceDefinitionCriteria",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"DELETE", DEF "/criteria/{criteriaId}", delete_criterion, "deleteResourceDefinitionCriteria",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
	{"GET", ORG "/artefacts", list_artefacts, "listArtefacts",
	 BODY_NONE, false, PERMISSION_MEMBER},
	{"DELETE", ORG "/artefacts/{artefactId}", delete_artefact, "deleteArtefact",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
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
	 get_workload_set, "getWorkloadArtefactVersionDeploymentSet",
	 BODY_NONE, false, PERMISSION_MEMBER},
	{"GET", ORG "/apps", list_applications, "listApplications",
	 BODY_NONE, false, PERMISSION_MEMBER},
	{"POST", ORG "/apps", create_application, "createApplication",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"GET", APP, get_application, "getApplication", BODY_NONE, false, PERMISSION_SEE},
	{"PATCH", APP, patch_application, "patchApplication",
	 BODY_OBJECT, false, PERMISSION_ADMINISTER},
	{"DELETE", APP, delete_application, "deleteApplication",
	 BODY_NONE, false, PERMISSION_ADMINISTER},
	{"GET", APP "/runtime", list_runtime, "listRuntime", BODY_NONE, false, PERMISSION_SEE},
	{"GET", APP "/envs", list_environments, "listEnvironments",
	 BODY_NONE, false, PERMISSION_SEE},
	{"POST", APP "/envs", create_environment, "createEnvironment",
	 BODY_OBJECT, false, PERMISSION_DRAFT},
	{"GET", ENV, get_environment, "getEnvironment", BODY_NONE, false, PERMISSION_SEE},
	{"PATCH", ENV, update_environment, "updateEnvironment",
	 BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"DELETE", ENV, delete_environment, "deleteEnvironment",
	 BODY_NONE, false, PERMISSION_DEPLOY},
	{"PUT", ENV "/from_deploy_id", rebase_environment, "rebaseEnvironment",
	 BODY_STRING, false, PERMISSION_DEPLOY},
	{"GET", ENV "/deploys", list_deployments, "listDeployments",
	 BODY_NONE, false, PERMISSION_SEE},
	{"POST", ENV "/deploys", create_deployment, "createDeployment",
	 BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"GET", ENV "/deploys/{deployId}", get_deployment, "getDeployment",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", ENV "/deploys/{deployId}/errors", list_deployment_errors, "listDeploymentErrors",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", ENV "/resources", list_active_resources, "listActiveResources",
	 BODY_NONE, false, PERMISSION_SEE},
	{"DELETE", ENV "/resources/{type}/{resId}", delete_active_resource, "deleteActiveResource",
	 BODY_NONE, false, PERMISSION_DEPLOY},
	{"POST", ENV "/resources/{type}/{resId}/actions/pin", pin_active_resource,
	 "pinActiveResource", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", ENV "/resources/graphs", create_graph, "createDependencyGraph",
	 BODY_ARRAY, false, PERMISSION_DRAFT},
	{"POST", ENV "/resources/graph", query_graph, "queryResourceGraph",
	 BODY_ARRAY, false, PERMISSION_DRAFT},
	{"GET", ENV "/resources/graphs/{graphId}", get_graph, "getDependencyGraph",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", ENV "/runtime", get_runtime, "getRuntime", BODY_NONE, false, PERMISSION_SEE},
	{"PUT", ENV "/runtime/paused", update_paused, "updatePaused",
	 BODY_BOOLEAN, false, PERMISSION_DEPLOY},
	{"PATCH", ENV "/runtime/replicas", patch_replicas, "patchReplicas",
	 BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"GET", ENV "/logs", get_logs, "getLogs", BODY_NONE, false, PERMISSION_SEE},
	{"GET", ENV "/rules", list_rules, "listAutomationRules", BODY_NONE, false, PERMISSION_SEE},
	{"POST", ENV "/rules", create_rule, "createAutomationRule",
	 BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"GET", ENV "/rules/{ruleId}", get_rule, "getAutomationRule",
	 BODY_NONE, false, PERMISSION_SEE},
	{"PUT", ENV "/rules/{ruleId}", update_rule, "updateAutomationRule",
	 BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"DELETE", ENV "/rules/{ruleId}", delete_rule, "deleteAutomationRule",
	 BODY_NONE, false, PERMISSION_DEPLOY},
	{"GET", APP "/pipelines", list_pipelines, "listPipelines", BODY_NONE, false, PERMISSION_SEE},
	{"GET", APP "/pipelines/{pipelineId}", get_pipeline, "getPipeline",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", APP "/pipeline-criteria", list_pipeline_criteria, "listPipelineCriteriaInApp",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", ORG "/pipeline-runs", list_runs_of_org, "listPipelineRunsByOrg",
	 BODY_NONE, false, PERMISSION_MEMBER},
	/* What runs where is in the body, or in the run: the handlers ask whether one may deploy. */
	{"POST", APP "/pipeline-runs", create_run_by_trigger, "createPipelineRunByTriggerCriteria",
	 BODY_OBJECT, false, PERMISSION_DRAFT},
	{"GET", RUNS, list_pipeline_runs, "listPipelineRuns", BODY_NONE, false, PERMISSION_SEE},
	{"POST", RUNS, create_pipeline_run, "createPipelineRun",
	 BODY_OBJECT, false, PERMISSION_DRAFT},
	{"GET", RUN, get_pipeline_run, "getPipelineRun", BODY_NONE, false, PERMISSION_SEE},
	{"POST", RUN "/cancel", cancel_pipeline_run, "cancelPipelineRun",
	 BODY_NONE, false, PERMISSION_DRAFT},
	{"POST", RUN "/restart", restart_pipeline_run, "restartPipelineRun",
	 BODY_NONE, false, PERMISSION_DRAFT},
	{"GET", RUN "/jobs", list_pipeline_jobs, "listPipelineJobs",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", RUN "/jobs/{jobId}", get_pipeline_job, "getPipelineJob",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", APP "/approvals", list_approvals, "listPipelineApprovalRequests",
	 BODY_NONE, false, PERMISSION_SEE},
	{"GET", APPROVAL, get_approval, "getPipelineApprovalRequest",
	 BODY_NONE, false, PERMISSION_SEE},
	{"POST", APPROVAL "/approve", get_approval, "approvePipelineApprovalRequest",
	 BODY_NONE, false, PERMISSION_DRAFT},
	{"POST", APPROVAL "/deny", get_approval, "denyPipelineApprovalRequest",
	 BODY_NONE, false, PERMISSION_DRAFT},
	{"GET", APP "/sets", list_sets, "listSets", BODY_NONE, true, PERMISSION_SEE},
	{"GET", APP "/sets/{setId}", get_set, "getSet", BODY_NONE, true, PERMISSION_SEE},
	{"POST", APP "/sets/{setId}", update_set, "updateSet", BODY_OBJECT, true, PERMISSION_DRAFT},
	{"GET", APP "/sets/{setId}/resources", get_set_resources, "getSetResourceInputs",
	 BODY_NONE, true, PERMISSION_SEE},
	{"GET", APP "/sets/{setId}/diff/{sourceSetId}", get_diff, "getDiff",
	 BODY_NONE, true, PERMISSION_SEE},
	{"GET", APP "/deltas", list_deltas, "listDeltas", BODY_NONE, true, PERMISSION_SEE},
	{"POST", APP "/deltas", create_delta, "createDelta", BODY_OBJECT, true, PERMISSION_DRAFT},
	{"GET", APP "/deltas/{deltaId}", get_delta, "getDelta", BODY_NONE, true, PERMISSION_SEE},
	{"PATCH", APP "/deltas/{deltaId}", patch_delta, "patchDelta",
	 BODY_ARRAY, true, PERMISSION_DRAFT},
	{"PUT", APP "/deltas/{deltaId}", put_delta, "putDelta",
	 BODY_OBJECT, true, PERMISSION_DRAFT},
	{"PUT", APP "/deltas/{deltaId}/metadata/archived", archive_delta, "archiveDelta",
	 BODY_BOOLEAN, true, PERMISSION_DRAFT},
	{"PUT", APP "/deltas/{deltaId}/metadata/env_id", change_env_of_delta, "changeEnvOfDelta",
	 BODY_STRING, true, PERMISSION_DRAFT},
	{"PUT", APP "/deltas/{deltaId}/metadata/name", change_name_of_delta, "changeNameOfDelta",
	 BODY_STRING, true, PERMISSION_DRAFT},
	/* The specification gives these no operationId; ours name them in the log. */
	{"GET", APP "/values", list_values, "listValuesOfApp", BODY_NONE, false, PERMISSION_SEE},
	{"POST", APP "/values", create_value, "createValueOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"DELETE", APP "/values", delete_values, "deleteValuesOfApp", BODY_NONE, false, PERMISSION_DEPLOY},
	{"PUT", APP "/values/{key}", put_value_by_key, "putValueOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"PATCH", APP "/values/{key}", patch_value, "patchValueOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"DELETE", APP "/values/{key}", delete_value, "deleteValueOfApp", BODY_NONE, false, PERMISSION_DEPLOY},
	{"GET", APP "/value-set-versions", list_value_versions,
	 "listValueSetVersionsOfApp", BODY_NONE, false, PERMISSION_SEE},
	{"GET", APP "/value-set-versions/{versionId}", get_value_version,
	 "getValueSetVersionOfApp", BODY_NONE, false, PERMISSION_SEE},
	{"POST", APP "/value-set-versions/{versionId}/restore", restore_value_version,
	 "restoreValueSetVersionOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", APP "/value-set-versions/{versionId}/restore/{key}", restore_value_version,
	 "restoreKeyOfValueSetVersionOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", APP "/value-set-versions/{versionId}/purge/{key}", purge_value,
	 "purgeKeyOfValueSetVersionOfApp", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"GET", ENV "/values", list_values, "listValuesOfEnv", BODY_NONE, false, PERMISSION_SEE},
	{"POST", ENV "/values", create_value, "createValueOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"DELETE", ENV "/values", delete_values, "deleteValuesOfEnv", BODY_NONE, false, PERMISSION_DEPLOY},
	{"PUT", ENV "/values/{key}", put_value_by_key, "putValueOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"PATCH", ENV "/values/{key}", patch_value, "patchValueOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"DELETE", ENV "/values/{key}", delete_value, "deleteValueOfEnv", BODY_NONE, false, PERMISSION_DEPLOY},
	{"GET", ENV "/value-set-versions", list_value_versions,
	 "listValueSetVersionsOfEnv", BODY_NONE, false, PERMISSION_SEE},
	{"GET", ENV "/value-set-versions/{versionId}", get_value_version,
	 "getValueSetVersionOfEnv", BODY_NONE, false, PERMISSION_SEE},
	{"POST", ENV "/value-set-versions/{versionId}/restore", restore_value_version,
	 "restoreValueSetVersionOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", ENV "/value-set-versions/{versionId}/restore/{key}", restore_value_version,
	 "restoreKeyOfValueSetVersionOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
	{"POST", ENV "/value-set-versions/{versionId}/purge/{key}", purge_value,
	 "purgeKeyOfValueSetVersionOfEnv", BODY_OBJECT, false, PERMISSION_DEPLOY},
};

#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

struct route_path {
	char *copy;
	const char *segments[SEGMENTS_MAX];
	size_t count;
};

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
		if (low < 0 || high + low == 0)
			return false;
		*out++ = (char)(high << 4 | low);
		in += 2;
	}
	*out = '\0';
	return text_is_utf8(segment, (size_t)(out - segment));
}

/* false: not a path that we could have. */
static bool
split(struct route_path *path, const char *text)
{
	char *rest;

	*path = (struct route_path){.copy = xstrdup(text)};
	if (text[0] != '/')
		return false;
	rest = path->copy + 1;
	for (char *segment; (segment = strsep(&rest, "/")) != NULL;) {
		if (path->count == SEGMENTS_MAX || !*segment || !decode_segment(segment))
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
		if (strlen(places[i].name) == length && strncmp(places[i].name, name, length) == 0) {
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

static const struct route *
find_route(const struct route_path *path, struct request *request, struct response *response)
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

static bool
is_kind(const json_t *body, enum body_kind kind)
{
	switch (kind) {
	case BODY_OBJECT:
		return json_is_object(body);
	case BODY_ARRAY:
		return json_is_array(body);
	case BODY_STRING:
		return json_is_string(body);
	case BODY_BOOLEAN:
		return json_is_boolean(body);
	case BODY_NONE:
		break;
	}
	return true;
}

/* 422 on its own: it is about the body, before any meaning. */
static bool
read_body(const struct route *route, struct request *request, struct response *response)
{
	static const char *const names[] = {
		[BODY_NONE] = "nothing", [BODY_OBJECT] = "an object", [BODY_ARRAY] = "an array",
		[BODY_STRING] = "a string", [BODY_BOOLEAN] = "true or false",
	};
	struct error err = {0};

	if (route->body == BODY_NONE)
		return true;
	if (request->length == 0)
		error_set(&err, ERROR_INPUT, _("The body is empty; it must be %s in JSON."),
			  names[route->body]);
	else
		request->body = json_decode(request->bytes, request->length, &err);
	if (request->body && !is_kind(request->body, route->body))
		error_set(&err, ERROR_INPUT, _("The body must be %s in JSON."), names[route->body]);
	if (err.kind == ERROR_NONE)
		return true;
	response_refuse(response, 422, err.text);
	return false;
}

static void
refuse_by(struct response *response, const struct route *route, const struct error *err)
{
	int status = response_status_of(err);

	response_refuse_error(response, err);
	if (status >= 500)
		log_line(LOG_PRIORITY_ERROR, "request failed", "operation", route->operation,
			 "error", err->text, NULL);
	if (response->details)
		json_object_set(response->body, "details", response->details);
	if (status == 404 && route->bare_not_found) {
		json_t *text = json_incref(json_object_get(response->body, "message"));

		json_decref(response->body);
		response->body = text;
	}
}

/* A missing environment is bad input to its values, not a bad address (api/README §12); but
 * of an application that they may not see nobody learns more than that it is not there. */
static bool
is_bad_input(struct platform *platform, const struct route *route, const struct request *request,
	     const struct error *err)
{
	const struct place app = {request->place.org, request->place.app, NULL};
	struct error why = {0};

	return err->kind == ERROR_NOT_FOUND && request->place.env &&
	       strncmp(route->pattern, ENV "/values", strlen(ENV "/values")) == 0 &&
	       repository_has(platform->repository, &app, &why) == 0 &&
	       access_check(platform, request->caller, PERMISSION_SEE, &app, NULL, &why) == 0;
}

/* Their answers are made of the database alone, and so stay as they are until it changes;
 * `beside` says what else an answer is made of. */
static const struct steady {
	const char *operation;
	char *(*beside)(struct platform *platform, const struct request *request,
			struct response *response);
} steady[] = {
	{"listOrganizations", NULL}, {"getOrganization", NULL}, {"listEnvironmentTypes", NULL},
	{"getEnvironmentType", NULL}, {"listApplications", NULL}, {"getApplication", NULL},
	{"listEnvironments", NULL}, {"getEnvironment", NULL}, {"listDeployments", NULL},
	{"getDeployment", NULL}, {"listDeploymentErrors", NULL}, {"listSets", NULL},
	{"getSet", NULL}, {"getSetResourceInputs", NULL}, {"getDiff", NULL}, {"listDeltas", NULL},
	{"getDelta", NULL}, {"getRuntime", runtime_beside},
};

static const struct steady *
find_steady(const struct route *route)
{
	for (size_t i = 0; i < sizeof(steady) / sizeof(steady[0]); i++)
		if (strcmp(steady[i].operation, route->operation) == 0)
			return &steady[i];
	return NULL;
}

/*
 * Who asks is a part of the key: not everybody is told the same.  What is known was given to
 * the same caller by the same token at the same version of the database, which holds the
 * place and his roles as well: neither has to be looked at again.
 */
static bool
find_known(struct platform *platform, const struct route *route, const struct request *request,
	   struct response *response)
{
	const struct steady *kept = request->has_query ? NULL : find_steady(route);
	const struct caller *caller = request->caller;
	char *key, *beside;

	if (!kept)
		return false;
	beside = kept->beside ? kept->beside(platform, request, response) : NULL;
	key = xasprintf("%s %s %s %s %s", caller->is_all ? "*" : "", caller->user, caller->token,
			request->path, beside ? beside : "");
	free(beside);
	response->known = answers_find(platform->answers, key,
				       repository_version(platform->repository));
	if (response->known)
		free(key);
	else
		response->key = key;
	return response->known != NULL;
}

static bool
is_write(const struct request *request)
{
	return strcmp(request->method, "GET") != 0;
}

/* They start something that must not be started twice because an answer was lost. */
static const char *const repeatable[] = {
	"createDeployment", "createPipelineRunByTriggerCriteria", "createPipelineRun",
	"restartPipelineRun",
};

static bool
is_repeatable(const struct route *route)
{
	for (size_t i = 0; i < sizeof(repeatable) / sizeof(repeatable[0]); i++)
		if (strcmp(repeatable[i], route->operation) == 0)
			return true;
	return false;
}

/* Of what is read by version, and whoever changes it may say which one he knows. */
static bool
is_of_values(const struct route *route)
{
	return strstr(route->pattern, "/values") || strstr(route->pattern, "/value-set-versions");
}

static int
handle(struct platform *platform, const struct route *route, struct request *request,
       struct response *response, struct error *err)
{
	if (is_of_values(route) &&
	    precondition_check_values(platform->repository, &request->place, request->if_match,
				      &response->details, err) != 0)
		return -1;
	return route->handle(platform, request, response, err);
}

static int
note_in_audit(struct platform *platform, const struct request *request, int status,
	      struct error *err)
{
	return audit_put(platform, &(struct audit_row){
		.org = request->place.org ? request->place.org : "",
		.user = request->caller->user,
		.token = request->caller->token,
		.method = request->method,
		.path = request->path,
		.peer = request->peer ? request->peer : "",
		.status = status,
	}, err);
}

/* A change, the note of who made it, and the answer that is given again are one transaction. */
static int
handle_write(struct platform *platform, const struct route *route, struct request *request,
	     struct response *response, struct error *err)
{
	bool keeps = is_repeatable(route), refused = false;
	int known = keeps ? idempotency_find(platform, request, response, err) : 0;
	int ret;

	if (known != 0)
		return known > 0 ? 0 : -1;
	if (repository_begin(platform->repository, err) != 0)
		return -1;
	ret = handle(platform, route, request, response, err);
	/* Some refuse with a body of their own. */
	if (ret == 0)
		refused = response->status >= 400;
	if (ret == 0 && !refused && note_in_audit(platform, request, response->status, err) == 0 &&
	    (!keeps || idempotency_keep(platform, request, response, err) == 0) &&
	    repository_commit(platform->repository, err) == 0)
		return 0;
	repository_rollback(platform->repository);
	if (refused) {
		*err = (struct error){0};
		return -1;
	}
	json_decref(response->body);
	response->body = NULL;
	return -1;
}

static void
note_refused(struct platform *platform, const struct request *request, int status)
{
	struct error err = {0};

	if (is_write(request) && note_in_audit(platform, request, status, &err) != 0)
		log_line(LOG_PRIORITY_ERROR, "the audit log failed", "error", err.text, NULL);
}

/* 0: answered.  -1: not, for the reason in err; or, without one, refused already. */
static int
run(struct platform *platform, const struct route *route, struct request *request,
    struct response *response, struct error *err)
{
	const char *self = route->permission == PERMISSION_SELF ? request->ids[0] : NULL;

	response->status = 200;
	if (find_known(platform, route, request, response))
		return 0;
	if (request->place.org &&
	    repository_has(platform->repository, &request->place, err) != 0) {
		if (is_bad_input(platform, route, request, err))
			err->kind = ERROR_INPUT;
		return -1;
	}
	if (access_check(platform, request->caller, route->permission, &request->place, self, err) !=
	    0)
		return -1;
	if (!read_body(route, request, response))
		return -1;
	return is_write(request) ? handle_write(platform, route, request, response, err)
				 : route->handle(platform, request, response, err);
}

static void
answer_route(struct platform *platform, const struct route *route, struct request *request,
	     struct response *response)
{
	struct error err = {0};

	if (run(platform, route, request, response, &err) == 0)
		return;
	/* It failed, and must not look like a success. */
	if (err.kind == ERROR_NONE && response->status < 400)
		error_set(&err, ERROR_SYSTEM, _("The platform could not answer."));
	if (err.kind != ERROR_NONE)
		refuse_by(response, route, &err);
	note_refused(platform, request, response->status);
}

void
routes_answer(struct platform *platform, struct request *request, struct response *response)
{
	const struct route *route = NULL;
	struct route_path path;

	*response = (struct response){0};
	if (split(&path, request->path))
		route = find_route(&path, request, response);
	if (route)
		response->route = route->pattern;
	if (route)
		answer_route(platform, route, request, response);
	else if (response->allow[0])
		response_refuse(response, 405, _("This address does not take that method."));
	else
		response_refuse(response, 404, _("There is nothing at this address."));
	json_decref(request->body);
	request->body = NULL;
	json_decref(response->details);
	response->details = NULL;
	free(path.copy);
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
