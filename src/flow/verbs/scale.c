/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What cannot be changed so is refused here, before anything is asked of the platform. */
#include "config.h"

#include "flow/verbs/scale.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/set.h"
#include "model/workload-scale.h"

#define COUNT_MAX 10000		/* what is more was mistyped */

void
scale_draft_clear(struct scale_draft *draft)
{
	delta_free(draft->delta);
	free(draft->unchanged);
	*draft = (struct scale_draft){0};
}

/* What stands for them is not known, or was never deployed. */
static int
check_workloads(const struct world_environment *e, const char *const *workloads, size_t count,
		struct error *err)
{
	const char *env = untrusted_raw(&e->environment.id);

	if (!e->set)
		return error_set(err, ERROR_CONFLICT,
				 _("The workloads of %s are not known, so they are not changed."), env);
	for (size_t i = 0; i < count; i++)
		if (!set_module(e->set, workloads[i]))
			return error_set(err, ERROR_NOT_FOUND, _("%s has no workload %s"), env,
					 workloads[i]);
	return 0;
}

/* Takes the modules, which are not empty: {workload: operations}. */
static int
make_delta(struct scale_draft *draft, json_t *modules, struct error *err)
{
	json_t *body = json_pack("{s:{s:o}}", "modules", "update", modules);

	draft->delta = delta_decode(body, err);
	json_decref(body);
	return draft->delta ? 0 : -1;
}

/* Takes the operations; none are left out. */
static void
add_workload(json_t *modules, const char *workload, json_t *operations)
{
	if (json_array_size(operations) > 0)
		json_object_set(modules, workload, operations);
	json_decref(operations);
}

/* -1: it is no such number. */
static long
read_count(const char *typed)
{
	char *end;
	long count = strtol(typed, &end, 10);

	return *typed >= '0' && *typed <= '9' && !*end && count <= COUNT_MAX ? count : -1;
}

bool
scale_is_count(const char *typed)
{
	return read_count(typed) >= 0;
}

/* What others count is changed where they have their limits; what is not counted here cannot be
 * brought back by undo.  A clone has no autoscaler. */
static const char *
scaler_of(const struct world_environment *e, const char *workload)
{
	return e->clone_of ? NULL : workload_scaler(set_module(e->set, workload));
}

int
scale_check(const struct world_environment *e, const char *const *workloads, size_t count,
	    struct error *err)
{
	if (check_workloads(e, workloads, count, err) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const char *scaler = scaler_of(e, workloads[i]);

		if (!workload_can_scale(set_module(e->set, workloads[i])))
			return error_set(err, ERROR_INPUT, _("%s has no number of replicas."),
					 workloads[i]);
		if (scaler)
			return error_set(err, ERROR_INPUT,
					 _("The HorizontalPodAutoscaler %s sets the replicas of %s. "
					   "Change its limits instead."),
					 scaler, workloads[i]);
	}
	return 0;
}

static char *
unchanged_count(const char *const *workloads, size_t count, long wanted)
{
	if (count == 1)
		return xasprintf(ngettext("No change: %s has %ld replica already.",
					  "No change: %s has %ld replicas already.",
					  (unsigned long)wanted),
				 workloads[0], wanted);
	return xasprintf(ngettext("No change: each workload has %ld replica already.",
				  "No change: each workload has %ld replicas already.",
				  (unsigned long)wanted), wanted);
}

int
scale_replicas(const struct world_environment *e, const char *const *workloads, size_t count,
	       const char *typed, struct scale_draft *draft, struct error *err)
{
	long wanted = read_count(typed);
	json_t *modules;

	if (wanted < 0)
		return error_set(err, ERROR_INPUT, _("\"%s\" is not a number of replicas."), typed);
	if (scale_check(e, workloads, count, err) != 0)
		return -1;
	modules = json_object();
	for (size_t i = 0; i < count; i++)
		add_workload(modules, workloads[i],
			     workload_scale(set_module(e->set, workloads[i]), (int)wanted,
					    e->clone_of != NULL));
	if (json_object_size(modules) > 0)
		return make_delta(draft, modules, err);
	json_decref(modules);
	draft->unchanged = unchanged_count(workloads, count, wanted);
	return 0;
}

int
scale_count(const struct world_environment *e, const char *workload)
{
	const json_t *module = e->set ? set_module(e->set, workload) : NULL;

	return module ? workload_count(module, e->clone_of != NULL) : -1;
}

/* What is no object of a cluster has no field that a restart could change. */
static int
check_restart(const json_t *module, const char *workload, struct error *err)
{
	if (!manifests_is(json_member_string(module, "profile")))
		return error_set(err, ERROR_INPUT,
				 _("%s does not consist of objects of a cluster, so it cannot be "
				   "restarted."),
				 workload);
	if (!workload_can_restart(module))
		return error_set(err, ERROR_INPUT, _("%s has no pods that could be restarted."),
				 workload);
	return 0;
}

int
scale_restart(const struct world_environment *e, const char *const *workloads, size_t count,
	      struct scale_draft *draft, struct error *err)
{
	char at[CLOCK_STAMP_SIZE];
	json_t *modules;

	if (check_workloads(e, workloads, count, err) != 0)
		return -1;
	for (size_t i = 0; i < count; i++)
		if (check_restart(set_module(e->set, workloads[i]), workloads[i], err) != 0)
			return -1;
	clock_stamp(at, clock_wall_ms());
	modules = json_object();
	for (size_t i = 0; i < count; i++)
		add_workload(modules, workloads[i],
			     workload_restart(set_module(e->set, workloads[i]), at));
	return make_delta(draft, modules, err);
}

/* {workload: operations} of all that can be paused and is not. */
static json_t *
pause_all(const struct set *set)
{
	json_t *modules = json_object(), *module;
	const char *name;

	json_object_foreach((json_t *)set_modules(set), name, module)
		add_workload(modules, name, workload_pause(module));
	return modules;
}

static bool
can_pause(const struct set *set)
{
	const char *name;
	json_t *module;

	json_object_foreach((json_t *)set_modules(set), name, module)
		if (workload_can_pause(module))
			return true;
	return false;
}

bool
scale_is_paused(const struct set *set)
{
	json_t *modules = pause_all(set);
	const bool changes = json_object_size(modules) > 0;

	json_decref(modules);
	return !changes && can_pause(set);
}

static int
check_no_scaler(const struct world_environment *e, json_t *modules, struct error *err)
{
	const char *name;
	json_t *operations;

	json_object_foreach(modules, name, operations) {
		const char *scaler = scaler_of(e, name);

		if (scaler)
			return error_set(err, ERROR_INPUT,
					 _("The HorizontalPodAutoscaler %s sets the replicas of %s, "
					   "so sidestage cannot pause it."),
					 scaler, name);
	}
	return 0;
}

int
scale_pause(const struct world_environment *e, struct scale_draft *draft, struct error *err)
{
	const char *env = untrusted_raw(&e->environment.id);
	json_t *modules;

	if (check_workloads(e, NULL, 0, err) != 0)
		return -1;
	modules = pause_all(e->set);
	if (check_no_scaler(e, modules, err) != 0) {
		json_decref(modules);
		return -1;
	}
	if (json_object_size(modules) > 0)
		return make_delta(draft, modules, err);
	json_decref(modules);
	if (!can_pause(e->set))
		return error_set(err, ERROR_CONFLICT, _("%s has no workload that could be paused."),
				 env);
	draft->unchanged = xasprintf(_("No change: %s is paused already."), env);
	return 0;
}
