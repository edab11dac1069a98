/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Changing a shared value of one environment. */
#ifndef SIDESTAGE_UI_VIEWS_EDIT_VALUE_H
#define SIDESTAGE_UI_VIEWS_EDIT_VALUE_H

struct shared_value;
struct ui;

/* Asks for its new text, and shows the review of that; or says why it cannot be typed. */
void edit_value(struct ui *ui, const char *org, const char *app, const char *env,
		const struct shared_value *value);
/* The review of having the application's value again; or says that it has. */
void inherit_value(struct ui *ui, const char *org, const char *app, const char *env,
		   const struct shared_value *value);

#endif
