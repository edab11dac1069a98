/* SPDX-License-Identifier: GPL-3.0-or-later */

/* To know how long it is it is drawn once far above the canvas. */
#include "config.h"

#include "ui/widgets/page.h"

#include "base/i18n.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/widgets/viewport.h"

#define FAR_ABOVE (-1000000)	/* a row */

/* Where the last page begins. */
static int
last_top(const struct page *page)
{
	return page->length > page->height ? page->length - page->height : 0;
}

void
page_fit(struct page *page, struct ui *ui, const struct canvas *canvas, page_draw *draw_rows,
	 const void *data)
{
	struct canvas measured = *canvas;

	page->height = canvas->height;
	page->length = draw_rows(data, ui, &measured, FAR_ABOVE);
	if (page->top > last_top(page))		/* the window has grown */
		page->top = last_top(page);
}

void
page_show(const struct page *page, struct ui *ui, struct canvas *canvas, page_draw *draw_rows,
	  const void *data)
{
	(void)draw_rows(data, ui, canvas, -page->top);
	ui_in_sight(ui, &(struct viewport){(size_t)page->top, (size_t)canvas->height,
					   (size_t)page->length});
}

void
page_scroll(struct page *page, struct ui *ui, enum action action)
{
	long to = page->top +
		  viewport_step(action, (size_t)page->height, (size_t)page->length);

	if (last_top(page) == 0)
		ui_say(ui, _("Everything is on the screen."));
	page->top = to < 0 ? 0 : to > last_top(page) ? last_top(page) : (int)to;
}
