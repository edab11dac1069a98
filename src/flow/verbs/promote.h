/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a promotion shares with the way back. */
#ifndef SIDESTAGE_FLOW_VERBS_PROMOTE_H
#define SIDESTAGE_FLOW_VERBS_PROMOTE_H

struct flow;

/* After a promotion, or after one was undone: what the clone and its origin have in common now. */
void flow_settle_origin(struct flow *flow);

#endif
