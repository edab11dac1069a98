/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the keys of the review do.  While conflicts or values wait for a decision, among the
 * findings and in the fields, some of them do something else: each of these modes has rows of its
 * own.
 */
#include "config.h"

#include "ui/views/review-keys.h"

#include <assert.h>
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "flow/verbs/flow.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/clone-list.h"
#include "ui/views/progress.h"
#include "ui/views/review-finding.h"
#include "ui/views/review-patch.h"
#include "ui/views/review-secret.h"
#include "ui/views/review-state.h"
#include "ui/views/review.h"

static struct review_view *
of(struct view *view)
{
	return (struct review_view *)view;
}

/* --- the difference, and what stands above it --- */

/* What scrolls where the head and the difference are one text.  true: the head did. */
static bool
act_head(struct review_view *r, const struct review *review, struct ui *ui, enum action action)
{
	bool at_top = review_shows_contents(review, ui)
			      ? r->contents.top == 0
			      : r->difference.top == 0 && r->difference.top_line == 0;
	int room = r->layout.middle.height + r->head_rows - r->head_top,
	    by = (int)viewport_step(action, room > 0 ? (size_t)room : 0, 0);

	if (by == 0 || action == ACTION_FIRST || action == ACTION_LAST) {
		r->head_top = action == ACTION_FIRST ? 0 : r->head_rows;
		return false;
	}
	if ((by > 0 && r->head_top == r->head_rows) || (by < 0 && (!at_top || r->head_top == 0)))
		return false;
	by += r->head_top;
	r->head_top = by < 0 ? 0 : by > r->head_rows ? r->head_rows : by;
	return true;
}

/* What moves while conflicts or values wait. */
static void
act_decision(struct review_view *r, const struct flow *flow, enum action action)
{
	if (flow && flow_merge(flow))
		decide_act(&r->decide, flow, action);
	else if (flow && flow_value_count(flow) > 0)
		decide_values_act(&r->values, flow, action);
}

void
review_act(struct view *view, struct ui *ui, enum action action)
{
	struct review_view *r = of(view);
	struct flow *flow = review_flow(r, ui);
	const struct review *review = review_of(r, ui);

	if (!review) {
		act_decision(r, flow, action);
		return;
	}
	if (review_selected_finding(r, review) && viewport_step(action, 1, 1)) {
		if (review_move_finding(r, review, action))
			return;
		r->focus = IN_DIFFERENCE;	/* whoever reads on leaves them */
	}
	if (act_head(r, review, ui, action))
		return;
	if (review_shows_contents(review, ui))
		contents_act(&r->contents, ui, review_contents(review, ui), action);
	else
		difference_act(&r->difference, ui, action);
}

/* --- approving --- */

/* The first field that is empty or wrong; IN_DIFFERENCE: none is. */
static enum review_focus
find_missing_field(const struct review_view *r, const struct review *review)
{
	if (review->is_protected && !r->reason.text[strspn(r->reason.text, " \t")])
		return IN_REASON;
	if (review->asks_name && strcmp(r->name.text, review->env) != 0)
		return IN_NAME;
	return IN_DIFFERENCE;
}

static void
approve(struct review_view *r, struct ui *ui)
{
	struct flow *flow = review_flow(r, ui);
	const char *why = review_why_not(r);
	struct error err = {0};

	if (why)
		ui_say(ui, "%s", ui_keyed(ui, why));
	else if (flow_approve(flow, r->reason.text, r->name.text, &err) != 0)
		ui_say_error(ui, &err);
	else
		ui_replace(ui, progress_view_new(flow));
}

/* To the first finding that is not acknowledged.  false: all are. */
static bool
go_to_open_finding(struct review_view *r, const struct review *review)
{
	review_list_findings(r, review);
	for (size_t i = 0; i < review->finding_count; i++) {
		if (review->findings[i].is_acknowledged)
			continue;
		r->focus = IN_FINDINGS;
		list_select(&r->findings, (long)i);
		return true;
	}
	return false;
}

static void
run_approve(struct view *view, struct ui *ui)
{
	struct review_view *r = of(view);
	const struct review *review = review_of(r, ui);
	enum review_focus missing = find_missing_field(r, review);
	size_t open = review_open_findings(review);
	struct error err = {0};

	if (review_check_outlook(review, &err) != 0)
		ui_say_error(ui, &err);
	else if (go_to_open_finding(r, review))
		ui_say(ui,
		       ngettext(
			       "Acknowledge the finding first ({fold}) or change it ({edit}): it may lead to %s.",
			       "Acknowledge each of the findings first ({fold}) or change them ({edit}): they "
			       "may lead to %s.",
			       open),
		       review->source);
	else if (review_asks(review))
		r->focus = missing ? missing : IN_NAME;
	else
		approve(r, ui);
}

/* Enter: to the field that is still missing, and in the last one it approves. */
static void
run_enter_field(struct view *view, struct ui *ui)
{
	struct review_view *r = of(view);
	enum review_focus missing = find_missing_field(r, review_of(r, ui));

	if (missing && missing != r->focus)
		r->focus = missing;
	else if (missing == IN_REASON)
		ui_say(ui, _("A reason is required: it tells others later why this was done."));
	else
		approve(r, ui);
}

/* The difference, the findings, the fields, and the difference again. */
static void
run_next_field(struct view *view, struct ui *ui)
{
	struct review_view *r = of(view);
	const struct review *review = review_of(r, ui);

	if (r->focus == IN_DIFFERENCE && review->finding_count > 0) {
		if (!go_to_open_finding(r, review)) {
			r->focus = IN_FINDINGS;
			list_select(&r->findings, 0);
		}
		return;
	}
	if (r->focus == IN_NAME || !review_asks(review))
		r->focus = IN_DIFFERENCE;
	else
		r->focus = r->focus != IN_REASON && review->is_protected ? IN_REASON : IN_NAME;
}

static void
run_back(struct view *view, struct ui *ui)
{
	struct review_view *r = of(view);

	if (r->focus != IN_DIFFERENCE)
		r->focus = IN_DIFFERENCE;
	else
		review_leave(r, ui);
}

/* --- findings --- */

/* The one under the cursor; NULL: it is on none. */
static const struct review_finding *
finding_here(const struct view *view, struct ui *ui)
{
	const struct review_view *r = (const struct review_view *)view;
	const struct review *review = review_of(r, ui);

	return review ? review_selected_finding(r, review) : NULL;
}

/* For the keys that need one: the cursor is on one. */
static const struct review_finding *
chosen_finding(const struct view *view, struct ui *ui)
{
	const struct review_finding *finding = finding_here(view, ui);

	assert(finding);
	return finding;
}

static void
run_explain_finding(struct view *view, struct ui *ui)
{
	ui_say(ui,
	       chosen_finding(view, ui)->was
		       ? _("{fold} acknowledges this finding; {edit} changes its text in the clone.")
		       : _("{fold} acknowledges this finding."));
}

static void
run_acknowledge(struct view *view, struct ui *ui)
{
	struct review_view *r = of(view);
	const struct review_finding *finding = chosen_finding(view, ui);
	struct error err = {0};

	if (flow_acknowledge(review_flow(r, ui), finding->id, !finding->is_acknowledged, &err) != 0)
		ui_say_error(ui, &err);
	else if (finding->is_acknowledged)
		(void)review_move_finding(r, review_of(r, ui), ACTION_DOWN);
}

static void
run_change_finding(struct view *view, struct ui *ui)
{
	review_change_finding(of(view), ui, chosen_finding(view, ui));
}

/* --- conflicts --- */

static void
choose(struct view *view, struct ui *ui, enum merge_side side)
{
	decide_choose(&of(view)->decide, ui, review_flow(of(view), ui), side);
}

static void
run_ours(struct view *view, struct ui *ui)
{
	choose(view, ui, MERGE_OURS);
}

static void
run_theirs(struct view *view, struct ui *ui)
{
	choose(view, ui, MERGE_THEIRS);
}

static void
run_next_conflict(struct view *view, struct ui *ui)
{
	decide_go_on(&of(view)->decide, ui, review_flow(of(view), ui), true);
}

static void
run_previous_conflict(struct view *view, struct ui *ui)
{
	decide_go_on(&of(view)->decide, ui, review_flow(of(view), ui), false);
}

static void
run_decide_first(struct view *view, struct ui *ui)
{
	if (flow_merge(review_flow(of(view), ui))->undecided == 0)
		ui_say(ui, _("Press {open} to review what you chose."));
	else
		ui_say(ui, _("Decide the conflicts first: {ours} or {theirs} on each."));
}

/* A function for each way to move among what waits for decisions. */
#define MOVES(name, action) \
	static void run_##name(struct view *view, struct ui *ui) \
	{ \
		review_act(view, ui, action); \
	}
MOVES(up, ACTION_UP)
MOVES(down, ACTION_DOWN)
MOVES(page_up, ACTION_PAGE_UP)
MOVES(page_down, ACTION_PAGE_DOWN)
MOVES(first, ACTION_FIRST)
MOVES(last, ACTION_LAST)
#undef MOVES

/* The review of what was chosen, of conflicts and of values. */
static void
run_make_review(struct view *view, struct ui *ui)
{
	struct error err = {0};

	if (flow_decide(review_flow(of(view), ui), &err) != 0)
		ui_say_error(ui, &err);
}

/* --- values --- */

static void
run_own_value(struct view *view, struct ui *ui)
{
	decide_values_copy(&of(view)->values, ui, review_flow(of(view), ui));
}

static void
run_application_value(struct view *view, struct ui *ui)
{
	decide_values_choose(&of(view)->values, ui, review_flow(of(view), ui), FLOW_VALUE_APP,
			     NULL);
}

static void
run_leave_out(struct view *view, struct ui *ui)
{
	decide_values_choose(&of(view)->values, ui, review_flow(of(view), ui), FLOW_VALUE_LEAVE_OUT,
			     NULL);
}

static void
run_type_value(struct view *view, struct ui *ui)
{
	decide_values_begin(&of(view)->values, ui, review_flow(of(view), ui));
}

static void
run_take_typed(struct view *view, struct ui *ui)
{
	decide_values_take(&of(view)->values, ui, review_flow(of(view), ui));
}

static void
run_stop_typing(struct view *view, struct ui *ui)
{
	(void)ui;
	decide_values_stop(&of(view)->values);
}

static void
run_next_value(struct view *view, struct ui *ui)
{
	decide_values_move(&of(view)->values, ui, review_flow(of(view), ui), true);
}

static void
run_previous_value(struct view *view, struct ui *ui)
{
	decide_values_move(&of(view)->values, ui, review_flow(of(view), ui), false);
}

static void
run_decide_values_first(struct view *view, struct ui *ui)
{
	(void)view;
	ui_say(ui,
	       _("Decide the values first; then {open} makes the review."));
}

/* While a text is typed: the key is not one of the text, and means nothing else. */
static void
run_nothing(struct view *view, struct ui *ui)
{
	(void)view;
	(void)ui;
}

/* --- what must be there --- */

static bool
has_no_conflicts(const struct view *view, struct ui *ui)
{
	struct flow *flow = review_flow((const struct review_view *)view, ui);

	return !flow || !flow_merge(flow);
}

static bool
has_no_values(const struct view *view, struct ui *ui)
{
	struct flow *flow = review_flow((const struct review_view *)view, ui);

	return !flow || flow_value_count(flow) == 0;
}

static bool
has_not_failed(const struct view *view, struct ui *ui)
{
	struct flow *flow = review_flow((const struct review_view *)view, ui);

	return !flow || flow_state(flow) != FLOW_FAILED;
}

/* What came in this turn is not on the screen yet, and nobody approves what was never seen. */
static bool
is_shown(const struct view *view, struct ui *ui)
{
	const struct review_view *r = (const struct review_view *)view;

	return review_of(r, ui) && r->shown;
}

static bool
can_be_approved(const struct view *view, struct ui *ui)
{
	(void)ui;
	return !review_why_not((const struct review_view *)view);
}

static bool
has_decisions(const struct view *view, struct ui *ui)
{
	return !has_no_conflicts(view, ui) || !has_no_values(view, ui);
}

static bool
has_difference(const struct view *view, struct ui *ui)
{
	return !review_shows_contents(review_of((const struct review_view *)view, ui), ui);
}

static bool
has_next(const struct view *view, struct ui *ui)
{
	return has_difference(view, ui) ||
	       find_is_wanted(&((const struct review_view *)view)->contents.find);
}

static bool
has_changes(const struct view *view, struct ui *ui)
{
	return review_of((const struct review_view *)view, ui)->changes.count > 0;
}

static bool
has_findings(const struct view *view, struct ui *ui)
{
	return review_of((const struct review_view *)view, ui)->finding_count > 0;
}

static bool
is_on_finding(const struct view *view, struct ui *ui)
{
	return finding_here(view, ui) != NULL;
}

static bool
is_changeable(const struct view *view, struct ui *ui)
{
	return chosen_finding(view, ui)->was != NULL;
}

static bool
has_fields(const struct view *view, struct ui *ui)
{
	return review_asks(review_of((const struct review_view *)view, ui)) ||
	       has_findings(view, ui);
}

static bool
is_in_field(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct review_view *)view)->focus != IN_DIFFERENCE;
}

static const struct need no_conflicts = {
	has_no_conflicts, N_("Decide the conflicts first: {ours} or {theirs} on each."), NULL,
};
static const struct need no_values = {has_no_values, N_("Decide the values first."), NULL};
static const struct need a_way = {has_not_failed,
				  N_("There is nothing to approve here; {back} goes back."), NULL};
static const struct need shown = {is_shown, N_("The review is still loading."), NULL};
#define A_REVIEW &no_conflicts, &no_values, &a_way, &shown

/* Of these two it is said by what would be done. */
static const struct need approvable = {can_be_approved, NULL, NULL},
			 changeable = {is_changeable, NULL, NULL};
static const struct need a_decision = {has_decisions, N_("No conflict is waiting for a decision."),
				       NULL};
static const struct need a_difference = {
	has_difference, N_("There is no difference here: this is the whole content."), NULL,
};
static const struct need a_next = {has_next, N_("Find a text first: {find}."), NULL};
static const struct need a_change = {has_changes, N_("There is nothing to copy: nothing changes."),
				     NULL};
static const struct need findings = {
	has_findings, N_("There is no finding here whose text could be changed."), NULL};
static const struct need a_finding = {
	is_on_finding,
	N_("{next-pane} goes to the findings; {edit} changes the text of one of them."),
	NULL,
};
static const struct need fields = {has_fields, N_("There is nothing to fill in here."), NULL};
static const struct need a_field = {is_in_field, N_("Press {approve} to approve."), NULL};

const struct key review_keys[] = {
	{'A', "A", ACTION_APPROVE, N_("approve"), NULL, run_approve, {A_REVIEW, &approvable}},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Change nothing and go back."), .run = run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	DIFFERENCE_MOVE_KEYS(A_REVIEW),
	DIFFERENCE_NEXT_KEYS(A_REVIEW, &a_next),
	DIFFERENCE_FIND_KEYS(A_REVIEW),
	DIFFERENCE_FOLD_KEYS(A_REVIEW, &a_difference),
	{'o', "o", ACTION_OURS, NULL, NULL, NULL, {&a_way, &a_decision}},
	{'t', "t", ACTION_THEIRS, NULL, NULL, NULL, {&a_way, &a_decision}},
	{'E', "E", ACTION_EDIT, NULL, N_("On a finding, change its text in the clone."),
	 run_change_finding, {A_REVIEW, &findings, &a_finding, &changeable}},
	{'y', "y", ACTION_COPY, NULL, NULL, review_run_copy, {A_REVIEW, &a_change}},
	{'p', "p", ACTION_SAVE, NULL, N_("Save the change as a patch for the repository of its owner."),
	 review_run_save, {A_REVIEW, &review_a_patch}},
	{'i', "i", ACTION_OBJECTS, N_("objects"), NULL, review_run_objects, {A_REVIEW, &review_a_list}},
	{'S', "S", ACTION_SECRET, N_("Secrets"), NULL, review_run_secret, {A_REVIEW, &review_a_secret}},
	{'\t', "Tab", ACTION_NEXT_PANE, NULL, N_("Go to the findings, then to the next field."),
	 run_next_field, {A_REVIEW, &fields}},
	{'\r', "Enter", ACTION_OPEN, NULL,
	 N_("In a field, go to the next one; in the last one, approve once all are filled in."),
	 run_enter_field, {A_REVIEW, &a_field}},
	NO_KEY,
};

/* --- the modes --- */

/* Of the list that waits for decisions: the table's own rows want a review. */
#define DECISION_KEY(key, action, name) {key, NULL, action, .run = run_##name}
#define DECISION_ENDS \
	DECISION_KEY(KEY_BASE + KEY_NPAGE, ACTION_PAGE_DOWN, page_down), \
	DECISION_KEY(KEY_BASE + KEY_PPAGE, ACTION_PAGE_UP, page_up), \
	DECISION_KEY('g', ACTION_FIRST, first), \
	DECISION_KEY('G', ACTION_LAST, last)

static const struct key conflict_keys[] = {
	{'o', "o", ACTION_OURS, N_("the clone's"), .run = run_ours},
	{'t', "t", ACTION_THEIRS, N_("the target's"), .run = run_theirs},
	{'\r', "Enter", ACTION_OPEN, N_("review"), .run = run_make_review},
	{27, "Esc", ACTION_BACK, N_("cancel"), .run = run_back},
	{'n', "n", ACTION_NEXT, N_("next conflict"), .run = run_next_conflict},
	{'N', NULL, ACTION_PREVIOUS, .run = run_previous_conflict},
	DECISION_KEY('j', ACTION_DOWN, down),
	DECISION_KEY('k', ACTION_UP, up),
	DECISION_ENDS,
	{'A', NULL, ACTION_APPROVE, .run = run_decide_first},
	{'?', "?", ACTION_HELP, N_("help"), .help = NULL},
	NO_KEY,
};

static const struct key value_keys[] = {
	{'o', "o", ACTION_OURS, N_("the source's"), .run = run_own_value},
	{'t', "t", ACTION_THEIRS, N_("the application's"), .run = run_application_value},
	{'\t', "Tab", ACTION_NEXT_PANE, N_("type"), .run = run_type_value},
	{' ', "Space", ACTION_FOLD, N_("leave out"), .run = run_leave_out},
	{'j', NULL, ACTION_DOWN, .run = run_next_value},
	{'n', NULL, ACTION_NEXT, .run = run_next_value},
	{'k', NULL, ACTION_UP, .run = run_previous_value},
	{'N', NULL, ACTION_PREVIOUS, .run = run_previous_value},
	DECISION_ENDS,
	{'A', NULL, ACTION_APPROVE, .run = run_decide_values_first},
	{'\r', "Enter", ACTION_OPEN, N_("review"), .run = run_make_review},
	{27, "Esc", ACTION_BACK, N_("cancel"), .run = run_back},
	{'?', "?", ACTION_HELP, N_("help"), .help = NULL},
	NO_KEY,
};

static const struct key typing_keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("use it"), .run = run_take_typed},
	{27, "Esc", ACTION_BACK, N_("back"), .run = run_stop_typing},
	{'\t', NULL, ACTION_NEXT_PANE, .run = run_nothing},
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, .run = run_nothing},
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, .run = run_nothing},
	{KEY_BASE + KEY_NPAGE, NULL, ACTION_PAGE_DOWN, .run = run_nothing},
	{KEY_BASE + KEY_PPAGE, NULL, ACTION_PAGE_UP, .run = run_nothing},
	NO_KEY,
};

static const struct key failed_keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = run_back},
	{'?', "?", ACTION_HELP, N_("help"), .help = NULL},
	NO_KEY,
};

static const struct key finding_keys[] = {
	{' ', "Space", ACTION_FOLD, N_("acknowledge"), .run = run_acknowledge},
	{'E', "E", ACTION_EDIT, N_("change"), NULL, run_change_finding, {&changeable}},
	{'A', "A", ACTION_APPROVE, N_("approve"), .run = run_approve},
	{27, "Esc", ACTION_BACK, N_("back"), .run = run_back},
	{'j', "j", ACTION_DOWN, N_("next finding"), .help = NULL},
	{'k', "k", ACTION_UP, N_("previous finding"), .help = NULL},
	{'\r', NULL, ACTION_OPEN, .run = run_explain_finding},
	{'\t', "Tab", ACTION_NEXT_PANE, N_("continue"), .run = run_next_field},
	NO_KEY,
};

/* Enter leads to another field: one is empty, or will be when this one is filled in. */
static bool
enter_goes_on(const struct review_view *r, const struct review *review)
{
	enum review_focus missing = find_missing_field(r, review);

	if (missing == IN_REASON && r->focus == IN_REASON)
		return review->asks_name && strcmp(r->name.text, review->env) != 0;
	return missing && missing != r->focus;
}

/* Enter says what it does.  The key that is pressed last should not be called
 * "go on" when it deploys to production. */
void
review_name_deed(struct review_view *r, const struct review *review)
{
	bool goes_on = enter_goes_on(r, review);
	struct key *row = r->field_keys;

	if (review->verb == FLOW_DISCARD)
		snprintf(r->deed, sizeof(r->deed), _("deletes %s"), review->env);
	else if (review->verb == FLOW_UNDO)
		snprintf(r->deed, sizeof(r->deed), _("rolls back %s"), review->env);
	else
		snprintf(r->deed, sizeof(r->deed), _("deploys to %s"), review->env);
	if (goes_on)
		*row++ = (struct key){'\r', "Enter", ACTION_OPEN, N_("next field"),
				      .run = run_enter_field};
	else if (r->end_seen_at)
		*row++ = (struct key){'\r', "Enter", ACTION_OPEN, r->deed, .run = run_enter_field};
	else
		*row++ = (struct key){KEY_BASE + KEY_NPAGE, "PgDn", ACTION_PAGE_DOWN, N_("read on"),
				      .help = NULL};
	*row++ = (struct key){'\t', "Tab", ACTION_NEXT_PANE, goes_on ? NULL : N_("next field"),
			      .run = run_next_field};
	*row++ = (struct key){27, "Esc", ACTION_BACK, N_("back"), .run = run_back};
	*row = (struct key)NO_KEY;
}

const struct key *
review_mode(const struct view *view, struct ui *ui)
{
	const struct review_view *r = (const struct review_view *)view;
	struct flow *flow = review_flow(r, ui);

	if (r->focus == IN_FINDINGS && finding_here(view, ui))
		return finding_keys;
	if (r->focus != IN_DIFFERENCE && review_of(r, ui))
		return r->field_keys;
	if (r->difference.find.is_typing || r->contents.find.is_typing)
		return ui_finding_keys;
	if (flow && flow_state(flow) == FLOW_FAILED)
		return failed_keys;
	if (flow && flow_value_count(flow) > 0)
		return r->values.typing ? typing_keys : value_keys;
	return flow && flow_merge(flow) ? conflict_keys : NULL;
}
