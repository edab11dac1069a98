/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preparing a deployment.
 *
 * A module's spec is resolved twice.  First with a name in the place of each listen port:
 * the fingerprint is taken of that, so it does not change just because an instance would
 * get another port.  Then, once it is known whether the instance is a new one, with the ports.
 */
#include "config.h"

#include "platform/engine/prepare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/reference.h"
#include "model/set.h"
#include "platform/drivers/driver.h"
#include "platform/engine/deployed-values.h"
#include "platform/engine/graph.h"
#include "platform/engine/provision.h"
#include "platform/state/repository-resources.h"

struct preparation {
	struct platform *platform;
	struct place place;		/* owned */
	char *deploy_id;
	struct set *set;
	json_t *env;
	json_t *declared, *nodes, *known;
	struct deployed_values *values;
	struct provision *provision;
	prepare_done *done;
	void *data;
};

struct scope {
	const struct preparation *p;
	const char *module;
	const json_t *listen;	/* {R: port}; NULL: names instead of ports and of secrets */
	json_t *texts;		/* of the secrets that were opened; may be NULL */
};

static int
blame(struct problem *problem, const char *scope, const char *code, const char *object_id)
{
	problem->scope = scope;
	problem->code = code;
	snprintf(problem->object_id, sizeof(problem->object_id), "%s", object_id);
	return -1;
}

/* --- placeholders --- */

/* The port that this one instance is to listen on; a name in its place when there is none yet. */
static json_t *
listen_of(const struct scope *s, const char *resource)
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
	const struct scope *s = data;
	const json_t *outputs = provision_outputs(s->p->provision, res_id);
	char *own = xasprintf("modules.%s.externals.", s->module);
	const char *resource = strncmp(res_id, own, strlen(own)) == 0 ? res_id + strlen(own) : NULL;

	free(own);
	if (resource && strcmp(name, "listen") == 0 && json_object_get(outputs, "port"))
		return listen_of(s, resource);
	return provision_find(s->p->provision, res_id, name, !s->listen, s->texts, secret, err);
}

static bool
is_declared(void *data, const char *res_id)
{
	const struct scope *s = data;

	return provision_outputs(s->p->provision, res_id) != NULL;
}

static json_t *
find_service(void *data, const char *module, struct error *err)
{
	const struct scope *s = data;

	if (set_module(s->p->set, module))
		return json_string("localhost");
	error_set(err, ERROR_INPUT, _("there is no workload \"%s\""), module);
	return NULL;
}

static json_t *
find_value(void *data, const char *key, bool *secret, struct error *err)
{
	struct scope *s = data;

	return deployed_values_find(s->p->values, key, !s->listen, s->texts, secret, err);
}

static struct reference_context
context_of(const struct preparation *p)
{
	return (struct reference_context){
		.org_id = p->place.org,
		.app_id = p->place.app,
		.env_id = p->place.env,
		.env_type = json_member_string(p->env, "type"),
		.env_name = json_member_string(p->env, "name"),
		.deployment_id = p->deploy_id,
		.set_id = set_id(p->set),
	};
}

/* Resolves what a module says. */
static json_t *
resolve(struct scope *scope, const json_t *value, const char *where, json_t *secrets,
	struct error *err)
{
	struct reference_source source = {
		.data = scope,
		.module = scope->module,
		.context = context_of(scope->p),
		.output = find_output,
		.is_declared = is_declared,
		.service = find_service,
		.value = find_value,
	};

	return placeholder_resolve(value, where, reference_look_up, &source, secrets, err);
}

/* --- workloads --- */

static json_t *
resolve_spec(const struct preparation *p, const char *module, const json_t *listen, json_t *texts,
	     struct error *err)
{
	struct scope scope = {.p = p, .module = module, .listen = listen, .texts = texts};
	const json_t *spec = json_object_get(set_module(p->set, module), "spec");
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
public_ports(const struct preparation *p, const char *module)
{
	json_t *ports = json_object();
	const char *resource;
	json_t *declaration;

	json_object_foreach(json_object_get(set_module(p->set, module), "externals"), resource,
			    declaration) {
		char *res_id = xasprintf("modules.%s.externals.%s", module, resource);
		json_t *port = json_object_get(provision_outputs(p->provision, res_id), "port");

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
find_running(const struct plan *running, const struct planned_workload *workload)
{
	for (size_t i = 0; i < running->count; i++)
		if (strcmp(running->items[i].module, workload->module) == 0 &&
		    running->items[i].replica == workload->replica &&
		    strcmp(running->items[i].fingerprint, workload->fingerprint) == 0)
			return &running->items[i];
	return NULL;
}

static int
give_ports(const struct preparation *p, struct planned_workload *w, const json_t *ports,
	   const struct planned_workload *running, struct error *err)
{
	struct driver *driver = p->platform->driver;
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
plan_workload(const struct preparation *p, const char *module, int replica,
	      const struct plan *running, struct planned_workload *w, struct problem *problem,
	      struct error *err)
{
	json_t *named = resolve_spec(p, module, NULL, NULL, err);
	const char *image = set_module_image(p->set, module);
	json_t *ports;
	int ret;

	w->module = xstrdup(module);
	w->replica = replica;
	w->image = xstrdup(image ? image : "");
	if (!named)
		return blame(problem, "workload", "placeholder", module);
	ports = public_ports(p, module);
	w->fingerprint = fingerprint(w->image, named, ports);
	json_decref(named);
	ret = give_ports(p, w, ports, find_running(running, w), err);
	json_decref(ports);
	if (ret != 0)
		return blame(problem, "workload", "no-port", module);
	w->secrets = json_array();
	w->spec = resolve_spec(p, module, w->listen, w->secrets, err);
	return w->spec ? 0 : blame(problem, "workload", "placeholder", module);
}

/* As many of each as was asked for: one, unless somebody said otherwise. */
static int
plan_all(const struct preparation *p, const struct plan *running, struct plan *out,
	 struct problem *problem, struct error *err)
{
	json_t *counts = repository_replicas(p->platform->repository, &p->place, err);
	const char *module;
	int ret = counts ? 0 : -1;
	json_t *body;

	json_object_foreach(set_modules(p->set), module, body) {
		const json_t *asked = json_object_get(counts, module);
		int count = asked ? (int)json_integer_value(asked) : 1;

		out->items = xreallocarray(out->items, out->count + (size_t)count + 1,
					   sizeof(*out->items));
		for (int i = 0; ret == 0 && i < count; i++) {
			struct planned_workload *w = &out->items[out->count++];

			*w = (struct planned_workload){0};
			ret = plan_workload(p, module, i, running, w, problem, err);
		}
	}
	json_decref(counts);
	return ret;
}

int
prepare_plan(const struct preparation *p, const struct plan *running, struct plan *out,
	     struct problem *problem, struct error *err)
{
	int ret;

	*out = (struct plan){.deploy_id = xstrdup(p->deploy_id)};
	blame(problem, "environment", "cannot-prepare", p->place.env);
	ret = plan_all(p, running, out, problem, err);
	if (ret != 0)
		plan_clear(out);
	return ret;
}

/* --- the graph --- */

/* What a graph says by name only is found again by its version. */
static int
keep_definitions(struct repository *repository, const char *org, const json_t *definitions,
		 const json_t *nodes, struct error *err)
{
	const json_t *row, *node;
	size_t i, k;
	int ret = 0;

	json_array_foreach(definitions, i, row) {
		const char *id = json_member_string(row, "id");
		bool used = false;

		json_array_foreach(nodes, k, node)
			used |= strcmp(json_member_string(node, "def_id"), id) == 0;
		if (used && ret == 0)
			ret = repository_keep_definition(repository, org, id, json_object_get(row, "body"),
							 err);
	}
	return ret;
}

static json_t *
build_graph(struct platform *platform, const struct place *place, const json_t *env,
	    const json_t *known, const json_t *declared, char *blamed, struct error *err)
{
	struct repository *repository = platform->repository;
	json_t *definitions = repository_definitions(repository, place->org, err);
	struct graph_source source = {
		.place = place,
		.env_type = json_member_string(env, "type"),
		.env_since = json_member_string(env, "created_at"),
		.definitions = definitions,
		.known = known,
	};
	json_t *nodes = definitions ? graph_build(&source, declared, blamed, err) : NULL, *graph = NULL;

	if (nodes && keep_definitions(repository, place->org, definitions, nodes, err) == 0)
		graph = repository_keep_graph(repository, place, nodes, clock_wall_ms(), err);
	json_decref(nodes);
	json_decref(definitions);
	return graph;
}

json_t *
prepare_graph(struct platform *platform, const struct place *place, const json_t *declared,
	      char *blamed, struct error *err)
{
	json_t *env = repository_environment(platform->repository, place, err);
	json_t *known = env ? repository_known_resources(platform->repository, place, err) : NULL;
	json_t *graph = NULL;

	if (known)
		graph = build_graph(platform, place, env, known, declared, blamed, err);
	json_decref(known);
	json_decref(env);
	return graph;
}

/* The graph that the deployment had, or the one of now, which it has from now on. */
static int
find_graph(struct preparation *p, const char *earlier, struct problem *problem, struct error *err)
{
	struct repository *repository = p->platform->repository;
	json_t *graph;
	char blamed[256] = "";

	if (earlier)
		graph = repository_graph(repository, &p->place, earlier, err);
	else
		graph = build_graph(p->platform, &p->place, p->env, p->known, p->declared, blamed, err);
	p->nodes = json_incref(json_object_get(graph, "nodes"));
	if (graph && !earlier &&
	    repository_set_deployment_graph(repository, p->deploy_id, json_member_string(graph, "id"),
					    err) != 0) {
		json_decref(p->nodes);
		p->nodes = NULL;
	}
	json_decref(graph);
	if (!p->nodes && blamed[0])
		blame(problem, "resource", "no-definition", blamed);
	return p->nodes ? 0 : -1;
}

/* --- from a deployment to its resources --- */

static void
provisioned(void *data, const char *blamed, const struct error *err)
{
	struct preparation *p = data;
	struct problem problem;

	blame(&problem, "resource", "cannot-provision", blamed ? blamed : "");
	p->done(p->data, &problem, err);
}

static int
read_deployment(struct preparation *p, bool again, struct problem *problem, struct error *err)
{
	struct repository *repository = p->platform->repository;
	json_t *deployment = repository_deployment(repository, &p->place, p->deploy_id, err);
	int ret = -1;

	if (!deployment)
		return -1;
	p->env = repository_environment(repository, &p->place, err);
	if (p->env)
		p->set = repository_set(repository, &p->place, json_member_string(deployment, "set_id"), err);
	if (p->set) {
		p->declared = graph_declared(p->set);
		p->known = repository_known_resources(repository, &p->place, err);
	}
	/* The values are those of the version that the deployment was made with. */
	if (p->known)
		p->values = deployed_values_read(p->platform, &p->place,
						 json_member_string(deployment, "value_set_version_id"), err);
	if (p->values)
		ret = find_graph(p, again ? json_member_string(deployment, "dependency_graph_id") : NULL,
				 problem, err);
	json_decref(deployment);
	return ret;
}

struct preparation *
prepare_start(struct platform *platform, const struct place *place, const char *deploy_id,
	      bool again, prepare_done *done, void *data, struct problem *problem, struct error *err)
{
	struct preparation *p = xcalloc(1, sizeof(*p));
	char *space = xasprintf("%s/%s/%s", place->org, place->app, place->env);
	int ret;

	p->platform = platform;
	p->place = (struct place){xstrdup(place->org), xstrdup(place->app), xstrdup(place->env)};
	p->deploy_id = xstrdup(deploy_id);
	p->done = done;
	p->data = data;
	blame(problem, "environment", "cannot-prepare", place->env);
	ret = read_deployment(p, again, problem, err);
	if (ret == 0)
		ret = platform->driver->ops->ensure_space(platform->driver, space, err);
	free(space);
	if (ret == 0) {
		struct provision_order order = {
			.platform = platform, .place = &p->place, .context = context_of(p),
			.values = p->values, .declared = p->declared, .nodes = p->nodes, .known = p->known,
		};

		p->provision = provision_start(&order, provisioned, p, err);
	}
	if (p->provision)
		return p;
	prepare_free(p);
	return NULL;
}

void
prepare_free(struct preparation *p)
{
	if (!p)
		return;
	provision_free(p->provision);
	deployed_values_free(p->values);
	set_unref(p->set);
	json_decref(p->env);
	json_decref(p->declared);
	json_decref(p->nodes);
	json_decref(p->known);
	free((char *)p->place.org);
	free((char *)p->place.app);
	free((char *)p->place.env);
	free(p->deploy_id);
	free(p);
}

int
prepare_settle(const struct preparation *p, struct error *err)
{
	return provision_settle(p->provision, err);
}

struct driver_workload *
plan_workloads(const struct plan *plan)
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
plan_forget_specs(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		json_decref(plan->items[i].spec);
		json_decref(plan->items[i].secrets);
		plan->items[i].spec = plan->items[i].secrets = NULL;
	}
}

void
plan_clear(struct plan *plan)
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
	*plan = (struct plan){0};
}

int
prepare_check_images(struct platform *platform, const struct set *set, struct error *err)
{
	const char *module;
	json_t *body;

	json_object_foreach(set_modules(set), module, body) {
		const char *image = set_module_image(set, module);

		if (!image)
			return error_set(err, ERROR_INPUT, _("workload %s: its container names no image"),
					 module);
		if (!platform->driver->ops->image_exists(platform->driver, image, err)) {
			error_prefix(err, _("workload %s: image %s"), module, image);
			err->kind = ERROR_INPUT;
			return -1;
		}
	}
	return 0;
}
