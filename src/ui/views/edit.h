/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A workload's configuration, changed in an editor. */
#ifndef SIDESTAGE_UI_VIEWS_EDIT_H
#define SIDESTAGE_UI_VIEWS_EDIT_H

struct ui;

/* The workload's configuration in the person's editor; what was changed there is reviewed. */
void ui_edit_workload(struct ui *ui, const char *org, const char *app, const char *env,
		      const char *module);

#endif
