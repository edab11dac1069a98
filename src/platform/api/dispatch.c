/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is the same for all routes: who may, does the place exist, is the body what it must
 * be, is it a change that was asked for before, and errors in the shape of the wire.
 *
 * The order is part of the contract.  Existence and rights come before the body, so that a
 * stranger learns nothing from how a body is refused; the kept answer of an Idempotency-Key
 * comes before If-Match, since what a repetition was based on has moved by its own doing.
 */
#include "config.h"

#include "platform/api/dispatch.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/api/handlers/runtime.h"
#include "platform/api/idempotency.h"
#include "platform/api/not-offered.h"
#include "platform/api/routes.h"
#include "platform/api/withheld.h"
#include "platform/auth/audit.h"
#include "platform/http/exchange.h"
#include "platform/http/response-cache.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-users.h"
#include "platform/state/repository.h"

#define KEY_SIZE 1024	/* no address that is polled is longer */

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

/* Numbers in them are what somebody wrote for a program to read. */
static bool
holds_workloads(const struct route *route)
{
	static const char *const patterns[] = {ROUTE_APP "/sets", ROUTE_APP "/deltas",
					       ROUTE_ORG "/artefact-versions"};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (strncmp(route->pattern, patterns[i], strlen(patterns[i])) == 0)
			return true;
	return false;
}

/* 422, also for what is too deep: it is about the body, before any meaning. */
static int
read_body(const struct route *route, struct request *request, struct error *err)
{
	static const struct {
		enum error_code empty, other;
	} faults[] = {
		[BODY_OBJECT] = {CODE_BODY_EMPTY_NOT_OBJECT, CODE_BODY_NOT_OBJECT},
		[BODY_ARRAY] = {CODE_BODY_EMPTY_NOT_ARRAY, CODE_BODY_NOT_ARRAY},
		[BODY_STRING] = {CODE_BODY_EMPTY_NOT_STRING, CODE_BODY_NOT_STRING},
		[BODY_BOOLEAN] = {CODE_BODY_EMPTY_NOT_BOOLEAN, CODE_BODY_NOT_BOOLEAN},
	};

	if (route->body == BODY_NONE)
		return 0;
	if (request->length == 0)
		return error_set_code(err, faults[route->body].empty);
	request->body = holds_workloads(route)
				? json_decode_keeping(request->bytes, request->length, err)
				: json_decode(request->bytes, request->length, err);
	if (!request->body) {
		err->kind = ERROR_INPUT;
		return -1;
	}
	return is_kind(request->body, route->body) ? 0
						   : error_set_code(err, faults[route->body].other);
}

static void
refuse_by(const struct platform *platform, struct response *response, const struct route *route,
	  const struct error *err)
{
	int status = response_status_of(err);

	response_refuse(response, platform, err);
	if (status >= 500)
		log_line(LOG_PRIORITY_ERROR, "request failed", "operation", route->operation,
			 "error", json_member_string(response->body, "message"), NULL);
	if (status == 404 && route->bare_not_found) {
		json_t *text = json_incref(json_object_get(response->body, "message"));

		json_decref(response->body);
		response->body = text;
	}
}

/* A missing environment is bad input to its values, not a bad address; but of an application that
 * they may not see nobody learns more than that it is not there. */
static bool
is_bad_input(struct platform *platform, const struct route *route, const struct request *request,
	     const struct error *err)
{
	const struct place app = {request->place.org, request->place.app, NULL};
	struct error why = {0};

	return err->kind == ERROR_NOT_FOUND && request->place.env &&
	       strncmp(route->pattern, ROUTE_ENV "/values", strlen(ROUTE_ENV "/values")) == 0 &&
	       repository_has(platform->repository, &app, &why) == 0 &&
	       access_check(platform, request->caller, PERMISSION_SEE, &app, NULL, &why) == 0;
}

/* Their answers are made of the database alone, and so stay as they are until it changes;
 * getRuntime's is made of how the workloads are as well. */
static const char *const steady[] = {
	"listOrganizations", "getOrganization", "listEnvironmentTypes", "getEnvironmentType",
	"listApplications", "getApplication", "listEnvironments", "getEnvironment",
	"listDeployments", "getDeployment", "listDeploymentErrors", "listSets", "getSet",
	"getSetResourceInputs", "getDiff", "listDeltas", "getDelta", "getRuntime",
};

static bool
is_steady(const struct route *route)
{
	for (size_t i = 0; i < sizeof(steady) / sizeof(steady[0]); i++)
		if (strcmp(steady[i], route->operation) == 0)
			return true;
	return false;
}

static bool
has_beside(const struct route *route)
{
	return route->handle == get_runtime;
}

static bool
is_write(const struct request *request)
{
	return strcmp(request->method, "GET") != 0;
}

/* Who asks is a part of the key: not everybody is told the same.  false: it has none. */
static bool
write_key(char out[KEY_SIZE], const struct request *request)
{
	const struct caller *caller = request->caller;
	const char *const parts[] = {caller->is_all ? "*" : "", caller->user, caller->token,
				     request->path};
	size_t length = 0;

	if (request->has_query || is_write(request))
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		size_t more = strlen(parts[i]);

		if (more + 2 > KEY_SIZE - length)
			return false;
		memcpy(out + length, parts[i], more);
		length += more;
		out[length++] = ' ';
	}
	out[length] = '\0';
	return true;
}

/*
 * What is known was given to the same caller by the same token at the same version of the
 * database, which holds the place and his roles as well: neither has to be looked at again, nor
 * the table of routes.
 */
static bool
find_known(struct platform *platform, const struct request *request, struct response *response)
{
	const struct cached_response *known;
	struct cached_beside beside;
	char key[KEY_SIZE];

	if (!platform->response_cache || !write_key(key, request))
		return false;
	known = response_cache_find(platform->response_cache, key,
				    repository_version(platform->repository));
	if (known && has_beside(known->route)) {
		runtime_beside(platform, request, known, &beside);
		if (beside.other_form != known->beside.other_form ||
		    beside.driver != known->beside.driver ||
		    beside.problems != known->beside.problems)
			return false;
	}
	if (!known)
		return false;
	response->status = 200;
	response->route = known->route->pattern;
	response->known = known;
	return true;
}

static char *
copy_or_null(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* What it is made of is looked at before it is made: whatever changes meanwhile is seen. */
static void
keep_answer(struct platform *platform, const struct route *route, const struct request *request,
	    struct response *response)
{
	struct cached_response *keep;
	char key[KEY_SIZE];

	if (!platform->response_cache || !is_steady(route) || !write_key(key, request))
		return;
	keep = cached_response_new(key);
	keep->route = route;
	keep->org = copy_or_null(request->place.org);
	keep->app = copy_or_null(request->place.app);
	keep->env = copy_or_null(request->place.env);
	if (has_beside(route))
		runtime_find_beside(platform, request, keep);
	response->keep = keep;
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
	int ret = route->handle(platform, request, response, err);

	if (ret == 0)
		withheld_from_answer(platform, route->operation, response);
	return ret;
}

static int
handle_change(struct platform *platform, const struct route *route, struct request *request,
	      struct response *response, struct error *err)
{
	if (is_of_values(route) &&
	    precondition_check_values(platform->repository, &request->place, request->if_match,
				      &response->details, err) != 0)
		return -1;
	return handle(platform, route, request, response, err);
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
	ret = handle_change(platform, route, request, response, err);
	/* The API has a list instead of an error where a definition is still used. */
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

/* A failing audit log does not turn a refusal into something else. */
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
	keep_answer(platform, route, request, response);
	if (request->place.org &&
	    repository_has(platform->repository, &request->place, err) != 0) {
		if (is_bad_input(platform, route, request, err))
			err->kind = ERROR_INPUT;
		return -1;
	}
	if (access_check(platform, request->caller, route->permission, &request->place, self,
			 err) != 0)
		return -1;
	if (read_body(route, request, err) != 0)
		return -1;
	withheld_from_request(platform, route->operation, request);
	return is_write(request) ? handle_write(platform, route, request, response, err)
				 : handle(platform, route, request, response, err);
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
		error_set_code(&err, CODE_COULD_NOT_ANSWER);
	if (err.kind != ERROR_NONE)
		refuse_by(platform, response, route, &err);
	note_refused(platform, request, response->status);
}

/* Whether it is mistyped, or of the public API and not here, is all the difference to who asked. */
static void
refuse_address(const struct route_path *path, const struct request *request,
	       const struct response *response, struct error *err)
{
	const char *pattern = response->allow[0] ? not_offered_method(path, request->method)
						 : not_offered(path);

	if (pattern && response->allow[0])
		error_set_code(err, CODE_METHOD_NOT_OFFERED, .path = pattern);
	else if (pattern)
		error_set_code(err, CODE_ADDRESS_NOT_OFFERED, .path = pattern);
	else if (response->allow[0])
		error_set_code(err, CODE_METHOD_NOT_ALLOWED);
	else
		error_set_code(err, CODE_NOTHING_AT_ADDRESS);
}

void
dispatch_answer(struct platform *platform, struct request *request, struct response *response)
{
	enum extension missing = EXTENSION_COUNT;
	const struct route *route = NULL;
	struct error err = {0};
	struct route_path path;

	*response = (struct response){0};
	if (find_known(platform, request, response))
		return;
	if (route_path_split(&path, request->path))
		route = routes_find(&path, request, response);
	if (route)
		response->route = route->pattern;
	if (route)
		missing = withheld_route(platform, route->operation);
	if (missing != EXTENSION_COUNT)
		error_set_code(&err, CODE_EXTENSION_NOT_OFFERED,
			       .extension = extension_name(missing));
	else if (route)
		answer_route(platform, route, request, response);
	else
		refuse_address(&path, request, response, &err);
	if (err.kind != ERROR_NONE)
		response_refuse(response, platform, &err);
	json_decref(request->body);
	request->body = NULL;
	json_decref(response->details);
	response->details = NULL;
	free(path.copy);
}
