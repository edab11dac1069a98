/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The review: what a person decides on, before anything is sent.  In a protected environment
 * the approving key leads into the fields, and only Enter with a reason and the name typed
 * approves; elsewhere one capital letter does.  Enter alone never approves.
 */
#include "config.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/changes.h"
#include "ui/widgets/field.h"

struct review_view {
	struct view view;
	char *id;			/* of the operation; the flow is looked up by it */
	size_t top;
	int focus;			/* 0: the diff, 1: reason, 2: name */
	struct field reason, name;
};

static const struct key keys[] = {
	{'D', "D", ACTION_APPROVE, N_("approve"), N_("Approve what you see, and do it.")},
	{'X', NULL, ACTION_APPROVE, NULL, NULL},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Change nothing and go back.")},
	{'q', NULL, ACTION_BACK, NULL, NULL},
	{'j', "j", ACTION_DOWN, N_("down"), N_("Scroll the diff down.")},
	{'k', "k", ACTION_UP, N_("up"), N_("Scroll the diff up.")},
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, NULL, NULL},
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, NULL, NULL},
	{KEY_BASE + KEY_NPAGE, "PgDn", ACTION_PAGE_DOWN, NULL, N_("A page down.")},
	{KEY_BASE + KEY_PPAGE, "PgUp", ACTION_PAGE_UP, NULL, N_("A page up.")},
	{'n', "n", ACTION_NEXT, N_("next change"), N_("To the next change.")},
	{'N', "N", ACTION_PREVIOUS, NULL, N_("To the change before.")},
	{'\t', "Tab", ACTION_PANE, NULL, N_("To the next field (protected environments).")},
	{'\r', "Enter", ACTION_OPEN, NULL, N_("In the fields: approve, once both are right.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
};

static struct flow *
flow_of(const struct review_view *r, struct ui *ui)
{
	return session_flow_by_id(ui_session(ui), r->id);
}

static const char *
verb_words(enum flow_verb verb)
{
	static const char *const words[] = {
		[FLOW_CLONE] = N_("clone"), [FLOW_DEPLOY] = N_("deploy to"),
		[FLOW_PROMOTE] = N_("promote"), [FLOW_UNDO] = N_("undo in"),
		[FLOW_DISCARD] = N_("discard"),
	};

	return _(words[verb]);
}

static void
draw_title(struct canvas *c, const struct review *review)
{
	canvas_at(c, 1, 1);
	canvas_ours(c, STYLE_STRONG, verb_words(review->verb));
	canvas_ours(c, STYLE_NORMAL, " ");
	if (review->source) {
		canvas_bytes(c, STYLE_STRONG, review->source, 40);
		canvas_ours(c, STYLE_DIM, " ");
		canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
		canvas_ours(c, STYLE_DIM, " ");
	}
	if (review->is_protected) {
		canvas_glyph(c, STYLE_DANGER, GLYPH_SQUARE);
		canvas_ours(c, STYLE_DANGER, " ");
	}
	canvas_bytes(c, review->is_protected ? STYLE_DANGER : STYLE_STRONG, review->env, 50);
	if (review->from_set_id && review->to_set_id) {
		canvas_ours(c, STYLE_DIM, "    ");
		canvas_bytes(c, STYLE_DIM, review->from_set_id, 7);
		canvas_ours(c, STYLE_DIM, " ");
		canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
		canvas_ours(c, STYLE_DIM, " ");
		canvas_bytes(c, STYLE_DIM, review->to_set_id, 7);
	}
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
					    : _(" %s has not moved since it was cloned."), review->env);
		used++;
	}
	if (review->primed && used < rows) {
		canvas_at(c, row + used++, 1);
		canvas_glyph(c, STYLE_DANGER, GLYPH_DOT);
		canvas_ours(c, STYLE_DANGER, _(" Its next deployment was set to ride on another base."));
	}
	for (size_t i = 0; i < review->caution_count && used < rows; i++) {
		canvas_at(c, row + used++, 1);
		canvas_glyph(c, STYLE_WARN, GLYPH_DOT);
		canvas_ours(c, STYLE_WARN, " ");
		canvas_bytes(c, STYLE_WARN, review->cautions[i], 0);
	}
	return used;
}

static void
draw_sends(struct canvas *c, int row, const struct review *review)
{
	canvas_at(c, row, 1);
	canvas_ours(c, STYLE_DIM, _("sends     "));
	for (size_t i = 0; i < review->send_count; i++) {
		if (i > 0)
			canvas_ours(c, STYLE_DIM, _("  then  "));
		canvas_bytes(c, STYLE_NORMAL, review->sends[i], 0);
	}
	canvas_at(c, row + 1, 1);
	canvas_ours(c, STYLE_DIM, _("way back  "));
	if (review->way_back && *review->way_back) {
		canvas_bytes(c, STYLE_NORMAL, review->way_back, 0);
		canvas_ours(c, STYLE_DIM, _("   one key: U"));
	} else {
		canvas_ours(c, STYLE_DIM, _("none is needed, or none is possible"));
	}
}

static void
draw_fields(const struct review_view *r, struct canvas *c, int row, const struct review *review)
{
	int columns = c->width - 26 < 60 ? c->width - 26 : 60;

	canvas_at(c, row, 1);
	canvas_glyph(c, STYLE_DANGER, GLYPH_SQUARE);
	canvas_ours(c, STYLE_DANGER, " ");
	canvas_bytes(c, STYLE_DANGER, review->env_name ? review->env_name : review->env, 30);
	canvas_ours(c, STYLE_DIM, _(" is protected."));
	canvas_at(c, row + 1, 1);
	canvas_ours(c, STYLE_DIM, _("Reason"));
	canvas_at(c, row + 1, 24);
	field_draw(&r->reason, c, columns, r->focus == 1);
	canvas_at(c, row + 2, 1);
	canvas_format(c, STYLE_DIM, _("Type \"%.14s\""), review->env);
	canvas_at(c, row + 2, 24);
	field_draw(&r->name, c, columns, r->focus == 2);
}

static void
draw_review(const struct review_view *r, struct canvas *c, const struct review *review)
{
	int foot = review->is_protected ? 6 : 3, row = 3;
	struct canvas part;

	draw_title(c, review);
	canvas_at(c, 2, 1);
	if (review->verb == FLOW_DISCARD)
		canvas_ours(c, STYLE_STRONG, _("Discard: its processes, its databases and its history on "
					       "the platform go."));
	else if (review->changes.count == 0)
		canvas_ours(c, STYLE_STRONG, review->verb == FLOW_CLONE
			    ? _("The same workloads and versions, with resources of its own.")
			    : _("Nothing changes; the same set is deployed again."));
	else
		changes_draw_counts(c, &review->changes);
	row += changes_draw_words(c, row, c->height / 3, &review->changes);
	row += draw_cautions(c, row, c->height - foot - row - 1, review);
	canvas_rule(c, row++);
	part = canvas_part(c, row, 0, c->height - foot - row - 1, c->width);
	changes_draw_diff(&part, &review->diff, r->top);
	row = c->height - foot;
	canvas_rule(c, row - 1);
	draw_sends(c, row, review);
	if (review->is_protected)
		draw_fields(r, c, row + 3, review);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct review_view *r = (const struct review_view *)view;
	struct flow *flow = flow_of(r, ui);

	if (flow && flow_review(flow) && flow_state(flow) == FLOW_REVIEW) {
		draw_review(r, canvas, flow_review(flow));
		return;
	}
	canvas_at(canvas, 1, 1);
	if (flow && flow_state(flow) == FLOW_FAILED) {
		canvas_glyph(canvas, STYLE_DANGER, GLYPH_CROSS);
		canvas_ours(canvas, STYLE_STRONG, _(" Nothing was changed."));
		for (int row = 3, at = 0; row < canvas->height - 1; row++) {
			/* The sentence in lines as wide as the screen. */
			const char *text = flow_error(flow)->text;
			char line[200];
			int width = canvas->width - 4 < 190 ? canvas->width - 4 : 190, n;

			if (at >= (int)strlen(text))
				break;
			n = (int)strlen(text + at) < width ? (int)strlen(text + at) : width;
			while (n == width && n > width / 2 && text[at + n] != ' ')
				n--;
			memcpy(line, text + at, (size_t)n);
			line[n] = '\0';
			canvas_at(canvas, row, 1);
			canvas_bytes(canvas, STYLE_DANGER, line[0] == ' ' ? line + 1 : line, 0);
			at += n;
		}
		return;
	}
	canvas_ours(canvas, STYLE_DIM, _("Reading what it needs …"));
}

static void
move_diff(struct review_view *r, const struct review *review, long by)
{
	long last = (long)review->diff.count - 1, to = (long)r->top + by;

	r->top = to < 0 || last < 0 ? 0 : (size_t)(to > last ? last : to);
}

static void
to_change(struct review_view *r, const struct review *review, int step)
{
	long i = (long)r->top + step;

	while (i >= 0 && i < (long)review->diff.count &&
	       (review->diff.lines[i].kind != DIFF_HEADER))
		i += step;
	if (i >= 0 && i < (long)review->diff.count)
		r->top = (size_t)i;
}

static void
approve(struct review_view *r, struct ui *ui, struct flow *flow)
{
	const struct review *review = flow_review(flow);
	struct error err = {0};

	if (review->is_protected && r->focus == 0) {
		r->focus = 1;
		return;
	}
	if (flow_approve(flow, r->reason.text, r->name.text, &err) != 0) {
		ui_say_error(ui, &err);
		return;
	}
	ui_replace(ui, progress_view_new(flow));
}

static void
go_back(struct review_view *r, struct ui *ui, struct flow *flow)
{
	if (r->focus > 0) {
		r->focus = 0;
		return;
	}
	if (flow) {
		if (flow_state(flow) == FLOW_PREPARING || flow_state(flow) == FLOW_REVIEW)
			flow_cancel(flow);
		flow_dismiss(flow);
	}
	ui_pop(ui);
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
	if (!review || flow_state(flow) != FLOW_REVIEW) {
		ui_say(ui, _("There is nothing to decide yet."));
		return;
	}
	switch (action) {
	case ACTION_APPROVE: approve(r, ui, flow); break;
	case ACTION_DOWN: move_diff(r, review, 1); break;
	case ACTION_UP: move_diff(r, review, -1); break;
	case ACTION_PAGE_DOWN: move_diff(r, review, 15); break;
	case ACTION_PAGE_UP: move_diff(r, review, -15); break;
	case ACTION_NEXT: to_change(r, review, 1); break;
	case ACTION_PREVIOUS: to_change(r, review, -1); break;
	case ACTION_PANE: r->focus = review->is_protected ? (r->focus + 1) % 3 : 0; break;
	case ACTION_OPEN:
		if (review->is_protected && r->focus > 0)
			approve(r, ui, flow);
		else
			ui_say(ui, _("Enter alone approves nothing: D does."));
		break;
	default: break;
	}
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct review_view *r = (struct review_view *)view;

	(void)ui;
	if (r->focus == 0)
		return false;
	return field_type(r->focus == 1 ? &r->reason : &r->name, key);
}

static void
close_view(struct view *view)
{
	struct review_view *r = (struct review_view *)view;

	free(r->id);
	free(r);
}

static const struct view_ops ops = {
	.title = N_("Review"), .keys = keys, .draw = draw, .act = act, .type = type,
	.close = close_view,
};

struct view *
review_view_new(struct flow *flow)
{
	struct review_view *r = xcalloc(1, sizeof(*r));

	r->view.ops = &ops;
	r->id = xstrdup(flow_operation_id(flow));
	return &r->view;
}
