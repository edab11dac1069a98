/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A deployment that is under way declares nothing yet, since it may fail. */
#include "config.h"

#include "platform/api/handlers/declared.h"

#include "base/error.h"
#include "model/set.h"
#include "platform/state/platform.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-sets.h"

static json_t *
modules_of(struct platform *platform, const struct place *place,
	   const struct deployment *deployment, struct error *err)
{
	struct set *set = repository_set(platform->repository, place,
					 untrusted_raw(&deployment->set_id), err);
	json_t *modules = set ? json_incref(set_modules(set)) : NULL;

	set_unref(set);
	return modules;
}

json_t *
declared_modules(struct platform *platform, const struct place *place, struct error *err)
{
	struct deployment deployment = {0};
	json_t *modules;

	if (repository_read_newest_succeeded(platform->repository, place, &deployment, err) != 0) {
		if (err->kind != ERROR_NOT_FOUND)
			return NULL;
		*err = (struct error){0};
		return json_object();
	}
	modules = modules_of(platform, place, &deployment, err);
	deployment_clear(&deployment);
	return modules;
}

json_t *
begun_modules(struct platform *platform, const struct place *place)
{
	struct deployment deployment = {0};
	struct error ignored = {0};
	json_t *modules = NULL;

	if (repository_read_deployment(platform->repository, place, NULL, &deployment,
				       &ignored) == 0 &&
	    !deployment_is_final(&deployment))
		modules = modules_of(platform, place, &deployment, &ignored);
	deployment_clear(&deployment);
	return modules;
}
