/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an approved operation is doing: its steps, the workloads, and on failure the reason. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "flow/world.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"

struct progress_view {
	struct view view;
	char *id;
};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back (it goes on)"), N_("Go back; the operation goes on.")},
	{'q', NULL, ACTION_BACK, NULL, NULL},
	{'h', "h", ACTION_HISTORY, N_("history"), N_("Show what has been done.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
};

static void
draw_step(struct canvas *c, int row, const struct flow_step *step)
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

	canvas_at(c, row, 1);
	canvas_glyph(c, looks[step->state].style, looks[step->state].glyph);
	canvas_ours(c, STYLE_NORMAL, " ");
	canvas_bytes(c, looks[step->state].text, _(step->name), 28);
	canvas_at(c, row, 32);
	if (step->started_at)
		clock_duration(took, end - step->started_at);
	canvas_ours(c, STYLE_DIM, took);
	canvas_at(c, row, 40);
	if (step->state == STEP_ACTIVE && step->wanted > 0) {
		canvas_progress(c, wide, step->done, step->wanted);
		canvas_format(c, STYLE_DIM, _("  %d of %d workloads"), step->done, step->wanted);
	} else {
		canvas_bytes(c, STYLE_DIM, step->detail ? step->detail : "", 0);
	}
}

static int
draw_workloads(struct canvas *c, int row, const struct world_environment *e)
{
	if (!e || !e->runtime_known)
		return row;
	canvas_at(c, row++, 1);
	canvas_ours(c, STYLE_STRONG, _("Workloads"));
	for (size_t i = 0; i < e->runtime.count; i++, row++) {
		const struct runtime_module *m = &e->runtime.modules[i];
		bool ready = m->status == RUNTIME_RUNNING || m->status == RUNTIME_SUCCEEDED;
		bool failed = m->status == RUNTIME_FAILED;

		canvas_at(c, row, 3);
		canvas_glyph(c, ready ? STYLE_OK : failed ? STYLE_DANGER : STYLE_WARN,
			     ready ? GLYPH_DOT : failed ? GLYPH_CROSS : GLYPH_HALF);
		canvas_ours(c, STYLE_NORMAL, " ");
		canvas_foreign(c, STYLE_NORMAL, &m->module, 20);
		canvas_at(c, row, 26);
		canvas_progress(c, 12, ready ? 1 : 0, 1);
		canvas_ours(c, STYLE_DIM, "  ");
		if (m->message.raw)
			canvas_foreign(c, STYLE_DIM, &m->message, 0);
		else
			canvas_ours(c, STYLE_DIM, ready ? _("ready") : _("starting"));
	}
	return row + 1;
}

/* The last lines of output, each on a line of its own. */
static int
draw_lines(struct canvas *c, int row, const char *text)
{
	while (*text && row < c->height) {
		size_t n = strcspn(text, "\n");
		char *line = xstrndup(text, n);

		canvas_at(c, row++, 3);
		canvas_bytes(c, STYLE_NORMAL, line, 0);
		free(line);
		text += n + (text[n] == '\n');
	}
	return row;
}

static void
draw_failure(struct canvas *c, int row, struct flow *flow)
{
	canvas_at(c, row++, 1);
	canvas_glyph(c, STYLE_DANGER, GLYPH_CROSS);
	canvas_ours(c, STYLE_DANGER, " ");
	canvas_bytes(c, STYLE_DANGER, flow_error(flow)->text, 0);
	for (size_t i = 0; i < flow_deployment_error_count(flow); i++) {
		const struct deployment_error *e = flow_deployment_error(flow, i);

		row++;
		canvas_at(c, row++, 1);
		canvas_foreign(c, STYLE_STRONG, &e->object_id, 30);
		canvas_ours(c, STYLE_DIM, "   ");
		canvas_foreign(c, STYLE_NORMAL, &e->summary, 0);
		canvas_at(c, row++, 1);
		canvas_ours(c, STYLE_DIM, _("its last lines"));
		row = draw_lines(c, row, untrusted_raw(&e->message));
	}
	canvas_at(c, row + 1, 1);
	canvas_ours(c, STYLE_DIM, _("What ran before runs on."));
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct progress_view *p = (const struct progress_view *)view;
	struct flow *flow = session_flow_by_id(ui_session(ui), p->id);
	const struct flow_request *request;
	char took[16];
	int row = 3;

	if (!flow) {
		canvas_at(canvas, 1, 1);
		canvas_ours(canvas, STYLE_DIM, _("This operation has ended; h shows the history."));
		return;
	}
	request = flow_request(flow);
	clock_duration(took, flow_elapsed_ms(flow));
	canvas_at(canvas, 1, 1);
	canvas_ours(canvas, STYLE_STRONG, flow_verb_name(flow_verb(flow)));
	canvas_ours(canvas, STYLE_STRONG, " ");
	if (request->source) {
		canvas_bytes(canvas, STYLE_STRONG, request->source, 40);
		canvas_ours(canvas, STYLE_DIM, " ");
		canvas_glyph(canvas, STYLE_DIM, GLYPH_ARROW);
		canvas_ours(canvas, STYLE_DIM, " ");
	}
	canvas_bytes(canvas, STYLE_STRONG, request->env, 50);
	canvas_format(canvas, STYLE_DIM, "   %s", took);
	for (size_t i = 0; i < flow_step_count(flow); i++)
		draw_step(canvas, row++, flow_step(flow, i));
	canvas_rule(canvas, row++);
	if (flow_state(flow) == FLOW_FAILED) {
		draw_failure(canvas, row, flow);
		return;
	}
	row = draw_workloads(canvas, row,
			     world_environment(session_world(ui_session(ui)), request->org,
					       request->app, request->env));
	canvas_at(canvas, row, 1);
	if (flow_state(flow) == FLOW_DONE) {
		canvas_glyph(canvas, STYLE_OK, GLYPH_CHECK);
		canvas_ours(canvas, STYLE_OK, _(" Done.  Esc goes back to the board."));
	}
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct progress_view *p = (struct progress_view *)view;
	struct flow *flow = session_flow_by_id(ui_session(ui), p->id);

	if (action == ACTION_HISTORY) {
		ui_push(ui, history_view_new(ui));
		return;
	}
	if (flow && flow_state(flow) != FLOW_RUNNING)
		flow_dismiss(flow);
	ui_pop(ui);
}

static void
close_view(struct view *view)
{
	struct progress_view *p = (struct progress_view *)view;

	free(p->id);
	free(p);
}

static const struct view_ops ops = {
	.title = N_("Progress"), .keys = keys, .draw = draw, .act = act, .close = close_view,
};

struct view *
progress_view_new(struct flow *flow)
{
	struct progress_view *p = xcalloc(1, sizeof(*p));

	p->view.ops = &ops;
	p->id = xstrdup(flow_operation_id(flow));
	return &p->view;
}
