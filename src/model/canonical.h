/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one canonical text of a JSON value, which ids and fingerprints are made of: members by the
 * bytes of their keys, no white space, text and numbers as jansson prints them (JSON_COMPACT |
 * JSON_SORT_KEYS | JSON_ENCODE_ANY).  It never changes: ids that are kept depend on it.
 */
#ifndef SIDESTAGE_MODEL_CANONICAL_H
#define SIDESTAGE_MODEL_CANONICAL_H

#include <jansson.h>
#include <stddef.h>

/* Takes the next piece of the text, which is no longer there afterwards. */
typedef void canonical_sink(void *data, const char *bytes, size_t length);

/* The text of a value in pieces, in order.  The value is one that passed json_decode(), or is made
 * of such: its depth bounds the recursion. */
void canonical_write(const json_t *value, canonical_sink *sink, void *data);

#endif
