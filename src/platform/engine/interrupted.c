/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A deployment by which a daemon ends, each time, must not keep it from starting: so it is counted
 * how often one was taken up, and that is durable before it begins.
 */
#include "config.h"

#include "platform/engine/interrupted.h"

#include <jansson.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/error.h"
#include "platform/drivers/driver.h"
#include "platform/engine/env-driver.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository.h"

#define PENDING_MAX_MS (15 * 60 * 1000)	/* what was asked for longer ago is asked for again */
#define ATTEMPTS_MAX 5

static bool
may_go_on(struct platform *platform, const struct placed_environment *row)
{
	struct place place = {row->org, row->app, row->env};
	struct driver *driver;
	struct error ignored;

	if (!row->going_on || row->status != ENVIRONMENT_ACTIVE || row->attempts >= ATTEMPTS_MAX)
		return false;
	driver = env_driver(platform, &place, &ignored);
	return driver && driver->ops->continues;
}

/* The ids of those that go on; NULL with err. */
static json_t *
take_up(struct platform *platform, struct error *err)
{
	struct placed_environments envs;
	json_t *ids = json_array();
	int ret = 0;

	if (repository_all_environments(platform->repository, &envs, err) != 0) {
		json_decref(ids);
		return NULL;
	}
	for (size_t i = 0; i < envs.count && ret == 0; i++) {
		if (!may_go_on(platform, &envs.items[i]))
			continue;
		json_array_append_new(ids, json_string(envs.items[i].going_on));
		ret = repository_count_attempt(platform->repository, envs.items[i].going_on, err);
	}
	placed_environments_clear(&envs);
	if (ret == 0)
		return ids;
	json_decref(ids);
	return NULL;
}

static int
settle(struct platform *platform, struct error *err)
{
	struct repository *repository = platform->repository;
	int64_t now = clock_wall_ms();
	json_t *ids = take_up(platform, err);
	int ret = ids ? repository_fail_interrupted(repository, now, now - PENDING_MAX_MS, ids, err)
		      : -1;

	json_decref(ids);
	return ret;
}

int
interrupted_settle(struct platform *platform, struct placed_environments *out, struct error *err)
{
	struct repository *repository = platform->repository;

	if (repository_begin(repository, err) != 0)
		return -1;
	if (repository_end(repository, settle(platform, err), err) != 0)
		return -1;
	return repository_all_environments(repository, out, err);
}
