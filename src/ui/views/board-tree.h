/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The organizations and applications beside the matrix. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_TREE_H
#define SIDESTAGE_UI_VIEWS_BOARD_TREE_H

#include <stdbool.h>

#include "ui/actions.h"

struct board_view;
struct canvas;
struct ui;
struct world;

/* The board of another application, as it was left. */
void board_open_application(struct board_view *b, struct ui *ui, const char *org, const char *app);
/* Moving while the applications have the keys.  false: the action is none of these. */
bool board_act_in_tree(struct board_view *b, struct ui *ui, enum action action,
		       const struct world *world);
/* Opens the application in that row of the tree, as it is drawn. */
void board_click_tree(struct board_view *b, struct ui *ui, const struct world *world, int clicked);
/* The organizations and the applications of the open one: which are seen in so many rows, and how
 * they look. */
void board_scroll_tree(struct board_view *b, int rows);
void board_draw_tree(const struct board_view *b, struct canvas *c);

#endif
