/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Fixes that a deployment would drop. */
#ifndef SIDESTAGE_FLOW_VERBS_FIXES_H
#define SIDESTAGE_FLOW_VERBS_FIXES_H

#include "flow/verbs/verb.h"

/* Cautions of the promoted fixes that the target has now and will not have then */
flow_phase read_fixes;

#endif
