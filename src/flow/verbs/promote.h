/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The three-way merge of a promotion, which other verbs use as well. */
#ifndef SIDESTAGE_FLOW_VERBS_PROMOTE_H
#define SIDESTAGE_FLOW_VERBS_PROMOTE_H

#include "flow/verbs/verb.h"

struct flow;

/* Base with what ours changed since ancestor -> delta; conflicts wait for a person that decides
 * them, or end the flow. */
flow_phase merge_ours;
/* Goes on from a merge without undecided conflicts. */
void flow_take_merge(struct flow *flow);

/* After a promotion, or after one was undone: what the clone and its origin have in common now. */
void flow_settle_origin(struct flow *flow);

#endif
