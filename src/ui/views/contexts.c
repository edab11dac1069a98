/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The platforms that there are to go to: their addresses, and which one this is.
 *
 * Going there ends this screen; the caller of ui_run() opens the other one.  Two platforms
 * are never open in one session, so no key can reach the wrong one.
 */
#include "config.h"

#include "ui/views/contexts.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/ui.h"
#include "ui/view.h"
#include "ui/widgets/list.h"

#define HEAD_ROWS 2

struct contexts_view {
	struct view view;
	const struct ui_contexts *contexts;
	struct list list;
};

/* Where the columns begin; 0: there is no room for it. */
struct contexts_columns {
	int address, org, limits;
};

static struct contexts_columns
lay_out(int width)
{
	return (struct contexts_columns){
		.address = 26,
		.org = width >= 100 ? 66 : 0,
		.limits = width >= 100	? 88
			  : width >= 76 ? 64
					: 0,
	};
}

static void
draw_cell(struct canvas *line, int column, int end, enum style style, const char *text)
{
	struct canvas cell = canvas_sub(line, 0, column, 1, end - column - 1);

	if (column == 0)
		return;
	canvas_move(&cell, 0, 0);
	canvas_untrusted_bytes(&cell, style, text, 0);
}

static void
draw_context(struct canvas *c, int row, const struct contexts_columns *at,
	     const struct ui_context *context, bool here, bool selected)
{
	struct canvas line = canvas_sub(c, row, 0, 1, c->width);
	enum style style = selected ? STYLE_SELECTED : here ? STYLE_STRONG : STYLE_NORMAL;
	enum style quiet = selected ? STYLE_SELECTED : STYLE_DIM;

	if (selected)
		canvas_fill_row(&line, STYLE_SELECTED);
	canvas_move(&line, 0, 1);
	if (here)
		canvas_glyph(&line, style, GLYPH_CLOSED);
	if (context->stripe != STYLE_COUNT) {
		canvas_move(&line, 0, 3);
		canvas_text(&line, context->stripe, " ");
	}
	draw_cell(&line, 5, at->address, style, context->name);
	draw_cell(&line, at->address, at->org ? at->org : at->limits ? at->limits : c->width, quiet,
		  context->address);
	draw_cell(&line, at->org, at->limits, quiet, context->org ? context->org : _("all"));
	draw_cell(&line, at->limits, c->width, quiet,
		  context->read_only	  ? _("read-only")
		  : context->is_protected ? _("protected")
					  : "");
}

static void
id_of_context(const void *data, size_t row, struct buf *out)
{
	(void)buf_puts(out, ((const struct contexts_view *)data)->contexts->items[row].name);
}

static struct list *
list_of(struct view *view)
{
	return &((struct contexts_view *)view)->list;
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	(void)ui;
	list_fit(list_of(view), HEAD_ROWS, canvas->height - HEAD_ROWS);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct contexts_view *v = (const struct contexts_view *)view;
	struct contexts_columns at = lay_out(canvas->width);
	struct viewport part = list_part(&v->list);

	canvas_move(canvas, 0, 5);
	canvas_text(canvas, STYLE_DIM, _("Context"));
	canvas_move(canvas, 0, at.address);
	canvas_text(canvas, STYLE_DIM, _("Address"));
	if (at.org) {
		canvas_move(canvas, 0, at.org);
		canvas_text(canvas, STYLE_DIM, _("Organization"));
	}
	for (size_t i = v->list.first; i < list_end(&v->list); i++)
		draw_context(canvas, HEAD_ROWS + (int)(i - v->list.first), &at,
			     &v->contexts->items[i], i == v->contexts->here, i == v->list.at);
	ui_in_sight(ui, &part);
}

static void
run_go(struct view *view, struct ui *ui)
{
	struct error err = {0};

	if (ui_go_to_context(ui, list_of(view)->at, &err) != 0)
		ui_say_error(ui, &err);
}

static void
run_copy(struct view *view, struct ui *ui)
{
	const struct contexts_view *v = (const struct contexts_view *)view;
	char *address = text_printable(v->contexts->items[v->list.at].address);

	ui_copy(ui, _("the address"), address);
	free(address);
}

static bool
is_elsewhere(const struct view *view, struct ui *ui)
{
	const struct contexts_view *v = (const struct contexts_view *)view;

	(void)ui;
	return v->list.at != v->contexts->here;
}

static const struct need another_platform = {is_elsewhere, N_("This is where you are."), NULL};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'\r',
	 "Enter",
	 ACTION_OPEN,
	 N_("go there"),
	 N_("Leave this platform, and open the board of the selected one."),
	 run_go,
	 {&another_platform}},
	{'y', "y", ACTION_COPY, N_("copy"), N_("Copy the address of the platform."),
	 .run = run_copy},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("Go to the platform above.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = N_("Go to the platform below.")},
	{'k', "k", ACTION_UP, .help = NULL},
	{'j', "j", ACTION_DOWN, .help = NULL},
	NO_KEY,
};

static void
close_view(struct view *view)
{
	list_clear(list_of(view));
	free(view);
}

const struct view_ops contexts_view_ops = {
	.title = N_("Contexts"), .keys = keys, .fit = fit, .draw = draw, .list = list_of,
	.close = close_view,
};

struct view *
contexts_view_new(struct ui *ui)
{
	const struct ui_contexts *contexts = ui_contexts(ui);
	struct contexts_view *v;

	if (!contexts) {
		ui_say(ui, _("Only this platform is configured; sidestage(1) explains how to add others."));
		return NULL;
	}
	v = xcalloc(1, sizeof(*v));
	v->view.ops = &contexts_view_ops;
	v->contexts = contexts;
	list_init(&v->list, id_of_context, v);
	list_update(&v->list, contexts->count);
	list_select(&v->list, (long)contexts->here);
	return &v->view;
}
