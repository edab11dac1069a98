/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The organizations and applications beside the matrix. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_TREE_H
#define SIDESTAGE_UI_VIEWS_BOARD_TREE_H

struct board_view;
struct canvas;
struct key;
struct list;
struct ui;
struct view;
struct world;

/* The board of another application, as it was left. */
void board_open_application(struct board_view *b, struct ui *ui, const char *org, const char *app);
/* None is chosen. */
void board_init_tree(struct board_view *b);
/* view_ops' mode of the board: the keys while an application is chosen. */
const struct key *board_mode(const struct view *view, struct ui *ui);
/* All applications, with the cursor on the open one, for the keys to move in; empty where that is
 * not known. */
struct list *board_tree_list(struct board_view *b);
/* After a key moved in it. */
void board_open_selected(struct board_view *b, struct ui *ui);
/* Opens the application in that row of the tree, as it is drawn. */
void board_click_tree(struct board_view *b, struct ui *ui, const struct world *world, int clicked);
/* The organizations and the applications of the open one: which are seen in so many rows, and how
 * they look. */
void board_scroll_tree(struct board_view *b, int rows);
void board_draw_tree(const struct board_view *b, struct canvas *c);

#endif
