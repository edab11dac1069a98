/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the clones share. */
#ifndef SIDESTAGE_UI_VIEWS_CLONES_H
#define SIDESTAGE_UI_VIEWS_CLONES_H

#include <stddef.h>

#include "ui/view.h"

struct canvas;
struct clones;

struct clones_view {
	struct view view;
	struct clones *clones;
	char *org, *app, *env;		/* the cursor; NULL: the first */
	size_t last;			/* where it was: for when it is gone */
	size_t first, rows;		/* the first clone that is shown, and for how many there was room */
};

/* The row of the clone under the cursor; of one that is gone, the row where it was. */
size_t clones_view_row(const struct clones_view *v);
/* How many clones have room, and which is the first of them. */
int clones_list_rows(const struct canvas *canvas);
size_t clones_first_row(const struct clones_view *v, int rows);

/* view_ops' draw. */
void clones_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
