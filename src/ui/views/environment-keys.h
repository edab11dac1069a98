/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the keys of an environment do. */
#ifndef SIDESTAGE_UI_VIEWS_ENVIRONMENT_KEYS_H
#define SIDESTAGE_UI_VIEWS_ENVIRONMENT_KEYS_H

#include "ui/actions.h"

struct ui;
struct view;

extern const struct key environment_keys[];
/* Also what a click on the tabs does. */
void environment_run_next_tab(struct view *view, struct ui *ui);

#endif
