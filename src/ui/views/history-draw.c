/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How the history looks: the field, the rows, and the pane of what is selected.
 *
 * What was typed to be found is marked wherever it stands, as the store finds it: every word
 * by itself, and letters of both cases alike.
 */
#include "config.h"

#include "ui/views/history-draw.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicase.h>
#include <unistr.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/interrupted.h"
#include "flow/world/world.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/changes.h"
#include "ui/views/history-read.h"
#include "ui/views/history-state.h"
#include "ui/views/history.h"
#include "ui/widgets/viewport.h"

static const struct { enum glyph glyph; enum style style; const char *word; } states[] = {
	[OPERATION_PREPARED] = {GLYPH_RING, STYLE_DIM, N_("prepared")},
	[OPERATION_RUNNING] = {GLYPH_HALF, STYLE_WARN, N_("running")},
	[OPERATION_DONE] = {GLYPH_CHECK, STYLE_OK, N_("done")},
	[OPERATION_FAILED] = {GLYPH_CROSS, STYLE_DANGER, N_("failed")},
	[OPERATION_ABANDONED] = {GLYPH_MIDDLE, STYLE_WARN, N_("abandoned")},
	[OPERATION_UNWATCHED] = {GLYPH_MIDDLE, STYLE_WARN, N_("unwatched")},
	[OPERATION_INTERRUPTED] = {GLYPH_HALF, STYLE_WARN, N_("interrupted")},
};

/* --- words that were found ------------------------------------------------------------ */

/* How many bytes of text the word takes when it stands at its beginning; 0: it does not.  By
 * characters: a letter and its other case may differ in length. */
static size_t
match_length(const char *text, const char *word, size_t word_length)
{
	const uint8_t *t = (const uint8_t *)text, *w = (const uint8_t *)word;
	size_t left = strlen(text), used = 0;

	while (word_length > 0) {
		ucs4_t a, b;
		int n, m;

		if (left == 0)
			return 0;
		n = u8_mbtouc(&a, t + used, left);
		m = u8_mbtouc(&b, w, word_length);
		if (uc_tolower(a) != uc_tolower(b))
			return 0;
		used += (size_t)n;
		left -= (size_t)n;
		w += m;
		word_length -= (size_t)m;
	}
	return used;
}

/* The longest word of `find` that stands at the beginning of text. */
static size_t
found_at(const char *text, const char *find)
{
	size_t longest = 0;

	for (;;) {
		size_t length, n;

		find += strspn(find, " \t");
		length = strcspn(find, " \t");
		if (length == 0)
			return longest;
		n = match_length(text, find, length);
		longest = n > longest ? n : longest;
		find += length;
	}
}

/* Text from elsewhere, at most `columns` (0: to the edge), with every word of `find` that occurs
 * in it in another style; case is ignored as the store ignores it. */
static void
mark_found(struct canvas *canvas, enum style plain, enum style found, const char *words,
	   const char *find, int columns)
{
	int room = canvas->width - canvas->column;
	struct canvas part;
	size_t from = 0, at = 0;
	char *text;

	if (columns > 0 && columns < room)
		room = columns;
	if (room <= 0)
		return;
	text = canvas_plain(canvas, words);
	part = canvas_sub(canvas, canvas->row, canvas->column, 1, room);
	canvas_move(&part, 0, 0);
	while (*find && text[at] && part.column < part.width) {
		size_t length = found_at(text + at, find), end;

		if (length == 0) {
			at = text_cluster_end(text, at);
			continue;
		}
		end = at + length;
		if (at > from)
			canvas_range(&part, plain, text, from, at);
		canvas_range(&part, found, text, at, end);
		from = at = end;
	}
	if (text[from])
		canvas_untrusted_bytes(&part, plain, text + from, 0);
	canvas->column += part.column < room ? part.column : room;
	free(text);
}

/* --- rows ----------------------------------------------------------------------------- */

struct history_pens {
	enum style plain, dim, strong, found;
};

static struct history_pens
pens_of(bool selected)
{
	if (selected)
		return (struct history_pens){STYLE_SELECTED, STYLE_SELECTED, STYLE_SELECTED,
					     STYLE_SELECTED_FOUND};
	return (struct history_pens){STYLE_NORMAL, STYLE_DIM, STYLE_STRONG, STYLE_KEY};
}

static bool
is_narrow(const struct canvas *c)
{
	return c->width < 60;
}

/* "2026-11-23 08:42"; narrow: without the year. */
static void
draw_stamp(struct canvas *c, enum style style, int64_t at)
{
	char stamp[CLOCK_STAMP_SIZE];

	clock_local(stamp, at);
	stamp[16] = '\0';
	canvas_text(c, style, is_narrow(c) ? stamp + 5 : stamp);
}

/* How long it took, at the right edge; from `began` until now while it is under way. */
static void
draw_took(struct canvas *c, int row, enum style style, int64_t began, int64_t ended, bool open)
{
	char took[16];
	int64_t until = ended ? ended : clock_wall_ms();

	if (is_narrow(c) || (!ended && !open))
		return;
	clock_duration(took, until > began ? until - began : 0);
	canvas_move(c, row, c->width - (int)strlen(took) - 1);
	canvas_text(c, style, took);
}

static void
draw_operation(const struct history_view *h, struct canvas *all, int row, size_t at, bool selected)
{
	const struct operation *o = &h->list.items[at];
	struct history_pens pens = pens_of(selected);
	int indent = h->stories.of[at] == NO_STORY ? 0 : 2;
	struct canvas line = canvas_sub(all, 0, 0, all->height,
					all->width - (is_narrow(all) ? 0 : 9));
	struct canvas *c = &line;

	if (selected) {
		canvas_move(all, row, 3 + indent);
		canvas_fill_row(all, STYLE_SELECTED);
	}
	canvas_move(c, row, 1 + indent);
	if ((size_t)o->state < sizeof(states) / sizeof(states[0]))
		canvas_glyph(c, states[o->state].style, states[o->state].glyph);
	canvas_move(c, row, 3 + indent);
	draw_stamp(c, pens.plain, o->created_at);
	canvas_text(c, pens.plain, "  ");
	mark_found(c, pens.strong, pens.found, untrusted_raw(&o->verb), h->find.text, 9);
	canvas_move(c, row, is_narrow(c) ? c->column + 1 : 31 + indent);
	if (o->source.raw) {
		mark_found(c, pens.plain, pens.found, o->source.raw, h->find.text, 24);
		canvas_text(c, pens.plain, " ");
		canvas_glyph(c, pens.plain, GLYPH_ARROW);
		canvas_text(c, pens.plain, " ");
	}
	mark_found(c, pens.plain, pens.found, untrusted_raw(&o->env), h->find.text, 30);
	canvas_text(c, pens.plain, "  ");
	mark_found(c, pens.dim, pens.found, untrusted_raw(&o->summary), h->find.text, 0);
	draw_took(all, row, pens.dim, o->created_at, o->ended_at, o->state <= OPERATION_RUNNING);
}

static void
draw_story(const struct history_view *h, struct canvas *all, int row, size_t at, bool selected)
{
	const struct story *story = &h->stories.items[at];
	const struct operation *clone = &h->list.items[story->first];
	struct history_pens pens = pens_of(selected);
	struct canvas line = canvas_sub(all, 0, 0, all->height,
					all->width - (is_narrow(all) ? 0 : 9));
	struct canvas *c = &line;

	if (selected) {
		canvas_move(all, row, 3);
		canvas_fill_row(all, STYLE_SELECTED);
	}
	canvas_move(c, row, 1);
	canvas_glyph(c, STYLE_DIM, history_is_folded(h, at) ? GLYPH_CLOSED : GLYPH_OPEN);
	canvas_move(c, row, 3);
	draw_stamp(c, pens.plain, story->began);
	canvas_text(c, pens.plain, "  ");
	mark_found(c, pens.strong, pens.found, untrusted_raw(&clone->env), h->find.text, 24);
	canvas_text(c, pens.dim, _("  clone of "));
	mark_found(c, pens.dim, pens.found, untrusted_raw(&clone->source), h->find.text, 24);
	canvas_text(c, pens.dim, "  ");
	canvas_format(c, pens.dim, ngettext("%zu operation", "%zu operations", story->count),
		      story->count);
	canvas_text(c, pens.dim, story->over ? _(", discarded") : _(", still there"));
	draw_took(all, row, pens.dim, story->began, story->ended, true);
}

/* --- the pane of what is selected ----------------------------------------------------- */

#define LABEL 14

static void
label(struct canvas *c, int *row, const char *text)
{
	canvas_label(c, ++*row, 2, LABEL, STYLE_DIM, text);
}

static void
draw_fact(const struct history_view *h, struct canvas *c, int *row, const char *name,
	  const struct untrusted *text, enum style style)
{
	if (!text->raw || !*text->raw)
		return;
	label(c, row, name);
	mark_found(c, style, STYLE_KEY, text->raw, h->find.text, 0);
}

/* Whether it can be rolled back, and if not why: nobody should
 * have to press a key to find out. */
static void
draw_undo(const struct history_view *h, struct canvas *c, int *row, struct ui *ui,
	  const struct operation *o)
{
	label(c, row, _("undo"));
	if (h->undone_at) {
		canvas_text(c, STYLE_NORMAL, _("was undone "));
		draw_stamp(c, STYLE_NORMAL, h->undone_at);
	} else if (h->undone_unread) {
		canvas_text(c, STYLE_WARN, _("unknown"));
	} else if (!o->undo.raw || !o->deployment_id.raw) {
		canvas_text(c, STYLE_DIM, untrusted_is(&o->verb, "clone") ?
			    _("no: a clone is discarded, not undone") :
			    _("no: it made no deployment"));
	} else if (!world_environment(session_world(ui_session(ui)), untrusted_raw(&o->org),
				      untrusted_raw(&o->app), untrusted_raw(&o->env))) {
		canvas_text(c, STYLE_DIM, _("no: the environment is not there"));
	} else if (session_read_only(ui_session(ui))) {
		canvas_text(c, STYLE_DIM, _("no: read-only"));
	} else {
		canvas_text(c, STYLE_KEY, ui_keyed_text(ui, "{undo}"));
		canvas_text(c, STYLE_NORMAL, _(" rolls it back"));
	}
}

static void
draw_what(const struct history_view *h, struct canvas *c, const struct operation *o)
{
	canvas_move(c, 1, 2);
	mark_found(c, STYLE_STRONG, STYLE_KEY, untrusted_raw(&o->verb), h->find.text, 12);
	canvas_text(c, STYLE_STRONG, " ");
	if (o->source.raw) {
		mark_found(c, STYLE_STRONG, STYLE_KEY, o->source.raw, h->find.text, 30);
		canvas_text(c, STYLE_STRONG, " ");
		canvas_glyph(c, STYLE_STRONG, GLYPH_ARROW);
		canvas_text(c, STYLE_STRONG, " ");
	}
	mark_found(c, STYLE_STRONG, STYLE_KEY, untrusted_raw(&o->env), h->find.text, 40);
	if (!is_narrow(c)) {
		canvas_text(c, STYLE_DIM, _("  of "));
		mark_found(c, STYLE_DIM, STYLE_KEY, untrusted_raw(&o->app), h->find.text, 24);
	}
	if (!is_narrow(c) && o->env_type.raw && *o->env_type.raw) {
		canvas_text(c, STYLE_DIM, _(", type "));
		mark_found(c, STYLE_DIM, STYLE_KEY, o->env_type.raw, h->find.text, 20);
	}
	canvas_text(c, STYLE_DIM, "  ");
	if ((size_t)o->state < sizeof(states) / sizeof(states[0]))
		canvas_text(c, states[o->state].style, _(states[o->state].word));
}

static void
draw_when(struct canvas *c, int *row, const struct operation *o)
{
	char ago[64], took[16];

	label(c, row, _("when"));
	draw_stamp(c, STYLE_NORMAL, o->created_at);
	clock_ago(ago, clock_wall_ms() - o->created_at);
	canvas_text(c, STYLE_DIM, "   ");
	canvas_text(c, STYLE_DIM, ago);
	if (o->ended_at >= o->created_at) {
		clock_duration(took, o->ended_at - o->created_at);
		canvas_format(c, STYLE_DIM, _("   took %s"), took);
	}
}

static int
step_columns(const struct operation *o, const struct canvas *c)
{
	int widest = 24;

	for (size_t i = 0; i < o->step_count; i++) {
		int width = text_columns(flow_record_step_name(o, i));

		widest = width > widest ? width : widest;
	}
	return widest < c->width / 2 ? widest : c->width / 2;
}

static void
draw_steps(const struct history_view *h, struct canvas *c, int row, const struct operation *o)
{
	int columns = step_columns(o, c);

	for (size_t i = 0; i < o->step_count; i++, row++) {
		char took[16] = "";

		if (o->steps[i].ended_at > 0 && o->steps[i].ended_at >= o->steps[i].started_at)
			clock_duration(took, o->steps[i].ended_at - o->steps[i].started_at);
		canvas_move(c, row, 2);
		canvas_untrusted_bytes(c, STYLE_DIM, flow_record_step_name(o, i), columns);
		canvas_move(c, row, columns + 4);
		canvas_text(c, STYLE_DIM, took);
		canvas_move(c, row, columns + 12);
		mark_found(c, STYLE_NORMAL, STYLE_KEY, untrusted_raw(&o->steps[i].detail),
			     h->find.text, 0);
	}
}

static void
draw_detail(const struct history_view *h, struct canvas *c, struct ui *ui,
	    const struct operation *o)
{
	int row = 1;

	draw_what(h, c, o);
	draw_when(c, &row, o);
	draw_fact(h, c, &row, _("by"), &o->who, STYLE_NORMAL);
	draw_fact(h, c, &row, _("reason"), &o->reason, STYLE_NORMAL);
	draw_fact(h, c, &row, _("error"), &o->error, STYLE_DANGER);
	draw_fact(h, c, &row, _("rollback"), &o->way_back, STYLE_NORMAL);
	draw_undo(h, c, &row, ui, o);
	if (h->changes_known && h->changes.count > 0) {
		int room = c->height - row - 1 > 5 ? 5 : c->height - row - 1;

		if (room > 0)
			row += changes_draw_words(c, row + 1, room, &h->changes);
	} else {
		draw_fact(h, c, &row, _("changes"), &o->summary, STYLE_NORMAL);
	}
	draw_steps(h, c, row + 2 + (int)o->step_count <= c->height ? row + 2 : row + 1, o);
}

static void
draw_story_detail(const struct history_view *h, struct canvas *c, size_t at)
{
	const struct story *story = &h->stories.items[at];
	const struct operation *clone = &h->list.items[story->first];
	char whole[16];
	int row = 1;

	canvas_move(c, 1, 2);
	canvas_text(c, STYLE_STRONG, _("The story of "));
	mark_found(c, STYLE_STRONG, STYLE_KEY, untrusted_raw(&clone->env), h->find.text, 40);
	if (story->ended >= story->began) {
		clock_duration(whole, story->ended - story->began);
		canvas_format(c, STYLE_DIM, _("   %s in all"), whole);
	}
	for (size_t i = story->first + 1; i-- > story->last && row + 1 < c->height;) {
		const struct operation *o = &h->list.items[i];
		char took[16] = "";

		if (h->stories.of[i] != at)
			continue;
		if (o->ended_at >= o->created_at)
			clock_duration(took, o->ended_at - o->created_at);
		label(c, &row, "");
		canvas_move(c, row, 2);
		mark_found(c, STYLE_DIM, STYLE_KEY, untrusted_raw(&o->verb), h->find.text, 10);
		canvas_move(c, row, LABEL);
		canvas_text(c, STYLE_DIM, took);
		canvas_move(c, row, LABEL + 9);
		mark_found(c, STYLE_NORMAL, STYLE_KEY, untrusted_raw(&o->summary), h->find.text,
			     0);
	}
}

/* --- the whole ------------------------------------------------------------------------ */

static bool
has_field(const struct history_view *h)
{
	return h->finding || *h->find.text;
}

void
history_fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct history_view *h = (struct history_view *)view;
	int rows = canvas->height > 20 ? canvas->height - 13 : canvas->height / 2,
	    top = has_field(h);

	(void)ui;
	rows = rows > top ? rows - top : 1;
	if (h->row_count > 0 && (size_t)rows > h->row_count)
		rows = (int)h->row_count;
	list_fit(&h->cursor, top, rows);
}

static void
draw_field(const struct history_view *h, struct canvas *c, struct ui *ui)
{
	canvas_move(c, 0, 1);
	canvas_text(c, STYLE_DIM, _("Find"));
	canvas_text(c, STYLE_DIM, "  ");
	field_draw(&h->find, c, c->width < 60 ? 18 : 30, h->finding);
	if (history_is_looking(h)) {
		canvas_format(c, STYLE_DIM,
			      ngettext("  %zu found, %d %% looked through",
				       "  %zu found, %d %% looked through", h->found_count),
			      h->found_count, h->looked_through / 10);
		ui_draw_again(ui, 0);
	} else if (h->search) {
		canvas_format(c, STYLE_DIM,
			      ngettext("  %zu found; going up finds more",
				       "  %zu found; going up finds more", h->found_count),
			      h->found_count);
	} else if (h->has_older) {
		canvas_format(c, STYLE_DIM, ngettext("  %zu found", "  %zu found", h->found_count),
			      h->found_count);
	} else {
		canvas_format(c, STYLE_DIM, _("  %zu of %zu"), h->found_count, h->list.count);
	}
}

void
history_draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct history_view *h = (const struct history_view *)view;
	const struct operation *selected = history_selected(h);
	const struct list *list = &h->cursor;
	int end = list->top + (int)list->rows;
	struct viewport part = list_part(list);
	struct canvas detail;

	if (h->list.count == 0) {
		canvas_move(canvas, 1, 2);
		canvas_paragraph(canvas, STYLE_DIM,
				 _("Nothing has been done from this machine yet."), 2);
		return;
	}
	for (size_t i = list->first; i < list_end(list); i++) {
		const struct history_row *row = &h->rows[i];

		(row->is_story ? draw_story : draw_operation)(
			h, canvas, list->top + (int)(i - list->first), row->at, i == list->at);
	}
	if (h->row_count == 0 && !history_is_looking(h)) {
		canvas_move(canvas, 2, 2);
		canvas_text(canvas, STYLE_WARN, _("Nothing in the history matches."));
	}
	detail = canvas_sub(canvas, end, 0, canvas->height - end, canvas->width);
	if (h->row_count > 0) {
		canvas_hline(&detail, 0);
		viewport_draw(&part, &detail, 0);
		if (selected)
			draw_detail(h, &detail, ui, selected);
		else
			draw_story_detail(h, &detail, h->rows[list->at].at);
	}
	if (has_field(h))
		draw_field(h, canvas, ui);	/* last: the cursor is there */
}
