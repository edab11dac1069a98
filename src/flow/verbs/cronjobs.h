/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What begins by itself in a clone: its cronjobs run as those of its source do. */
#ifndef SIDESTAGE_FLOW_VERBS_CRONJOBS_H
#define SIDESTAGE_FLOW_VERBS_CRONJOBS_H

struct flow;

/* Puts the cronjobs of what will run into the review, with a caution. */
void review_cronjobs(struct flow *flow);

#endif
