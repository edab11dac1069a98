/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the hotfix share. */
#ifndef SIDESTAGE_UI_VIEWS_HOTFIX_H
#define SIDESTAGE_UI_VIEWS_HOTFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/hotfix.h"
#include "ui/view.h"
#include "ui/views/board.h"
#include "ui/widgets/list.h"

struct canvas;
struct world_environment;

/* A list below the steps: the clone's workloads, or the other environments. */
struct hotfix_items {
	char **names;			/* as they were when something changed last */
	struct list list;
};

struct hotfix_view {
	struct view view;
	struct hotfix *hotfix;
	char *org, *app, *env;
	struct list steps;		/* until somebody moves, the cursor is on what is next */
	struct hotfix_items modules, others;
};

/* NULL: it is not there. */
const struct world_environment *hotfix_view_clone(const struct hotfix_view *v, struct ui *ui);
/* The step that the cursor is on. */
enum hotfix_step_id hotfix_view_at(const struct hotfix_view *v);
/* What the list below the steps has: of the last step, environments. */
const struct hotfix_items *hotfix_view_items(const struct hotfix_view *v);

/* view_ops' fit and draw. */
void hotfix_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void hotfix_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
