/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * In a set, lists with keys are objects (merge-keys.h), so the difference of two objects is found
 * member by member, and becomes what kubectl and kustomize take only at the end, when lists are
 * written as lists again.  That is why a strategic merge patch can name one variable, and why a
 * custom resource, whose lists have no keys that the API server knows, gets its list whole.
 */
#include "config.h"

#include "model/manifest-patch.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "model/json.h"
#include "model/json-text.h"
#include "model/manifest-filled.h"
#include "model/manifest-operations.h"
#include "model/manifests.h"
#include "model/merge-keys.h"
#include "model/placeholder.h"

#define TEXT_MAX (1u << 20)
#define INDENT "  "

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
manifest_json_patch(const json_t *before, const json_t *after, const json_t *order,
		    struct error *err)
{
	json_t *from = plain_object((json_t *)(uintptr_t)before, err);
	json_t *to = from ? plain_object((json_t *)(uintptr_t)after, err) : NULL;
	json_t *patch = to ? manifest_operations(from, to, order) : NULL;

	json_decref(from);
	json_decref(to);
	return patch;
}

/* --- modules --- */

/* before or after NULL: it is new, or goes. */
static void
add_patch(json_t *out, const char *key, const json_t *before, const json_t *after,
	  const json_t *order)
{
	json_t *row = json_pack("{s:s}", "object", key);
	struct error err;

	json_object_set_new(row, "operation",
			    json_string(!before ? "create" : !after ? "delete" : "patch"));
	if (before && after) {
		json_object_set_new(row, "merge_patch", manifest_merge_patch(before, after, &err));
		json_object_set_new(row, "json_patch", manifest_json_patch(before, after,
								       json_object_get(order, key),
								       &err));
	} else if (after) {
		json_object_set_new(row, "manifest",
				    plain_object((json_t *)(uintptr_t)after, &err));
	}
	json_array_append_new(out, row);
}

static void
add_module(json_t *out, const json_t *before, const json_t *after, const json_t *order)
{
	json_t *was = manifests_of(before), *is = manifests_of(after), *object;
	const char *key;

	json_object_foreach(is, key, object)
		if (!json_equal(object, json_object_get(was, key)))
			add_patch(out, key, json_object_get(was, key), object, order);
	json_object_foreach(was, key, object)
		if (!json_object_get(is, key))
			add_patch(out, key, object, NULL, order);
}

json_t *
manifests_patches(const json_t *before, const json_t *after, const json_t *order)
{
	json_t *out = json_array(), *module;
	const char *name;

	json_object_foreach((json_t *)(uintptr_t)after, name, module)
		add_module(out, json_object_get(before, name), module, order);
	json_object_foreach((json_t *)(uintptr_t)before, name, module)
		if (!json_object_get(after, name))
			add_module(out, module, NULL, order);
	return out;
}

/* --- text --- */

/* A patch that lacks a line is another patch, so one that does not fit is none. */
struct patch_text {
	struct buf bytes;
	bool is_cut;
};

static void
put(struct patch_text *out, const char *bytes)
{
	if (!buf_puts(&out->bytes, bytes))
		out->is_cut = true;
}

static char *
take_text(struct patch_text *out, struct error *err)
{
	if (!out->is_cut)
		return buf_take(&out->bytes);
	buf_clear(&out->bytes);
	error_set(err, ERROR_LIMIT,
		  _("The patch is too large (more than 1 MiB).  Change fewer objects at once."));
	return NULL;
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
put_json(struct patch_text *out, const json_t *value)
{
	char *text = json_text(value, 0);

	put(out, text);
	free(text);
}

static void
put_scalar(struct patch_text *out, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text && is_plain(text))
		put(out, text);
	else
		put_json(out, value);
}

static void
put_key(struct patch_text *out, const char *key)
{
	json_t *text = json_string(key);

	put_scalar(out, text);
	put(out, ":");
	json_decref(text);
}

static void
put_indent(struct patch_text *out, int depth)
{
	while (depth-- > 0)
		put(out, INDENT);
}

static void put_block(struct patch_text *out, const json_t *value, int depth, bool is_begun);

/* Behind "key:" or "-". */
static void
put_below(struct patch_text *out, const json_t *value, int depth, bool in_list)
{
	bool is_block = json_object_size(value) > 0 || json_array_size(value) > 0;

	if (is_block && in_list && json_is_object(value)) {
		put(out, " ");
		put_block(out, value, depth, true);
	} else if (is_block) {
		put(out, "\n");
		put_block(out, value, depth, false);
	} else {
		put(out, " ");
		put_scalar(out, value);
		put(out, "\n");
	}
}

/* is_begun: the first line has its indentation. */
static void
put_block(struct patch_text *out, const json_t *value, int depth, bool is_begun)
{
	const char *key;
	json_t *member;
	size_t i;

	json_object_foreach((json_t *)(uintptr_t)value, key, member) {
		put_indent(out, is_begun ? 0 : depth);
		is_begun = false;
		put_key(out, key);
		put_below(out, member, depth + !json_is_array(member), false);
	}
	json_array_foreach((json_t *)(uintptr_t)value, i, member) {
		put_indent(out, depth);
		put(out, "-");
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

/* An operation a line. */
static void
put_operations(struct patch_text *out, const char *before, const json_t *operations)
{
	json_t *operation;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)operations, i, operation) {
		put(out, before);
		put(out, i == 0 ? "[" : " ");
		put_json(out, operation);
		put(out, i + 1 == json_array_size(operations) ? "]\n" : ",\n");
	}
}

static void
put_object(struct patch_text *out, const json_t *object)
{
	json_t *ordered = in_order(object);

	put_block(out, ordered, 0, false);
	json_decref(ordered);
}

static void
put_head(struct patch_text *out, const json_t *row)
{
	put(out, out->bytes.length > 0 ? "---\n# " : "# ");
	put(out, json_member_string(row, "operation"));
	put(out, ": ");
	put(out, json_member_string(row, "object"));
	put(out, "\n");
}

char *
manifests_patches_text(const json_t *patches, struct error *err)
{
	struct patch_text out = {0};
	json_t *row;
	size_t i;

	buf_init(&out.bytes, TEXT_MAX);
	json_array_foreach((json_t *)(uintptr_t)patches, i, row) {
		const json_t *body = json_object_get(row, "merge_patch"), *operations;

		put_head(&out, row);
		if (!body)
			body = json_object_get(row, "manifest");
		if (!body)
			continue;
		put_object(&out, body);
		operations = json_object_get(row, "json_patch");
		if (json_array_size(operations) > 0)
			put(&out, "# or as JSON Patch:\n");
		put_operations(&out, "#   ", operations);
	}
	return take_text(&out, err);
}

/* Such a file names no object, so it can hold the operations of one alone. */
char *
manifests_json_patch_text(const json_t *patches, struct error *err)
{
	const json_t *operations = json_object_get(json_array_get(patches, 0), "json_patch");
	struct patch_text out = {0};

	buf_init(&out.bytes, TEXT_MAX);
	if (json_array_size(patches) > 1) {
		error_set(err, ERROR_INPUT,
			  _("Several objects change, but a JSON Patch changes one.  Choose a name that "
			    "ends in .yaml."));
		return NULL;
	}
	if (json_array_size(patches) == 1 && !operations) {
		error_set(err, ERROR_INPUT,
			  _("An object that is created or deleted has no JSON Patch.  Choose a name "
			    "that ends in .yaml."));
		return NULL;
	}
	put_operations(&out, "", operations);
	return take_text(&out, err);
}
