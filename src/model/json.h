/* SPDX-License-Identifier: GPL-3.0-or-later */

/* JSON from outside with limits, and the one canonical form that ids are made of. */
#ifndef SIDESTAGE_MODEL_JSON_H
#define SIDESTAGE_MODEL_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct error;

#define JSON_BYTES_MAX (16u * 1024 * 1024)
#define JSON_DEPTH_MAX 64
#define JSON_VALUES_MAX 200000

/* Any JSON value (also a bare scalar).  Duplicate keys, more than the limits above and
 * trailing text are errors (ERROR_INPUT, with line and column).  New reference or NULL. */
json_t *json_decode(const char *bytes, size_t length, struct error *err);
/* The same of what people write: a number whose text json_text() would change (1.10, 1e3) is a
 * string with that text, since whoever reads it later, as a variable or in a review, is to find
 * what was written. */
json_t *json_decode_keeping(const char *bytes, size_t length, struct error *err);
/* The canonical text (model/canonical.h).  Never NULL; free() it. */
char *json_canonical(const json_t *value);
/* Whether both have one canonical text.  It is made for two that mostly have their members in one
 * order, as two sets of an application do: it goes along both, and looks a member up only where
 * the order differs. */
bool json_same(const json_t *a, const json_t *b);
/* Whether both are one value, or strings and equal. */
static inline bool
json_same_text(const json_t *a, const json_t *b)
{
	return a == b || (json_is_string(a) && json_is_string(b) && json_equal(a, b));
}

/* From now on whatever JSON is freed leaves no byte of it behind: for a program that reads secrets,
 * before anything else of JSON. */
void json_wipe_what_is_freed(void);
/* A copy that shares nothing with the original. */
json_t *json_copy_deep(const json_t *value);
/* The same, but what of it is json_same() as the value in the same place of `like` (NULL: none) is
 * that very value, not a copy: neither may be changed then. */
json_t *json_copy_like(const json_t *value, json_t *like);
/* Borrowed string of a member, or NULL when it is absent, null or no string. */
const char *json_member_string(const json_t *object, const char *key);

#endif
