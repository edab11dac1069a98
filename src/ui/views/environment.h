/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One environment. */
#ifndef SIDESTAGE_UI_VIEWS_ENVIRONMENT_H
#define SIDESTAGE_UI_VIEWS_ENVIRONMENT_H

struct environment_view;
struct ui;
struct view;
struct world_environment;

/* The details of one environment. */
struct view *environment_view_new(struct ui *ui, const char *org, const char *app, const char *env);

/* --- for its own files --- */

/* Looked up each time: the environment may go while it is shown.  NULL: it is gone, or not known
 * yet. */
const struct world_environment *environment_find(const struct environment_view *v);

#endif
