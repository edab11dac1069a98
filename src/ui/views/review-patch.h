/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Keys of a review: its changes as a patch for a repository, copied or saved. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_PATCH_H
#define SIDESTAGE_UI_VIEWS_REVIEW_PATCH_H

struct need;
struct ui;
struct view;

extern const struct need review_a_patch;

void review_run_copy(struct view *view, struct ui *ui);
void review_run_save(struct view *view, struct ui *ui);

#endif
