/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What was done. */
#ifndef SIDESTAGE_UI_VIEWS_HISTORY_H
#define SIDESTAGE_UI_VIEWS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

struct history_view;
struct operation;
struct ui;
struct view;

/* What the local history has of this platform. */
struct view *history_view_new(struct ui *ui);

/* --- for its own files --- */

/* NULL: the row is a story's, or there is none. */
const struct operation *history_selected(const struct history_view *h);
/* Whether only the story's own line is shown. */
bool history_is_folded(const struct history_view *h, size_t story);
/* After the list changed. */
void history_make_rows(struct history_view *h);

#endif
