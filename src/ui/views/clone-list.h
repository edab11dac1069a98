/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a clone of what somebody else runs gets: a line for each part in its review, and object by
 * object in a view, which is there for an environment that was found, too. */
#ifndef SIDESTAGE_UI_VIEWS_CLONE_LIST_H
#define SIDESTAGE_UI_VIEWS_CLONE_LIST_H

#include <stdbool.h>

struct canvas;
struct need;
struct review;
struct review_view;
struct ui;
struct view;

/* Whether the platform said anything of it. */
bool clone_list_is_there(const struct review *review);
/* How many rows were used, from `row` on. */
int clone_list_draw_lines(struct ui *ui, struct canvas *canvas, int row,
			  const struct review *review);

/* Of the review in the view below, which stays there. */
struct view *clone_list_view_new(const struct review_view *below);
/* Of an environment that was found, before anybody clones it. */
struct view *clone_list_view_new_of(const char *org, const char *app, const char *env);

/* For the table of the review's keys: it has such a list, and it is opened. */
extern const struct need review_a_list;
void review_run_objects(struct view *view, struct ui *ui);

#endif
