/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Looks at the target while a person reads the review. */
#ifndef SIDESTAGE_FLOW_VERBS_LIVE_H
#define SIDESTAGE_FLOW_VERBS_LIVE_H

#include "flow/verbs/verb.h"

flow_phase live_start, live_look_failed;
/* Somebody deploys to the target: reads it again a little later. */
flow_phase live_wait;

#endif
