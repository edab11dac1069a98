/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A person approves the review, or acknowledges what it found (flow/verbs/flow.h). */
#ifndef SIDESTAGE_FLOW_VERBS_APPROVAL_H
#define SIDESTAGE_FLOW_VERBS_APPROVAL_H

struct error;
struct flow;
struct review_finding;

/* NULL with err: it is not reviewed now, or has no such finding */
struct review_finding *flow_find_finding(struct flow *flow, const char *id, struct error *err);

#endif
