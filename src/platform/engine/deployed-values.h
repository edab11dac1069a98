/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The shared values that one deployment has: those of its version, opened one by one. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_DEPLOYED_VALUES_H
#define SIDESTAGE_PLATFORM_ENGINE_DEPLOYED_VALUES_H

#include <jansson.h>
#include <stdbool.h>

struct deployed_values;
struct error;
struct place;
struct platform;

/* version NULL: there were none.  The platform and the place must live as long. */
struct deployed_values *deployed_values_read(struct platform *platform, const struct place *place,
					     const char *version, struct error *err);
void deployed_values_free(struct deployed_values *values);	/* NULL is fine */

/* New reference, or NULL with err.  *secret: it is one; its text is then also appended to the
 * array `texts` (unless that is NULL). */
json_t *deployed_values_find(const struct deployed_values *values, const char *key,
			     json_t *texts, bool *secret, struct error *err);

/* Pointers into a module ("/spec/containers/...") of strings that touch a secret: ERROR_INPUT
 * for one that is neither a variable nor a file's content.  Those are a process's own;
 * everything else of a spec is shown somewhere. */
int deployed_values_check(const json_t *pointers, struct error *err);

#endif
