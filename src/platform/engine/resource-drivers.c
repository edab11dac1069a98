/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Making one resource: what its definition names is resolved, and its driver does the rest.
 * The drivers are a table; what none of them makes is the environment's own driver's.
 *
 * Whether an output is secret follows from what it was made of: an output that a secret was
 * put into is one, and whoever names it touches a secret.  That is how a password reaches a
 * variable and not a label.
 */
#include "config.h"

#include "platform/engine/resource-drivers.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/pointer.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/engine/cluster-definition.h"
#include "platform/engine/deployed-values.h"
#include "platform/engine/provision-private.h"
#include "platform/state/definition-inputs.h"
#include "platform/state/definition.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"
#include "platform/state/secret.h"

#define WHERE_INPUTS "driver_inputs/values"

/* --- what can be named in a definition --- */

static json_t *
find_resource(void *data, const struct reference_resource *resource, const char *name,
	      bool *secret, struct error *err)
{
	const struct resource_job *m = data;
	const struct resource_job *other =
		provision_find_job(m->provision, resource->type,
			  resource->resource_class ? resource->resource_class : "default",
			  resource->id ? resource->id : untrusted_raw(&m->node->id));

	if (other && other->state == READY)
		return provision_output(other, name, NULL, secret, err);
	error_set_code(err, CODE_RESOURCE_MISSING);
	return NULL;
}

/* In what a set says for a resource, as in a module. */
static json_t *
find_output(void *data, const char *res_id, const char *name, bool *secret, struct error *err)
{
	const struct resource_job *m = data,
				  *other = provision_find_job(m->provision, NULL, NULL, res_id);

	if (other && other->state == READY)
		return provision_output(other, name, NULL, secret, err);
	error_set_code(err, CODE_RESOURCE_NOT_DECLARED, .resource = res_id);
	return NULL;
}

static bool
is_declared(void *data, const char *res_id)
{
	const struct resource_job *m = data;

	return provision_find_job(m->provision, NULL, NULL, res_id) != NULL;
}

static json_t *
find_value(void *data, const char *key, bool *secret, struct error *err)
{
	const struct resource_job *m = data;

	return deployed_values_find(m->provision->order.values, key, NULL, secret, err);
}

/* secrets NULL: none may be touched. */
static json_t *
resolve(struct resource_job *m, const json_t *value, const char *where, const char *module,
	const json_t *locals, json_t *secrets, struct error *err)
{
	struct reference_source source = {
		.data = m,
		.module = module,
		.context = m->provision->order.context,
		.locals = locals,
		.output = find_output,
		.is_declared = is_declared,
		.resource = find_resource,
		.value = find_value,
	};

	source.context.res_id = untrusted_raw(&m->node->id);
	source.context.res_type = untrusted_raw(&m->node->type);
	source.context.res_class = untrusted_raw(&m->node->resource_class);
	source.context.res_guresid = untrusted_raw(&m->node->gu_res_id);
	return placeholder_resolve(value, where, reference_look_up, &source, secrets, err);
}

/* {"params": ...}: what the set says for it, in the words of its module. */
static json_t *
locals_of(struct resource_job *m, struct error *err)
{
	const char *id = untrusted_raw(&m->node->id);
	const char *name = strncmp(id, "modules.", 8) == 0 ? id + 8 : "";
	const char *end = strstr(name, ".externals.");
	char *module = xstrndup(name, end ? (size_t)(end - name) : 0);
	json_t *params = resolve(m, m->node->params, "params", module, NULL,
				 NULL, err);

	free(module);
	return params ? json_pack("{s:o}", "params", params) : NULL;
}

/* Which members a pointer below `where` lies in. */
static json_t *
secret_members(const json_t *pointers, const char *where)
{
	json_t *members = json_object(), *at;
	struct pointer pointer;
	struct error ignored;
	size_t i;

	json_array_foreach(pointers, i, at) {
		const char *text = json_string_value(at);

		if (strncmp(text, where, strlen(where)) == 0 &&
		    pointer_parse(&pointer, text + strlen(where), &ignored) == 0) {
			if (pointer.count > 0)
				json_object_set_new(members, pointer.tokens[0], json_true());
			pointer_clear(&pointer);
		}
	}
	return members;
}

/* --- the drivers of resources --- */

static size_t
count_secrets(const struct resource_job *m)
{
	return json_object_size(graph_node_secrets(m->node));
}

/* Those of the definition, in the version that the graph names; new.  The graph shows
 * references only; the texts are opened for the moment of making. */
static json_t *
open_secrets(const struct resource_job *m, struct error *err)
{
	const struct provision_order *order = &m->provision->order;
	const char *org = order->place->org, *id = untrusted_raw(&m->node->def_id);
	json_t *body, *secrets;

	if (count_secrets(m) == 0)
		return json_object();
	body = repository_definition_version(order->platform->repository, org, id,
					     untrusted_raw(&m->node->def_version_id), err);
	if (!body)
		return NULL;
	secrets = definition_inputs_open(order->platform, org, id,
					 json_object_get(body, "driver_inputs"), err);
	json_decref(body);
	return secrets;
}

static void
make_static(struct resource_job *m, const json_t *locals)
{
	struct error err = {0};
	json_t *pointers = json_array(), *secret, *secrets = NULL;
	json_t *outputs = resolve(m, graph_node_values(m->node), WHERE_INPUTS, NULL, locals,
				  pointers, &err);
	const char *name;

	m->secrets = secret_members(pointers, WHERE_INPUTS);
	if (outputs)
		secrets = open_secrets(m, &err);
	if (outputs && !secrets) {
		json_decref(outputs);
		outputs = NULL;
	}
	json_object_foreach(secrets, name, secret) {
		json_object_set(outputs, name, secret);
		json_object_set_new(m->secrets, name, json_true());
	}
	json_decref(secrets);
	json_decref(pointers);
	provision_made(m, outputs, &err);
}

/* {NAME: {text, tag}}: the tag says what is in it, to nobody who has not the key. */
static json_t *
tagged(const struct provision *p, const json_t *files)
{
	json_t *list = json_object(), *content;
	char tag[SECRET_FINGERPRINT_SIZE];
	const char *name;

	json_object_foreach((json_t *)files, name, content) {
		const char *text = json_string_value(content);

		secrets_fingerprint(p->order.platform->secrets, p->order.place, text ? text : "",
				    tag);
		json_object_set_new(list, name,
				    json_pack("{s:O, s:s}", "text", content, "tag", tag));
	}
	return list;
}

/* The files lie somewhere: what was made of the template can be told.  Takes where. */
static void
take_rendered(struct resource_job *m, json_t *kept)
{
	json_t *pointers = json_array(), *outputs;
	struct error err = {0};

	m->kept = kept;
	json_object_set(m->locals, "files", m->kept);
	outputs = resolve(m, json_object_get(m->templates, "outputs"),
			  WHERE_INPUTS "/templates/outputs", NULL, m->locals, pointers, &err);
	m->secrets = secret_members(pointers, WHERE_INPUTS "/templates/outputs");
	json_decref(pointers);
	provision_made(m, outputs, &err);
}

static void
rendered(void *data, const struct driver_result *result)
{
	struct resource_job *m = data;

	m->task = NULL;
	if (result->err)
		provision_made(m, NULL, result->err);
	else
		take_rendered(m, json_incref(result->outputs));
}

/* What would come of it, now; NULL with err.  One of `resource` and `files`. */
static json_t *
expect(const struct resource_job *m, const struct driver_resource *resource, const json_t *files,
       struct error *err)
{
	const struct provision *p = m->provision;
	struct driver *driver = p->order.driver;

	return driver->ops->expect(driver, p->space, p->order.expected_at, resource, files, err);
}

static int
expect_template(struct resource_job *m, const json_t *files, struct error *err)
{
	json_t *kept = expect(m, NULL, files, err);

	if (!kept)
		return -1;
	take_rendered(m, kept);
	return 0;
}

/* Its names, and then its files.  Files are resolved with their secrets, and the driver gets
 * a keyed tag with each: it can see that a file changed without keeping what was in it. */
static int
start_template(struct resource_job *m, struct error *err)
{
	struct driver *driver = m->provision->order.driver;
	struct driver_waiter waiter = {.ended = rendered, .data = m};
	json_t *pointers = json_array(), *files = NULL, *tags, *init;

	init = resolve(m, json_object_get(m->templates, "init"), WHERE_INPUTS "/templates/init",
		       NULL, m->locals, NULL, err);
	if (init) {
		json_object_set_new(m->locals, "init", init);
		files = resolve(m, json_object_get(m->templates, "files"),
				WHERE_INPUTS "/templates/files", NULL, m->locals, pointers, err);
	}
	json_decref(pointers);
	if (!files)
		return -1;
	if (m->provision->order.expected_at) {
		int ret = expect_template(m, files, err);

		json_decref(files);
		return ret;
	}
	tags = tagged(m->provision, files);
	m->task = driver->ops->render(driver, m->provision->space, m->name, tags,
				      m->row ? m->row->state : NULL, &waiter);
	json_decref(tags);
	json_decref(files);
	return 0;
}

static const char *const template_parts[] = {"init", "files", "outputs"};
#define TEMPLATE_PARTS (sizeof(template_parts) / sizeof(template_parts[0]))

static int
check_template(const json_t *inputs, struct error *err)
{
	const json_t *templates = json_object_get(inputs, "templates");

	if (!json_is_object(templates))
		return error_set_code(err, CODE_DEFINITION_WITHOUT_TEMPLATES);
	for (size_t i = 0; i < TEMPLATE_PARTS; i++) {
		const json_t *part = json_object_get(templates, template_parts[i]);

		if (part && !json_is_null(part) && !json_is_object(part))
			return error_set_code(err, CODE_TEMPLATE_NOT_OBJECT,
					      .member = template_parts[i]);
	}
	return 0;
}

static void
make_template(struct resource_job *m, const json_t *locals)
{
	struct error err = {0};
	int ret = check_template(graph_node_values(m->node), &err);

	m->templates = json_deep_copy(json_object_get(graph_node_values(m->node), "templates"));
	m->locals = json_copy((json_t *)locals);
	for (size_t i = 0; ret == 0 && i < TEMPLATE_PARTS; i++)
		if (!json_is_object(json_object_get(m->templates, template_parts[i])))
			json_object_set_new(m->templates, template_parts[i], json_object());
	if (ret != 0 || start_template(m, &err) != 0)
		provision_made(m, NULL, &err);
}

/* "process/sqlite" is "sqlite" of the driver "process"; NULL: it is none of this driver. */
const char *
provision_driver_kind(const struct driver *driver, const char *driver_type)
{
	const char *name = driver->ops->name;
	size_t length = strlen(name);

	return strncmp(driver_type, name, length) == 0 && driver_type[length] == '/'
		       ? driver_type + length + 1 : NULL;
}

static void
provisioned(void *data, const struct driver_result *result)
{
	struct resource_job *m = data;

	m->task = NULL;
	provision_made(m, result->err ? NULL : json_incref(result->outputs), result->err);
}

struct driver_resource
provision_resource(const struct resource_job *m, const json_t *inputs, const json_t *params)
{
	const char *driver_type = untrusted_raw(&m->node->driver_type);

	return (struct driver_resource){
		.res_id = untrusted_raw(&m->node->id),
		.name = m->name,
		.type = provision_driver_kind(m->provision->order.driver, driver_type),
		.of = untrusted_raw(&m->node->type),
		.inputs = inputs,
		.params = params,
		/* Those of another driver, which was changed in place, may be anything. */
		.previous_outputs = m->row && strcmp(m->row->driver_type, driver_type) == 0
					    ? m->row->outputs : NULL,
	};
}

static void
make_by_driver(struct resource_job *m, const json_t *locals)
{
	struct provision *p = m->provision;
	struct driver *driver = p->order.driver;
	struct driver_waiter waiter = {.ended = provisioned, .data = m};
	const char *driver_type = untrusted_raw(&m->node->driver_type);
	const char *kind = provision_driver_kind(driver, driver_type);
	struct error err = {0};
	json_t *inputs = NULL;

	if (!kind)
		error_set_code(&err, CODE_RESOURCE_DRIVER_NOT_HERE,
			       .definition = untrusted_raw(&m->node->def_id),
			       .driver = driver_type);
	else
		inputs = resolve(m, graph_node_values(m->node), WHERE_INPUTS, NULL, locals, NULL,
				 &err);
	if (!inputs) {
		provision_made(m, NULL, &err);
		return;
	}
	struct driver_resource resource =
		provision_resource(m, inputs, json_object_get(locals, "params"));

	if (p->order.expected_at) {
		m->inputs = inputs;
		m->params = json_incref(json_object_get(locals, "params"));
		provision_made(m, expect(m, &resource, NULL, &err), &err);
		return;
	}
	m->task = driver->ops->provision(driver, p->space, &resource, &waiter);
	json_decref(inputs);
}

static const struct maker {
	const char *driver_type;
	void (*make)(struct resource_job *m, const json_t *locals);
	int (*check)(const json_t *inputs, struct error *err);	/* NULL: any plain values */
	bool keeps_files, takes_secrets;
} makers[] = {
	{"static", make_static, NULL, false, true},
	{"humanitec/static", make_static, NULL, false, true},
	{"humanitec/echo", make_static, NULL, false, true},
	{"template", make_template, check_template, true, false},
};

/* Its driver_type is NULL: the driver of the environment makes it. */
static const struct maker *
find_maker(const char *driver_type)
{
	static const struct maker by_driver = {NULL, make_by_driver, NULL, false, false};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (strcmp(makers[i].driver_type, driver_type) == 0)
			return &makers[i];
	return &by_driver;
}

const char *
provision_maker_type(size_t i)
{
	return i < sizeof(makers) / sizeof(makers[0]) ? makers[i].driver_type : NULL;
}

bool
provision_maker_is_static(size_t i)
{
	return makers[i].make == make_static;
}

/* --- definitions, when they are written --- */

static int
check_by_driver(const struct platform *platform, const struct definition *definition,
		const json_t *values, struct error *err)
{
	const char *driver_type = untrusted_raw(&definition->driver_type);
	struct driver *driver;

	for (size_t i = 0; platform->drivers && (driver = drivers_at(platform->drivers, i)); i++) {
		struct driver_resource resource = {
			.name = untrusted_raw(&definition->id),
			.type = provision_driver_kind(driver, driver_type),
			.of = untrusted_raw(&definition->type),
			.inputs = values,
		};

		if (!resource.type)
			continue;
		return driver->ops->check_resource
			       ? driver->ops->check_resource(driver, &resource, err) : 0;
	}
	return 0;
}

int
provision_check_inputs(const struct platform *platform, const char *org,
		       const struct definition *definition, struct error *err)
{
	const char *id = untrusted_raw(&definition->id),
		   *driver_type = untrusted_raw(&definition->driver_type);
	const json_t *inputs = definition->driver_inputs,
		     *values = json_object_get(inputs, "values");
	const struct maker *maker = find_maker(driver_type);

	if (untrusted_is(&definition->type, DEFINITION_CLUSTER))
		return cluster_definition_check(platform, org, definition, err);
	if (!maker->takes_secrets && definition_inputs_have_secrets(inputs))
		return error_set_code(err, CODE_DEFINITION_SECRETS_NOT_TAKEN, .definition = id);
	if (maker->driver_type)
		return maker->check ? maker->check(values, err) : 0;
	return check_by_driver(platform, definition, values, err);
}

bool
provision_keeps_files(const char *driver_type)
{
	return find_maker(driver_type)->keeps_files;
}

/* Ends with provision_made() in every case, often before it returns. */
void
provision_make(struct resource_job *m)
{
	struct error err = {0};
	json_t *locals;

	const struct maker *maker = find_maker(untrusted_raw(&m->node->driver_type));

	m->state = RUNNING;
	m->provision->going++;
	locals = locals_of(m, &err);
	if (locals && !maker->takes_secrets && count_secrets(m) > 0)
		error_set_code(&err, CODE_DEFINITION_SECRETS_NOT_TAKEN,
			       .definition = untrusted_raw(&m->node->def_id));
	if (err.kind == ERROR_NONE)
		maker->make(m, locals);
	else
		provision_made(m, NULL, &err);
	json_decref(locals);
}
