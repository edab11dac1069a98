/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Operations that were begun and left. */
#ifndef SIDESTAGE_UI_VIEWS_INTERRUPTED_H
#define SIDESTAGE_UI_VIEWS_INTERRUPTED_H

struct ui;
struct view;

/* What was begun and left; the person resumes or abandons it. */
struct view *interrupted_view_new(struct ui *ui);

#endif
