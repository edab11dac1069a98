/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The difference between two environments, or deployments. */
#ifndef SIDESTAGE_UI_VIEWS_COMPARE_H
#define SIDESTAGE_UI_VIEWS_COMPARE_H

struct moment;
struct ui;
struct view;

/* Shows what differs between the two, which are copied. */
struct view *compare_view_new(struct ui *ui, const char *org, const char *app,
			      const struct moment *from, const struct moment *to);

#endif
