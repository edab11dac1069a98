/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Two objects, walked side by side.  In sets of one application the members mostly stand in one
 * order, and looking each up costs more than comparing it. */
#ifndef SIDESTAGE_MODEL_JSON_PAIRS_H
#define SIDESTAGE_MODEL_JSON_PAIRS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "model/json.h"

/* Neither object may change meanwhile. */
struct json_pairs {
	json_t *a, *b;
	void *i, *j;		/* members in the same place; NULL: there are no more */
	ptrdiff_t key;		/* from a member to its key */
};

#define JSON_CACHE_LINE 64

/* What was decoded lies in memory in the order of its members, less than three lines of the
 * processor's cache for each.  Without this, a walk of a big set waits for most of them.  A wrong
 * guess is harmless: to fetch ahead reads nothing. */
static inline void
json_fetch_ahead(const void *member)
{
	const uintptr_t ahead = (uintptr_t)member + 64 * JSON_CACHE_LINE;

	for (uintptr_t line = 0; line < 4; line++)
		__builtin_prefetch((const void *)(ahead + line * JSON_CACHE_LINE));
}

/* A member stands behind what it contains: first come the members of the objects in it, the last
 * of each nearest, and the next one's contents begin after it. */
static inline void
json_fetch_around(const void *member)
{
	const uintptr_t from = (uintptr_t)member - 12 * JSON_CACHE_LINE;

	for (uintptr_t line = 0; line < 28; line++)
		__builtin_prefetch((const void *)(from + line * JSON_CACHE_LINE));
}

static inline struct json_pairs
json_pairs(const json_t *a, const json_t *b)
{
	struct json_pairs pairs = {.a = (json_t *)a, .b = (json_t *)b};

	pairs.i = json_object_iter(pairs.a);
	pairs.j = json_object_iter(pairs.b);
	if (pairs.i)
		pairs.key = json_object_iter_key(pairs.i) - (const char *)pairs.i;
	return pairs;
}

/* jansson goes from a key to its member without the object (json_object_key_to_iter()), so the two
 * stand at one distance everywhere: a call less, of eight for each member. */
static inline const char *
json_pairs_key(const struct json_pairs *pairs, const void *member)
{
	return (const char *)member + pairs->key;
}

static inline void
json_pairs_next(struct json_pairs *pairs)
{
	pairs->i = json_object_iter_next(pairs->a, pairs->i);
	pairs->j = json_object_iter_next(pairs->b, pairs->j);
}

/* For whoever goes deep into these two: then the next two are not waited for. */
static inline void
json_pairs_fetch_next(const struct json_pairs *pairs)
{
	json_fetch_around(json_object_iter_next(pairs->a, pairs->i));
	json_fetch_around(json_object_iter_next(pairs->b, pairs->j));
}

/* Whether both members have one key. */
static inline bool
json_pairs_match(const struct json_pairs *pairs)
{
	return pairs->i && pairs->j &&
	       strcmp(json_pairs_key(pairs, pairs->i), json_pairs_key(pairs, pairs->j)) == 0;
}

/* The value in b of the key of this member of a, wherever it stands; NULL: b has none. */
static inline json_t *
json_pairs_other(const struct json_pairs *pairs)
{
	return json_pairs_match(pairs) ? json_object_iter_value(pairs->j)
				       : json_object_get(pairs->b, json_pairs_key(pairs, pairs->i));
}

/* Over pairs of equal texts, which nearly all are.  How many. */
static inline size_t
json_pairs_pass_same_texts(struct json_pairs *pairs)
{
	struct json_pairs p = *pairs;
	size_t passed = 0;

	for (; json_pairs_match(&p); json_pairs_next(&p), passed++) {
		json_fetch_ahead(p.i);
		json_fetch_ahead(p.j);
		if (!json_same_text(json_object_iter_value(p.i), json_object_iter_value(p.j)))
			break;
	}
	*pairs = p;
	return passed;
}

#endif
