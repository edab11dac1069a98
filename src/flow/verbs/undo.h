/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a promotion shares with the way back. */
#ifndef SIDESTAGE_FLOW_VERBS_UNDO_H
#define SIDESTAGE_FLOW_VERBS_UNDO_H

struct flow;

/* Why nothing of it can be taken back: fails with it. */
void undo_fail_with_nothing(struct flow *flow);

#endif
