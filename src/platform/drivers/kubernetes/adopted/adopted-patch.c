/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Fields are compared as they are kept, where lists are objects by their keys and what the cluster
 * fills in is left out; operations are made for the places that their items have in the live
 * object's lists.  Tests come first and name the places of before; each operation names those that
 * are left by the operations before it, so it is carried out here, too.
 */
#include "config.h"

#include "platform/drivers/kubernetes/adopted/adopted-patch.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/merge-keys.h"
#include "model/patch.h"
#include "model/placeholder.h"
#include "model/pointer.h"
#include "platform/drivers/kubernetes/adopted/adopted-place.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

#define PATH_MAX_BYTES (1u << 16)
#define WORDS_MAX 200

/* --- changes --- */

static int
add_change(struct adopted_changes *out, const char *key, json_t *before, json_t *after,
	   struct error *err)
{
	json_t *object = manifest_object(after ? after : before, err);

	if (!object)
		return -1;
	out->items = xreallocarray(out->items, out->count + 1, sizeof(*out->items));
	out->items[out->count++] = (struct adopted_change){
		.key = xstrdup(key),
		.before = json_incref(before),
		.after = json_incref(after),
		.object = object,
	};
	return 0;
}

int
adopted_changes_make(const json_t *before, const json_t *after, struct adopted_changes *out,
		     struct error *err)
{
	json_t *was = json_object_get(before, "manifests"), *is = json_object_get(after, "manifests");
	const char *key;
	json_t *object;
	int ret = 0;

	*out = (struct adopted_changes){0};
	json_object_foreach(is, key, object)
		if (ret == 0 && !json_equal(object, json_object_get(was, key)))
			ret = add_change(out, key, json_object_get(was, key), object, err);
	json_object_foreach(was, key, object)
		if (ret == 0 && !json_object_get(is, key))
			ret = add_change(out, key, object, NULL, err);
	if (ret != 0)
		adopted_changes_clear(out);
	return ret;
}

void
adopted_changes_clear(struct adopted_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		struct adopted_change *change = &changes->items[i];

		free(change->key);
		json_decref(change->before);
		json_decref(change->after);
		json_decref(change->object);
	}
	free(changes->items);
	*changes = (struct adopted_changes){0};
}

struct adopted_change
adopted_change_reverse(const struct adopted_change *change)
{
	return (struct adopted_change){.key = change->key,
				       .before = change->after,
				       .after = change->before,
				       .object = change->object};
}

/* --- the live object as it is kept --- */

/* As a spec's is, whose placeholders are resolved: nothing in it is escaped. */
json_t *
adopted_keep(const json_t *live, struct error *err)
{
	json_t *kept = manifest_keep(live, err), *plain;

	if (!kept)
		return NULL;
	plain = placeholder_resolve(kept, "", placeholder_find_none, NULL, NULL, err);
	json_decref(kept);
	return plain;
}

static const json_t *
find_kept(const json_t *kept, const struct pointer *pointer)
{
	return pointer_find((json_t *)(uintptr_t)kept, pointer);
}

/* --- what moved --- */

/* An image is the same whether or not its digest is said. */
static bool
is_same_image(const char *name, const json_t *a, const json_t *b)
{
	const char *one = json_string_value(a), *other = json_string_value(b);
	size_t length, rest;

	if (strcmp(name, "image") != 0 || !one || !other || !strchr(one, '@') == !strchr(other, '@'))
		return false;
	length = strcspn(one, "@");
	rest = strcspn(other, "@");
	return length == rest && strncmp(one, other, length) == 0;
}

static bool
is_same(const json_t *a, const json_t *b)
{
	return a == b || (a && b && json_same(a, b));
}

bool
adopted_is_same(const json_t *a, const json_t *b)
{
	return is_same(a, b) || is_same_image("image", a, b);
}

char *
adopted_value_words(const json_t *value)
{
	char *words = json_is_string(value) ? xstrdup(json_string_value(value))
		      : value		    ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT)
					    : NULL;

	if (words && strlen(words) > WORDS_MAX)
		words[WORDS_MAX] = '\0';
	return words ? words : xstrdup("");
}

struct patching {
	const struct adopted_change *change;
	const json_t *live;
	json_t *was, *wanted;		/* `before` and `after` with lists */
	json_t *kept;			/* `live` as it is kept */
	json_t *work;			/* `live` with the operations so far */
	json_t *tests, *operations, *fields;
	json_t *ordered;		/* {pointer of a list: true}, whose order changes */
	struct error *err;
};

static int
say_moved(const struct patching *p, const char *pointer, const json_t *now)
{
	char *path = adopted_field_words(p->live, pointer), *words = adopted_value_words(now);
	int ret = now ? error_set_code(p->err, CODE_CLUSTER_FIELD_MOVED, .object = p->change->key,
				       .path = path, .words = words)
		      : error_set_code(p->err, CODE_CLUSTER_FIELD_GONE, .object = p->change->key,
				       .path = path);

	free(path);
	free(words);
	return ret;
}

/* --- operations --- */

static void
add_test(json_t *tests, const char *path, const json_t *value)
{
	json_array_append_new(tests, json_pack("{s:s, s:s, s:o}", "op", "test", "path", path,
					       "value", value ? json_copy_deep(value) : json_null()));
}

/* What is no item's place: of an item that is not there a test cannot say so. */
static void
test_place(const struct patching *p, const struct pointer *pointer)
{
	struct adopted_place place = adopted_place_find(p->live, pointer, pointer->count);

	if (place.value || json_is_object(place.parent))
		add_test(p->tests, place.path, place.value);
	adopted_place_clear(&place);
}

static int
take_operation(struct patching *p, const char *op, const char *path, const json_t *value)
{
	json_t *operation = json_pack("{s:s, s:s}", "op", op, "path", path), *one, *done;

	if (value)
		json_object_set_new(operation, "value", json_copy_deep(value));
	one = json_pack("[O]", operation);
	done = patch_apply_encoded(p->work, one, p->err);
	json_decref(one);
	json_array_append_new(p->operations, operation);
	if (!done)
		return -1;
	json_decref(p->work);
	p->work = done;
	return 0;
}

static void
note_field(const struct patching *p, const char *pointer, const json_t *from, const json_t *to)
{
	char *path = adopted_field_words(from ? p->live : p->wanted, pointer);
	json_t *field = json_pack("{s:s, s:s}", "path", path, "pointer", pointer);

	if (from)
		json_object_set(field, "from", (json_t *)(uintptr_t)from);
	if (to)
		json_object_set(field, "to", (json_t *)(uintptr_t)to);
	json_array_append_new(p->fields, field);
	free(path);
}

/* To where `wanted` has it among its neighbours. */
static int
write_value(struct patching *p, const struct pointer *pointer)
{
	struct adopted_place source = adopted_place_find(p->wanted, pointer, pointer->count);
	struct adopted_place place = adopted_place_find(p->work, pointer, pointer->count);
	int ret;

	if (!place.parent || !source.value) {
		ret = error_set_code(p->err, CODE_CLUSTER_FIELD_GONE, .object = p->change->key,
				     .path = place.path);
	} else if (json_is_array(place.parent) && !place.value) {
		char *at = adopted_place_for(&source, &place);

		ret = take_operation(p, "add", at, source.value);
		free(at);
	} else {
		ret = take_operation(p, place.value ? "replace" : "add", place.path, source.value);
	}
	adopted_place_clear(&source);
	adopted_place_clear(&place);
	return ret;
}

/* Of an item that is there twice the other one would count then. */
static int
remove_value(struct patching *p, const struct pointer *pointer)
{
	bool may_be_there = true;
	int ret = 0;

	while (ret == 0 && may_be_there) {
		struct adopted_place place = adopted_place_find(p->work, pointer, pointer->count);

		may_be_there = place.value && place.row;
		if (place.value)
			ret = take_operation(p, "remove", place.path, NULL);
		adopted_place_clear(&place);
	}
	return ret;
}

/* A default that is left out where it is kept. */
static bool
is_there_as(const struct patching *p, const struct pointer *pointer, const json_t *list_form)
{
	struct adopted_place now = adopted_place_find(p->live, pointer, pointer->count);
	struct adopted_place other = adopted_place_find(list_form, pointer, pointer->count);
	bool is = now.value && is_same(now.value, other.value);

	adopted_place_clear(&now);
	adopted_place_clear(&other);
	return is;
}

/* Which item one comes after is no part of it. */
static bool
is_same_item(const json_t *a, const json_t *b)
{
	json_t *one = json_copy((json_t *)(uintptr_t)a), *other = json_copy((json_t *)(uintptr_t)b);
	bool is;

	json_object_del(one, MERGE_AFTER);
	json_object_del(other, MERGE_AFTER);
	is = json_is_object(one) && is_same(one, other);
	json_decref(one);
	json_decref(other);
	return is;
}

static bool
has_moved(const struct patching *p, const struct pointer *pointer, const json_t *was,
	  const json_t *now)
{
	const char *name = pointer->count > 0 ? pointer->tokens[pointer->count - 1] : "";

	return !is_same(now, was) && !is_there_as(p, pointer, p->was) &&
	       !is_same_image(name, now, was) && !is_same_item(now, was);
}

/* --- the order of lists --- */

/* The lists with an order that a field is in; each is put in order at the end. */
static void
note_lists(struct patching *p, const struct pointer *pointer)
{
	struct buf list;

	buf_init(&list, PATH_MAX_BYTES);
	for (size_t i = 0; i < pointer->count; i++) {
		struct adopted_place place = adopted_place_find(p->wanted, pointer, i + 1);

		if (place.row && place.row->order != MERGE_UNORDERED)
			json_object_set_new(p->ordered, buf_str(&list), json_true());
		adopted_place_clear(&place);
		pointer_append(&list, pointer->tokens[i]);
	}
	buf_clear(&list);
}

/* Which item one comes after is no field. */
static bool
is_order(const struct patching *p, const struct pointer *pointer)
{
	struct adopted_place item;
	bool is;

	if (pointer->count == 0 || strcmp(pointer->tokens[pointer->count - 1], MERGE_AFTER) != 0)
		return false;
	item = adopted_place_find(p->wanted, pointer, pointer->count - 1);
	is = item.row != NULL;
	adopted_place_clear(&item);
	return is;
}

/* Otherwise it follows from the keys, or means nothing. */
static bool
tells_order(const json_t *folded)
{
	const char *key;
	json_t *item;

	json_object_foreach((json_t *)(uintptr_t)folded, key, item)
		if (json_object_get(item, MERGE_AFTER))
			return true;
	return false;
}

static int
put_list_in_order(struct patching *p, const char *text, const struct pointer *pointer)
{
	const struct merge_key *row = merge_key_of(pointer->tokens[pointer->count - 1],
						   json_member_string(p->wanted, "kind"));
	struct adopted_place list = adopted_place_find(p->work, pointer, pointer->count);
	struct adopted_place wanted = adopted_place_find(p->wanted, pointer, pointer->count);
	json_t *now = merge_fold(row, list.value, false), *ordered = NULL;
	int ret = 0;

	if (tells_order(now) || tells_order(find_kept(p->change->after, pointer)))
		ordered = adopted_place_reorder(row, list.value, wanted.value);
	if (ordered) {
		note_field(p, text, list.value, wanted.value);
		ret = take_operation(p, "replace", list.path, ordered);
	}
	json_decref(ordered);
	json_decref(now);
	adopted_place_clear(&list);
	adopted_place_clear(&wanted);
	return ret;
}

static int
put_in_order(struct patching *p)
{
	const char *text;
	json_t *ignored;
	int ret = 0;

	json_object_foreach(p->ordered, text, ignored) {
		struct pointer pointer;

		if (ret != 0 || pointer_parse(&pointer, text, p->err) != 0)
			return -1;
		ret = put_list_in_order(p, text, &pointer);
		pointer_clear(&pointer);
	}
	return ret;
}

/* --- fields --- */

static int change_field(struct patching *p, const char *text, const json_t *to);

/* Both are new, and each may have members that the other has not. */
static int
merge_members(struct patching *p, const char *text, const json_t *to)
{
	struct buf path;
	const char *name;
	json_t *value;
	int ret = 0;

	buf_init(&path, PATH_MAX_BYTES);
	json_object_foreach((json_t *)(uintptr_t)to, name, value) {
		buf_truncate(&path, 0);
		(void)buf_puts(&path, text);
		pointer_append(&path, name);
		if (ret == 0)
			ret = change_field(p, buf_str(&path), value);
	}
	buf_clear(&path);
	return ret;
}

/* to NULL: it goes. */
static int
change_parsed(struct patching *p, const char *text, const struct pointer *pointer, const json_t *to)
{
	const json_t *was = find_kept(p->change->before, pointer);
	const json_t *now = find_kept(p->kept, pointer);

	note_lists(p, pointer);
	if (is_order(p, pointer) || is_same(now, to))
		return 0;
	if (!was && json_is_object(now) && json_is_object(to))
		return merge_members(p, text, to);
	if (has_moved(p, pointer, was, now))
		return say_moved(p, text, now);
	note_field(p, text, was, to);
	test_place(p, pointer);
	return to ? write_value(p, pointer) : remove_value(p, pointer);
}

static int
change_field(struct patching *p, const char *text, const json_t *to)
{
	struct pointer pointer;
	int ret;

	if (pointer_parse(&pointer, text, p->err) != 0)
		return -1;
	ret = change_parsed(p, text, &pointer, to);
	pointer_clear(&pointer);
	return ret;
}

static int
change_fields(struct patching *p)
{
	struct patch changes;
	int ret = 0;

	patch_between(&changes, p->change->before, p->change->after);
	for (size_t i = 0; ret == 0 && i < changes.count; i++)
		ret = change_field(p, changes.steps[i].path, changes.steps[i].value);
	patch_clear(&changes);
	return ret == 0 ? put_in_order(p) : ret;
}

/* --- the patch --- */

static json_t *
identity_tests(const json_t *live)
{
	json_t *metadata = json_object_get(live, "metadata"), *tests = json_array();

	add_test(tests, "/metadata/uid", json_object_get(metadata, "uid"));
	if (json_object_get(metadata, "generation"))
		add_test(tests, "/metadata/generation", json_object_get(metadata, "generation"));
	return tests;
}

static void
end_patching(struct patching *p)
{
	json_decref(p->was);
	json_decref(p->wanted);
	json_decref(p->kept);
	json_decref(p->work);
	json_decref(p->tests);
	json_decref(p->operations);
	json_decref(p->fields);
	json_decref(p->ordered);
}

int
adopted_patch_make(const struct adopted_change *change, const json_t *live,
		   struct adopted_patch *out, struct error *err)
{
	struct patching p = {
		.change = change,
		.live = live,
		.was = manifest_object(change->before, err),
		.wanted = manifest_object(change->after, err),
		.kept = adopted_keep(live, err),
		.work = json_deep_copy(live),
		.tests = identity_tests(live),
		.operations = json_array(),
		.fields = json_array(),
		.ordered = json_object(),
		.err = err,
	};
	int ret = p.was && p.wanted && p.kept ? change_fields(&p) : -1;

	*out = (struct adopted_patch){0};
	if (ret == 0) {
		out->fields = json_incref(p.fields);
		out->result = json_incref(p.work);
		out->operations = json_array();
		if (json_array_size(p.operations) > 0)
			json_array_extend(out->operations, p.tests);
		json_array_extend(out->operations, p.operations);
	}
	end_patching(&p);
	return ret;
}

void
adopted_patch_clear(struct adopted_patch *patch)
{
	json_decref(patch->operations);
	json_decref(patch->fields);
	json_decref(patch->result);
	*patch = (struct adopted_patch){0};
}

int
adopted_patch_check(const struct adopted_change *change, const json_t *live, struct error *err)
{
	json_t *kept = adopted_keep(live, err);
	struct patching p = {.change = change, .live = live, .err = err};
	struct patch moved = {0};
	int ret = kept ? 0 : -1;

	if (kept)
		patch_between(&moved, change->before, kept);
	for (size_t i = 0; ret == 0 && i < moved.count; i++)
		ret = say_moved(&p, moved.steps[i].path, moved.steps[i].value);
	patch_clear(&moved);
	json_decref(kept);
	return ret;
}

/* --- for people --- */

/* What everybody knows of a workload's pods is left out. */
static size_t
skip_template(const json_t *object, const struct pointer *pointer)
{
	const char *const *way = manifest_pod_path(object);
	size_t i = 0;

	while (way && way[i] && i < pointer->count && strcmp(pointer->tokens[i], way[i]) == 0)
		i++;
	return way && !way[i] && i < pointer->count ? i : 0;
}

char *
adopted_field_words(const json_t *object, const char *text)
{
	const char *kind = json_member_string(object, "kind");
	struct pointer pointer;
	struct error err;
	struct buf out;

	if (pointer_parse(&pointer, text, &err) != 0)
		return xstrdup(text);
	buf_init(&out, PATH_MAX_BYTES);
	for (size_t i = skip_template(object, &pointer); i < pointer.count; i++) {
		struct adopted_place place = adopted_place_find(object, &pointer, i);
		bool is_item = json_is_array(place.value) && i > 0 &&
			       merge_key_of(pointer.tokens[i - 1], kind);

		buf_printf(&out, is_item ? "[%s]" : out.length > 0 ? ".%s" : "%s",
			   pointer.tokens[i]);
		adopted_place_clear(&place);
	}
	pointer_clear(&pointer);
	return buf_take(&out);
}

/* --- letting go --- */

json_t *
adopted_release(const json_t *live, const char *manager)
{
	const json_t *list = json_object_get(kube_read_metadata(live), "managedFields"), *entry;
	json_t *out = NULL;
	char path[64];
	size_t i;

	json_array_foreach(list, i, entry) {
		if (out || !kube_read_is(entry, "manager", manager) ||
		    !kube_read_is(entry, "operation", "Update") ||
		    *kube_read_text(entry, "subresource"))
			continue;
		out = json_array();
		add_test(out, "/metadata/uid", json_object_get(kube_read_metadata(live), "uid"));
		snprintf(path, sizeof(path), "/metadata/managedFields/%zu", i);
		add_test(out, path, entry);
		/* An empty list is taken for one that was left out; one empty entry means none. */
		if (json_array_size(list) == 1)
			json_array_append_new(out, json_pack("{s:s, s:s, s:[{}]}", "op", "replace",
							     "path", "/metadata/managedFields",
							     "value"));
		else
			json_array_append_new(out, json_pack("{s:s, s:s}", "op", "remove", "path",
							     path));
	}
	return out;
}
