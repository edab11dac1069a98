/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The platforms that there are to go to: their addresses, and which one this is. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/ui.h"
#include "ui/view.h"
#include "ui/widgets/viewport.h"

#define HEAD_ROWS 2

struct contexts_view {
	struct view view;
	size_t row, first;	/* the cursor; the first one that is shown, as last drawn */
};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .help = NULL},
	{'q', NULL, ACTION_BACK, NULL, .help = NULL},
	{'\r', "Enter", ACTION_OPEN, N_("go there"), .help = N_("Leave this platform, and open the board of the selected one.")},
	{'y', "y", ACTION_COPY, N_("copy"), .help = N_("Copy the address of the platform.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("To the platform above.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = N_("To the platform below.")},
	{'k', "k", ACTION_UP, NULL, .help = NULL},
	{'j', "j", ACTION_DOWN, NULL, .help = NULL},
	NO_KEY,
};

/* Where the columns begin; 0: there is no room for it. */
struct contexts_columns {
	int address, org, limits;
};

static struct contexts_columns
lay_out(int width)
{
	return (struct contexts_columns){
		.address = 26, .org = width >= 100 ? 66 : 0, .limits = width >= 100 ? 88 : width >= 76 ? 64 : 0,
	};
}

static void
draw_cell(struct canvas *line, int column, int end, enum style style, const char *text)
{
	struct canvas cell = canvas_part(line, 0, column, 1, end - column - 1);

	if (column == 0)
		return;
	canvas_at(&cell, 0, 0);
	canvas_bytes(&cell, style, text, 0);
}

static void
draw_context(struct canvas *c, int row, const struct contexts_columns *at,
	     const struct ui_context *context,
	     bool here, bool selected)
{
	struct canvas line = canvas_part(c, row, 0, 1, c->width);
	enum style style = selected ? STYLE_SELECTED : here ? STYLE_STRONG : STYLE_NORMAL;
	enum style quiet = selected ? STYLE_SELECTED : STYLE_DIM;

	if (selected)
		canvas_fill_row(&line, STYLE_SELECTED);
	canvas_at(&line, 0, 1);
	if (here)
		canvas_glyph(&line, style, GLYPH_CLOSED);
	if (context->stripe != STYLE_COUNT) {
		canvas_at(&line, 0, 3);
		canvas_ours(&line, context->stripe, " ");
	}
	draw_cell(&line, 5, at->address, style, context->name);
	draw_cell(&line, at->address, at->org ? at->org : at->limits ? at->limits : c->width, quiet,
		  context->address);
	draw_cell(&line, at->org, at->limits, quiet, context->org ? context->org : _("all"));
	draw_cell(&line, at->limits, c->width, quiet, context->read_only ? _("read-only") : context->is_protected ? _("protected") : "");
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	struct contexts_view *v = (struct contexts_view *)view;
	const struct ui_contexts *contexts = ui_contexts(ui);
	struct contexts_columns at = lay_out(canvas->width);
	size_t rows = canvas->height > HEAD_ROWS ? (size_t)(canvas->height - HEAD_ROWS) : 0;

	if (contexts)
		v->first = viewport_first(v->first, v->row, rows, contexts->count);
	canvas_at(canvas, 0, 5);
	canvas_ours(canvas, STYLE_DIM, _("Context"));
	canvas_at(canvas, 0, at.address);
	canvas_ours(canvas, STYLE_DIM, _("Address"));
	if (at.org) {
		canvas_at(canvas, 0, at.org);
		canvas_ours(canvas, STYLE_DIM, _("Organization"));
	}
	for (size_t i = v->first; contexts && i < contexts->count && i - v->first < rows; i++)
		draw_context(canvas, HEAD_ROWS + (int)(i - v->first), &at, &contexts->items[i],
			     i == contexts->here, i == v->row);
	if (contexts)
		ui_in_sight(ui, &(struct viewport){v->first, rows, contexts->count});
}

static void
go(struct contexts_view *v, struct ui *ui)
{
	struct error err = {0};

	if (v->row == ui_contexts(ui)->here)
		ui_say(ui, _("This is where you are."));
	else if (ui_go_to_context(ui, v->row, &err) != 0)
		ui_say_error(ui, &err);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct contexts_view *v = (struct contexts_view *)view;
	const struct ui_contexts *contexts = ui_contexts(ui);
	char *address;

	switch (action) {
	case ACTION_BACK: ui_pop(ui); break;
	case ACTION_UP: v->row -= v->row > 0; break;
	case ACTION_DOWN: v->row += v->row + 1 < contexts->count; break;
	case ACTION_OPEN: go(v, ui); break;
	case ACTION_COPY:
		address = text_printable(contexts->items[v->row].address);
		ui_copy(ui, _("the address"), address);
		free(address);
		break;
	default: break;
	}
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct contexts_view *v = (struct contexts_view *)view;
	size_t at = v->first + (size_t)(row - HEAD_ROWS);

	(void)column;
	if (row >= HEAD_ROWS && row < canvas->height && at < ui_contexts(ui)->count)
		v->row = at;
}

static void
close_view(struct view *view)
{
	free(view);
}

const struct view_ops contexts_view_ops = {
	.title = N_("Contexts"), .keys = keys, .draw = draw, .act = act, .click = click, .close = close_view,
};

struct view *
contexts_view_new(struct ui *ui)
{
	const struct ui_contexts *contexts = ui_contexts(ui);
	struct contexts_view *v;

	if (!contexts) {
		ui_say(ui, _("Only this platform is known; sidestage(1) says how to name others."));
		return NULL;
	}
	v = xcalloc(1, sizeof(*v));
	v->view.ops = &contexts_view_ops;
	v->row = contexts->here;
	return &v->view;
}
