/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Other texts that a text can be read as: with its values put in, unescaped, decoded.  Each of them
 * is the caller's, to free(). */
#ifndef SIDESTAGE_COMPARE_ISOLATION_READINGS_H
#define SIDESTAGE_COMPARE_ISOLATION_READINGS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define READING_BYTES_MAX (16u * 1024 * 1024)

/* With the values that are known ({KEY: text}; NULL: none) in the place of ${values.KEY}, and holes
 * for other placeholders.  `put_in`: whether there was such a value. */
char *reading_fill_in(const json_t *values, const char *text, bool *put_in);
/* %41 and \u0041, \n, \/ and the like; NULL: there are none. */
char *reading_unescape(const char *text);
/* What begins there, decoded; NULL: it is no base64 of a text.  `length`: how much of the text
 * looks like it. */
char *reading_of_base64(const char *text, size_t *length);
/* Blanks long base64, certificates and keys: letters that are no word may spell any name. */
void reading_hide_encoded(char *text);

/* What a file of settings says, as far as its lines do: properties, INI, YAML, and JSON of several
 * lines.  name: with what it stands below, "leaderElection.resourceName"; neither is empty. */
typedef void reading_setting(void *data, const char *name, const char *value);
void reading_each_setting(const char *text, reading_setting *found, void *data);

#endif
