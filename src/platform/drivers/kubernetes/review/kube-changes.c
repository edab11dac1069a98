/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A dry run answers with the object as it would be stored.  Most of what it has besides are
 * defaults of the API, which nobody needs to read.  No default puts another value in the place of
 * one that was given, and none adds an element with a name to a list (a container, a variable, a
 * volume): that is somebody's policy, or another manager's.
 */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-changes.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/quantity.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

/* Deeper than any object of ours: what comes from outside ends the walk, not the stack. */
#define DEPTH_MAX 40
#define PATH_MAX_BYTES 4096

struct walk {
	json_t *found;
	struct buf path;
};

/* By which of its members an element of a list is known; NULL: by its place. */
static const char *
key_of(const json_t *list)
{
	static const char *const keys[] = {"name", "containerPort", "port", "mountPath", "key"};
	size_t i;

	for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
		bool all = json_array_size(list) > 0;
		json_t *element;

		json_array_foreach(list, i, element)
			all = all && json_object_get(element, keys[k]);
		if (all)
			return keys[k];
	}
	return NULL;
}

static const json_t *
element_of(const json_t *list, const char *key, const json_t *wanted)
{
	json_t *element;
	size_t i;

	json_array_foreach(list, i, element)
		if (json_equal(json_object_get(element, key), json_object_get(wanted, key)))
			return element;
	return NULL;
}

/* The API writes the amounts of resources in a form of its own: "0.5" is "500m". */
static bool
is_same_amount(const struct walk *walk, const json_t *a, const json_t *b)
{
	const char *path = buf_str(&walk->path);
	int64_t left, right;

	return (strstr(path, ".limits.") || strstr(path, ".requests.") ||
		strstr(path, ".sizeLimit")) &&
	       json_is_string(a) && json_is_string(b) &&
	       quantity_parse(json_string_value(a), &left) &&
	       quantity_parse(json_string_value(b), &right) && left == right &&
	       left != INT64_MAX;
}

/* The API does not keep them. */
static bool
is_empty(const json_t *value)
{
	return !value || json_is_null(value) ||
	       (json_is_array(value) && json_array_size(value) == 0) ||
	       (json_is_object(value) && json_object_size(value) == 0);
}

/* As JSON; free() it. */
static char *
words_of(const json_t *value)
{
	char *words = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	return words ? words : xstrdup("");
}

static void
add(struct walk *walk, const json_t *taken)
{
	char *words = words_of(taken);

	if (json_array_size(walk->found) < KUBE_CHANGES_MAX)
		json_array_append_new(walk->found,
				      json_pack("[s, s]", buf_str(&walk->path), words));
	free(words);
}

/* Of an object with all that is in it, only what people write there. */
static bool
is_walked(const struct walk *walk, const char *name)
{
	static const char *const skipped[] = {"apiVersion", "kind", "status"};

	if (strcmp(buf_str(&walk->path), "metadata") == 0)
		return strcmp(name, "labels") == 0 || strcmp(name, "annotations") == 0;
	for (size_t i = 0; walk->path.length == 0 && i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (strcmp(name, skipped[i]) == 0)
			return false;
	return true;
}

static void compare(struct walk *walk, const json_t *given, const json_t *taken,
		    const json_t *before, int depth);

static void
enter_member(struct walk *walk, const char *name)
{
	buf_printf(&walk->path, walk->path.length > 0 ? ".%s" : "%s", name);
}

static void
enter_element(struct walk *walk, const json_t *element, const char *key, size_t index)
{
	const json_t *name = key ? json_object_get(element, key) : NULL;
	char *words = words_of(name);

	if (json_is_string(name))
		buf_printf(&walk->path, "[%s]", json_string_value(name));
	else if (name)
		buf_printf(&walk->path, "[%s]", words);
	else
		buf_printf(&walk->path, "[%zu]", index);
	free(words);
}

/* Of a list whose elements have names: those that are neither given nor there already. */
static void
add_elements(struct walk *walk, const json_t *given, const json_t *taken, const json_t *before)
{
	size_t end = walk->path.length, i;
	json_t *element;

	json_array_foreach(taken, i, element) {
		const json_t *image = json_object_get(element, "image");

		if (!json_is_string(json_object_get(element, "name")) ||
		    element_of(given, "name", element) || element_of(before, "name", element))
			continue;
		enter_element(walk, element, "name", i);
		add(walk, image ? image : element);
		buf_truncate(&walk->path, end);
	}
}

static void
compare_elements(struct walk *walk, const json_t *given, const json_t *taken, const json_t *before,
		 int depth)
{
	const char *key = key_of(given);
	size_t end = walk->path.length, i;
	json_t *element;

	json_array_foreach(given, i, element) {
		enter_element(walk, element, key, i);
		compare(walk, element,
			key ? element_of(taken, key, element) : json_array_get(taken, i),
			key ? element_of(before, key, element) : json_array_get(before, i),
			depth + 1);
		buf_truncate(&walk->path, end);
	}
	add_elements(walk, given, taken, before);
}

static void
compare_members(struct walk *walk, const json_t *given, const json_t *taken, const json_t *before,
		int depth)
{
	size_t end = walk->path.length;
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)given, name, value) {
		if (!is_walked(walk, name))
			continue;
		enter_member(walk, name);
		compare(walk, value, json_object_get(taken, name), json_object_get(before, name),
			depth + 1);
		buf_truncate(&walk->path, end);
	}
	json_object_foreach((json_t *)taken, name, value) {
		if (!is_empty(json_object_get(given, name)) || !is_walked(walk, name))
			continue;
		enter_member(walk, name);
		add_elements(walk, NULL, value, json_object_get(before, name));
		buf_truncate(&walk->path, end);
	}
}

static void
compare(struct walk *walk, const json_t *given, const json_t *taken, const json_t *before,
	int depth)
{
	if (depth > DEPTH_MAX || is_empty(given))
		return;
	if (json_is_object(given) && json_is_object(taken))
		compare_members(walk, given, taken, before, depth);
	else if (json_is_array(given) && json_is_array(taken))
		compare_elements(walk, given, taken, before, depth);
	else if (!json_equal(given, taken) && !is_same_amount(walk, given, taken))
		add(walk, taken);
}

json_t *
kube_changes(const json_t *given, const json_t *taken, const json_t *before)
{
	struct walk walk = {.found = json_array()};

	buf_init(&walk.path, PATH_MAX_BYTES);
	if (!kube_read_is(given, "kind", "Secret"))
		compare(&walk, given, taken, before, 0);
	buf_clear(&walk.path);
	return walk.found;
}
