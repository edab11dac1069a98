/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the views share that are a list found in by typing: their structs begin with this one, and
 * their operations with FINDER_VIEW_OPS.
 */
#ifndef SIDESTAGE_UI_VIEWS_FINDER_VIEW_H
#define SIDESTAGE_UI_VIEWS_FINDER_VIEW_H

#include <stdbool.h>

#include "ui/view.h"
#include "ui/widgets/finder.h"

struct canvas;

struct finder_view {
	struct view view;
	struct finder finder;
	const char *none;	/* N_(): said where nothing matches, and by Enter */
};

/* Before items are added.  none: static. */
void finder_view_init(struct finder_view *v, const struct view_ops *ops, const char *none);

#define FINDER_VIEW_OPS .list = finder_view_list, .type = finder_view_type, .takes_text = true
struct list *finder_view_list(struct view *view);
bool finder_view_type(struct view *view, struct ui *ui, int key);

/* view_ops' fit and draw, where nothing stands above the finder. */
void finder_view_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void finder_view_draw(const struct view *view, struct ui *ui, struct canvas *canvas);
/* view_ops' click, where a second one on the same item does what Enter does. */
void finder_view_click(struct view *view, struct ui *ui, const struct canvas *canvas, int row,
		       int column);

/* For rows that need one: something matches. */
bool finder_view_has_match(const struct view *view, struct ui *ui);

#endif
