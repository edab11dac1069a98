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
#include <stdint.h>

#include "base/text.h"

struct error;
struct member;

/* Which resources; raw NULL or "": any.  No class is "default". */
struct criterion {
	struct untrusted id, env_type, app_id, env_id, res_id, resource_class;
	json_t *document;		/* as of a definition */
	struct untrusted problem;
};
/* As of a definition. */
void criterion_read(struct criterion *out, const json_t *body);
int criterion_decode(struct criterion *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *criterion_encode(const struct criterion *criterion);
void criterion_clear(struct criterion *criterion);
const struct member *criterion_misfit(const json_t *body);
/* Whether both agree with the same resources. */
bool criterion_equal(const struct criterion *a, const struct criterion *b);

struct definition {
	struct untrusted id, name, type, driver_type;
	struct untrusted org_id, active_version_id;	/* raw NULL: not said */
	struct untrusted driver_account;	/* raw NULL: none */
	struct untrusted created_by, updated_by;
	int64_t created_at, updated_at;		/* wall ms; 0: not said */
	bool in_place_driver_change, is_default, is_deleted;
	json_t *driver_inputs;			/* NULL: none */
	json_t *provision;			/* what is made beside it; NULL: nothing */
	struct criterion *criteria;
	size_t criterion_count;
	json_t *document;			/* all of it, shared; NULL: there was none */
	struct untrusted problem;
};
/* From GET .../resources/defs. */
void definition_read(struct definition *out, const json_t *body);
int definition_decode(struct definition *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
/* With what its document has beside. */
json_t *definition_encode(const struct definition *definition);
void definition_clear(struct definition *definition);
const struct member *definition_misfit(const json_t *body);
/* As noun_change() (members.h). */
void definition_change(struct definition *definition, const json_t *body,
		       const char *const *keys, bool all);
/* Its criteria alone; new reference. */
json_t *definition_encode_criteria(const struct definition *definition);
/* Takes what is in it. */
void definition_add_criterion(struct definition *definition, struct criterion *criterion);
/* `i` below criterion_count. */
void definition_remove_criterion(struct definition *definition, size_t i);

/* What of an environment would be served by another definition. */
struct definition_change {
	struct untrusted app_id, env_id, res_id, from_def;
	struct untrusted to_def;		/* "": by none */
	struct untrusted problem;
};
struct definition_changes {
	struct definition_change *items;
	size_t count;
};
/* From a 409 of DELETE .../resources/defs/{def} and of its criteria. */
void definition_change_read(struct definition_change *out, const json_t *body);
int definition_change_decode(struct definition_change *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *definition_change_encode(const struct definition_change *change);
void definition_change_clear(struct definition_change *change);
void definition_changes_read(struct definition_changes *out, const json_t *body);
json_t *definition_changes_encode(const struct definition_changes *changes);
/* Takes what is in it. */
void definition_changes_add(struct definition_changes *changes, struct definition_change *change);
void definition_changes_clear(struct definition_changes *changes);

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
