/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * fieldsV1 mirrors the object: "f:NAME" is a member, "k:{...}" the item of a list that has these
 * keys, "v:VALUE" an item that is this value, "." the thing itself; one with nothing in it is owned
 * whole.  Items keep the order that the cluster has them in.
 */
#include "config.h"

#include "platform/drivers/kubernetes/adopted/kube-owned.h"

#include <stdint.h>
#include <string.h>

#include "model/json.h"

static json_t *owned_part(const json_t *value, const json_t *fields, int depth);

static json_t *
owned_members(const json_t *value, const json_t *fields, int depth)
{
	json_t *out = json_object(), *below;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)fields, key, below) {
		const json_t *member =
			strncmp(key, "f:", 2) == 0 ? json_object_get(value, key + 2) : NULL;

		if (member)
			json_object_set_new(out, key + 2, owned_part(member, below, depth));
	}
	return out;
}

/* {"name":"web"}: the item has all of these members. */
static bool
has_keys(const json_t *item, const char *text)
{
	json_t *keys = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *value;
	bool has = json_is_object(keys) && json_is_object(item);
	const char *key;

	json_object_foreach(keys, key, value)
		if (has && !json_equal(json_object_get(item, key), value))
			has = false;
	json_decref(keys);
	return has;
}

static bool
is_value(const json_t *item, const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
	bool is = value && json_equal(item, value);

	json_decref(value);
	return is;
}

/* What `fields` say of an item; NULL: it is not ours. */
static const json_t *
find_fields(const json_t *item, const json_t *fields)
{
	const char *key;
	json_t *below;

	json_object_foreach((json_t *)(uintptr_t)fields, key, below)
		if ((strncmp(key, "k:", 2) == 0 && has_keys(item, key + 2)) ||
		    (strncmp(key, "v:", 2) == 0 && is_value(item, key + 2)))
			return below;
	return NULL;
}

/* What tells items apart is theirs, also where somebody else was the first to say it: an item
 * without its keys is none. */
static void
keep_keys(json_t *part, const json_t *item, const json_t *fields)
{
	const char *key;
	json_t *below;

	json_object_foreach((json_t *)(uintptr_t)fields, key, below)
		if (strncmp(key, "k:", 2) == 0 && has_keys(item, key + 2)) {
			json_t *keys = json_loads(key + 2, JSON_REJECT_DUPLICATES, NULL);

			json_object_update_missing(part, keys);
			json_decref(keys);
		}
}

static json_t *
owned_items(const json_t *list, const json_t *fields, int depth)
{
	json_t *out = json_array(), *item;
	size_t i;

	json_array_foreach(list, i, item) {
		const json_t *below = find_fields(item, fields);
		json_t *part = below ? owned_part(item, below, depth) : NULL;

		if (json_is_object(part))
			keep_keys(part, item, fields);
		if (part)
			json_array_append_new(out, part);
	}
	return out;
}

static json_t *
owned_part(const json_t *value, const json_t *fields, int depth)
{
	if (json_object_size(fields) == 0 || depth >= JSON_DEPTH_MAX)
		return json_copy_deep(value);
	if (json_is_object(value))
		return owned_members(value, fields, depth + 1);
	if (json_is_array(value))
		return owned_items(value, fields, depth + 1);
	return json_copy_deep(value);
}

/* An apply of the whole; what was applied to a subresource is another entry. */
static bool
is_ours(const json_t *entry, const char *manager)
{
	const char *name = json_member_string(entry, "manager"),
		   *operation = json_member_string(entry, "operation"),
		   *subresource = json_member_string(entry, "subresource");

	return name && operation && strcmp(name, manager) == 0 &&
	       strcmp(operation, "Apply") == 0 && (!subresource || !*subresource);
}

json_t *
kube_owned(const json_t *live, const char *manager)
{
	static const char *const same[] = {"apiVersion", "kind"};
	static const char *const identity[] = {"name", "namespace"};
	const json_t *metadata = json_object_get(live, "metadata");
	json_t *out, *entry, *kept;
	size_t i;

	if (!json_is_object(metadata))
		return NULL;
	out = json_object();
	json_array_foreach(json_object_get(metadata, "managedFields"), i, entry)
		if (is_ours(entry, manager)) {
			json_decref(out);
			out = owned_members(live, json_object_get(entry, "fieldsV1"), 0);
			break;
		}
	kept = json_object_get(out, "metadata");
	if (!kept) {
		kept = json_object();
		json_object_set_new(out, "metadata", kept);
	}
	for (i = 0; i < 2; i++) {
		json_object_set(out, same[i], json_object_get(live, same[i]));
		json_object_set(kept, identity[i], json_object_get(metadata, identity[i]));
	}
	return out;
}
