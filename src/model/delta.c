/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Deltas, kept in the wire's own form, because that is what they are made of.
 *
 * A delta that came from outside is checked whole when it is decoded; applying it can still
 * fail, since the paths of its updates must exist in the set that it meets.  On the client a
 * delta is a draft, a change that is not deployed yet.  What is deployed in the end is the
 * set that it leads to, by its id: others can change a delta that lies on the platform until
 * then.
 */
#include "config.h"

#include "model/delta.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/json-pairs.h"
#include "model/patch.h"
#include "model/set.h"

struct delta {
	json_t *add;		/* object: module -> Module, or null: "cancel a pending remove" */
	json_t *remove;		/* array of module ids */
	json_t *update;		/* object: module -> array of operations */
	json_t *shared;		/* array of operations */
};

struct delta *
delta_new(void)
{
	struct delta *delta = xcalloc(1, sizeof(*delta));

	delta->add = json_object();
	delta->remove = json_array();
	delta->update = json_object();
	delta->shared = json_array();
	return delta;
}

void
delta_free(struct delta *delta)
{
	if (!delta)
		return;
	json_decref(delta->add);
	json_decref(delta->remove);
	json_decref(delta->update);
	json_decref(delta->shared);
	free(delta);
}

/* null is the same as absent: clients that encode optional members write it either way. */
static json_t *
present(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

static int
check_update(const char *module, const json_t *operations, struct error *err)
{
	if (patch_check(operations, err) != 0)
		return error_prefix_code(err, CODE_IN_UPDATE_OF_WORKLOAD, .workload = module);
	return 0;
}

/* Everything is checked before the first member is taken over. */
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
	json_object_foreach(update, module, value)
		if (!json_is_null(value) && check_update(module, value, err) != 0)
			return -1;
	json_object_update_new(delta->add, json_deep_copy(add));
	json_array_extend(delta->remove, remove);
	json_object_foreach(update, module, value)
		if (!json_is_null(value) && json_array_size(value) > 0)
			json_object_set_new(delta->update, module, json_deep_copy(value));
	return 0;
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
	if (patch_check(shared, err) != 0)
		return error_prefix_code(err, CODE_IN_MEMBER, .member = "shared");
	json_decref(delta->shared);
	delta->shared = json_deep_copy(shared);
	return 0;
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
	json_t *modules = json_object(), *body = json_object();

	json_object_set_new(modules, "add", json_deep_copy(delta->add));
	json_object_set_new(modules, "remove", json_deep_copy(delta->remove));
	json_object_set_new(modules, "update", json_deep_copy(delta->update));
	json_object_set_new(body, "modules", modules);
	json_object_set_new(body, "shared", json_deep_copy(delta->shared));
	return body;
}

bool
delta_is_empty(const struct delta *delta)
{
	return json_object_size(delta->add) == 0 && json_array_size(delta->remove) == 0 &&
	       json_object_size(delta->update) == 0 && json_array_size(delta->shared) == 0;
}

static json_t *
operation(const char *op, const char *path, json_t *value)
{
	json_t *o = json_object();

	json_object_set_new(o, "op", json_string(op));
	json_object_set_new(o, "path", json_string(path));
	if (value)
		json_object_set_new(o, "value", value);
	return o;
}

/* The module's list of updates, made when there is none.  Borrowed. */
static json_t *
updates_of(struct delta *delta, const char *module)
{
	json_t *list = json_object_get(delta->update, module);

	if (!list) {
		list = json_array();
		json_object_set_new(delta->update, module, list);
	}
	return list;
}

/* By path and not by name of the container: what the set shows is what the operation changes. */
int
delta_set_image(struct delta *delta, const struct set *base, const char *module,
		const char *image, struct error *err)
{
	char *path = set_module_image_path(base, module);

	if (!path)
		return error_set_code(err, CODE_WORKLOAD_WITHOUT_IMAGE, .workload = module);
	if (strcmp(set_module_image(base, module), image) != 0)
		json_array_append_new(updates_of(delta, module),
				      operation("replace", path, json_string(image)));
	free(path);
	return 0;
}

/* The order is the API's: a workload that is removed and added in one delta is there afterwards,
 * and updates see what was added. */
static int
apply_modules(const struct delta *delta, json_t *modules, struct error *err)
{
	const char *module;
	json_t *value, *changed;
	size_t i;

	json_array_foreach(delta->remove, i, value)
		json_object_del(modules, json_string_value(value));
	json_object_foreach(delta->add, module, value)
		if (json_is_object(value))
			json_object_set_new(modules, module, json_deep_copy(value));
	json_object_foreach(delta->update, module, value) {
		json_t *old = json_object_get(modules, module);

		if (!old)
			return error_set_code(err, CODE_WORKLOAD_TO_UPDATE_MISSING,
					      .workload = module);
		changed = patch_apply(old, value, err);
		if (!changed)
			return error_prefix_code(err, CODE_IN_WORKLOAD, .workload = module);
		json_object_set_new(modules, module, changed);
	}
	return 0;
}

/* What the delta does not name is shared by both sets, and known to be equal later. */
struct set *
delta_apply(const struct delta *delta, const struct set *base, struct error *err)
{
	json_t *body = set_body(base), *shared;

	if (apply_modules(delta, json_object_get(body, "modules"), err) != 0)
		goto fail;
	shared = patch_apply(json_object_get(body, "shared"), delta->shared, err);
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
add_update(struct delta *delta, const char *name, const json_t *old, const json_t *module)
{
	json_t *operations;

	if (old == module)
		return;
	operations = patch_between(old, module);
	if (json_array_size(operations) > 0)
		json_object_set_new_nocheck(delta->update, name, operations);
	else
		json_decref(operations);
}

struct delta *
delta_between(const struct set *from, const struct set *to)
{
	struct delta *delta = delta_new();
	struct json_pairs pairs = json_pairs(set_modules(to), set_modules(from));
	json_t *module;
	const char *name;

	for (; pairs.i; json_pairs_next(&pairs)) {
		json_t *old = json_pairs_other(&pairs);

		json_pairs_fetch_next(&pairs);
		name = json_object_iter_key(pairs.i);
		module = json_object_iter_value(pairs.i);
		if (old)
			add_update(delta, name, old, module);
		else
			json_object_set_new(delta->add, name, json_deep_copy(module));
	}
	json_object_foreach(set_modules(from), name, module)
		if (!set_module(to, name))
			json_array_append_new(delta->remove, json_string(name));
	json_decref(delta->shared);
	delta->shared = patch_between(set_shared(from), set_shared(to));
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

static void
forget_remove(struct delta *delta, const char *module)
{
	size_t i = 0;

	while (i < json_array_size(delta->remove)) {
		if (strcmp(json_string_value(json_array_get(delta->remove, i)), module) == 0)
			json_array_remove(delta->remove, i);
		else
			i++;
	}
}

/* What was to be added or updated before is of no use once it is removed. */
static void
compose_remove(struct delta *out, const char *module)
{
	json_object_del(out->add, module);
	json_object_del(out->update, module);
	forget_remove(out, module);
	json_array_append_new(out->remove, json_string(module));
}

/* A later add replaces the module; an add of null cancels a pending remove. */
static void
compose_add(struct delta *out, const char *module, const json_t *value)
{
	if (json_is_null(value)) {
		forget_remove(out, module);
		return;
	}
	json_object_del(out->update, module);
	json_object_set_new(out->add, module, json_deep_copy(value));
}

/* Operations on a workload that the same delta adds are folded into it: the platform applies
 * adds first and would refuse a path that is only in the update. */
static int
compose_update(struct delta *out, const char *module, json_t *operations, struct error *err)
{
	json_t *added = json_object_get(out->add, module), *folded, *copied;

	if (!added) {
		copied = json_deep_copy(operations);
		json_array_extend(updates_of(out, module), copied);
		json_decref(copied);
		return 0;
	}
	folded = patch_apply(added, operations, err);
	if (!folded)
		return error_prefix_code(err, CODE_IN_WORKLOAD, .workload = module);
	json_object_set_new(out->add, module, folded);
	return 0;
}

struct delta *
delta_compose(const struct delta *earlier, const struct delta *later, struct error *err)
{
	struct delta *out = delta_copy(earlier);
	const char *module;
	json_t *value;
	size_t i;

	json_array_foreach(later->remove, i, value)
		compose_remove(out, json_string_value(value));
	json_object_foreach(later->add, module, value)
		compose_add(out, module, value);
	json_object_foreach(later->update, module, value) {
		if (compose_update(out, module, value, err) != 0) {
			delta_free(out);
			return NULL;
		}
	}
	value = json_deep_copy(later->shared);
	json_array_extend(out->shared, value);
	json_decref(value);
	return out;
}
