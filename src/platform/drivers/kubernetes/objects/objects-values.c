/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Values of a spec, as objects have them. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/json-text.h"
#include "model/pointer.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

#define PLACE_MAX (64u * 1024)

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **
kube_sorted_keys(const json_t *object)
{
	const char **keys = xcalloc(json_object_size(object) + 1, sizeof(*keys)), *key;
	size_t count = 0;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		keys[count++] = key;
	qsort(keys, count, sizeof(*keys), by_bytes);
	return keys;
}

json_t *
kube_sorted_values(const json_t *object)
{
	const char **keys = kube_sorted_keys(object);
	json_t *list = json_array();

	for (size_t i = 0; keys[i]; i++)
		json_array_append(list, json_object_get(object, keys[i]));
	free(keys);
	return list;
}

char *
kube_text(const json_t *value)
{
	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	if (json_is_number(value) || json_is_boolean(value))
		return json_text(value, 0);
	return NULL;
}

const json_t *
kube_member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_null(value) ? NULL : value;
}

void
kube_copy_number(json_t *out, const json_t *object, const char *key)
{
	json_int_t number = workload_field_number(json_object_get(object, key));

	if (number >= 0)
		json_object_set_new(out, key, json_integer(number));
}

void
kube_copy(json_t *out, const char *as, const json_t *object, const char *key)
{
	const json_t *value = kube_member(object, key);

	if (value && !(json_is_string(value) && json_string_length(value) == 0))
		json_object_set(out, as, (json_t *)value);
}

char *
kube_place(const char *first, ...)
{
	struct buf place;
	va_list more;

	buf_init(&place, PLACE_MAX);
	va_start(more, first);
	for (const char *token = first; token; token = va_arg(more, const char *))
		pointer_append(&place, token);
	va_end(more);
	return buf_take(&place);
}

char *
kube_init_place(size_t container, size_t variable)
{
	return xasprintf("/spec/pod/initContainers/%zu/env/%zu/value", container, variable);
}
