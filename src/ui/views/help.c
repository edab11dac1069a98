/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The keys of the view below, from its own table; so what is listed is what works, also where
 * a person has bound other keys.  To know how long it is it is drawn once on a canvas without
 * rows.
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
#include "ui/widgets/viewport.h"

struct help_view {
	struct view view;
	const struct view_ops *of;
	int top;			/* the line that is seen first */
	int length, height;		/* of all of it in this width, and of the room */
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

static int
draw_all(const struct help_view *h, struct ui *ui, struct canvas *canvas)
{
	int row = -h->top;

	heading(canvas, &row, _(h->of->title));
	list_keys(canvas, &row, ui_keys(ui, h->of), NULL);
	heading(canvas, &row, _("Everywhere"));
	list_keys(canvas, &row, ui_common_keys(ui), ui_keys(ui, h->of));
	heading(canvas, &row, _("Signs on the board"));
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		line(canvas, &row, signs[i].glyph, _(signs[i].help));
	return row + h->top;
}

/* Where the last page begins. */
static int
last_top(const struct help_view *h)
{
	return h->length > h->height ? h->length - h->height : 0;
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct help_view *h = (struct help_view *)view;
	struct canvas nowhere = {.width = canvas->width, .ascii = canvas->ascii};

	h->height = canvas->height;
	h->length = draw_all(h, ui, &nowhere);
	if (h->top > last_top(h))	/* the window has grown */
		h->top = last_top(h);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct help_view *h = (const struct help_view *)view;

	(void)draw_all(h, ui, canvas);
	ui_in_sight(ui,
		    &(struct viewport){(size_t)h->top, (size_t)canvas->height, (size_t)h->length});
}

static void
scroll_by(struct view *view, struct ui *ui, enum action action)
{
	struct help_view *h = (struct help_view *)view;
	long to = h->top + viewport_step(action, (size_t)h->height, (size_t)h->length);

	if (last_top(h) == 0)
		ui_say(ui, _("Everything is on the screen."));
	h->top = to < 0 ? 0 : to > last_top(h) ? last_top(h) : (int)to;
}

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'j', "j", ACTION_DOWN, N_("down"), .help = N_("Scroll down.")},
	{'k', "k", ACTION_UP, N_("up"), .help = N_("Scroll up.")},
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, .help = NULL},
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, .help = NULL},
	PAGE_KEYS,
	{'g', "g", ACTION_FIRST, .help = NULL},
	{'G', "G", ACTION_LAST, .help = NULL},
	{KEY_BASE + KEY_HOME, NULL, ACTION_FIRST, .help = NULL},
	{KEY_BASE + KEY_END, NULL, ACTION_LAST, .help = NULL},
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
