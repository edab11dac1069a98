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

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "flow/world.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/changes.h"
#include "ui/views/contents.h"
#include "ui/views/decide.h"
#include "ui/views/operation.h"
#include "ui/widgets/difference.h"
#include "ui/widgets/field.h"
#include "ui/widgets/viewport.h"

#define SETTLE_MS 400		/* from when the end was seen until the approving key counts */
#define DEED_MAX 160

enum { IN_DIFFERENCE, IN_REASON, IN_NAME };

struct review_view {
	struct view view;
	char *id;			/* of the operation; the flow is looked up by it */
	bool shown;			/* the review stands on the screen, since it was made */
	bool fits;			/* a line of the difference does, in what was drawn last */
	int64_t end_seen_at;		/* steady ms: the end of the difference was drawn; 0: not yet */
	char deed[DEED_MAX];		/* what Enter does in the last field */
	struct key field_keys[4];	/* the key bar while one is in a field */
	struct contents contents;	/* instead when there is no difference */
	struct difference difference;
	int words_row, words_rows;	/* where the changes stood when they were drawn, and how many */
	struct canvas middle;		/* where the difference did */
	struct decide decide;		/* while conflicts wait for choices */
	int focus;
	struct field reason, name;
};

static const struct key keys[] = {
	{'A', "A", ACTION_APPROVE, N_("approve"), N_("Approve what you see, or go to the field that is still empty.")},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Change nothing and go back.")},
	{'q', NULL, ACTION_BACK, NULL, NULL},
	DIFFERENCE_KEYS,
	DECIDE_KEYS,
	{'y', "y", ACTION_COPY, NULL, N_("Copy the changes in words.")},
	{'\t', "Tab", ACTION_PANE, NULL, N_("To the next field, where there are any.")},
	{'\r', "Enter", ACTION_OPEN, NULL, N_("In a field: to the next one; in the last one approve, once all are right.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
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

/* What has moved, and what to read first.  How many rows were used. */
static int
draw_cautions(struct canvas *c, int row, int rows, const struct review *review)
{
	int used = 0;

	if (review->verb == FLOW_PROMOTE && rows > 0) {
		canvas_at(c, row, 1);
		canvas_glyph(c, review->moved ? STYLE_WARN : STYLE_OK, GLYPH_DOT);
		canvas_format(c, review->moved ? STYLE_WARN : STYLE_DIM,
			      review->moved ? _(" %s has moved since it was cloned; what others changed stays.")
					    : _(" %s has not moved since it was cloned."),
			      review->env_name ? review->env_name : review->env);
		used++;
	}
	if (review->primed && used < rows) {
		canvas_at(c, row + used++, 1);
		canvas_glyph(c, STYLE_DANGER, GLYPH_DOT);
		canvas_ours(c, STYLE_DANGER, _(" Its next deployment was set to ride on another base."));
	}
	for (size_t i = 0; i < review->caution_count && used < rows; i++) {
		size_t left = review->caution_count - i;

		canvas_at(c, row + used++, 1);
		canvas_glyph(c, STYLE_WARN, GLYPH_DOT);
		canvas_ours(c, STYLE_WARN, " ");
		/* None is dropped in silence. */
		if (used == rows && left > 1)
			canvas_format(c, STYLE_WARN, _("Warnings without room here: %zu.  A higher window shows them."),
				      left);
		else
			canvas_bytes(c, STYLE_WARN, review->cautions[i], 0);
	}
	return used;
}

/* Without what every request of this application begins with. */
static void
draw_request(struct canvas *c, const struct review *review, const char *request)
{
	size_t method = strcspn(request, " ");
	char *common = xasprintf(" /orgs/%s/apps/%s/", review->org, review->app);

	if (strncmp(request + method, common, strlen(common)) == 0) {
		char *verb = xstrndup(request, method);

		canvas_bytes(c, STYLE_NORMAL, verb, 0);
		canvas_ours(c, STYLE_NORMAL, c->ascii ? " .../" : " …/");
		canvas_bytes(c, STYLE_NORMAL, request + method + strlen(common), 0);
		free(verb);
	} else {
		canvas_bytes(c, STYLE_NORMAL, request, 0);
	}
	free(common);
}

static void
draw_sends(struct ui *ui, struct canvas *c, int row, const struct review *review)
{
	const char *labels[] = {_("sends"), _("way back")};
	int column = text_columns(labels[0]);

	column = (text_columns(labels[1]) > column ? text_columns(labels[1]) : column) + 3;
	canvas_at(c, row, 1);
	canvas_ours(c, STYLE_DIM, labels[0]);
	canvas_at(c, row, column);
	for (size_t i = 0; i < review->send_count; i++) {
		if (i > 0)
			canvas_ours(c, STYLE_DIM, _("  then  "));
		draw_request(c, review, review->sends[i]);
	}
	canvas_at(c, row + 1, 1);
	canvas_ours(c, STYLE_DIM, labels[1]);
	canvas_at(c, row + 1, column);
	if (review->way_back && *review->way_back) {
		canvas_bytes(c, STYLE_NORMAL, review->way_back, 0);
		canvas_ours(c, STYLE_DIM, ui_keyed(ui, _("   kept in the history, one key: {undo}")));
	} else {
		canvas_ours(c, STYLE_DIM, review->verb == FLOW_DISCARD ? _("none: what is deleted is gone")
								      : _("none is needed"));
	}
}

/* Why something is to be typed. */
static const char *
why_typed(const struct review *review)
{
	if (review->is_protected && !review->is_no_clone)
		return _(" is protected.");
	if (review->verb == FLOW_DISCARD && !review->is_no_clone)
		return _(" has changes that are not promoted.");
	return _(" is not a clone that was made here.");
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

	canvas_at(c, row, 1);
	canvas_glyph(c, STYLE_DANGER, GLYPH_SQUARE);
	canvas_ours(c, STYLE_DANGER, " ");
	canvas_bytes(c, STYLE_DANGER, review->env_name ? review->env_name : review->env, 30);
	canvas_ours(c, STYLE_DIM, why_typed(review));
	if (r->focus == IN_DIFFERENCE)
		canvas_ours(c, STYLE_DIM, ui_keyed(ui, review->is_protected ? _("  {approve} leads to the fields.")
									  : _("  {approve} leads to the field.")));
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

/* What is folded away by hand is not on the screen either. */
static bool
is_folded(const struct difference *d)
{
	for (size_t i = 0; i < d->objects; i++)
		if (d->closed[i])
			return true;
	return d->objects > 0 && d->only >= 0;
}

static void
note_end(struct review_view *r, struct ui *ui, const struct viewport *part)
{
	r->fits = part->count == 0 || part->rows > 0;
	if (r->end_seen_at || !r->fits || part->first + part->rows < part->count ||
	    is_folded(&r->difference))
		return;
	r->end_seen_at = clock_steady_ms();
	ui_draw_again(ui, SETTLE_MS);
}

static void
draw_review(struct review_view *r, struct ui *ui, struct canvas *c, const struct review *review)
{
	bool roomy = c->height >= 20, sends = c->height >= 12;
	int fields = field_rows(review);
	int foot = (sends ? 2 : 0) + (fields ? fields + (sends && roomy) : 0), row = roomy;
	struct viewport part;
	int used;

	r->shown = true;
	difference_set(&r->difference, review->from, review->to);
	row += draw_summary(c, row, review) + roomy;
	r->words_row = row;
	r->words_rows = used = changes_draw_words(c, row, c->height / 3, &review->changes);
	row += used + (roomy && used > 0);
	used = draw_cautions(c, row, c->height - foot - row - 2, review);
	row += used + (roomy && used > 0);
	canvas_rule(c, row++);
	r->middle = canvas_part(c, row, 0, c->height - foot - row - 1, c->width);
	if (shows_contents(review, ui)) {
		contents_draw(&r->contents, &r->middle, contents_of(review, ui));
		part = (struct viewport){r->contents.top, (size_t)r->contents.height, r->contents.count};
	} else {
		difference_draw(&r->difference, ui, &r->middle);
		part = (struct viewport){r->difference.top, (size_t)r->difference.height, r->difference.row_count};
	}
	note_end(r, ui, &part);
	if (foot == 0) {
		ui_in_sight(ui, &part);
		return;
	}
	row = c->height - foot;
	canvas_rule(c, row - 1);
	viewport_draw(&part, c, row - 1);
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
	canvas_at(canvas, 1, 1);
	if (!flow || flow_state(flow) != FLOW_FAILED) {
		canvas_ours(canvas, STYLE_DIM, _("Reading what it needs …"));
		return;
	}
	canvas_glyph(canvas, STYLE_DANGER, GLYPH_CROSS);
	canvas_ours(canvas, STYLE_STRONG, _(" Nothing was changed."));
	canvas_at(canvas, 3, 1);
	canvas_paragraph(canvas, STYLE_DANGER, flow_error(flow)->text, canvas->height - 4);
}

static bool
act_middle(struct review_view *r, struct ui *ui, const struct review *review, enum action action)
{
	difference_set(&r->difference, review->from, review->to);
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

/* Why the review cannot be approved now; NULL: it can. */
static const char *
why_not(const struct review_view *r)
{
	if (!r->fits || LINES < TERMINAL_MIN_ROWS || COLS < TERMINAL_MIN_COLUMNS)
		return _("Enlarge the window: no line of the difference fits in it.");
	if (!r->end_seen_at)
		return _("Read the difference to its end first: {page-down} or {last}.");
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

static void
act_approve(struct review_view *r, struct ui *ui, struct flow *flow)
{
	const struct review *review = flow_review(flow);
	int missing = missing_field(r, review);

	if (asks(review))
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

static void
next_field(struct review_view *r, const struct review *review)
{
	r->focus = (r->focus + 1) % 3;
	if (r->focus == IN_REASON && !review->is_protected)
		r->focus = IN_NAME;
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
	r->field_keys[0] = (struct key){'\r', "Enter", ACTION_OPEN,
					missing && missing != r->focus ? N_("next field") : r->deed, NULL};
	r->field_keys[1] = (struct key){'\t', "Tab", ACTION_PANE, N_("next field"), NULL};
	r->field_keys[2] = (struct key){27, "Esc", ACTION_BACK, N_("back"), NULL};
	r->field_keys[3] = (struct key){0, NULL, ACTION_NONE, NULL, NULL};
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
	case ACTION_THEIRS: return flow && flow_merge(flow);
	case ACTION_PANE: return review && asks(review);
	default: return true;
	}
}

static const struct key *
bar(const struct view *view, struct ui *ui)
{
	static const struct key decide_keys[] = {
		{'o', "o", ACTION_OURS, N_("the clone's"), NULL},
		{'t', "t", ACTION_THEIRS, N_("the target's"), NULL},
		{'j', "j", ACTION_DOWN, N_("next conflict"), NULL},
		{'\r', "Enter", ACTION_OPEN, N_("review"), NULL},
		{27, "Esc", ACTION_BACK, N_("cancel"), NULL},
		{'?', "?", ACTION_HELP, N_("help"), NULL},
		{0, NULL, ACTION_NONE, NULL, NULL},
	};
	static const struct key failed_keys[] = {
		{27, "Esc", ACTION_BACK, N_("back"), NULL},
		{'?', "?", ACTION_HELP, N_("help"), NULL},
		{0, NULL, ACTION_NONE, NULL, NULL},
	};
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = flow_of(r, ui);

	if (r->focus > 0 && flow && flow_review(flow))
		return field_bar(r, flow_review(flow));
	if (r->difference.finding || r->contents.finding)
		return ui_finding_keys;
	if (flow && flow_state(flow) == FLOW_FAILED)
		return failed_keys;
	return flow && flow_merge(flow) ? decide_keys : NULL;
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = flow_of(r, ui);
	const struct review *review = flow ? flow_review(flow) : NULL;

	if (action == ACTION_BACK) {
		go_back(r, ui, flow);
		return;
	}
	if (flow && flow_merge(flow)) {
		if (!decide_act(&r->decide, ui, flow, action))
			ui_say(ui, _("Decide the conflicts first: {ours} or {theirs} on each."));
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
	switch (action) {
	case ACTION_OURS:
	case ACTION_THEIRS: ui_say(ui, _("There is no conflict to decide here.")); break;
	case ACTION_APPROVE: act_approve(r, ui, flow); break;
	case ACTION_COPY: copy(ui, review); break;
	case ACTION_PANE:
		if (asks(review))
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
		difference_show(&r->difference, &review->changes, (size_t)(row - r->words_row));
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
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct review_view *r = (struct review_view *)view;

	if (r->focus == IN_DIFFERENCE)
		return type_middle(r, ui, key);
	return field_type(r->focus == IN_REASON ? &r->reason : &r->name, key);
}

static void
close_view(struct view *view)
{
	struct review_view *r = (struct review_view *)view;

	difference_clear(&r->difference);
	free(r->id);
	free(r);
}

const struct view_ops review_view_ops = {
	.bar = bar, .can = can,
	.title = N_("Review"), .keys = keys, .draw = draw, .subject = subject, .act = act,
	.type = type, .click = click,
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
