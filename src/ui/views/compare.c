/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two environments against each other, as they were when the view opened. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world.h"
#include "model/changes.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/changes.h"

struct compare_view {
	struct view view;
	char *org, *app, *from, *to;
	bool known;
	struct changes changes;
	struct diff diff;
	size_t top;
};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), N_("Go back.")},
	{'q', NULL, ACTION_BACK, NULL, NULL},
	{'j', "j", ACTION_DOWN, N_("down"), N_("Scroll down.")},
	{'k', "k", ACTION_UP, N_("up"), N_("Scroll up.")},
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, NULL, NULL},
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, NULL, NULL},
	{KEY_BASE + KEY_NPAGE, "PgDn", ACTION_PAGE_DOWN, NULL, N_("A page down.")},
	{KEY_BASE + KEY_PPAGE, "PgUp", ACTION_PAGE_UP, NULL, N_("A page up.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
};

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct compare_view *c = (const struct compare_view *)view;
	struct canvas part;
	int used;

	(void)ui;
	canvas_at(canvas, 1, 1);
	canvas_bytes(canvas, STYLE_STRONG, c->from, 0);
	canvas_ours(canvas, STYLE_DIM, " ");
	canvas_glyph(canvas, STYLE_DIM, GLYPH_ARROW);
	canvas_ours(canvas, STYLE_DIM, " ");
	canvas_bytes(canvas, STYLE_STRONG, c->to, 0);
	canvas_ours(canvas, STYLE_DIM, "   ");
	if (!c->known) {
		canvas_ours(canvas, STYLE_WARN, _("One of the two is unknown; it could not be read."));
		return;
	}
	changes_draw_counts(canvas, &c->changes);
	if (c->changes.count == 0) {
		canvas_at(canvas, 3, 1);
		canvas_ours(canvas, STYLE_OK, _("They are equal."));
		return;
	}
	used = changes_draw_words(canvas, 3, canvas->height / 3, &c->changes);
	canvas_rule(canvas, 4 + used);
	part = canvas_part(canvas, 5 + used, 0, canvas->height - 5 - used, canvas->width);
	changes_draw_diff(&part, &c->diff, c->top);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct compare_view *c = (struct compare_view *)view;
	size_t step = action == ACTION_PAGE_DOWN || action == ACTION_PAGE_UP ? 15 : 1;

	if (action == ACTION_BACK)
		ui_pop(ui);
	else if (action == ACTION_DOWN || action == ACTION_PAGE_DOWN)
		c->top = c->top + step < c->diff.count ? c->top + step : c->top;
	else
		c->top = c->top > step ? c->top - step : 0;
}

static void
changed(struct view *view, struct ui *ui)
{
	struct compare_view *c = (struct compare_view *)view;
	const struct world *world = session_world(ui_session(ui));
	const struct world_environment *from, *to;

	if (c->known)
		return;
	from = world_environment(world, c->org, c->app, c->from);
	to = world_environment(world, c->org, c->app, c->to);
	if (!from || !to || !from->set || !to->set)
		return;
	changes_between(&c->changes, from->set, to->set);
	diff_between(&c->diff, from->set, to->set, 2);
	c->known = true;
}

static void
close_view(struct view *view)
{
	struct compare_view *c = (struct compare_view *)view;

	changes_clear(&c->changes);
	diff_clear(&c->diff);
	free(c->org);
	free(c->app);
	free(c->from);
	free(c->to);
	free(c);
}

static const struct view_ops ops = {
	.title = N_("Difference"), .keys = keys, .draw = draw, .act = act, .changed = changed,
	.close = close_view,
};

struct view *
compare_view_new(const char *org, const char *app, const char *from, const char *to)
{
	struct compare_view *c = xcalloc(1, sizeof(*c));

	c->view.ops = &ops;
	c->org = xstrdup(org);
	c->app = xstrdup(app);
	c->from = xstrdup(from);
	c->to = xstrdup(to);
	return &c->view;
}
