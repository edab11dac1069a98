/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The world as the board sees it. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_MODEL_H
#define SIDESTAGE_UI_VIEWS_BOARD_MODEL_H

#include <stddef.h>

struct board_view;
struct ui;
struct world;
struct world_adoption;
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

/* The list of workloads is that of the model from then on. */
void board_init_workloads(struct board_view *b);
/* Looks again, after the world or the board has changed; what it gives is b->model. */
const struct board_model *board_model_update(struct board_view *b, struct ui *ui);
/* Of the organization that is shown; NULL: its environments were not found in a cluster. */
const struct world_adoption *board_adoption(const struct board_view *b,
					    const struct board_model *s);
/* Afterwards `*place` is a copy of value; NULL is NULL. */
void board_replace(char **place, const char *value);
/* Its id as it is sent; foreign, borrowed. */
const char *board_env_id(const struct world_environment *e);

#endif
