/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of a clone leads to its source. */
#ifndef SIDESTAGE_FLOW_VERBS_ISOLATION_H
#define SIDESTAGE_FLOW_VERBS_ISOLATION_H

#include "flow/verbs/verb.h"

struct definitions;
struct flow;

flow_phase read_source_outputs, read_definitions;
/* What leads to the source, or to a host outside, as findings. */
void review_isolation(struct flow *flow);
/* Both look at those alone that may serve a resource of the clone.
 * The ids of the definitions that are not the same in both, "one, two"; free() it. */
char *flow_other_definitions(const struct flow *flow, const struct definitions *was,
			     const struct definitions *now);
/* Of what the clone's resources are made, to pin; free() it. */
char *flow_definitions_hash(const struct flow *flow, const struct definitions *definitions);
/* Where a value leads that it must not; free() it.  NULL: nowhere, as far as can be seen. */
char *flow_value_leads(const struct flow *flow, const char *key, const char *text);

#endif
