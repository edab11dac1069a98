/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Environments: made from a deployment, rebased, deleted.
 *
 * Making one starts nothing.  It has a base (from_deploy_id), and the first deployment to it
 * builds upon that, which is what makes it a clone.
 */
#include "config.h"

#include "platform/api/handlers/environments.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "model/clone-notes.h"
#include "model/error-answer.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/requests.h"
#include "platform/api/handlers/misfit.h"
#include "platform/api/handlers/surveys.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/follow.h"
#include "platform/engine/problems.h"
#include "platform/http/response-cache.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-notes.h"

#define WHOLE_WAIT_MS 3000		/* some twenty lists of a namespace take less */

/* Why what is to go is still there.  The database does not have it, by whose version answers are
 * kept. */
static void
tell_removal(struct platform *platform, const struct place *place, json_t *body,
	     struct response *response)
{
	struct removal_problem removal = {0};
	const struct problems *known;
	const json_t *problem;
	json_t *told;

	if (environment_status_of(json_member_string(body, "status")) != ENVIRONMENT_DELETING)
		return;
	cached_response_free(response->keep);
	response->keep = NULL;
	known = engine_problems(platform->engine, place);
	problem = known ? json_array_get(known->list, 0) : NULL;
	if (!problem || strcmp(problem_text(problem, PROBLEM_CODE), PROBLEM_REMOVAL) != 0)
		return;
	removal.message.raw = (char *)(uintptr_t)problem_text(problem, PROBLEM_SUMMARY);
	removal.reason = json_loads(problem_text(problem, PROBLEM_REASON), 0, NULL);
	told = removal_problem_encode(&removal);
	json_object_update(body, told);
	json_decref(told);
	json_decref(removal.reason);
}

/* How far what is under way there is, which the database does not have either: it may be known in
 * the next moment. */
static void
tell_progress(struct platform *platform, const struct place *place, json_t *body,
	      struct response *response)
{
	json_t *progress = engine_progress(platform->engine, place);

	if (!progress && !engine_is_busy(platform->engine, place))
		return;
	cached_response_free(response->keep);
	response->keep = NULL;
	if (progress)
		json_object_set_new(body, "progress", progress);
}

/* GET .../envs: the environments of an application. */
int
list_environments(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	json_t *list = repository_environments(platform->repository, &request->place, err), *env;
	size_t i;

	json_array_foreach(list, i, env) {
		const struct place place = {request->place.org, request->place.app,
					    json_member_string(env, "id")};

		tell_removal(platform, &place, env, response);
		tell_progress(platform, &place, env, response);
	}
	return answer(response, 200, list);
}

static int
tell_environment(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	return answer(response, 200,
		      repository_environment(platform->repository, &request->place, err));
}

/*
 * GET .../envs/{envId}: one environment with its last deployment and its base.  Whoever asks for
 * one alone is about to clone or to change it, so of an adopted one all of it is read before, also
 * where there are so many that only their workloads were.
 */
int
get_environment(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	bool is_whole;

	if (survey_answers(platform, request, response))
		return 0;
	is_whole = follow_is_whole(platform->follow, &request->place);
	if (!is_whole && request->may_wait) {
		response->wait_ms = WHOLE_WAIT_MS;
		return 0;
	}
	if (!is_whole) {
		response->retry_after = 1;
		return error_set_code(err, CODE_ADOPTED_NOT_WHOLE, .env = request->place.env);
	}
	if (tell_environment(platform, request, response, err) != 0)
		return -1;
	tell_removal(platform, &request->place, response->body, response);
	tell_progress(platform, &request->place, response->body, response);
	return 0;
}

/* Those that we do not know are no business of ours. */
static int
put_notes(struct platform *platform, const struct request *request, const json_t *asked,
	  struct error *err)
{
	const int64_t now = clock_wall_ms();
	int ret = 0;

	for (const struct clone_note *note = clone_notes; note->name && ret == 0; note++) {
		const json_t *said = json_object_get(asked, note->name);
		json_t *value;

		if (!said || note->kind == CLONE_NOTE_PROMOTION)
			continue;
		value = clone_note_asked(note, said, request_user(request), now, err);
		ret = value ? repository_put_note(platform->repository, &request->place, note->name,
						  value, false, err) : -1;
		json_decref(value);
	}
	return ret;
}

/* PATCH .../envs/{envId}: rename an environment, or note something of a clone. */
int
update_environment(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	struct environment_change change;
	int ret = refuse_misfit(environment_change_misfit(request->body), err);

	environment_change_read(&change, request->body);
	if (ret == 0 && change.name.raw)
		ret = repository_rename_environment(platform->repository, &request->place,
						    change.name.raw, err);
	if (ret == 0)
		ret = put_notes(platform, request, change.notes, err);
	environment_change_clear(&change);
	return ret == 0 ? tell_environment(platform, request, response, err) : -1;
}

/* A deployment that a new environment or a rebase starts from: bad input when unknown. */
static int
check_deployment(struct platform *platform, const struct place *place, const char *id,
		 struct error *err)
{
	struct deployment deployment = {0};

	if (repository_read_deployment_of_app(platform->repository, place, id, &deployment,
					      err) == 0) {
		deployment_clear(&deployment);
		return 0;
	}
	if (err->kind == ERROR_NOT_FOUND)
		err->kind = ERROR_INPUT;
	return -1;
}

/* ERROR_CONFLICT when the application is being deleted. */
static int
check_application(struct platform *platform, const struct place *place, struct error *err)
{
	struct application app;
	bool is_active;

	if (repository_read_application(platform->repository, place, &app, err) != 0)
		return -1;
	is_active = app.status == APPLICATION_ACTIVE;
	application_clear(&app);
	return is_active ? 0
			 : error_set_code(err, CODE_APPLICATION_IS_DELETING, .app = place->app);
}

static int
check_new(struct platform *platform, const struct request *request, const struct place *place,
	  const struct environment_request *asked, struct error *err)
{
	const char *type = asked->type.raw, *from = asked->from_deploy_id.raw;

	if (!place->env || !ids_is_name(place->env))
		return error_set_code(err, CODE_ENVIRONMENT_ID_INVALID,
				      .env = untrusted_raw(&asked->id));
	if (!*untrusted_raw(&asked->name))
		return error_set_code(err, CODE_ENVIRONMENT_WITHOUT_NAME);
	if (refuse_misfit(environment_request_misfit(request->body), err) != 0 ||
	    check_application(platform, place, err) != 0 ||
	    repository_check_env_type(platform->repository, place->org, type, err) != 0 ||
	    access_check_type(request->caller, &request->place, type, err) != 0)
		return -1;
	return from ? check_deployment(platform, place, from, err) : 0;
}

/* POST .../envs: make an environment, or clone one by naming a deployment of it. */
int
create_environment(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	struct environment_request asked;
	struct place place = {request->place.org, request->place.app, NULL};
	int ret;

	environment_request_read(&asked, request->body);
	place.env = asked.id.raw;
	if (!asked.type.raw)
		untrusted_init(&asked.type, "development");
	ret = check_new(platform, request, &place, &asked, err);
	if (ret == 0) {
		ret = repository_put_environment(platform->repository, &place, asked.name.raw,
						 asked.type.raw, asked.from_deploy_id.raw,
						 request_user(request), clock_wall_ms(), err);
		if (ret != 0 && err->kind == ERROR_CONFLICT)
			error_set_code(err, CODE_ENVIRONMENT_EXISTS, .env = place.env);
	}
	if (ret == 0)
		ret = answer(response, 201,
			     repository_environment(platform->repository, &place, err));
	environment_request_clear(&asked);
	return ret;
}

static int
check_match(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	struct environment env;
	int ret;

	if (repository_read_environment(platform->repository, &request->place, &env, err) != 0)
		return -1;
	ret = precondition_check(request->if_match, &env, &response->details, err);
	environment_clear(&env);
	return ret;
}

/* PUT .../envs/{envId}/from_deploy_id: choose the deployment that the next one builds upon. */
int
rebase_environment(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	const char *id = json_string_value(request->body);

	if (check_match(platform, request, response, err) != 0)
		return -1;
	if (engine_is_busy(platform->engine, &request->place))
		return error_set_code(err, CODE_DEPLOYMENT_IS_ACTIVE, .env = request->place.env);
	if (check_deployment(platform, &request->place, id, err) != 0)
		return -1;
	response->status = 204;
	return repository_rebase_environment(platform->repository, &request->place, id, err);
}

/* How many are left that are not being deleted. */
static int
count_active(struct platform *platform, const struct place *place, size_t *count,
	     struct error *err)
{
	json_t *envs = repository_environments(platform->repository, place, err);
	json_t *env;
	size_t i;

	if (!envs)
		return -1;
	*count = 0;
	json_array_foreach(envs, i, env)
		if (environment_status_of(json_member_string(env, "status")) == ENVIRONMENT_ACTIVE)
			++*count;
	json_decref(envs);
	return 0;
}

static int
is_deleting(struct platform *platform, const struct place *place, bool *deleting, struct error *err)
{
	struct environment env;

	if (repository_read_environment(platform->repository, place, &env, err) != 0)
		return -1;
	*deleting = env.status == ENVIRONMENT_DELETING;
	environment_clear(&env);
	return 0;
}

/* What stays when the environment goes: what is changed there is to be whole, or as it was. */
static bool
is_of_others(struct platform *platform, const struct place *place)
{
	struct error ignored = {0};
	struct env_home home = {0};
	bool is = repository_env_home(platform->repository, place, &home, &ignored) == 0 &&
		  home.is_adopted;

	env_home_clear(&home);
	return is;
}

/* DELETE .../envs/{envId}: stop an environment and delete it with its data. */
int
delete_environment(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	const struct place *place = &request->place;
	bool deleting;
	size_t count;

	response->status = 202;
	if (is_deleting(platform, place, &deleting, err) != 0 ||
	    env_driver_check(platform, place, err) != 0 ||
	    count_active(platform, place, &count, err) != 0)
		return -1;
	/* Deleting what is being deleted is answered like the first time, without
	 * looking at If-Match: whoever repeats a request because its answer was lost is
	 * not told that the environment moved.  What failed is tried at once. */
	if (deleting) {
		engine_remove(platform->engine, place);
		return 0;
	}
	if (check_match(platform, request, response, err) != 0)
		return -1;
	if (count <= 1)
		return error_set_code(err, CODE_LAST_ENVIRONMENT, .env = place->env,
				      .app = place->app);
	if (engine_is_busy(platform->engine, place) && is_of_others(platform, place))
		return error_set_code(err, CODE_DEPLOYMENT_IS_ACTIVE_DELETE_LATER,
				      .env = place->env);
	if (repository_set_deleting(platform->repository, place, clock_wall_ms(), err) != 0)
		return -1;
	engine_remove(platform->engine, place);
	return 0;
}
