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

#include "ui/views/review.h"

#include <curses.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/changes.h"
#include "ui/views/operation.h"
#include "ui/views/review-draw.h"
#include "ui/views/review-finding.h"
#include "ui/views/review-keys.h"
#include "ui/views/review-state.h"

/* --- what is reviewed --- */

struct flow *
review_flow(const struct review_view *r, struct ui *ui)
{
	return session_flow_by_id(ui_session(ui), r->id);
}

const struct review *
review_of(const struct review_view *r, struct ui *ui)
{
	struct flow *flow = review_flow(r, ui);

	return flow && flow_state(flow) == FLOW_REVIEW ? flow_review(flow) : NULL;
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	operation_words(review_flow((const struct review_view *)view, ui), ui_ascii(ui), out, size);
}

struct set *
review_looked_at(const struct review *review)
{
	return review->from ? review->from : review->to;
}

bool
review_asks(const struct review *review)
{
	return review->is_protected || review->asks_name;
}

int
review_field_rows(const struct review *review)
{
	return !review_asks(review) ? 0 : review->is_protected ? 3 : 2;
}

const struct set *
review_contents(const struct review *review, struct ui *ui)
{
	const struct world_environment *e;

	if (review->to || review->from)
		return review->to ? review->to : review->from;
	e = world_environment(session_world(ui_session(ui)), review->org, review->app, review->env);
	return e ? e->set : NULL;
}

bool
review_shows_contents(const struct review *review, struct ui *ui)
{
	return review->changes.count == 0 && review_contents(review, ui);
}

/* --- whether it may be approved --- */

static const char no_room[] = N_("Enlarge the window: no line of the difference fits in it.");
static const char not_read[] = N_("Read the difference to its end first: {page-down} or {last}.");

/* The end counts when nothing is folded away by hand before it. */
static bool
is_end_there(const struct review_view *r)
{
	return r->layout.room > 0 && r->layout.at_end && !difference_is_partial(&r->difference);
}

bool
review_end_is_seen(const struct review_view *r)
{
	return r->end_seen_at || is_end_there(r);
}

/* The settling time guards against the second half of a key pressed twice. */
const char *
review_why_not(const struct review_view *r)
{
	if (r->layout.room <= 0 || LINES < TERMINAL_MIN_ROWS || COLS < TERMINAL_MIN_COLUMNS)
		return _(no_room);
	if (!r->end_seen_at)
		return _(not_read);
	if (clock_steady_ms() - r->end_seen_at < REVIEW_SETTLE_MS)
		return _("The review has only just appeared; press the key again.");
	return NULL;
}

void
review_read_again(struct review_view *r)
{
	r->end_seen_at = 0;
	r->shown = false;
	r->head_top = 0;
}

/* Nobody approves what was never on the screen. */
static void
drawn(struct view *view, struct ui *ui)
{
	struct review_view *r = (struct review_view *)view;
	const struct review *review = review_of(r, ui);

	r->shown = review != NULL;
	if (!review)
		return;
	if (!r->end_seen_at && is_end_there(r)) {
		r->end_seen_at = clock_steady_ms();
		ui_draw_again(ui, REVIEW_SETTLE_MS);
		review_name_deed(r, review);
	}
	/* A larger window makes both untrue. */
	if (r->layout.room > 0)
		ui_retract(ui, _(no_room));
	if (r->end_seen_at)
		ui_retract(ui, _(not_read));
}

/* --- what changes --- */

static bool
differs(const struct set *before, const struct set *now)
{
	struct changes changes = {0};
	bool is = false;

	if (before != now) {
		changes_between(&changes, before, now);
		is = changes.count > 0;
		changes_clear(&changes);
	}
	return is;
}

void
review_set_difference(struct review_view *r, const struct review *review)
{
	const struct difference *d = &r->difference;
	/* The difference holds these sets, so they are the same ones where they are equal. */
	bool is_judged = d->to && d->to == review->to && r->judged == r->since &&
			 (d->between ? d->between : d->from) == review->from;

	if (is_judged)
		return;
	r->judged = r->since;
	if (r->since && review->from && review->to && differs(r->since, review->from) &&
	    difference_has_sides(r->since, review->from, review->to))
		difference_set_between(&r->difference, r->since, review->from, review->to);
	else
		difference_set(&r->difference, review->from, review->to);
}

/* The same again, from what is there now.  What was looked at stays what is compared with, until
 * the end of the new difference was seen as well. */
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
	flow_keep_decisions(flow, old);
	if (!r->since || r->end_seen_at) {
		r->judged = NULL;
		set_unref(r->since);
		r->since = review_looked_at(review) ? set_ref(review_looked_at(review)) : NULL;
		free(r->moved);
		r->moved = NULL;
	}
	moved = xasprintf("%s%s%s", r->moved ? r->moved : "", r->moved ? "  " : "", why);
	free(r->moved);
	r->moved = moved;
	free(r->id);
	r->id = xstrdup(flow_operation_id(flow));
	review_read_again(r);
	if (flow_state(old) <= FLOW_REVIEW)
		flow_cancel(old);
	flow_dismiss(old);
}

/* The world did, or the flow: an open review follows what it is about. */
static void
changed(struct view *view, struct ui *ui)
{
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = review_flow(r, ui);
	const char *moved = flow ? flow_moved(flow) : NULL;
	char *why = moved ? xstrdup(moved) : NULL;
	const struct review *review;

	if (why)
		prepare_again(r, ui, flow, why);
	free(why);
	review = review_of(r, ui);
	if (!review)
		return;
	review_list_findings(r, review);
	if (r->focus == IN_FINDINGS && review->finding_count == 0)
		r->focus = IN_DIFFERENCE;
	review_set_difference(r, review);
}

void
review_leave(struct review_view *r, struct ui *ui)
{
	struct flow *flow = review_flow(r, ui);

	if (flow && flow_state(flow) <= FLOW_REVIEW)
		flow_cancel(flow);
	if (flow)
		flow_dismiss(flow);
	ui_pop(ui);
}

/* --- what is typed, and clicked --- */

/* A key while something is found in the middle. */
static bool
type_middle(struct review_view *r, struct ui *ui, int key)
{
	const struct review *review = review_of(r, ui);

	if (review && review_shows_contents(review, ui))
		return contents_type(&r->contents, ui, review_contents(review, ui), key);
	return difference_type(&r->difference, ui, key);
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

/* On a change or a finding: to it; in the difference: folds; on a field: into it. */
static void
click_review(struct review_view *r, struct ui *ui, const struct review *review,
	     const struct canvas *canvas, int row)
{
	int below = row + canvas->y - r->layout.middle.y;

	review_list_findings(r, review);
	if (review_asks(review) && row >= canvas->height - review_field_rows(review) + 1)
		r->focus = row == canvas->height - 1 ? IN_NAME : IN_REASON;
	else if (row < r->layout.room && list_click(&r->findings, row))
		r->focus = IN_FINDINGS;
	else if (review_shows_contents(review, ui))
		return;
	else if (row >= r->layout.words_row && row < r->layout.words_row + r->layout.words_rows)
		difference_show(&r->difference, &review->changes,
				changes_in_row(&review->changes, canvas->width,
					       review_words_room(canvas),
					       row - r->layout.words_row));
	else if (below < r->layout.middle.height)
		difference_click(&r->difference, below);
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct review_view *r = (struct review_view *)view;
	struct flow *flow = review_flow(r, ui);
	const struct review *review = review_of(r, ui);

	(void)column;
	if (review)
		click_review(r, ui, review, canvas, row);
	else if (flow && flow_merge(flow))
		decide_click(&r->decide, flow, row);
	else if (flow && flow_value_count(flow) > 0)
		decide_values_click(&r->values, flow, row);
}

static void
close_view(struct view *view)
{
	struct review_view *r = (struct review_view *)view;

	difference_clear(&r->difference);
	decide_clear(&r->decide);
	decide_values_clear(&r->values);
	list_clear(&r->findings);
	set_unref(r->since);
	free(r->moved);
	free(r->id);
	free(r);
}

const struct view_ops review_view_ops = {
	.title = N_("Review"),
	.keys = review_keys,
	.mode = review_mode,
	.fit = review_fit,
	.draw = review_draw,
	.drawn = drawn,
	.subject = subject,
	.act = review_act,
	.type = type,
	.click = click,
	.changed = changed,
	.close = close_view,
	.unseen_keys_dropped = true,
};

struct view *
review_view_new(struct flow *flow)
{
	struct review_view *r = xcalloc(1, sizeof(*r));

	r->view.ops = &review_view_ops;
	r->id = xstrdup(flow_operation_id(flow));
	decide_init(&r->decide);
	decide_values_init(&r->values);
	review_init_findings(r);
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
