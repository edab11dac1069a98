/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether the target is still what was reviewed. */
#ifndef SIDESTAGE_FLOW_VERBS_CHECK_TARGET_H
#define SIDESTAGE_FLOW_VERBS_CHECK_TARGET_H

#include <stdbool.h>

#include "flow/verbs/verb.h"

struct deployment;
struct error;
struct flow;
struct values;

/* "PAGE_SIZE is 50 instead of 40": the first key that differs; "": none does.  free() it. */
char *flow_words_of_values(const struct values *reviewed, const struct values *now);
flow_phase check_target;
/* Whether another deployment is there than was reviewed, or other resources; err says which. */
bool flow_has_moved(const struct flow *flow, const struct deployment *last,
		    const struct deployment *from, struct error *err);
void flow_set_other_graph(const struct flow *flow, struct error *err);

#endif
