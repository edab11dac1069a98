/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The part of a list that there is room for. */
#ifndef SIDESTAGE_UI_WIDGETS_VIEWPORT_H
#define SIDESTAGE_UI_WIDGETS_VIEWPORT_H

#include <stddef.h>

#include "ui/actions.h"

struct canvas;

/* The part of `count` items that is in sight: from `first` on as many as there are rows for. */
struct viewport {
	size_t first, rows, count;
};

/* The first of `count` items that is shown in `rows` rows: `first`, the one that was, unless item
 * `at` would be out of sight or there would be empty rows behind the last one. */
size_t viewport_first(size_t first, size_t at, size_t rows, size_t count);
/* So many items down (> 0) or up: one, a page of what there are rows for, or to an end of `count`.
 * 0: the action is none of these. */
long viewport_step(enum action action, size_t rows, size_t count);
/* At the right end of a rule: "1-19 of 47", unless all of it is in sight. */
void viewport_draw(const struct viewport *viewport, struct canvas *canvas, int row);

#endif
