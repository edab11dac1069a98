/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PLAN: from a set to what a driver runs.
 *
 * A module's spec is resolved twice.  First with a name in the place of each listen port:
 * the fingerprint is taken of that, so it does not change just because an instance would
 * get another port.  Then, once it is known whether the instance is a new one, with the ports.
 */
#include "config.h"

#include "platform/engine/rollout-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/set.h"
#include "platform/drivers/driver.h"
#include "platform/engine/deployed-values.h"
#include "platform/engine/provision.h"
#include "platform/state/repository.h"

struct plan_scope {
	const struct rollout *r;
	const char *module;
	const json_t *listen;	/* {R: port}; NULL: names instead of ports and of secrets */
	json_t *texts;		/* of the secrets that were opened; may be NULL */
};

/* --- placeholders --- */

/* The port that this one instance is to listen on; a name in its place when there is none yet. */
static json_t *
listen_of(const struct plan_scope *s, const char *resource)
{
	char *name;
	json_t *port;

	if (s->listen)
		return json_incref(json_object_get(s->listen, resource));
	name = xasprintf("listen %s", resource);
	port = json_string(name);
	free(name);
	return port;
}

static json_t *
find_output(void *data, const char *res_id, const char *name, bool *secret, struct error *err)
{
	const struct plan_scope *s = data;
	const json_t *outputs = provision_outputs(s->r->provision, res_id);
	char *own = xasprintf("modules.%s.externals.", s->module);
	const char *resource = strncmp(res_id, own, strlen(own)) == 0 ? res_id + strlen(own) : NULL;

	free(own);
	if (resource && strcmp(name, "listen") == 0 && json_object_get(outputs, "port"))
		return listen_of(s, resource);
	return provision_find(s->r->provision, res_id, name, !s->listen, s->texts, secret, err);
}

static bool
is_declared(void *data, const char *res_id)
{
	const struct plan_scope *s = data;

	return provision_outputs(s->r->provision, res_id) != NULL;
}

static json_t *
find_service(void *data, const char *module, struct error *err)
{
	const struct plan_scope *s = data;

	if (set_module(s->r->set, module))
		return json_string("localhost");
	error_set(err, ERROR_INPUT, _("there is no workload \"%s\""), module);
	return NULL;
}

static json_t *
find_value(void *data, const char *key, bool *secret, struct error *err)
{
	struct plan_scope *s = data;

	return deployed_values_find(s->r->values, key, !s->listen, s->texts, secret, err);
}

/* Resolves what a module says. */
static json_t *
resolve(struct plan_scope *scope, const json_t *value, const char *where, json_t *secrets,
	struct error *err)
{
	struct reference_source source = {
		.data = scope,
		.module = scope->module,
		.context = rollout_context(scope->r),
		.output = find_output,
		.is_declared = is_declared,
		.service = find_service,
		.value = find_value,
	};

	return placeholder_resolve(value, where, reference_look_up, &source, secrets, err);
}

/* --- workloads --- */

static json_t *
resolve_spec(const struct rollout *r, const char *module, const json_t *listen, json_t *texts,
	     struct error *err)
{
	struct plan_scope scope = {.r = r, .module = module, .listen = listen, .texts = texts};
	const json_t *spec = json_object_get(set_module(r->set, module), "spec");
	json_t *secrets = json_array();
	json_t *resolved = resolve(&scope, spec, "/spec", secrets, err);

	if (resolved && deployed_values_check(secrets, err) != 0) {
		json_decref(resolved);
		resolved = NULL;
	}
	json_decref(secrets);
	if (!resolved)
		error_prefix(err, _("workload %s"), module);
	return resolved;
}

/* {R: public port}: the module's own resources that have a port. */
static json_t *
public_ports(const struct rollout *r, const char *module)
{
	json_t *ports = json_object();
	const char *resource;
	json_t *declaration;

	json_object_foreach(json_object_get(set_module(r->set, module), "externals"), resource,
			    declaration) {
		char *res_id = xasprintf("modules.%s.externals.%s", module, resource);
		json_t *port = json_object_get(provision_outputs(r->provision, res_id), "port");

		if (json_is_integer(port))
			json_object_set(ports, resource, port);
		free(res_id);
	}
	return ports;
}

static char *
fingerprint(const char *image, const json_t *spec, const json_t *ports)
{
	json_t *all = json_pack("{s:s, s:O, s:O}", "image", image, "spec", spec, "ports", ports);
	char *text = json_canonical(all);
	char *hash = xmalloc(IDS_SHA256_B64_SIZE);

	ids_sha256_b64(hash, text, strlen(text));
	free(text);
	json_decref(all);
	return hash;
}

static const struct planned_workload *
find_running(const struct rollout_plan *running, const struct planned_workload *workload)
{
	for (size_t i = 0; i < running->count; i++)
		if (strcmp(running->items[i].module, workload->module) == 0 &&
		    running->items[i].replica == workload->replica &&
		    strcmp(running->items[i].fingerprint, workload->fingerprint) == 0)
			return &running->items[i];
	return NULL;
}

static int
give_ports(const struct rollout *r, struct planned_workload *w, const json_t *ports,
	   const struct planned_workload *running, struct error *err)
{
	struct driver *driver = r->order.platform->driver;
	const char *resource;
	json_t *port;

	w->listen = json_object();
	w->ports = xcalloc(json_object_size(ports) + 1, sizeof(*w->ports));
	json_object_foreach((json_t *)ports, resource, port) {
		json_t *kept = running ? json_object_get(running->listen, resource) : NULL;
		int listen = kept ? (int)json_integer_value(kept)
				  : driver->ops->listen_port(driver, err);

		if (listen == 0)
			return -1;
		json_object_set_new(w->listen, resource, json_integer(listen));
		w->ports[w->port_count][0] = (int)json_integer_value(port);
		w->ports[w->port_count][1] = listen;
		w->port_count++;
	}
	return 0;
}

static int
plan_workload(const struct rollout *r, const char *module, int replica,
	      struct planned_workload *w, struct problem *problem, struct error *err)
{
	json_t *named = resolve_spec(r, module, NULL, NULL, err);
	const char *image = set_module_image(r->set, module);
	json_t *ports;
	int ret;

	w->module = xstrdup(module);
	w->replica = replica;
	w->image = xstrdup(image ? image : "");
	if (!named)
		return set_problem(problem, "workload", "placeholder", module);
	ports = public_ports(r, module);
	w->fingerprint = fingerprint(w->image, named, ports);
	json_decref(named);
	ret = give_ports(r, w, ports, find_running(r->order.running, w), err);
	json_decref(ports);
	if (ret != 0)
		return set_problem(problem, "workload", "no-port", module);
	w->secrets = json_array();
	w->spec = resolve_spec(r, module, w->listen, w->secrets, err);
	return w->spec ? 0 : set_problem(problem, "workload", "placeholder", module);
}

/* As many of each as was asked for: one, unless somebody said otherwise. */
static int
plan_all(const struct rollout *r, struct rollout_plan *out, struct problem *problem,
	 struct error *err)
{
	json_t *counts = repository_replicas(r->order.platform->repository, &r->place, err);
	const char *module;
	int ret = counts ? 0 : -1;
	json_t *body;

	json_object_foreach(set_modules(r->set), module, body) {
		const json_t *asked = json_object_get(counts, module);
		int count = asked ? (int)json_integer_value(asked) : 1;

		out->items = xreallocarray(out->items, out->count + (size_t)count + 1,
					   sizeof(*out->items));
		for (int i = 0; ret == 0 && i < count; i++) {
			struct planned_workload *w = &out->items[out->count++];

			*w = (struct planned_workload){0};
			ret = plan_workload(r, module, i, w, problem, err);
		}
	}
	json_decref(counts);
	return ret;
}

int
rollout_make_plan(struct rollout *r, struct problem *problem, struct error *err)
{
	r->planned = (struct rollout_plan){.deploy_id = xstrdup(r->deploy_id)};
	set_problem(problem, "environment", "cannot-prepare", r->place.env);
	if (plan_all(r, &r->planned, problem, err) == 0)
		return 0;
	rollout_plan_clear(&r->planned);
	return -1;
}

struct driver_workload *
rollout_plan_workloads(const struct rollout_plan *plan)
{
	struct driver_workload *workloads = xcalloc(plan->count + 1, sizeof(*workloads));

	for (size_t i = 0; i < plan->count; i++) {
		const struct planned_workload *w = &plan->items[i];

		workloads[i] = (struct driver_workload){
			.module = w->module,
			.replica = w->replica,
			.deploy_id = plan->deploy_id,
			.image = w->image,
			.spec = w->spec,
			.ports = (const int (*)[2])w->ports,
			.port_count = w->port_count,
			.secrets = w->secrets,
			.fingerprint = w->fingerprint,
		};
	}
	return workloads;
}

void
rollout_plan_forget_specs(struct rollout_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		json_decref(plan->items[i].spec);
		json_decref(plan->items[i].secrets);
		plan->items[i].spec = plan->items[i].secrets = NULL;
	}
}

void
rollout_plan_clear(struct rollout_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct planned_workload *w = &plan->items[i];

		free(w->module);
		free(w->image);
		free(w->fingerprint);
		json_decref(w->spec);
		json_decref(w->secrets);
		json_decref(w->listen);
		free(w->ports);
	}
	free(plan->items);
	free(plan->deploy_id);
	*plan = (struct rollout_plan){0};
}

