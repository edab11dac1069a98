/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The view of a hotfix from inside. */
#ifndef SIDESTAGE_UI_VIEWS_HOTFIX_STATE_H
#define SIDESTAGE_UI_VIEWS_HOTFIX_STATE_H

#include <stddef.h>

#include "ui/view.h"
#include "ui/widgets/list.h"

struct hotfix;

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

#endif
