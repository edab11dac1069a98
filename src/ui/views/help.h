/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The keys of a view. */
#ifndef SIDESTAGE_UI_VIEWS_HELP_H
#define SIDESTAGE_UI_VIEWS_HELP_H

struct view;

/* The keys of that kind of view, as they are bound. */
struct view *help_view_new(const struct view *of);

#endif
