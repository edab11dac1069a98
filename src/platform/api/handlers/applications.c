/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Applications.
 *
 * Which of them a caller sees is decided for each one, so the list is filtered here and not
 * in the query: rights are not in the database's tables alone (the owner has none there).
 */
#include "config.h"

#include "platform/api/handlers/applications.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/api/handlers/misfit.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-removal.h"
#include "platform/state/repository.h"

/* GET /orgs/{orgId}/apps: the applications of an organization. */
int
list_applications(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	json_t *all = repository_applications(platform->repository, request->place.org, err);
	json_t *seen = all ? json_array() : NULL;
	json_t *app;
	size_t i;

	json_array_foreach(all, i, app)
		if (access_sees_application(request->caller, request->place.org,
					    json_member_string(app, "id")))
			json_array_append(seen, app);
	json_decref(all);
	return answer(response, 200, seen);
}

/* GET /orgs/{orgId}/apps/{appId}: one application with its environments in short. */
int
get_application(struct platform *platform, const struct request *request,
		struct response *response, struct error *err)
{
	return answer(response, 200,
		      repository_application(platform->repository, &request->place, err));
}

/* PATCH /orgs/{orgId}/apps/{appId}: rename an application. */
int
patch_application(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	const char *name = json_member_string(request->body, "name");

	if (name &&
	    repository_rename_application(platform->repository, &request->place, name, err) != 0)
		return -1;
	return get_application(platform, request, response, err);
}

static int
check_environment(struct platform *platform, const char *org,
		  const struct environment_request *env, struct error *err)
{
	if (!ids_is_name(untrusted_raw(&env->id)) || !env->name.raw || !env->type.raw)
		return error_set_code(err, CODE_FIRST_ENVIRONMENT_INVALID);
	return repository_check_env_type(platform->repository, org, env->type.raw, err);
}

/* With a first environment unless it is told not to have one.  To be cleared in any case. */
static int
read_new(struct platform *platform, const struct request *request,
	 struct application_request *out, struct error *err)
{
	application_request_read(out, request->body);
	if (!ids_is_name(untrusted_raw(&out->id)) || !out->name.raw)
		return error_set_code(err, CODE_APPLICATION_INVALID);
	if (refuse_misfit(application_request_misfit(request->body), err) != 0)
		return -1;
	if (out->skip_environment_creation) {
		environment_request_clear(&out->env);
		return 0;
	}
	if (!out->env.id.raw) {
		untrusted_init(&out->env.id, "development");
		untrusted_init(&out->env.name, "Development");
		untrusted_init(&out->env.type, "development");
	}
	return check_environment(platform, request->place.org, &out->env, err);
}

static int
put(struct repository *repository, const char *org, const struct application_request *asked,
    const char *user, struct error *err)
{
	const struct environment_request *env = &asked->env;
	const struct place place = {org, asked->id.raw, env->id.raw};
	int64_t now = clock_wall_ms();

	if (repository_begin(repository, err) != 0)
		return -1;
	if (repository_put_application(repository, &place, asked->name.raw, user, now, err) != 0 ||
	    (place.env && repository_put_environment(repository, &place, env->name.raw,
						     env->type.raw, NULL, user, now, err) != 0) ||
	    repository_commit(repository, err) != 0) {
		repository_rollback(repository);
		return error_prefix_code(err, CODE_IN_APPLICATION, .app = place.app);
	}
	return 0;
}

/* POST /orgs/{orgId}/apps: make an application, with a first environment unless told not to. */
int
create_application(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	struct application_request asked;
	struct place place = {request->place.org, NULL, NULL};
	int ret = read_new(platform, request, &asked, err);

	place.app = asked.id.raw;
	if (ret == 0)
		ret = put(platform->repository, place.org, &asked, request_user(request), err);
	if (ret == 0)
		ret = answer(response, 201,
			     repository_application(platform->repository, &place, err));
	application_request_clear(&asked);
	return ret;
}

/* All of them or none: one whose driver this daemon does not have would
 * never go, and the application with it. */
static int
delete_environments(struct platform *platform, const struct place *app, const json_t *envs,
		    struct error *err)
{
	const json_t *env;
	size_t i;

	json_array_foreach(envs, i, env) {
		struct place place = {app->org, app->app, json_member_string(env, "id")};

		if (env_driver_check(platform, &place, err) != 0 ||
		    repository_set_deleting(platform->repository, &place, clock_wall_ms(), err) !=
			    0)
			return -1;
	}
	return 0;
}

/* Gone at once when it has no environment, else when the last of them is gone. */
int
delete_application(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	struct repository *repository = platform->repository;
	const struct place *app = &request->place;
	json_t *envs = repository_environments(repository, app, err), *env;
	int ret = -1;
	size_t i;

	if (!envs)
		return -1;
	response->status = json_array_size(envs) == 0 ? 204 : 202;
	if (repository_begin(repository, err) == 0) {
		if (repository_set_application_deleting(repository, app, clock_wall_ms(), err) ==
			    0 &&
		    delete_environments(platform, app, envs, err) == 0)
			ret = repository_commit(repository, err);
		if (ret != 0)
			repository_rollback(repository);
	}
	json_array_foreach(envs, i, env) {
		struct place place = {app->org, app->app, json_member_string(env, "id")};

		if (ret == 0)
			engine_remove(platform->engine, &place);
	}
	if (ret == 0 && response->status == 204)
		ret = repository_drop_applications(repository, err);
	if (ret > 0) {
		response->status = 202;
		engine_drop_deleted(platform->engine);
		ret = 0;
	}
	json_decref(envs);
	return ret;
}
