/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What an approved operation is doing: its steps, the workloads, and on failure the reason.
 *
 * The view can be left at any time, the operation goes on; it is the session that owns the
 * flow.  Several may be under way, and this is one view for all of them.
 */
#include "config.h"

#include "ui/views/progress.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/history.h"
#include "ui/views/operation.h"
#include "ui/views/review.h"
#include "ui/widgets/cut.h"

#define ID_COLUMN 3
/* Nobody follows more; the others are in the history. */
#define OPERATIONS_MAX 32
#define OPERATIONS_SHOWN 5
#define WARNINGS_SHOWN 3

struct progress_view {
	struct view view;
	char *id;
};

/* By its id: the flow may have been dismissed, here or by another view. */
static struct flow *
flow_of(const struct view *view, struct ui *ui)
{
	return session_flow_by_id(ui_session(ui), ((const struct progress_view *)view)->id);
}

/* --- several at once --- */

/* What was approved and not dismissed, newest first. */
static size_t
list_operations(struct ui *ui, struct flow *list[OPERATIONS_MAX])
{
	struct session *session = ui_session(ui);
	size_t count = 0;

	for (size_t i = 0; i < session_flow_count(session) && count < OPERATIONS_MAX; i++)
		if (flow_state(session_flow(session, i)) >= FLOW_RUNNING)
			list[count++] = session_flow(session, i);
	return count;
}

/* 0 when it is not in the list, which then has nothing better to show. */
static size_t
place_of(struct flow *const *list, size_t count, const struct flow *flow)
{
	size_t at = 0;

	while (at < count && list[at] != flow)
		at++;
	return at < count ? at : 0;
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

/* The others beside the one that is shown: a line each where there is room.  How many rows. */
static int
draw_operations(struct canvas *c, struct ui *ui, const struct flow *shown)
{
	struct flow *list[OPERATIONS_MAX];
	size_t count = list_operations(ui, list), at = place_of(list, count, shown), first;
	int row = 0;

	if (count < 2)
		return 0;
	if (c->height < 20) {
		canvas_move(c, 0, 1);
		canvas_format(c, STYLE_KEY, _("Operation %zu of %zu"), at + 1, count);
		canvas_text(c, STYLE_DIM, ui_keyed_text(ui, _("; {next-pane} shows the next.")));
		return 1;
	}
	first = at >= OPERATIONS_SHOWN ? at - OPERATIONS_SHOWN + 1 : 0;
	for (size_t i = first; i < count && i - first < OPERATIONS_SHOWN; i++)
		draw_operation(c, ui, row++, list[i], i == at);
	canvas_hline(c, row++);
	return row;
}

/* Round and round, in the order of the list above. */
static void
run_next(struct view *view, struct ui *ui)
{
	struct progress_view *p = (struct progress_view *)view;
	struct flow *list[OPERATIONS_MAX];
	size_t count = list_operations(ui, list), at = place_of(list, count, flow_of(view, ui));

	free(p->id);
	p->id = xstrdup(flow_operation_id(list[(at + 1) % count]));
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

/* In the middle: both ends of a name tell one from another. */
static void
draw_cut(struct canvas *c, enum style style, const char *text, int columns)
{
	char *shown = cut_text(text, columns, CUT_MIDDLE);

	canvas_untrusted_bytes(c, style, shown, 0);
	free(shown);
}

/* The workload that has it, or its own name; free() it. */
static char *
name_of_resource(const struct active_resource *r)
{
	const char *id = untrusted_raw(&r->res_id), *own = strstr(id, ".externals.");
	size_t modules = strlen("modules.");

	if (own && strncmp(id, "modules.", modules) == 0 && own >= id + modules)
		return xstrndup(id + modules, (size_t)(own - id) - modules);
	return xstrdup(strncmp(id, "shared.", 7) == 0 ? id + 7 : id);
}

/* Of the lists of workloads and of resources: name, version or type, how it
 * is or where.  Measured over both lists, so that they stand in the same
 * columns; an address has room for any port. */
static void
columns_of(struct cut_columns *columns, const struct canvas *c, const struct world_environment *e,
	   const struct set *set)
{
	for (size_t i = 0; e && i < e->runtime.count; i++) {
		const char *module = untrusted_raw(&e->runtime.modules[i].module);
		const char *reference = set ? set_module_image(set, module) : NULL;
		char *label = reference ? image_label(reference) : xstrdup("");

		cut_columns_measure(columns, 0, module);
		cut_columns_measure(columns, 1, label);
		free(label);
	}
	for (size_t i = 0; e && i < e->resource_count; i++) {
		char *name = name_of_resource(&e->resources[i]);
		char *address = active_resource_address(&e->resources[i]);

		cut_columns_measure(columns, 0, name);
		cut_columns_measure(columns, 1, untrusted_raw(&e->resources[i].type));
		cut_columns_measure(columns, 2, address ? address : "");
		free(name);
		free(address);
	}
	cut_columns_measure(columns, 2, "------------------------  ........");
	/* Behind the dot of each. */
	cut_columns_fit(columns, ID_COLUMN + 2, c->width - ID_COLUMN - 2);
}

/* Where it can be reached or found: what a person copies next. */
static void
draw_outputs(struct canvas *c, const struct active_resource *resource)
{
	static const char *const found[] = {"host", "path"};
	char *address = active_resource_address(resource);
	const char *shown = address;

	for (size_t i = 0; !shown && i < sizeof(found) / sizeof(found[0]); i++)
		shown = json_string_value(json_object_get(resource->outputs, found[i]));
	if (shown)
		canvas_untrusted_bytes(c, STYLE_NORMAL, shown, 0);
	free(address);
}

static int
draw_resources(struct canvas *c, int row, const struct cut_columns *columns,
	       const struct world_environment *e)
{
	if (!e || e->resource_count == 0)
		return row;
	canvas_move(c, row++, 1);
	canvas_text(c, STYLE_STRONG, _("Resources"));
	for (size_t i = 0; i < e->resource_count; i++, row++) {
		const struct active_resource *r = &e->resources[i];
		char *name = name_of_resource(r);
		bool active = active_resource_status(r) == RESOURCE_ACTIVE;

		canvas_move(c, row, ID_COLUMN);
		canvas_glyph(c, active ? STYLE_OK : STYLE_WARN, active ? GLYPH_DOT : GLYPH_HALF);
		canvas_text(c, STYLE_NORMAL, " ");
		draw_cut(c, STYLE_NORMAL, name, columns->width[0]);
		free(name);
		canvas_move(c, row, columns->at[1]);
		canvas_untrusted(c, STYLE_DIM, &r->type, columns->width[1]);
		canvas_move(c, row, columns->at[2]);
		draw_outputs(c, r);
	}
	return row + 1;
}

/* A job that has ended well is as good as one that runs. */
static bool
is_ready(const struct runtime_module *m)
{
	return m->status == RUNTIME_RUNNING || m->status == RUNTIME_SUCCEEDED;
}

static void
draw_workload(struct canvas *c, int row, const struct cut_columns *columns,
	      const struct runtime_module *m, const struct set *set)
{
	bool ready = is_ready(m);
	bool failed = m->status == RUNTIME_FAILED;
	const char *reference = set ? set_module_image(set, untrusted_raw(&m->module)) : NULL;

	canvas_move(c, row, ID_COLUMN);
	canvas_glyph(c, ready ? STYLE_OK : failed ? STYLE_DANGER : STYLE_WARN,
		     ready ? GLYPH_DOT : failed ? GLYPH_CROSS : GLYPH_HALF);
	canvas_text(c, STYLE_NORMAL, " ");
	draw_cut(c, STYLE_NORMAL, untrusted_raw(&m->module), columns->width[0]);
	canvas_move(c, row, columns->at[1]);
	if (reference) {
		char *label = image_label(reference);

		draw_cut(c, STYLE_DIM, label, columns->width[1]);
		free(label);
	}
	canvas_move(c, row, columns->at[2]);
	canvas_progress(c,
			c->width >= 90	 ? 20
			: c->width >= 60 ? 10
					 : 4,
			m->pods_ready, m->pods_wanted > 0 ? m->pods_wanted : 1);
	canvas_text(c, STYLE_DIM, "  ");
	if (!ready && m->message.raw && *m->message.raw)
		canvas_untrusted(c, STYLE_DIM, &m->message, 0);
	else
		canvas_text(c, STYLE_DIM,
			    ready    ? _("ready")
			    : failed ? _("failed")
				     : _("starting"));
}

static int
draw_workloads(struct canvas *c, int row, const struct cut_columns *columns,
	       const struct world_environment *e, const struct set *set)
{
	if (!e || !world_is_known(e, WORLD_RUNTIME))
		return row;
	canvas_move(c, row++, 1);
	canvas_text(c, STYLE_STRONG, _("Workloads"));
	/* Where there is not room for all, what one waits for comes first; else nothing moves. */
	if (row + (int)e->runtime.count <= c->height) {
		for (size_t i = 0; i < e->runtime.count; i++)
			draw_workload(c, row++, columns, &e->runtime.modules[i], set);
		return row + 1;
	}
	for (int ready = 0; ready < 2; ready++)
		for (size_t i = 0; i < e->runtime.count && row < c->height; i++)
			if (is_ready(&e->runtime.modules[i]) == (ready == 1))
				draw_workload(c, row++, columns, &e->runtime.modules[i], set);
	return row;
}

/* The last lines of output, each on a line of its own. */
static int
draw_lines(struct canvas *c, int row, const char *text)
{
	while (*text && row < c->height) {
		size_t n = strcspn(text, "\n");
		char *line = xstrndup(text, n);

		canvas_move(c, row++, 3);
		canvas_untrusted_bytes(c, STYLE_NORMAL, line, 0);
		free(line);
		text += n + (text[n] == '\n');
	}
	return row;
}

/* The words of the platform first, then what the program said last. */
static void
draw_failure(struct canvas *c, int row, struct flow *flow)
{
	for (size_t i = 0; i < flow_deployment_error_count(flow); i++) {
		const struct deployment_error *e = flow_deployment_error(flow, i);

		canvas_move(c, row++, 1);
		canvas_untrusted(c, STYLE_STRONG, &e->object_id, 30);
		canvas_text(c, STYLE_DIM, "   ");
		canvas_untrusted(c, STYLE_NORMAL, &e->summary, 0);
		if (*deployment_error_output(e)) {
			canvas_move(c, row++, 1);
			canvas_text(c, STYLE_DIM, _("its last lines"));
			row = draw_lines(c, row, deployment_error_output(e));
		}
		row++;
	}
	canvas_move(c, row, 1);
	canvas_text(c, STYLE_DIM, _("The previous deployment keeps running."));
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
		rows = canvas_paragraph(c, STYLE_DANGER, flow_error(flow)->text, 6);
		canvas_move(c, row + rows, 3);
		if (flow_recovery(flow))
			canvas_text(c, STYLE_DIM,
				    ui_keyed_text(ui, _("{undo} brings back what was overwritten.")));
		else if (was_stale(flow))
			canvas_text(
				c, STYLE_DIM,
				ui_keyed_text(ui,
					 _("{open} shows what changed, and reviews it again.")));
		return rows + (flow_recovery(flow) || was_stale(flow));
	case FLOW_UNWATCHED:
		canvas_glyph(c, STYLE_WARN, GLYPH_HALF);
		canvas_text(c, STYLE_WARN, " ");
		return canvas_paragraph(c, STYLE_WARN, flow_error(flow)->text, 4);
	default:
		canvas_format(c, STYLE_DIM, ui_keyed(ui, _("  %s; {back} leaves it running.")),
			      took);
		return 1;
	}
}

/* The words of the cluster about what it took all the same, and what does not run; the workloads
 * below have to be seen, too.  How many rows. */
static int
draw_warnings(struct canvas *c, int row, const struct flow *flow)
{
	size_t count = flow_warning_count(flow), shown = count > WARNINGS_SHOWN ? WARNINGS_SHOWN - 1
										: count;
	int first = row;

	for (size_t i = 0; i < shown; i++) {
		const struct workload_warning *w = flow_warning(flow, i);
		char *text = flow_warning_is_unwell(w)
				     ? xstrdup(untrusted_raw(&w->message))
				     : xasprintf(_("The cluster warns of %s: %s"),
						 untrusted_raw(&w->path),
						 untrusted_raw(&w->message));

		canvas_move(c, row, 1);
		canvas_text(c, STYLE_WARN, "! ");
		row += canvas_paragraph(c, STYLE_WARN, text, 2);
		free(text);
	}
	if (shown < count) {
		canvas_move(c, row++, 3);
		canvas_format(c, STYLE_WARN,
			      ngettext("and %zu more warning", "and %zu more warnings",
				       (unsigned long)(count - shown)),
			      count - shown);
	}
	return row - first;
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	operation_words(flow_of(view, ui), ui_ascii(ui), out, size);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	struct flow *flow = flow_of(view, ui);
	const struct flow_request *request;
	const struct world_environment *e;
	struct cut_columns lists = {0};
	const struct review *review;
	bool roomy = canvas->height >= 20;
	int row = draw_operations(canvas, ui, flow) + roomy, columns;

	if (!flow) {
		canvas_move(canvas, row + 1, 1);
		canvas_text(
			canvas, STYLE_DIM,
			ui_keyed_text(ui, _("This operation has ended; {history} shows the history.")));
		return;
	}
	request = flow_request(flow);
	review = flow_review(flow);
	columns = name_columns(flow, canvas);
	for (size_t i = 0; i < flow_step_count(flow); i++)
		draw_step(canvas, row++, columns, flow_step(flow, i));
	row += roomy;
	row += draw_outcome(canvas, ui, row, flow);
	row += draw_warnings(canvas, row, flow);
	canvas_hline(canvas, row++);
	row += roomy;
	if (flow_state(flow) == FLOW_FAILED) {
		draw_failure(canvas, row, flow);
		return;
	}
	e = world_environment(session_world(ui_session(ui)), request->org, request->app,
			      request->env);
	columns_of(&lists, canvas, e, review ? review->to : NULL);
	row = draw_workloads(canvas, row, &lists, e, review ? review->to : NULL);
	draw_resources(canvas, row, &lists, e);
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
	struct flow *list[OPERATIONS_MAX];

	(void)view;
	return list_operations(ui, list) > 1;
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
	{27, "Esc", ACTION_BACK, N_("back"), N_("Go back; an operation that runs goes on."),
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
	NO_KEY,
};

static void
close_view(struct view *view)
{
	struct progress_view *p = (struct progress_view *)view;

	free(p->id);
	free(p);
}

const struct view_ops progress_view_ops = {
	.title = N_("Progress"), .keys = keys, .draw = draw, .subject = subject,
	.close = close_view, .unseen_keys_dropped = true,
};

struct view *
progress_view_new(struct flow *flow)
{
	struct progress_view *p = xcalloc(1, sizeof(*p));

	p->view.ops = &progress_view_ops;
	p->id = xstrdup(flow_operation_id(flow));
	return &p->view;
}
