/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A hotfix as one story, step by step. */
#ifndef SIDESTAGE_UI_VIEWS_HOTFIX_H
#define SIDESTAGE_UI_VIEWS_HOTFIX_H

#include "flow/hotfix.h"

struct hotfix_items;
struct hotfix_view;
struct ui;
struct view;
struct world_environment;

/* The story of one clone, which need not be there any more. */
struct view *hotfix_view_new(struct ui *ui, const char *org, const char *app, const char *env);

/* --- for its picture --- */

/* NULL: it is not there. */
const struct world_environment *hotfix_view_clone(const struct hotfix_view *v, struct ui *ui);
/* The step that the cursor is on. */
enum hotfix_step_id hotfix_view_at(const struct hotfix_view *v);
/* What the list below the steps has: of the last step, environments. */
const struct hotfix_items *hotfix_view_items(const struct hotfix_view *v);

#endif
