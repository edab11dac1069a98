/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/meta.h"

#include <stdio.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/names.h"

static const json_t *
member_of(const json_t *object, const char *member)
{
	return json_object_get(json_object_get(object, "metadata"), member);
}

char *
kube_meta_key(const json_t *object, bool with_namespace)
{
	const json_t *metadata = json_object_get(object, "metadata");
	const char *name = json_member_string(metadata, "name");
	const char *namespace = json_member_string(metadata, "namespace");

	if (!name || !*name)
		return NULL;
	return namespace && with_namespace ? xasprintf("%s/%s", namespace, name) : xstrdup(name);
}

bool
kube_meta_version(const json_t *object, char out[KUBE_VERSION_SIZE])
{
	const char *version = json_string_value(member_of(object, "resourceVersion"));

	if (!version || !*version || strlen(version) >= KUBE_VERSION_SIZE)
		return false;
	snprintf(out, KUBE_VERSION_SIZE, "%s", version);
	return true;
}

bool
kube_meta_is_other(const json_t *before, const json_t *after)
{
	return member_of(before, "uid") &&
	       !json_same_text(member_of(before, "uid"), member_of(after, "uid"));
}

bool
kube_meta_has_same_version(const json_t *a, const json_t *b)
{
	return json_same_text(member_of(a, "resourceVersion"), member_of(b, "resourceVersion"));
}

bool
kube_meta_are_same(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *object;

	if (json_object_size(a) != json_object_size(b))
		return false;
	json_object_foreach ((json_t *)a, key, object) {
		const json_t *other = json_object_get(b, key);

		if (!other || kube_meta_is_other(object, other) ||
		    !kube_meta_has_same_version(object, other))
			return false;
	}
	return true;
}

void
kube_meta_drop_managers(json_t *object)
{
	json_object_del(json_object_get(object, "metadata"), "managedFields");
}

void
kube_meta_drop_applied(json_t *object)
{
	json_t *metadata = json_object_get(object, "metadata");
	json_t *notes = json_object_get(metadata, "annotations");

	if (!json_object_get(notes, KUBE_NOTE_APPLIED))
		return;
	notes = json_copy(notes);	/* it may be shared */
	json_object_del(notes, KUBE_NOTE_APPLIED);
	json_object_set_new(metadata, "annotations", notes);
}

/* What a "PodList" holds is each a "Pod". */
json_t *
kube_meta_item(const json_t *list, const json_t *item, bool keeps_managers)
{
	const char *kind = json_member_string(list, "kind");
	size_t length = kind ? strlen(kind) : 0;
	json_t *version = json_object_get(list, "apiVersion");
	json_t *metadata = json_object_get(item, "metadata");
	json_t *out = json_copy((json_t *)item);

	if (json_is_object(metadata))
		json_object_set_new(out, "metadata", json_copy(metadata));
	if (!keeps_managers)
		kube_meta_drop_managers(out);
	kube_meta_drop_applied(out);
	if (!json_object_get(out, "kind") && length > 4 && strcmp(kind + length - 4, "List") == 0)
		json_object_set_new(out, "kind", json_stringn(kind, length - 4));
	if (!json_object_get(out, "apiVersion") && json_is_string(version))
		json_object_set(out, "apiVersion", version);
	return out;
}
