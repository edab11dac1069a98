/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The flows of a session. */
#ifndef SIDESTAGE_FLOW_VERBS_FLOWS_H
#define SIDESTAGE_FLOW_VERBS_FLOWS_H

#include <stddef.h>

struct flow;
struct session;

/* Newest first; those that ended stay until dismissed. */
size_t session_flow_count(const struct session *session);
/* NULL when there are not so many. */
struct flow *session_flow(const struct session *session, size_t i);
/* NULL: no flow of this session, which the history may still know. */
struct flow *session_flow_by_id(const struct session *session, const char *operation_id);
/* Takes it, or gives it back: for flow_new(), flow_resume() and flow_dismiss(). */
void session_add_flow(struct session *session, struct flow *flow);
void session_drop_flow(struct session *session, struct flow *flow);
/* Of a session that ends. */
void session_free_flows(struct session *session);

#endif
