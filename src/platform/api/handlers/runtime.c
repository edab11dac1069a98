/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What runs: the runtime in both of its shapes; pausing and replicas.
 *
 * What is declared comes from the database and what runs from the driver, and they may
 * differ: a workload without a process is shown as stopped, and as unknown where nobody could
 * look.  Pausing and replicas change the database only; the engine brings what runs to it.
 */
#include "config.h"

#include "platform/api/handlers/handlers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/set.h"
#include "model/workload-fields.h"
#include "platform/drivers/driver.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/state/platform.h"
#include "platform/state/repository.h"

#define V2 "application/v2+json"
#define ENVIRONMENTS_MAX 5

/* The words of the wire for a workload's state. */
static const struct words {
	const char *status, *status_class, *phase, *pod;
} words[] = {
	[RUNTIME_UNKNOWN] = {"Unknown", "Unknown", "Unknown", "Unknown"},
	[RUNTIME_RUNNING] = {"Running", "Success", "Running", "Success"},
	[RUNTIME_SUCCEEDED] = {"Succeeded", "Success", "Succeeded", "Success"},
	[RUNTIME_STARTING] = {"Starting", "Warning", "Pending", "Pending"},
	[RUNTIME_FAILED] = {"Failed", "Failure", "Failed", "Failure"},
	[RUNTIME_STOPPED] = {"Stopped", "Stopped", "Unknown", "Unknown"},
};

static void
put_stamp(json_t *object, const char *key, int64_t wall_ms)
{
	char stamp[CLOCK_STAMP_SIZE];

	if (wall_ms == 0)
		return;
	clock_stamp(stamp, wall_ms);
	json_object_set_new(object, key, json_string(stamp));
}

static void
put_text(json_t *object, const char *key, const char *text)
{
	json_t *value = json_string(text ? text : "");

	json_object_set_new(object, key, value ? value : json_string(""));
}

/* {"running": ...}, {"terminated": ...} or {"waiting": ...} */
static json_t *
state_of(const struct driver_workload_status *w)
{
	json_t *state = json_object();

	if (w->pid > 0) {
		put_stamp(state, "started_at", w->started_at);
		return json_pack("{s:o}", "running", state);
	}
	put_text(state, "message", w->message);
	if (w->ended_at == 0) {
		put_text(state, "reason", "ContainerCreating");
		return json_pack("{s:o}", "waiting", state);
	}
	put_text(state, "reason", w->exit_code == 0 && w->signal == 0 ? "Completed" : "Error");
	json_object_set_new(state, "exit_code", json_integer(w->exit_code));
	json_object_set_new(state, "signal", json_integer(w->signal));
	put_stamp(state, "started_at", w->started_at);
	put_stamp(state, "finished_at", w->ended_at);
	return json_pack("{s:o}", "terminated", state);
}

static json_t *
container_of(const struct driver_workload_status *w, const struct words *word)
{
	/* restartCount is required by the specification, restart_count defined by it. */
	return json_pack("{s:s, s:b, s:i, s:i, s:s, s:o}", "name",
			 w->container ? w->container : w->module, "ready", w->ready,
			 "restart_count", w->restarts, "restartCount", w->restarts, "status",
			 word->pod, "state", state_of(w));
}

static json_t *
pod_of(const struct driver_workload_status *w)
{
	const struct words *word = &words[w->status];
	char *name = xasprintf("%s-%d", w->module, w->replica);
	json_t *pod = json_pack("{s:s, s:s, s:s, s:i, s:[o]}", "podName", name, "phase",
				word->phase, "status", word->pod, "revision", 1,
				"containerStatuses", container_of(w, word));

	free(name);
	return pod;
}

/* Of one module: all its replicas. */
struct module {
	const char *name;
	const struct driver_workload_status *items;
	size_t count;
	bool unknown;		/* nobody could look */
};

static size_t
count_status(const struct module *module, enum runtime_status status)
{
	size_t count = 0;

	for (size_t i = 0; i < module->count; i++)
		count += module->items[i].status == status;
	return count;
}

/* Some failed and some run: neither word of them would be true of the whole. */
static const struct words *
words_of(const struct module *module)
{
	static const struct words partly = {"Partially Succeeded", "Warning", "Running", "Pending"};
	size_t failed = count_status(module, RUNTIME_FAILED);

	if (module->count == 0)
		return &words[module->unknown ? RUNTIME_UNKNOWN : RUNTIME_STOPPED];
	if (failed > 0 && failed < module->count)
		return &partly;
	if (count_status(module, RUNTIME_STARTING) > 0)
		return &words[RUNTIME_STARTING];
	return &words[module->items[0].status];
}

static json_t *
controller_of(const struct module *module)
{
	const char *message = NULL;
	json_t *pods = json_array();
	json_t *controller;

	for (size_t i = 0; i < module->count; i++) {
		json_array_append_new(pods, pod_of(&module->items[i]));
		if (!message && !module->items[i].ready)
			message = module->items[i].message;
	}
	controller = json_pack("{s:s, s:s, s:I, s:i, s:o}", "kind", "Deployment", "status",
			       words_of(module)->status, "replicas", (json_int_t)module->count,
			       "revision", 1, "pods", pods);
	put_text(controller, "message", message);
	return controller;
}

static json_t *
module_of(const struct module *module, bool v2)
{
	json_t *controllers = json_pack("{s:o}", module->name, controller_of(module));

	if (!v2)
		return controllers;
	return json_pack("{s:s, s:s, s:o}", "status", words_of(module)->status, "status_class",
			 words_of(module)->status_class, "controllers", controllers);
}

/* What the last deployment that succeeded declares: {module: body}, a new reference. */
static json_t *
declared_modules(struct platform *platform, const struct place *place, struct error *err)
{
	json_t *deployment = repository_newest_succeeded(platform->repository, place, err);
	json_t *modules = NULL;
	struct set *set;

	if (!deployment) {
		if (err->kind != ERROR_NOT_FOUND)
			return NULL;
		*err = (struct error){0};
		return json_object();
	}
	set = repository_set(platform->repository, place, json_member_string(deployment, "set_id"),
			     err);
	if (set)
		modules = json_incref(set_modules(set));
	set_unref(set);
	json_decref(deployment);
	return modules;
}

/* The next module of a status that is ordered by module. */
static size_t
next_module(const struct driver_status *status, size_t at, struct module *out)
{
	size_t end = at;

	while (end < status->count &&
	       strcmp(status->items[end].module, status->items[at].module) == 0)
		end++;
	*out = (struct module){status->items[at].module, status->items + at, end - at, false};
	return end;
}

/* What runs of it.  Where nothing was made yet, nothing does. */
static int
observe(struct platform *platform, const struct place *place, const char *space,
	struct driver_status *status, struct error *err)
{
	struct error why = {0};
	struct driver *driver = env_driver_made(platform, place, &why);

	if (driver) {
		driver->ops->observe(driver, space, status);
	} else if (why.kind == ERROR_NOT_FOUND) {
		status->seen_at = clock_wall_ms();
	} else {
		*err = why;
		return -1;
	}
	return 0;
}

/* What runs, and what is declared but has no process. */
static json_t *
modules_of(struct platform *platform, const struct place *place, const json_t *declared, bool v2,
	   struct error *err)
{
	char *space = place_space(place);
	struct driver_status status = {0};
	int ret = observe(platform, place, space, &status, err);
	json_t *modules = ret == 0 ? json_object() : NULL;
	struct module module;
	json_t *body;

	free(space);
	if (!modules)
		return NULL;
	for (size_t i = 0; i < status.count;) {
		i = next_module(&status, i, &module);
		json_object_set_new(modules, module.name, module_of(&module, v2));
	}
	json_object_foreach((json_t *)declared, module.name, body) {
		struct module none = {.name = module.name, .unknown = status.seen_at == 0};

		if (!json_object_get(modules, module.name))
			json_object_set_new(modules, module.name, module_of(&none, v2));
	}
	driver_status_clear(&status);
	return modules;
}

static bool
wants_v2(const struct request *request)
{
	return request->accept && strstr(request->accept, V2);
}

char *
runtime_beside(struct platform *platform, const struct request *request,
	       struct response *response)
{
	bool v2 = wants_v2(request);
	char *space = place_space(&request->place), *state;
	struct error ignored = {0};
	struct driver *driver = env_driver_made(platform, &request->place, &ignored);

	state = driver ? xasprintf("%d %" PRIx64, v2, driver->ops->state(driver, space))
		       : xasprintf("%d", v2);
	free(space);
	if (v2)
		response->content_type = xstrdup(V2);
	return state;
}

/* GET .../envs/{envId}/runtime: what runs in an environment, in either of two shapes by Accept. */
int
get_runtime(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	bool v2 = wants_v2(request);
	json_t *declared = declared_modules(platform, &request->place, err);
	json_t *modules = declared ? modules_of(platform, &request->place, declared, v2, err)
				   : NULL;
	char *space;

	json_decref(declared);
	if (!modules)
		return -1;
	space = place_space(&request->place);
	if (v2 && !response->content_type)
		response->content_type = xstrdup(V2);
	answer(response, 200, json_pack("{s:s, s:o}", "namespace", space, "modules", modules));
	free(space);
	return 0;
}

/* The worst of an environment's modules. */
static const char *
worst_status(const json_t *modules)
{
	static const char *const order[] = {"Failed", "Partially Succeeded", "Starting", "Unknown",
					    "Stopped", "Running", "Succeeded"};
	const char *name;
	json_t *module;

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		json_object_foreach((json_t *)modules, name, module)
			if (strcmp(json_member_string(module, "status"), order[i]) == 0)
				return order[i];
	return "Stopped";
}

static json_t *
runtime_of(struct platform *platform, const struct place *place)
{
	struct error err = {0};
	json_t *declared = NULL, *modules = NULL, *info;
	bool paused = false;

	if (repository_has(platform->repository, place, &err) == 0 &&
	    repository_is_paused(platform->repository, place, &paused, &err) == 0)
		declared = declared_modules(platform, place, &err);
	if (declared)
		modules = modules_of(platform, place, declared, true, &err);
	json_decref(declared);
	info = json_pack("{s:s, s:b}", "id", place->env, "paused", paused);
	if (!modules) {
		put_text(info, "error", err.text);
		return info;
	}
	put_text(info, "status", worst_status(modules));
	json_decref(modules);
	return info;
}

/* One that is not there is told beside the others, and does not hide them. */
int
list_runtime(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	const char *ids[ENVIRONMENTS_MAX];
	size_t count = request_query_all(request, "id", ids, ENVIRONMENTS_MAX);
	json_t *list;

	if (count < 1 || count > ENVIRONMENTS_MAX)
		return error_set_code(err, CODE_ENVIRONMENTS_NOT_NAMED, .max = ENVIRONMENTS_MAX);
	list = json_array();
	for (size_t i = 0; i < count; i++) {
		struct place place = {request->place.org, request->place.app, ids[i]};

		json_array_append_new(list, runtime_of(platform, &place));
	}
	return answer(response, 200, list);
}

/* PUT .../envs/{envId}/runtime/paused: pause an environment, or let it go on. */
int
update_paused(struct platform *platform, const struct request *request, struct response *response,
	      struct error *err)
{
	const struct place *place = &request->place;
	bool wanted = json_is_true(request->body), paused;

	response->status = 204;
	if (repository_is_paused(platform->repository, place, &paused, err) != 0)
		return -1;
	if (paused == wanted)
		return 0;
	if (env_driver_check(platform, place, err) != 0 ||
	    repository_set_paused(platform->repository, place, wanted, err) != 0)
		return -1;
	engine_refresh(platform->engine, place);
	return 0;
}

static int
check_replicas(const json_t *declared, const json_t *counts, const char *env, struct error *err)
{
	const char *module;
	json_t *count;

	json_object_foreach((json_t *)counts, module, count) {
		if (!json_object_get(declared, module))
			return error_set_code(err, CODE_WORKLOAD_NOT_FOUND, .env = env,
					      .workload = module);
		if (!json_is_integer(count) || json_integer_value(count) < 0 ||
		    json_integer_value(count) > WORKLOAD_REPLICAS_MAX)
			return error_set_code(err, CODE_REPLICAS_INVALID, .workload = module,
					      .max = WORKLOAD_REPLICAS_MAX);
	}
	return 0;
}

/* PATCH .../envs/{envId}/runtime/replicas: how many of each workload are to run. */
int
patch_replicas(struct platform *platform, const struct request *request, struct response *response,
	       struct error *err)
{
	const struct place *place = &request->place;
	json_t *declared;
	bool paused;
	int ret;

	response->status = 204;
	if (repository_is_paused(platform->repository, place, &paused, err) != 0)
		return -1;
	if (paused)
		return error_set_code(err, CODE_ENVIRONMENT_IS_PAUSED_REPLICAS, .env = place->env);
	declared = declared_modules(platform, place, err);
	if (!declared)
		return -1;
	ret = check_replicas(declared, request->body, place->env, err);
	json_decref(declared);
	if (ret != 0 || env_driver_check(platform, place, err) != 0 ||
	    repository_put_replicas(platform->repository, place, request->body, err) != 0)
		return -1;
	engine_refresh(platform->engine, place);
	return 0;
}
