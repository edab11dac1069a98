/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Placeholders: ${path.to['a'].value} in strings (api/README §10). */
#ifndef SIDESTAGE_MODEL_PLACEHOLDER_H
#define SIDESTAGE_MODEL_PLACEHOLDER_H

#include <jansson.h>
#include <stddef.h>

struct error;

/* Finds the value of a split path, e.g. {"externals","dns","port"}.  New reference, or NULL
 * when there is none (err may be filled with a reason). */
typedef json_t *placeholder_lookup(void *data, const char *const *tokens, size_t count,
				   struct error *err);

/*
 * A deep copy of value with every string resolved.  A string that is exactly one
 * placeholder takes the value's type; otherwise non-strings are inserted as JSON text.
 * "$\{x}" is a literal "${x}".  NULL with ERROR_INPUT that names the JSON pointer of the
 * string (below `where`) and the placeholder.
 */
json_t *placeholder_resolve(const json_t *value, const char *where, placeholder_lookup *lookup,
			    void *data, struct error *err);

#endif
