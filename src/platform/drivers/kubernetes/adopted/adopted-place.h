/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a field of a kept object (model/manifests.h) stands in an object that has lists. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_ADOPTED_PLACE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_ADOPTED_PLACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct merge_key;
struct pointer;

struct adopted_place {
	char *path;			/* JSON pointer; of an item that is not there its list's */
	json_t *parent;			/* borrowed; NULL: that is not there either */
	json_t *value;			/* borrowed; NULL: nothing */
	/* Of an item of a list with keys; NULL: it is none. */
	const struct merge_key *row;
	size_t index;			/* of one that is there */
};
/* Of the first `count` tokens of a pointer; adopted_place_clear() it. */
struct adopted_place adopted_place_find(const json_t *object, const struct pointer *pointer,
					size_t count);
void adopted_place_clear(struct adopted_place *place);

/* The pointer at which an item, whose place in the wanted object is `source`, is to be inserted
 * into the list of `place`: behind the nearest of those before it that are there.  free() it. */
char *adopted_place_for(const struct adopted_place *source, const struct adopted_place *place);
/* `list` with those of its items that `wanted` has, too, in the order of that; new reference.
 * NULL: they are. */
json_t *adopted_place_reorder(const struct merge_key *row, const json_t *list,
			      const json_t *wanted);

#endif
