/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What was reviewed beside the sets, for the journal. */
#ifndef SIDESTAGE_FLOW_VERBS_PINS_H
#define SIDESTAGE_FLOW_VERBS_PINS_H

#include <jansson.h>

struct error;
struct flow;

json_t *flow_encode_pins(const struct flow *flow);
/* 0, or -1 with ERROR_INPUT. */
int flow_decode_pins(struct flow *flow, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));

#endif
