/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How a hotfix looks: its steps, and below them what the selected one is about.
 *
 * What is next is told in the step itself, with the key that does it; a person who was called
 * at night should not have to know the order.
 */
#include "config.h"

#include "ui/views/hotfix-draw.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "flow/hotfix-words.h"
#include "flow/session.h"
#include "flow/world/reach.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/board-model.h"
#include "ui/views/hotfix-state.h"
#include "ui/views/hotfix.h"
#include "ui/widgets/viewport.h"

#define NAME_COLUMN 5

static const struct {
	const char *next;	/* N_(): how it is done */
	bool has_modules;	/* the clone's workloads belong below it */
} steps[HOTFIX_STEP_COUNT] = {
	[HOTFIX_CLONE] = {N_("wait until it runs"), true},
	[HOTFIX_REPRODUCE] = {N_("Press {mark} when you see the bug; {logs} shows the logs"),
			      true},
	[HOTFIX_FIX] = {N_("{version} changes a workload's version"), true},
	[HOTFIX_VERIFY] = {N_("Press {mark} when the bug is gone"), true},
	[HOTFIX_PROMOTE] = {N_("{promote} shows the change, then asks"), false},
	[HOTFIX_CLEAN_UP] = {N_("{discard} shows what is deleted, then asks"), false},
	[HOTFIX_CARRY] = {N_("{carry} carries it to the one below; press {mark} when none needs it"),
			  false},
};

/* The row of the first step. */
static int
first_row(const struct canvas *canvas)
{
	return canvas->height >= 14 ? 3 : 1;
}

void
hotfix_fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	(void)ui;
	list_fit(&((struct hotfix_view *)view)->steps, first_row(canvas), HOTFIX_STEP_COUNT);
}

/* --- the steps --- */

struct hotfix_look {
	enum glyph glyph;
	enum style style;
};

static struct hotfix_look
look_of(const struct hotfix_step *step)
{
	if (step->is_busy)
		return (struct hotfix_look){GLYPH_HALF, STYLE_WARN};
	if (step->has_failed)
		return (struct hotfix_look){GLYPH_CROSS, STYLE_DANGER};
	switch (step->state) {
	case HOTFIX_DONE: return (struct hotfix_look){GLYPH_CHECK, STYLE_OK};
	case HOTFIX_NOW: return (struct hotfix_look){GLYPH_CLOSED, STYLE_KEY};
	case HOTFIX_SKIPPED: return (struct hotfix_look){GLYPH_MIDDLE, STYLE_DIM};
	default: return (struct hotfix_look){GLYPH_RING, STYLE_DIM};
	}
}

/* Where the columns begin; 0: there is no room for it. */
struct hotfix_columns {
	int word, age, who, took, detail;
};

static struct hotfix_columns
columns_of(int width)
{
	if (width >= 100)
		return (struct hotfix_columns){18, 28, 38, 52, 62};
	if (width >= 70)
		return (struct hotfix_columns){17, 26, 35, 0, 47};
	return (struct hotfix_columns){17, 27, 0, 0, 0};
}

static int
wider(int columns, const char *text)
{
	int of_text = text_columns(text);

	return of_text > columns ? of_text : columns;
}

/* How far what is behind a column moves, so that what stands there ends before it. */
static int
moved_by(int begin, int width, int next)
{
	return next && begin + width >= next ? begin + width + 1 - next : 0;
}

/* Words are longer in some languages than in ours. */
static struct hotfix_columns
lay_out(const struct hotfix_view *v, int width)
{
	struct hotfix_columns at = columns_of(width);
	int word = 0, age = 0, more;
	char ago[64];

	for (int id = 0; id < HOTFIX_STEP_COUNT; id++) {
		const struct hotfix_step *step = hotfix_step(v->hotfix, (enum hotfix_step_id)id);

		word = wider(word, words_of_step_state((enum hotfix_step_id)id, step).text);
		if (step->at) {
			clock_ago(ago, clock_wall_ms() - step->at);
			age = wider(age, ago);
		}
	}
	more = moved_by(at.word, word, at.age);
	at.age += more;
	at.who += at.who ? more : 0;
	more += moved_by(at.age, age, at.who);
	at.who = at.who ? columns_of(width).who + more : 0;
	at.took += at.took ? more : 0;
	at.detail += at.detail ? more : 0;
	return at;
}

/* What was done, or what is to be done. */
static void
draw_words(struct ui *ui, struct canvas *c, enum style style, enum hotfix_step_id id,
	   const struct hotfix_step *step)
{
	bool is_next = step->state == HOTFIX_NOW && !step->is_busy;

	if (step->detail.raw && *step->detail.raw) {
		canvas_text(c, style, untrusted_raw(&step->detail));
		if (is_next || (step->note.raw && *step->note.raw)) {
			canvas_text(c, style, " ");
			canvas_glyph(c, style, GLYPH_MIDDLE);
			canvas_text(c, style, " ");
		}
	}
	if (is_next)
		canvas_text(c, style, ui_keyed_text(ui, _(steps[id].next)));
	else if (step->note.raw && *step->note.raw)
		canvas_untrusted(c, style, &step->note, 0);
}

static void
draw_step(const struct hotfix_view *v, struct ui *ui, struct canvas *all, int row,
	  const struct hotfix_columns *at, enum hotfix_step_id id)
{
	const struct hotfix_step *step = hotfix_step(v->hotfix, id);
	bool selected = hotfix_view_at(v) == id;
	struct canvas line = canvas_sub(all, row, 0, 1, all->width), *c = &line;
	struct hotfix_look look = look_of(step);
	enum style plain = selected		       ? STYLE_SELECTED
			   : step->state == HOTFIX_NOW ? STYLE_NORMAL
						       : STYLE_DIM;
	char text[16], ago[64];

	canvas_move(c, 0, 1);
	canvas_glyph(c, look.style, look.glyph);
	canvas_move(c, 0, 3);
	if (selected)
		canvas_fill_row(c, STYLE_SELECTED);
	canvas_move(c, 0, 3);
	canvas_format(c, plain, "%d ", (int)id + 1);
	canvas_text(c,
		    selected			 ? STYLE_SELECTED
		    : step->state == HOTFIX_TODO ? STYLE_DIM
						 : STYLE_STRONG,
		    words_of_step(id));
	canvas_move(c, 0, at->word);
	canvas_text(c, selected ? STYLE_SELECTED : look.style, words_of_step_state(id, step).text);
	if (step->at) {
		clock_ago(ago, clock_wall_ms() - step->at);
		canvas_move(c, 0, at->age);
		canvas_text(c, plain, ago);
	}
	if (at->who && step->at) {
		canvas_move(c, 0, at->who);
		canvas_untrusted(c, plain, &step->who,
				 (at->took ? at->took : at->detail) - at->who - 1);
	}
	if (at->took && step->took >= 0) {
		clock_duration(text, step->took);
		canvas_move(c, 0, at->took);
		canvas_text(c, plain, text);
	}
	if (at->detail) {
		canvas_move(c, 0, at->detail);
		draw_words(ui, c, selected ? STYLE_SELECTED : STYLE_NORMAL, id, step);
	}
}

/* Whose hotfix, from what, since when, and its time to live. */
static void
draw_head(const struct hotfix_view *v, struct ui *ui, struct canvas *c, int row)
{
	const struct world_environment *e = hotfix_view_clone(v, ui);
	const struct untrusted *who = &hotfix_step(v->hotfix, HOTFIX_CLONE)->who;
	struct state_words life;
	char ago[64];

	canvas_move(c, row, 1);
	canvas_untrusted_bytes(c, STYLE_STRONG, v->env, 40);
	if (hotfix_origin(v->hotfix)) {
		canvas_text(c, STYLE_DIM, _(" of "));
		canvas_untrusted_bytes(c, STYLE_STRONG, hotfix_origin(v->hotfix), 40);
	}
	if (hotfix_began_at(v->hotfix)) {
		clock_ago(ago, clock_wall_ms() - hotfix_began_at(v->hotfix));
		canvas_format(c, STYLE_DIM, _("   started %s"), ago);
		if (who->raw)
			canvas_text(c, STYLE_DIM, _(" by "));
		canvas_untrusted(c, STYLE_DIM, who, 20);
	}
	canvas_text(c, STYLE_DIM, "   ");
	if (!e) {
		canvas_text(c, STYLE_DIM, _("discarded"));
		return;
	}
	life = words_of_life(e->clone_expires_at, clock_wall_ms());
	canvas_text(c,
		    life.mood == MOOD_BAD    ? STYLE_DANGER
		    : life.mood == MOOD_BUSY ? STYLE_WARN
					     : STYLE_DIM,
		    life.text);
}

/* --- below --- */

#define ITEM_COLUMN 5			/* of a name, behind the cursor */
#define WORD_COLUMN 25			/* of what is said of it, where there is room */
#define ADDRESS_COLUMN 54
#define ROOMY_COLUMNS 100		/* with fewer, the names take no more than they need */

/* The column, or as far behind what stands there as can be read. */
static int
next_column(const struct canvas *c, int column)
{
	return c->column + 2 > column ? c->column + 2 : column;
}

static int
version_column(const struct hotfix_items *items, size_t first, size_t end, int width)
{
	int widest = 0;

	for (size_t i = first; i < end; i++) {
		int columns = text_columns(items->names[i]);

		widest = columns > widest ? columns : widest;
	}
	return width < ROOMY_COLUMNS && ITEM_COLUMN + widest + 2 < WORD_COLUMN
		       ? ITEM_COLUMN + widest + 2
		       : WORD_COLUMN;
}

static void
draw_module(struct canvas *c, const struct world_environment *clone,
	    const struct world_environment *origin, const char *name, int version)
{
	const char *here = set_module_image(clone->set, name);
	const char *there = origin && origin->set ? set_module_image(origin->set, name) : NULL;
	char *was = NULL, *is = NULL;

	canvas_untrusted_bytes(c, STYLE_STRONG, name, 0);
	canvas_move(c, c->row, next_column(c, version));
	if (there && here && strcmp(there, here) != 0) {
		image_labels(there, here, &was, &is);
		canvas_untrusted_bytes(c, STYLE_DIM, was, 0);
		canvas_text(c, STYLE_DIM, " ");
		canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
		canvas_text(c, STYLE_DIM, " ");
		canvas_untrusted_bytes(c, STYLE_AHEAD, is, 0);
	} else {
		is = image_label(here ? here : "");
		canvas_untrusted_bytes(c, STYLE_NORMAL, is, 0);
	}
	free(was);
	free(is);
}

/* Of the workloads [first, end), whose versions reach as far as the column `versions`: one below
 * the other, and as far to the left as the longest needs. */
static void
draw_addresses(struct canvas *c, int row, const struct hotfix_items *items, size_t first,
	       size_t end, const struct world_environment *clone, int versions)
{
	int column = ADDRESS_COLUMN;

	for (size_t i = first; i < end; i++) {
		char *address = reach_address(clone, items->names[i]);

		if (address && c->width - text_columns(address) < column)
			column = c->width - text_columns(address);
		free(address);
	}
	column = column > versions + 2 ? column : versions + 2;
	for (size_t i = first; i < end; i++, row++) {
		char *address = reach_address(clone, items->names[i]);

		canvas_move(c, row, column);
		if (address)
			canvas_link(c, STYLE_DIM, address);
		free(address);
	}
}

/* One side of a conflict; of an image the version says it. */
static void
draw_side(struct canvas *c, const struct carry *carry, const char *value)
{
	size_t length = strlen(carry->path);
	char *label;

	if (!value) {
		canvas_text(c, STYLE_NORMAL, _("nothing"));
	} else if (length >= 6 && strcmp(carry->path + length - 6, "/image") == 0) {
		label = image_label(value);
		canvas_untrusted_bytes(c, STYLE_NORMAL, label, 40);
		free(label);
	} else {
		canvas_untrusted_bytes(c, STYLE_NORMAL, value, 40);
	}
}

static void
draw_other(struct canvas *c, const struct hotfix_other *other)
{
	static const struct { enum glyph glyph; enum style style; const char *word; } looks[] = {
		[CARRY_HAS] = {GLYPH_CHECK, STYLE_OK, N_("has it")},
		[CARRY_LACKS] = {GLYPH_CROSS, STYLE_WARN, N_("lacks it")},
		[CARRY_CONFLICTS] = {GLYPH_SQUARE, STYLE_DANGER, N_("conflicts")},
	};
	const struct carry *carry = &other->carry;

	canvas_untrusted(c, STYLE_STRONG, &other->name, 0);
	canvas_move(c, c->row, next_column(c, WORD_COLUMN));
	if (!other->is_known) {
		canvas_text(c, STYLE_DIM, _("unknown"));
		return;
	}
	canvas_glyph(c, looks[carry->state].style, looks[carry->state].glyph);
	canvas_text(c, STYLE_NORMAL, " ");
	canvas_text(c, looks[carry->state].style, _(looks[carry->state].word));
	canvas_move(c, c->row, 40);
	if (carry->state == CARRY_LACKS && carry->there)
		canvas_format(c, STYLE_DIM, _("%zu of its %zu changes are there"), carry->there,
			      carry->leaves);
	if (carry->state != CARRY_CONFLICTS)
		return;
	canvas_untrusted_bytes(c, STYLE_NORMAL, carry->object, 0);
	canvas_text(c, STYLE_DIM, _(": here "));
	draw_side(c, carry, carry->here);
	canvas_text(c, STYLE_DIM, _(", the fix "));
	draw_side(c, carry, carry->fix);
	if (carry->conflicts > 1)
		canvas_format(c, STYLE_DIM,
			      ngettext(", and %zu more", ", and %zu more", carry->conflicts - 1),
			      carry->conflicts - 1);
}

static void
draw_items(const struct hotfix_view *v, struct ui *ui, struct canvas *c, int row)
{
	const struct world *world = session_world(ui_session(ui));
	const struct world_environment *clone = hotfix_view_clone(v, ui), *origin = NULL;
	const struct hotfix_items *items = hotfix_view_items(v);
	const struct list *list = &items->list;
	size_t rows, first, end;
	int version, versions = 0;

	if (hotfix_origin(v->hotfix))
		origin = world_environment(world, v->org, v->app, hotfix_origin(v->hotfix));
	if (!list->count || row >= c->height)
		return;
	rows = (size_t)(c->height - row);
	first = viewport_first(0, list->at, rows, list->count);
	end = list->count - first < rows ? list->count : first + rows;
	ui_in_sight(ui, &(struct viewport){first, rows, list->count});
	version = version_column(items, first, end, c->width);
	for (size_t i = first; i < end; i++) {
		canvas_move(c, row + (int)(i - first), 3);
		canvas_glyph(c, i == list->at ? STYLE_KEY : STYLE_FAINT,
			     i == list->at ? GLYPH_CLOSED : GLYPH_MIDDLE);
		canvas_text(c, STYLE_NORMAL, " ");
		if (hotfix_view_at(v) == HOTFIX_CARRY)
			draw_other(c, hotfix_other(v->hotfix, i));
		else
			draw_module(c, clone, origin, items->names[i], version);
		versions = c->column > versions ? c->column : versions;
	}
	if (hotfix_view_at(v) != HOTFIX_CARRY)
		draw_addresses(c, row, items, first, end, clone, versions);
}

static void
draw_below(const struct hotfix_view *v, struct ui *ui, struct canvas *c)
{
	enum hotfix_step_id id = hotfix_view_at(v);
	const struct hotfix_step *step = hotfix_step(v->hotfix, id);
	int row = 1;

	canvas_hline(c, 0);
	canvas_move(c, row, 3);
	canvas_text(c, STYLE_STRONG, words_of_step(id));
	canvas_text(c, STYLE_NORMAL, "   ");
	canvas_text(c, STYLE_DIM, words_of_step_purpose(id));
	if (step->detail.raw && *step->detail.raw) {
		canvas_move(c, ++row, 3);
		canvas_text(c, STYLE_NORMAL, untrusted_raw(&step->detail));
	}
	if (step->note.raw && *step->note.raw) {
		canvas_move(c, ++row, 3);
		row += canvas_paragraph(c, step->has_failed ? STYLE_DANGER : STYLE_NORMAL,
					step->note.raw, 3) -
		       1;
	}
	if (step->state == HOTFIX_NOW || step->state == HOTFIX_TODO) {
		canvas_move(c, ++row, 3);
		row += canvas_paragraph(c, step->state == HOTFIX_NOW ? STYLE_KEY : STYLE_DIM,
					ui_keyed_text(ui, _(steps[id].next)), 2) -
		       1;
	}
	if (id == HOTFIX_CARRY || (steps[id].has_modules && hotfix_clone_exists(v->hotfix)))
		draw_items(v, ui, c, row + 2);
}

void
hotfix_draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct hotfix_view *v = (const struct hotfix_view *)view;
	const struct error *error = hotfix_error(v->hotfix);
	struct hotfix_columns at = lay_out(v, canvas->width);
	int first = first_row(canvas), used = first + HOTFIX_STEP_COUNT + (first > 1);
	struct canvas below = canvas_sub(canvas, used, 0, canvas->height - used, canvas->width);

	/* In a low window there is no row for both. */
	if (!error || first > 1)
		draw_head(v, ui, canvas, first > 1 ? 1 : 0);
	if (!hotfix_is_known(v->hotfix)) {
		canvas_move(canvas, first, 1);
		if (error)
			(void)canvas_paragraph(canvas, STYLE_DANGER, error->text, 3);
		else
			canvas_text(canvas, STYLE_DIM, _("? not known yet"));
		return;
	}
	if (error) {
		canvas_move(canvas, first - 1, 1);
		(void)canvas_paragraph(canvas, STYLE_DANGER, error->text, 1);
	}
	for (int i = 0; i < HOTFIX_STEP_COUNT; i++)
		draw_step(v, ui, canvas, first + i, &at, (enum hotfix_step_id)i);
	if (below.height > 3) {
		draw_below(v, ui, &below);
	} else if (below.height > 0 && !at.detail) {
		canvas_move(&below, 0, 1);
		draw_words(ui, &below, STYLE_NORMAL, hotfix_view_at(v),
			   hotfix_step(v->hotfix, hotfix_view_at(v)));
	}
}
