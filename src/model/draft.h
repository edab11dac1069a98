/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A delta that a platform stores, with what is known of it: whose it is, and what it is for.  As a
 * noun of the API (nouns.h has the rules); what it changes is model/delta.h.
 */
#ifndef SIDESTAGE_MODEL_DRAFT_H
#define SIDESTAGE_MODEL_DRAFT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct delta;
struct error;

struct draft_metadata {
	struct untrusted created_by;
	struct untrusted env_id;	/* raw NULL: for none in particular */
	struct untrusted name;		/* raw NULL: it has none */
	int64_t created_at, last_modified_at;
	bool archived, shared;
	struct untrusted *contributers;	/* everybody who changed it; spelled as the API does */
	size_t contributer_count;
};
struct draft {
	struct untrusted id;
	struct draft_metadata metadata;
	json_t *modules, *shared;	/* what it changes */
	struct untrusted problem;
};
/* From GET .../deltas. */
void draft_read(struct draft *out, const json_t *body);
int draft_decode(struct draft *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *draft_encode(const struct draft *draft);
void draft_clear(struct draft *draft);

/* What it changes, which shares nothing with it.  NULL with ERROR_INPUT. */
struct delta *draft_delta(const struct draft *draft, struct error *err);
/* Notes that a user changed it; once is enough. */
void draft_add_contributer(struct draft *draft, const char *user);

#endif
