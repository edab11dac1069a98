/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Preparing a deployment.
 *
 * A module's spec is resolved twice.  First with a name in the place of each listen port:
 * the fingerprint is taken of that, so it does not change just because an instance would
 * get another port.  Then, once it is known whether the instance is a new one, with the ports.
 */
#include "config.h"

#include "platform/prepare.h"

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
#include "model/set.h"
#include "platform/driver.h"
#include "platform/match.h"
#include "platform/repository.h"

struct preparation {
	struct platform *platform;
	const struct place *place;
	const char *env_type, *deploy_id;
	const struct set *set;
	json_t *definitions;
	json_t *outputs;	/* {res_id: outputs} */
	char *space;
	struct problem *problem;
};

struct scope {
	const struct preparation *p;
	const char *module;	/* NULL: a definition's inputs */
	const char *res_id;	/* NULL: a module */
	const json_t *listen;	/* {R: port}; NULL: names instead of ports */
};

static int
blame(struct preparation *p, const char *scope, const char *code, const char *object_id)
{
	p->problem->scope = scope;
	p->problem->code = code;
	snprintf(p->problem->object_id, sizeof(p->problem->object_id), "%s", object_id);
	return -1;
}

/* --- placeholders --- */

static json_t *
output_of(const struct scope *s, const char *res_id, const char *name, struct error *err)
{
	json_t *outputs = json_object_get(s->p->outputs, res_id);
	json_t *value = json_object_get(outputs, name);

	if (!outputs)
		error_set(err, ERROR_INPUT, _("no resource %s is declared"), res_id);
	else if (!value)
		error_set(err, ERROR_INPUT, _("the resource %s has no output \"%s\""), res_id, name);
	return json_incref(value);
}

static json_t *
external_of(const struct scope *s, const char *module, const char *resource, const char *name,
	    struct error *err)
{
	char *res_id = xasprintf("modules.%s.externals.%s", module, resource);
	json_t *value = output_of(s, res_id, name, err);

	free(res_id);
	return value;
}

static json_t *
listen_of(const struct scope *s, const char *resource, struct error *err)
{
	json_t *port = external_of(s, s->module, resource, "port", err);
	char *name;

	if (!port)
		return NULL;
	if (s->listen) {
		json_decref(port);
		return json_incref(json_object_get(s->listen, resource));
	}
	json_decref(port);
	name = xasprintf("listen %s", resource);
	port = json_string(name);
	free(name);
	return port;
}

static json_t *
look_up_externals(const struct scope *s, const char *const *t, size_t count, struct error *err)
{
	if (count != 3 || !s->module)
		return NULL;
	if (strcmp(t[2], "listen") == 0)
		return listen_of(s, t[1], err);
	return external_of(s, s->module, t[1], t[2], err);
}

static json_t *
look_up_shared(const struct scope *s, const char *const *t, size_t count, struct error *err)
{
	char *res_id;
	json_t *value;

	if (count != 3 || !s->module)
		return NULL;
	res_id = xasprintf("shared.%s", t[1]);
	value = output_of(s, res_id, t[2], err);
	free(res_id);
	return value;
}

static json_t *
look_up_modules(const struct scope *s, const char *const *t, size_t count, struct error *err)
{
	if (count < 4 || !s->module)
		return NULL;
	if (!set_module(s->p->set, t[1])) {
		error_set(err, ERROR_INPUT, _("there is no workload \"%s\""), t[1]);
		return NULL;
	}
	if (count == 4 && strcmp(t[2], "service") == 0 && strcmp(t[3], "name") == 0)
		return json_string("localhost");
	if (count == 5 && strcmp(t[2], "externals") == 0)
		return external_of(s, t[1], t[3], t[4], err);
	return NULL;
}

static json_t *
look_up_context(const struct scope *s, const char *const *t, size_t count, struct error *err)
{
	const struct {
		const char *noun, *part, *value;
	} known[] = {
		{"org", "id", s->p->place->org},
		{"app", "id", s->p->place->app},
		{"env", "id", s->p->place->env},
		{"env", "type", s->p->env_type},
		{"res", "id", s->res_id},
	};

	(void)err;
	for (size_t i = 0; count == 3 && i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].value && strcmp(t[1], known[i].noun) == 0 &&
		    strcmp(t[2], known[i].part) == 0)
			return json_string(known[i].value);
	return NULL;
}

static json_t *
look_up(void *data, const char *const *tokens, size_t count, struct error *err)
{
	static const struct {
		const char *first;
		json_t *(*look_up)(const struct scope *, const char *const *, size_t, struct error *);
	} kinds[] = {
		{"externals", look_up_externals},
		{"shared", look_up_shared},
		{"modules", look_up_modules},
		{"context", look_up_context},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(tokens[0], kinds[i].first) == 0)
			return kinds[i].look_up(data, tokens, count, err);
	error_set(err, ERROR_INPUT, _("this platform knows externals, shared, modules and context"));
	return NULL;
}

/* --- resources --- */

static const char *
class_of(const json_t *declaration)
{
	const char *name = json_member_string(declaration, "class");

	return name && *name ? name : "default";
}

/* The driver's own kind: "process/sqlite" is "sqlite" to the driver "process". */
static const char *
driver_kind(struct preparation *p, const json_t *definition, struct error *err)
{
	const char *type = json_member_string(definition, "driver_type");
	const char *slash = type ? strchr(type, '/') : NULL;
	const char *name = p->platform->driver->ops->name;

	if (slash && (size_t)(slash - type) == strlen(name) &&
	    strncmp(type, name, strlen(name)) == 0)
		return slash + 1;
	error_set(err, ERROR_INPUT, _("the definition %s asks for the driver \"%s\", which this "
				      "platform does not have"),
		  json_member_string(definition, "id"), type ? type : "");
	return NULL;
}

static json_t *
resolve_inputs(struct preparation *p, const json_t *definition, const char *res_id,
	       struct error *err)
{
	const json_t *values = json_object_get(json_object_get(definition, "driver_inputs"),
					       "values");
	struct scope scope = {.p = p, .res_id = res_id};

	return values ? placeholder_resolve(values, "driver_inputs/values", look_up, &scope, err)
		      : json_object();
}

static const json_t *
find_definition(struct preparation *p, const char *res_id, const json_t *declaration,
		struct error *err)
{
	struct match_request request = {
		.type = json_member_string(declaration, "type"),
		.resource_class = class_of(declaration),
		.app_id = p->place->app,
		.env_id = p->place->env,
		.env_type = p->env_type,
		.res_id = res_id,
	};
	const json_t *definition = match_definition(p->definitions, &request);

	if (!definition)
		error_set(err, ERROR_INPUT, _("no resource definition serves type \"%s\", class \"%s\" "
					      "in an environment of type \"%s\""),
			  request.type, request.resource_class, p->env_type);
	return definition;
}

static json_t *
provision(struct preparation *p, const char *res_id, const json_t *declaration,
	  const json_t *definition, struct error *err)
{
	struct driver *driver = p->platform->driver;
	const char *type = json_member_string(declaration, "type");
	const char *kind = driver_kind(p, definition, err);
	json_t *inputs = kind ? resolve_inputs(p, definition, res_id, err) : NULL;
	char *previous;
	json_t *outputs;

	if (!inputs)
		return NULL;
	previous = repository_resource_outputs(p->platform->repository, p->place, res_id, type);
	struct driver_resource resource = {.res_id = res_id, .type = kind, .inputs = inputs,
					   .previous_outputs = previous};
	outputs = driver->ops->provision(driver, p->space, &resource, err);
	free(previous);
	json_decref(inputs);
	return outputs;
}

static int
make_resource(struct preparation *p, const char *res_id, const json_t *declaration,
	      struct error *err)
{
	const json_t *definition = find_definition(p, res_id, declaration, err);
	struct resource_row row = {
		.res_id = res_id,
		.type = json_member_string(declaration, "type"),
		.resource_class = class_of(declaration),
		.deploy_id = p->deploy_id,
	};
	json_t *outputs = NULL;

	if (definition)
		outputs = provision(p, res_id, declaration, definition, err);
	if (!outputs) {
		error_prefix(err, _("resource %s"), res_id);
		return blame(p, "resource", definition ? "cannot-provision" : "no-definition", res_id);
	}
	json_object_set_new(p->outputs, res_id, outputs);
	row.def_id = json_member_string(definition, "id");
	row.driver_type = json_member_string(definition, "driver_type");
	row.outputs = outputs;
	if (repository_put_resource(p->platform->repository, p->place, &row, clock_wall_ms(),
				    err) != 0)
		return blame(p, "resource", "store", res_id);
	return 0;
}

static int
make_resources(struct preparation *p, struct error *err)
{
	const char *module, *resource;
	json_t *body, *declaration;
	int ret = 0;

	json_object_foreach(set_shared(p->set), resource, declaration) {
		char *res_id = xasprintf("shared.%s", resource);

		ret = ret == 0 ? make_resource(p, res_id, declaration, err) : ret;
		free(res_id);
	}
	json_object_foreach(set_modules(p->set), module, body) {
		json_object_foreach(json_object_get(body, "externals"), resource, declaration) {
			char *res_id = xasprintf("modules.%s.externals.%s", module, resource);

			ret = ret == 0 ? make_resource(p, res_id, declaration, err) : ret;
			free(res_id);
		}
	}
	return ret;
}

/* --- workloads --- */

static json_t *
resolve_spec(struct preparation *p, const char *module, const json_t *listen, struct error *err)
{
	struct scope scope = {.p = p, .module = module, .listen = listen};
	const json_t *spec = json_object_get(set_module(p->set, module), "spec");
	json_t *resolved = placeholder_resolve(spec, "spec", look_up, &scope, err);

	if (!resolved)
		error_prefix(err, _("workload %s"), module);
	return resolved;
}

/* {R: public port}: the module's own resources that have a port. */
static json_t *
public_ports(struct preparation *p, const char *module)
{
	json_t *ports = json_object();
	const char *resource;
	json_t *declaration;

	json_object_foreach(json_object_get(set_module(p->set, module), "externals"), resource,
			    declaration) {
		char *res_id = xasprintf("modules.%s.externals.%s", module, resource);
		json_t *port = json_object_get(json_object_get(p->outputs, res_id), "port");

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
give_ports(struct preparation *p, struct planned_workload *w, const json_t *ports,
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
plan_workload(struct preparation *p, const char *module, int replica, const struct plan *running,
	      struct planned_workload *w, struct error *err)
{
	json_t *named = resolve_spec(p, module, NULL, err);
	const char *image = set_module_image(p->set, module);
	json_t *ports;
	int ret;

	w->module = xstrdup(module);
	w->replica = replica;
	w->image = xstrdup(image ? image : "");
	if (!named)
		return blame(p, "workload", "placeholder", module);
	ports = public_ports(p, module);
	w->fingerprint = fingerprint(w->image, named, ports);
	json_decref(named);
	ret = give_ports(p, w, ports, find_running(running, w), err);
	json_decref(ports);
	if (ret != 0)
		return blame(p, "workload", "no-port", module);
	w->spec = resolve_spec(p, module, w->listen, err);
	return w->spec ? 0 : blame(p, "workload", "placeholder", module);
}

/* As many of each as was asked for: one, unless somebody said otherwise. */
static int
plan_all(struct preparation *p, const struct plan *running, struct plan *out, struct error *err)
{
	json_t *counts = repository_replicas(p->platform->repository, p->place, err);
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
			ret = plan_workload(p, module, i, running, w, err);
		}
	}
	json_decref(counts);
	return ret;
}

int
prepare_plan(struct platform *platform, const struct place *place, const char *env_type,
	     const char *deploy_id, const struct set *set, const struct plan *running,
	     struct plan *out, struct problem *problem, struct error *err)
{
	struct preparation p = {
		.platform = platform,
		.place = place,
		.env_type = env_type,
		.deploy_id = deploy_id,
		.set = set,
		.outputs = json_object(),
		.space = xasprintf("%s/%s/%s", place->org, place->app, place->env),
		.problem = problem,
	};
	int ret = -1;

	*out = (struct plan){.deploy_id = xstrdup(deploy_id)};
	blame(&p, "environment", "cannot-prepare", place->env);
	p.definitions = repository_definitions(platform->repository, place->org, err);
	if (p.definitions && platform->driver->ops->ensure_space(platform->driver, p.space, err) == 0 &&
	    make_resources(&p, err) == 0)
		ret = plan_all(&p, running, out, err);
	if (ret != 0)
		plan_clear(out);
	json_decref(p.definitions);
	json_decref(p.outputs);
	free(p.space);
	return ret;
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
			.fingerprint = w->fingerprint,
		};
	}
	return workloads;
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
