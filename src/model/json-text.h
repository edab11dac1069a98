/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * JSON as people, programs and the wire get it.  It is the text that jansson writes, but for the
 * numbers: jansson gives each 17 digits, so that 0.1 became 0.10000000000000001.  Here a number has
 * the fewest digits that read back as the same one.  Ids are made of another text, which never
 * changes (model/canonical.h).
 */
#ifndef SIDESTAGE_MODEL_JSON_TEXT_H
#define SIDESTAGE_MODEL_JSON_TEXT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Flags are jansson's: JSON_INDENT(n), JSON_SORT_KEYS, JSON_ENSURE_ASCII; without the first it is
 * compact.  Any value, also a bare scalar.  NULL for NULL, else never; free() it. */
char *json_text(const json_t *value, size_t flags);
/* The same into a file.  -1 with errno: it was not written whole. */
int json_text_write(const json_t *value, FILE *out, size_t flags);

/* A number of JSON that json_text() would write in another way (1.10, 1e3, more digits than a
 * number has here), so that it has to be kept as a text. */
bool json_text_is_lost(const char *number);
/* The text of a JSON document with each such number in quotes; free() it.  NULL: there is none.
 * What is no JSON stays what it is. */
char *json_text_quote_lost(const char *bytes, size_t length, size_t *quoted_length);

#endif
