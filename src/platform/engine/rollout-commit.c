/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a rollout leaves in the database, in one transaction: how it ended and why, what the driver
 * warned of, and what the environment has from now on. */
#include "config.h"

#include "platform/engine/rollout-commit.h"

#include "base/clock.h"
#include "base/error.h"
#include "platform/engine/problems.h"
#include "platform/engine/provision.h"
#include "platform/engine/rollout-private.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository.h"

static int
record_problems(struct rollout *r, struct error *err)
{
	const json_t *problem;
	size_t i;

	json_array_foreach(r->problems, i, problem) {
		const char *texts[PROBLEM_TEXTS];

		for (size_t k = 0; k < PROBLEM_TEXTS; k++)
			texts[k] = problem_text(problem, (enum problem_text)k);
		if (repository_put_deployment_error(
			    r->order.platform->repository, r->deploy_id, texts[PROBLEM_SCOPE],
			    texts[PROBLEM_OBJECT_ID], texts[PROBLEM_CODE], texts[PROBLEM_SUMMARY],
			    texts[PROBLEM_REASON], texts[PROBLEM_MESSAGE], err) != 0)
			return -1;
	}
	return 0;
}

enum deployment_status
rollout_status(const struct rollout *r)
{
	return r->failed ? DEPLOYMENT_FAILED : DEPLOYMENT_SUCCEEDED;
}

static int
record_status(struct rollout *r, struct error *err)
{
	struct repository *repository = r->order.platform->repository;

	if (repository_set_deployment_status(repository, r->deploy_id, rollout_status(r),
					     clock_wall_ms(), err) != 0)
		return -1;
	if (json_array_size(r->warnings) > 0 &&
	    repository_put_deployment_warnings(repository, r->deploy_id, r->warnings, err) != 0)
		return -1;
	return record_problems(r, err);
}

/* What a deployment leaves in the database: how it ended, why, what the environment has now and
 * what the next one builds upon. */
static int
put_end(struct rollout *r, struct error *err)
{
	if (!r->order.resuming && record_status(r, err) != 0)
		return -1;
	if (r->failed)
		return 0;
	if (r->provision && provision_commit(r->provision, err) != 0)
		return -1;
	if (r->is_unproven && json_array_size(r->problems) == 0)
		return repository_set_proven(r->order.platform->repository, r->deploy_id, err);
	if (r->order.resuming)
		return 0;
	return repository_rebase_environment(r->order.platform->repository, &r->place, r->deploy_id,
					     err);
}

int
rollout_commit(struct rollout *r, struct error *err)
{
	struct repository *repository = r->order.platform->repository;

	if (repository_begin(repository, err) != 0)
		return -1;
	return repository_end(repository, put_end(r, err), err);
}
