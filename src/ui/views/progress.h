/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An approved operation, step by step. */
#ifndef SIDESTAGE_UI_VIEWS_PROGRESS_H
#define SIDESTAGE_UI_VIEWS_PROGRESS_H

struct flow;
struct view;

/* Follows the flow to its end; leaving the view leaves the operation running. */
struct view *progress_view_new(struct flow *flow);

#endif
