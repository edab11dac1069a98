/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How the board is arranged: what is pinned, left out, sorted, wide, and marked.
 *
 * All but the marks is kept from one session to the next (flow/context/arrangement.c), for
 * each application by itself.  Whatever moves under the cursor, the cursor stays on what it
 * was on: each of these keys writes it down by its id before anything changes.
 */
#include "config.h"

#include "ui/views/board-arrange.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "flow/context/arrangement.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/board-draw.h"
#include "ui/views/board-model.h"
#include "ui/views/board-state.h"
#include "ui/views/board.h"

/* A version and its sign; with less every cell would be cut. */
#define CELL_MIN 10
#define CELL_MAX 60
#define CELL_STEP 2

/* For another application, or the same one once it is known.  The old one is kept first,
 * while its errors can still be told. */
void
board_arrange(struct board_view *b, struct ui *ui)
{
	struct error err = {0};

	if (b->arrangement && arrangement_keep(b->arrangement, &err) != 0)
		ui_say_error(ui, &err);
	arrangement_close(b->arrangement);
	b->arrangement = b->org && b->app ? arrangement_open(ui_session(ui), b->org, b->app) : NULL;
	(void)row_marks_clear(&b->marks);
}

int
board_cell(const struct board_view *b)
{
	return b->arrangement ? arrangement_cell(b->arrangement) : 0;
}

/* --- columns --- */

void
board_run_pin(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	const char *env = board_env_id(s->env);
	bool pinned = !arrangement_is_pinned(b->arrangement, env);

	board_replace(&b->env, env);
	ui_say(ui, pinned ? _("%s is pinned to the left.") : _("%s is no longer pinned."),
	       b->env);
	arrangement_pin(b->arrangement, b->env, pinned);
}

/* The cursor goes to the neighbour first: what it is on is always in sight. */
void
board_run_hide(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	size_t next = s->column + 1 < s->column_count ? s->column + 1 : s->column - 1;
	char *env = NULL;

	if (s->column_count < 2) {
		ui_say(ui, _("This is the last environment shown; {show-hidden} shows the others."));
		return;
	}
	board_replace(&env, board_env_id(s->env));
	board_replace(&b->env, board_env_id(s->columns[next]));
	ui_say(ui, _("%s is hidden; {show-hidden} shows it."), env);
	arrangement_hide(b->arrangement, env);
	free(env);
}

void
board_run_show(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	/* Where the cursor is may be a hidden one that is only in sight because of it. */
	if (s->hidden == 0 && !arrangement_is_hidden(b->arrangement, board_env_id(s->env)))
		ui_say(ui, _("No environment is hidden."));
	else
		arrangement_show_all(b->arrangement);
}

static void
set_cell(struct board_view *b, int columns)
{
	columns = columns < CELL_MIN ? CELL_MIN : columns > CELL_MAX ? CELL_MAX : columns;
	arrangement_set_cell(b->arrangement, columns);
}

/* How wide they are while nothing is chosen is only known where they have their room. */
static void
change_cell(struct board_view *b, struct ui *ui, int by)
{
	int cell = board_cell(b) ? board_cell(b) : b->grid.cell;

	cell = cell < b->matrix_columns ? cell : b->matrix_columns;
	if (cell + by < CELL_MIN)
		ui_say(ui, _("The columns cannot be narrower."));
	else if (cell + by > CELL_MAX || (by > 0 && b->matrix_columns < cell + by))
		ui_say(ui, _("The columns cannot be wider."));
	else
		set_cell(b, cell + by);
}

void
board_run_narrower(struct view *view, struct ui *ui)
{
	change_cell((struct board_view *)view, ui, -CELL_STEP);
}

void
board_run_wider(struct view *view, struct ui *ui)
{
	change_cell((struct board_view *)view, ui, CELL_STEP);
}

/* The border before which the button went down becomes the one where it went up; columns are
 * of one width, so the others follow. */
void
board_drag(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int from, int to)
{
	struct board_view *b = (struct board_view *)view;
	const struct grid *g = &b->grid;
	struct canvas body = board_body(b, canvas);
	int tree = board_tree_columns(canvas), border;
	struct canvas part = board_matrix_part(&body, tree);

	(void)ui;
	row -= canvas->height - body.height;
	if (!b->model.env || !g->cell || !b->arrangement || row < 0 || row >= part.height ||
	    (b->in_tree && !tree))
		return;
	from -= tree + 1 + g->label;
	to -= tree + 1 + g->label;
	/* The two blanks between columns, so that nobody has to aim. */
	border = (from + 2) / g->cell;
	if (from < 0 || border < 1 || (size_t)border > g->fit || border * g->cell - from > 2)
		return;
	set_cell(b, to / border + (to % border > 0));
}

/* --- workloads --- */

void
board_run_sort(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	enum arrangement_sort sort = (arrangement_sort(b->arrangement) + 1) % SORT_COUNT;

	/* The cursor stays on its workload wherever that goes. */
	list_select(&b->workloads, (long)b->workloads.at);
	ui_say(ui, sort == SORT_DIFFERS ? _("Workloads that differ from the baseline come first.")
					: _("The workloads are sorted by name."));
	arrangement_set_sort(b->arrangement, sort);
}

/* The cursor goes on to the next: marking several is one key, pressed several times. */
void
board_run_mark(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = &b->model;
	const char *module = s->module_count ? s->modules[s->row] : NULL;

	if (!module) {
		ui_say(ui, _("There is no workload to mark."));
		return;
	}
	row_marks_toggle(&b->marks, module);
	board_move_to(b, s, (long)s->column, (long)s->row + 1);
}

static void
step_mark(struct board_view *b, struct ui *ui, long by)
{
	const struct board_model *s = &b->model;

	for (long row = (long)s->row + by; row >= 0 && row < (long)s->module_count; row += by) {
		if (!row_marks_has(&b->marks, s->modules[row]))
			continue;
		board_move_to(b, s, (long)s->column, row);
		return;
	}
	if (!row_marks_any(&b->marks))
		ui_say(ui, _("No workload is marked; {mark} marks one."));
	else
		ui_say(ui, by > 0 ? _("No marked workload comes after this one.")
				  : _("No marked workload comes before this one."));
}

void
board_run_next(struct view *view, struct ui *ui)
{
	step_mark((struct board_view *)view, ui, 1);
}

void
board_run_previous(struct view *view, struct ui *ui)
{
	step_mark((struct board_view *)view, ui, -1);
}
