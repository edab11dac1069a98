/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The versions of an image, to choose one. */
#ifndef SIDESTAGE_UI_VIEWS_PICKER_H
#define SIDESTAGE_UI_VIEWS_PICKER_H

struct ui;
struct view;

/* Chooses a version of an image for a workload of an environment. */
struct view *picker_view_new(struct ui *ui, const char *org, const char *app, const char *env,
			     const char *module, const char *image);

#endif
