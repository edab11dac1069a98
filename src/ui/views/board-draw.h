/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where the parts of the board stand, and how they look. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_DRAW_H
#define SIDESTAGE_UI_VIEWS_BOARD_DRAW_H

#include "ui/canvas.h"

struct board_view;
struct ui;
struct view;

#define LABEL_COLUMNS 13	/* of what stands left of the matrix and of the detail's lines */

/* The canvas without the lines that say that this was then, or what could not be read. */
struct canvas board_body(const struct board_view *b, const struct canvas *canvas);

/* How wide the applications are; 0: there is no room for them. */
int board_tree_columns(const struct canvas *canvas);
/* Where the matrix is: right of the applications, above the detail. */
struct canvas board_matrix_part(const struct canvas *canvas, int tree);

/* view_ops' fit and draw. */
void board_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void board_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
