/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From answers about one environment to the world: what runs, how it does, what it has. */
#include "config.h"

#include "flow/world/learn.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/world/watch.h"
#include "flow/world/world.h"
#include "model/nouns.h"
#include "model/set.h"

/* As in learn.c: a longer list is refused whole. */
#define RESOURCES_MAX 5000
#define ERRORS_MAX 500
#define DEPLOYMENTS_MAX 20000

/* The newest that succeeded; the wire has the newest first. */
int
learn_running(struct world *world, const struct learn_place *place, const json_t *body,
	      int64_t read_at, struct error *err)
{
	struct world_environment *environment =
		world_edit_environment(world, place->org, place->app, place->env);
	struct deployment deployment = {0};
	bool found = false;

	(void)read_at;
	if (!environment)
		return 0;
	if (learn_check_list(body, DEPLOYMENTS_MAX, _("deployments"), err) != 0)
		return -1;
	for (size_t i = 0; !found && i < json_array_size(body); i++) {
		deployment_clear(&deployment);
		deployment_read(&deployment, json_array_get(body, i));
		found = deployment.status == DEPLOYMENT_SUCCEEDED;
		/* One that failed or goes on is passed over, whatever else is odd in it. */
		if (deployment.problem.raw && (found || deployment.status == DEPLOYMENT_UNKNOWN)) {
			error_set(err, ERROR_PROTOCOL,
				  _("Deployment %zu of the list is not understood: %s."), i + 1,
				  deployment.problem.raw);
			deployment_clear(&deployment);
			return -1;
		}
	}
	if (!found)
		deployment_clear(&deployment);
	if (untrusted_equal(&deployment.id, &environment->running.id)) {
		deployment_clear(&deployment);
		return 0;
	}
	deployment_clear(&environment->running);
	environment->running = deployment;
	learn_touch(world, environment);
	return 0;
}

/* The answer may be of a deployment that is no longer the last one: then it says nothing. */
int
learn_errors(struct world *world, const struct learn_place *place, const json_t *body,
	     int64_t read_at, struct error *err)
{
	struct world_environment *environment =
		world_edit_environment(world, place->org, place->app, place->env);
	struct deployment_error *list;
	size_t count = 0;

	(void)read_at;
	if (!environment || !untrusted_is(&environment->environment.last_deploy.id, place->id))
		return 0;
	if (learn_check_list(body, ERRORS_MAX, _("errors"), err) != 0)
		return -1;
	list = xcalloc(json_array_size(body) + 1, sizeof(*list));
	for (; count < json_array_size(body); count++)
		deployment_error_read(&list[count], json_array_get(body, count));
	world_clear_errors(environment);
	environment->errors = list;
	environment->error_count = count;
	learn_touch(world, environment);
	return 0;
}

static bool
same_containers(const struct runtime_brief *a, const struct runtime_brief *b)
{
	if (a->container_count != b->container_count || a->ready_count != b->ready_count)
		return false;
	for (size_t i = 0; i < a->container_count; i++) {
		const struct runtime_brief_container *x = &a->containers[i], *y = &b->containers[i];

		if (!untrusted_equal(&x->name, &y->name) ||
		    !untrusted_equal(&x->reason, &y->reason) ||
		    !untrusted_equal(&x->message, &y->message) ||
		    !untrusted_equal(&x->last_end, &y->last_end) ||
		    x->last_end_at != y->last_end_at || x->restarts != y->restarts ||
		    x->is_ready != y->is_ready || x->runs != y->runs)
			return false;
	}
	return true;
}

static bool
same_briefs(const struct runtime_module *a, const struct runtime_module *b)
{
	if (a->brief_count != b->brief_count)
		return false;
	for (size_t i = 0; i < a->brief_count; i++) {
		const struct runtime_brief *x = &a->briefs[i], *y = &b->briefs[i];

		if (!untrusted_equal(&x->name, &y->name) || !untrusted_equal(&x->node, &y->node) ||
		    x->status != y->status || x->created_at != y->created_at ||
		    !same_containers(x, y))
			return false;
	}
	return true;
}

static bool
same_addresses(const struct runtime_module *a, const struct runtime_module *b)
{
	if (a->address_count != b->address_count)
		return false;
	for (size_t i = 0; i < a->address_count; i++) {
		const struct runtime_address *x = &a->addresses[i], *y = &b->addresses[i];

		if (!untrusted_equal(&x->address, &y->address) ||
		    !untrusted_equal(&x->command, &y->command) ||
		    !untrusted_equal(&x->message, &y->message))
			return false;
	}
	return true;
}

/* This is asked every second and mostly says the same; without a
 * comparison each answer would draw. */
static bool
same_runtime(const struct runtime *a, const struct runtime *b)
{
	if (a->count != b->count || !untrusted_equal(&a->cluster, &b->cluster) ||
	    !untrusted_equal(&a->namespace, &b->namespace))
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct runtime_module *x = &a->modules[i], *y = &b->modules[i];

		if (!untrusted_equal(&x->module, &y->module) || x->status != y->status ||
		    !untrusted_equal(&x->message, &y->message) ||
		    x->pods_ready != y->pods_ready || x->pods_wanted != y->pods_wanted ||
		    x->restarts != y->restarts || x->last_end_at != y->last_end_at ||
		    !untrusted_equal(&x->problem, &y->problem) || !same_briefs(x, y) ||
		    !same_addresses(x, y))
			return false;
	}
	return true;
}

int
learn_runtime(struct world *world, const struct learn_place *place, const json_t *body,
	      int64_t read_at, struct error *err)
{
	struct world_environment *environment =
		world_edit_environment(world, place->org, place->app, place->env);
	struct runtime runtime = {0};

	(void)read_at;
	if (!environment)
		return 0;
	if (runtime_decode(&runtime, body, err) != 0)
		return -1;
	runtime_shorten(&runtime);
	if (world->is_remote)
		runtime_forget_addresses(&runtime);
	if (same_runtime(&runtime, &environment->runtime)) {
		runtime_clear(&runtime);
		return 0;
	}
	runtime_clear(&environment->runtime);
	environment->runtime = runtime;
	learn_touch(world, environment);
	return 0;
}

int
learn_resources(struct world *world, const struct learn_place *place, const json_t *body,
		int64_t read_at, struct error *err)
{
	struct world_environment *environment =
		world_edit_environment(world, place->org, place->app, place->env);
	struct active_resource *list;
	size_t count = 0;

	(void)read_at;
	if (!environment)
		return 0;
	if (learn_check_list(body, RESOURCES_MAX, _("resources"), err) != 0)
		return -1;
	list = xcalloc(json_array_size(body) + 1, sizeof(*list));
	for (; count < json_array_size(body); count++)
		active_resource_read(&list[count], json_array_get(body, count));
	for (size_t i = 0; i < environment->resource_count; i++)
		active_resource_clear(&environment->resources[i]);
	free(environment->resources);
	environment->resources = list;
	environment->resource_count = count;
	learn_touch(world, environment);
	return 0;
}

/* --- shared values --- */

int
learn_values(struct world *world, const struct learn_place *place, const json_t *body,
	     int64_t read_at, struct error *err)
{
	struct world_environment *environment =
		world_edit_environment(world, place->org, place->app, place->env);
	struct values values;

	(void)read_at;
	if (!environment)
		return 0;
	if (values_decode(&values, body, err) != 0)
		return -1;
	if (environment->values)
		values_clear(environment->values);
	else
		environment->values = xcalloc(1, sizeof(*environment->values));
	*environment->values = values;
	/* Which question this answers: a list of the newest says no version, and is asked for by
	 * none. */
	free(environment->values->version_id);
	environment->values->version_id = place->id[0] ? xstrdup(place->id) : NULL;
	learn_touch(world, environment);
	return 0;
}
