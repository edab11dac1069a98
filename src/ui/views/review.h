/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person decides on, before anything is sent. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_H
#define SIDESTAGE_UI_VIEWS_REVIEW_H

#include <stdbool.h>

struct flow;
struct review;
struct review_view;
struct set;
struct ui;
struct view;

/* The flow belongs to the session; the view looks it up by its id, and cancels what was not
 * approved. */
struct view *review_view_new(struct flow *flow);
/* The review of what an operation asked for that was refused, since something had moved: from what
 * is there now, with what changed since the other was looked at.  Dismisses the other. */
struct view *review_view_again(struct ui *ui, struct flow *old);

/* --- for its own files --- */

/* NULL: the session has dismissed it. */
struct flow *review_flow(const struct review_view *r, struct ui *ui);
/* What is reviewed; NULL: it is not there yet, or not any more. */
const struct review *review_of(const struct review_view *r, struct ui *ui);
/* What a clone will be, or what a discarded environment is; NULL: not known. */
const struct set *review_contents(const struct review *review, struct ui *ui);
/* Whether the middle is the whole of what is made or removed, and not the exact diff. */
bool review_shows_contents(const struct review *review, struct ui *ui);
/* Something is to be typed before it is approved. */
bool review_asks(const struct review *review);
/* How many rows that takes, with the line above. */
int review_field_rows(const struct review *review);
/* What ran there, or will. */
struct set *review_looked_at(const struct review *review);
/* After others changed what runs, the difference says whose each line is.  What else they changed
 * (values that were not deployed yet) is in it with what this changes, and is called nobody's. */
void review_set_difference(struct review_view *r, const struct review *review);
/* Whether the end of the difference was seen, or stands there now. */
bool review_end_is_seen(const struct review_view *r);
/* Why the review cannot be approved now; NULL: it can.  With keys in braces. */
const char *review_why_not(const struct review_view *r);
/* Afterwards it waits to be read again. */
void review_read_again(struct review_view *r);
/* Closes it; what was not approved is cancelled. */
void review_leave(struct review_view *r, struct ui *ui);

#endif
