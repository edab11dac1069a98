/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The pods of a workload in a cluster as a table, with what their containers do where they do not
 * simply run. */
#ifndef SIDESTAGE_UI_VIEWS_ENVIRONMENT_PODS_H
#define SIDESTAGE_UI_VIEWS_ENVIRONMENT_PODS_H

struct canvas;
struct runtime_module;

/* How many rows that needs in so many columns; 0: it has no pods to show. */
int environment_pods_rows(const struct runtime_module *m, int columns);
/* From the pen's row on, which may be above the canvas. */
void environment_pods_draw(const struct runtime_module *m, struct canvas *canvas);

#endif
