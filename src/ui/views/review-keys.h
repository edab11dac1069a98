/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the keys of a review do. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_KEYS_H
#define SIDESTAGE_UI_VIEWS_REVIEW_KEYS_H

#include "ui/actions.h"

struct review;
struct review_view;
struct ui;
struct view;

/* The keys, those of the mode that it is in, and what rows without a function do. */
extern const struct key review_keys[];
const struct key *review_mode(const struct view *view, struct ui *ui);
void review_act(struct view *view, struct ui *ui, enum action action);
/* After something changed: what Enter does in a field. */
void review_name_deed(struct review_view *r, const struct review *review);

#endif
