/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Replicas, restart and pause of what runs as objects of a cluster.
 *
 * Each is a change of their fields, and a deployment like any other: reviewed, carried out as a
 * patch where somebody else made the objects, and rolled back by undo, which remembers what was
 * there before.
 */
#include "config.h"

#include "cli/plain-scale.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "cli/command.h"
#include "cli/plain-fail.h"
#include "cli/plain-state.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "model/json.h"
#include "model/manifest-scale.h"
#include "model/manifests.h"
#include "model/set.h"

#define COUNT_MAX 10000		/* what is more was mistyped */

/* NULL: there is none, and that was said. */
static const struct world_environment *
find_environment(struct plain *p, const char *env)
{
	const struct world_environment *e = plain_environment(p, env);

	if (e && !e->set)
		plain_fail_set(p, e);
	return e && e->set ? e : NULL;
}

static bool
is_of_cluster(const json_t *module)
{
	const char *profile = json_member_string(module, "profile");

	return profile && strcmp(profile, MANIFESTS_PROFILE) == 0;
}

/* The workload, as objects of a cluster; NULL: it is something else, and that was said. */
static const json_t *
find_workload(struct plain *p, const char *env, const char *workload)
{
	const struct world_environment *e = find_environment(p, env);
	const json_t *module = e && plain_workload(p, e, workload) ? set_module(e->set, workload)
								   : NULL;

	if (module && !is_of_cluster(module)) {
		plain_fail(p, EXIT_USAGE,
			   _("%s does not consist of objects of a cluster. Use set to change it."),
			   workload);
		return NULL;
	}
	return module;
}

/* Takes the modules: {workload: operations}. */
static void
draft(struct plain *p, const char *env, json_t *modules)
{
	json_t *body = json_pack("{s:{s:o}}", "modules", "update", modules);
	struct error err = {0};
	struct delta *delta = delta_decode(body, &err);

	if (delta)
		plain_begin(p, &(struct flow_request){.verb = FLOW_DEPLOY,
						      .org = p->org,
						      .app = p->app,
						      .env = env,
						      .draft = delta});
	else
		plain_fail_error(p, &err, EXIT_STAGE_WORDS);
	delta_free(delta);
	json_decref(body);
}

/* -1: it is no such number. */
static long
read_count(const char *typed)
{
	char *end;
	long count = strtol(typed, &end, 10);

	return *typed >= '0' && *typed <= '9' && !*end && count <= COUNT_MAX ? count : -1;
}

/* What others count is changed where they have their limits. */
static bool
is_scaled_by_hand(struct plain *p, const char *workload, const json_t *module)
{
	const char *scaler = manifests_scaler(module);

	if (scaler)
		plain_fail(p, EXIT_USAGE,
			   _("The HorizontalPodAutoscaler %s sets the replicas of %s. Change its limits "
			     "instead."),
			   scaler, workload);
	return !scaler;
}

void
plain_replicas(struct plain *p, char **words, size_t count)
{
	const json_t *module = find_workload(p, words[0], words[1]);
	long wanted = read_count(words[2]);
	json_t *operations;

	(void)count;
	if (!module)
		return;
	if (wanted < 0) {
		plain_fail(p, EXIT_USAGE, _("\"%s\" is not a number of replicas."), words[2]);
		return;
	}
	if (!manifests_can_scale(module)) {
		plain_fail(p, EXIT_USAGE, _("%s has no number of replicas."), words[1]);
		return;
	}
	if (!is_scaled_by_hand(p, words[1], module))
		return;
	operations = manifests_scale(module, (int)wanted);
	if (json_array_size(operations) > 0)
		draft(p, words[0], json_pack("{s:O}", words[1], operations));
	else
		plain_fail(p, EXIT_FAILED, _("%s has %ld replicas already."), words[1], wanted);
	json_decref(operations);
}

void
plain_restart(struct plain *p, char **words, size_t count)
{
	const json_t *module = find_workload(p, words[0], words[1]);
	char at[CLOCK_STAMP_SIZE];

	(void)count;
	if (!module)
		return;
	if (!manifests_can_restart(module)) {
		plain_fail(p, EXIT_USAGE, _("%s has no pods that could be restarted."), words[1]);
		return;
	}
	clock_stamp(at, clock_wall_ms());
	draft(p, words[0], json_pack("{s:o}", words[1], manifests_restart(module, at)));
}

/* Of all that can be paused; NULL: one cannot be, and that was said. */
static json_t *
pause_all(struct plain *p, const struct world_environment *e)
{
	json_t *modules = json_object(), *operations, *module;
	const char *name;

	json_object_foreach((json_t *)set_modules(e->set), name, module) {
		operations = is_of_cluster(module) ? manifests_pause(module) : json_array();
		if (json_array_size(operations) > 0)
			json_object_set(modules, name, operations);
		json_decref(operations);
		if (json_object_get(modules, name) && !is_scaled_by_hand(p, name, module)) {
			json_decref(modules);
			return NULL;
		}
	}
	return modules;
}

void
plain_pause(struct plain *p, char **words, size_t count)
{
	const struct world_environment *e = find_environment(p, words[0]);
	json_t *modules = e ? pause_all(p, e) : NULL;

	(void)count;
	if (modules && json_object_size(modules) > 0)
		draft(p, words[0], json_incref(modules));
	else if (modules)
		plain_fail(p, EXIT_FAILED, _("%s has no workload of a cluster that could be paused."),
			   words[0]);
	json_decref(modules);
}
