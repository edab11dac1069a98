/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What runs: the runtime in both of its shapes; pausing and replicas.
 *
 * What is declared comes from the database and what runs from the driver, and they may
 * differ: a workload without a process is shown as stopped, and as unknown where nobody could
 * look.  Where it was tried and failed, the engine knows why (problems.h).  Pausing and replicas
 * change the database only; the engine brings what runs to it.
 */
#include "config.h"

#include "platform/api/handlers/declared.h"
#include "platform/api/handlers/runtime.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/runtime.h"
#include "model/set.h"
#include "model/workload-fields.h"
#include "platform/drivers/driver.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/problems.h"
#include "platform/http/response-cache.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-runtime.h"
#include "platform/state/repository-sets.h"

#define V2 "application/v2+json"
#define ENVIRONMENTS_MAX 5
#define OLD_REVISION 1			/* of what is about to be replaced; all else has the next */

static void
put_text(json_t *object, const char *key, const char *text)
{
	json_t *value = json_string(text ? text : "");

	json_object_set_new(object, key, value ? value : json_string(""));
}

static const char *
end_reason(int exit_code, int signal)
{
	return exit_code == 0 && signal == 0 ? "Completed" : "Error";
}

/* How it ended before it was restarted, where it was. */
static void
fill_last_state(struct runtime_states *out, const struct driver_end *last)
{
	struct runtime_state *ended = &out->terminated;

	if (!last->how)
		return;
	out->is_there = true;
	*ended = (struct runtime_state){
		.is_there = true, .exit_code = last->exit_code, .signal = last->signal,
		.started_at = last->started_at, .finished_at = last->ended_at,
	};
	untrusted_init(&ended->reason, last->lacks_memory
					       ? "OOMKilled"
					       : end_reason(last->exit_code, last->signal));
	untrusted_init(&ended->message, last->how);
}

/* Of one that waits for its time, it is said when that is. */
static bool
has_schedule(const struct driver_workload_status *item)
{
	return item->kind && strcmp(item->kind, "CronJob") == 0;
}

/* What runs elsewhere has no process here. */
static bool
is_running(const struct driver_workload_status *w)
{
	return w->pid > 0 || w->runs;
}

static void
fill_state(struct runtime_states *out, const struct driver_workload_status *w)
{
	bool waits = w->ended_at == 0 || w->waiting;
	struct runtime_state *state = is_running(w) ? &out->running
				      : waits	    ? &out->waiting
						    : &out->terminated;

	out->is_there = true;
	*state = (struct runtime_state){
		.is_there = true, .exit_code = w->exit_code, .signal = w->signal,
		.started_at = w->started_at, .finished_at = w->ended_at,
	};
	if (is_running(w))
		return;
	untrusted_init(&state->message, w->message);
	untrusted_init(&state->reason, w->waiting ? w->waiting
				       : waits	  ? "ContainerCreating"
						  : end_reason(w->exit_code, w->signal));
}

static void
fill_container(struct runtime_container *container, const struct driver_workload_status *w)
{
	untrusted_init(&container->name, w->container ? w->container : w->module);
	container->ready = w->ready;
	container->restart_count = w->restarts;
	container->status = w->status;
	fill_state(&container->state, w);
	fill_last_state(&container->last_state, &w->last);
}

static size_t
count_status(const struct driver_workload_status *items, size_t count, enum runtime_status status)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += items[i].status == status;
	return found;
}

/* Of all replicas. */
static enum runtime_status
whole_status(const struct driver_workload_status *items, size_t count)
{
	size_t failed = count_status(items, count, RUNTIME_FAILED);

	if (failed > 0 && failed < count)
		return RUNTIME_PARTLY;
	if (count_status(items, count, RUNTIME_STARTING) > 0)
		return RUNTIME_STARTING;
	return items[0].status;
}

/* The containers of one pod; without pods each is one of its own. */
static void
fill_pod(struct runtime_pod *pod, const struct driver_workload_status *items, size_t count)
{
	const struct driver_workload_status *first = &items[0];
	char *name = first->pod ? xstrdup(first->pod)
				: xasprintf("%s-%d", first->module, first->replica);

	untrusted_init(&pod->name, name);
	free(name);
	if (first->node)
		untrusted_init(&pod->node, first->node);
	pod->created_at = first->pod_created_at;
	pod->status = count_status(items, count, RUNTIME_FAILED) > 0 ? RUNTIME_FAILED
								      : whole_status(items, count);
	pod->revision = first->is_old ? OLD_REVISION : OLD_REVISION + 1;
	pod->containers = xcalloc(count, sizeof(*pod->containers));
	pod->container_count = count;
	for (size_t i = 0; i < count; i++)
		fill_container(&pod->containers[i], &items[i]);
}

/* Where the next pod of a workload begins. */
static size_t
next_pod(const struct driver_workload_status *items, size_t count, size_t at)
{
	size_t end = at + 1;

	while (end < count && items[at].pod && items[end].pod &&
	       strcmp(items[at].pod, items[end].pod) == 0)
		end++;
	return end;
}

static size_t
count_pods(const struct driver_workload_status *items, size_t count)
{
	size_t pods = 0;

	for (size_t i = 0; i < count; i = next_pod(items, count, i))
		pods++;
	return pods;
}

/* A module with its one controller, and room for so many pods. */
static struct runtime_controller *
add_module(struct runtime *runtime, const char *name, enum runtime_status status, size_t pods)
{
	struct runtime_module *module;
	struct runtime_controller *controller = xcalloc(1, sizeof(*controller));

	runtime->modules = xreallocarray(runtime->modules, runtime->count + 1, sizeof(*module));
	module = &runtime->modules[runtime->count++];
	*module = (struct runtime_module){
		.status = status, .controllers = controller, .controller_count = 1};
	untrusted_init(&module->module, name);
	untrusted_init(&controller->id, name);
	untrusted_init(&controller->kind, "Deployment");
	controller->status = status;
	controller->revision = OLD_REVISION + 1;
	controller->replicas = (int64_t)pods;
	controller->pods = xcalloc(pods + 1, sizeof(*controller->pods));
	controller->pod_count = pods;
	return controller;
}

static void
set_message(struct runtime_controller *controller, const char *message, const char *reason)
{
	json_t *said = reason ? json_loads(reason, 0, NULL) : NULL;

	untrusted_set(&controller->message, message);
	json_decref(controller->reasons);
	controller->reasons = said ? json_pack("[o]", said) : NULL;
}

/* All replicas of one module. */
static void
add_running(struct runtime *runtime, const struct driver_workload_status *items, size_t count)
{
	struct runtime_controller *controller =
		add_module(runtime, items[0].module, whole_status(items, count),
			   count_pods(items, count));
	struct runtime_pod *pod = controller->pods;

	if (items[0].kind)
		untrusted_set(&controller->kind, items[0].kind);
	if (items[0].wanted > 0)
		controller->replicas = items[0].wanted;
	for (size_t i = 0, end; i < count; i = end) {
		end = next_pod(items, count, i);
		fill_pod(pod++, items + i, end - i);
	}
	if (items[0].whole_message)
		set_message(controller, items[0].whole_message, items[0].whole_reason);
	for (size_t i = 0; i < count; i++)
		if (!controller->message.raw &&
		    (!items[i].ready || items[i].is_notice || has_schedule(&items[i])))
			set_message(controller, items[i].message, items[i].reason);
}

/* Where the next module of a status begins, which is ordered by module. */
static size_t
next_module(const struct driver_status *status, size_t at)
{
	size_t end = at;

	while (end < status->count &&
	       strcmp(status->items[end].module, status->items[at].module) == 0)
		end++;
	return end;
}

/* Whoever wants to see pods, which are not watched of each of hundreds of environments. */
static void
attend(struct platform *platform, const struct request *request)
{
	const char *wanted = request_query(request, "pods");
	struct error ignored = {0};
	struct driver *driver;
	char *space;

	if (!wanted || strcmp(wanted, "true") != 0)
		return;
	driver = env_driver_made(platform, &request->place, &ignored);
	if (!driver || !driver->ops->attend)
		return;
	space = place_space(&request->place);
	driver->ops->attend(driver, space);
	free(space);
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

static struct runtime_module *
find_module(const struct runtime *runtime, const char *name)
{
	for (size_t i = 0; i < runtime->count; i++)
		if (untrusted_is(&runtime->modules[i].module, name))
			return &runtime->modules[i];
	return NULL;
}

/* How many of it are to run, as far as it says so itself. */
static int64_t
declared_count(const json_t *body)
{
	const json_t *count = workload_declared_replicas(json_object_get(body, "spec"),
							 json_member_string(body, "profile"));

	return count ? workload_field_number(count) : 1;
}

/* One without a fault of its own was not started for that of another. */
static void
explain_module(struct runtime_module *module, const json_t *problem, const json_t *first)
{
	struct error why;
	char *text, *reason;

	if (problem) {
		set_message(module->controllers, problem_text(problem, PROBLEM_SUMMARY),
			    problem_text(problem, PROBLEM_REASON));
		return;
	}
	error_set_code(&why, CODE_WORKLOAD_HELD_BACK,
		       .workload = problem_text(first, PROBLEM_OBJECT_ID));
	text = error_codes_text(&why);
	reason = error_codes_encode(&why);
	set_message(module->controllers, text, reason);
	free(text);
	free(reason);
}

static bool
is_of_workload(const json_t *problem)
{
	return problem && strcmp(problem_text(problem, PROBLEM_SCOPE), "workload") == 0;
}

/* Why what is declared does not run as declared, where it was tried.  What the driver says of a
 * workload goes before; one that is not to run at all has nothing to say. */
static int
explain(struct runtime *runtime, struct platform *platform, const struct place *place,
	const json_t *declared, struct error *err)
{
	const struct problems *known = engine_problems(platform->engine, place);
	const json_t *first = known ? json_array_get(known->list, 0) : NULL;
	const char *name;
	json_t *body, *counts;

	if (!first)
		return 0;
	counts = repository_replicas(platform->repository, place, err);
	if (!counts)
		return -1;
	json_object_foreach((json_t *)declared, name, body) {
		struct runtime_module *module = find_module(runtime, name);
		const json_t *asked = json_object_get(counts, name);
		const json_t *problem = problems_of_workload(known->list, name);
		int64_t wanted = asked ? json_integer_value(asked) : declared_count(body);

		if (*untrusted_raw(&module->controllers->message) || wanted == 0 ||
		    (module->status != RUNTIME_STOPPED && !is_of_workload(problem)))
			continue;
		if (module->status == RUNTIME_STOPPED) {
			module->status = module->controllers->status = RUNTIME_FAILED;
			module->controllers->replicas = wanted;
		}
		explain_module(module, problem, first);
	}
	json_decref(counts);
	return 0;
}

static void
add_address(struct runtime_module *module, const struct driver_address *from)
{
	struct runtime_address *address;

	module->addresses = xreallocarray(module->addresses, module->address_count + 1,
					  sizeof(*address));
	address = &module->addresses[module->address_count++];
	*address = (struct runtime_address){.port = from->port};
	untrusted_set(&address->address, from->address);
	untrusted_set(&address->command, from->command);
	if (!from->address) {
		char *reason = error_codes_encode(&from->why), *text = error_codes_text(&from->why);
		json_t *said = reason ? json_loads(reason, 0, NULL) : NULL;

		untrusted_set(&address->message, text);
		address->reasons = said ? json_pack("[o]", said) : NULL;
		free(text);
		free(reason);
	}
}

/* How what runs is reached, where its resources do not say so. */
static void
add_addresses(struct runtime *runtime, struct platform *platform, const struct place *place,
	      const char *space)
{
	struct error ignored = {0};
	struct driver *driver = env_driver_made(platform, place, &ignored);
	struct driver_addresses addresses;

	if (!driver || !driver->ops->addresses)
		return;
	driver->ops->addresses(driver, space, &addresses);
	for (size_t i = 0; i < addresses.count; i++) {
		struct runtime_module *module = find_module(runtime, addresses.items[i].module);

		if (module)
			add_address(module, &addresses.items[i]);
	}
	driver_addresses_clear(&addresses);
}

/* Where it has no namespace, its own name stands there: the API requires one. */
static void
tell_where(struct runtime *out, struct platform *platform, const struct place *place)
{
	struct env_home home;

	if (env_driver_where(platform, place, &home)) {
		if (*home.cluster)
			out->cluster.raw = xstrdup(home.cluster);
		if (*home.namespace)
			out->namespace.raw = xstrdup(home.namespace);
	}
	if (!out->namespace.raw)
		out->namespace.raw = place_space(place);
	env_home_clear(&home);
}

/* Of what has no pods nothing runs, which is as it should be. */
static enum runtime_status
absent_status(const json_t *module, const struct driver_status *status)
{
	const json_t *manifests = manifests_of(module);
	char *image = manifests ? manifests_image_path(module) : NULL;
	bool has_pods = !manifests || image;

	free(image);
	if (!has_pods)
		return RUNTIME_SUCCEEDED;
	return status->seen_at == 0 || status->why.kind != ERROR_NONE ? RUNTIME_UNKNOWN
									: RUNTIME_STOPPED;
}

/* What is declared and has no process; where nobody could look, why. */
static void
add_absent(struct runtime *runtime, const json_t *declared, const struct driver_status *status)
{
	char *reason = error_codes_encode(&status->why);
	const char *name;
	json_t *body;

	json_object_foreach((json_t *)declared, name, body) {
		struct runtime_controller *controller;

		if (find_module(runtime, name))
			continue;
		controller = add_module(runtime, name, absent_status(body, status), 0);
		if (status->why.kind != ERROR_NONE && controller->status == RUNTIME_UNKNOWN)
			set_message(controller, status->why.text, reason);
	}
	free(reason);
}

/* What runs, and what is declared but has no process; of what is only about to be deployed no more
 * than that its cluster does not answer. */
static int
fill_runtime(struct runtime *out, struct platform *platform, const struct place *place,
	     const json_t *declared, struct error *err)
{
	char *space = place_space(place);
	struct driver_status status = {0};
	int ret = observe(platform, place, space, &status, err);
	json_t *begun = NULL;

	*out = (struct runtime){0};
	tell_where(out, platform, place);
	for (size_t i = 0, end; i < status.count; i = end) {
		end = next_module(&status, i);
		add_running(out, status.items + i, end - i);
	}
	if (ret == 0 && status.why.kind != ERROR_NONE && json_object_size(declared) == 0)
		begun = begun_modules(platform, place);
	if (ret == 0)
		add_absent(out, begun ? begun : declared, &status);
	json_decref(begun);
	for (size_t i = 0; i < status.owner_count; i++) {
		struct runtime_module *module = find_module(out, status.owners[i].module);
		if (module)
			module->owner = status.owners[i].owner;
	}
	add_addresses(out, platform, place, space);
	free(space);
	driver_status_clear(&status);
	return ret == 0 ? explain(out, platform, place, declared, err) : -1;
}

static bool
wants_v2(const struct request *request)
{
	return request->accept && strstr(request->accept, V2);
}

void
runtime_beside(struct platform *platform, const struct request *request,
	       const struct cached_response *known, struct cached_beside *out)
{
	const struct place place = {known->org, known->app, known->env};
	const struct problems *problems = engine_problems(platform->engine, &place);
	char *space = known->driver ? place_space(&place) : NULL;

	*out = (struct cached_beside){
		.other_form = wants_v2(request),
		.driver = known->driver ? known->driver->ops->state(known->driver, space) : 0,
		.problems = problems ? problems->version : 0,
	};
	free(space);
}

void
runtime_find_beside(struct platform *platform, const struct request *request,
		    struct cached_response *keep)
{
	const struct place place = {keep->org, keep->app, keep->env};
	struct error ignored = {0};

	keep->driver = env_driver_made(platform, &place, &ignored);
	runtime_beside(platform, request, keep, &keep->beside);
}

/* In the first form a workload is its controllers alone. */
static json_t *
encode_v1(const struct runtime *runtime)
{
	json_t *body = runtime_encode(runtime), *modules = json_object_get(body, "modules");
	const char *name;
	json_t *module;

	json_object_foreach(modules, name, module)
		json_object_set(modules, name, json_object_get(module, "controllers"));
	return body;
}

/* GET .../envs/{envId}/runtime: what runs in an environment, in either of two shapes by Accept. */
int
get_runtime(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	bool v2 = wants_v2(request);
	json_t *declared = declared_modules(platform, &request->place, err), *body = NULL;
	struct runtime runtime = {0};

	attend(platform, request);
	if (declared && fill_runtime(&runtime, platform, &request->place, declared, err) == 0)
		body = v2 ? runtime_encode(&runtime) : encode_v1(&runtime);
	if (body && v2 && !response->content_type)
		response->content_type = xstrdup(V2);
	runtime_clear(&runtime);
	json_decref(declared);
	return answer(response, 200, body);
}

/* The worst of an environment's modules. */
static enum runtime_status
worst_status(const struct runtime *runtime)
{
	static const enum runtime_status order[] = {
		RUNTIME_FAILED,	 RUNTIME_PARTLY,  RUNTIME_STARTING, RUNTIME_UNKNOWN,
		RUNTIME_STOPPED, RUNTIME_RUNNING, RUNTIME_SUCCEEDED};

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		for (size_t k = 0; k < runtime->count; k++)
			if (runtime->modules[k].status == order[i])
				return order[i];
	return RUNTIME_STOPPED;
}

static json_t *
runtime_of(struct platform *platform, const struct place *place)
{
	struct error err = {0};
	struct runtime runtime = {0};
	json_t *declared = NULL, *info;
	bool paused = false;
	int ret = -1;

	if (repository_has(platform->repository, place, &err) == 0 &&
	    repository_is_paused(platform->repository, place, &paused, &err) == 0)
		declared = declared_modules(platform, place, &err);
	if (declared)
		ret = fill_runtime(&runtime, platform, place, declared, &err);
	json_decref(declared);
	info = json_pack("{s:s, s:b}", "id", place->env, "paused", paused);
	if (ret == 0)
		put_text(info, "status", runtime_status_word(worst_status(&runtime)));
	else
		put_text(info, "error", err.text);
	runtime_clear(&runtime);
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
	if (env_driver_check_own(platform, place, err) != 0 ||
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
	if (ret != 0 || env_driver_check_own(platform, place, err) != 0 ||
	    repository_put_replicas(platform->repository, place, request->body, err) != 0)
		return -1;
	engine_refresh(platform->engine, place);
	return 0;
}
