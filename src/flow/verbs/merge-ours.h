/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The three-way merge that promotions, fixes that are carried, and rollbacks share. */
#ifndef SIDESTAGE_FLOW_VERBS_MERGE_OURS_H
#define SIDESTAGE_FLOW_VERBS_MERGE_OURS_H

#include "flow/verbs/verb.h"

/* Base with what ours changed since ancestor -> delta; conflicts wait for a person that decides
 * them, or end the flow. */
flow_phase merge_ours;

#endif
