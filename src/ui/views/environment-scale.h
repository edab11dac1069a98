/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Replicas, restart and pause of the workloads of an environment, and which of them are marked. */
#ifndef SIDESTAGE_UI_VIEWS_ENVIRONMENT_SCALE_H
#define SIDESTAGE_UI_VIEWS_ENVIRONMENT_SCALE_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/actions.h"

struct environment_view;
struct ui;
struct view;
struct world_environment;

/* For the table of keys. */
void environment_run_scale(struct view *view, struct ui *ui);
void environment_run_restart(struct view *view, struct ui *ui);
/* Or, when it is paused, the way back from that. */
void environment_run_pause(struct view *view, struct ui *ui);
void environment_run_mark(struct view *view, struct ui *ui);
/* First from the marks, where they are seen. */
void environment_run_back(struct view *view, struct ui *ui);
extern const struct need environment_a_workload, environment_has_count, environment_has_pods,
	environment_can_pause;

/* The row of the open tab is a workload that is marked. */
bool environment_is_marked(const struct environment_view *v, const struct world_environment *e,
			   size_t row);
/* After the list changed: a mark goes with its workload, since it could not be seen any more. */
void environment_drop_marks(struct environment_view *v, struct ui *ui);

#endif
