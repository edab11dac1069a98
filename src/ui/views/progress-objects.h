/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The workloads and the resources of the environment that an operation is about. */
#ifndef SIDESTAGE_UI_VIEWS_PROGRESS_OBJECTS_H
#define SIDESTAGE_UI_VIEWS_PROGRESS_OBJECTS_H

struct canvas;
struct cut_columns;
struct set;
struct world_environment;

/* Measures both lists for the canvas.  e NULL: nothing is known of it; set: what is deployed, for
 * the versions, or NULL. */
void progress_objects_fit(struct cut_columns *columns, const struct canvas *canvas,
			  const struct world_environment *e, const struct set *set);
/* Draws them from the row on, which may be above the canvas; how many rows they have.  `room`: rows
 * that can be seen of it without scrolling. */
int progress_objects_draw(struct canvas *canvas, int row, int room,
			  const struct cut_columns *columns, const struct world_environment *e,
			  const struct set *set);

#endif
