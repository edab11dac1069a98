/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A finding of a clone's review that is changed. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_FINDING_H
#define SIDESTAGE_UI_VIEWS_REVIEW_FINDING_H

struct review_finding;
struct review_view;
struct ui;

/* Lets a person write another text for what the finding is in, in the clone. */
void review_change_finding(struct review_view *r, struct ui *ui,
			   const struct review_finding *finding);

#endif
