/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the clones look: a line for each, and all of the selected one below. */
#include "config.h"

#include "ui/views/clones-draw.h"

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "flow/clones.h"
#include "flow/session.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/clones-state.h"
#include "ui/widgets/viewport.h"

#define DETAIL_ROWS 8

static const struct { enum glyph glyph; enum style style; } moods[] = {
	[MOOD_QUIET] = {GLYPH_MIDDLE, STYLE_DIM}, [MOOD_GOOD] = {GLYPH_DOT, STYLE_OK},
	[MOOD_BUSY] = {GLYPH_HALF, STYLE_WARN}, [MOOD_BAD] = {GLYPH_CROSS, STYLE_DANGER},
};

/* Where the columns begin; 0: there is no room for it. */
struct clones_columns {
	int app, who, from, age, life, work;
};

/* What goes first as the screen gets narrower is what the pane below says as well. */
static struct clones_columns
lay_out(int width)
{
	if (width >= 110)
		return (struct clones_columns){22, 40, 50, 66, 72, 90};
	if (width >= 76)
		return (struct clones_columns){0, 20, 30, 0, 44, 61};
	return (struct clones_columns){0, 0, 0, 0, 20, 0};
}

static void
draw_head(struct canvas *c, const struct clones_columns *at)
{
	const struct { int column; const char *text; } heads[] = {
		{3, _("Clone")}, {at->app, _("Application")}, {at->who, _("By")}, {at->from, _("From")},
		{at->age, _("Age")}, {at->life, _("Time to live")}, {at->work, _("Not promoted")},
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if (!heads[i].column)
			continue;
		canvas_move(c, 0, heads[i].column);
		canvas_text(c, STYLE_DIM, heads[i].text);
	}
}

/* "1 change: web 1.4.2 → 1.4.3" */
static void
draw_work(struct canvas *c, enum style style, const struct clone *clone, bool picked)
{
	if (clone->work == CLONE_WORK_UNKNOWN) {
		canvas_text(c, picked ? style : STYLE_DIM, _("unknown"));
	} else if (clone->work == CLONE_WORK_NONE) {
		canvas_text(c, picked ? style : STYLE_DIM, _("none"));
	} else {
		canvas_format(c, picked ? style : STYLE_AHEAD,
			      ngettext("%zu change", "%zu changes", clone->changes),
			      clone->changes);
		if (clone->conflicts)
			canvas_format(
				c, picked ? style : STYLE_DANGER,
				ngettext(", %zu conflict", ", %zu conflicts", clone->conflicts),
				clone->conflicts);
		if (clone->work_words) {
			canvas_text(c, picked ? style : STYLE_NORMAL, ": ");
			canvas_untrusted_bytes(c, picked ? style : STYLE_NORMAL, clone->work_words,
					       0);
		}
	}
}

/* The origin, or that it is not known. */
static void
draw_from(struct canvas *c, enum style style, const struct clone *clone, int columns)
{
	if (clone->origin)
		canvas_untrusted_bytes(c, style, clone->origin, columns);
	else
		canvas_text(c, style, _("unknown"));
}

static void
draw_row(struct canvas *list, int row, const struct clones_columns *at, const struct clone *clone,
	 bool picked)
{
	const int64_t now = clock_wall_ms();
	struct state_words life = words_of_life(clone->expires_at, now);
	enum style plain = picked ? STYLE_SELECTED : STYLE_NORMAL,
		   dim = picked ? STYLE_SELECTED : STYLE_DIM;
	struct canvas line = canvas_sub(list, row, 0, 1, list->width), *c = &line;
	char age[16];

	clock_age(age, now - clone->created_at);
	if (picked) {
		canvas_move(c, 0, 3);
		canvas_fill_row(c, plain);
	}
	canvas_move(c, 0, 1);
	canvas_glyph(c, moods[life.mood].style, moods[life.mood].glyph);
	canvas_move(c, 0, 3);
	canvas_untrusted_bytes(c, picked ? plain : STYLE_STRONG, clone->env,
			       (at->app	  ? at->app
				: at->who ? at->who
					  : at->life) -
				       4);
	if (at->app) {
		canvas_move(c, 0, at->app);
		canvas_untrusted_bytes(c, plain, clone->app, at->who - at->app - 1);
	}
	if (at->who) {
		canvas_move(c, 0, at->who);
		canvas_untrusted(c, plain, &clone->who, at->from - at->who - 1);
		canvas_move(c, 0, at->from);
		draw_from(c, plain, clone, (at->age ? at->age : at->life) - at->from - 1);
	}
	if (at->age) {
		canvas_move(c, 0, at->age);
		canvas_text(c, dim, age);
	}
	canvas_move(c, 0, at->life);
	if (clone->is_deleting)
		canvas_text(c, picked ? plain : clone->is_stuck ? STYLE_DANGER : STYLE_WARN,
			    clone->is_stuck ? _("delete failed") : _("being deleted"));
	else
		canvas_text(c, picked || life.mood == MOOD_GOOD ? plain : moods[life.mood].style,
			    life.text);
	if (at->work) {
		canvas_move(c, 0, at->work);
		draw_work(c, plain, clone, picked);
	}
}

static void
label(struct canvas *c, int *row, const char *text)
{
	canvas_label(c, ++*row, 3, 18, STYLE_DIM, text);
}

/* All of the selected one, in lines: what a narrow list has no room for. */
static void
draw_detail(struct canvas *c, struct ui *ui, const struct clone *clone)
{
	const struct world_environment *e = world_environment(session_world(ui_session(ui)),
							      clone->org, clone->app, clone->env);
	struct state_words life = words_of_life(clone->expires_at, clock_wall_ms());
	char ago[64];
	int row = 1;

	clock_ago(ago, clock_wall_ms() - clone->created_at);
	canvas_hline(c, 0);
	canvas_move(c, 1, 3);
	canvas_untrusted_bytes(c, STYLE_STRONG, clone->env, 50);
	canvas_text(c, STYLE_DIM, _(" in "));
	canvas_untrusted_bytes(c, STYLE_STRONG, clone->app, 50);
	if (e)
		canvas_format(c, STYLE_DIM, "   %s", words_of_environment(e).text);
	label(c, &row, _("created"));
	canvas_text(c, STYLE_NORMAL, ago);
	canvas_text(c, STYLE_DIM, _(" by "));
	canvas_untrusted(c, STYLE_NORMAL, &clone->who, 30);
	label(c, &row, _("from"));
	draw_from(c, STYLE_NORMAL, clone, 50);
	if (clone->deployment_id) {
		canvas_text(c, STYLE_DIM, _(", deployment "));
		canvas_untrusted_bytes(c, STYLE_DIM, clone->deployment_id, 12);
	}
	label(c, &row, _("time to live"));
	canvas_text(c, moods[life.mood].style, life.text);
	if (life.mood == MOOD_BAD)
		canvas_text(
			c, STYLE_DIM,
			ui_keyed_text(
				ui,
				_("; it stays until it is discarded: {discard} discards it, {ttl} extends it")));
	else if (!clone->is_recorded)
		canvas_text(c, STYLE_DIM, _("; it was not made here"));
	label(c, &row, _("not promoted"));
	draw_work(c, STYLE_NORMAL, clone, false);
	if (e && e->environment.status_message.raw) {
		label(c, &row, _("failed"));
		canvas_paragraph(c, STYLE_DANGER, e->environment.status_message.raw, 2);
	}
}

/* How many clones have room above all of the selected one. */
static int
list_rows(const struct canvas *canvas)
{
	return canvas->height >= 18 ? canvas->height - DETAIL_ROWS - 1 : canvas->height - 1;
}

static void
draw_empty(const struct clones_view *v, struct ui *ui, struct canvas *c)
{
	canvas_move(c, 1, 2);
	if (clones_untold(v->clones))
		canvas_text(c, STYLE_DIM, _("? not known yet"));
	else
		canvas_paragraph(
			c, STYLE_DIM,
			ui_keyed_text(ui, _("There is no clone.  {clone} on the board makes one: a copy of an environment, with its own resources.")),
			3);
}

void
clones_fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	(void)ui;
	list_fit(&((struct clones_view *)view)->list, 1, list_rows(canvas));
}

void
clones_draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct clones_view *v = (const struct clones_view *)view;
	struct clones_columns at = lay_out(canvas->width);
	size_t untold = clones_untold(v->clones);
	int rows = list_rows(canvas), used = 0;
	struct canvas list = canvas_sub(canvas, 1, 0, rows, canvas->width), detail;
	struct viewport part = list_part(&v->list);

	if (v->list.count == 0) {
		draw_empty(v, ui, canvas);
		return;
	}
	draw_head(canvas, &at);
	for (size_t i = v->list.first; i < list_end(&v->list); i++, used++)
		draw_row(&list, used, &at, clones_get(v->clones, i), i == v->list.at);
	if (untold && used + 1 < rows) {
		canvas_move(&list, used + 1, 3);
		canvas_format(&list, STYLE_DIM,
			      ngettext("? %zu environment could not be read yet",
				       "? %zu environments could not be read yet", untold),
			      untold);
	}
	if (rows == canvas->height - 1) {
		ui_in_sight(ui, &part);
		return;
	}
	detail = canvas_sub(canvas, rows + 1, 0, DETAIL_ROWS, canvas->width);
	draw_detail(&detail, ui, clones_get(v->clones, v->list.at));
	viewport_draw(&part, &detail, 0);
}
