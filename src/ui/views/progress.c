/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What an approved operation is doing: its steps, the workloads, and on failure the reason.
 *
 * The view can be left at any time, the operation goes on; it is the session that owns the
 * flow.  Several may be under way, and this is one view for all of them: a list of them where
 * there are several, and below it the selected one as a page, which scrolls.
 */
#include "config.h"

#include "ui/views/progress.h"

#include <curses.h>
#include <limits.h>
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
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/history.h"
#include "ui/views/operation.h"
#include "ui/views/progress-objects.h"
#include "ui/views/review.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/list.h"
#include "ui/widgets/page.h"

#define OPERATIONS_SHOWN 5
#define WARNINGS_SHOWN 3
#define SUMMARY_COLUMNS 40		/* below that it has rows to itself */
#define ROOMY_ROWS 20		/* below that nothing is left empty */

struct progress_view {
	struct view view;
	struct session *session;	/* NULL: not fitted yet */
	struct list operations;		/* approved and not dismissed; the selected one is shown */
	bool lists_operations;		/* a line for each */
	struct page page;		/* of the selected one */
	enum flow_state state;		/* in which that was seen last */
	bool is_roomy;
	int step_columns;
	struct cut_columns columns;	/* of workloads and resources */
};

/* By its id: the flow may have been dismissed, here or by another view. */
static struct flow *
flow_of(const struct view *view, struct ui *ui)
{
	const struct progress_view *p = (const struct progress_view *)view;

	return session_flow_by_id(ui_session(ui), p->operations.selected);
}

/* --- several at once --- */

/* The flow in that row of the list; NULL: there is none. */
static struct flow *
operation_at(struct session *session, size_t row)
{
	for (size_t i = 0; i < session_flow_count(session); i++)
		if (flow_state(session_flow(session, i)) >= FLOW_RUNNING && row-- == 0)
			return session_flow(session, i);
	return NULL;
}

static size_t
count_operations(struct session *session)
{
	size_t count = 0;

	for (size_t i = 0; i < session_flow_count(session); i++)
		count += flow_state(session_flow(session, i)) >= FLOW_RUNNING;
	return count;
}

static void
id_of_operation(const void *data, size_t row, struct buf *out)
{
	const struct progress_view *p = data;
	const struct flow *flow = operation_at(p->session, row);

	if (flow)
		buf_puts(out, flow_operation_id(flow));
}

static void
draw_operation(struct canvas *c, struct ui *ui, int row, const struct flow *flow, bool selected)
{
	enum flow_state state = flow_state(flow);
	char words[256], took[16];

	canvas_move(c, row, 1);
	if (selected)
		canvas_fill_row(c, STYLE_SELECTED);
	canvas_move(c, row, 1);
	canvas_glyph(c,
		     state == FLOW_RUNNING ? STYLE_WARN
		     : state == FLOW_DONE  ? STYLE_OK
					   : STYLE_DANGER,
		     state == FLOW_RUNNING ? GLYPH_HALF
		     : state == FLOW_DONE  ? GLYPH_CHECK
					   : GLYPH_CROSS);
	operation_words(flow, ui_ascii(ui), words, sizeof(words));
	clock_duration(took, flow_elapsed_ms(flow));
	canvas_move(c, row, 3);
	canvas_untrusted_bytes(c, selected ? STYLE_SELECTED : STYLE_NORMAL, words, c->width - 14);
	canvas_move(c, row, c->width - 8);
	canvas_text(c, selected ? STYLE_SELECTED : STYLE_DIM, took);
}

/* The others beside the one that is shown: a line each where there is room. */
static void
draw_operations(struct canvas *c, struct ui *ui, const struct progress_view *p)
{
	const struct list *list = &p->operations;

	if (list->count < 2)
		return;
	if (!p->lists_operations) {
		canvas_move(c, 0, 1);
		canvas_format(c, STYLE_KEY, _("Operation %zu of %zu"), list->at + 1, list->count);
		canvas_text(c, STYLE_DIM, ui_keyed_text(ui, _("; {next-pane} shows the next.")));
		return;
	}
	for (size_t i = list->first; i < list_end(list); i++) {
		const struct flow *flow = operation_at(p->session, i);

		if (flow)
			draw_operation(c, ui, list->top + (int)(i - list->first), flow,
				       i == list->at);
	}
	canvas_hline(c, list->top + (int)list->rows);
}

static void
update_operations(struct progress_view *p, struct ui *ui)
{
	p->session = ui_session(ui);
	list_update(&p->operations, count_operations(p->session));
}

/* Rows above the page, with the rule between them. */
static int
operation_rows(const struct progress_view *p)
{
	if (p->operations.count < 2)
		return 0;
	return p->lists_operations ? (int)p->operations.rows + 1 : 1;
}

static void
fit_operations(struct progress_view *p, struct ui *ui)
{
	size_t count;

	update_operations(p, ui);
	count = p->operations.count;
	p->lists_operations = p->is_roomy && count > 1;
	if (count > OPERATIONS_SHOWN)
		count = OPERATIONS_SHOWN;
	list_fit(&p->operations, 0, p->lists_operations ? (int)count : 0);
}

/* Another one is read from its beginning. */
static void
show_operation(struct progress_view *p, long row)
{
	list_select(&p->operations, row);
	p->page.top = 0;
}

/* Round and round, in the order of the list above. */
static void
run_next(struct view *view, struct ui *ui)
{
	struct progress_view *p = (struct progress_view *)view;
	const struct list *list = &p->operations;

	update_operations(p, ui);
	show_operation(p, list->at + 1 < list->count ? (long)list->at + 1 : 0);
}

/* --- drawing --- */

/* No more than half the width: the bar and the times have to be seen. */
static int
name_columns(const struct flow *flow, const struct canvas *c)
{
	int widest = 0;

	for (size_t i = 0; i < flow_step_count(flow); i++) {
		int width = text_columns(_(flow_step(flow, i)->name));

		widest = width > widest ? width : widest;
	}
	return widest < c->width / 2 ? widest : c->width / 2;
}

/* While it runs the time goes on; afterwards it is how long it took. */
static void
draw_step(struct canvas *c, int row, int columns, const struct flow_step *step)
{
	static const struct { enum glyph glyph; enum style style, text; } looks[] = {
		[STEP_TODO] = {GLYPH_RING, STYLE_DIM, STYLE_DIM},
		[STEP_ACTIVE] = {GLYPH_HALF, STYLE_WARN, STYLE_STRONG},
		[STEP_DONE] = {GLYPH_CHECK, STYLE_OK, STYLE_NORMAL},
		[STEP_FAILED] = {GLYPH_CROSS, STYLE_DANGER, STYLE_DANGER},
	};
	int64_t end = step->ended_at ? step->ended_at : clock_steady_ms();
	int wide = c->width >= 90 ? 30 : 12;
	char took[16] = "";

	canvas_move(c, row, 1);
	canvas_glyph(c, looks[step->state].style, looks[step->state].glyph);
	canvas_text(c, STYLE_NORMAL, " ");
	canvas_untrusted_bytes(c, looks[step->state].text, _(step->name), columns);
	canvas_move(c, row, columns + 5);
	if (step->started_at)
		clock_duration(took, end - step->started_at);
	canvas_text(c, STYLE_DIM, took);
	canvas_move(c, row, columns + 13);
	if (step->state == STEP_ACTIVE && step->wanted > 0) {
		canvas_progress(c, wide, step->done, step->wanted);
		canvas_format(c, STYLE_DIM,
			      ngettext("  %d of %d workload", "  %d of %d workloads",
				       (unsigned long)step->wanted),
			      step->done, step->wanted);
	} else {
		canvas_text(c, STYLE_DIM, step->detail ? step->detail : "");
	}
}

/* A sentence to its end: on a page there is room for it. */
static int
draw_sentence(struct canvas *c, enum style style, const char *text)
{
	return canvas_paragraph(c, style, text, INT_MAX);
}

/* The last lines of output, each whole, however long. */
static int
draw_lines(struct canvas *c, int row, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");
		char *line = xstrndup(text, n);

		canvas_move(c, row, 3);
		row += canvas_wrapped(c, STYLE_NORMAL, line);
		free(line);
		text += n + (text[n] == '\n');
	}
	return row;
}

/* Of which object, and why: beside it, or below it where that would be too narrow. */
static int
draw_error(struct canvas *c, int row, const struct deployment_error *e)
{
	canvas_move(c, row, 1);
	canvas_untrusted(c, STYLE_STRONG, &e->object_id, 30);
	canvas_text(c, STYLE_DIM, "   ");
	if (c->width - c->column < SUMMARY_COLUMNS)
		canvas_move(c, ++row, 3);
	row += draw_sentence(c, STYLE_NORMAL, untrusted_raw(&e->summary));
	if (*deployment_error_output(e)) {
		canvas_move(c, row++, 1);
		canvas_text(c, STYLE_DIM, _("its last lines"));
		row = draw_lines(c, row, deployment_error_output(e));
	}
	return row + 1;
}

/* The words of the platform first, then what the program said last. */
static int
draw_failure(struct canvas *c, int row, struct flow *flow)
{
	for (size_t i = 0; i < flow_deployment_error_count(flow); i++)
		row = draw_error(c, row, flow_deployment_error(flow, i));
	canvas_move(c, row, 1);
	canvas_text(c, STYLE_DIM, _("The previous deployment keeps running."));
	return row + 1;
}

/* Refused, since what was reviewed was not what is there any more. */
static bool
was_stale(const struct flow *flow)
{
	return flow_state(flow) == FLOW_FAILED && flow_error(flow)->kind == ERROR_STALE &&
	       flow_review(flow) && !flow_recovery(flow);
}

/* A clone of what fails. */
static int
draw_unwell(struct canvas *c, struct ui *ui, const char *took)
{
	canvas_glyph(c, STYLE_WARN, GLYPH_HALF);
	canvas_format(c, STYLE_WARN, _(" Made in %s, but it does not run."), took);
	canvas_text(c, STYLE_DIM, ui_keyed_text(ui, _("  {back} goes back.")));
	return 1;
}

/* What the platform says that the step under way waits for.  The row below. */
static int
draw_wait(struct canvas *c, int row, const struct flow *flow)
{
	canvas_move(c, row, 3);
	for (size_t i = 0; i < flow_step_count(flow); i++)
		if (flow_step(flow, i)->state == STEP_ACTIVE && flow_step(flow, i)->waits_for)
			row += draw_sentence(c, STYLE_DIM, flow_step(flow, i)->waits_for);
	canvas_move(c, row, 1);
	return row;
}

/* How it ended, in the rows from `row` on; nothing while it runs.  How many rows. */
static int
draw_outcome(struct canvas *c, struct ui *ui, int row, struct flow *flow)
{
	char took[16];
	int rows;

	canvas_move(c, row, 1);
	clock_duration(took, flow_elapsed_ms(flow));
	switch (flow_state(flow)) {
	case FLOW_DONE:
		if (flow_is_unwell(flow))
			return draw_unwell(c, ui, took);
		canvas_glyph(c, STYLE_OK, GLYPH_CHECK);
		canvas_format(c, STYLE_OK, _(" Done in %s."), took);
		if (operation_can_be_undone(flow))
			canvas_text(c, STYLE_DIM, ui_keyed_text(ui, _("  {undo} rolls it back.")));
		canvas_text(c, STYLE_DIM, ui_keyed_text(ui, _("  {back} goes back.")));
		return 1;
	case FLOW_FAILED:
		canvas_glyph(c, STYLE_DANGER, GLYPH_CROSS);
		canvas_text(c, STYLE_DANGER, " ");
		rows = draw_sentence(c, STYLE_DANGER, flow_error(flow)->text);
		canvas_move(c, row + rows, 3);
		if (flow_recovery(flow) || was_stale(flow))
			canvas_text(c, STYLE_DIM, ui_keyed_text(ui, flow_recovery(flow) ?
				    _("{undo} brings back what was overwritten.") :
				    _("{open} shows what changed, and reviews it again.")));
		return rows + (flow_recovery(flow) || was_stale(flow));
	case FLOW_UNWATCHED:
		canvas_glyph(c, STYLE_WARN, GLYPH_HALF);
		canvas_text(c, STYLE_WARN, " ");
		return draw_sentence(c, STYLE_WARN, flow_error(flow)->text);
	default:
		rows = draw_wait(c, row, flow) - row;
		canvas_format(c, STYLE_DIM, ui_keyed(ui, _("  %s; {back} leaves it running.")), took);
		return rows + 1;
	}
}

/* What the cluster says about what it took all the same, and what does not run.  The row below. */
static int
draw_warning(struct canvas *c, int row, const struct workload_warning *w)
{
	char *text = flow_warning_text(w);

	canvas_move(c, row, 1);
	canvas_text(c, STYLE_WARN, "! ");
	row += draw_sentence(c, STYLE_WARN, text);
	free(text);
	return row;
}

/* That many stand above the workloads, which have to be seen, too; the others below them. */
static size_t
first_warnings(const struct flow *flow)
{
	size_t count = flow_warning_count(flow);

	return count > WARNINGS_SHOWN ? WARNINGS_SHOWN - 1 : count;
}

static int
draw_first_warnings(struct canvas *c, int row, const struct flow *flow)
{
	size_t shown = first_warnings(flow), more = flow_warning_count(flow) - shown;

	for (size_t i = 0; i < shown; i++)
		row = draw_warning(c, row, flow_warning(flow, i));
	if (more > 0) {
		canvas_move(c, row++, 3);
		canvas_format(c, STYLE_WARN,
			      ngettext("and %zu more warning", "and %zu more warnings",
				       (unsigned long)more),
			      more);
	}
	return row;
}

static int
draw_other_warnings(struct canvas *c, int row, const struct flow *flow)
{
	size_t i = first_warnings(flow);

	row += i < flow_warning_count(flow);
	for (; i < flow_warning_count(flow); i++)
		row = draw_warning(c, row, flow_warning(flow, i));
	return row;
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	operation_words(flow_of(view, ui), ui_ascii(ui), out, size);
}

static const struct world_environment *
environment_of(const struct progress_view *p, const struct flow *flow)
{
	const struct flow_request *request = flow_request(flow);

	return world_environment(session_world(p->session), request->org, request->app,
				 request->env);
}

static const struct set *
set_of(const struct flow *flow)
{
	return flow_review(flow) ? flow_review(flow)->to : NULL;
}

/* Below the rule: what failed, or what runs and is to run. */
static int
draw_result(const struct progress_view *p, struct canvas *c, int row, int room, struct flow *flow)
{
	if (flow_state(flow) == FLOW_FAILED)
		row = draw_failure(c, row, flow);
	else
		row += progress_objects_draw(c, row, room, &p->columns, environment_of(p, flow),
					     set_of(flow));
	return draw_other_warnings(c, row, flow);
}

/* The page: how far it is, how it ended, and the objects. */
static int
draw_page(const void *data, struct ui *ui, struct canvas *c, int first)
{
	const struct progress_view *p = data;
	struct flow *flow = flow_of(&p->view, ui);
	int row = first + p->is_roomy;

	if (!flow) {
		canvas_move(c, row + 1, 1);
		canvas_text(
			c, STYLE_DIM,
			ui_keyed_text(ui, _("This operation has ended; {history} shows the history.")));
		return row + 2 - first;
	}
	for (size_t i = 0; i < flow_step_count(flow); i++)
		draw_step(c, row++, p->step_columns, flow_step(flow, i));
	row += p->is_roomy;
	row += draw_outcome(c, ui, row, flow);
	row = draw_first_warnings(c, row, flow);
	canvas_hline(c, row++);
	row += p->is_roomy;
	return draw_result(p, c, row, c->height - (row - first), flow) - first;
}

static struct canvas
page_canvas(const struct progress_view *p, const struct canvas *canvas)
{
	int above = operation_rows(p);

	return canvas_sub(canvas, above, 0, canvas->height - above, canvas->width);
}

/* How it ended stands at the beginning, and is read first. */
static void
fit_page(struct progress_view *p, struct ui *ui, const struct canvas *canvas)
{
	const struct flow *flow = flow_of(&p->view, ui);

	if (flow) {
		if (p->state != flow_state(flow))
			p->page.top = 0;
		p->state = flow_state(flow);
		p->step_columns = name_columns(flow, canvas);
		progress_objects_fit(&p->columns, canvas, environment_of(p, flow), set_of(flow));
	}
	page_fit(&p->page, ui, canvas, draw_page, p);
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct progress_view *p = (struct progress_view *)view;
	struct canvas page;

	p->is_roomy = canvas->height >= ROOMY_ROWS;
	fit_operations(p, ui);
	page = page_canvas(p, canvas);
	fit_page(p, ui, &page);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct progress_view *p = (const struct progress_view *)view;
	struct canvas page = page_canvas(p, canvas);

	draw_operations(canvas, ui, p);
	page_show(&p->page, ui, &page, draw_page, p);
}

static void
scroll_by(struct view *view, struct ui *ui, enum action action)
{
	page_scroll(&((struct progress_view *)view)->page, ui, action);
}

/* On another operation: it is shown. */
static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct progress_view *p = (struct progress_view *)view;

	(void)ui;
	(void)canvas;
	(void)column;
	if (list_click(&p->operations, row))
		p->page.top = 0;
}

/* Somebody's deployment was overwritten: what brings it back, reviewed. */
static void
recover(struct ui *ui, struct flow *flow)
{
	struct error err = {0};
	struct flow *back = flow_new(ui_session(ui), flow_recovery(flow), &err);

	if (!back) {
		ui_say_error(ui, &err);
		return;
	}
	flow_dismiss(flow);
	ui_replace(ui, review_view_new(back));
}

/* What was overwritten comes before what was done: bringing it back is the greater need. */
static void
run_undo(struct view *view, struct ui *ui)
{
	struct undo_offer offer = {0};
	struct flow *flow = flow_of(view, ui);

	if (flow_recovery(flow)) {
		recover(ui, flow);
		return;
	}
	undo_offer_set(&offer, flow);
	flow_dismiss(flow);
	undo_offer_take(&offer, ui, true);
}

static void
run_review_again(struct view *view, struct ui *ui)
{
	ui_replace(ui, review_view_again(ui, flow_of(view, ui)));
}

static void
run_history(struct view *view, struct ui *ui)
{
	(void)view;
	ui_push(ui, history_view_new(ui));
}

/* What has ended is dismissed when it is left: the list is of what one still may want to see. */
static void
run_back(struct view *view, struct ui *ui)
{
	struct flow *flow = flow_of(view, ui);

	ui_pop(ui);
	if (flow && operation_can_be_undone(flow))
		ui_offer_undo(ui, flow);
	if (flow && flow_state(flow) != FLOW_RUNNING)
		flow_dismiss(flow);
}

/* --- keys --- */

static bool
has_ended(const struct view *view, struct ui *ui)
{
	struct flow *flow = flow_of(view, ui);

	return !flow || flow_state(flow) != FLOW_RUNNING;
}

static bool
can_be_undone(const struct view *view, struct ui *ui)
{
	struct flow *flow = flow_of(view, ui);

	return flow && (operation_can_be_undone(flow) || flow_recovery(flow));
}

static bool
was_refused(const struct view *view, struct ui *ui)
{
	struct flow *flow = flow_of(view, ui);

	return flow && was_stale(flow);
}

static bool
has_others(const struct view *view, struct ui *ui)
{
	(void)view;
	return count_operations(ui_session(ui)) > 1;
}

static const struct need an_end = {
	has_ended, N_("It still runs; it can be rolled back when it is done."), NULL};
static const struct need a_way_back = {
	can_be_undone,
	N_("There is nothing to roll back: this made no deployment that runs."),
	NULL,
};
static const struct need a_refusal = {
	was_refused, N_("Only an operation that was refused because its target moved can be reviewed again."), NULL};
static const struct need another = {has_others, N_("No other operation runs or has just ended."),
				    NULL};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), N_("Go back; a running operation continues."),
	 .run = run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'\t',
	 "Tab",
	 ACTION_NEXT_PANE,
	 N_("next operation"),
	 N_("Go to the next operation that runs or has just ended."),
	 run_next,
	 {&another}},
	{'U',
	 "U",
	 ACTION_UNDO,
	 N_("roll back"),
	 N_("Roll this operation back, once it is done."),
	 run_undo,
	 {&an_end, &a_way_back}},
	{'\r',
	 "Enter",
	 ACTION_OPEN,
	 N_("review again"),
	 N_("Review it again, when it was refused because something had moved."),
	 run_review_again,
	 {&a_refusal}},
	{'h', "h", ACTION_HISTORY, N_("history"), .run = run_history},
	PAGE_SCROLL_KEYS,
	NO_KEY,
};

static void
close_view(struct view *view)
{
	struct progress_view *p = (struct progress_view *)view;

	list_clear(&p->operations);
	free(p);
}

const struct view_ops progress_view_ops = {
	.title = N_("Progress"), .keys = keys, .fit = fit, .draw = draw, .subject = subject,
	.act = scroll_by, .click = click, .close = close_view, .unseen_keys_dropped = true,
};

struct view *
progress_view_new(struct flow *flow)
{
	struct progress_view *p = xcalloc(1, sizeof(*p));

	p->view.ops = &progress_view_ops;
	list_init(&p->operations, id_of_operation, p);
	list_select_id(&p->operations, flow_operation_id(flow));
	p->operations.is_awaited = true;	/* what has ended elsewhere says so */
	p->state = flow_state(flow);
	return &p->view;
}
