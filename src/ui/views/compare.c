/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Any environment, as it is or as an earlier deployment was, against any other: as it is
 * written, or with what the placeholders stand for in each ("as it runs").
 *
 * An environment as it is follows what is read of it; an earlier deployment stays.
 */
#include "config.h"

#include "ui/views/compare.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "flow/session.h"
#include "flow/world/details.h"
#include "flow/world/effective.h"
#include "flow/world/past.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/changes.h"
#include "ui/views/moment.h"
#include "ui/widgets/difference.h"
#include "ui/widgets/viewport.h"

#define ENV_COLUMNS 30
#define ID_COLUMNS 8			/* of a deployment */
#define ROOMY_ROWS 16			/* with fewer, no row is blank */
#define NOT_COMPARABLE_ROWS 2

struct compared_side {
	char *env;
	char *deployment;		/* NULL: what runs now */
	struct past *past;		/* of the deployment */
	struct details *details;	/* its values and deployments */
	struct set *set; /* as written, with the values when they are known; NULL: not known */
	struct set *shown;		/* what is compared */
	size_t unknown;			/* placeholders that stay in `shown` */
	struct error error;		/* why there is nothing to show */
	struct error no_values;		/* why it is compared without them; kind NONE: it is not */
};

struct compare_view {
	struct view view;
	char *org, *app;
	struct compared_side sides[2];		/* from, to */
	int choosing;			/* which of them is being chosen */
	bool effective;
	struct changes changes;
	char *not_comparable;	/* secrets, "KEY, KEY"; foreign; NULL: none */
	struct difference difference;
	int counts_row; /* 0: the title has room for how much changes; else a row of its own */
	int words_row, words_rows;	/* where the changes stand, and how many rows */
	struct canvas middle;		/* where the difference does */
};

static const struct world_environment *
find(const struct compare_view *c, struct ui *ui, const struct compared_side *side)
{
	return world_environment(session_world(ui_session(ui)), c->org, c->app, side->env);
}

/* --- drawing --- */

static void
draw_side(struct canvas *canvas, const struct compared_side *side)
{
	canvas_untrusted_bytes(canvas, STYLE_STRONG, side->env, ENV_COLUMNS);
	if (side->deployment) {
		canvas_text(canvas, STYLE_DIM, " ");
		canvas_untrusted_bytes(canvas, STYLE_KEY, side->deployment, ID_COLUMNS);
	} else {
		canvas_text(canvas, STYLE_DIM, _(" now"));
	}
}

static const char *
how_compared(const struct compare_view *c)
{
	return c->effective ? _("   as it runs") : _("   as written");
}

static int
side_columns(const struct compared_side *side)
{
	int env = text_columns(side->env);

	return (env < ENV_COLUMNS ? env : ENV_COLUMNS) +
	       (side->deployment ? 1 + ID_COLUMNS : text_columns(_(" now")));
}

/* How many placeholders stay as written; "": none does. */
static void
unknown_words(const struct compare_view *c, char *out, size_t size)
{
	size_t unknown = c->sides[0].unknown + c->sides[1].unknown;

	out[0] = '\0';
	if (unknown > 0)
		snprintf(out, size,
			 ngettext(" · %zu placeholder stays as written",
				  " · %zu placeholders stay as written", unknown),
			 unknown);
}

/* Behind the title; else below it, rather than cut. */
static bool
counts_fit_title(const struct compare_view *c, int width)
{
	int title = 1 + side_columns(&c->sides[0]) + 3 + side_columns(&c->sides[1]) +
		    text_columns(how_compared(c));
	char unknown[128];

	unknown_words(c, unknown, sizeof(unknown));
	return title + 3 + changes_counts_columns(&c->changes) + text_columns(unknown) <= width;
}

static void
draw_title(const struct compare_view *c, struct canvas *canvas)
{
	canvas_move(canvas, 0, 1);
	draw_side(canvas, &c->sides[0]);
	canvas_text(canvas, STYLE_DIM, " ");
	canvas_glyph(canvas, STYLE_DIM, GLYPH_ARROW);
	canvas_text(canvas, STYLE_DIM, " ");
	draw_side(canvas, &c->sides[1]);
	canvas_text(canvas, STYLE_DIM, how_compared(c));
}

static void
draw_counts(const struct compare_view *c, struct canvas *canvas)
{
	char unknown[128];

	unknown_words(c, unknown, sizeof(unknown));
	if (c->counts_row > 0)
		canvas_move(canvas, c->counts_row, 1);
	else
		canvas_text(canvas, STYLE_DIM, "   ");
	changes_draw_counts(canvas, &c->changes);
	canvas_text(canvas, STYLE_DIM, unknown);
}

static bool
is_known(const struct compare_view *c)
{
	return c->sides[0].shown && c->sides[1].shown;
}

/* What is not there to be compared; how many rows. */
static int
draw_doubts(const struct compare_view *c, struct canvas *canvas, int row)
{
	int used = 0;

	for (int i = 0; i < 2; i++) {
		const struct compared_side *side = &c->sides[i];

		if (side->shown && side->no_values.kind != ERROR_NONE) {
			canvas_move(canvas, row + used++, 1);
			canvas_format(
				canvas, STYLE_WARN,
				_("The values of %.30s could not be read, and are not compared: %.200s"),
				side->env, side->no_values.text);
		}
		if (side->shown)
			continue;
		canvas_move(canvas, row + used++, 1);
		if (side->error.kind != ERROR_NONE)
			canvas_format(canvas, STYLE_WARN, "%.30s: %.200s", side->env,
				      side->error.text);
		else
			canvas_format(canvas, STYLE_WARN, _("%.30s: not known yet."), side->env);
	}
	if (is_known(c) && c->not_comparable) {
		char *text = xasprintf(_("Secrets that cannot be compared: %s"), c->not_comparable);

		int rows = canvas_paragraph_rows(text, canvas->width - 1);

		canvas_move(canvas, row + used, 1);
		(void)canvas_paragraph(canvas, STYLE_WARN, text, NOT_COMPARABLE_ROWS);
		used += rows < NOT_COMPARABLE_ROWS ? rows : NOT_COMPARABLE_ROWS;
		free(text);
	}
	return used;
}

/* How many rows the changes in words may have. */
static int
words_room(const struct canvas *canvas)
{
	return canvas->height / 3;
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct compare_view *c = (struct compare_view *)view;
	struct canvas nowhere = {.width = canvas->width, .ascii = canvas->ascii};
	int row;

	c->counts_row = is_known(c) && !counts_fit_title(c, canvas->width);
	row = 1 + c->counts_row;
	c->words_row = row + draw_doubts(c, &nowhere, row) +
		       (c->counts_row == 0 || canvas->height >= ROOMY_ROWS);
	c->words_rows = changes_draw_words(&nowhere, c->words_row, words_room(canvas), &c->changes);
	row = c->words_row + c->words_rows + 1;
	c->middle = canvas_sub(canvas, row, 0, canvas->height - row, canvas->width);
	if (!is_known(c) || c->changes.count == 0) {
		c->words_rows = 0;
		c->middle.height = 0;
	}
	difference_fit(&c->difference, ui, &c->middle);
}

static void
draw_equal(const struct compare_view *c, struct ui *ui, struct canvas *canvas)
{
	if (c->not_comparable)
		canvas_text(canvas, STYLE_NORMAL, _("No other differences."));
	else if (c->effective)
		canvas_text(canvas, STYLE_OK, _("No differences, as written or as they run."));
	else
		canvas_text(
			canvas, STYLE_OK,
			ui_keyed_text(
				ui,
				_("No differences as written; {effective} compares them as they run.")));
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct compare_view *c = (const struct compare_view *)view;
	struct canvas middle = c->middle;
	struct viewport part;

	draw_title(c, canvas);
	if (is_known(c))
		draw_counts(c, canvas);
	(void)draw_doubts(c, canvas, 1 + c->counts_row);
	if (!is_known(c))
		return;
	if (c->changes.count == 0) {
		canvas_move(canvas, c->words_row, 1);
		draw_equal(c, ui, canvas);
		return;
	}
	(void)changes_draw_words(canvas, c->words_row, words_room(canvas), &c->changes);
	canvas_hline(canvas, c->words_row + c->words_rows);
	difference_draw(&c->difference, ui, &middle);
	part = difference_in_sight(&c->difference);
	ui_in_sight(ui, &part);
}

/* --- what is compared --- */

static void
drop_shown(struct compared_side *side)
{
	set_unref(side->shown);
	side->shown = NULL;
	side->unknown = 0;
	side->error = (struct error){0};
}

/* Values and resources are those of now, also for an earlier deployment. */
static void
resolve_side(struct compare_view *c, struct ui *ui, struct compared_side *side)
{
	const struct world_environment *e = find(c, ui, side);
	struct world_environment as_was;

	if (!side->set || !c->effective) {
		side->shown = side->set ? set_ref(side->set) : NULL;
		return;
	}
	if (!e || !details_values_known(side->details)) {
		side->error = *details_values_error(side->details);
		return;
	}
	as_was = *e;
	as_was.set = side->set;
	side->shown = effective_of(&as_was, c->org, c->app, side->details, &side->unknown,
				   &side->error);
}

/* Set and values come one after the other; shown apart, the difference would move under its
 * reader. */
static bool
is_settled(const struct compared_side *side, const struct world_environment *e)
{
	if (side->deployment)
		return past_is_settled(side->past);
	return e && (e->values || !e->running.id.raw || e->is_past ||
		     knowledge_is_settled(world_known(e, WORLD_VALUES)));
}

/* Why there is no set of an environment; nothing, when it is still to come. */
static void
explain_side(struct compared_side *side, const struct world_environment *e)
{
	const struct knowledge *known = world_known(e, WORLD_SET);

	if (known->state == KNOWLEDGE_ABSENT)
		error_set(&side->error, ERROR_NOT_FOUND, "%s",
			  _("Nothing was ever deployed here."));
	else if (known->state == KNOWLEDGE_UNREADABLE)
		side->error = *knowledge_why(known);
}

static void
read_side(struct compare_view *c, struct ui *ui, struct compared_side *side)
{
	const struct world_environment *e = find(c, ui, side);
	struct set *set = !is_settled(side, e) ? NULL :
			  side->deployment     ? past_shown(side->past) :
			  e		       ? world_shown(e) :
						 NULL;

	set_unref(side->set);
	side->set = set;
	if (!set && side->deployment)
		side->error = *past_error(side->past);
	else if (!set && e)
		explain_side(side, e);
	side->no_values = (struct error){0};
	if (set && !set_values(set) && side->deployment)
		side->no_values = *past_values_error(side->past);
	else if (set && e && !set_values(set) &&
		 world_known(e, WORLD_VALUES)->state == KNOWLEDGE_UNREADABLE)
		side->no_values = *knowledge_why(world_known(e, WORLD_VALUES));
}

static bool
is_same_state(const struct set *a, const struct set *b)
{
	json_t *x = set_values(a), *y = set_values(b);

	return set_equal(a, b) && (x && y ? json_equal(x, y) : x == y);
}

static const struct values *
values_of(const struct compare_view *c, struct ui *ui, const struct compared_side *side)
{
	const struct world_environment *e;

	if (side->deployment)
		return past_values(side->past);
	e = find(c, ui, side);
	return e ? e->values : NULL;
}

static void
compare(struct compare_view *c, struct ui *ui)
{
	bool same = true;

	for (int i = 0; i < 2; i++) {
		struct set *before = c->sides[i].shown ? set_ref(c->sides[i].shown) : NULL;

		drop_shown(&c->sides[i]);
		read_side(c, ui, &c->sides[i]);
		resolve_side(c, ui, &c->sides[i]);
		/* What is equal to before stays the same thing, so that nothing moves. */
		if (before && c->sides[i].shown && is_same_state(before, c->sides[i].shown)) {
			set_unref(c->sides[i].shown);
			c->sides[i].shown = set_ref(before);
		} else {
			same = false;
		}
		set_unref(before);
	}
	free(c->not_comparable);
	c->not_comparable = changes_not_comparable(values_of(c, ui, &c->sides[0]),
						  values_of(c, ui, &c->sides[1]));
	if (same)
		return;
	changes_clear(&c->changes);
	c->changes = (struct changes){0};
	if (c->sides[0].shown && c->sides[1].shown)
		changes_between(&c->changes, c->sides[0].shown, c->sides[1].shown);
	difference_set(&c->difference, c->sides[0].shown, c->sides[1].shown);
}

static void
changed(struct view *view, struct ui *ui)
{
	compare((struct compare_view *)view, ui);
}

/* --- its sides --- */

static void
clear_side(struct compared_side *side)
{
	drop_shown(side);
	set_unref(side->set);
	past_close(side->past);
	details_close(side->details);
	free(side->env);
	free(side->deployment);
	*side = (struct compared_side){0};
}

static void
open_side(struct compare_view *c, struct ui *ui, struct compared_side *side, const char *env,
	  const char *deployment, const char *set_id)
{
	side->env = xstrdup(env);
	side->details = details_open(ui_session(ui), c->org, c->app, env);
	if (!deployment)
		return;
	side->deployment = xstrdup(deployment);
	side->past = past_open(ui_session(ui), c->org, c->app, env, deployment, set_id);
}

static void
chosen(void *data, struct ui *ui, const struct moment *moment)
{
	struct compare_view *c = data;

	clear_side(&c->sides[c->choosing]);
	open_side(c, ui, &c->sides[c->choosing], moment->env, moment->deployment, moment->set_id);
	compare(c, ui);
}

static void
choose(struct compare_view *c, struct ui *ui, int which)
{
	c->choosing = which;
	ui_push(ui, moment_view_new(ui, c->org, c->app, c->sides[which].details,
				    c->sides[which].env, chosen, c));
}

static void
run_choose_from(struct view *view, struct ui *ui)
{
	choose((struct compare_view *)view, ui, 0);
}

static void
run_choose_to(struct view *view, struct ui *ui)
{
	choose((struct compare_view *)view, ui, 1);
}

static void
run_swap(struct view *view, struct ui *ui)
{
	struct compare_view *c = (struct compare_view *)view;
	struct compared_side left = c->sides[0];

	c->sides[0] = c->sides[1];
	c->sides[1] = left;
	changes_clear(&c->changes);
	c->changes = (struct changes){0};
	if (c->sides[0].shown && c->sides[1].shown)
		changes_between(&c->changes, c->sides[0].shown, c->sides[1].shown);
	difference_set(&c->difference, c->sides[0].shown, c->sides[1].shown);
	compare(c, ui);
}

static void
run_effective(struct view *view, struct ui *ui)
{
	struct compare_view *c = (struct compare_view *)view;

	c->effective = !c->effective;
	compare(c, ui);
}

static void
run_copy(struct view *view, struct ui *ui)
{
	char *words = changes_words(&((struct compare_view *)view)->changes);

	ui_copy(ui, _("the differences"), words);
	free(words);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	difference_act(&((struct compare_view *)view)->difference, ui, action);
}

static bool
has_changes(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct compare_view *)view)->changes.count > 0;
}

static const struct need changes = {has_changes, N_("There is nothing to copy: nothing differs."),
				    NULL};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'e', "e", ACTION_EFFECTIVE, N_("as it runs"), .run = run_effective},
	{'x', "x", ACTION_SWAP, N_("swap"), .run = run_swap},
	{'<', "<", ACTION_CHOOSE_FROM, N_("choose"), .run = run_choose_from},
	{'>', ">", ACTION_CHOOSE_TO, .run = run_choose_to},
	DIFFERENCE_MOVE_KEYS(NULL),
	DIFFERENCE_NEXT_KEYS(NULL),
	DIFFERENCE_FIND_KEYS(NULL),
	DIFFERENCE_FOLD_KEYS(NULL),
	{'y', "y", ACTION_COPY, NULL, NULL, run_copy, {&changes}},
	NO_KEY,
};

/* On a change: to it; in the difference: folds. */
static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct compare_view *c = (struct compare_view *)view;
	int below = row + canvas->y - c->middle.y;

	(void)ui;
	(void)column;
	if (row >= c->words_row && row < c->words_row + c->words_rows)
		difference_show(&c->difference, &c->changes,
				changes_in_row(&c->changes, canvas->width, words_room(canvas),
					       row - c->words_row));
	else if (below < c->middle.height)
		difference_click(&c->difference, below);
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	return difference_type(&((struct compare_view *)view)->difference, ui, key);
}

static void
close_view(struct view *view)
{
	struct compare_view *c = (struct compare_view *)view;

	clear_side(&c->sides[0]);
	clear_side(&c->sides[1]);
	changes_clear(&c->changes);
	difference_clear(&c->difference);
	free(c->not_comparable);
	free(c->org);
	free(c->app);
	free(c);
}

static const struct key *
mode(const struct view *view, struct ui *ui)
{
	const struct compare_view *v = (const struct compare_view *)view;

	(void)ui;
	return v->difference.find.is_typing ? ui_finding_keys : NULL;
}

const struct view_ops compare_view_ops = {
	.mode = mode,
	.title = N_("Difference"), .keys = keys, .fit = fit, .draw = draw, .act = act, .type = type,
	.click = click, .changed = changed, .close = close_view,
};

struct view *
compare_view_new(struct ui *ui, const char *org, const char *app, const struct moment *from,
		 const struct moment *to)
{
	struct compare_view *c = xcalloc(1, sizeof(*c));

	c->view.ops = &compare_view_ops;
	c->org = xstrdup(org);
	c->app = xstrdup(app);
	open_side(c, ui, &c->sides[0], from->env, from->deployment, from->set_id);
	open_side(c, ui, &c->sides[1], to->env, to->deployment, to->set_id);
	compare(c, ui);
	return &c->view;
}
