/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The findings of a clone's review: the cursor among them, and one that is changed. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_FINDING_H
#define SIDESTAGE_UI_VIEWS_REVIEW_FINDING_H

#include <stdbool.h>

#include "ui/actions.h"

struct canvas;
struct review;
struct review_finding;
struct review_view;
struct ui;

#define REVIEW_FINDING_COLUMN 5		/* of its sentence */
#define REVIEW_FINDING_ROWS_MAX 100

void review_init_findings(struct review_view *r);
/* After the review changed: the cursor finds its own. */
void review_list_findings(struct review_view *r, const struct review *review);
/* The one under the cursor; NULL: it is on none. */
const struct review_finding *
review_selected_finding(const struct review_view *r, const struct review *review);
/* On how many rows of the canvas it stands. */
int review_finding_rows(const struct review_finding *finding, const struct canvas *canvas);
/* Up, down, a page, or to an end.  false: it is none of these, or leads on behind the last. */
bool review_move_finding(struct review_view *r, const struct review *review, enum action action);
/* Lets a person write another text for what the finding is in, in the clone. */
void review_change_finding(struct review_view *r, struct ui *ui,
			   const struct review_finding *finding);

#endif
