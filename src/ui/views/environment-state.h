/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The view of one environment from inside. */
#ifndef SIDESTAGE_UI_VIEWS_ENVIRONMENT_STATE_H
#define SIDESTAGE_UI_VIEWS_ENVIRONMENT_STATE_H

#include "ui/view.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/list.h"
#include "ui/widgets/row-marks.h"

struct details;
struct session;

enum environment_tab { TAB_WORKLOADS, TAB_RESOURCES, TAB_VALUES, TAB_DEPLOYMENTS, TAB_COUNT };

/* Of the selected row: what is cut in it (environment-note.h). */
struct environment_note {
	char *text;			/* NULL: nothing is cut */
	bool is_problem;
	int top, rows, length;		/* the line that is seen first, the room, and all of it */
};

struct environment_view {
	struct view view;
	const struct session *session;
	char *org, *app, *env;
	struct details *details;
	enum environment_tab tab;
	struct list lists[TAB_COUNT];
	struct cut_columns columns;	/* of the tab's list */
	struct environment_note note;
	struct row_marks marks;		/* workloads; each is in its list */
};

#endif
