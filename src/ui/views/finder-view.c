/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The part of a view that the finder needs; what is found, and what is
 * done with it, is each view's own. */
#include "config.h"

#include "ui/views/finder-view.h"

#include "base/i18n.h"
#include "ui/canvas.h"

void
finder_view_init(struct finder_view *v, const struct view_ops *ops, const char *none)
{
	v->view.ops = ops;
	v->none = none;
	finder_init(&v->finder);
}

struct list *
finder_view_list(struct view *view)
{
	return &((struct finder_view *)view)->finder.list;
}

bool
finder_view_type(struct view *view, struct ui *ui, int key)
{
	(void)ui;
	return finder_type(&((struct finder_view *)view)->finder, key);
}

void
finder_view_fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	(void)ui;
	finder_fit(&((struct finder_view *)view)->finder, canvas, canvas->height >= 14);
}

void
finder_view_draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct finder_view *v = (const struct finder_view *)view;

	finder_draw(&v->finder, ui, canvas, _(v->none));
}

void
finder_view_click(struct view *view, struct ui *ui, const struct canvas *canvas, int row,
		  int column)
{
	(void)canvas;
	(void)column;
	if (finder_click(&((struct finder_view *)view)->finder, row) == FINDER_AGAIN)
		key_run(key_row_of(view->ops->keys, ACTION_OPEN), view, ui);
}

bool
finder_view_has_match(const struct view *view, struct ui *ui)
{
	(void)ui;
	return finder_selected(&((const struct finder_view *)view)->finder) != NULL;
}
