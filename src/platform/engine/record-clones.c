/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/engine/record-clones.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/nouns.h"
#include "platform/engine/adoption.h"
#include "platform/engine/engine.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository.h"

char *
record_name(const struct place *place)
{
	return xasprintf("%s/%s", place->app, place->env);
}

bool
record_is_clone(struct platform *platform, const struct adoption *of, const struct place *place,
		struct env_home *home)
{
	struct error none = {0};

	if (strcmp(place->org, of->org) != 0 ||
	    repository_env_home(platform->repository, place, home, &none) != 0)
		return false;
	if (*home->origin && strcmp(home->cluster, of->cluster) == 0)
		return true;
	env_home_clear(home);
	return false;
}

json_t *
record_clones_known(struct platform *platform, const struct adoption *of)
{
	struct placed_environments all = {0};
	json_t *known = json_object();
	struct error none = {0};

	if (repository_all_environments(platform->repository, &all, &none) != 0)
		return known;
	for (size_t i = 0; i < all.count; i++) {
		const struct placed_environment *e = &all.items[i];
		const struct place place = {e->org, e->app, e->env};
		struct deployment last = {0};
		struct env_home home = {0};
		char *name = record_name(&place);

		if (e->status == ENVIRONMENT_ACTIVE &&
		    record_is_clone(platform, of, &place, &home) &&
		    repository_read_newest_succeeded(platform->repository, &place, &last,
						     &none) == 0)
			json_object_set_new(known, name, json_string(""));
		deployment_clear(&last);
		env_home_clear(&home);
		free(name);
	}
	placed_environments_clear(&all);
	return known;
}

int
record_clone_drop(struct platform *platform, const struct place *place, struct error *err)
{
	int ret;

	if (repository_begin(platform->repository, err) != 0)
		return -1;
	ret = repository_set_deleting(platform->repository, place, clock_wall_ms(), err);
	if (ret == 0)
		engine_remove(platform->engine, place);
	return repository_end(platform->repository, ret, err);
}

bool
record_clone_is_of(struct platform *platform, const struct place *place, const char *user)
{
	struct environment env = {0};
	struct error err = {0};
	int ret = repository_read_environment(platform->repository, place, &env, &err);
	bool is_others = ret == 0 && env.created_by.raw && !untrusted_is(&env.created_by, user);

	environment_clear(&env);
	return !is_others;
}
