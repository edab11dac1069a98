/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the history looks. */
#ifndef SIDESTAGE_UI_VIEWS_HISTORY_DRAW_H
#define SIDESTAGE_UI_VIEWS_HISTORY_DRAW_H

struct canvas;
struct ui;
struct view;

/* view_ops' fit and draw. */
void history_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void history_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
