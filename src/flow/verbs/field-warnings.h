/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of the workloads will have no effect where they are deployed. */
#ifndef SIDESTAGE_FLOW_VERBS_FIELD_WARNINGS_H
#define SIDESTAGE_FLOW_VERBS_FIELD_WARNINGS_H

#include "flow/verbs/verb.h"

flow_phase read_warnings;	/* a caution for each such field of result; asks the platform */

#endif
