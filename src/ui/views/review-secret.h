/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where a Secret of a clone comes from, asked for in its review: for the table of its keys. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_SECRET_H
#define SIDESTAGE_UI_VIEWS_REVIEW_SECRET_H

struct need;
struct ui;
struct view;

/* Its pods need one. */
extern const struct need review_a_secret;
void review_run_secret(struct view *view, struct ui *ui);

#endif
