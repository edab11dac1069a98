/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a review looks. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_DRAW_H
#define SIDESTAGE_UI_VIEWS_REVIEW_DRAW_H

struct canvas;
struct ui;
struct view;

/* view_ops' fit and draw. */
void review_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void review_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

/* How many rows the changes in words may have. */
int review_words_room(const struct canvas *canvas);

#endif
