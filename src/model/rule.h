/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An automation rule: which new versions of artefacts are deployed to an environment by
 * themselves.  As a noun of the API (nouns.h has the rules); what it matches is
 * platform/engine/automation.c.
 */
#ifndef SIDESTAGE_MODEL_RULE_H
#define SIDESTAGE_MODEL_RULE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;
struct member;

enum rule_update_to {
	RULE_BRANCH, RULE_TAG,
	RULE_UNKNOWN	/* not said, or a word we do not know */
};

struct rule {
	struct untrusted id;		/* raw NULL: it is not stored yet */
	bool active;
	struct untrusted *artefacts_filter, *images_filter;	/* empty: any */
	size_t artefact_count, image_count;
	bool exclude_artefacts_filter, exclude_images_filter;	/* all but those */
	struct untrusted match_ref;	/* a pattern of whole refs; "": any */
	struct untrusted match;		/* the same of the names of branches or tags */
	enum rule_update_to update_to;	/* which of them `match` is about */
	int64_t created_at, updated_at;
	struct untrusted problem;
};
/* From GET .../envs/{env}/rules. */
void rule_read(struct rule *out, const json_t *body);
int rule_decode(struct rule *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *rule_encode(const struct rule *rule);
void rule_clear(struct rule *rule);
const struct member *rule_misfit(const json_t *body);

#endif
