/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Protecting what was found in a cluster, or saying that it needs none; and of which application it
 * is. */
#ifndef SIDESTAGE_UI_VIEWS_BOARD_PROTECT_H
#define SIDESTAGE_UI_VIEWS_BOARD_PROTECT_H

struct need;
struct ui;
struct view;

/* For the table of keys. */
extern const struct need board_found_environment, board_found_namespaces;
void board_run_protect(struct view *view, struct ui *ui);
void board_run_grouping(struct view *view, struct ui *ui);

#endif
