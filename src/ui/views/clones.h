/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the clones share. */
#ifndef SIDESTAGE_UI_VIEWS_CLONES_H
#define SIDESTAGE_UI_VIEWS_CLONES_H

#include "ui/view.h"
#include "ui/widgets/list.h"

struct canvas;
struct clones;

struct clones_view {
	struct view view;
	struct clones *clones;
	struct list list;
};

/* view_ops' fit and draw. */
void clones_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void clones_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
