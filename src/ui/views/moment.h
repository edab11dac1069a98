/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Chooses an environment, or an earlier deployment of one. */
#ifndef SIDESTAGE_UI_VIEWS_MOMENT_H
#define SIDESTAGE_UI_VIEWS_MOMENT_H

struct details;
struct ui;
struct view;

/* An environment as it is, or as an earlier deployment of it was (else these two are NULL). */
struct moment {
	const char *env, *deployment, *set_id;
};

/* Chooses one by typing; `env` is the one whose deployments (details) are offered too.  details
 * and data outlive the view.  The moment is borrowed for the call. */
typedef void moment_done(void *data, struct ui *ui, const struct moment *moment);
struct view *moment_view_new(struct ui *ui, const char *org, const char *app,
			     const struct details *details, const char *env, moment_done *done,
			     void *data);

#endif
