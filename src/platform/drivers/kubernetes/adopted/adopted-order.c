/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/kubernetes/adopted/adopted-order.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/merge-keys.h"
#include "model/pointer.h"
#include "platform/drivers/kubernetes/adopted/adopted-patch.h"
#include "platform/drivers/kubernetes/adopted/adopted-place.h"

#define PATH_MAX_BYTES (1u << 16)

struct ordering {
	const json_t *live;
	const char *kind;
	struct buf path;
	json_t *out;
};

/* NULL: an item has no key. */
static json_t *
keys_of(const struct merge_key *row, const json_t *list)
{
	json_t *keys = json_array(), *item;
	size_t i;

	json_array_foreach((json_t *)(uintptr_t)list, i, item) {
		char *key = merge_key_text(row, item);

		if (!key) {
			json_decref(keys);
			return NULL;
		}
		json_array_append_new(keys, json_string(key));
		free(key);
	}
	return keys;
}

static void
note_list(struct ordering *o, const struct merge_key *row, const json_t *folded)
{
	json_t *keys = NULL, *usual = merge_order(row, folded);
	struct pointer pointer;
	struct error err;

	if (pointer_parse(&pointer, buf_str(&o->path), &err) == 0) {
		struct adopted_place list = adopted_place_find(o->live, &pointer, pointer.count);

		if (json_is_array(list.value))
			keys = keys_of(row, list.value);
		adopted_place_clear(&list);
		pointer_clear(&pointer);
	}
	if (keys && !json_equal(keys, usual))
		json_object_set(o->out, buf_str(&o->path), keys);
	json_decref(keys);
	json_decref(usual);
}

/* Lists that are kept as lists have their order, but their items may have others. */
static void
look_below(struct ordering *o, const char *list, const json_t *kept)
{
	const struct merge_key *row = list ? merge_key_of(list, o->kind) : NULL;
	const char *name;
	json_t *member;
	size_t before = o->path.length;

	if (row && json_is_object(kept))
		note_list(o, row, kept);
	json_object_foreach((json_t *)(uintptr_t)kept, name, member) {
		pointer_append(&o->path, name);
		look_below(o, row ? NULL : name, member);
		buf_truncate(&o->path, before);
	}
}

/* A custom resource's lists are kept with their order. */
json_t *
adopted_order(const json_t *live)
{
	struct ordering o = {
		.live = live,
		.kind = json_member_string(live, "kind"),
		.out = json_object(),
	};
	struct error err;
	json_t *kept = manifest_is_built_in(live) ? adopted_keep(live, &err) : NULL;

	buf_init(&o.path, PATH_MAX_BYTES);
	look_below(&o, NULL, kept);
	buf_clear(&o.path);
	json_decref(kept);
	return o.out;
}
