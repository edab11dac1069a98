/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Carrying a resource graph out. */
#include "config.h"

#include "platform/provision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/pointer.h"
#include "platform/definition-inputs.h"
#include "platform/deployed-values.h"
#include "platform/driver.h"
#include "platform/log.h"
#include "platform/loop.h"
#include "platform/repository-resources.h"
#include "platform/secret.h"

#define SIDE_BY_SIDE 8
#define WHERE_INPUTS "driver_inputs/values"

enum state { WAITING, GOING, MADE, FAILED };

struct making {
	struct provision *provision;
	const json_t *node;
	const json_t *row;	/* what was there; NULL: it is new */
	char *name;
	enum state state;
	json_t *outputs;	/* with the texts of secrets */
	json_t *secrets;	/* {name: true}: which of them are */
	json_t *kept;		/* what the driver keeps for itself */
};

struct provision {
	struct provision_order order;
	char *space;
	struct making *items;
	size_t count, going;
	json_t *places;		/* {guresid: place} */
	bool failed, advancing;
	char *blamed;
	struct error why;
	struct loop_timer *timer;
	struct ending *ending;	/* those that are going on when it is freed */
	provision_done *done;
	void *data;
};

/* What a driver is given, for it may answer when the provision is gone. */
struct ending {
	struct making *making;	/* NULL: nobody waits any more */
	struct ending *next;
};

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_member_string(object, key);

	return text ? text : "";
}

static json_t *
inputs_of(const json_t *node)
{
	return json_object_get(json_object_get(node, "driver"), "values");
}

/* --- what can be named in a definition --- */

static struct making *
find_made(const struct provision *p, const char *type, const char *resource_class, const char *id)
{
	for (size_t i = 0; i < p->count; i++) {
		struct making *m = &p->items[i];

		if (strcmp(text_of(m->node, "id"), id) == 0 && (!type || strcmp(text_of(m->node, "type"), type) == 0) &&
		    (!resource_class || strcmp(text_of(m->node, "class"), resource_class) == 0))
			return m;
	}
	return NULL;
}

static json_t *
output_of(const struct provision *p, const struct making *m, const char *name, bool closed,
	  json_t *texts, bool *secret, struct error *err)
{
	json_t *value = json_object_get(m->outputs, name);
	char fingerprint[SECRET_FINGERPRINT_SIZE], *text;

	if (!value) {
		error_set(err, ERROR_INPUT, _("the resource %s has no output \"%s\""), text_of(m->node, "id"),
			  name);
		return NULL;
	}
	*secret = json_object_get(m->secrets, name) != NULL;
	if (!*secret)
		return json_incref(value);
	if (texts && json_is_string(value))
		json_array_append(texts, value);
	if (!closed)
		return json_incref(value);
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
	secrets_fingerprint(p->order.platform->secrets, p->order.place, text ? text : "", fingerprint);
	secrets_wipe(text);
	return json_string(fingerprint);
}

static json_t *
find_resource(void *data, const struct reference_resource *resource, const char *name,
	      bool *secret, struct error *err)
{
	const struct making *m = data;
	const struct making *other =
		find_made(m->provision, resource->type,
			  resource->resource_class ? resource->resource_class : "default",
			  resource->id ? resource->id : text_of(m->node, "id"));

	if (other && other->state == MADE)
		return output_of(m->provision, other, name, false, NULL, secret, err);
	error_set(err, ERROR_INPUT, _("there is no such resource"));
	return NULL;
}

/* In what a set says for a resource, as in a module. */
static json_t *
find_output(void *data, const char *res_id, const char *name, bool *secret, struct error *err)
{
	const struct making *m = data, *other = find_made(m->provision, NULL, NULL, res_id);

	if (other && other->state == MADE)
		return output_of(m->provision, other, name, false, NULL, secret, err);
	error_set(err, ERROR_INPUT, _("no resource %s is declared"), res_id);
	return NULL;
}

static bool
is_declared(void *data, const char *res_id)
{
	const struct making *m = data;

	return find_made(m->provision, NULL, NULL, res_id) != NULL;
}

static json_t *
find_value(void *data, const char *key, bool *secret, struct error *err)
{
	const struct making *m = data;

	return deployed_values_find(m->provision->order.values, key, false, NULL, secret, err);
}

/* secrets NULL: none may be touched. */
static json_t *
resolve(struct making *m, const json_t *value, const char *where, const char *module,
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

	source.context.res_id = text_of(m->node, "id");
	source.context.res_type = text_of(m->node, "type");
	source.context.res_class = text_of(m->node, "class");
	source.context.res_guresid = text_of(m->node, "guresid");
	return placeholder_resolve(value, where, reference_look_up, &source, secrets, err);
}

/* {"params": ...}: what the set says for it, in the words of its module. */
static json_t *
locals_of(struct making *m, struct error *err)
{
	const char *id = text_of(m->node, "id");
	const char *name = strncmp(id, "modules.", 8) == 0 ? id + 8 : "";
	const char *end = strstr(name, ".externals.");
	char *module = xstrndup(name, end ? (size_t)(end - name) : 0);
	json_t *params = resolve(m, json_object_get(m->node, "resource"), "params", module, NULL, NULL,
				 err);

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

static void advance(struct provision *p);

/* Takes the outputs; NULL with err. */
static void
end_making(struct making *m, json_t *outputs, const struct error *err)
{
	struct provision *p = m->provision;

	p->going--;
	m->outputs = outputs;
	m->state = outputs ? MADE : FAILED;
	if (!m->secrets)
		m->secrets = json_object();
	if (!outputs && !p->failed) {
		p->failed = true;
		p->blamed = xstrdup(text_of(m->node, "id"));
		p->why = *err;
		error_prefix(&p->why, _("resource %s"), p->blamed);
	}
	advance(p);
}

static size_t
count_secrets(const struct making *m)
{
	return json_object_size(json_object_get(json_object_get(m->node, "driver"), "secrets"));
}

/* Those of the definition, in the version that the graph names; new. */
static json_t *
open_secrets(const struct making *m, struct error *err)
{
	const struct provision_order *order = &m->provision->order;
	const char *org = order->place->org, *id = text_of(m->node, "def_id");
	json_t *body, *secrets;

	if (count_secrets(m) == 0)
		return json_object();
	body = repository_definition_version(order->platform->repository, org, id,
					     text_of(m->node, "def_version_id"), err);
	if (!body)
		return NULL;
	secrets = definition_inputs_open(order->platform, org, id, json_object_get(body, "driver_inputs"),
					 err);
	json_decref(body);
	return secrets;
}

static void
make_static(struct making *m, const json_t *locals)
{
	struct error err = {0};
	json_t *pointers = json_array(), *secret, *secrets = NULL;
	json_t *outputs = resolve(m, inputs_of(m->node), WHERE_INPUTS, NULL, locals, pointers, &err);
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
	end_making(m, outputs, &err);
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

		secrets_fingerprint(p->order.platform->secrets, p->order.place, text ? text : "", tag);
		json_object_set_new(list, name, json_pack("{s:O, s:s}", "text", content, "tag", tag));
	}
	return list;
}

static json_t *
resolve_template(struct making *m, const json_t *templates, json_t *locals, struct error *err)
{
	struct driver *driver = m->provision->order.platform->driver;
	json_t *pointers = json_array(), *outputs = NULL;
	json_t *init = NULL, *files = NULL, *tags = NULL;

	init = resolve(m, json_object_get(templates, "init"), WHERE_INPUTS "/templates/init", NULL, locals,
		       NULL, err);
	if (init) {
		json_object_set_new(locals, "init", init);
		files = resolve(m, json_object_get(templates, "files"), WHERE_INPUTS "/templates/files", NULL,
				locals, pointers, err);
	}
	if (files) {
		tags = tagged(m->provision, files);
		m->kept = driver->ops->keep_files(driver, m->provision->space, m->name, tags,
						  json_object_get(m->row, "state"), err);
	}
	if (m->kept) {
		json_object_set(locals, "files", m->kept);
		json_array_clear(pointers);
		outputs = resolve(m, json_object_get(templates, "outputs"),
				  WHERE_INPUTS "/templates/outputs", NULL, locals, pointers, err);
		m->secrets = secret_members(pointers, WHERE_INPUTS "/templates/outputs");
	}
	json_decref(tags);
	json_decref(files);
	json_decref(pointers);
	return outputs;
}

static void
make_template(struct making *m, const json_t *locals)
{
	static const char *const parts[] = {"init", "files", "outputs"};
	json_t *templates = json_deep_copy(json_object_get(inputs_of(m->node), "templates"));
	struct error err = {0};
	json_t *copy = json_copy((json_t *)locals), *outputs = NULL;
	int ret = 0;

	if (!json_is_object(templates))
		ret = error_set(&err, ERROR_INPUT, _("its definition has no object \"templates\" in the values "
						     "of its \"driver_inputs\""));
	for (size_t i = 0; ret == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		const json_t *part = json_object_get(templates, parts[i]);

		if (!part || json_is_null(part))
			json_object_set_new(templates, parts[i], json_object());
		else if (!json_is_object(part))
			ret = error_set(&err, ERROR_INPUT, _("\"%s\" of its definition's templates must be an "
							     "object"), parts[i]);
	}
	if (ret == 0)
		outputs = resolve_template(m, templates, copy, &err);
	json_decref(copy);
	json_decref(templates);
	end_making(m, outputs, &err);
}

/* "process/sqlite" is "sqlite" of the driver "process"; NULL: it is none of this driver. */
static const char *
driver_kind(const struct driver *driver, const char *driver_type)
{
	const char *name = driver->ops->name;
	size_t length = strlen(name);

	return strncmp(driver_type, name, length) == 0 && driver_type[length] == '/'
		       ? driver_type + length + 1 : NULL;
}

static void
provisioned(void *data, json_t *outputs, const struct error *err)
{
	struct ending *ending = data;
	struct making *m = ending->making;
	struct ending **link;

	if (m) {
		for (link = &m->provision->ending; *link != ending; link = &(*link)->next)
			;
		*link = ending->next;
	}
	free(ending);
	if (m)
		end_making(m, outputs, err);
	else
		json_decref(outputs);
}

static void
make_by_driver(struct making *m, const json_t *locals)
{
	struct provision *p = m->provision;
	struct driver *driver = p->order.platform->driver;
	const char *driver_type = text_of(m->node, "driver_type");
	const char *kind = driver_kind(driver, driver_type);
	struct error err = {0};
	struct ending *ending;
	json_t *inputs = NULL;

	if (!kind)
		error_set(&err, ERROR_INPUT, _("the definition %s asks for the driver \"%s\", which this "
					       "platform does not have"), text_of(m->node, "def_id"), driver_type);
	else
		inputs = resolve(m, inputs_of(m->node), WHERE_INPUTS, NULL, locals, NULL, &err);
	if (!inputs) {
		end_making(m, NULL, &err);
		return;
	}
	ending = xcalloc(1, sizeof(*ending));
	ending->making = m;
	ending->next = p->ending;
	p->ending = ending;
	struct driver_resource resource = {
		.res_id = text_of(m->node, "id"),
		.name = m->name,
		.type = kind,
		.inputs = inputs,
		.previous_outputs = json_object_get(m->row, "outputs"),
	};
	driver->ops->provision(driver, p->space, &resource, provisioned, ending);
	json_decref(inputs);
}

static const struct maker {
	const char *driver_type;
	void (*make)(struct making *m, const json_t *locals);
	bool keeps_files, takes_secrets;
} makers[] = {
	{"static", make_static, false, true},
	{"humanitec/static", make_static, false, true},
	{"humanitec/echo", make_static, false, true},
	{"template", make_template, true, false},
};

static const struct maker *
find_maker(const char *driver_type)
{
	static const struct maker by_driver = {NULL, make_by_driver, false, false};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (strcmp(makers[i].driver_type, driver_type) == 0)
			return &makers[i];
	return &by_driver;
}

static void
make(struct making *m)
{
	struct error err = {0};
	json_t *locals;

	const struct maker *maker = find_maker(text_of(m->node, "driver_type"));

	m->state = GOING;
	m->provision->going++;
	locals = locals_of(m, &err);
	if (locals && !maker->takes_secrets && count_secrets(m) > 0)
		error_set(&err, ERROR_INPUT, _("the definition %s has secrets, which only the driver \"static\" "
					       "takes"), text_of(m->node, "def_id"));
	if (err.kind == ERROR_NONE)
		maker->make(m, locals);
	else
		end_making(m, NULL, &err);
	json_decref(locals);
}

/* --- the order --- */

static bool
may_begin(const struct provision *p, const struct making *m)
{
	const json_t *needed;
	size_t i;

	if (m->state != WAITING)
		return false;
	json_array_foreach(json_object_get(m->node, "depends_on"), i, needed) {
		const json_t *place = json_object_get(p->places, json_string_value(needed));

		if (!place || p->items[json_integer_value(place)].state != MADE)
			return false;
	}
	return true;
}

static void
tell(void *data)
{
	struct provision *p = data;

	p->timer = NULL;
	p->done(p->data, p->blamed, p->failed ? &p->why : NULL);
}

/* A driver may answer at once: then it is the outer call that goes on. */
static void
advance(struct provision *p)
{
	bool more = !p->advancing;

	if (p->advancing)
		return;
	p->advancing = true;
	while (more) {
		more = false;
		for (size_t i = 0; i < p->count && !p->failed && p->going < SIDE_BY_SIDE; i++) {
			if (!may_begin(p, &p->items[i]))
				continue;
			make(&p->items[i]);
			more = true;
		}
	}
	p->advancing = false;
	if (p->going == 0 && !p->timer)
		p->timer = loop_add_timer(p->order.platform->loop, 0, tell, p);
}

/* --- beginning and ending --- */

static const json_t *
row_of(const json_t *known, const char *key, const char *value)
{
	const json_t *row;
	size_t i;

	json_array_foreach(known, i, row)
		if (strcmp(text_of(row, key), value) == 0)
			return row;
	return NULL;
}

/* What the driver calls it: the resource's id, and as much more as makes it the only one. */
static char *
new_name(const struct provision *p, const json_t *node)
{
	const char *kind = strrchr(text_of(node, "driver_type"), '/');
	const char *type = text_of(node, "type"), *resource_class = text_of(node, "class");
	bool is_kind = kind && strcmp(kind + 1, type) == 0;
	bool is_default = strcmp(resource_class, "default") == 0;
	char *base = xasprintf("%s%s%s%s%s", text_of(node, "id"), is_kind ? "" : ".", is_kind ? "" : type,
			       is_default ? "" : ".", is_default ? "" : resource_class);
	char *name;

	for (char *at = base; *at; at++)
		*at = *at == '/' ? '_' : *at;
	name = xstrdup(base);
	for (int i = 2; row_of(p->order.known, "name", name); i++) {
		free(name);
		name = xasprintf("%s-%d", base, i);
	}
	free(base);
	return name;
}

static int
set_up(struct provision *p, size_t i, const json_t *node, struct error *err)
{
	const struct provision_order *order = &p->order;
	struct making *m = &p->items[i];

	m->provision = p;
	m->node = node;
	m->row = row_of(order->known, "gu_res_id", text_of(node, "guresid"));
	m->name = m->row ? xstrdup(text_of(m->row, "name")) : new_name(p, node);
	json_object_set_new(p->places, text_of(node, "guresid"), json_integer((json_int_t)i));
	return repository_put_pending_resource(order->platform->repository, order->place, node, m->name,
					       order->context.deployment_id, clock_wall_ms(), err);
}

struct provision *
provision_start(const struct provision_order *order, provision_done *done, void *data,
		struct error *err)
{
	struct provision *p = xcalloc(1, sizeof(*p));
	const json_t *node;
	size_t i;
	int ret = 0;

	p->order = *order;
	p->done = done;
	p->data = data;
	p->space = xasprintf("%s/%s/%s", order->place->org, order->place->app, order->place->env);
	p->count = json_array_size(order->nodes);
	p->items = xcalloc(p->count + 1, sizeof(*p->items));
	p->places = json_object();
	json_array_foreach(order->nodes, i, node)
		ret = ret == 0 ? set_up(p, i, node, err) : ret;
	if (ret == 0) {
		advance(p);
		return p;
	}
	provision_free(p);
	return NULL;
}

void
provision_free(struct provision *p)
{
	if (!p)
		return;
	for (struct ending *ending = p->ending; ending; ending = ending->next)
		ending->making = NULL;
	loop_remove_timer(p->timer);
	for (size_t i = 0; i < p->count; i++) {
		free(p->items[i].name);
		json_decref(p->items[i].outputs);
		json_decref(p->items[i].secrets);
		json_decref(p->items[i].kept);
	}
	json_decref(p->places);
	free(p->items);
	free(p->blamed);
	free(p->space);
	free(p);
}

/* --- what came of it --- */

/* A set declares one resource under an id; others of that id may be there for a definition. */
static const struct making *
find_declared(const struct provision *p, const char *res_id)
{
	const json_t *wanted;
	size_t i;

	json_array_foreach(p->order.declared, i, wanted) {
		const char *resource_class = text_of(wanted, "class");

		if (strcmp(text_of(wanted, "id"), res_id) == 0)
			return find_made(p, text_of(wanted, "type"),
					 *resource_class ? resource_class : "default", res_id);
	}
	return NULL;
}

const json_t *
provision_outputs(const struct provision *p, const char *res_id)
{
	const struct making *m = find_declared(p, res_id);

	return m ? m->outputs : NULL;
}

json_t *
provision_find(const struct provision *p, const char *res_id, const char *name, bool closed,
	       json_t *texts, bool *secret, struct error *err)
{
	const struct making *m = find_declared(p, res_id);

	if (m)
		return output_of(p, m, name, closed, texts, secret, err);
	error_set(err, ERROR_INPUT, _("no resource %s is declared"), res_id);
	return NULL;
}

/* What is secret is named and not kept: the next deployment makes it anew. */
static int
settle(const struct provision *p, const struct making *m, struct error *err)
{
	const struct provision_order *order = &p->order;
	json_t *outputs = json_copy(m->outputs), *refs = json_object(), *nothing = json_object(), *yes;
	struct resource_result result = {.outputs = outputs, .state = m->kept ? m->kept : nothing,
					 .secret_refs = refs, .deploy_id = order->context.deployment_id};
	const char *name;
	int ret;

	json_object_foreach(m->secrets, name, yes) {
		char *ref = xasprintf("orgs/%s/resources/%s/secrets/.%s", order->place->org,
				      text_of(m->node, "guresid"), name);

		json_object_del(outputs, name);
		json_object_set_new(refs, name, json_string(ref));
		free(ref);
	}
	ret = repository_settle_resource(order->platform->repository, order->place, m->node, &result,
					 clock_wall_ms(), err);
	json_decref(nothing);
	json_decref(refs);
	json_decref(outputs);
	return ret;
}

int
provision_settle(const struct provision *p, struct error *err)
{
	struct repository *repository = p->order.platform->repository;

	if (repository_begin(repository, err) != 0)
		return -1;
	for (size_t i = 0; i < p->count; i++) {
		if (settle(p, &p->items[i], err) != 0) {
			repository_rollback(repository);
			return -1;
		}
	}
	if (repository_doom_resources(repository, p->order.place, p->order.context.deployment_id,
				      clock_wall_ms(), err) == 0 &&
	    repository_commit(repository, err) == 0)
		return 0;
	repository_rollback(repository);
	return -1;
}

int
provision_unmake(struct platform *platform, const struct place *place, const json_t *row,
		 struct error *err)
{
	struct driver *driver = platform->driver;
	const char *driver_type = text_of(row, "driver_type"), *name = text_of(row, "name");
	const char *kind = driver_kind(driver, driver_type);
	char *space = xasprintf("%s/%s/%s", place->org, place->app, place->env);
	int ret = 0;

	if (kind) {
		ret = driver->ops->deprovision(driver, space, kind, name, json_object_get(row, "outputs"), err);
	} else if (find_maker(driver_type)->keeps_files) {
		json_t *none = driver->ops->keep_files(driver, space, name, NULL, NULL, err);

		ret = none ? 0 : -1;
		json_decref(none);
	}
	free(space);
	if (ret == 0)
		ret = repository_drop_resource(platform->repository, place, text_of(row, "gu_res_id"), err);
	return ret;
}

void
provision_remove_leftovers(struct platform *platform, const struct place *place)
{
	struct error err = {0};
	json_t *known = repository_known_resources(platform->repository, place, &err);
	const json_t *row;
	size_t i;

	if (!known)
		log_line(LOG_PRIORITY_ERROR, "cannot read the resources", "env", place->env, "error", err.text,
			 NULL);
	json_array_foreach(known, i, row) {
		const char *status = text_of(row, "status");

		if (strcmp(status, "pending") != 0 && strcmp(status, "deleting") != 0)
			continue;
		if (provision_unmake(platform, place, row, &err) != 0)
			log_line(LOG_PRIORITY_WARNING, "cannot remove a resource, trying again later", "env",
				 place->env, "resource", text_of(row, "res_id"), "error", err.text, NULL);
		else
			log_line(LOG_PRIORITY_INFO, "resource removed", "env", place->env, "resource",
				 text_of(row, "res_id"), "type", text_of(row, "type"), NULL);
	}
	json_decref(known);
}
