/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The board from inside, for its files. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_STATE_H
#define SIDESTAGE_UI_VIEWS_BOARD_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/view.h"
#include "ui/views/board-grid.h"
#include "ui/views/board-model.h"
#include "ui/widgets/list.h"
#include "ui/widgets/row-marks.h"

struct arrangement;
struct moments;
struct world_environment;

struct board_view {
	struct view view;
	char *org, *app;
	char *env;		/* the cursor; NULL: the first */
	struct list workloads;	/* those of the model, with the cursor on one of them */
	size_t env_at;		/* in which column that was last */
	char *baseline;		/* NULL: the first protected one */
	char *followed;		/* the operation whose clone took the cursor */
	struct moments *snapshot;	/* the board as it was, read only; NULL: as it is */
	/* What stands above it as long as it holds; NULL: nothing. */
	char *notice;		/* of what could not be read */
	char *lasting;		/* of the history, or of the cluster that is looked through */
	bool is_visit;		/* opened to look at what was: Esc leaves it */
	bool in_tree;		/* the arrows choose an application */
	struct list applications;	/* of all organizations, while one is chosen */
	struct arrangement *arrangement;	/* of the application; NULL: there is none yet */
	struct row_marks marks;	/* workloads */
	const struct world_environment **columns;	/* those of the last model */
	const char **modules;				/* of that too */
	struct board_model model;		/* as of the last change */
	/* Where everything has its place in the room that there is. */
	int tree_top;		/* the first line of the applications that is shown */
	struct grid grid;		/* its cell is 0 before there was an environment */
	int matrix_columns;		/* of all environments */
};

#endif
