/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The view of clones from inside. */
#ifndef SIDESTAGE_UI_VIEWS_CLONES_STATE_H
#define SIDESTAGE_UI_VIEWS_CLONES_STATE_H

#include "ui/view.h"
#include "ui/widgets/list.h"

struct clones;

struct clones_view {
	struct view view;
	struct clones *clones;
	struct list list;
};

#endif
