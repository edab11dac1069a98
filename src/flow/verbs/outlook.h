/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What whoever carries a deployment out says would come of it. */
#ifndef SIDESTAGE_FLOW_VERBS_OUTLOOK_H
#define SIDESTAGE_FLOW_VERBS_OUTLOOK_H

#include "flow/verbs/verb.h"

flow_phase read_outlook;	/* of result -> review.outlook; asks the platform */

#endif
