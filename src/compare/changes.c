/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What differs, in words: the leaf operations between two sets, with the names that people
 * use.
 *
 * This is what a person decides by, so it holds all that diff.c shows, in fewer lines: every
 * operation is one change, a path without a name of its own is shown as it is, and two values
 * that differ never read the same.
 */
#include "config.h"

#include "compare/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/field-words.h"
#include "compare/values.h"
#include "compare/visible.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "model/set.h"

static char *
text_of(const json_t *value)
{
	if (!value)
		return NULL;
	return json_is_string(value) ? xstrdup(json_string_value(value))
				     : json_text(value, JSON_SORT_KEYS);
}

/* What a person sees of one text: quotes where there would be nothing to see. */
static char *
words_of(const json_t *value)
{
	char *text = text_of(value), *quoted;

	if (!text || text[strspn(text, " ")] != '\0')
		return text;
	quoted = visible_quoted(text);
	free(text);
	return quoted;
}

/* Said only where the type is what differs: "1" and 1 look alike and are not the same to a
 * program. */
static const char *
type_of(const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING: return _("text");
	case JSON_INTEGER:
	case JSON_REAL: return _("number");
	case JSON_TRUE:
	case JSON_FALSE: return _("boolean");
	case JSON_OBJECT: return _("object");
	case JSON_ARRAY: return _("list");
	default: return _("nothing");
	}
}

static char *
words_with_type(const json_t *value)
{
	char *text = json_is_string(value) ? visible_quoted(json_string_value(value))
					   : json_text(value, JSON_SORT_KEYS);
	char *words = xasprintf("%s (%s)", text, type_of(value));

	free(text);
	return words;
}

/* Whether `more` is `text` and a line break. */
static bool
is_line_break_more(const char *more, const char *text)
{
	size_t n = strlen(text);

	return strncmp(more, text, n) == 0 &&
	       (strcmp(more + n, "\n") == 0 || strcmp(more + n, "\r\n") == 0);
}

static const char *
note_of(const char *from, const char *to)
{
	if (is_line_break_more(to, from))
		return _("A line break was added at the end.");
	if (is_line_break_more(from, to))
		return _("The line break at the end was removed.");
	return _("They differ only in characters that are invisible or look alike.");
}

/* Two values that differ never read the same: where they would, the quotes, the escapes or the
 * types are shown. */
const char *
changes_say_values(const json_t *from, const json_t *to, char **from_words, char **to_words)
{
	const char *a = json_string_value(from), *b = json_string_value(to);

	if (from && to && (!a || !b)) {
		bool is_other_type = a || b;

		*from_words = is_other_type ? words_with_type(from)
					    : json_text(from, JSON_SORT_KEYS);
		*to_words = is_other_type ? words_with_type(to)
					  : json_text(to, JSON_SORT_KEYS);
		return NULL;
	}
	if (a && b &&
	    (visible_looks_same(a, b) || is_line_break_more(a, b) || is_line_break_more(b, a))) {
		visible_apart(a, b, from_words, to_words);
		return note_of(a, b);
	}
	*from_words = words_of(from);
	*to_words = words_of(to);
	if (a && b && strcmp(a, b) != 0 && strcmp(*from_words, *to_words) == 0) {
		free(*from_words);		/* nothing, and two quotes */
		free(*to_words);
		visible_apart(a, b, from_words, to_words);
	}
	return NULL;
}

static void
say_values(struct change *change, const json_t *from, const json_t *to)
{
	const char *note = changes_say_values(from, to, &change->from, &change->to);

	if (note)
		change->note = xstrdup(note);
}

static struct change *
append(struct changes *changes, enum change_kind kind, bool shared, const char *object,
       const char *path)
{
	struct change *change;

	changes->items = xreallocarray(changes->items, changes->count + 1, sizeof(*change));
	change = &changes->items[changes->count++];
	*change = (struct change){
		.kind = kind,
		.shared = shared,
		.object = xstrdup(object),
		.path = xstrdup(path),
	};
	return change;
}

/* A whole workload in a word is its image; a whole resource its type. */
static char *
summary_of(const struct set *set, const char *object, bool shared)
{
	const char *image = shared ? NULL : set_module_image(set, object);

	if (shared)
		return text_of(json_object_get(json_object_get(set_shared(set), object), "type"));
	return image ? xstrdup(image) : text_of(set_module(set, object));
}

/* A workload that is new is one change and not a hundred leaves: its image says what it is. */
static void
add_whole(struct changes *changes, enum change_kind kind, const struct set *set,
	  const char *object, bool shared)
{
	struct change *change = append(changes, kind, shared, object, "");
	char *text = summary_of(set, object, shared);

	change->label = xstrdup(shared ? "resource" : "workload");
	change->is_image = !shared && set_module_image(set, object) != NULL;
	if (kind == CHANGE_ADDED)
		change->to = text;
	else
		change->from = text;
}

static json_t *
value_at(json_t *root, const char *path)
{
	struct pointer pointer;
	json_t *value;

	if (pointer_parse(&pointer, path, NULL) != 0)
		return NULL;
	value = pointer_find(root, &pointer);
	pointer_clear(&pointer);
	return value;
}

/* What is compared of one object: two operations are never about the same path, so each becomes one
 * change. */
struct object_leaves {
	struct changes *changes;
	const char *object;
	bool shared;
	json_t *from, *to;
	char *image;		/* path of the image that the workload is known by; NULL */
};

static void
add_leaf(const struct object_leaves *leaves, enum change_kind kind, const char *path)
{
	struct change *change = append(leaves->changes, kind, leaves->shared, leaves->object, path);

	change->label = field_words(path, leaves->from, leaves->to);
	change->is_image = !leaves->shared && (strcmp(change->label, "image") == 0 ||
					       (leaves->image && strcmp(path, leaves->image) == 0));
	say_values(change, field_value_shown(path, value_at(leaves->from, path)),
		   field_value_shown(path, value_at(leaves->to, path)));
}

/* The first variable of a container comes with the whole of its variables; each is a change. */
static bool
add_members(const struct object_leaves *leaves, enum change_kind kind, const char *path)
{
	json_t *whole = value_at(kind == CHANGE_ADDED ? leaves->to : leaves->from, path), *value;
	const char *key;
	struct buf below;

	if (kind == CHANGE_CHANGED || json_object_size(whole) == 0 || !field_is_by_name(path))
		return false;
	json_object_foreach(whole, key, value) {
		buf_init(&below, JSON_BYTES_MAX);
		(void)buf_puts(&below, path);
		pointer_append(&below, key);
		add_leaf(leaves, kind, buf_str(&below));
		buf_clear(&below);
	}
	return true;
}

static void
add_leaves(struct changes *changes, const char *object, bool shared, json_t *from, json_t *to)
{
	struct object_leaves leaves = {changes, object, shared, from, to,
				       shared ? NULL : manifests_image_path(to)};
	static const enum change_kind kinds[] = {
		[PATCH_ADD] = CHANGE_ADDED,
		[PATCH_REMOVE] = CHANGE_REMOVED,
		[PATCH_REPLACE] = CHANGE_CHANGED,
	};
	struct patch patch;
	bool touches_resource = false;

	patch_between(&patch, from, to);
	for (size_t i = 0; i < patch.count; i++) {
		const char *path = patch.steps[i].path;
		enum change_kind kind = kinds[patch.steps[i].op];

		if (!add_members(&leaves, kind, path))
			add_leaf(&leaves, kind, path);
		touches_resource = touches_resource || strncmp(path, "/externals/", 11) == 0;
	}
	changes->resources += !shared && touches_resource;
	patch_clear(&patch);
	free(leaves.image);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Objects are counted, not leaves: "2 workloads change" is what is
 * said at the top of a review. */
static void
compare_maps(struct changes *changes, const struct set *from, const struct set *to, bool shared)
{
	json_t *a = shared ? set_shared(from) : set_modules(from);
	json_t *b = shared ? set_shared(to) : set_modules(to), *value;
	const char **names = xcalloc(json_object_size(a) + json_object_size(b) + 1, sizeof(*names));
	size_t count = 0, differing = 0;
	const char *name;

	json_object_foreach(a, name, value)
		names[count++] = name;
	json_object_foreach(b, name, value)
		if (!json_object_get(a, name))
			names[count++] = name;
	qsort(names, count, sizeof(*names), compare_names);
	for (size_t i = 0; i < count; i++) {
		json_t *x = json_object_get(a, names[i]), *y = json_object_get(b, names[i]);

		if (x && y && json_same(x, y))
			continue;
		differing++;
		if (x && y)
			add_leaves(changes, names[i], shared, x, y);
		else
			add_whole(changes, x ? CHANGE_REMOVED : CHANGE_ADDED, x ? from : to,
				  names[i], shared);
	}
	free(names);
	if (shared)
		changes->resources += differing;
	else
		changes->workloads += differing;
}

/* Each shared value counts, since each is decided by itself in a review. */
static void
compare_values(struct changes *changes, json_t *from, json_t *to)
{
	struct patch patch;

	patch_between(&patch, from, to);
	for (size_t i = 0; i < patch.count; i++) {
		const char *path = patch.steps[i].path;
		json_t *old = value_at(from, path), *new = value_at(to, path);
		struct pointer key;
		struct change *change = append(changes,
					       !old   ? CHANGE_ADDED
					       : !new ? CHANGE_REMOVED
						      : CHANGE_CHANGED,
					       false, "values", path);

		change->is_value = true;
		change->label = xstrdup(path);
		if (pointer_parse(&key, path, NULL) == 0) {
			free(change->label);
			change->label = xasprintf("value %s", key.count ? key.tokens[0] : "");
			pointer_clear(&key);
		}
		say_values(change, old, new);
		changes->values++;
	}
	patch_clear(&patch);
}

void
changes_between(struct changes *changes, const struct set *from, const struct set *to)
{
	*changes = (struct changes){0};
	compare_maps(changes, from, to, false);
	compare_maps(changes, from, to, true);
	if (set_values(from) && set_values(to))
		compare_values(changes, set_values(from), set_values(to));
}

static bool
reads_the_same(const struct value *a, const struct value *b)
{
	char *x = value_words(a), *y = value_words(b);
	bool same = strcmp(x, y) == 0;

	free(x);
	free(y);
	return same;
}

/* Secrets whose sameness cannot be told are left out of a difference, which would
 * then look complete; so they are named beside it.  One that can be seen to
 * differ is in the difference already. */
char *
changes_not_comparable(const struct values *a, const struct values *b)
{
	char *keys = NULL, *more;

	/* A version never changes: beside itself nothing of it is in doubt. */
	if (!a || !b || a == b ||
	    (a->version_id && b->version_id && strcmp(a->version_id, b->version_id) == 0))
		return NULL;
	for (size_t i = 0; i < a->count; i++) {
		const struct value *x = &a->items[i], *y = values_find(b, x->key);

		if (value_compare(x, y) != VALUE_UNKNOWN || !reads_the_same(x, y))
			continue;
		more = xasprintf("%s%s%s", keys ? keys : "", keys ? ", " : "", x->key);
		free(keys);
		keys = more;
	}
	return keys;
}

void
changes_clear(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		free(changes->items[i].object);
		free(changes->items[i].path);
		free(changes->items[i].label);
		free(changes->items[i].from);
		free(changes->items[i].to);
		free(changes->items[i].note);
	}
	free(changes->items);
	*changes = (struct changes){0};
}
