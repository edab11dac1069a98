/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a clone has otherwise than its source, changed while it is reviewed (clone.c). */
#ifndef SIDESTAGE_FLOW_VERBS_CLONE_DRAFT_H
#define SIDESTAGE_FLOW_VERBS_CLONE_DRAFT_H

#include <jansson.h>

struct error;
struct flow;

/* The set that the clone would have, encoded, to be changed; new reference. */
json_t *clone_copy_result(const struct flow *flow);
/* Takes it when it was; the draft is the difference to the base.  0, or -1 with err. */
int clone_take_edited(struct flow *flow, json_t *whole, struct error *err);
/* Reviews it with that; nothing is read again but what the platform says of it. */
void clone_review_again(struct flow *flow);

#endif
