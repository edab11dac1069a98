/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of routes, and what is the same for all of them: who may, does the place
 * exist, is the body what it must be, and errors in the shape of the wire.
 */
#include "config.h"

#include "platform/routes.h"

#include <nettle/memops.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/answers.h"
#include "platform/handlers/handlers.h"
#include "platform/log.h"
#include "platform/repository.h"

#define SEGMENTS_MAX 16

enum body_kind { BODY_NONE, BODY_OBJECT, BODY_ARRAY, BODY_STRING, BODY_BOOLEAN };

#define ORG "/orgs/{orgId}"
#define APP ORG "/apps/{appId}"
#define ENV APP "/envs/{envId}"

static const struct route {
	const char *method;
	const char *pattern;
	handler *handle;
	const char *operation;		/* operationId of the specification */
	enum body_kind body;
	bool bare_not_found;		/* its 404 is a JSON string (api/README §1) */
} routes[] = {
	{"GET", "/current-user", get_current_user, "getCurrentUser", BODY_NONE, false},
	{"GET", "/orgs", list_organizations, "listOrganizations", BODY_NONE, false},
	{"GET", ORG, get_organization, "getOrganization", BODY_NONE, false},
	{"GET", ORG "/env-types", list_env_types, "listEnvironmentTypes", BODY_NONE, false},
	{"POST", ORG "/env-types", create_env_type, "createEnvironmentType", BODY_OBJECT, false},
	{"GET", ORG "/env-types/{envTypeId}", get_env_type, "getEnvironmentType", BODY_NONE, false},
	{"PATCH", ORG "/env-types/{envTypeId}", update_env_type, "updateEnvironmentType",
	 BODY_OBJECT, false},
	{"DELETE", ORG "/env-types/{envTypeId}", delete_env_type, "deleteEnvironmentType",
	 BODY_NONE, false},
	{"GET", ORG "/resources/defs", list_definitions, "listResourceDefinitions", BODY_NONE, false},
	{"GET", ORG "/artefacts", list_artefacts, "listArtefacts", BODY_NONE, false},
	{"GET", ORG "/artefacts/{artefactId}/versions", list_versions_of_artefact,
	 "listArtefactVersions", BODY_NONE, false},
	{"PATCH", ORG "/artefacts/{artefactId}/versions/{versionId}", patch_artefact_version,
	 "patchArtefactVersion", BODY_OBJECT, false},
	{"GET", ORG "/artefact-versions", list_artefact_versions, "listArtefactVersionsInOrg",
	 BODY_NONE, false},
	{"POST", ORG "/artefact-versions", create_artefact_version, "createArtefactVersion",
	 BODY_OBJECT, false},
	{"GET", ORG "/artefact-versions/{artefactVersionId}", get_artefact_version,
	 "getArtefactVersion", BODY_NONE, false},
	{"GET", ORG "/apps", list_applications, "listApplications", BODY_NONE, false},
	{"POST", ORG "/apps", create_application, "createApplication", BODY_OBJECT, false},
	{"GET", APP, get_application, "getApplication", BODY_NONE, false},
	{"PATCH", APP, patch_application, "patchApplication", BODY_OBJECT, false},
	{"GET", APP "/runtime", list_runtime, "listRuntime", BODY_NONE, false},
	{"GET", APP "/envs", list_environments, "listEnvironments", BODY_NONE, false},
	{"POST", APP "/envs", create_environment, "createEnvironment", BODY_OBJECT, false},
	{"GET", ENV, get_environment, "getEnvironment", BODY_NONE, false},
	{"PATCH", ENV, update_environment, "updateEnvironment", BODY_OBJECT, false},
	{"DELETE", ENV, delete_environment, "deleteEnvironment", BODY_NONE, false},
	{"PUT", ENV "/from_deploy_id", rebase_environment, "rebaseEnvironment", BODY_STRING, false},
	{"GET", ENV "/deploys", list_deployments, "listDeployments", BODY_NONE, false},
	{"POST", ENV "/deploys", create_deployment, "createDeployment", BODY_OBJECT, false},
	{"GET", ENV "/deploys/{deployId}", get_deployment, "getDeployment", BODY_NONE, false},
	{"GET", ENV "/deploys/{deployId}/errors", list_deployment_errors, "listDeploymentErrors",
	 BODY_NONE, false},
	{"GET", ENV "/resources", list_active_resources, "listActiveResources", BODY_NONE, false},
	{"GET", ENV "/runtime", get_runtime, "getRuntime", BODY_NONE, false},
	{"GET", ENV "/logs", get_logs, "getLogs", BODY_NONE, false},
	{"GET", APP "/sets", list_sets, "listSets", BODY_NONE, true},
	{"GET", APP "/sets/{setId}", get_set, "getSet", BODY_NONE, true},
	{"POST", APP "/sets/{setId}", update_set, "updateSet", BODY_OBJECT, true},
	{"GET", APP "/sets/{setId}/resources", get_set_resources, "getSetResourceInputs", BODY_NONE,
	 true},
	{"GET", APP "/sets/{setId}/diff/{sourceSetId}", get_diff, "getDiff", BODY_NONE, true},
	{"GET", APP "/deltas", list_deltas, "listDeltas", BODY_NONE, true},
	{"POST", APP "/deltas", create_delta, "createDelta", BODY_OBJECT, true},
	{"GET", APP "/deltas/{deltaId}", get_delta, "getDelta", BODY_NONE, true},
	{"PATCH", APP "/deltas/{deltaId}", patch_delta, "patchDelta", BODY_ARRAY, true},
	{"PUT", APP "/deltas/{deltaId}", put_delta, "putDelta", BODY_OBJECT, true},
	{"PUT", APP "/deltas/{deltaId}/metadata/archived", archive_delta, "archiveDelta",
	 BODY_BOOLEAN, true},
	{"PUT", APP "/deltas/{deltaId}/metadata/env_id", change_env_of_delta, "changeEnvOfDelta",
	 BODY_STRING, true},
	{"PUT", APP "/deltas/{deltaId}/metadata/name", change_name_of_delta, "changeNameOfDelta",
	 BODY_STRING, true},
};

#define ROUTE_COUNT (sizeof(routes) / sizeof(routes[0]))

struct path {
	char *copy;
	const char *segments[SEGMENTS_MAX];
	size_t count;
};

/* false: not a path that we could have. */
static bool
split(struct path *path, const char *text)
{
	char *rest;

	*path = (struct path){.copy = xstrdup(text)};
	if (text[0] != '/')
		return false;
	rest = path->copy + 1;
	for (char *segment; (segment = strsep(&rest, "/")) != NULL;) {
		if (path->count == SEGMENTS_MAX || !*segment)
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

/* request NULL: only say whether it fits. */
static bool
fits(const char *pattern, const struct path *path, struct request *request)
{
	const char *at = pattern + 1;

	for (size_t i = 0; i < path->count; i++) {
		size_t length = strcspn(at, "/");
		const char *segment = path->segments[i];

		if (length == 0)
			return false;
		if (*at == '{') {
			if (request)
				take_parameter(request, at, length, segment);
		} else if (strlen(segment) != length || strncmp(at, segment, length) != 0) {
			return false;
		}
		at += length;
		if (*at == '/')
			at++;
	}
	return *at == '\0';
}

static const struct route *
find_route(const struct path *path, struct request *request, struct response *response)
{
	response->allow[0] = '\0';
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		size_t length = strlen(response->allow);

		if (!fits(routes[i].pattern, path, NULL))
			continue;
		if (strcmp(routes[i].method, request->method) == 0) {
			fits(routes[i].pattern, path, request);
			return &routes[i];
		}
		snprintf(response->allow + length, sizeof(response->allow) - length, "%s%s",
			 length > 0 ? ", " : "", routes[i].method);
	}
	return NULL;
}

static int
status_of(const struct error *err)
{
	static const int statuses[] = {
		[ERROR_NONE] = 500, [ERROR_INPUT] = 400, [ERROR_NOT_FOUND] = 404,
		[ERROR_CONFLICT] = 409, [ERROR_STALE] = 412, [ERROR_ACCESS] = 401,
		[ERROR_UNREACHABLE] = 500, [ERROR_NO_REPLY] = 500, [ERROR_PROTOCOL] = 500,
		[ERROR_LIMIT] = 413, [ERROR_REMOTE] = 500, [ERROR_STORE] = 500,
		[ERROR_SYSTEM] = 500,
	};

	return statuses[err->kind];
}

void
routes_refuse(struct response *response, int status, const char *message)
{
	json_t *text = json_string(message);
	char code[16];

	snprintf(code, sizeof(code), "API-%03d", status);
	json_decref(response->body);
	response->status = status;
	/* A text that is no UTF-8 cannot be sent; the status alone must do then. */
	response->body = json_pack("{s:s, s:o, s:{}}", "error", code, "message",
				   text ? text : json_string(""), "details");
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
	routes_refuse(response, 422, err.text);
	return false;
}

static bool
may(const struct platform *platform, const struct request *request)
{
	static const char scheme[] = "Bearer ";
	char hash[IDS_SHA256_HEX_SIZE];
	const char *token;

	if (!platform->token_hash)
		return true;
	if (!request->authorization ||
	    strncasecmp(request->authorization, scheme, strlen(scheme)) != 0)
		return false;
	token = request->authorization + strlen(scheme);
	ids_sha256_hex(hash, token, strlen(token));
	return memeql_sec(hash, platform->token_hash, IDS_SHA256_HEX_SIZE - 1) != 0;
}

static void
refuse_by(struct response *response, const struct route *route, const struct error *err)
{
	int status = status_of(err);

	if (status >= 500)
		log_line(LOG_PRIORITY_ERROR, "request failed", "operation", route->operation,
			 "error", err->text, NULL);
	routes_refuse(response, status, err->text);
	if (status == 404 && route->bare_not_found) {
		json_t *text = json_incref(json_object_get(response->body, "message"));

		json_decref(response->body);
		response->body = text;
	}
}

/* Their answers are made of the database alone, and so stay as they are until it changes. */
static const char *const steady[] = {
	"listOrganizations", "getOrganization", "listEnvironmentTypes", "getEnvironmentType",
	"listApplications", "getApplication", "listEnvironments", "getEnvironment",
	"listDeployments", "getDeployment", "listDeploymentErrors", "listSets", "getSet",
	"getSetResourceInputs", "getDiff", "listDeltas", "getDelta",
};

static bool
is_steady(const struct route *route)
{
	for (size_t i = 0; i < sizeof(steady) / sizeof(steady[0]); i++)
		if (strcmp(steady[i], route->operation) == 0)
			return true;
	return false;
}

/* Who asks is a part of the key: not everybody is told the same. */
static bool
find_known(struct platform *platform, const struct route *route, const struct request *request,
	   struct response *response)
{
	const char *who = request->authorization ? request->authorization : "";
	char hash[IDS_SHA256_HEX_SIZE];
	char *key;

	if (request->has_query || !is_steady(route))
		return false;
	ids_sha256_hex(hash, who, strlen(who));
	key = xasprintf("%s %s", hash, request->path);
	response->known = answers_find(platform->answers, key,
				       repository_version(platform->repository));
	if (response->known)
		free(key);
	else
		response->key = key;
	return response->known != NULL;
}

static void
run(struct platform *platform, const struct route *route, struct request *request,
    struct response *response)
{
	struct error err = {0};

	response->status = 200;
	if (find_known(platform, route, request, response))
		return;
	if (request->place.org &&
	    repository_has(platform->repository, &request->place, &err) != 0) {
		refuse_by(response, route, &err);
		return;
	}
	if (!read_body(route, request, response))
		return;
	if (route->handle(platform, request, response, &err) != 0)
		refuse_by(response, route, &err);
}

const char *
request_query(const struct request *request, const char *key)
{
	return request->query ? request->query(request->data, key) : NULL;
}

void
routes_answer(struct platform *platform, struct request *request, struct response *response)
{
	const struct route *route = NULL;
	struct path path;

	*response = (struct response){0};
	if (!may(platform, request)) {
		routes_refuse(response, 401, request->authorization
						     ? _("The token was refused.")
						     : _("This platform asks for a token."));
		return;
	}
	if (split(&path, request->path))
		route = find_route(&path, request, response);
	if (route)
		run(platform, route, request, response);
	else if (response->allow[0])
		routes_refuse(response, 405, _("This address does not take that method."));
	else
		routes_refuse(response, 404, _("There is nothing at this address."));
	json_decref(request->body);
	request->body = NULL;
	free(path.copy);
}

bool
routes_name(size_t i, struct route_name *name)
{
	if (i >= ROUTE_COUNT)
		return false;
	*name = (struct route_name){routes[i].method, routes[i].pattern, routes[i].operation};
	return true;
}
