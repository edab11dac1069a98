/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The platforms that one can go to. */
#ifndef SIDESTAGE_UI_VIEWS_CONTEXTS_H
#define SIDESTAGE_UI_VIEWS_CONTEXTS_H

struct ui;
struct view;

/* The platforms that the configuration names, and the embedded one. */
struct view *contexts_view_new(struct ui *ui);

#endif
