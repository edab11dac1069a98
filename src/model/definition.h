/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A resource definition, as far as it decides which resources it serves and how.  What else is in
 * it, known to us or not, stays in its document, which is what a platform keeps and answers and
 * what a review compares.  Rules of nouns.h.
 */
#ifndef SIDESTAGE_MODEL_DEFINITION_H
#define SIDESTAGE_MODEL_DEFINITION_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

struct error;

/* Which resources; raw NULL or "": any.  No class is "default". */
struct criterion {
	struct untrusted id, env_type, app_id, env_id, res_id, resource_class;
};
struct definition {
	struct untrusted id, type, driver_type;
	struct untrusted driver_account;	/* raw NULL: none */
	bool in_place_driver_change, is_deleted;
	json_t *driver_inputs;			/* NULL: none */
	struct criterion *criteria;
	size_t criterion_count;
	json_t *document;			/* all of it, shared; NULL: there was none */
	struct untrusted problem;
};
/* From GET .../resources/defs. */
void definition_read(struct definition *out, const json_t *body);
int definition_decode(struct definition *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
void definition_clear(struct definition *definition);

struct definitions {
	struct definition *items;
	size_t count;
};
/* Takes what is in it. */
void definitions_add(struct definitions *definitions, struct definition *definition);
/* From an answer: a list of definitions, or of each type such a list.  What is neither is an empty
 * list. */
void definitions_read(struct definitions *out, const json_t *body);
void definitions_clear(struct definitions *definitions);	/* zeroed memory is an empty list */

#endif
