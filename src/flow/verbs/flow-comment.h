/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The comment of a deployment (model/comment.h). */
#ifndef SIDESTAGE_FLOW_VERBS_FLOW_COMMENT_H
#define SIDESTAGE_FLOW_VERBS_FLOW_COMMENT_H

struct error;
struct flow;

/* The comment of the deployment that the flow makes; free() it.  NULL with
 * err: the history does not tell which hotfix it is about. */
char *flow_comment(const struct flow *flow, struct error *err);

#endif
