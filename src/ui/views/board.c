/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The board: workloads down, environments across, and how each version stands to the
 * baseline.  The cursor is an environment and a workload by id, so that what comes and goes
 * under it never moves it to something else.
 */
#include "config.h"

#include "ui/views/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/arrangement.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/moments.h"
#include "flow/world/world.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/board-arrange.h"
#include "ui/views/board-draw.h"
#include "ui/views/board-grid.h"
#include "ui/views/board-keys.h"
#include "ui/views/board-model.h"
#include "ui/views/board-state.h"
#include "ui/views/board-tree.h"

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct board_view *b = (const struct board_view *)view;

	if (b->org && b->app)
		snprintf(out, size, "%s %s %s", b->org, theme_glyph(GLYPH_CLOSED, ui_ascii(ui)),
			 b->app);
	else if (b->org)
		snprintf(out, size, "%s", b->org);
}

/* --- moving --- */

void
board_move_to(struct board_view *b, const struct board_model *s, long column, long row)
{
	long columns = (long)s->column_count;

	column = column < 0 ? 0 : column >= columns ? columns - 1 : column;
	board_replace(&b->env, board_env_id(s->columns[column]));
	list_select(&b->workloads, row);
}

static void
move_column(struct view *view, long column)
{
	struct board_view *b = (struct board_view *)view;

	board_move_to(b, &b->model, column, (long)b->model.row);
}

void
board_run_left(struct view *view, struct ui *ui)
{
	(void)ui;
	move_column(view, (long)((const struct board_view *)view)->model.column - 1);
}

void
board_run_right(struct view *view, struct ui *ui)
{
	(void)ui;
	move_column(view, (long)((const struct board_view *)view)->model.column + 1);
}

void
board_run_first(struct view *view, struct ui *ui)
{
	(void)ui;
	move_column(view, 0);
}

void
board_run_last(struct view *view, struct ui *ui)
{
	(void)ui;
	move_column(view, (long)((const struct board_view *)view)->model.column_count - 1);
}

static struct list *
list_of(struct view *view)
{
	struct board_view *b = (struct board_view *)view;

	return b->in_tree ? board_tree_list(b) : &b->workloads;
}

static void
acted(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;

	if (b->in_tree)
		board_open_selected(b, ui);
	board_model_update(b, ui);
}

/* --- the board as it was ---------------------------------------------------------------- */

/* Takes it; NULL is now.  Past and present have one view with two tables of functions, and so
 * the cursor stays where it was. */
void
board_show_snapshot(struct board_view *b, struct ui *ui, struct moments *snapshot)
{
	if (!snapshot && b->is_visit) {
		ui_pop(ui);
		return;
	}
	moments_close(b->snapshot);
	b->snapshot = snapshot;
	b->in_tree = false;
	b->view.ops = snapshot ? &board_snapshot_view_ops : &board_view_ops;
}

void
board_step_snapshot(struct board_view *b, struct ui *ui, int by)
{
	struct error err = {0};
	struct moments *last;

	if (b->snapshot && moments_step(b->snapshot, by, &err) == 0)
		return;
	if (b->snapshot && by > 0 && !b->is_visit) {
		board_show_snapshot(b, ui, NULL);
		ui_say(ui, _("This is the board as it is now."));
		return;
	}
	if (b->snapshot) {
		ui_say_error(ui, &err);
		return;
	}
	last = b->org && b->app ? moments_open_last(ui_session(ui), b->org, b->app, &err) : NULL;
	if (last)
		board_show_snapshot(b, ui, last);
	else
		ui_say_error(ui, &err);
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = board_model_update(b, ui);
	const struct grid *g = &b->grid;
	struct canvas body = board_body(b, canvas);
	int tree = board_tree_columns(canvas);
	long x = (long)s->column, y = (long)s->row;

	row -= canvas->height - body.height;
	if (row < 0 || (b->snapshot && column < tree))
		return;
	if (column < tree || (b->in_tree && !tree)) {
		board_click_tree(b, ui, s->world, row);
		return;
	}
	if (!s->env || !g->cell || row >= board_matrix_part(&body, tree).height)
		return;
	column -= tree + 1 + g->label;
	if (column >= 0 && (size_t)(column / g->cell) < g->fit)
		x = (long)board_grid_column(g, (size_t)(column / g->cell));
	if (row > g->head && row < g->head + 1 + g->rows &&
	    g->top + (size_t)(row - g->head - 1) < s->module_count)
		y = (long)g->top + row - g->head - 1;
	b->in_tree = false;
	board_move_to(b, s, x, y);
	board_model_update(b, ui);
}

/* A clone that was asked for takes the cursor, once, as soon as it is there. */
static void
follow_clone(struct board_view *b, struct ui *ui, const struct world *world)
{
	struct session *session = ui_session(ui);
	struct flow *newest = session_flow_count(session) ? session_flow(session, 0) : NULL;
	const struct flow_request *request;

	if (!newest || flow_verb(newest) != FLOW_CLONE || flow_state(newest) < FLOW_RUNNING ||
	    (b->followed && strcmp(b->followed, flow_operation_id(newest)) == 0))
		return;
	request = flow_request(newest);
	if (!b->org || !b->app || strcmp(b->org, request->org) != 0 ||
	    strcmp(b->app, request->app) != 0 ||
	    !world_environment(world, request->org, request->app, request->env))
		return;
	board_replace(&b->env, request->env);
	board_replace(&b->followed, flow_operation_id(newest));
}

/* The first application there is, once there is one, unless one was asked for. */
static void
choose_application(struct board_view *b, struct ui *ui)
{
	const struct world *world = session_world(ui_session(ui));

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		/* What was asked for is waited for. */
		if (o->count == 0 || (b->org && !untrusted_is(&o->organization.id, b->org)) ||
		    (b->app &&
		     !world_application(world, untrusted_raw(&o->organization.id), b->app)))
			continue;
		board_replace(&b->org, untrusted_raw(&o->organization.id));
		if (!b->app)
			board_replace(&b->app, untrusted_raw(&o->applications[0].application.id));
		board_arrange(b, ui);
		session_focus(ui_session(ui), b->org, b->app);
		return;
	}
}

static void
changed(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	struct error err = {0};

	if (b->org && b->app && !b->arrangement)
		board_arrange(b, ui);
	if (b->arrangement && arrangement_has_failed(b->arrangement, &err))
		ui_say_error(ui, &err);
	if (!b->snapshot)
		follow_clone(b, ui, session_world(ui_session(ui)));
	if (!b->snapshot && !(b->org && b->app))
		choose_application(b, ui);
	board_model_update(b, ui);
}

static void
close_view(struct view *view)
{
	struct board_view *b = (struct board_view *)view;

	free(b->org);
	free(b->app);
	free(b->env);
	list_clear(&b->workloads);
	list_clear(&b->applications);
	free(b->baseline);
	free(b->followed);
	free(b->notice);
	free(b->lasting);
	moments_close(b->snapshot);
	arrangement_close(b->arrangement);
	(void)row_marks_clear(&b->marks);
	free(b->columns);
	free(b->modules);
	free(b);
}

#define BOARD_OPS                                                                              \
	.fit = board_fit, .draw = board_draw, .subject = subject, .list = list_of, .acted = acted, \
	.click = click, .drag = board_drag, .changed = changed, .close = close_view

const struct view_ops board_view_ops = {
	.title = N_("Board"), .keys = board_keys, .mode = board_mode, BOARD_OPS,
};

/* What was cannot be changed: the keys that would are not there. */
const struct view_ops board_snapshot_view_ops = {
	.title = N_("Board as it was"), .keys = board_snapshot_keys, BOARD_OPS,
};

struct view *
board_view_new(const char *org, const char *app)
{
	struct board_view *b = xcalloc(1, sizeof(*b));

	b->view.ops = &board_view_ops;
	board_init_workloads(b);
	board_init_tree(b);
	board_replace(&b->org, org);
	board_replace(&b->app, app);
	return &b->view;
}

struct view *
board_snapshot_view_new(struct ui *ui, const char *org, const char *app, const char *env,
			long long at)
{
	struct error err = {0};
	struct moments *snapshot = moments_open(ui_session(ui), org, app, at, &err);
	struct view *view;
	struct board_view *b;

	if (!snapshot) {
		ui_say_error(ui, &err);
		return NULL;
	}
	view = board_view_new(org, app);
	b = (struct board_view *)view;
	b->is_visit = true;
	board_replace(&b->env, env);
	board_show_snapshot(b, ui, snapshot);
	board_arrange(b, ui);
	return view;
}
