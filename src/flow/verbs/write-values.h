/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The step that writes value_changes, and what puts them back. */
#ifndef SIDESTAGE_FLOW_VERBS_WRITE_VALUES_H
#define SIDESTAGE_FLOW_VERBS_WRITE_VALUES_H

#include <jansson.h>
#include <stdbool.h>

#include "flow/verbs/verb.h"

struct error;
struct flow;

flow_phase write_values, settle_values;
flow_phase check_values;	/* that nothing but value_changes was done since the review */
/* The same within another step. */
void flow_check_values(struct flow *flow, flow_phase *then);
/* Makes values_now and values_result be there, also after a crash. */
void flow_load_values(struct flow *flow, flow_phase *then);
/* Puts back what was written, and ends the flow with the error then. */
void flow_put_values_back(struct flow *flow, const struct error *error);
/* Whether the platform takes these changes in the deploy request (extension "deploy-values"). */
bool flow_can_send_together(const struct flow *flow);
/* What goes along in the deploy request; NULL: nothing.  New reference. */
json_t *flow_values_in_request(const struct flow *flow);

/* The same for a review of it: of whatever version the values are.  New reference. */
json_t *flow_values_to_review(const struct flow *flow);

#endif
