/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Applications, environments and workloads, found by typing. */
#ifndef SIDESTAGE_UI_VIEWS_GOTO_H
#define SIDESTAGE_UI_VIEWS_GOTO_H

struct ui;
struct view;

/* Where to go: "" for what was not chosen, an organization always is.  Borrowed for the call. */
struct goto_place {
	const char *org, *app, *env, *module;
};
typedef void goto_done(void *data, struct ui *ui, const struct goto_place *place);
/* Finds by typing; data outlives the view.  org and app: where one is, or NULL. */
struct view *
goto_view_new(struct ui *ui, const char *org, const char *app, goto_done *done, void *data);

#endif
