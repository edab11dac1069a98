/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The clones that there are, and how long they are kept. */
#ifndef SIDESTAGE_UI_VIEWS_CLONES_H
#define SIDESTAGE_UI_VIEWS_CLONES_H

struct ui;
struct view;

/* Every clone of the organization; NULL: of all. */
struct view *clones_view_new(struct ui *ui, const char *org);

#endif
