/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The heads of the board's columns, and the corner beside them. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_HEAD_H
#define SIDESTAGE_UI_VIEWS_BOARD_HEAD_H

#include <stdbool.h>

struct board_model;
struct canvas;
struct grid;
struct world_environment;

/* What an environment is and how it does, from column `x` of the matrix on. */
void board_draw_head(struct canvas *matrix, int x, const struct grid *g,
		     const struct world_environment *e, bool selected);
/* What the signs of the rows are measured by, and what the rows of the heads say. */
void board_draw_corner(const struct board_model *s, const struct grid *g, struct canvas *matrix);

#endif
