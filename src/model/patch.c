/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * JSON Patch (RFC 6902): add, remove, replace.  Everything happens on a copy, so a failing
 * operation leaves nothing behind.
 *
 * The API knows these three operations and no others; patch_between() makes the smallest
 * operations on objects and replaces arrays as a whole: an index into an array that somebody
 * else has changed meanwhile would name another element.
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

enum op { OP_ADD, OP_REMOVE, OP_REPLACE, OP_COUNT };

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
} op_kinds[OP_COUNT] = {
	[OP_ADD] = {"add", true, object_add, array_add},
	[OP_REMOVE] = {"remove", false, object_remove, array_remove},
	[OP_REPLACE] = {"replace", true, object_replace, array_replace},
};

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

int
patch_check(const json_t *operations, struct error *err)
{
	struct pointer pointer;
	size_t i;
	json_t *operation;

	if (!json_is_array(operations))
		return error_set_code(err, CODE_PATCH_NOT_ARRAY);
	json_array_foreach(operations, i, operation) {
		if (!checked_kind(operation, err) ||
		    pointer_parse(&pointer, json_member_string(operation, "path"), err) != 0)
			return error_prefix_code(err, CODE_IN_OPERATION, .index = i);
		pointer_clear(&pointer);
	}
	return 0;
}

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
apply_one(json_t **root, const json_t *operation, struct error *err)
{
	const struct op_kind *kind = checked_kind(operation, err);
	const char *path = json_member_string(operation, "path");
	json_t *value = json_object_get(operation, "value");
	struct pointer pointer;
	int ret;

	if (!kind || pointer_parse(&pointer, path, err) != 0)
		return -1;
	if (pointer.count == 0)
		ret = apply_to_root(root, kind, value, err);
	else
		ret = apply_below(*root, kind, &pointer, value, err);
	pointer_clear(&pointer);
	return ret == 0 ? 0
			: error_prefix_code(err, CODE_IN_OPERATION_AT, .operation = kind->name,
					    .path = path);
}

json_t *
patch_apply(const json_t *document, const json_t *operations, struct error *err)
{
	json_t *root = json_deep_copy(document);
	size_t i;
	json_t *operation;

	if (!json_is_array(operations)) {
		error_set_code(err, CODE_PATCH_NOT_ARRAY);
		json_decref(root);
		return NULL;
	}
	json_array_foreach(operations, i, operation) {
		if (apply_one(&root, operation, err) != 0) {
			error_prefix_code(err, CODE_IN_OPERATION, .index = i);
			json_decref(root);
			return NULL;
		}
	}
	return root;
}

/* A place in the walk: the member of `parent`, which is on the stack as well. */
struct walked {
	const struct walked *parent;
	const char *key;
};

/* The operations [from, to) of the list are about one member. */
struct range {
	const char *key;
	size_t from, to;
};

struct comparison {
	json_t *operations;
	json_t *names[OP_COUNT];	/* of kinds, shared; NULL: not yet */
	struct range *ranges;	/* of the objects that are being walked, the innermost last */
	size_t count, room;
	struct buf path;	/* of the last operation */
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
 * own: nobody changes what is compared.  All of it is UTF-8: it comes out of JSON. */
static void
emit(struct comparison *c, enum op op, const struct walked *at, json_t *value)
{
	json_t *operation = json_object();

	if (!c->names[op])
		c->names[op] = json_string_nocheck(op_kinds[op].name);
	buf_truncate(&c->path, 0);
	append_walked(&c->path, at);
	json_object_set_nocheck(operation, "op", c->names[op]);
	json_object_set_new_nocheck(operation, "path",
				    json_stringn_nocheck(buf_str(&c->path), c->path.length));
	if (value)
		json_object_set_nocheck(operation, "value", value);
	json_array_append_new(c->operations, operation);
}

/* The operations since `from` are about the member of that key. */
static void
note_range(struct comparison *c, const char *key, size_t from)
{
	const size_t to = json_array_size(c->operations);

	if (from == to)
		return;
	if (c->count == c->room) {
		c->room = c->room ? 2 * c->room : 16;
		c->ranges = xreallocarray(c->ranges, c->room, sizeof(*c->ranges));
	}
	c->ranges[c->count++] = (struct range){key, from, to};
}

static int
compare_ranges(const void *a, const void *b)
{
	return strcmp(((const struct range *)a)->key, ((const struct range *)b)->key);
}

/* The operations of the last `count` ranges, in the order of their members' names.  They came in
 * the order of the objects', which two platforms have each its own. */
static void
sort_operations(struct comparison *c, size_t count)
{
	struct range *ranges = c->ranges + c->count - count;
	json_t **sorted;
	size_t base, n = 0;

	if (count < 2)
		return;
	base = ranges[0].from;
	sorted = xcalloc(json_array_size(c->operations) - base, sizeof(*sorted));
	qsort(ranges, count, sizeof(*ranges), compare_ranges);
	for (size_t i = 0; i < count; i++)
		for (size_t j = ranges[i].from; j < ranges[i].to; j++)
			sorted[n++] = json_incref(json_array_get(c->operations, j));
	for (size_t i = 0; i < n; i++)
		json_array_set_new(c->operations, base + i, sorted[i]);
	free(sorted);
}

static void compare(struct comparison *c, const struct walked *at, json_t *from, json_t *to);

static void
compare_member(struct comparison *c, const struct walked *member, json_t *from, json_t *to)
{
	const size_t before = json_array_size(c->operations);

	if (!to)
		emit(c, OP_REMOVE, member, NULL);
	else if (!from)
		emit(c, OP_ADD, member, to);
	else
		compare(c, member, from, to);
	note_range(c, member->key, before);
}

static void
compare_members(struct comparison *c, const struct walked *at, json_t *from, json_t *to)
{
	struct json_pairs pairs = json_pairs(from, to);
	size_t found = 0;

	for (; found += json_pairs_pass_same_texts(&pairs), pairs.i; json_pairs_next(&pairs)) {
		struct walked member = {at, json_object_iter_key(pairs.i)};
		json_t *other = json_pairs_other(&pairs);

		found += other != NULL;
		compare_member(c, &member, json_object_iter_value(pairs.i), other);
	}
	if (found == json_object_size(to))
		return;
	for (void *j = json_object_iter(to); j; j = json_object_iter_next(to, j)) {
		struct walked member = {at, json_object_iter_key(j)};

		if (!json_object_get(from, member.key))
			compare_member(c, &member, NULL, json_object_iter_value(j));
	}
}

/* Recursion is bounded by JSON_DEPTH_MAX, which every value from outside has passed. */
static void
compare(struct comparison *c, const struct walked *at, json_t *from, json_t *to)
{
	const size_t outer = c->count;

	if (from == to)
		return;
	if (!json_is_object(from) || !json_is_object(to)) {
		if (!json_same(from, to))
			emit(c, OP_REPLACE, at, to);
		return;
	}
	compare_members(c, at, from, to);
	sort_operations(c, c->count - outer);
	c->count = outer;
}

json_t *
patch_between(const json_t *from, const json_t *to)
{
	struct comparison c = {.operations = json_array()};
	struct walked root = {NULL, NULL};

	buf_init(&c.path, PATH_MAX_BYTES);
	compare(&c, &root, (json_t *)from, (json_t *)to);
	for (size_t i = 0; i < OP_COUNT; i++)
		json_decref(c.names[i]);
	free(c.ranges);
	buf_clear(&c.path);
	return c.operations;
}
