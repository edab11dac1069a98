/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Asking for a deployment: what would run is computed and checked, the caller's condition is
 * compared, and a pending deployment is recorded.  The engine carries it out.
 *
 * All that can be refused is refused here, before there is a row: a caller that got 201 only
 * ever hears of what happened afterwards, as errors of the deployment.  The caller's
 * transaction is around all of it, so nobody can deploy between the check and the row.
 */
#include "config.h"

#include "platform/engine/deploy.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "model/delta.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/nouns.h"
#include "model/set.h"
#include "platform/drivers/driver.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/workload-warnings.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-runtime.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository.h"

#define ID_DIGITS 16

static struct set *
apply_delta(struct platform *platform, const struct place *place, const char *delta_id,
	    const char *base_id, struct error *err)
{
	struct repository *repository = platform->repository;
	struct delta *delta = repository_delta(repository, place, delta_id, err);
	struct set *base = delta ? repository_set(repository, place, base_id, err) : NULL;
	struct set *result = base ? delta_apply(delta, base, err) : NULL;

	set_unref(base);
	delta_free(delta);
	return result;
}

/* Which set results: the one that is named, or the delta on what was deployed from.  A delta
 * is applied to what the environment builds upon (from_deploy), not to what was deployed
 * last: that one may have failed. */
static struct set *
resulting_set(struct platform *platform, const struct place *place,
	      const struct deploy_request *request, const struct deployment *from,
	      struct error *err)
{
	const char *base_id = from->id.raw ? untrusted_raw(&from->set_id) : "0";
	struct set *set;

	if (request->delta_id)
		set = apply_delta(platform, place, request->delta_id, base_id, err);
	else
		set = repository_set(platform->repository, place,
				     request->set_id ? request->set_id : base_id, err);
	/* To the caller a delta or set that is not there is bad input (400), not a bad address. */
	if (!set && err->kind == ERROR_NOT_FOUND)
		err->kind = ERROR_INPUT;
	return set;
}

static int
record_pending(struct platform *platform, const struct place *place,
	       const struct deploy_request *request, const struct deployment *from,
	       const struct set *set, struct deployment *out, struct error *err)
{
	struct repository *repository = platform->repository;
	char id[ID_DIGITS + 1], values[IDS_UUID_SIZE];
	struct deployment_row row = {
		.id = id,
		.set_id = set_id(set),
		.from_id = untrusted_raw(&from->id),
		.delta_id = request->delta_id,
		.comment = request->comment ? request->comment : "",
		.user = request->user ? request->user : platform->user,
		.status = DEPLOYMENT_PENDING,
		.mode = request->mode ? request->mode : "full",
	};

	/* The values are pinned with the deployment: what is changed
	 * later waits for the next one. */
	if (repository_pin_values(repository, place, request->value_set_version_id, values, err) !=
	    0)
		return -1;
	row.value_set_version_id = values[0] ? values : NULL;
	ids_random_hex(id, ID_DIGITS);
	row.created_at = row.status_changed_at = clock_wall_ms();
	if (repository_begin(repository, err) != 0)
		return -1;
	if (repository_put_set(repository, place, set, err) != 0 ||
	    repository_put_deployment(repository, place, &row, err) != 0 ||
	    repository_commit(repository, err) != 0) {
		repository_rollback(repository);
		return -1;
	}
	*out = (struct deployment){0};
	return repository_read_deployment(repository, place, id, out, err);
}

/* Objects of a cluster may be others than those that run: a ConfigMap that several use. */
static bool
needs_image(const json_t *module)
{
	return !manifests_is(json_member_string(module, "profile"));
}

/* Every workload has an image and the driver has it; else ERROR_INPUT that names both. */
static int
check_images(struct driver *driver, const struct set *set, struct error *err)
{
	const char *module;
	json_t *body;

	json_object_foreach(set_modules(set), module, body) {
		const char *image = set_module_image(set, module);

		if (!image && !needs_image(body))
			continue;
		if (!image)
			return error_set_code(err, CODE_WORKLOAD_NAMES_NO_IMAGE,
					      .workload = module);
		if (!driver->ops->image_exists(driver, image, err)) {
			error_prefix_code(err, CODE_IN_IMAGE, .workload = module, .image = image);
			err->kind = ERROR_INPUT;
			return -1;
		}
	}
	return 0;
}

/* The set that would run, all checked; NULL with err. */
static struct set *
checked_set(struct platform *platform, const struct place *place,
	    const struct deploy_request *request, const struct environment *env, struct error *err)
{
	struct driver *driver;
	struct set *set;

	set = resulting_set(platform, place, request, &env->from_deploy, err);
	driver = set ? env_driver(platform, place, err) : NULL;
	if (set && (!driver || workload_forms_check(set, err) != 0 ||
		    check_images(driver, set, err) != 0)) {
		set_unref(set);
		set = NULL;
	}
	return set;
}

/* Is it what the caller believes, and does it take deployments now?  Who knows an older one is
 * told first what is there now, also while that is still going on. */
static int
check_state(struct platform *platform, const struct place *place,
	    const struct deploy_request *request, const struct environment *env, struct error *err)
{
	bool paused;

	if (request->mode && strcmp(request->mode, "full") != 0 &&
	    strcmp(request->mode, "incremental") != 0)
		return error_set_code(err, CODE_MODE_INVALID);
	if (precondition_check(request->if_match, env, request->details, err) != 0)
		return -1;
	if (engine_is_busy(platform->engine, place))
		return error_set_code(err, CODE_DEPLOYMENT_IS_ACTIVE, .env = place->env);
	if (engine_is_stopping(platform->engine) || env->status != ENVIRONMENT_ACTIVE)
		return error_set_code(err, CODE_ENVIRONMENT_IS_ENDING, .env = place->env);
	if (repository_is_paused(platform->repository, place, &paused, err) != 0)
		return -1;
	if (paused)
		return error_set_code(err, CODE_ENVIRONMENT_IS_PAUSED, .env = place->env);
	return 0;
}

/* What would run, when nothing is against it; NULL with err. */
static struct set *
check_all(struct platform *platform, const struct place *place,
	  const struct deploy_request *request, const struct environment *env, struct error *err)
{
	return check_state(platform, place, request, env, err) == 0
		       ? checked_set(platform, place, request, env, err) : NULL;
}

int
deploy_start(struct platform *platform, const struct place *place,
	     const struct deploy_request *request, struct deployment *out, struct error *err)
{
	struct environment env;
	struct set *set;
	int ret = -1;

	if (repository_read_environment(platform->repository, place, &env, err) != 0)
		return -1;
	set = check_all(platform, place, request, &env, err);
	if (set)
		ret = record_pending(platform, place, request, &env.from_deploy, set, out, err);
	set_unref(set);
	environment_clear(&env);
	if (ret == 0)
		engine_begin(platform->engine, place, out->id.raw);
	return ret;
}

int
deploy_check(struct platform *platform, const struct place *place,
	     const struct deploy_request *request, struct error *err)
{
	struct environment env;
	struct set *set;

	if (repository_read_environment(platform->repository, place, &env, err) != 0)
		return -1;
	set = check_all(platform, place, request, &env, err);
	environment_clear(&env);
	set_unref(set);
	return set ? 0 : -1;
}
