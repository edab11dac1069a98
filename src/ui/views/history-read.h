/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What of the history is at hand, and what is found in it.  The cursor is the caller's affair.
 */
#ifndef SIDESTAGE_UI_VIEWS_HISTORY_READ_H
#define SIDESTAGE_UI_VIEWS_HISTORY_READ_H

#include <stdbool.h>

struct history_view;
struct ui;

/* As many as there were, at least a page. */
void history_read_newest(struct history_view *h, struct ui *ui);
/* The other end of the history, by the same measure. */
void history_read_oldest(struct history_view *h, struct ui *ui);
/* This operation and those beside it, unless it is at hand. */
void history_read_around(struct history_view *h, struct ui *ui, const char *id);
/* Whether there were some.  Not while words are looked for. */
bool history_read_older(struct history_view *h, struct ui *ui);
bool history_read_newer(struct history_view *h, struct ui *ui);

/* There are words in the field. */
bool history_is_looking_for(const struct history_view *h);
/* Looks for them from the newest on, a little at once; without words all is shown again. */
void history_look_for(struct history_view *h, struct ui *ui);
/* What was found is dropped, and the window shown again. */
void history_stop_looking(struct history_view *h);
/* There is something to do for history_look_on(), which does one piece: whether it found any. */
bool history_is_looking(const struct history_view *h);
bool history_look_on(struct history_view *h, struct ui *ui);
/* More than was found; false: nothing more is there, or it is looked for already. */
bool history_look_further(struct history_view *h);

#endif
