/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A list with a cursor, for every view that has one.  The cursor is on a row by its id: it stays on
 * it whatever comes and goes around it, and where the row itself goes, the next one gets it.  The
 * rows are the view's own; the list knows how many there are, their ids, and which are in sight.
 */
#ifndef SIDESTAGE_UI_WIDGETS_LIST_H
#define SIDESTAGE_UI_WIDGETS_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/actions.h"
#include "ui/widgets/viewport.h"

struct buf;

/* Appends what the row is known by; no other row has it. */
typedef void list_id(const void *data, size_t row, struct buf *out);
/* On how many rows of the canvas it stands, at least one. */
typedef int list_height(const void *data, size_t row);

struct list {
	list_id *id;
	const void *data;
	list_height *height;	/* NULL: each has one row of the canvas */
	size_t count;
	char *selected;		/* id; NULL: nobody chose one, or there is none */
	size_t at;		/* the row of it */
	size_t first, rows;	/* the first that is in sight, and for how many there is room; of
				   higher ones the last may be cut */
	size_t whole;		/* those that are not */
	int top;		/* the row of the canvas where that stands */
	bool is_suggested; /* until somebody chooses, the cursor is on row `suggested`, whichever
			      that is */
	size_t suggested;
	bool is_awaited; /* where the selected row goes the cursor stands still, and finds it again
			    when it comes back */
};

/* data outlives the list. */
void list_init(struct list *list, list_id *id, const void *data);
void list_clear(struct list *list);
/* After the rows changed: the cursor finds its own, also after there were none for a while. */
void list_update(struct list *list, size_t count);
/* To that row; what lies before the first is the first, and behind the last the last. */
void list_select(struct list *list, long row);
/* To the row of that id, where there is one.  NULL: nobody chooses any more. */
void list_select_id(struct list *list, const char *id);
/* Up, down, a page, to the first and the last: true when the action is one of these. */
bool list_act(struct list *list, enum action action);
/* The room that it has on the canvas: it moves only when the cursor would be out of sight. */
void list_fit(struct list *list, int top, int rows);
/* A click on that row of the canvas; true: a row of the list stands there, and has the cursor. */
bool list_click(struct list *list, int row);
/* Whether row i is drawn; and the row behind the last one that is. */
size_t list_end(const struct list *list);
struct viewport list_part(const struct list *list);

#endif
