/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the board share: its state, what is under the cursor, and the layout. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_H
#define SIDESTAGE_UI_VIEWS_BOARD_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/view.h"

struct canvas;
struct moments;
struct world;
struct world_application;
struct world_environment;

#define MODULES_MAX 200

struct board_view {
	struct view view;
	char *org, *app;
	char *env, *module;	/* the cursor; NULL: the first */
	char *baseline;		/* NULL: the first protected one */
	char *followed;		/* the operation whose clone took the cursor */
	struct moments *then;	/* the board as it was, read only; NULL: as it is */
	bool is_visit;		/* opened to look at what was: Esc leaves it */
	bool in_tree;		/* the arrows choose an application */
};

/* The world as the board sees it now: all borrowed, until the session's next turn. */
struct sight {
	const struct world *world;
	const struct world_application *app;
	const struct world_environment *env, *baseline;	/* NULL: there is none */
	size_t column;
	const char *modules[MODULES_MAX];		/* of all environments, sorted */
	size_t module_count, row;
};

struct sight board_look(const struct board_view *b, struct ui *ui);
const char *board_env_id(const struct world_environment *e);

/* The canvas without the line that says that this was then, when there is one. */
struct canvas board_body(const struct board_view *b, const struct canvas *canvas);

/* Where the matrix has its columns; low and narrow screens fold. */
struct grid {
	int label, cell, head;	/* columns, columns, rows */
	size_t first, fit;	/* environments that are shown */
	bool foot;
	int rows;		/* of workloads */
	size_t top;		/* the first workload that is shown */
};

struct grid board_lay_out(const struct sight *s, const struct canvas *c);
/* How wide the applications are; 0: there is no room for them. */
int board_tree_columns(const struct canvas *canvas);
/* Where the matrix is: right of the applications, above the detail. */
struct canvas board_matrix_part(const struct canvas *canvas, int tree);
/* Where a workload is reached, or NULL; free() it. */
char *board_address(const struct world_environment *e, const char *module);

/* view_ops' draw. */
void board_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
