/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The applications beside the board: one is always open, and the arrows go from one to the
 * next.
 *
 * Only the organization of the open application shows its own; the others are one line each,
 * so that a platform with hundreds is still a list that can be looked through.
 */
#include "config.h"

#include "ui/views/board-tree.h"

#include <curses.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "flow/session.h"
#include "flow/world/world.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/board-arrange.h"
#include "ui/views/board-model.h"
#include "ui/views/board-state.h"
#include "ui/widgets/list.h"

void
board_open_application(struct board_view *b, struct ui *ui, const char *org, const char *app)
{
	board_replace(&b->org, org);
	board_replace(&b->app, app);
	board_replace(&b->env, NULL);
	list_select_id(&b->workloads, NULL);
	board_replace(&b->baseline, NULL);
	board_arrange(b, ui);
	session_focus(ui_session(ui), b->org, b->app);
}

/* Of all organizations; *here: which of them is open, if one is. */
static size_t
count_applications(const struct board_view *b, const struct world *world, size_t *here)
{
	size_t count = 0;

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		bool open = b->org && untrusted_is(&o->organization.id, b->org);

		for (size_t k = 0; k < o->count; k++, count++)
			if (open && b->app &&
			    untrusted_is(&o->applications[k].application.id, b->app))
				*here = count;
	}
	return count;
}

/* The n-th of all organizations' applications, which there is. */
static const struct world_application *
find_application(const struct world *world, size_t n, const struct world_organization **of)
{
	for (*of = world->organizations; n >= (*of)->count; (*of)++)
		n -= (*of)->count;
	return &(*of)->applications[n];
}

/* list_id of the applications: in several organizations there may be one of that name. */
static void
id_of_application(const void *data, size_t row, struct buf *out)
{
	const struct board_view *b = data;
	const struct world_organization *o;
	const struct world_application *a = find_application(b->model.world, row, &o);

	(void)buf_printf(out, "%s/%s", untrusted_raw(&o->organization.id),
			 untrusted_raw(&a->application.id));
}

void
board_init_tree(struct board_view *b)
{
	list_init(&b->applications, id_of_application, b);
}

struct list *
board_tree_list(struct board_view *b)
{
	size_t here = SIZE_MAX, count = count_applications(b, b->model.world, &here);

	/* Where the open one is not known there is nowhere to go from. */
	list_update(&b->applications, here == SIZE_MAX ? 0 : count);
	list_select(&b->applications, (long)here);
	return &b->applications;
}

void
board_open_selected(struct board_view *b, struct ui *ui)
{
	size_t here = SIZE_MAX;
	const struct world_organization *o;
	const struct world_application *a;

	(void)count_applications(b, b->model.world, &here);
	if (b->applications.count == 0 || !b->applications.selected)
		return;
	a = find_application(b->model.world, b->applications.at, &o);
	if (b->applications.at != here)
		board_open_application(b, ui, untrusted_raw(&o->organization.id),
				       untrusted_raw(&a->application.id));
	list_select_id(&b->applications, NULL);
}

/* --- keys --- */

/* The applications: the open one is the one that the cursor is on, so to open it is to give the
 * keys back. */
static void
run_leave_tree(struct view *view, struct ui *ui)
{
	(void)ui;
	((struct board_view *)view)->in_tree = false;
}

static void
run_first_application(struct view *view, struct ui *ui)
{
	(void)ui;
	(void)list_act(board_tree_list((struct board_view *)view), ACTION_FIRST);
}

static void
run_last_application(struct view *view, struct ui *ui)
{
	(void)ui;
	(void)list_act(board_tree_list((struct board_view *)view), ACTION_LAST);
}

static void
run_nothing(struct view *view, struct ui *ui)
{
	(void)view;
	(void)ui;
}

static const struct key tree_keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("open"), .run = run_leave_tree},
	{27, "Esc", ACTION_BACK, N_("back"), .run = run_leave_tree},
	{'/', "/", ACTION_FIND, N_("find"), .run = NULL},
	{'h', "h", ACTION_HISTORY, N_("history"), .run = NULL},
	{'c', "c", ACTION_CLONES, N_("clones"), .run = NULL},
	{KEY_BASE + KEY_LEFT, NULL, ACTION_LEFT, .run = run_nothing},
	{KEY_BASE + KEY_RIGHT, NULL, ACTION_RIGHT, .run = run_leave_tree},
	{'g', NULL, ACTION_FIRST, .run = run_first_application},
	{'G', NULL, ACTION_LAST, .run = run_last_application},
	{'?', "?", ACTION_HELP, N_("help"), .help = NULL},
	NO_KEY,
};

const struct key *
board_mode(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct board_view *)view)->in_tree ? tree_keys : NULL;
}

/* Counted as they are drawn: board_draw_tree(). */
void
board_click_tree(struct board_view *b, struct ui *ui, const struct world *world, int clicked)
{
	int row = 1 - b->tree_top;

	if (clicked < 1)
		return;
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		bool open = b->org && untrusted_is(&o->organization.id, b->org);
		bool chosen = row++ == clicked && !open && o->count > 0;
		size_t which = 0;

		for (size_t k = 0; open && k < o->count; k++) {
			if (row++ == clicked) {
				chosen = true;
				which = k;
			}
		}
		if (chosen) {
			board_open_application(b, ui, untrusted_raw(&o->organization.id),
					 untrusted_raw(&o->applications[which].application.id));
			return;
		}
	}
}

/* --- drawing --- */

/* Which line of all of them the application is in that is shown. */
static int
tree_line(const struct board_view *b, const struct world *world)
{
	int line = 0;

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		bool open = b->org && untrusted_is(&o->organization.id, b->org);

		line++;
		for (size_t k = 0; open && k < o->count; k++, line++)
			if (b->app && untrusted_is(&o->applications[k].application.id, b->app))
				return line;
	}
	return 0;
}

/* The list only moves when the application would be out of sight. */
void
board_scroll_tree(struct board_view *b, int rows)
{
	int line = tree_line(b, b->model.world);

	list_fit(&b->applications, 1, rows);
	if (line < b->tree_top)
		b->tree_top = line;
	else if (rows > 0 && line >= b->tree_top + rows)
		b->tree_top = line - rows + 1;
	/* The first application is seen below its organization. */
	if (b->tree_top == 1)
		b->tree_top = 0;
}

static void
draw_tree_application(const struct board_view *b, struct canvas *c, int row,
		      const struct application *application)
{
	bool here = b->app && untrusted_is(&application->id, b->app);
	enum style style = !here ? STYLE_NORMAL : b->in_tree ? STYLE_SELECTED : STYLE_STRONG;
	struct canvas line = canvas_sub(c, row, 0, 1, c->width - 1);

	if (here && b->in_tree)
		canvas_fill_row(&line, STYLE_SELECTED);
	canvas_move(&line, 0, 3);
	canvas_glyph(&line, here ? style : STYLE_FAINT, here ? GLYPH_CLOSED : GLYPH_MIDDLE);
	canvas_move(&line, 0, 5);
	canvas_untrusted(&line, style, &application->id, line.width - 6);
}

/* Which of the applications is open, where not all of them are in sight. */
static void
draw_place(const struct board_view *b, const struct world *world, struct canvas *c)
{
	size_t here = SIZE_MAX, count = count_applications(b, world, &here);
	char text[48];
	int columns;

	if (here == SIZE_MAX || count + world->count <= b->applications.rows)
		return;
	snprintf(text, sizeof(text), "%zu/%zu", here + 1, count);
	columns = text_columns(text);
	if (c->column + columns + 3 > c->width)
		return;
	canvas_move(c, 0, c->width - columns - 2);
	canvas_text(c, STYLE_DIM, text);
}

void
board_draw_tree(const struct board_view *b, struct canvas *c)
{
	const struct world *world = b->model.world;
	int row;

	canvas_move(c, 0, 1);
	canvas_text(c, b->in_tree ? STYLE_KEY : STYLE_STRONG, _("Organizations"));
	draw_place(b, world, c);
	row = 1 - b->tree_top;
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		bool open = b->org && untrusted_is(&o->organization.id, b->org);

		if (row >= 1 && row < c->height) {
			canvas_move(c, row, 1);
			canvas_glyph(c, STYLE_DIM, open ? GLYPH_OPEN : GLYPH_CLOSED);
			canvas_text(c, STYLE_NORMAL, " ");
			canvas_untrusted(c, STYLE_NORMAL, &o->organization.id, c->width - 4);
		}
		row++;
		for (size_t k = 0; open && k < o->count; k++, row++)
			if (row >= 1 && row < c->height)
				draw_tree_application(b, c, row, &o->applications[k].application);
	}
}
