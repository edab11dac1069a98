/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which shared values a workload uses: two environments may have one set and run differently.
 *
 * A key is used where a string has the placeholder ${values.KEY}.  Strings are searched by the
 * resolver itself, so what it would not replace is not taken for a use.
 */
#include "config.h"

#include "compare/values-used.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/placeholder.h"
#include "model/pointer.h"
#include "model/set.h"
#include "model/workload-placeholders.h"

#define POINTER_MAX 65536

/* Called for each placeholder: the resolver is used as a parser, its result is thrown away. */
static json_t *
collect(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	struct buf key;

	(void)secret;
	(void)err;
	/* A key may have dots: what follows "values" is one. */
	if (count >= 2 && strcmp(tokens[0], "values") == 0) {
		buf_init(&key, 4096);
		for (size_t i = 1; i < count; i++)
			(void)buf_printf(&key, "%s%s", i > 1 ? "." : "", tokens[i]);
		json_object_set_new(data, buf_str(&key), json_true());
		buf_clear(&key);
	}
	return json_string("");
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
collect_string(const json_t *string, const char *pointer, json_t *keys)
{
	struct error ignored = {0};

	if (strstr(json_string_value(string), "${") && workload_place_is_any(pointer))
		json_decref(placeholder_resolve(string, "", collect, keys, NULL, &ignored));
}

/* Each string for itself: one that is written wrongly hides no other. */
static void
collect_below(const json_t *value, struct buf *pointer, json_t *keys)
{
	size_t before = pointer->length, i;
	const char *name;
	json_t *member;

	if (json_is_string(value)) {
		collect_string(value, buf_str(pointer), keys);
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, name, member) {
		pointer_append(pointer, name);
		collect_below(member, pointer, keys);
		buf_truncate(pointer, before);
	}
	json_array_foreach(value, i, member) {
		char index[24];

		snprintf(index, sizeof(index), "%zu", i);
		pointer_append(pointer, index);
		collect_below(member, pointer, keys);
		buf_truncate(pointer, before);
	}
}

/* Of a module, or of the declaration of a resource. */
static void
collect_strings(const json_t *part, json_t *keys)
{
	struct buf pointer;

	buf_init(&pointer, POINTER_MAX);
	collect_below(part, &pointer, keys);
	buf_clear(&pointer);
}

/* What is not in a list of which something was not understood may be that. */
static enum value_relation
compare_key(const struct values *a, const struct values *b, const char *key)
{
	const struct value *x = a ? values_find(a, key) : NULL, *y = b ? values_find(b, key) : NULL;

	if (!a || !b || (!x && a->odd > 0) || (!y && b->odd > 0))
		return VALUE_UNKNOWN;
	return value_compare(x, y);
}

enum value_relation
values_compare_used(const json_t *part, const struct values *a, const struct values *b)
{
	json_t *keys = json_object(), *unused;
	enum value_relation found = VALUE_SAME;
	const char *key;

	collect_strings(part, keys);
	json_object_foreach(keys, key, unused) {
		enum value_relation relation = compare_key(a, b, key);

		/* One sure difference is enough; UNKNOWN is kept only while nothing stronger is
		 * found. */
		if (relation == VALUE_DIFFERS || relation == VALUE_MISSING) {
			found = relation;
			break;
		}
		if (relation == VALUE_UNKNOWN)
			found = relation;
	}
	json_decref(keys);
	return found;
}

json_t *
values_differing(const json_t *part, const struct values *a, const struct values *b)
{
	json_t *keys = json_object(), *list = json_array(), *unused;
	const char *key;

	collect_strings(part, keys);
	json_object_foreach(keys, key, unused) {
		enum value_relation relation = value_compare(values_find(a, key),
							     values_find(b, key));

		if (relation == VALUE_DIFFERS || relation == VALUE_MISSING)
			json_array_append_new(list, json_string(key));
	}
	json_decref(keys);
	return list;
}

json_t *
values_used_by(const struct set *set)
{
	json_t *keys = json_object(), *list = json_array(), *value;
	const char **names, *name;
	size_t count = 0;

	json_object_foreach(set_modules(set), name, value)
		collect_strings(value, keys);
	collect_strings(set_shared(set), keys);
	names = xcalloc(json_object_size(keys) + 1, sizeof(*names));
	json_object_foreach(keys, name, value)
		names[count++] = name;
	qsort(names, count, sizeof(*names), by_text);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(names[i]));
	free(names);
	json_decref(keys);
	return list;
}
