/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is known of the workload under the board's cursor. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_PANE_H
#define SIDESTAGE_UI_VIEWS_BOARD_PANE_H

#include "ui/canvas.h"

struct board_model;
struct viewport;

/* Draws all of the canvas; the model has an environment, a workload it may have.  The rule on top
 * tells which of the workloads are in sight. */
void board_draw_pane(const struct board_model *s, const struct viewport *workloads,
		     struct canvas *c);

#endif
