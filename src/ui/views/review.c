/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review: what a person decides on, before anything is sent.
 *
 * The approving key is no other view's, so that no key that was pressed twice approves what the
 * first press opened.  It counts once the end of the difference has been on the screen, and a
 * moment longer than a hand needs to press twice.  Where something is to be typed it leads into
 * the fields, and Enter in the last one approves when what was typed is right.
 */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/outside.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/changes.h"
#include "ui/views/contents.h"
#include "ui/views/decide-values.h"
#include "ui/views/decide.h"
#include "ui/views/operation.h"
#include "ui/widgets/difference.h"
#include "ui/widgets/field.h"
#include "ui/widgets/viewport.h"

#define ROOMY_ROWS 26		/* with fewer, the difference has those that would part the words */
#define SETTLE_MS 400		/* from when the end was seen until the approving key counts */
#define DEED_MAX 160
#define FAR_ABOVE (-1000000)	/* a row from which drawing is measuring */
#define CAUTION_ROWS_MAX 100
#define SENDS_BYTES_MAX 16384
#define SENDS_ROWS_MAX 50

enum { IN_DIFFERENCE, IN_REASON, IN_NAME, IN_FINDINGS };

struct review_view {
	struct view view;
	char *id;			/* of the operation; the flow is looked up by it */
	bool shown;			/* the review stands on the screen, since it was made */
	bool fits;			/* a line of the difference does, in what was drawn last */
	int head_rows, head_top;	/* what stands above it scrolls: its rows, and how many are gone; 0: it stays */
	int64_t end_seen_at;		/* steady ms: the end of the difference was drawn; 0: not yet */
	char *moved;			/* what moved while it was open, in words; NULL: nothing did */
	struct set *since;		/* what ran there when it was looked at last; NULL: nothing moved */
	char deed[DEED_MAX];		/* what Enter does in the last field */
	struct key field_keys[4];	/* the key bar while one is in a field */
	struct contents contents;	/* instead when there is no difference */
	struct difference difference;
	int words_row, words_rows;	/* where the changes stood when they were drawn, and how many */
	struct canvas middle;		/* where the difference did */
	struct decide decide;		/* while conflicts wait for choices */
	struct decide_values values;	/* while values do */
	int focus;
	size_t finding;			/* the one that the cursor is on, in IN_FINDINGS */
	int finding_row, finding_rows;	/* where that stands in the head, and how many rows it takes */
	struct field reason, name;
};

static const struct key keys[] = {
	{'A', "A", ACTION_APPROVE, N_("approve"), .help = N_("Approve what you see, or go to the field that is still empty.")},
	{27, "Esc", ACTION_BACK, N_("cancel"), .help = N_("Change nothing and go back.")},
	{'q', NULL, ACTION_BACK, NULL, .help = NULL},
	DIFFERENCE_KEYS,
	DECIDE_KEYS,
	{'E', "E", ACTION_EDIT, NULL, .help = N_("On a finding: change its text in the clone.")},
	{'y', "y", ACTION_COPY, NULL, .help = N_("Copy the changes in words.")},
	{'\t', "Tab", ACTION_PANE, NULL, .help = N_("To the findings and to the next field, where there are any.")},
	{'\r', "Enter", ACTION_OPEN, NULL, .help = N_("In a field: to the next one; in the last one approve, once all are right.")},
	NO_KEY,
};

static struct flow *
flow_of(const struct review_view *r, struct ui *ui)
{
	return session_flow_by_id(ui_session(ui), r->id);
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	operation_words(flow_of((const struct review_view *)view, ui), ui_ascii(ui), out, size);
}

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
	canvas_at(c, c->row, c->width - width);
	canvas_bytes(c, STYLE_DIM, from, 7);
	canvas_ours(c, STYLE_DIM, " ");
	canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
	canvas_ours(c, STYLE_DIM, " ");
	canvas_bytes(c, STYLE_DIM, to, 7);
}

/* The one sentence that a person decides on.  How many rows were used. */
static int
draw_summary(struct canvas *c, int row, const struct review *review)
{
	canvas_at(c, row, 1);
	if (review->verb == FLOW_DISCARD)
		return canvas_paragraph(c, STYLE_STRONG, _("All of it goes: processes, databases, and its "
							   "history on the platform."), 2);
	if (review->changes.count == 0)
		return canvas_paragraph(c, STYLE_STRONG, review->verb == FLOW_CLONE
				? _("The same workloads and versions, with resources of its own.")
				: _("Nothing changes; the same set is deployed again."), 2);
	changes_draw_counts(c, &review->changes);
	draw_pins(c, review);
	return 1;
}

/* After others changed something the difference has that as well, and says whose each line is. */
static void
set_difference(struct review_view *r, const struct review *review)
{
	if (r->since && review->from && review->to && r->since != review->from)
		difference_set_between(&r->difference, r->since, review->from, review->to);
	else
		difference_set(&r->difference, review->from, review->to);
}

static int
words_room(const struct canvas *c)
{
	return c->height / 3 > 4 ? c->height / 3 : 4;
}

/* A warning, with all of its lines.  How many rows were used. */
static int
draw_caution(struct canvas *c, int row, enum style dot, enum style style, const char *text)
{
	canvas_at(c, row, 1);
	canvas_glyph(c, dot, GLYPH_DOT);
	canvas_at(c, row, 3);
	return canvas_paragraph(c, style, text, CAUTION_ROWS_MAX);
}

static struct set *
looked_at(const struct review *review)
{
	return review->from ? review->from : review->to;
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
	if (r->since && looked_at(review))
		changes_between(&changes, r->since, looked_at(review));
	canvas_at(c, row + used, 3);
	canvas_ours(c, STYLE_STRONG, changes.count > 0 ? _("Changed since you looked:")
						       : _("What runs there is the same as when you looked."));
	used++;
	used += changes_draw_words(c, row + used, words_room(c), &changes);
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
		char *text = xasprintf(_("%s has not moved since it was cloned."),
				       review->env_name ? review->env_name : review->env);

		used += draw_caution(c, row, STYLE_OK, STYLE_DIM, text);
		free(text);
	}
	if (review->primed)
		used += draw_caution(c, row + used, STYLE_DANGER, STYLE_DANGER,
				     _("Its base was changed: the next deployment does not start from what is running."));
	for (size_t i = 0; i < review->caution_count; i++)
		used += draw_caution(c, row + used, STYLE_WARN, STYLE_WARN, review->cautions[i]);
	return used;
}

/* Each with the box that Space ticks; the cursor's is bright.  How many rows were used. */
static int
draw_findings(struct review_view *r, struct canvas *c, int row, const struct review *review)
{
	int used = 0;

	for (size_t i = 0; i < review->finding_count; i++) {
		const struct review_finding *f = &review->findings[i];
		bool here = r->focus == IN_FINDINGS && i == r->finding;
		enum style style = here ? STYLE_STRONG : f->is_acknowledged ? STYLE_DIM : STYLE_WARN;
		int rows;

		canvas_at(c, row + used, 0);
		canvas_ours(c, STYLE_KEY, here ? ">" : " ");
		canvas_ours(c, style, f->is_acknowledged ? "[x]" : "[ ]");
		canvas_at(c, row + used, 5);
		rows = canvas_paragraph(c, style, f->text, CAUTION_ROWS_MAX);
		rows += rows == 0;
		if (here) {
			r->finding_row = row + used;
			r->finding_rows = rows;
		}
		used += rows;
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
		buf_printf(line, "%.*s …/%s", (int)method, request, request + method + strlen(common));
	else
		buf_puts(line, request);
	free(common);
}

/* A line of what is sent, and one of the rollback; each more where it is long.  How many rows. */
static int
draw_sends(struct ui *ui, struct canvas *c, int row, const struct review *review)
{
	const char *labels[] = {_("sends"), _("rollback")};
	int column = text_columns(labels[0]), used;
	struct buf line;

	column = (text_columns(labels[1]) > column ? text_columns(labels[1]) : column) + 3;
	buf_init(&line, SENDS_BYTES_MAX);
	for (size_t i = 0; i < review->send_count; i++) {
		if (i > 0)
			buf_puts(&line, _("  then  "));
		add_request(&line, review, review->sends[i]);
	}
	canvas_at(c, row, 1);
	canvas_ours(c, STYLE_DIM, labels[0]);
	canvas_at(c, row, column);
	used = canvas_paragraph(c, STYLE_NORMAL, buf_str(&line), SENDS_ROWS_MAX);
	used += used == 0;
	buf_clear(&line);
	if (review->way_back && *review->way_back)
		buf_printf(&line, "%s%s", review->way_back, ui_keyed(ui, _("   saved; {undo} rolls back")));
	else
		buf_puts(&line, review->verb == FLOW_DISCARD ? _("none: deletion cannot be undone")
							    : _("none is needed"));
	canvas_at(c, row + used, 1);
	canvas_ours(c, STYLE_DIM, labels[1]);
	canvas_at(c, row + used, column);
	used += canvas_paragraph(c, STYLE_NORMAL, buf_str(&line), SENDS_ROWS_MAX);
	buf_clear(&line);
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

static bool
asks(const struct review *review)
{
	return review->is_protected || review->asks_name;
}

/* With the line above them. */
static int
field_rows(const struct review *review)
{
	return !asks(review) ? 0 : review->is_protected ? 3 : 2;
}

static void
draw_fields(const struct review_view *r, struct ui *ui, struct canvas *c, int row, const struct review *review)
{
	int from = c->width < 60 ? 20 : 24;
	int columns = c->width - from - 2 < 60 ? c->width - from - 2 : 60;
	const char *hint;

	canvas_at(c, row, 1);
	canvas_glyph(c, STYLE_DANGER, GLYPH_SQUARE);
	canvas_ours(c, STYLE_DANGER, " ");
	canvas_bytes(c, STYLE_DANGER, review->env_name ? review->env_name : review->env, 30);
	canvas_ours(c, STYLE_DIM, why_typed(review));
	hint = ui_keyed(ui, review->is_protected ? _("  {approve} leads to the fields.")
						 : _("  {approve} leads to the field."));
	if (r->focus == IN_DIFFERENCE && text_columns(hint) <= c->width - c->column)
		canvas_ours(c, STYLE_DIM, hint);
	if (review->is_protected) {
		canvas_at(c, ++row, 1);
		canvas_ours(c, r->focus == IN_REASON ? STYLE_NORMAL : STYLE_DIM, _("Reason"));
		canvas_at(c, row, from);
		field_draw(&r->reason, c, columns, r->focus == IN_REASON);
	}
	canvas_at(c, ++row, 1);
	canvas_format(c, r->focus == IN_NAME ? STYLE_NORMAL : STYLE_DIM, _("Type \"%.14s\""), review->env);
	canvas_at(c, row, from);
	field_draw(&r->name, c, columns, r->focus == IN_NAME);
}

/* What a clone will be, or what a discarded environment is; NULL: not known. */
static const struct set *
contents_of(const struct review *review, struct ui *ui)
{
	const struct world_environment *e;

	if (review->to || review->from)
		return review->to ? review->to : review->from;
	e = world_environment(session_world(ui_session(ui)), review->org, review->app, review->env);
	return e ? e->set : NULL;
}

/* Whether the middle is the exact diff, or the whole of what is made or removed. */
static bool
shows_contents(const struct review *review, struct ui *ui)
{
	return review->changes.count == 0 && contents_of(review, ui);
}

static const char no_room[] = N_("Enlarge the window: no line of the difference fits in it.");
static const char not_read[] = N_("Read the difference to its end first: {page-down} or {last}.");

/* The end counts when nothing is folded away by hand before it. */
static void
note_end(struct review_view *r, struct ui *ui, bool at_end)
{
	if (r->end_seen_at || !r->fits || !at_end || difference_is_partial(&r->difference))
		return;
	r->end_seen_at = clock_steady_ms();
	ui_draw_again(ui, SETTLE_MS);
}

static void
clear_rows(const struct canvas *c, int from)
{
	struct canvas below = canvas_part(c, from, 0, c->height - from, c->width);

	for (int row = 0; row < below.height; row++) {
		canvas_at(&below, row, 0);
		canvas_fill_row(&below, STYLE_NORMAL);
	}
}

/* On the rule, until the end was seen. */
static void
draw_more(struct canvas *c, int row)
{
	canvas_at(c, row, 2);
	canvas_ours(c, STYLE_WARN, _(" more below "));
}

/*
 * What stands above the difference: the summary, the changes in words, the warnings, and where
 * there is no room for it below, what is sent.  How many rows that is; from a row far above the
 * canvas it is only measured.
 */
static int
draw_head(struct review_view *r, struct ui *ui, struct canvas *c, int row, const struct review *review, bool sends)
{
	bool roomy = c->height >= ROOMY_ROWS;
	int start = row, used;

	row += roomy;
	used = draw_moved(r, c, row, review);
	row += used + (roomy && used > 0);
	row += draw_summary(c, row, review) + roomy;
	r->words_row = row;
	r->words_rows = used = changes_draw_words(c, row, words_room(c), &review->changes);
	row += used + (roomy && used > 0);
	used = draw_cautions(c, row, review);
	used += draw_findings(r, c, row + used, review);
	row += used + (roomy && used > 0);
	if (sends)
		row += draw_sends(ui, c, row, review);
	return row - start;
}

/* Below the rule, the difference or the whole of what is made or removed.  Whether its end is seen. */
static bool
draw_middle(struct review_view *r, struct ui *ui, const struct review *review, struct viewport *part)
{
	if (shows_contents(review, ui)) {
		contents_draw(&r->contents, &r->middle, contents_of(review, ui));
		*part = (struct viewport){r->contents.top, (size_t)r->contents.height, r->contents.count};
		return r->contents.height > 0 && part->first + part->rows >= part->count;
	}
	difference_draw(&r->difference, ui, &r->middle);
	*part = difference_in_sight(&r->difference);
	return r->difference.at_end;
}

/* Scrolls the head to the finding that the cursor is on; its row was measured from FAR_ABOVE. */
static void
show_finding(struct review_view *r, const struct review *review, int room)
{
	int first = r->finding_row - FAR_ABOVE, end = first + r->finding_rows;

	if (r->focus != IN_FINDINGS || review->finding_count == 0 || r->head_rows == 0)
		return;
	if (end - r->head_top > room - 1)
		r->head_top = end - room + 1;
	if (first < r->head_top)
		r->head_top = first;
	if (r->head_top > r->head_rows)
		r->head_top = r->head_rows;
	r->head_top = r->head_top < 0 ? 0 : r->head_top;
}

/*
 * The head stays in sight where it leaves half of the rows to the difference; else both are one
 * text, and the head goes out of sight first.
 */
static void
draw_review(struct review_view *r, struct ui *ui, struct canvas *c, const struct review *review)
{
	bool roomy = c->height >= 20, sends;
	int fields = field_rows(review), foot, room, head, row;
	struct viewport part;
	bool at_end;

	set_difference(r, review);
	foot = draw_sends(ui, c, FAR_ABOVE, review);
	sends = c->height >= 12 && foot <= c->height / 4;
	foot = (sends ? foot : 0) + (fields ? fields + (sends && roomy) : 0);
	room = c->height - foot - (foot > 0);
	head = draw_head(r, ui, c, FAR_ABOVE, review, !sends) + 1;
	r->head_rows = head > room - room / 2 ? head : 0;
	if (r->head_top > r->head_rows)
		r->head_top = r->head_rows;
	show_finding(r, review, room);
	row = draw_head(r, ui, c, -r->head_top, review, !sends) - r->head_top;
	if (row >= 0 && row < room)
		canvas_rule(c, row);
	row++;
	r->middle = canvas_part(c, row, 0, room > row ? room - row : 0, c->width);
	at_end = draw_middle(r, ui, review, &part);
	r->fits = room > 0;
	r->shown = true;
	note_end(r, ui, at_end);
	/* A larger window makes both untrue. */
	if (r->fits)
		ui_retract(ui, _(no_room));
	if (r->end_seen_at)
		ui_retract(ui, _(not_read));
	if (foot == 0) {
		ui_in_sight(ui, &part);
		return;
	}
	row = c->height - foot;
	/* What was scrolled below is drawn over. */
	clear_rows(c, row - 1);
	canvas_rule(c, row - 1);
	if (r->middle.height > 0)
		viewport_draw(&part, c, row - 1);
	if (!r->end_seen_at)
		draw_more(c, row - 1);
	if (sends)
		draw_sends(ui, c, row, review);
	if (fields)
		draw_fields(r, ui, c, c->height - fields, review);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = flow_of(r, ui);

	if (flow && flow_review(flow) && flow_state(flow) == FLOW_REVIEW) {
		draw_review(r, ui, canvas, flow_review(flow));
		return;
	}
	r->shown = false;
	if (flow && flow_merge(flow)) {
		decide_draw(&r->decide, ui, canvas, flow);
		return;
	}
	if (flow && flow_value_count(flow) > 0) {
		decide_values_draw(&r->values, ui, canvas, flow);
		return;
	}
	canvas_at(canvas, 1, 1);
	if (r->moved && flow && flow_state(flow) == FLOW_PREPARING)
		canvas_at(canvas, 2 + canvas_paragraph(canvas, STYLE_DANGER, r->moved, canvas->height - 4), 1);
	if (!flow || flow_state(flow) != FLOW_FAILED) {
		canvas_ours(canvas, STYLE_DIM, _("Reading what it needs …"));
		return;
	}
	canvas_glyph(canvas, STYLE_DANGER, GLYPH_CROSS);
	canvas_ours(canvas, STYLE_STRONG, _(" Nothing was changed."));
	canvas_at(canvas, 3, 1);
	canvas_paragraph(canvas, STYLE_DANGER, flow_error(flow)->text, canvas->height - 4);
}

/* What scrolls where the head and the difference are one text.  true: the head did. */
static bool
act_head(struct review_view *r, const struct review *review, struct ui *ui, enum action action)
{
	bool at_top = shows_contents(review, ui) ? r->contents.top == 0
						 : r->difference.top == 0 && r->difference.top_line == 0;
	int page = r->middle.height + r->head_rows - r->head_top - 1, by = 0;

	page = page > 1 ? page : 1;
	switch (action) {
	case ACTION_DOWN: by = 1; break;
	case ACTION_UP: by = -1; break;
	case ACTION_PAGE_DOWN: by = page; break;
	case ACTION_PAGE_UP: by = -page; break;
	case ACTION_FIRST: r->head_top = 0; return false;
	default: r->head_top = r->head_rows; return false;
	}
	if ((by > 0 && r->head_top == r->head_rows) || (by < 0 && (!at_top || r->head_top == 0)))
		return false;
	by += r->head_top;
	r->head_top = by < 0 ? 0 : by > r->head_rows ? r->head_rows : by;
	return true;
}

static bool
act_middle(struct review_view *r, struct ui *ui, const struct review *review, enum action action)
{
	set_difference(r, review);
	if (act_head(r, review, ui, action))
		return true;
	if (shows_contents(review, ui))
		return contents_act(&r->contents, ui, contents_of(review, ui), action);
	return difference_act(&r->difference, ui, action);
}

/* A key while something is found in the middle. */
static bool
type_middle(struct review_view *r, struct ui *ui, int key)
{
	struct flow *flow = flow_of(r, ui);
	const struct review *review = flow ? flow_review(flow) : NULL;

	if (review && shows_contents(review, ui))
		return contents_type(&r->contents, ui, contents_of(review, ui), key);
	return difference_type(&r->difference, ui, key);
}

/* The same again, from what is there now.  What was looked at stays what is compared with, until the
 * end of the new difference was seen as well. */
static void
prepare_again(struct review_view *r, struct ui *ui, struct flow *old, const char *why)
{
	const struct review *review = flow_review(old);
	struct error err = {0};
	struct flow_request request = *flow_request(old);
	struct flow *flow;
	char *moved;

	request.waits = true;
	flow = flow_new(ui_session(ui), &request, &err);

	if (!flow) {
		ui_say_error(ui, &err);
		return;
	}
	if (!r->since || r->end_seen_at) {
		set_unref(r->since);
		r->since = looked_at(review) ? set_ref(looked_at(review)) : NULL;
		free(r->moved);
		r->moved = NULL;
	}
	moved = xasprintf("%s%s%s", r->moved ? r->moved : "", r->moved ? "  " : "", why);
	free(r->moved);
	r->moved = moved;
	free(r->id);
	r->id = xstrdup(flow_operation_id(flow));
	r->end_seen_at = 0;
	r->shown = false;
	r->head_top = 0;
	if (flow_state(old) <= FLOW_REVIEW)
		flow_cancel(old);
	flow_dismiss(old);
}

/* There may be fewer of them now. */
static void
stay_in_findings(struct review_view *r, const struct review *review)
{
	if (review->finding_count > 0)
		r->finding = review->finding_count - 1;
	else
		r->focus = IN_DIFFERENCE;
}

/* The world did, or the flow: an open review follows what it is about. */
static void
changed(struct view *view, struct ui *ui)
{
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = flow_of(r, ui);
	const char *moved = flow ? flow_moved(flow) : NULL;
	const struct review *review = flow ? flow_review(flow) : NULL;
	char *why = moved ? xstrdup(moved) : NULL;

	if (why)
		prepare_again(r, ui, flow, why);
	else if (review && r->focus == IN_FINDINGS && r->finding >= review->finding_count)
		stay_in_findings(r, review);
	free(why);
}

/* Why the review cannot be approved now; NULL: it can. */
static const char *
why_not(const struct review_view *r)
{
	if (!r->fits || LINES < TERMINAL_MIN_ROWS || COLS < TERMINAL_MIN_COLUMNS)
		return _(no_room);
	if (!r->end_seen_at)
		return _(not_read);
	if (clock_steady_ms() - r->end_seen_at < SETTLE_MS)
		return _("The review has only just appeared; press the key again.");
	return NULL;
}

static void
approve(struct review_view *r, struct ui *ui, struct flow *flow)
{
	const char *why = why_not(r);
	struct error err = {0};

	if (why)
		ui_say(ui, "%s", ui_keyed(ui, why));
	else if (flow_approve(flow, r->reason.text, r->name.text, &err) != 0)
		ui_say_error(ui, &err);
	else
		ui_replace(ui, progress_view_new(flow));
}

/* The first field that is empty or wrong; IN_DIFFERENCE: none is. */
static int
missing_field(const struct review_view *r, const struct review *review)
{
	if (review->is_protected && !r->reason.text[strspn(r->reason.text, " \t")])
		return IN_REASON;
	if (review->asks_name && strcmp(r->name.text, review->env) != 0)
		return IN_NAME;
	return IN_DIFFERENCE;
}

/* To the first finding that is not acknowledged.  false: all are. */
static bool
go_to_open_finding(struct review_view *r, const struct review *review)
{
	for (size_t i = 0; i < review->finding_count; i++) {
		if (review->findings[i].is_acknowledged)
			continue;
		r->focus = IN_FINDINGS;
		r->finding = i;
		return true;
	}
	return false;
}

static void
act_approve(struct review_view *r, struct ui *ui, struct flow *flow)
{
	const struct review *review = flow_review(flow);
	int missing = missing_field(r, review);
	size_t open = review_open_findings(review);

	if (go_to_open_finding(r, review))
		ui_say(ui, ngettext("Acknowledge the finding first (Space) or change it ({edit}): it may lead to %s.",
				    "Acknowledge each of the findings first (Space) or change them ({edit}): they "
				    "may lead to %s.",
				    open), review->source);
	else if (asks(review))
		r->focus = missing ? missing : IN_NAME;
	else
		approve(r, ui, flow);
}

/* Enter: to the field that is still missing, and in the last one it approves. */
static void
enter_field(struct review_view *r, struct ui *ui, struct flow *flow, const struct review *review)
{
	int missing = missing_field(r, review);

	if (missing && missing != r->focus)
		r->focus = missing;
	else if (missing == IN_REASON)
		ui_say(ui, _("A reason is asked for: whoever looks at it later reads why."));
	else
		approve(r, ui, flow);
}

/* The difference, the findings, the fields, and the difference again. */
static void
next_field(struct review_view *r, const struct review *review)
{
	if (r->focus == IN_DIFFERENCE && review->finding_count > 0) {
		if (!go_to_open_finding(r, review)) {
			r->focus = IN_FINDINGS;
			r->finding = 0;
		}
		return;
	}
	if (r->focus == IN_NAME || !asks(review))
		r->focus = IN_DIFFERENCE;
	else
		r->focus = r->focus != IN_REASON && review->is_protected ? IN_REASON : IN_NAME;
}

static const struct review_finding *
finding_here(const struct review_view *r, const struct review *review)
{
	return review && r->focus == IN_FINDINGS && r->finding < review->finding_count ?
		&review->findings[r->finding] : NULL;
}

/* --- what a finding is in becomes another text in the clone --- */

/* Which one, for whoever comes back from a field or an editor. */
struct finding_place {
	struct review_view *review;
	char *operation, *id, *before;
};

static const char *
check_text(void *data, const char *text)
{
	const struct finding_place *place = data;

	return strcmp(place->before, text) == 0 ? _("No change: it already has this value.") : NULL;
}

/* The review is made again, and is read again. */
static bool
take_text(struct ui *ui, const struct finding_place *place, const char *text)
{
	struct flow *flow = session_flow_by_id(ui_session(ui), place->operation);
	struct error err = {0};

	if (!flow) {
		ui_say(ui, _("The review was made again meanwhile; change it there."));
		return false;
	}
	if (flow_change_finding(flow, place->id, text, &err) != 0) {
		ui_say_error(ui, &err);
		return false;
	}
	place->review->end_seen_at = 0;
	place->review->shown = false;
	place->review->head_top = 0;
	return true;
}

static void
typed_text(void *data, struct ui *ui, const char *text)
{
	(void)take_text(ui, data, text);
	ui_pop(ui);
}

static void
drop_place(void *data)
{
	struct finding_place *place = data;

	free(place->operation);
	free(place->id);
	free(place->before);
	free(place);
}

/* Several lines, or more than a field holds. */
static bool
needs_editor(const char *text)
{
	return strpbrk(text, "\n\r\t") || strlen(text) >= FIELD_MAX;
}

static void
edit_text(struct ui *ui, const struct finding_place *place)
{
	char *text = xstrdup(place->before);
	size_t before = strlen(text), after;
	struct error err = {0};

	if (outside_edit("finding.txt", &text, &err) != 0) {
		ui_say_error(ui, &err);
		free(text);
		return;
	}
	/* An editor ends the last line. */
	after = strlen(text);
	if (after > 0 && text[after - 1] == '\n' && (before == 0 || place->before[before - 1] != '\n'))
		text[after - 1] = '\0';
	(void)take_text(ui, place, text);
	free(text);
}

static void
change_finding(struct review_view *r, struct ui *ui, const struct flow *flow,
	       const struct review_finding *finding)
{
	struct prompt prompt = {
		.title = N_("Change the text of a finding"), .label = N_("New text"),
		.note = N_("In the clone only. It isolates the clone, so it is not promoted; the review is made again."),
		.subject = finding->where, .initial = finding->was, .check = check_text, .done = typed_text,
		.drop = drop_place,
	};
	struct finding_place *place;

	if (!finding->was) {
		ui_say(ui, _("This finding is not in one string of the clone; it can only be acknowledged."));
		return;
	}
	place = xcalloc(1, sizeof(*place));
	*place = (struct finding_place){r, xstrdup(flow_operation_id(flow)), xstrdup(finding->id),
					xstrdup(finding->was)};
	prompt.data = place;
	if (!needs_editor(finding->was)) {
		ui_push(ui, prompt_view_new(&prompt));
		return;
	}
	edit_text(ui, place);
	drop_place(place);
}

/* Keys among the findings.  true: it was one of theirs. */
static bool
act_findings(struct review_view *r, struct ui *ui, struct flow *flow, enum action action)
{
	const struct review *review = flow_review(flow);
	const struct review_finding *finding;
	struct error err = {0};

	if (r->focus != IN_FINDINGS || r->finding >= review->finding_count)
		return false;
	finding = &review->findings[r->finding];
	switch (action) {
	case ACTION_DOWN:
		r->finding += r->finding + 1 < review->finding_count;
		return true;
	case ACTION_UP:
		r->finding -= r->finding > 0;
		return true;
	case ACTION_OPEN:
		ui_say(ui, finding->was ? _("Space acknowledges this finding; {edit} changes its text in the clone.")
					: _("Space acknowledges this finding."));
		return true;
	case ACTION_EDIT:
		change_finding(r, ui, flow, finding);
		return true;
	case ACTION_FOLD:
		if (flow_acknowledge(flow, finding->id, !finding->is_acknowledged, &err) != 0)
			ui_say_error(ui, &err);
		else if (finding->is_acknowledged && r->finding + 1 < review->finding_count)
			r->finding++;
		return true;
	default:
		return false;
	}
}

static void
go_back(struct review_view *r, struct ui *ui, struct flow *flow)
{
	if (r->focus > 0) {
		r->focus = 0;
		return;
	}
	if (flow) {
		if (flow_state(flow) <= FLOW_REVIEW)
			flow_cancel(flow);
		flow_dismiss(flow);
	}
	ui_pop(ui);
}

static void
copy(struct ui *ui, const struct review *review)
{
	char *words = changes_words(&review->changes);

	if (*words)
		ui_copy(ui, _("the changes"), words);
	else
		ui_say(ui, _("There is nothing to copy: nothing changes."));
	free(words);
}

/* Enter says what it does. */
static const struct key *
field_bar(struct review_view *r, const struct review *review)
{
	int missing = missing_field(r, review);

	if (review->verb == FLOW_DISCARD)
		snprintf(r->deed, sizeof(r->deed), _("deletes %s"), review->env);
	else if (review->verb == FLOW_UNDO)
		snprintf(r->deed, sizeof(r->deed), _("rolls back %s"), review->env);
	else
		snprintf(r->deed, sizeof(r->deed), _("deploys to %s"), review->env);
	if (missing && missing != r->focus)
		r->field_keys[0] = (struct key){'\r', "Enter", ACTION_OPEN, N_("next field"), .help = NULL};
	else if (r->end_seen_at)
		r->field_keys[0] = (struct key){'\r', "Enter", ACTION_OPEN, r->deed, .help = NULL};
	else
		r->field_keys[0] = (struct key){KEY_BASE + KEY_NPAGE, "PgDn", ACTION_PAGE_DOWN, N_("read on"), .help = NULL};
	r->field_keys[1] = (struct key){'\t', "Tab", ACTION_PANE, N_("next field"), .help = NULL};
	r->field_keys[2] = (struct key){27, "Esc", ACTION_BACK, N_("back"), .help = NULL};
	r->field_keys[3] = (struct key)NO_KEY;
	return r->field_keys;
}

static bool
can(const struct view *view, struct ui *ui, enum action action)
{
	const struct review_view *r = (const struct review_view *)view;
	struct flow *flow = flow_of(r, ui);
	const struct review *review = flow ? flow_review(flow) : NULL;

	switch (action) {
	case ACTION_APPROVE: return review && r->shown && !why_not(r);
	case ACTION_BESIDE:
	case ACTION_UNFOLD:
	case ACTION_ONLY:
	case ACTION_CONTEXT: return review && !shows_contents(review, ui);
	case ACTION_NEXT: return review && (!shows_contents(review, ui) || *r->contents.find.text);
	case ACTION_OURS:
	case ACTION_THEIRS: return flow && (flow_merge(flow) || flow_value_count(flow) > 0);
	case ACTION_EDIT: return finding_here(r, review) && finding_here(r, review)->was;
	case ACTION_PANE: return (flow && flow_value_count(flow) > 0) || (review && (asks(review) || review->finding_count > 0));
	default: return true;
	}
}

static const struct key *
bar(const struct view *view, struct ui *ui)
{
	static const struct key decide_keys[] = {
		{'o', "o", ACTION_OURS, N_("the clone's"), .help = NULL},
		{'t', "t", ACTION_THEIRS, N_("the target's"), .help = NULL},
		{'j', "j", ACTION_DOWN, N_("next conflict"), .help = NULL},
		{'\r', "Enter", ACTION_OPEN, N_("review"), .help = NULL},
		{27, "Esc", ACTION_BACK, N_("cancel"), .help = NULL},
		{'?', "?", ACTION_HELP, N_("help"), .help = NULL},
		NO_KEY,
	};
	static const struct key failed_keys[] = {
		{27, "Esc", ACTION_BACK, N_("back"), .help = NULL},
		{'?', "?", ACTION_HELP, N_("help"), .help = NULL},
		NO_KEY,
	};
	static const struct key finding_keys[] = {
		{' ', "Space", ACTION_FOLD, N_("acknowledge"), .help = NULL},
		{'E', "E", ACTION_EDIT, N_("change"), .help = NULL},
		{'j', "j", ACTION_DOWN, N_("next finding"), .help = NULL},
		{'k', "k", ACTION_UP, N_("previous finding"), .help = NULL},
		{'\t', "Tab", ACTION_PANE, N_("go on"), .help = NULL},
		{'A', "A", ACTION_APPROVE, N_("approve"), .help = NULL},
		{27, "Esc", ACTION_BACK, N_("back"), .help = NULL},
		NO_KEY,
	};
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = flow_of(r, ui);

	if (r->focus == IN_FINDINGS && flow && flow_review(flow))
		return finding_keys;
	if (r->focus > 0 && flow && flow_review(flow))
		return field_bar(r, flow_review(flow));
	if (r->difference.finding || r->contents.finding)
		return ui_finding_keys;
	if (flow && flow_state(flow) == FLOW_FAILED)
		return failed_keys;
	if (flow && flow_value_count(flow) > 0)
		return decide_values_bar(&r->values);
	return flow && flow_merge(flow) ? decide_keys : NULL;
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = flow_of(r, ui);
	const struct review *review = flow ? flow_review(flow) : NULL;

	if (action == ACTION_BACK && !(flow && flow_value_count(flow) > 0 && r->values.typing)) {
		go_back(r, ui, flow);
		return;
	}
	if (flow && flow_merge(flow)) {
		if (!decide_act(&r->decide, ui, flow, action))
			ui_say(ui, _("Decide the conflicts first: {ours} or {theirs} on each."));
		return;
	}
	if (flow && flow_value_count(flow) > 0) {
		if (!decide_values_act(&r->values, ui, flow, action))
			ui_say(ui, _("Decide about the values first."));
		return;
	}
	if (flow && flow_state(flow) == FLOW_FAILED) {
		ui_say(ui, _("There is nothing to approve here; Esc goes back."));
		return;
	}
	/* What came in this turn is not on the screen yet, and nobody approves what was never seen. */
	if (!review || flow_state(flow) != FLOW_REVIEW || !r->shown) {
		ui_say(ui, _("The review is still loading."));
		return;
	}
	if (act_findings(r, ui, flow, action))
		return;
	switch (action) {
	case ACTION_OURS:
	case ACTION_THEIRS: ui_say(ui, _("There is no conflict to decide here.")); break;
	case ACTION_APPROVE: act_approve(r, ui, flow); break;
	case ACTION_COPY: copy(ui, review); break;
	case ACTION_EDIT:
		ui_say(ui, review->finding_count > 0
				? _("{pane} goes to the findings; {edit} changes the text of one of them.")
				: _("There is no finding here whose text could be changed."));
		break;
	case ACTION_PANE:
		if (asks(review) || review->finding_count > 0)
			next_field(r, review);
		else
			ui_say(ui, _("There is nothing to fill in here."));
		break;
	case ACTION_OPEN:
		if (r->focus > 0)
			enter_field(r, ui, flow, review);
		else
			ui_say(ui, _("Press {approve} to approve."));
		break;
	default: act_middle(r, ui, review, action); break;
	}
}

/* On a change: to it; in the difference: folds; on a field: into it. */
static void
click_review(struct review_view *r, struct ui *ui, const struct review *review,
	     const struct canvas *canvas, int row)
{
	int below = row + canvas->y - r->middle.y;

	if (asks(review) && row >= canvas->height - field_rows(review) + 1)
		r->focus = row == canvas->height - 1 ? IN_NAME : IN_REASON;
	else if (shows_contents(review, ui))
		return;
	else if (row >= r->words_row && row < r->words_row + r->words_rows)
		difference_show(&r->difference, &review->changes,
				changes_in_row(&review->changes, canvas->width, words_room(canvas), row - r->words_row));
	else if (below < r->middle.height)
		difference_click(&r->difference, below);
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = flow_of(r, ui);

	(void)column;
	if (flow && flow_review(flow) && flow_state(flow) == FLOW_REVIEW)
		click_review(r, ui, flow_review(flow), canvas, row);
	else if (flow && flow_merge(flow))
		decide_click(&r->decide, canvas, flow, row);
	else if (flow && flow_value_count(flow) > 0)
		decide_values_click(&r->values, canvas, flow, row);
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct review_view *r = (struct review_view *)view;

	if (decide_values_type(&r->values, key))
		return true;
	if (r->focus == IN_FINDINGS)
		return false;
	if (r->focus == IN_DIFFERENCE)
		return type_middle(r, ui, key);
	return field_type(r->focus == IN_REASON ? &r->reason : &r->name, key);
}

static void
close_view(struct view *view)
{
	struct review_view *r = (struct review_view *)view;

	difference_clear(&r->difference);
	decide_values_clear(&r->values);
	set_unref(r->since);
	free(r->moved);
	free(r->id);
	free(r);
}

const struct view_ops review_view_ops = {
	.bar = bar, .can = can,
	.title = N_("Review"), .keys = keys, .draw = draw, .subject = subject, .act = act,
	.type = type, .click = click, .changed = changed,
	.close = close_view,
	.unseen_keys_dropped = true,
};

struct view *
review_view_new(struct flow *flow)
{
	struct review_view *r = xcalloc(1, sizeof(*r));

	r->view.ops = &review_view_ops;
	r->id = xstrdup(flow_operation_id(flow));
	return &r->view;
}

struct view *
review_view_again(struct ui *ui, struct flow *old)
{
	struct view *view = review_view_new(old);
	char *why = xstrdup(flow_error(old)->text);

	prepare_again((struct review_view *)view, ui, old, why);
	free(why);
	return view;
}
