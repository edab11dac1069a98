/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Phases that read environments, deployments and sets; every one calls flow_next_phase(). */
#ifndef SIDESTAGE_FLOW_VERBS_READS_H
#define SIDESTAGE_FLOW_VERBS_READS_H

#include <jansson.h>

#include "flow/verbs/verb.h"

struct error;
struct flow;
struct set;

flow_phase read_target, read_source;
flow_phase read_target_running, read_source_running;
flow_phase read_base_set;	/* target's from_deploy -> base, base_id */
flow_phase read_was_set;	/* target's running -> was */
flow_phase preview_result;	/* base + delta -> result, result_id, checked with the platform */
/* After a read of a set or of values: goes on with flow->then_read, once; NULL: the next phase. */
void flow_read_done(struct flow *flow);
/* Reads set_id into *where, from the cache when it is there, and goes on so. */
void flow_read_set(struct flow *flow, const char *set_id, struct set **where);
/* Newest first into `scratch`, from the platform's list. 0, or -1 with err. */
int flow_decode_deployments(struct flow *flow, const json_t *body, struct error *err);
/* Frees `scratch`. */
void flow_clear_deployments(struct flow *flow);

#endif
