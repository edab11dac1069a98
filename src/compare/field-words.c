/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Of our own profiles one table of paths.  Of objects of a cluster the words come from the table of
 * merge keys (model/merge-keys.h): each list with keys has a noun, and the way to what is inside
 * such an item is said as kubectl's explain writes it ("livenessProbe.httpGet.path").
 */
#include "config.h"

#include "compare/field-words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/merge-keys.h"
#include "model/pointer.h"
#include "model/set.h"

#define WORDS_MAX (1u << 20)
#define MANIFESTS_PATH "/spec/manifests/"
#define OBJECT_AT 2		/* token with the object's key: spec, manifests, KEY */
#define ITEMS_MAX 8

/* Paths in a module that have a name.  "*" is any token; %s the token of that number. */
static const struct label {
	const char *pattern[8];
	const char *format;
	int token;
} labels[] = {
	{{"spec", "containers", "*", "image"}, "image", -1},
	{{"spec", "containers", "*", "variables", "*"}, "variable %s", 4},
	{{"spec", "containers", "*", "files", "*"}, "file %s", 4},
	{{"spec", "containers", "*", "files", "*", "value"}, "file %s", 4},
	{{"spec", "containers", "*", "files", "*", "mode"}, "mode of file %s", 4},
	{{"spec", "containers", "*", "args"}, "args", -1},
	{{"spec", "containers", "*", "command"}, "command", -1},
	{{"spec", "containers", "*"}, "container %s", 2},
	{{"spec", "service", "ports", "*"}, "port %s", 3},
	{{"spec", "secrets", "*"}, "secret %s", 2},
	{{"spec", "replicas"}, "replicas", -1},
	{{"spec", "deployment", "replicas"}, "replicas", -1},
	{{"spec", "cronjob", "suspend"}, "suspend", -1},
	{{"spec", "runs"}, "runs", -1},
	{{"spec", "reaches_origin"}, "reaches the origin", -1},
	{{"externals", "*"}, "resource %s", 1},
};

static bool
matches(const struct label *label, const struct pointer *path)
{
	for (size_t i = 0; i < 8; i++) {
		const char *want = label->pattern[i];

		if (!want || i == path->count)
			return !want && i == path->count;
		if (strcmp(want, "*") != 0 && strcmp(want, path->tokens[i]) != 0)
			return false;
	}
	return false;
}

/* The token is put in by hand: the format is from the table, but the name is foreign text.  NULL:
 * it is in no row. */
static char *
words_of_table(const struct pointer *path)
{
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		const struct label *l = &labels[i];
		int before = (int)strcspn(l->format, "%");

		if (matches(l, path))
			return xasprintf("%.*s%s", before, l->format,
					 l->token < 0 ? "" : path->tokens[l->token]);
	}
	return NULL;
}

/* --- objects of a cluster --- */

/* Members that people name, elsewhere than in lists with keys. */
static const struct {
	const char *map, *noun;
} maps[] = {
	{"labels", "label"},
	{"annotations", "annotation"},
	{"matchLabels", "selector"},
	{"selector", "selector"},
	{"data", "entry"},
	{"binaryData", "entry"},
	{"nodeSelector", "node selector"},
};

static const char *
noun_of_map(const char *name)
{
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		if (strcmp(maps[i].map, name) == 0)
			return maps[i].noun;
	return NULL;
}

/* What a field's path is made of: items with a name, the outer one first, and the rest. */
struct field_way {
	struct field_item {
		const struct merge_key *row;	/* NULL: of a map */
		const char *noun, *name;
	} items[ITEMS_MAX];
	size_t count;
	char *const *rest;
	size_t rest_count;
	bool is_of_pods;	/* of their template's metadata */
};

static bool
is_manifest(const struct pointer *path)
{
	return path->count > OBJECT_AT && strcmp(path->tokens[0], "spec") == 0 &&
	       strcmp(path->tokens[1], "manifests") == 0;
}

/* How many of the tokens lead to the object's own part: its spec, or its pods' spec. */
static size_t
tokens_to_spec(char *const *tokens, size_t count, const json_t *object)
{
	const char *const *path = manifest_pod_path(object);
	size_t n = 0;

	while (path && path[n] && n < count && strcmp(path[n], tokens[n]) == 0)
		n++;
	if (path && n > 1 && !path[n] && n < count)
		return n;
	return count > 1 && strcmp(tokens[0], "spec") == 0 ? 1 : 0;
}

static void
read_way(struct field_way *way, char *const *tokens, size_t count, const json_t *object)
{
	const char *kind = json_member_string(object, "kind");
	size_t i = tokens_to_spec(tokens, count, object);

	way->rest = tokens + i;
	for (; i + 1 < count && way->count < ITEMS_MAX; i++) {
		const struct merge_key *row = merge_key_of(tokens[i], kind);
		const char *noun = row ? row->noun : noun_of_map(tokens[i]);

		if (!noun || strcmp(tokens[i + 1], "matchLabels") == 0)
			continue;
		if (i > 1 && strcmp(tokens[i - 2], "template") == 0)
			way->is_of_pods = true;
		way->items[way->count++] = (struct field_item){row, noun, tokens[i + 1]};
		way->rest = tokens + i + 2;
		i++;
		if (!row)
			break;
	}
	way->rest_count = (size_t)(tokens + count - way->rest);
}

static bool
rest_is(const struct field_way *way, size_t i, const char *name)
{
	return i < way->rest_count && strcmp(way->rest[i], name) == 0;
}

/* "memory limit"; "value" of a variable is the variable itself. */
static void
say_rest(struct buf *out, const struct field_way *way)
{
	const struct field_item *last = way->count ? &way->items[way->count - 1] : NULL;
	bool is_limit = rest_is(way, 1, "limits");

	if (last && last->row && last->row->order == MERGE_REFERENCES && way->rest_count == 1 &&
	    rest_is(way, 0, "value"))
		return;
	if (last && last->row && way->rest_count == 1 && rest_is(way, 0, MERGE_AFTER)) {
		(void)buf_puts(out, "order");
		return;
	}
	if (way->rest_count == 3 && rest_is(way, 0, "resources") &&
	    (is_limit || rest_is(way, 1, "requests"))) {
		(void)buf_printf(out, "%s %s", way->rest[2], is_limit ? "limit" : "request");
		return;
	}
	for (size_t i = 0; i < way->rest_count; i++) {
		bool is_index = i > 0 && pointer_index(way->rest[i]) >= 0;

		(void)buf_printf(out, is_index ? "[%s]" : i ? ".%s" : "%s", way->rest[i]);
	}
}

static void
count_container(void *data, const char *pointer, const char *list, const char *name,
		const json_t *container)
{
	size_t *count = data;

	(void)pointer, (void)list, (void)name, (void)container;
	++*count;
}

static bool
has_containers(const json_t *object)
{
	size_t containers = 0;

	manifest_each_container(object, count_container, &containers);
	return containers > 0;
}

/* Whether more than one container, and more than one object with some, is in the module. */
static void
look_for_several(const json_t *module, bool *containers, bool *objects)
{
	size_t all = 0, with = 0;
	const char *key;
	json_t *object;

	json_object_foreach(manifests_of(module), key, object) {
		size_t before = all;

		manifest_each_container(object, count_container, &all);
		with += all > before;
	}
	*containers = *containers || all > 1;
	*objects = *objects || with > 1;
}

static bool
is_container(const struct field_item *item)
{
	return item->row && (strcmp(item->row->list, "containers") == 0 ||
			     strcmp(item->row->list, "initContainers") == 0 ||
			     strcmp(item->row->list, "ephemeralContainers") == 0);
}

static void
say_item(struct buf *out, const struct field_way *way, const struct field_item *item)
{
	bool is_pods = way->is_of_pods && !item->row;

	(void)buf_printf(out, "%s%s%s %s", out->length ? " of " : "", is_pods ? "pod " : "",
			 item->noun, item->name);
}

static char *
words_of_manifest(const struct pointer *path, const json_t *from, const json_t *to)
{
	const char *key = path->tokens[OBJECT_AT];
	json_t *object = json_object_get(manifests_of(to), key);
	bool containers = false, objects = false;
	struct field_way way = {0};
	struct buf out;

	if (path->count == OBJECT_AT + 1)
		return xasprintf("object %s", key);
	if (!object)
		object = json_object_get(manifests_of(from), key);
	look_for_several(from, &containers, &objects);
	look_for_several(to, &containers, &objects);
	read_way(&way, path->tokens + OBJECT_AT + 1, path->count - OBJECT_AT - 1, object);
	buf_init(&out, WORDS_MAX);
	say_rest(&out, &way);
	for (size_t i = way.count; i-- > 0;)
		if (!out.length || containers || !is_container(&way.items[i]))
			say_item(&out, &way, &way.items[i]);
	if (objects || !has_containers(object))
		(void)buf_printf(&out, " of %s", key);
	return buf_take(&out);
}

char *
field_words(const char *path, const json_t *from, const json_t *to)
{
	struct pointer pointer;
	char *words;

	if (pointer_parse(&pointer, path, NULL) != 0)
		return xstrdup(path);
	words = is_manifest(&pointer) ? words_of_manifest(&pointer, from, to)
				      : words_of_table(&pointer);
	pointer_clear(&pointer);
	return words ? words : xstrdup(path);
}

char *
field_place_words(const struct set *set, const char *place)
{
	struct pointer pointer;
	char *field, *out = NULL;

	if (*place != '/' || pointer_parse(&pointer, place, NULL) != 0)
		return xstrdup(place);
	if (pointer.count > 2 && strcmp(pointer.tokens[0], "modules") == 0) {
		const json_t *module = set_module(set, pointer.tokens[1]);
		const char *below = strchr(place + strlen("/modules/"), '/');

		if (strncmp(below, MANIFESTS_PATH, strlen(MANIFESTS_PATH)) == 0) {
			field = field_words(below, module, module);
			out = xasprintf("%s: %s", pointer.tokens[1], field);
			free(field);
		}
	}
	pointer_clear(&pointer);
	return out ? out : xstrdup(place);
}

/* false: it is not of an object of a cluster.  An item's name may be that of a list, so the way is
 * read from its beginning. */
static bool
read_path(struct field_way *way, struct pointer *pointer, const char *path)
{
	*way = (struct field_way){0};
	if (pointer_parse(pointer, path, NULL) != 0)
		return false;
	if (is_manifest(pointer)) {
		read_way(way, pointer->tokens + OBJECT_AT + 1, pointer->count - OBJECT_AT - 1,
			 NULL);
		return true;
	}
	pointer_clear(pointer);
	return false;
}

bool
field_is_by_name(const char *path)
{
	struct pointer pointer;
	struct field_way way;
	const char *last;
	bool is_named;

	if (!read_path(&way, &pointer, path))
		return false;
	last = way.rest_count ? way.rest[way.rest_count - 1] : "";
	is_named = merge_key_of(last, "ServiceAccount") || noun_of_map(last);
	pointer_clear(&pointer);
	return is_named;
}

/* An object with more than that is shown whole. */
static const json_t *
only_member(const json_t *value, const char *name)
{
	const json_t *member = json_object_get(value, name);

	return member && json_object_size(value) == 1 ? member : value;
}

const json_t *
field_value_shown(const char *path, const json_t *value)
{
	const struct field_item *last;
	const json_t *shown = value;
	struct pointer pointer;
	struct field_way way;

	if (!json_is_object(value) || !read_path(&way, &pointer, path))
		return value;
	last = way.count && way.rest_count == 0 ? &way.items[way.count - 1] : NULL;
	if (last && last->row && last->row->order == MERGE_REFERENCES)
		shown = only_member(value, "value");
	else if (last && is_container(last))
		shown = json_object_get(value, "image");
	pointer_clear(&pointer);
	return shown ? shown : value;
}
