/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A path of the kept object is walked in the live one, which has lists: the next name is the merge
 * key of an item there, and the place has its index.
 */
#include "config.h"

#include "platform/drivers/kubernetes/adopted/adopted-place.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/merge-keys.h"
#include "model/pointer.h"

#define PATH_MAX_BYTES (1u << 16)

/* A custom resource's item is kept without the second key that it does not have. */
static bool
has_key(const struct merge_key *row, const json_t *item, const char *token)
{
	char *text = merge_key_text(row, item);
	size_t length = strlen(token);
	bool has = text && strcmp(text, token) == 0;

	if (text && !has && row->otherwise && strncmp(text, token, length) == 0)
		has = text[length] == '/' && strcmp(text + length + 1, row->otherwise) == 0;
	free(text);
	return has;
}

/* The size of the list: no item has it.  Of two variables of one name the later one counts, for
 * programs as for a set. */
static size_t
index_of(const struct merge_key *row, const json_t *list, const char *token)
{
	size_t i = json_array_size(list);

	while (i > 0 && !has_key(row, json_array_get(list, i - 1), token))
		i--;
	return i > 0 ? i - 1 : json_array_size(list);
}

/* "{env}" is an object where others have a list of that name. */
static json_t *
member_of(const json_t *object, const char *token, struct buf *path)
{
	json_t *value = json_object_get(object, token);
	size_t length = strlen(token);
	char *plain;

	if (value || length < 2 || token[0] != '{' || token[length - 1] != '}') {
		pointer_append(path, token);
		return value;
	}
	plain = xstrndup(token + 1, length - 2);
	pointer_append(path, plain);
	value = json_object_get(object, plain);
	free(plain);
	return value;
}

/* One step down, by the name of the list when that is one. */
static void
step(struct adopted_place *at, const char *kind, const char *list, const char *token,
     struct buf *path)
{
	at->parent = at->value;
	at->row = json_is_array(at->parent) && list ? merge_key_of(list, kind) : NULL;
	if (at->row) {
		at->index = index_of(at->row, at->parent, token);
		at->value = json_array_get(at->parent, at->index);
		if (at->value)
			buf_printf(path, "/%zu", at->index);
	} else if (json_is_object(at->parent)) {
		at->value = member_of(at->parent, token, path);
	} else {
		at->parent = at->value = NULL;
	}
}

struct adopted_place
adopted_place_find(const json_t *object, const struct pointer *pointer, size_t count)
{
	struct adopted_place at = {.value = (json_t *)(uintptr_t)object};
	const char *kind = json_member_string(object, "kind"), *list = NULL;
	struct buf path;

	buf_init(&path, PATH_MAX_BYTES);
	for (size_t i = 0; i < count; i++) {
		step(&at, kind, list, pointer->tokens[i], &path);
		list = pointer->tokens[i];
	}
	at.path = buf_take(&path);
	return at;
}

void
adopted_place_clear(struct adopted_place *place)
{
	free(place->path);
	*place = (struct adopted_place){0};
}

char *
adopted_place_for(const struct adopted_place *source, const struct adopted_place *place)
{
	const struct merge_key *row = place->row;

	for (size_t i = source->index; row && i-- > 0;) {
		char *token = merge_key_text(row, json_array_get(source->parent, i));
		size_t there = token ? index_of(row, place->parent, token)
				     : json_array_size(place->parent);

		free(token);
		if (there < json_array_size(place->parent))
			return xasprintf("%s/%zu", place->path, there + 1);
	}
	return xasprintf("%s/0", place->path);
}

json_t *
adopted_place_reorder(const struct merge_key *row, const json_t *list, const json_t *wanted)
{
	json_t *out = json_copy((json_t *)(uintptr_t)list), *item;
	size_t *places = xcalloc(json_array_size(list) + 1, sizeof(*places));
	size_t count = 0, next = 0, i;

	json_array_foreach(list, i, item) {
		char *token = merge_key_text(row, item);

		if (token && index_of(row, wanted, token) < json_array_size(wanted))
			places[count++] = i;
		free(token);
	}
	json_array_foreach(wanted, i, item) {
		char *token = merge_key_text(row, item);
		size_t from = token ? index_of(row, list, token) : json_array_size(list);

		free(token);
		if (from < json_array_size(list) && next < count)
			json_array_set(out, places[next++], json_array_get(list, from));
	}
	free(places);
	if (!json_equal(out, (json_t *)(uintptr_t)list))
		return out;
	json_decref(out);
	return NULL;
}
