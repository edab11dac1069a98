/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The commands of a view, found by typing. */
#ifndef SIDESTAGE_UI_VIEWS_PALETTE_H
#define SIDESTAGE_UI_VIEWS_PALETTE_H

struct ui;
struct view;

/* Every command of the view, found by typing. */
struct view *palette_view_new(struct ui *ui, const struct view *of);

#endif
