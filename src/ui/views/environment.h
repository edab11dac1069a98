/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One environment. */
#ifndef SIDESTAGE_UI_VIEWS_ENVIRONMENT_H
#define SIDESTAGE_UI_VIEWS_ENVIRONMENT_H

struct ui;
struct view;

/* The details of one environment. */
struct view *environment_view_new(struct ui *ui, const char *org, const char *app, const char *env);

#endif
