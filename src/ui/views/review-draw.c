/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How a review looks, and where it has what.  The head stays in sight where it leaves half of the
 * rows to the difference; else both are one text, and the head goes out of sight first.
 */
#include "config.h"

#include "ui/views/review-draw.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/verbs/clone-parts.h"
#include "flow/verbs/flow.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/changes.h"
#include "ui/views/clone-list.h"
#include "ui/views/review-finding.h"
#include "ui/views/review-keys.h"
#include "ui/views/review-state.h"
#include "ui/views/review.h"

#define ROOMY_ROWS 26		/* with fewer, the difference has those that would part the words */
#define FAR_ABOVE (-1000000)	/* a row from which drawing is measuring */
#define CAUTION_ROWS_MAX 100
#define NAME_COLUMNS_MIN 26	/* of a field in which a name is typed */
#define NAME_COLUMNS_NARROW 18
#define SENDS_BYTES_MAX 16384
#define SENDS_ROWS_MAX 50

/* The pinned sets, at the right end of the line that the pen is on. */
static void
draw_pins(struct canvas *c, const struct review *review)
{
	char from[8 * 4], to[8 * 4];
	int width = 2 * 7 + 5;

	if (!review->from_set_id || !review->to_set_id ||
	    strcmp(review->from_set_id, review->to_set_id) == 0 || c->width - width < c->column + 3)
		return;
	snprintf(from, sizeof(from), "%.7s", review->from_set_id);
	snprintf(to, sizeof(to), "%.7s", review->to_set_id);
	canvas_move(c, c->row, c->width - width);
	canvas_untrusted_bytes(c, STYLE_DIM, from, 7);
	canvas_text(c, STYLE_DIM, " ");
	canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
	canvas_text(c, STYLE_DIM, " ");
	canvas_untrusted_bytes(c, STYLE_DIM, to, 7);
}

/* The one sentence that a person decides on.  How many rows were used. */
static int
draw_summary(struct canvas *c, int row, const struct review *review)
{
	canvas_move(c, row, 1);
	if (review->verb == FLOW_DISCARD)
		return canvas_paragraph(c, STYLE_STRONG, review->place
				? _("Everything in it is deleted: its namespace with all objects, and its history on the platform.")
				: _("Everything in it is deleted: processes, databases, and its history on the platform."),
				2);
	if (review->changes.count == 0)
		return canvas_paragraph(c, STYLE_STRONG, review->verb == FLOW_CLONE
				? _("The same workloads and versions, with new resources.")
				: _("Nothing changes; the same set is redeployed."), 2);
	changes_draw_counts(c, &review->changes);
	draw_pins(c, review);
	return 1;
}

int
review_words_room(const struct canvas *c)
{
	return c->height / 3 > 4 ? c->height / 3 : 4;
}

/* A warning, with all of its lines.  How many rows were used. */
static int
draw_caution(struct canvas *c, int row, enum style dot, enum style style, const char *text)
{
	canvas_move(c, row, 1);
	canvas_glyph(c, dot, GLYPH_DOT);
	canvas_move(c, row, 3);
	return canvas_paragraph(c, style, text, CAUTION_ROWS_MAX);
}

/* Who changed what since it was looked at, when anything moved.  How many rows were used. */
static int
draw_moved(const struct review_view *r, struct canvas *c, int row, const struct review *review)
{
	struct changes changes = {0};
	int used = 0;

	if (!r->moved)
		return 0;
	used += draw_caution(c, row, STYLE_DANGER, STYLE_DANGER, r->moved);
	if (r->since && review_looked_at(review))
		changes_between(&changes, r->since, review_looked_at(review));
	canvas_move(c, row + used, 3);
	canvas_text(c, STYLE_STRONG,
		    changes.count > 0 ? _("Changed since you looked:")
				      : _("The running state is the same as when you looked."));
	used++;
	used += changes_draw_words(c, row + used, review_words_room(c), &changes);
	changes_clear(&changes);
	return used;
}

/* What has moved, and what to read first.  How many rows were used. */
static int
draw_cautions(struct canvas *c, int row, const struct review *review)
{
	int used = 0;

	/* When it did, a caution says so. */
	if (review->verb == FLOW_PROMOTE && !review->moved) {
		char *text = xasprintf(_("%s has not changed since it was cloned."),
				       review->env_name ? review->env_name : review->env);

		used += draw_caution(c, row, STYLE_OK, STYLE_DIM, text);
		free(text);
	}
	if (review->primed)
		used += draw_caution(
			c, row + used, STYLE_DANGER, STYLE_DANGER,
			_("Its base was changed: the next deployment does not start from what is running."));
	for (size_t i = 0; i < review->caution_count; i++)
		used += draw_caution(c, row + used, STYLE_WARN, STYLE_WARN, review->cautions[i]);
	return used;
}

/* Without a dot: nothing is wrong with it. */
static int
draw_plain(struct canvas *c, int row, enum style style, const char *text)
{
	canvas_move(c, row, 3);
	return canvas_paragraph(c, style, text, CAUTION_ROWS_MAX);
}

static int
draw_outlook_of(struct canvas *c, int row, const struct review *review,
		enum deploy_finding_kind kind, enum style style)
{
	const struct deploy_review *outlook = &review->outlook;
	int used = 0;

	for (size_t i = 0; i < outlook->finding_count; i++)
		if (outlook->findings[i].kind == kind &&
		    clone_part_of(&outlook->findings[i]) == CLONE_PARTS)
			used += draw_caution(c, row + used, style, style,
					     untrusted_raw(&outlook->findings[i].message));
	return used;
}

static bool
is_placed(const struct review *review)
{
	return review->has_outlook && review->place;
}

/* What whoever would carry it out says.  How many rows were used. */
static int
draw_outlook(struct ui *ui, struct canvas *c, int row, const struct review *review)
{
	static const enum deploy_finding_kind listed[] = {DEPLOY_RESTART, DEPLOY_REMOVAL};
	int used = 0;

	if (is_placed(review)) {
		char *text = xasprintf(review->is_new_place ? _("Will run in %s (new)")
							    : _("Runs in %s"),
				       review->place);

		used += draw_plain(c, row, STYLE_DIM, text);
		free(text);
	}
	used += draw_outlook_of(c, row + used, review, DEPLOY_REFUSED, STYLE_DANGER);
	used += draw_outlook_of(c, row + used, review, DEPLOY_WARNING, STYLE_WARN);
	used += draw_outlook_of(c, row + used, review, DEPLOY_NOTE, STYLE_NORMAL);
	used += clone_list_draw_lines(ui, c, row + used, review);
	for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++) {
		char *line = review_outlook_line(review, listed[i]);

		if (line)
			used += draw_plain(c, row + used, STYLE_NORMAL, line);
		free(line);
	}
	return used;
}

/* Each with the box that Space ticks; the cursor's is bright.  How many rows were used. */
static int
draw_findings(const struct review_view *r, struct canvas *c, int row, const struct review *review,
	      struct review_layout *places)
{
	int used = 0;

	places->findings_row = row;
	for (size_t i = 0; i < review->finding_count; i++) {
		const struct review_finding *f = &review->findings[i];
		bool here = r->focus == IN_FINDINGS && i == r->findings.at;
		enum style style = here			? STYLE_STRONG
				   : f->is_acknowledged ? STYLE_DIM
							: STYLE_WARN;

		canvas_move(c, row + used, 0);
		canvas_text(c, STYLE_KEY, here ? ">" : " ");
		canvas_text(c, style, f->is_acknowledged ? "[x]" : "[ ]");
		canvas_move(c, row + used, REVIEW_FINDING_COLUMN);
		(void)canvas_paragraph(c, style, f->text, REVIEW_FINDING_ROWS_MAX);
		used += review_finding_rows(f, c);
	}
	return used;
}

/* Without what every request of this application begins with. */
static void
add_request(struct buf *line, const struct review *review, const char *request)
{
	size_t method = strcspn(request, " ");
	char *common = xasprintf(" /orgs/%s/apps/%s/", review->org, review->app);

	if (strncmp(request + method, common, strlen(common)) == 0)
		buf_printf(line, "%.*s …/%s", (int)method, request,
			   request + method + strlen(common));
	else
		buf_puts(line, request);
	free(common);
}

/* A line of what is sent, and one of the rollback; each more where it is long.
 * How many rows.  Exactly what goes over the wire, in its order: it is the
 * machine's half of what is approved. */
static int
draw_sends(struct ui *ui, struct canvas *c, int row, const struct review *review)
{
	const char *labels[] = {_("sends"), _("rollback"), _("runs in")};
	bool names_place = review->place && !is_placed(review);	/* else it stands above */
	int column = 0, used;
	struct buf line;

	for (int i = 0; i < 2 + names_place; i++)
		if (text_columns(labels[i]) + 3 > column)
			column = text_columns(labels[i]) + 3;
	buf_init(&line, SENDS_BYTES_MAX);
	for (size_t i = 0; i < review->send_count; i++) {
		if (i > 0)
			buf_puts(&line, _("  then  "));
		add_request(&line, review, review->sends[i]);
	}
	canvas_move(c, row, 1);
	canvas_text(c, STYLE_DIM, labels[0]);
	canvas_move(c, row, column);
	used = canvas_paragraph(c, STYLE_NORMAL, buf_str(&line), SENDS_ROWS_MAX);
	used += used == 0;
	buf_clear(&line);
	if (review->way_back && *review->way_back)
		buf_printf(&line, "%s%s", review->way_back,
			   ui_keyed_text(ui, _("   saved; {undo} rolls back")));
	else
		buf_puts(&line, review->verb == FLOW_DISCARD ? _("none: deletion cannot be undone")
							    : _("none is needed"));
	canvas_move(c, row + used, 1);
	canvas_text(c, STYLE_DIM, labels[1]);
	canvas_move(c, row + used, column);
	used += canvas_paragraph(c, STYLE_NORMAL, buf_str(&line), SENDS_ROWS_MAX);
	buf_clear(&line);
	if (names_place) {
		canvas_move(c, row + used, 1);
		canvas_text(c, STYLE_DIM, labels[2]);
		canvas_move(c, row + used, column);
		used += canvas_paragraph(c, STYLE_NORMAL, review->place, 2);
	}
	return used;
}

/* Why something is to be typed. */
static const char *
why_typed(const struct review *review)
{
	if (review->is_protected && !review->is_no_clone)
		return _(" is protected.");
	if (review->may_lose && !review->is_no_clone)
		return _(" may have changes that are not promoted.");
	if (review->verb == FLOW_DISCARD && !review->is_no_clone)
		return _(" has changes that are not promoted.");
	return _(" is not your clone.");
}

/* Where the fields begin: a name to be typed is read whole, where a field is left beside it. */
static int
fields_column(const struct canvas *c, const char *label)
{
	bool is_narrow = c->width < 60;
	int from = is_narrow ? 20 : 24;
	int most = c->width - (is_narrow ? NAME_COLUMNS_NARROW : NAME_COLUMNS_MIN);
	int wanted = text_columns(label) + 3;

	if (wanted > most)
		wanted = most;
	return wanted > from ? wanted : from;
}

static void
draw_fields(const struct review_view *r, struct ui *ui, struct canvas *c, int row,
	    const struct review *review)
{
	char *label = xasprintf(_("Type \"%s\""), review->env);
	int from = fields_column(c, label);
	int columns = c->width - from - 2 < 60 ? c->width - from - 2 : 60;
	const char *hint;

	canvas_move(c, row, 1);
	canvas_glyph(c, STYLE_DANGER, GLYPH_SQUARE);
	canvas_text(c, STYLE_DANGER, " ");
	canvas_untrusted_bytes(c, STYLE_DANGER, review->env_name ? review->env_name : review->env,
			       30);
	canvas_text(c, STYLE_DIM, why_typed(review));
	hint = ui_keyed_text(ui, review->is_protected ? _("  Press {approve} to fill in the fields.")
						      : _("  Press {approve} to type its name."));
	if (r->focus == IN_DIFFERENCE && text_columns(hint) <= c->width - c->column)
		canvas_text(c, STYLE_DIM, hint);
	if (review->is_protected) {
		canvas_move(c, ++row, 1);
		canvas_text(c, r->focus == IN_REASON ? STYLE_NORMAL : STYLE_DIM, _("Reason"));
		canvas_move(c, row, from);
		field_draw(&r->reason, c, columns, r->focus == IN_REASON);
	}
	canvas_move(c, ++row, 1);
	canvas_untrusted_bytes(c, r->focus == IN_NAME ? STYLE_NORMAL : STYLE_DIM, label, from - 2);
	canvas_move(c, row, from);
	field_draw(&r->name, c, columns, r->focus == IN_NAME);
	free(label);
}

static void
clear_rows(const struct canvas *c, int from)
{
	struct canvas below = canvas_sub(c, from, 0, c->height - from, c->width);

	for (int row = 0; row < below.height; row++) {
		canvas_move(&below, row, 0);
		canvas_fill_row(&below, STYLE_NORMAL);
	}
}

/* On the rule, until the end was seen. */
static void
draw_more(struct canvas *c, int row)
{
	canvas_move(c, row, 2);
	canvas_text(c, STYLE_WARN, _(" more below "));
}

/*
 * What stands above the difference: the summary, the changes in words, the warnings, and where
 * there is no room for it below, what is sent.  How many rows that is; from a row far above the
 * canvas it is only measured.
 */
static int
draw_head(const struct review_view *r, struct ui *ui, struct canvas *c, int row,
	  const struct review *review, bool sends, struct review_layout *places)
{
	bool roomy = c->height >= ROOMY_ROWS;
	int start = row, used;

	row += roomy;
	used = draw_moved(r, c, row, review);
	row += used + (roomy && used > 0);
	row += draw_summary(c, row, review) + roomy;
	places->words_row = row;
	places->words_rows = used = changes_draw_words(c, row, review_words_room(c),
						       &review->changes);
	row += used + (roomy && used > 0);
	used = draw_cautions(c, row, review);
	used += draw_outlook(ui, c, row + used, review);
	used += draw_findings(r, c, row + used, review, places);
	row += used + (roomy && used > 0);
	if (sends)
		row += draw_sends(ui, c, row, review);
	return row - start;
}

/* Scrolls the head to the finding that the cursor is on. */
static void
show_finding(struct review_view *r, const struct review *review)
{
	int first = r->layout.findings_row, end;

	if (r->focus != IN_FINDINGS || review->finding_count == 0 || r->head_rows == 0)
		return;
	for (size_t i = 0; i < r->findings.at; i++)
		first += review_finding_rows(&review->findings[i], &r->layout.whole);
	end = first + review_finding_rows(&review->findings[r->findings.at], &r->layout.whole);
	if (end - r->head_top > r->layout.room - 1)
		r->head_top = end - r->layout.room + 1;
	if (first < r->head_top)
		r->head_top = first;
	if (r->head_top > r->head_rows)
		r->head_top = r->head_rows;
	r->head_top = r->head_top < 0 ? 0 : r->head_top;
}

static void
fit_middle(struct review_view *r, struct ui *ui, const struct review *review)
{
	struct review_layout *layout = &r->layout;

	if (review_shows_contents(review, ui)) {
		contents_fit(&r->contents, &layout->middle, review_contents(review, ui));
		layout->part = (struct viewport){r->contents.top, (size_t)r->contents.height,
						 r->contents.count};
		layout->at_end = r->contents.height > 0 &&
				 layout->part.first + layout->part.rows >= layout->part.count;
		return;
	}
	difference_fit(&r->difference, ui, &layout->middle);
	layout->part = difference_in_sight(&r->difference);
	layout->at_end = r->difference.at_end;
}

/* Everything is drawn once far above the canvas, where nothing is seen, to know how many rows
 * it takes: so measuring can never differ from drawing. */
static void
fit_review(struct review_view *r, struct ui *ui, const struct canvas *canvas,
	   const struct review *review)
{
	struct canvas measured = *canvas, *c = &measured;
	struct review_layout *layout = &r->layout;
	bool roomy = c->height >= 20;
	int sends = draw_sends(ui, c, FAR_ABOVE, review), head, row;

	*layout = (struct review_layout){.fields = review_field_rows(review),
					  .whole = *canvas};
	review_list_findings(r, review);
	layout->sends = c->height >= 12 && sends <= c->height / 4;
	layout->foot = layout->sends ? sends : 0;
	if (layout->fields)
		layout->foot += layout->fields + (layout->sends && roomy);
	layout->room = c->height - layout->foot - (layout->foot > 0);
	head = draw_head(r, ui, c, FAR_ABOVE, review, !layout->sends, layout) + 1;
	layout->words_row -= FAR_ABOVE;
	layout->findings_row -= FAR_ABOVE;
	r->head_rows = head > layout->room - layout->room / 2 ? head : 0;
	if (r->head_top > r->head_rows)
		r->head_top = r->head_rows;
	show_finding(r, review);
	layout->words_row -= r->head_top;
	/* All of them stand in the head, which scrolls. */
	list_fit(&r->findings, layout->findings_row - r->head_top, INT_MAX / 2);
	row = head - r->head_top;
	layout->middle = canvas_sub(c, row, 0, layout->room > row ? layout->room - row : 0,
				    c->width);
	fit_middle(r, ui, review);
}

static void
fit_decisions(struct review_view *r, struct ui *ui, const struct canvas *canvas)
{
	const struct flow *flow = review_flow(r, ui);

	if (flow && flow_merge(flow))
		decide_fit(&r->decide, canvas, flow);
	else if (flow && flow_value_count(flow) > 0)
		decide_values_fit(&r->values, canvas, flow);
}

void
review_fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct review_view *r = (struct review_view *)view;
	const struct review *review = review_of(r, ui);

	if (!review) {
		fit_decisions(r, ui, canvas);
		return;
	}
	review_set_difference(r, review);
	fit_review(r, ui, canvas, review);
	review_name_deed(r, review);
}

static void
draw_review(const struct review_view *r, struct ui *ui, struct canvas *c,
	    const struct review *review)
{
	const struct review_layout *layout = &r->layout;
	struct canvas middle = layout->middle;
	struct review_layout places;
	int row = draw_head(r, ui, c, -r->head_top, review, !layout->sends, &places) - r->head_top;
	bool is_hidden = row > layout->room;	/* some of the head */

	if (row >= 0 && row < layout->room)
		canvas_hline(c, row);
	if (review_shows_contents(review, ui))
		contents_draw(&r->contents, ui, &middle, review_contents(review, ui));
	else
		difference_draw(&r->difference, ui, &middle);
	if (layout->foot == 0) {
		ui_in_sight(ui, &layout->part);
		return;
	}
	row = c->height - layout->foot;
	/* What was scrolled below is drawn over. */
	clear_rows(c, row - 1);
	canvas_hline(c, row - 1);
	if (middle.height > 0)
		viewport_draw(&layout->part, c, row - 1);
	if (!review_end_is_seen(r) || is_hidden)
		draw_more(c, row - 1);
	if (layout->sends)
		draw_sends(ui, c, row, review);
	if (layout->fields)
		draw_fields(r, ui, c, c->height - layout->fields, review);
}

void
review_draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct review_view *r = (const struct review_view *)view;
	struct flow *flow = review_flow(r, ui);

	if (flow && flow_review(flow) && flow_state(flow) == FLOW_REVIEW) {
		draw_review(r, ui, canvas, flow_review(flow));
		return;
	}
	if (flow && flow_merge(flow)) {
		decide_draw(&r->decide, ui, canvas, flow);
		return;
	}
	if (flow && flow_value_count(flow) > 0) {
		decide_values_draw(&r->values, ui, canvas, flow);
		return;
	}
	canvas_move(canvas, 1, 1);
	if (r->moved && flow && flow_state(flow) == FLOW_PREPARING)
		canvas_move(
			canvas,
			2 + canvas_paragraph(canvas, STYLE_DANGER, r->moved, canvas->height - 4),
			1);
	if (!flow || flow_state(flow) != FLOW_FAILED) {
		canvas_text(canvas, STYLE_DIM, _("Reading what it needs …"));
		return;
	}
	canvas_glyph(canvas, STYLE_DANGER, GLYPH_CROSS);
	canvas_text(canvas, STYLE_STRONG, _(" Nothing was changed."));
	canvas_move(canvas, 3, 1);
	canvas_paragraph(canvas, STYLE_DANGER, flow_error(flow)->text, canvas->height - 4);
}
