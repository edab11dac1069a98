/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Placeholders: ${path.to['a'].value} in strings.  How they are written and
 * put in is here; what they mean is in reference.h.
 *
 * What is put in is not looked at again: a shared value or an output that holds "${" (a
 * password may) arrives as it is.
 */
#ifndef SIDESTAGE_MODEL_PLACEHOLDER_H
#define SIDESTAGE_MODEL_PLACEHOLDER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

/* Bytes of one string, and of all strings together, once they are resolved. */
#define PLACEHOLDER_STRING_MAX (4u * 1024 * 1024)
#define PLACEHOLDER_TOTAL_MAX (32u * 1024 * 1024)

/* Finds the value of a split path, e.g. {"externals","dns","port"}.  New reference, or NULL
 * when there is none (err may be filled with a reason).  Sets *secret, which is false, when
 * the value is one. */
typedef json_t *placeholder_lookup(void *data, const char *const *tokens, size_t count,
				   bool *secret, struct error *err);
/* Of what has no placeholders but escaped ones: there is no value. */
placeholder_lookup placeholder_find_none;

/*
 * A copy of value with every string resolved.  A string that is exactly one placeholder takes
 * the value's type; otherwise non-strings are inserted as JSON text.  "$\{x}" is a literal
 * "${x}" (and one backslash goes from "$\\{" as well, so that any text can be written).
 *
 * A string that touches a secret is one: its JSON pointer (below `where`) is appended to the
 * array `secrets`.  With `secrets` NULL a secret is refused.
 *
 * NULL with ERROR_INPUT that names the JSON pointer of the string and the placeholder, or
 * with ERROR_LIMIT.  Of the values nothing gets into an error.
 */
json_t *placeholder_resolve(const json_t *value, const char *where, placeholder_lookup *lookup,
			    void *data, json_t *secrets, struct error *err);

/* By the JSON pointer of a string: whether placeholders are looked for in it. */
typedef bool placeholder_filter(const char *pointer);
/* The same of some strings only; the others are copied as they are. */
json_t *placeholder_resolve_some(const json_t *value, const char *where,
				 placeholder_filter *filter, placeholder_lookup *lookup,
				 void *data, json_t *secrets, struct error *err);

/* The string that resolves to this text.  free() it. */
char *placeholder_escape(const char *text);

#endif
