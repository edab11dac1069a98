/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The file of a repository is not the object that was found: it may have more variables, and in
 * another order.  So an item of a list with keys is named by its index only behind a test that it
 * is that item, what has no keys is replaced only where it is what it was, and what is added takes
 * nothing's place.  A patch that does not fit is refused whole, and the merge patch remains.
 *
 * Of lists that a set keeps in no order the object that was found has another one than it, and
 * perhaps an item twice; whoever sees the object says which, and the indices are those.
 */
#include "config.h"

#include "model/manifest-operations.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/merge-keys.h"
#include "model/pointer.h"

#define PATH_MAX_BYTES (1u << 16)

struct writing {
	const char *kind;
	const json_t *order;
	struct buf path;
	struct buf names;	/* the same in the kept object, where items have names */
	json_t *out;
};

/* --- operations --- */

static void
add_operation(struct writing *w, const char *op, const json_t *value)
{
	json_t *row = json_pack("{s:s, s:s}", "op", op, "path", buf_str(&w->path));

	if (value)
		json_object_set_new(row, "value", json_copy_deep(value));
	json_array_append_new(w->out, row);
}

static void
replace(struct writing *w, const json_t *from, const json_t *to)
{
	if (json_is_array(from) || json_is_object(from))
		add_operation(w, "test", from);
	add_operation(w, "replace", to);
}

/* Null is what a test finds where nothing is. */
static void
add_member(struct writing *w, const json_t *value)
{
	json_t *nothing = json_null();

	if (json_is_array(value) || json_is_object(value))
		add_operation(w, "test", nothing);
	json_decref(nothing);
	add_operation(w, "add", value);
}

static void
remove_member(struct writing *w, const json_t *value)
{
	if (json_is_array(value) || json_is_object(value))
		add_operation(w, "test", value);
	add_operation(w, "remove", NULL);
}

static size_t
enter_index(struct writing *w, size_t index)
{
	size_t before = w->path.length;

	buf_printf(&w->path, "/%zu", index);
	return before;
}

static size_t
enter(struct writing *w, const char *token)
{
	size_t before = w->path.length;

	pointer_append(&w->path, token);
	return before;
}

/* --- lists with keys --- */

/* The names of its items, in order; NULL: it has no such keys, or one twice. */
static json_t *
keys_of(const struct merge_key *row, const json_t *list)
{
	json_t *keys = json_array(), *seen = json_object(), *item;
	bool are_unique = row != NULL;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, item) {
		char *key = row ? merge_key_text(row, item) : NULL;

		are_unique = are_unique && key && !json_object_get(seen, key);
		if (key) {
			json_object_set_new(seen, key, json_true());
			json_array_append_new(keys, json_string(key));
		}
		free(key);
	}
	json_decref(seen);
	if (are_unique)
		return keys;
	json_decref(keys);
	return NULL;
}

/* The size: nowhere.  Of two the later one counts, for programs as for a set. */
static size_t
index_in(const json_t *keys, const char *key)
{
	size_t i = json_array_size(keys);

	while (i > 0 && strcmp(json_string_value(json_array_get(keys, i - 1)), key) != 0)
		i--;
	return i > 0 ? i - 1 : json_array_size(keys);
}

/* An order from elsewhere may be of another moment, in which the list had not all of its items. */
static bool
has_all(const json_t *order, const json_t *keys)
{
	json_t *key;
	size_t i;

	if (!json_is_array(order))
		return false;
	json_array_foreach((json_t *)(uintptr_t)order, i, key)
		if (!json_is_string(key))
			return false;
	json_array_foreach((json_t *)(uintptr_t)keys, i, key)
		if (index_in(order, json_string_value(key)) == json_array_size(order))
			return false;
	return true;
}

/* The keys where the patch is to fit, in their order: more than those of the set, it may be. */
static json_t *
keys_there(const struct writing *w, const json_t *was)
{
	const json_t *order = json_object_get(w->order, buf_str(&w->names));

	return json_copy((json_t *)(uintptr_t)(has_all(order, was) ? order : was));
}

/* That the item at this index is the one that is meant. */
static void
test_item(struct writing *w, const struct merge_key *row, size_t index, const json_t *item)
{
	size_t at = enter_index(w, index);

	for (size_t i = 0; i < 2 && row->keys[i]; i++) {
		const json_t *value = json_object_get(item, row->keys[i]);
		size_t before = enter(w, row->keys[i]);

		if (value)
			add_operation(w, "test", value);
		buf_truncate(&w->path, before);
	}
	buf_truncate(&w->path, at);
}

static void differ(struct writing *w, const char *name, const json_t *from, const json_t *to);

static void
change_items(struct writing *w, const struct merge_key *row, const json_t *from, const json_t *to,
	     const json_t *was, const json_t *is, const json_t *there)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)from, i, item) {
		const char *key = json_string_value(json_array_get(was, i));
		const json_t *wanted = json_array_get(to, index_in(is, key));
		size_t index = index_in(there, key), before, names = w->names.length;

		if (!wanted || json_equal(item, wanted))
			continue;
		test_item(w, row, index, item);
		before = enter_index(w, index);
		pointer_append(&w->names, key);
		differ(w, NULL, item, wanted);
		buf_truncate(&w->names, names);
		buf_truncate(&w->path, before);
	}
}

/* From the last, so that the others keep their places; what only the object has stays.  left is
 * without them then. */
static void
remove_items(struct writing *w, const struct merge_key *row, const json_t *from, const json_t *was,
	     json_t *left, const json_t *is)
{
	for (size_t i = json_array_size(left); i-- > 0;) {
		const char *key = json_string_value(json_array_get(left, i));
		const json_t *item = json_array_get(from, index_in(was, key));
		size_t before;

		if (!item || index_in(is, key) < json_array_size(is))
			continue;
		test_item(w, row, i, item);
		before = enter_index(w, i);
		add_operation(w, "remove", NULL);
		buf_truncate(&w->path, before);
		json_array_remove(left, i);
	}
}

/* Behind the one that it follows, or at the end. */
static void
add_items(struct writing *w, const struct merge_key *row, const json_t *to, json_t *left,
	  const json_t *is)
{
	json_t *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)to, i, item) {
		json_t *key = json_array_get(is, i);
		size_t count = json_array_size(left), at, before;

		if (index_in(left, json_string_value(key)) < count)
			continue;
		at = i > 0 ? index_in(left, json_string_value(json_array_get(is, i - 1))) + 1 : 0;
		if (row->order == MERGE_UNORDERED || at > count)
			at = count;
		if (at > 0 && at < count)
			test_item(w, row, at - 1, json_array_get(to, i - 1));
		before = at == count ? enter(w, "-") : enter_index(w, at);
		add_operation(w, "add", item);
		buf_truncate(&w->path, before);
		json_array_insert(left, at, key);
	}
}

static bool
differ_lists(struct writing *w, const struct merge_key *row, const json_t *from, const json_t *to)
{
	json_t *was = keys_of(row, from), *is = was ? keys_of(row, to) : NULL;
	json_t *there = is ? keys_there(w, was) : NULL;
	size_t before = json_array_size(w->out);
	bool is_done = is != NULL;

	if (is_done) {
		change_items(w, row, from, to, was, is, there);
		remove_items(w, row, from, was, there, is);
		add_items(w, row, to, there, is);
		is_done = json_array_size(w->out) > before;	/* else it is their order */
	}
	json_decref(was);
	json_decref(is);
	json_decref(there);
	return is_done;
}

/* --- all else --- */

static void
differ_objects(struct writing *w, const json_t *from, const json_t *to)
{
	const char *name;
	json_t *value;
	size_t before, names = w->names.length;

	json_object_foreach((json_t *)(uintptr_t)to, name, value) {
		before = enter(w, name);
		pointer_append(&w->names, name);
		if (json_object_get(from, name))
			differ(w, name, json_object_get(from, name), value);
		else
			add_member(w, value);
		buf_truncate(&w->names, names);
		buf_truncate(&w->path, before);
	}
	json_object_foreach((json_t *)(uintptr_t)from, name, value) {
		before = enter(w, name);
		if (!json_object_get(to, name))
			remove_member(w, value);
		buf_truncate(&w->path, before);
	}
}

/* name: of the member that it is; NULL: an item. */
static void
differ(struct writing *w, const char *name, const json_t *from, const json_t *to)
{
	const struct merge_key *row = name ? merge_key_of(name, w->kind) : NULL;

	if (json_equal(from, to))
		return;
	if (json_is_object(from) && json_is_object(to))
		differ_objects(w, from, to);
	else if (!json_is_array(from) || !json_is_array(to) || !differ_lists(w, row, from, to))
		replace(w, from, to);
}

json_t *
manifest_operations(const json_t *from, const json_t *to, const json_t *order)
{
	struct writing w = {
		.kind = json_member_string(to, "kind"), .order = order, .out = json_array()};

	buf_init(&w.path, PATH_MAX_BYTES);
	buf_init(&w.names, PATH_MAX_BYTES);
	differ(&w, NULL, from, to);
	buf_clear(&w.names);
	buf_clear(&w.path);
	return w.out;
}
