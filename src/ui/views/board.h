/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the board share: its state, what is under the cursor, and the layout. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_H
#define SIDESTAGE_UI_VIEWS_BOARD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "ui/view.h"
#include "ui/widgets/cut.h"

struct arrangement;
struct canvas;
struct moments;
struct world;
struct world_application;
struct world_environment;

/* The world as the board sees it now: all borrowed, until the session's next turn. */
struct board_model {
	const struct world *world;
	const struct world_application *app;
	const struct world_environment *env, *baseline;	/* NULL: there is none */
	/* Those that have a column: the pinned ones, then the others; not what was hidden, unless
	 * the cursor is on it. */
	const struct world_environment *const *columns;
	size_t column_count, pinned, hidden, column;
	const char *const *modules;		/* of all environments, sorted */
	size_t module_count, row;
};

/* Where the matrix has its columns; low and narrow screens fold. */
struct grid {
	int label, cell, head;	/* columns, columns, rows */
	size_t pinned, first, fit; /* these columns, and from `first` on as many as fit in all */
	size_t kept; /* the baseline, which would be out of sight: it stays at the edge */
	int kept_at; /* at the left edge of those that move (-1), the right one (1); 0: not */
	int foot; /* rows below the workloads: resources, to promote, and where there is room values
		   */
	int rows;		/* of workloads */
	size_t top;		/* the first workload that is shown */
	int version;		/* columns of a version, before its sign */
	enum cut heads, names, versions;	/* where those are cut that do not fit */
};

struct board_view {
	struct view view;
	char *org, *app;
	char *env, *module;	/* the cursor; NULL: the first */
	size_t env_at;		/* in which column that was last */
	char *baseline;		/* NULL: the first protected one */
	char *followed;		/* the operation whose clone took the cursor */
	struct moments *snapshot;	/* the board as it was, read only; NULL: as it is */
	/* What stands above it as long as it holds; NULL: nothing. */
	char *notice;		/* of what could not be read */
	const char *lasting;	/* of the history; the session's */
	bool is_visit;		/* opened to look at what was: Esc leaves it */
	bool in_tree;		/* the arrows choose an application */
	struct arrangement *arrangement;	/* of the application; NULL: there is none yet */
	json_t *marks;		/* object of workloads; NULL: none */
	const struct world_environment **columns;	/* those of the last model */
	const char **modules;				/* of that too */
	struct board_model model;		/* as of the last change */
	/* Where everything has its place in the room that there is. */
	int tree_top,
		tree_rows; /* the first line of the applications that is shown; how many are */
	struct grid grid;		/* its cell is 0 before there was an environment */
	int matrix_columns;		/* of all environments */
};

/* Looks again, after the world or the board has changed; what it gives is b->model. */
const struct board_model *board_model_update(struct board_view *b, struct ui *ui);
/* Afterwards `*place` is a copy of value; NULL is NULL. */
void board_replace(char **place, const char *value);
/* Another application: its arrangement is the one that was left, and nothing of it is marked. */
void board_arrange(struct board_view *b, struct ui *ui);
/* Whether Space has marked the workload. */
bool board_is_marked(const struct board_view *b, const char *module);
/* For the tables of keys; they need an environment and its arrangement. */
void board_run_pin(struct view *view, struct ui *ui);
/* Each does what its action says, to the environment or workload of the cursor. */
void board_run_hide(struct view *view, struct ui *ui);
void board_run_show(struct view *view, struct ui *ui);
void board_run_narrower(struct view *view, struct ui *ui);
void board_run_wider(struct view *view, struct ui *ui);
void board_run_sort(struct view *view, struct ui *ui);
void board_run_mark(struct view *view, struct ui *ui);
void board_run_next(struct view *view, struct ui *ui);
void board_run_previous(struct view *view, struct ui *ui);
/* The keys of the board as it is, and as it was. */
extern const struct key board_keys[], board_snapshot_keys[];
/* The board as it was, which it takes; NULL: as it is. */
void board_show_snapshot(struct board_view *b, struct ui *ui, struct moments *snapshot);
/* To the change before (-1) or after. */
void board_step_snapshot(struct board_view *b, struct ui *ui, int by);
/* Moves the cursor to that column and row of the model, or to the nearest that there are. */
void board_move_to(struct board_view *b, const struct board_model *s, long column, long row);
/* view_ops' drag: the border behind a column makes all of them as wide. */
void board_drag(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int from,
		int to);
/* The board of another application, as it was left. */
void board_open_application(struct board_view *b, struct ui *ui, const char *org, const char *app);
/* Moving while the applications have the keys.  false: the action is none of these. */
bool board_act_in_tree(struct board_view *b, struct ui *ui, enum action action,
		       const struct world *world);
/* Opens the application in that row of the tree, as it is drawn. */
void board_click_tree(struct board_view *b, struct ui *ui, const struct world *world, int clicked);
/* Its id as it is sent; foreign, borrowed. */
const char *board_env_id(const struct world_environment *e);

/* The canvas without the lines that say that this was then, or what could not be read. */
struct canvas board_body(const struct board_view *b, const struct canvas *canvas);

#define LABEL_COLUMNS 13	/* of what stands left of the matrix and of the detail's lines */

/* In so much room, scrolled from where it was. */
struct grid
board_lay_out(const struct board_view *b, const struct board_model *s, const struct canvas *c);
/* Which of the model's columns is shown as the i-th. */
size_t board_grid_column(const struct grid *g, size_t i);
/* Columns of one environment; 0: as many as are easy to read. */
int board_cell(const struct board_view *b);
/* How wide the applications are; 0: there is no room for them. */
int board_tree_columns(const struct canvas *canvas);
/* Where the matrix is: right of the applications, above the detail. */
struct canvas board_matrix_part(const struct canvas *canvas, int tree);
/* Where a workload is reached, or NULL; free() it. */
char *board_address(const struct world_environment *e, const char *module);

/* The organizations and the applications of the open one: which are seen in so many rows, and how
 * they look. */
void board_scroll_tree(struct board_view *b, int rows);
void board_draw_tree(const struct board_view *b, struct canvas *c);
/* view_ops' fit and draw. */
void board_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void board_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
