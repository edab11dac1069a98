/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of the hotfix share. */
#ifndef SIDESTAGE_UI_VIEWS_HOTFIX_H
#define SIDESTAGE_UI_VIEWS_HOTFIX_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/hotfix.h"
#include "ui/view.h"
#include "ui/views/board.h"

struct canvas;
struct world_environment;

#define HOTFIX_ITEMS_MAX 200

struct hotfix_view {
	struct view view;
	struct hotfix *hotfix;
	char *org, *app, *env;
	bool moved;			/* else the cursor is on what is next */
	enum hotfix_step_id at;
	char *module, *other;		/* chosen in the list below; NULL: nothing was */
};

/* NULL: it is not there. */
const struct world_environment *hotfix_view_clone(const struct hotfix_view *v, struct ui *ui);
enum hotfix_step_id hotfix_view_at(const struct hotfix_view *v);
/* What the list below the steps has: the clone's workloads; of the last step, environments.
 * Borrowed until the session's next turn. */
size_t hotfix_view_items(const struct hotfix_view *v, struct ui *ui, const char *items[HOTFIX_ITEMS_MAX]);
size_t hotfix_view_picked(const struct hotfix_view *v, const char *const *items, size_t count);
/* The row of the first step. */
int hotfix_first_row(const struct canvas *canvas);

/* view_ops' draw. */
void hotfix_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

#endif
