/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/manifest-patch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/manifests.h"
#include "model/merge-keys.h"
#include "model/patch.h"
#include "model/placeholder.h"

#define TEXT_MAX (1u << 20)
#define INDENT 2

/* --- one object --- */

struct differing {
	const char *kind;
	bool is_custom;
};

static void differ_member(const struct differing *d, const char *name, json_t *from, json_t *to,
			  json_t *out);

/* What of `to` is not in `from`; what is there no more is null, or, of a list's items, named. */
static json_t *
differ(const struct differing *d, json_t *from, json_t *to, bool are_items)
{
	json_t *out = json_object(), *value;
	const char *name;

	json_object_foreach(to, name, value)
		differ_member(d, name, json_object_get(from, name), value, out);
	json_object_foreach(from, name, value)
		if (!json_object_get(to, name))
			json_object_set_new(out, name, are_items
				? json_pack("{s:s}", "$patch", "delete") : json_null());
	return out;
}

static void
differ_member(const struct differing *d, const char *name, json_t *from, json_t *to, json_t *out)
{
	bool is_list = merge_key_of(name, d->kind) != NULL;
	json_t *below;

	if (from && json_equal(from, to))
		return;
	if (!json_is_object(from) || !json_is_object(to) || (is_list && d->is_custom)) {
		json_object_set_new(out, name, json_copy_deep(to));
		return;
	}
	below = differ(d, from, to, is_list);
	if (json_object_size(below) > 0)
		json_object_set_new(out, name, below);
	else
		json_decref(below);
}

/* As it is written outside of a set; placeholders, which only we know, stay as they are. */
static json_t *
plain_object(json_t *kept, struct error *err)
{
	json_t *plain = placeholder_resolve(kept, "", placeholder_find_none, NULL, NULL, err), *object;

	object = manifest_object(plain ? plain : kept, err);
	json_decref(plain);
	return object;
}

/* What it is called; a namespace is the repository's affair. */
static void
put_identity(json_t *out, const json_t *object)
{
	const json_t *name = json_object_get(json_object_get(object, "metadata"), "name");
	json_t *metadata = json_object_get(out, "metadata");

	json_object_set(out, "apiVersion", json_object_get(object, "apiVersion"));
	json_object_set(out, "kind", json_object_get(object, "kind"));
	if (!metadata) {
		metadata = json_object();
		json_object_set_new(out, "metadata", metadata);
	}
	json_object_set(metadata, "name", (json_t *)(uintptr_t)name);
}

json_t *
manifest_merge_patch(const json_t *before, const json_t *after, struct error *err)
{
	const struct differing d = {json_member_string(after, "kind"),
				    !manifest_is_built_in(after)};
	json_t *differences = differ(&d, (json_t *)(uintptr_t)before, (json_t *)(uintptr_t)after,
				     false);
	json_t *patch;

	put_identity(differences, after);
	patch = plain_object(differences, err);
	json_decref(differences);
	return patch;
}

json_t *
manifest_json_patch(const json_t *before, const json_t *after, struct error *err)
{
	json_t *from = plain_object((json_t *)(uintptr_t)before, err);
	json_t *to = from ? plain_object((json_t *)(uintptr_t)after, err) : NULL;
	json_t *patch = to ? patch_between_encoded(from, to) : NULL;

	json_decref(from);
	json_decref(to);
	return patch;
}

/* --- modules --- */

static json_t *
objects_of(const json_t *module)
{
	return json_object_get(json_object_get(module, "spec"), "manifests");
}

/* before or after NULL: it is new, or goes. */
static void
add_patch(json_t *out, const char *key, const json_t *before, const json_t *after)
{
	json_t *row = json_pack("{s:s}", "object", key);
	struct error err;

	json_object_set_new(row, "operation",
			    json_string(!before ? "create" : !after ? "delete" : "patch"));
	if (before && after) {
		json_object_set_new(row, "merge_patch", manifest_merge_patch(before, after, &err));
		json_object_set_new(row, "json_patch", manifest_json_patch(before, after, &err));
	} else if (after) {
		json_object_set_new(row, "manifest",
				    plain_object((json_t *)(uintptr_t)after, &err));
	}
	json_array_append_new(out, row);
}

static void
add_module(json_t *out, const json_t *before, const json_t *after)
{
	json_t *was = objects_of(before), *is = objects_of(after), *object;
	const char *key;

	json_object_foreach(is, key, object)
		if (!json_equal(object, json_object_get(was, key)))
			add_patch(out, key, json_object_get(was, key), object);
	json_object_foreach(was, key, object)
		if (!json_object_get(is, key))
			add_patch(out, key, object, NULL);
}

json_t *
manifests_patches(const json_t *before, const json_t *after)
{
	json_t *out = json_array(), *module;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)after, name, module)
		add_module(out, json_object_get(before, name), module);
	json_object_foreach((json_t *)(uintptr_t)before, name, module)
		if (!json_object_get(after, name))
			add_module(out, module, NULL);
	return out;
}

/* --- YAML --- */

/* Of letters that mean nothing, and no word that means something. */
static bool
is_plain(const char *text)
{
	static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off", "y",
					    "n"};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_/.-";
	size_t length = strlen(text);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(text, words[i]) == 0)
			return false;
	return length > 0 && strspn(text, letters) == length &&
	       ((text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z'));
}

static void
put_scalar(struct buf *out, const json_t *value)
{
	const char *text = json_string_value(value);
	char *encoded;

	if (text && is_plain(text)) {
		buf_puts(out, text);
		return;
	}
	encoded = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	buf_puts(out, encoded ? encoded : "null");
	free(encoded);
}

static void
put_key(struct buf *out, const char *key)
{
	json_t *text = json_string(key);

	put_scalar(out, text);
	buf_puts(out, ":");
	json_decref(text);
}

static void put_block(struct buf *out, const json_t *value, int depth, bool is_begun);

/* Behind "key:" or "-". */
static void
put_below(struct buf *out, const json_t *value, int depth, bool in_list)
{
	bool is_block = json_object_size(value) > 0 || json_array_size(value) > 0;

	if (is_block && in_list && json_is_object(value)) {
		buf_puts(out, " ");
		put_block(out, value, depth, true);
	} else if (is_block) {
		buf_puts(out, "\n");
		put_block(out, value, depth, false);
	} else {
		buf_puts(out, " ");
		put_scalar(out, value);
		buf_puts(out, "\n");
	}
}

/* is_begun: the first line has its indentation. */
static void
put_block(struct buf *out, const json_t *value, int depth, bool is_begun)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)value, key, member) {
		buf_printf(out, "%*s", is_begun ? 0 : depth * INDENT, "");
		is_begun = false;
		put_key(out, key);
		put_below(out, member, depth + !json_is_array(member), false);
	}
	json_array_foreach((json_t *)(uintptr_t)value, i, member) {
		buf_printf(out, "%*s-", depth * INDENT, "");
		put_below(out, member, depth + 1, true);
	}
}

/* As people write them: what it is first. */
static json_t *
in_order(const json_t *object)
{
	static const char *const first[] = {"apiVersion", "kind", "metadata"};
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		json_object_set(out, first[i], json_object_get(object, first[i]));
	json_object_update_missing(out, (json_t *)(uintptr_t)object);
	return out;
}

char *
manifests_patches_text(const json_t *patches)
{
	struct buf out;
	json_t *row;
	size_t i;

	buf_init(&out, TEXT_MAX);
	json_array_foreach((json_t *)(uintptr_t)patches, i, row) {
		const json_t *body = json_object_get(row, "merge_patch");
		json_t *ordered;

		buf_printf(&out, "%s# %s: %s\n", out.length > 0 ? "---\n" : "",
			   json_member_string(row, "operation"), json_member_string(row, "object"));
		if (!body)
			body = json_object_get(row, "manifest");
		if (!body)
			continue;
		ordered = in_order(body);
		put_block(&out, ordered, 0, false);
		json_decref(ordered);
	}
	return buf_take(&out);
}
