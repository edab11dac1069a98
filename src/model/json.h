/* SPDX-License-Identifier: GPL-3.0-or-later */
/* JSON from outside with limits, and the one canonical form that ids are made of. */
#ifndef SIDESTAGE_MODEL_JSON_H
#define SIDESTAGE_MODEL_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

#define JSON_BYTES_MAX (16u * 1024 * 1024)
#define JSON_DEPTH_MAX 64
#define JSON_VALUES_MAX 200000

/* Any JSON value (also a bare scalar).  Duplicate keys, more than the limits above and
 * trailing text are errors (ERROR_INPUT, with line and column).  New reference or NULL. */
json_t *json_decode(const char *bytes, size_t length, struct error *err);
/* Keys sorted by their bytes, no white space, numbers as jansson prints them.  free() it. */
char *json_canonical(const json_t *value);
/* A copy that shares nothing with the original. */
json_t *json_copy_deep(const json_t *value);
/* Borrowed string of a member, or NULL when it is absent, null or no string. */
const char *json_member_string(const json_t *object, const char *key);

#endif
