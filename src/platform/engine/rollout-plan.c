/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * PLAN: from a set to what a driver runs.
 *
 * Every placeholder in a module's spec is resolved, but for the port that a workload itself
 * listens on (the output "listen" of a resource of its own that has a port): that is the
 * driver's to choose, since two replicas, or the old and the new process, cannot have the
 * same one.  A mark stands there, random so that no text of a set can contain it.
 */
#include "config.h"

#include "platform/engine/rollout-plan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/extensions.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/placeholder.h"
#include "model/set.h"
#include "model/workload-fields.h"
#include "model/workload-placeholders.h"
#include "platform/engine/deployed-values.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/rollout-past.h"
#include "platform/engine/rollout-private.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-runtime.h"
#include "platform/state/repository-sets.h"

#define MARK_DIGITS 32

struct plan_scope {
	const struct rollout *r;
	const char *module;
	const struct driver_workload *workload;	/* with its endpoints and secrets */
};

/* --- placeholders --- */

static json_t *
mark_of(const struct plan_scope *s, const char *resource)
{
	for (size_t i = 0; i < s->workload->endpoint_count; i++)
		if (strcmp(s->workload->endpoints[i].resource, resource) == 0)
			return json_string(s->workload->endpoints[i].mark);
	return NULL;
}

static json_t *
find_output(void *data, const char *res_id, const char *name, bool *secret, struct error *err)
{
	const struct plan_scope *s = data;
	char *own = xasprintf("modules.%s.externals.", s->module);
	const char *resource = strncmp(res_id, own, strlen(own)) == 0 ? res_id + strlen(own) : NULL;

	json_t *mark = resource && strcmp(name, "listen") == 0 ? mark_of(s, resource) : NULL;

	free(own);
	return mark ? mark
		    : provision_find(s->r->provision, res_id, name, s->workload->secrets, secret,
				     err);
}

static bool
is_declared(void *data, const char *res_id)
{
	const struct plan_scope *s = data;

	return provision_outputs(s->r->provision, res_id) != NULL;
}

/* One that declares no port has nothing that a name could lead to; it may have a port of this
 * machine. */
static json_t *
find_service(void *data, const char *module, struct error *err)
{
	const struct plan_scope *s = data;
	struct driver *driver = s->r->driver;
	const json_t *body = set_module(s->r->set, module);
	const json_t *service = json_object_get(json_object_get(body, "spec"), "service");
	char *host;
	json_t *name;

	if (!body) {
		error_set_code(err, CODE_WORKLOAD_MISSING, .workload = module);
		return NULL;
	}
	if (json_object_size(json_object_get(service, "ports")) == 0)
		return json_string("localhost");
	if (!driver->ops->service_host)
		return json_string(module);
	host = driver->ops->service_host(driver, s->r->space, module);
	name = json_string(host);
	free(host);
	return name;
}

static json_t *
find_value(void *data, const char *key, bool *secret, struct error *err)
{
	struct plan_scope *s = data;

	return deployed_values_find(s->r->values, key, s->workload->secrets, secret, err);
}

/* Resolves what a module says. */
static json_t *
resolve(struct plan_scope *scope, const json_t *value, const char *where, json_t *secrets,
	struct error *err)
{
	const unsigned withheld = scope->r->order.platform->withheld;
	placeholder_filter *filter = withheld & EXTENSION_BIT(EXTENSION_PROBE_PLACEHOLDERS)
					     ? workload_place_is_public : workload_place_is_any;
	struct reference_source source = {
		.data = scope,
		.module = scope->module,
		.context = rollout_context(scope->r),
		.output = find_output,
		.is_declared = is_declared,
		.service = find_service,
		.value = find_value,
	};

	return placeholder_resolve_some(value, where, filter, reference_look_up, &source, secrets,
					err);
}

/* --- workloads --- */

static int
resolve_spec(const struct rollout *r, struct driver_workload *w, struct error *err)
{
	struct plan_scope scope = {.r = r, .module = w->module, .workload = w};
	const json_t *spec = json_object_get(set_module(r->set, w->module), "spec");

	w->secrets = json_array();
	w->secret_places = json_array();
	w->spec = resolve(&scope, spec, "/spec", w->secret_places, err);
	if (w->spec && deployed_values_check(w->secret_places, err) == 0)
		return 0;
	return error_prefix_code(err, CODE_IN_WORKLOAD, .workload = w->module);
}

/* The module's own resources that have a port, which the driver gave: one that a definition names
 * is that of something elsewhere, and whoever writes definitions opens no port here. */
static void
find_endpoints(const struct rollout *r, struct driver_workload *w)
{
	const json_t *externals = json_object_get(set_module(r->set, w->module), "externals");
	const char *resource;
	json_t *declaration;

	w->endpoints = xcalloc(json_object_size(externals) + 1, sizeof(*w->endpoints));
	json_object_foreach((json_t *)externals, resource, declaration) {
		char *res_id = xasprintf("modules.%s.externals.%s", w->module, resource);
		const json_t *outputs = provision_driver_outputs(r->provision, res_id);
		const json_t *listen = json_object_get(outputs, "listen");
		const json_t *port = listen ? listen : json_object_get(outputs, "port");
		char mark[MARK_DIGITS + 1];

		if (json_is_integer(port)) {
			ids_random_hex(mark, MARK_DIGITS);
			w->endpoints[w->endpoint_count++] = (struct driver_endpoint){
				.resource = xstrdup(resource),
				.port = (int)json_integer_value(port),
				.mark = xasprintf("${listen %s}", mark),
			};
		}
		free(res_id);
	}
}

/* What the driver made for it, which it is told again with the workload. */
static void
find_resources(const struct rollout *r, struct driver_workload *w)
{
	const char *resource;
	json_t *declaration;

	w->resources = json_object();
	json_object_foreach(json_object_get(set_module(r->set, w->module), "externals"), resource,
			    declaration) {
		char *res_id = xasprintf("modules.%s.externals.%s", w->module, resource);
		const json_t *outputs = provision_driver_outputs(r->provision, res_id);

		if (outputs)
			json_object_set(w->resources, resource, (json_t *)outputs);
		free(res_id);
	}
}

/* What the workload says; one where it says nothing. */
static int
declared_replicas(struct driver_workload *w, struct error *err)
{
	const json_t *value = workload_declared_replicas(w->spec, w->profile);
	json_int_t count;

	w->replicas = 1;
	if (!value)
		return 0;
	count = workload_field_number(value);
	if (count < 0 || count > WORKLOAD_REPLICAS_MAX)
		return error_set_code(err, CODE_REPLICAS_INVALID, .workload = w->module,
				      .max = WORKLOAD_REPLICAS_MAX);
	w->replicas = (int)count;
	return 0;
}

/* Where the volumes lie that are resources; names: what they are called in a mount. */
static void
add_volumes(const struct rollout *r, const json_t *declared, const char *prefix, const char *names,
	    json_t *volumes)
{
	const char *name;
	json_t *declaration;

	json_object_foreach((json_t *)declared, name, declaration) {
		const char *type = json_member_string(declaration, "type");
		char *res_id = xasprintf("%s%s", prefix, name), *id = xasprintf("%s%s", names, name);
		json_t *path = json_object_get(provision_outputs(r->provision, res_id), "path");

		if (type && strcmp(type, "volume") == 0 && path)
			json_object_set(volumes, id, path);
		free(id);
		free(res_id);
	}
}

static void
find_volumes(const struct rollout *r, struct driver_workload *w)
{
	const json_t *module = set_module(r->set, w->module);
	char *own = xasprintf("modules.%s.externals.", w->module);

	w->volumes = json_object();
	add_volumes(r, json_object_get(module, "externals"), own, "externals.", w->volumes);
	add_volumes(r, set_shared(r->set), "shared.", "shared.", w->volumes);
	free(own);
}

/* Of the resources of its own, also of those that it names nowhere. */
static int
check_resources(const struct rollout *r, const char *module, struct error *err)
{
	const char *name;
	json_t *declaration;
	int ret = 0;

	json_object_foreach(json_object_get(set_module(r->set, module), "externals"), name,
			    declaration) {
		char *res_id = xasprintf("modules.%s.externals.%s", module, name);

		if (ret == 0)
			ret = provision_check(r->provision, res_id, err);
		free(res_id);
	}
	return ret;
}

/* replicas -1: nobody has asked for a number. */
static int
plan_workload(const struct rollout *r, const char *module, int replicas,
	      struct driver_workload *w, struct problem *problem, struct error *err)
{
	const char *profile = json_member_string(set_module(r->set, module), "profile");
	const char *image = set_module_image(r->set, module);

	*w = (struct driver_workload){
		.module = xstrdup(module),
		.profile = profile ? xstrdup(profile) : NULL,
		.image = xstrdup(image ? image : ""),
		.replicas = replicas,
		.deploy = json_incref(json_object_get(set_module(r->set, module), "deploy")),
	};
	if (check_resources(r, module, err) != 0)
		return set_problem(problem, "workload", "cannot-provision", module);
	find_endpoints(r, w);
	find_resources(r, w);
	find_volumes(r, w);
	if (resolve_spec(r, w, err) != 0)
		return set_problem(problem, "workload", "placeholder", module);
	if (replicas < 0 && declared_replicas(w, err) != 0)
		return set_problem(problem, "workload", "replicas", module);
	return 0;
}

/* Of what was deployed before each counts for itself: one that cannot be planned is left as it is.
 */
static int
plan_or_hold(struct rollout *r, const char *module, int replicas, struct problem *problem,
	     struct error *err)
{
	struct driver_workload *w = &r->planned.workloads[r->planned.count++];
	int ret = plan_workload(r, module, replicas, w, problem, err);

	if (ret == 0 || !r->order.resuming)
		return ret;
	rollout_add_problem(r, problem, err, "");
	w->is_held = true;
	set_problem(problem, "environment", "cannot-prepare", r->place.env);
	return 0;
}

/* --- what was there before --- */

static json_t *
resolve_before(const struct rollout *past, struct driver_workload *w, struct error *err)
{
	struct plan_scope scope = {.r = past, .module = w->module, .workload = w};
	json_t *places = json_array(), *spec;

	spec = resolve(&scope, json_object_get(set_module(past->set, w->module), "spec"), "/spec",
		       places, err);
	json_decref(places);
	return spec;
}

json_t *
rollout_resolve_past(const struct rollout *past, const char *module, struct error *err)
{
	struct driver_workload w = {.module = (char *)(uintptr_t)module, .secrets = json_array()};
	json_t *spec = resolve_before(past, &w, err);

	json_decref(w.secrets);
	return spec;
}

static struct driver_workload *
find_planned(struct driver_deployment *plan, const char *module)
{
	for (size_t i = 0; i < plan->count; i++)
		if (strcmp(plan->workloads[i].module, module) == 0)
			return &plan->workloads[i];
	return NULL;
}

/* One that is there no more is planned as one of nothing, so that what was of it goes. */
static struct driver_workload *
plan_removed(struct driver_deployment *plan, const char *module)
{
	struct driver_workload *w;

	plan->workloads = xreallocarray(plan->workloads, plan->count + 1, sizeof(*w));
	w = &plan->workloads[plan->count++];
	*w = (struct driver_workload){
		.module = xstrdup(module),
		.profile = xstrdup(MANIFESTS_PROFILE),
		.image = xstrdup(""),
		.spec = json_pack("{s:{}}", "manifests"),
		.secrets = json_array(),
		.secret_places = json_array(),
	};
	return w;
}

static int
plan_change(const struct rollout *past, struct driver_deployment *plan, struct error *err)
{
	const char *module;
	json_t *body;

	json_object_foreach(set_modules(past->set), module, body) {
		struct driver_workload *w = find_planned(plan, module);

		if (!w)
			w = plan_removed(plan, module);
		w->before = resolve_before(past, w, err);
		if (!w->before)
			return error_prefix_code(err, CODE_IN_WORKLOAD, .workload = module);
	}
	return 0;
}

/* Of what somebody else made only the difference to what was found there, or was deployed last, is
 * carried out. */
static int
plan_before(struct rollout *r, struct error *err)
{
	struct repository *repository = r->order.platform->repository;
	struct deployment last = {0};
	struct rollout past = *r;
	struct error why = {0};
	int ret = -1;

	if (repository_read_newest_succeeded(repository, &r->place, &last, &why) != 0) {
		if (why.kind == ERROR_NOT_FOUND)
			return 0;
		*err = why;
		return -1;
	}
	past.set = repository_set(repository, &r->place, untrusted_raw(&last.set_id), err);
	past.values = past.set ? deployed_values_read(r->order.platform, &r->place,
						      last.value_set_version_id.raw, err)
			       : NULL;
	if (past.values)
		ret = plan_change(&past, &r->planned, err);
	deployed_values_free(past.values);
	set_unref(past.set);
	deployment_clear(&last);
	return ret;
}

/* --- what it is a copy of --- */

/* Nothing of its own has succeeded yet, so what it builds upon is another environment's: that which
 * it was cloned from.  Only where the same driver has both. */
static char *
find_copied(const struct rollout *r)
{
	const char *env = r->env.from_deploy.env_id.raw;
	const struct place there = {r->place.org, r->place.app, env ? env : ""};
	struct error ignored = {0};

	if (!env || r->order.resuming || strcmp(env, r->place.env) == 0 ||
	    env_driver_made(r->order.platform, &there, &ignored) != r->driver)
		return NULL;
	return place_space(&there);
}

/* --- all of it --- */

/* As many of each as was asked for, else as it declares. */
int
rollout_make_plan(struct rollout *r, struct problem *problem, struct error *err)
{
	struct driver_deployment *plan = &r->planned;
	json_t *counts = repository_replicas(r->order.platform->repository, &r->place, err);
	const char *module;
	int ret = counts ? 0 : -1;
	json_t *body;

	set_problem(problem, "environment", "cannot-prepare", r->place.env);
	plan->id = r->deploy_id;
	plan->copy_of = find_copied(r);
	plan->workloads = xcalloc(json_object_size(set_modules(r->set)) + 1,
				  sizeof(*plan->workloads));
	json_object_foreach(set_modules(r->set), module, body) {
		const json_t *asked = json_object_get(counts, module);
		int replicas = asked ? (int)json_integer_value(asked) : -1;

		if (ret == 0)
			ret = plan_or_hold(r, module, replicas, problem, err);
	}
	json_decref(counts);
	if (ret == 0 && r->home.is_adopted && !r->order.resuming)
		ret = plan_before(r, err);
	else if (ret == 0 && r->home.is_adopted)
		plan->past = rollout_past(r);
	return ret;
}

struct provision_order
rollout_provision_order(const struct rollout *r)
{
	return (struct provision_order){
		.platform = r->order.platform,
		.place = &r->place,
		.driver = r->driver,
		.context = rollout_context(r),
		.values = r->values,
		.declared = &r->declared,
		.graph = &r->graph,
		.known = &r->known,
		.is_resumed = r->order.resuming,
	};
}
