/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The keys of the view below, from its own table; so what is listed is what works, also where
 * a person has bound other keys.
 */
#include "config.h"

#include "ui/views/help.h"

#include <curses.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/widgets/page.h"

#define ROWS_FOR_SIGNS 16

struct help_view {
	struct view view;
	const struct view_ops *of;
	struct page page;
};

static const struct { const char *glyph, *help; } signs[] = {
	{"=", N_("the same version as the baseline")}, {">", N_("a later version")},
	{"<", N_("an earlier version")},	       {"~", N_("other configuration")},
	{"+", N_("only here")},			       {"-", N_("missing here")},
	{"?", N_("unknown: it could not be read")},
};

static void
line(struct canvas *canvas, int *row, const char *left, const char *text)
{
	int column = canvas->width < 60 ? 11 : 14;
	struct canvas part = canvas_sub(canvas, 0, 0, canvas->height, canvas->width - 1);
	int rows = canvas_paragraph_rows(text, part.width - column);

	canvas_move(canvas, *row, 4);
	canvas_text(canvas, STYLE_KEY, left);
	canvas_move(&part, *row, column);
	(void)canvas_paragraph(&part, STYLE_NORMAL, text, rows);
	*row += rows;
}

static void
heading(struct canvas *canvas, int *row, const char *text)
{
	(*row)++;
	canvas_move(canvas, (*row)++, 2);
	canvas_text(canvas, STYLE_STRONG, text);
}

/* Without those that the view does in its own way. */
static void
list_keys(struct canvas *canvas, int *row, const struct key *table, const struct key *own)
{
	for (const struct key *k = table; k->key; k++) {
		const char *help = key_help(table, k);

		if (help && !(own && key_row_of(own, k->action)))
			line(canvas, row, k->shown, _(help));
	}
}

static void
list_signs(struct canvas *canvas, int *row)
{
	heading(canvas, row, _("Signs on the board"));
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		line(canvas, row, signs[i].glyph, _(signs[i].help));
}

/* On the board a newcomer asks for the signs first, where the keys are seen below them. */
static int
draw_all(const void *data, struct ui *ui, struct canvas *canvas, int first)
{
	const struct help_view *h = data;
	bool signs_first = h->of == &board_view_ops && canvas->height >= ROWS_FOR_SIGNS;
	int row = first;

	if (signs_first)
		list_signs(canvas, &row);
	heading(canvas, &row, _(h->of->title));
	list_keys(canvas, &row, ui_keys(ui, h->of), NULL);
	heading(canvas, &row, _("Everywhere"));
	list_keys(canvas, &row, ui_common_keys(ui), ui_keys(ui, h->of));
	if (!signs_first)
		list_signs(canvas, &row);
	return row - first;
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct help_view *h = (struct help_view *)view;

	page_fit(&h->page, ui, canvas, draw_all, h);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct help_view *h = (const struct help_view *)view;

	page_show(&h->page, ui, canvas, draw_all, h);
}

static void
scroll_by(struct view *view, struct ui *ui, enum action action)
{
	page_scroll(&((struct help_view *)view)->page, ui, action);
}

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	PAGE_SCROLL_KEYS,
	NO_KEY,
};

static void
close_view(struct view *view)
{
	free(view);
}

const struct view_ops help_view_ops = {
	.title = N_("Help"),
	.keys = keys,
	.fit = fit,
	.draw = draw,
	.act = scroll_by,
	.close = close_view,
};

struct view *
help_view_new(const struct view *of)
{
	struct help_view *h = xcalloc(1, sizeof(*h));

	h->view.ops = &help_view_ops;
	h->of = of->ops;
	return &h->view;
}
