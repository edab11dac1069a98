/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * JSON Patch (RFC 6902): add, remove, replace.  Everything happens on a copy, so a failing
 * operation leaves nothing behind.
 *
 * The API knows these three operations and no others; patch_between() makes the smallest
 * operations on objects and replaces arrays as a whole: an index into an array that somebody
 * else has changed meanwhile would name another element.
 *
 * A patch is decoded: as JSON an operation takes eight times the memory, and to make it took a
 * quarter of the time of a difference.
 */
#include "config.h"

#include "model/patch.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/json-pairs.h"
#include "model/pointer.h"

#define PATH_MAX_BYTES (1u << 20)

/* Each changes one member of a container; -1 with err when the place is not there. */
typedef int change_object(json_t *object, const char *key, json_t *value, struct error *err);
typedef int change_array(json_t *array, const char *token, json_t *value, struct error *err);

static int
missing(const char *token, struct error *err)
{
	return error_set_code(err, CODE_NAME_MISSING, .name = token);
}

static int
object_add(json_t *object, const char *key, json_t *value, struct error *err)
{
	(void)err;
	json_object_set(object, key, value);
	return 0;
}

static int
object_remove(json_t *object, const char *key, json_t *value, struct error *err)
{
	(void)value;
	return json_object_del(object, key) == 0 ? 0 : missing(key, err);
}

/* RFC 6902 §4.3: what is to be replaced must be there; add would make it without a word. */
static int
object_replace(json_t *object, const char *key, json_t *value, struct error *err)
{
	if (!json_object_get(object, key))
		return missing(key, err);
	json_object_set(object, key, value);
	return 0;
}

/* The index that a token names, at most `last`: "add" may name the place after the last
 * element as well, so the caller says which that is. -1 with err. */
static long
array_index(const char *token, size_t last, struct error *err)
{
	long index = pointer_index(token);

	if (index < 0)
		return error_set_code(err, CODE_ARRAY_INDEX_INVALID, .name = token);
	if ((size_t)index > last)
		return error_set_code(err, CODE_ARRAY_INDEX_TOO_LARGE, .index = index);
	return index;
}

/* RFC 6902 §4.1: "-" is the place after the last element; an index may be that place too. */
static int
array_add(json_t *array, const char *token, json_t *value, struct error *err)
{
	long index;

	if (strcmp(token, "-") == 0)
		return json_array_append(array, value);
	index = array_index(token, json_array_size(array), err);
	return index < 0 ? -1 : json_array_insert(array, (size_t)index, value);
}

/* To remove or replace an element it must be there: "-" is none of those. */
static int
array_existing(const json_t *array, const char *token, size_t *index, struct error *err)
{
	long found;

	if (json_array_size(array) == 0)
		return missing(token, err);
	found = array_index(token, json_array_size(array) - 1, err);
	if (found < 0)
		return -1;
	*index = (size_t)found;
	return 0;
}

static int
array_remove(json_t *array, const char *token, json_t *value, struct error *err)
{
	size_t index = 0;

	(void)value;
	return array_existing(array, token, &index, err) != 0 ? -1
							      : json_array_remove(array, index);
}

static int
array_replace(json_t *array, const char *token, json_t *value, struct error *err)
{
	size_t index = 0;

	return array_existing(array, token, &index, err) != 0 ? -1
							      : json_array_set(array, index, value);
}

static const struct op_kind {
	const char *name;
	bool needs_value;
	change_object *in_object;
	change_array *in_array;
} op_kinds[] = {
	[PATCH_ADD] = {"add", true, object_add, array_add},
	[PATCH_REMOVE] = {"remove", false, object_remove, array_remove},
	[PATCH_REPLACE] = {"replace", true, object_replace, array_replace},
};
#define OP_COUNT (sizeof(op_kinds) / sizeof(op_kinds[0]))

const char *
patch_op_name(enum patch_op op)
{
	return op_kinds[op].name;
}

static const struct op_kind *
find_kind(const char *name)
{
	for (size_t i = 0; i < OP_COUNT; i++)
		if (strcmp(op_kinds[i].name, name) == 0)
			return &op_kinds[i];
	return NULL;
}

/* What a well-formed operation does; NULL with err.  Members that an operation does not define are
 * ignored (RFC 6902 §4). */
static const struct op_kind *
checked_kind(const json_t *operation, struct error *err)
{
	const char *name = json_member_string(operation, "op");
	const struct op_kind *kind = name && json_is_object(operation) ? find_kind(name) : NULL;

	if (!json_is_object(operation) || !name)
		error_set_code(err, CODE_OPERATION_WITHOUT_OP);
	else if (!kind)
		error_set_code(err, CODE_OPERATION_UNKNOWN, .operation = name);
	else if (!json_member_string(operation, "path"))
		error_set_code(err, CODE_OPERATION_WITHOUT_PATH, .operation = name);
	else if (kind->needs_value && !json_object_get(operation, "value"))
		error_set_code(err, CODE_OPERATION_WITHOUT_VALUE, .operation = name);
	else
		return kind;
	return NULL;
}

/* --- a list of operations --- */

/* Takes path, and the reference to value. */
static void
add_step(struct patch *patch, enum patch_op op, char *path, json_t *value)
{
	if (patch->count == patch->room) {
		patch->room = patch->room ? 2 * patch->room : 1;
		patch->steps = xreallocarray(patch->steps, patch->room, sizeof(*patch->steps));
	}
	patch->steps[patch->count++] = (struct patch_step){op, path, value};
}

void
patch_add(struct patch *patch, enum patch_op op, const char *path, json_t *value)
{
	add_step(patch, op, xstrdup(path), value);
}

void
patch_append(struct patch *patch, const struct patch *more)
{
	for (size_t i = 0; i < more->count; i++)
		patch_add(patch, more->steps[i].op, more->steps[i].path,
			  json_incref(more->steps[i].value));
}

void
patch_clear(struct patch *patch)
{
	for (size_t i = 0; i < patch->count; i++) {
		free(patch->steps[i].path);
		json_decref(patch->steps[i].value);
	}
	free(patch->steps);
	*patch = (struct patch){0};
}

/* Its path is checked here and parsed again where it is applied: a pointer is mostly applied once,
 * and a list of them is kept for long. */
static int
decode_step(struct patch *patch, const json_t *operation, struct error *err)
{
	const struct op_kind *kind = checked_kind(operation, err);
	const char *path = json_member_string(operation, "path");
	struct pointer pointer;

	if (!kind || pointer_parse(&pointer, path, err) != 0)
		return -1;
	pointer_clear(&pointer);
	patch_add(patch, (enum patch_op)(kind - op_kinds), path,
		  kind->needs_value ? json_deep_copy(json_object_get(operation, "value")) : NULL);
	return 0;
}

int
patch_decode(struct patch *patch, const json_t *operations, struct error *err)
{
	size_t i;
	json_t *operation;

	*patch = (struct patch){0};
	if (!json_is_array(operations))
		return error_set_code(err, CODE_PATCH_NOT_ARRAY);
	json_array_foreach(operations, i, operation) {
		if (decode_step(patch, operation, err) != 0) {
			patch_clear(patch);
			return error_prefix_code(err, CODE_IN_OPERATION, .index = i);
		}
	}
	return 0;
}

json_t *
patch_encode(const struct patch *patch)
{
	json_t *operations = json_array();

	for (size_t i = 0; i < patch->count; i++) {
		const struct patch_step *step = &patch->steps[i];
		json_t *operation = json_object();

		json_object_set_new(operation, "op", json_string(op_kinds[step->op].name));
		json_object_set_new(operation, "path", json_string(step->path));
		if (step->value)
			json_object_set_new(operation, "value", json_deep_copy(step->value));
		json_array_append_new(operations, operation);
	}
	return operations;
}

/* --- applying it --- */

/* "" names the whole document, which a patch may replace but not remove. */
static int
apply_to_root(json_t **root, const struct op_kind *kind, const json_t *value, struct error *err)
{
	if (!kind->needs_value)
		return error_set_code(err, CODE_DOCUMENT_NOT_REMOVABLE);
	json_decref(*root);
	*root = json_deep_copy(value);
	return 0;
}

/* The parent is found first: RFC 6902 makes no missing parents, in no operation. */
static int
apply_below(json_t *root, const struct op_kind *kind, struct pointer *pointer, const json_t *value,
	    struct error *err)
{
	const char *last = pointer->tokens[pointer->count - 1];
	json_t *parent, *copy;
	int ret;

	pointer->count--;
	parent = pointer_find(root, pointer);
	pointer->count++;
	copy = value ? json_deep_copy(value) : NULL;
	if (json_is_object(parent))
		ret = kind->in_object(parent, last, copy, err);
	else if (json_is_array(parent))
		ret = kind->in_array(parent, last, copy, err);
	else
		ret = error_set_code(err, CODE_NAME_WITHOUT_PARENT, .name = last);
	json_decref(copy);
	return ret;
}

static int
apply_step(json_t **root, const struct patch_step *step, struct error *err)
{
	const struct op_kind *kind = &op_kinds[step->op];
	struct pointer pointer;
	int ret;

	if (pointer_parse(&pointer, step->path, err) != 0)
		return -1;
	if (pointer.count == 0)
		ret = apply_to_root(root, kind, step->value, err);
	else
		ret = apply_below(*root, kind, &pointer, step->value, err);
	pointer_clear(&pointer);
	return ret == 0 ? 0
			: error_prefix_code(err, CODE_IN_OPERATION_AT, .operation = kind->name,
					    .path = step->path);
}

json_t *
patch_apply(const json_t *document, const struct patch *patch, struct error *err)
{
	json_t *root = json_deep_copy(document);

	for (size_t i = 0; i < patch->count; i++) {
		if (apply_step(&root, &patch->steps[i], err) != 0) {
			error_prefix_code(err, CODE_IN_OPERATION, .index = i);
			json_decref(root);
			return NULL;
		}
	}
	return root;
}

json_t *
patch_apply_encoded(const json_t *document, const json_t *operations, struct error *err)
{
	struct patch patch;
	json_t *result;

	if (patch_decode(&patch, operations, err) != 0)
		return NULL;
	result = patch_apply(document, &patch, err);
	patch_clear(&patch);
	return result;
}

/* --- what leads from one value to another --- */

/* A place in the walk: the member of `parent`, which is on the stack as well. */
struct walked {
	const struct walked *parent;
	const char *key;
};

static void
append_walked(struct buf *path, const struct walked *at)
{
	if (!at->parent)
		return;
	append_walked(path, at->parent);
	pointer_append(path, at->key);
}

/* Most places hold no difference: a path is made for those that do.  The value is the other's
 * own: nobody changes what is compared. */
static void
add_walked(struct patch *patch, enum patch_op op, const struct walked *at, json_t *value)
{
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	append_walked(&path, at);
	add_step(patch, op, buf_take(&path), json_incref(value));
}

static void compare(struct patch *patch, const struct walked *at, json_t *from, json_t *to);

static void
compare_members(struct patch *patch, const struct walked *at, json_t *from, json_t *to)
{
	struct json_pairs pairs = json_pairs(from, to);
	size_t found = 0;

	for (; found += json_pairs_pass_same_texts(&pairs), pairs.i; json_pairs_next(&pairs)) {
		struct walked member = {at, json_object_iter_key(pairs.i)};
		json_t *other = json_pairs_other(&pairs);

		found += other != NULL;
		if (other)
			compare(patch, &member, json_object_iter_value(pairs.i), other);
		else
			add_walked(patch, PATCH_REMOVE, &member, NULL);
	}
	if (found == json_object_size(to))
		return;
	for (void *j = json_object_iter(to); j; j = json_object_iter_next(to, j)) {
		struct walked member = {at, json_object_iter_key(j)};

		if (!json_object_get(from, member.key))
			add_walked(patch, PATCH_ADD, &member, json_object_iter_value(j));
	}
}

/* Recursion is bounded by JSON_DEPTH_MAX, which every value from outside has passed. */
static void
compare(struct patch *patch, const struct walked *at, json_t *from, json_t *to)
{
	if (from == to)
		return;
	if (json_is_object(from) && json_is_object(to))
		compare_members(patch, at, from, to);
	else if (!json_same(from, to))
		add_walked(patch, PATCH_REPLACE, at, to);
}

/* A byte of a path as it stands in a name; a name that ends is before one that goes on. */
static int
unescaped(const char *at)
{
	if (*at == '~')
		return at[1] == '0' ? '~' : '/';
	return *at == '/' ? '\0' : (unsigned char)*at;
}

/* By the names in it, the outermost first. */
static int
compare_paths(const char *a, const char *b)
{
	size_t i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	if (i > 0 && a[i - 1] == '~')
		i--;
	return unescaped(a + i) - unescaped(b + i);
}

static int
compare_steps(const void *a, const void *b)
{
	return compare_paths(((const struct patch_step *)a)->path,
			     ((const struct patch_step *)b)->path);
}

/* They came in the order of the objects' members, which two platforms have each its own. */
static void
sort_steps(struct patch *patch)
{
	for (size_t i = 1; i < patch->count; i++) {
		if (compare_steps(&patch->steps[i - 1], &patch->steps[i]) > 0) {
			qsort(patch->steps, patch->count, sizeof(*patch->steps), compare_steps);
			return;
		}
	}
}

void
patch_between(struct patch *patch, const json_t *from, const json_t *to)
{
	struct walked root = {NULL, NULL};

	*patch = (struct patch){0};
	compare(patch, &root, (json_t *)from, (json_t *)to);
	sort_steps(patch);
}

json_t *
patch_between_encoded(const json_t *from, const json_t *to)
{
	struct patch patch;
	json_t *operations;

	patch_between(&patch, from, to);
	operations = patch_encode(&patch);
	patch_clear(&patch);
	return operations;
}
