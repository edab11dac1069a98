/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every operation, newest last as a story is told, and the steps of the selected one. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "store/store.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"

struct history_view {
	struct view view;
	struct operation_list list;	/* newest first */
	size_t selected;		/* from the newest */
};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), N_("Go back.")},
	{'q', NULL, ACTION_BACK, NULL, NULL},
	{'j', "j", ACTION_DOWN, N_("later"), N_("To the operation after this one.")},
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, NULL, NULL},
	{'k', "k", ACTION_UP, N_("earlier"), N_("To the operation before this one.")},
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, NULL, NULL},
	{'R', "R", ACTION_REFRESH, N_("read again"), N_("Read the history again.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
};

static const struct { enum glyph glyph; enum style style; const char *word; } states[] = {
	[OPERATION_PREPARED] = {GLYPH_RING, STYLE_DIM, N_("prepared")},
	[OPERATION_RUNNING] = {GLYPH_HALF, STYLE_WARN, N_("running")},
	[OPERATION_DONE] = {GLYPH_CHECK, STYLE_OK, N_("done")},
	[OPERATION_FAILED] = {GLYPH_CROSS, STYLE_DANGER, N_("failed")},
	[OPERATION_ABANDONED] = {GLYPH_MIDDLE, STYLE_WARN, N_("abandoned")},
};

static void
draw_operation(struct canvas *c, int row, const struct operation *o, bool selected)
{
	enum style plain = selected ? STYLE_SELECTED : STYLE_NORMAL;
	char age[16], stamp[CLOCK_STAMP_SIZE];

	clock_stamp(stamp, o->created_at);
	stamp[10] = ' ';
	stamp[16] = '\0';
	clock_age(age, clock_wall_ms() - o->created_at);
	canvas_at(c, row, 1);
	if ((size_t)o->state < sizeof(states) / sizeof(states[0]))
		canvas_glyph(c, states[o->state].style, states[o->state].glyph);
	canvas_at(c, row, 3);
	if (selected)
		canvas_fill_row(c, plain);
	canvas_at(c, row, 3);
	canvas_ours(c, plain, stamp);
	canvas_at(c, row, 21);
	canvas_foreign(c, selected ? STYLE_SELECTED : STYLE_STRONG, &o->verb, 9);
	canvas_at(c, row, 31);
	if (o->source.raw) {
		canvas_foreign(c, plain, &o->source, 24);
		canvas_ours(c, plain, " ");
		canvas_glyph(c, plain, GLYPH_ARROW);
		canvas_ours(c, plain, " ");
	}
	canvas_foreign(c, plain, &o->env, 30);
	canvas_ours(c, plain, "  ");
	canvas_foreign(c, selected ? STYLE_SELECTED : STYLE_DIM, &o->summary, 0);
}

static void
draw_fact(struct canvas *c, int *row, const char *label, const struct untrusted *text,
	  enum style style)
{
	if (!text->raw || !*text->raw)
		return;
	canvas_at(c, *row, 2);
	canvas_ours(c, STYLE_DIM, label);
	canvas_at(c, *row, 14);
	canvas_foreign(c, style, text, 0);
	(*row)++;
}

static void
draw_detail(struct canvas *c, const struct operation *o)
{
	int row = 1;

	canvas_rule(c, 0);
	draw_fact(c, &row, _("by"), &o->who, STYLE_NORMAL);
	draw_fact(c, &row, _("reason"), &o->reason, STYLE_NORMAL);
	draw_fact(c, &row, _("way back"), &o->way_back, STYLE_NORMAL);
	draw_fact(c, &row, _("error"), &o->error, STYLE_DANGER);
	for (size_t i = 0; i < o->step_count; i++, row++) {
		char took[16] = "";

		if (o->steps[i].ended_at > o->steps[i].started_at)
			clock_duration(took, o->steps[i].ended_at - o->steps[i].started_at);
		canvas_at(c, row, 2);
		canvas_bytes(c, STYLE_DIM, o->steps[i].name, 24);
		canvas_at(c, row, 28);
		canvas_ours(c, STYLE_DIM, took);
		canvas_at(c, row, 36);
		canvas_foreign(c, STYLE_NORMAL, &o->steps[i].detail, 0);
	}
}

/* The window of the list that holds the selected one; the newest is the lowest line. */
static void
lay_out(const struct history_view *h, const struct canvas *canvas, size_t *rows, size_t *last,
	size_t *shown)
{
	*rows = (size_t)(canvas->height > 20 ? canvas->height - 11 : canvas->height / 2);
	*last = h->selected + 1 > *rows ? h->selected + 1 - *rows : 0;
	*shown = h->list.count - *last < *rows ? h->list.count - *last : *rows;
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct history_view *h = (const struct history_view *)view;
	size_t rows, last, shown;
	struct canvas detail;

	(void)ui;
	if (h->list.count == 0) {
		canvas_at(canvas, 1, 2);
		canvas_ours(canvas, STYLE_DIM, _("Nothing has been done yet."));
		return;
	}
	lay_out(h, canvas, &rows, &last, &shown);
	for (size_t i = 0; i < shown; i++) {
		size_t n = last + shown - 1 - i;

		draw_operation(canvas, (int)i, &h->list.items[n], n == h->selected);
	}
	detail = canvas_part(canvas, (int)rows, 0, canvas->height - (int)rows, canvas->width);
	draw_detail(&detail, &h->list.items[h->selected]);
}

static void
read_list(struct history_view *h, struct ui *ui)
{
	struct history_query query = {.url = session_platform(ui_session(ui)), .limit = 500};
	struct error err = {0};

	operation_list_clear(&h->list);
	if (store_history_list(session_store(ui_session(ui)), &query, &h->list, &err) != 0)
		ui_say_error(ui, &err);
	if (h->selected >= h->list.count)
		h->selected = 0;
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct history_view *h = (struct history_view *)view;

	if (action == ACTION_BACK)
		ui_pop(ui);
	else if (action == ACTION_DOWN && h->selected > 0)
		h->selected--;
	else if (action == ACTION_UP && h->selected + 1 < h->list.count)
		h->selected++;
	else if (action == ACTION_REFRESH)
		read_list(h, ui);
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct history_view *h = (struct history_view *)view;
	size_t rows, last, shown;

	(void)ui;
	(void)column;
	lay_out(h, canvas, &rows, &last, &shown);
	if (h->list.count > 0 && (size_t)row < shown)
		h->selected = last + shown - 1 - (size_t)row;
}

static void
close_view(struct view *view)
{
	struct history_view *h = (struct history_view *)view;

	operation_list_clear(&h->list);
	free(h);
}

const struct view_ops history_view_ops = {
	.title = N_("History"), .keys = keys, .draw = draw, .act = act, .click = click,
	.close = close_view,
};

struct view *
history_view_new(struct ui *ui)
{
	struct history_view *h = xcalloc(1, sizeof(*h));

	h->view.ops = &history_view_ops;
	read_list(h, ui);
	return &h->view;
}
