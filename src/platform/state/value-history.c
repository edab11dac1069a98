/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A slot for every key holds the application's row and the environment's own, as they are at
 * one moment; `view` is what an environment sees of them.  Going back over a version, the
 * rows that began there leave their slots and those that ended there come back.
 */
#include "config.h"

#include "platform/state/value-history.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/pointer.h"
#include "model/shared-value.h"
#include "platform/state/values-private.h"

struct slot;

struct row {
	const struct value_row *source;
	json_t *body;			/* made when it is seen first */
	struct slot *slot;
};

struct slot {
	const char *key;
	struct row *levels[2];		/* the application's, the environment's; NULL: none */
	bool changed;
};

struct value_history {
	struct row *rows;
	struct row **by_since, **by_until;	/* latest first */
	size_t count;
	size_t began, ended;		/* how many of the two lie after the moment */
	struct slot *slots;		/* by key */
	size_t slot_count;
	struct slot **changes;		/* of the last step */
	size_t change_count;
	json_t *view;			/* {key: body} */
};

static int
by_since(const void *a, const void *b)
{
	int64_t x = (*(struct row *const *)a)->source->since;
	int64_t y = (*(struct row *const *)b)->source->since;

	return x < y ? 1 : x > y ? -1 : 0;
}

static int
by_until(const void *a, const void *b)
{
	int64_t x = (*(struct row *const *)a)->source->until;
	int64_t y = (*(struct row *const *)b)->source->until;

	return x < y ? 1 : x > y ? -1 : 0;
}

static int
by_key(const void *a, const void *b)
{
	return strcmp(((const struct slot *)a)->key, ((const struct slot *)b)->key);
}

static void
read_rows(struct value_history *h, const struct value_row *rows)
{
	for (size_t i = 0; i < h->count; i++) {
		h->rows[i].source = &rows[i];
		h->by_since[i] = h->by_until[i] = &h->rows[i];
		h->slots[i].key = rows[i].value.key.raw;
	}
	qsort(h->by_since, h->count, sizeof(struct row *), by_since);
	qsort(h->by_until, h->count, sizeof(struct row *), by_until);
}

static void
make_slots(struct value_history *h)
{
	qsort(h->slots, h->count, sizeof(*h->slots), by_key);
	for (size_t i = 0; i < h->count; i++)
		if (i == 0 || strcmp(h->slots[i].key, h->slots[h->slot_count - 1].key) != 0)
			h->slots[h->slot_count++] = h->slots[i];
	for (size_t i = 0; i < h->count; i++) {
		struct slot wanted = {.key = h->rows[i].source->value.key.raw};

		h->rows[i].slot = bsearch(&wanted, h->slots, h->slot_count, sizeof(wanted), by_key);
	}
}

struct value_history *
value_history_new(const struct value_row *rows, size_t count)
{
	struct value_history *h = xcalloc(1, sizeof(*h));

	h->count = count;
	h->rows = xcalloc(h->count + 1, sizeof(*h->rows));
	h->by_since = xcalloc(h->count + 1, sizeof(struct row *));
	h->by_until = xcalloc(h->count + 1, sizeof(struct row *));
	h->slots = xcalloc(h->count + 1, sizeof(*h->slots));
	h->changes = xcalloc(h->count + 1, sizeof(struct slot *));
	h->view = json_object();
	read_rows(h, rows);
	make_slots(h);
	return h;
}

void
value_history_free(struct value_history *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->count; i++)
		json_decref(h->rows[i].body);
	json_decref(h->view);
	free(h->changes);
	free(h->slots);
	free(h->by_until);
	free(h->by_since);
	free(h->rows);
	free(h);
}

/* What an environment sees: NULL when there is nothing, or what was there is purged; what is
 * below a purged override does not shine through. */
static json_t *
visible(const struct slot *slot)
{
	struct row *row = slot->levels[1] ? slot->levels[1] : slot->levels[0];

	if (!row || row->source->purged)
		return NULL;
	if (!row->body)
		row->body = shared_value_encode(&row->source->value);
	return row->body;
}

static void
put(struct value_history *h, const struct row *row, struct row *now)
{
	struct slot *slot = row->slot;

	slot->levels[row->source->is_env] = now;
	if (!slot->changed)
		h->changes[h->change_count++] = slot;
	slot->changed = true;
}

/* To the moment when version `seq` was the last one.  `changes` are the slots on the way. */
static void
go_back(struct value_history *h, int64_t seq)
{
	h->change_count = 0;
	for (;;) {
		struct row *began = h->began < h->count ? h->by_since[h->began] : NULL;
		struct row *ended = h->ended < h->count ? h->by_until[h->ended] : NULL;

		if (began && began->source->since <= seq)
			began = NULL;
		if (ended && ended->source->until <= seq)
			ended = NULL;
		if (!began && !ended)
			break;
		/* Of one version: first what it began goes, then what it ended comes back. */
		if (began && (!ended || began->source->since >= ended->source->until)) {
			put(h, began, NULL);
			h->began++;
		} else {
			put(h, ended, ended);
			h->ended++;
		}
	}
	for (size_t i = 0; i < h->change_count; i++) {
		struct slot *slot = h->changes[i];
		json_t *body = visible(slot);

		slot->changed = false;
		if (body)
			json_object_set(h->view, slot->key, body);
		else
			json_object_del(h->view, slot->key);
	}
}

static json_t *
operation(const char *key, json_t *before, json_t *after)
{
	struct buf path;
	json_t *out;

	buf_init(&path, 4096);
	pointer_append(&path, key);
	out = json_pack("{s:s, s:s}", "op", !before ? "add" : after ? "replace" : "remove", "path",
			buf_str(&path));
	if (after)
		json_object_set(out, "value", after);
	buf_clear(&path);
	return out;
}

static int
by_slot(const void *a, const void *b)
{
	return by_key(*(struct slot *const *)a, *(struct slot *const *)b);
}

/* Of the keys that the last step touched. */
static json_t *
patch_to(struct value_history *h, json_t *after)
{
	json_t *patch = json_array();

	qsort(h->changes, h->change_count, sizeof(struct slot *), by_slot);
	for (size_t i = 0; i < h->change_count; i++) {
		const char *key = h->changes[i]->key;
		json_t *old = json_object_get(h->view, key), *new = json_object_get(after, key);

		if ((old || new) && !(old && new && json_equal(old, new)))
			json_array_append_new(patch, operation(key, old, new));
	}
	return patch;
}

json_t *
value_history_version(struct value_history *h, const struct version_row *row)
{
	struct value_set_version version = row->version;	/* its texts are only borrowed */
	json_t *body;

	go_back(h, row->seq);
	version.values = json_copy(h->view);
	go_back(h, row->seq - 1);
	version.change = patch_to(h, version.values);
	body = value_set_version_encode(&version);
	json_decref(version.change);
	json_decref(version.values);
	return body;
}
