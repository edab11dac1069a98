/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of the view below, from its own table. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"

struct help_view {
	struct view view;
	const struct view_ops *of;
	int top;
};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), N_("Go back.")},
	{'q', NULL, ACTION_BACK, NULL, NULL},
	{'j', "j", ACTION_DOWN, N_("down"), N_("Scroll down.")},
	{'k', "k", ACTION_UP, N_("up"), N_("Scroll up.")},
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, NULL, NULL},
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, NULL, NULL},
	{0, NULL, ACTION_NONE, NULL, NULL},
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
	canvas_at(canvas, *row, 4);
	canvas_ours(canvas, STYLE_KEY, left);
	canvas_at(canvas, *row, canvas->width < 60 ? 11 : 14);
	canvas_ours(canvas, STYLE_NORMAL, text);
	(*row)++;
}

static void
heading(struct canvas *canvas, int *row, const char *text)
{
	(*row)++;
	canvas_at(canvas, (*row)++, 2);
	canvas_ours(canvas, STYLE_STRONG, text);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct help_view *h = (const struct help_view *)view;
	int row = -h->top;

	heading(canvas, &row, _(h->of->title));
	for (const struct key *k = ui_keys(ui, h->of); k->key; k++)
		if (k->shown && k->help)
			line(canvas, &row, k->shown, _(k->help));
	heading(canvas, &row, _("Everywhere"));
	for (const struct key *k = ui_common_keys(ui); k->key; k++)
		line(canvas, &row, k->shown, _(k->help));
	heading(canvas, &row, _("Signs on the board"));
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		line(canvas, &row, signs[i].glyph, _(signs[i].help));
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct help_view *h = (struct help_view *)view;

	if (action == ACTION_BACK)
		ui_pop(ui);
	else if (action == ACTION_DOWN && h->top < 60)
		h->top++;
	else if (action == ACTION_UP && h->top > 0)
		h->top--;
}

static void
close_view(struct view *view)
{
	free(view);
}

const struct view_ops help_view_ops = {
	.title = N_("Help"), .keys = keys, .draw = draw, .act = act, .close = close_view,
};

struct view *
help_view_new(const struct view *of)
{
	struct help_view *h = xcalloc(1, sizeof(*h));

	h->view.ops = &help_view_ops;
	h->of = of->ops;
	return &h->view;
}
