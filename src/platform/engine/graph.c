/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The resource graph.  Nodes are looked at in the order in which they came; looking at one
 * may add others at the end, so the walk ends when there are none left to look at, and
 * nothing recurs.  Then they are put in order, the smallest place first among those that
 * could be next.
 *
 * That order depends on nothing but the input.  A preview and the deployment after it
 * therefore give the same graph, byte for byte, and its hash can be a precondition
 * (deploy-graph).
 *
 * Who needs whom is a matrix of bits and not a list of edges: GRAPH_NODES_MAX bounds it, and
 * adding, asking and completing it are one line each.
 */
#include "config.h"

#include "platform/engine/graph.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/match.h"
#include "model/members.h"
#include "model/nouns.h"
#include "model/placeholder.h"
#include "model/reference.h"
#include "model/resource-graph.h"
#include "model/set.h"
#include "platform/state/definition-inputs.h"
#include "platform/state/definition.h"
#include "platform/state/place.h"
#include "platform/state/repository-resources.h"

#define CULPRIT_SIZE 256
#define GU_DIGITS 40

struct build {
	const struct graph_source *source;
	struct resource_graph graph;	/* the nodes by their place */
	json_t *places;			/* {key: place} */
	json_t *bodies;			/* the definition of each */
	bool *needs;			/* [place * GRAPH_NODES_MAX + of what] */
	bool *beside;			/* who needs the first needs the second as well */
	size_t at;			/* which is looked at */
	bool failed;			/* err was set while a placeholder was looked at */
	char *culprit;
};

/* "TYPE.CLASS#ID", which is one resource of an environment. */
static char *
graph_key(const char *type, const char *resource_class, const char *id)
{
	return xasprintf("%s.%s#%s", type, resource_class, id);
}

/* --- what is declared --- */

/* A set says what it was written with: a class or parameters of another type are none. */
static void
add_declared(struct declared_resources *declared, char *id, const json_t *declaration)
{
	const json_t *params = json_object_get(declaration, "params");
	struct declared_resource one = {.id = {id}};

	untrusted_init(&one.type, json_member_string(declaration, "type"));
	untrusted_init(&one.resource_class, json_member_string(declaration, "class"));
	if (json_is_object(params))
		one.params = json_incref((json_t *)(uintptr_t)params);
	declared_resources_add(declared, &one);
}

void
graph_declared(const struct set *set, struct declared_resources *out)
{
	const char *module, *resource;
	json_t *body, *declaration;

	*out = (struct declared_resources){0};
	json_object_foreach(set_shared(set), resource, declaration)
		add_declared(out, xasprintf("shared.%s", resource), declaration);
	json_object_foreach(set_modules(set), module, body) {
		json_object_foreach(json_object_get(body, "externals"), resource, declaration)
			add_declared(out, xasprintf("modules.%s.externals.%s", module, resource),
				     declaration);
	}
}

/* --- one node --- */

static bool
is_same_resource(const struct known_resource *row, const char *type, const char *resource_class,
		 const char *id)
{
	return strcmp(row->res_id, id) == 0 && strcmp(row->type, type) == 0 &&
	       strcmp(row->resource_class, resource_class) == 0;
}

/* An active row before a pending one: what a deployment in
 * between left behind has no outputs. */
static const struct known_resource *
known_row(const struct build *b, const char *type, const char *resource_class, const char *id)
{
	const struct known_resource *found = NULL;

	for (size_t i = 0; i < b->source->known->count; i++) {
		const struct known_resource *row = &b->source->known->items[i];

		if (row->status != RESOURCE_DETACHED &&
		    is_same_resource(row, type, resource_class, id) &&
		    (!found || row->status == RESOURCE_ACTIVE))
			found = row;
	}
	return found;
}

/* The same each time it is asked for, until a resource like it was detached. */
static char *
new_gu_res_id(const struct build *b, const char *type, const char *resource_class, const char *id,
	      const char *driver_type)
{
	const struct graph_source *source = b->source;
	char hash[IDS_SHA256_HEX_SIZE], *text;
	json_t *named;
	int detached = 0;

	for (size_t i = 0; i < source->known->count; i++)
		detached += source->known->items[i].status == RESOURCE_DETACHED &&
			    is_same_resource(&source->known->items[i], type, resource_class, id);
	named = json_pack("[s,s,s,s,s,s,s,s,i]", source->place->org, source->place->app,
			  source->place->env, source->env_since, type, resource_class, id,
			  driver_type, detached);
	text = json_dumps(named, JSON_COMPACT);
	ids_sha256_hex(hash, text ? text : "", text ? strlen(text) : 0);
	free(text);
	json_decref(named);
	return xstrndup(hash, GU_DIGITS);
}

/* The definition of a resource: the version that it is pinned to, or the one that matches. */
static const json_t *
find_definition(const struct build *b, const struct known_resource *row,
		const struct match_request *request, struct error *err)
{
	const json_t *pinned = row ? row->pinned : NULL;
	const struct definition *found =
		json_is_object(pinned) ? NULL : match_definition(b->source->definitions, request);
	const json_t *body = found ? found->document : pinned;

	if (!json_is_object(body))
		error_set_code(err, CODE_DEFINITION_NOT_MATCHED, .resource = request->res_id,
			       .type = request->type, .resource_class = request->resource_class,
			       .env_type = request->env_type);
	return json_is_object(body) ? body : NULL;
}

/* The id of the criterion by which it serves the resource, as the wire has it; new. */
static char *
criterion_id(const struct definition *definition, const struct match_request *request)
{
	int rank;
	const struct criterion *criterion = match_criterion(definition, request, &rank);

	return criterion ? definition_criterion_id(definition,
						   (size_t)(criterion - definition->criteria))
			 : xstrdup("");
}

/* Another driver cannot take over what the one before made, so it is another resource with another
 * id, unless the definition says that it may be changed in place. */
static char *
gu_res_id_of(const struct build *b, const struct match_request *request,
	     const struct known_resource *row, const struct definition *definition)
{
	const char *driver_type = untrusted_raw(&definition->driver_type);

	if (row && (definition->in_place_driver_change ||
		    strcmp(row->driver_type, driver_type) == 0))
		return xstrdup(row->gu_res_id);
	return new_gu_res_id(b, request->type, request->resource_class, request->res_id,
			     driver_type);
}

/* What the definition gives its driver, as it may be seen: secrets by their references. */
static json_t *
driver_of(const struct build *b, const struct definition *definition)
{
	json_t *values = json_object_get(definition->driver_inputs, "values");
	json_t *shown = definition_inputs_shown(b->source->place->org,
						untrusted_raw(&definition->id),
						definition->driver_inputs);
	json_t *secrets = json_incref(json_object_get(shown, "secret_refs"));

	json_decref(shown);
	return json_pack("{s:o, s:o}", "values",
			 json_is_object(values) ? json_incref(values) : json_object(), "secrets",
			 secrets ? secrets : json_object());
}

static void
make_node(struct graph_node *out, const struct build *b, const struct match_request *request,
	  const struct known_resource *row, const json_t *body, const json_t *params)
{
	char version[DEFINITION_VERSION_SIZE];
	struct definition definition;

	definition_read(&definition, body);
	definition_version(version, body);
	*out = (struct graph_node){
		.gu_res_id = {gu_res_id_of(b, request, row, &definition)},
		.criteria_id = {criterion_id(&definition, request)},
		.driver = driver_of(b, &definition),
		.params = json_is_object(params) ? json_incref((json_t *)(uintptr_t)params) : NULL,
		.in_place_driver_change = definition.in_place_driver_change,
	};
	untrusted_init(&out->id, request->res_id);
	untrusted_init(&out->type, request->type);
	untrusted_init(&out->resource_class, request->resource_class);
	untrusted_init(&out->def_id, untrusted_raw(&definition.id));
	untrusted_init(&out->def_version_id, version);
	untrusted_init(&out->driver_type, untrusted_raw(&definition.driver_type));
	untrusted_init(&out->driver_account, definition.driver_account.raw);
	definition_clear(&definition);
}

/* The place of a new one, behind the others, which may move; what is in them does not. */
static struct graph_node *
add_place(struct resource_graph *graph)
{
	graph->nodes = xreallocarray(graph->nodes, graph->node_count + 1, sizeof(*graph->nodes));
	return &graph->nodes[graph->node_count++];
}

static const char *
id_at(const struct build *b, size_t place)
{
	return untrusted_raw(&b->graph.nodes[place].id);
}

static int
set_culprit(struct build *b, const char *id)
{
	snprintf(b->culprit, CULPRIT_SIZE, "%s", id);
	b->failed = true;
	return -1;
}

/* Its place; -1 with err. */
static int
add_node(struct build *b, const char *type, const char *resource_class, const char *id,
	 const json_t *params, struct error *err)
{
	const struct graph_source *source = b->source;
	struct match_request request = {
		.type = type, .resource_class = resource_class, .app_id = source->place->app,
		.env_id = source->place->env, .env_type = source->env_type, .res_id = id,
	};
	char *key = graph_key(type, resource_class, id);
	const json_t *there = json_object_get(b->places, key), *body;
	const struct known_resource *row;
	int place = there ? (int)json_integer_value(there) : (int)b->graph.node_count;

	if (!there) {
		row = known_row(b, type, resource_class, id);
		body = place < GRAPH_NODES_MAX ? find_definition(b, row, &request, err) : NULL;
		if (place == GRAPH_NODES_MAX)
			error_set_code(err, CODE_GRAPH_TOO_LARGE, .max = GRAPH_NODES_MAX);
		if (body) {
			make_node(add_place(&b->graph), b, &request, row, body, params);
			json_array_append(b->bodies, (json_t *)body);
			json_object_set_new(b->places, key, json_integer(place));
		} else {
			place = set_culprit(b, id);
		}
	}
	free(key);
	return place;
}

/* --- what a node names --- */

/* The resolver is used as a parser here: each lookup notes an edge and gives no value. */
static json_t *
see_resource(void *data, const struct reference_resource *resource, const char *name, bool *secret,
	     struct error *err)
{
	struct build *b = data;
	int place = add_node(b, resource->type,
			     resource->resource_class ? resource->resource_class : "default",
			     resource->id ? resource->id : id_at(b, b->at), NULL, err);


	(void)name;
	(void)secret;
	if (place >= 0)
		b->needs[b->at * GRAPH_NODES_MAX + (size_t)place] = true;
	return NULL;
}

static json_t *
see_output(void *data, const char *res_id, const char *name, bool *secret, struct error *err)
{
	struct build *b = data;

	(void)name;
	(void)secret;
	(void)err;
	for (size_t i = 0; i < b->graph.node_count; i++)
		if (strcmp(id_at(b, i), res_id) == 0)
			b->needs[b->at * GRAPH_NODES_MAX + i] = true;
	return NULL;
}

static bool
is_known(void *data, const char *res_id)
{
	struct build *b = data;

	for (size_t i = 0; i < b->graph.node_count; i++)
		if (strcmp(id_at(b, i), res_id) == 0)
			return true;
	return false;
}

/* Only who is named matters here; that something is not there is said when it is wanted. */
static json_t *
see(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	struct reference_source *source = data;
	struct build *b = source->data;
	struct error ignored = {0};

	json_decref(reference_look_up(source, tokens, count, secret, &ignored));
	*secret = false;
	if (!b->failed)
		return json_string("");
	*err = ignored;
	return NULL;
}

static int
see_names(struct build *b, const json_t *value, const char *where, const char *module,
	  struct error *err)
{
	struct reference_source source = {
		.data = b,
		.module = module,
		.output = see_output,
		.is_declared = is_known,
		.resource = see_resource,
	};
	json_t *seen = placeholder_resolve(value, where, see, &source, NULL, err);

	json_decref(seen);
	if (seen)
		return 0;
	if (!b->failed) {
		error_prefix_code(err, CODE_IN_RESOURCE, .resource = id_at(b, b->at));
		set_culprit(b, id_at(b, b->at));
	}
	return -1;
}

/* The module whose resource it is; "" for a shared one.  free() it. */
static char *
module_of(const char *id)
{
	const char *name = strncmp(id, "modules.", 8) == 0 ? id + 8 : "";
	const char *end = strstr(name, ".externals.");

	return end ? xstrndup(name, (size_t)(end - name)) : xstrdup("");
}

/* "TYPE#ID", "TYPE.CLASS#ID": what is provisioned with it. */
static int
add_beside(struct build *b, const char *name, const json_t *how, struct error *err)
{
	struct reference_resource other;
	int place;

	if (!reference_resource_read(&other, name)) {
		error_set_code(err, CODE_PROVISION_NAMES_NO_RESOURCE,
			       .definition = untrusted_raw(&b->graph.nodes[b->at].def_id),
			       .name = name);
		return set_culprit(b, id_at(b, b->at));
	}
	place = add_node(b, other.type, other.resource_class ? other.resource_class : "default",
			 other.id ? other.id : id_at(b, b->at), json_object_get(how, "params"),
			 err);
	reference_resource_clear(&other);
	if (place < 0)
		return -1;
	if (json_is_true(json_object_get(how, "is_dependent")))
		b->needs[(size_t)place * GRAPH_NODES_MAX + b->at] = true;
	if (json_is_true(json_object_get(how, "match_dependents")))
		b->beside[b->at * GRAPH_NODES_MAX + (size_t)place] = true;
	return 0;
}

/* The set's own parameters speak as a module does; the definition's
 * inputs as a definition does. */
static int
look_at(struct build *b, struct error *err)
{
	json_t *beside = json_object_get(json_array_get(b->bodies, b->at), "provision"), *how;
	const struct graph_node *node = &b->graph.nodes[b->at];
	json_t *params = node->params, *values = graph_node_values(node);
	char *module = module_of(id_at(b, b->at));
	const char *name;
	int ret;

	ret = params ? see_names(b, params, "params", module, err) : 0;
	free(module);
	if (ret == 0)
		ret = see_names(b, values, "driver_inputs/values", NULL, err);
	json_object_foreach(beside, name, how)
		ret = ret == 0 ? add_beside(b, name, how, err) : ret;
	return ret;
}

/* Who needs a resource needs those as well that were provisioned with it and say so. */
static void
match_dependents(struct build *b)
{
	size_t count = b->graph.node_count;

	for (size_t first = 0; first < count; first++)
		for (size_t second = 0; second < count; second++)
			for (size_t of = 0;
			     b->beside[first * GRAPH_NODES_MAX + second] && of < count; of++)
				if (of != second && b->needs[of * GRAPH_NODES_MAX + first])
					b->needs[of * GRAPH_NODES_MAX + second] = true;
}

/* --- the order --- */

static bool
is_free(const struct build *b, size_t place, const bool *done, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (b->needs[place * GRAPH_NODES_MAX + i] && !done[i])
			return false;
	return true;
}

static size_t
first_need(const struct build *b, size_t place, const bool *done, size_t count)
{
	size_t i = 0;

	while (i < count && (!b->needs[place * GRAPH_NODES_MAX + i] || done[i]))
		i++;
	return i;
}

/* None of those that are not done is free, so following needs ends up in a circle. */
static void
name_circle(struct build *b, const bool *done, size_t count, struct error *err)
{
	size_t at = 0, start;
	struct buf text;

	while (done[at])
		at++;
	for (size_t i = 0; i < count; i++)
		at = first_need(b, at, done, count);
	start = at;
	for (size_t next = first_need(b, at, done, count); next != at;
	     next = first_need(b, next, done, count))
		start = next < start ? next : start;
	at = start;
	buf_init(&text, sizeof(err->text));
	do {
		buf_printf(&text, "%s (%s) -> ", id_at(b, at),
			   untrusted_raw(&b->graph.nodes[at].type));
		at = first_need(b, at, done, count);
	} while (at != start);
	buf_puts(&text, id_at(b, start));
	error_set_code(err, CODE_RESOURCES_IN_CIRCLE, .circle = buf_str(&text));
	set_culprit(b, id_at(b, start));
	buf_clear(&text);
}

static void
put_needs(const struct build *b, struct graph_node *node, size_t place)
{
	for (size_t i = 0; i < b->graph.node_count; i++)
		if (b->needs[place * GRAPH_NODES_MAX + i])
			member_texts_add(&node->depends_on, &node->depends_on_count,
					 untrusted_raw(&b->graph.nodes[i].gu_res_id));
}

/* Which is next, the smallest first; as many as there are: they need each other in a circle. */
static size_t
next_free(const struct build *b, const bool *done)
{
	size_t place = 0, count = b->graph.node_count;

	while (place < count && (done[place] || !is_free(b, place, done, count)))
		place++;
	return place;
}

/* The nodes go over to `out`, in the order in which they can be made. */
static int
put_in_order(struct build *b, struct resource_graph *out, struct error *err)
{
	size_t count = b->graph.node_count, *order = xcalloc(count + 1, sizeof(*order)), made = 0;
	bool *done = xcalloc(count + 1, sizeof(*done));

	for (; made < count; made++) {
		order[made] = next_free(b, done);
		if (order[made] == count) {
			name_circle(b, done, count, err);
			break;
		}
		done[order[made]] = true;
	}
	if (made == count) {
		for (size_t i = 0; i < count; i++)
			put_needs(b, &b->graph.nodes[i], i);
		for (size_t i = 0; i < count; i++)
			*add_place(out) = b->graph.nodes[order[i]];
		free(b->graph.nodes);
		b->graph = (struct resource_graph){0};
	}
	free(done);
	free(order);
	return made == count ? 0 : -1;
}

/* The list is walked while it grows: what a node refers to, or has
 * beside it, becomes a node behind it. */
int
graph_build(const struct graph_source *source, const struct declared_resources *declared,
	    struct resource_graph *out, char *culprit, struct error *err)
{
	struct build b = {
		.source = source,
		.places = json_object(),
		.bodies = json_array(),
		.needs = xcalloc((size_t)GRAPH_NODES_MAX * GRAPH_NODES_MAX, sizeof(bool)),
		.beside = xcalloc((size_t)GRAPH_NODES_MAX * GRAPH_NODES_MAX, sizeof(bool)),
		.culprit = culprit,
	};
	int ret = -1;

	*out = (struct resource_graph){0};
	culprit[0] = '\0';
	for (size_t i = 0; i < declared->count && !b.failed; i++) {
		const struct declared_resource *wanted = &declared->items[i];

		add_node(&b, untrusted_raw(&wanted->type), declared_resource_class(wanted),
			 untrusted_raw(&wanted->id), wanted->params, err);
	}
	while (!b.failed && b.at < b.graph.node_count && look_at(&b, err) == 0)
		b.at++;
	if (!b.failed) {
		match_dependents(&b);
		ret = put_in_order(&b, out, err);
	}
	resource_graph_clear(&b.graph);
	json_decref(b.places);
	json_decref(b.bodies);
	free(b.needs);
	free(b.beside);
	return ret;
}
