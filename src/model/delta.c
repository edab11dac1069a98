/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Deltas: workloads to add and ids to remove in the wire's own form, operations decoded.
 *
 * A delta that came from outside is checked whole when it is decoded; applying it can still
 * fail, since the paths of its updates must exist in the set that it meets.  On the client a
 * delta is a draft, a change that is not deployed yet.  What is deployed in the end is the
 * set that it leads to, by its id: others can change a delta that lies on the platform until
 * then.
 */
#include "config.h"

#include "model/delta.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/json-pairs.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "model/set.h"

/* One without operations is none. */
struct update {
	char *module;
	struct patch patch;
};

struct delta {
	json_t *add;		/* object: module -> Module, or null: "cancel a pending remove" */
	json_t *remove;		/* array of module ids */
	struct update *updates;	/* each of another module */
	size_t update_count, update_room;
	struct patch shared;
};

struct delta *
delta_new(void)
{
	struct delta *delta = xcalloc(1, sizeof(*delta));

	delta->add = json_object();
	delta->remove = json_array();
	return delta;
}

void
delta_free(struct delta *delta)
{
	if (!delta)
		return;
	json_decref(delta->add);
	json_decref(delta->remove);
	for (size_t i = 0; i < delta->update_count; i++) {
		free(delta->updates[i].module);
		patch_clear(&delta->updates[i].patch);
	}
	free(delta->updates);
	patch_clear(&delta->shared);
	free(delta);
}

/* Takes what the patch holds. */
static void
add_update(struct delta *delta, const char *module, const struct patch *patch)
{
	if (delta->update_count == delta->update_room) {
		delta->update_room = delta->update_room ? 2 * delta->update_room : 4;
		delta->updates = xreallocarray(delta->updates, delta->update_room,
					       sizeof(*delta->updates));
	}
	delta->updates[delta->update_count++] = (struct update){xstrdup(module), *patch};
}

/* null is the same as absent: clients that encode optional members write it either way. */
static json_t *
present(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static int
read_updates(struct delta *delta, const json_t *update, struct error *err)
{
	const char *module;
	struct patch patch;
	json_t *value;

	json_object_foreach((json_t *)update, module, value) {
		if (json_is_null(value))
			continue;
		if (patch_decode(&patch, value, err) != 0)
			return error_prefix_code(err, CODE_IN_UPDATE_OF_WORKLOAD,
						 .workload = module);
		add_update(delta, module, &patch);
	}
	return 0;
}

static int
read_modules(struct delta *delta, const json_t *modules, struct error *err)
{
	json_t *add = present(modules, "add"), *remove = present(modules, "remove");
	json_t *update = present(modules, "update"), *value;
	const char *module;
	size_t i;

	if ((add && !json_is_object(add)) || (update && !json_is_object(update)))
		return error_set_code(err, CODE_DELTA_PARTS_NOT_OBJECTS);
	if (remove && !json_is_array(remove))
		return error_set_code(err, CODE_DELTA_REMOVE_NOT_ARRAY);
	json_object_foreach(add, module, value)
		if (!json_is_object(value) && !json_is_null(value))
			return error_set_code(err, CODE_DELTA_ADDED_NOT_OBJECT, .workload = module);
	json_array_foreach(remove, i, value)
		if (!json_is_string(value))
			return error_set_code(err, CODE_DELTA_REMOVED_NOT_STRING, .index = i);
	json_object_update_new(delta->add, json_deep_copy(add));
	json_array_extend(delta->remove, remove);
	return read_updates(delta, update, err);
}

static int
read_body(struct delta *delta, const json_t *body, struct error *err)
{
	json_t *modules = present(body, "modules"), *shared = present(body, "shared");

	if (!json_is_object(body))
		return error_set_code(err, CODE_DELTA_NOT_OBJECT);
	if (modules && !json_is_object(modules))
		return error_set_code(err, CODE_MODULES_NOT_OBJECT);
	if (read_modules(delta, modules, err) != 0)
		return -1;
	if (!shared)
		return 0;
	if (patch_decode(&delta->shared, shared, err) != 0)
		return error_prefix_code(err, CODE_IN_MEMBER, .member = "shared");
	return 0;
}

static int
refuse_others(const json_t *object, const char *name, const char *const *known, const char *tried,
	      struct error *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value) {
		const char *const *at = known;

		while (*at && strcmp(*at, key) != 0)
			at++;
		if (!*at)
			return error_set_code(err, CODE_MEMBER_UNKNOWN, .name = key,
					      .member = name, .tried = tried);
	}
	return 0;
}

struct delta *
delta_decode_sent(const json_t *body, struct error *err)
{
	static const char *const members[] = {"id", "metadata", "modules", "shared", NULL},
				 *const parts[] = {"add", "remove", "update", NULL};

	if (refuse_others(body, "delta", members, "metadata, modules, shared", err) != 0 ||
	    refuse_others(json_object_get(body, "modules"), "modules", parts,
			  "add, remove, update", err) != 0)
		return NULL;
	return delta_decode(body, err);
}

struct delta *
delta_decode(const json_t *body, struct error *err)
{
	struct delta *delta = delta_new();

	if (read_body(delta, body, err) == 0)
		return delta;
	delta_free(delta);
	return NULL;
}

json_t *
delta_encode(const struct delta *delta)
{
	json_t *modules = json_object(), *update = json_object(), *body = json_object();

	for (size_t i = 0; i < delta->update_count; i++)
		if (delta->updates[i].patch.count > 0)
			json_object_set_new(update, delta->updates[i].module,
					    patch_encode(&delta->updates[i].patch));

	json_object_set_new(modules, "add", json_deep_copy(delta->add));
	json_object_set_new(modules, "remove", json_deep_copy(delta->remove));
	json_object_set_new(modules, "update", update);
	json_object_set_new(body, "modules", modules);
	json_object_set_new(body, "shared", patch_encode(&delta->shared));
	return body;
}

bool
delta_is_empty(const struct delta *delta)
{
	for (size_t i = 0; i < delta->update_count; i++)
		if (delta->updates[i].patch.count > 0)
			return false;
	return json_object_size(delta->add) == 0 && json_array_size(delta->remove) == 0 &&
	       delta->shared.count == 0;
}

/* The module's operations, to be added to; none yet when it is new.  Borrowed. */
static struct patch *
updates_of(struct delta *delta, const char *module)
{
	for (size_t i = 0; i < delta->update_count; i++)
		if (strcmp(delta->updates[i].module, module) == 0)
			return &delta->updates[i].patch;
	add_update(delta, module, &(struct patch){0});
	return &delta->updates[delta->update_count - 1].patch;
}

/* By path and not by name of the container: what the set shows is what the operation changes. */
int
delta_set_image(struct delta *delta, const struct set *base, const char *module,
		const char *image, struct error *err)
{
	char *path = set_module_image_path_for(base, module, image);
	struct pointer pointer;
	const char *now;

	if (!path)
		return error_set_code(err, CODE_WORKLOAD_WITHOUT_IMAGE, .workload = module);
	if (pointer_parse(&pointer, path, err) != 0) {
		free(path);
		return -1;
	}
	now = json_string_value(pointer_find(set_module(base, module), &pointer));
	if (!now || strcmp(now, image) != 0)
		patch_add(updates_of(delta, module), PATCH_REPLACE, path, json_string(image));
	pointer_clear(&pointer);
	free(path);
	return 0;
}

static int
apply_update(const struct update *update, json_t *modules, struct error *err)
{
	json_t *old = json_object_get(modules, update->module), *changed;

	if (update->patch.count == 0)
		return 0;
	if (!old)
		return error_set_code(err, CODE_WORKLOAD_TO_UPDATE_MISSING,
				      .workload = update->module);
	changed = patch_apply(old, &update->patch, err);
	if (!changed)
		return error_prefix_code(err, CODE_IN_WORKLOAD, .workload = update->module);
	json_object_set_new(modules, update->module, changed);
	return 0;
}

/* The order is the API's: a workload that is removed and added in one delta is there afterwards,
 * and updates see what was added. */
static int
apply_modules(const struct delta *delta, json_t *modules, struct error *err)
{
	const char *module;
	json_t *value;
	size_t i;

	json_array_foreach(delta->remove, i, value)
		json_object_del(modules, json_string_value(value));
	json_object_foreach(delta->add, module, value)
		if (json_is_object(value))
			json_object_set_new(modules, module, json_deep_copy(value));
	for (i = 0; i < delta->update_count; i++)
		if (apply_update(&delta->updates[i], modules, err) != 0)
			return -1;
	return 0;
}

/* What the delta does not name is shared by both sets, and known to be equal later. */
struct set *
delta_apply(const struct delta *delta, const struct set *base, struct error *err)
{
	json_t *body = set_body(base), *shared;

	if (apply_modules(delta, json_object_get(body, "modules"), err) != 0)
		goto fail;
	shared = patch_apply(json_object_get(body, "shared"), &delta->shared, err);
	if (!shared) {
		error_prefix_code(err, CODE_IN_SHARED_RESOURCES);
		goto fail;
	}
	json_object_set_new(body, "shared", shared);
	return set_take(body, err);
fail:
	json_decref(body);
	return NULL;
}

/* Leaf operations, so that two people who change two members of a workload do not collide. */
static void
add_difference(struct delta *delta, const char *name, const json_t *old, const json_t *module)
{
	struct patch patch;

	if (old == module)
		return;
	patch_between(&patch, old, module);
	if (patch.count > 0)
		add_update(delta, name, &patch);
}

struct delta *
delta_between(const struct set *from, const struct set *to)
{
	struct delta *delta = delta_new();
	struct json_pairs pairs = json_pairs(set_modules(to), set_modules(from));
	size_t found = 0;
	json_t *module;
	const char *name;

	for (; pairs.i; json_pairs_next(&pairs)) {
		json_t *old = json_pairs_other(&pairs);

		json_pairs_fetch_next(&pairs);
		name = json_object_iter_key(pairs.i);
		module = json_object_iter_value(pairs.i);
		found += old != NULL;
		if (old)
			add_difference(delta, name, old, module);
		else
			json_object_set_new(delta->add, name, json_deep_copy(module));
	}
	if (found < json_object_size(set_modules(from)))
		json_object_foreach(set_modules(from), name, module)
			if (!set_module(to, name))
				json_array_append_new(delta->remove, json_string(name));
	patch_between(&delta->shared, set_shared(from), set_shared(to));
	return delta;
}

/* Goes through a whole set and back, so that an edited workload passes
 * the checks of every other set. */
struct delta *
delta_of_module(const struct set *base, const char *module, const json_t *body, struct error *err)
{
	struct delta *delta = NULL;
	struct set *edited;
	json_t *content;

	if (!set_module(base, module)) {
		error_set_code(err, CODE_WORKLOAD_MISSING, .workload = module);
		return NULL;
	}
	content = set_body(base);
	json_object_set_new(json_object_get(content, "modules"), module, json_deep_copy(body));
	edited = set_take(content, err);
	if (edited)
		delta = delta_between(base, edited);
	set_unref(edited);
	return delta;
}

/* What was decoded once decodes again, so this does not fail. */
struct delta *
delta_copy(const struct delta *delta)
{
	json_t *body = delta_encode(delta);
	struct delta *out = delta_decode(body, NULL);

	json_decref(body);
	return out ? out : delta_new();
}

/* A delta that another one is merged into; what is looked up by name is found by it, or two of
 * a hundred thousand names would take minutes. */
struct composing {
	struct delta *out;
	json_t *removed;	/* {module: true}, in order */
	json_t *places;		/* {module: index of its update} */
};

static struct composing
begin_composing(struct delta *out)
{
	struct composing c = {out, json_object(), json_object()};
	json_t *module;
	size_t i;

	json_array_foreach(out->remove, i, module)
		json_object_set_new(c.removed, json_string_value(module), json_true());
	for (i = 0; i < out->update_count; i++)
		json_object_set_new(c.places, out->updates[i].module, json_integer((json_int_t)i));
	return c;
}

static void
end_composing(struct composing *c)
{
	const char *module;
	json_t *value;

	json_array_clear(c->out->remove);
	json_object_foreach(c->removed, module, value)
		json_array_append_new(c->out->remove, json_string(module));
	json_decref(c->removed);
	json_decref(c->places);
}

static void
forget_update(struct composing *c, const char *module)
{
	const json_t *place = json_object_get(c->places, module);

	if (place)
		patch_clear(&c->out->updates[json_integer_value(place)].patch);
}

/* What was to be added or updated before is of no use once it is removed. */
static void
compose_remove(struct composing *c, const char *module)
{
	json_object_del(c->out->add, module);
	forget_update(c, module);
	json_object_set_new(c->removed, module, json_true());
}

/* A later add replaces the module; an add of null cancels a pending remove. */
static void
compose_add(struct composing *c, const char *module, const json_t *value)
{
	if (json_is_null(value)) {
		json_object_del(c->removed, module);
		return;
	}
	forget_update(c, module);
	json_object_set_new(c->out->add, module, json_deep_copy(value));
}

/* Operations on a workload that the same delta adds are folded into it: the platform applies
 * adds first and would refuse a path that is only in the update. */
static int
compose_update(struct composing *c, const struct update *update, struct error *err)
{
	json_t *added = json_object_get(c->out->add, update->module), *folded;
	const json_t *place = json_object_get(c->places, update->module);
	struct patch patch = {0};

	if (added) {
		folded = patch_apply(added, &update->patch, err);
		if (!folded)
			return error_prefix_code(err, CODE_IN_WORKLOAD,
						 .workload = update->module);
		json_object_set_new(c->out->add, update->module, folded);
	} else if (place) {
		patch_append(&c->out->updates[json_integer_value(place)].patch, &update->patch);
	} else {
		patch_append(&patch, &update->patch);
		json_object_set_new(c->places, update->module,
				    json_integer((json_int_t)c->out->update_count));
		add_update(c->out, update->module, &patch);
	}
	return 0;
}

static int
compose(struct composing *c, const struct delta *later, struct error *err)
{
	const char *module;
	json_t *value;
	size_t i;

	json_array_foreach(later->remove, i, value)
		compose_remove(c, json_string_value(value));
	json_object_foreach(later->add, module, value)
		compose_add(c, module, value);
	for (i = 0; i < later->update_count; i++)
		if (compose_update(c, &later->updates[i], err) != 0)
			return -1;
	patch_append(&c->out->shared, &later->shared);
	return 0;
}

struct delta *
delta_compose_all(const struct delta *earlier, struct delta *const *later, size_t count,
		  struct error *err)
{
	struct delta *out = delta_copy(earlier);
	struct composing composing = begin_composing(out);
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < count; i++)
		if (compose(&composing, later[i], err) != 0)
			ret = error_prefix_code(err, CODE_IN_CHANGE, .index = i);
	end_composing(&composing);
	if (ret == 0)
		return out;
	delta_free(out);
	return NULL;
}

struct delta *
delta_compose(const struct delta *earlier, const struct delta *later, struct error *err)
{
	struct delta *out = delta_copy(earlier);
	struct composing composing = begin_composing(out);
	int ret = compose(&composing, later, err);

	end_composing(&composing);
	if (ret == 0)
		return out;
	delta_free(out);
	return NULL;
}
