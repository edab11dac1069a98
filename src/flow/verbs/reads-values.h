/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Phases that read shared values and resources; every one calls flow_next_phase(). */
#ifndef SIDESTAGE_FLOW_VERBS_READS_VALUES_H
#define SIDESTAGE_FLOW_VERBS_READS_VALUES_H

#include <jansson.h>

#include "flow/verbs/verb.h"

struct deployment;
struct flow;
struct flow_values;

flow_phase read_target_values;	/* newest -> values_now */
flow_phase read_was_values;	/* those that target runs with -> values_was */
flow_phase read_app_values;	/* the application's -> values_app */
flow_phase apply_values; /* values_now and value_changes -> values_result; all keys have one */
flow_phase read_graph;		/* the resources of result -> graph */
/* Reads a version of env's values (NULL: the newest; env NULL: the application's) and goes on
 * with flow->then_read, once; NULL: the next phase. */
void flow_read_values(struct flow *flow, const char *env, const char *version,
		      struct flow_values *where);
/* The same of the values that a deployment has. */
void flow_read_values_of(struct flow *flow, const char *env, const struct deployment *deployment,
			 struct flow_values *where);
/* Frees the list; it is not known from then on. */
void flow_values_clear(struct flow_values *values);
/* The hash of what api_compute_graph() gave; free() it.  NULL: it makes no sense. */
char *flow_graph_hash(const json_t *graph);

#endif
